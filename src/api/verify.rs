//! `scorelint::verify`: recounts a saved reconciliation.

use std::path::PathBuf;

use super::owned;
use crate::input::InputOptions;
use crate::reconcile::ReconcileError;
use crate::verify::{Claim, ClaimError, VerifyOptions, VerifyVerdict};

/// Why a saved reconciliation could not be recounted.
#[derive(Debug, thiserror::Error, miette::Diagnostic)]
pub enum VerifyFilesError {
    /// The saved reconciliation cannot be read.
    #[error(transparent)]
    #[diagnostic(transparent)]
    Claim(#[from] ClaimError),
    /// A score file or an official file cannot be read.
    #[error(transparent)]
    #[diagnostic(transparent)]
    Files(#[from] ReconcileError),
}

/// A recount that is being set up; [`VerifyFiles::run`] makes it.
#[derive(Clone, Debug)]
#[must_use = "nothing is recounted before `run` is called"]
pub struct VerifyFiles {
    saved: PathBuf,
    paths: Vec<PathBuf>,
    officials: Vec<PathBuf>,
    earlier: Vec<PathBuf>,
}

/// Recounts a reconciliation that `scorelint reconcile --format json` has saved, from the same files in the same
/// order.
///
/// ```no_run
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let verdict = scorelint::verify("found.json", ["CAASPP_2025.zip"], ["research-files"]).run()?;
/// assert!(verdict.is_confirmed());
/// # Ok(())
/// # }
/// ```
pub fn verify<P: Into<PathBuf>, Q: Into<PathBuf>>(
    saved: impl Into<PathBuf>,
    paths: impl IntoIterator<Item = P>,
    officials: impl IntoIterator<Item = Q>,
) -> VerifyFiles {
    VerifyFiles { saved: saved.into(), paths: owned(paths), officials: owned(officials), earlier: Vec::new() }
}

impl VerifyFiles {
    /// The earlier downloads that the reconciliation rests on.
    pub fn earlier<P: Into<PathBuf>>(mut self, paths: impl IntoIterator<Item = P>) -> Self {
        self.earlier.extend(owned(paths));
        self
    }

    /// Makes the recount.
    ///
    /// # Errors
    /// When a file cannot be read.
    pub fn run(self) -> Result<VerifyVerdict, VerifyFilesError> {
        let claim = Claim::read(&self.saved)?;
        let input = InputOptions { year: Some(claim.year), ..InputOptions::default() };
        let options = VerifyOptions { input, progress: None };
        Ok(crate::verify::verify(&claim, &self.paths, &self.earlier, &self.officials, &options)?)
    }
}
