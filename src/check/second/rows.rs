//! Iterates over the records of a second file.

use crate::input::index::{Cursor, Index};
use crate::input::{Block, BlockSource, FileInfo, InputError, Meaning};
use crate::layout::FieldId;
use crate::rule::RecordView;

/// No column of the file.
const NONE: usize = usize::MAX;

/// A record of a second file.
struct SecondRow<'a> {
    index: &'a Index,
    bytes: &'a [u8],
    row: usize,
    /// The column of each field, by the number of the field.
    columns: &'a [usize],
}

impl RecordView for SecondRow<'_> {
    fn cell(&self, field: FieldId) -> &str {
        match self.columns.get(field.index()) {
            Some(&NONE) | None => "",
            Some(column) => std::str::from_utf8(self.index.cell(self.bytes, self.row, *column)).unwrap_or_default(),
        }
    }
}

/// Shows every record of a file that has the right number of cells.
pub(crate) fn each_record(
    source: &mut dyn BlockSource,
    info: &FileInfo,
    mut show: impl FnMut(&dyn RecordView),
) -> Result<(), InputError> {
    let columns = columns_by_field(info);
    let mut block = Block::default();
    let mut index = Index::of(info);
    while source.next(&mut block)? {
        let mut cursor = Cursor::default();
        while index.fill(&block, info.separator, &mut cursor) {
            for row in (0..index.rows()).filter(|row| index.odd().iter().all(|odd| odd.row != *row)) {
                show(&SecondRow { index: &index, bytes: &block.bytes, row, columns: &columns });
            }
        }
    }
    Ok(())
}

fn columns_by_field(info: &FileInfo) -> Vec<usize> {
    let mut columns = Vec::new();
    for (place, column) in info.columns.iter().enumerate() {
        let Meaning::Field(field) = column.meaning else { continue };
        if columns.len() <= field.index() {
            columns.resize(field.index() + 1, NONE);
        }
        columns[field.index()] = place;
    }
    columns
}
