//! Confirms or refutes a saved reconciliation, line by line, by a recount of its own: record by
//! record, condition by condition, with nothing taken from how it was made. Slow and simple on purpose.

mod cell;
mod claim;
mod count;
mod figure;
mod judge;
mod missing;
mod records;
mod recount;

pub use claim::{Claim, ClaimError};
pub use judge::{Judgement, Verdict, VerifyOptions, verify};
