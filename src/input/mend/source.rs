//! Writes the damaged cells of each block anew on their way to whoever looks at them.

use std::sync::Arc;

use super::Mends;
use crate::finding::FileFinding;
use crate::input::index::{Cursor, Index};
use crate::input::rows::RowBuilder;
use crate::input::{Block, BlockSource, FileInfo, InputError, ReadMark};

/// A source whose blocks are mended.
pub(in crate::input) struct Mended {
    inner: Box<dyn BlockSource>,
    separator: u8,
    index: Index,
    mends: Arc<Mends>,
    /// For each column the place of its mend, plus one.
    places: Vec<usize>,
    raw: Block,
}

impl Mended {
    /// The records of a file as they are read: those of `inner`, where nothing has to be mended.
    pub(in crate::input) fn over(inner: Box<dyn BlockSource>, info: &FileInfo) -> Box<dyn BlockSource> {
        let Some(mends) = info.mends.clone().filter(|mends| !mends.changes_nothing()) else { return inner };
        let mut places = vec![0; info.columns.len()];
        for (place, mend) in mends.columns.iter().enumerate().filter(|(_, mend)| mend.mended() > 0) {
            places[mend.column] = place + 1;
        }
        let index = Index::of(info);
        Box::new(Self { inner, separator: info.separator, index, mends, places, raw: Block::default() })
    }

    /// Makes a block with the mended cells of another.
    fn mend(&mut self, block: &mut Block) {
        let columns = self.places.len();
        let mut rows = RowBuilder::reuse(block, columns);
        let mut cursor = Cursor::default();
        let mut before = 0;
        while self.index.fill(&self.raw, self.separator, &mut cursor) {
            for row in 0..self.index.rows() {
                let cells = (0..columns).map(|column| self.index.cell(&self.raw.bytes, row, column));
                let texts: Vec<_> = cells.enumerate().map(|(column, cell)| self.text(column, cell)).collect();
                let offset = match &self.raw.cells {
                    Some(cells) => cells.offsets.get(before + row).copied().unwrap_or(self.raw.offset),
                    None => self.raw.offset + u64::from(self.index.start(row)),
                };
                rows.push(texts.iter().map(|text| &**text), self.raw.line + self.index.line(row), offset);
                if self.raw.cells.is_none() {
                    rows.keep_stored(self.index.record(&self.raw.bytes, row));
                }
                if let Some(odd) = self.index.odd().iter().find(|odd| odd.row == row) {
                    rows.mark_odd(odd.cells as usize);
                }
            }
            before += self.index.rows();
        }
        block.line = self.raw.line;
        block.offset = self.raw.offset;
        rows.into_block(block);
        block.last = self.raw.last;
    }

    fn text<'a>(&self, column: usize, cell: &'a [u8]) -> std::borrow::Cow<'a, [u8]> {
        let mend = self.places[column].checked_sub(1).and_then(|place| self.mends.columns.get(place));
        let text = mend.and_then(|mend| mend.mend(std::str::from_utf8(cell).ok()?));
        match text {
            Some(text) => std::borrow::Cow::Owned(text.into_owned().into_bytes()),
            None => std::borrow::Cow::Borrowed(cell),
        }
    }
}

impl BlockSource for Mended {
    fn next(&mut self, block: &mut Block) -> Result<bool, InputError> {
        let mut raw = std::mem::take(&mut self.raw);
        let more = self.inner.next(&mut raw);
        self.raw = raw;
        if more? {
            self.mend(block);
            return Ok(true);
        }
        Ok(false)
    }

    fn take_findings(&mut self) -> Vec<FileFinding> {
        self.inner.take_findings()
    }

    fn mark(&self) -> Option<ReadMark> {
        self.inner.mark()
    }

    fn sha256(&self) -> Option<String> {
        self.inner.sha256()
    }
}
