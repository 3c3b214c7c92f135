//! The families of rules, a row each of `rules/families.tsv`.

use std::sync::OnceLock;

use super::model::Rule;
use crate::table::{self, TableRow, TableError};

/// A family of rules.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RuleFamily {
    /// The letter that the codes of its rules begin with.
    pub letter: &'static str,
    /// Its folder, which is its name in one word.
    pub folder: &'static str,
    /// Its name for people.
    pub title: &'static str,
    /// What its rules are about.
    pub about: &'static str,
}

/// The families, in the order of the table.
pub fn families() -> impl Iterator<Item = RuleFamily> {
    static READ: OnceLock<Vec<RuleFamily>> = OnceLock::new();
    let read = || table::lines("rules/families.tsv", &["letter", "folder", "title", "about"], family);
    READ.get_or_init(read).iter().copied()
}

fn family(row: &TableRow<'static>) -> Result<RuleFamily, TableError> {
    Ok(RuleFamily {
        letter: row.get("letter")?,
        folder: row.get("folder")?,
        title: row.get("title")?,
        about: row.get("about")?,
    })
}

impl RuleFamily {
    /// Whether a rule is one of it; own rules have longer prefixes.
    pub fn has(self, rule: &Rule) -> bool {
        rule.prefix() == self.letter
    }
}
