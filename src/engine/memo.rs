//! Remembers what each distinct value of a column means, so that a value is judged once and not
//! once a record. A column with too many different values is judged directly instead.

use std::hash::Hasher;

use rustc_hash::FxHasher;

/// Distinct values a column may have before remembering them costs more than judging them.
const LIMIT: usize = 4096;

/// The text of a cell as a key: the text itself up to sixteen bytes, else two hashes of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub(super) struct Key {
    low: u64,
    high: u64,
    len: u32,
}

impl Key {
    /// The key of `bytes[start..end]`; reads at most sixteen bytes for short texts.
    #[inline]
    pub(super) fn new(bytes: &[u8], start: usize, end: usize) -> Self {
        let len = end - start;
        if len > 16 {
            return Self::long(&bytes[start..end]);
        }
        let (low, high) = match bytes[start..].first_chunk::<16>() {
            Some(chunk) => {
                let all = u128::from_le_bytes(*chunk) & LOW_BYTES[len];
                (all as u64, (all >> 64) as u64)
            }
            None => Self::at_the_end(&bytes[start..end]),
        };
        Self { low, high, len: len as u32 }
    }

    #[cold]
    fn at_the_end(text: &[u8]) -> (u64, u64) {
        let mut chunk = [0; 16];
        chunk[..text.len()].copy_from_slice(text);
        let all = u128::from_le_bytes(chunk);
        (all as u64, (all >> 64) as u64)
    }

    fn long(text: &[u8]) -> Self {
        let mut hasher = FxHasher::default();
        hasher.write(text);
        let low = hasher.finish();
        hasher.write_u64(text.len() as u64 ^ 0x9E37_79B9_7F4A_7C15);
        hasher.write(text);
        Self { low, high: hasher.finish(), len: u32::try_from(text.len()).unwrap_or(u32::MAX) }
    }

    #[inline]
    fn slot(self) -> u64 {
        let mixed = (self.low ^ self.high.rotate_left(29)).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        mixed ^ (mixed >> 32) ^ u64::from(self.len)
    }
}

/// The lowest so many bytes of sixteen.
static LOW_BYTES: [u128; 17] = {
    let mut masks = [0; 17];
    let mut len = 1;
    while len <= 16 {
        masks[len] = u128::MAX >> (128 - 8 * len);
        len += 1;
    }
    masks
};

/// A table from texts to small numbers, in the order they were first seen.
#[derive(Debug)]
pub(super) struct Memo {
    /// Open addressing; `u32::MAX` marks a free slot.
    slots: Vec<(Key, u32)>,
    /// Texts over sixteen bytes in full, by entry, for certainty; nothing for shorter ones.
    long: Vec<Box<[u8]>>,
}

impl Memo {
    pub(super) fn new() -> Self {
        Self { slots: vec![(Key::default(), u32::MAX); 64], long: Vec::new() }
    }

    /// How many values are remembered.
    pub(super) fn len(&self) -> usize {
        self.long.len()
    }

    /// Whether no more values should be remembered.
    pub(super) fn is_full(&self) -> bool {
        self.long.len() >= LIMIT
    }

    /// The entry of a text, if it was seen before.
    #[inline]
    pub(super) fn find(&self, key: Key, text: &[u8]) -> Option<u32> {
        let mask = self.slots.len() - 1;
        let mut slot = key.slot() as usize & mask;
        loop {
            let (found, entry) = &self.slots[slot];
            if *entry == u32::MAX {
                return None;
            }
            if *found == key && (key.len <= 16 || *self.long[*entry as usize] == *text) {
                return Some(*entry);
            }
            slot = (slot + 1) & mask;
        }
    }

    /// Remembers a text that [`Self::find`] did not find; returns its entry.
    pub(super) fn insert(&mut self, key: Key, text: &[u8]) -> u32 {
        if (self.long.len() + 1) * 2 > self.slots.len() {
            self.grow();
        }
        let entry = self.long.len() as u32;
        self.long.push(if text.len() > 16 { text.into() } else { Box::default() });
        place(&mut self.slots, key, entry);
        entry
    }

    fn grow(&mut self) {
        let mut larger = vec![(Key::default(), u32::MAX); self.slots.len() * 2];
        for (key, entry) in self.slots.iter().filter(|(_, entry)| *entry != u32::MAX) {
            place(&mut larger, *key, *entry);
        }
        self.slots = larger;
    }
}

fn place(slots: &mut [(Key, u32)], key: Key, entry: u32) {
    let mask = slots.len() - 1;
    let mut slot = key.slot() as usize & mask;
    while slots[slot].1 != u32::MAX {
        slot = (slot + 1) & mask;
    }
    slots[slot] = (key, entry);
}
