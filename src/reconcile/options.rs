//! What a reconciliation is to do: how files are read, whose they are, and which causes are assumed or ruled out.

use std::path::PathBuf;

use super::with::{With};
use crate::input;

/// How a reconciliation is made.
pub struct ReconcileOptions<'a> {
    /// How score files are opened.
    pub input: input::InputOptions,
    /// Threads to work on; at least 1.
    pub threads: usize,
    /// Called with the bytes of the current score file read so far, from any thread.
    pub progress: Option<&'a (dyn Fn(u64) + Sync)>,
    /// Earlier downloads of the same year.
    pub earlier: Vec<PathBuf>,
    /// The districts and charters whose files these are; found out where it is empty.
    pub leas: Vec<String>,
    /// Causes taken for true.
    pub assume: Vec<Assumption>,
    /// Causes ruled out.
    pub without: Vec<String>,
}

/// A cause that is taken for true.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Assumption {
    /// Its name.
    pub id: String,
    /// The day or school, where one is given.
    pub with: Option<With>,
}
