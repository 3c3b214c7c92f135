//! Finds the cells of a few columns, a row at a time: the first ones from its start; from the last of
//! these on separators are only counted; then those at its end, from there backwards.

use std::iter::once;

use wide::u8x64;

use super::{CellPlace, Cursor, Index, NOTHING, OpenRow, WINDOW, window};
use crate::input::wanted::SparseColumns;

/// The bytes that end cells.
struct Marks {
    separators: u8x64,
    line_ends: u8x64,
}

/// Which of sixty-four bytes end a cell of a row.
#[derive(Clone, Copy)]
struct Ends {
    /// The separators, as far as the row reaches.
    separators: u64,
    /// The line end, if it is among the bytes.
    line_end: u64,
}

/// How far a row has been read.
struct RowProgress {
    /// The next byte.
    at: usize,
    /// The column of that byte.
    column: usize,
    /// Where the cell of that column begins.
    cell: usize,
}

impl Marks {
    fn new(separator: u8) -> Self {
        Self { separators: u8x64::splat(separator), line_ends: u8x64::splat(b'\n') }
    }

    /// What ends cells of the row among sixty-four bytes. After the last byte of all stands a line end.
    #[inline]
    fn ends(&self, bytes: &[u8], at: usize) -> Ends {
        let (window, inside) = window(bytes, at);
        let separators = window.simd_eq(self.separators).to_bitmask();
        let line_ends = window.simd_eq(self.line_ends);
        if inside == u64::MAX && !line_ends.any() {
            return Ends { separators, line_end: 0 };
        }
        let line_ends = line_ends.to_bitmask() | inside.wrapping_add(1);
        let line_end = line_ends & line_ends.wrapping_neg();
        Ends { separators: separators & (line_end - 1), line_end }
    }

    /// Goes on to the sixty-four bytes among which the row ends; returns the separators passed.
    #[inline]
    fn pass(&self, bytes: &[u8], at: &mut usize) -> usize {
        let mut passed = 0;
        let (windows, _) = bytes[*at..].as_chunks::<64>();
        // A byte counts the separators at one place of so many windows.
        for windows in windows.chunks(usize::from(u8::MAX)) {
            let mut counts = u8x64::ZERO;
            for window in windows {
                let window = u8x64::from(*window);
                if window.simd_eq(self.line_ends).any() {
                    return passed + sum(counts);
                }
                counts -= window.simd_eq(self.separators);
                *at += 64;
            }
            passed += sum(counts);
        }
        passed
    }
}

#[inline]
fn sum(counts: u8x64) -> usize {
    // Sixty-four bytes come to a sum that fits.
    counts.to_array().iter().map(|count| u16::from(*count)).sum::<u16>().into()
}

impl Ends {
    /// Separators, and the line end.
    #[inline]
    fn all(self) -> u64 {
        self.separators | self.line_end
    }
}

impl RowProgress {
    /// The row, which starts and ends at these bytes and of which this is the last cell.
    fn row(&self, start: usize, end: usize) -> OpenRow {
        OpenRow { start, mark: end, column: self.column, cell: self.cell, open: NOTHING }
    }
}

/// The separators of a row that ends among sixty-four bytes, from the last to the first.
struct Backwards<'a> {
    bytes: &'a [u8],
    marks: &'a Marks,
    start: usize,
    /// Where the bytes begin among which those that are left are.
    at: usize,
    left: u64,
}

impl Iterator for Backwards<'_> {
    type Item = usize;

    #[inline]
    fn next(&mut self) -> Option<usize> {
        while self.left == 0 {
            if self.at == self.start {
                return None;
            }
            self.at -= 64;
            self.left = self.marks.ends(self.bytes, self.at).separators;
        }
        let last = 63 - self.left.leading_zeros() as usize;
        self.left ^= 1 << last;
        Some(self.at + last)
    }
}

impl Index {
    /// As [`Index::scan`], of a few columns.
    pub(super) fn scan_sparse(&mut self, bytes: &[u8], separator: u8, cursor: &mut Cursor, wanted: &SparseColumns) {
        let marks = Marks::new(separator);
        while self.rows < WINDOW && cursor.at < bytes.len() {
            let start = cursor.at;
            let mut place = RowProgress { at: start, column: 0, cell: start };
            self.front(bytes, &marks, &mut place, &wanted.front);
            let end = self.back(bytes, &marks, start, &mut place, &wanted.back);
            self.row_ends(bytes, end, &place.row(start, end), cursor);
            cursor.at = bytes.len().min(end + 1);
        }
    }

    /// Takes in the cells of the first wanted columns, and goes on to where the last of them ends or the
    /// row does.
    #[inline]
    fn front(&mut self, bytes: &[u8], marks: &Marks, place: &mut RowProgress, mut wanted: &[usize]) {
        while let Some(next) = wanted.first() {
            let ends = marks.ends(bytes, place.at);
            let passed = ends.separators.count_ones() as usize;
            let end_column = place.column + passed + usize::from(ends.line_end != 0);
            if *next < end_column {
                wanted = self.wanted_cells(bytes, ends.all(), place, end_column, wanted);
            }
            if ends.line_end != 0 {
                return;
            }
            if passed > 0 {
                place.column += passed;
                place.cell = place.at + 64 - ends.separators.leading_zeros() as usize;
            }
            place.at += 64;
        }
    }

    /// Takes in the cells of wanted columns that end among sixty-four bytes, at one of these marks; the
    /// last of the marks ends the column before `end_column`. Returns the columns left.
    #[inline]
    fn wanted_cells<'a>(
        &mut self,
        bytes: &[u8],
        mut marks: u64,
        place: &RowProgress,
        end_column: usize,
        mut wanted: &'a [usize],
    ) -> &'a [usize] {
        let RowProgress { at, mut column, cell: mut start } = *place;
        while let Some((next, rest)) = wanted.split_first()
            && *next < end_column
        {
            if *next > column {
                for _ in column + 1..*next {
                    marks &= marks - 1;
                }
                start = at + marks.trailing_zeros() as usize + 1;
                marks &= marks - 1;
            }
            let end = at + marks.trailing_zeros() as usize;
            marks &= marks - 1;
            if start < end {
                self.set(bytes, CellPlace { column: *next, row: self.rows }, start, end);
            }
            (column, start, wanted) = (next + 1, end + 1, rest);
        }
        wanted
    }

    /// Goes on to the end of the row, and takes in the cells of wanted columns from there backwards.
    /// Returns where the row ends.
    // By itself, so that all of `front` finds room in registers.
    #[inline(never)]
    fn back(&mut self, bytes: &[u8], marks: &Marks, start: usize, place: &mut RowProgress, wanted: &[usize]) -> usize {
        place.column += marks.pass(bytes, &mut place.at);
        let ends = marks.ends(bytes, place.at);
        place.column += ends.separators.count_ones() as usize;
        let row_end = place.at + ends.line_end.trailing_zeros() as usize;
        let separators = Backwards { bytes, marks, start, at: place.at, left: ends.separators };
        let mut begins = separators.map(|separator| separator + 1).chain(once(start));
        place.cell = begins.next().unwrap_or(start);
        let (mut column, mut begin, mut end) = (place.column, place.cell, row_end);
        for next in wanted.iter().rev() {
            while column > *next {
                (column, end) = (column - 1, begin - 1);
                begin = begins.next().unwrap_or(start);
            }
            if column == *next && begin < end {
                self.set(bytes, CellPlace { column, row: self.rows }, begin, end);
            }
        }
        row_end
    }
}
