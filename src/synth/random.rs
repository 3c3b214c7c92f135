//! Chance that is the same on every machine: a splitmix64 stream for each student, so that a
//! student does not depend on those made before.

/// One stream of pseudo-random numbers.
#[derive(Clone, Copy, Debug)]
pub(super) struct Random(u64);

impl Random {
    /// The stream of one student of one district.
    pub(super) fn of_student(seed: u64, index: u64) -> Self {
        let mut start = Self(seed ^ 0x5ca1_ab1e_0ddb_a11f);
        let mixed = start.next() ^ index.wrapping_mul(0x9e37_79b9_7f4a_7c15);
        let mut stream = Self(mixed);
        stream.next();
        stream
    }

    /// A stream that depends on this one's place but does not move it: what is drawn from it
    /// leaves everything else as it was.
    pub(super) fn branch(self, salt: u64) -> Self {
        let mut stream = Self(self.0 ^ salt.wrapping_mul(0xd6e8_feb8_6659_fd93));
        stream.next();
        stream
    }

    /// The next 64 bits.
    pub(super) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number from 0 to `limit - 1`; 0 when the limit is 0.
    pub(super) fn below(&mut self, limit: u32) -> u32 {
        let scaled = (self.next() >> 32).wrapping_mul(u64::from(limit)) >> 32;
        u32::try_from(scaled).unwrap_or_default()
    }

    /// A number from `low` to `high`, both included.
    pub(super) fn between(&mut self, low: i32, high: i32) -> i32 {
        let span = u32::try_from(high.saturating_sub(low).saturating_add(1)).unwrap_or(1);
        low.saturating_add(i32::try_from(self.below(span)).unwrap_or_default())
    }

    /// True in `share` of 10,000 draws.
    pub(super) fn chance(&mut self, share: u32) -> bool {
        self.below(10_000) < share
    }

    /// One of the items; `None` when there are none.
    pub(super) fn one_of<'a, T>(&mut self, items: &'a [T]) -> Option<&'a T> {
        let place = self.below(u32::try_from(items.len()).unwrap_or(u32::MAX));
        items.get(usize::try_from(place).unwrap_or_default())
    }
}

/// A list to draw from, where some entries come up more often than others.
#[derive(Clone, Debug)]
pub(super) struct Weighted<T> {
    entries: Vec<(u32, T)>,
    total: u32,
}

impl<T> Weighted<T> {
    /// A list of (weight, entry).
    pub(super) fn new(entries: impl IntoIterator<Item = (u32, T)>) -> Self {
        let mut total = 0_u32;
        let mut list = Vec::new();
        for (weight, entry) in entries.into_iter().filter(|(weight, _)| *weight > 0) {
            total = total.saturating_add(weight);
            list.push((total, entry));
        }
        Self { entries: list, total }
    }

    /// Draws an entry; `None` when the list is empty.
    pub(super) fn draw(&self, random: &mut Random) -> Option<&T> {
        let point = random.below(self.total);
        self.entries.iter().find(|(end, _)| point < *end).map(|(_, entry)| entry)
    }

    /// The first entry that fits.
    pub(super) fn find(&self, fits: impl Fn(&T) -> bool) -> Option<&T> {
        self.entries.iter().map(|(_, entry)| entry).find(|entry| fits(entry))
    }
}
