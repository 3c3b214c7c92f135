//! The published forms of official files, from `rules/official`: columns, separator, tests.

use crate::counting::years;
use crate::table::{Row, Table};

const LAYOUTS: &str = include_str!("../../../rules/official/layouts.tsv");
const COLUMNS: &str = include_str!("../../../rules/official/columns.tsv");
const PROGRAMS: &str = include_str!("../../../rules/official/programs.tsv");

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
    let of_year = |row: &Row<'static>| row.get("kind") == kind && years(row.get("years")).contains(year);
    Table::new(LAYOUTS).rows().filter(of_year).map(|row| form(&row)).collect()
}

/// The tests with official numbers in a year whose form is known.
pub(in crate::synth) fn published_tests(year: u16) -> Vec<u16> {
    forms("scores", year).into_iter().flat_map(|form| form.tests).collect()
}

fn form(row: &Row<'static>) -> OfficialForm {
    let columns = Table::new(COLUMNS).rows().filter(|column| column.get("layout") == row.get("id"));
    let program = Table::new(PROGRAMS).rows().find(|program| program.get("program") == row.get("program"));
    let (prefix, tests) = program.map_or(("", ""), |program| (program.get("prefix"), program.get("tests")));
    OfficialForm {
        prefix,
        tests: tests.split('|').filter_map(|test| test.parse().ok()).collect(),
        is_quoted: row.get("separator") == "comma",
        columns: columns.map(|column| (column.get("heading"), column.get("measure"))).collect(),
    }
}
