//! The flags of commands that compare score files with official results, and how both are read.

use std::path::PathBuf;

/// The files that are compared.
#[derive(Clone, Debug, clap::Args)]
pub(super) struct ComparedArgs {
    /// Score files, or folders with score files, of one year
    #[arg(value_name = "FILE|FOLDER", required = true)]
    pub paths: Vec<PathBuf>,
    /// Official results to compare with: research files (as downloaded, or in their zip), a table made
    /// by scorelint template, entity lists, or folders of these
    #[arg(long, value_name = "FILE|FOLDER", required = true, num_args = 1..)]
    pub official: Vec<PathBuf>,
    /// An earlier download of the same year: what changed since then can explain differences
    #[arg(long, value_name = "FILE|FOLDER")]
    pub earlier: Vec<PathBuf>,
}

impl ComparedArgs {
    /// All files that are read.
    pub(super) fn all(&self) -> Vec<PathBuf> {
        self.paths.iter().chain(&self.official).chain(&self.earlier).cloned().collect()
    }

    /// The score files that are read, earlier ones first: those that take time.
    pub(super) fn scores(&self) -> Vec<PathBuf> {
        self.earlier.iter().chain(&self.paths).cloned().collect()
    }
}
