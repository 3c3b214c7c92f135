//! What may leave the program: values masked by how much they say about a student, pseudonyms
//! instead of student numbers, and text that cannot harm a terminal.

pub mod json;
pub mod mask;
pub mod panic;
pub mod pseudonym;
pub mod text;
