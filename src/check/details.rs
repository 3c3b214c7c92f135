//! Reads again the few records whose findings are shown. The first pass keeps numbers only, so that no record is
//! copied that is not shown.

use crate::engine::run::BlockPlace;
use crate::input::index::{Cursor, Index};
use crate::input::{Block, BlockSource, FileInfo, InputError, InputOptions, reopen, reopen_at};
use crate::layout::FieldId;
use crate::rule::{RecordView, SecondFiles};

/// A record read again.
pub(crate) struct Reread<'a> {
    info: &'a FileInfo,
    second: &'a dyn SecondFiles,
    index: &'a Index,
    bytes: &'a [u8],
    row: usize,
    /// The record as it stands in the file, where its cells are found in the line itself.
    stored: Option<&'a [u8]>,
    /// Its line in the file, 1-based.
    pub(crate) line: u64,
    /// Its byte offset in the (decompressed, decoded) file.
    pub(crate) byte: u64,
}

impl Reread<'_> {
    /// How many characters of its line stand before a cell; `None` where the cells were not found
    /// in the line itself.
    pub(crate) fn before(&self, column: usize) -> Option<u32> {
        let record = self.stored?;
        let mut separators = memchr::memchr_iter(self.info.separator, record);
        let start = if column == 0 { 0 } else { separators.nth(column - 1)? + 1 };
        let before = String::from_utf8_lossy(record.get(..start)?);
        u32::try_from(before.chars().count()).ok()
    }

    /// The cell of a column as it stands in the file.
    pub(crate) fn column(&self, column: usize) -> &str {
        std::str::from_utf8(self.index.cell(self.bytes, self.row, column)).unwrap_or_default()
    }
}

impl RecordView for Reread<'_> {
    fn cell(&self, field: FieldId) -> &str {
        self.info.column_of(field).map_or("", |column| self.column(column))
    }

    fn second_files(&self) -> &dyn SecondFiles {
        self.second
    }
}

/// Reads the wanted records (numbers from 0, ascending, once each) and shows them one by one.
///
/// # Errors
/// When the file cannot be read a second time.
pub(crate) fn reread(
    info: &FileInfo,
    second: &dyn SecondFiles,
    options: &InputOptions,
    blocks: &[BlockPlace],
    wanted: &[u32],
    mut show: impl FnMut(u32, &Reread<'_>),
) -> Result<(), InputError> {
    let mut block = Block::default();
    let mut index = Index::of(info);
    let mut wanted = wanted.iter().copied().peekable();
    let mut again = Again { info, options, source: None, next: 0 };
    let ends = blocks.iter().skip(1).map(|block| block.record).chain([u32::MAX]);
    for (number, (place, end)) in blocks.iter().zip(ends).enumerate() {
        if wanted.peek().is_none_or(|record| *record >= end) {
            continue;
        }
        if !again.read(number, place, &mut block)? {
            break;
        }
        let mut cursor = Cursor::default();
        let mut first = place.record;
        while index.fill(&block, info.separator, &mut cursor) {
            let after = first + index.rows() as u32;
            while let Some(record) = wanted.next_if(|record| *record < after) {
                let row = (record - first) as usize;
                let (line, byte) = (block.line + index.line(row), block.offset + u64::from(index.start(row)));
                let stored = match &block.cells {
                    None => Some(index.record(&block.bytes, row)),
                    Some(cells) => cells.stored.get((record - place.record) as usize).map(|record| &**record),
                };
                show(record, &Reread { info, second, index: &index, bytes: &block.bytes, row, stored, line, byte });
            }
            first = after;
        }
    }
    Ok(())
}

/// A file being read again, here and there.
struct Again<'a> {
    info: &'a FileInfo,
    options: &'a InputOptions,
    source: Option<Box<dyn BlockSource>>,
    /// The block that the source gives next.
    next: usize,
}

impl Again<'_> {
    /// Reads a block, straight from where it stands if that is known; false if it is not there.
    fn read(&mut self, number: usize, place: &BlockPlace, block: &mut Block) -> Result<bool, InputError> {
        let mut source = match (self.source.take(), place.mark) {
            (Some(source), _) if self.next == number => source,
            (_, Some(mark)) => {
                self.next = number;
                reopen_at(self.info, self.options, mark)?
            }
            (Some(source), None) => source,
            (None, None) => reopen(self.info, self.options)?,
        };
        while self.next < number {
            self.next += 1;
            source.next(block)?;
        }
        self.next += 1;
        let more = source.next(block)?;
        self.source = Some(source);
        Ok(more)
    }
}
