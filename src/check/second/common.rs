//! How many students or schools of a checked file a second file has as well. Where that is none or few, the two do
//! not belong together, or the numbers of one of them are damaged, and a comparison says nothing.

use rustc_hash::FxHashSet;

use crate::engine::hash::fold;
use crate::input::index::{Cursor, Index};
use crate::input::{self, Block, FileInfo, InputError, InputOptions};

/// What a checked file and a second file have in common.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Overlap {
    /// Students or schools of the checked file.
    pub(super) here: u64,
    /// Those of the second file.
    pub(super) there: u64,
    /// Those that both have.
    pub(super) both: u64,
}

impl Overlap {
    /// Of two sets of hashes.
    pub(super) fn of(here: &FxHashSet<u64>, there: &FxHashSet<u64>) -> Self {
        let both = here.iter().filter(|one| there.contains(one)).count() as u64;
        Self { here: here.len() as u64, there: there.len() as u64, both }
    }

    /// Whether a comparison says nothing: fewer than one in fifty of the smaller file is in the other.
    pub(super) fn is_too_small(self) -> bool {
        const ONE_IN: u64 = 50;
        self.here > 0 && (self.both == 0 || self.both * ONE_IN < self.here.min(self.there))
    }

    /// In words, of students or schools.
    pub(super) fn words(self, kind: &str) -> String {
        if self.there == 0 {
            return format!("none of its numbers of {kind} can be read");
        }
        let both = if self.both == 0 { "none".to_owned() } else { self.both.to_string() };
        let verb = if self.both == 1 { "is" } else { "are" };
        format!("of the {} {kind} of this file {both} {verb} among its {}", self.here, self.there)
    }
}

/// The different numbers in a column of a file, as hashes; what is no number is none.
///
/// # Errors
/// When the file cannot be read.
pub(super) fn numbers(
    info: &FileInfo,
    column: Option<usize>,
    options: &InputOptions,
) -> Result<FxHashSet<u64>, InputError> {
    let mut found = FxHashSet::default();
    let Some(column) = column else { return Ok(found) };
    let mut source = input::reopen(info, options)?;
    let (mut block, mut index) = (Block::default(), Index::of(info).wanting([column]));
    while source.next(&mut block)? {
        let mut cursor = Cursor::default();
        while index.fill(&block, info.separator, &mut cursor) {
            let cells = (0..index.rows()).map(|row| index.cell(&block.bytes, row, column).trim_ascii());
            found.extend(cells.filter(|cell| is_number(cell)).map(hash));
        }
    }
    Ok(found)
}

/// The hash of a number, as it is compared.
pub(super) fn hash(number: &[u8]) -> u64 {
    fold(number)
}

fn is_number(cell: &[u8]) -> bool {
    !cell.is_empty() && cell.iter().all(u8::is_ascii_digit)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn few_in_common_are_too_few() {
        let overlap = |here, there, both| Overlap { here, there, both };
        assert!(overlap(100, 100, 0).is_too_small() && overlap(400, 100, 1).is_too_small());
        assert!(!overlap(100, 100, 2).is_too_small() && !overlap(1000, 3, 1).is_too_small());
        assert!(!overlap(0, 100, 0).is_too_small());
        assert_eq!(overlap(99, 0, 0).words("students"), "none of its numbers of students can be read");
        assert_eq!(overlap(99, 80, 0).words("students"), "of the 99 students of this file none are among its 80");
    }
}
