//! The one place where damage is put right before anybody looks at a value. A survey of the file finds out,
//! column by column, what was done to it; what can be undone without doubt is undone in every block, so that
//! every command sees the same values. What cannot is counted as unreadable and left as it stands.

mod cell;
mod column;
mod dates;
mod facts;
mod known_words;
mod rewrite;
mod source;
mod survey;
mod watched;

use std::collections::BTreeMap;

use super::detected::{Detected};
use crate::finding::FileFinding;
use crate::layout::FieldId;

pub use column::{CellChange, ColumnMend};
pub use rewrite::{MendedCopy, RewriteError, rewrite};
pub(super) use source::Mended;
pub(super) use survey::{survey, survey_whole};
pub use watched::WatchedColumn;

/// What is mended in a file, and what cannot be.
#[derive(Clone, Debug, Default)]
pub struct Mends {
    /// The columns with cells that are written otherwise than the layout says, in file order.
    pub columns: Vec<ColumnMend>,
    /// The columns in which damage may still come up, by their places: of a sound file the start alone is surveyed.
    watched: BTreeMap<usize, WatchedColumn>,
}

impl Mends {
    /// A column in which damage may still come up.
    pub fn watched(&self, column: usize) -> Option<&WatchedColumn> {
        self.watched.get(&column)
    }

    /// Fields with cells that cannot be read, and how many such cells each has.
    pub fn unreadable(&self) -> impl Iterator<Item = (FieldId, u64)> + '_ {
        let unreadable = |column: &ColumnMend| Some((column.field?, column.unreadable)).filter(|(_, cells)| *cells > 0);
        self.columns.iter().filter_map(unreadable)
    }

    /// What is mended, in one line: the kinds of damage, and in how many columns each.
    pub fn words(&self) -> Option<String> {
        self.detected().map(|detected| format!("{}: {}", detected.value, detected.why))
    }

    /// What is mended, for what is said of a file.
    pub(super) fn detected(&self) -> Option<Detected> {
        let mut kinds: BTreeMap<CellChange, usize> = BTreeMap::new();
        for (change, _) in self.columns.iter().flat_map(|column| &column.changes) {
            *kinds.entry(*change).or_default() += 1;
        }
        let mended = self.columns.iter().filter(|column| column.mended() > 0).count();
        let plural = |count: usize| if count == 1 { "column" } else { "columns" };
        let words: Vec<String> =
            kinds.iter().map(|(change, count)| format!("{} in {count} {}", change.words(), plural(*count))).collect();
        (mended > 0).then(|| Detected {
            what: "cells",
            value: format!("{mended} {} mended", plural(mended)),
            why: format!("{}; they are read as TOMS writes them", words.join(", ")),
        })
    }

    /// Whether no cell is written anew.
    fn changes_nothing(&self) -> bool {
        self.columns.iter().all(|column| column.mended() == 0)
    }
}

/// What a survey found: what to mend, and a finding for each kind of damage of each column.
#[derive(Debug, Default)]
pub(super) struct DamageSurvey {
    pub(super) mends: Mends,
    pub(super) findings: Vec<FileFinding>,
}
