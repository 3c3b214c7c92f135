//! Years and conditions as the tables under `rules/counting` write them.

use crate::layout::registry;
use crate::rule::{Expr, RuleError, condition};
use crate::table::{self, TableRow, TableError};

/// Reads the lines of a table that hold for a year.
///
/// # Errors
/// The first mistake in the table, in whatever year.
pub(super) fn lines_of<T, E: From<TableError>>(
    table: &'static str,
    columns: &[&str],
    year: u16,
    mut line: impl FnMut(&TableRow<'static>) -> Result<T, E>,
) -> Result<Vec<T>, E> {
    let rows = table::read(table, columns, |row| Ok((row.years()?.contains(year), row.clone())))?;
    rows.iter().filter(|(holds, _)| *holds).map(|(_, row)| line(row)).collect()
}

/// The condition in a column of a row, bound to a year.
pub(super) fn bound(table: &str, row: &TableRow<'_>, column: &str, year: u16) -> Result<Expr, Box<RuleError>> {
    let spans = row.years()?;
    let years: Vec<u16> = registry().years().filter(|year| spans.contains(*year)).collect();
    condition(table, row.get(column)?, year, &years)
}

/// As [`bound`], limited to the record types in the column `tests` (`01|02`; blank for all).
pub(super) fn bound_for_tests(table: &str, row: &TableRow<'_>, column: &str, year: u16) -> Result<Expr, Box<RuleError>> {
    let own = bound(table, row, column, year)?;
    let tests: Vec<String> = row.parts("tests")?.map(|test| format!("'{test}'")).collect();
    if tests.is_empty() {
        return Ok(own);
    }
    // A test that some year lacks is no mistake here.
    let every: Vec<u16> = registry().years().collect();
    let of_tests = condition(table, &format!("record_type is one of ({})", tests.join(", ")), year, &every)?;
    Ok(Expr::And(vec![of_tests, own]))
}
