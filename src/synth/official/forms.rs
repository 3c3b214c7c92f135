//! The published forms of official files, from `rules/official`: columns, separator, tests.

use crate::table::{self, TableRow, TableError};

const LAYOUT_COLUMNS: [&str; 8] = ["id", "kind", "program", "years", "separator", "columns", "certainty", "source"];

/// A published form.
#[derive(Clone, Debug)]
pub(super) struct OfficialForm {
    /// What the name of the file begins with; blank for the list of entities.
    pub(super) prefix: &'static str,
    /// The tests whose results it holds.
    pub(super) tests: Vec<u16>,
    /// Quoted cells between commas, as before 2020; plain ones between carets since.
    pub(super) is_quoted: bool,
    /// Heading and measure of each column.
    pub(super) columns: Vec<(&'static str, &'static str)>,
}

/// The forms of a kind of file in a year: one a program.
pub(super) fn forms(kind: &str, year: u16) -> Vec<OfficialForm> {
    let forms = table::lines("rules/official/layouts.tsv", &LAYOUT_COLUMNS, |row| {
        let is_wanted = row.get("kind")? == kind && row.years()?.contains(year);
        if is_wanted { form(row).map(Some) } else { Ok(None) }
    });
    forms.into_iter().flatten().collect()
}

/// The tests with official numbers in a year whose form is known.
pub(in crate::synth) fn published_tests(year: u16) -> Vec<u16> {
    forms("scores", year).into_iter().flat_map(|form| form.tests).collect()
}

fn form(row: &TableRow<'static>) -> Result<OfficialForm, TableError> {
    let (id, program) = (row.get("id")?, row.get("program")?);
    let columns = table::read("rules/official/columns.tsv", &["layout", "position", "heading", "measure"], |column| {
        let pair = (column.get("heading")?, column.get("measure")?);
        Ok((column.get("layout")? == id).then_some(pair))
    })?;
    let names = ["program", "name", "tests", "grades", "prefix", "certainty", "source"];
    let programs = table::read("rules/official/programs.tsv", &names, |row| {
        Ok((row.get("program")?, row.get("prefix")?, row.numbers("tests")?))
    })?;
    let of_program = programs.into_iter().find(|(one, ..)| *one == program);
    let (prefix, tests) = of_program.map_or_else(Default::default, |(_, prefix, tests)| (prefix, tests));
    Ok(OfficialForm {
        prefix,
        tests,
        is_quoted: row.word("separator", &[("comma", true), ("caret", false)])?,
        columns: columns.into_iter().flatten().collect(),
    })
}
