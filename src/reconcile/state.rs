//! The rows under a set of hypotheses: what they count then, and how well they agree.

use rustc_hash::FxHashMap;

use super::candidates::Candidate;
use super::files::Supposed;
use super::sums::Sums;
use super::value::Bounds;
use super::world::{Fit, Shift, World};
use crate::engine::Facets;

/// Rows under the hypotheses that were chosen.
#[derive(Clone, Debug)]
pub struct State {
    /// What each row counts.
    pub sums: Vec<Sums>,
    /// What the schools that the files lack add to a row.
    pub extra: Vec<Option<Bounds>>,
    fits: Vec<Fit>,
    /// The hypotheses, in the order they were chosen.
    pub chosen: Vec<Candidate>,
    /// For each changed record, how each hypothesis would have it, by the order of their causes.
    by_record: FxHashMap<u32, Vec<(usize, Facets)>>,
    /// All misses and costs.
    pub total: Fit,
}

impl State {
    /// The standard rules.
    pub fn new(world: &World<'_>, extra: Vec<Option<Bounds>>) -> Self {
        let sums = world.base.clone();
        let fits: Vec<Fit> = (0..sums.len())
            .map(|row| world.fit(row as u32, sums[row], extra[row].as_ref()))
            .collect();
        let total = fits.iter().fold(Fit::default(), |all, one| plus(all, *one));
        Self { sums, extra, fits, chosen: Vec::new(), by_record: FxHashMap::default(), total }
    }

    /// How well a row agrees.
    pub fn fit(&self, row: usize) -> Fit {
        self.fits[row]
    }

    /// What the rows would be like with another hypothesis.
    pub fn with(&self, world: &World<'_>, candidate: &Candidate, groups: u64, shift: &mut Shift) -> Fit {
        shift.clear();
        for change in &candidate.changes {
            self.change(world, candidate.cause, change, groups, shift);
        }
        self.judged(world, shift)
    }

    /// The same for the records after each day in turn: the best day, if any is better than none.
    pub fn with_day(&self, world: &World<'_>, candidate: &Candidate, groups: u64, shift: &mut Shift) -> Option<(i32, Fit)> {
        shift.clear();
        let mut best: Option<(i32, Fit)> = None;
        let mut from = 0;
        let mut worse = 0;
        while let Some(first) = candidate.changes.get(from) {
            let same_day = candidate.changes[from..].iter().take_while(|one| one.parameter == first.parameter);
            let count = same_day.clone().count();
            for change in same_day {
                self.change(world, candidate.cause, change, groups, shift);
            }
            from += count;
            // The records of this day are in: the day to find lies before it.
            let day = candidate.changes.get(from).map_or(first.parameter - 1, |next| next.parameter);
            let fit = self.judged(world, shift);
            let is_better = best.is_none_or(|(_, known)| fit.cost < known.cost) && fit.cost < self.total.cost;
            if is_better {
                best = Some((day, fit));
            }
            worse = if is_better { 0 } else { worse + 1 };
            if worse > PATIENCE && fit.cost > self.total.cost {
                break;
            }
        }
        best
    }

    fn change(&self, world: &World<'_>, cause: usize, change: &Supposed, groups: u64, shift: &mut Shift) {
        let base = world.records.facets[change.record as usize];
        let known = self.by_record.get(&change.record);
        let before = known.map_or(base, |known| composed(base, known.iter().map(|(_, after)| *after)));
        let after = match known {
            None => change.after,
            Some(known) => {
                let earlier = known.iter().filter(|(other, _)| *other <= cause).map(|(_, after)| *after);
                let later = known.iter().filter(|(other, _)| *other > cause).map(|(_, after)| *after);
                composed(base, earlier.chain([change.after]).chain(later))
            }
        };
        if before != after {
            shift.replace(world, &before, &after, groups);
        }
    }

    fn judged(&self, world: &World<'_>, shift: &Shift) -> Fit {
        let mut total = self.total;
        for (row, added) in shift.rows() {
            let place = row as usize;
            let mut sums = self.sums[place];
            sums += added;
            let fit = world.fit(row, sums, self.extra[place].as_ref());
            total = minus(plus(total, fit), self.fits[place]);
        }
        total
    }

    /// Chooses a hypothesis.
    pub fn choose(&mut self, world: &World<'_>, candidate: Candidate, shift: &mut Shift) {
        shift.clear();
        for change in &candidate.changes {
            self.change(world, candidate.cause, change, u64::MAX, shift);
        }
        for change in &candidate.changes {
            let known = self.by_record.entry(change.record).or_default();
            let place = known.partition_point(|(cause, _)| *cause <= candidate.cause);
            known.insert(place, (candidate.cause, change.after));
        }
        self.chosen.push(candidate);
        self.settle(world, shift);
    }

    /// Takes a hypothesis back.
    pub fn drop(&mut self, world: &World<'_>, place: usize, shift: &mut Shift) -> Candidate {
        let candidate = self.chosen.remove(place);
        shift.clear();
        for change in &candidate.changes {
            let base = world.records.facets[change.record as usize];
            let Some(known) = self.by_record.get_mut(&change.record) else { continue };
            let before = composed(base, known.iter().map(|(_, after)| *after));
            if let Some(own) = known.iter().position(|one| *one == (candidate.cause, change.after)) {
                known.remove(own);
            }
            let after = composed(base, known.iter().map(|(_, after)| *after));
            if known.is_empty() {
                self.by_record.remove(&change.record);
            }
            if before != after {
                shift.replace(world, &before, &after, u64::MAX);
            }
        }
        self.settle(world, shift);
        candidate
    }

    fn settle(&mut self, world: &World<'_>, shift: &Shift) {
        for (row, added) in shift.rows() {
            let place = row as usize;
            self.sums[place] += added;
            let fit = world.fit(row, self.sums[place], self.extra[place].as_ref());
            self.total = minus(plus(self.total, fit), self.fits[place]);
            self.fits[place] = fit;
        }
    }

    /// The records that hypotheses change, with what each hypothesis makes of them, in order of
    /// the causes.
    pub fn changed(&self) -> Vec<(u32, &[(usize, Facets)])> {
        let mut all: Vec<(u32, &[(usize, Facets)])> =
            self.by_record.iter().map(|(record, changes)| (*record, changes.as_slice())).collect();
        all.sort_unstable_by_key(|(record, _)| *record);
        all
    }
}

/// Days without a better fit after which no earlier day is tried.
const PATIENCE: u32 = 20;

fn plus(a: Fit, b: Fit) -> Fit {
    Fit { misses: a.misses + b.misses, cost: a.cost + b.cost }
}

fn minus(a: Fit, b: Fit) -> Fit {
    Fit { misses: a.misses - b.misses, cost: a.cost - b.cost }
}

/// A record as several hypotheses would have it: of each facet, the first change counts; student
/// groups are changed one by one. A record that does not count at all stays out.
pub fn composed(base: Facets, changes: impl Iterator<Item = Facets>) -> Facets {
    let mut facets = base;
    for change in changes {
        if change == Facets::NONE {
            return Facets::NONE;
        }
        if facets.place == base.place {
            facets.place = change.place;
        }
        if facets.grade == base.grade {
            facets.grade = change.grade;
        }
        if (facets.class, facets.score, facets.level) == (base.class, base.score, base.level) {
            (facets.class, facets.score, facets.level) = (change.class, change.score, change.level);
        }
        if base == Facets::NONE {
            facets = change;
            continue;
        }
        let changed = base.groups ^ change.groups;
        facets.groups = facets.groups & !changed | change.groups & changed;
    }
    facets
}
