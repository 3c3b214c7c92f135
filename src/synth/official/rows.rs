//! The rows of research files: one an entity, test, grade and student group, with the totals that
//! every row repeats.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::entities::{OfficialEntity, entity_cell};
use super::known::known;
use crate::official::test_type;
use super::others::others;
use crate::account::{ALL_GRADES, Account, CellFigures};
use crate::counting::{CountingRules, GradeKind, TestInfo};
use crate::layout::codes;
use crate::tally::GroupCells;

const HIDDEN: &str = "*";

/// Where a row stands: entity, test, grade, and the place of the group in the counting rules.
type MadeRowKey<'a> = (&'a str, u16, u8, usize);

/// All rows of a year.
pub(super) struct Research<'a> {
    account: &'a Account,
    entities: &'a BTreeMap<String, OfficialEntity>,
    tests: Vec<TestInfo>,
    counts: HashMap<MadeRowKey<'a>, GroupCells>,
}

/// One row with its figures.
pub(super) struct MadeRow<'a> {
    entity: &'a OfficialEntity,
    test: &'a TestInfo,
    grade: u8,
    group: usize,
    counts: GroupCells,
    shown: CellFigures,
}

impl<'a> Research<'a> {
    pub(super) fn new(account: &'a Account, entities: &'a BTreeMap<String, OfficialEntity>) -> Self {
        let tests = account.counting.tests.iter().map(|test| with_levels(test, account.counting.year)).collect();
        let mut research = Self { account, entities, tests, counts: HashMap::new() };
        research.take_counts();
        research.add_others();
        research
    }

    /// The rows of some tests, in the order of the files: entity, group, then test and grade, or
    /// before 2020 grade and test.
    pub(super) fn rows(&self, tests: &[u16], by_grade: bool) -> Vec<MadeRow<'_>> {
        let mut keys: Vec<&MadeRowKey<'_>> = self.counts.keys().filter(|(_, test, ..)| tests.contains(test)).collect();
        keys.sort_unstable_by_key(|(entity, test, grade, group)| {
            let (first, second) = if by_grade { (u16::from(*grade), *test) } else { (*test, u16::from(*grade)) };
            (*entity, *group, first, second)
        });
        keys.into_iter().filter_map(|key| self.row(key)).collect()
    }

    fn row(&self, key: &MadeRowKey<'_>) -> Option<MadeRow<'_>> {
        let (entity, test, grade, group) = *key;
        let counts = *self.counts.get(key)?;
        let test = self.tests.iter().find(|one| one.id == test)?;
        let entity = self.entities.get(entity)?;
        Some(MadeRow { entity, test, grade, group, shown: self.shown(&counts, test, grade), counts })
    }

    fn shown(&self, counts: &GroupCells, test: &TestInfo, grade: u8) -> CellFigures {
        let has_mean = self.account.counting.grades.iter().any(|row| row.code == grade && row.has_mean);
        CellFigures::new(counts, test, has_mean).shared(self.account.counting.suppression)
    }

    /// The counts of all rows that have students; there is no row for a group without any.
    fn take_counts(&mut self) {
        let (account, entities) = (self.account, self.entities);
        for ((entity, test, grade), groups) in account.cube.cells() {
            let code = entity.code_text();
            let Some((code, _)) = entities.get_key_value(&code).filter(|_| !self.is_class_of(grade)) else { continue };
            let sets = account.cube.sets();
            for (set, counts) in groups.counts().filter(|(_, counts)| counts.enrolled > 0 || counts.tested > 0) {
                if let Some((group, None)) = sets.get(set) {
                    self.counts.insert((code, test, grade, *group), counts);
                }
            }
        }
    }

    /// The number of `Class of` in the public files is not known, so there are no such rows.
    fn is_class_of(&self, grade: u8) -> bool {
        let mut rows = self.account.counting.grades.iter();
        rows.any(|row| row.code == grade && matches!(row.kind, GradeKind::ClassOf(_)))
    }

    /// Adds the students of others to county and state: to each grade row, and to the rows that
    /// are sums of these. Those of the county have rows of a district and school of their own, so
    /// that the county is the sum of its districts. Tests for which none can be invented have no such rows.
    fn add_others(&mut self) {
        let counting = &self.account.counting;
        let is_wide = |code: &str| self.entities.get(code).is_some_and(OfficialEntity::holds_others);
        let wide: Vec<MadeRowKey<'a>> = self.counts.keys().filter(|(code, ..)| is_wide(code)).copied().collect();
        let all: HashSet<MadeRowKey<'a>> = wide.iter().copied().collect();
        for key in wide {
            let (code, test, grade, group) = key;
            let is_state = code.starts_with("00");
            let members = |row: u8| counting.grades.iter().filter(move |one| holds(counting, row, one.code));
            let Some(info) = self.tests.iter().find(|one| one.id == test) else { continue };
            let present = members(grade).filter(|row| all.contains(&(code, test, row.code, group)));
            let added: Option<Vec<GroupCells>> =
                present.map(|row| others(info, row.code, counting.year, is_state)).collect();
            let Some(added) = added else {
                self.counts.remove(&key);
                continue;
            };
            let own = [known("others-district", counting.year), known("others-school", counting.year)];
            let own = own.into_iter().filter(|_| !is_state).filter_map(|code| self.entities.get_key_value(code));
            for code in own.map(|(code, _)| code.as_str()).chain([code]) {
                let counts = self.counts.entry((code, test, grade, group)).or_default();
                added.iter().for_each(|one| counts.add(one));
            }
        }
    }

    /// One cell of a row, by the measure of its column.
    pub(super) fn cell(&self, row: &MadeRow<'_>, measure: &str) -> String {
        let year = self.account.counting.year;
        match measure {
            "group" => {
                self.account.counting.groups.get(row.group).map_or_else(String::new, |group| group.id.to_string())
            }
            "test" => row.test.id.to_string(),
            "test_type" => test_type(row.test.id, year).to_owned(),
            "grade" => row.grade.to_string(),
            "enrolled" => count(row.shown.enrolled),
            "tested" => count(row.shown.tested),
            "with_scores" => count(row.shown.with_scores),
            "total_tested" => count(self.total(row).and_then(|figures| figures.tested)),
            "total_with_scores" => count(self.total(row).and_then(|figures| figures.with_scores)),
            "mean" if row.grade == ALL_GRADES => String::new(),
            "county" | "district" | "school" | "year" | "type" | "county_name" | "district_name" | "school_name" => {
                entity_cell(row.entity, measure, year)
            }
            "filler" => String::new(),
            _ => row.result(measure),
        }
    }

    /// The figures of all grades, which every row repeats.
    fn total(&self, row: &MadeRow<'_>) -> Option<CellFigures> {
        let counts = self.counts.get(&(row.entity.code.as_str(), row.test.id, ALL_GRADES, row.group))?;
        Some(self.shown(counts, row.test, ALL_GRADES))
    }
}

impl MadeRow<'_> {
    /// A cell that is blank where no student was tested, and hidden where few have scores.
    fn result(&self, measure: &str) -> String {
        if self.counts.tested == 0 {
            return String::new();
        }
        let Some(results) = &self.shown.results else { return HIDDEN.to_owned() };
        let (kind, level) = measure.rsplit_once('_').unwrap_or((measure, ""));
        let place = level.parse::<usize>().ok().and_then(|level| level.checked_sub(1));
        let of_level = |numbers: &[u64]| place.and_then(|place| numbers.get(place).copied());
        let shown = match (kind, level) {
            ("mean", _) => results.mean.map(|mean| format!("{}.{}", mean / 10, mean % 10)),
            ("percent", "met") => results.met.map(|(_, share)| hundredths(share)),
            ("count", "met") => results.met.map(|(met, _)| met.to_string()),
            ("percent", _) => of_level(&results.shares).map(hundredths),
            ("count", _) => of_level(&results.levels).map(|count| count.to_string()),
            ("levels", "total") => (!results.levels.is_empty()).then(|| results.levels.iter().sum::<u64>().to_string()),
            // Parts of a test are not counted: they stay hidden, as those of small groups are.
            _ => None,
        };
        shown.unwrap_or_else(|| HIDDEN.to_owned())
    }
}

/// A test with the levels that its official rows have, also where student files have none.
fn with_levels(test: &TestInfo, year: u16) -> TestInfo {
    let levels = |grade: u8| codes().score_ranges(test.record_type, grade, year).count();
    let printed = (3..=12).map(levels).max().unwrap_or_default();
    TestInfo { levels: if test.levels == 0 { printed } else { test.levels }, ..test.clone() }
}

/// Whether a grade row holds the students of a grade.
fn holds(counting: &CountingRules, row: u8, grade: u8) -> bool {
    let is_grade = |code: u8| counting.grades.iter().any(|one| one.code == code && one.kind == GradeKind::Grade);
    let kind = counting.grades.iter().find(|one| one.code == row).map(|one| &one.kind);
    is_grade(grade)
        && match kind {
            Some(GradeKind::Grade) => row == grade,
            Some(GradeKind::All) => true,
            Some(GradeKind::Sum(members)) => members.contains(&grade),
            Some(GradeKind::ClassOf(_)) | None => false,
        }
}

fn count(count: Option<u64>) -> String {
    count.map_or_else(|| HIDDEN.to_owned(), |count| count.to_string())
}

fn hundredths(number: u64) -> String {
    format!("{}.{:02}", number / 100, number % 100)
}
