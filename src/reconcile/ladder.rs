//! The steps between our count of a row and the official one. In each figure a record belongs to one
//! step: the last cause that changes what it counts there.

use super::grid::{Ways};
use super::problem::{Problem};
use super::state::{Changed, SearchState};
use super::sums::{Sums};
use crate::parallel::{each, scratches};

/// What one cause does to a row.
#[derive(Clone, Debug)]
pub struct Step {
    /// The hypothesis, by its place among those found.
    pub found: usize,
    /// What it adds.
    pub sums: Sums,
    /// The records it owns there, ascending, and what each has to do with.
    pub records: Vec<(u32, Touches)>,
    /// What all of them have to do with.
    pub common: Touches,
}

/// What a record has to do with in a row, one bit each.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Touches(u16);

impl Touches {
    /// The number enrolled.
    pub const ENROLLED: Self = Self(1);
    /// The number tested.
    pub const TESTED: Self = Self(1 << 1);
    /// The number with scores.
    pub const WITH_SCORES: Self = Self(1 << 2);
    /// The scores.
    pub const SCORES: Self = Self(1 << 3);
    /// Results that are in no file.
    pub const NOT_KNOWN: Self = Self(1 << 4);
    /// Some level.
    pub const LEVELS: Self = Self(0b1111 << 5);
    /// Anything.
    pub const ANY: Self = Self(u16::MAX);

    /// A level, counted from 1.
    pub const fn level(level: u8) -> Self {
        if level == 0 || level > 4 { Self(0) } else { Self(Self::LEVELS.0 & 1 << (4 + level as u16)) }
    }

    fn of(sums: &Sums) -> Self {
        let mut touches = Self(0);
        let mut add = |of: Self, is_there: bool| touches.0 |= if is_there { of.0 } else { 0 };
        add(Self::ENROLLED, sums.enrolled != 0);
        add(Self::TESTED, sums.tested != 0);
        add(Self::WITH_SCORES, sums.with_scores != 0);
        add(Self::SCORES, sums.scored != 0 || sums.score_sum != 0);
        add(Self::NOT_KNOWN, sums.not_known != 0);
        for (level, count) in (1..).zip(sums.levels) {
            add(Self::level(level), count != 0);
        }
        touches
    }

    /// Both.
    #[must_use]
    pub const fn and(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Whether some of it is in another.
    pub const fn meets(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }
}

impl Step {
    fn new(found: usize) -> Self {
        Self { found, sums: Sums::default(), records: Vec::new(), common: Touches::ANY }
    }

    /// Works out what all of its records have to do with.
    fn settle(&mut self) {
        self.common = Touches(self.records.iter().fold(Touches::ANY.0, |common, (_, touches)| common & touches.0));
    }
}

/// The steps of every row, in the order of the causes.
pub type Ladders = Vec<Vec<Step>>;

/// Works out the steps under the hypotheses of a state, from the records that they change. Each
/// thread does some of the groups.
pub fn ladders(problem: &Problem<'_>, state: &SearchState, changed: &[Changed], threads: usize) -> Ladders {
    let threads = threads.clamp(1, u64::BITS as usize);
    let shares: Vec<u64> = (0..threads)
        .map(|own| (own..u64::BITS as usize).step_by(threads).fold(0, |groups, group| groups | 1 << group))
        .collect();
    let parts = each(&shares, &scratches(threads, || ()), |groups, ()| of_groups(problem, changed, *groups));
    let mut ladders: Ladders = vec![Vec::new(); problem.grid.rows.len()];
    for (row, steps) in parts.into_iter().flatten() {
        ladders[row as usize] = steps;
    }
    for steps in &mut ladders {
        steps.sort_by_key(|step| state.chosen.get(step.found).map(|candidate| candidate.cause));
    }
    ladders
}

/// The steps of the rows of some groups that have any.
fn of_groups(problem: &Problem<'_>, changed: &[Changed], groups: u64) -> Vec<(u32, Vec<Step>)> {
    let mut ways = Ways::default();
    let rows = problem.grid.rows.len();
    let mut ladders: PerRow<Vec<Step>> = PerRow::new(rows);
    let mut net: PerRow<[(usize, Sums); 3]> = PerRow::new(rows);
    let mut change: PerRow<Sums> = PerRow::new(rows);
    for Changed { record, stages } in changed {
        let mut before = problem.records.facets[*record as usize];
        if let [(found, after)] = stages.as_slice()
            && problem.is_same_way(&before, after)
        {
            let tell = |row, sums| add(&mut ladders, row, *found, *record, sums);
            problem.each_change(&mut ways, &before, after, groups, tell);
            continue;
        }
        // Enrolled, tested and results of a row each belong to the last cause that changes them.
        for (found, after) in stages {
            problem.each_change(&mut ways, &before, after, groups, |row, sums| *change.of(row) += sums);
            change.drain(|row, sums| {
                let parts = sums.parts();
                for (known, part) in net.of(row).iter_mut().zip(parts).filter(|(_, part)| !part.is_zero()) {
                    known.0 = *found;
                    known.1 += part;
                }
            });
            before = *after;
        }
        net.drain(|row, parts| {
            for (found, sums) in parts {
                add(&mut ladders, row, found, *record, sums);
            }
        });
    }
    let mut ladders = ladders.used;
    ladders.iter_mut().flat_map(|(_, steps)| steps).for_each(Step::settle);
    ladders
}

/// Something for a few rows at a time, out of many.
struct PerRow<T> {
    /// The place of a row among those in use, counted from 1; 0 where it is not.
    places: Vec<u32>,
    used: Vec<(u32, T)>,
}

impl<T: Default> PerRow<T> {
    fn new(rows: usize) -> Self {
        Self { places: vec![0; rows], used: Vec::new() }
    }

    fn of(&mut self, row: u32) -> &mut T {
        let place = &mut self.places[row as usize];
        if *place == 0 {
            self.used.push((row, T::default()));
            *place = self.used.len() as u32;
        }
        &mut self.used[*place as usize - 1].1
    }

    /// Tells of all in use, and forgets them.
    fn drain(&mut self, mut tell: impl FnMut(u32, T)) {
        for (row, one) in self.used.drain(..) {
            self.places[row as usize] = 0;
            tell(row, one);
        }
    }
}

/// Adds what a record adds to a step.
fn add(ladders: &mut PerRow<Vec<Step>>, row: u32, found: usize, record: u32, sums: Sums) {
    if sums.is_zero() {
        return;
    }
    let steps = ladders.of(row);
    let place = steps.iter().position(|step| step.found == found).unwrap_or_else(|| {
        steps.push(Step::new(found));
        steps.len() - 1
    });
    let step = &mut steps[place];
    step.sums += sums;
    let touches = Touches::of(&sums);
    match step.records.last_mut() {
        Some((last, known)) if *last == record => *known = known.and(touches),
        _ => step.records.push((record, touches)),
    }
}
