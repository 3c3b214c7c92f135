//! Bit masks over the records of a batch, and three-valued truth as two such masks.

use crate::input::index::WINDOW;
use crate::rule::Truth;

/// Records of one batch. Measured: with fewer the work a batch takes, whatever its size, weighs more
/// than what the caches save.
pub(crate) const BATCH: usize = 512;

/// Words of a mask: one a window of the cell finder.
pub(crate) const WORDS: usize = BATCH / WINDOW;

/// A set of records of a batch.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub(crate) struct Mask(pub(crate) [u64; WORDS]);

impl Mask {
    pub(crate) const NONE: Self = Self([0; WORDS]);
    pub(crate) const ALL: Self = Self([u64::MAX; WORDS]);

    /// The first so many records.
    pub(crate) fn first(rows: usize) -> Self {
        let mut mask = Self::NONE;
        for (place, word) in mask.0.iter_mut().enumerate() {
            let here = rows.saturating_sub(place * 64).min(64);
            *word = if here == 64 { u64::MAX } else { (1 << here) - 1 };
        }
        mask
    }

    #[inline]
    pub(crate) fn of(answer: bool) -> Self {
        if answer { Self::ALL } else { Self::NONE }
    }

    #[inline]
    pub(crate) fn set(&mut self, row: usize) {
        self.0[row / 64] |= 1 << (row % 64);
    }

    #[inline]
    pub(crate) fn clear(&mut self, row: usize) {
        self.0[row / 64] &= !(1 << (row % 64));
    }

    #[inline]
    pub(crate) fn has(&self, row: usize) -> bool {
        self.0[row / 64] >> (row % 64) & 1 != 0
    }

    #[inline]
    pub(crate) fn is_empty(&self) -> bool {
        // Not compared with an empty mask, which would be a call.
        self.0.iter().fold(0, |all, word| all | word) == 0
    }

    #[inline]
    pub(crate) fn count(&self) -> u64 {
        self.0.iter().map(|word| u64::from(word.count_ones())).sum()
    }

    #[inline]
    pub(crate) fn and(self, other: Self) -> Self {
        self.zip(other, |a, b| a & b)
    }

    #[inline]
    pub(crate) fn or(self, other: Self) -> Self {
        self.zip(other, |a, b| a | b)
    }

    #[inline]
    pub(crate) fn without(self, other: Self) -> Self {
        self.zip(other, |a, b| a & !b)
    }

    #[inline]
    fn zip(self, other: Self, with: impl Fn(u64, u64) -> u64) -> Self {
        let mut mask = self;
        for (word, other) in mask.0.iter_mut().zip(other.0) {
            *word = with(*word, other);
        }
        mask
    }

    /// The records of the set, ascending.
    #[inline]
    pub(crate) fn rows(self) -> MaskRows {
        MaskRows { words: self.0, word: 0 }
    }
}

/// Some rows of one window of a batch.
#[derive(Clone, Copy, Debug)]
pub(crate) struct WindowRows {
    /// The number of the window in its batch.
    pub(crate) window: usize,
    /// The rows, a bit each.
    pub(crate) rows: u64,
}

/// Some records of a batch, with the number that its first record has in the block.
#[derive(Clone, Copy, Debug)]
pub(crate) struct NumberedRows {
    /// The records.
    pub(crate) rows: Mask,
    /// The number of the batch's first record.
    pub(crate) first: u32,
}

/// The records of a [`Mask`], ascending.
pub(crate) struct MaskRows {
    words: [u64; WORDS],
    word: usize,
}

impl Iterator for MaskRows {
    type Item = usize;

    #[inline]
    fn next(&mut self) -> Option<usize> {
        loop {
            let rest = self.words.get_mut(self.word)?;
            if *rest != 0 {
                let bit = rest.trailing_zeros() as usize;
                *rest &= *rest - 1;
                return Some(self.word * 64 + bit);
            }
            self.word += 1;
        }
    }

    /// What `for_each` goes through: word by word, which `next` cannot.
    #[inline]
    fn fold<B, F: FnMut(B, usize) -> B>(self, start: B, mut with: F) -> B {
        let mut all = start;
        for (word, rest) in self.words.into_iter().enumerate().skip(self.word) {
            let mut rest = rest;
            while rest != 0 {
                all = with(all, word * 64 + rest.trailing_zeros() as usize);
                rest &= rest - 1;
            }
        }
        all
    }
}

/// The masks of up to 64 conditions as a word a row: a bit for each condition that holds.
pub(crate) fn by_row(masks: impl Iterator<Item = Mask>) -> Box<[u64; BATCH]> {
    let mut rows = Box::new([0; BATCH]);
    for (bit, mask) in masks.enumerate() {
        for (word, rows) in mask.0.iter().zip(rows.chunks_exact_mut(64)) {
            rows[bit] = *word;
        }
    }
    rows.as_chunks_mut::<64>().0.iter_mut().for_each(transpose);
    rows
}

/// Transposes a matrix of 64 by 64 bits by swapping ever smaller blocks.
fn transpose(matrix: &mut [u64; 64]) {
    let mut width = 32;
    let mut mask = 0x0000_0000_FFFF_FFFFu64;
    while width != 0 {
        let mut row = 0;
        while row < 64 {
            for at in row..row + width {
                let swap = ((matrix[at] >> width) ^ matrix[at + width]) & mask;
                matrix[at] ^= swap << width;
                matrix[at + width] ^= swap;
            }
            row += 2 * width;
        }
        width /= 2;
        mask ^= mask << width;
    }
}

/// A condition over a batch: where it is true and where it is unknown; false elsewhere. The two
/// masks are disjoint.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Truths {
    pub(crate) yes: Mask,
    pub(crate) unknown: Mask,
}

impl Truths {
    #[inline]
    pub(crate) fn constant(truth: Truth) -> Self {
        Self { yes: Mask::of(truth == Truth::True), unknown: Mask::of(truth == Truth::Unknown) }
    }

    #[inline]
    pub(crate) fn certain(yes: Mask) -> Self {
        Self { yes, unknown: Mask::NONE }
    }

    #[inline]
    pub(crate) fn no(self) -> Mask {
        Mask::ALL.without(self.yes).without(self.unknown)
    }

    #[inline]
    pub(crate) fn negate(self) -> Self {
        Self { yes: self.no(), unknown: self.unknown }
    }

    /// Whether it is true or false for each record.
    #[inline]
    fn is_certain(&self) -> bool {
        self.unknown.is_empty()
    }

    #[inline]
    pub(crate) fn and(&self, other: &Self) -> Self {
        let yes = self.yes.and(other.yes);
        if self.is_certain() && other.is_certain() {
            return Self::certain(yes);
        }
        let maybe = self.yes.or(self.unknown).and(other.yes.or(other.unknown));
        Self { yes, unknown: maybe.without(yes) }
    }

    #[inline]
    pub(crate) fn or(&self, other: &Self) -> Self {
        let yes = self.yes.or(other.yes);
        if self.is_certain() && other.is_certain() {
            return Self::certain(yes);
        }
        Self { yes, unknown: self.unknown.or(other.unknown).without(yes) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn masks_answer_as_single_truths() {
        const ALL: [Truth; 3] = [Truth::False, Truth::Unknown, Truth::True];
        for (one, other) in ALL.iter().flat_map(|one| ALL.map(|other| (*one, other))) {
            let (left, right) = (Truths::constant(one), Truths::constant(other));
            assert_eq!(left.and(&right), Truths::constant(one.and(other)));
            assert_eq!(left.or(&right), Truths::constant(one.or(other)));
        }
    }

    #[test]
    fn rows_are_gone_through_alike_in_both_ways() {
        let mask =
            Mask(std::array::from_fn(|word| 0x8000_0300_0000_0001u64.rotate_left(word as u32) * (word as u64 % 3)));
        let mut one_by_one = Vec::new();
        for row in mask.rows() {
            one_by_one.push(row);
        }
        for passed in [0, 1, 7] {
            let mut rest = mask.rows();
            assert!(passed == 0 || rest.nth(passed - 1).is_some());
            let mut all = Vec::new();
            rest.for_each(|row| all.push(row));
            assert_eq!(all, one_by_one[passed..]);
        }
    }

    #[test]
    fn transposing_swaps_rows_and_bits() {
        let mut matrix = [0u64; 64];
        for (row, bits) in matrix.iter_mut().enumerate() {
            *bits = (row as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15) ^ (1 << row);
        }
        let before = matrix;
        transpose(&mut matrix);
        for (row, word) in matrix.iter().enumerate() {
            for (bit, other) in before.iter().enumerate() {
                assert_eq!(word >> bit & 1, other >> row & 1);
            }
        }
    }
}
