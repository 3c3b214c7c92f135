//! Reads every table of every year once, so that mistakes in tables that are not the program's own
//! are found before anything is done with them.

use crate::counting::{CountingRules, suppression_of};
use crate::layout::{codes, registry};
use crate::table;
use crate::{rule, synth};

/// Reads them all.
///
/// # Errors
/// The first mistake, in words.
pub(super) fn read_all() -> Result<(), String> {
    codes();
    let years: Vec<u16> = registry().years().collect();
    for year in years {
        registry().headings(year);
        registry().layout(year);
        suppression_of(year);
        if table::mistake().is_none() {
            CountingRules::of(year).map_err(|error| format!("{}, line {}: {error}", error.file(), error.line()))?;
        }
    }
    rule::read::subject("01");
    synth::read_all();
    table::mistake().map_or(Ok(()), |mistake| Err(mistake.to_string()))
}
