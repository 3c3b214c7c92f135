//! Sums of recent records in half the size, carried over to the full sums from time to time: every record is added to a
//! dozen places of a table, which has to stay in the nearest caches.

use super::sums::{COUNTS, MOST_OPEN, Sum, SumRows};

/// Records after which all must be carried over. Then no count is above 65,535, and the sum of so many
/// scores, each at most 65,535, fits into 32 bits.
const MOST_RECORDS: u16 = u16::MAX;

/// As [`Sum`], of few records.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct SmallSum {
    counts: [u16; COUNTS],
    score_sum: u32,
}

impl SmallSum {
    /// What one record adds, if it fits. All real scores have four digits at most.
    #[inline]
    fn of_record(one: &Sum) -> Option<Self> {
        let score = u16::try_from(one.score_sum).ok()?;
        // A record counts once or not at all.
        Some(Self { counts: one.counts.map(|count| count as u16), score_sum: score.into() })
    }

    #[inline]
    fn add(&mut self, other: &Self) {
        self.score_sum = self.score_sum.wrapping_add(other.score_sum);
        for (all, one) in self.counts.iter_mut().zip(other.counts) {
            *all = all.wrapping_add(one);
        }
    }

    fn sum(&self) -> Sum {
        Sum { score_sum: self.score_sum.into(), counts: self.counts.map(u32::from) }
    }
}

/// The sums of some records by row and set.
#[derive(Clone, Debug, Default)]
pub(crate) struct SmallSums {
    /// Sets of a row.
    sets: usize,
    /// The rows, one after the other.
    sums: Vec<SmallSum>,
    records: u16,
}

impl SmallSums {
    pub(crate) fn new(sets: usize) -> Self {
        Self { sets, ..Self::default() }
    }

    /// Adds a record to some sets of a row; false if it cannot be counted here.
    #[inline]
    pub(crate) fn add(&mut self, row: usize, one: &Sum, sets: impl Iterator<Item = usize>) -> bool {
        // As many as stand in full at once: what is carried over finds them open.
        if row >= MOST_OPEN {
            return false;
        }
        let Some(one) = SmallSum::of_record(one) else { return false };
        let first = row * self.sets;
        if self.sums.len() < first + self.sets {
            self.sums.resize(first + self.sets, SmallSum::default());
        }
        let sums = &mut self.sums[first..first + self.sets];
        sets.for_each(|set| sums[set].add(&one));
        self.records += 1;
        true
    }

    /// Whether all must be carried over before another record is counted.
    #[inline]
    pub(crate) fn is_full(&self) -> bool {
        self.records == MOST_RECORDS
    }

    /// Adds all to the sums of the rows, and starts anew.
    pub(crate) fn carry_over(&mut self, rows: &mut SumRows) {
        for (row, sums) in self.sums.chunks(self.sets.max(1)).enumerate() {
            for (set, sum) in sums.iter().enumerate().filter(|(_, sum)| **sum != SmallSum::default()) {
                rows.row(row)[set].add(&sum.sum());
            }
        }
        self.sums.clear();
        self.records = 0;
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::tally::PackedRow;

    const SETS: usize = 5;

    type Record = (usize, Sum, Vec<usize>);

    fn rows(count: usize) -> SumRows {
        let mut rows = SumRows::new(SETS, Vec::new());
        for _ in 0..count {
            rows.push(PackedRow::default());
        }
        rows
    }

    /// Records of some rows, with some scores that are too high.
    fn records() -> impl Strategy<Value = Vec<Record>> {
        let score = prop_oneof![4 => 2000_u64..3000, 1 => 65_535_u64..65_537, 1 => any::<u32>().prop_map(u64::from)];
        let one = (score, prop::array::uniform8(0_u32..2)).prop_map(|(score_sum, counts)| Sum { score_sum, counts });
        let row = prop_oneof![4 => 0_usize..3, 1 => MOST_OPEN - 1..=MOST_OPEN];
        let sets = prop::collection::btree_set(0..SETS, 0..SETS).prop_map(Vec::from_iter);
        prop::collection::vec((row, one, sets), 0..200)
    }

    proptest! {
        #[test]
        fn sums_are_those_of_adding_record_by_record(records in records(), carried in 0_usize..200) {
            let (mut recent, mut sums, mut plain) = (SmallSums::new(SETS), rows(MOST_OPEN + 1), rows(MOST_OPEN + 1));
            for (place, (row, one, sets)) in records.iter().enumerate() {
                sets.iter().for_each(|set| plain.row(*row)[*set].add(one));
                if !recent.add(*row, one, sets.iter().copied()) {
                    sets.iter().for_each(|set| sums.row(*row)[*set].add(one));
                }
                if place == carried {
                    recent.carry_over(&mut sums);
                }
            }
            recent.carry_over(&mut sums);
            prop_assert_eq!(sums.packed(), plain.packed());
        }
    }

    #[test]
    fn the_highest_sums_fit() {
        let (mut recent, mut sums) = (SmallSums::new(SETS), rows(1));
        let one = Sum { score_sum: 65_535, counts: [1; COUNTS] };
        while !recent.is_full() {
            assert!(recent.add(0, &one, std::iter::once(0)));
        }
        recent.carry_over(&mut sums);
        assert_eq!(sums.row(0)[0], Sum { score_sum: 65_535 * 65_535, counts: [65_535; COUNTS] });
        assert!(!recent.is_full());
    }

    #[test]
    fn what_does_not_fit_is_left_to_others() {
        let mut recent = SmallSums::new(SETS);
        let one = |score_sum: u64| Sum { score_sum, counts: [1; COUNTS] };
        assert!(recent.add(MOST_OPEN - 1, &one(65_535), std::iter::once(1)));
        assert!(!recent.add(MOST_OPEN, &one(2500), std::iter::once(1)));
        assert!(!recent.add(0, &one(65_536), std::iter::once(1)));
    }
}
