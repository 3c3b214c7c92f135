//! The distinct values of a column by number: the conditions that hold for each, its number, its hash, and how the
//! cell rules come out.

use super::column_plan::TextVerdict;

/// The number of the empty text.
pub(crate) const EMPTY: u16 = 0;

/// What is known of the distinct texts, by their number. The first is the empty text.
#[derive(Debug, Default)]
pub(crate) struct TextFacts {
    pub(crate) yes: Bits,
    pub(crate) unknown: Bits,
    pub(crate) numbers: Vec<i64>,
    pub(crate) hashes: Vec<u64>,
    pub(crate) classes: Vec<u16>,
    /// Whether the filled values are of more than one class; else they are of that of the second.
    pub(crate) is_mixed: bool,
}

/// One bit a condition, a word a value.
#[derive(Debug, Default)]
pub(crate) struct Bits {
    pub(crate) words: Vec<u64>,
    /// The bits that some filled value has.
    pub(crate) any: u64,
    /// The bits that all filled values have.
    pub(crate) all: u64,
}

impl Bits {
    fn push(&mut self, word: u64) {
        if self.words.len() == 1 {
            self.all = u64::MAX;
        }
        if !self.words.is_empty() {
            self.any |= word;
            self.all &= word;
        }
        self.words.push(word);
    }

    /// Whether a value has a bit.
    #[inline]
    pub(crate) fn has(&self, entry: usize, bit: usize) -> bool {
        self.words[entry] >> bit & 1 != 0
    }
}

impl TextFacts {
    /// Takes in a value; returns its number.
    pub(crate) fn push(&mut self, judged: &TextVerdict) -> u16 {
        self.yes.push(judged.yes);
        self.unknown.push(judged.unknown);
        self.numbers.push(judged.number);
        self.hashes.push(judged.hash);
        self.is_mixed |= self.classes.get(1).is_some_and(|class| *class != judged.class);
        self.classes.push(judged.class);
        // A batch adds no more than its rows to those remembered.
        (self.classes.len() - 1) as u16
    }

    /// Forgets all values but the first so many.
    pub(crate) fn truncate(&mut self, len: usize) {
        self.yes.words.truncate(len);
        self.unknown.words.truncate(len);
        self.numbers.truncate(len);
        self.hashes.truncate(len);
        self.classes.truncate(len);
    }
}
