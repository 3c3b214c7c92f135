//! Conditions as they read where some fields have other values: what a record would count as if
//! the state had seen another school, grade or status in it.

use std::collections::BTreeMap;

use super::interpret::holds;
use super::ir::{CellRef, Expr, CellForm, ScoreLookup, Num, TextExpr};
use super::read;
use crate::layout::FieldId;

/// What stands in for a field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Stand {
    /// The value of another field.
    Field(FieldId),
    /// A fixed value.
    Fixed(String),
}

/// Fields and what stands in for each.
pub type Stands = BTreeMap<FieldId, Stand>;

/// A condition with stand-ins.
pub fn substituted(expr: &Expr, stands: &Stands) -> Expr {
    let each = |parts: &[Expr]| parts.iter().map(|part| substituted(part, stands)).collect();
    match expr {
        // A second file knows nothing of stand-ins.
        Expr::Found(_) | Expr::Matched { .. } => expr.clone(),
        Expr::Const(answer) => Expr::Const(*answer),
        Expr::Not(inner) => Expr::Not(Box::new(substituted(inner, stands))),
        Expr::And(parts) => Expr::And(each(parts)),
        Expr::Or(parts) => Expr::Or(each(parts)),
        Expr::Cell { cell, test } => match stands.get(&cell.field) {
            None => expr.clone(),
            Some(Stand::Field(field)) => Expr::Cell { cell: CellRef { field: *field, ..*cell }, test: test.clone() },
            Some(Stand::Fixed(value)) => Expr::Const(holds(test, &fixed(*cell, value))),
        },
        Expr::Compare { left, op, right } => {
            Expr::Compare { left: substituted_number(left, stands), op: *op, right: substituted_number(right, stands) }
        }
        Expr::Known(number) => Expr::Known(substituted_number(number, stands)),
        Expr::SameText(left, right) => Expr::SameText(substituted_text(left, stands), substituted_text(right, stands)),
    }
}

/// A number or day with stand-ins.
pub fn substituted_number(number: &Num, stands: &Stands) -> Num {
    let inner = |number: &Num| Box::new(substituted_number(number, stands));
    match number {
        Num::Const(_) | Num::MatchedNumber(_) | Num::MatchedDay(_) | Num::EntityType(_) => number.clone(),
        Num::Number(field) => match stands.get(field) {
            None => number.clone(),
            Some(Stand::Field(other)) => Num::Number(*other),
            Some(Stand::Fixed(value)) => known(read::number(&read::value(*field, value))),
        },
        Num::Day(field) => match stands.get(field) {
            None => number.clone(),
            Some(Stand::Field(other)) => Num::Day(*other),
            Some(Stand::Fixed(value)) => known(read::day(&read::value(*field, value))),
        },
        Num::Digits(text) => Num::Digits(Box::new(substituted_text(text, stands))),
        Num::Add(left, right) => Num::Add(inner(left), inner(right)),
        Num::Sub(left, right) => Num::Sub(inner(left), inner(right)),
        Num::Latest(all) => Num::Latest(all.iter().map(|one| substituted_number(one, stands)).collect()),
        Num::SchoolYear(day) => Num::SchoolYear(inner(day)),
        Num::Age(birth, day) => Num::Age(inner(birth), inner(day)),
        Num::Lookup(lookup) => Num::Lookup(ScoreLookup {
            what: lookup.what,
            record_type: inner(&lookup.record_type),
            grade: inner(&lookup.grade),
            year: inner(&lookup.year),
            score: lookup.score.as_deref().map(inner),
        }),
        Num::If(condition, then, otherwise) => {
            Num::If(Box::new(substituted(condition, stands)), inner(then), inner(otherwise))
        }
    }
}

/// A text with stand-ins.
pub fn substituted_text(text: &TextExpr, stands: &Stands) -> TextExpr {
    let inner = |text: &TextExpr| Box::new(substituted_text(text, stands));
    match text {
        TextExpr::Const(_) | TextExpr::Matched(_) => text.clone(),
        TextExpr::Cell(cell) => match stands.get(&cell.field) {
            None => text.clone(),
            Some(Stand::Field(field)) => TextExpr::Cell(CellRef { field: *field, ..*cell }),
            Some(Stand::Fixed(value)) => TextExpr::Const(fixed(*cell, value)),
        },
        TextExpr::Prefix(of, length) => TextExpr::Prefix(inner(of), *length),
        TextExpr::Suffix(of, length) => TextExpr::Suffix(inner(of), *length),
        TextExpr::DropLast(of, length) => TextExpr::DropLast(inner(of), *length),
        TextExpr::Subject(field) => match stands.get(field) {
            Some(Stand::Field(other)) => TextExpr::Subject(*other),
            Some(Stand::Fixed(value)) => TextExpr::Const(read::subject(&read::value(*field, value)).to_owned()),
            None => text.clone(),
        },
        TextExpr::TestName(field, year) => match stands.get(field) {
            Some(Stand::Field(other)) => TextExpr::TestName(*other, *year),
            Some(Stand::Fixed(value)) => TextExpr::Const(read::test_name(&read::value(*field, value), *year).to_owned()),
            None => text.clone(),
        },
    }
}

/// A fixed value in the form that the cell is asked for in.
fn fixed(cell: CellRef, value: &str) -> String {
    match cell.form {
        CellForm::Value => read::value(cell.field, value).into_owned(),
        CellForm::Written => value.to_owned(),
    }
}

/// A number that is known or not: digits of nothing are no number.
fn known(number: Option<i64>) -> Num {
    number.map_or_else(|| Num::Digits(Box::new(TextExpr::Const(String::new()))), Num::Const)
}
