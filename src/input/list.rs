//! From the paths a user names to single files: folders are walked, archives are looked into, and
//! what is passed over is said.

use std::fs::File;
use std::io::{Read, Seek as _, SeekFrom};
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use flate2::read::MultiGzDecoder;
use walkdir::WalkDir;

use super::archive::{Backing, Held, Member, members, open_member};
use super::error::InputError;
use super::model::{BlockSource, Detected, FileInfo, Mark};
use super::open::{Opened, Origin, open_sheet, open_text, resume};
use super::options::Options;
use super::stream::{Bytes, Fingerprint, Hashing, hash_bytes, read_head, unpack};

/// Endings of files that are taken from folders and archives.
const ENDINGS: [&str; 7] = ["csv", "dat", "txt", "tsv", "xlsx", "gz", "zip"];

/// The files that some paths stand for.
pub struct Listing {
    /// The files, in the order of the paths, those of a folder by name.
    pub files: Vec<Candidate>,
    /// What was passed over, with the reason.
    pub skipped: Vec<Skipped>,
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
}

enum Place {
    Text(PathBuf),
    Pipe(Held),
    Member { backing: Backing, member: Member, hash: Fingerprint },
    Workbook { backing: Backing, members: Vec<Member>, hash: Fingerprint },
}

/// Lists the files that paths stand for; `-` is standard input.
///
/// # Errors
/// When a path does not exist, or a folder or archive holds nothing that looks like a score file.
pub fn list(paths: &[PathBuf], options: &Options) -> Result<Listing, InputError> {
    let mut listing = Listing { files: Vec::new(), skipped: Vec::new() };
    for path in paths {
        listing.add(path, options).map_err(|error| error.at(&path.display().to_string()))?;
    }
    Ok(listing)
}

/// Opens all files that paths stand for, at once; see [`open_each`].
///
/// # Errors
/// When one of the files cannot be read, or none is a score file.
pub fn open(paths: &[PathBuf], options: &Options) -> Result<Vec<Opened>, InputError> {
    open_each(paths, options)?.collect()
}

/// Opens the files that paths stand for one after the other, so that few are held at a time.
///
/// Files of another kind that lie in a folder or archive together with score files are passed
/// over; the last file says so among what was detected.
///
/// # Errors
/// When a path does not exist, or a folder or archive holds nothing that looks like a score file.
pub fn open_each(paths: &[PathBuf], options: &Options) -> Result<OpenedFiles, InputError> {
    let Listing { files, skipped } = list(paths, options)?;
    Ok(OpenedFiles {
        files: files.into_iter(),
        options: options.clone(),
        skipped,
        held: None,
        refused: None,
        any: false,
    })
}

/// Opens files one after the other.
pub struct OpenedFiles {
    files: std::vec::IntoIter<Candidate>,
    options: Options,
    skipped: Vec<Skipped>,
    /// The file opened last; given out when it is known whether another follows.
    held: Option<Opened>,
    /// Why the first file that was passed over was.
    refused: Option<InputError>,
    any: bool,
}

impl Iterator for OpenedFiles {
    type Item = Result<Opened, InputError>;

    fn next(&mut self) -> Option<Self::Item> {
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
                    self.refused.get_or_insert(error);
                }
                Err(error) => return Some(Err(error)),
            }
        }
        let refused = self.refused.take();
        let Some(mut last) = self.held.take() else {
            return refused.filter(|_| !self.any).map(Err);
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
    let again = |reason: &str| InputError::Io { path: name.clone(), source: std::io::Error::other(reason) };
    // What was found out the first time is not looked for again.
    let options = Options { year: Some(info.year), view: Some(info.view), want_sha256: false, ..options.clone() };
    let files = list(std::slice::from_ref(&info.path), &options)?.files;
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
        let path = self.origin.path.display().to_string();
        match &self.origin.member {
            Some(member) => format!("{path}:{member}"),
            None => path,
        }
    }

    /// Opens the file.
    ///
    /// # Errors
    /// When it cannot be read, or is no score file of a known layout.
    pub fn open(&self, options: &Options) -> Result<Opened, InputError> {
        self.open_place(options).map_err(|error| error.at(&self.name()))
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
                let inner = members(&held)?;
                open_sheet(held, &inner, hash.clone(), origin, options)
            }
            Place::Workbook { backing, members, hash } => {
                open_sheet(backing.clone(), members, hash.clone(), origin, options)
            }
        }
    }
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
    let io = |source| InputError::Io { path: String::new(), source };
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
    origin.detected.push(Detected {
        what: "compression",
        value: "gzip".to_owned(),
        why: "the file starts with the gzip mark 1F 8B".to_owned(),
    });
    open_text(Box::new(std::io::Cursor::new(start).chain(unpacked)), fingerprint, &origin, options)
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
        _ => InputError::Io { path, source },
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
        let before = self.files.len();
        let mut found = Vec::new();
        for entry in WalkDir::new(folder).sort_by_file_name() {
            let entry = match entry {
                Ok(entry) => entry,
                Err(error) if error.depth() > 0 => {
                    let path = error.path().map(|path| path.display().to_string()).unwrap_or_default();
                    self.skip(path, "it cannot be read");
                    continue;
                }
                Err(error) => {
                    let source = error.into_io_error().unwrap_or_else(|| std::io::Error::other("it is no folder"));
                    return Err(InputError::Io { path: String::new(), source });
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
                None => self.add_file(path, false, options).map_err(|error| error.at(name))?,
            }
        }
        if self.files.len() == before {
            return Err(InputError::NoScoreFiles { path: String::new() });
        }
        Ok(())
    }

    fn skip(&mut self, path: String, why: &str) {
        self.skipped.push(Skipped { path, why: why.to_owned() });
    }

    fn add_file(&mut self, path: &Path, named: bool, options: &Options) -> Result<(), InputError> {
        let mut stream: Bytes = Box::new(File::open(path).map_err(|error| io_error(path, error))?);
        let bytes = std::fs::metadata(path).ok().map(|about| about.len());
        let origin = Origin { path: path.to_owned(), member: None, bytes, detected: Vec::new() };
        let start = read_head(&mut stream, 4).map_err(|error| io_error(path, error))?;
        if !is_zip(&start) {
            self.files.push(Candidate { origin, place: Place::Text(path.to_owned()), named });
            return Ok(());
        }
        let hash = match options.want_sha256 {
            true => Fingerprint::Separate(path.to_owned(), Arc::new(OnceLock::new())),
            false => Fingerprint::Unwanted,
        };
        self.add_archive(Backing::File(path.to_owned()), hash, origin, named)
    }

    fn add_pipe(&mut self, held: Held, options: &Options) -> Result<(), InputError> {
        let bytes = Some(held.0.len() as u64);
        let origin = Origin { path: PathBuf::from("-"), member: None, bytes, detected: Vec::new() };
        if !is_zip(&held.0) {
            self.files.push(Candidate { origin, place: Place::Pipe(held), named: true });
            return Ok(());
        }
        let hash = match options.want_sha256 {
            true => Fingerprint::Passing(Arc::new(OnceLock::from(hash_bytes(&held.0)))),
            false => Fingerprint::Unwanted,
        };
        self.add_archive(Backing::Held(held), hash, origin, true)
    }

    fn add_archive(
        &mut self,
        backing: Backing,
        hash: Fingerprint,
        origin: Origin,
        named: bool,
    ) -> Result<(), InputError> {
        let members = members(&backing)?;
        if members.iter().any(|member| member.name == "xl/workbook.xml") {
            self.files.push(Candidate { origin, place: Place::Workbook { backing, members, hash }, named });
            return Ok(());
        }
        let before = self.files.len();
        let names: Vec<String> = members.iter().map(|member| member.name.clone()).collect();
        let only = members.iter().filter(|member| !is_bookkeeping(&member.name)).count() == 1;
        let mut nested = None;
        for member in members.into_iter().filter(|member| !is_bookkeeping(&member.name)) {
            let name = format!("{}:{}", origin.path.display(), member.name);
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
            let mut origin = origin.clone();
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
            self.files.push(Candidate { origin, place, named: named && only });
        }
        match nested {
            Some(member) if self.files.len() == before => Err(InputError::Nested { path: String::new(), member }),
            _ if self.files.len() == before => Err(InputError::NoScoreFiles { path: String::new() }),
            _ => Ok(()),
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
