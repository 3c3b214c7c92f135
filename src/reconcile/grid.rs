//! The official cells, and the way from a record to the cells it counts in.

use std::collections::{BTreeMap, BTreeSet};

use rustc_hash::{FxHashMap, FxHashSet};

use super::code::CdsCode;
use super::reach::{RowReach, CoveredEntities};
use crate::counting::{CountingRules, GradeRows};
use crate::facets::Facets;
use crate::official::{ALL_STUDENTS, FileOrigin, Measure, OfficialValue, OfficialSet, FigureState, RowFigures};
use crate::tally::EntityCode;

/// Where cells of all student groups stand: entity, test and grade row.
pub type GroupsKey = (CdsCode, u16, u8);

/// Stands for "no row" in a slot.
pub const NO_ROW: u32 = u32::MAX;

/// One row of the official files: the cells of an entity, test, grade row and student group.
#[derive(Clone, Debug)]
pub struct GridRow {
    /// The entity.
    pub code: CdsCode,
    /// Its type in the official files, or in the score files where those do not tell; 0 for unknown.
    pub entity_type: u8,
    /// The official number of the test.
    pub test: u16,
    /// The grade row.
    pub grade: u8,
    /// The student group, by its place in the counting rules; `None` for one that no score file tells of.
    pub group: Option<usize>,
    /// Its official number.
    pub group_id: u16,
    /// The official file, by its place, and the line; `None` for a row that the files do not have.
    pub origin: Option<(usize, u64)>,
    /// Its figures.
    pub figures: Box<[(Measure, OfficialValue)]>,
    /// Whether it can be compared.
    pub reach: RowReach,
}

impl GridRow {
    fn key(&self) -> (CdsCode, u16, u8, u16) {
        (self.code, self.test, self.grade, self.group_id)
    }

    /// Takes in the figures of a row of another file, or further down, that is about the same: what
    /// one of them shows more closely counts. Returns the first figure of which no number fits both.
    fn take_in(&mut self, other: &Self) -> Option<OfficialContradiction> {
        let mut all: BTreeMap<Measure, OfficialValue> = self.figures.iter().copied().collect();
        let mut contradiction = None;
        for (measure, second) in &other.figures {
            let first = all.entry(*measure).or_insert(*second);
            if first.contradicts(second) {
                let places = (self.origin.unwrap_or_default(), other.origin.unwrap_or_default());
                let figures = ((places.0, *first), (places.1, *second));
                contradiction.get_or_insert(OfficialContradiction { key: self.key(), measure: *measure, figures });
            }
            *first = first.closer(*second);
        }
        self.figures = all.into_iter().collect();
        contradiction
    }
}

/// A figure that two official rows have differently.
#[derive(Clone, Copy, Debug)]
pub struct OfficialContradiction {
    /// Entity, test, grade row and student group.
    pub key: (CdsCode, u16, u8, u16),
    /// Which figure.
    pub measure: Measure,
    /// Both, the first one first.
    pub figures: (PlacedFigure, PlacedFigure),
}

/// The file, by its place, and the line, with the figure there.
pub type PlacedFigure = ((usize, u64), OfficialValue);

/// All official rows.
#[derive(Debug, Default)]
pub struct Grid {
    /// The rows, by entity, test, grade and group.
    pub rows: Vec<GridRow>,
    /// The row of each group of the counting rules, slot after slot.
    slot_rows: Vec<u32>,
    /// The groups with a row to compare with, one bit each, by slot.
    slot_groups: Vec<u64>,
    /// Groups of the counting rules.
    groups: usize,
    slots: FxHashMap<GroupsKey, u32>,
    /// The type of each entity in the official files.
    pub types: BTreeMap<CdsCode, u8>,
    /// The grade rows that the official files have of each test.
    pub grades: BTreeSet<(u16, u8)>,
    /// The tests and the student groups of complete official files.
    complete: (BTreeSet<u16>, BTreeSet<u16>),
    /// The first figure of which no number fits all files that have it.
    pub contradiction: Option<OfficialContradiction>,
}

/// What decides which slots a record counts in: its place, record type, grade, and the rows of its class.
type Way = u64;

fn way_of(facets: &Facets, rows: GradeRows) -> Way {
    let rest = u32::from_le_bytes([facets.record_type, facets.grade, rows as u8, 0]);
    u64::from(facets.place) << 32 | u64::from(rest)
}

/// The slots of each way, worked out once.
#[derive(Debug, Default)]
pub struct Ways(FxHashMap<Way, Vec<u32>>);

impl Grid {
    /// The rows of official files, which are taken out of them. Rows of several files that are about the same become
    /// one.
    pub fn new(set: &mut OfficialSet, counting: &CountingRules, reached: &CoveredEntities) -> Self {
        let mut grid = Self::default();
        grid.rows.reserve_exact(set.files.iter().map(|file| file.rows.len()).sum());
        for place in 0..set.files.len() {
            let file = &mut set.files[place];
            let (is_complete, rows) = (file.origin == FileOrigin::Research, std::mem::take(&mut file.rows));
            for row in rows {
                if is_complete {
                    grid.complete.0.insert(row.test);
                    grid.complete.1.insert(row.group);
                }
                let listed = || set.entities_of(counting.year).find_map(|list| list.entities.get(&row.place.code));
                let entity_type = match row.place.entity_type {
                    0 => listed().map_or(0, |entity| entity.entity_type),
                    known => known,
                };
                let known = grid.types.entry(row.place.code).or_insert(entity_type);
                *known = (*known).max(entity_type);
                grid.rows.push(GridRow {
                    code: row.place.code,
                    entity_type,
                    test: row.test,
                    grade: row.grade,
                    group: counting.groups.iter().position(|group| group.id == row.group),
                    group_id: row.group,
                    origin: Some((place, row.line)),
                    figures: figures_of(&row.values),
                    reach: RowReach::Checkable,
                });
            }
        }
        grid.rows.sort_unstable_by_key(|row| (row.key(), row.origin));
        let contradiction = &mut grid.contradiction;
        grid.rows.dedup_by(|row, first| {
            let is_same = row.key() == first.key();
            if is_same && let Some(found) = first.take_in(row) {
                contradiction.get_or_insert(found);
            }
            is_same
        });
        grid.grades = grid.rows.iter().map(|row| (row.test, row.grade)).collect();
        grid.settle(counting, reached);
        grid
    }

    /// Adds rows of no students for what the score files count and complete official files lack.
    pub fn add_missing(&mut self, counting: &CountingRules, reached: &CoveredEntities, counted: &BTreeSet<(GroupsKey, usize)>) {
        let (tests, groups) = &self.complete;
        let known: FxHashSet<(CdsCode, u16, u8, u16)> = self.rows.iter().map(GridRow::key).collect();
        let entities = self.entities();
        let mut new = Vec::new();
        for ((slot, group), info) in counted.iter().filter_map(|one| Some((one, counting.groups.get(one.1)?))) {
            let (code, test, grade) = *slot;
            let is_own_program = code[..7] == code[7..];
            if known.contains(&(code, test, grade, info.id))
                || is_own_program
                || !tests.contains(&test)
                || !self.grades.contains(&(test, grade))
                || !groups.contains(&info.id)
            {
                continue;
            }
            // Schools are compared where the files have schools of the district at all.
            if !self.types.contains_key(&code) && !self.has_schools_of(&code) {
                continue;
            }
            let entity_type = self.types.get(&code).copied().unwrap_or_default();
            if reached.reach(&code, entity_type, &entities) != RowReach::Checkable {
                continue;
            }
            let none = OfficialValue::number(b"no row", 0);
            new.push(GridRow {
                code,
                entity_type,
                test,
                grade,
                group: Some(*group),
                group_id: info.id,
                origin: None,
                figures: Box::new([(Measure::Enrolled, none), (Measure::Tested, none), (Measure::WithScores, none)]),
                reach: RowReach::Checkable,
            });
        }
        self.rows.reserve_exact(new.len());
        self.rows.extend(new);
        self.rows.sort_by_key(GridRow::key);
        self.settle(counting, reached);
    }

    fn has_schools_of(&self, code: &CdsCode) -> bool {
        let mut same = self.types.range(lowest_of(code)..).take_while(|(other, _)| other[..7] == code[..7]);
        same.any(|(other, kind)| other[7..] != *b"0000000" && *kind != 9)
    }

    /// The entities of the official files, with their types.
    fn entities(&self) -> Vec<(CdsCode, u8)> {
        self.types.iter().map(|(code, kind)| (*code, *kind)).collect()
    }

    fn settle(&mut self, counting: &CountingRules, reached: &CoveredEntities) {
        self.slots.clear();
        self.slot_rows.clear();
        self.slot_groups.clear();
        self.groups = counting.groups.len().min(u64::BITS as usize);
        let entities = self.entities();
        let mut reach_of: FxHashMap<(CdsCode, u8), RowReach> = FxHashMap::default();
        for (place, row) in self.rows.iter_mut().enumerate() {
            let reach = || reached.reach(&row.code, row.entity_type, &entities);
            row.reach = match row.group {
                None => RowReach::Beyond("ltel-two-definitions"),
                Some(_) => *reach_of.entry((row.code, row.entity_type)).or_insert_with(reach),
            };
            let next = u32::try_from(self.slot_groups.len()).unwrap_or(NO_ROW);
            let slot = *self.slots.entry((row.code, row.test, row.grade)).or_insert(next);
            if slot == next {
                self.slot_rows.resize(self.slot_rows.len() + self.groups, NO_ROW);
                self.slot_groups.push(0);
            }
            if let Some(group) = row.group.filter(|group| *group < self.groups)
                && row.reach == RowReach::Checkable
            {
                self.slot_rows[slot as usize * self.groups + group] = u32::try_from(place).unwrap_or(NO_ROW);
                self.slot_groups[slot as usize] |= 1 << group;
            }
        }
    }

    /// The row of a slot and a group of the counting rules; [`NO_ROW`] where there is none to compare with.
    pub fn row_of(&self, slot: GroupsKey, group: usize) -> u32 {
        let rows = self.slots.get(&slot).map(|slot| self.rows_of(*slot).0);
        rows.and_then(|rows| rows.get(group).copied()).unwrap_or(NO_ROW)
    }

    /// Whether a record counts in a row that the official files could have.
    pub fn publishes(&self, counting: &CountingRules, places: &[EntityCode], facets: &Facets) -> bool {
        let class = counting.classes.get(usize::from(facets.class));
        let place = places.get(facets.place as usize);
        let slots = class.zip(place).map(|(class, place)| all_slots(counting, place, facets, class.rows));
        slots.unwrap_or_default().iter().any(|(_, test, grade)| self.grades.contains(&(*test, *grade)))
    }

    /// The rows of the groups of a slot, and a bit for each group that has one.
    pub fn rows_of(&self, slot: u32) -> (&[u32], u64) {
        let begin = slot as usize * self.groups;
        (&self.slot_rows[begin..begin + self.groups], self.slot_groups[slot as usize])
    }

    /// The slots with rows to compare with that a record counts in.
    pub fn slots_of<'w>(
        &self,
        ways: &'w mut Ways,
        counting: &CountingRules,
        places: &[EntityCode],
        facets: &Facets,
    ) -> &'w [u32] {
        let Some(class) = counting.classes.get(usize::from(facets.class)) else { return &[] };
        ways.0.entry(way_of(facets, class.rows)).or_insert_with(|| {
            let place = places.get(facets.place as usize);
            let all = place.map(|place| all_slots(counting, place, facets, class.rows)).unwrap_or_default();
            let known = all.iter().filter_map(|slot| self.slots.get(slot).copied());
            known.filter(|slot| self.slot_groups[*slot as usize] != 0).collect()
        })
    }

    /// The group of all students, or all groups where the files do not have it.
    pub fn main_groups(&self, counting: &CountingRules) -> u64 {
        let all_students = counting.groups.iter().position(|group| group.id == ALL_STUDENTS);
        let has_rows = self.rows.iter().any(|row| row.group == all_students && row.reach == RowReach::Checkable);
        all_students.filter(|_| has_rows).map_or(u64::MAX, |place| 1 << place)
    }
}

/// Everything a record counts in, whether the official files have it or not.
pub fn all_slots(counting: &CountingRules, place: &EntityCode, facets: &Facets, rows: GradeRows) -> Vec<GroupsKey> {
    let Some(test) = counting.test_of(facets.record_type) else { return Vec::new() };
    let mut slots = Vec::new();
    for code in codes_above(place) {
        for grade in counting.grade_rows(facets.record_type, facets.grade, rows) {
            slots.push((code, test.id, grade));
        }
    }
    slots
}

/// The codes of a place and of all it is part of. A direct-funded charter is part of no district.
fn codes_above(place: &EntityCode) -> Vec<CdsCode> {
    let first = |digits: usize| {
        let mut code = [b'0'; 14];
        code[..digits].copy_from_slice(&place.code[..digits]);
        code
    };
    match place.entity_type {
        0 => Vec::new(),
        7 | 10 => vec![place.code, first(7), first(2), first(0)],
        _ => vec![place.code, first(2), first(0)],
    }
}

fn lowest_of(code: &CdsCode) -> CdsCode {
    let mut lowest = [b'0'; 14];
    lowest[..7].copy_from_slice(&code[..7]);
    lowest
}

/// The figures of a row that say something: numbers, hidden ones, and those that cannot be read.
fn figures_of(values: &RowFigures) -> Box<[(Measure, OfficialValue)]> {
    let compared =
        Measure::ALL.into_iter().filter(|one| !matches!(one, Measure::TotalTested | Measure::TotalWithScores));
    let figures = compared.map(|measure| (measure, values.get(measure)));
    figures.filter(|(_, official)| says_something(*official)).collect()
}

fn says_something(official: OfficialValue) -> bool {
    official.interval().is_some() || official.state() == FigureState::Unreadable
}
