//! Questions about the test of a record. Where the record type is no code of the year, it is not known which test the
//! record is of, so that the answer is unknown and the rule undecidable.

use crate::layout::FieldId;

use super::super::ir::{Expr, Num, Op};
use super::super::values::record_types;
use super::logic::{and, not, or};
use super::questions::is_one_of;
use super::{RECORD_TYPE, Typer, unreadable};
use crate::layout::registry;

/// What a question about the test answers for a record whose type is no code of the year.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::rule) enum UnknownTest {
    /// No: the record has a class of its own, as in the counting rules.
    IsNone,
    /// Unknown, as in checks.
    IsUndecided,
}

impl Typer<'_> {
    /// Whether a cell holds one of these codes. `words` are upper case.
    pub(super) fn has_code(&self, field: FieldId, words: Vec<String>) -> Expr {
        let is_test = registry().id(RECORD_TYPE) == Some(field);
        if is_test && self.unknown_test == UnknownTest::IsUndecided {
            return of_tests(field, words, self.layout.year());
        }
        is_one_of(field, words.into_iter())
    }
}

/// Whether the record is of one of these tests; unknown where its type is no code of the year.
pub(in crate::rule) fn of_tests(record_type: FieldId, tests: Vec<String>, year: u16) -> Expr {
    let known = is_one_of(record_type, record_types(year).into_iter().map(|test| test.to_string()));
    or(vec![is_one_of(record_type, tests.into_iter()), and(vec![not(known), undecided()])])
}

/// A condition that no record decides.
pub(crate) fn undecided() -> Expr {
    Expr::Compare { left: unreadable(), op: Op::Is, right: Num::Const(0) }
}
