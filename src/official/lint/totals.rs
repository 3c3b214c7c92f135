//! The totals that stand on every grade row.

use super::judge::{LintFinding, LintCheck};
use super::scene::LintContext;
use crate::official::model::{ALL_GRADES, Measure, RowKey};

/// O033: the total on a grade row is the figure of the row of all grades.
pub fn reporting_level(scene: &LintContext<'_>, judge: &mut LintCheck) {
    for (total, own) in [(Measure::TotalTested, Measure::Tested), (Measure::TotalWithScores, Measure::WithScores)] {
        let column = scene.column(total);
        if column.is_none() {
            continue;
        }
        for row in &scene.file.rows {
            let Some(all) = scene.row(RowKey { grade: ALL_GRADES, ..row.key() }) else { continue };
            let (repeated, stated) = (row.values.get(total), all.values.get(own));
            let (Some(one), Some(other)) = (repeated.interval(), stated.interval()) else { continue };
            let found = || {
                LintFinding::of(row)
                    .in_column(column)
                    .with("value", repeated.shown())
                    .with("measure", own.id().replace('_', " "))
                    .with("total", stated.shown())
                    .with("total_line", all.line)
            };
            judge.equal(one, other, found);
        }
    }
}
