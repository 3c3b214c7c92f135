//! Files given besides the one that is checked: an earlier file, the roster, the official entity
//! list. A rule reads the record of a second file that goes with its own, by a key of its choice.

use std::sync::Arc;

use super::interpret::{RecordView, text};
use super::ir::Text;
use crate::layout::FieldId;

/// A file of student records that is given besides the one whose records are judged.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SecondFile {
    /// `earlier(N)`: the student file of so many years before; 0 for an earlier download of the
    /// same year.
    Earlier(u16),
    /// `roster`: the enrolled view, or a roster in its form, of the same year.
    Roster,
    /// `checked`: the file that is checked, for rules that go through the records of the roster.
    Checked,
}

/// The records of a second file that go with a record: those with the same key.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Match {
    /// The second file.
    pub file: SecondFile,
    /// The parts of the key, read in both records alike, without regard to case and outer spaces.
    /// A record with a blank part goes with none.
    pub by: Arc<[Text]>,
}

/// A cell of the matching record. Blank where no record matches; unknown where several match and
/// differ in it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct MatchedCell {
    /// The matching record.
    pub of: Match,
    /// The field.
    pub field: FieldId,
}

/// The content of a [`MatchedCell`] for a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Matched<'s> {
    /// As it stands in the second file; empty where nothing matches.
    Cell(&'s str),
    /// Several records match and do not agree.
    Unclear,
}

/// What the second files say.
pub trait SecondFiles {
    /// Whether the second file has a matching record.
    fn has(&self, of: &Match, record: &dyn RecordView) -> bool;

    /// A cell of the matching record.
    fn cell(&self, cell: &MatchedCell, record: &dyn RecordView) -> Matched<'_>;

    /// The type number of a school (by 7 digits), or of a school or district (by 14), in the
    /// official entity list; `None` where the list does not have it, or has several.
    fn entity_type(&self, code: &str) -> Option<i64>;
}

/// No second file is given.
pub struct NoSecondFiles;

impl SecondFiles for NoSecondFiles {
    fn has(&self, _: &Match, _: &dyn RecordView) -> bool {
        false
    }

    fn cell(&self, _: &MatchedCell, _: &dyn RecordView) -> Matched<'_> {
        Matched::Cell("")
    }

    fn entity_type(&self, _: &str) -> Option<i64> {
        None
    }
}

/// The key of a record; `None` where a part of it is blank.
pub fn match_key(by: &[Text], record: &dyn RecordView) -> Option<Vec<String>> {
    let part = |of: &Text| Some(super::sets::folded(&text(of, record))).filter(|part| !part.is_empty());
    by.iter().map(part).collect()
}
