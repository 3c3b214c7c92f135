//! What is counted and how: the tables under `rules/counting`, with their conditions bound to a
//! layout year. Nothing is counted here.

mod groups;
mod rules;
mod spans;

pub use groups::{StudentGroup, GroupVariant, group_names, student_groups, underivable_groups};
pub use rules::{
    CountingClass, ClassVariant, Contradiction, CountingRules, GradeKind, GradeRow, Measures, ParticipationRule, PlaceRule, GradeRows, Suppression,
    TestInfo, VariantRows, entity_type_name, grades_in, levels_of, limits, record_type_of, suppression_of,
};
