//! The records of a batch: which of them have the right number of cells, where they start, and the texts of the few
//! columns that rules read letter by letter.

use super::mask::{BATCH, Mask, WORDS, WindowRows};
use crate::input::index::{Index, WINDOW};
use crate::input::text::CellText;

/// The records of a batch.
#[derive(Debug, Default)]
pub(crate) struct BatchRecords {
    rows: usize,
    /// Windows taken in so far.
    windows: usize,
    valid: Mask,
    spans: Vec<(u32, u32)>,
    kept: Vec<KeptCells>,
}

/// The cells of one column.
#[derive(Debug)]
struct KeptCells {
    place: usize,
    texts: Vec<CellText>,
    filled: Mask,
}

impl BatchRecords {
    /// Keeps the texts of these columns, which are then known by their place in the list.
    pub(crate) fn new(columns: &[usize]) -> Self {
        let kept = |place: &usize| KeptCells { place: *place, texts: vec![CellText::NONE; BATCH], filled: Mask::NONE };
        Self { kept: columns.iter().map(kept).collect(), ..Self::default() }
    }

    /// Starts on a batch.
    pub(crate) fn clear(&mut self) {
        self.rows = 0;
        self.windows = 0;
        self.valid = Mask::NONE;
        self.spans.clear();
        self.kept.iter_mut().for_each(|kept| kept.filled = Mask::NONE);
    }

    /// Takes in a window of records; returns its place in the batch and its regular records.
    ///
    /// All windows but the last of a block are full.
    pub(crate) fn take(&mut self, index: &Index) -> WindowRows {
        let window = self.windows;
        let regular = index.odd().iter().fold(Mask::first(index.rows()).0[0], |mask, odd| mask & !(1 << odd.row));
        self.valid.0[window] = regular;
        self.spans.extend_from_slice(index.spans());
        for kept in &mut self.kept {
            let cells = index.column(kept.place);
            kept.filled.0[window] = cells.filled;
            if cells.filled != 0 {
                kept.texts[window * WINDOW..(window + 1) * WINDOW].copy_from_slice(cells.texts);
            }
        }
        self.windows += 1;
        self.rows += index.rows();
        WindowRows { window, rows: regular }
    }

    /// Whether no window has room any more.
    pub(crate) fn is_full(&self) -> bool {
        self.windows == WORDS
    }

    /// How many there are.
    pub(crate) fn len(&self) -> usize {
        self.rows
    }

    /// Those with the right number of cells.
    pub(crate) fn valid(&self) -> Mask {
        self.valid
    }

    /// The cell of a kept column.
    pub(crate) fn cell<'a>(&'a self, bytes: &'a [u8], row: usize, kept: usize) -> &'a [u8] {
        let column = &self.kept[kept];
        if column.filled.has(row) { column.texts[row].of(bytes) } else { b"" }
    }

    /// A whole record, without its line end.
    pub(crate) fn record<'a>(&self, bytes: &'a [u8], row: usize) -> &'a [u8] {
        let (start, end) = self.spans[row];
        bytes.get(start as usize..end as usize).unwrap_or_default()
    }

    /// The byte of its block that a record starts at.
    pub(crate) fn start(&self, row: usize) -> u32 {
        self.spans[row].0
    }
}
