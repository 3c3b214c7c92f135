//! Finds the keys of a table that may occur more than once. Of keys that should be unique hardly any do, and the
//! others need not be grouped.

/// Bits a key, so that few keys share one by chance.
const ROOM: usize = 8;

/// The keys that may occur more than once.
#[derive(Debug)]
pub(crate) struct Repeats {
    /// A bit for the keys that were seen, by their lowest bits.
    seen: Vec<u64>,
    /// A bit for those that were seen again.
    again: Vec<u64>,
}

impl Repeats {
    /// Looks at keys, which are hashes: about so many.
    pub(crate) fn of(keys: impl Iterator<Item = u64>, many: usize) -> Self {
        let words = (many * ROOM / 64 + 1).next_power_of_two();
        let mut repeats = Self { seen: vec![0; words], again: vec![0; words] };
        for key in keys {
            let (word, bit) = repeats.place(key);
            repeats.again[word] |= repeats.seen[word] & bit;
            repeats.seen[word] |= bit;
        }
        repeats
    }

    /// Whether a key may occur more than once; never false for one that does.
    #[inline]
    pub(crate) fn may_have(&self, key: u64) -> bool {
        let (word, bit) = self.place(key);
        self.again[word] & bit != 0
    }

    /// The word of a key and its bit there.
    #[inline]
    fn place(&self, key: u64) -> (usize, u64) {
        ((key >> 6) as usize & (self.seen.len() - 1), 1 << (key % 64))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::hash::mix;

    #[test]
    fn repeated_keys_are_found_and_hardly_any_other() {
        let mut keys: Vec<u64> = (0..50_000).map(mix).collect();
        keys.extend((0..50).map(|number| mix(number * 1_000)));
        let repeats = Repeats::of(keys.iter().copied(), keys.len());
        assert!((0..50).all(|number| repeats.may_have(mix(number * 1_000))));
        let found = (0..50_000).filter(|number| repeats.may_have(mix(*number))).count();
        assert!((50..10_000).contains(&found), "{found}");
    }

    #[test]
    fn no_key_is_repeated_among_none() {
        assert!(!Repeats::of(std::iter::empty(), 0).may_have(7));
    }
}
