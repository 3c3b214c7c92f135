//! `scorelint::account`: accounts for every record of score files.

use std::path::PathBuf;

use super::{all_threads, owned};
use crate::account::{AccountError, AccountOptions, Accounts};
use crate::input::InputOptions;

/// An account that is being set up; [`AccountFiles::run`] makes it.
#[derive(Clone, Debug)]
#[must_use = "nothing is counted before `run` is called"]
pub struct AccountFiles {
    paths: Vec<PathBuf>,
    year: Option<u16>,
    threads: usize,
}

/// Accounts for every record of score files, or folders and archives of them: counted in which number, or not
/// and why.
///
/// ```
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let accounts = scorelint::account(["samples/clean"]).run()?;
/// for account in &accounts.years {
///     let reasons: u64 = account.reasons().iter().map(|(_, _, records)| records).sum();
///     assert_eq!(reasons, account.records(), "every record has a reason");
/// }
/// # Ok(())
/// # }
/// ```
pub fn account<P: Into<PathBuf>>(paths: impl IntoIterator<Item = P>) -> AccountFiles {
    AccountFiles { paths: owned(paths), year: None, threads: all_threads() }
}

impl AccountFiles {
    /// Reads the files by the layout of this year, instead of finding it out.
    pub fn year(mut self, year: u16) -> Self {
        self.year = Some(year);
        self
    }

    /// Works on so many threads, at least one; without it, on as many as the machine has.
    pub fn threads(mut self, threads: usize) -> Self {
        self.threads = threads.max(1);
        self
    }

    /// Makes the account. Files that cannot be read are named in [`Accounts::unreadable`].
    ///
    /// # Errors
    /// When a shipped table is wrong.
    pub fn run(self) -> Result<Accounts, AccountError> {
        let input = InputOptions { year: self.year, ..InputOptions::default() };
        crate::account::account(&self.paths, &AccountOptions { input, threads: self.threads, progress: None })
    }
}
