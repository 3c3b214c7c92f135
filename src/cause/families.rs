//! The families of causes, and which of them see a record as earlier causes have changed it.

use crate::table::Table;

const FAMILIES: &str = include_str!("../../rules/causes/families.tsv");

/// A family of causes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Family {
    /// Its name.
    pub id: &'static str,
    /// Whether its causes see a record as those before them left it.
    pub sees_earlier: bool,
    /// What its causes are about.
    pub words: &'static str,
}

/// All of them, in the order in which their causes mostly apply.
pub fn families() -> impl Iterator<Item = Family> {
    Table::new(FAMILIES).rows().map(|row| Family {
        id: row.get("family"),
        sees_earlier: row.get("sees_earlier") == "yes",
        words: row.get("words"),
    })
}
