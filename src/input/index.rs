//! Finds the cells of plain blocks: sixty-four bytes at a time, separators and line ends as bit
//! masks, positions written column by column. Runs of empty cells cost one store each; nothing is
//! allocated or copied a cell.

use wide::u8x64;

use super::model::{Block, Cells};

/// Records of one batch. With about 400 columns the positions of a batch and its bytes stay in
/// the second-level cache.
pub const BATCH: usize = 256;

/// Space between the columns of the position table. Odd in cache lines, so that neighbouring
/// columns do not fall on the same cache set.
const STRIDE: usize = BATCH + 16;

/// A row with a wrong number of cells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OddRow {
    /// The row within the batch.
    pub row: usize,
    /// How many cells it had.
    pub cells: u32,
}

/// Where the cells of up to [`BATCH`] records of a block are, column by column.
#[derive(Clone, Debug, Default)]
pub struct Index {
    columns: usize,
    rows: usize,
    /// Plane 0 holds, for each row, the byte before its first cell; plane `c + 1` the end of its cell `c`.
    planes: Vec<u32>,
    odd: Vec<OddRow>,
    /// Line of each row, counted from the first line of the block.
    lines: Vec<u32>,
    /// Rows with one empty cell too many at the end, which is harmless.
    trailing: u64,
}

/// How far [`Index::fill`] has come in a block.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Cursor {
    /// The next byte (plain blocks) or row (indexed blocks).
    at: usize,
    /// Lines passed since the start of the block.
    line: u32,
}

impl Cursor {
    /// Lines passed since the start of the block.
    pub fn lines(&self) -> u64 {
        u64::from(self.line)
    }
}

impl Index {
    /// An index for files of so many columns.
    pub fn new(columns: usize) -> Self {
        Self { columns, planes: vec![0; (columns + 1) * STRIDE], ..Self::default() }
    }

    /// Records in the batch.
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// Rows with a wrong number of cells, ascending. Their cells are not to be used.
    pub fn odd(&self) -> &[OddRow] {
        &self.odd
    }

    /// Rows that ended with one empty cell too many.
    pub fn trailing(&self) -> u64 {
        self.trailing
    }

    /// The line of a row, counted from the first line of the block.
    pub fn line(&self, row: usize) -> u64 {
        u64::from(self.lines[row])
    }

    /// The byte offset of a row within its block.
    pub fn start(&self, row: usize) -> u32 {
        self.planes[row].wrapping_add(1)
    }

    /// The ends of the cells before a column and of the column itself, a row each: a cell is the
    /// bytes after the first up to the second.
    pub fn bounds(&self, column: usize) -> (&[u32], &[u32]) {
        let (before, after) = self.planes[column * STRIDE..(column + 2) * STRIDE].split_at(STRIDE);
        (&before[..self.rows], &after[..self.rows])
    }

    /// One cell. Empty for cells that are not there.
    pub fn cell<'a>(&self, bytes: &'a [u8], row: usize, column: usize) -> &'a [u8] {
        let (before, after) = self.bounds(column);
        bytes.get(before[row].wrapping_add(1) as usize..after[row] as usize).unwrap_or_default()
    }

    /// A whole record, without its line end.
    pub fn record<'a>(&self, bytes: &'a [u8], row: usize) -> &'a [u8] {
        let end = self.planes[self.columns * STRIDE + row] as usize;
        bytes.get(self.start(row) as usize..end).unwrap_or_default()
    }

    /// Finds the cells of the next records of a block; false when there are none left.
    pub fn fill(&mut self, block: &Block, separator: u8, cursor: &mut Cursor) -> bool {
        self.rows = 0;
        self.odd.clear();
        self.lines.clear();
        self.trailing = 0;
        match &block.cells {
            Some(cells) => self.copy(cells, block.line, cursor),
            None => self.scan(&block.bytes, separator, cursor),
        }
        self.rows > 0
    }

    /// Takes over cells that the reader has already found.
    fn copy(&mut self, cells: &Cells, first_line: u64, cursor: &mut Cursor) {
        let rows = cells.starts.len().saturating_sub(cursor.at).min(BATCH);
        for row in 0..rows {
            let from = cursor.at + row;
            self.planes[row] = cells.starts[from].wrapping_sub(1);
            let ends = &cells.ends[from * self.columns..(from + 1) * self.columns];
            for (plane, end) in self.planes[STRIDE..].chunks_exact_mut(STRIDE).zip(ends) {
                plane[row] = *end;
            }
            let line = cells.lines[from].saturating_sub(first_line);
            self.lines.push(u32::try_from(line).unwrap_or(u32::MAX));
        }
        let span = cursor.at..cursor.at + rows;
        let odd = cells.odd.iter().filter(|(row, _)| span.contains(&(*row as usize)));
        self.odd.extend(odd.map(|(row, cells)| OddRow { row: *row as usize - span.start, cells: *cells }));
        self.rows = rows;
        cursor.at += rows;
        cursor.line = self.lines.last().map_or(cursor.line, |line| line + 1);
    }

    fn scan(&mut self, bytes: &[u8], separator: u8, cursor: &mut Cursor) {
        let (separators, feeds) = (u8x64::splat(separator), u8x64::splat(b'\n'));
        let mut row = Row::begin(cursor.at);
        let mut at = cursor.at;
        while self.rows < BATCH && at < bytes.len() {
            let window = window(bytes, at);
            let stops = window.simd_eq(separators).to_bitmask();
            let ends = window.simd_eq(feeds).to_bitmask();
            if ends == 0 && row.cells + stops.count_ones() as usize <= self.columns {
                row.cells = self.store(stops, at, self.rows, row.cells);
                at += 64;
                continue;
            }
            let done = self.store_with_ends(bytes, (stops, ends), at, &mut row, cursor);
            at = done.unwrap_or(at + 64);
        }
        if self.rows < BATCH && row.start < bytes.len() {
            self.finish(bytes, bytes.len(), &row, cursor);
            row.start = bytes.len();
        }
        cursor.at = row.start;
    }

    /// Stores the ends of cells of a row that goes on beyond the window.
    #[inline]
    fn store(&mut self, mut stops: u64, at: usize, row: usize, mut cells: usize) -> usize {
        let mut slot = (cells + 1) * STRIDE + row;
        while stops != 0 {
            self.planes[slot] = (at + stops.trailing_zeros() as usize) as u32;
            slot += STRIDE;
            cells += 1;
            stops &= stops - 1;
        }
        cells
    }

    /// As [`Self::store`], with line ends among the stops, or more cells than there are columns.
    /// Returns where to go on when the batch is full.
    fn store_with_ends(
        &mut self,
        bytes: &[u8],
        (stops, ends): (u64, u64),
        at: usize,
        row: &mut Row,
        cursor: &mut Cursor,
    ) -> Option<usize> {
        let mut marks = stops | ends;
        while marks != 0 {
            let bit = marks & marks.wrapping_neg();
            marks ^= bit;
            let position = at + bit.trailing_zeros() as usize;
            if ends & bit == 0 {
                if row.cells < self.columns {
                    self.planes[(row.cells + 1) * STRIDE + self.rows] = position as u32;
                }
                row.cells += 1;
                continue;
            }
            self.finish(bytes, position, row, cursor);
            *row = Row::begin(position + 1);
            if self.rows == BATCH {
                return Some(position + 1);
            }
        }
        None
    }

    /// Ends a row at a line end or at the end of the file.
    fn finish(&mut self, bytes: &[u8], position: usize, row: &Row, cursor: &mut Cursor) {
        let line = cursor.line;
        cursor.line += 1;
        let carriage = position > row.start && bytes[position - 1] == b'\r';
        let end = position - usize::from(carriage);
        if end == row.start {
            // A line without anything on it is no record.
            return;
        }
        let slot = self.rows;
        self.lines.push(line);
        self.planes[slot] = (row.start as u32).wrapping_sub(1);
        self.rows += 1;
        let cells = row.cells + 1;
        if cells == self.columns {
            self.planes[self.columns * STRIDE + slot] = end as u32;
            return;
        }
        if cells == self.columns + 1 && self.ends_with_nothing(bytes, slot, end) {
            self.trailing += 1;
            return;
        }
        self.odd.push(OddRow { row: slot, cells: u32::try_from(cells).unwrap_or(u32::MAX) });
        for column in cells.min(self.columns)..=self.columns {
            self.planes[column.max(1) * STRIDE + slot] = end as u32;
        }
        self.planes[self.columns * STRIDE + slot] = end as u32;
    }

    /// Whether what follows the last column is empty or a pair of quotes.
    fn ends_with_nothing(&self, bytes: &[u8], row: usize, end: usize) -> bool {
        let surplus = self.planes[self.columns * STRIDE + row] as usize + 1;
        matches!(bytes.get(surplus..end), Some(b"" | b"\"\""))
    }
}

/// The row being read.
struct Row {
    start: usize,
    /// Cells ended so far.
    cells: usize,
}

impl Row {
    fn begin(start: usize) -> Self {
        Self { start, cells: 0 }
    }
}

/// Sixty-four bytes from a position; zeros after the end.
#[inline]
fn window(bytes: &[u8], at: usize) -> u8x64 {
    if let Some(window) = bytes[at..].first_chunk::<64>() {
        return u8x64::from(*window);
    }
    let mut padded = [0; 64];
    let rest = &bytes[at..];
    padded[..rest.len()].copy_from_slice(rest);
    u8x64::from(padded)
}
