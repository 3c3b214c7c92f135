//! Opens the files that paths stand for, one after the other, and a file a second time.

use std::collections::VecDeque;
use std::fs::File;
use std::io::{Seek as _, SeekFrom};
use std::path::PathBuf;

use super::candidate::{FileCandidate, io_error};
use super::error::{InputError, InputErrorKind};
use super::list::{Listing, list};
use super::skipped::Skipped;
use super::mend::{Mended, survey_whole};
use super::detected::{Detected};
use super::model::{BlockSource, FileInfo, ReadMark};
use super::open::{Opened, resume};
use super::options::InputOptions;

/// Opens all files that paths stand for, at once; see [`open_each`].
///
/// # Errors
/// When one of the files cannot be read, or none is a score file.
pub fn open(paths: &[PathBuf], options: &InputOptions) -> Result<Vec<Opened>, InputError> {
    open_each(paths, options).collect()
}

/// Opens the files that paths stand for one after the other, so that few are held at a time. One
/// that cannot be opened is an error in its place, and the others follow.
///
/// Files of another kind that lie in a folder or archive together with score files are passed
/// over; the last file says so among what was detected.
pub fn open_each(paths: &[PathBuf], options: &InputOptions) -> OpenedFiles {
    let Listing { mut files, mut skipped, refused, twins } = list(paths, options);
    for twin in twins {
        let Some(delimited) = files.iter_mut().find(|file| file.name() == twin.delimited) else { continue };
        let compared = twin.compare(delimited, options);
        skipped.push(Skipped { path: twin.fixed.name(), why: twin.skipped(&compared) });
        twin.note(delimited, compared);
    }
    OpenedFiles {
        refused: refused.into_iter(),
        files: files.into(),
        options: options.clone(),
        skipped,
        held: None,
        others: Vec::new(),
        any: false,
    }
}

/// Opens files one after the other.
pub struct OpenedFiles {
    refused: std::vec::IntoIter<InputError>,
    files: VecDeque<FileCandidate>,
    options: InputOptions,
    skipped: Vec<Skipped>,
    /// The file opened last; given out when it is known whether another follows.
    held: Option<Opened>,
    /// Why the files that were passed over were, last first once they are given out.
    others: Vec<InputError>,
    any: bool,
}

impl Iterator for OpenedFiles {
    type Item = Result<Opened, InputError>;

    fn next(&mut self) -> Option<Self::Item> {
        if let Some(error) = self.refused.next() {
            return Some(Err(error));
        }
        while let Some(file) = self.files.pop_front() {
            let (name, is_named) = (file.name(), file.named);
            match self.open_first_sheet(file) {
                Ok(opened) => {
                    self.any = true;
                    if let Some(before) = self.held.replace(opened) {
                        return Some(Ok(before));
                    }
                }
                Err(error) if !is_named && error.is_another_kind() => {
                    self.skipped.push(Skipped { path: name, why: error.reason() });
                    self.others.insert(0, error);
                }
                Err(error) => return Some(Err(error)),
            }
        }
        let Some(mut last) = self.held.take() else {
            // Where nothing at all is a score file, the reasons are errors.
            return self.others.pop().filter(|_| !self.any).map(Err);
        };
        last.info.detected.extend(skipped_note(&self.skipped));
        Some(Ok(last))
    }
}

impl OpenedFiles {
    /// Opens a file; of a workbook with several sheets, the first, and the others are next.
    fn open_first_sheet(&mut self, file: FileCandidate) -> Result<Opened, InputError> {
        let mut sheets = file.each_sheet(&self.options)?.into_iter();
        let first = sheets.next();
        sheets.rev().for_each(|sheet| self.files.push_front(sheet));
        let none = || InputError::from(InputErrorKind::NoScoreFiles);
        first.ok_or_else(none)?.open(&self.options)
    }
}

/// What was passed over, in one line: a folder can hold many other files.
fn skipped_note(skipped: &[Skipped]) -> Option<Detected> {
    const NAMED: usize = 3;
    let first: Vec<String> = skipped.iter().take(NAMED).map(|one| format!("{} ({})", one.path, one.why)).collect();
    let more = skipped.len().saturating_sub(NAMED);
    let why = if more > 0 { format!("{} and {more} more", first.join(", ")) } else { first.join(", ") };
    let value = format!("{} {}", skipped.len(), if skipped.len() == 1 { "file" } else { "files" });
    (!skipped.is_empty()).then_some(Detected { what: "skipped", value, why })
}

/// Opens a file again, to read its records a second time.
///
/// # Errors
/// When it cannot be read any more.
pub fn reopen(info: &FileInfo, options: &InputOptions) -> Result<Box<dyn BlockSource>, InputError> {
    let stored = reopen_as_stored(info, &InputOptions { want_sha256: false, ..options.clone() })?;
    Ok(Mended::over(stored, info))
}

/// Looks through the whole of a file in which damage came up after its start, and opens it again with all of it
/// mended. The findings are those of the damage alone.
///
/// # Errors
/// When it cannot be read any more.
pub fn look_through(info: &FileInfo, options: &InputOptions) -> Result<Opened, InputError> {
    let without_hash = InputOptions { want_sha256: false, ..options.clone() };
    let survey = survey_whole(info, reopen_as_stored(info, &without_hash)?.as_mut())?;
    let source = reopen_as_stored(info, options)?;
    Ok(Opened { info: info.clone(), findings: Vec::new(), source }.mended(survey))
}

/// Goes through a file with `run`, and once more where that finds damage that was not known (`None`); returns what is
/// known of the file by then, and the result.
///
/// # Errors
/// Those of `run`, or when the file cannot be read a second time.
pub fn run_through<T, E: From<InputError>>(
    opened: Opened,
    options: &InputOptions,
    mut run: impl FnMut(Opened) -> Result<Option<T>, E>,
) -> Result<(FileInfo, Option<T>), E> {
    let (info, findings) = (opened.info.clone(), opened.findings.clone());
    if let Some(result) = run(opened)? {
        return Ok((info, Some(result)));
    }
    let mut again = look_through(&info, options)?;
    let info = again.info.clone();
    again.findings.extend(findings);
    Ok((info, run(again)?))
}

fn reopen_as_stored(info: &FileInfo, options: &InputOptions) -> Result<Box<dyn BlockSource>, InputError> {
    let name = info.path.display().to_string();
    let again =
        |reason: &str| InputError::new(name.clone(), InputErrorKind::Io { reason: std::io::Error::other(reason) });
    // What was found out the first time is not looked for again.
    let options = InputOptions { year: Some(info.year), view: Some(info.view), ..options.clone() };
    let files = list(std::slice::from_ref(&info.path), &options).files;
    let sheets = files.into_iter().flat_map(|file| file.each_sheet(&options).unwrap_or_default());
    let same = sheets.into_iter().find(|file| file.member() == info.member.as_deref());
    let opened = same.ok_or_else(|| again("it has changed while it was read"))?.open_as_stored(&options)?;
    Ok(opened.source)
}

/// Reads a file on from a mark that its source gave.
///
/// # Errors
/// When it cannot be read any more.
pub fn reopen_at(info: &FileInfo, options: &InputOptions, mark: ReadMark) -> Result<Box<dyn BlockSource>, InputError> {
    let io = |error| io_error(&info.path, error);
    let mut file = File::open(&info.path).map_err(io)?;
    file.seek(SeekFrom::Start(mark.position)).map_err(io)?;
    Ok(Mended::over(resume(Box::new(file), info, options, mark), info))
}
