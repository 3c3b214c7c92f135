//! From paths to official files: what each is, the lists first, then the results with the types
//! that the lists tell.

use std::path::PathBuf;

use super::error::OfficialError;
use super::header::{Header, find_header};
use super::knowledge::Kind;
use super::lookups::{EntityList, ListPlace, Lookup, read_entities, read_lookup};
use super::model::OfficialFile;
use super::read::{Areas, Source, Wanted, read_scores};
use crate::input::{Candidate, Detected, InputError, Limits, Listing, Plain, Skipped, list, open_plain};

/// How official files are read.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// The rows that are wanted.
    pub wanted: Wanted,
    /// Whether columns about areas are read.
    pub areas: Areas,
    /// What may be used up.
    pub limits: Limits,
}

/// Official files that belong together.
#[derive(Clone, Debug, Default)]
pub struct OfficialSet {
    /// Results, in the order given.
    pub files: Vec<OfficialFile>,
    /// Entity lists.
    pub entities: Vec<EntityList>,
    /// Lookups of student groups.
    pub groups: Vec<Lookup>,
    /// Lookups of tests.
    pub tests: Vec<Lookup>,
    /// Files of a folder or archive that are no official files.
    pub skipped: Vec<Skipped>,
}

/// A text whose kind is known.
struct Sighted {
    candidate: Candidate,
    header: Header,
    plain: Plain,
}

/// Reads official files, folders and archives. Entity lists give the types of entities to results
/// of the same year that lack them.
///
/// # Errors
/// When a path does not exist, or a file that was named cannot be read or is no official file.
pub fn read(paths: &[PathBuf], options: &Options) -> Result<OfficialSet, OfficialError> {
    let input = crate::input::Options { limits: options.limits, ..Default::default() };
    let Listing { files, skipped } = list(paths, &input)?;
    let mut set = OfficialSet { skipped, ..OfficialSet::default() };
    let (mut scores, mut refused) = (Vec::new(), None);
    for candidate in files {
        let (name, is_named) = (candidate.name(), candidate.named);
        match sight(candidate, options.limits) {
            Ok(sighted) if sighted.header.kind == Kind::Scores => scores.push(sighted),
            Ok(sighted) => set.add_list(sighted, options.limits)?,
            Err(error) if !is_named && error.is_another_kind() => {
                set.skipped.push(Skipped { path: name, why: error.to_string() });
                refused.get_or_insert(error);
            }
            Err(error) => return Err(error),
        }
    }
    for sighted in scores {
        set.add_scores(sighted, options)?;
    }
    match refused {
        Some(error) if set.is_empty() => Err(error),
        _ => Ok(set),
    }
}

/// Whether a file is an official one, by its header. What cannot be read is none.
pub fn is_official(candidate: &Candidate, limits: Limits) -> bool {
    !candidate.is_workbook() && open_plain(candidate, limits).is_ok_and(|plain| find_header("", &plain.head).is_ok())
}

fn sight(candidate: Candidate, limits: Limits) -> Result<Sighted, OfficialError> {
    let name = candidate.name();
    if candidate.is_workbook() {
        return Err(workbook(name));
    }
    let plain = open_plain(&candidate, limits).map_err(|error| told(name.clone(), error))?;
    let header = find_header(&name, &plain.head)?;
    Ok(Sighted { candidate, header, plain })
}

fn workbook(path: String) -> OfficialError {
    let help = "give the file as it was downloaded; a spreadsheet changes codes and numbers when it saves them";
    OfficialError::Other { path, kind: "a workbook".to_owned(), help: help.to_owned() }
}

fn told(path: String, error: InputError) -> OfficialError {
    match error {
        InputError::Binary { kind, .. } => OfficialError::Other {
            path,
            kind: kind.to_owned(),
            help: "give the delimited research file (.txt, or the .zip it came in)".to_owned(),
        },
        error => error.into(),
    }
}

impl OfficialSet {
    /// Whether nothing was read.
    pub fn is_empty(&self) -> bool {
        self.files.is_empty() && self.entities.is_empty() && self.groups.is_empty() && self.tests.is_empty()
    }

    /// The entity list for a year.
    pub fn entities_of(&self, year: u16) -> impl Iterator<Item = &EntityList> {
        self.entities.iter().filter(move |list| list.year == year)
    }

    fn add_list(&mut self, sighted: Sighted, limits: Limits) -> Result<(), OfficialError> {
        let Sighted { candidate, header, plain } = sighted;
        let place = ListPlace {
            path: candidate.path().to_owned(),
            member: candidate.member().map(str::to_owned),
            name: candidate.name(),
            longest: limits.record,
        };
        match header.kind {
            Kind::Groups => self.groups.push(read_lookup(place, "group", &header, plain.stream)?),
            Kind::Tests => self.tests.push(read_lookup(place, "test", &header, plain.stream)?),
            Kind::Entities | Kind::Scores => self.entities.push(read_entities(place, &header, plain.stream)?),
        }
        Ok(())
    }

    fn add_scores(&mut self, sighted: Sighted, options: &Options) -> Result<(), OfficialError> {
        let Sighted { candidate, header, plain } = sighted;
        let source = Source {
            path: candidate.path().to_owned(),
            member: candidate.member().map(str::to_owned),
            name: candidate.name(),
            encoding: plain.encoding,
            detected: plain.detected,
            bytes: candidate.stored_bytes(),
            longest: options.limits.record,
        };
        let mut file = read_scores(source, header, plain.stream, &options.wanted, options.areas)?;
        self.join_types(&mut file);
        self.files.push(file);
        Ok(())
    }

    fn join_types(&self, file: &mut OfficialFile) {
        let Some(list) = self.entities_of(file.year).next() else { return };
        let mut joined = 0_u64;
        for row in file.rows.iter_mut().filter(|row| row.place.entity_type == 0) {
            if let Some(entity) = list.entities.get(&row.place.code) {
                row.place.entity_type = entity.entity_type;
                joined += 1;
            }
        }
        if joined > 0 {
            let why = format!("the results have no column of types; {} has", list.path.display());
            file.detected.push(Detected { what: "types", value: format!("{joined} rows"), why });
        }
    }
}
