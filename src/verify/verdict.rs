//! The verdict on a saved reconciliation, and how score files are read for it.

use crate::input::InputOptions;

/// What came of a figure.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Judgement {
    /// The figure, by its place in the saved reconciliation.
    pub cell: usize,
    /// What is wrong with it.
    pub wrong: String,
}

/// What came of a saved reconciliation.
#[derive(Clone, Debug, Default)]
pub struct VerifyVerdict {
    /// Figures that were recounted.
    pub recounted: u64,
    /// Steps that were recounted.
    pub steps: u64,
    /// Of these, those that the files cannot tell.
    pub not_checkable: u64,
    /// Files that are others than those of the run.
    pub other_files: Vec<String>,
    /// Fields of the reconciliation that are not checked, with the reason.
    pub not_checked: Vec<(String, &'static str)>,
    /// What of the counts is not known because values of the score files cannot be read, in words.
    pub not_known: Vec<String>,
    /// What is refuted of the whole.
    pub of_the_whole: Vec<String>,
    /// What is refuted of figures.
    pub refuted: Vec<Judgement>,
}

impl VerifyVerdict {
    /// Whether nothing is refuted.
    pub fn is_confirmed(&self) -> bool {
        self.refuted.is_empty() && self.of_the_whole.is_empty() && self.other_files.is_empty()
    }
}

/// How score files are recounted.
#[derive(Clone, Default)]
pub struct VerifyOptions<'a> {
    /// How they are read.
    pub input: InputOptions,
    /// Called with the bytes of the current file read so far.
    pub progress: Option<&'a (dyn Fn(u64) + Sync)>,
}
