//! The search for the fewest causes that explain the most: one hypothesis at a time, the best
//! first; then those are dropped that explain nothing of their own, or break more than chance
//! allows; then others are tried in their place.
//!
//! A hypothesis is about all records that satisfy its condition. No choice of records is ever made
//! to meet a number.

use std::cmp::Reverse;
use std::sync::Mutex;

use super::candidates::{CandidateCause};
use super::with::{With};
use super::effects::{RowScope};
use super::problem::{Delta, RowFit, Problem};
use super::state::SearchState;
use crate::parallel::{each, locked, scratches};
use super::value::{AddedBounds};
use crate::cause::BoundCause;
use crate::layout::Certainty;

/// Hypotheses that may be chosen in all: more would be no explanation.
const MOST: usize = 24;

/// Of the figures that a hypothesis decides, one in so many may come out wrong by chance.
const CHANCE: u32 = 10;

/// A hypothesis that was found, and what stands in its favour.
#[derive(Clone, Debug)]
pub struct FoundHypothesis {
    /// The hypothesis.
    pub candidate: CandidateCause,
    /// Figures that agree with it and not without it.
    pub mended: u32,
    /// Figures that agree without it and not with it.
    pub broken: u32,
    /// Others that do just as well in its place.
    pub tied: Vec<(usize, With)>,
}

/// What the user supposes or rules out.
#[derive(Clone, Debug, Default)]
pub struct Wishes {
    /// Causes that are taken for true, with the day or school where one is given.
    pub assumed: Vec<(usize, Option<With>)>,
    /// Causes that are ruled out.
    pub excluded: Vec<usize>,
}

/// Whether the user takes a hypothesis for true: it stays as it is.
type IsAssumed<'a> = &'a dyn Fn(&CandidateCause) -> bool;

/// A search under way.
pub struct Search<'a> {
    problem: &'a Problem<'a>,
    causes: &'a [BoundCause],
    candidates: Vec<CandidateCause>,
    /// A space for each thread to add things up in.
    scratches: Vec<Mutex<Delta>>,
}

impl<'a> Search<'a> {
    /// A search among hypotheses.
    pub fn new(problem: &'a Problem<'a>, causes: &'a [BoundCause], candidates: Vec<CandidateCause>, threads: usize) -> Self {
        let scratches = scratches(threads, || Delta::new(problem.grid.rows.len()));
        Self { problem, causes, candidates, scratches }
    }

    /// The hypotheses that explain the most, and the rows under them.
    pub fn run(&self, extra: Vec<Option<Box<AddedBounds>>>, wishes: &Wishes) -> (SearchState, Vec<FoundHypothesis>) {
        let mut state = SearchState::new(self.problem, extra);
        let is_open = |candidate: &&CandidateCause| !wishes.excluded.contains(&candidate.cause);
        let open: Vec<&CandidateCause> = self.candidates.iter().filter(is_open).collect();
        for (cause, with) in &wishes.assumed {
            for candidate in self.assumed(*cause, with.as_ref(), &state) {
                state.choose(self.problem, candidate, &self.scratches);
            }
        }
        let is_assumed = |candidate: &CandidateCause| wishes.assumed.iter().any(|(cause, _)| *cause == candidate.cause);
        let mut rejected: Vec<(usize, With)> = Vec::new();
        loop {
            self.grow(&mut state, &open, &rejected);
            self.refine(&mut state, &open, &is_assumed);
            let weak = self.weakest(&state, &is_assumed);
            let Some(place) = weak else { break };
            let dropped = state.drop(self.problem, place, &self.scratches);
            rejected.push((dropped.cause, dropped.with));
            if rejected.len() > 2 * MOST {
                break;
            }
        }
        let found = self.judged(&mut state, &open, &is_assumed);
        (state, found)
    }

    /// The hypotheses of a cause that the user takes for true.
    fn assumed(&self, cause: usize, with: Option<&With>, state: &SearchState) -> Vec<CandidateCause> {
        let of_cause = self.candidates.iter().filter(|candidate| candidate.cause == cause);
        let mut all = Vec::new();
        for candidate in of_cause {
            match (candidate.has_open_day, with) {
                (true, Some(With::After(day, _))) => all.push(candidate.after(*day)),
                (true, _) => {
                    let best = state.with_day(self.problem, candidate, RowScope::All, &mut locked(&self.scratches[0]));
                    all.extend(best.map(|(day, _)| candidate.after(day)));
                }
                (false, Some(With::Text(text))) if candidate.with != With::Text(text.clone()) => {}
                (false, _) => all.push(candidate.clone()),
            }
        }
        all
    }

    /// Adds hypotheses as long as one makes things better.
    fn grow(&self, state: &mut SearchState, open: &[&CandidateCause], rejected: &[(usize, With)]) {
        let mut rejected = rejected.to_vec();
        while state.chosen.len() < MOST {
            let Some(best) = self.best(state, open, &rejected) else { return };
            let before = state.total;
            state.choose(self.problem, best, &self.scratches);
            // A coarse look chose it; all rows have the last word.
            if state.total.cost >= before.cost {
                let last = state.chosen.len() - 1;
                let dropped = state.drop(self.problem, last, &self.scratches);
                rejected.push((dropped.cause, dropped.with));
            }
        }
    }

    fn best(&self, state: &SearchState, open: &[&CandidateCause], rejected: &[(usize, With)]) -> Option<CandidateCause> {
        let is_chosen = |candidate: &CandidateCause| {
            let same = |one: &CandidateCause| {
                one.cause == candidate.cause && (candidate.has_open_day || one.with == candidate.with)
            };
            state.chosen.iter().any(same)
        };
        let is_rejected = |candidate: &CandidateCause| {
            let same = |(cause, with): &(usize, With)| {
                *cause == candidate.cause && (candidate.has_open_day || *with == candidate.with)
            };
            rejected.iter().any(same)
        };
        let open: Vec<&CandidateCause> =
            open.iter().copied().filter(|candidate| !is_chosen(candidate) && !is_rejected(candidate)).collect();
        // The largest first, so that no thread has to wait long for another at the end.
        let mut places: Vec<usize> = (0..open.len()).collect();
        places.sort_by_key(|place| Reverse(open[*place].changes.len()));
        let tried = each(&places, &self.scratches, |place, delta| self.tried(state, open[*place], delta));
        let paired = places.into_iter().zip(tried);
        let results = paired.filter_map(|(place, one)| one.map(|(fit, day)| (fit.cost, place, day)));
        let better = results.filter(|(cost, ..)| *cost < state.total.cost);
        let best = better.min_by_key(|(cost, place, _)| (*cost, self.doubt(open[*place]), *place));
        best.map(|(_, place, day)| day.map_or_else(|| open[place].clone(), |day| open[place].after(day)))
    }

    /// How a hypothesis would fit, looking at as few groups as tell it.
    fn tried(&self, state: &SearchState, candidate: &CandidateCause, delta: &mut Delta) -> Option<(RowFit, Option<i32>)> {
        if candidate.has_open_day {
            return state.with_day(self.problem, candidate, RowScope::Main, delta).map(|(day, fit)| (fit, Some(day)));
        }
        Some((state.with(self.problem, candidate, RowScope::Main, delta), None))
    }

    /// Looks for better days, now that the other hypotheses are there.
    fn refine(&self, state: &mut SearchState, open: &[&CandidateCause], is_assumed: IsAssumed<'_>) {
        for place in 0..state.chosen.len() {
            if is_assumed(&state.chosen[place]) {
                continue;
            }
            let With::After(day, _) = state.chosen[place].with else { continue };
            let cause = state.chosen[place].cause;
            let Some(source) = open.iter().find(|one| one.cause == cause && one.has_open_day) else { continue };
            let before = state.total;
            let known = state.drop(self.problem, place, &self.scratches);
            let again = self.better_day(state, source, (day, before)).unwrap_or(known);
            state.choose_at(self.problem, place, again, &self.scratches);
        }
    }

    /// The hypothesis of another day than one that came to a total, if it fits better. A look at few
    /// groups tells the day; all rows have the last word.
    fn better_day(&self, state: &SearchState, source: &CandidateCause, (day, total): (i32, RowFit)) -> Option<CandidateCause> {
        let mut delta = locked(&self.scratches[0]);
        let (other, _) = state.with_day(self.problem, source, RowScope::Main, &mut delta)?;
        let candidate = (other != day).then(|| source.after(other))?;
        (state.with(self.problem, &candidate, RowScope::All, &mut delta).cost < total.cost).then_some(candidate)
    }

    /// The hypothesis with the least in its favour, if that is too little.
    fn weakest(&self, state: &SearchState, is_assumed: IsAssumed<'_>) -> Option<usize> {
        let open: Vec<usize> =
            (0..state.chosen.len()).rev().filter(|place| !is_assumed(&state.chosen[*place])).collect();
        let favours = each(&open, &self.scratches, |place, delta| state.favour(self.problem, *place, delta));
        let all = open.into_iter().zip(favours);
        let weak = all.filter(|(_, (mended, broken))| *mended == 0 || broken * CHANCE > *mended);
        weak.min_by_key(|(_, (mended, _))| *mended).map(|(place, _)| place)
    }

    /// What stands in favour of each hypothesis, and which others would do as well. Among equals the
    /// one with the best certainty stays.
    fn judged(&self, state: &mut SearchState, open: &[&CandidateCause], is_assumed: IsAssumed<'_>) -> Vec<FoundHypothesis> {
        let mut all = Vec::new();
        for place in 0..state.chosen.len() {
            let (mended, broken) = state.favour(self.problem, place, &mut locked(&self.scratches[0]));
            let total = state.total;
            let own = state.drop(self.problem, place, &self.scratches);
            let mut tied = self.equals(state, (&own, total), open);
            let is_kept = is_assumed(&own);
            let better = tied.iter().position(|other| !is_kept && self.doubt(other) < self.doubt(&own));
            let kept = match better {
                Some(place) => std::mem::replace(&mut tied[place], own),
                None => own,
            };
            let tied = tied.into_iter().map(|other| (other.cause, other.with)).collect();
            all.push(FoundHypothesis { candidate: kept.clone(), mended, broken, tied });
            state.choose_at(self.problem, place, kept, &self.scratches);
        }
        all
    }

    /// Other hypotheses that fit just as well as one that was taken back, and with it came to a total.
    fn equals(&self, state: &SearchState, (own, total): (&CandidateCause, RowFit), open: &[&CandidateCause]) -> Vec<CandidateCause> {
        let is_other =
            |other: &&&CandidateCause| other.cause != own.cause && !state.chosen.iter().any(|one| one.cause == other.cause);
        let others: Vec<&CandidateCause> = open.iter().filter(is_other).copied().collect();
        let here = match self.problem.leaves_main_groups(own) {
            true => state.total,
            false => state.with(self.problem, own, RowScope::Main, &mut locked(&self.scratches[0])),
        };
        let equals = each(&others, &self.scratches, |other, delta| {
            // A look at few groups rules most out.
            if !self.problem.leaves_main_groups(other) {
                let (there, _) = self.tried(state, other, delta)?;
                if there.misses > here.misses {
                    return None;
                }
            }
            self.equal(state, other, total, delta)
        });
        equals.into_iter().flatten().collect()
    }

    /// Another hypothesis, if it fits just as well in all groups.
    fn equal(&self, state: &SearchState, other: &CandidateCause, total: RowFit, delta: &mut Delta) -> Option<CandidateCause> {
        if other.has_open_day {
            let (day, fit) = state.with_day(self.problem, other, RowScope::All, delta)?;
            return (fit.misses <= total.misses).then(|| other.after(day));
        }
        let fit = state.with(self.problem, other, RowScope::All, delta);
        (fit.misses <= total.misses).then(|| other.clone())
    }

    /// What speaks against a cause before anything is counted: how unsure it is, and its order.
    fn doubt(&self, candidate: &CandidateCause) -> (u8, usize) {
        let certainty = self.causes.get(candidate.cause).map(|cause| cause.cause.certainty());
        let rank = match certainty {
            Some(Certainty::Documented) => 0,
            Some(Certainty::Inferred) => 1,
            _ => 2,
        };
        (rank, candidate.cause)
    }
}
