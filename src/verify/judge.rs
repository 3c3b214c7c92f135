//! Recounts a saved reconciliation and tells what of it holds.

use std::collections::BTreeMap;
use std::path::PathBuf;

use super::cell::{self, Figure};
use super::claim::{CellClaim, Claim, StepClaim, ClaimedSummary};
use super::count::CountKey;
use super::coverage::not_checked;
use super::expected::{self, Expected, ExpectedRow};
use super::recount::Recount;
use super::verdict::{Judgement, VerifyVerdict, VerifyOptions};
use super::whole;
use crate::cause::{BoundCause, bound_causes};
use crate::counting::CountingRules;
use crate::official::{self, Measure};
use crate::reconcile::ReconcileError;

/// Recounts what a saved reconciliation claims.
///
/// # Errors
/// When a file cannot be read.
pub fn verify(
    claim: &Claim,
    paths: &[PathBuf],
    earlier: &[PathBuf],
    officials: &[PathBuf],
    options: &VerifyOptions<'_>,
) -> Result<VerifyVerdict, ReconcileError> {
    let counting = CountingRules::of(claim.year)?;
    let causes = bound_causes(&counting)?;
    let wanted = official::WantedRows { entities: expected::wanted(claim), groups: Vec::new() };
    let set = official::read(officials, &official::OfficialOptions { wanted, ..official::OfficialOptions::default() })?;
    let mut verdict = VerifyVerdict::default();
    verdict.of_the_whole.extend(whole::tool(claim));
    let mut rows = Expected::of(&set, claim.year);
    let mut recount = Recount::new(&counting, claim, &causes, &rows, &mut verdict);
    recount.earlier(earlier, options, claim)?;
    recount.absent(&set);
    recount.files(paths, options)?;
    recount.gone();
    recount.settle(&mut rows, claim, &set);
    recount.elsewhere(&rows);
    verdict.other_files = whole::other_files(claim, &recount.inputs(), &set);
    verdict.of_the_whole.extend(whole::inputs(claim, &recount.inputs()));
    verdict.of_the_whole.extend(whole::officials(claim, &set));
    verdict.of_the_whole.extend(recount.leas(claim));
    verdict.of_the_whole.extend(Recount::title_told(claim));
    verdict.of_the_whole.extend(recount.copies_told(claim));
    verdict.not_known = recount.not_known.words().to_vec();
    FigurePairs { claim, recount: &recount, rows: &rows, causes: &causes }.judge(&mut verdict);
    verdict.not_checked = not_checked(&claim.fields);
    Ok(verdict)
}

/// All figures, those that are claimed and those that should be.
struct FigurePairs<'a> {
    claim: &'a Claim,
    recount: &'a Recount<'a>,
    rows: &'a Expected,
    causes: &'a [BoundCause],
}

impl FigurePairs<'_> {
    /// Judges every figure, and what is said of all of them.
    fn judge(&self, verdict: &mut VerifyVerdict) {
        let claim = self.claim;
        let mut claimed: BTreeMap<(CountKey, &str), usize> = BTreeMap::new();
        for (place, cell) in claim.cells.iter().enumerate() {
            let key = (cell.entity.clone(), cell.test, cell.grade, cell.group);
            if claimed.insert((key, cell.measure.as_str()), place).is_some() {
                verdict.refuted.push(Judgement { cell: place, wrong: "the figure stands twice".to_owned() });
            }
        }
        let (mut summary, mut touched, mut open) = (ClaimedSummary::default(), BTreeMap::new(), BTreeMap::new());
        let mut left_out = 0_u64;
        for (key, row) in &self.rows.rows {
            for measure in row.figures.keys() {
                let place = claimed.remove(&(key.clone(), measure.id()));
                let cell = place.and_then(|place| claim.cells.get(place));
                let steps = cell.map_or(&[][..], |cell| cell.steps.as_slice());
                let own = self.recount.figure(key, row, *measure, steps);
                add(&mut summary, &own);
                own.steps.iter().for_each(|step| *touched.entry(step.rank).or_default() += 1);
                own.reason.into_iter().for_each(|reason| *open.entry(reason).or_default() += 1);
                match cell.zip(place) {
                    Some((cell, place)) => self.compare(cell, place, row, *measure, &own, verdict),
                    None => left_out += u64::from(is_chosen(claim, key, *measure)),
                }
            }
        }
        for place in claimed.into_values() {
            let wrong = "the official files have no such figure".to_owned();
            verdict.refuted.push(Judgement { cell: place, wrong });
        }
        verdict.refuted.sort_by_key(|one| one.cell);
        if left_out > 0 {
            verdict.of_the_whole.push(format!("figures are left out that have to be there: {left_out}"));
        }
        let figure = |key: &CountKey, measure: Measure| {
            let row = self.rows.rows.get(key).filter(|row| row.figures.contains_key(&measure))?;
            Some(self.recount.figure(key, row, measure, &[]))
        };
        verdict.of_the_whole.extend(whole::summary(claim, summary));
        verdict.of_the_whole.extend(self.recount.causes_told(claim, self.causes, &touched));
        verdict.of_the_whole.extend(whole::residues(claim, figure, summary.unexplained + summary.partly_explained));
        verdict.of_the_whole.extend(whole::open(claim, &open, self.causes));
    }

    fn compare(
        &self,
        cell: &CellClaim,
        place: usize,
        row: &ExpectedRow,
        measure: Measure,
        own: &Figure,
        verdict: &mut VerifyVerdict,
    ) {
        verdict.recounted += 1;
        verdict.steps += cell.steps.len() as u64;
        verdict.not_checkable += u64::from(own.reason.is_some());
        let names = cell.steps.iter().find(|step| !self.names_its_cause(step));
        let wrong = match (names, !is_chosen(self.claim, &key_of(cell), measure)) {
            (Some(step), _) => Err(format!("the step of {} names another cause", step.amount)),
            (None, true) => Err("the choice of figures does not have it".to_owned()),
            (None, false) => cell::wrong(cell, row, measure, own),
        };
        if let Err(wrong) = wrong {
            verdict.refuted.push(Judgement { cell: place, wrong });
        }
    }

    fn names_its_cause(&self, step: &StepClaim) -> bool {
        let named = self.claim.causes.iter().find(|cause| cause.rank == step.rank);
        named.is_some_and(|cause| (&cause.id, &cause.certainty) == (&step.cause, &step.certainty))
    }
}

fn key_of(cell: &CellClaim) -> CountKey {
    (cell.entity.clone(), cell.test, cell.grade, cell.group)
}

/// Whether the choice of figures has one.
fn is_chosen(claim: &Claim, (entity, test, grade, group): &CountKey, measure: Measure) -> bool {
    let Some(filter) = &claim.filter else { return true };
    let has = |known: bool, is_empty: bool| is_empty || known;
    has(filter.entities.iter().any(|one| entity.starts_with(one.as_str())), filter.entities.is_empty())
        && has(filter.tests.contains(test), filter.tests.is_empty())
        && has(filter.grades.contains(grade), filter.grades.is_empty())
        && has(filter.groups.contains(group), filter.groups.is_empty())
        && filter.cell.as_ref().is_none_or(|cell| *cell == format!("{entity}/{test}/{grade}/{group}/{}", measure.id()))
}

fn add(summary: &mut ClaimedSummary, figure: &Figure) {
    match figure.status {
        "equal" => summary.equal += 1,
        "explained" => summary.explained += 1,
        "partly-explained" => summary.partly_explained += 1,
        "unexplained" => summary.unexplained += 1,
        "within-suppression" => summary.within_suppression += 1,
        _ => summary.not_checkable += 1,
    }
}
