//! From the paths a user names to single files: folders are walked, archives are looked into, and
//! what is passed over is said.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use walkdir::WalkDir;

use super::archive::{Contents, contents};
use super::backing::{Backing, Member};
use super::candidate::{FileCandidate, FileLocation, damaged_workbook, io_error, is_zip};
use super::error::{InputError, InputErrorKind};
use super::held::{kept, pipe};
use super::detected::{Detected};
use super::names::{ENDINGS, ending, is_bookkeeping, is_workbook_name, twin};
use super::open::InputOrigin;
use super::options::InputOptions;
use super::pattern::matches;
use super::skipped::Skipped;
use super::stream::{Bytes, HashSource, hash_bytes, read_head};
use super::twins::Twin;

/// The files that some paths stand for.
pub struct Listing {
    /// The files, in the order of the paths, those of a folder by name.
    pub files: Vec<FileCandidate>,
    /// What was passed over, with the reason.
    pub skipped: Vec<Skipped>,
    /// What was named or found and cannot be opened.
    pub refused: Vec<InputError>,
    /// Fixed-width files next to their delimited forms, which alone are among the files.
    pub twins: Vec<Twin>,
}

/// Lists the files that paths stand for; `-` is standard input. Copies of a file are passed over.
pub fn list(paths: &[PathBuf], options: &InputOptions) -> Listing {
    let mut listing = Listing { files: Vec::new(), skipped: Vec::new(), refused: Vec::new(), twins: Vec::new() };
    for path in paths {
        if let Err(error) = listing.add(path, options) {
            listing.refused.push(error.at(&path.display().to_string()));
        }
    }
    listing.drop_copies(options.limits);
    listing
}

impl Listing {
    fn add(&mut self, path: &Path, options: &InputOptions) -> Result<(), InputError> {
        if path.as_os_str() == "-" || kept(path).is_some() {
            return self.add_pipe(path, options);
        }
        match std::fs::metadata(path) {
            Ok(about) if about.is_dir() => self.add_folder(path, options),
            Ok(about) if about.is_file() => self.add_file(path, true, options),
            Ok(_) => self.add_pipe(path, options),
            Err(error) => match matches(path) {
                Some(found) => self.add_matches(&found, options),
                None => Err(io_error(path, error)),
            },
        }
    }

    /// Adds the files that wildcards stand for.
    fn add_matches(&mut self, found: &[PathBuf], options: &InputOptions) -> Result<(), InputError> {
        if found.is_empty() {
            return Err(InputError::from(InputErrorKind::NoMatch));
        }
        for path in found {
            if let Err(error) = self.add(path, options) {
                self.refused.push(error.at(&path.display().to_string()));
            }
        }
        Ok(())
    }

    fn add_folder(&mut self, folder: &Path, options: &InputOptions) -> Result<(), InputError> {
        let before = (self.files.len(), self.refused.len());
        let mut found = Vec::new();
        for entry in WalkDir::new(folder).sort_by_file_name() {
            let entry = match entry {
                Ok(entry) => entry,
                Err(error) if error.depth() > 0 => {
                    let path = error.path().map(|path| path.display().to_string()).unwrap_or_default();
                    let source = error.into_io_error().unwrap_or_else(|| std::io::Error::other("it is a loop"));
                    self.refused.push(InputError::from(InputErrorKind::Io { reason: source }).at(&path));
                    continue;
                }
                Err(error) => {
                    let source = error.into_io_error().unwrap_or_else(|| std::io::Error::other("it is no folder"));
                    return Err(InputError::from(InputErrorKind::Io { reason: source }));
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
            let before = self.files.len();
            if let Err(error) = self.add_file(path, false, options) {
                self.refused.push(error.at(name));
            }
            if let Some(other) = twin(name, &names) {
                let fixed = self.files.drain(before..);
                self.twins.extend(fixed.map(|fixed| Twin { fixed, delimited: other.to_owned() }));
            }
        }
        if (self.files.len(), self.refused.len()) == before {
            return Err(InputError::from(InputErrorKind::NoScoreFiles));
        }
        Ok(())
    }

    pub(super) fn skip(&mut self, path: String, why: &str) {
        self.skipped.push(Skipped { path, why: why.to_owned() });
    }

    fn add_file(&mut self, path: &Path, named: bool, options: &InputOptions) -> Result<(), InputError> {
        let mut stream: Bytes = Box::new(File::open(path).map_err(|error| io_error(path, error))?);
        let bytes = std::fs::metadata(path).ok().map(|about| about.len());
        let origin = InputOrigin { path: path.to_owned(), member: None, bytes, detected: Vec::new(), is_held: false };
        let start = read_head(&mut stream, 4).map_err(|error| io_error(path, error))?;
        if !is_zip(&start) {
            self.files.push(FileCandidate { origin, place: FileLocation::Text(path.to_owned()), named, damage: None, notes: Vec::new() });
            return Ok(());
        }
        let hash = match options.want_sha256 {
            true => HashSource::Separate(path.to_owned(), Arc::new(OnceLock::new())),
            false => HashSource::Unwanted,
        };
        self.add_archive(Backing::File(path.to_owned()), hash, &origin, named, options)
    }

    fn add_pipe(&mut self, path: &Path, options: &InputOptions) -> Result<(), InputError> {
        let held = pipe(path, options)?;
        let bytes = Some(held.0.len() as u64);
        let origin = InputOrigin { path: path.to_owned(), member: None, bytes, detected: Vec::new(), is_held: true };
        if !is_zip(&held.0) {
            self.files.push(FileCandidate { origin, place: FileLocation::Pipe(held), named: true, damage: None, notes: Vec::new() });
            return Ok(());
        }
        let hash = match options.want_sha256 {
            true => HashSource::Passing(Arc::new(OnceLock::from(hash_bytes(&held.0)))),
            false => HashSource::Unwanted,
        };
        self.add_archive(Backing::Held(held), hash, &origin, true, options)
    }

    fn add_archive(
        &mut self,
        backing: Backing,
        hash: HashSource,
        outer: &InputOrigin,
        named: bool,
        options: &InputOptions,
    ) -> Result<(), InputError> {
        let Contents { members, refused, damage } = contents(&backing, options.limits)?;
        if members.iter().any(|member| member.name == "xl/workbook.xml") {
            if damage.is_some() || !refused.is_empty() {
                return Err(damaged_workbook());
            }
            let place = FileLocation::Workbook { backing, members, hash };
            self.files.push(FileCandidate { origin: outer.clone(), place, named, damage: None, notes: Vec::new() });
            return Ok(());
        }
        if let Some(kind) = other_workbook(&members) {
            return Err(InputError::from(InputErrorKind::Binary { kind }));
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
            let delimited = twin(&member.name, &names).map(|other| format!("{}:{other}", outer.path.display()));
            let mut origin = outer.clone();
            origin.detected.push(Detected {
                what: "compression",
                value: "zip".to_owned(),
                why: format!("the file is a zip archive; {} was read from it", member.name),
            });
            origin.member = Some(member.name.clone());
            let place = FileLocation::Member { backing: backing.clone(), member, hash: hash.clone() };
            let candidate = FileCandidate { origin, place, named: named && only, damage: damage.clone(), notes: Vec::new() };
            match delimited {
                Some(delimited) => self.twins.push(Twin { fixed: candidate, delimited }),
                None => self.files.push(candidate),
            }
        }
        if (self.files.len(), self.refused.len()) != before {
            return Ok(());
        }
        Err(match nested {
            Some(member) => InputError::from(InputErrorKind::Nested { member }),
            None => InputError::from(InputErrorKind::NoScoreFiles),
        })
    }

    /// Takes in what cannot be opened of an archive; files that are no score files are passed over.
    fn refuse_members(&mut self, refused: Vec<(String, InputError)>, outer: &InputOrigin) {
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

/// What a workbook of another kind is, by its parts.
fn other_workbook(members: &[Member]) -> Option<&'static str> {
    let has = |name: &str| members.iter().any(|member| member.name == name);
    if has("xl/workbook.bin") {
        return Some("a binary workbook (.xlsb; save it as .xlsx, or use the original download)");
    }
    let is_open_document = has("mimetype") && has("content.xml");
    is_open_document.then_some("an OpenDocument spreadsheet (.ods; save it as .xlsx, or use the original download)")
}
