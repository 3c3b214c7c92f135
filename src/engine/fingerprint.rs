//! Recognises equal expressions by a hash of 128 bits, so that they are compiled once.

use std::hash::{Hash, Hasher};

use super::hash::mix;

/// The hash of an expression.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct ExprFingerprint(u64, u64);

impl ExprFingerprint {
    pub(crate) fn of(value: &impl Hash) -> Self {
        let mut print = Self(0, 1);
        value.hash(&mut print);
        print
    }
}

impl Hasher for ExprFingerprint {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for chunk in bytes.chunks(8) {
            let word = chunk.iter().fold(0, |word, byte| word << 8 | u64::from(*byte));
            self.write_u64(word);
        }
    }

    fn write_u64(&mut self, word: u64) {
        self.0 = mix(self.0 ^ word);
        self.1 = mix(self.1.rotate_left(29) ^ !word);
    }

    fn write_usize(&mut self, word: usize) {
        self.write_u64(word as u64);
    }
}
