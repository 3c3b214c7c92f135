//! What became of every record, for people, for programs and for spreadsheets.

mod csv;
mod json;
mod text;

pub use csv::write as write_csv;
pub use json::write as write_json;
pub use text::write as write_text;
