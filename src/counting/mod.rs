//! What is counted and how: the tables under `rules/counting`, with their conditions bound to a
//! layout year. Nothing is counted here.

mod book;
mod groups;
mod spans;

pub use book::{
    Book, Class, Contradiction, GradeKind, GradeRow, Measures, Place, Rows, Suppression, TestInfo, entity_type_name,
    limits, suppression_of,
};
pub use groups::{Group, Variant, student_groups, underivable_groups};
pub use spans::years;
