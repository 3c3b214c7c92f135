//! The cells of one column over a batch: the value of each row, and the rows of each value.

use wide::u8x64;

use super::column_plan::bits;
use super::mask::{BATCH, Mask};
use super::values::{Bits, EMPTY};
use crate::input::index::WINDOW;

/// Distinct texts up to which rows are distinguished text by text and not row by row.
const FEW: usize = 32;

/// The cells of a column over a batch.
#[derive(Debug)]
pub(crate) struct ColumnBatch {
    /// Rows with something in the cell, spaces included.
    pub(crate) filled: Mask,
    /// Rows whose cell breaks a cell rule.
    pub(crate) broken: Mask,
    /// The value of each row.
    pub(crate) entries: [u16; BATCH],
    /// The rows of each of [`FEW`] values, as far as asked for.
    rows: Vec<Mask>,
    known_rows: u32,
    /// `entries` as bytes, where they are few.
    bytes: Vec<u8>,
}

impl ColumnBatch {
    pub(crate) fn new() -> Self {
        Self {
            filled: Mask::NONE,
            broken: Mask::NONE,
            entries: [EMPTY; BATCH],
            rows: Vec::new(),
            known_rows: 0,
            bytes: Vec::new(),
        }
    }

    /// Starts on a batch. The values of the rows stay until others are put there.
    #[inline]
    pub(crate) fn begin(&mut self) {
        self.filled = Mask::NONE;
        self.broken = Mask::NONE;
        self.known_rows = 0;
        self.bytes.clear();
    }

    /// The values of the rows of a window.
    #[inline]
    pub(crate) fn window(&mut self, window: usize) -> &mut [u16] {
        &mut self.entries[window * WINDOW..(window + 1) * WINDOW]
    }

    /// The rows whose value has a bit.
    pub(crate) fn rows_with(&mut self, bits_of: &Bits, bit: usize) -> Mask {
        let unfilled = if bits_of.has(usize::from(EMPTY), bit) { Mask::ALL.without(self.filled) } else { Mask::NONE };
        if self.filled.is_empty() || bits_of.any >> bit & 1 == 0 {
            return unfilled;
        }
        if bits_of.all >> bit & 1 != 0 {
            return unfilled.or(self.filled);
        }
        if bits_of.words.len() <= FEW {
            return unfilled.or(self.text_by_text(bits_of, bit));
        }
        let mut mask = unfilled;
        for (word, filled) in self.filled.0.iter().enumerate() {
            for row in bits(*filled) {
                let entry = usize::from(self.entries[word * WINDOW + row]);
                mask.0[word] |= u64::from(bits_of.has(entry, bit)) << row;
            }
        }
        mask
    }

    /// As [`Self::rows_with`], of the filled rows only: the rows of each value that has the bit, or
    /// all but those of values that have it not, whichever are fewer.
    fn text_by_text(&mut self, bits_of: &Bits, bit: usize) -> Mask {
        let filled = 1..bits_of.words.len();
        let having = filled.clone().filter(|entry| bits_of.has(*entry, bit)).count();
        let takes_having = having * 2 <= filled.len();
        let mut mask = Mask::NONE;
        for entry in filled.filter(|entry| bits_of.has(*entry, bit) == takes_having) {
            mask = mask.or(self.rows_of(entry));
        }
        if takes_having { mask } else { self.filled.without(mask) }
    }

    /// The rows of a value; of values below [`FEW`] only.
    fn rows_of(&mut self, entry: usize) -> Mask {
        if self.rows.len() <= entry {
            self.rows.resize(FEW, Mask::NONE);
        }
        if self.known_rows >> entry & 1 == 0 {
            self.known_rows |= 1 << entry;
            if self.bytes.is_empty() {
                // Those of valid rows are below `FEW`.
                self.bytes.extend(self.entries.iter().map(|entry| *entry as u8));
            }
            self.rows[entry] = rows_equal(&self.bytes, entry as u8);
        }
        self.rows[entry]
    }
}

/// The rows that hold a number.
fn rows_equal(rows: &[u8], number: u8) -> Mask {
    let mut mask = Mask::NONE;
    let number = u8x64::splat(number);
    for (word, rows) in mask.0.iter_mut().zip(rows.as_chunks::<WINDOW>().0) {
        *word = u8x64::from(*rows).simd_eq(number).to_bitmask();
    }
    mask
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_that_hold_a_number_are_told() {
        let rows: Vec<u8> = (0..BATCH).map(|row| (row * row % 7) as u8).collect();
        for number in 0..8 {
            let mask = rows_equal(&rows, number);
            assert!((0..BATCH).all(|row| mask.has(row) == (rows[row] == number)));
        }
    }
}
