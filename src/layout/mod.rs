//! The published file layouts, as data: which columns a student score file of a year has, what
//! each may hold, and how certain that is. Everything comes from `rules/layouts` and
//! `rules/codes`; nothing about a field is written in Rust.

mod codes;
mod compare;
mod delta;
mod find;
mod model;
mod registry;
mod values;

pub use codes::{CodeTables, ScoreRange, codes};
pub use compare::{FieldChange, CodeChange, Comparison, compare};
pub use delta::{LayoutFile, LayoutFileErrors, StatedFact, carried};
pub use find::{LookupError, find_field, find_layout, plain_name, years_with};
pub use model::{
    BlankRule, Certainty, Code, Field, FieldId, FieldInfo, FieldKind, Layout, RecordType, RecordTypes, Sensitivity,
    YearInfo,
};
pub use registry::{Registry, registry};
pub(crate) use registry::{certainty, record_types};
pub use values::{Accepted, ValueSet, accepted, depends_on_test, value_set};
