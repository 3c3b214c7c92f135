//! The second files as the user gives them: opened once, matched with each checked file, and read for those they
//! belong to.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustc_hash::FxHashSet;

use super::common::{Overlap, hash, numbers};
use super::error::SecondError;
use super::joined::{JoinedSecondFiles, WantedCells};
use super::rows::each_record;
use super::store::Store;
use crate::check::error::CheckError;
use crate::check::entities::school_fields;
use crate::engine::fields::{Reads, Visitor};
use crate::engine::second_data::SecondData;
use crate::finding::FileFinding;
use crate::finding::draft::file;
use crate::input::{self, Detected, FileInfo, InputOptions, SurveyedPart};
use crate::layout::{FieldId, registry};
use crate::number::plural;
use crate::official::{self, EntityList};
use crate::rule::{Match, Need, RecordView, SecondFile};

/// The second files of a run, by what they are.
#[derive(Clone, Debug, Default)]
pub struct SecondPaths {
    /// Official entity lists.
    pub entities: Vec<PathBuf>,
    /// Earlier student files: of years before, or earlier downloads of the same year.
    pub earlier: Vec<PathBuf>,
    /// The enrolled view, or rosters in its form.
    pub enrolled: Vec<PathBuf>,
}

/// The field that tells students.
const STUDENT: &str = "ssid";

const ENTITIES: &str = "--entities";
const EARLIER: &str = "--earlier";
const ENROLLED: &str = "--enrolled";

/// What a student file is given as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum StudentFileRole {
    Earlier,
    Roster,
}

struct GivenStudentFile {
    role: StudentFileRole,
    info: FileInfo,
    /// Whether it went with a checked file, and else why not.
    used: Result<(), String>,
    /// The numbers of its students, once they are needed.
    students: Option<FxHashSet<u64>>,
    /// What it has in common with the file that is being checked.
    overlap: Option<Overlap>,
}

struct GivenEntityList {
    list: EntityList,
    used: Result<(), String>,
    /// What it has in common with the file that is being checked.
    overlap: Option<Overlap>,
}

/// The second files of a run.
pub(crate) struct GivenSecondFiles {
    options: InputOptions,
    students: Vec<GivenStudentFile>,
    lists: Vec<GivenEntityList>,
}

impl GivenSecondFiles {
    /// Opens the second files.
    pub(crate) fn open(paths: &SecondPaths, options: &InputOptions) -> Result<Self, CheckError> {
        // What is stated about the checked files (a year, a dialect) is not stated about these.
        let options = InputOptions { limits: options.limits, survey: SurveyedPart::Whole, ..InputOptions::default() };
        let mut given = Self { lists: Vec::new(), students: Vec::new(), options };
        given.add_lists(&paths.entities)?;
        given.add_students(&paths.earlier, StudentFileRole::Earlier)?;
        given.add_students(&paths.enrolled, StudentFileRole::Roster)?;
        Ok(given)
    }

    fn add_lists(&mut self, paths: &[PathBuf]) -> Result<(), CheckError> {
        no_pipe(paths, ENTITIES)?;
        let options = official::OfficialOptions { limits: self.options.limits, ..official::OfficialOptions::default() };
        for path in paths {
            let name = path.display().to_string();
            let set = match official::read(std::slice::from_ref(path), &options) {
                Ok(set) if set.entities.is_empty() => return Err(SecondError::NoList { path: name }.into()),
                Err(error) if error.is_another_kind() => return Err(SecondError::NoList { path: name }.into()),
                set => set?,
            };
            for list in set.entities {
                if list.year == 0 {
                    return Err(SecondError::NoYear { path: name }.into());
                }
                self.lists.push(GivenEntityList { list, used: Err(String::new()), overlap: None });
            }
        }
        Ok(())
    }

    fn add_students(&mut self, paths: &[PathBuf], role: StudentFileRole) -> Result<(), CheckError> {
        no_pipe(paths, role.option())?;
        if paths.is_empty() {
            return Ok(());
        }
        for opened in input::open_each(paths, &self.options) {
            let info = opened?.info;
            self.students.push(GivenStudentFile { role, info, used: Err(String::new()), students: None, overlap: None });
        }
        Ok(())
    }

    /// Finds out which second files go with a checked file and what they have in common with it, and adds them to
    /// what is said about it. One that does not belong to it is a finding.
    ///
    /// # Errors
    /// When a file cannot be read.
    pub(crate) fn meet(&mut self, info: &mut FileInfo, options: &InputOptions) -> Result<Vec<FileFinding>, CheckError> {
        let mut findings = Vec::new();
        let ssid = registry().id(STUDENT);
        let column = |info: &FileInfo| ssid.and_then(|field| info.column_of(field));
        let mut here = None;
        for one in &mut self.students {
            one.overlap = None;
            let fits = one.role.fits(&one.info, info);
            if fits.is_ok() {
                let here = match &here {
                    Some(here) => here,
                    None => here.insert(numbers(info, column(info), options)?),
                };
                let there = match one.students.take() {
                    Some(there) => there,
                    None => numbers(&one.info, column(&one.info), &self.options)?,
                };
                let overlap = Overlap::of(here, &there);
                let (option, year, words) = (one.role.option(), one.info.year, overlap.words("students"));
                let why = format!("given with {option}, of {year}; {words}");
                info.detected.push(Detected { what: one.role.word(), value: path_of(&one.info), why });
                findings.extend(mismatch(overlap, &path_of(&one.info), &words));
                (one.students, one.overlap) = (Some(there), Some(overlap));
            }
            note(&mut one.used, fits);
        }
        for one in &mut self.lists {
            one.overlap = None;
            let fits = fits_year(one.list.year, info.year);
            if fits.is_ok() {
                let schools = numbers(info, school_column(info), options)?;
                let there = one.list.entities.keys().map(|code| hash(code)).collect();
                let overlap = Overlap::of(&schools, &there);
                one.overlap = Some(overlap);
                let words = overlap.words("schools");
                findings.extend(mismatch(overlap, &one.list.path.display().to_string(), &words));
                let why = format!("given with {ENTITIES}, of {}; {words}", one.list.year);
                info.detected.push(Detected { what: "entities", value: one.list.path.display().to_string(), why });
            }
            note(&mut one.used, fits);
        }
        Ok(findings)
    }

    /// The first second file that went with no checked file.
    pub(crate) fn unused(&self) -> Option<SecondError> {
        let student = self.students.iter().find_map(|one| {
            let why = one.used.as_ref().err()?;
            Some(SecondError::Unfit {
                path: path_of(&one.info),
                option: one.role.option(),
                why: why.clone(),
                help: one.role.help(),
            })
        });
        student.or_else(|| {
            self.lists.iter().find_map(|one| {
                let why = one.used.as_ref().err()?.clone();
                let help = "give the entity file of the same year as the checked file";
                Some(SecondError::Unfit { path: one.list.path.display().to_string(), option: ENTITIES, why, help })
            })
        })
    }

    /// What a rule needs that does not go with the checked file, in words.
    pub(crate) fn lacks(&self, need: Need, info: &FileInfo) -> Option<String> {
        let year = info.year;
        if let Some(reason) = self.apart(need, info) {
            return Some(reason);
        }
        match need {
            Need::EntityList if self.lists.iter().all(|one| one.list.year != year) => {
                Some(format!("no official entity list of {year} is given ({ENTITIES} FILE)"))
            }
            Need::EarlierFile if !self.has(StudentFileRole::Earlier, info) => {
                Some(format!("no earlier file is given ({EARLIER} FILE)"))
            }
            Need::Roster if !self.has(StudentFileRole::Roster, info) => {
                Some(format!("no enrolled view or roster is given ({ENROLLED} FILE)"))
            }
            _ => None,
        }
    }

    /// Why a second file that is given says nothing about the checked one: they have none or few in common.
    fn apart(&self, need: Need, info: &FileInfo) -> Option<String> {
        let student = |role: StudentFileRole| {
            if self.has(role, info) {
                return None;
            }
            let one = self.students.iter().find(|one| one.role == role && one.is_apart())?;
            Some(format!("{}: {}", path_of(&one.info), one.overlap?.words("students")))
        };
        match need {
            Need::EarlierFile => student(StudentFileRole::Earlier),
            Need::Roster => student(StudentFileRole::Roster),
            Need::EntityList => {
                let one = self.lists.iter().find(|one| one.list.year == info.year)?;
                let overlap = one.overlap.filter(|overlap| overlap.is_too_small())?;
                Some(format!("{}: {}", one.list.path.display(), overlap.words("schools")))
            }
            _ => None,
        }
    }

    /// Why an instance of a rule cannot run: a file of some year is not given, or lacks a column.
    pub(crate) fn misses(&self, wanted: &WantedCells, info: &FileInfo) -> Option<String> {
        wanted.iter().find_map(|(file, matches)| {
            let (role, year) = match file {
                SecondFile::Earlier(before) => (StudentFileRole::Earlier, info.year.saturating_sub(*before)),
                SecondFile::Roster => (StudentFileRole::Roster, info.year),
                SecondFile::Checked => return None,
            };
            let files: Vec<&FileInfo> = self.going_with(role, info).filter(|one| one.year == year).collect();
            if files.is_empty() {
                let is_apart = |one: &&GivenStudentFile| one.role == role && one.info.year == year && one.is_apart();
                if let Some((one, overlap)) = self.students.iter().find(is_apart).and_then(|one| Some((one, one.overlap?))) {
                    return Some(format!("{}: {}", path_of(&one.info), overlap.words("students")));
                }
                return Some(format!("no file of {year} is given ({} FILE)", role.option()));
            }
            let fields = matches.values().flatten();
            let lacking = fields.filter(|field| files.iter().any(|file| file.column_of(**field).is_none()));
            if let Some(field) = lacking.min() {
                return Some(format!("the file of {year} has no column for {}", registry().info(*field).title));
            }
            let (field, cells) = unreadable_key(&files, matches.keys())?;
            let (title, cells) = (registry().info(field).title, plural(cells, "cell"));
            Some(format!("{title} cannot be read in {cells} of the file of {year}: records cannot be matched for certain"))
        })
    }

    /// The rosters that go with a checked file.
    pub(crate) fn rosters(&self, info: &FileInfo) -> Vec<FileInfo> {
        self.going_with(StudentFileRole::Roster, info).cloned().collect()
    }

    fn has(&self, role: StudentFileRole, info: &FileInfo) -> bool {
        self.going_with(role, info).next().is_some()
    }

    fn going_with(&self, role: StudentFileRole, info: &FileInfo) -> impl Iterator<Item = &FileInfo> {
        let fits = move |one: &&GivenStudentFile| one.role == role && !one.is_apart() && role.fits(&one.info, info).is_ok();
        let students = self.students.iter().filter(fits);
        students.map(|one| &one.info)
    }

    /// Reads what is wanted of the second files that go with a checked file.
    pub(crate) fn join(&self, wanted: &WantedCells, info: &FileInfo) -> Result<SecondData, CheckError> {
        let mut joined = JoinedSecondFiles::default();
        for (file, matches) in wanted {
            let (role, year) = match file {
                SecondFile::Earlier(before) => (StudentFileRole::Earlier, info.year.saturating_sub(*before)),
                SecondFile::Roster => (StudentFileRole::Roster, info.year),
                SecondFile::Checked => continue,
            };
            let files: Vec<&FileInfo> = self.going_with(role, info).filter(|one| one.year == year).collect();
            let stores = read(&files, matches.iter().map(|(of, fields)| (of, fields.iter().copied())), &self.options)?;
            joined.stores.extend(stores);
        }
        for one in self.lists.iter().filter(|one| one.list.year == info.year) {
            add_entities(&mut joined, &one.list);
        }
        Ok(SecondData::new(joined))
    }

    /// Reads what is wanted of a checked file, for rules that go through the roster.
    pub(crate) fn join_checked(
        wanted: &WantedCells,
        checked: &FileInfo,
        options: &InputOptions,
    ) -> Result<SecondData, CheckError> {
        let mut joined = JoinedSecondFiles::default();
        if let Some(matches) = wanted.get(&SecondFile::Checked) {
            let matches = matches.iter().map(|(of, fields)| (of, fields.iter().copied()));
            joined.stores.extend(read(&[checked], matches, options)?);
        }
        Ok(SecondData::new(joined))
    }

    /// How second files are read.
    pub(crate) fn options(&self) -> &InputOptions {
        &self.options
    }
}

impl GivenStudentFile {
    /// Whether it has none or few students of the checked file.
    fn is_apart(&self) -> bool {
        self.overlap.is_some_and(Overlap::is_too_small)
    }
}

impl StudentFileRole {
    fn option(self) -> &'static str {
        match self {
            Self::Earlier => EARLIER,
            Self::Roster => ENROLLED,
        }
    }

    fn word(self) -> &'static str {
        match self {
            Self::Earlier => "earlier",
            Self::Roster => "roster",
        }
    }

    fn help(self) -> &'static str {
        match self {
            Self::Earlier => "give a student file of the same LEA, of a year before or an earlier download",
            Self::Roster => "give the enrolled view of the same year and LEA",
        }
    }

    /// Whether a file goes with a checked one, or why not.
    fn fits(self, second: &FileInfo, checked: &FileInfo) -> Result<(), String> {
        if let (Some(second), Some(checked)) = (&second.lea, &checked.lea)
            && second != checked
        {
            return Err(format!("it is of LEA {second}, the checked file of LEA {checked}"));
        }
        match self {
            Self::Earlier if second.year > checked.year => {
                Err(format!("it is of {}, later than the checked file of {}", second.year, checked.year))
            }
            Self::Earlier => Ok(()),
            Self::Roster => fits_year(second.year, checked.year),
        }
    }
}

/// The column that names the school of a record.
fn school_column(info: &FileInfo) -> Option<usize> {
    school_fields().iter().find_map(|field| info.column_of(*field))
}

/// The finding for a second file that has none or few students or schools in common with the checked one.
fn mismatch(overlap: Overlap, path: &str, words: &str) -> Option<FileFinding> {
    overlap.is_too_small().then(|| file("L041").with("file", path).with("words", words).done())
}

fn fits_year(second: u16, checked: u16) -> Result<(), String> {
    if second == checked {
        return Ok(());
    }
    Err(format!("it is of {second}, the checked file of {checked}"))
}

fn note(used: &mut Result<(), String>, fits: Result<(), String>) {
    if used.is_err() {
        *used = fits;
    }
}

fn no_pipe(paths: &[PathBuf], option: &'static str) -> Result<(), SecondError> {
    match paths.iter().any(|path| path == Path::new("-")) {
        true => Err(SecondError::Pipe { option }),
        false => Ok(()),
    }
}

fn path_of(info: &FileInfo) -> String {
    let path = info.path.display();
    info.member.as_ref().map_or_else(|| path.to_string(), |member| format!("{path}:{member}"))
}

/// A list names schools by 14 digits; rules also ask by the 7 of the school alone, which is how a
/// charter is found whatever district its code begins with.
fn add_entities(joined: &mut JoinedSecondFiles, list: &EntityList) {
    for (code, entity) in &list.entities {
        let code = String::from_utf8_lossy(code).into_owned();
        let kind = Some(i64::from(entity.entity_type));
        let school = code.get(7..).filter(|school| school.bytes().any(|digit| digit != b'0')).map(str::to_owned);
        for key in school.into_iter().chain([code]) {
            let known = joined.entities.entry(key).or_insert(kind);
            if *known != kind {
                *known = None;
            }
        }
    }
}

/// Reads files into stores, one for each way of matching.
fn read<'m>(
    files: &[&FileInfo],
    matches: impl Iterator<Item = (&'m Match, impl Iterator<Item = FieldId>)>,
    options: &InputOptions,
) -> Result<Vec<(Match, Store)>, CheckError> {
    let new = |(of, fields): (&Match, _)| (of.clone(), Store::new(Arc::clone(&of.by), Iterator::collect(fields)));
    let mut stores: Vec<(Match, Store)> = matches.map(new).collect();
    for info in files {
        let mut source = input::reopen(info, options)?;
        let add = |row: &dyn RecordView| stores.iter_mut().for_each(|(_, store)| store.add(row));
        each_record(source.as_mut(), info, add)?;
    }
    Ok(stores)
}

/// A field that records are matched by and that some file has cells of that cannot be read, with their number.
fn unreadable_key<'m>(files: &[&FileInfo], matches: impl Iterator<Item = &'m Match>) -> Option<(FieldId, u64)> {
    let mut keys = Reads::default();
    matches.flat_map(|one| one.by.iter()).for_each(|part| keys.text(part));
    let unreadable = files.iter().flat_map(|file| &file.mends).flat_map(|mends| mends.unreadable());
    unreadable.filter(|(field, _)| keys.fields.contains(field)).min()
}
