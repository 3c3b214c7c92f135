//! Confirms or refutes a saved reconciliation, line by line, by a recount of its own: record by
//! record, condition by condition, with nothing taken from how it was made. What of it is not checked is
//! listed in `coverage`. Slow and simple on purpose.

mod cell;
mod claim;
mod count;
mod coverage;
mod expected;
mod figure;
mod judge;
mod known;
mod missing;
mod records;
mod recount;
mod survey;
mod verdict;
mod whole;

pub use claim::{Claim, ClaimError};
pub use coverage::NOT_CHECKED;
pub use judge::verify;
pub use verdict::{Judgement, VerifyVerdict, VerifyOptions};
