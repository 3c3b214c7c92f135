//! What conditions are asked of: a record, and the files that are given besides its own (an earlier file, the roster,
//! the official entity list).

use super::ir::{Match, MatchedCell};
use crate::layout::FieldId;

/// One record: the cells as they stand in the file.
pub trait RecordView {
    /// The cell of a field; empty where the file lacks it.
    fn cell(&self, field: FieldId) -> &str;

    /// What is given besides the file of the record.
    fn second_files(&self) -> &dyn SecondFiles {
        &NoSecondFiles
    }
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
