//! Lines of a text, one at a time, and the cells of a line; bounded, without copying.

use std::io::{self, Read};
use std::ops::Range;

/// Bytes asked for at a time.
const READ: usize = 1 << 18;

/// Reads a stream line by line.
pub struct LineReader<R> {
    stream: R,
    buffer: Vec<u8>,
    /// The part of the buffer that was not given out yet.
    waiting: Range<usize>,
    ended: bool,
    line: u64,
    longest: usize,
}

/// Why a stream of lines was stopped.
#[derive(Debug, thiserror::Error)]
#[error("line {line} is longer than {longest} bytes")]
pub struct LongLine {
    line: u64,
    longest: usize,
}

impl<R: Read> LineReader<R> {
    /// The lines of a stream; a longer one than `longest` bytes is a failure.
    pub fn new(stream: R, longest: usize) -> Self {
        Self { stream, buffer: Vec::new(), waiting: 0..0, ended: false, line: 0, longest }
    }

    /// The next line and its number (1-based), without its end; `None` after the last one.
    ///
    /// # Errors
    /// When the stream fails or a line is too long.
    pub fn next(&mut self) -> io::Result<Option<(u64, &[u8])>> {
        let mut looked = 0;
        loop {
            let waiting = self.buffer.get(self.waiting.clone()).unwrap_or_default();
            if let Some(end) = memchr::memchr(b'\n', waiting.get(looked..).unwrap_or_default()) {
                return Ok(Some(self.give(looked + end, 1)));
            }
            looked = waiting.len();
            if looked > self.longest {
                return Err(io::Error::other(LongLine { line: self.line + 1, longest: self.longest }));
            }
            if self.ended {
                return Ok((looked > 0).then(|| self.give(looked, 0)));
            }
            self.refill()?;
        }
    }

    fn give(&mut self, length: usize, end: usize) -> (u64, &[u8]) {
        let start = self.waiting.start;
        self.waiting.start = (start + length + end).min(self.waiting.end);
        self.line += 1;
        let line = self.buffer.get(start..start + length).unwrap_or_default();
        let content = line.iter().rposition(|byte| *byte != b'\r').map_or(0, |last| last + 1);
        (self.line, line.get(..content).unwrap_or_default())
    }

    fn refill(&mut self) -> io::Result<()> {
        self.buffer.copy_within(self.waiting.clone(), 0);
        let kept = self.waiting.len();
        self.buffer.resize(kept + READ, 0);
        let read = loop {
            match self.stream.read(self.buffer.get_mut(kept..).unwrap_or_default()) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                result => break result?,
            }
        };
        self.ended = read == 0;
        self.waiting = 0..kept + read;
        Ok(())
    }
}

/// Finds the cells of a line, at most so many.
pub fn split(line: &[u8], separator: u8, most: usize, cells: &mut Vec<Range<u32>>) {
    cells.clear();
    if memchr::memchr(b'"', line).is_some() {
        return split_quoted(line, separator, most, cells);
    }
    let mut start = 0;
    for end in memchr::memchr_iter(separator, line).chain(std::iter::once(line.len())) {
        if cells.len() == most {
            return;
        }
        cells.push(trimmed(line, start, end));
        start = end + 1;
    }
}

/// As [`split`], with separators inside quotes taken for text. Quotes around a cell are left out;
/// doubled ones stay doubled, as only names can have them.
fn split_quoted(line: &[u8], separator: u8, most: usize, cells: &mut Vec<Range<u32>>) {
    let (mut start, mut inside) = (0, false);
    for place in memchr::memchr2_iter(separator, b'"', line).chain(std::iter::once(line.len())) {
        if line.get(place) == Some(&b'"') {
            inside = !inside;
            continue;
        }
        if inside && place < line.len() {
            continue;
        }
        if cells.len() == most {
            return;
        }
        let cell = trimmed(line, start, place);
        let text = line.get(cell.start as usize..cell.end as usize).unwrap_or_default();
        let is_quoted = text.len() >= 2 && text.starts_with(b"\"") && text.ends_with(b"\"");
        cells.push(if is_quoted { trimmed(line, cell.start as usize + 1, cell.end as usize - 1) } else { cell });
        start = place + 1;
    }
}

fn trimmed(line: &[u8], mut start: usize, mut end: usize) -> Range<u32> {
    while start < end && line.get(start).is_some_and(u8::is_ascii_whitespace) {
        start += 1;
    }
    while start < end && line.get(end - 1).is_some_and(u8::is_ascii_whitespace) {
        end -= 1;
    }
    // Lines are far shorter than 4 GiB.
    start as u32..end as u32
}

/// A cell of a line; blank where the line has too few.
pub fn cell<'a>(line: &'a [u8], cells: &[Range<u32>], place: usize) -> &'a [u8] {
    let range = cells.get(place).map(|cell| cell.start as usize..cell.end as usize);
    range.and_then(|range| line.get(range)).unwrap_or_default()
}

/// The text of a name: UTF-8, else Windows-1252.
pub fn name(bytes: &[u8]) -> String {
    let text = match std::str::from_utf8(bytes) {
        Ok(text) => text.to_owned(),
        Err(_) => encoding_rs::WINDOWS_1252.decode_without_bom_handling(bytes).0.into_owned(),
    };
    text.replace("\"\"", "\"")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn cells_of(line: &[u8], separator: u8) -> Vec<String> {
        let mut cells = Vec::new();
        split(line, separator, usize::MAX, &mut cells);
        (0..cells.len()).map(|place| name(cell(line, &cells, place))).collect()
    }

    #[test]
    fn quotes_and_spaces_around_cells_are_left_out() {
        assert_eq!(cells_of(b"\"00\",,3,\"a, b\", x ,\"\"", b','), ["00", "", "3", "a, b", "x", ""]);
        assert_eq!(cells_of(b"00^^3^a, b^", b'^'), ["00", "", "3", "a, b", ""]);
        assert_eq!(cells_of(b"Pe\xF1a^\xC3\xB1", b'^'), ["Peña", "ñ"]);
    }

    #[test]
    fn a_line_beyond_the_limit_is_a_failure() {
        let mut lines = LineReader::new(&b"short\nvery long line\n"[..], 8);
        assert_eq!(lines.next().unwrap(), Some((1, &b"short"[..])));
        // What stands in the buffer already is not too long to be given out.
        let text = vec![b'x'; READ * 2];
        assert!(LineReader::new(&text[..], 8).next().is_err());
    }

    proptest! {
        #[test]
        fn lines_are_those_of_the_text(text in "[ab\r\n]{0,80}", step in 1_usize..9) {
            struct Slow<'a>(&'a [u8], usize);
            impl Read for Slow<'_> {
                fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
                    let length = self.0.len().min(self.1).min(buffer.len());
                    let (now, later) = self.0.split_at(length);
                    buffer[..length].copy_from_slice(now);
                    self.0 = later;
                    Ok(length)
                }
            }
            let mut lines = LineReader::new(Slow(text.as_bytes(), step), 1000);
            let mut read = Vec::new();
            while let Some((number, line)) = lines.next().unwrap() {
                read.push(String::from_utf8(line.to_vec()).unwrap());
                prop_assert_eq!(number as usize, read.len());
            }
            let body = text.strip_suffix('\n').unwrap_or(&text);
            let expected: Vec<String> = if text.is_empty() {
                Vec::new()
            } else {
                body.split('\n').map(|line| line.trim_end_matches('\r').to_owned()).collect()
            };
            prop_assert_eq!(read, expected);
        }

        #[test]
        fn plain_lines_split_as_the_reference_does(cells in proptest::collection::vec("[a-z0-9.*]{0,6}", 1..9)) {
            let line = cells.join("^");
            prop_assert_eq!(cells_of(line.as_bytes(), b'^'), cells.clone());
            let quoted: Vec<String> = cells.iter().map(|cell| format!("\"{cell}\"")).collect();
            prop_assert_eq!(cells_of(quoted.join(",").as_bytes(), b','), cells);
        }
    }
}
