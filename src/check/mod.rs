//! `check`: opens files, runs every selected rule over each, and puts the outcome together.

mod checker;
mod damage;
mod details;
mod entities;
mod entries;
mod findings;
mod follows;
mod groups;
mod hits;
mod judge;
mod key_groups;
mod needs;
mod odd_rows;
mod repeats;
mod rule_account;
mod second;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Instant;

use self::checker::Checker;
use self::second::Given;
pub use self::second::{SecondError, SecondPaths};
use crate::input::{self, InputError};
use crate::official::OfficialError;
use crate::outcome::Outcome;
use crate::rule::{Rule, RuleError, RuleSet, Severity};

/// Which findings are kept with their record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Detail {
    /// The first so many of each rule.
    Samples(usize),
    /// All of them.
    All,
}

/// How a check is run.
pub struct CheckOptions<'a> {
    /// How files are read.
    pub input: input::Options,
    /// The rules there are.
    pub rules: &'a RuleSet,
    /// The weight of a rule in this run; `None` leaves it out.
    pub weight: &'a dyn Fn(&Rule, Severity) -> Option<Severity>,
    /// Which findings of a rule are kept with their record.
    pub detail: &'a dyn Fn(&Rule) -> Detail,
    /// Threads to work on; at least 1.
    pub threads: usize,
    /// Whether the time of each rule is taken.
    pub timings: bool,
    /// Told the bytes of the current file read so far, from any thread.
    pub progress: Option<&'a (dyn Fn(u64) + Sync)>,
}

/// Why a check could not be made.
#[derive(Debug, thiserror::Error, miette::Diagnostic)]
pub enum CheckError {
    /// A second file cannot be read.
    #[error(transparent)]
    #[diagnostic(transparent)]
    Input(#[from] InputError),
    /// A rule cannot be bound to the year of a file.
    #[error(transparent)]
    #[diagnostic(transparent)]
    Rule(#[from] Box<RuleError>),
    /// A second file is of no use.
    #[error(transparent)]
    #[diagnostic(transparent)]
    Second(#[from] SecondError),
    /// An entity list cannot be read.
    #[error(transparent)]
    #[diagnostic(transparent)]
    Official(#[from] OfficialError),
}

/// Checks files and folders.
///
/// A file that cannot be read is told in [`Outcome::unreadable`]; the others are checked.
///
/// # Errors
/// When a rule does not fit the layout of a file.
pub fn check(paths: &[PathBuf], options: &CheckOptions<'_>) -> Result<Outcome, CheckError> {
    check_with(paths, &SecondPaths::default(), options)
}

/// Checks files and folders together with second files.
///
/// # Errors
/// As for [`check`]; also when a second file cannot be read, or goes with none of the files.
pub fn check_with(paths: &[PathBuf], second: &SecondPaths, options: &CheckOptions<'_>) -> Result<Outcome, CheckError> {
    let begin = Instant::now();
    let mut checker = Checker::new(options, Given::open(second, &options.input)?);
    for opened in input::open_each(paths, &options.input) {
        match opened {
            Ok(opened) => checker.file(opened)?,
            Err(error) => checker.unreadable.push(Arc::new(error)),
        }
    }
    if let Some(error) = checker.given.unused() {
        return Err(error.into());
    }
    Ok(checker.finish(begin.elapsed()))
}
