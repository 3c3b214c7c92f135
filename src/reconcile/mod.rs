//! Reconciliation: compares the counts of score files with official results and explains each
//! difference down to the records that cause it.
//!
//! Score files become records with facets (`files`), official files a grid of rows (`grid`),
//! causes hypotheses about records (`candidates`). The search (`search`) finds the fewest that
//! fit all rows at once; ladders (`ladder`) and figures (`cells`, kept in `compared`) follow from it.

mod candidates;
mod cell_name;
mod cells;
mod compared;
mod delta;
mod earlier;
mod error;
mod files;
mod grid;
mod json;
mod ladder;
mod marks;
mod missing_schools;
mod missing_students;
mod model;
mod numbers;
mod pairs;
mod problem;
mod reach;
mod residue;
mod run;
mod search;
mod state;
mod sums;
mod text;
mod threads;
mod value;
mod what_if;
mod words;
mod worklist;

pub use candidates::With;
pub use cell_name::{CellName, CellNameError, check_filter};
pub use compared::{Cell, CellStep, Cells, Status, Steps};
pub use error::ReconcileError;
pub use files::InputFile;
pub use grid::Code;
pub use json::{SCHEMA, write as write_json};
pub use model::{CauseFound, NotCheckable, OfficialInput, Reconciliation, RecordPlace, Residue, Tally};
pub use run::{Assumption, ReconcileOptions, reconcile};
pub use text::{CellFilter, Detail, TextOptions, write as write_text};
pub use value::is_count;
pub use worklist::write as write_worklist;
