//! Rules compiled to bit masks and run over batches of records.

mod chains;
mod check;
mod column;
mod column_batch;
mod column_plan;
mod damage;
mod details;
mod entities;
mod evaluate;
mod fields;
mod findings;
mod groups;
mod hash;
mod judge;
mod mask;
mod matcher;
mod memo;
mod odd_rows;
mod outcome;
mod capacity;
mod probe;
mod program;
mod recent;
mod records;
mod repeats;
mod run;
mod scores;
mod second;
mod sets;
mod sums;
mod tally;
mod trace;
mod unary;
mod values;
mod waived;

pub use check::{CheckError, CheckOptions, Detail, check, check_with};
pub use outcome::{
    CellShown, FileFinding, Finding, InputOutcome, Outcome, RecordShown, Role, RuleOutcome, RuleTotals, Shown, Status,
    Subject, Totals,
};
pub use probe::{truths_with, truths_of};
pub use second::{SecondError, SecondPaths};
pub(crate) use sums::SumRows;
pub use sums::{Counts as GroupCells, PackedRow};
pub use tally::{Few, CountGroup, EntityCode, Tally, TallyError, TallyOptions, tally};
pub use trace::{
    Change, Facets, NO_PLACE, NOWHERE, Parameter, PlaceName, Supposition, Told, Trace, FacetOptions, trace,
};
pub use waived::{SettingsUsed, WaiverLink, WaiverState, WaiverShown, WaiverUsed};
