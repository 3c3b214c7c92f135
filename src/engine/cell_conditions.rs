//! Conditions on one cell, evaluated for values that are new. What no short cut decides goes to the reference
//! interpreter.

use std::borrow::Cow;
use std::sync::{Arc, OnceLock};

use super::hash::upper;
use super::matcher::Matcher;
use super::shape::{self, Kinds, TextShape};
use crate::layout::FieldId;
use crate::rule::{self as interpret, CellRef, Expr, CellForm, Num, CellTest, TextExpr, Truth, read};

/// The text of one cell in both forms, with what a single look at it tells. Most is asked of its bytes,
/// which are UTF-8.
pub(crate) struct CellValue<'a> {
    /// As it stands in the file.
    written: Cow<'a, [u8]>,
    written_kinds: Kinds,
    /// Trimmed, and padded where the field is read so.
    value: Option<Cow<'a, [u8]>>,
    value_kinds: Kinds,
}

impl<'a> CellValue<'a> {
    /// Looks at a cell. Bytes that are not UTF-8 are replaced.
    pub(crate) fn new(bytes: &'a [u8], field: Option<FieldId>) -> Self {
        let written = String::from_utf8_lossy(bytes);
        let written_kinds = shape::kinds(written.as_bytes());
        let padded = field.is_some_and(|field| read::reading(field).padded);
        if !padded && !shape::may_have_space(written_kinds) {
            return Self { written: to_bytes(written), written_kinds, value: None, value_kinds: written_kinds };
        }
        let value: Cow<'a, str> = match &written {
            Cow::Borrowed(text) => read_value(text, padded),
            Cow::Owned(text) => Cow::Owned(read_value(text, padded).into_owned()),
        };
        let value_kinds = shape::kinds(value.as_bytes());
        Self { written: to_bytes(written), written_kinds, value: Some(to_bytes(value)), value_kinds }
    }

    /// A value that is known to be printable ASCII without outer spaces and to need no padding.
    pub(crate) fn plain(text: &'a [u8], kinds: Kinds) -> Self {
        Self { written: Cow::Borrowed(text), written_kinds: kinds, value: None, value_kinds: kinds }
    }

    /// The bytes of the text in a form.
    #[inline]
    pub(crate) fn bytes(&self, form: CellForm) -> &[u8] {
        match (form, &self.value) {
            (CellForm::Value, Some(value)) => value,
            _ => &self.written,
        }
    }

    /// The text in a form.
    fn text(&self, form: CellForm) -> &str {
        std::str::from_utf8(self.bytes(form)).unwrap_or_default()
    }

    /// The bytes of the text in a form, without outer spaces.
    #[inline]
    pub(crate) fn trimmed(&self, form: CellForm) -> &[u8] {
        if shape::may_have_space(self.kinds(form)) { self.text(form).trim().as_bytes() } else { self.bytes(form) }
    }

    #[inline]
    fn kinds(&self, form: CellForm) -> Kinds {
        match form {
            CellForm::Value => self.value_kinds,
            CellForm::Written => self.written_kinds,
        }
    }

    /// The value as a number or a day.
    pub(crate) fn number(&self, reading: NumberReading) -> Option<i64> {
        match reading {
            NumberReading::Number => read::digits(self.bytes(CellForm::Value)),
            NumberReading::Day => read::day(self.text(CellForm::Value)),
        }
    }
}

fn read_value(text: &str, padded: bool) -> Cow<'_, str> {
    let trimmed = text.trim();
    if padded { read::padded(trimmed) } else { Cow::Borrowed(trimmed) }
}

fn to_bytes(text: Cow<'_, str>) -> Cow<'_, [u8]> {
    match text {
        Cow::Borrowed(text) => Cow::Borrowed(text.as_bytes()),
        Cow::Owned(text) => Cow::Owned(text.into_bytes()),
    }
}

/// What a cell is read as where a number is needed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum NumberReading {
    Number,
    Day,
}

/// A condition that depends on one cell alone.
#[derive(Clone, Debug)]
pub(crate) enum CellCondition {
    Const(Truth),
    Not(Box<CellCondition>),
    And(Vec<CellCondition>),
    Or(Vec<CellCondition>),
    Test(CellForm, Quick),
    /// Anything else: evaluated by the reference interpreter.
    Slow(FieldId, Expr),
}

/// A question about a text, prepared.
#[derive(Clone, Debug)]
pub(crate) enum Quick {
    Blank,
    OneOf(Words),
    ExactlyOneOf(Arc<[String]>),
    PartsOneOf(Words),
    ExactPartsOneOf(Arc<[String]>),
    Matches(Arc<Matcher>),
    LongerThan(usize),
    IsNumber,
    IsDay,
    /// Rare and slow; asked only where the kinds of characters do not rule it out.
    Invisible(CellTest),
    Broken(CellTest),
}

/// Words compared without regard to (ASCII) case; those of up to sixteen bytes as numbers, once a
/// text was asked about.
#[derive(Clone, Debug)]
pub(crate) struct Words {
    words: Arc<[String]>,
    folded: OnceLock<Vec<(usize, u128)>>,
}

impl Words {
    fn new(words: &Arc<[String]>) -> Self {
        Self { words: Arc::clone(words), folded: OnceLock::new() }
    }

    fn has(&self, text: &[u8]) -> bool {
        let Some(text_folded) = folded(text) else {
            return self.words.iter().any(|word| word.as_bytes().eq_ignore_ascii_case(text));
        };
        let all = || self.words.iter().filter_map(|word| folded(word.as_bytes())).collect();
        self.folded.get_or_init(all).contains(&text_folded)
    }
}

/// A text of up to sixteen bytes as its length and a number that is the same for both cases.
fn folded(text: &[u8]) -> Option<(usize, u128)> {
    let mut bytes = [0; 16];
    bytes.get_mut(..text.len())?.copy_from_slice(text);
    let both = u128::from_le_bytes(bytes);
    let (low, high) = (upper(both as u64), upper((both >> 64) as u64));
    Some((text.len(), u128::from(low) | u128::from(high) << 64))
}

impl CellCondition {
    /// Prepares a condition on one field.
    pub(crate) fn new(expr: &Expr, field: FieldId) -> Self {
        let all = |parts: &[Expr]| parts.iter().map(|part| Self::new(part, field)).collect();
        match expr {
            Expr::Const(answer) => Self::Const(Truth::of(*answer)),
            Expr::Not(inner) => Self::Not(Box::new(Self::new(inner, field))),
            Expr::And(parts) => Self::And(all(parts)),
            Expr::Or(parts) => Self::Or(all(parts)),
            Expr::Cell { cell: CellRef { form, .. }, test } => Self::Test(*form, Quick::new(test)),
            Expr::Known(Num::Number(_)) => Self::Test(CellForm::Value, Quick::IsNumber),
            Expr::Known(Num::Day(_)) => Self::Test(CellForm::Value, Quick::IsDay),
            Expr::Compare { .. } | Expr::Known(_) | Expr::SameText(..) | Expr::Found(_) | Expr::Matched { .. } => {
                Self::Slow(field, expr.clone())
            }
        }
    }

    /// The answer for every plain text (see [`Value::plain`]) of these kinds and this length, if
    /// they have one and the same.
    pub(crate) fn by_shape(&self, shape: TextShape) -> Option<Truth> {
        match self {
            Self::Const(truth) => Some(*truth),
            Self::Not(inner) => inner.by_shape(shape).map(Truth::negate),
            Self::And(parts) => fold_shapes(parts, shape, Truth::True, Truth::False, Truth::and),
            Self::Or(parts) => fold_shapes(parts, shape, Truth::False, Truth::True, Truth::or),
            Self::Test(_, test) => test.by_shape(shape).map(Truth::of),
            Self::Slow(..) => None,
        }
    }

    /// How many of the last bytes of a plain text of a shape decide it, if some do; at most eight.
    pub(crate) fn tail(&self, shape: TextShape) -> Option<usize> {
        match self {
            Self::Const(_) => Some(0),
            Self::Not(inner) => inner.tail(shape),
            Self::And(parts) | Self::Or(parts) => {
                parts.iter().try_fold(0, |longest, part| Some(part.tail(shape)?.max(longest)))
            }
            Self::Test(_, Quick::Matches(matcher)) => matcher.tail_of(shape),
            Self::Test(..) | Self::Slow(..) => None,
        }
    }

    /// The condition for plain texts of a shape: without the parts that the shape decides.
    pub(crate) fn given(&self, shape: TextShape) -> Self {
        if let Some(truth) = self.by_shape(shape) {
            return Self::Const(truth);
        }
        match self {
            Self::Not(inner) => Self::Not(Box::new(inner.given(shape))),
            Self::And(parts) => Self::And(undecided(parts, shape, Truth::True)),
            Self::Or(parts) => Self::Or(undecided(parts, shape, Truth::False)),
            Self::Const(_) | Self::Test(..) | Self::Slow(..) => self.clone(),
        }
    }

    /// The answer for a value.
    pub(crate) fn truth(&self, value: &CellValue<'_>) -> Truth {
        match self {
            Self::Const(truth) => *truth,
            Self::Not(inner) => inner.truth(value).negate(),
            Self::And(parts) => fold(parts, value, Truth::True, Truth::False, Truth::and),
            Self::Or(parts) => fold(parts, value, Truth::False, Truth::True, Truth::or),
            Self::Test(form, test) => Truth::of(test.holds(value, *form)),
            Self::Slow(field, expr) => {
                interpret::truth(expr, &OneCell { field: *field, text: value.text(CellForm::Written) })
            }
        }
    }
}

fn fold(
    parts: &[CellCondition],
    value: &CellValue<'_>,
    start: Truth,
    end: Truth,
    join: impl Fn(Truth, Truth) -> Truth,
) -> Truth {
    let mut all = start;
    for part in parts {
        all = join(all, part.truth(value));
        if all == end {
            break;
        }
    }
    all
}

/// The parts that a shape leaves open, and those whose answer makes a difference.
fn undecided(parts: &[CellCondition], shape: TextShape, neutral: Truth) -> Vec<CellCondition> {
    let open = parts.iter().filter(|part| part.by_shape(shape) != Some(neutral));
    open.map(|part| part.given(shape)).collect()
}

fn fold_shapes(
    parts: &[CellCondition],
    shape: TextShape,
    start: Truth,
    end: Truth,
    join: impl Fn(Truth, Truth) -> Truth,
) -> Option<Truth> {
    let answers: Vec<Option<Truth>> = parts.iter().map(|part| part.by_shape(shape)).collect();
    if answers.contains(&Some(end)) {
        return Some(end);
    }
    answers.into_iter().try_fold(start, |all, answer| Some(join(all, answer?)))
}

impl Quick {
    fn by_shape(&self, shape: TextShape) -> Option<bool> {
        let not_if = |ruled_out: bool| ruled_out.then_some(false);
        match self {
            Self::Blank | Self::Invisible(_) => Some(false),
            Self::OneOf(Words { words, .. }) | Self::ExactlyOneOf(words) => {
                not_if(words.iter().all(|word| word.len() != shape.len))
            }
            Self::PartsOneOf(Words { words, .. }) | Self::ExactPartsOneOf(words) => {
                not_if(!shape::has_parts(shape.kinds) && words.iter().all(|word| word.len() != shape.len))
            }
            Self::Matches(matcher) => matcher.by_shape(shape),
            Self::LongerThan(limit) => Some(shape.len > *limit),
            Self::IsNumber => Some(shape::is_digits(shape.kinds) && (1..=18).contains(&shape.len)),
            Self::IsDay => not_if(shape.len != 10),
            Self::Broken(_) => not_if(!shape::may_be_broken(shape.kinds)),
        }
    }

    fn new(test: &CellTest) -> Self {
        match test {
            CellTest::Blank => Self::Blank,
            CellTest::OneOf(words) => Self::OneOf(Words::new(words)),
            CellTest::ExactlyOneOf(words) => Self::ExactlyOneOf(Arc::clone(words)),
            CellTest::PartsOneOf(words) => Self::PartsOneOf(Words::new(words)),
            CellTest::ExactPartsOneOf(words) => Self::ExactPartsOneOf(Arc::clone(words)),
            CellTest::Matches(expression) => Self::Matches(Matcher::shared(expression)),
            CellTest::LongerThan(limit) => Self::LongerThan(*limit as usize),
            CellTest::Invisible => Self::Invisible(test.clone()),
            CellTest::BrokenLetters => Self::Broken(test.clone()),
        }
    }

    fn holds(&self, value: &CellValue<'_>, form: CellForm) -> bool {
        let (bytes, kinds) = (value.bytes(form), value.kinds(form));
        let is_exact = |words: &[String], text: &[u8]| words.iter().any(|word| word.as_bytes() == text);
        let mut parts = bytes.split(|byte| *byte == b'&');
        match self {
            Self::Blank => bytes.is_empty() || shape::may_have_space(kinds) && value.text(form).trim().is_empty(),
            Self::OneOf(words) => words.has(bytes),
            Self::ExactlyOneOf(words) => is_exact(words, bytes),
            Self::PartsOneOf(words) => words.has(bytes) || shape::has_parts(kinds) && parts.all(|part| words.has(part)),
            Self::ExactPartsOneOf(words) => {
                is_exact(words, bytes) || shape::has_parts(kinds) && parts.all(|part| is_exact(words, part))
            }
            Self::Matches(matcher) => matcher.is_match(bytes, kinds),
            Self::LongerThan(limit) => bytes.len() > *limit && value.text(form).chars().count() > *limit,
            Self::IsNumber => read::digits(bytes).is_some(),
            Self::IsDay => read::day(value.text(form)).is_some(),
            Self::Invisible(test) => !shape::is_plain(kinds) && interpret::holds(test, value.text(form)),
            Self::Broken(test) => shape::may_be_broken(kinds) && interpret::holds(test, value.text(form)),
        }
    }
}

/// The text that a record gives of which only one cell matters.
pub(crate) fn text_of(text: &TextExpr, field: FieldId, value: &CellValue<'_>) -> String {
    interpret::text(text, &OneCell { field, text: value.text(CellForm::Written) }).into_owned()
}

/// A record of which only one cell matters.
struct OneCell<'a> {
    field: FieldId,
    text: &'a str,
}

impl interpret::RecordView for OneCell<'_> {
    fn cell(&self, field: FieldId) -> &str {
        if field == self.field { self.text } else { "" }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rule::Expression;
    use proptest::prelude::{Just, Strategy, prop_oneof};

    fn condition() -> impl Strategy<Value = CellCondition> {
        let test = |test: Quick| CellCondition::Test(CellForm::Value, test);
        let two_digits = Matcher::shared(&Arc::new(Expression::new(r"^\d{2}$".to_owned())));
        let one = prop_oneof![
            Just(CellCondition::Const(Truth::Unknown)),
            Just(test(Quick::IsNumber)),
            Just(test(Quick::Matches(two_digits))),
            (0usize..4).prop_map(move |limit| test(Quick::LongerThan(limit))),
            "[0-1a]{1,2}".prop_map(move |word| test(Quick::OneOf(Words::new(&vec![word].into())))),
        ];
        one.prop_recursive(3, 24, 3, |inner| {
            prop_oneof![
                inner.clone().prop_map(|one| CellCondition::Not(Box::new(one))),
                proptest::collection::vec(inner.clone(), 0..4).prop_map(CellCondition::And),
                proptest::collection::vec(inner, 0..4).prop_map(CellCondition::Or),
            ]
        })
    }

    proptest::proptest! {
        #[test]
        fn what_a_shape_leaves_open_answers_as_the_whole(condition in condition(), text in "[0-1aA]{1,3}") {
            let kinds = shape::kinds(text.as_bytes());
            let shape = TextShape { kinds, len: text.len() };
            let value = CellValue::plain(text.as_bytes(), kinds);
            proptest::prop_assert_eq!(condition.given(shape).truth(&value), condition.truth(&value));
        }

        #[test]
        fn the_last_bytes_decide_what_they_are_said_to(
            ends in proptest::collection::vec("[01]{1,3}", 3..5), before in "[01]{8,10}", other in "[01]{8,10}", end in "[01]{3}",
        ) {
            let matches = |end: &String| Arc::new(Expression::new(format!("{end}$")));
            let atoms = ends.iter().map(|end| CellCondition::Test(CellForm::Value, Quick::Matches(Matcher::shared(&matches(end)))));
            for atom in atoms {
                let answer = |before: &str| {
                    let text = format!("{before}{end}");
                    let kinds = shape::kinds(text.as_bytes());
                    (atom.tail(TextShape { kinds, len: text.len() }), atom.truth(&CellValue::plain(text.as_bytes(), kinds)))
                };
                let (tail, truth) = answer(&before);
                proptest::prop_assert!(tail.is_some_and(|bytes| bytes <= end.len()));
                proptest::prop_assert_eq!(answer(&other).1, truth);
            }
        }

        #[test]
        fn words_are_compared_as_texts(words in proptest::collection::vec("[a-cA-C\u{e9}\0]{0,3}|[xX]{14,18}", 0..4), text in "[a-cA-C\u{e9}\0]{0,3}|[xX]{14,18}") {
            let expected = words.iter().any(|word| word.eq_ignore_ascii_case(&text));
            proptest::prop_assert_eq!(Words::new(&words.into()).has(text.as_bytes()), expected);
        }
    }
}
