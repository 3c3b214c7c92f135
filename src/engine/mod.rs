//! Rules compiled to bit masks and run over batches of records.

mod check;
mod column;
mod column_plan;
mod details;
mod evaluate;
mod fields;
mod findings;
mod groups;
mod hash;
mod judge;
mod mask;
mod matcher;
mod memo;
mod outcome;
mod probe;
mod program;
mod records;
mod run;
mod scores;
mod sets;
mod tally;
mod unary;

pub use check::{CheckError, CheckOptions, Detail, check};
pub use outcome::{
    CellShown, FileFinding, Finding, InputOutcome, Outcome, RecordShown, RuleOutcome, RuleTotals, Shown, Status, Totals,
};
pub use probe::truths_of;
pub use tally::{Counts as GroupCells, Leaf, LeafPlace, Tally, TallyError, TallyOptions, tally};
