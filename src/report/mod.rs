//! Everything that scorelint writes about what it found: one folder for each kind of report, one
//! file for each format. Reports compute no facts: counts and findings come from the command that
//! made them, words come from the rules.

pub mod account;
pub mod check;
mod link;
pub mod number;
pub mod reconcile;
pub mod verify;
mod waiver;

pub use check::{Colour, Links, Look, Material, Place, RuleBook, RuleWords, Signs, Timings, Unit};
pub use waiver::WaiverOut;

pub use check::{write_concise, write_human, write_json};
