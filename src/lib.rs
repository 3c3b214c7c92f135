//! scorelint reads California's CAASPP student score files, checks them against the layout published for their
//! year, accounts for every record, and explains differences from the official aggregates.
//!
//! Four functions start everything: [`check`], [`account`], [`reconcile`] and [`verify`]. Each returns a builder
//! with options, and its `run` does the work. Paths may be score files as they come from TOMS, copies saved by a
//! spreadsheet, archives, or folders of them.
//!
//! ```
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let outcome = scorelint::check(["samples/clean"]).run()?;
//! assert_eq!(outcome.totals().errors, 0);
//!
//! let accounts = scorelint::account(["samples/clean"]).run()?;
//! assert!(!accounts.is_incomplete());
//! # Ok(())
//! # }
//! ```
//!
//! What these return holds values of students as they stand in the files, and is for no output or log; the program
//! masks them in everything it writes. Everything else is internal: the feature `internals` opens it to the
//! project's own tests and benchmarks, without any promise.

/// Declares modules that are public for the project's own tests and benchmarks alone.
macro_rules! internal {
    ($($module:ident)*) => {
        $(
            #[cfg(feature = "internals")]
            pub mod $module;
            #[cfg(not(feature = "internals"))]
            #[allow(dead_code, unused_imports, reason = "some items serve tests alone")]
            pub(crate) mod $module;
        )*
    };
}

mod api;
mod atomic_file;
#[doc(hidden)]
pub mod cli;
mod parallel;
internal! {
    account cause check counting engine facets finding input knowledge layout number official outcome privacy reconcile report rule
    settings spanned synth table tally verify years
}

pub use crate::account::{Account, AccountError, Accounts, FileAccount};
pub use crate::api::{
    AccountFiles, CheckFiles, CheckFilesError, ReconcileFiles, VerifyFiles, VerifyFilesError, account, check,
    reconcile, verify,
};
pub use crate::check::CheckError;
pub use crate::outcome::{Finding, InputOutcome, Outcome, RuleOutcome, RuleStatus, RuleTotals, Totals};
pub use crate::privacy::panic::guard;
pub use crate::reconcile::{CauseFound, ReconcileError, Reconciliation, StatusCounts};
pub use crate::rule::Severity;
pub use crate::verify::{Judgement, VerifyVerdict};

/// The SHA-256 of all files under `rules`: a result says by it what knowledge it rests on.
pub const RULES_SHA256: &str = env!("SCORELINT_RULES_SHA256");
