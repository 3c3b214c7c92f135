//! Where a finding is: path, line, and the character in the line that an editor can jump to.

use std::fmt;

use crate::input::{Dialect, FileInfo};
use crate::outcome::Finding;
use crate::privacy::text::{neutralise, width};

/// A place in a file, as `path:line:column`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FilePosition {
    /// The path as given, with the name inside a zip behind it. Neutralised.
    pub path: String,
    /// The line, 1-based, where there is one.
    pub line: Option<u64>,
    /// The character in the line, 1-based, where it is known.
    pub column: Option<u64>,
}

impl FilePosition {
    /// Where a finding in this file is.
    pub fn of(finding: &Finding, info: &FileInfo) -> Self {
        let path = path_of(info);
        if let Some(record) = &finding.record {
            let cell = record.cells.iter().find(|cell| Some(cell.column) == finding.column);
            let column = cell.and_then(|cell| cell.at).map(|at| u64::from(at) + 1);
            return Self { path, line: Some(record.line), column };
        }
        match finding.column {
            Some(column) => Self { path, line: header_line(info), column: header_place(info, column) },
            None => Self { path, line: None, column: None },
        }
    }
}

impl fmt::Display for FilePosition {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.path)?;
        if let Some(line) = self.line {
            write!(out, ":{line}")?;
        }
        if let Some(column) = self.line.and(self.column) {
            write!(out, ":{column}")?;
        }
        Ok(())
    }
}

/// The path as given, neutralised; a file in a zip stands behind the zip as if that were a folder.
pub fn path_of(info: &FileInfo) -> String {
    let path = match info.path.to_string_lossy() {
        path if path == "-" => "standard input".into(),
        path => path,
    };
    let path = neutralise(&path);
    info.member.as_ref().map_or_else(|| path.to_string(), |member| format!("{path}/{}", neutralise(member)))
}

/// The line of the header, where the file has one.
pub fn header_line(info: &FileInfo) -> Option<u64> {
    if info.dialect == Dialect::Fixed { None } else { info.first_line.checked_sub(1).filter(|line| *line > 0) }
}

/// Where in the header line the name of a column starts, 1-based. Header names are written
/// without quotes, one character apart.
fn header_place(info: &FileInfo, column: usize) -> Option<u64> {
    if matches!(info.dialect, Dialect::Fixed | Dialect::Workbook) {
        return None;
    }
    let before = info.columns.get(..column)?;
    Some(1 + before.iter().map(|one| one.name.chars().count() as u64 + 1).sum::<u64>())
}

/// The letters a spreadsheet gives a column (0-based): `A`, `Z`, `AA`.
pub fn spreadsheet_letters(column: usize) -> String {
    let mut letters = Vec::new();
    let mut rest = column + 1;
    while rest > 0 {
        rest -= 1;
        letters.push(char::from(b'A' + (rest % 26) as u8));
        rest /= 26;
    }
    letters.iter().rev().collect()
}

/// Cuts a path in front, where a frame would else run over the edge: the end tells files apart.
pub fn path_within(path: &str, columns: usize) -> String {
    if width(path) <= columns {
        return path.to_owned();
    }
    let mut kept: Vec<char> = Vec::new();
    let mut room = columns.saturating_sub(1);
    for one in path.chars().rev() {
        let needed = width(one.encode_utf8(&mut [0; 4]));
        if needed > room {
            break;
        }
        room -= needed;
        kept.push(one);
    }
    std::iter::once('…').chain(kept.into_iter().rev()).collect()
}
