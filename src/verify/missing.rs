//! Schools that the files lack: what their official rows, and what the rows of others leave, allow
//! them to add.

use std::collections::{HashMap, HashSet};

use super::count::{CountKey, CellPart};
use super::expected::Expected;
use super::figure::{Range, value};
use crate::counting::{CountingRules, GradeKind};
use crate::layout::codes;
use crate::official::{Measure, OfficialSet, RowFigures};

/// The least and the most that is missing from a cell.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct MissingBounds {
    lo: CellPart,
    hi: CellPart,
    scale: (i64, i64),
}

/// What missing schools add to cells.
#[derive(Debug, Default)]
pub(super) struct Missing {
    /// Their codes.
    pub(super) schools: HashSet<String>,
    /// By their own rows.
    rows: HashMap<CountKey, MissingBounds>,
    /// Their students whom other rows count.
    elsewhere: HashMap<CountKey, MissingBounds>,
}

const COUNTS: [Measure; 3] = [Measure::Enrolled, Measure::Tested, Measure::WithScores];
/// The place of the scores among the numbers of a part.
const SUM: usize = 9;

impl Missing {
    /// What the official rows of schools add to themselves and their districts.
    pub(super) fn of(schools: HashSet<String>, set: &OfficialSet, counting: &CountingRules) -> Self {
        let mut missing = Self { schools, ..Self::default() };
        let mut seen: HashSet<CountKey> = HashSet::new();
        for row in set.files.iter().flat_map(|file| &file.rows) {
            let code = row.place.code_text();
            let key = (code.clone(), row.test, row.grade, row.group);
            if !missing.schools.contains(&code) || !seen.insert(key) {
                continue;
            }
            let within = within(&row.values, scale(counting, row.test, row.grade));
            for entity in [code.clone(), format!("{}0000000", &code[..7])] {
                missing.rows.entry((entity, row.test, row.grade, row.group)).or_default().add(&within);
            }
        }
        missing
    }

    /// What other rows leave, once every record is counted: `counted` tells what a cell counts in the end.
    pub(super) fn find_elsewhere(
        &mut self,
        expected: &Expected,
        counted: impl Fn(&CountKey) -> CellPart,
        counting: &CountingRules,
    ) {
        let mut left: HashMap<CountKey, [Option<Range>; 3]> = HashMap::new();
        for (key, row) in expected.rows.iter().filter(|(_, row)| row.reason.is_none()) {
            let own = self.with(key, &counted(key));
            let of = |measure: Measure, place: usize| {
                let shown = row.figures.get(&measure)?.interval()?;
                Some(Range { lo: shown.lo() - own.hi.numbers[place], hi: shown.hi() - own.lo.numbers[place] })
            };
            let all = [of(COUNTS[0], 0), of(COUNTS[1], 1), of(COUNTS[2], 2)];
            left.insert(key.clone(), all);
        }
        for (key, own) in &left {
            if !self.schools.contains(&key.0) && is_of_students(key, own, &left, counting) {
                self.elsewhere.insert(key.clone(), left_within(own, scale(counting, key.1, key.2)));
            }
        }
    }

    /// Whether something can be missing from a cell.
    pub(super) fn is_in(&self, key: &CountKey) -> bool {
        self.rows.contains_key(key) || self.is_elsewhere(key)
    }

    /// Whether a cell counts students of missing schools.
    pub(super) fn is_elsewhere(&self, key: &CountKey) -> bool {
        self.elsewhere.contains_key(key)
    }

    /// A cell with what is missing.
    fn with(&self, key: &CountKey, own: &CellPart) -> MissingBounds {
        let mut all = MissingBounds { lo: *own, hi: *own, scale: (0, 0) };
        self.rows.get(key).into_iter().chain(self.elsewhere.get(key)).for_each(|one| all.add(one));
        all
    }

    /// What a figure can be with what is missing; none where the public site shows none.
    pub(super) fn value(&self, key: &CountKey, counting: &CountingRules, own: &CellPart, measure: Measure) -> Option<Range> {
        let all = self.with(key, own);
        let test = counting.tests.iter().find(|test| test.id == key.1);
        Some(match measure {
            Measure::Percent(level) => share(&all, Measure::Count(level), test)?,
            Measure::PercentMet => share(&all, Measure::CountMet, test)?,
            Measure::Mean => all.mean()?,
            _ => Range { lo: value(&all.lo, measure, test)?.lo, hi: value(&all.hi, measure, test)?.hi },
        })
    }
}

impl MissingBounds {
    fn add(&mut self, other: &Self) {
        self.lo.add(&other.lo, 1);
        self.hi.add(&other.hi, 1);
        self.scale = other.scale;
    }

    /// The means that are possible: each student that may be missing has any score of the scale.
    fn mean(&self) -> Option<Range> {
        let tenths = |sum: i64, count: i64| (count > 0).then(|| (20 * sum + count).div_euclid(2 * count));
        let (few, many) = (self.lo.numbers[3], self.hi.numbers[3]);
        let not_known = self.lo.numbers[8].max(0);
        let (mut lo, mut hi): (Vec<i64>, Vec<i64>) = (Vec::new(), Vec::new());
        for count in [few, many] {
            let lowest = self.lo.numbers[SUM] + (count - few) * self.scale.0;
            let highest = self.hi.numbers[SUM] - (many - count) * self.scale.1;
            for silent in [0, not_known] {
                lo.extend(tenths(lowest, count + silent));
                hi.extend(tenths(highest + silent * 9_999, count + silent));
            }
        }
        Some(Range { lo: lo.into_iter().min()?, hi: hi.into_iter().max()? })
    }
}

/// The percents that a count of a level stands for.
fn share(all: &MissingBounds, count: Measure, test: Option<&crate::counting::TestInfo>) -> Option<Range> {
    let (fewest, most) = (all.lo.numbers[2], all.hi.numbers[2]);
    if most == 0 {
        return None;
    }
    let of = |part: i64, whole: i64| ((20_000 * part.max(0) + whole) / (2 * whole)).min(10_000);
    let (lo, hi) = (value(&all.lo, count, test)?.lo, value(&all.hi, count, test)?.hi);
    Some(Range { lo: of(lo, most), hi: of(hi, fewest.max(1)) })
}

/// The scores of a test in a grade, or in all its grades.
fn scale(counting: &CountingRules, test: u16, grade: u8) -> (i64, i64) {
    let Some(test) = counting.tests.iter().find(|one| one.id == test) else { return (0, 9_999) };
    let of = |grade: u8| codes().score_bounds(test.record_type, grade, counting.year);
    let all: Vec<(u16, u16)> = match of(grade) {
        Some(one) => vec![one],
        None => (0..=12).filter_map(of).collect(),
    };
    let lowest = all.iter().map(|(lowest, _)| i64::from(*lowest)).min();
    let highest = all.iter().map(|(_, highest)| i64::from(*highest)).max();
    (lowest.unwrap_or(0), highest.unwrap_or(9_999))
}

/// What an official row of a school says it has.
fn within(values: &RowFigures, scale: (i64, i64)) -> MissingBounds {
    let range = |measure: Measure| values.get(measure).interval().map(|one| Range { lo: one.lo(), hi: one.hi() });
    let none = Range { lo: 0, hi: 0 };
    let scores = range(Measure::WithScores).unwrap_or(none);
    let mut within = MissingBounds { scale, ..MissingBounds::default() };
    let mut set = |place: usize, range: Range| {
        within.lo.numbers[place] = range.lo;
        within.hi.numbers[place] = range.hi;
    };
    set(0, range(Measure::Enrolled).unwrap_or(none));
    set(1, range(Measure::Tested).unwrap_or(none));
    set(2, scores);
    set(3, scores);
    for level in 1..=4_u8 {
        let percent = values.get(Measure::Percent(level)).exact();
        let count = range(Measure::Count(level)).or_else(|| counts_of(percent?, scores));
        set(3 + usize::from(level), count.unwrap_or(Range { lo: 0, hi: scores.hi }));
    }
    let any = Range { lo: scores.lo * scale.0, hi: scores.hi * scale.1 };
    let mean = values.get(Measure::Mean).exact().filter(|_| scores.lo == scores.hi && scores.lo > 0);
    // A printed mean stands for all sums that are rounded to it.
    let sum = mean.map(|mean| {
        let tenths = |twentieths: i64| (twentieths * scores.lo).div_euclid(20);
        let lo = tenths(2 * mean - 1) + i64::from(((2 * mean - 1) * scores.lo).rem_euclid(20) != 0);
        let hi = ((2 * mean + 1) * scores.lo - 1).div_euclid(20);
        Range { lo, hi }
    });
    set(SUM, sum.unwrap_or(any));
    within
}

/// The counts that are printed as a percent, of so many.
fn counts_of(percent: i64, of: Range) -> Option<Range> {
    let lo = (0..=of.hi).find(|count| of.lo > 0 && (20_000 * count + of.lo) / (2 * of.lo) >= percent)?;
    let hi = (0..=of.hi).rev().find(|count| (20_000 * count + of.hi) / (2 * of.hi) <= percent)?;
    (lo <= hi).then_some(Range { lo, hi })
}

fn left_within(left: &[Option<Range>; 3], scale: (i64, i64)) -> MissingBounds {
    let mut within = MissingBounds { scale, ..MissingBounds::default() };
    let ranges = left.map(|one| one.map_or((0, 0), |one| (one.lo.max(0), one.hi.max(0))));
    for (place, (lo, hi)) in ranges.into_iter().chain([ranges[2]]).enumerate() {
        within.lo.numbers[place] = lo;
        within.hi.numbers[place] = hi;
    }
    let (lo, hi) = ranges[2];
    within.hi.numbers[4..8].fill(hi);
    within.lo.numbers[SUM] = lo * scale.0;
    within.hi.numbers[SUM] = hi * scale.1;
    within
}

/// Whether what is left of a cell can be students: no fewer than the cells it is part of, and the
/// same in the grades and in their sum.
fn is_of_students(
    (entity, test, grade, group): &CountKey,
    own: &[Option<Range>; 3],
    left: &HashMap<CountKey, [Option<Range>; 3]>,
    counting: &CountingRules,
) -> bool {
    let fits = |part: Option<Range>, whole: Option<Range>| part.zip(whole).is_none_or(|(one, all)| one.lo <= all.hi);
    let known = own.iter().flatten();
    if known.clone().all(|one| one.lo <= 0) || known.clone().any(|one| one.hi < 0) {
        return false;
    }
    if !fits(own[1], own[0]) || !fits(own[2], own[1]) {
        return false;
    }
    let at = |entity: &str, grade: u8, group: u16, count: usize| {
        left.get(&(entity.to_owned(), *test, grade, group)).and_then(|left| left[count])
    };
    let district = format!("{}0000000", &entity[..7]);
    let single: Vec<u8> =
        counting.grades.iter().filter(|one| one.kind == GradeKind::Grade).map(|one| one.code).collect();
    (0..3).all(|count| {
        let is_part =
            fits(own[count], at(entity, *grade, 1, count)) && fits(own[count], at(&district, *grade, *group, count));
        let sums = counting.grades.iter().filter_map(|sum| match &sum.kind {
            GradeKind::All => Some((sum.code, &single)),
            GradeKind::Sum(members) => Some((sum.code, members)),
            GradeKind::Grade | GradeKind::ClassOf(_) => None,
        });
        is_part
            && sums.filter(|(sum, members)| sum == grade || members.contains(grade)).all(|(sum, members)| {
                let parts: Vec<Range> = members.iter().filter_map(|one| at(entity, *one, *group, count)).collect();
                let (lo, hi) = parts.iter().fold((0, 0), |all, one| (all.0 + one.lo, all.1 + one.hi));
                at(entity, sum, *group, count).is_none_or(|sum| parts.is_empty() || lo <= sum.hi && sum.lo <= hi)
            })
    })
}
