//! Which official entities the score files can speak of: those all of whose records are in them.

use std::collections::{BTreeMap, BTreeSet};

use rustc_hash::FxHashMap;

use super::records::{Records};
use super::code::{CdsCode};
use super::records::{is_of_enrolled_alone};
use crate::counting::CountingRules;
use crate::official::{ALL_GRADES, ALL_STUDENTS, Interval, OfficialRow, OfficialSet};

/// Whether an official row can be compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RowReach {
    /// Yes.
    Checkable,
    /// No; the reason is one of `rules/causes/beyond.tsv`.
    Beyond(&'static str),
}

/// The districts and charters whose records are in the files.
#[derive(Clone, Debug, Default)]
pub struct CoveredEntities {
    /// Their codes, fourteen digits, and how each was found out.
    pub leas: BTreeMap<String, String>,
    /// Direct-funded charters whose records are in these files as far as the official files tell.
    charters: BTreeSet<CdsCode>,
    /// Whether the files lack students who were tested there and are enrolled elsewhere.
    lacks_tested: bool,
}

/// The share of the records, in percent, that a district must have to be taken for the one whose
/// file it is.
const OWN_SHARE: u64 = 60;

/// The share of the officially enrolled, in percent, that files must have of a charter to be taken
/// for having all its records: some come and go until the official run.
const WHOLE_SHARE: i64 = 95;

/// The type of direct-funded charters.
const CHARTER: u8 = 9;

impl CoveredEntities {
    /// Those that are named, or that file names tell, or that most records are of.
    pub fn new(named: &[String], records: &Records) -> Self {
        let mut reached = Self { lacks_tested: is_of_enrolled_alone(&records.files), ..Self::default() };
        for code in named {
            reached.add(code.clone(), format!("{code} was named with --lea"));
        }
        if !reached.leas.is_empty() {
            return reached;
        }
        for file in records.files.iter().filter(|file| !file.is_earlier) {
            if let Some(lea) = &file.info.lea {
                reached.add(lea.clone(), format!("a file name starts with {lea}"));
            }
        }
        if reached.leas.is_empty() {
            reached.add_most_frequent(records);
        }
        reached
    }

    fn add(&mut self, code: String, why: String) {
        self.leas.entry(code).or_insert(why);
    }

    fn add_most_frequent(&mut self, records: &Records) {
        let mut counts: BTreeMap<String, u64> = BTreeMap::new();
        for facets in &records.facets {
            let Some(place) = records.places.get(facets.place as usize) else { continue };
            let lea = match place.entity_type {
                7 | 10 => [&place.code[..7], b"0000000"].concat(),
                9 => place.code.to_vec(),
                _ => continue,
            };
            *counts.entry(String::from_utf8_lossy(&lea).into_owned()).or_default() += 1;
        }
        let all: u64 = counts.values().sum();
        let Some((lea, most)) = counts.into_iter().max_by_key(|(_, count)| *count) else { return };
        if most * 100 >= all * OWN_SHARE {
            self.add(lea.clone(), format!("{most} of {all} records are of {lea}"));
        }
    }

    /// Whether a code is of a district or charter whose files these are, or of a school or charter in it.
    pub fn is_own(&self, code: &CdsCode) -> bool {
        self.holds(code, 0) || self.holds(code, CHARTER)
    }

    /// Finds the direct-funded charters whose records are in the district's files: those of which the
    /// files have as many students enrolled as the official rows of all grades, in every test.
    pub fn find_charters(&mut self, set: &OfficialSet, counting: &CountingRules, records: &Records) {
        let rows = || set.files.iter().flat_map(|file| &file.rows).filter(|row| is_whole_charter(row));
        if rows().all(|row| self.holds(&row.place.code, CHARTER)) {
            return;
        }
        let counted = enrolled_by_test(counting, records);
        let is_there = |row: &OfficialRow| {
            let official = row.values.enrolled.interval().map_or(0, Interval::lo);
            let own = counted.get(&(row.place.code, row.test)).copied().unwrap_or_default();
            own > 0 && own * 100 >= official * WHOLE_SHARE
        };
        let mut all: BTreeMap<CdsCode, bool> = BTreeMap::new();
        for row in rows() {
            *all.entry(row.place.code).or_insert(true) &= is_there(row);
        }
        self.charters =
            all.into_iter().filter(|(code, is_whole)| *is_whole && self.holds(code, 0)).map(|one| one.0).collect();
    }

    /// Whether an official entity can be compared; `entities` are those of the official files.
    pub fn reach(&self, code: &CdsCode, entity_type: u8, entities: &[(CdsCode, u8)]) -> RowReach {
        let inside = |code: &CdsCode, kind: u8| self.holds(code, kind);
        let part_of = |digits: usize| {
            let prefix = &code[..digits];
            let mut parts = entities.iter().filter(|(other, kind)| other[..digits] == *prefix && matches!(kind, 6 | 9));
            entities.iter().any(|(_, kind)| matches!(kind, 6 | 9)) && parts.all(|(other, kind)| inside(other, *kind))
        };
        let kind = kind_of(code, entity_type);
        let reached = match kind {
            4 => false,
            5 => part_of(2) && self.covers_county(code, entities),
            kind => inside(code, kind),
        };
        let is_of_own_district = kind == CHARTER && self.is_own(code);
        match (reached, self.lacks_tested) {
            (false, _) if is_of_own_district => RowReach::Beyond("charter-has-its-own-file"),
            (false, _) => RowReach::Beyond("lea-file-lacks-other-leas"),
            (true, true) => RowReach::Beyond("enrolled-vs-tested-lea-file"),
            (true, false) => RowReach::Checkable,
        }
    }

    fn covers_county(&self, code: &CdsCode, entities: &[(CdsCode, u8)]) -> bool {
        entities.iter().any(|(other, kind)| other[..2] == code[..2] && *kind == 6)
    }

    fn holds(&self, code: &CdsCode, kind: u8) -> bool {
        let text = String::from_utf8_lossy(code).into_owned();
        let own = text.get(7..).map(|school| format!("{school}0000000")).unwrap_or_default();
        let district = text.get(..7).map(|district| format!("{district}0000000")).unwrap_or_default();
        match kind {
            // The file of a direct-funded charter is named by the digits of its school.
            CHARTER => self.leas.contains_key(&text) || self.leas.contains_key(&own) || self.charters.contains(code),
            _ => self.leas.contains_key(&district),
        }
    }
}

/// Whether a row is that of all students and grades of a direct-funded charter.
fn is_whole_charter(row: &OfficialRow) -> bool {
    (row.place.entity_type, row.grade, row.group) == (CHARTER, ALL_GRADES, ALL_STUDENTS)
}

/// Records that count as enrolled, by school and test.
fn enrolled_by_test(counting: &CountingRules, records: &Records) -> FxHashMap<(CdsCode, u16), i64> {
    let mut counts: FxHashMap<(CdsCode, u16), i64> = FxHashMap::default();
    for facets in &records.facets {
        let Some(place) = records.places.get(facets.place as usize) else { continue };
        let class = counting.classes.get(usize::from(facets.class));
        let Some(test) = counting.test_of(facets.record_type).filter(|_| class.is_some_and(|class| class.enrolled))
        else {
            continue;
        };
        *counts.entry((place.code, test.id)).or_default() += 1;
    }
    counts
}

fn kind_of(code: &CdsCode, entity_type: u8) -> u8 {
    if entity_type != 0 { entity_type } else { crate::official::type_of_code(code) }
}
