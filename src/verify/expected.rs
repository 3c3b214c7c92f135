//! Which figures there have to be: those of the official rows of the county and the state, and of rows
//! that the official files would have if the score files were right; and which of them cannot be
//! compared, for which reason.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::claim::Claim;
use super::count::CountKey;
use crate::counting::CountingRules;
use crate::tally::{NOT_READABLE, NotKnown};
use crate::official::{
    ALL_GRADES, ALL_STUDENTS, FileOrigin, Interval, Measure, OfficialValue, OfficialSet, FigureState, type_of_code,
};

/// What of an official row is to be compared.
#[derive(Clone, Debug)]
pub(super) struct ExpectedRow {
    /// The type of its entity.
    pub(super) kind: u8,
    /// Its figures.
    pub(super) figures: BTreeMap<Measure, OfficialValue>,
    /// Why none of them can be compared.
    pub(super) reason: Option<&'static str>,
}

/// All rows, by what they are about.
#[derive(Debug, Default)]
pub(super) struct Expected {
    pub(super) rows: BTreeMap<CountKey, ExpectedRow>,
    /// The tests and grade rows that the official files have.
    pub(super) grades: BTreeSet<(u16, u8)>,
    types: BTreeMap<String, u8>,
    /// Direct-funded charters with all their records in the files.
    charters: BTreeSet<String>,
}

/// What the score files hold, as far as it decides which rows there are.
pub(super) struct Holding<'a> {
    /// Enrolled records by school and test.
    pub(super) enrolled: &'a HashMap<(String, u16), i64>,
    /// Whether all files are by enrolled LEA.
    pub(super) is_enrolled_alone: bool,
    /// What of the counts is not known.
    pub(super) not_known: &'a NotKnown,
}

const CHARTER: u8 = 9;

/// Whether an official file is read for the districts of a reconciliation: rows of their counties, and
/// of the state.
pub(super) fn wanted(claim: &Claim) -> Vec<String> {
    let counties = claim.leas.iter().map(|lea| lea.lea.chars().take(2).collect());
    counties.chain(["00".to_owned()]).collect()
}

impl Expected {
    /// The rows of official files.
    pub(super) fn of(set: &OfficialSet, year: u16) -> Self {
        let mut expected = Self::default();
        for row in set.files.iter().flat_map(|file| &file.rows) {
            let listed = || set.entities_of(year).find_map(|list| list.entities.get(&row.place.code));
            let kind = match row.place.entity_type {
                0 => listed().map_or(0, |entity| entity.entity_type),
                known => known,
            };
            let code = row.place.code_text();
            let known = expected.types.entry(code.clone()).or_default();
            *known = kind.max(*known);
            expected.grades.insert((row.test, row.grade));
            let into = expected.rows.entry((code, row.test, row.grade, row.group));
            let into = into.or_insert_with(|| ExpectedRow { kind, figures: BTreeMap::new(), reason: None });
            for measure in Measure::ALL {
                let figure = row.values.get(measure);
                let is_total = matches!(measure, Measure::TotalTested | Measure::TotalWithScores);
                if is_total || figure.interval().is_none() && figure.state() != FigureState::Unreadable {
                    continue;
                }
                let known = into.figures.entry(measure).or_insert(figure);
                *known = known.closer(figure);
            }
        }
        expected
    }

    /// Adds rows of no students for what is counted and complete official files lack, and says which
    /// rows cannot be compared.
    pub(super) fn settle(
        &mut self,
        claim: &Claim,
        set: &OfficialSet,
        counting: &CountingRules,
        counted: impl Iterator<Item = CountKey>,
        holding: &Holding<'_>,
    ) {
        self.find_charters(claim, holding);
        let complete: Vec<_> = set.files.iter().filter(|file| file.origin == FileOrigin::Research).collect();
        let tests: BTreeSet<u16> = complete.iter().flat_map(|file| &file.rows).map(|row| row.test).collect();
        let groups: BTreeSet<u16> = complete.iter().flat_map(|file| &file.rows).map(|row| row.group).collect();
        let none = OfficialValue::number(b"no row", 0);
        for key in counted {
            let (code, test, grade, group) = &key;
            if counting.groups.iter().position(|one| one.id == *group).is_some_and(|one| holding.not_known.of_group(one)) {
                continue;
            }
            let is_own_program = code.get(..7) == code.get(7..);
            let has_grade = self.grades.contains(&(*test, *grade));
            let may_be = !is_own_program && has_grade && tests.contains(test) && groups.contains(group);
            if !may_be || self.rows.contains_key(&key) || !self.types.contains_key(code) && !self.has_schools(code) {
                continue;
            }
            let kind = self.types.get(code).copied().unwrap_or_default();
            if self.reason(claim, holding, code, kind).is_some() {
                continue;
            }
            let figures = [Measure::Enrolled, Measure::Tested, Measure::WithScores].map(|one| (one, none));
            self.rows.insert(key, ExpectedRow { kind, figures: figures.into(), reason: None });
        }
        let mut rows = std::mem::take(&mut self.rows);
        for ((code, _, _, group), row) in &mut rows {
            row.reason = match counting.groups.iter().position(|one| one.id == *group) {
                None => Some("ltel-two-definitions"),
                Some(place) => self.reason(claim, holding, code, row.kind).or_else(|| {
                    holding.not_known.of_group(place).then_some(NOT_READABLE)
                }),
            };
        }
        self.rows = rows;
    }

    /// Whether official files have schools of a district, charters left aside.
    fn has_schools(&self, code: &str) -> bool {
        let is_school = |(other, kind): (&String, &u8)| {
            other.get(..7) == code.get(..7) && other.get(7..) != Some("0000000") && *kind != CHARTER
        };
        self.types.iter().any(is_school)
    }

    fn find_charters(&mut self, claim: &Claim, holding: &Holding<'_>) {
        const WHOLE_SHARE: i64 = 95;
        let mut whole: BTreeMap<String, bool> = BTreeMap::new();
        for ((code, test, grade, group), row) in &self.rows {
            if (row.kind, *grade, *group) != (CHARTER, ALL_GRADES, ALL_STUDENTS) {
                continue;
            }
            let official = row.figures.get(&Measure::Enrolled).and_then(OfficialValue::interval).map_or(0, Interval::lo);
            let own = holding.enrolled.get(&(code.clone(), *test)).copied().unwrap_or_default();
            *whole.entry(code.clone()).or_insert(true) &= own > 0 && own * 100 >= official * WHOLE_SHARE;
        }
        let is_of_own_district = |code: &str| has_lea(claim, &format!("{}0000000", code.get(..7).unwrap_or_default()));
        self.charters =
            whole.into_iter().filter(|(code, whole)| *whole && is_of_own_district(code)).map(|one| one.0).collect();
    }

    /// Why an entity cannot be compared.
    fn reason(&self, claim: &Claim, holding: &Holding<'_>, code: &str, kind: u8) -> Option<&'static str> {
        let bytes: [u8; 14] = code.as_bytes().try_into().unwrap_or([b'0'; 14]);
        let kind = if kind == 0 { type_of_code(&bytes) } else { kind };
        let is_there = match kind {
            4 => false,
            5 => self.has_county(claim, code.get(..2).unwrap_or_default()),
            kind => self.has(claim, code, kind),
        };
        let district = format!("{}0000000", code.get(..7).unwrap_or_default());
        match (is_there, kind) {
            (false, CHARTER) if has_lea(claim, &district) => Some("charter-has-its-own-file"),
            (false, _) => Some("lea-file-lacks-other-leas"),
            (true, _) => holding.is_enrolled_alone.then_some("enrolled-vs-tested-lea-file"),
        }
    }

    fn has(&self, claim: &Claim, code: &str, kind: u8) -> bool {
        let (district, school) = (code.get(..7).unwrap_or_default(), code.get(7..).unwrap_or_default());
        match kind {
            CHARTER => {
                has_lea(claim, code) || has_lea(claim, &format!("{school}0000000")) || self.charters.contains(code)
            }
            _ => has_lea(claim, &format!("{district}0000000")),
        }
    }

    /// Whether all districts and direct-funded charters of a county are there.
    fn has_county(&self, claim: &Claim, county: &str) -> bool {
        let parts =
            || self.types.iter().filter(|(code, kind)| code.starts_with(county) && matches!(**kind, 6 | CHARTER));
        parts().any(|(_, kind)| *kind == 6) && parts().all(|(code, kind)| self.has(claim, code, *kind))
    }
}

fn has_lea(claim: &Claim, code: &str) -> bool {
    claim.leas.iter().any(|lea| lea.lea == code)
}
