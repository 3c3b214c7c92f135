//! Groups the entries of a table by key, as a linked list of entries for each key. Keys are distributed over
//! buckets that fit into the nearest cache, so that finding equal keys does not wait for memory.

use super::repeats::Repeats;

/// Keys to a bucket, about.
const BUCKET: usize = 1024;

/// Which groups are wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum WantedGroups {
    /// Those of all keys.
    All,
    /// Those of keys that occur more than once.
    Repeated,
    /// The same, where hardly any key does.
    FewRepeated,
}

/// The keys that fall to one thread: one of so many parts of all keys.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Share {
    pub(crate) part: u32,
    pub(crate) parts: u32,
}

/// Memory that is used again for one table after the other.
#[derive(Debug, Default)]
pub(crate) struct Buffers {
    pairs: Vec<(u64, u32)>,
    slots: Vec<KeySlot>,
}

/// A key of a bucket, and the last of its entries so far; free as long as it has none.
#[derive(Clone, Copy, Debug, Default)]
struct KeySlot {
    key: u64,
    last: u32,
    entries: u32,
}

/// Entries linked by their keys.
#[derive(Debug)]
pub(crate) struct KeyGroups {
    /// One bit for each entry that is the first of a chain.
    heads: Vec<u64>,
    /// The next entry of the same key; 0 where there is none.
    next: Vec<u32>,
}

impl Share {
    /// The place of a key among the buckets of the share, if it falls to the share. Keys are hashes:
    /// their upper halves share them out evenly.
    #[inline]
    fn bucket(self, key: u64, buckets: usize) -> Option<usize> {
        let place = ((key >> 32) * u64::from(self.parts) * buckets as u64) >> 32;
        let place = (place as usize).wrapping_sub(self.part as usize * buckets);
        (place < buckets).then_some(place)
    }

    /// Whether a key falls to the share.
    #[inline]
    pub(crate) fn has(self, key: u64) -> bool {
        self.bucket(key, 1).is_some()
    }
}

impl KeyGroups {
    /// KeyGroups the entries with these keys that fall to a share.
    pub(crate) fn new(keys: &[u64], share: Share, wanted: WantedGroups, buffers: &mut Buffers) -> Self {
        let many = keys.len() / share.parts as usize;
        let buckets = (many / BUCKET + 1).next_power_of_two();
        let own = || keys.iter().copied().filter(|key| share.has(*key));
        let repeats = (wanted == WantedGroups::FewRepeated).then(|| Repeats::of(own(), many));
        let ends = match &repeats {
            Some(repeats) => share_out(keys, share, buckets, |key| repeats.may_have(key), &mut buffers.pairs),
            None => share_out(keys, share, buckets, |_| true, &mut buffers.pairs),
        };
        let mut chains = Self { heads: vec![0; keys.len().div_ceil(64)], next: vec![0; keys.len()] };
        let mut start = 0;
        for end in ends {
            chains.bucket(&buffers.pairs[start..end], wanted, &mut buffers.slots);
            start = end;
        }
        chains
    }

    /// KeyGroups the entries of one bucket.
    fn bucket(&mut self, pairs: &[(u64, u32)], wanted: WantedGroups, slots: &mut Vec<KeySlot>) {
        slots.clear();
        slots.resize((pairs.len() * 2).next_power_of_two(), KeySlot::default());
        let mask = slots.len() - 1;
        for (key, entry) in pairs {
            let mut place = *key as usize & mask;
            while slots[place].entries != 0 && slots[place].key != *key {
                place = (place + 1) & mask;
            }
            let slot = &mut slots[place];
            match (slot.entries, wanted) {
                (0, WantedGroups::All) => self.is_head(*entry),
                (0, WantedGroups::Repeated | WantedGroups::FewRepeated) => {}
                (1, WantedGroups::Repeated | WantedGroups::FewRepeated) => {
                    self.is_head(slot.last);
                    self.next[slot.last as usize] = *entry;
                }
                _ => self.next[slot.last as usize] = *entry,
            }
            *slot = KeySlot { key: *key, last: *entry, entries: slot.entries + 1 };
        }
    }

    fn is_head(&mut self, entry: u32) {
        self.heads[entry as usize / 64] |= 1 << (entry % 64);
    }

    /// Tells of each chain, in the order of their first entries; each ascending.
    pub(crate) fn each(&self, mut tell: impl FnMut(&[u32])) {
        let mut chain = Vec::new();
        for (word, heads) in self.heads.iter().enumerate() {
            let mut heads = *heads;
            while heads != 0 {
                let mut entry = word * 64 + heads.trailing_zeros() as usize;
                heads &= heads - 1;
                chain.clear();
                chain.push(entry as u32);
                while self.next[entry] != 0 {
                    entry = self.next[entry] as usize;
                    chain.push(entry as u32);
                }
                tell(&chain);
            }
        }
    }
}

/// Puts the keys of a share that are wanted, each with its entry, into buckets; returns where each bucket
/// ends. Those of a bucket stay in the order of their entries.
fn share_out(
    keys: &[u64],
    share: Share,
    buckets: usize,
    is_wanted: impl Fn(u64) -> bool,
    pairs: &mut Vec<(u64, u32)>,
) -> Vec<usize> {
    let mut ends = vec![0; buckets];
    for bucket in keys.iter().filter(|key| is_wanted(**key)).filter_map(|key| share.bucket(*key, buckets)) {
        ends[bucket] += 1;
    }
    let mut total = 0;
    for end in &mut ends {
        total += std::mem::replace(end, total);
    }
    pairs.clear();
    pairs.resize(total, (0, 0));
    for (entry, key) in (0..).zip(keys).filter(|(_, key)| is_wanted(**key)) {
        if let Some(bucket) = share.bucket(*key, buckets) {
            pairs[ends[bucket]] = (*key, entry);
            ends[bucket] += 1;
        }
    }
    ends
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::strategy::Strategy;

    use super::*;

    fn chained(keys: &[u64], parts: u32, wanted: WantedGroups) -> Vec<Vec<u32>> {
        let mut buffers = Buffers::default();
        let mut all = Vec::new();
        for part in 0..parts {
            let chains = KeyGroups::new(keys, Share { part, parts }, wanted, &mut buffers);
            let mut last = None;
            chains.each(|chain| {
                assert!(last < Some(chain[0]), "in the order of the first entries");
                last = Some(chain[0]);
                all.push(chain.to_vec());
            });
        }
        all.sort();
        all
    }

    fn grouped(keys: &[u64], wanted: WantedGroups) -> Vec<Vec<u32>> {
        let mut groups: BTreeMap<u64, Vec<u32>> = BTreeMap::new();
        for (entry, key) in (0..).zip(keys) {
            groups.entry(*key).or_default().push(entry);
        }
        let mut all: Vec<Vec<u32>> = groups.into_values().collect();
        all.retain(|group| wanted == WantedGroups::All || group.len() > 1);
        all.sort();
        all
    }

    proptest::proptest! {
        #[test]
        fn chains_are_the_groups_of_equal_keys(
            keys in proptest::collection::vec(proptest::prop_oneof![0u64..9, 0u64.., (0u64..4).prop_map(|high| high << 62)], 0..300),
            parts in 1u32..4,
        ) {
            for wanted in [WantedGroups::All, WantedGroups::Repeated, WantedGroups::FewRepeated] {
                proptest::prop_assert_eq!(chained(&keys, parts, wanted), grouped(&keys, wanted));
            }
        }
    }

    #[test]
    fn many_keys_fall_into_many_buckets() {
        let keys: Vec<u64> = (0..20_000u64).map(|number| crate::engine::hash::mix(number % 15_000)).collect();
        for wanted in [WantedGroups::All, WantedGroups::Repeated, WantedGroups::FewRepeated] {
            assert_eq!(chained(&keys, 2, wanted), grouped(&keys, wanted));
        }
    }
}
