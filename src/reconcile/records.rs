//! The records of all score files of a reconciliation: how each counts, and how it would count.

use std::collections::BTreeMap;

use rustc_hash::FxHashMap;

use super::code::{CdsCode};
use crate::facets::Facets;
use crate::input::{FileInfo, View};
use crate::tally::{EntityCode, NotKnown};

/// A file that was read.
#[derive(Clone, Debug)]
pub struct InputFile {
    /// What it is.
    pub info: FileInfo,
    /// Records read.
    pub records: u32,
    /// The number of its first record among all.
    pub first: u32,
    /// Whether it is an earlier download.
    pub is_earlier: bool,
    /// The SHA-256 of the file as it is stored, where it was wanted and the file can be read again.
    pub sha256: Option<String>,
}

/// The records of all files, each with how it counts.
#[derive(Debug, Default)]
pub struct Records {
    /// The files, in the order their records follow each other.
    pub files: Vec<InputFile>,
    /// How each record counts.
    pub facets: Vec<Facets>,
    /// The line each stands on.
    pub lines: Vec<u32>,
    /// The student and test each is of; 0 where that is not known.
    pub identities: Vec<u64>,
    /// How the records of earlier downloads counted then; by themselves they count nowhere.
    pub then: Vec<Facets>,
    /// The number of the first of them.
    pub then_first: u32,
    /// The places that facets name.
    pub places: Vec<EntityCode>,
    /// What schools and districts are called in the files, by code.
    pub names: BTreeMap<CdsCode, String>,
    /// For each supposition, the records it would change.
    pub changes: Vec<Vec<Supposed>>,
    /// How new each record is: the higher, the newer; 0 where no day is known.
    pub recency: Vec<u64>,
    /// Results that stand in several files.
    pub copies: Vec<Copies>,
    /// Records that only files by enrolled LEA have, while there are others: how they would count.
    pub enrolled_alone: Vec<Supposed>,
    /// For each key of repeats, a hash a record.
    pub keys: Vec<Vec<u64>>,
    /// Suppositions that need a column that a file lacks, and the column.
    pub not_known: Vec<(usize, &'static str)>,
    /// The texts that [`Supposed::parameter`] names.
    pub texts: Vec<String>,
    /// What of the counts is not known.
    pub unknown_counts: NotKnown,
    pub(super) numbers: FxHashMap<EntityCode, u32>,
    pub(super) text_numbers: FxHashMap<String, i32>,
}

/// How a record would count.
#[derive(Clone, Copy, Debug)]
pub struct Supposed {
    /// The record.
    pub record: u32,
    /// Its day or the number of its text; 0 where there is none.
    pub parameter: i32,
    /// How it would count.
    pub after: Facets,
}

/// Results that two files have both.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Copies {
    /// The file whose copies count, by its place.
    pub counted: usize,
    /// The other file.
    pub other: usize,
    /// How many results these are.
    pub results: u64,
    /// Of these, how many are newer than their copies; the others have the same dates.
    pub newer: u64,
}

/// Whether all files but earlier downloads are by enrolled LEA: they lack students who were tested
/// here and are enrolled elsewhere by now.
pub(super) fn is_of_enrolled_alone(files: &[InputFile]) -> bool {
    files.iter().filter(|file| !file.is_earlier).all(|file| file.info.view == View::Enrolled)
}
