//! Interns the values of a column: gives each distinct text a number, so that it is judged once and not in every
//! record. Short texts are keys themselves; longer ones have a table of their own. The tables are kept small because
//! hundreds of columns share the nearest caches.

use std::hash::Hasher;

use rustc_hash::FxHasher;

/// Spreads the bits of a key.
const SPREAD: u64 = 0x9E37_79B9_7F4A_7C15;

/// Longest text that its first and its last eight bytes are the whole of.
pub(crate) const WHOLE: usize = 16;

/// Slots for the places of what is remembered, found by hash: open addressing, a quarter full at most,
/// so that nearly all is where it is looked for first. A free slot holds 0.
#[derive(Debug)]
struct Slots(Vec<u16>);

impl Slots {
    /// Slots at first.
    const FIRST: usize = 32;

    /// How many slots there are for each one that is taken, at least.
    const ROOM: usize = 4;

    fn new() -> Self {
        Self(vec![0; Self::FIRST])
    }

    /// Where a hash is looked for first.
    #[inline]
    fn first(&self, hash: u64) -> usize {
        // Every bit of the hash is in one of the halves of the product.
        let product = u128::from(hash) * u128::from(SPREAD);
        ((product >> 64) ^ product) as usize & (self.0.len() - 1)
    }

    /// What stands where a hash is looked for first.
    #[inline]
    fn glance(&self, hash: u64) -> usize {
        usize::from(self.0[self.first(hash)])
    }

    /// Of the places that a hash leads to, the one that `is` right; 0 if none is.
    #[inline]
    fn find(&self, hash: u64, is: impl Fn(usize) -> bool) -> usize {
        let mut slot = self.first(hash);
        loop {
            let place = usize::from(self.0[slot]);
            if place == 0 || is(place) {
                return place;
            }
            slot = (slot + 1) & (self.0.len() - 1);
        }
    }

    /// Takes in the place `last`, the next one after those that are there; place 0 is not used.
    fn add(&mut self, last: usize, hash_of: impl Fn(usize) -> u64) {
        let mut new = last;
        if last * Self::ROOM > self.0.len() {
            self.0 = vec![0; self.0.len() * 2];
            new = 1;
        }
        for place in new..=last {
            let mut slot = self.first(hash_of(place));
            while self.0[slot] != 0 {
                slot = (slot + 1) & (self.0.len() - 1);
            }
            // No column remembers so many texts that this would not do.
            self.0[slot] = place as u16;
        }
    }
}

/// A remembered short text.
#[derive(Clone, Copy, Debug, Default)]
struct ShortText {
    key: u64,
    /// Its number in the column.
    entry: u16,
}

/// Short texts, by [`crate::input::text::Text::short`].
#[derive(Debug)]
pub(crate) struct ShortInterner {
    slots: Slots,
    /// The texts, by their places. The first is none: no filled cell has the key 0.
    texts: Vec<ShortText>,
}

impl ShortInterner {
    pub(crate) fn new() -> Self {
        Self { slots: Slots::new(), texts: vec![ShortText::default()] }
    }

    /// The number of a text, if it was seen before.
    #[inline]
    pub(crate) fn find(&self, key: u64) -> Option<u16> {
        let place = self.slots.find(key, |place| self.texts[place].key == key);
        (place != 0).then(|| self.texts[place].entry)
    }

    /// As [`Self::find`], in the first place only: the number there and whether it is that of the
    /// text.
    #[inline]
    pub(crate) fn glance(&self, key: u64) -> (u16, bool) {
        let text = &self.texts[self.slots.glance(key)];
        (text.entry, text.key == key)
    }

    /// Remembers a text that [`Self::find`] did not find.
    pub(crate) fn insert(&mut self, key: u64, entry: u16) {
        self.texts.push(ShortText { key, entry });
        self.slots.add(self.texts.len() - 1, |place| self.texts[place].key);
    }
}

/// A longer text as a key: its first and its last eight bytes, which are the whole of up to sixteen.
/// Of a still longer one, its hash and its last eight bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub(crate) struct TextKey {
    first: u64,
    last: u64,
    len: u32,
}

impl TextKey {
    /// The key of a text.
    #[inline]
    pub(crate) fn new(text: &[u8]) -> Self {
        let len = u32::try_from(text.len()).unwrap_or(u32::MAX);
        match (text.first_chunk(), text.last_chunk()) {
            (Some(first), Some(last)) if text.len() <= WHOLE => {
                Self { first: u64::from_le_bytes(*first), last: u64::from_le_bytes(*last), len }
            }
            _ => Self::hashed(text, len),
        }
    }

    fn hashed(text: &[u8], len: u32) -> Self {
        let mut hasher = FxHasher::default();
        hasher.write(text);
        let last = text.last_chunk().map_or(0, |last| u64::from_le_bytes(*last));
        Self { first: hasher.finish(), last, len }
    }

    /// Whether the key is the text, so that equal keys are equal texts.
    #[inline]
    pub(crate) fn is_text(self) -> bool {
        (8..=WHOLE as u32).contains(&self.len)
    }

    #[inline]
    fn hash(self) -> u64 {
        self.first ^ self.last.rotate_left(29)
    }
}

/// A remembered longer text. Its key is spread out, which leaves no gap.
#[derive(Clone, Copy, Debug, Default)]
struct LongText {
    first: u64,
    last: u64,
    len: u32,
    entry: u16,
    /// The place of its text, where the key is not the text itself.
    whole: u16,
}

impl LongText {
    #[inline]
    fn key(&self) -> TextKey {
        TextKey { first: self.first, last: self.last, len: self.len }
    }

    /// Whether it has a key, without a branch.
    #[inline]
    fn has(&self, key: TextKey) -> bool {
        (self.first ^ key.first) | (self.last ^ key.last) | u64::from(self.len ^ key.len) == 0
    }
}

/// Longer texts.
#[derive(Debug)]
pub(crate) struct LongInterner {
    slots: Slots,
    /// The texts, by their places. The first is none: no filled cell has the length 0.
    texts: Vec<LongText>,
    /// Those that their keys are not, for certainty.
    wholes: Vec<Box<[u8]>>,
}

impl LongInterner {
    pub(crate) fn new() -> Self {
        Self { slots: Slots::new(), texts: vec![LongText::default()], wholes: Vec::new() }
    }

    /// The number of a text, if it was seen before.
    #[inline]
    pub(crate) fn find(&self, key: TextKey, text: &[u8]) -> Option<u16> {
        let place = self.slots.find(key.hash(), |place| self.is(place, key, text));
        (place != 0).then(|| self.texts[place].entry)
    }

    /// As [`Self::find`], in the first place only: the number there and whether it is that of the
    /// text.
    #[inline]
    pub(crate) fn glance(&self, text: &[u8]) -> (u16, bool) {
        let key = TextKey::new(text);
        let place = self.slots.glance(key.hash());
        (self.texts[place].entry, self.is(place, key, text))
    }

    /// Whether the text at a place is a certain one, given its key too.
    #[inline]
    fn is(&self, place: usize, key: TextKey, text: &[u8]) -> bool {
        let one = &self.texts[place];
        one.has(key) && (key.is_text() || *self.wholes[usize::from(one.whole)] == *text)
    }

    /// Remembers a text that [`Self::find`] did not find.
    pub(crate) fn insert(&mut self, key: TextKey, text: &[u8], entry: u16) {
        let mut one = LongText { first: key.first, last: key.last, len: key.len, entry, whole: 0 };
        if !key.is_text() {
            one.whole = self.wholes.len() as u16;
            self.wholes.push(text.into());
        }
        self.texts.push(one);
        self.slots.add(self.texts.len() - 1, |place| self.texts[place].key().hash());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_found_again() {
        let (mut short, mut long) = (ShortInterner::new(), LongInterner::new());
        // Some are their key, some are not.
        let text = |number: u16| format!("{}{number:08}", "a text ".repeat(usize::from(number % 3))).into_bytes();
        let key = |number: u16| TextKey::new(&text(number));
        for number in 0..1000 {
            assert_eq!((short.find(u64::from(number) + 1), long.find(key(number), &text(number))), (None, None));
            short.insert(u64::from(number) + 1, number);
            long.insert(key(number), &text(number), number);
        }
        let (mut glances, mut long_glances) = (0, 0);
        for number in 0..1000 {
            assert_eq!(short.find(u64::from(number) + 1), Some(number));
            assert_eq!(long.find(key(number), &text(number)), Some(number));
            if let (entry, true) = short.glance(u64::from(number) + 1) {
                assert_eq!(entry, number);
                glances += 1;
            }
            if let (entry, true) = long.glance(&text(number)) {
                assert_eq!(entry, number);
                long_glances += 1;
            }
        }
        assert!(glances > 500 && long_glances > 300, "{glances}, {long_glances}");
        assert!((1001..2000).all(|key| !short.glance(key).1));
    }

    proptest::proptest! {
        #[test]
        fn keys_of_different_texts_differ_where_they_are_the_text(one in "[ab]{0,18}", other in "[ab]{0,18}") {
            let (a, b) = (TextKey::new(one.as_bytes()), TextKey::new(other.as_bytes()));
            let remembered = LongText { first: a.first, last: a.last, len: a.len, ..LongText::default() };
            proptest::prop_assert_eq!(remembered.has(b), a == b);
            if a.is_text() {
                proptest::prop_assert_eq!(a == b, one == other);
            }
        }
    }
}
