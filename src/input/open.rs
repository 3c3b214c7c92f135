//! Opens files: finds out what each is and makes its source of blocks.

use std::fs::File;
use std::path::{Path, PathBuf};

use super::chunks::Chunks;
use super::error::InputError;
use super::finding::file;
use super::header::map_header;
use super::model::{BlockSource, Detected, Dialect, Encoding, FileInfo, View};
use super::options::Options;
use super::plain::PlainSource;
use super::year::find_year;
use crate::engine::FileFinding;

/// A file ready to be read.
pub struct Opened {
    /// What it is.
    pub info: FileInfo,
    /// What was noticed before the first record.
    pub findings: Vec<FileFinding>,
    /// Its records.
    pub source: Box<dyn BlockSource>,
}

/// Opens files.
///
/// # Errors
/// When one of them cannot be read, or is no score file of a known layout.
pub fn open(paths: &[PathBuf], options: &Options) -> Result<Vec<Opened>, InputError> {
    paths.iter().map(|path| open_file(path, options).map_err(|error| error.at(&path.display().to_string()))).collect()
}

fn open_file(path: &Path, options: &Options) -> Result<Opened, InputError> {
    let io = |source| InputError::Io { path: String::new(), source };
    let file_on_disk = File::open(path).map_err(io)?;
    let bytes = file_on_disk.metadata().ok().map(|one| one.len());
    let mut chunks = Chunks::new(Vec::new(), Box::new(file_on_disk), options.limits.record);
    let Some(line) = chunks.peek_line().filter(|line| !line.is_empty()) else {
        return Err(InputError::Empty { path: String::new() });
    };
    let names: Vec<String> = String::from_utf8_lossy(line).split('^').map(str::to_owned).collect();
    if names.len() < 2 {
        return Err(InputError::NoDelimiter { path: String::new() });
    }
    let header_length = memchr::memchr(b'\n', chunks.peek()).map_or(chunks.peek().len(), |end| end + 1);
    let year = find_year(&names)?;
    let mapped = map_header(&names, year.known);
    chunks.skip(header_length);
    let info = FileInfo {
        path: path.to_owned(),
        member: None,
        year: year.known.layout.year(),
        dialect: Dialect::Caret,
        separator: b'^',
        trailing_cell: false,
        encoding: Encoding::Utf8,
        view: options.view.unwrap_or(View::Unknown),
        lea: None,
        detected: vec![Detected { what: "layout", value: year.known.layout.year().to_string(), why: year.why }],
        columns: mapped.columns,
        first_line: 2,
        bytes,
    };
    let mut findings = mapped.findings;
    if chunks.peek().is_empty() {
        findings.push(file("L023").done());
    }
    Ok(Opened { info, findings, source: Box::new(PlainSource::new(chunks, 2)) })
}
