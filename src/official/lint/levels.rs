//! Counts at the levels, which files have from 2024 on.

use super::judge::{LintFinding, LintCheck};
use super::scene::LintContext;
use crate::official::interval::Interval;
use crate::official::model::{Measure, OfficialRow};
use crate::official::value::{FigureState, UNBOUNDED, implied_count};

/// What is known of the count of students at the levels together. Where some were not looked at, it
/// is at least that of the others.
fn together(scene: &LintContext<'_>, row: &OfficialRow, levels: &[u8]) -> Option<Interval> {
    let figures = levels.iter().map(|level| row.values.get(Measure::Count(*level)));
    let known: Option<Interval> =
        figures.filter(|figure| figure.state() != FigureState::Absent).map(|figure| figure.interval()).sum();
    let is_blank = levels.iter().any(|level| scene.is_blank(row, Measure::Count(*level)));
    if is_blank { Interval::new(known?.lo(), UNBOUNDED) } else { known }
}

/// O023: counts at the levels add up to those with scores, and the upper ones to met and above.
pub fn sum(scene: &LintContext<'_>, judge: &mut LintCheck) {
    for row in scene.file.rows.iter().filter(|row| row.values.counts.is_some()) {
        let all = together(scene, row, &[1, 2, 3, 4]);
        for measure in [Measure::WithScores, Measure::LevelsTotal] {
            add_up(scene, judge, row, measure, all);
        }
        add_up(scene, judge, row, Measure::CountMet, together(scene, row, &[3, 4]));
    }
}

fn add_up(scene: &LintContext<'_>, judge: &mut LintCheck, row: &OfficialRow, measure: Measure, sum: Option<Interval>) {
    let figure = row.values.get(measure);
    let (Some(sum), Some(total)) = (sum, figure.interval()) else { return };
    let found = || {
        LintFinding::of(row)
            .in_column(scene.column(measure))
            .with("sum", sum)
            .with("measure", measure.id().replace('_', " "))
            .with("total", figure.shown())
    };
    judge.equal(sum, total, found);
}

/// O024: a percent is that of its count among those with scores, rounded half up.
pub fn percent(scene: &LintContext<'_>, judge: &mut LintCheck) {
    const PAIRS: [(Measure, Measure); 5] = [
        (Measure::Percent(1), Measure::Count(1)),
        (Measure::Percent(2), Measure::Count(2)),
        (Measure::Percent(3), Measure::Count(3)),
        (Measure::Percent(4), Measure::Count(4)),
        (Measure::PercentMet, Measure::CountMet),
    ];
    for row in scene.file.rows.iter().filter(|row| row.values.counts.is_some()) {
        for (percent, count) in PAIRS {
            let (shown, counted) = (row.values.get(percent), row.values.get(count));
            let (Some(hundredths), Some(count), Some(of)) =
                (shown.exact(), counted.exact(), row.values.with_scores.exact())
            else {
                continue;
            };
            let found = || {
                LintFinding::of(row)
                    .in_column(scene.column(percent))
                    .with("percent", shown.shown())
                    .with("value", count)
                    .with("with_scores", of)
            };
            let implied = implied_count(hundredths, Interval::exactly(of));
            judge.require(implied.is_some_and(|implied| implied.contains(count)), found);
        }
    }
}
