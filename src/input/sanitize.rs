//! Puts right what an engine of text must not meet: NUL bytes, and bytes that are not UTF-8.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use encoding_rs::{Encoding, WINDOWS_1252};

use super::model;
use crate::finding::FileFinding;
use crate::finding::draft::at_line;

/// The first of several like troubles, and their number.
#[derive(Clone, Copy, Default)]
pub struct TroubleCount {
    first: Option<(u64, u64)>,
    count: u64,
}

impl TroubleCount {
    /// Counts one at a line and byte offset.
    pub fn add(&mut self, line: u64, byte: u64) {
        self.first.get_or_insert((line, byte));
        self.count += 1;
    }

    /// One finding for all, at the first.
    pub fn finding(&self, code: &'static str) -> Option<FileFinding> {
        let (line, byte) = self.first?;
        Some(at_line(code, line, byte).with("count", self.count).count(self.count).done())
    }
}

/// Puts blocks right and remembers what it had to do.
#[derive(Default)]
pub struct Sanitizer {
    /// Whether bytes that are not UTF-8 have to be replaced: the user says that it is UTF-8.
    strict: bool,
    undecodable: Option<Arc<AtomicBool>>,
    nul: TroubleCount,
    bad: TroubleCount,
}

impl Sanitizer {
    /// For a file whose encoding was found out or, in `stated`, given by the user. `undecodable`
    /// is set by a decoder that has put U+FFFD into the stream.
    pub fn new(stated: Option<model::Encoding>, undecodable: Option<Arc<AtomicBool>>) -> Self {
        let strict = matches!(stated, Some(model::Encoding::Utf8 | model::Encoding::Utf8Bom));
        Self { strict, undecodable, ..Self::default() }
    }

    /// Replaces NUL bytes by spaces and decodes lines that are not UTF-8 as Windows-1252, line by
    /// line: where exports were pasted together, each keeps its own letters. `line` and `byte`
    /// are those of the block's start.
    pub fn put_right(&mut self, bytes: &mut Vec<u8>, line: u64, byte: u64) {
        self.replace_nul(bytes, line, byte);
        let valid = Encoding::utf8_valid_up_to(bytes);
        if valid < bytes.len() {
            *bytes = self.decode_lines(bytes, valid, line, byte);
        } else if self.bad.first.is_none() {
            self.find_replaced(bytes, line, byte);
        }
    }

    fn replace_nul(&mut self, bytes: &mut [u8], line: u64, byte: u64) {
        let (mut from, mut at_line) = (0, line);
        while let Some(found) = memchr::memchr(0, &bytes[from..]) {
            let at = from + found;
            at_line += line_feeds(&bytes[from..at]);
            self.nul.add(at_line, byte + at as u64);
            bytes[at] = b' ';
            from = at + 1;
        }
    }

    fn decode_lines(&mut self, bytes: &[u8], valid: usize, line: u64, byte: u64) -> Vec<u8> {
        let start = memchr::memrchr(b'\n', &bytes[..valid]).map_or(0, |end| end + 1);
        let mut decoded = bytes[..start].to_vec();
        let first_line = line + line_feeds(&bytes[..start]);
        let mut offset = byte + start as u64;
        for (at_line, one) in (first_line..).zip(bytes[start..].split_inclusive(|byte| *byte == b'\n')) {
            match std::str::from_utf8(one) {
                Ok(_) => decoded.extend_from_slice(one),
                Err(error) => {
                    self.bad.add(at_line, offset + error.valid_up_to() as u64);
                    decoded.extend_from_slice(self.decode(one).as_bytes());
                }
            }
            offset += one.len() as u64;
        }
        decoded
    }

    fn decode<'a>(&self, line: &'a [u8]) -> std::borrow::Cow<'a, str> {
        if self.strict {
            return String::from_utf8_lossy(line);
        }
        WINDOWS_1252.decode_without_bom_handling(line).0
    }

    fn find_replaced(&mut self, bytes: &[u8], line: u64, byte: u64) {
        if !self.undecodable.as_ref().is_some_and(|flag| flag.load(Ordering::Relaxed)) {
            return;
        }
        if let Some(at) = memchr::memmem::find(bytes, "\u{FFFD}".as_bytes()) {
            self.bad.add(line + line_feeds(&bytes[..at]), byte + at as u64);
        }
    }

    /// What was put right, as findings.
    pub fn findings(&self) -> impl Iterator<Item = FileFinding> {
        [self.bad.finding("L001"), self.nul.finding("L032")].into_iter().flatten()
    }
}

fn line_feeds(bytes: &[u8]) -> u64 {
    memchr::memchr_iter(b'\n', bytes).count() as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    type Noticed = (&'static str, Option<u64>, u64);

    fn cared(bytes: &[u8]) -> (String, Vec<Noticed>) {
        let mut care = Sanitizer::default();
        let mut bytes = bytes.to_vec();
        care.put_right(&mut bytes, 2, 100);
        let findings = care.findings().map(|one| (one.code, one.line, one.byte.unwrap())).collect();
        (String::from_utf8(bytes).unwrap(), findings)
    }

    #[test]
    fn each_line_is_decoded_by_itself() {
        let (text, findings) = cared(b"a\nNu\xC3\xB1ez\nNu\xF1ez\n");
        assert_eq!(text, "a\nNuñez\nNuñez\n");
        assert_eq!(findings, [("L001", Some(4), 111)]);
    }

    #[test]
    fn nul_bytes_become_spaces_and_are_told() {
        let (text, findings) = cared(b"a\nb\0c\0\n");
        assert_eq!((text.as_str(), findings), ("a\nb c \n", vec![("L032", Some(3), 103)]));
    }
}
