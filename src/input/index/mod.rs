//! Finds the cells of plain blocks: sixty-four bytes at a time, separators and line ends as bit
//! masks. Only cells that hold something are visited: runs of empty cells cost nothing but the look
//! at their bytes. A short text is taken along as a number, so that it need not be read again.

mod sparse;

use wide::u8x64;

use super::model::{Block, Cells, FileInfo};
use super::repeated::HeaderLine;
use super::text::CellText;
use super::wanted::WantedColumns;

/// Records found at a time, a bit each. So few that their bytes and their cells stay in the caches
/// until everybody has looked at them.
pub const WINDOW: usize = 64;

/// A row with a wrong number of cells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OddRow {
    /// The row within the window.
    pub row: usize,
    /// How many cells it had.
    pub cells: u32,
}

/// The cells of one column.
#[derive(Clone, Copy, Debug)]
pub struct ColumnCells<'a> {
    /// The texts of the filled cells, a row each; anything for the others.
    pub texts: &'a [CellText; WINDOW],
    /// The rows whose cell holds at least one byte.
    pub filled: u64,
}

/// The texts of one column.
#[derive(Clone, Debug)]
struct ColumnTexts {
    texts: [CellText; WINDOW],
    /// Makes the size odd in cache lines, so that the cells of a record do not fall on few sets.
    _space: [u64; 8],
}

impl ColumnTexts {
    const NONE: Self = Self { texts: [CellText::NONE; WINDOW], _space: [0; 8] };
}

/// Where the cells of up to [`WINDOW`] records of a block are, column by column.
#[derive(Clone, Debug, Default)]
pub struct Index {
    texts: Vec<ColumnTexts>,
    /// The filled rows of each column. They stand together and apart from the texts: one cell after
    /// the other sets a bit of another column.
    filled: Vec<u64>,
    rows: usize,
    /// Start and end of each row, without its line end.
    spans: Vec<(u32, u32)>,
    odd: Vec<OddRow>,
    /// Line of each row, counted from the first line of the block.
    lines: Vec<u32>,
    /// Rows with one empty cell too many at the end, which is harmless.
    trailing: u64,
    /// What a line that is no record starts with.
    header: HeaderLine,
    wanted: WantedColumns,
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
        Self { texts: vec![ColumnTexts::NONE; columns], filled: vec![0; columns], ..Self::default() }
    }

    /// An index for the records of a file, which are all its lines but headers.
    pub fn of(info: &FileInfo) -> Self {
        Self::with(HeaderLine::of(info), info.columns.len())
    }

    /// An index for lines of so many columns, headers left out.
    pub(super) fn with(header: HeaderLine, columns: usize) -> Self {
        Self { header, ..Self::new(columns) }
    }

    /// Makes it an index of some columns only: of the others nothing can be asked. Whatever lies
    /// between the wanted ones is passed over.
    pub fn wanting(self, columns: impl IntoIterator<Item = usize>) -> Self {
        Self { wanted: WantedColumns::of(self.filled.len(), columns), ..self }
    }

    /// Records in the window.
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

    /// Start and end of each row within its block, without its line end.
    pub fn spans(&self) -> &[(u32, u32)] {
        &self.spans
    }

    /// The cells of a column.
    #[inline]
    pub fn column(&self, column: usize) -> ColumnCells<'_> {
        ColumnCells { texts: &self.texts[column].texts, filled: self.filled[column] }
    }

    /// The rows in which a column holds at least one byte.
    #[inline]
    pub fn filled(&self, column: usize) -> u64 {
        self.filled[column]
    }

    /// One cell. Empty for cells that are not there.
    pub fn cell<'a>(&'a self, bytes: &'a [u8], row: usize, column: usize) -> &'a [u8] {
        if self.filled[column] >> row & 1 == 0 { b"" } else { self.texts[column].texts[row].of(bytes) }
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
        self.filled.fill(0);
        self.trailing = 0;
        match &block.cells {
            Some(cells) => self.copy(cells, block, cursor),
            None => {
                let wanted = std::mem::take(&mut self.wanted);
                match &wanted {
                    WantedColumns::All => self.scan(&block.bytes, separator, cursor),
                    WantedColumns::Sparse(few) => self.scan_sparse(&block.bytes, separator, cursor, few),
                }
                self.wanted = wanted;
            }
        }
        self.rows > 0
    }

    /// Takes over cells that the reader has already found.
    fn copy(&mut self, cells: &Cells, block: &Block, cursor: &mut Cursor) {
        let rows = cells.starts.len().saturating_sub(cursor.at).min(WINDOW);
        let columns = self.filled.len();
        for row in 0..rows {
            let from = cursor.at + row;
            let ends = &cells.ends[from * columns..(from + 1) * columns];
            let mut start = cells.starts[from];
            self.spans.push((start, ends.last().copied().unwrap_or(start)));
            for (column, end) in ends.iter().enumerate() {
                if *end > start {
                    self.set(&block.bytes, CellPlace { column, row }, start as usize, *end as usize);
                }
                start = end + 1;
            }
            let line = cells.lines[from].saturating_sub(block.line);
            self.lines.push(u32::try_from(line).unwrap_or(u32::MAX));
        }
        let span = cursor.at..cursor.at + rows;
        let odd = cells.odd.iter().filter(|(row, _)| span.contains(&(*row as usize)));
        self.odd.extend(odd.map(|(row, cells)| OddRow { row: *row as usize - span.start, cells: *cells }));
        self.rows = rows;
        cursor.at += rows;
        cursor.line = self.lines.last().map_or(cursor.line, |line| line + 1);
    }

    /// Takes in a filled cell; one of a column too many is left out.
    #[inline]
    fn set(&mut self, bytes: &[u8], place: CellPlace, start: usize, end: usize) {
        self.put(CellText::new(bytes, start, end), place);
    }

    #[inline]
    fn put(&mut self, text: CellText, place: CellPlace) {
        let CellPlace { column, row } = place;
        if let (Some(column), Some(filled)) = (self.texts.get_mut(column), self.filled.get_mut(column)) {
            column.texts[row % WINDOW] = text;
            *filled |= 1 << (row % WINDOW);
        }
    }

    fn scan(&mut self, bytes: &[u8], separator: u8, cursor: &mut Cursor) {
        let (separators, feeds) = (u8x64::splat(separator), u8x64::splat(b'\n'));
        let mut row = OpenRow::begin(cursor.at);
        let mut after_mark = 1;
        let mut at = cursor.at;
        while self.rows < WINDOW && at < bytes.len() {
            let (window, inside) = window(bytes, at);
            let ends = window.simd_eq(feeds).to_bitmask() & inside;
            let marks = window.simd_eq(separators).to_bitmask() & inside | ends;
            let follows = marks << 1 | after_mark;
            let mut cells = Edges { begins: !marks & follows & inside, ends: marks & !follows };
            after_mark = marks >> 63;
            if ends == 0 {
                self.cells(bytes, &mut cells, u64::MAX, at, &mut row);
            } else if let Some(next) = self.lines(bytes, ends, &mut cells, at, &mut row, cursor) {
                // The window is full: the next one begins with the line after.
                cursor.at = next;
                return;
            }
            if cells.begins != 0 {
                row.open = at + cells.begins.trailing_zeros() as usize;
            }
            at += 64;
        }
        if self.rows < WINDOW && row.start < bytes.len() {
            if row.open != NOTHING {
                self.cell_ends(bytes, bytes.len(), row.open, &mut row);
            }
            self.row_ends(bytes, bytes.len(), &row, cursor);
        }
        cursor.at = bytes.len();
    }

    /// Takes in the cells of sixty-four bytes that end at one of the bits `until`.
    #[inline]
    fn cells(&mut self, bytes: &[u8], cells: &mut Edges, until: u64, at: usize, row: &mut OpenRow) {
        let mut ends = cells.ends & until;
        if ends == 0 {
            return;
        }
        cells.ends &= !until;
        let first = |edges: u64| at + edges.trailing_zeros() as usize;
        let without_first = |edges: u64| edges & edges.wrapping_sub(1);
        let (mut start, mut begins) = match row.open {
            NOTHING => (first(cells.begins), without_first(cells.begins)),
            open => (open, cells.begins),
        };
        // Added to the byte that a cell begins at, this gives its column: between it and the cell before
        // stand separators only.
        let mut ahead = row.column.wrapping_sub(row.mark);
        let mut end;
        loop {
            end = first(ends);
            ends = without_first(ends);
            let column = ahead.wrapping_add(start);
            ahead = column.wrapping_sub(end);
            self.set(bytes, CellPlace { column, row: self.rows }, start, end);
            if ends == 0 {
                break;
            }
            start = first(begins);
            begins = without_first(begins);
        }
        cells.begins = begins;
        *row = OpenRow { column: ahead.wrapping_add(end), mark: end, cell: start, open: NOTHING, ..*row };
    }

    /// Ends a filled cell. Between two filled cells stand separators only: their number is that of
    /// the columns passed.
    #[inline]
    fn cell_ends(&mut self, bytes: &[u8], end: usize, start: usize, row: &mut OpenRow) {
        row.column = row.column.wrapping_add(start.wrapping_sub(row.mark));
        row.mark = end;
        row.cell = start;
        row.open = NOTHING;
        self.set(bytes, CellPlace { column: row.column, row: self.rows }, start, end);
    }

    /// As [`Self::cells`], with line ends among the bytes. Returns where to go on when the window of
    /// records is full.
    fn lines(
        &mut self,
        bytes: &[u8],
        mut feeds: u64,
        cells: &mut Edges,
        at: usize,
        row: &mut OpenRow,
        cursor: &mut Cursor,
    ) -> Option<usize> {
        while feeds != 0 {
            let bit = feeds & feeds.wrapping_neg();
            feeds ^= bit;
            self.cells(bytes, cells, bit | (bit - 1), at, row);
            let position = at + bit.trailing_zeros() as usize;
            self.row_ends(bytes, position, row, cursor);
            *row = OpenRow::begin(position + 1);
            if self.rows == WINDOW {
                return Some(position + 1);
            }
        }
        self.cells(bytes, cells, u64::MAX, at, row);
        None
    }

    /// Takes a carriage return off the end of the last cell.
    fn shorten(&mut self, bytes: &[u8], place: CellPlace, start: usize, end: usize) {
        let CellPlace { column, row } = place;
        if start < end {
            self.set(bytes, place, start, end);
        } else if let Some(filled) = self.filled.get_mut(column) {
            *filled &= !(1 << (row % WINDOW));
        }
    }

    /// Empties the cells of a row.
    #[cold]
    fn forget(&mut self, row: usize) {
        self.filled.iter_mut().for_each(|filled| *filled &= !(1 << (row % WINDOW)));
    }

    /// Ends a row at a line end or at the end of the file.
    fn row_ends(&mut self, bytes: &[u8], position: usize, row: &OpenRow, cursor: &mut Cursor) {
        let line = cursor.line;
        cursor.line += 1;
        let slot = self.rows;
        let carriage = position > row.start && bytes[position - 1] == b'\r';
        let end = position - usize::from(carriage);
        if carriage {
            self.shorten(bytes, CellPlace { column: row.column, row: slot }, row.cell, end);
        }
        if end == row.start {
            // A line without anything on it is no record.
            return;
        }
        if self.header.is(&bytes[row.start..end]) {
            self.forget(slot);
            return;
        }
        self.lines.push(line);
        self.spans.push((row.start as u32, end as u32));
        self.rows += 1;
        let cells = row.column.wrapping_add(1).wrapping_add(position.wrapping_sub(row.mark));
        let columns = self.filled.len();
        if cells == columns {
            return;
        }
        let surplus = if row.column == columns { &bytes[row.cell..end] } else { b"" };
        if cells == columns + 1 && matches!(surplus, b"" | b"\"\"") {
            self.trailing += 1;
            return;
        }
        self.odd.push(OddRow { row: slot, cells: u32::try_from(cells).unwrap_or(u32::MAX) });
    }
}

/// Stands for "no cell is open".
const NOTHING: usize = usize::MAX;

/// Where filled cells begin among sixty-four bytes, and the marks that end them.
struct Edges {
    begins: u64,
    ends: u64,
}

/// A cell of the window: its column in the file and its row.
#[derive(Clone, Copy, Debug)]
struct CellPlace {
    column: usize,
    row: usize,
}

/// The row being read.
#[derive(Clone, Copy)]
struct OpenRow {
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

impl OpenRow {
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
