//! Checks score files: opens them, runs every selected rule over each, and collects the outcome.

mod checker;
mod damage;
mod details;
mod entities;
mod entries;
mod error;
mod findings;
mod follows;
mod groups;
mod hits;
mod judge;
mod key_groups;
mod needs;
mod odd_rows;
mod options;
mod parts;
mod repeats;
mod rule_account;
mod second;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Instant;

use self::checker::Checker;
pub use self::error::CheckError;
pub use self::options::{CheckOptions, KeptFindings};
use self::parts::FileParts;
use self::second::GivenSecondFiles;
pub use self::second::{SecondError, SecondPaths};
use crate::input;
use crate::outcome::Outcome;

/// Checks files and folders.
///
/// A file that cannot be read is listed in [`Outcome::unreadable`]; the others are checked.
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
    let mut checker = Checker::new(options, GivenSecondFiles::open(second, &options.input)?);
    checker.parts = FileParts::among(paths, &options.input);
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
