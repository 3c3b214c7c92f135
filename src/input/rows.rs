//! Collects the cells of records found by a reader into an `Indexed` block.

use super::model::{Block, Cells};

/// Rows in the making.
#[derive(Default)]
pub struct RowBuilder {
    bytes: Vec<u8>,
    cells: Cells,
}

impl RowBuilder {
    /// No rows yet, with the buffers of a block that was given back.
    pub fn reuse(block: &mut Block, columns: usize) -> Self {
        let mut cells = block.cells.take().unwrap_or_default();
        cells.columns = columns;
        cells.starts.clear();
        cells.ends.clear();
        cells.lines.clear();
        cells.offsets.clear();
        cells.odd.clear();
        cells.stored.clear();
        Self { bytes: Vec::new(), cells }
    }

    /// Adds a record. Missing cells are made empty, surplus ones dropped, and either is marked;
    /// one empty cell too many at the end is no fault.
    pub fn push<'a>(&mut self, record: impl Iterator<Item = &'a [u8]>, line: u64, offset: u64) -> RowLength {
        let columns = self.cells.columns;
        let row = self.cells.starts.len() as u32;
        self.cells.starts.push(self.bytes.len() as u32);
        self.cells.lines.push(line);
        self.cells.offsets.push(offset);
        let mut count = 0;
        let mut surplus_filled = false;
        for cell in record {
            if count < columns {
                self.cell(cell);
            } else {
                surplus_filled |= !cell.is_empty();
            }
            count += 1;
        }
        for _ in count..columns {
            self.cell(b"");
        }
        let trailing = count == columns + 1 && !surplus_filled;
        if count != columns && !trailing {
            self.cells.odd.push((row, u32::try_from(count).unwrap_or(u32::MAX)));
        }
        RowLength { count, trailing }
    }

    /// Marks the last record as one of the wrong length, where it was not for its cells.
    pub fn mark_odd(&mut self, length: usize) {
        let row = (self.cells.starts.len() as u32).saturating_sub(1);
        if self.cells.odd.last().is_none_or(|(last, _)| *last != row) {
            self.cells.odd.push((row, u32::try_from(length).unwrap_or(u32::MAX)));
        }
    }

    /// Keeps the last record as it stands in the file.
    pub fn keep_stored(&mut self, record: &[u8]) {
        self.cells.stored.push(record.into());
    }

    fn cell(&mut self, cell: &[u8]) {
        self.bytes.extend_from_slice(cell);
        self.cells.ends.push(self.bytes.len() as u32);
        self.bytes.push(b'^');
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.cells.starts.is_empty()
    }

    /// Bytes collected.
    pub fn len(&self) -> usize {
        self.bytes.len()
    }

    /// Moves the rows into a block.
    pub fn into_block(self, block: &mut Block) {
        block.line = self.cells.lines.first().copied().unwrap_or(block.line);
        block.offset = self.cells.offsets.first().copied().unwrap_or(block.offset);
        block.bytes = self.bytes;
        block.cells = Some(self.cells);
    }
}

/// How many cells a record had.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RowLength {
    /// The cells.
    pub count: usize,
    /// Whether there is one too many, empty and last.
    pub trailing: bool,
}
