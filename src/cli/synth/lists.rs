//! What can be made: the tables of faults and of scenarios.

use crate::cli::exit::{Exit, Failure};
use crate::cli::page::Page;
use crate::synth::{Fault, RESAVES, Scenario, faults, scenarios};
use crate::years::Years;

/// Columns are no wider, but for the last.
const WIDEST: usize = 48;

/// A table of the kinds of faults: rule, name, years, what they work on.
pub(super) fn list_faults() -> Result<Exit, Failure> {
    let mut rows: Vec<[&str; 3]> = Vec::new();
    let mut years_of: Vec<Years> = Vec::new();
    for Fault { code, name, years, place, .. } in faults() {
        // Some kinds are planted in one way in some years and in another way in others.
        let row = [*code, *name, place.as_str()];
        let known = rows.iter().position(|one| *one == row).unwrap_or_else(|| {
            rows.push(row);
            years_of.push(Years::default());
            rows.len() - 1
        });
        years_of[known] = years_of[known].with(years);
    }
    let rows = rows
        .into_iter()
        .zip(years_of)
        .map(|([code, name, place], years)| [code, name, &years.to_string(), place].map(str::to_owned).to_vec());
    show(&["rule", "kind", "years", "works on"], &rows.collect::<Vec<_>>())
}

/// A table of the scenarios: name, years, what happens.
pub(super) fn list_scenarios() -> Result<Exit, Failure> {
    let row = |Scenario { name, years, words, .. }: &Scenario| {
        [name.as_str(), &years.to_string(), *words].map(str::to_owned).to_vec()
    };
    show(&["scenario", "years", "what happens"], &scenarios().iter().map(row).collect::<Vec<_>>())
}

/// A table of the kinds of saving again.
pub(super) fn list_resaves() -> Result<Exit, Failure> {
    let rows: Vec<Vec<String>> =
        RESAVES.iter().map(|(name, _, what)| [*name, *what].map(str::to_owned).to_vec()).collect();
    show(&["kind", "what it makes"], &rows)
}

fn show(headings: &[&str], rows: &[Vec<String>]) -> Result<Exit, Failure> {
    let mut page = Page::of_terminal();
    page.columns(headings, rows, WIDEST);
    crate::cli::print(&page.finish())
}
