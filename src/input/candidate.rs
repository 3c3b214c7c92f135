//! A file that can be opened, wherever it lies: by itself, packed, in an archive, in memory.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

use flate2::read::MultiGzDecoder;

use super::archive::{contents, open_member};
use super::backing::{Backing, Held, Member};
use super::error::{InputError, InputErrorKind, STANDARD_INPUT};
use super::held::hold;
use super::mend::{survey, survey_whole};
use super::detected::{Detected};
use super::model::{Block};
use super::names::is_workbook_name;
use super::open::{InputOrigin, Opened, Primed, open_sheet, open_text};
use super::options::{Limits, InputOptions, SurveyedPart};
use super::sheets::{Bounds, SheetChoice, broken, choose_sheets};
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
    /// What is to be said about it and other files.
    pub(super) notes: Vec<FileFinding>,
}

/// Where a file lies.
pub(super) enum FileLocation {
    Text(PathBuf),
    Pipe(Held),
    Member { backing: Backing, member: Member, hash: HashSource },
    Workbook { backing: Backing, members: Vec<Member>, hash: HashSource },
    /// A sheet of a workbook; one inside an archive is held in memory.
    Sheet { backing: Backing, sheet: SheetChoice, hash: HashSource },
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
            FileLocation::Workbook { .. } | FileLocation::Sheet { .. } => self.origin.bytes.map(Length::Known),
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
            FileLocation::Workbook { .. } | FileLocation::Sheet { .. } => true,
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
            FileLocation::Workbook { backing, .. } | FileLocation::Sheet { backing, .. } => {
                return Ok((Box::new(backing.open().map_err(io)?), detected));
            }
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

    /// Where the bytes of a workbook are, after a look at its size.
    pub(super) fn workbook(&self, limits: Limits) -> Result<Backing, InputError> {
        let (backing, members) = match &self.place {
            FileLocation::Workbook { backing, members, .. } => (backing.clone(), members.clone()),
            FileLocation::Member { backing, member, .. } => {
                let mut stream = open_member(backing, member, limits)?;
                let held = Backing::Held(hold(&mut stream, &InputOptions { limits, ..InputOptions::default() })?);
                let members = contents(&held, limits)?.members;
                (held, members)
            }
            FileLocation::Text(_) | FileLocation::Pipe(_) | FileLocation::Sheet { .. } => {
                return Err(InputError::from(InputErrorKind::BrokenArchive { reason: "it is no workbook".to_owned() }));
            }
        };
        check_size(&backing, &members, limits)?;
        Ok(backing)
    }

    /// Opens the file.
    ///
    /// # Errors
    /// When it cannot be read, or is no score file of a known layout.
    pub fn open(&self, options: &InputOptions) -> Result<Opened, InputError> {
        let mut opened = self.open_as_stored(options)?;
        opened.findings.extend(self.damage.clone());
        opened.findings.extend(self.notes.iter().cloned());
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
        let survey = match options.survey {
            SurveyedPart::Start => survey(&opened.info, &first, again)?,
            SurveyedPart::Whole => survey_whole(&opened.info, again()?.as_mut())?,
        };
        opened.source = Box::new(Primed { first: Some(first), rest: opened.source });
        Ok(opened.mended(survey))
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
            FileLocation::Member { backing, member, hash } if !is_workbook_name(&member.name) => {
                open_text(open_member(backing, member, limits)?, hash.clone(), origin, options)
            }
            FileLocation::Sheet { backing, sheet, hash } => {
                open_sheet(backing.clone(), sheet, hash.clone(), origin, options)
            }
            FileLocation::Member { .. } | FileLocation::Workbook { .. } => {
                let first = self.sheets(options)?.into_iter().next();
                first.ok_or_else(|| broken("it has no sheets".to_owned()))?.open_place(options)
            }
        }
    }

    /// The sheets of a workbook that are to be read, each a file of its own; any other file as it is.
    ///
    /// # Errors
    /// When the workbook cannot be read, expands beyond the limits, or has no sheet of a name that was given.
    pub(super) fn each_sheet(self, options: &InputOptions) -> Result<Vec<Self>, InputError> {
        if !self.is_workbook() || matches!(self.place, FileLocation::Sheet { .. }) {
            return Ok(vec![self]);
        }
        self.sheets(options).map_err(|error| error.at(&self.name()))
    }

    fn sheets(&self, options: &InputOptions) -> Result<Vec<Self>, InputError> {
        let limits = options.limits;
        let (backing, members, hash) = match &self.place {
            FileLocation::Workbook { backing, members, hash } => (backing.clone(), members.clone(), hash),
            FileLocation::Member { backing, member, hash } => {
                let held = Backing::Held(hold(&mut open_member(backing, member, limits)?, options)?);
                let members = workbook_parts(&held, limits)?;
                (held, members, hash)
            }
            FileLocation::Text(_) | FileLocation::Pipe(_) | FileLocation::Sheet { .. } => return Ok(Vec::new()),
        };
        check_size(&backing, &members, limits)?;
        let sheets = choose_sheets(&backing, Bounds::of(limits, &backing), options)?;
        Ok(sheets.into_iter().map(|sheet| self.with_sheet(sheet, &backing, hash)).collect())
    }

    fn with_sheet(&self, sheet: SheetChoice, backing: &Backing, hash: &HashSource) -> Self {
        let mut origin = self.origin.clone();
        let mut named = self.named;
        if sheet.is_one_of_several {
            let member = origin.member.map(|member| format!("{member}:")).unwrap_or_default();
            origin.member = Some(format!("{member}{}", sheet.name));
            // A list of students between them is no reason to stop.
            named = false;
        }
        let place = FileLocation::Sheet { backing: backing.clone(), sheet, hash: hash.clone() };
        Self { origin, place, named, damage: self.damage.clone(), notes: self.notes.clone() }
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
