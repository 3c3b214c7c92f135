//! How counts differ from the official results and why, for people and for programs.

mod formats;
mod json;
mod text;
mod words;
mod worklist;

pub use formats::{Page, Reconcile, ReconcileReport};
pub use json::write as write_json;
pub use text::Detail;
