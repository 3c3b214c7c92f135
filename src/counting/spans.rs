//! Years and conditions as the tables under `rules/counting` write them.

use crate::layout::{Certainty, registry};
use crate::rule::{Expr, RuleError, Years, condition};
use crate::table::Row;

/// `2017..2019, 2021..`. A part that is no span stands for no year.
pub fn years(text: &str) -> Years {
    let span = |part: &str| {
        let (from, to) = part.split_once("..").unwrap_or((part, part));
        let to = if to.trim().is_empty() { Some(u16::MAX) } else { to.trim().parse().ok() };
        Some((from.trim().parse().ok()?, to?))
    };
    Years(text.split(',').filter_map(|part| span(part.trim())).collect())
}

/// Whether a row of a table holds for a year.
pub(super) fn holds(row: &Row<'_>, year: u16) -> bool {
    years(row.get("years")).contains(year)
}

/// The condition in a column of a row, bound to a year.
pub(super) fn bound(table: &str, row: &Row<'_>, column: &str, year: u16) -> Result<Expr, Box<RuleError>> {
    let spans = years(row.get("years"));
    let years: Vec<u16> = registry().years().filter(|year| spans.contains(*year)).collect();
    condition(table, row.get(column), year, &years)
}

pub(super) fn certainty(text: &str) -> Certainty {
    match text {
        "documented" => Certainty::Documented,
        "inferred" => Certainty::Inferred,
        _ => Certainty::Unknown,
    }
}

/// As [`bound`], limited to the record types in the column `tests` (`01|02`; blank for all).
pub(super) fn bound_for_tests(table: &str, row: &Row<'_>, column: &str, year: u16) -> Result<Expr, Box<RuleError>> {
    let own = bound(table, row, column, year)?;
    if row.get("tests").is_empty() {
        return Ok(own);
    }
    let tests: Vec<String> = row.get("tests").split('|').map(|test| format!("'{test}'")).collect();
    // A test that some year lacks is no mistake here.
    let every: Vec<u16> = registry().years().collect();
    let of_tests = condition(table, &format!("record_type is one of ({})", tests.join(", ")), year, &every)?;
    Ok(Expr::And(vec![of_tests, own]))
}
