//! Rules: their files, the small language they are written in, and the typed form that the
//! engine evaluates.

mod ir;
mod model;

pub use ir::{Cell, Demand, Expr, Form, Instance, Key, Lookup, LookupKind, Num, Op, SetTest, Show, Test, Text, Truth};
pub use model::{Example, ExampleRow, Expect, Grouping, Need, Rule, Scope, Severity, Source, Years};
