//! Schools of the official files of which the score files have no record: their own rows tell what
//! the district lacks.

use std::collections::{BTreeMap, BTreeSet};

use super::code::{CdsCode};
use super::grid::{GridRow};
use super::problem::{Problem};
use super::reach::{RowReach};
use super::sums::{Sums};
use super::value::{AddedBounds};
use crate::official::{Interval, Measure, implied_count, implied_sum};

/// Schools that the files lack.
#[derive(Clone, Debug, Default)]
pub struct MissingSchools {
    /// Their codes.
    pub schools: Vec<CdsCode>,
    /// What they add to each row of the grid.
    pub extra: Vec<Option<Box<AddedBounds>>>,
}

impl MissingSchools {
    /// The schools of districts in reach that no record is counted at.
    pub fn find(problem: &Problem<'_>) -> Self {
        let (grid, records) = (problem.grid, problem.records);
        let present: BTreeSet<CdsCode> = records
            .facets
            .iter()
            .filter_map(|facets| records.places.get(facets.place as usize))
            .map(|place| place.code)
            .collect();
        let mut missing_schools = Self { schools: Vec::new(), extra: vec![None; grid.rows.len()] };
        let mut districts: BTreeMap<(CdsCode, u16, u8, u16), usize> = BTreeMap::new();
        for (place, row) in grid.rows.iter().enumerate().filter(|(_, row)| row.code[7..] == *b"0000000") {
            districts.insert((row.code, row.test, row.grade, row.group_id), place);
        }
        for (place, row) in grid.rows.iter().enumerate() {
            if !is_school(row) || present.contains(&row.code) {
                continue;
            }
            let bounds = bounds_of(row, problem.scale_of(place));
            missing_schools.add(place, &bounds);
            if missing_schools.schools.last() != Some(&row.code) {
                missing_schools.schools.push(row.code);
            }
            let mut district = row.code;
            district[7..].fill(b'0');
            if let Some(above) = districts.get(&(district, row.test, row.grade, row.group_id)) {
                missing_schools.add(*above, &bounds);
            }
        }
        missing_schools
    }

    fn add(&mut self, row: usize, bounds: &AddedBounds) {
        if let Some(extra) = self.extra.get_mut(row) {
            **extra.get_or_insert_default() += bounds;
        }
    }
}

/// Whether a row is of a school that a district is made of.
fn is_school(row: &GridRow) -> bool {
    row.reach == RowReach::Checkable
        && row.origin.is_some()
        && matches!(row.entity_type, 0 | 7 | 10)
        && row.code[7..] != *b"0000000"
        && row.code[..7] != row.code[7..]
}

/// What the records of a row can be, by its official figures.
fn bounds_of(row: &GridRow, scale: (i64, i64)) -> AddedBounds {
    let figure = |measure: Measure| {
        let found = row.figures.iter().find(|(other, _)| *other == measure);
        found.and_then(|(_, official)| official.interval())
    };
    let none = Interval::exactly(0);
    let with_scores = figure(Measure::WithScores).unwrap_or(none);
    let mut bounds = AddedBounds { scale, ..AddedBounds::default() };
    let narrow = |number: i64| i32::try_from(number).unwrap_or(i32::MAX);
    let mut set = |interval: Interval, of: fn(&mut Sums) -> &mut i32| {
        *of(&mut bounds.lo) = narrow(interval.lo());
        *of(&mut bounds.hi) = narrow(interval.hi());
    };
    set(figure(Measure::Enrolled).unwrap_or(none), |sums| &mut sums.enrolled);
    set(figure(Measure::Tested).unwrap_or(none), |sums| &mut sums.tested);
    set(with_scores, |sums| &mut sums.with_scores);
    set(with_scores, |sums| &mut sums.scored);
    for level in 1..=4_u8 {
        let shown = figure(Measure::Percent(level)).and_then(Interval::exact);
        let implied = shown.and_then(|percent| implied_count(percent, with_scores));
        let any = Interval::new(0, with_scores.hi()).unwrap_or(none);
        let count = figure(Measure::Count(level)).or(implied).unwrap_or(any);
        let place = usize::from(level - 1);
        bounds.lo.levels[place] = narrow(count.lo());
        bounds.hi.levels[place] = narrow(count.hi());
    }
    let mean = figure(Measure::Mean).and_then(Interval::exact).zip(with_scores.exact());
    let sum = mean.and_then(|(mean, count)| implied_sum(mean, count));
    bounds.lo.score_sum = sum.map_or(with_scores.lo().saturating_mul(scale.0), Interval::lo);
    bounds.hi.score_sum = sum.map_or(with_scores.hi().saturating_mul(scale.1), Interval::hi);
    bounds
}
