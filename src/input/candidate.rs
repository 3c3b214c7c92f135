//! A file that can be opened, wherever it lies: by itself, packed, in an archive, in memory.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use flate2::read::MultiGzDecoder;

use super::archive::{contents, open_member};
use super::backing::{Backing, Held, Member, Seekable};
use super::error::{InputError, InputErrorKind, STANDARD_INPUT};
use super::held::hold;
use super::mend::{Mended, survey};
use super::detected::{Detected};
use super::model::{Block};
use super::names::is_workbook_name;
use super::open::{Opened, InputOrigin, Primed, open_sheet, open_text};
use super::options::{Limits, InputOptions};
use super::stream::{Bytes, HashSource, HashingReader, read_head, unpack};
use super::workbook::check_size;
use crate::finding::FileFinding;

/// A file that can be opened.
pub struct FileCandidate {
    pub(super) origin: InputOrigin,
    pub(super) place: FileLocation,
    /// Whether the user named this very file, and did not just name a folder or archive it is in.
    pub named: bool,
    /// What is to be said about it besides, where its archive is damaged.
    pub(super) damage: Option<FileFinding>,
}

/// Where a file lies.
pub(super) enum FileLocation {
    Text(PathBuf),
    Pipe(Held),
    Member { backing: Backing, member: Member, hash: HashSource },
    Workbook { backing: Backing, members: Vec<Member>, hash: HashSource },
}

/// The length of what a file holds, as far as it is known without reading it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Length {
    /// So many bytes.
    Known(u64),
    /// The last 32 bits of the length of what a gzip file, or the last one joined to it, holds.
    Gzip(u32),
}

/// What a stored file tells of the length of its content: gzip files end with it.
fn stored_length(stored: &mut (impl Read + Seek)) -> Option<Length> {
    let length = stored.seek(SeekFrom::End(0)).ok()?;
    let mut start = [0; 2];
    stored.rewind().ok()?;
    if stored.read_exact(&mut start).is_err() || !is_gzip(&start) {
        return Some(Length::Known(length));
    }
    let mut end = [0; 4];
    stored.seek(SeekFrom::End(-4)).ok()?;
    stored.read_exact(&mut end).ok()?;
    Some(Length::Gzip(u32::from_le_bytes(end)))
}

impl FileCandidate {
    /// The name for messages: the path, and the name in an archive.
    pub fn name(&self) -> String {
        let path = match self.origin.path.display().to_string() {
            path if path == "-" => STANDARD_INPUT.to_owned(),
            path => path,
        };
        match &self.origin.member {
            Some(member) => format!("{path}:{member}"),
            None => path,
        }
    }

    /// Length of what the file holds, unpacked where it is packed; `None` where that is not known
    /// without reading it.
    ///
    /// Nor of a file in a damaged archive: it is opened in any case, so that the damage is reported.
    pub(super) fn content_length(&self) -> Option<Length> {
        if self.damage.is_some() {
            return None;
        }
        match &self.place {
            FileLocation::Text(path) => {
                // What is no file can be read only once.
                let is_file = std::fs::metadata(path).is_ok_and(|about| about.is_file());
                if is_file { stored_length(&mut File::open(path).ok()?) } else { None }
            }
            FileLocation::Pipe(held) => stored_length(&mut std::io::Cursor::new(held.clone())),
            FileLocation::Member { member, .. } => member.expected.map(|(length, _)| Length::Known(length)),
            FileLocation::Workbook { .. } => self.origin.bytes.map(Length::Known),
        }
    }

    /// Whether another is the very same file under the same or another path.
    pub(super) fn is_at_the_place_of(&self, other: &Self) -> bool {
        let real = |file: &Self| std::fs::canonicalize(&file.origin.path).ok();
        self.origin.member == other.origin.member && real(self).is_some_and(|path| real(other) == Some(path))
    }

    /// The path as given.
    pub fn path(&self) -> &Path {
        &self.origin.path
    }

    /// The name inside an archive.
    pub fn member(&self) -> Option<&str> {
        self.origin.member.as_deref()
    }

    /// Size in bytes as stored, where it is known.
    pub fn stored_bytes(&self) -> Option<u64> {
        self.origin.bytes
    }

    /// Whether it is a workbook.
    pub fn is_workbook(&self) -> bool {
        match &self.place {
            FileLocation::Workbook { .. } => true,
            FileLocation::Member { member, .. } => is_workbook_name(&member.name),
            FileLocation::Text(_) | FileLocation::Pipe(_) => false,
        }
    }

    /// The bytes of the file, unpacked, and what was found out on the way. A workbook is given as
    /// it is.
    pub(super) fn stream(&self, limits: Limits) -> Result<(Bytes, Vec<Detected>), InputError> {
        let io = |reason| InputError::from(InputErrorKind::Io { reason });
        let mut detected = self.origin.detected.clone();
        let mut stored: Bytes = match &self.place {
            FileLocation::Text(path) => Box::new(File::open(path).map_err(|error| io_error(path, error))?),
            FileLocation::Pipe(held) => Box::new(std::io::Cursor::new(held.clone())),
            FileLocation::Member { backing, member, .. } => return Ok((open_member(backing, member, limits)?, detected)),
            FileLocation::Workbook { backing, .. } => return Ok((Box::new(backing.open().map_err(io)?), detected)),
        };
        let start = read_head(&mut stored, 4).map_err(io)?;
        let is_packed = is_gzip(&start);
        let whole = std::io::Cursor::new(start).chain(stored);
        if !is_packed {
            return Ok((Box::new(whole), detected));
        }
        detected.push(gzip_detected());
        Ok((Box::new(unpack(whole, limits, MultiGzDecoder::new)), detected))
    }

    /// The bytes of a workbook, after a look at its size.
    pub(super) fn workbook(&self, limits: Limits) -> Result<Box<dyn Seekable>, InputError> {
        let (backing, members) = match &self.place {
            FileLocation::Workbook { backing, members, .. } => (backing.clone(), members.clone()),
            FileLocation::Member { backing, member, .. } => {
                let mut stream = open_member(backing, member, limits)?;
                let held = Backing::Held(hold(&mut stream, &InputOptions { limits, ..InputOptions::default() })?);
                let members = contents(&held, limits)?.members;
                (held, members)
            }
            FileLocation::Text(_) | FileLocation::Pipe(_) => {
                return Err(InputError::from(InputErrorKind::BrokenArchive { reason: "it is no workbook".to_owned() }));
            }
        };
        check_size(&backing, &members, limits)?;
        backing.open().map_err(|reason| InputError::from(InputErrorKind::Io { reason }))
    }

    /// Opens the file.
    ///
    /// # Errors
    /// When it cannot be read, or is no score file of a known layout.
    pub fn open(&self, options: &InputOptions) -> Result<Opened, InputError> {
        let mut opened = self.open_as_stored(options)?;
        opened.findings.extend(self.damage.clone());
        self.mend(opened, options).map_err(|error| error.at(&self.name()))
    }

    /// Opens the file; its cells stay as they stand.
    pub(super) fn open_as_stored(&self, options: &InputOptions) -> Result<Opened, InputError> {
        self.open_place(options).map_err(|error| error.at(&self.name()))
    }

    /// Finds out what was done to the columns of a file, and undoes it in every block.
    fn mend(&self, mut opened: Opened, options: &InputOptions) -> Result<Opened, InputError> {
        let mut first = Block::default();
        if !opened.source.next(&mut first)? {
            return Ok(opened);
        }
        let again = || Ok(self.open_place(&InputOptions { want_sha256: false, ..options.clone() })?.source);
        let survey = survey(&opened.info, &first, again)?;
        let source = Box::new(Primed { first: Some(first), rest: opened.source });
        if !survey.mends.columns.is_empty() {
            opened.info.detected.extend(survey.mends.detected());
            opened.info.mends = Some(Arc::new(survey.mends));
        }
        opened.findings.extend(survey.findings);
        opened.source = Mended::over(source, &opened.info);
        Ok(opened)
    }

    fn open_place(&self, options: &InputOptions) -> Result<Opened, InputError> {
        let (origin, limits) = (&self.origin, options.limits);
        match &self.place {
            FileLocation::Text(path) => {
                let (stream, fingerprint) = hashed(File::open(path).map_err(|error| io_error(path, error))?, options);
                open_stream(stream, fingerprint, origin, options)
            }
            FileLocation::Pipe(held) => {
                let (stream, fingerprint) = hashed(std::io::Cursor::new(held.clone()), options);
                open_stream(stream, fingerprint, origin, options)
            }
            FileLocation::Member { backing, member, hash } => {
                let mut stream = open_member(backing, member, limits)?;
                if !is_workbook_name(&member.name) {
                    return open_text(stream, hash.clone(), origin, options);
                }
                let held = Backing::Held(hold(&mut stream, options)?);
                let inner = workbook_parts(&held, limits)?;
                open_sheet(held, &inner, hash.clone(), origin, options)
            }
            FileLocation::Workbook { backing, members, hash } => {
                open_sheet(backing.clone(), members, hash.clone(), origin, options)
            }
        }
    }
}

/// The parts of a workbook. A damaged one is refused: its cells would come without their texts.
fn workbook_parts(backing: &Backing, limits: Limits) -> Result<Vec<Member>, InputError> {
    let found = contents(backing, limits)?;
    if found.damage.is_some() || !found.refused.is_empty() {
        return Err(damaged_workbook());
    }
    Ok(found.members)
}

pub(super) fn damaged_workbook() -> InputError {
    InputError::from(InputErrorKind::BrokenArchive {
        reason: "it is a workbook that was cut off or damaged".to_owned(),
    })
}

fn hashed(stream: impl Read + Send + 'static, options: &InputOptions) -> (Bytes, HashSource) {
    if !options.want_sha256 {
        return (Box::new(stream), HashSource::Unwanted);
    }
    let (stream, fingerprint) = HashingReader::new(stream);
    (Box::new(stream), fingerprint)
}

/// Opens a stream that may be gzipped.
fn open_stream(
    mut stream: Bytes,
    fingerprint: HashSource,
    origin: &InputOrigin,
    options: &InputOptions,
) -> Result<Opened, InputError> {
    let io = |reason| InputError::from(InputErrorKind::Io { reason });
    let start = read_head(&mut stream, 4).map_err(io)?;
    let is_packed = is_gzip(&start);
    let whole = std::io::Cursor::new(start).chain(stream);
    if !is_packed {
        return open_text(Box::new(whole), fingerprint, origin, options);
    }
    let mut unpacked: Bytes = Box::new(unpack(whole, options.limits, MultiGzDecoder::new));
    let start = read_head(&mut unpacked, 4)
        .map_err(|error| InputError::from(InputErrorKind::BrokenArchive { reason: super::failure::reason(&error) }))?;
    if is_gzip(&start) || is_zip(&start) {
        return Err(InputError::from(InputErrorKind::Nested { member: "its content".to_owned() }));
    }
    let mut origin = origin.clone();
    origin.detected.push(gzip_detected());
    open_text(Box::new(std::io::Cursor::new(start).chain(unpacked)), fingerprint, &origin, options)
}

fn gzip_detected() -> Detected {
    Detected {
        what: "compression",
        value: "gzip".to_owned(),
        why: "the file starts with the gzip mark 1F 8B".to_owned(),
    }
}

fn is_gzip(start: &[u8]) -> bool {
    start.starts_with(b"\x1F\x8B")
}

pub(super) fn is_zip(start: &[u8]) -> bool {
    start.starts_with(b"PK\x03\x04") || start.starts_with(b"PK\x05\x06")
}

pub(super) fn io_error(path: &Path, source: std::io::Error) -> InputError {
    let path = path.display().to_string();
    match source.kind() {
        std::io::ErrorKind::NotFound => InputError::new(path, InputErrorKind::Missing),
        _ => InputError::new(path, InputErrorKind::Io { reason: source }),
    }
}
