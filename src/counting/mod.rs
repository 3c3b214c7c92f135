//! What is counted and how: the tables under `rules/counting`, with their conditions bound to a
//! layout year. Nothing is counted here.

mod rules;
mod groups;
mod spans;

pub use rules::{
    CountingRules, Class, ClassVariant, Contradiction, GradeKind, GradeRow, Measures, Place, Rows, Suppression, TestInfo,
    VariantRows, entity_type_name, limits, record_type_of, suppression_of,
};
pub use groups::{Group, Variant, group_names, student_groups, underivable_groups};
pub use spans::years;
