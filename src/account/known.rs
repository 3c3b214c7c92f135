//! Checks that what a filter names exists: an empty table would look like a count of zero.

use std::fmt::Display;

use super::{Accounts, CubeFilter};
use crate::rule::closest;

/// Longer lists are not shown whole.
const FEW: usize = 16;
/// How many of a long list are shown.
const NEAREST: usize = 3;

/// A filter names something that no table of these files has.
#[derive(Debug, thiserror::Error, miette::Diagnostic)]
#[error("there is no {what} {named} in these files")]
#[diagnostic(help("{help}"))]
pub struct UnknownChoice {
    what: &'static str,
    named: String,
    help: String,
}

impl CubeFilter {
    /// Looks whether all that is named exists.
    ///
    /// # Errors
    /// The first that does not.
    pub fn known(&self, accounts: &Accounts) -> Result<(), UnknownChoice> {
        let books = || accounts.years.iter().map(|account| &account.counting);
        if accounts.years.is_empty() {
            return Ok(());
        }
        let tests = books().flat_map(|counting| counting.tests.iter().map(|test| (test.id, test.short.as_str())));
        named("test", &self.tests, tests)?;
        let grades = books().flat_map(|counting| counting.grades.iter().map(|row| (row.code, row.name.as_str())));
        named("grade row", &self.grades, grades)?;
        let groups = books().flat_map(|counting| counting.groups.iter().map(|group| (group.id, group.label.as_str())));
        named("student group", &self.groups, groups)?;
        self.known_entities(accounts)
    }

    fn known_entities(&self, accounts: &Accounts) -> Result<(), UnknownChoice> {
        let entities = || accounts.years.iter().flat_map(|account| account.cube.entities().map(|(entity, _)| entity));
        for code in &self.entities {
            let only = Self { entities: vec![code.clone()], ..Self::default() };
            if entities().any(|entity| only.has_entity(entity)) {
                continue;
            }
            let codes: Vec<String> = entities().map(|entity| entity.code_text()).collect();
            let nearest = closest(code, codes.iter().map(String::as_str));
            let lists =
                "--by school lists the schools and charters with their codes in json and csv, and on wide terminals";
            let help = nearest.map_or_else(|| lists.to_owned(), |one| format!("did you mean {one}? {lists}"));
            return Err(UnknownChoice { what: "entity", named: code.clone(), help });
        }
        Ok(())
    }
}

/// Looks up numbers among those known, each with its name. Of many only the nearest are shown.
fn named<'a, N: Copy + Ord + Display + Into<u16>>(
    what: &'static str,
    wanted: &[N],
    known: impl Iterator<Item = (N, &'a str)>,
) -> Result<(), UnknownChoice> {
    let mut known: Vec<(N, &str)> = known.collect();
    known.sort_unstable();
    known.dedup_by_key(|(number, _)| *number);
    let Some(unknown) = wanted.iter().find(|one| known.iter().all(|(number, _)| number != *one)) else {
        return Ok(());
    };
    let named = unknown.to_string();
    let help = if known.len() <= FEW { all_of(&known) } else { nearest_of((*unknown).into(), known) };
    Err(UnknownChoice { what, named, help })
}

fn all_of<N: Display>(known: &[(N, &str)]) -> String {
    let list: Vec<String> = known.iter().map(|(number, name)| format!("{number} {name}")).collect();
    format!("known are: {}", list.join(", "))
}

/// The numbers that take the fewest slips of the finger to become the one given, then those nearest to it.
fn nearest_of<N: Copy + Display + Into<u16>>(named: u16, mut known: Vec<(N, &str)>) -> String {
    let slips = |number: u16| strsim::osa_distance(&named.to_string(), &number.to_string());
    known.sort_by_cached_key(|(number, _)| (slips((*number).into()), named.abs_diff((*number).into())));
    let nearest: Vec<String> = known.iter().take(NEAREST).map(|(number, name)| format!("{number} {name}")).collect();
    format!("nearest are: {}; --by group --format csv lists all with their numbers", nearest.join(", "))
}
