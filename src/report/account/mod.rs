//! What became of every record, for people, for programs and for spreadsheets.

mod csv;
mod formats;
mod json;
mod text;

pub use formats::{AccountKind, AccountReport};
