//! What the reader must know about the bytes of a block, found with vector instructions.

/// What a run of bytes holds besides plain text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Traits {
    /// Whether there is a NUL or a byte above 0x7F.
    pub care: bool,
    /// Whether there is a double quote.
    pub quote: bool,
}

/// Looks at every byte; most blocks hold nothing remarkable, and that is found out fast.
pub fn traits(bytes: &[u8]) -> Traits {
    let care = !bytes.is_ascii();
    if memchr::memchr2(0, b'"', bytes).is_none() {
        return Traits { care, quote: false };
    }
    let care = care || memchr::memchr(0, bytes).is_some();
    Traits { care, quote: memchr::memchr(b'"', bytes).is_some() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nul_high_bytes_and_quotes_are_seen_and_delete_is_text() {
        let seen = |bytes: &[u8]| (traits(bytes).care, traits(bytes).quote);
        assert_eq!(seen(b"\x01\x7f abc\r\n"), (false, false));
        assert_eq!((seen(b"a\0"), seen(b"\x80"), seen(b"\xff\"")), ((true, false), (true, false), (true, true)));
        assert_eq!(seen(b"a\"b"), (false, true));
    }
}
