//! The keys by which records of second files (an earlier file, the roster) go with the records that are checked.

use super::interpret::text;
use super::ir::TextExpr;
use super::record::RecordView;

/// The key of a record; `None` where a part of it is blank.
pub fn match_key(by: &[TextExpr], record: &dyn RecordView) -> Option<Vec<String>> {
    let part = |of: &TextExpr| Some(super::sets::folded(&text(of, record))).filter(|part| !part.is_empty());
    by.iter().map(part).collect()
}
