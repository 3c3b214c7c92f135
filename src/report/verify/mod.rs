//! The verdict on a saved reconciliation, for people.

mod text;

pub use text::write as write_text;
