//! What the official files of a year hold besides numbers and columns, from `rules/synth/official.tsv`.

use crate::table;

/// A word of the table for a year; blank where the table has none.
pub(super) fn known(what: &str, year: u16) -> &'static str {
    let rows = table::lines("rules/synth/official.tsv", &["what", "years", "value"], |row| {
        let holds = row.get("what")? == what && row.years()?.contains(year);
        Ok(holds.then_some(row.get("value")?))
    });
    rows.into_iter().flatten().next().unwrap_or_default()
}
