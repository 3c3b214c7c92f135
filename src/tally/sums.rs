//! Sums by student group. A row that is being added to has a place for every group and variant; a row at rest is
//! packed without empty groups, since most groups of a school's grade have no members.

/// Rows that stand in full at once. A district has fewer, so nothing of it is packed before its end.
pub(crate) const MOST_OPEN: usize = 4096;

/// The place of a row that does not stand in full.
const PACKED: u32 = u32::MAX;

/// Students of one group.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct GroupSums {
    /// Enrolled.
    pub enrolled: u64,
    /// Tested.
    pub tested: u64,
    /// Tested with scores.
    pub with_scores: u64,
    /// Of those, with a scale score that can be read.
    pub scored: u64,
    /// The sum of these scale scores.
    pub score_sum: u64,
    /// Of those with scores, by achievement level.
    pub levels: [u64; 4],
}

impl GroupSums {
    /// Adds others.
    pub fn add(&mut self, other: &Self) {
        self.enrolled += other.enrolled;
        self.tested += other.tested;
        self.with_scores += other.with_scores;
        self.scored += other.scored;
        self.score_sum += other.score_sum;
        for (all, one) in self.levels.iter_mut().zip(other.levels) {
            *all += one;
        }
    }
}

/// The figures of one record, or the sums of many. Small, because it is added for every group of
/// every record; no file has more records than its counts can hold.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Sum {
    pub(crate) score_sum: u64,
    /// Enrolled, tested, with scores, scored, and the four levels.
    pub(crate) counts: [u32; COUNTS],
}

/// Counts of a sum, and the places of some.
pub(crate) const COUNTS: usize = 8;
const WITH_SCORES: usize = 2;
const FIRST_LEVEL: usize = 4;
const LAST: usize = COUNTS - 1;

impl Sum {
    #[inline]
    pub(crate) fn add(&mut self, other: &Self) {
        self.score_sum += other.score_sum;
        for (all, one) in self.counts.iter_mut().zip(other.counts) {
            *all = all.wrapping_add(one);
        }
    }

    fn counts(&self) -> GroupSums {
        let [enrolled, tested, with_scores, scored, levels @ ..] = self.counts.map(u64::from);
        GroupSums { enrolled, tested, with_scores, scored, score_sum: self.score_sum, levels }
    }

    /// What a count mostly is, as far as those before it tell: all enrolled are tested, all tested
    /// have scores, and who is in no other level is in the last.
    fn likely(&self, place: usize) -> u32 {
        match place {
            1..FIRST_LEVEL => self.counts[place - 1],
            LAST => {
                let others = self.counts[FIRST_LEVEL..LAST].iter().fold(0_u32, |all, one| all.wrapping_add(*one));
                self.counts[WITH_SCORES].wrapping_sub(others)
            }
            _ => 0,
        }
    }

    /// The counts that are not likely, each after a byte that tells which these are.
    fn pack(&self, bytes: &mut Vec<u8>) {
        let is_other = |place: &usize| self.counts[*place] != self.likely(*place);
        bytes.push((0..COUNTS).filter(is_other).fold(0, |others, place| others | 1 << place));
        for place in (0..COUNTS).filter(is_other) {
            put(bytes, u64::from(self.counts[place]));
        }
        put(bytes, self.score_sum);
    }

    fn unpack(bytes: &mut &[u8]) -> Self {
        let mut sum = Self::default();
        let others = take(bytes);
        for place in 0..COUNTS {
            let is_other = others >> place & 1 != 0;
            sum.counts[place] = if is_other { take_number(bytes) as u32 } else { sum.likely(place) };
        }
        sum.score_sum = take_number(bytes);
        sum
    }
}

/// Writes a number, seven bits a byte, the lowest first.
fn put(bytes: &mut Vec<u8>, mut number: u64) {
    while number > 0x7F {
        bytes.push(number as u8 | 0x80);
        number >>= 7;
    }
    bytes.push(number as u8);
}

fn take(bytes: &mut &[u8]) -> u8 {
    bytes.split_off_first().copied().unwrap_or_default()
}

fn take_number(bytes: &mut &[u8]) -> u64 {
    let mut number = 0;
    for shift in (0..64).step_by(7) {
        let byte = take(bytes);
        number |= u64::from(byte & 0x7F) << shift;
        if byte & 0x80 == 0 {
            break;
        }
    }
    number
}

/// The sums of a row by set, without those without students.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PackedRow(Box<[u8]>);

impl PackedRow {
    fn of(row: &[Sum], bytes: &mut Vec<u8>) -> Self {
        bytes.clear();
        let mut next = 0;
        for (set, sum) in row.iter().enumerate().filter(|(_, sum)| **sum != Sum::default()) {
            put(bytes, (set - next) as u64);
            sum.pack(bytes);
            next = set + 1;
        }
        Self(bytes.as_slice().into())
    }

    /// Set and sums of each that somebody is in, in the order of the sets.
    pub(crate) fn sums(&self) -> impl Iterator<Item = (usize, Sum)> {
        let mut bytes = &*self.0;
        let mut next = 0;
        std::iter::from_fn(move || {
            if bytes.is_empty() {
                return None;
            }
            let set = next + take_number(&mut bytes) as usize;
            next = set + 1;
            Some((set, Sum::unpack(&mut bytes)))
        })
    }

    /// Set and counts of each that somebody is in, in the order of the sets.
    pub fn counts(&self) -> impl Iterator<Item = (usize, GroupSums)> {
        self.sums().map(|(set, sum)| (set, sum.counts()))
    }

    /// The bytes it takes.
    pub fn size(&self) -> usize {
        self.0.len()
    }
}

/// Rows that are added to. Those added to last stand in full; when they are many, all are packed.
#[derive(Clone, Debug, Default)]
pub(crate) struct SumRows {
    /// Sets of a row.
    sets: usize,
    rows: Vec<PackedRow>,
    /// Where each row stands in `full`, if it does.
    places: Vec<u32>,
    /// The rows in full, one after the other.
    full: Vec<Sum>,
    /// Which these are.
    open: Vec<usize>,
}

impl SumRows {
    /// Rows that are there already.
    pub(crate) fn new(sets: usize, rows: Vec<PackedRow>) -> Self {
        Self { sets, places: vec![PACKED; rows.len()], rows, full: Vec::new(), open: Vec::new() }
    }

    /// Takes in a row; returns its number.
    pub(crate) fn push(&mut self, row: PackedRow) -> usize {
        self.rows.push(row);
        self.places.push(PACKED);
        self.rows.len() - 1
    }

    /// A row, in full.
    #[inline]
    pub(crate) fn row(&mut self, number: usize) -> &mut [Sum] {
        let mut place = self.places[number];
        if place == PACKED {
            place = self.unpack(number);
        }
        let first = place as usize * self.sets;
        &mut self.full[first..first + self.sets]
    }

    #[cold]
    fn unpack(&mut self, number: usize) -> u32 {
        if self.open.len() == MOST_OPEN {
            self.pack();
        }
        let first = self.full.len();
        self.full.resize(first + self.sets, Sum::default());
        for (set, sum) in self.rows[number].sums() {
            self.full[first + set] = sum;
        }
        let place = self.open.len() as u32;
        self.places[number] = place;
        self.open.push(number);
        place
    }

    fn pack(&mut self) {
        let mut bytes = Vec::new();
        for (number, row) in self.open.drain(..).zip(self.full.chunks(self.sets.max(1))) {
            self.rows[number] = PackedRow::of(row, &mut bytes);
            self.places[number] = PACKED;
        }
        self.full.clear();
    }

    /// All rows, in the order they came.
    pub(crate) fn packed(mut self) -> Vec<PackedRow> {
        self.pack();
        self.rows
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn sums() -> impl Strategy<Value = Vec<Sum>> {
        let count = prop_oneof![Just(0_u32), 0..40_u32, any::<u32>()];
        let score_sum = prop_oneof![Just(0_u64), 0..200_000_u64, any::<u64>()];
        let some = (score_sum, prop::array::uniform8(count)).prop_map(|(score_sum, counts)| Sum { score_sum, counts });
        prop::collection::vec(prop_oneof![3 => Just(Sum::default()), 1 => some], 200)
    }

    fn members(row: &[Sum]) -> Vec<(usize, Sum)> {
        row.iter().copied().enumerate().filter(|(_, sum)| *sum != Sum::default()).collect()
    }

    proptest! {
        #[test]
        fn a_row_is_the_same_when_it_was_packed(row in sums()) {
            let packed = PackedRow::of(&row, &mut Vec::new());
            prop_assert_eq!(packed.sums().collect::<Vec<_>>(), members(&row));
        }
    }

    #[test]
    fn sets_without_anybody_take_no_room() {
        let mut row = vec![Sum::default(); 200];
        let class = Sum { score_sum: 25 * 2_400, counts: [25, 25, 25, 25, 5, 6, 7, 7] };
        row[0] = class;
        row[150] = class;
        // A byte each for: sets left out, which counts follow, enrolled, three levels; the sum takes three.
        assert_eq!(PackedRow::of(&row, &mut Vec::new()).size(), 9 + 10);
    }

    #[test]
    fn no_more_rows_than_may_be_stand_in_full_at_once() {
        let mut rows = SumRows::new(3, Vec::new());
        let numbers: Vec<usize> = (0..2 * MOST_OPEN + 5).map(|_| rows.push(PackedRow::default())).collect();
        let one = Sum { score_sum: 7, counts: [1; COUNTS] };
        for _ in 0..2 {
            for number in &numbers {
                rows.row(*number)[number % 3].add(&one);
                assert!(rows.open.len() <= MOST_OPEN && rows.full.len() <= 3 * MOST_OPEN);
            }
        }
        let twice = Sum { score_sum: 14, counts: [2; COUNTS] };
        for (number, row) in rows.packed().iter().enumerate() {
            assert_eq!(row.sums().collect::<Vec<_>>(), [(number % 3, twice)]);
        }
    }
}
