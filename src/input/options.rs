//! What the user sets about reading: forced facts and limits.

use super::model::{Dialect, Encoding, View};

/// How files are read. Everything that is `None` is found out.
#[derive(Clone, Debug, Default)]
pub struct InputOptions {
    /// The layout year, if it is forced.
    pub year: Option<u16>,
    /// The dialect, if it is forced.
    pub dialect: Option<Dialect>,
    /// The encoding, if it is forced.
    pub encoding: Option<Encoding>,
    /// The view, if it is stated.
    pub view: Option<View>,
    /// The sheets of workbooks to read; all visible ones with score records where it is empty.
    pub sheets: Vec<String>,
    /// Whether the SHA-256 of the stored file is computed while reading.
    pub want_sha256: bool,
    /// How much of a file is looked through for damage before its records are read.
    pub survey: SurveyedPart,
    /// What may be used up.
    pub limits: Limits,
}

/// How much of a file is looked through for damage before its records are read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SurveyedPart {
    /// Its start; all of it where the start holds damage. For those who watch the columns while they read on.
    #[default]
    Start,
    /// All of it.
    Whole,
}

/// Bounds that keep a hostile or broken file from using up the machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Longest record, in bytes, line end not counted. Longer ones are skipped and reported.
    pub record: usize,
    /// Most bytes one compressed file may expand to.
    pub expanded: u64,
    /// Most expanded bytes for one stored byte, once more than [`Limits::RATIO_FREE`] came out.
    pub ratio: u64,
    /// Most bytes of standard input, or of a workbook in an archive: both are held in memory whole.
    pub held: u64,
}

impl Limits {
    /// Expanded bytes that are allowed whatever the ratio: files of empty records compress well.
    pub const RATIO_FREE: u64 = 64 << 20;
}

impl Default for Limits {
    /// 1 MiB a record (real ones have some 4 KiB), 64 GiB expanded (a state is 7 GB), 1:1000
    /// (the format's own limit is about 1:1032; score files reach 1:40), 1 GiB held.
    fn default() -> Self {
        Self { record: 1 << 20, expanded: 64 << 30, ratio: 1000, held: 1 << 30 }
    }
}
