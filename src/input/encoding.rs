//! Finds the encoding of a file and turns what is not UTF-8 into it.

use std::io::{self, Read};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use encoding_rs::{Decoder, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252};

use super::model::{Encoding};
use super::stream::Bytes;

/// An encoding with the reason for it.
pub struct FoundEncoding {
    /// The encoding.
    pub encoding: Encoding,
    /// Bytes of the mark at the start of the file.
    pub mark: usize,
    /// Why.
    pub why: &'static str,
}

/// Finds the encoding from the first bytes of a file.
pub fn find_encoding(head: &[u8]) -> FoundEncoding {
    let found = |encoding, mark, why| FoundEncoding { encoding, mark, why };
    if head.starts_with(b"\xEF\xBB\xBF") {
        return found(Encoding::Utf8Bom, 3, "the file starts with a byte order mark");
    }
    if head.starts_with(b"\xFF\xFE\0\0") {
        return found(Encoding::Utf32Le, 4, "the file starts with the byte order mark FF FE 00 00");
    }
    if head.starts_with(b"\0\0\xFE\xFF") {
        return found(Encoding::Utf32Be, 4, "the file starts with the byte order mark 00 00 FE FF");
    }
    if head.starts_with(b"\xFF\xFE") {
        return found(Encoding::Utf16Le, 2, "the file starts with the byte order mark FF FE");
    }
    if head.starts_with(b"\xFE\xFF") {
        return found(Encoding::Utf16Be, 2, "the file starts with the byte order mark FE FF");
    }
    if let Some(encoding) = unmarked_utf32(head) {
        return found(encoding, 0, "three of four bytes are NUL");
    }
    if let Some(encoding) = unmarked_utf16(head) {
        return found(encoding, 0, "every second byte is NUL");
    }
    match std::str::from_utf8(head) {
        Err(error) if error.error_len().is_some() => {
            found(Encoding::Windows1252, 0, "there are bytes that are not UTF-8 and no byte order mark")
        }
        _ if head.is_ascii() => found(Encoding::Utf8, 0, "the first records are plain ASCII"),
        _ => found(Encoding::Utf8, 0, "the first records are valid UTF-8"),
    }
}

/// The length of the mark where the encoding was stated by the user.
pub fn mark_length(head: &[u8], encoding: Encoding) -> usize {
    let mark: &[u8] = match encoding {
        Encoding::Utf8 | Encoding::Utf8Bom => b"\xEF\xBB\xBF",
        Encoding::Utf16Le => b"\xFF\xFE",
        Encoding::Utf16Be => b"\xFE\xFF",
        Encoding::Utf32Le => b"\xFF\xFE\0\0",
        Encoding::Utf32Be => b"\0\0\xFE\xFF",
        Encoding::Windows1252 => return 0,
    };
    if head.starts_with(mark) { mark.len() } else { 0 }
}

fn unmarked_utf32(head: &[u8]) -> Option<Encoding> {
    const LOOK: usize = 128;
    let start = head.get(..LOOK)?;
    let all = |is_letter: fn(&[u8]) -> bool| start.chunks_exact(4).all(is_letter);
    if all(|four| matches!(four, [1..=255, 0, 0, 0])) {
        return Some(Encoding::Utf32Le);
    }
    all(|four| matches!(four, [0, 0, 0, 1..=255])).then_some(Encoding::Utf32Be)
}

fn unmarked_utf16(head: &[u8]) -> Option<Encoding> {
    const LOOK: usize = 64;
    let start = head.get(..LOOK)?;
    let text = |first: usize| {
        let pairs = start.chunks_exact(2);
        pairs.filter(|pair| pair[first] != 0 && pair[1 - first] == 0).count() == LOOK / 2
    };
    match (text(0), text(1)) {
        (true, _) => Some(Encoding::Utf16Le),
        (_, true) => Some(Encoding::Utf16Be),
        _ => None,
    }
}

/// What turns bytes into UTF-8.
enum Charset {
    /// Any encoding of the web.
    Web(Decoder),
    /// UTF-32, with the bytes of a letter that is not whole yet.
    Four { number: fn([u8; 4]) -> u32, begun: Vec<u8> },
}

/// A stream in another encoding read as UTF-8. What cannot be decoded becomes U+FFFD.
pub struct Decoding {
    inner: Bytes,
    charset: Charset,
    raw: Vec<u8>,
    ready: Vec<u8>,
    given: usize,
    ended: bool,
    damaged: Arc<AtomicBool>,
}

impl Decoding {
    /// A decoder, and a flag that is set once something could not be decoded.
    pub fn new(inner: Bytes, encoding: Encoding) -> (Self, Arc<AtomicBool>) {
        let of_web = |charset: &'static encoding_rs::Encoding| Charset::Web(charset.new_decoder_without_bom_handling());
        let charset = match encoding {
            Encoding::Utf16Be => of_web(UTF_16BE),
            Encoding::Utf16Le => of_web(UTF_16LE),
            Encoding::Utf32Be => Charset::Four { number: u32::from_be_bytes, begun: Vec::new() },
            Encoding::Utf32Le => Charset::Four { number: u32::from_le_bytes, begun: Vec::new() },
            Encoding::Windows1252 => of_web(WINDOWS_1252),
            Encoding::Utf8 | Encoding::Utf8Bom => of_web(UTF_8),
        };
        let damaged = Arc::new(AtomicBool::new(false));
        let flag = Arc::clone(&damaged);
        let raw = vec![0; 1 << 16];
        (Self { inner, charset, raw, ready: Vec::new(), given: 0, ended: false, damaged }, flag)
    }

    fn refill(&mut self) -> io::Result<()> {
        let read = self.inner.read(&mut self.raw)?;
        self.ended = read == 0;
        self.given = 0;
        let damaged = match &mut self.charset {
            Charset::Web(decoder) => {
                let room = decoder.max_utf8_buffer_length(read).unwrap_or(4 * read + 16);
                self.ready.resize(room, 0);
                let (_, _, written, damaged) = decoder.decode_to_utf8(&self.raw[..read], &mut self.ready, self.ended);
                self.ready.truncate(written);
                damaged
            }
            Charset::Four { number, begun } => {
                begun.extend_from_slice(&self.raw[..read]);
                let text = decode_four(begun, *number, self.ended);
                self.ready = text.into_bytes();
                memchr::memmem::find(&self.ready, "\u{FFFD}".as_bytes()).is_some()
            }
        };
        if damaged {
            self.damaged.store(true, Ordering::Relaxed);
        }
        Ok(())
    }
}

impl Read for Decoding {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.given == self.ready.len() && !self.ended {
            self.refill()?;
        }
        Ok(hand_on(&self.ready, &mut self.given, buffer))
    }
}

/// Copies bytes that are ready and were not given yet into a buffer; returns how many.
pub(super) fn hand_on(ready: &[u8], given: &mut usize, buffer: &mut [u8]) -> usize {
    let waiting = &ready[*given..];
    let length = waiting.len().min(buffer.len());
    buffer[..length].copy_from_slice(&waiting[..length]);
    *given += length;
    length
}

/// Takes the whole letters off the front of bytes that hold four for each; at the end, what is left is no letter.
fn decode_four(bytes: &mut Vec<u8>, number: fn([u8; 4]) -> u32, ended: bool) -> String {
    let letters = bytes.chunks_exact(4).map(|four| {
        let four = four.try_into().unwrap_or_default();
        char::from_u32(number(four)).unwrap_or(char::REPLACEMENT_CHARACTER)
    });
    let mut text: String = letters.collect();
    bytes.drain(..bytes.len() / 4 * 4);
    if ended && !bytes.is_empty() {
        bytes.clear();
        text.push(char::REPLACEMENT_CHARACTER);
    }
    text
}

/// A stream whose lines end in CR alone, as old programs wrote them, read with LF.
pub struct LoneReturns(pub Bytes);

impl Read for LoneReturns {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.0.read(buffer)?;
        for byte in &mut buffer[..read] {
            if *byte == b'\r' {
                *byte = b'\n';
            }
        }
        Ok(read)
    }
}
