//! The families of causes, and which of them see a record as earlier causes have changed it.

use crate::table;

/// A family of causes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CauseFamily {
    /// Its name.
    pub id: &'static str,
    /// Whether its causes see a record as those before them left it.
    pub sees_earlier: bool,
    /// What its causes are about.
    pub words: &'static str,
}

/// All of them, in the order in which their causes mostly apply.
pub fn families() -> impl Iterator<Item = CauseFamily> {
    let columns = ["family", "sees_earlier", "words"];
    let read = table::lines("rules/causes/families.tsv", &columns, |row| {
        Ok(CauseFamily { id: row.get("family")?, sees_earlier: row.yes("sees_earlier")?, words: row.get("words")? })
    });
    read.into_iter()
}
