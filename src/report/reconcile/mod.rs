//! How counts differ from the official results and why, for people and for programs.

mod formats;
mod json;
mod subject;
mod text;
mod words;
mod worklist;

pub use formats::ReconcileKind;
pub use json::write as write_json;
pub use subject::{FigureDetail, ReconcileView, ReconcileReport};
