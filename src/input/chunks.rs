//! Cuts a stream into runs of whole lines, without looking at any line: the fast path.

use std::io::{ErrorKind, Read};

/// Bytes read at a time; fits the second-level cache of common machines.
const CHUNK: usize = 1 << 20;

/// Bytes that a buffer starts with.
const FIRST: usize = 1 << 15;

/// A stream cut into runs of whole lines.
pub struct Chunks {
    reader: Box<dyn Read + Send>,
    /// Bytes read that belong to the next run: most often the start of a line.
    carry: Vec<u8>,
    /// Bytes of the stream read so far, the head included.
    taken: u64,
    /// Longest line allowed, in bytes, without its end.
    limit: usize,
    ended: bool,
    failure: Option<std::io::Error>,
}

/// What [`Chunks::fill`] did.
#[derive(Debug, PartialEq, Eq)]
pub enum Filled {
    /// The buffer holds whole lines (the last line of the stream may lack its end).
    Lines,
    /// A line was longer than the limit and was dropped; the buffer is empty.
    TooLong {
        /// Its length in bytes, with its end.
        length: u64,
    },
    /// Nothing is left.
    End,
}

impl Chunks {
    /// A stream that starts with `head`, which was already read from it.
    pub fn new(head: Vec<u8>, reader: Box<dyn Read + Send>, limit: usize) -> Self {
        let taken = head.len() as u64;
        Self { reader, carry: head, taken, limit: limit.max(1), ended: false, failure: None }
    }

    /// Whether nothing is left.
    pub fn is_at_end(&self) -> bool {
        self.ended && self.carry.is_empty()
    }

    /// How many bytes of the stream stand before the next run.
    pub fn position(&self) -> u64 {
        self.taken - self.carry.len() as u64
    }

    /// Why the stream broke off, if it did. Everything before was given out.
    pub fn take_failure(&mut self) -> Option<std::io::Error> {
        self.failure.take()
    }

    /// Drops `length` bytes of the head.
    pub fn skip(&mut self, length: usize) {
        let length = length.min(self.carry.len());
        self.carry.drain(..length);
    }

    /// Fills `bytes` with as many whole lines as fit into one chunk.
    pub fn fill(&mut self, bytes: &mut Vec<u8>) -> Filled {
        let most = self.limit.saturating_add(1);
        let mut room = CHUNK.min(most);
        let mut length = 0;
        loop {
            length = self.read_up_to(room, bytes, length);
            if self.is_at_end() && length <= self.limit {
                break;
            }
            if let Some(last) = memchr::memrchr(b'\n', &bytes[..length]) {
                self.put_back(&bytes[last + 1..length]);
                length = last + 1;
                break;
            }
            if length > self.limit {
                return self.drop_line(bytes, length as u64);
            }
            room = room.saturating_mul(2).min(most);
        }
        if self.is_at_end() {
            length = without_end_mark(&bytes[..length]);
        }
        bytes.truncate(length);
        if self.carry.is_empty() {
            // Without this, a run that ends with a line end would not know whether it is the last.
            self.grow_carry();
        }
        if length == 0 { Filled::End } else { Filled::Lines }
    }

    fn drop_line(&mut self, bytes: &mut Vec<u8>, mut length: u64) -> Filled {
        while !self.is_at_end() {
            bytes.resize(CHUNK, 0);
            let read = self.read_full(bytes);
            if let Some(end) = memchr::memchr(b'\n', &bytes[..read]) {
                self.put_back(&bytes[end + 1..read]);
                length += end as u64 + 1;
                break;
            }
            length += read as u64;
        }
        bytes.clear();
        Filled::TooLong { length }
    }

    /// Returns bytes to the front of what is left.
    pub fn put_back(&mut self, bytes: &[u8]) {
        self.carry.splice(..0, bytes.iter().copied());
    }

    fn grow_carry(&mut self) {
        let length = self.carry.len();
        if self.ended || length >= CHUNK {
            return;
        }
        let mut carry = std::mem::take(&mut self.carry);
        let length = self.read_up_to(CHUNK, &mut carry, length);
        carry.truncate(length);
        self.carry = carry;
    }

    /// Reads behind the first `length` bytes of a buffer until it holds `room` bytes or the stream
    /// ends; returns how many there are. The buffer grows as they come, so that a small file does
    /// not pay for the room of a large one; it keeps its length between calls, so that little is
    /// zeroed.
    fn read_up_to(&mut self, room: usize, bytes: &mut Vec<u8>, mut length: usize) -> usize {
        let mut most = bytes.len().max(FIRST).min(room);
        loop {
            bytes.resize(most, 0);
            length += self.read_full(&mut bytes[length..]);
            if length < most || most == room {
                return length;
            }
            most = most.saturating_mul(4).min(room);
        }
    }

    /// Reads until the buffer is full or the stream ends, so that runs do not depend on how a
    /// pipe delivers.
    fn read_full(&mut self, buffer: &mut [u8]) -> usize {
        let mut total = self.carry.len().min(buffer.len());
        buffer[..total].copy_from_slice(&self.carry[..total]);
        self.carry.drain(..total);
        while !self.ended && total < buffer.len() {
            match self.reader.read(&mut buffer[total..]) {
                Ok(0) => self.ended = true,
                Ok(read) => {
                    self.taken += read as u64;
                    total += read.min(buffer.len() - total);
                }
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => {
                    self.failure = Some(error);
                    self.ended = true;
                }
            }
        }
        total
    }
}

/// The length of the end of a stream without the marks that DOS programs put behind it (Ctrl-Z).
fn without_end_mark(bytes: &[u8]) -> usize {
    bytes.iter().rposition(|byte| *byte != 0x1A).map_or(0, |last| last + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn runs(text: &'static str, limit: usize) -> Vec<String> {
        let mut chunks = Chunks::new(Vec::new(), Box::new(text.as_bytes()), limit);
        let mut bytes = Vec::new();
        let mut runs = Vec::new();
        loop {
            match chunks.fill(&mut bytes) {
                Filled::Lines => runs.push(String::from_utf8(bytes.clone()).unwrap()),
                Filled::TooLong { length } => runs.push(format!("<{length}>")),
                Filled::End => return runs,
            }
        }
    }

    #[test]
    fn runs_end_at_line_ends_and_the_last_may_lack_one() {
        assert_eq!(runs("ab\ncd\nef", 5), ["ab\ncd\n", "ef"]);
        assert_eq!(runs("ab\ncd\n", 100), ["ab\ncd\n"]);
        assert_eq!(runs("", 100), Vec::<String>::new());
    }

    #[test]
    fn the_end_mark_of_old_programs_is_no_record() {
        assert_eq!(runs("ab\ncd\n\x1A\x1A", 100), ["ab\ncd\n"]);
        assert_eq!(runs("ab\ncd\x1A", 100), ["ab\ncd"]);
        assert_eq!(runs("a\x1Ab\n", 100), ["a\x1Ab\n"]);
        assert_eq!(runs("abcd\n\x1A", 4), ["abcd\n"]);
    }

    #[test]
    fn a_line_over_the_limit_is_dropped_and_reading_goes_on() {
        assert_eq!(runs("a\n123456789\nb\n", 4), ["a\n", "<10>", "b\n"]);
        assert_eq!(runs("1234\n123456789", 4), ["1234\n", "<9>"]);
    }

    #[test]
    fn runs_go_on_from_where_one_starts() {
        let text = b"ab\ncd\nef\ngh\n";
        let mut chunks = Chunks::new(text[..4].to_vec(), Box::new(&text[4..]), 7);
        let mut bytes = Vec::new();
        assert_eq!((chunks.fill(&mut bytes), chunks.position()), (Filled::Lines, 6));
        let mut later = Chunks::new(Vec::new(), Box::new(&text[6..]), 7);
        let mut again = Vec::new();
        assert_eq!(chunks.fill(&mut bytes), later.fill(&mut again));
        assert_eq!((bytes.as_slice(), again.as_slice()), (&b"ef\ngh\n"[..], &b"ef\ngh\n"[..]));
    }

    #[test]
    fn the_end_is_known_with_the_last_run() {
        let mut chunks = Chunks::new(b"ab\n".to_vec(), Box::new(&b"cd\n"[..]), 5);
        let mut bytes = Vec::new();
        assert_eq!(chunks.fill(&mut bytes), Filled::Lines);
        assert!(chunks.is_at_end());
    }
}
