//! Works out a figure with its steps by itself, and holds a claimed one against it.

use std::collections::BTreeSet;

use super::claim::{CellClaim, RecordClaim, StepClaim};
use super::count::{CountKey, CellPart};
use super::expected::ExpectedRow;
use super::figure::{Range, value};
use super::recount::{Applied, RecountedCell, Recount};
use crate::cause::Hypothesis;
use crate::official::{Measure, OfficialValue, FigureState};
use crate::tally::NOT_READABLE;

/// A figure as it has to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Figure {
    pub(super) ours: Option<i64>,
    pub(super) steps: Vec<ExpectedStep>,
    pub(super) unexplained: i64,
    pub(super) status: &'static str,
    pub(super) reason: Option<&'static str>,
}

/// A step as it has to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct ExpectedStep {
    pub(super) rank: usize,
    pub(super) amount: i64,
    pub(super) bounded: bool,
    pub(super) records: BTreeSet<RecordClaim>,
}

impl Recount<'_> {
    /// A figure of a row. Steps of one cause, as of several schools, come in the order in which they
    /// are claimed, where they are.
    pub(super) fn figure(&self, key: &CountKey, row: &ExpectedRow, measure: Measure, claimed: &[StepClaim]) -> Figure {
        let official = row.figures.get(&measure).copied().unwrap_or(OfficialValue::ABSENT);
        let test = self.counting.tests.iter().find(|test| test.id == key.1);
        let is_of_levels =
            !matches!(measure, Measure::Enrolled | Measure::Tested | Measure::WithScores | Measure::Mean);
        let reason = match row.reason {
            Some(reason) => Some(reason),
            None if official.state() == FigureState::Unreadable => Some(crate::reconcile::UNREADABLE),
            None if is_of_levels && test.is_none_or(|test| test.levels == 0) => Some("levels-not-in-file"),
            None if self.not_known.of_measure(measure) => Some(NOT_READABLE),
            None => None,
        };
        if let Some(reason) = reason {
            let (steps, status) = (Vec::new(), "not-checkable");
            return Figure { ours: None, steps, unexplained: 0, status, reason: Some(reason) };
        }
        let none = RecountedCell::default();
        let counted = self.cells.get(key).unwrap_or(&none);
        let lowest = official.interval().map_or(0, |shown| shown.lo());
        let mut sum = counted.base;
        let start = value(&sum, measure, test).map(|own| own.nearest(lowest));
        // A mean of which no score is in the files is no number of ours.
        let ours = start.filter(|_| measure != Measure::Mean || sum.numbers[3] > 0);
        let mut at = start.unwrap_or_default();
        let mut steps = Vec::new();
        for cause in self.in_order(claimed) {
            let Some((part, records)) = counted.steps.get(&cause.rank) else { continue };
            sum.add(part, 1);
            let own = value(&sum, measure, test);
            let to = own.map_or(0, |own| own.nearest(lowest));
            let (amount, bounded) = (to - at, own.is_some_and(|own| !own.is_exact()));
            at = to;
            let records: BTreeSet<RecordClaim> =
                records.iter().filter(|(_, part)| has_to_do(part, measure)).map(|(record, _)| *record).collect();
            if amount != 0 || bounded && !records.is_empty() {
                steps.push(ExpectedStep { rank: cause.rank, amount, bounded, records });
            }
        }
        let with_missing = if self.missing.is_in(key) {
            self.missing.value(key, self.counting, &sum, measure)
        } else {
            value(&sum, measure, test)
        };
        if let Some(step) = self.missing_step(key, official, at, with_missing) {
            at += step.amount;
            steps.push(step);
        }
        let unexplained = match official.interval() {
            Some(shown) if with_missing.is_some() || !official.is_hidden() => at.clamp(shown.lo(), shown.hi()) - at,
            _ => 0,
        };
        let status = match (unexplained != 0, official.is_hidden(), steps.is_empty()) {
            (true, _, false) => "partly-explained",
            (true, _, true) => "unexplained",
            (false, true, _) => "within-suppression",
            (false, false, true) => "equal",
            (false, false, false) => "explained",
        };
        Figure { ours, steps, unexplained, status, reason: None }
    }

    /// What schools that the files lack add to a figure.
    fn missing_step(&self, key: &CountKey, official: OfficialValue, at: i64, value: Option<Range>) -> Option<ExpectedStep> {
        let is_absent = |cause: &&Applied<'_>| matches!(cause.hypothesis, Hypothesis::AbsentSchools);
        let rank = self.causes.iter().find(is_absent)?.rank;
        let (value, shown) = (value.filter(|_| self.missing.is_in(key))?, official.interval()?);
        let to = value.nearest(at.clamp(shown.lo(), shown.hi()));
        let bounded = !value.is_exact() || self.missing.is_elsewhere(key);
        (to != at).then(|| ExpectedStep { rank, amount: to - at, bounded, records: BTreeSet::new() })
    }

    /// The causes in the order of their steps, those with several cases once.
    fn in_order(&self, claimed: &[StepClaim]) -> Vec<&Applied<'_>> {
        let mut seen = BTreeSet::new();
        let mut causes: Vec<&Applied<'_>> = self.causes.iter().filter(|cause| seen.insert(cause.rank)).collect();
        let place = |rank: usize| claimed.iter().position(|step| step.rank == rank).unwrap_or(claimed.len());
        causes.sort_by_key(|cause| (cause.order, place(cause.rank), cause.rank));
        causes
    }
}

/// Whether a record has to do with a figure by what it adds.
fn has_to_do(part: &CellPart, measure: Measure) -> bool {
    let numbers = &part.numbers;
    let is_untold = numbers[8] != 0;
    match measure {
        Measure::Enrolled => numbers[0] != 0,
        Measure::Tested => numbers[1] != 0,
        Measure::WithScores => numbers[2] != 0,
        Measure::Count(level) => is_untold || numbers.get(3 + usize::from(level)).is_some_and(|count| *count != 0),
        Measure::Mean => is_untold || numbers[3] != 0 || numbers[9] != 0,
        Measure::TotalTested | Measure::TotalWithScores => false,
        _ => is_untold || numbers[2] != 0 || numbers[4..8].iter().any(|count| *count != 0),
    }
}

/// What of a claimed figure is not as it has to be.
pub(super) fn wrong(claim: &CellClaim, row: &ExpectedRow, measure: Measure, own: &Figure) -> Result<(), String> {
    let official = row.figures.get(&measure).copied().unwrap_or(OfficialValue::ABSENT);
    let shown = official.interval();
    let bounds = (shown.map(|one| one.lo()), shown.map(|one| one.hi()));
    if crate::privacy::text::neutralise(&official.shown()) != claim.official.shown
        || (claim.official.lo, claim.official.hi) != bounds
    {
        return Err("the official figure is another".to_owned());
    }
    if claim.entity_type != row.kind {
        return Err(format!("the entity is of type {}, not {}", row.kind, claim.entity_type));
    }
    if claim.reason.as_deref() != own.reason {
        let text =
            |reason: Option<&str>| reason.map_or_else(|| "can be compared".to_owned(), |one| format!("is open: {one}"));
        return Err(format!("the figure {}", text(own.reason)));
    }
    if claim.ours != own.ours {
        let text = own.ours.map_or_else(|| "nothing".to_owned(), |ours| ours.to_string());
        return Err(format!("counted from the files: {text}"));
    }
    for step in &claim.steps {
        same_step(step, own.steps.iter().find(|one| one.rank == step.rank))?;
    }
    if let Some(step) = own.steps.iter().find(|one| claim.steps.iter().all(|step| step.rank != one.rank)) {
        return Err(format!("the step of cause {} is left out: {}", step.rank, step.amount));
    }
    if claim.steps.len() != own.steps.len() {
        return Err("a step stands twice".to_owned());
    }
    if claim.unexplained != own.unexplained {
        return Err(format!("left over are {}, not {}", own.unexplained, claim.unexplained));
    }
    if claim.status != own.status {
        return Err(format!("it is {}, not {}", own.status, claim.status));
    }
    Ok(())
}

fn same_step(claim: &StepClaim, own: Option<&ExpectedStep>) -> Result<(), String> {
    let Some(own) = own else { return Err(format!("cause {} has no step here", claim.rank)) };
    if claim.amount != own.amount {
        return Err(format!("cause {} adds {} here, not {}", claim.rank, own.amount, claim.amount));
    }
    if claim.bounded != own.bounded {
        return Err(format!("whether the step of cause {} is within bounds is wrong", claim.rank));
    }
    let claimed: BTreeSet<RecordClaim> = claim.records.iter().copied().collect();
    if let Some(record) = claimed.difference(&own.records).next() {
        return Err(format!("the record on line {} has no part in its step", record.line));
    }
    if let Some(record) = own.records.difference(&claimed).next() {
        return Err(format!("the record on line {} is left out of its step", record.line));
    }
    if claimed.len() != claim.records.len() {
        return Err("a record stands twice in a step".to_owned());
    }
    Ok(())
}
