//! Several files with the same cells.

use super::judge::{LintFinding, LintCheck, cell_of};
use super::scene::LintContext;
use crate::official::compare::disagreements;

/// O006: files that have the same cell have the same figure. Reported with the file that came later.
pub fn disagree(scene: &LintContext<'_>, judge: &mut LintCheck) {
    for one in disagreements(&scene.set.files) {
        let (place, line, figure) = one.second;
        // Rows of one file are reported by another check.
        if place != scene.place || one.first.0 == place {
            continue;
        }
        let Some(other) = scene.set.files.get(one.first.0) else { continue };
        let Some(row) = scene.file.rows.iter().find(|row| row.line == line) else { continue };
        let found = LintFinding::at_line(line)
            .in_column(scene.column(one.measure))
            .with("cell", cell_of(row))
            .with("measure", one.measure.id().replace('_', " "))
            .with("value", figure.shown())
            .with("other_value", one.first.2.shown())
            .with("other_file", format!("{}:{}", other.name(), one.first.1));
        judge.broke(found);
    }
    if scene.set.files.len() > 1 {
        judge.held();
    }
}
