//! The verdict on a saved reconciliation, for people and for programs.

mod formats;
mod json;
mod text;

pub use formats::{VerifyKind, VerifyReport};
