//! Enrolled, tested, with scores: each at most the one before, none of them small and shown.

use super::judge::{LintFinding, LintCheck};
use super::scene::LintContext;
use crate::official::model::Measure;

/// O010: no more are tested than enrolled.
pub fn tested(scene: &LintContext<'_>, judge: &mut LintCheck) {
    at_most(scene, judge, Measure::Tested, Measure::Enrolled);
}

/// O011: no more have scores than are tested.
pub fn with_scores(scene: &LintContext<'_>, judge: &mut LintCheck) {
    at_most(scene, judge, Measure::WithScores, Measure::Tested);
}

fn at_most(scene: &LintContext<'_>, judge: &mut LintCheck, lower: Measure, higher: Measure) {
    let column = scene.column(lower);
    for row in &scene.file.rows {
        let (one, other) = (row.values.get(lower), row.values.get(higher));
        let (Some(few), Some(many)) = (one.interval(), other.interval()) else { continue };
        let found = || LintFinding::of(row).in_column(column).with("value", one.shown()).with("limit", other.shown());
        judge.at_most(few, many, found);
    }
}

/// O012: counts from 1 to the limit of the year are hidden.
pub fn small(scene: &LintContext<'_>, judge: &mut LintCheck) {
    let Some(limit) = i64::try_from(scene.limits.counts_to).ok().filter(|limit| *limit > 0) else { return };
    for measure in [Measure::Enrolled, Measure::Tested, Measure::WithScores] {
        let column = scene.column(measure);
        for row in &scene.file.rows {
            let Some(count) = row.values.get(measure).exact() else { continue };
            let found = || {
                LintFinding::of(row).in_column(column).with("measure", measure.id().replace('_', " ")).with("limit", limit)
            };
            judge.require(count == 0 || count > limit, found);
        }
    }
}
