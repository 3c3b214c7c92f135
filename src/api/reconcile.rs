//! `scorelint::reconcile`: explains the differences between score files and official numbers.

use std::path::PathBuf;

use super::{all_threads, owned};
use crate::input::InputOptions;
use crate::reconcile::{ReconcileError, ReconcileOptions, Reconciliation};

/// A reconciliation that is being set up; [`ReconcileFiles::run`] makes it.
#[derive(Clone, Debug)]
#[must_use = "nothing is compared before `run` is called"]
pub struct ReconcileFiles {
    paths: Vec<PathBuf>,
    officials: Vec<PathBuf>,
    earlier: Vec<PathBuf>,
    leas: Vec<String>,
    without: Vec<String>,
    year: Option<u16>,
    threads: usize,
}

/// Compares score files with official research files, or with a table of numbers typed from the preview page,
/// and explains every difference down to the records that cause it.
///
/// ```no_run
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let found = scorelint::reconcile(["CAASPP_2025.zip"], ["research-files"]).run()?;
/// let tally = found.tally();
/// println!("{} agree, {} explained, {} unexplained", tally.equal, tally.explained, tally.unexplained);
/// for cause in &found.causes {
///     println!("{}: {} records", cause.cause.id, cause.records.len());
/// }
/// # Ok(())
/// # }
/// ```
pub fn reconcile<P: Into<PathBuf>, Q: Into<PathBuf>>(
    paths: impl IntoIterator<Item = P>,
    officials: impl IntoIterator<Item = Q>,
) -> ReconcileFiles {
    ReconcileFiles {
        paths: owned(paths),
        officials: owned(officials),
        earlier: Vec::new(),
        leas: Vec::new(),
        without: Vec::new(),
        year: None,
        threads: all_threads(),
    }
}

impl ReconcileFiles {
    /// Uses earlier downloads of the same year, which show what has changed since.
    pub fn earlier<P: Into<PathBuf>>(mut self, paths: impl IntoIterator<Item = P>) -> Self {
        self.earlier.extend(owned(paths));
        self
    }

    /// Says whose files these are: the code of a district or charter, in fourteen digits.
    pub fn lea(mut self, code: impl Into<String>) -> Self {
        self.leas.push(code.into());
        self
    }

    /// Rules a cause out, by its name in `rules/causes`.
    pub fn without(mut self, cause: impl Into<String>) -> Self {
        self.without.push(cause.into());
        self
    }

    /// Reads the score files by the layout of this year, instead of finding it out.
    pub fn year(mut self, year: u16) -> Self {
        self.year = Some(year);
        self
    }

    /// Works on so many threads, at least one; without it, on as many as the machine has.
    pub fn threads(mut self, threads: usize) -> Self {
        self.threads = threads.max(1);
        self
    }

    /// Makes the reconciliation.
    ///
    /// # Errors
    /// When a file cannot be read, the files are of several years, or a cause is not known.
    pub fn run(self) -> Result<Reconciliation, ReconcileError> {
        let options = ReconcileOptions {
            input: InputOptions { year: self.year, ..InputOptions::default() },
            threads: self.threads,
            progress: None,
            earlier: self.earlier,
            leas: self.leas,
            assume: Vec::new(),
            without: self.without,
        };
        crate::reconcile::reconcile(&self.paths, &self.officials, &options)
    }
}
