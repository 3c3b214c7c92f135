//! What is counted and how: the tables under `rules/counting`, with their conditions bound to a
//! layout year. Nothing is counted here.

mod groups;
mod spans;

pub use groups::{Group, Variant, student_groups, underivable_groups};
