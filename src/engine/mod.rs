//! Rules compiled to bit masks and run over batches of records.

mod outcome;

pub use outcome::{
    CellShown, FileFinding, Finding, InputOutcome, Outcome, RecordShown, RuleOutcome, RuleTotals, Shown, Status, Totals,
};
