//! Reconciliation: compares the counts of score files with official results and explains each
//! difference down to the records that cause it.
//!
//! Score files become records with facets (`files`), official files a grid of rows (`grid`),
//! causes hypotheses about records (`candidates`). The search (`search`) finds the fewest that
//! fit all rows at once; ladders (`ladder`) and figures (`cells`, kept in `compared`) follow from it.

mod candidates;
mod cell_name;
mod cells;
mod code;
mod compared;
mod copies;
mod delta;
mod earlier;
mod effects;
mod error;
mod evidence;
mod files;
mod filter;
mod grid;
mod ladder;
mod marks;
mod missing_schools;
mod missing_students;
mod model;
mod numbers;
mod options;
mod pairs;
mod partings;
mod pattern;
mod possible;
mod problem;
mod reach;
mod records;
mod residue;
mod run;
mod search;
mod state;
mod sums;
mod value;
mod what_if;
mod with;

pub use cell_name::{CellName, CellNameError};
pub use compared::{ComparedFigure, CellStep, ComparedFigures, FigureStatus, Steps, UNREADABLE};
pub use error::ReconcileError;
pub use filter::{CellFilter, check_filter};
pub use code::CdsCode;
pub use model::{
    ReconcileRequest, CauseFound, CauseEvidence, EvidenceStrength, PossibleCause, RowToLookUp, ListInput, NotCheckable, OfficialInput, Reconciliation, RecordPlace, Residue, StatusCounts, UnreadableFigures,
};
pub use pattern::RestPattern;
pub use options::{Assumption, ReconcileOptions};
pub use records::{Copies, InputFile};
pub use run::reconcile;
pub use value::is_count;
pub use with::With;
