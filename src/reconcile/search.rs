//! The search for the fewest causes that explain the most: one hypothesis at a time, the best
//! first; then those are dropped that explain nothing of their own, or break more than chance
//! allows; then others are tried in their place.
//!
//! A hypothesis is about all records that satisfy its condition. No choice of records is ever made
//! to meet a number.

use std::cmp::Reverse;
use std::sync::Mutex;

use super::candidates::CandidateCause;
use super::effects::RowScope;
use super::evidence::PART;
use super::model::CauseEvidence;
use super::possible::{PossibleHypothesis, row_to_look_up};
use super::problem::{Delta, Problem, RowFit};
use super::state::{CauseWeight, SearchState};
use super::value::AddedBounds;
use super::with::With;
use crate::cause::BoundCause;
use crate::layout::Certainty;
use crate::parallel::{each, locked, scratches};

/// Hypotheses that may be chosen in all: more would be no explanation.
const MOST: usize = 24;

/// How many bits a hypothesis has to make the rest shorter by, beyond its own price: by chance one in four thousand would.
const STRONG: i64 = CauseEvidence::STRONG * PART;

/// From how many bits on evidence is moderate.
const MODERATE: i64 = 5 * PART;

/// Fewer rows of all students than these are few.
const FEW_ROWS: usize = 40;

/// Hypotheses that are named as possible, at most.
const MOST_POSSIBLE: usize = 5;

/// By how many bits another hypothesis may be weaker and still be named as one that explains as much.
const SERIOUS: i64 = 5 * PART;

/// What it costs to say which family of groups shows a hypothesis best.
const FAMILIES: i64 = 3 * PART;

/// What each step of doubt about a cause costs.
const DOUBT: i64 = 2 * PART;

/// A hypothesis that was found, and what stands in its favour.
#[derive(Clone, Debug)]
pub struct FoundHypothesis {
    /// The hypothesis.
    pub candidate: CandidateCause,
    /// What stands for and against it.
    pub weight: CauseWeight,
    /// What its freedom costs, in parts of a bit.
    pub price: i64,
    /// Figures that agree with it and not without it.
    pub mended: u32,
    /// Figures that agree without it and not with it.
    pub broken: u32,
    /// Others that do just as well in its place.
    pub tied: Vec<(usize, With)>,
}

impl FoundHypothesis {
    /// What stands for and against it, in whole bits.
    pub fn evidence(&self) -> CauseEvidence {
        self.weight.evidence(self.price)
    }
}

/// What the user supposes or rules out.
#[derive(Clone, Debug, Default)]
pub struct Wishes {
    /// Causes that are taken for true, with the day or school where one is given.
    pub assumed: Vec<(usize, Option<With>)>,
    /// Causes that are ruled out.
    pub excluded: Vec<usize>,
}

/// What a search has found.
pub struct SearchOutcome {
    /// The rows under the hypotheses that were found.
    pub state: SearchState,
    /// The hypotheses.
    pub found: Vec<FoundHypothesis>,
    /// Hypotheses that could stand behind what is left.
    pub possible: Vec<PossibleHypothesis>,
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
    pub fn new(
        problem: &'a Problem<'a>,
        causes: &'a [BoundCause],
        candidates: Vec<CandidateCause>,
        threads: usize,
    ) -> Self {
        let scratches = scratches(threads, || Delta::new(problem.grid.rows.len()));
        Self { problem, causes, candidates, scratches }
    }

    /// The hypotheses that explain the most, and the rows under them.
    pub fn run(&self, extra: Vec<Option<Box<AddedBounds>>>, wishes: &Wishes) -> SearchOutcome {
        let mut state = SearchState::new(self.problem, extra);
        let is_open = |candidate: &&CandidateCause| !wishes.excluded.contains(&candidate.cause);
        let open: Vec<&CandidateCause> = self.candidates.iter().filter(is_open).collect();
        for (cause, with) in &wishes.assumed {
            for candidate in self.assumed(*cause, with.as_ref(), &state) {
                state.choose(self.problem, candidate, &self.scratches);
            }
            state.estimate(self.problem);
        }
        let is_assumed = |candidate: &CandidateCause| wishes.assumed.iter().any(|(cause, _)| *cause == candidate.cause);
        let mut rejected: Vec<(usize, With)> = Vec::new();
        let mut is_second = false;
        loop {
            self.grow(&mut state, &open, &rejected);
            self.refine(&mut state, &open, &is_assumed);
            let Some(place) = self.weakest(&state, &is_assumed) else {
                // What was dropped while other causes were not found yet has a second chance.
                if is_second || rejected.is_empty() {
                    break;
                }
                is_second = true;
                rejected.clear();
                continue;
            };
            let dropped = state.drop(self.problem, place, &self.scratches);
            state.estimate(self.problem);
            rejected.push((dropped.cause, dropped.with));
            if rejected.len() > 2 * MOST {
                break;
            }
        }
        let found = self.judged(&mut state, &open, &is_assumed);
        let possible = self.possible(&state, &open);
        SearchOutcome { state, found, possible }
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
        while state.chosen.len() < MOST {
            let Some(best) = self.best(state, open, rejected) else { return };
            state.choose(self.problem, best, &self.scratches);
            state.estimate(self.problem);
        }
    }

    fn best(
        &self,
        state: &SearchState,
        open: &[&CandidateCause],
        rejected: &[(usize, With)],
    ) -> Option<CandidateCause> {
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
        let best = self.best_in(state, &open, &places, RowScope::Main).or_else(|| {
            places.retain(|place| self.problem.is_small(open[*place]));
            self.best_in(state, &open, &places, RowScope::Fine)
        });
        best.map(|(place, day)| day.map_or_else(|| open[place].clone(), |day| open[place].after(day)))
    }

    /// The hypothesis that makes what is left shortest, and its day, in the rows of a look.
    fn best_in(
        &self,
        state: &SearchState,
        open: &[&CandidateCause],
        places: &[usize],
        scope: RowScope,
    ) -> Option<(usize, Option<i32>)> {
        let tried = each(places, &self.scratches, |place, delta| {
            let (gain, day) = state.gain(self.problem, open[*place], scope, delta);
            (gain - self.price(open[*place]), day)
        });
        let results = places.iter().zip(tried).map(|(place, (gain, day))| (gain, *place, day));
        let better = results.filter(|(gain, ..)| *gain >= STRONG);
        let best = better.min_by_key(|(gain, place, _)| (Reverse(*gain), self.doubt(open[*place]), *place));
        best.map(|(_, place, day)| (place, day))
    }

    /// The rows by which a hypothesis is weighed.
    fn scope(&self, candidate: &CandidateCause) -> RowScope {
        if self.problem.is_small(candidate) { RowScope::Fine } else { RowScope::Main }
    }

    /// What the freedom of a hypothesis costs: to name its cause among all, its day or school among those of the cause, and how
    /// unsure the cause is.
    fn price(&self, candidate: &CandidateCause) -> i64 {
        let of_cause = self.candidates.iter().filter(|one| one.cause == candidate.cause);
        let ways: usize = of_cause.map(|one| if one.has_open_day { one.days().count() } else { 1 }).sum();
        let causes = self.candidates.chunk_by(|one, next| one.cause == next.cause).count();
        let choices = (ways.max(1) * causes.max(1)) as f64;
        let families = if self.problem.is_small(candidate) { FAMILIES } else { 0 };
        (choices.log2() * PART as f64) as i64 + i64::from(self.doubt(candidate).0) * DOUBT + families
    }

    /// How a hypothesis would fit, looking at as few groups as tell it.
    fn tried(
        &self,
        state: &SearchState,
        candidate: &CandidateCause,
        delta: &mut Delta,
    ) -> Option<(RowFit, Option<i32>)> {
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
            let known = state.drop(self.problem, place, &self.scratches);
            state.estimate(self.problem);
            let again = self.better_day(state, source, day, &known).unwrap_or(known);
            state.choose_at(self.problem, place, again, &self.scratches);
            state.estimate(self.problem);
        }
    }

    /// The hypothesis of another day than a known one, if it fits better.
    fn better_day(
        &self,
        state: &SearchState,
        source: &CandidateCause,
        day: i32,
        known: &CandidateCause,
    ) -> Option<CandidateCause> {
        let mut delta = locked(&self.scratches[0]);
        let scope = self.scope(source);
        let (gain, other) = state.gain(self.problem, source, scope, &mut delta);
        let candidate = other.filter(|other| *other != day).map(|other| source.after(other))?;
        (gain > state.gain(self.problem, known, scope, &mut delta).0).then_some(candidate)
    }

    /// The hypothesis with the least in its favour, if that is too little.
    fn weakest(&self, state: &SearchState, is_assumed: IsAssumed<'_>) -> Option<usize> {
        let open: Vec<usize> =
            (0..state.chosen.len()).rev().filter(|place| !is_assumed(&state.chosen[*place])).collect();
        let weights = each(&open, &self.scratches, |place, delta| {
            let weight = state.weight(self.problem, *place, delta);
            let net = weight.gain - self.price(&state.chosen[*place]);
            if weight.is_against() { net.min(0) } else { net }
        });
        let weak = open.into_iter().zip(weights).filter(|(_, gain)| *gain < STRONG);
        weak.min_by_key(|(_, gain)| *gain).map(|(place, _)| place)
    }

    /// Hypotheses that bring what is left closer and are not strong enough, the strongest first. Where there are few
    /// rows all are named, else those with moderate evidence.
    fn possible(&self, state: &SearchState, open: &[&CandidateCause]) -> Vec<PossibleHypothesis> {
        if state.total.misses == 0 {
            return Vec::new();
        }
        let rows = self.problem.weighed().iter().filter(|row| self.problem.is_main(**row)).count();
        let least = if rows < FEW_ROWS { 1 } else { MODERATE };
        let is_chosen = |one: &CandidateCause| state.chosen.iter().any(|chosen| chosen.cause == one.cause);
        let others: Vec<&CandidateCause> = open.iter().copied().filter(|one| !is_chosen(one)).collect();
        let weighed = each(&others, &self.scratches, |one, delta| {
            let (gain, day) = state.gain(self.problem, one, RowScope::Main, delta);
            let net = gain - self.price(one);
            if gain <= 0 || rows >= FEW_ROWS && net < least {
                return None;
            }
            let one = day.map_or_else(|| (*one).clone(), |day| one.after(day));
            let weight = state.weight_beyond(self.problem, &one, delta);
            let evidence = weight.evidence(self.price(&one));
            let is_closer = evidence.moved_right > evidence.moved_wrong && evidence.bits < CauseEvidence::STRONG;
            is_closer.then(|| PossibleHypothesis {
                cause: one.cause,
                with: one.with.clone(),
                evidence,
                records: one.changes.len(),
                look_up: row_to_look_up(self.problem, &one),
            })
        });
        let mut possible: Vec<PossibleHypothesis> = weighed.into_iter().flatten().collect();
        possible.sort_by_key(|one| (Reverse(one.evidence.bits), one.cause));
        possible.dedup_by_key(|one| one.cause);
        possible.truncate(MOST_POSSIBLE);
        possible
    }

    /// What stands in favour of each hypothesis, and which others would do as well. Among equals the
    /// one with the best certainty stays.
    fn judged(
        &self,
        state: &mut SearchState,
        open: &[&CandidateCause],
        is_assumed: IsAssumed<'_>,
    ) -> Vec<FoundHypothesis> {
        let mut all = Vec::new();
        for place in 0..state.chosen.len() {
            let (mended, broken) = state.favour(self.problem, place, &mut locked(&self.scratches[0]));
            let weight = state.weight(self.problem, place, &mut locked(&self.scratches[0]));
            let total = state.total;
            let own = state.drop(self.problem, place, &self.scratches);
            state.estimate(self.problem);
            let mut tied = self.equals(state, &own, total, open);
            let is_kept = is_assumed(&own);
            let better = tied.iter().position(|other| !is_kept && self.doubt(other) < self.doubt(&own));
            let kept = match better {
                Some(place) => std::mem::replace(&mut tied[place], own),
                None => own,
            };
            let tied = tied.into_iter().map(|other| (other.cause, other.with)).collect();
            let price = self.price(&kept);
            all.push(FoundHypothesis { candidate: kept.clone(), weight, price, mended, broken, tied });
            state.choose_at(self.problem, place, kept, &self.scratches);
        }
        state.estimate(self.problem);
        all
    }

    /// Other hypotheses that fit just as well as one that was taken back, and with it came to a total.
    fn equals(
        &self,
        state: &SearchState,
        own: &CandidateCause,
        total: RowFit,
        open: &[&CandidateCause],
    ) -> Vec<CandidateCause> {
        let is_other = |other: &&&CandidateCause| {
            other.cause != own.cause && !state.chosen.iter().any(|one| one.cause == other.cause)
        };
        let others: Vec<&CandidateCause> = open.iter().filter(is_other).copied().collect();
        let here = match self.problem.leaves_main_groups(own) {
            true => state.total,
            false => state.with(self.problem, own, RowScope::Main, &mut locked(&self.scratches[0])),
        };
        let strength =
            |one: &CandidateCause, delta: &mut Delta| state.gain(self.problem, one, self.scope(one), delta).0;
        let own_strength = strength(own, &mut locked(&self.scratches[0]));
        let equals = each(&others, &self.scratches, |other, delta| {
            if strength(other, delta) + SERIOUS < own_strength {
                return None;
            }
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
    fn equal(
        &self,
        state: &SearchState,
        other: &CandidateCause,
        total: RowFit,
        delta: &mut Delta,
    ) -> Option<CandidateCause> {
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
