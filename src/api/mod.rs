//! The public face of the library: a builder for each of the four things that scorelint does.

mod account;
mod check;
mod reconcile;
mod verify;

use std::num::NonZero;
use std::path::PathBuf;

pub use account::{AccountFiles, account};
pub use check::{CheckFiles, CheckFilesError, check};
pub use reconcile::{ReconcileFiles, reconcile};
pub use verify::{VerifyFiles, VerifyFilesError, verify};

/// As many threads as the machine has.
fn all_threads() -> usize {
    std::thread::available_parallelism().map_or(1, NonZero::get)
}

fn owned<P: Into<PathBuf>>(paths: impl IntoIterator<Item = P>) -> Vec<PathBuf> {
    paths.into_iter().map(Into::into).collect()
}
