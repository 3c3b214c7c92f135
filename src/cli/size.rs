//! How much there is to read, for the progress bar and for the pages of memory.

use std::fs;
use std::path::{Path, PathBuf};

use walkdir::WalkDir;

/// The bytes to be read, where that is known before: not for standard input and packed files.
pub(super) fn total(paths: &[PathBuf]) -> Option<u64> {
    paths.iter().map(|path| if path.is_dir() { size_of_folder(path) } else { size(path) }).sum()
}

fn size_of_folder(folder: &Path) -> Option<u64> {
    let files = WalkDir::new(folder).into_iter().filter_map(Result::ok).filter(|entry| entry.file_type().is_file());
    files.map(|entry| size(entry.path())).sum()
}

fn size(path: &Path) -> Option<u64> {
    let is_packed =
        path.extension().is_some_and(|end| ["gz", "zip", "xlsx"].iter().any(|one| end.eq_ignore_ascii_case(one)));
    let facts = fs::metadata(path).ok().filter(fs::Metadata::is_file)?;
    (!is_packed).then_some(facts.len())
}
