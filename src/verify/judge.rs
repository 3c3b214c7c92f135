//! Recounts a saved reconciliation and tells what of it holds.

use std::collections::HashMap;
use std::path::PathBuf;

use super::claim::Claim;
use super::count::Key;
use super::recount::Recount;
use crate::cause::bound_causes;
use crate::counting::CountingRules;
use crate::input::Options;
use crate::official::{self, Measure, OfficialSet};
use crate::reconcile::ReconcileError;

/// What came of a figure.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Judgement {
    /// The figure, by its place in the saved reconciliation.
    pub cell: usize,
    /// What is wrong with it.
    pub wrong: String,
}

/// What came of a saved reconciliation.
#[derive(Clone, Debug, Default)]
pub struct Verdict {
    /// Figures that were recounted.
    pub recounted: u64,
    /// Steps that were recounted.
    pub steps: u64,
    /// Figures that can only be recounted beside others, which a choice of figures left out.
    pub left_out: u64,
    /// Figures that the reconciliation says cannot be told.
    pub not_checkable: u64,
    /// What is refuted of the whole.
    pub of_the_whole: Vec<String>,
    /// What is refuted of figures.
    pub refuted: Vec<Judgement>,
}

impl Verdict {
    /// Whether nothing is refuted.
    pub fn is_confirmed(&self) -> bool {
        self.refuted.is_empty() && self.of_the_whole.is_empty()
    }
}

/// How score files are recounted.
#[derive(Clone, Default)]
pub struct VerifyOptions<'a> {
    /// How they are read.
    pub input: Options,
    /// SupposedRecords the bytes of the current file read so far.
    pub progress: Option<&'a (dyn Fn(u64) + Sync)>,
}

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
) -> Result<Verdict, ReconcileError> {
    let counting = CountingRules::of(claim.year)?;
    let causes = bound_causes(&counting)?;
    let set = official::read(officials, &official::Options::default())?;
    let mut verdict = Verdict::default();
    let mut recount = Recount::new(&counting, claim, &causes, &mut verdict);
    recount.earlier(earlier, options, claim)?;
    recount.absent(&set);
    recount.files(paths, options, &mut verdict)?;
    recount.gone();
    let official = official_cells(&set);
    // What other rows leave can only be worked out where all of them are there.
    let lacks_rows = claim.is_part() && recount.rests_on_other_rows();
    if !lacks_rows {
        recount.elsewhere(claim, &official);
    }
    for (place, cell) in claim.cells.iter().enumerate() {
        if cell.status == "not-checkable" {
            verdict.not_checkable += 1;
            continue;
        }
        if lacks_rows && cell.steps.iter().any(|step| step.bounded) {
            verdict.left_out += 1;
            continue;
        }
        verdict.recounted += 1;
        verdict.steps += cell.steps.len() as u64;
        if let Err(wrong) = recount.cell(cell, &official) {
            verdict.refuted.push(Judgement { cell: place, wrong });
        }
    }
    Ok(verdict)
}

/// The official figures by cell and measure, as they are printed.
pub(super) type Officials = HashMap<(Key, &'static str), official::Official>;

fn official_cells(set: &OfficialSet) -> Officials {
    let mut cells = HashMap::new();
    for row in set.files.iter().flat_map(|file| &file.rows) {
        let key = (row.place.code_text(), row.test, row.grade, row.group);
        for measure in Measure::ALL {
            let figure = row.values.get(measure);
            if figure.interval().is_some() {
                cells.entry((key.clone(), measure.id())).or_insert(figure);
            }
        }
    }
    cells
}
