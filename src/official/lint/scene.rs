//! A file with all that a check may look at: its rows by what they are about, the rows that belong
//! to a whole, and the lists given with it.

use std::collections::{HashMap, HashSet};

use crate::counting::{Suppression, levels_of, suppression_of};
use crate::layout::plain_name;
use crate::official::header::measure_of;
use crate::official::interval::Interval;
use crate::official::knowledge::{OfficialKind, TestProgram, knowledge};
use crate::official::lookups::EntityList;
use crate::official::model::{ALL_GRADES, FileOrigin, Measure, OfficialFile, OfficialRow, RowKey, type_of_code};
use crate::official::set::OfficialSet;
use crate::official::value::FigureState;

/// The type of counties.
const COUNTY: u8 = 5;

/// What a check looks at.
pub struct LintContext<'a> {
    /// Everything that was given.
    pub set: &'a OfficialSet,
    /// The place of the file in it.
    pub place: usize,
    /// The file.
    pub file: &'a OfficialFile,
    /// What the year hides.
    pub limits: Suppression,
    /// The entity list of the year, if one was given.
    pub list: Option<&'a EntityList>,
    rows: HashMap<RowKey, usize>,
    parts: HashMap<RowKey, Vec<usize>>,
    codes: HashSet<[u8; 14]>,
    counties: Vec<[u8; 14]>,
    listed: HashMap<[u8; 14], Vec<[u8; 14]>>,
    untyped_within: HashSet<[u8; 14]>,
    columns: Vec<(Measure, usize)>,
    /// The tests that have fewer than four levels, with how many.
    few_levels: HashMap<u16, usize>,
}

/// Whether all rows that belong to a whole are there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RowExtent {
    /// They are.
    Whole,
    /// Some may have been left out of the file.
    Unknown,
}

/// A total with the rows it is made of.
pub struct Whole<'a> {
    pub total: &'a OfficialRow,
    pub parts: Vec<&'a OfficialRow>,
    pub extent: RowExtent,
}

impl<'a> LintContext<'a> {
    /// The scene of one file of a set.
    pub fn of(set: &'a OfficialSet, place: usize) -> Option<Self> {
        let file = set.files.get(place)?;
        let mut rows = HashMap::with_capacity(file.rows.len());
        let mut parts: HashMap<RowKey, Vec<usize>> = HashMap::new();
        for (number, row) in file.rows.iter().enumerate() {
            rows.entry(row.key()).or_insert(number);
            if let Some(code) = code_above(row) {
                parts.entry(RowKey { code, ..row.key() }).or_default().push(number);
            }
        }
        let codes: HashSet<[u8; 14]> = file.rows.iter().map(|row| row.place.code).collect();
        let mut counties: Vec<[u8; 14]> = codes.iter().copied().filter(|code| type_of_code(code) == COUNTY).collect();
        counties.sort_unstable();
        let list = set.entities_of(file.year).next();
        Some(Self {
            set,
            place,
            file,
            limits: suppression_of(file.year),
            list,
            rows,
            parts,
            codes,
            counties,
            listed: listed(list),
            untyped_within: untyped_within(file),
            columns: columns(file),
            few_levels: few_levels(file),
        })
    }

    /// A row by what it is about.
    pub fn row(&self, key: RowKey) -> Option<&'a OfficialRow> {
        self.rows.get(&key).and_then(|place| self.file.rows.get(*place))
    }

    /// The place of the column that has a figure.
    pub fn column(&self, measure: Measure) -> Option<usize> {
        self.columns.iter().find(|(one, _)| *one == measure).map(|(_, place)| *place)
    }

    /// Whether a figure of a typed table was not looked at: its cell is blank, and its test has it.
    pub fn is_blank(&self, row: &OfficialRow, measure: Measure) -> bool {
        let level = match measure {
            Measure::Count(level) | Measure::Percent(level) => usize::from(level),
            _ => 0,
        };
        let has_it = self.few_levels.get(&row.test).is_none_or(|levels| level <= *levels);
        self.file.origin == FileOrigin::Typed && has_it && row.values.get(measure).state() == FigureState::Absent
    }

    /// The rows of one grade row, with the rows of the grades it is made of.
    pub fn grades(&self, total: u8, of: impl Fn(&TestProgram) -> Vec<u8>) -> impl Iterator<Item = Whole<'a>> {
        let totals = self.file.rows.iter().filter(move |row| row.grade == total);
        totals.filter_map(move |total| {
            let grades = of(knowledge().program_of(total.test)?);
            let parts: Vec<&OfficialRow> =
                grades.iter().filter_map(|grade| self.row(RowKey { grade: *grade, ..total.key() })).collect();
            let extent = if parts.len() == grades.len() { RowExtent::Whole } else { RowExtent::Unknown };
            Some(Whole { total, parts, extent })
        })
    }

    /// The rows of districts, counties and the state, with the rows of their parts. Left out where
    /// the type of a part is not known.
    pub fn entities(&self) -> impl Iterator<Item = Whole<'a>> {
        let totals = self.file.rows.iter().filter(|row| matches!(row.place.entity_type, 4..=6));
        totals.filter_map(|total| {
            let parts = self.parts.get(&total.key()).map(Vec::as_slice).unwrap_or_default();
            let parts: Vec<&OfficialRow> = parts.iter().filter_map(|place| self.file.rows.get(*place)).collect();
            let is_known = self.has_known_types(total);
            is_known.then(|| Whole { total, parts, extent: self.extent(total) })
        })
    }

    /// Schools of a file without types can be charters that are counted apart from the district.
    fn has_known_types(&self, total: &OfficialRow) -> bool {
        !self.untyped_within.contains(&total.place.code)
    }

    /// Whether every part of an entity is accounted for: by the entity list, and for the state by
    /// the 58 counties.
    fn extent(&self, total: &OfficialRow) -> RowExtent {
        const COUNTIES: usize = 58;
        let parts = match total.place.entity_type {
            4 => self.counties.as_slice(),
            _ => self.listed.get(&total.place.code).map(Vec::as_slice).unwrap_or_default(),
        };
        let enough = if total.place.entity_type == 4 { parts.len() >= COUNTIES } else { !parts.is_empty() };
        let accounted = |code: &[u8; 14]| self.is_accounted(RowKey { code: *code, ..total.key() });
        if enough && parts.iter().all(accounted) { RowExtent::Whole } else { RowExtent::Unknown }
    }

    /// Whether a part has a row, or is known to have no students there: the rows of its other grades are
    /// all there is, or it has other tests and groups only.
    fn is_accounted(&self, key: RowKey) -> bool {
        if self.rows.contains_key(&key) {
            return true;
        }
        let grades = knowledge().program_of(key.test).map_or(&[][..], |program| &program.grades);
        let own = || grades.iter().filter_map(|grade| self.row(RowKey { grade: *grade, ..key }));
        let Some(all) = self.row(RowKey { grade: ALL_GRADES, ..key }) else {
            return self.codes.contains(&key.code) && own().next().is_none();
        };
        let sum: Option<Interval> = own().map(|row| row.values.tested.interval()).sum();
        matches!((sum, all.values.tested.interval()), (Some(sum), Some(total)) if !sum.is_below(total))
    }
}

/// The columns that have figures.
fn columns(file: &OfficialFile) -> Vec<(Measure, usize)> {
    let kind = match file.origin {
        FileOrigin::Research => OfficialKind::Scores,
        FileOrigin::Typed => OfficialKind::Typed,
    };
    let named = file.headings.iter().enumerate();
    named
        .filter_map(|(place, name)| Some((measure_of(knowledge().measure(kind, &plain_name(name))?)?, place)))
        .collect()
}

/// The tests of a typed table that have fewer than four levels: the others of its columns stay blank.
fn few_levels(file: &OfficialFile) -> HashMap<u16, usize> {
    const MOST: usize = 4;
    let tests: HashSet<u16> = match file.origin {
        FileOrigin::Typed => file.rows.iter().map(|row| row.test).collect(),
        FileOrigin::Research => HashSet::new(),
    };
    let known = tests.into_iter().filter_map(|test| Some((test, levels_of(test, file.year)?)));
    // Of a test without levels in score files it is not known how many the state shows.
    known.filter(|(_, levels)| (1..MOST).contains(levels)).collect()
}

/// Where schools without a type can belong: their district and their county.
fn untyped_within(file: &OfficialFile) -> HashSet<[u8; 14]> {
    let untyped = file.rows.iter().filter(|row| row.place.entity_type == 0);
    untyped.flat_map(|row| [7, 2].map(|digits| begun(&row.place.code, digits))).collect()
}

/// The parts that an entity list tells of each entity.
fn listed(list: Option<&EntityList>) -> HashMap<[u8; 14], Vec<[u8; 14]>> {
    let mut parts: HashMap<[u8; 14], Vec<[u8; 14]>> = HashMap::new();
    for (code, entity) in list.iter().flat_map(|list| &list.entities) {
        if let Some(digits) = digits_above(entity.entity_type) {
            parts.entry(begun(code, digits)).or_default().push(*code);
        }
    }
    parts
}

/// The entity that a row is a part of.
fn code_above(row: &OfficialRow) -> Option<[u8; 14]> {
    digits_above(row.place.entity_type).map(|digits| begun(&row.place.code, digits))
}

/// How many digits of its code an entity shares with the one it is a part of: schools and locally
/// funded charters with their district, districts and direct-funded charters with their county.
fn digits_above(entity_type: u8) -> Option<usize> {
    match entity_type {
        7 | 10 => Some(7),
        6 | 9 => Some(2),
        5 => Some(0),
        _ => None,
    }
}

/// The first digits of a code, the others zero.
fn begun(code: &[u8; 14], digits: usize) -> [u8; 14] {
    let mut begun = [b'0'; 14];
    begun[..digits].copy_from_slice(&code[..digits]);
    begun
}
