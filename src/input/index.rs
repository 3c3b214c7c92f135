//! Finds the cells of plain blocks: sixty-four bytes at a time, separators and line ends as bit
//! masks. Only cells that hold something are visited: runs of empty cells cost nothing but the look
//! at their bytes. Nothing is allocated or copied a cell.

use wide::u8x64;

use super::model::{Block, Cells};

/// Records of one batch. Measured: with fewer the work a batch takes, whatever its size, weighs more
/// than what the caches save.
pub const BATCH: usize = 512;

/// Space between the columns of the position tables. Odd in cache lines, so that neighbouring
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

/// Words of the mask of a column's filled rows.
const WORDS: usize = BATCH / 64;

/// Where the cells of up to [`BATCH`] records of a block are, column by column.
#[derive(Clone, Debug, Default)]
pub struct Index {
    columns: usize,
    rows: usize,
    /// Start and end of the filled cells; anything for the others.
    starts: Vec<u32>,
    ends: Vec<u32>,
    /// For each column the rows whose cell holds at least one byte.
    filled: Vec<[u64; WORDS]>,
    /// Start and end of each row, without its line end.
    spans: Vec<(u32, u32)>,
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
        Self {
            columns,
            starts: vec![0; columns * STRIDE],
            ends: vec![0; columns * STRIDE],
            filled: vec![[0; WORDS]; columns],
            ..Self::default()
        }
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
        self.spans[row].0
    }

    /// The rows whose cell of a column holds at least one byte, a bit a row.
    pub fn filled(&self, column: usize) -> [u64; WORDS] {
        self.filled[column]
    }

    /// Where the filled cells of a column start and end, a row each; anything for the others.
    pub fn bounds(&self, column: usize) -> (&[u32], &[u32]) {
        let rows = column * STRIDE..column * STRIDE + self.rows;
        (&self.starts[rows.clone()], &self.ends[rows])
    }

    /// One cell. Empty for cells that are not there.
    pub fn cell<'a>(&self, bytes: &'a [u8], row: usize, column: usize) -> &'a [u8] {
        if self.filled[column][row / 64] >> (row % 64) & 1 == 0 {
            return b"";
        }
        let (starts, ends) = self.bounds(column);
        bytes.get(starts[row] as usize..ends[row] as usize).unwrap_or_default()
    }

    /// A whole record, without its line end.
    pub fn record<'a>(&self, bytes: &'a [u8], row: usize) -> &'a [u8] {
        let (start, end) = self.spans[row];
        bytes.get(start as usize..end as usize).unwrap_or_default()
    }

    /// Finds the cells of the next records of a block; false when there are none left.
    pub fn fill(&mut self, block: &Block, separator: u8, cursor: &mut Cursor) -> bool {
        self.rows = 0;
        self.odd.clear();
        self.lines.clear();
        self.spans.clear();
        self.filled.fill([0; WORDS]);
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
            let ends = &cells.ends[from * self.columns..(from + 1) * self.columns];
            let mut start = cells.starts[from];
            self.spans.push((start, ends.last().copied().unwrap_or(start)));
            for (column, end) in ends.iter().enumerate() {
                if *end > start {
                    self.set(column, row, start, *end);
                }
                start = end + 1;
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

    #[inline]
    fn set(&mut self, column: usize, row: usize, start: u32, end: u32) {
        let place = column * STRIDE + row;
        self.starts[place] = start;
        self.ends[place] = end;
        self.filled[column][row / 64] |= 1 << (row % 64);
    }

    fn scan(&mut self, bytes: &[u8], separator: u8, cursor: &mut Cursor) {
        let (separators, feeds) = (u8x64::splat(separator), u8x64::splat(b'\n'));
        let mut row = Row::begin(cursor.at);
        let mut after_mark = 1;
        let mut at = cursor.at;
        while self.rows < BATCH && at < bytes.len() {
            let (window, inside) = window(bytes, at);
            let ends = window.simd_eq(feeds).to_bitmask() & inside;
            let marks = window.simd_eq(separators).to_bitmask() & inside | ends;
            let follows = marks << 1 | after_mark;
            let mut cells = Edges { begins: !marks & follows & inside, ends: marks & !follows };
            after_mark = marks >> 63;
            if ends == 0 {
                self.cells(&mut cells, u64::MAX, at, &mut row);
            } else if let Some(next) = self.lines(bytes, (ends, &mut cells), at, &mut row, cursor) {
                // The batch is full: the next one begins with the line after.
                cursor.at = next;
                return;
            }
            if cells.begins != 0 {
                row.open = at + cells.begins.trailing_zeros() as usize;
            }
            at += 64;
        }
        if self.rows < BATCH && row.start < bytes.len() {
            if row.open != NOTHING {
                self.cell_ends(bytes.len(), row.open, &mut row);
            }
            self.row_ends(bytes, bytes.len(), &row, cursor);
        }
        cursor.at = bytes.len();
    }

    /// Takes in the cells of a window that end at one of the bits `until`.
    #[inline]
    fn cells(&mut self, cells: &mut Edges, until: u64, at: usize, row: &mut Row) {
        let mut ends = cells.ends & until;
        cells.ends &= !until;
        while ends != 0 {
            let end = at + ends.trailing_zeros() as usize;
            ends &= ends - 1;
            let start = match row.open {
                NOTHING => {
                    let start = at + cells.begins.trailing_zeros() as usize;
                    cells.begins &= cells.begins.wrapping_sub(1);
                    start
                }
                open => open,
            };
            self.cell_ends(end, start, row);
        }
    }

    /// Ends a filled cell. Between two filled cells stand separators only: their number is that of
    /// the columns passed.
    #[inline]
    fn cell_ends(&mut self, end: usize, start: usize, row: &mut Row) {
        row.column = row.column.wrapping_add(start.wrapping_sub(row.mark));
        row.mark = end;
        row.cell = start;
        row.open = NOTHING;
        if row.column < self.columns {
            self.set(row.column, self.rows, start as u32, end as u32);
        }
    }

    /// As [`Self::cells`], with line ends in the window. Returns where to go on when the batch is
    /// full.
    fn lines(
        &mut self,
        bytes: &[u8],
        (mut feeds, cells): (u64, &mut Edges),
        at: usize,
        row: &mut Row,
        cursor: &mut Cursor,
    ) -> Option<usize> {
        while feeds != 0 {
            let bit = feeds & feeds.wrapping_neg();
            feeds ^= bit;
            self.cells(cells, bit | (bit - 1), at, row);
            let position = at + bit.trailing_zeros() as usize;
            self.row_ends(bytes, position, row, cursor);
            *row = Row::begin(position + 1);
            if self.rows == BATCH {
                return Some(position + 1);
            }
        }
        self.cells(cells, u64::MAX, at, row);
        None
    }

    /// Ends a row at a line end or at the end of the file.
    fn row_ends(&mut self, bytes: &[u8], position: usize, row: &Row, cursor: &mut Cursor) {
        let line = cursor.line;
        cursor.line += 1;
        let slot = self.rows;
        let carriage = position > row.start && bytes[position - 1] == b'\r';
        let end = position - usize::from(carriage);
        if carriage && row.column < self.columns {
            // The last cell has it at its end.
            self.ends[row.column * STRIDE + slot] = end as u32;
            if row.cell == end {
                self.filled[row.column][slot / 64] &= !(1 << (slot % 64));
            }
        }
        if end == row.start {
            // A line without anything on it is no record.
            return;
        }
        self.lines.push(line);
        self.spans.push((row.start as u32, end as u32));
        self.rows += 1;
        let cells = row.column.wrapping_add(1).wrapping_add(position.wrapping_sub(row.mark));
        if cells == self.columns {
            return;
        }
        let surplus = if row.column == self.columns { &bytes[row.cell..end] } else { b"" };
        if cells == self.columns + 1 && matches!(surplus, b"" | b"\"\"") {
            self.trailing += 1;
            return;
        }
        self.odd.push(OddRow { row: slot, cells: u32::try_from(cells).unwrap_or(u32::MAX) });
    }
}

/// Stands for "no cell is open".
const NOTHING: usize = usize::MAX;

/// Where filled cells of a window begin, and the marks that end them.
struct Edges {
    begins: u64,
    ends: u64,
}

/// The row being read.
struct Row {
    start: usize,
    /// The mark that ended the last filled cell, or stands before the row.
    mark: usize,
    /// The column of the last filled cell; one before the first column at the start.
    column: usize,
    /// Where the last filled cell began.
    cell: usize,
    /// Where a filled cell began that has not ended yet.
    open: usize,
}

impl Row {
    fn begin(start: usize) -> Self {
        Self { start, mark: start.wrapping_sub(1), column: usize::MAX, cell: start, open: NOTHING }
    }
}

/// Sixty-four bytes from a position, and which of them are there.
#[inline]
fn window(bytes: &[u8], at: usize) -> (u8x64, u64) {
    if let Some(window) = bytes[at..].first_chunk::<64>() {
        return (u8x64::from(*window), u64::MAX);
    }
    let mut padded = [0; 64];
    let rest = &bytes[at..];
    padded[..rest.len()].copy_from_slice(rest);
    (u8x64::from(padded), (1 << rest.len()) - 1)
}
