//! Quoted records (RFC 4180), found by csv-core, with a way out where a quote is not closed.

use csv_core::{ReadRecordResult, Reader, ReaderBuilder, Terminator};

/// Most lines a cell with line breaks may span; beyond, its quote counts as not closed.
const MOST_LINES: usize = 100;

/// Splits quoted records.
pub struct Quoted {
    reader: Reader,
    separator: u8,
    columns: usize,
    limit: usize,
    text: Vec<u8>,
    ends: Vec<usize>,
}

/// What was found at the start of some bytes.
#[derive(Debug, PartialEq, Eq)]
pub enum QuotedScan {
    /// A record, and the bytes it takes up with its line end.
    Record(usize),
    /// A record of one line with a quote that is not closed at this offset. What follows the
    /// quote is split as if it meant nothing.
    Broken {
        /// Bytes of the line with its end.
        length: usize,
        /// Where the quote stands.
        quote: usize,
    },
    /// The bytes end inside a quoted cell.
    Open,
}

impl Quoted {
    /// A splitter for files with this separator and number of columns.
    pub fn new(separator: u8, columns: usize, limit: usize) -> Self {
        // Only LF ends a record: a CR before it is cut off later, one elsewhere is part of a cell.
        let reader = ReaderBuilder::new().delimiter(separator).terminator(Terminator::Any(b'\n')).build();
        Self { reader, separator, columns, limit, text: vec![0; 1 << 14], ends: vec![0; 512] }
    }

    /// Finds the record at the start of `bytes`, which hold whole lines. With `more`, bytes may
    /// follow; without, an open quote is a broken one.
    pub fn find(&mut self, bytes: &[u8], more: bool) -> QuotedScan {
        let end = self.read(bytes);
        let first_line = memchr::memchr(b'\n', bytes).map_or(bytes.len(), |end| end + 1);
        if let Some(length) = end {
            if length <= first_line || self.may_span(&bytes[..length], first_line) {
                return QuotedScan::Record(length);
            }
        } else if more && bytes.len() <= self.limit && memchr::memchr_iter(b'\n', bytes).count() <= MOST_LINES {
            return QuotedScan::Open;
        }
        let line = &bytes[..first_line];
        let quote = open_quote(line, self.separator).unwrap_or(0);
        self.read_broken(line, quote);
        QuotedScan::Broken { length: first_line, quote }
    }

    /// The cells of the record found last.
    pub fn cells(&self) -> impl Iterator<Item = &[u8]> {
        let count = self.ends.len();
        let starts = std::iter::once(0).chain(self.ends.iter().copied());
        starts.zip(&self.ends).enumerate().map(move |(at, (start, end))| {
            let cell = self.text.get(start..*end).unwrap_or_default();
            if at + 1 == count { cell.strip_suffix(b"\r").unwrap_or(cell) } else { cell }
        })
    }

    /// Whether a record of several lines, just read, is one: it has all columns, and its first line
    /// alone has not. Else a quote that was left open has met the next one.
    fn may_span(&mut self, bytes: &[u8], first_line: usize) -> bool {
        let lines = memchr::memchr_iter(b'\n', bytes).count();
        if lines > MOST_LINES || bytes.len() > self.limit || !self.has_all_columns() {
            return false;
        }
        let line = &bytes[..first_line];
        self.read_broken(line, open_quote(line, self.separator).unwrap_or(0));
        let complete = self.has_all_columns();
        self.read(bytes);
        !complete
    }

    fn has_all_columns(&self) -> bool {
        let count = self.cells().count();
        count == self.columns || (count == self.columns + 1 && self.cells().last().is_some_and(<[u8]>::is_empty))
    }

    /// Reads one record; its length, or `None` if the bytes end inside quotes. The last line of a
    /// file may lack its end, which is supplied.
    fn read(&mut self, bytes: &[u8]) -> Option<usize> {
        let supplied: &[u8] = if bytes.ends_with(b"\n") { b"" } else { b"\n" };
        let mut rests = [bytes, supplied].into_iter();
        let mut rest = rests.next().unwrap_or_default();
        self.reader.reset();
        self.text.resize(self.text.capacity(), 0);
        self.ends.resize(self.ends.capacity(), 0);
        let (mut taken, mut written, mut cells) = (0, 0, 0);
        let whole = loop {
            let (result, read, wrote, found) =
                self.reader.read_record(rest, &mut self.text[written..], &mut self.ends[cells..]);
            rest = &rest[read..];
            taken += read;
            written += wrote;
            cells += found;
            match result {
                ReadRecordResult::OutputFull => self.text.resize(self.text.len() * 2, 0),
                ReadRecordResult::OutputEndsFull => self.ends.resize(self.ends.len() * 2, 0),
                ReadRecordResult::Record => break true,
                ReadRecordResult::InputEmpty | ReadRecordResult::End => match rests.next() {
                    Some(next) if !next.is_empty() => rest = next,
                    _ => break false,
                },
            }
        };
        self.ends.truncate(cells);
        whole.then_some(taken.min(bytes.len()))
    }

    /// Reads a line up to the broken quote, and splits the rest without quoting.
    fn read_broken(&mut self, line: &[u8], quote: usize) {
        let mut before = line[..quote].to_vec();
        before.push(b'\n');
        let mut cells: Vec<Vec<u8>> = Vec::new();
        if quote > 0 && self.read(&before).is_some() {
            cells = self.cells().map(<[u8]>::to_vec).collect();
            // The separator before the quote has begun the cell that the rest fills.
            cells.pop();
        }
        let rest = line[quote..].strip_suffix(b"\n").unwrap_or(&line[quote..]);
        let rest = rest.strip_suffix(b"\r").unwrap_or(rest);
        cells.extend(rest.split(|byte| *byte == self.separator).map(<[u8]>::to_vec));
        self.text.clear();
        self.ends.clear();
        for cell in cells {
            self.text.extend_from_slice(&cell);
            self.ends.push(self.text.len());
        }
    }
}

/// Where the quote stands that a line leaves open.
fn open_quote(line: &[u8], separator: u8) -> Option<usize> {
    let mut at = 0;
    loop {
        if line.get(at) == Some(&b'"') {
            let opened = at;
            at += 1;
            loop {
                at += memchr::memchr(b'"', line.get(at..)?).unwrap_or_else(|| line.len() - at);
                if at >= line.len() {
                    return Some(opened);
                }
                if line.get(at + 1) != Some(&b'"') {
                    break;
                }
                at += 2;
            }
        }
        at += memchr::memchr(separator, line.get(at..)?)? + 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str, columns: usize, more: bool) -> (QuotedScan, Vec<String>) {
        let mut quoted = Quoted::new(b',', columns, 1000);
        let found = quoted.find(text.as_bytes(), more);
        (found, quoted.cells().map(|cell| String::from_utf8(cell.to_vec()).unwrap()).collect())
    }

    #[test]
    fn quotes_line_breaks_and_doubled_quotes_are_read() {
        let (end, cells) = found("\"a,b\",\"c\nd\",\"e\"\"f\"\r\nnext", 3, true);
        assert_eq!(end, QuotedScan::Record(20));
        assert_eq!(cells, ["a,b", "c\nd", "e\"f"]);
    }

    #[test]
    fn the_last_line_of_a_file_may_lack_its_end() {
        for text in ["\"a\",\"b\"", "a,\"b\"", "\"a\",b"] {
            assert_eq!(found(text, 2, false), (QuotedScan::Record(text.len()), vec!["a".to_owned(), "b".to_owned()]));
        }
        assert_eq!(found("\"a\nb\",\"c\"", 2, false), (QuotedScan::Record(9), vec!["a\nb".to_owned(), "c".to_owned()]));
        assert_eq!(found("\"a\",\"b", 2, false).0, QuotedScan::Broken { length: 6, quote: 4 });
    }

    #[test]
    fn an_open_quote_costs_one_line() {
        let (end, cells) = found("\"a,b\",\"c,d\ne,f,g\nh,i,\"j\"\n", 3, true);
        assert_eq!(end, QuotedScan::Broken { length: 11, quote: 6 });
        assert_eq!(cells, ["a,b", "\"c", "d"]);
    }

    #[test]
    fn an_open_quote_waits_for_more_bytes_if_there_are_any() {
        assert_eq!(found("a,\"b\n", 2, true).0, QuotedScan::Open);
        assert_eq!(found("a,\"b\n", 2, false).0, QuotedScan::Broken { length: 5, quote: 2 });
    }

    #[test]
    fn the_open_quote_is_found_behind_closed_ones() {
        assert_eq!(open_quote(b"\"a\",b,\"c\"\"d", b','), Some(6));
        assert_eq!(open_quote(b"\"a\",b\"c,d", b','), None);
    }
}
