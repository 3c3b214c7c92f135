//! Privacy of all output: masked values, pseudonyms instead of student numbers, and text that cannot harm a terminal.

pub mod json;
pub mod mask;
pub mod panic;
pub mod pseudonym;
pub mod text;
