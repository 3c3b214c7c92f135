//! Areas, domains and claims.

use super::judge::{LintFinding, LintCheck, hundredths};
use super::scene::LintContext;
use crate::official::model::{AreaFigure, OfficialRow};
use crate::official::value::FigureState;

const WHOLE: i64 = 10_000;
const SLACK: i64 = 2;

/// Mathematics of Smarter Balanced, which has three areas.
const MATHEMATICS: u16 = 2;

/// The shown percents of an area of a row, with the column of the first.
fn percents(scene: &LintContext<'_>, row: &OfficialRow, area: u8) -> (Option<usize>, Vec<Option<i64>>) {
    let own = |column: &&crate::official::model::AreaColumn| column.area == area && column.holds == AreaFigure::Percent;
    let figures = scene.file.areas.iter().zip(&row.values.areas).filter(|(column, _)| own(column));
    let column = scene.file.areas.iter().find(own).map(|column| column.column);
    (column, figures.map(|(_, figure)| figure.exact()).collect())
}

fn areas(scene: &LintContext<'_>) -> Vec<u8> {
    let mut areas: Vec<u8> = scene.file.areas.iter().map(|column| column.area).collect();
    areas.dedup();
    areas.sort_unstable();
    areas.dedup();
    areas
}

/// O028: the percents of an area add up to 100, but for rounding.
pub fn sum(scene: &LintContext<'_>, judge: &mut LintCheck) {
    let areas = areas(scene);
    for row in &scene.file.rows {
        for area in &areas {
            let (column, percents) = percents(scene, row, *area);
            let Some(sum) = percents.iter().copied().sum::<Option<i64>>().filter(|_| percents.len() > 1) else {
                continue;
            };
            // All of them 0.00 stands for no result.
            if sum == 0 {
                continue;
            }
            let found = || LintFinding::of(row).in_column(column).with("area", area).with("sum", hundredths(sum));
            judge.require((sum - WHOLE).abs() <= SLACK, found);
        }
    }
}

/// O029: mathematics has no fourth area.
pub fn fourth(scene: &LintContext<'_>, judge: &mut LintCheck) {
    for row in scene.file.rows.iter().filter(|row| row.test == MATHEMATICS) {
        let figures = scene.file.areas.iter().zip(&row.values.areas).filter(|(column, _)| column.area == 4);
        let mut shown = figures.clone().filter(|(_, figure)| figure.state() == FigureState::Number).peekable();
        if shown.peek().is_none() {
            continue;
        }
        let result = shown.find(|(_, figure)| figure.exact() != Some(0));
        let found = |column: usize| LintFinding::of(row).in_column(Some(column));
        match result {
            None => judge.held(),
            Some((column, figure)) => judge.broke(found(column.column).with("value", figure.shown())),
        }
    }
}
