//! Gives every part of a condition its type and its field, for one layout year and one value of
//! the parameter.

use std::collections::BTreeSet;
use std::ops::Range;

use crate::layout::{FieldId, FieldKind, Layout, registry};

use super::ast::{NodeKind, AstNode};
use super::error::RuleMistake;
use super::fields;
use super::ir::{CellRef, Expr, CellForm, MatchedCell, Num, TextExpr};
use super::model::{Need, RecordScope};
use super::read::Pattern;

mod conditions;
mod functions;
mod logic;
mod pattern;
mod questions;
mod second;
mod tests;

pub(super) use logic::{and, not};
pub(crate) use tests::undecided;
pub(super) use tests::{UnknownTest, of_tests};

/// The field that says which test a record is of.
pub(super) const RECORD_TYPE: &str = "record_type";

/// Why a part could not be given a meaning.
#[derive(Debug)]
pub(super) enum Stop {
    /// The rule is wrong.
    Mistake(RuleMistake),
    /// The year lacks a field that depends on a parameter: this value is left out.
    Lacking { parameter: String, mistake: RuleMistake },
}

impl From<RuleMistake> for Stop {
    fn from(mistake: RuleMistake) -> Self {
        Self::Mistake(mistake)
    }
}

impl Stop {
    /// Whether the value of this parameter can be left out.
    pub fn lacks(&self, name: &str) -> bool {
        matches!(self, Self::Lacking { parameter, .. } if parameter == name)
    }

    /// The mistake it is where nothing can be left out.
    pub fn into_mistake(self) -> RuleMistake {
        match self {
            Self::Mistake(mistake) | Self::Lacking { mistake, .. } => mistake,
        }
    }
}

pub(super) type Typed<T> = Result<T, Stop>;

/// A parameter's value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum BoundParameter {
    Number(i64),
    Field(FieldId),
}

impl BoundParameter {
    /// The value as text: a number or a field name.
    pub fn show(self) -> String {
        match self {
            Self::Number(number) => number.to_string(),
            Self::Field(field) => registry().info(field).name.to_owned(),
        }
    }
}

/// Numbers and days are not to be mixed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ValueUnit {
    Number,
    Day,
    /// A blank cell fits both.
    Either,
}

/// `+` or `-`.
#[derive(Clone, Copy)]
enum Sign {
    Plus,
    Minus,
}

impl Sign {
    fn unit(self, left: ValueUnit, right: ValueUnit) -> Result<ValueUnit, &'static str> {
        match (self, left, right) {
            (Self::Plus, ValueUnit::Day, ValueUnit::Day) => Err("two days cannot be added"),
            (Self::Minus, ValueUnit::Day, ValueUnit::Day) => Ok(ValueUnit::Number),
            (Self::Minus, ValueUnit::Number, ValueUnit::Day) => Err("a day cannot be taken from a number"),
            (_, ValueUnit::Day, _) | (_, _, ValueUnit::Day) => Ok(ValueUnit::Day),
            (_, ValueUnit::Number, _) | (_, _, ValueUnit::Number) => Ok(ValueUnit::Number),
            (_, ValueUnit::Either, ValueUnit::Either) => Ok(ValueUnit::Either),
        }
    }

    fn of(self, left: Num, right: Num) -> Num {
        match (self, left, right) {
            (Self::Plus, Num::Const(left), Num::Const(right)) => Num::Const(left.saturating_add(right)),
            (Self::Minus, Num::Const(left), Num::Const(right)) => Num::Const(left.saturating_sub(right)),
            (Self::Plus, left, right) => Num::Add(Box::new(left), Box::new(right)),
            (Self::Minus, left, right) => Num::Sub(Box::new(left), Box::new(right)),
        }
    }
}

/// A part with its type.
pub(super) enum TypedPart {
    /// A cell.
    Field(FieldId, FieldKind),
    /// A field that the year lacks, marked with a question mark.
    Lacking,
    /// A cell of the matching record of a second file.
    Matched(MatchedCell, FieldKind),
    /// A text.
    Text(TextExpr),
    /// A number or a day.
    Num(Num, ValueUnit),
    /// A condition.
    Condition(Expr),
}

/// Types the parts of one rule for one year.
pub(super) struct Typer<'a> {
    pub layout: &'a Layout,
    /// The years the rule is for; codes are looked up in all of them. Where there are none, codes
    /// are not looked up.
    pub years: &'a [u16],
    /// The parameters in force, innermost last.
    pub scope: Vec<(String, BoundParameter)>,
    /// The fields met so far, in order.
    pub seen: Vec<FieldId>,
    /// What the rule reads besides its own file.
    pub second: SecondFields<'a>,
    /// What is answered about the test where the record type is no code of the year.
    pub unknown_test: UnknownTest,
    /// How many of the parameters are the rule's own; those after them are of loops within its conditions.
    pub outer: usize,
    /// The fields met as members of a family that a condition goes through.
    pub members: BTreeSet<FieldId>,
    /// The fields met by themselves.
    pub singles: BTreeSet<FieldId>,
}

/// What a rule may read besides the file of its records.
#[derive(Clone, Copy, Default)]
pub(super) struct SecondFields<'a> {
    pub needs: &'a [Need],
    pub records: RecordScope,
    /// What makes records match; nothing where the rule does not say.
    pub by: &'a [TextExpr],
}

impl Typer<'_> {
    fn year(&self) -> u16 {
        self.layout.year()
    }

    // Names.

    fn bound(&self, name: &str) -> Option<BoundParameter> {
        self.scope.iter().rev().find(|(one, _)| one == name).map(|(_, bound)| *bound)
    }

    /// The name with the numbers of the parameters in it, and the innermost parameter it uses.
    fn substituted(&self, name: &str) -> (String, Option<String>) {
        if !self.scope.iter().any(|(_, bound)| matches!(bound, BoundParameter::Number(_))) {
            return (name.to_owned(), None);
        }
        let mut innermost: Option<usize> = None;
        let parts: Vec<String> = name
            .split('_')
            .map(|part| {
                let place =
                    self.scope.iter().rposition(|(one, bound)| one == part && matches!(bound, BoundParameter::Number(_)));
                let Some(place) = place else {
                    return part.to_owned();
                };
                innermost = innermost.max(Some(place));
                self.scope[place].1.show()
            })
            .collect();
        (parts.join("_"), innermost.map(|place| self.scope[place].0.clone()))
    }

    /// The field of a name; `None` where it is optional and the year lacks it.
    pub fn field(&mut self, name: &str, optional: bool, span: &Range<usize>) -> Typed<Option<FieldId>> {
        if let Some(BoundParameter::Field(id)) = self.bound(name) {
            self.see(id);
            self.place(id, Some(name));
            return Ok(Some(id));
        }
        let (full, parameter) = self.substituted(name);
        let id = registry().id(&full);
        if id.is_none() && !(parameter.is_some() && in_some_year(&self.pattern(name))) {
            return Err(fields::unknown(&full, span.clone()).into());
        }
        // A field that the year no longer has binds as well: no file has its column, and the rule says so.
        let binds = |id: &FieldId| self.layout.has(*id) || !optional && self.layout.field(*id).is_some();
        if let Some(id) = id.filter(binds) {
            self.see(id);
            self.place(id, parameter.as_deref());
            return Ok(Some(id));
        }
        if optional {
            return Ok(None);
        }
        let mistake = RuleMistake::new(
            span.clone(),
            format!("the layout of {} has no field `{full}`", self.year()),
            format!("not in {}", self.year()),
        )
        .help(format!("narrow `years`, add a variant for these years, or write `{name}?` to read it as blank there"));
        Err(match parameter {
            Some(parameter) => Stop::Lacking { parameter, mistake },
            None => mistake.into(),
        })
    }

    fn pattern(&self, name: &str) -> String {
        let is_parameter = |part: &str| self.scope.iter().any(|(one, _)| one == part);
        let parts: Vec<&str> = name.split('_').map(|part| if is_parameter(part) { "*" } else { part }).collect();
        parts.join("_")
    }

    /// Notes whether a field stands for itself or is a member of a family that a loop goes through.
    fn place(&mut self, id: FieldId, parameter: Option<&str>) {
        let at = parameter.and_then(|name| self.scope.iter().rposition(|(one, _)| one == name));
        let fields = if at.is_some_and(|at| at >= self.outer) { &mut self.members } else { &mut self.singles };
        fields.insert(id);
    }

    fn see(&mut self, id: FieldId) {
        if !self.seen.contains(&id) {
            self.seen.push(id);
        }
    }

    // Values.

    /// A part with whatever type it has.
    pub fn value(&mut self, node: &AstNode) -> Typed<TypedPart> {
        Ok(match &node.kind {
            NodeKind::Name { name, optional } => self.name(name, *optional, &node.span)?,
            NodeKind::Number(number) => TypedPart::Num(Num::Const(*number), ValueUnit::Number),
            NodeKind::Day(day) => TypedPart::Num(Num::Const(*day), ValueUnit::Day),
            NodeKind::Text(text) => TypedPart::Text(TextExpr::Const(text.clone())),
            NodeKind::Call { name, arguments } => self.call(name, arguments, &node.span)?,
            NodeKind::Matched { file, name, optional } => self.matched(file, name, *optional, &node.span)?,
            NodeKind::Found(file) => TypedPart::Condition(Expr::Found(self.of_file(file)?.of)),
            NodeKind::Add(left, right) => self.sum(left, right, Sign::Plus)?,
            NodeKind::Sub(left, right) => self.sum(left, right, Sign::Minus)?,
            NodeKind::If { condition, then, otherwise } => self.choice(condition, then, otherwise)?,
            _ => TypedPart::Condition(self.condition(node)?),
        })
    }

    fn name(&mut self, name: &str, optional: bool, span: &Range<usize>) -> Typed<TypedPart> {
        match (name, self.bound(name)) {
            ("always", None) => return Ok(TypedPart::Condition(Expr::Const(true))),
            ("never", None) => return Ok(TypedPart::Condition(Expr::Const(false))),
            ("year", None) => return Ok(TypedPart::Num(Num::Const(i64::from(self.year())), ValueUnit::Number)),
            (_, Some(BoundParameter::Number(number))) => return Ok(TypedPart::Num(Num::Const(number), ValueUnit::Number)),
            _ => {}
        }
        if name.contains('*') {
            let mistake = RuleMistake::new(span.clone(), format!("`{name}` names several fields"), "one field is needed");
            return Err(mistake.help("write `some f in (…): (…)` to ask about each of them").into());
        }
        Ok(match self.field(name, optional, span)? {
            Some(id) => self.layout.field(id).map_or(TypedPart::Lacking, |field| TypedPart::Field(id, field.kind)),
            None => TypedPart::Lacking,
        })
    }

    /// A part that must be a number or a day.
    pub fn number(&mut self, node: &AstNode) -> Typed<(Num, ValueUnit)> {
        match self.value(node)? {
            TypedPart::Num(num, unit) => Ok((num, unit)),
            TypedPart::Lacking => Ok((unreadable(), ValueUnit::Either)),
            TypedPart::Field(id, kind) => {
                let (day, number) = (Num::Day, Num::Number);
                field_number(id, kind, &node.span, day, number)
            }
            TypedPart::Matched(cell, kind) => {
                let field = cell.field;
                let (of_day, of_number) = (cell.clone(), cell);
                let (day, number) = (|_| Num::MatchedDay(of_day), |_| Num::MatchedNumber(of_number));
                field_number(field, kind, &node.span, day, number)
            }
            TypedPart::Text(_) => Err(not_a_number(&node.span, "text")
                .help("compare texts with `is`; `number(…)` reads the digits of a text")
                .into()),
            TypedPart::Condition(_) => Err(not_a_number(&node.span, "condition").into()),
        }
    }

    fn of_unit(&mut self, node: &AstNode, wanted: ValueUnit) -> Typed<Num> {
        let (num, unit) = self.number(node)?;
        if unit == wanted || unit == ValueUnit::Either {
            return Ok(num);
        }
        let (wanted, found) = if wanted == ValueUnit::Day { ("day", "number") } else { ("number", "day") };
        Err(RuleMistake::new(
            node.span.clone(),
            format!("expected a {wanted}, found a {found}"),
            format!("this is a {found}"),
        )
        .into())
    }

    fn constant(&mut self, node: &AstNode) -> Typed<i64> {
        match self.of_unit(node, ValueUnit::Number)? {
            Num::Const(number) => Ok(number),
            _ => {
                Err(RuleMistake::new(node.span.clone(), "must be known before any record is read", "depends on the record")
                    .help("use numbers, `year` and the parameter")
                    .into())
            }
        }
    }

    fn sum(&mut self, left: &AstNode, right: &AstNode, sign: Sign) -> Typed<TypedPart> {
        let ((left_num, left_unit), (right_num, right_unit)) = (self.number(left)?, self.number(right)?);
        let unit = sign
            .unit(left_unit, right_unit)
            .map_err(|wrong| RuleMistake::new(right.span.clone(), wrong, "this is a day"))?;
        Ok(TypedPart::Num(sign.of(left_num, right_num), unit))
    }

    fn choice(&mut self, condition: &AstNode, then: &AstNode, otherwise: &AstNode) -> Typed<TypedPart> {
        let condition = self.condition(condition)?;
        let (then_num, then_unit) = self.number(then)?;
        let (other_num, other_unit) = self.number(otherwise)?;
        let unit = same_unit(then_unit, other_unit, &otherwise.span)?;
        Ok(TypedPart::Num(
            match condition {
                Expr::Const(true) => then_num,
                Expr::Const(false) => other_num,
                condition => Num::If(Box::new(condition), Box::new(then_num), Box::new(other_num)),
            },
            unit,
        ))
    }

    fn text(&mut self, node: &AstNode) -> Typed<TextExpr> {
        match self.value(node)? {
            TypedPart::Text(text) => Ok(text),
            TypedPart::Lacking => Ok(TextExpr::Const(String::new())),
            TypedPart::Field(field, _) => Ok(TextExpr::Cell(CellRef { field, form: CellForm::Value })),
            TypedPart::Matched(cell, _) => Ok(TextExpr::Matched(cell)),
            TypedPart::Num(..) => {
                Err(RuleMistake::new(node.span.clone(), "expected a text, found a number", "this is a number")
                    .help("numbers and days are compared with `=`; codes are written in quotes: '4'")
                    .into())
            }
            TypedPart::Condition(_) => {
                Err(RuleMistake::new(node.span.clone(), "expected a text, found a condition", "this is a condition").into())
            }
        }
    }
}

fn in_some_year(pattern: &str) -> bool {
    let pattern = Pattern::new(pattern);
    registry().fields().any(|(_, info)| pattern.fits(info.name))
}

fn field_number(
    id: FieldId,
    kind: FieldKind,
    span: &Range<usize>,
    day: impl FnOnce(FieldId) -> Num,
    number: impl FnOnce(FieldId) -> Num,
) -> Typed<(Num, ValueUnit)> {
    match kind {
        FieldKind::Date => Ok((day(id), ValueUnit::Day)),
        FieldKind::Code | FieldKind::Digits | FieldKind::Integer => Ok((number(id), ValueUnit::Number)),
        // Not used in this year: unknown, unless somebody filled it.
        FieldKind::Blank => Ok((number(id), ValueUnit::Either)),
        FieldKind::Text | FieldKind::YesNo | FieldKind::Yn => {
            let name = registry().info(id).name;
            Err(RuleMistake::new(span.clone(), format!("`{name}` holds text, not a number"), "this is text")
                .help(format!("compare texts with `is`; `number({name})` reads its digits"))
                .into())
        }
    }
}

fn not_a_number(span: &Range<usize>, found: &str) -> RuleMistake {
    RuleMistake::new(span.clone(), format!("expected a number or a day, found a {found}"), format!("this is a {found}"))
}

fn same_unit(left: ValueUnit, right: ValueUnit, span: &Range<usize>) -> Result<ValueUnit, RuleMistake> {
    match (left, right) {
        (ValueUnit::Either, other) | (other, ValueUnit::Either) => Ok(other),
        (left, right) if left == right => Ok(left),
        _ => Err(RuleMistake::new(
            span.clone(),
            "a day cannot be compared with a number",
            "one is a day, the other a number",
        )
        .help("write days as 2021-07-01 or day(year, 7, 1); `school_year(…)` makes a number of a day")),
    }
}

/// A number that no record has.
fn unreadable() -> Num {
    Num::Digits(Box::new(TextExpr::Const(String::new())))
}
