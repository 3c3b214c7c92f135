//! Student groups and tests: known in the year, and what lookups are known to have wrong.

use std::collections::{BTreeMap, HashSet};

use super::judge::{LintFinding, LintCheck};
use super::scene::LintContext;
use crate::counting::group_names;
use crate::official::knowledge::knowledge;
use crate::official::model::FileOrigin;
use crate::table::{self, TableRow, TableError};
use crate::years::Years;

/// O052: student groups are those of the year.
pub fn known_groups(scene: &LintContext<'_>, judge: &mut LintCheck) {
    let year = scene.file.year;
    let given = scene.set.groups.iter().find(|lookup| lookup.year == Some(year));
    let known: HashSet<u16> = match given {
        Some(lookup) => lookup.names.keys().copied().collect(),
        None if knowledge().knows_groups_of(year) => group_names(year).into_iter().map(|(id, _)| id).collect(),
        None => return,
    };
    for (group, line) in first_lines(scene, |row| row.group) {
        judge.require(known.contains(&group), || LintFinding::at_line(line).with("group", group).with("year", year));
    }
}

/// O053: tests are known, and of one program.
pub fn known_tests(scene: &LintContext<'_>, judge: &mut LintCheck) {
    let is_mixed = scene.file.origin == FileOrigin::Typed;
    for (test, line) in first_lines(scene, |row| row.test) {
        let found = |problem: &str| LintFinding::at_line(line).with("test", test).with("problem", problem);
        match knowledge().program_of(test) {
            None => judge.broke(found("is no test with public results")),
            Some(program) if !is_mixed && program.id != scene.file.program && !scene.file.program.is_empty() => {
                judge.broke(found("is of another program than the first row"));
            }
            Some(_) => judge.held(),
        }
    }
}

/// O054: lookups given with the file say nothing that is known to be wrong.
pub fn lookup_errors(scene: &LintContext<'_>, judge: &mut LintCheck) {
    let year = scene.file.year;
    for lookup in scene.set.groups.iter().filter(|lookup| lookup.year == Some(year)) {
        let mut errors = known_errors().into_iter().filter(|error| error.years.contains(year)).peekable();
        if errors.peek().is_none() {
            judge.held();
        }
        for error in errors {
            let is_wrong = lookup.names.get(&error.group).is_some_and(|(name, _)| name == error.printed);
            let found = || {
                LintFinding::of_file()
                    .with("group", error.group)
                    .with("printed", error.printed)
                    .with("meaning", error.meaning)
                    .with("lookup", lookup.path.display())
            };
            judge.require(!is_wrong, found);
        }
    }
}

/// A name that lookups of some years have wrong, a row of `rules/official/lookup-errors.tsv`.
struct LookupMistake {
    years: Years,
    group: u16,
    printed: &'static str,
    meaning: &'static str,
}

fn known_errors() -> Vec<LookupMistake> {
    let columns = ["kind", "years", "id", "printed", "meaning", "certainty", "source"];
    let error = |row: &TableRow<'static>| -> Result<LookupMistake, TableError> {
        Ok(LookupMistake {
            years: row.years()?,
            group: row.number("id")?,
            printed: row.get("printed")?,
            meaning: row.get("meaning")?,
        })
    };
    table::lines("rules/official/lookup-errors.tsv", &columns, error)
}

/// Each number that rows have, with the first line that has it.
fn first_lines(scene: &LintContext<'_>, number: impl Fn(&crate::official::model::OfficialRow) -> u16) -> BTreeMap<u16, u64> {
    let mut lines = BTreeMap::new();
    for row in &scene.file.rows {
        lines.entry(number(row)).or_insert(row.line);
    }
    lines
}
