//! One bit a record of a batch, and three-valued truth as two such masks.

use crate::input::index::WINDOW;
use crate::rule::Truth;

/// Records of one batch. Measured: with fewer the work a batch takes, whatever its size, weighs more
/// than what the caches save.
pub(super) const BATCH: usize = 512;

/// Words of a mask: one a window of the cell finder.
pub(super) const WORDS: usize = BATCH / WINDOW;

/// A set of records of a batch.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub(super) struct Mask(pub(super) [u64; WORDS]);

impl Mask {
    pub(super) const NONE: Self = Self([0; WORDS]);
    pub(super) const ALL: Self = Self([u64::MAX; WORDS]);

    /// The first so many records.
    pub(super) fn first(rows: usize) -> Self {
        let mut mask = Self::NONE;
        for (place, word) in mask.0.iter_mut().enumerate() {
            let here = rows.saturating_sub(place * 64).min(64);
            *word = if here == 64 { u64::MAX } else { (1 << here) - 1 };
        }
        mask
    }

    #[inline]
    pub(super) fn of(answer: bool) -> Self {
        if answer { Self::ALL } else { Self::NONE }
    }

    #[inline]
    pub(super) fn set(&mut self, row: usize) {
        self.0[row / 64] |= 1 << (row % 64);
    }

    #[inline]
    pub(super) fn clear(&mut self, row: usize) {
        self.0[row / 64] &= !(1 << (row % 64));
    }

    #[inline]
    pub(super) fn has(&self, row: usize) -> bool {
        self.0[row / 64] >> (row % 64) & 1 != 0
    }

    #[inline]
    pub(super) fn is_empty(&self) -> bool {
        self.0 == [0; WORDS]
    }

    #[inline]
    pub(super) fn count(&self) -> u64 {
        self.0.iter().map(|word| u64::from(word.count_ones())).sum()
    }

    #[inline]
    pub(super) fn and(self, other: Self) -> Self {
        self.zip(other, |a, b| a & b)
    }

    #[inline]
    pub(super) fn or(self, other: Self) -> Self {
        self.zip(other, |a, b| a | b)
    }

    #[inline]
    pub(super) fn without(self, other: Self) -> Self {
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
    pub(super) fn rows(self) -> Rows {
        Rows { words: self.0, word: 0 }
    }
}

/// The records of a [`Mask`], ascending.
pub(super) struct Rows {
    words: [u64; WORDS],
    word: usize,
}

impl Iterator for Rows {
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
}

/// A condition over a batch: where it is true and where it is unknown; false elsewhere. The two
/// masks are disjoint.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Truths {
    pub(super) yes: Mask,
    pub(super) unknown: Mask,
}

impl Truths {
    #[inline]
    pub(super) fn constant(truth: Truth) -> Self {
        Self { yes: Mask::of(truth == Truth::True), unknown: Mask::of(truth == Truth::Unknown) }
    }

    #[inline]
    pub(super) fn certain(yes: Mask) -> Self {
        Self { yes, unknown: Mask::NONE }
    }

    #[inline]
    pub(super) fn no(self) -> Mask {
        Mask::ALL.without(self.yes).without(self.unknown)
    }

    #[inline]
    pub(super) fn negate(self) -> Self {
        Self { yes: self.no(), unknown: self.unknown }
    }

    /// Whether it is true or false for each record.
    #[inline]
    fn is_certain(&self) -> bool {
        self.unknown.is_empty()
    }

    #[inline]
    pub(super) fn and(&self, other: &Self) -> Self {
        let yes = self.yes.and(other.yes);
        if self.is_certain() && other.is_certain() {
            return Self::certain(yes);
        }
        let maybe = self.yes.or(self.unknown).and(other.yes.or(other.unknown));
        Self { yes, unknown: maybe.without(yes) }
    }

    #[inline]
    pub(super) fn or(&self, other: &Self) -> Self {
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
}
