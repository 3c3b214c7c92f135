//! The text of a cell as a number: the text itself where it is short, as most are, else where it
//! stands. Equal short texts are equal numbers, so that they are compared and looked up as such.

/// Longest text that a number holds, in bytes.
const SHORT: usize = 7;

/// Marks a text that is not held; the bits below it are the length, and the lower half is where
/// the text starts in its block.
const ELSEWHERE: u64 = 1 << 63;

/// The text of a filled cell: up to seven bytes and their number in the eighth, or where more stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CellText([u8; 8]);

impl CellText {
    /// Stands for a text that is not needed.
    pub const NONE: Self = Self([0; 8]);

    /// The text `bytes[start..end]`, which holds something.
    #[inline]
    pub fn new(bytes: &[u8], start: usize, end: usize) -> Self {
        let len = end - start;
        let Some(first) = bytes[start..].first_chunk::<8>() else { return Self::at_the_end(bytes, start, end) };
        let short = u64::from_le_bytes(*first) & LOW_BYTES[len % 8] | (len as u64) << 56;
        let number = if len <= SHORT { short } else { Self::elsewhere(start, len) };
        Self(number.to_le_bytes())
    }

    #[cold]
    fn at_the_end(bytes: &[u8], start: usize, end: usize) -> Self {
        let len = end - start;
        let mut text = [0; 8];
        if len > SHORT {
            return Self(Self::elsewhere(start, len).to_le_bytes());
        }
        text[..len].copy_from_slice(&bytes[start..end]);
        text[SHORT] = len as u8;
        Self(text)
    }

    /// Blocks are of a few megabytes: both numbers fit.
    #[inline]
    fn elsewhere(start: usize, len: usize) -> u64 {
        ELSEWHERE | (len as u64) << 32 | start as u64
    }

    /// The number itself.
    #[inline]
    pub fn number(self) -> u64 {
        u64::from_le_bytes(self.0)
    }

    /// Whether a number is that of a short text; for several taken together by `or`, of them all.
    #[inline]
    pub fn is_short(number: u64) -> bool {
        number < ELSEWHERE
    }

    /// The number of a short text; `None` for a long one.
    #[inline]
    pub fn short(self) -> Option<u64> {
        let number = self.number();
        (number < ELSEWHERE).then_some(number)
    }

    /// Where a long text starts and ends in its block.
    #[inline]
    pub fn span(self) -> (usize, usize) {
        let number = self.number();
        let start = number as u32 as usize;
        (start, start + ((number & !ELSEWHERE) >> 32) as usize)
    }

    /// The text, given the bytes of its block.
    #[inline]
    pub fn of<'a>(&'a self, bytes: &'a [u8]) -> &'a [u8] {
        if self.number() < ELSEWHERE {
            return &self.0[..usize::from(self.0[SHORT]).min(SHORT)];
        }
        let (start, end) = self.span();
        &bytes[start..end]
    }
}

/// The lowest so many bytes of eight.
static LOW_BYTES: [u64; 8] = {
    let mut masks = [0; 8];
    let mut len = 1;
    while len < 8 {
        masks[len] = (1 << (8 * len)) - 1;
        len += 1;
    }
    masks
};

#[cfg(test)]
mod tests {
    use super::*;

    proptest::proptest! {
        #[test]
        fn a_text_is_given_back(bytes in proptest::collection::vec(0u8.., 1..40), start in 0usize..40, len in 1usize..40) {
            let start = start % bytes.len();
            let end = (start + len).min(bytes.len());
            let text = CellText::new(&bytes, start, end);
            proptest::prop_assert_eq!(text.of(&bytes), &bytes[start..end]);
            proptest::prop_assert_eq!(text.short().is_some(), end - start <= SHORT);
        }

        #[test]
        fn short_texts_are_equal_numbers_wherever_they_stand(
            text in proptest::collection::vec(0u8.., 1..8),
            before in proptest::collection::vec(0u8.., 0..9),
            after in proptest::collection::vec(0u8.., 0..9),
        ) {
            let all = [before.as_slice(), &text, &after].concat();
            let there = CellText::new(&all, before.len(), before.len() + text.len());
            proptest::prop_assert_eq!(there.short(), CellText::new(&text, 0, text.len()).short());
        }
    }
}
