//! Holds one claimed figure of a saved reconciliation against the recount.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use super::claim::{CellClaim, RecordClaim, StepClaim};
use super::count::{Key, Part};
use super::figure::value;
use super::judge::Officials;
use super::recount::{Applied, Counted, Recount};
use crate::cause::Hypothesis;
use crate::official::{self, Measure};

impl<'a> Recount<'a> {
    /// Whether a claimed figure holds.
    pub(super) fn cell(&self, cell: &CellClaim, officials: &Officials) -> Result<(), String> {
        let key: Key = (cell.entity.clone(), cell.test, cell.grade, cell.group);
        let measure = Measure::ALL.into_iter().find(|one| one.id() == cell.measure).ok_or("no such measure")?;
        let official = match officials.get(&(key.clone(), measure.id())) {
            Some(official) => *official,
            None if cell.official.shown == "no row" => official::Official::number(b"no row", 0),
            None => return Err("the official files have no such figure".to_owned()),
        };
        if official.shown() != cell.official.shown {
            return Err("the official figure is another".to_owned());
        }
        let none = Counted::default();
        let counted = self.cells.get(&key).unwrap_or(&none);
        let test = self.counting.tests.iter().find(|test| test.id == cell.test);
        let figure = |part: &Part| value(part, measure, test);
        let mut sum = counted.base;
        let mut at = figure(&sum);
        if at.is_exact() && cell.ours.unwrap_or_default() != at.lo {
            return Err(format!("counted from the files are {}, not {}", at.lo, cell.ours.unwrap_or_default()));
        }
        if !at.holds(cell.ours.unwrap_or_default()) {
            return Err("our own figure lies outside what the files allow".to_owned());
        }
        self.disjoint(cell)?;
        if let Some(step) = cell.steps.iter().find(|step| self.causes.iter().all(|cause| cause.rank != step.rank)) {
            return Err(format!("a step of {} has no cause", step.amount));
        }
        let mut claimed_at = cell.ours.unwrap_or_default();
        let mut absent = None;
        for cause in self.ranks() {
            let step = cell.steps.iter().find(|step| step.rank == cause.rank);
            if matches!(cause.hypothesis, Hypothesis::AbsentSchools) {
                absent = step;
                continue;
            }
            let (part, records) = counted.steps.get(&cause.rank).cloned().unwrap_or_default();
            sum.add(&part, 1);
            let next = figure(&sum);
            let amount = step.map_or(0, |step| step.amount);
            claimed_at += amount;
            let is_exact = next.is_exact() && at.is_exact();
            if is_exact && amount != next.lo - at.lo {
                return Err(format!("a cause adds {} here, not {amount}", next.lo - at.lo));
            }
            if !is_exact && !next.holds(claimed_at) {
                return Err("a step adds what the files do not allow".to_owned());
            }
            at = next;
            if let Some(step) = step {
                self.step_records(step, &records, measure)?;
            }
        }
        claimed_at += absent.map_or(0, |step| step.amount);
        self.missing_step(&key, measure, (&sum, claimed_at), absent)?;
        self.rest(cell, claimed_at, official)
    }

    /// The causes in the order of their steps, those with several cases once.
    fn ranks(&self) -> impl Iterator<Item = &Applied<'a>> {
        let mut seen = HashSet::new();
        self.causes.iter().filter(move |cause| seen.insert(cause.rank))
    }

    /// The records of steps: no one twice.
    fn disjoint(&self, cell: &CellClaim) -> Result<(), String> {
        let mut seen = HashSet::new();
        for record in cell.steps.iter().flat_map(|step| &step.records) {
            if !seen.insert(*record) {
                return Err(format!("the record on line {} belongs to two steps", record.line));
            }
        }
        Ok(())
    }

    fn step_records(
        &self,
        step: &StepClaim,
        counted: &BTreeMap<RecordClaim, Part>,
        measure: Measure,
    ) -> Result<(), String> {
        let claimed: BTreeSet<RecordClaim> = step.records.iter().copied().collect();
        if let Some(record) = claimed.iter().find(|record| !counted.contains_key(record)) {
            return Err(format!("the record on line {} has no part in its step", record.line));
        }
        // A cause is about all its records: none that changes the count may be left out.
        let place = match measure {
            Measure::Enrolled => 0,
            Measure::Tested => 1,
            Measure::WithScores => 2,
            _ => return Ok(()),
        };
        let needed = counted.iter().filter(|(_, part)| part.numbers[place] != 0).map(|(record, _)| *record);
        if let Some(record) = needed.into_iter().find(|record| !claimed.contains(record)) {
            return Err(format!("the record on line {} is left out of its step", record.line));
        }
        Ok(())
    }

    /// Whether missing schools lead from what is counted to where the ladder stands.
    fn missing_step(
        &self,
        key: &Key,
        measure: Measure,
        (sum, at): (&Part, i64),
        step: Option<&StepClaim>,
    ) -> Result<(), String> {
        if !self.missing.is_in(key) {
            return step.map_or(Ok(()), |_| Err("no missing school has a part in it".to_owned()));
        }
        let Some(range) = self.missing.value((key, self.counting), sum, measure) else {
            return step.map_or(Ok(()), |_| Err("there is no such figure with missing schools".to_owned()));
        };
        if !range.holds(at) {
            return Err(format!("missing schools lead to {} up to {}, not {at}", range.lo, range.hi));
        }
        let is_bounded = !range.is_exact() || self.missing.is_elsewhere(key);
        match step {
            Some(step) if step.bounded != is_bounded => Err("what missing schools add is told wrong".to_owned()),
            _ => Ok(()),
        }
    }

    fn rest(&self, cell: &CellClaim, at: i64, official: official::Official) -> Result<(), String> {
        let Some(shown) = official.interval() else { return Ok(()) };
        let rest = at.clamp(shown.lo(), shown.hi()) - at;
        let is_hidden_and_absent = official.is_hidden() && cell.unexplained == 0 && cell.ours.is_none();
        if rest != cell.unexplained && !is_hidden_and_absent {
            return Err(format!("left over are {rest}, not {}", cell.unexplained));
        }
        let status = match (cell.unexplained != 0, official.is_hidden(), cell.steps.is_empty()) {
            (true, ..) => "unexplained",
            (false, true, _) => "within-suppression",
            (false, false, true) => "equal",
            (false, false, false) => "explained",
        };
        if status == cell.status { Ok(()) } else { Err(format!("it is {status}, not {}", cell.status)) }
    }
}
