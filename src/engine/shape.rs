//! The shape of a text: which kinds of bytes it holds and how long it is. A look at the shape answers many
//! conditions without reading the text again.

/// Kinds of bytes in a text, one bit a kind.
pub(crate) type Kinds = u32;

pub(crate) const DIGIT: Kinds = 1;
pub(crate) const LETTER_E: Kinds = 1 << 1;
pub(crate) const UPPER: Kinds = 1 << 2;
pub(crate) const LOWER: Kinds = 1 << 3;
pub(crate) const SPACE: Kinds = 1 << 4;
pub(crate) const CONTROL: Kinds = 1 << 5;
pub(crate) const NON_ASCII: Kinds = 1 << 6;
pub(crate) const OTHER: Kinds = 1 << 7;
/// Signs with a kind of their own: rules look for them.
pub(crate) const SIGNS: &[u8] = b"=#.+-/?&_,\"";

const fn kind_table() -> [Kinds; 256] {
    let mut table = [OTHER; 256];
    let mut byte = 0;
    while byte < 256 {
        table[byte] = match byte as u8 {
            b'0'..=b'9' => DIGIT,
            b'e' | b'E' => LETTER_E,
            b'A'..=b'Z' => UPPER,
            b'a'..=b'z' => LOWER,
            b' ' => SPACE,
            0..=31 | 127 => CONTROL,
            128..=255 => NON_ASCII,
            _ => OTHER,
        };
        byte += 1;
    }
    let mut sign = 0;
    while sign < SIGNS.len() {
        table[SIGNS[sign] as usize] = 1 << (8 + sign);
        sign += 1;
    }
    table
}

pub(crate) static KINDS: [Kinds; 256] = kind_table();

/// The kinds of bytes that a text holds.
#[inline]
pub(crate) fn kinds(text: &[u8]) -> Kinds {
    text.iter().fold(0, |kinds, byte| kinds | KINDS[usize::from(*byte)])
}

/// Whether a text of these kinds may have anything but printable ASCII in it.
pub(crate) fn is_plain(kinds: Kinds) -> bool {
    kinds & (CONTROL | NON_ASCII) == 0
}

/// Whether a text of these kinds may have outer spaces.
pub(crate) fn may_have_space(kinds: Kinds) -> bool {
    kinds & (SPACE | CONTROL | NON_ASCII) != 0
}

/// Whether a text of these kinds may hold a character that broken letters show themselves by.
pub(crate) fn may_be_broken(kinds: Kinds) -> bool {
    kinds & (NON_ASCII | KINDS[b'?' as usize]) != 0
}

/// Whether a text of these kinds is all digits.
pub(crate) fn is_digits(kinds: Kinds) -> bool {
    kinds == DIGIT
}

/// Whether a text of these kinds is made of digits, points and signs.
pub(crate) fn is_decimal(kinds: Kinds) -> bool {
    kinds & DIGIT != 0 && kinds & !(DIGIT | KINDS[b'.' as usize] | KINDS[b'-' as usize]) == 0
}

/// Whether a text of these kinds holds an ampersand.
pub(crate) fn has_parts(kinds: Kinds) -> bool {
    kinds & KINDS[b'&' as usize] != 0
}

/// The kinds of bytes of a text, and how many bytes it has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct TextShape {
    pub(crate) kinds: Kinds,
    pub(crate) len: usize,
}
