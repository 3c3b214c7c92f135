//! One fast pass over a block: everything the reader must know about its bytes.

/// What a run of bytes holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Traits {
    /// Line feeds.
    pub line_feeds: u64,
    /// Carriage returns.
    pub returns: u64,
    /// Whether there is a NUL or a byte above 0x7F.
    pub care: bool,
    /// Whether there is a double quote.
    pub quote: bool,
}

/// Looks at every byte once. The inner loop is written so that it becomes vector code: byte
/// counters that cannot overflow within one stretch, and no branches.
pub fn traits(bytes: &[u8]) -> Traits {
    const STRETCH: usize = 192;
    let mut all = Traits::default();
    for stretch in bytes.chunks(STRETCH) {
        let (mut feeds, mut returns, mut care, mut quote) = (0u8, 0u8, 0u8, 0u8);
        for &byte in stretch {
            feeds += u8::from(byte == b'\n');
            returns += u8::from(byte == b'\r');
            care |= u8::from(byte.wrapping_sub(1) >= 0x7F);
            quote |= u8::from(byte == b'"');
        }
        all.line_feeds += u64::from(feeds);
        all.returns += u64::from(returns);
        all.care |= care != 0;
        all.quote |= quote != 0;
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_runs_are_counted_and_seen() {
        let mut bytes = vec![b'\n'; 1000];
        bytes.extend_from_slice(b"a\r\n\"");
        assert_eq!(traits(&bytes), Traits { line_feeds: 1001, returns: 1, care: false, quote: true });
    }

    #[test]
    fn nul_and_high_bytes_need_care_and_delete_does_not() {
        assert!(traits(b"\0").care && traits(b"\x80").care && traits(b"\xff").care);
        assert!(!traits(b"\x01\x7f abc").care);
    }
}
