//! What shows while rows are read: rows and figures that cannot be used, rows that stand twice.

use std::collections::HashMap;

use super::judge::{LintFinding, LintCheck};
use super::scene::LintContext;
use crate::official::model::{Measure, OfficialRow, RowKey, TroubleKind};
use crate::official::value::FigureState;

/// O001: a row has as many cells as the header.
pub fn cell_count(scene: &LintContext<'_>, judge: &mut LintCheck) {
    troubles(scene, judge, |what| match what {
        TroubleKind::Cells(cells) => Some((None, vec![("cells", cells.to_string())])),
        _ => None,
    });
}

/// O002: what a row is about can be read.
pub fn key(scene: &LintContext<'_>, judge: &mut LintCheck) {
    troubles(scene, judge, |what| match what {
        TroubleKind::Key(column) => Some((Some(*column), Vec::new())),
        _ => None,
    });
}

/// O003: all rows are of one year.
pub fn year(scene: &LintContext<'_>, judge: &mut LintCheck) {
    troubles(scene, judge, |what| match what {
        TroubleKind::Year(year) => Some((None, vec![("row_year", year.to_string())])),
        _ => None,
    });
}

type ReadingMessage = (Option<usize>, Vec<(&'static str, String)>);

/// Rows in trouble of one kind break the check; the check holds for the others.
fn troubles(scene: &LintContext<'_>, judge: &mut LintCheck, message: impl Fn(&TroubleKind) -> Option<ReadingMessage>) {
    let file = scene.file;
    for trouble in &file.troubles {
        let Some((column, values)) = message(&trouble.what) else { continue };
        let start = LintFinding::at_line(trouble.line)
            .in_column(column)
            .with("columns", file.headings.len())
            .with("file_year", file.year)
            .with("column", column.and_then(|place| file.headings.get(place)).map_or("", String::as_str));
        judge.broke(values.into_iter().fold(start, |found, (name, value)| found.with(name, value)));
    }
    file.rows.iter().for_each(|_| judge.held());
}

/// O004: figures are figures, `*` or blank.
pub fn figure(scene: &LintContext<'_>, judge: &mut LintCheck) {
    for row in &scene.file.rows {
        let unreadable: Vec<(Option<usize>, String)> = Measure::ALL
            .into_iter()
            .map(|measure| (measure, row.values.get(measure)))
            .filter(|(_, figure)| figure.state() == FigureState::Unreadable)
            .map(|(measure, figure)| (scene.column(measure), figure.shown()))
            .chain(unreadable_areas(scene, row))
            .collect();
        if unreadable.is_empty() {
            judge.held();
        }
        for (column, shown) in unreadable {
            let name = column.and_then(|place| scene.file.headings.get(place)).map_or("", String::as_str);
            judge.broke(LintFinding::of(row).in_column(column).with("column", name).with("value", shown));
        }
    }
}

fn unreadable_areas(scene: &LintContext<'_>, row: &OfficialRow) -> Vec<(Option<usize>, String)> {
    let figures = scene.file.areas.iter().zip(&row.values.areas);
    let unreadable = figures.filter(|(_, figure)| figure.state() == FigureState::Unreadable);
    unreadable.map(|(area, figure)| (Some(area.column), figure.shown())).collect()
}

/// O005: every entity, test, grade and group has one row.
pub fn repeated(scene: &LintContext<'_>, judge: &mut LintCheck) {
    let mut seen: HashMap<RowKey, &OfficialRow> = HashMap::with_capacity(scene.file.rows.len());
    for row in &scene.file.rows {
        let Some(first) = seen.get(&row.key()) else {
            seen.insert(row.key(), row);
            judge.held();
            continue;
        };
        let same = if first.values == row.values { "the same figures" } else { "other figures" };
        judge.broke(LintFinding::of(row).with("first_line", first.line).with("same", same));
    }
}

/// O007: entity codes have their leading zeros.
pub fn zeros(scene: &LintContext<'_>, judge: &mut LintCheck) {
    match scene.file.repaired_codes {
        0 => judge.held(),
        count => judge.broke(LintFinding::of_file().count(count)),
    }
}
