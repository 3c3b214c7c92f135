//! `scorelint::check`: checks score files against the layout of their year.

use std::path::PathBuf;

use super::{all_threads, owned};
use crate::check::{CheckError, CheckOptions, KeptFindings, SecondPaths, check_with};
use crate::input::InputOptions;
use crate::outcome::Outcome;
use crate::rule::{Rule, RuleErrors, RuleSet, Severity};

/// Why files could not be checked.
#[derive(Debug, thiserror::Error, miette::Diagnostic)]
pub enum CheckFilesError {
    /// A rule file is wrong.
    #[error(transparent)]
    #[diagnostic(transparent)]
    Rules(#[from] RuleErrors),
    /// A second file cannot be read, or a rule does not fit the layout of a file.
    #[error(transparent)]
    #[diagnostic(transparent)]
    Check(#[from] CheckError),
}

/// A check that is being set up; [`CheckFiles::run`] makes it.
#[derive(Clone, Debug)]
#[must_use = "nothing is checked before `run` is called"]
pub struct CheckFiles {
    paths: Vec<PathBuf>,
    second: SecondPaths,
    year: Option<u16>,
    samples: Option<usize>,
    threads: usize,
}

/// Checks score files, or folders and archives of them, with all shipped rules.
///
/// ```
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let outcome = scorelint::check(["samples/damaged"]).samples(1).run()?;
/// let totals = outcome.totals();
/// assert!(totals.errors > 0);
/// for rule in outcome.rules.iter().filter(|rule| rule.broke > 0) {
///     println!("{} {}: {} findings", rule.severity.as_str(), rule.code, rule.broke);
/// }
/// # Ok(())
/// # }
/// ```
pub fn check<P: Into<PathBuf>>(paths: impl IntoIterator<Item = P>) -> CheckFiles {
    CheckFiles {
        paths: owned(paths),
        second: SecondPaths::default(),
        year: None,
        samples: None,
        threads: all_threads(),
    }
}

impl CheckFiles {
    /// Compares with student files of years before, or earlier downloads of the same year.
    pub fn earlier<P: Into<PathBuf>>(mut self, paths: impl IntoIterator<Item = P>) -> Self {
        self.second.earlier.extend(owned(paths));
        self
    }

    /// Compares with the enrolled view, or rosters in its form.
    pub fn enrolled<P: Into<PathBuf>>(mut self, paths: impl IntoIterator<Item = P>) -> Self {
        self.second.enrolled.extend(owned(paths));
        self
    }

    /// Looks up schools and charters in official entity lists.
    pub fn entities<P: Into<PathBuf>>(mut self, paths: impl IntoIterator<Item = P>) -> Self {
        self.second.entities.extend(owned(paths));
        self
    }

    /// Reads the files by the layout of this year, instead of finding it out.
    pub fn year(mut self, year: u16) -> Self {
        self.year = Some(year);
        self
    }

    /// Keeps the records of the first so many findings of each rule; without it, of all findings. Counts are
    /// exact in any case.
    pub fn samples(mut self, samples: usize) -> Self {
        self.samples = Some(samples);
        self
    }

    /// Works on so many threads, at least one; without it, on as many as the machine has. The outcome does not
    /// depend on it.
    pub fn threads(mut self, threads: usize) -> Self {
        self.threads = threads.max(1);
        self
    }

    /// Makes the check.
    ///
    /// The outcome holds values of students as they stand in the files: they are for no output or log. Files that
    /// cannot be read are named in [`Outcome::unreadable`].
    ///
    /// # Errors
    /// When a second file cannot be read, or goes with none of the files.
    pub fn run(self) -> Result<Outcome, CheckFilesError> {
        let rules = RuleSet::for_run(&[])?;
        let detail = self.samples.map_or(KeptFindings::All, KeptFindings::Samples);
        let options = CheckOptions {
            input: InputOptions { year: self.year, ..InputOptions::default() },
            rules: &rules,
            weight: &|_: &Rule, severity: Severity| Some(severity),
            detail: &|_: &Rule| detail,
            threads: self.threads,
            timings: false,
            progress: None,
        };
        Ok(check_with(&self.paths, &self.second, &options)?)
    }
}
