//! Hashes of texts and records, for keys and for values compared within sets.

/// What [`fold`] makes of nothing.
pub(crate) const BLANK: u64 = 1;

/// The hash of a text without regard to (ASCII) case.
pub(crate) fn fold(text: &[u8]) -> u64 {
    if text.is_empty() {
        return BLANK;
    }
    let (words, rest) = text.as_chunks::<8>();
    let hash = words.iter().fold(mix(text.len() as u64), |hash, word| mix(hash ^ upper(u64::from_le_bytes(*word))));
    if rest.is_empty() {
        return hash;
    }
    let mut last = [0; 8];
    last[..rest.len()].copy_from_slice(rest);
    mix(hash ^ upper(u64::from_le_bytes(last)))
}

/// Eight bytes with their (ASCII) letters made capital, all at once.
#[inline]
pub(crate) fn upper(word: u64) -> u64 {
    const EACH: u64 = 0x0101_0101_0101_0101;
    const HIGH: u64 = 0x80 * EACH;
    let low = word & !HIGH;
    // A sum has the high bit of each byte that reaches "a", or that is beyond "z".
    let from_a = low + (0x80 - u64::from(b'a')) * EACH;
    let beyond_z = low + (0x7F - u64::from(b'z')) * EACH;
    let is_small = from_a & !beyond_z & !word & HIGH;
    word ^ (is_small >> 2)
}

/// Spreads every bit of a number over all others.
#[inline]
pub(crate) fn mix(value: u64) -> u64 {
    mix_two(value ^ 0x9E37_79B9_7F4A_7C15, 0xD6E8_FEB8_6659_FD93)
}

#[inline]
fn mix_two(a: u64, b: u64) -> u64 {
    let product = u128::from(a) * u128::from(b);
    (product as u64) ^ (product >> 64) as u64
}

/// The hash of a whole record, in four lanes that do not wait for each other.
pub(crate) fn of_record(record: &[u8]) -> u64 {
    const KEYS: [u64; 4] = [0x9E37_79B9_7F4A_7C15, 0xD6E8_FEB8_6659_FD93, 0xA076_1D64_78BD_642F, 0xE703_7ED1_A0B4_28DB];
    let mut lanes = KEYS;
    let (blocks, rest) = record.as_chunks::<64>();
    let mut add = |block: &[u8; 64]| {
        let (words, _) = block.as_chunks::<8>();
        for (lane, hash) in lanes.iter_mut().enumerate() {
            let (a, b) = (u64::from_le_bytes(words[2 * lane]), u64::from_le_bytes(words[2 * lane + 1]));
            *hash = mix_two(*hash ^ a, KEYS[lane] ^ b).wrapping_add(hash.rotate_left(23));
        }
    };
    blocks.iter().for_each(&mut add);
    let mut last = [0; 64];
    last[..rest.len()].copy_from_slice(rest);
    add(&last);
    lanes.into_iter().fold(mix(record.len() as u64), |all, lane| mix(all ^ lane))
}

#[cfg(test)]
mod tests {
    use super::*;

    proptest::proptest! {
        #[test]
        fn a_changed_byte_changes_the_hash(record in proptest::collection::vec(0u8.., 1..300), at in 0usize..300, by in 1u8..) {
            let mut other = record.clone();
            other[at % record.len()] ^= by;
            proptest::prop_assert_ne!(of_record(&record), of_record(&other));
            other.copy_from_slice(&record);
            proptest::prop_assert_eq!(of_record(&record), of_record(&other));
            other.push(0);
            proptest::prop_assert_ne!(of_record(&record), of_record(&other));
        }
    }

    #[test]
    fn case_does_not_matter() {
        assert_eq!(fold(b"Smith-Jones"), fold(b"SMITH-jones"));
        assert_ne!(fold(b"Smith"), fold(b"Smith "));
        assert_eq!(fold(b""), BLANK);
        for byte in 0..=u8::MAX {
            let word = u64::from_le_bytes([byte, b'a', byte, b'Z', b'z', b'@', byte, b'{']);
            let capital = byte.to_ascii_uppercase();
            assert_eq!(upper(word).to_le_bytes(), [capital, b'A', capital, b'Z', b'Z', b'@', capital, b'{']);
        }
    }
}
