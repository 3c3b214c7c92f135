//! Official files: real public ones and made ones.

mod lint;
mod refusals;
mod research;
mod rules;
mod typed;

use std::path::{Path, PathBuf};

use scorelint::official::{OfficialError, OfficialFile, OfficialOptions, OfficialRow, OfficialSet, read};

/// A real public file.
pub fn real(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/official/real").join(name)
}

/// Reads files, columns about areas included.
pub fn read_all(paths: &[PathBuf]) -> Result<OfficialSet, OfficialError> {
    read(paths, &OfficialOptions { areas: scorelint::official::Areas::Read, ..OfficialOptions::default() })
}

/// A file with this content.
pub fn written(folder: &tempfile::TempDir, name: &str, content: impl AsRef<[u8]>) -> PathBuf {
    let path = folder.path().join(name);
    std::fs::write(&path, content).unwrap();
    path
}

/// The row of an entity, test and grade of all students.
pub fn row<'a>(file: &'a OfficialFile, code: &str, test: u16, grade: u8) -> &'a OfficialRow {
    let fits =
        |row: &&OfficialRow| row.place.code_text() == code && (row.test, row.grade, row.group) == (test, grade, 1);
    file.rows.iter().find(fits).unwrap()
}
