//! Undoes what happens to a caret file that is opened by double click and saved as comma-separated text: commas stand
//! at the end of its lines, and whole lines stand in quotes.

use std::io::{self, BufRead, BufReader, Read};

use super::encoding::hand_on;
use super::quoted::{Quoted, QuotedScan};
use super::stream::Bytes;

/// Fewest carets of a line that is a record or a header; the narrowest layout has far more.
const FEWEST_CARETS: usize = 20;

/// What such a file shows of it, in words; `None` for any other file.
pub fn saved_as_csv(text: &[u8]) -> Option<&'static str> {
    let mut padded = false;
    for line in text.split_inclusive(|byte| *byte == b'\n') {
        let Some(line) = line.strip_suffix(b"\n") else { break };
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        if line.first() == Some(&b'"') && is_whole_quoted(line) {
            return Some("whole lines stand in quotes");
        }
        padded = padded || (line.last() == Some(&b',') && is_padded(line));
    }
    padded.then_some("lines end in commas")
}

/// Whether the quote at the start of a line closes only after many carets. One that closes before the first of them
/// is that of a single cell.
fn is_whole_quoted(line: &[u8]) -> bool {
    let mut at = 1;
    while let Some(found) = memchr::memchr(b'"', line.get(at..).unwrap_or_default()) {
        let end = at + found;
        if line.get(end + 1) != Some(&b'"') {
            return carets(&line[..end]) >= FEWEST_CARETS;
        }
        at = end + 2;
    }
    false
}

/// Whether the commas stand behind the mark that ends a record, or behind the last heading.
fn is_padded(line: &[u8]) -> bool {
    let body = without_commas(line);
    let last = body.rsplit(|byte| *byte == b'^').next().unwrap_or_default();
    let heading: Vec<u8> =
        last.iter().filter(|byte| byte.is_ascii_alphabetic()).map(u8::to_ascii_lowercase).collect();
    carets(body) >= FEWEST_CARETS && (last == b"ZZ" || heading == b"endofrecord")
}

fn carets(line: &[u8]) -> usize {
    memchr::memchr_iter(b'^', line).count()
}

fn without_commas(line: &[u8]) -> &[u8] {
    let end = line.iter().rposition(|byte| *byte != b',').map_or(0, |last| last + 1);
    &line[..end]
}

/// A line as it stood in the caret file, given without its end.
pub fn unsplit(line: &[u8]) -> Vec<u8> {
    if !line.contains(&b'"') {
        return without_commas(line).to_vec();
    }
    let mut quoted = Quoted::new(b',', 0, line.len());
    match quoted.find(line, false) {
        QuotedScan::Record(_) => {
            let cells: Vec<&[u8]> = quoted.cells().collect();
            without_commas(&cells.join(&b","[..])).to_vec()
        }
        QuotedScan::Broken { .. } | QuotedScan::Open => without_commas(line).to_vec(),
    }
}

/// A stream of such lines, read as those of the caret file.
pub struct Unsplit {
    inner: BufReader<Bytes>,
    ready: Vec<u8>,
    given: usize,
    /// Longest line that is looked at; the parts of a longer one pass as they are.
    limit: usize,
}

impl Unsplit {
    /// A stream over another.
    pub fn new(inner: Bytes, limit: usize) -> Self {
        Self { inner: BufReader::with_capacity(1 << 16, inner), ready: Vec::new(), given: 0, limit }
    }

    fn refill(&mut self) -> io::Result<()> {
        let mut line = Vec::new();
        (&mut self.inner).take(self.limit as u64).read_until(b'\n', &mut line)?;
        self.given = 0;
        self.ready.clear();
        let Some(body) = line.strip_suffix(b"\n") else {
            let is_last = line.len() < self.limit;
            self.ready = if is_last { unsplit(&line) } else { line };
            return Ok(());
        };
        let (body, end) = match body.strip_suffix(b"\r") {
            Some(body) => (body, &b"\r\n"[..]),
            None => (body, &b"\n"[..]),
        };
        self.ready.extend(unsplit(body));
        self.ready.extend_from_slice(end);
        Ok(())
    }
}

impl Read for Unsplit {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.given == self.ready.len() {
            self.refill()?;
        }
        Ok(hand_on(&self.ready, &mut self.given, buffer))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(name: &str) -> String {
        format!("01{}{name}{}ZZ", "^".repeat(15), "^".repeat(15))
    }

    #[test]
    fn lines_are_as_they_were() {
        let plain = record("Rivera, Ada");
        assert_eq!(unsplit(format!("{plain},,").as_bytes()), plain.as_bytes());
        let nick = record("Ada \"Nan\"");
        let quoted = format!("\"{}\",", nick.replace('"', "\"\""));
        assert_eq!(unsplit(quoted.as_bytes()), nick.as_bytes());
        let parts = "\"01^Ada \"\"Nan\"\"\", Rivera^ZZ,".to_owned();
        assert_eq!(unsplit(parts.as_bytes()), b"01^Ada \"Nan\", Rivera^ZZ");
    }

    #[test]
    fn only_saved_files_are_taken_for_such() {
        let line = |text: String| saved_as_csv((text + "\n").as_bytes());
        assert_eq!(line(record("Rivera")), None);
        assert_eq!(line(record("Rivera, Ada")), None);
        assert_eq!(line(format!("\"01\"{}\"ZZ\"", "^\"x\"^".repeat(20))), None);
        assert_eq!(line("a,b,c,".to_owned()), None);
        assert_eq!(line(format!("{},", record("Rivera"))), Some("lines end in commas"));
        assert_eq!(line(format!("\"{}\"", record("Rivera"))), Some("whole lines stand in quotes"));
    }

    #[test]
    fn a_stream_is_read_to_its_end() {
        let text = format!("{},\r\n\"{}\"", record("a"), record("b"));
        let mut all = String::new();
        Unsplit::new(Box::new(io::Cursor::new(text.into_bytes())), 1 << 20).read_to_string(&mut all).unwrap();
        assert_eq!(all, format!("{}\r\n{}", record("a"), record("b")));
    }
}
