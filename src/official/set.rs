//! From paths to official files: what each is, the lists first, then the results with the types
//! that the lists tell.

use std::io::Read;
use std::path::PathBuf;

use super::error::OfficialError;
use super::header::{OfficialHeader, find_header, header_of};
use super::knowledge::OfficialKind;
use super::lines::{LineReader, cell, name, split};
use super::lookups::{EntityList, ListPlace, OfficialLookup, read_entities, read_lookup};
use super::model::OfficialFile;
use super::error::failed;
use super::read::{Areas, OfficialSource, WantedRows, read_scores};
use super::typed::{TypedRow, read_typed};
use crate::input::{
    FileCandidate, Detected, Encoding, InputError, InputErrorKind, Limits, Listing, Plain, SheetRow, Skipped, Twin, list,
    open_plain, read_sheets,
};

/// How official files are read.
#[derive(Clone, Debug, Default)]
pub struct OfficialOptions {
    /// The rows that are wanted.
    pub wanted: WantedRows,
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
    pub groups: Vec<OfficialLookup>,
    /// Lookups of tests.
    pub tests: Vec<OfficialLookup>,
    /// Files of a folder or archive that are no official files.
    pub skipped: Vec<Skipped>,
}

/// A file whose kind is known.
struct Sighted {
    candidate: FileCandidate,
    header: OfficialHeader,
    content: OfficialContent,
}

enum OfficialContent {
    Text(Plain),
    /// The rows of a workbook under its header.
    Rows(Vec<SheetRow>),
}

/// Reads official files, folders and archives. Entity lists give the types of entities to results
/// of the same year that lack them.
///
/// # Errors
/// When a path does not exist, or a file that was named cannot be read or is no official file.
pub fn read(paths: &[PathBuf], options: &OfficialOptions) -> Result<OfficialSet, OfficialError> {
    let input = crate::input::InputOptions { limits: options.limits, ..Default::default() };
    let Listing { files, mut skipped, refused, twins } = list(paths, &input);
    skipped.extend(twins.iter().map(Twin::unread));
    if let Some(error) = refused.into_iter().next() {
        return Err(match error.kind() {
            InputErrorKind::NoScoreFiles => OfficialError::NoFiles { path: error.path().to_owned() },
            _ => error.into(),
        });
    }
    let mut set = OfficialSet { skipped, ..OfficialSet::default() };
    let (mut scores, mut refused) = (Vec::new(), None);
    for candidate in files {
        let (name, is_named) = (candidate.name(), candidate.named);
        match sight(candidate, options.limits) {
            Ok(sighted) if matches!(sighted.header.kind, OfficialKind::Scores | OfficialKind::Typed) => scores.push(sighted),
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
pub fn is_official(candidate: &FileCandidate, limits: Limits) -> bool {
    !candidate.is_workbook() && open_plain(candidate, limits).is_ok_and(|plain| find_header("", &plain.head).is_ok())
}

fn sight(candidate: FileCandidate, limits: Limits) -> Result<Sighted, OfficialError> {
    let name = candidate.name();
    if candidate.is_workbook() {
        return sight_workbook(candidate, limits);
    }
    let plain = open_plain(&candidate, limits).map_err(|error| read_error(name.clone(), error))?;
    let header = find_header(&name, &plain.head)?;
    Ok(Sighted { candidate, header, content: OfficialContent::Text(plain) })
}

/// A workbook can be a table of typed numbers: its first rows tell.
fn sight_workbook(candidate: FileCandidate, limits: Limits) -> Result<Sighted, OfficialError> {
    const LOOK: usize = 30;
    for rows in read_sheets(&candidate, limits)? {
        let header = rows.iter().take(LOOK).find_map(|(line, names)| header_of(b',', names, *line));
        if let Some(header) = header.filter(|header| header.kind == OfficialKind::Typed) {
            let rows = rows.into_iter().filter(|(line, _)| *line > header.line).collect();
            return Ok(Sighted { candidate, header, content: OfficialContent::Rows(rows) });
        }
    }
    Err(workbook(candidate.name()))
}

fn workbook(path: String) -> OfficialError {
    let help = "give the file as it was downloaded; a spreadsheet changes codes and numbers when it saves them";
    OfficialError::Other { path, kind: "a workbook".to_owned(), help: help.to_owned() }
}

fn read_error(path: String, error: InputError) -> OfficialError {
    match error.kind() {
        InputErrorKind::Empty => OfficialError::Empty { path },
        InputErrorKind::Binary { kind } => OfficialError::Other {
            path,
            kind: (*kind).to_owned(),
            help: "give the delimited research file (.txt, or the .zip it came in)".to_owned(),
        },
        _ => error.into(),
    }
}

/// The lines of a table of typed numbers, as texts.
fn typed_lines<R: Read>(
    path: String,
    header: &OfficialHeader,
    mut lines: LineReader<R>,
) -> impl Iterator<Item = Result<TypedRow, OfficialError>> {
    let (separator, first) = (header.separator, header.line);
    let mut cells = Vec::new();
    std::iter::from_fn(move || {
        loop {
            let (number, line) = match lines.next() {
                Err(error) => return Some(Err(failed(&path, error))),
                Ok(line) => line?,
            };
            if number <= first || line.trim_ascii().is_empty() {
                continue;
            }
            split(line, separator, usize::MAX, &mut cells);
            return Some(Ok((number, (0..cells.len()).map(|place| name(cell(line, &cells, place))).collect())));
        }
    })
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
        let Sighted { candidate, header, content: OfficialContent::Text(plain) } = sighted else { return Ok(()) };
        let place = ListPlace {
            path: candidate.path().to_owned(),
            member: candidate.member().map(str::to_owned),
            name: candidate.name(),
            longest: limits.record,
        };
        match header.kind {
            OfficialKind::Groups => self.groups.push(read_lookup(place, "group", &header, plain.stream)?),
            OfficialKind::Tests => self.tests.push(read_lookup(place, "test", &header, plain.stream)?),
            OfficialKind::Entities | OfficialKind::Scores | OfficialKind::Typed => {
                self.entities.push(read_entities(place, &header, plain.stream)?)
            }
        }
        Ok(())
    }

    fn add_scores(&mut self, sighted: Sighted, options: &OfficialOptions) -> Result<(), OfficialError> {
        let Sighted { candidate, header, content } = sighted;
        let (encoding, detected) = match &content {
            OfficialContent::Text(plain) => (plain.encoding, plain.detected.clone()),
            OfficialContent::Rows(_) => (Encoding::Utf8, Vec::new()),
        };
        let source = OfficialSource {
            path: candidate.path().to_owned(),
            member: candidate.member().map(str::to_owned),
            name: candidate.name(),
            encoding,
            detected,
            bytes: candidate.stored_bytes(),
            longest: options.limits.record,
        };
        let wanted = &options.wanted;
        let mut file = match content {
            OfficialContent::Rows(rows) => read_typed(source, &header, rows.into_iter().map(Ok), wanted)?,
            OfficialContent::Text(plain) if header.kind == OfficialKind::Typed => {
                let lines = typed_lines(source.name.clone(), &header, LineReader::new(plain.stream, source.longest));
                read_typed(source, &header, lines, wanted)?
            }
            OfficialContent::Text(plain) => read_scores(source, header, plain.stream, wanted, options.areas)?,
        };
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
