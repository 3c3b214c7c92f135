//! Rules: their files, the small language they are written in, and the typed form that the
//! engine evaluates.

mod ast;
mod bind;
mod error;
mod example;
mod examples;
mod expression;
mod family;
mod fields;
mod file;
mod fold;
mod idle;
mod implied;
mod interpret;
mod ir;
mod lexer;
mod message;
mod model;
mod parser;
pub mod read;
mod record;
mod registry;
mod second;
mod sets;
mod substitute;
mod typed;
mod values;

pub use crate::years::Years;
pub use bind::{condition, key};
pub use error::{RuleError, RuleErrors, closest};
pub use examples::{ExampleFiles, ExampleRecord, judge_record, run_examples};
pub use expression::Expression;
pub use family::{RuleFamily, families};
pub use interpret::{cell_text, holds, number, shown, text, truth};
pub use ir::{CellRef, Demand, Expr, CellForm, Instance, KeyPart, ScoreLookup, LookupKind, Match, MatchedCell, Num, Op, Placeholder, SecondFile, SetTest, Show, CellTest, TextExpr, Truth};
pub use message::placeholders;
pub use model::{
    Example, ExampleRow, Expect, Fixture, Grouping, Need, Recipe, RecordScope, Rule, Scope, SecondKind, SecondTable,
    Severity, Source,
};
pub use registry::{Conditions, RuleSet};
pub use record::{Matched, NoSecondFiles, RecordView, SecondFiles};
pub use second::match_key;
pub use sets::{AllStudents, JudgedGroup, SetOutcome, StudentGroups, judge_set};
pub use substitute::{Stand, Stands, substituted, substituted_number, substituted_text};
pub(crate) use typed::undecided;
