//! How counts differ from the official results and why, for people and for programs.

mod json;
mod text;
mod words;
mod worklist;

pub use json::write as write_json;
pub use text::{Detail, TextOptions, write as write_text};
pub use worklist::write as write_worklist;
