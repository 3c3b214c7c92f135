//! Rules compiled to bit masks and run over batches of records.

mod check;
mod column;
mod details;
mod entities;
mod evaluate;
mod fields;
mod findings;
mod groups;
mod judge;
mod mask;
mod matcher;
mod memo;
mod outcome;
mod probe;
mod program;
mod run;
mod scores;
mod second;
mod sets;
mod tally;
mod unary;

pub use check::{CheckError, CheckOptions, Detail, check, check_beside};
pub use outcome::{
    CellShown, FileFinding, Finding, InputOutcome, Outcome, RecordShown, Role, RuleOutcome, RuleTotals, Shown, Status,
    Totals,
};
pub use probe::{truths_beside, truths_of};
pub use second::{SecondError, SecondPaths};
pub use tally::{Counts as GroupCells, Leaf, LeafPlace, Tally, TallyError, TallyOptions, tally};
