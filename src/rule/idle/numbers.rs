//! Which numbers a part of a condition can come to, by what the layout lets cells hold. Rather too
//! many than too few: where nothing is printed, any number.

use crate::layout::{FieldId, FieldKind, Layout, registry};

use super::super::ir::{Num, Op, TextExpr};
use super::super::read;
use super::super::values::{RuleCodes, value_set};
use super::words::longest;

/// Longer lists are taken for the span between their ends.
const MOST_LISTED: usize = 100;
/// Numbers of more digits are not read at all.
const MOST_DIGITS: u32 = 18;

/// Numbers that a part can come to.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum NumberRange {
    /// Nothing is known about them.
    Any,
    /// These, ascending; none where the part never is a number.
    Listed(Vec<i64>),
    /// Between these, both included.
    Between(i64, i64),
}

/// Whether a comparison can be true, and whether it can be false.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Answers {
    pub can_hold: bool,
    pub can_fail: bool,
}

impl Answers {
    pub const BOTH: Self = Self { can_hold: true, can_fail: true };
    pub const NONE: Self = Self { can_hold: false, can_fail: false };

    /// Those of both together, one as free as the other.
    pub fn and(self, other: Self) -> Self {
        if self == Self::NONE || other == Self::NONE {
            return Self::NONE;
        }
        Self { can_hold: self.can_hold && other.can_hold, can_fail: self.can_fail || other.can_fail }
    }

    /// Those in one year or another.
    pub fn or(self, other: Self) -> Self {
        Self { can_hold: self.can_hold || other.can_hold, can_fail: self.can_fail || other.can_fail }
    }
}

impl NumberRange {
    const NONE: Self = Self::Listed(Vec::new());

    fn listed(mut all: Vec<i64>) -> Self {
        all.sort_unstable();
        all.dedup();
        match (all.first(), all.last()) {
            (Some(first), Some(last)) if all.len() > MOST_LISTED => Self::Between(*first, *last),
            _ => Self::Listed(all),
        }
    }

    fn of_digits(count: u32) -> Self {
        if count >= MOST_DIGITS { Self::Any } else { Self::Between(0, 10_i64.pow(count) - 1) }
    }

    fn ends(&self) -> Option<(i64, i64)> {
        match self {
            Self::Any => None,
            Self::Listed(all) => all.first().copied().zip(all.last().copied()),
            Self::Between(low, high) => Some((*low, *high)),
        }
    }

    fn is_none(&self) -> bool {
        *self == Self::NONE
    }

    /// What comes out where one is joined with the other, known by the ends alone.
    fn joined(&self, other: &Self, join: impl Fn((i64, i64), (i64, i64)) -> Option<(i64, i64)>) -> Self {
        if self.is_none() || other.is_none() {
            return Self::NONE;
        }
        let ends = self.ends().zip(other.ends()).and_then(|(left, right)| join(left, right));
        ends.map_or(Self::Any, |(low, high)| Self::Between(low, high))
    }

    /// Those of one or the other.
    pub fn either(self, other: Self) -> Self {
        match (self, other) {
            (Self::Listed(left), Self::Listed(right)) => Self::listed([left, right].concat()),
            (one, none) | (none, one) if none.is_none() => one,
            (left, right) => left.joined(&right, |(a, b), (c, d)| Some((a.min(c), b.max(d)))),
        }
    }

    /// The numbers in words: `one of 1, 2, 3` or `between 0 and 99`; `None` where nothing is known.
    pub fn shown(&self) -> Option<String> {
        match self {
            Self::Any => None,
            Self::Listed(all) if all.is_empty() => Some("never a number; codes are compared with `is`".to_owned()),
            Self::Listed(all) if all.len() <= 12 => {
                Some(format!("one of {}", all.iter().map(i64::to_string).collect::<Vec<_>>().join(", ")))
            }
            _ => self.ends().map(|(low, high)| format!("between {low} and {high}")),
        }
    }
}

/// What a comparison of these numbers can come to.
pub(super) fn answers(left: &NumberRange, op: Op, right: &NumberRange) -> Answers {
    if left.is_none() || right.is_none() {
        return Answers::NONE;
    }
    if let (NumberRange::Listed(left), NumberRange::Listed(right)) = (left, right) {
        let mut all = left.iter().flat_map(|one| right.iter().map(|other| op.holds(*one, *other)));
        return all.try_fold(Answers::NONE, one_more).unwrap_or(Answers::BOTH);
    }
    let Some((left, right)) = left.ends().zip(right.ends()) else {
        return Answers::BOTH;
    };
    let meet = left.0 <= right.1 && right.0 <= left.1;
    let one_number = left.0 == left.1 && left == right;
    let (can_hold, can_fail) = match op {
        Op::Is => (meet, !one_number),
        Op::IsNot => (!one_number, meet),
        Op::Less => (left.0 < right.1, left.1 >= right.0),
        Op::AtMost => (left.0 <= right.1, left.1 > right.0),
        Op::More => (left.1 > right.0, left.0 <= right.1),
        Op::AtLeast => (left.1 >= right.0, left.0 < right.1),
    };
    Answers { can_hold, can_fail }
}

/// One answer more; `None` as soon as both are possible.
fn one_more(so_far: Answers, holds: bool) -> Option<Answers> {
    let all = so_far.or(Answers { can_hold: holds, can_fail: !holds });
    (all != Answers::BOTH).then_some(all)
}

/// The numbers a part can come to in the year of the layout.
pub(super) fn numbers(num: &Num, layout: &Layout) -> NumberRange {
    let of = |num: &Num| numbers(num, layout);
    match num {
        Num::Const(number) => NumberRange::Listed(vec![*number]),
        Num::Number(field) => of_field(layout, *field),
        Num::Digits(text) => of_text(text, layout),
        // A second file can be of another year.
        Num::MatchedNumber(cell) => {
            let layouts = registry().layouts().filter(|layout| layout.has(cell.field));
            layouts.map(|layout| of_field(layout, cell.field)).reduce(NumberRange::either).unwrap_or(NumberRange::Any)
        }
        Num::Add(left, right) => {
            let sum = |(a, b): (i64, i64), (c, d): (i64, i64)| a.checked_add(c).zip(b.checked_add(d));
            of(left).joined(&of(right), sum)
        }
        Num::Sub(left, right) => {
            let difference = |(a, b): (i64, i64), (c, d): (i64, i64)| a.checked_sub(d).zip(b.checked_sub(c));
            of(left).joined(&of(right), difference)
        }
        Num::Latest(all) => all.iter().map(of).reduce(NumberRange::either).unwrap_or(NumberRange::NONE),
        Num::If(_, then, otherwise) => of(then).either(of(otherwise)),
        Num::Day(_) | Num::MatchedDay(_) | Num::EntityType(_) | Num::SchoolYear(_) | Num::Age(..) | Num::Lookup(_) => {
            NumberRange::Any
        }
    }
}

fn of_text(text: &TextExpr, layout: &Layout) -> NumberRange {
    match text {
        TextExpr::Const(fixed) => NumberRange::listed(read::number(fixed).into_iter().collect()),
        text => longest(text, layout).map_or(NumberRange::Any, NumberRange::of_digits),
    }
}

/// The numbers a column can hold: those of its codes, or as many digits as it is wide.
fn of_field(layout: &Layout, id: FieldId) -> NumberRange {
    let Some(field) = layout.field(id) else {
        return NumberRange::Any;
    };
    if let Some(set) = value_set(layout, id) {
        let (RuleCodes::One(codes) | RuleCodes::ByTest { others: codes, .. }) = &*set;
        return NumberRange::listed(codes.exact.iter().filter_map(|code| read::number(code)).collect());
    }
    match field.kind {
        FieldKind::Code | FieldKind::Digits | FieldKind::Integer => {
            field.length.map_or(NumberRange::Any, NumberRange::of_digits)
        }
        _ => NumberRange::Any,
    }
}
