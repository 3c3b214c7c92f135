//! From the paths a user names to single files: folders are walked, archives are looked into, and
//! what is passed over is said.

use std::fs::File;
use std::io::{Read, Seek as _, SeekFrom};
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use flate2::read::MultiGzDecoder;
use walkdir::WalkDir;

use super::archive::{Backing, Contents, Held, Member, Seekable, contents, open_member};
use super::error::{InputError, STANDARD_INPUT};
use super::model::{BlockSource, Detected, FileInfo, Mark};
use super::open::{Opened, Origin, open_sheet, open_text, resume};
use super::options::{Limits, Options};
use super::stream::{Bytes, Fingerprint, Hashing, hash_bytes, read_head, unpack};
use super::workbook::check_size;
use crate::engine::FileFinding;

/// Endings of files that are taken from folders and archives.
const ENDINGS: [&str; 7] = ["csv", "dat", "txt", "tsv", "xlsx", "gz", "zip"];

/// The files that some paths stand for.
pub struct Listing {
    /// The files, in the order of the paths, those of a folder by name.
    pub files: Vec<Candidate>,
    /// What was passed over, with the reason.
    pub skipped: Vec<Skipped>,
    /// What was named or found and cannot be opened.
    pub refused: Vec<InputError>,
}

/// A file that was passed over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Skipped {
    /// Its name, with that of its archive.
    pub path: String,
    /// Why.
    pub why: String,
}

/// A file that can be opened.
pub struct Candidate {
    origin: Origin,
    place: Place,
    /// Whether the user named this very file, and did not just name a folder or archive it is in.
    pub named: bool,
    /// What is to be said about it besides, where its archive is damaged.
    damage: Option<FileFinding>,
}

enum Place {
    Text(PathBuf),
    Pipe(Held),
    Member { backing: Backing, member: Member, hash: Fingerprint },
    Workbook { backing: Backing, members: Vec<Member>, hash: Fingerprint },
}

/// Lists the files that paths stand for; `-` is standard input. Copies of a file are passed over.
pub fn list(paths: &[PathBuf], options: &Options) -> Listing {
    let mut listing = Listing { files: Vec::new(), skipped: Vec::new(), refused: Vec::new() };
    for path in paths {
        if let Err(error) = listing.add(path, options) {
            listing.refused.push(error.at(&path.display().to_string()));
        }
    }
    listing.drop_copies(options.limits);
    listing
}

/// Opens all files that paths stand for, at once; see [`open_each`].
///
/// # Errors
/// When one of the files cannot be read, or none is a score file.
pub fn open(paths: &[PathBuf], options: &Options) -> Result<Vec<Opened>, InputError> {
    open_each(paths, options).collect()
}

/// Opens the files that paths stand for one after the other, so that few are held at a time. One
/// that cannot be opened is an error in its place, and the others follow.
///
/// Files of another kind that lie in a folder or archive together with score files are passed
/// over; the last file says so among what was detected.
pub fn open_each(paths: &[PathBuf], options: &Options) -> OpenedFiles {
    let Listing { files, skipped, refused } = list(paths, options);
    OpenedFiles {
        refused: refused.into_iter(),
        files: files.into_iter(),
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
    files: std::vec::IntoIter<Candidate>,
    options: Options,
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
        for file in self.files.by_ref() {
            match file.open(&self.options) {
                Ok(opened) => {
                    self.any = true;
                    if let Some(before) = self.held.replace(opened) {
                        return Some(Ok(before));
                    }
                }
                Err(error) if !file.named && error.is_another_kind() => {
                    self.skipped.push(Skipped { path: file.name(), why: error.to_string() });
                    self.others.insert(0, error);
                }
                Err(error) => return Some(Err(error)),
            }
        }
        let Some(mut last) = self.held.take() else {
            // Where nothing at all is a score file, the reasons are errors.
            return self.others.pop().filter(|_| !self.any).map(Err);
        };
        last.info.detected.extend(told(&self.skipped));
        Some(Ok(last))
    }
}

/// What was passed over, in one line: a folder can hold many other files.
fn told(skipped: &[Skipped]) -> Option<Detected> {
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
pub fn reopen(info: &FileInfo, options: &Options) -> Result<Box<dyn BlockSource>, InputError> {
    let name = info.path.display().to_string();
    let again = |reason: &str| InputError::Io { path: name.clone(), reason: std::io::Error::other(reason) };
    // What was found out the first time is not looked for again.
    let options = Options { year: Some(info.year), view: Some(info.view), want_sha256: false, ..options.clone() };
    let files = list(std::slice::from_ref(&info.path), &options).files;
    let same = files.into_iter().find(|file| file.origin.member == info.member);
    Ok(same.ok_or_else(|| again("it has changed while it was read"))?.open(&options)?.source)
}

/// Reads a file on from a mark that its source gave.
///
/// # Errors
/// When it cannot be read any more.
pub fn reopen_at(info: &FileInfo, options: &Options, mark: Mark) -> Result<Box<dyn BlockSource>, InputError> {
    let io = |error| io_error(&info.path, error);
    let mut file = File::open(&info.path).map_err(io)?;
    file.seek(SeekFrom::Start(mark.position)).map_err(io)?;
    Ok(resume(Box::new(file), info, options, mark))
}

impl Candidate {
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

    /// Length of what the file holds, unpacked where it stands in an archive; `None` where that is
    /// not known without reading it, or where it can be read only once.
    ///
    /// Nor of a file in a damaged archive: it is opened in any case, so that the damage is told.
    pub(super) fn content_length(&self) -> Option<u64> {
        if self.damage.is_some() {
            return None;
        }
        match &self.place {
            Place::Text(path) => {
                std::fs::metadata(path).ok().filter(std::fs::Metadata::is_file).map(|about| about.len())
            }
            Place::Member { member, .. } => member.expected.map(|(length, _)| length),
            Place::Pipe(_) | Place::Workbook { .. } => self.origin.bytes,
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
            Place::Workbook { .. } => true,
            Place::Member { member, .. } => is_workbook_name(&member.name),
            Place::Text(_) | Place::Pipe(_) => false,
        }
    }

    /// The bytes of the file, unpacked, and what was found out on the way. A workbook is given as
    /// it is.
    pub(super) fn stream(&self, limits: Limits) -> Result<(Bytes, Vec<Detected>), InputError> {
        let io = |reason| InputError::Io { path: String::new(), reason };
        let mut detected = self.origin.detected.clone();
        let mut stored: Bytes = match &self.place {
            Place::Text(path) => Box::new(File::open(path).map_err(|error| io_error(path, error))?),
            Place::Pipe(held) => Box::new(std::io::Cursor::new(held.clone())),
            Place::Member { backing, member, .. } => return Ok((open_member(backing, member, limits)?, detected)),
            Place::Workbook { backing, .. } => return Ok((Box::new(backing.open().map_err(io)?), detected)),
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
            Place::Workbook { backing, members, .. } => (backing.clone(), members.clone()),
            Place::Member { backing, member, .. } => {
                let mut stream = open_member(backing, member, limits)?;
                let held = Backing::Held(hold(&mut stream, &Options { limits, ..Options::default() })?);
                let members = contents(&held, limits)?.members;
                (held, members)
            }
            Place::Text(_) | Place::Pipe(_) => {
                return Err(InputError::BrokenArchive { path: String::new(), reason: "it is no workbook".to_owned() });
            }
        };
        check_size(&backing, &members, limits)?;
        backing.open().map_err(|reason| InputError::Io { path: String::new(), reason })
    }

    /// Opens the file.
    ///
    /// # Errors
    /// When it cannot be read, or is no score file of a known layout.
    pub fn open(&self, options: &Options) -> Result<Opened, InputError> {
        let mut opened = self.open_place(options).map_err(|error| error.at(&self.name()))?;
        opened.findings.extend(self.damage.clone());
        Ok(opened)
    }

    fn open_place(&self, options: &Options) -> Result<Opened, InputError> {
        let (origin, limits) = (&self.origin, options.limits);
        match &self.place {
            Place::Text(path) => {
                let (stream, fingerprint) = hashed(File::open(path).map_err(|error| io_error(path, error))?, options);
                open_stream(stream, fingerprint, origin, options)
            }
            Place::Pipe(held) => {
                let (stream, fingerprint) = hashed(std::io::Cursor::new(held.clone()), options);
                open_stream(stream, fingerprint, origin, options)
            }
            Place::Member { backing, member, hash } => {
                let mut stream = open_member(backing, member, limits)?;
                if !is_workbook_name(&member.name) {
                    return open_text(stream, hash.clone(), origin, options);
                }
                let held = Backing::Held(hold(&mut stream, options)?);
                let inner = workbook_parts(&held, limits)?;
                open_sheet(held, &inner, hash.clone(), origin, options)
            }
            Place::Workbook { backing, members, hash } => {
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

fn damaged_workbook() -> InputError {
    InputError::BrokenArchive { path: String::new(), reason: "it is a workbook that was cut off or damaged".to_owned() }
}

fn hashed(stream: impl Read + Send + 'static, options: &Options) -> (Bytes, Fingerprint) {
    if !options.want_sha256 {
        return (Box::new(stream), Fingerprint::Unwanted);
    }
    let (stream, fingerprint) = Hashing::new(stream);
    (Box::new(stream), fingerprint)
}

/// Opens a stream that may be gzipped.
fn open_stream(
    mut stream: Bytes,
    fingerprint: Fingerprint,
    origin: &Origin,
    options: &Options,
) -> Result<Opened, InputError> {
    let io = |reason| InputError::Io { path: String::new(), reason };
    let start = read_head(&mut stream, 4).map_err(io)?;
    let is_packed = is_gzip(&start);
    let whole = std::io::Cursor::new(start).chain(stream);
    if !is_packed {
        return open_text(Box::new(whole), fingerprint, origin, options);
    }
    let mut unpacked: Bytes = Box::new(unpack(whole, options.limits, MultiGzDecoder::new));
    let start = read_head(&mut unpacked, 4)
        .map_err(|error| InputError::BrokenArchive { path: String::new(), reason: super::failure::reason(&error) })?;
    if is_gzip(&start) || is_zip(&start) {
        return Err(InputError::Nested { path: String::new(), member: "its content".to_owned() });
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

fn is_zip(start: &[u8]) -> bool {
    start.starts_with(b"PK\x03\x04") || start.starts_with(b"PK\x05\x06")
}

fn is_workbook_name(name: &str) -> bool {
    ending(name) == "xlsx" || ending(name) == "xlsm"
}

fn ending(name: &str) -> String {
    name.rsplit_once('.').map(|(_, ending)| ending.to_lowercase()).unwrap_or_default()
}

fn io_error(path: &Path, source: std::io::Error) -> InputError {
    let path = path.display().to_string();
    match source.kind() {
        std::io::ErrorKind::NotFound => InputError::Missing { path },
        _ => InputError::Io { path, reason: source },
    }
}

/// Takes standard input into memory, within the limit. It flows only once, and records that are
/// shown are read a second time; so what came is kept for the life of the program.
fn standard_input(options: &Options) -> Result<Held, InputError> {
    static KEPT: OnceLock<Held> = OnceLock::new();
    if let Some(held) = KEPT.get() {
        return Ok(held.clone());
    }
    let held = hold(&mut (Box::new(std::io::stdin()) as Bytes), options)?;
    Ok(KEPT.get_or_init(|| held).clone())
}

/// Takes a stream into memory, within the limit.
fn hold(stream: &mut Bytes, options: &Options) -> Result<Held, InputError> {
    let limit = options.limits.held;
    let mut bytes = Vec::new();
    stream
        .take(limit.saturating_add(1))
        .read_to_end(&mut bytes)
        .map_err(|error| InputError::BrokenArchive { path: String::new(), reason: super::failure::reason(&error) })?;
    if bytes.len() as u64 > limit {
        return Err(InputError::TooLarge { path: String::new(), limit });
    }
    Ok(Held(Arc::new(bytes)))
}

impl Listing {
    fn add(&mut self, path: &Path, options: &Options) -> Result<(), InputError> {
        if path.as_os_str() == "-" {
            return self.add_pipe(standard_input(options)?, options);
        }
        let about = std::fs::metadata(path).map_err(|error| io_error(path, error))?;
        if about.is_dir() { self.add_folder(path, options) } else { self.add_file(path, true, options) }
    }

    fn add_folder(&mut self, folder: &Path, options: &Options) -> Result<(), InputError> {
        let before = (self.files.len(), self.refused.len());
        let mut found = Vec::new();
        for entry in WalkDir::new(folder).sort_by_file_name() {
            let entry = match entry {
                Ok(entry) => entry,
                Err(error) if error.depth() > 0 => {
                    let path = error.path().map(|path| path.display().to_string()).unwrap_or_default();
                    let source = error.into_io_error().unwrap_or_else(|| std::io::Error::other("it is a loop"));
                    self.refused.push(InputError::Io { path: String::new(), reason: source }.at(&path));
                    continue;
                }
                Err(error) => {
                    let source = error.into_io_error().unwrap_or_else(|| std::io::Error::other("it is no folder"));
                    return Err(InputError::Io { path: String::new(), reason: source });
                }
            };
            let hidden = entry.depth() > 0 && entry.file_name().to_string_lossy().starts_with('.');
            if entry.file_type().is_dir() || hidden {
                continue;
            }
            let name = entry.path().display().to_string();
            if !entry.file_type().is_file() {
                self.skip(name, "it is a link or device; name it to have it read");
                continue;
            }
            if ENDINGS.contains(&ending(&name).as_str()) {
                found.push(entry.into_path());
            } else {
                self.skip(name, "its name does not end like that of a score file");
            }
        }
        let names: Vec<String> = found.iter().map(|path| path.display().to_string()).collect();
        for (path, name) in found.iter().zip(&names) {
            match twin(name, &names) {
                Some(other) => self.skip(name.clone(), &same_data(other)),
                None => {
                    if let Err(error) = self.add_file(path, false, options) {
                        self.refused.push(error.at(name));
                    }
                }
            }
        }
        if (self.files.len(), self.refused.len()) == before {
            return Err(InputError::NoScoreFiles { path: String::new() });
        }
        Ok(())
    }

    pub(super) fn skip(&mut self, path: String, why: &str) {
        self.skipped.push(Skipped { path, why: why.to_owned() });
    }

    fn add_file(&mut self, path: &Path, named: bool, options: &Options) -> Result<(), InputError> {
        let mut stream: Bytes = Box::new(File::open(path).map_err(|error| io_error(path, error))?);
        let bytes = std::fs::metadata(path).ok().map(|about| about.len());
        let origin = Origin { path: path.to_owned(), member: None, bytes, detected: Vec::new() };
        let start = read_head(&mut stream, 4).map_err(|error| io_error(path, error))?;
        if !is_zip(&start) {
            self.files.push(Candidate { origin, place: Place::Text(path.to_owned()), named, damage: None });
            return Ok(());
        }
        let hash = match options.want_sha256 {
            true => Fingerprint::Separate(path.to_owned(), Arc::new(OnceLock::new())),
            false => Fingerprint::Unwanted,
        };
        self.add_archive((Backing::File(path.to_owned()), hash), &origin, named, options)
    }

    fn add_pipe(&mut self, held: Held, options: &Options) -> Result<(), InputError> {
        let bytes = Some(held.0.len() as u64);
        let origin = Origin { path: PathBuf::from("-"), member: None, bytes, detected: Vec::new() };
        if !is_zip(&held.0) {
            self.files.push(Candidate { origin, place: Place::Pipe(held), named: true, damage: None });
            return Ok(());
        }
        let hash = match options.want_sha256 {
            true => Fingerprint::Passing(Arc::new(OnceLock::from(hash_bytes(&held.0)))),
            false => Fingerprint::Unwanted,
        };
        self.add_archive((Backing::Held(held), hash), &origin, true, options)
    }

    fn add_archive(
        &mut self,
        (backing, hash): (Backing, Fingerprint),
        outer: &Origin,
        named: bool,
        options: &Options,
    ) -> Result<(), InputError> {
        let Contents { members, refused, damage } = contents(&backing, options.limits)?;
        if members.iter().any(|member| member.name == "xl/workbook.xml") {
            if damage.is_some() || !refused.is_empty() {
                return Err(damaged_workbook());
            }
            let place = Place::Workbook { backing, members, hash };
            self.files.push(Candidate { origin: outer.clone(), place, named, damage: None });
            return Ok(());
        }
        let mut names = members.iter().map(|member| &member.name).chain(refused.iter().map(|(name, _)| name));
        let has_parts = names.any(|name| name.starts_with("xl/"));
        let is_damaged = damage.is_some() || !refused.is_empty();
        if has_parts || (is_damaged && is_workbook_name(&outer.path.to_string_lossy())) {
            return Err(damaged_workbook());
        }
        let before = (self.files.len(), self.refused.len());
        self.refuse_members(refused, outer);
        let names: Vec<String> = members.iter().map(|member| member.name.clone()).collect();
        let only = members.iter().filter(|member| !is_bookkeeping(&member.name)).count() == 1;
        let mut nested = None;
        for member in members.into_iter().filter(|member| !is_bookkeeping(&member.name)) {
            let name = format!("{}:{}", outer.path.display(), member.name);
            match ending(&member.name).as_str() {
                "zip" | "gz" => {
                    self.skip(name, "it is packed a second time; unpack the outer archive and name it");
                    nested.get_or_insert(member.name);
                    continue;
                }
                ending if !only && !ENDINGS.contains(&ending) => {
                    self.skip(name, "its name does not end like that of a score file");
                    continue;
                }
                _ => {}
            }
            if let Some(other) = twin(&member.name, &names) {
                self.skip(name, &same_data(other));
                continue;
            }
            let mut origin = outer.clone();
            origin.detected.push(Detected {
                what: "compression",
                value: "zip".to_owned(),
                why: format!("the file is a zip archive; {} was read from it", member.name),
            });
            if let Some(other) = names.iter().find(|other| twin(other, &names) == Some(member.name.as_str())) {
                origin.detected.push(Detected {
                    what: "source",
                    value: member.name.clone(),
                    why: format!("{other} holds the same data in fixed width and was not read"),
                });
            }
            origin.member = Some(member.name.clone());
            let place = Place::Member { backing: backing.clone(), member, hash: hash.clone() };
            self.files.push(Candidate { origin, place, named: named && only, damage: damage.clone() });
        }
        if (self.files.len(), self.refused.len()) != before {
            return Ok(());
        }
        Err(match nested {
            Some(member) => InputError::Nested { path: String::new(), member },
            None => InputError::NoScoreFiles { path: String::new() },
        })
    }

    /// Takes in what cannot be opened of an archive; files that are no score files are passed over.
    fn refuse_members(&mut self, refused: Vec<(String, InputError)>, outer: &Origin) {
        let path = outer.path.display().to_string();
        for (member, error) in refused {
            if is_bookkeeping(&member) || !ENDINGS.contains(&ending(&member).as_str()) {
                self.skip(format!("{path}:{member}"), "its name does not end like that of a score file");
            } else {
                self.refused.push(error.at(&path));
            }
        }
    }
}

/// Files that archivers add for themselves.
fn is_bookkeeping(name: &str) -> bool {
    let base = name.rsplit('/').next().unwrap_or(name);
    name.starts_with("__MACOSX/") || base.starts_with('.') || base.eq_ignore_ascii_case("thumbs.db")
}

fn same_data(other: &str) -> String {
    format!("it holds the same data as {other}, in fixed width")
}

/// The delimited file of which this fixed-width one is the other form: TOMS delivers both.
fn twin<'a>(name: &str, names: &'a [String]) -> Option<&'a str> {
    if ending(name) != "dat" {
        return None;
    }
    let subject = subject(name);
    let is_twin = |other: &&String| ending(other) == "csv" && self::subject(other) == subject;
    names.iter().find(is_twin).map(String::as_str)
}

/// A file name without its ending and the words for its form.
fn subject(name: &str) -> String {
    const FORM_WORDS: [&str; 8] = ["dlmtr", "delimited", "dlm", "fxd", "fixed", "fixedwidth", "fw", "width"];
    let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem).to_lowercase();
    let words = stem.split(['_', '-', ' ', '.']).filter(|word| !FORM_WORDS.contains(word));
    words.collect::<Vec<_>>().join("_")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_forms_of_the_same_data_are_twins() {
        let names = ["a/X_Tested_2021_DLMTR.csv", "a/X_Tested_2021_FIXED.dat", "a/X_Enrolled_2021.dat"];
        let names: Vec<String> = names.map(str::to_owned).to_vec();
        assert_eq!(twin(&names[1], &names), Some(names[0].as_str()));
        assert_eq!((twin(&names[0], &names), twin(&names[2], &names)), (None, None));
    }
}
