//! The rows under a set of hypotheses: what they count then, and how well they agree.

use std::sync::Mutex;

use super::candidates::{CandidateCause};
use super::with::{With};
use super::effects::{RowScope};
use super::records::{Supposed};
use super::evidence::{ErrorTerm, PART};
use super::model::CauseEvidence;
use super::partings::{BitGain, PLACES, place_of};
use super::problem::{Delta, RowFit, Problem};
use super::sums::{Sums};
use crate::parallel::{each, locked, parts};
use super::value::{AddedBounds};
use crate::facets::Facets;

/// A hypothesis that was chosen.
#[derive(Clone, Debug)]
struct Chosen {
    id: u32,
    cause: usize,
    with: With,
}

/// A hypothesis that is not chosen, and what it makes of a record by itself.
struct Further<'a> {
    cause: usize,
    with: &'a With,
    /// Whether no chosen hypothesis of a later cause sees what it has changed.
    is_last: bool,
}

/// A record that chosen hypotheses are about by themselves.
#[derive(Clone, Debug)]
struct Chain {
    /// What each of them makes of it.
    own: Vec<(u32, Facets)>,
    walked: Walked,
}

/// How a record has come through the hypotheses.
#[derive(Clone, Debug)]
struct Walked {
    /// How it counts under all of them.
    now: Facets,
    /// The last cause that has changed it.
    last: Option<usize>,
    /// Those that are about it by themselves, with what they have made of it.
    applied: Vec<(usize, Facets)>,
}

/// The records that chosen hypotheses are about; all others count by the standard rules.
#[derive(Clone, Debug, Default)]
struct Chains {
    /// The place of a record's chain, counted from 1; 0 where it has none.
    places: Vec<u32>,
    chains: Vec<Chain>,
}

impl Chains {
    fn get(&self, record: u32) -> Option<&Chain> {
        let place = *self.places.get(record as usize)? as usize;
        self.chains.get(place.checked_sub(1)?)
    }

    /// The chain of a record that counts so by the standard rules.
    fn get_or_start(&mut self, record: u32, base: Facets) -> &mut Chain {
        let place = &mut self.places[record as usize];
        if *place == 0 {
            let walked = Walked { now: base, last: None, applied: Vec::new() };
            self.chains.push(Chain { own: Vec::new(), walked });
            *place = self.chains.len() as u32;
        }
        &mut self.chains[*place as usize - 1]
    }

    /// The records with a chain, ascending.
    fn records(&self) -> impl Iterator<Item = u32> + '_ {
        self.places.iter().enumerate().filter(|(_, place)| **place != 0).map(|(record, _)| record as u32)
    }
}

/// A record that hypotheses change.
#[derive(Clone, Debug)]
pub struct Changed {
    /// The record.
    pub record: u32,
    /// How it counts after each hypothesis that is about it (by its place among those chosen), in
    /// the order of the causes.
    pub stages: Vec<(usize, Facets)>,
}

/// Rows under the hypotheses that were chosen.
#[derive(Clone, Debug)]
pub struct SearchState {
    /// What each row counts.
    pub sums: Vec<Sums>,
    /// What the schools that the files lack add to a row.
    pub extra: Vec<Option<Box<AddedBounds>>>,
    fits: Vec<RowFit>,
    /// The hypotheses, in the order they were chosen.
    pub chosen: Vec<CandidateCause>,
    /// Their ids.
    ids: Vec<u32>,
    next_id: u32,
    /// The same in the order of their causes.
    in_order: Vec<Chosen>,
    chains: Chains,
    /// All misses and costs.
    pub total: RowFit,
    /// The error term of rows of all students, and of rows of groups.
    noise: [ErrorTerm; 2],
    /// The length of each row that hypotheses are weighed by, in parts of a bit.
    bits: Vec<i32>,
}

/// What stands for and against a chosen hypothesis.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CauseWeight {
    /// How much shorter it makes what is left, in parts of a bit.
    pub gain: i64,
    /// Students who count with it as the official numbers have them, and not without it.
    pub moved_right: u64,
    /// Students who do without it and not with it.
    pub moved_wrong: u64,
    /// Rows of different students that come closer.
    pub rows: u32,
}

/// So many students in ten have to count as predicted for each ten against.
const AS_PREDICTED: u64 = 15;

impl CauseWeight {
    /// Whether too many students count otherwise than predicted.
    pub fn is_against(&self) -> bool {
        self.moved_right * 10 < self.moved_wrong * AS_PREDICTED
    }

    /// The same in whole bits, without the price of the hypothesis.
    pub fn evidence(&self, price: i64) -> CauseEvidence {
        CauseEvidence {
            bits: (self.gain - price).div_euclid(PART),
            moved_right: self.moved_right,
            moved_wrong: self.moved_wrong,
            rows: self.rows,
        }
    }
}

impl SearchState {
    /// The standard rules.
    pub fn new(problem: &Problem<'_>, extra: Vec<Option<Box<AddedBounds>>>) -> Self {
        let sums = problem.base.to_vec();
        let fits: Vec<RowFit> =
            (0..sums.len()).map(|row| problem.fit(row as u32, sums[row], extra[row].as_deref())).collect();
        let total = fits.iter().fold(RowFit::default(), |all, one| plus(all, *one));
        let chains = Chains { places: vec![0; problem.records.facets.len()], chains: Vec::new() };
        let (chosen, ids, in_order) = (Vec::new(), Vec::new(), Vec::new());
        let bits = vec![0; sums.len()];
        let noise = [ErrorTerm::estimated(&[]), ErrorTerm::estimated(&[])];
        let mut state = Self { sums, extra, fits, chosen, ids, next_id: 0, in_order, chains, total, noise, bits };
        state.estimate(problem);
        state
    }

    /// Estimates the error term from what is left of the rows, and measures them again.
    pub fn estimate(&mut self, problem: &Problem<'_>) {
        self.noise = [true, false].map(|is_main| self.estimated(problem, is_main, |row| self.sums[row as usize]));
        for row in problem.weighed() {
            self.bits[*row as usize] = self.length(problem, &self.noise, *row, self.sums[*row as usize]);
        }
    }

    /// The error term of rows of all students, or of groups, with such counts.
    fn estimated(&self, problem: &Problem<'_>, is_main: bool, counts: impl Fn(u32) -> Sums) -> ErrorTerm {
        let rows = problem.weighed().iter().filter(|row| problem.is_main(**row) == is_main);
        let rows: Vec<u32> = rows.copied().collect();
        let step = rows.len().div_ceil(MOST_ROWS).max(1);
        let residual = |row: &u32| {
            let place = *row as usize;
            problem.left_of(*row, &counts(*row), self.extra[place].as_deref())
        };
        let residuals: Vec<_> = rows.iter().step_by(step).filter_map(residual).collect();
        ErrorTerm::estimated(&residuals)
    }

    fn length(&self, problem: &Problem<'_>, noise: &[ErrorTerm; 2], row: u32, sums: Sums) -> i32 {
        let noise = if problem.is_main(row) { &noise[0] } else { &noise[1] };
        problem.bits(noise, row, &sums, self.extra[row as usize].as_deref())
    }

    /// How much shorter another hypothesis would make what is left, in parts of a bit; with the day that does so most
    /// where it is still to be found.
    pub fn gain(
        &self,
        problem: &Problem<'_>,
        candidate: &CandidateCause,
        scope: RowScope,
        delta: &mut Delta,
    ) -> (i64, Option<i32>) {
        let effect = candidate.effects.get(problem, candidate, scope, delta);
        let groups = problem.groups(candidate, scope);
        delta.clear();
        let any_day = With::After(i32::MIN, i32::MIN);
        let with = if candidate.has_open_day { &any_day } else { &candidate.with };
        let new = self.further_of(problem, candidate, with);
        let mut gain = BitGain::new(if groups == problem.main() { 1 } else { problem.families.count() });
        let mut best: Option<(i64, i32)> = None;
        let mut worse = 0;
        let mut days = candidate.days().enumerate().peekable();
        while let Some((place, same_day)) = days.next() {
            effect.of_day(place).iter().for_each(|(row, sums)| delta.add(*row, *sums));
            same_day.iter().for_each(|change| self.correct(problem, change, &new, groups, delta));
            if !candidate.has_open_day {
                for record in self.met_besides(problem, candidate) {
                    self.delta(problem, record, &new, groups, delta);
                }
            }
            self.weighed(problem, delta, &mut gain);
            let total = gain.total(&problem.families);
            // The records of this day are in: the day to find lies before it.
            let day = days.peek().map_or(same_day[0].parameter - 1, |(_, next)| next[0].parameter);
            let is_better = best.is_none_or(|(known, _)| total > known);
            if is_better {
                best = Some((total, day));
            }
            worse = if is_better { 0 } else { worse + 1 };
            if worse > PATIENCE && total < 0 {
                break;
            }
        }
        let (total, day) = best.unwrap_or_default();
        (total, candidate.has_open_day.then_some(day))
    }

    /// Adds what rows became shorter by since the last look.
    fn weighed(&self, problem: &Problem<'_>, delta: &mut Delta, gain: &mut BitGain) {
        delta.look(|row, added, known| {
            let place = row as usize;
            let bits = self.length(problem, &self.noise, row, self.sums[place] + added);
            let parting = problem.parting(row);
            let before = known.map_or(self.bits[place], |known| known.bits);
            gain.add(parting, i64::from(before) - i64::from(bits));
            if known.is_none() && bits != before {
                gain.touch(parting);
            }
            RowFit { bits, ..RowFit::default() }
        });
    }

    /// What stands for and against a chosen hypothesis, with the error term as it is without it.
    pub fn weight(&self, problem: &Problem<'_>, place: usize, delta: &mut Delta) -> CauseWeight {
        delta.clear();
        self.delta_back(problem, place, delta);
        let candidate = &self.chosen[place];
        self.weight_of(problem, candidate, delta, |row, added| (self.sums[row] + added, self.sums[row]))
    }

    /// What would stand for and against a hypothesis that is not chosen.
    pub fn weight_beyond(
        &self,
        problem: &Problem<'_>,
        candidate: &CandidateCause,
        delta: &mut Delta,
    ) -> CauseWeight {
        // Looking at the rows of all groups leaves in the delta what the hypothesis adds.
        self.with(problem, candidate, RowScope::All, delta);
        self.weight_of(problem, candidate, delta, |row, added| (self.sums[row], self.sums[row] + added))
    }

    /// Weighs a hypothesis by the rows of a delta, of which it is said what they count without and with it.
    fn weight_of(
        &self,
        problem: &Problem<'_>,
        candidate: &CandidateCause,
        delta: &Delta,
        counts: impl Fn(usize, Sums) -> (Sums, Sums),
    ) -> CauseWeight {
        let scope = if problem.is_small(candidate) { RowScope::Fine } else { RowScope::Main };
        let groups = problem.groups(candidate, scope);
        let without = |row: u32| counts(row as usize, delta.added(row)).0;
        let is_looked_at = |is_main: bool| match (candidate.groups_only, scope) {
            (0, RowScope::Main) => is_main,
            (0, _) => true,
            (groups, _) => is_main == (groups & problem.main() != 0),
        };
        let term = |is_main: bool, known: &ErrorTerm| {
            if is_looked_at(is_main) { self.estimated(problem, is_main, without) } else { known.clone() }
        };
        let noise = [term(true, &self.noise[0]), term(false, &self.noise[1])];
        let mut gain = BitGain::new(problem.families.count());
        let mut moved = [CauseWeight::default(); PLACES];
        for (row, added) in delta.rows().filter(|(row, added)| !added.is_zero() && problem.is_of(*row, groups)) {
            let place = row as usize;
            let (without, with) = counts(place, added);
            let shorter = i64::from(self.length(problem, &noise, row, without))
                - i64::from(self.length(problem, &noise, row, with));
            gain.add(problem.parting(row), shorter);
            if shorter != 0 {
                gain.touch(problem.parting(row));
            }
            let is_main = problem.is_main(row);
            let term = if is_main { &noise[0] } else { &noise[1] };
            let off = |sums| {
                let left = problem.left_of(row, sums, self.extra[place].as_deref());
                left.map_or(0, |(left, target)| term.off(&left, target))
            };
            let closer = off(&without) - off(&with);
            let is_witness = is_main || candidate.groups_only != 0;
            if let Some(moved) = place_of(problem.parting(row)).filter(|_| is_witness).map(|place| &mut moved[place]) {
                moved.moved_right += closer.max(0).unsigned_abs();
                moved.moved_wrong += closer.min(0).unsigned_abs();
                moved.rows += u32::from(shorter > 0);
            }
        }
        // The finest rows that show most of it; others have the same students again.
        let most = moved.into_iter().rev().max_by_key(|one| one.rows).unwrap_or_default();
        let whole = |sixteenths: u64| (sixteenths + 8) / 16;
        let (moved_right, moved_wrong) = (whole(most.moved_right), whole(most.moved_wrong));
        CauseWeight { gain: gain.total(&problem.families), moved_right, moved_wrong, ..most }
    }

    /// What the rows would be like with another hypothesis.
    pub fn with(&self, problem: &Problem<'_>, candidate: &CandidateCause, scope: RowScope, delta: &mut Delta) -> RowFit {
        let effect = candidate.effects.get(problem, candidate, scope, delta);
        let groups = problem.groups(candidate, scope);
        delta.clear();
        effect.of_day(0).iter().for_each(|(row, sums)| delta.add(*row, *sums));
        let new = self.further_of(problem, candidate, &candidate.with);
        candidate.changes.iter().for_each(|change| self.correct(problem, change, &new, groups, delta));
        for record in self.met_besides(problem, candidate) {
            self.delta(problem, record, &new, groups, delta);
        }
        self.judged(problem, delta, self.total)
    }

    /// The records that a further hypothesis is not about by itself, but may be once those chosen
    /// have changed them.
    fn met_besides(&self, problem: &Problem<'_>, new: &CandidateCause) -> Vec<u32> {
        let earlier = self.in_order.iter().filter(|earlier| earlier.cause < new.cause);
        let records = earlier.flat_map(|earlier| problem.pairs.records(earlier.cause, new.cause));
        let mut records: Vec<u32> =
            records.filter(|record| self.chains.get(*record).is_some() && !new.is_about(*record)).collect();
        records.sort_unstable();
        records.dedup();
        records
    }

    /// Adds what a hypothesis makes of a record that it is not about by itself.
    fn delta(&self, problem: &Problem<'_>, record: u32, new: &Further<'_>, groups: u64, delta: &mut Delta) {
        let Some(chain) = self.chains.get(record) else { return };
        let after = self.further(problem, record, chain, new, None);
        if chain.now() != after {
            delta.replace(problem, &chain.now(), &after, groups);
        }
    }

    /// Corrects what a hypothesis by itself makes of a record, if others have changed the record.
    fn correct(&self, problem: &Problem<'_>, change: &Supposed, new: &Further<'_>, groups: u64, delta: &mut Delta) {
        let record = change.record;
        let Some(chain) = self.chains.get(record) else { return };
        let base = problem.records.facets[record as usize];
        let after = self.further(problem, record, chain, new, Some(change.after));
        if (base, change.after) == (chain.now(), after) {
            return;
        }
        delta.replace(problem, &change.after, &base, groups);
        if chain.now() != after {
            delta.replace(problem, &chain.now(), &after, groups);
        }
    }

    /// How a record counts with a further hypothesis in its place among those chosen.
    fn further(
        &self,
        problem: &Problem<'_>,
        record: u32,
        chain: &Chain,
        new: &Further<'_>,
        own: Option<Facets>,
    ) -> Facets {
        let base = problem.records.facets[record as usize];
        if new.is_last && chain.walked.last.is_none_or(|last| last <= new.cause) {
            let mut walk = SupposedRecord { problem, record, base, now: chain.now() };
            walk.step(new.cause, new.with, own, &chain.walked.applied);
            return walk.now;
        }
        let mut walk = SupposedRecord { problem, record, base, now: base };
        let mut applied: Vec<(usize, Facets)> = Vec::new();
        let mut rest = Some(new);
        for one in &self.in_order {
            if let Some(new) = rest.take_if(|new| new.cause < one.cause) {
                let made = walk.step(new.cause, new.with, own, &applied);
                applied.extend(made.filter(|_| own.is_some()).map(|made| (new.cause, made)));
            }
            let own = chain.own_of(one.id);
            let made = walk.step(one.cause, &one.with, own, &applied);
            applied.extend(made.filter(|_| own.is_some()).map(|made| (one.cause, made)));
        }
        if let Some(new) = rest {
            walk.step(new.cause, new.with, own, &applied);
        }
        walk.now
    }

    /// Tells how a record counts after each hypothesis that is about it, in the order of the causes,
    /// and returns how it has come through them; without one of them, if it is named.
    fn walked(
        &self,
        problem: &Problem<'_>,
        record: u32,
        chain: &Chain,
        without: Option<u32>,
        mut tell: impl FnMut(&Chosen, Facets),
    ) -> Walked {
        let base = problem.records.facets[record as usize];
        let mut walk = SupposedRecord { problem, record, base, now: base };
        let mut applied: Vec<(usize, Facets)> = Vec::new();
        let mut last = None;
        for one in self.in_order.iter().filter(|one| Some(one.id) != without) {
            let own = chain.own_of(one.id);
            let Some(made) = walk.step(one.cause, &one.with, own, &applied) else { continue };
            if own.is_some() {
                applied.push((one.cause, made));
            }
            last = Some(one.cause);
            tell(one, walk.now);
        }
        Walked { now: walk.now, last, applied }
    }

    fn further_of<'c>(&self, problem: &Problem<'_>, candidate: &'c CandidateCause, with: &'c With) -> Further<'c> {
        let mut later = self.in_order.iter().filter(|one| one.cause > candidate.cause);
        let is_last = !later.any(|one| problem.pairs.has(candidate.cause, one.cause));
        Further { cause: candidate.cause, with, is_last }
    }

    /// The same for the records after each day in turn: the best day, if any is better than none.
    pub fn with_day(
        &self,
        problem: &Problem<'_>,
        candidate: &CandidateCause,
        scope: RowScope,
        delta: &mut Delta,
    ) -> Option<(i32, RowFit)> {
        let effect = candidate.effects.get(problem, candidate, scope, delta);
        let groups = problem.groups(candidate, scope);
        delta.clear();
        let any_day = With::After(i32::MIN, i32::MIN);
        let new = self.further_of(problem, candidate, &any_day);
        let mut best: Option<(i32, RowFit)> = None;
        let mut fit = self.total;
        let mut worse = 0;
        let mut days = candidate.days().enumerate().peekable();
        while let Some((place, same_day)) = days.next() {
            effect.of_day(place).iter().for_each(|(row, sums)| delta.add(*row, *sums));
            same_day.iter().for_each(|change| self.correct(problem, change, &new, groups, delta));
            // The records of this day are in: the day to find lies before it.
            let day = days.peek().map_or(same_day[0].parameter - 1, |(_, next)| next[0].parameter);
            fit = self.judged(problem, delta, fit);
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

    /// All misses and costs with what was added since they were so much.
    fn judged(&self, problem: &Problem<'_>, delta: &mut Delta, last: RowFit) -> RowFit {
        let mut total = last;
        delta.look(|row, added, known| {
            let place = row as usize;
            let mut sums = self.sums[place];
            sums += added;
            let fit = problem.fit(row, sums, self.extra[place].as_deref());
            total = minus(plus(total, fit), known.unwrap_or(self.fits[place]));
            fit
        });
        total
    }

    /// Figures that a chosen hypothesis mends and breaks.
    pub fn favour(&self, problem: &Problem<'_>, place: usize, delta: &mut Delta) -> (u32, u32) {
        delta.clear();
        self.delta_back(problem, place, delta);
        let (mut mended, mut broken) = (0, 0);
        delta.look(|row, added, _| {
            let place = row as usize;
            let mut sums = self.sums[place];
            sums += added;
            let (with, without) = (self.fits[place], problem.fit(row, sums, self.extra[place].as_deref()));
            mended += without.misses.saturating_sub(with.misses);
            broken += with.misses.saturating_sub(without.misses);
            without
        });
        (mended, broken)
    }

    /// Chooses a hypothesis, at the end.
    pub fn choose(&mut self, problem: &Problem<'_>, candidate: CandidateCause, scratches: &[Mutex<Delta>]) {
        self.choose_at(problem, self.chosen.len(), candidate, scratches);
    }

    /// Chooses a hypothesis at a place in the order of choice.
    pub fn choose_at(&mut self, problem: &Problem<'_>, place: usize, candidate: CandidateCause, scratches: &[Mutex<Delta>]) {
        let id = self.next_id;
        self.next_id += 1;
        let new = Chosen { id, cause: candidate.cause, with: candidate.with.clone() };
        self.in_order.insert(self.in_order.partition_point(|one| one.cause <= new.cause), new);
        for change in &*candidate.changes {
            let base = problem.records.facets[change.record as usize];
            self.chains.get_or_start(change.record, base).own.push((id, change.after));
        }
        self.settle(problem, &candidate, scratches);
        self.chosen.insert(place, candidate);
        self.ids.insert(place, id);
    }

    /// Takes a hypothesis back.
    pub fn drop(&mut self, problem: &Problem<'_>, place: usize, scratches: &[Mutex<Delta>]) -> CandidateCause {
        let (candidate, id) = (self.chosen.remove(place), self.ids.remove(place));
        self.in_order.retain(|one| one.id != id);
        for change in &*candidate.changes {
            let base = problem.records.facets[change.record as usize];
            self.chains.get_or_start(change.record, base).own.retain(|(one, _)| *one != id);
        }
        self.settle(problem, &candidate, scratches);
        candidate
    }

    /// Counts the records anew that a hypothesis is about which was chosen or taken back. Each
    /// thread does some of the records.
    fn settle(&mut self, problem: &Problem<'_>, candidate: &CandidateCause, scratches: &[Mutex<Delta>]) {
        let mut records: Vec<u32> = candidate.changes.iter().map(|change| change.record).collect();
        records.extend(self.met_besides(problem, candidate));
        scratches.iter().for_each(|scratch| locked(scratch).clear());
        let walked = each(&parts(records.len(), RECORDS), scratches, |part, delta| {
            let walk = |record: &u32| {
                let chain = self.chains.get(*record)?;
                let walked = self.walked(problem, *record, chain, None, |_, _| {});
                if chain.now() != walked.now {
                    delta.replace(problem, &chain.now(), &walked.now, u64::MAX);
                }
                Some((*record, walked))
            };
            records[part.clone()].iter().filter_map(walk).collect::<Vec<_>>()
        });
        for (record, walked) in walked.into_iter().flatten() {
            let base = problem.records.facets[record as usize];
            self.chains.get_or_start(record, base).walked = walked;
        }
        let mut rows: Vec<u32> = Vec::new();
        for scratch in scratches {
            for (row, added) in locked(scratch).rows() {
                self.sums[row as usize] += added;
                rows.push(row);
            }
        }
        // A row of two scratches is looked at twice; the second look changes nothing.
        for row in rows {
            let place = row as usize;
            let fit = problem.fit(row, self.sums[place], self.extra[place].as_deref());
            self.total = minus(plus(self.total, fit), self.fits[place]);
            self.fits[place] = fit;
        }
    }

    /// What the rows would be like without a chosen hypothesis.
    fn delta_back(&self, problem: &Problem<'_>, place: usize, delta: &mut Delta) {
        let (candidate, id) = (&self.chosen[place], self.ids[place]);
        let besides = self.met_besides(problem, candidate);
        for record in candidate.changes.iter().map(|change| change.record).chain(besides) {
            let Some(chain) = self.chains.get(record) else { continue };
            let after = self.walked(problem, record, chain, Some(id), |_, _| {}).now;
            if chain.now() != after {
                delta.replace(problem, &chain.now(), &after, u64::MAX);
            }
        }
    }

    /// The records that hypotheses change, ascending.
    pub fn changed(&self, problem: &Problem<'_>) -> Vec<Changed> {
        let place_of = |one: &Chosen| self.ids.iter().position(|id| *id == one.id).unwrap_or_default();
        let changed = |record: u32| {
            let chain = self.chains.get(record)?;
            let mut stages = Vec::new();
            let tell = |one: &Chosen, facets| stages.push((place_of(one), facets));
            self.walked(problem, record, chain, None, tell);
            (!stages.is_empty()).then_some(Changed { record, stages })
        };
        self.chains.records().filter_map(changed).collect()
    }
}

impl Chain {
    /// How the record counts under all hypotheses.
    fn now(&self) -> Facets {
        self.walked.now
    }

    /// What a chosen hypothesis makes of the record by itself.
    fn own_of(&self, id: u32) -> Option<Facets> {
        self.own.iter().find(|(one, _)| *one == id).map(|(_, own)| *own)
    }
}

/// A record on its way through hypotheses, in the order of their causes.
struct SupposedRecord<'a> {
    problem: &'a Problem<'a>,
    record: u32,
    base: Facets,
    now: Facets,
}

impl SupposedRecord<'_> {
    /// The next hypothesis, and what it makes of the record by itself; whether it is about the
    /// record. Those that have applied so far are reported.
    fn step(
        &mut self,
        cause: usize,
        with: &With,
        own: Option<Facets>,
        applied: &[(usize, Facets)],
    ) -> Option<Facets> {
        let pairs = &self.problem.pairs;
        // A pair tells of records that its first cause is about by itself.
        let earlier = applied.iter().rev().find(|(first, _)| pairs.has(*first, cause));
        let (from, to) = match earlier {
            Some((first, after)) => (*after, pairs.get(*first, cause, self.record, with, &self.problem.records.texts)?),
            None => (self.base, own?),
        };
        self.now = overlaid(self.now, from, to);
        Some(to)
    }
}

/// Records that a thread counts anew at a time.
const RECORDS: usize = 1024;

/// Rows that the error term is estimated from at most.
const MOST_ROWS: usize = 10_000;

/// Days without a better fit after which no earlier day is tried.
const PATIENCE: u32 = 20;

fn plus(a: RowFit, b: RowFit) -> RowFit {
    RowFit { misses: a.misses + b.misses, cost: a.cost + b.cost, bits: 0 }
}

fn minus(a: RowFit, b: RowFit) -> RowFit {
    RowFit { misses: a.misses - b.misses, cost: a.cost - b.cost, bits: 0 }
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
