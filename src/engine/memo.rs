//! Remembers which number each distinct text of a column has, so that a text is judged once and
//! not once a record. One table for short texts, which are numbers themselves, and one for longer
//! ones.

use std::hash::Hasher;

use rustc_hash::FxHasher;

/// Spreads the bits of a key over the upper half of a word.
const SPREAD: u64 = 0x9E37_79B9_7F4A_7C15;

/// Slots of a new table.
const FIRST: usize = 16;

/// A remembered short text; a free slot has the key 0, which no filled cell has.
#[derive(Clone, Copy, Debug, Default)]
struct Slot {
    key: u64,
    /// Its number in the column.
    entry: u16,
}

/// Short texts, by [`crate::input::text::Text::short`].
#[derive(Debug)]
pub(super) struct ShortMemo {
    /// Open addressing, half full at most.
    slots: Vec<Slot>,
    used: usize,
    /// How far a hash is shifted to be a slot.
    shift: u32,
}

impl ShortMemo {
    pub(super) fn new() -> Self {
        Self { slots: vec![Slot::default(); FIRST], used: 0, shift: 64 - FIRST.trailing_zeros() }
    }

    /// The number of a text, if it was seen before.
    #[inline]
    pub(super) fn find(&self, key: u64) -> Option<u16> {
        let mask = self.slots.len() - 1;
        let mut place = (key.wrapping_mul(SPREAD) >> self.shift) as usize;
        loop {
            let slot = &self.slots[place & mask];
            if slot.key == key {
                return Some(slot.entry);
            }
            if slot.key == 0 {
                return None;
            }
            place += 1;
        }
    }

    /// As [`Self::find`], in the first place only: the number there and whether it is that of the
    /// text.
    #[inline]
    pub(super) fn glance(&self, key: u64) -> (u16, bool) {
        let mask = self.slots.len() - 1;
        let slot = &self.slots[(key.wrapping_mul(SPREAD) >> self.shift) as usize & mask];
        (slot.entry, slot.key == key)
    }

    /// Remembers a text that [`Self::find`] did not find.
    pub(super) fn insert(&mut self, key: u64, entry: u16) {
        if (self.used + 1) * 2 > self.slots.len() {
            self.grow();
        }
        self.used += 1;
        self.place(Slot { key, entry });
    }

    fn grow(&mut self) {
        let larger = vec![Slot::default(); self.slots.len() * 2];
        self.shift -= 1;
        for slot in std::mem::replace(&mut self.slots, larger).into_iter().filter(|slot| slot.key != 0) {
            self.place(slot);
        }
    }

    fn place(&mut self, slot: Slot) {
        let mask = self.slots.len() - 1;
        let mut place = (slot.key.wrapping_mul(SPREAD) >> self.shift) as usize;
        while self.slots[place & mask].key != 0 {
            place += 1;
        }
        self.slots[place & mask] = slot;
    }
}

/// The text of a cell as a key: the text itself up to sixteen bytes, else a hash of it and its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub(super) struct Key {
    low: u64,
    high: u64,
    len: u32,
}

impl Key {
    /// The key of `bytes[start..end]`; reads at most sixteen bytes for short texts.
    #[inline]
    pub(super) fn new(bytes: &[u8], (start, end): (usize, usize)) -> Self {
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
        let high = text.last_chunk().map_or(0, |last| u64::from_le_bytes(*last));
        Self { low: hasher.finish(), high, len: u32::try_from(text.len()).unwrap_or(u32::MAX) }
    }

    /// Whether the key is the text, so that equal keys are equal texts.
    #[inline]
    pub(super) fn is_text(self) -> bool {
        self.len <= 16
    }

    #[inline]
    fn slot(self) -> usize {
        let mixed = (self.low ^ self.high.rotate_left(29)).wrapping_mul(SPREAD);
        (mixed ^ (mixed >> 32) ^ u64::from(self.len)) as usize
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

/// Stands for "no text kept".
const NO_TEXT: u16 = u16::MAX;

/// A remembered long text; a free slot has the length 0.
#[derive(Clone, Copy, Debug, Default)]
struct LongSlot {
    key: Key,
    entry: u16,
    /// The place of its text, where the key is not the text itself.
    text: u16,
}

/// Longer texts.
#[derive(Debug)]
pub(super) struct LongMemo {
    slots: Vec<LongSlot>,
    used: usize,
    /// Texts over sixteen bytes in full, for certainty.
    texts: Vec<Box<[u8]>>,
}

impl LongMemo {
    pub(super) fn new() -> Self {
        Self { slots: vec![LongSlot::default(); FIRST], used: 0, texts: Vec::new() }
    }

    /// The number of a text, if it was seen before.
    #[inline]
    pub(super) fn find(&self, key: Key, text: &[u8]) -> Option<u16> {
        let mask = self.slots.len() - 1;
        let mut place = key.slot();
        loop {
            let slot = &self.slots[place & mask];
            if slot.key == key && (key.is_text() || *self.texts[usize::from(slot.text)] == *text) {
                return Some(slot.entry);
            }
            if slot.key.len == 0 {
                return None;
            }
            place += 1;
        }
    }

    /// Remembers a text that [`Self::find`] did not find.
    pub(super) fn insert(&mut self, key: Key, text: &[u8], entry: u16) {
        if (self.used + 1) * 2 > self.slots.len() {
            self.grow();
        }
        self.used += 1;
        let mut slot = LongSlot { key, entry, text: NO_TEXT };
        if !key.is_text() {
            slot.text = self.texts.len() as u16;
            self.texts.push(text.into());
        }
        self.place(slot);
    }

    fn grow(&mut self) {
        let larger = vec![LongSlot::default(); self.slots.len() * 2];
        for slot in std::mem::replace(&mut self.slots, larger).into_iter().filter(|slot| slot.key.len != 0) {
            self.place(slot);
        }
    }

    fn place(&mut self, slot: LongSlot) {
        let mask = self.slots.len() - 1;
        let mut place = slot.key.slot();
        while self.slots[place & mask].key.len != 0 {
            place += 1;
        }
        self.slots[place & mask] = slot;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_found_again() {
        let (mut short, mut long) = (ShortMemo::new(), LongMemo::new());
        let text = |number: u16| format!("a text of more than sixteen bytes: {number}").into_bytes();
        let key = |number: u16| Key::new(&text(number), (0, text(number).len()));
        for number in 0..1000 {
            assert_eq!((short.find(u64::from(number) + 1), long.find(key(number), &text(number))), (None, None));
            short.insert(u64::from(number) + 1, number);
            long.insert(key(number), &text(number), number);
        }
        for number in 0..1000 {
            assert_eq!(short.find(u64::from(number) + 1), Some(number));
            assert_eq!(long.find(key(number), &text(number)), Some(number));
        }
        let mut glances = 0;
        for number in 0..1000 {
            let key = u64::from(number) + 1;
            match short.glance(key) {
                (entry, true) => {
                    assert_eq!(entry, number);
                    glances += 1;
                }
                (_, false) => assert_eq!(short.find(key), Some(number)),
            }
        }
        assert!(glances > 500 && (1001..2000).all(|key| !short.glance(key).1));
    }
}
