//! The official side: public research files, entity lists and lookups, and tables of numbers typed
//! from the preview page. Figures are intervals where they are hidden or rounded.
//!
//! [`read()`] takes paths and gives an [`OfficialSet`]. What the columns mean in which year, and how
//! files are distinguished, is in `rules/official`.

mod check;
mod compare;
mod entity_code;
mod error;
mod figures;
mod header;
mod interval;
mod knowledge;
mod lines;
pub mod lint;
mod lookups;
mod model;
mod read;
mod set;
mod template;
mod typed;
mod value;
mod written;

pub use check::{LintOptions, Sorted, check, sort_out};
pub use compare::{Disagreement, disagreements};
pub use error::OfficialError;
pub use interval::Interval;
pub use knowledge::{OfficialKind, Knowledge, OfficialLayout, TestProgram, knowledge, test_type};
pub use lookups::{EntityList, ListedEntity, OfficialLookup};
pub use model::{
    ALL_GRADES, ALL_STUDENTS, AreaColumn, AreaFigure, FileOrigin, HIGH_SCHOOL, LevelCounts, Measure, OfficialFile,
    OfficialRow, PublicEntity, RowKey, Trouble, TroubleKind, RowFigures, code_text, type_of_code,
};
pub use read::{Areas, WantedRows};
pub use set::{OfficialSet, OfficialOptions, is_official, read};
pub use template::{TemplateRow, workbook as template_workbook, write_csv as write_template_csv};
pub use value::{OfficialValue, FigureState, UNBOUNDED, implied_count, implied_sum, percent_of};
