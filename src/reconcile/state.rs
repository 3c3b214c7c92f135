//! The rows under a set of hypotheses: what they count then, and how well they agree.

use std::sync::Arc;

use rustc_hash::FxHashMap;

use super::candidates::{Candidate, With};
use super::sums::Sums;
use super::value::Bounds;
use super::world::{Fit, Shift, World};
use crate::engine::Facets;

/// A hypothesis that was chosen, with its records at hand.
#[derive(Clone, Debug)]
struct Chosen {
    cause: usize,
    with: With,
    after: Arc<FxHashMap<u32, Facets>>,
}

impl Chosen {
    fn new(candidate: &Candidate) -> Self {
        Self { cause: candidate.cause, with: candidate.with.clone(), after: Arc::clone(&candidate.after) }
    }
}

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
    /// The same in the order of their causes.
    in_order: Vec<Chosen>,
    /// All misses and costs.
    pub total: Fit,
}

impl State {
    /// The standard rules.
    pub fn new(world: &World<'_>, extra: Vec<Option<Bounds>>) -> Self {
        let sums = world.base.clone();
        let fits: Vec<Fit> = (0..sums.len()).map(|row| world.fit(row as u32, sums[row], extra[row].as_ref())).collect();
        let total = fits.iter().fold(Fit::default(), |all, one| plus(all, *one));
        Self { sums, extra, fits, chosen: Vec::new(), in_order: Vec::new(), total }
    }

    /// How well a row agrees.
    pub fn fit(&self, row: usize) -> Fit {
        self.fits[row]
    }

    /// What the rows would be like with another hypothesis.
    pub fn with(&self, world: &World<'_>, candidate: &Candidate, groups: u64, shift: &mut Shift) -> Fit {
        shift.clear();
        let new = Chosen::new(candidate);
        for record in self.records_with(world, &new) {
            self.shift(world, record, &new, groups, shift);
        }
        self.judged(world, shift)
    }

    /// The records that a further hypothesis may change.
    fn records_with(&self, world: &World<'_>, new: &Chosen) -> Vec<u32> {
        let mut records: Vec<u32> = new.after.keys().copied().collect();
        for earlier in self.in_order.iter().filter(|earlier| earlier.cause < new.cause) {
            records.extend(world.pairs.records(earlier.cause, new.cause));
        }
        records.sort_unstable();
        records.dedup();
        records
    }

    fn shift(&self, world: &World<'_>, record: u32, new: &Chosen, groups: u64, shift: &mut Shift) {
        let (before, after) = if self.in_order.is_empty() {
            let base = world.records.facets[record as usize];
            (base, new.after.get(&record).copied().unwrap_or(base))
        } else {
            (self.facets(world, record, None), self.facets(world, record, Some(new)))
        };
        if before != after {
            shift.replace(world, &before, &after, groups);
        }
    }

    /// How a record counts under the hypotheses, and another one.
    fn facets(&self, world: &World<'_>, record: u32, new: Option<&Chosen>) -> Facets {
        self.stages(world, record, new, |_, _| {})
    }

    /// Tells how a record counts after each hypothesis that is about it, in the order of the causes.
    fn stages(
        &self,
        world: &World<'_>,
        record: u32,
        new: Option<&Chosen>,
        mut tell: impl FnMut(&Chosen, Facets),
    ) -> Facets {
        let base = world.records.facets[record as usize];
        let mut now = base;
        // Hypotheses that have applied and are about the record by themselves, with what they make of it.
        let mut applied: Vec<(usize, Facets)> = Vec::new();
        let mut rest = new;
        let mut own = self.in_order.iter().peekable();
        loop {
            let is_new_next = rest.is_some_and(|new| own.peek().is_none_or(|next| new.cause < next.cause));
            let Some(one) = (if is_new_next { rest.take() } else { own.next() }) else { break };
            // A pair tells of records that its first cause is about by itself.
            let earlier = applied.iter().rev().find(|(cause, _)| world.pairs.has(*cause, one.cause));
            let step = match earlier {
                Some((cause, after)) => {
                    let pair = world.pairs.get(*cause, one.cause, record, &one.with, &world.records.texts);
                    pair.map(|pair| (*after, pair))
                }
                None => one.after.get(&record).map(|after| (base, *after)),
            };
            if let Some((from, to)) = step {
                now = overlaid(now, from, to);
                if one.after.contains_key(&record) {
                    applied.push((one.cause, to));
                }
                tell(one, now);
            }
        }
        now
    }

    /// The same for the records after each day in turn: the best day, if any is better than none.
    pub fn with_day(
        &self,
        world: &World<'_>,
        candidate: &Candidate,
        groups: u64,
        shift: &mut Shift,
    ) -> Option<(i32, Fit)> {
        shift.clear();
        let new = Chosen { with: With::After(i32::MIN, i32::MIN), ..Chosen::new(candidate) };
        let mut best: Option<(i32, Fit)> = None;
        let mut from = 0;
        let mut worse = 0;
        while let Some(first) = candidate.changes.get(from) {
            let same_day = candidate.changes[from..].iter().take_while(|one| one.parameter == first.parameter);
            let count = same_day.clone().count();
            for change in same_day {
                self.shift(world, change.record, &new, groups, shift);
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
        let new = Chosen::new(&candidate);
        for record in self.records_with(world, &new) {
            self.shift(world, record, &new, u64::MAX, shift);
        }
        let place = self.in_order.partition_point(|one| one.cause <= new.cause);
        self.in_order.insert(place, new);
        self.chosen.push(candidate);
        self.settle(world, shift);
    }

    /// Takes a hypothesis back.
    pub fn drop(&mut self, world: &World<'_>, place: usize, shift: &mut Shift) -> Candidate {
        let candidate = self.chosen.remove(place);
        let own = self.in_order.iter().position(|one| (one.cause, &one.with) == (candidate.cause, &candidate.with));
        if let Some(own) = own {
            let new = self.in_order.remove(own);
            shift.clear();
            for record in self.records_with(world, &new) {
                let (before, after) = (self.facets(world, record, Some(&new)), self.facets(world, record, None));
                if before != after {
                    shift.replace(world, &before, &after, u64::MAX);
                }
            }
            self.settle(world, shift);
        }
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

    /// The records that hypotheses change, and how each counts after each hypothesis that is about
    /// it (by its place among those chosen), in the order of the causes.
    pub fn changed(&self, world: &World<'_>) -> Vec<(u32, Vec<(usize, Facets)>)> {
        let mut records: Vec<u32> = self.in_order.iter().flat_map(|one| self.records_with(world, one)).collect();
        records.sort_unstable();
        records.dedup();
        let stages = |record: u32| {
            let mut stages = Vec::new();
            self.stages(world, record, None, |one, facets| stages.push((self.place_of(one), facets)));
            (record, stages)
        };
        records.into_iter().map(stages).filter(|(_, stages)| !stages.is_empty()).collect()
    }

    fn place_of(&self, one: &Chosen) -> usize {
        let same = |candidate: &Candidate| (candidate.cause, &candidate.with) == (one.cause, &one.with);
        self.chosen.iter().position(same).unwrap_or_default()
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

/// A record with what changes from one way to count to another.
fn overlaid(now: Facets, from: Facets, to: Facets) -> Facets {
    if to == Facets::NONE || now == Facets::NONE && from != Facets::NONE {
        return Facets::NONE;
    }
    if from == Facets::NONE {
        return to;
    }
    let mut facets = now;
    if to.place != from.place {
        facets.place = to.place;
    }
    if to.grade != from.grade {
        facets.grade = to.grade;
    }
    if (to.class, to.score, to.level) != (from.class, from.score, from.level) {
        (facets.class, facets.score, facets.level) = (to.class, to.score, to.level);
    }
    let changed = from.groups ^ to.groups;
    facets.groups = facets.groups & !changed | to.groups & changed;
    facets
}
