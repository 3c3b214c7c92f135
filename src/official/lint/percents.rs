//! Percents at the levels: together they are all, each is that of a whole count.

use super::judge::{LintFinding, LintCheck, hundredths};
use super::scene::LintContext;
use crate::official::interval::Interval;
use crate::official::model::{Measure, OfficialRow};
use crate::official::value::{FigureState, implied_count};

const WHOLE: i64 = 10_000;

/// How far rounded percents may be from the whole, in hundredths.
const SLACK: i64 = 2;

const LEVELS: [Measure; 4] = [Measure::Percent(1), Measure::Percent(2), Measure::Percent(3), Measure::Percent(4)];

/// The percents of a row at all levels that its test has; `None` where one is not shown or was not
/// looked at.
fn levels(scene: &LintContext<'_>, row: &OfficialRow) -> Option<Vec<i64>> {
    if LEVELS.into_iter().any(|level| scene.is_blank(row, level)) {
        return None;
    }
    let there = row.values.percents.iter().filter(|one| one.state() != FigureState::Absent);
    let percents: Option<Vec<i64>> = there.map(|one| one.exact()).collect();
    percents.filter(|percents| percents.len() > 1)
}

/// O020: the percents at all levels add up to 100, but for rounding.
pub fn sum(scene: &LintContext<'_>, judge: &mut LintCheck) {
    for row in &scene.file.rows {
        let Some(percents) = levels(scene, row) else { continue };
        let sum: i64 = percents.iter().sum();
        let found = || LintFinding::of(row).in_column(scene.column(Measure::Percent(1))).with("sum", hundredths(sum));
        judge.require((sum - WHOLE).abs() <= SLACK, found);
    }
}

/// O021: met and above is made of the counts at the two upper levels, rounded once.
pub fn met(scene: &LintContext<'_>, judge: &mut LintCheck) {
    for row in &scene.file.rows {
        let [.., third, fourth] = row.values.percents;
        let (Some(met), Some(third), Some(fourth)) = (row.values.percent_met.exact(), third.exact(), fourth.exact())
        else {
            continue;
        };
        let found = || {
            LintFinding::of(row)
                .in_column(scene.column(Measure::PercentMet))
                .with("met", hundredths(met))
                .with("third", hundredths(third))
                .with("fourth", hundredths(fourth))
        };
        let of = row.values.with_scores.interval();
        let counts = [met, third, fourth].map(|percent| implied_count(percent, of?));
        match counts {
            [Some(met), Some(third), Some(fourth)] => judge.require((third + fourth).intersects(met), found),
            // A percent that no whole count has is reported by another check.
            _ => judge.require((third + fourth - met).abs() <= 1, found),
        }
    }
}

/// O022: a percent is that of a whole number of students with scores.
pub fn whole_count(scene: &LintContext<'_>, judge: &mut LintCheck) {
    let columns = LEVELS.into_iter().chain([Measure::PercentMet]).map(|measure| (measure, scene.column(measure)));
    let columns: Vec<(Measure, Option<usize>)> = columns.collect();
    for row in &scene.file.rows {
        let Some(with_scores) = row.values.with_scores.exact().filter(|count| *count > 0) else { continue };
        for (measure, column) in &columns {
            let Some(percent) = row.values.get(*measure).exact() else { continue };
            let found = || {
                LintFinding::of(row)
                    .in_column(*column)
                    .with("percent", hundredths(percent))
                    .with("measure", measure.id().replace('_', " "))
                    .with("with_scores", with_scores)
            };
            judge.require(implied_count(percent, Interval::exactly(with_scores)).is_some(), found);
        }
    }
}

/// O026: counts that give the percents add up to those with scores.
pub fn implied_sum(scene: &LintContext<'_>, judge: &mut LintCheck) {
    for row in &scene.file.rows {
        let (Some(percents), Some(with_scores)) = (levels(scene, row), row.values.with_scores.exact()) else {
            continue;
        };
        let of = Interval::exactly(with_scores);
        let counts: Option<Interval> = percents.iter().map(|percent| implied_count(*percent, of)).sum();
        let Some(counts) = counts else { continue };
        let found = || {
            LintFinding::of(row)
                .in_column(scene.column(Measure::WithScores))
                .with("sum", counts)
                .with("with_scores", with_scores)
        };
        judge.require(counts.contains(with_scores), found);
    }
}
