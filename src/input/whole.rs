//! Whether a file was read as a whole: numbers from a part of it would be wrong without a word.

use super::error::{InputError, InputErrorKind, visible_path};
use super::model::FileInfo;
use crate::finding::FileFinding;

/// Looks whether a file was read as a whole, by what was noticed while it was read.
///
/// # Errors
/// When a part of it is missing.
pub fn require_whole(info: &FileInfo, findings: &[FileFinding]) -> Result<(), InputError> {
    let losses: Vec<String> = findings.iter().filter_map(FileFinding::loss).map(|loss| visible_path(&loss)).collect();
    if losses.is_empty() {
        return Ok(());
    }
    let error = InputError::from(InputErrorKind::Incomplete { losses: losses.join("; ") });
    Err(error.at(&info.path.display().to_string()))
}
