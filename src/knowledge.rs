//! The tables under `rules`: those that the program carries, found by `build.rs`, and those that a
//! folder or a layout file puts in their place or adds to them for one run.

use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use walkdir::WalkDir;

/// Path (`rules/layouts/2025.tsv`) and text of each table, sorted by path.
static SHIPPED: &[(&str, &str)] = &include!(concat!(env!("OUT_DIR"), "/tables.rs"));

/// Path (`rules/layouts/2026.toml`) and text of each layout file that the program carries.
static LAYOUT_FILES: &[(&str, &str)] = &include!(concat!(env!("OUT_DIR"), "/layout_files.rs"));

/// The tables of this run, where they are not the shipped ones alone.
static REPLACED: OnceLock<Vec<(&'static str, &'static str)>> = OnceLock::new();

/// Why tables could not be taken from a folder.
#[derive(Debug, thiserror::Error)]
pub enum KnowledgeError {
    /// A file could not be read.
    #[error("{} could not be read: {problem}", path.display())]
    Unreadable {
        /// The file or folder.
        path: PathBuf,
        /// What the system said.
        problem: String,
    },
    /// There is no table in it.
    #[error("{} holds no table", .0.display())]
    Empty(PathBuf),
    /// Tables were replaced before in this process.
    #[error("the tables can be replaced only once, before the first is read")]
    Again,
}

/// The text of a table; `None` where there is none of this path.
pub fn text(path: &str) -> Option<&'static str> {
    let tables = tables();
    let place = tables.binary_search_by(|(one, _)| (*one).cmp(path)).ok()?;
    Some(tables[place].1)
}

/// The path of a table as the program keeps it, so that it outlives a text that was put together.
pub fn path(path: &str) -> Option<&'static str> {
    let tables = tables();
    let place = tables.binary_search_by(|(one, _)| (*one).cmp(path)).ok()?;
    Some(tables[place].0)
}

/// The paths of the tables of a folder (`rules/codes`), sorted.
pub fn paths(folder: &str) -> impl Iterator<Item = &'static str> {
    let within = move |path: &&str| path.strip_prefix(folder).is_some_and(|rest| rest.starts_with('/'));
    tables().iter().map(|(path, _)| *path).filter(within)
}

/// The layout files that the program carries: path and text.
pub fn layout_files() -> impl Iterator<Item = (&'static str, &'static str)> {
    LAYOUT_FILES.iter().copied()
}

/// Puts the tables of a folder, which is laid out as `rules` is, in the place of the shipped ones of
/// the same path, and adds the others. Every other table stays.
///
/// # Errors
/// Files that cannot be read, a folder without tables, a second call.
pub fn replace_with_folder(folder: &Path) -> Result<(), KnowledgeError> {
    let unreadable = |path: &Path, problem: String| KnowledgeError::Unreadable { path: path.to_owned(), problem };
    let mut found = Vec::new();
    for entry in WalkDir::new(folder).sort_by_file_name() {
        let entry = entry.map_err(|error| unreadable(folder, error.to_string()))?;
        let path = entry.path();
        if path.extension().is_none_or(|extension| extension != "tsv") {
            continue;
        }
        let text = std::fs::read_to_string(path).map_err(|error| unreadable(path, error.to_string()))?;
        let inner = path.strip_prefix(folder).unwrap_or(path);
        let parts: Vec<_> = inner.iter().map(|part| part.to_string_lossy()).collect();
        found.push((format!("rules/{}", parts.join("/")), text));
    }
    if found.is_empty() {
        return Err(KnowledgeError::Empty(folder.to_owned()));
    }
    replace(found)
}

/// Puts tables in the place of those of the same path, for the rest of the process.
///
/// # Errors
/// A second call: what was read before would not agree with what is read later.
pub fn replace(files: Vec<(String, String)>) -> Result<(), KnowledgeError> {
    let mut merged: Vec<(&'static str, &'static str)> = SHIPPED.to_vec();
    for (path, text) in files {
        // Tables are borrowed from until the process ends, as the shipped ones are.
        let (path, text): (&'static str, &'static str) = (path.leak(), text.leak());
        match merged.binary_search_by(|(one, _)| (*one).cmp(path)) {
            Ok(place) => merged[place].1 = text,
            Err(place) => merged.insert(place, (path, text)),
        }
    }
    REPLACED.set(merged).map_err(|_| KnowledgeError::Again)
}

fn tables() -> &'static [(&'static str, &'static str)] {
    REPLACED.get().map_or(SHIPPED, Vec::as_slice)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shipped_tables_are_sorted_and_found() {
        assert!(SHIPPED.is_sorted_by(|(one, _), (next, _)| one < next));
        assert!(text("rules/layouts/years.tsv").unwrap().starts_with("year\t"));
        assert_eq!(text("rules/layouts/none.tsv"), None);
        assert!(paths("rules/codes").all(|path| path.starts_with("rules/codes/")) && paths("rules/codes").count() > 5);
    }
}
