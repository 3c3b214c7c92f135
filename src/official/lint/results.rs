//! Which results are shown and which are not.

use super::judge::{LintFinding, LintCheck};
use super::scene::LintContext;
use crate::official::model::{ALL_GRADES, Measure, OfficialRow};
use crate::official::value::FigureState;

const RESULTS: [Measure; 6] = [
    Measure::Mean,
    Measure::Percent(1),
    Measure::Percent(2),
    Measure::Percent(3),
    Measure::Percent(4),
    Measure::PercentMet,
];

fn shown<'a>(row: &'a OfficialRow, wanted: &'a [Measure]) -> impl Iterator<Item = Measure> + 'a {
    wanted.iter().copied().filter(|measure| row.values.get(*measure).state() == FigureState::Number)
}

fn name(measure: Measure) -> String {
    measure.id().replace('_', " ")
}

/// O013: no results are shown of few scores.
pub fn for_few(scene: &LintContext<'_>, judge: &mut LintCheck) {
    let limit = i64::try_from(scene.limits.results_to).unwrap_or_default();
    for row in &scene.file.rows {
        let Some(with_scores) = row.values.with_scores.exact().filter(|count| (1..=limit).contains(count)) else {
            continue;
        };
        match shown(row, &RESULTS).next() {
            None => judge.held(),
            Some(measure) => judge.broke(
                LintFinding::of(row)
                    .in_column(scene.column(measure))
                    .with("measure", name(measure))
                    .with("with_scores", with_scores)
                    .with("limit", limit),
            ),
        }
    }
}

/// O014: results are shown where enough have scores.
pub fn missing(scene: &LintContext<'_>, judge: &mut LintCheck) {
    let limit = i64::try_from(scene.limits.results_to).unwrap_or_default();
    for row in &scene.file.rows {
        if row.values.with_scores.exact().is_none_or(|count| count <= limit) {
            continue;
        }
        let is_wanted = |measure: &Measure| *measure != Measure::Mean || row.grade != ALL_GRADES;
        let lacks = |measure: &Measure| {
            matches!(row.values.get(*measure).state(), FigureState::Hidden | FigureState::NoResult) && is_wanted(measure)
        };
        match RESULTS.iter().find(|measure| lacks(measure)) {
            None => judge.held(),
            Some(measure) => judge.broke(
                LintFinding::of(row)
                    .in_column(scene.column(*measure))
                    .with("measure", name(*measure))
                    .with("with_scores", row.values.with_scores.shown()),
            ),
        }
    }
}

/// O015: there is no mean over all grades.
pub fn mean_of_all_grades(scene: &LintContext<'_>, judge: &mut LintCheck) {
    let column = scene.column(Measure::Mean);
    for row in scene.file.rows.iter().filter(|row| row.grade == ALL_GRADES) {
        match row.values.mean.state() {
            FigureState::Number => {
                judge.broke(LintFinding::of(row).in_column(column).with("mean", row.values.mean.shown()));
            }
            FigureState::Absent | FigureState::Unreadable => {}
            FigureState::Hidden | FigureState::NoResult => judge.held(),
        }
    }
}

/// O016: where no student is tested none has a score, and there are no results.
pub fn without_tested(scene: &LintContext<'_>, judge: &mut LintCheck) {
    for row in scene.file.rows.iter().filter(|row| row.values.tested.exact() == Some(0)) {
        let scored = row.values.with_scores.interval().is_some_and(|count| count.lo() > 0);
        let measure = if scored { Some(Measure::WithScores) } else { shown(row, &RESULTS).next() };
        match measure {
            None => judge.held(),
            Some(measure) => {
                judge.broke(LintFinding::of(row).in_column(scene.column(measure)).with("measure", name(measure)));
            }
        }
    }
}
