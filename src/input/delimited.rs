//! Blocks of a delimited file: whole lines as they stand in the file where no cell is quoted,
//! else records with their cells found.

use super::chunks::{Chunks, Filled};
use super::error::InputError;
use super::failure::broken_off;
use super::model::{Block, BlockSource, ReadMark};
use super::quoted::{QuotedScan, Quoted};
use super::rows::RowBuilder;
use super::sanitize::{Sanitizer, TroubleCount};
use super::scan::traits;
use super::stream::HashSource;
use super::watch::{Run, Watch};
use crate::finding::FileFinding;
use crate::finding::draft::{at_line, file};

/// What a delimited source is made of.
pub struct DelimitedParts {
    /// The stream, after the header.
    pub chunks: Chunks,
    /// The line that comes next, 1-based.
    pub line: u64,
    /// Offset of the next byte in the decoded file.
    pub offset: u64,
    /// The byte between cells.
    pub separator: u8,
    /// Columns of the header.
    pub columns: usize,
    /// Longest record.
    pub limit: usize,
    /// What puts blocks right.
    pub care: Sanitizer,
    /// What is watched for.
    pub watch: Watch,
    /// The hash of the stored file.
    pub fingerprint: HashSource,
    /// The byte of the stored file at which the stream starts, where lines are read as they are stored.
    pub stored: Option<u64>,
}

/// Who has looked at the lines of a block for what is watched.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Watched {
    /// Nobody yet.
    Here,
    /// It was done when the block passed by.
    Already,
}

/// Gives out a delimited file.
pub struct Delimited {
    parts: DelimitedParts,
    /// How quotes are read; `None` where they mean nothing (caret).
    quoted: Option<Quoted>,
    wrapped: TroubleCount,
    /// Records whose cells were found here, and how many of them end with an empty cell too many.
    found: (u64, u64),
    trailing_told: bool,
    findings: Vec<FileFinding>,
}

impl Delimited {
    /// A source of the records after the header. Only caret files have no quoting.
    pub fn new(parts: DelimitedParts) -> Self {
        let quoted = (parts.separator != b'^').then(|| Quoted::new(parts.separator, parts.columns, parts.limit));
        Self { parts, quoted, wrapped: TroubleCount::default(), found: (0, 0), trailing_told: false, findings: Vec::new() }
    }

    /// Says that the empty cell at the end of every row was reported.
    pub fn tell_trailing(&mut self) {
        self.trailing_told = true;
    }

    /// Whether all records whose cells were found here end with an empty cell too many.
    pub fn all_trailing(&self) -> bool {
        self.found.0 > 0 && self.found.0 == self.found.1
    }

    /// Fills a block with lines, past those that are too long; false at the end.
    fn fill(&mut self, block: &mut Block) -> bool {
        loop {
            match self.parts.chunks.fill(&mut block.bytes) {
                Filled::Lines => return true,
                Filled::End => return false,
                Filled::TooLong { length } => {
                    let (line, offset) = (self.parts.line, self.parts.offset);
                    self.findings.push(at_line("L031", line, offset).with("length", length).done());
                    self.parts.line += 1;
                    self.parts.offset += length;
                }
            }
        }
    }

    /// Gives out a block as it is, or without the rows that are no records.
    fn pass(&mut self, block: &mut Block) {
        let (line, offset) = (self.parts.line, self.parts.offset);
        let passed = self.parts.watch.run(Run { bytes: &block.bytes, line, offset });
        block.cells = None;
        if passed.may_hold_remarks && self.holds_remarks(&block.bytes) {
            self.index(block, Watched::Already);
            return;
        }
        self.parts.line += passed.lines;
        self.parts.offset += block.bytes.len() as u64;
    }

    /// Whether a line of a block without quoted cells is no record.
    fn holds_remarks(&self, bytes: &[u8]) -> bool {
        let separator = self.parts.separator;
        bytes.split(|byte| *byte == b'\n').map(|line| line.strip_suffix(b"\r").unwrap_or(line)).any(|line| {
            let is_header = || self.parts.watch.is_header(line.split(|byte| *byte == separator).next().unwrap_or(line));
            !line.is_empty()
                && self.parts.watch.is_remark(line.split(|byte| *byte == separator))
                && !is_header()
        })
    }

    /// Finds the cells of a block with quotes or remarks. An unfinished record at its end is put back.
    fn index(&mut self, block: &mut Block, watched: Watched) {
        let mut rows = RowBuilder::reuse(block, self.parts.columns);
        let bytes = std::mem::take(&mut block.bytes);
        let more = !self.parts.chunks.is_at_end();
        let mut at = 0;
        while at < bytes.len() {
            let line = memchr::memchr(b'\n', &bytes[at..]).map_or(bytes.len(), |end| at + end + 1);
            if matches!(&bytes[at..line], b"\n" | b"\r\n" | b"\r") {
                self.advance(&bytes[at..line]);
                at = line;
                continue;
            }
            // Only after something was given out may a record wait: else nothing would move on.
            let Some(length) = self.record(&bytes[at..], more && at > 0, &mut rows, watched) else {
                self.parts.chunks.put_back(&bytes[at..]);
                break;
            };
            at += length;
        }
        block.bytes = bytes;
        rows.into_block(block);
    }

    fn advance(&mut self, bytes: &[u8]) {
        self.parts.line += memchr::memchr_iter(b'\n', bytes).count() as u64;
        self.parts.offset += bytes.len() as u64;
    }

    /// Takes one record; its length, or `None` if it has to wait for more bytes.
    fn record(&mut self, bytes: &[u8], more: bool, rows: &mut RowBuilder, watched: Watched) -> Option<usize> {
        let (line, offset) = (self.parts.line, self.parts.offset);
        let Some(quoted) = &mut self.quoted else { return Some(self.unwrapped(bytes, rows, watched)) };
        let length = match quoted.find(bytes, more) {
            QuotedScan::Open => return None,
            QuotedScan::Record(length) => length,
            QuotedScan::Broken { length, quote } => {
                self.findings.push(at_line("L033", line, offset + quote as u64).done());
                length
            }
        };
        let watch = &mut self.parts.watch;
        if watched == Watched::Here {
            watch.record(&bytes[..length], line, offset);
        }
        let is_header = watch.is_header(quoted.cells().next().unwrap_or_default());
        if is_header && watched == Watched::Here {
            watch.note_header(line, offset);
        }
        if !is_header && watch.is_remark(quoted.cells()) {
            watch.note_remark(line, offset);
        } else if !is_header {
            let shape = rows.push(quoted.cells(), line, offset);
            self.found = (self.found.0 + 1, self.found.1 + u64::from(shape.trailing));
        }
        self.advance(&bytes[..length]);
        Some(length)
    }

    /// Takes one line of a caret file, and the quotes off cells that stand in them wholly.
    fn unwrapped(&mut self, bytes: &[u8], rows: &mut RowBuilder, watched: Watched) -> usize {
        let length = memchr::memchr(b'\n', bytes).map_or(bytes.len(), |end| end + 1);
        let (line, offset) = (self.parts.line, self.parts.offset);
        let body = bytes[..length].strip_suffix(b"\n").unwrap_or(&bytes[..length]);
        let body = body.strip_suffix(b"\r").unwrap_or(body);
        let cells: Vec<&[u8]> = body.split(|byte| *byte == self.parts.separator).collect();
        if cells.iter().take(self.parts.columns).any(|cell| is_wrapped(cell)) {
            self.wrapped.add(line, offset);
        }
        let watch = &mut self.parts.watch;
        if watched == Watched::Here {
            watch.record(&bytes[..length], line, offset);
        }
        let is_header = watch.is_header(cells.first().map_or(&b""[..], |cell| unwrap_cell(cell)));
        if is_header && watched == Watched::Here {
            watch.note_header(line, offset);
        }
        if !is_header && watch.is_remark(cells.iter().map(|cell| unwrap_cell(cell))) {
            watch.note_remark(line, offset);
        } else if !is_header {
            let shape = rows.push(cells.into_iter().map(unwrap_cell), line, offset);
            self.found = (self.found.0 + 1, self.found.1 + u64::from(shape.trailing));
        }
        self.advance(&bytes[..length]);
        length
    }

    fn has_quoted_cells(&self, bytes: &[u8]) -> bool {
        if self.quoted.is_some() {
            return true;
        }
        let opens = |at: usize| at == 0 || bytes[at - 1] == self.parts.separator || bytes[at - 1] == b'\n';
        memchr::memchr_iter(b'"', bytes).filter(|at| opens(*at)).any(|at| {
            let ends = |byte: &u8| *byte == self.parts.separator || *byte == b'\n';
            let rest = &bytes[at..];
            let length = rest.iter().position(ends).unwrap_or(rest.len());
            let cell = rest[..length].strip_suffix(b"\r").unwrap_or(&rest[..length]);
            // A lone `""` after the last column is the trailing empty cell of a converted file.
            is_wrapped(cell) && !(cell == b"\"\"" && rest.get(length) != Some(&self.parts.separator))
        })
    }
}

fn is_wrapped(cell: &[u8]) -> bool {
    cell.len() >= 2 && cell.starts_with(b"\"") && cell.ends_with(b"\"")
}

fn unwrap_cell(cell: &[u8]) -> &[u8] {
    if is_wrapped(cell) { &cell[1..cell.len() - 1] } else { cell }
}

impl BlockSource for Delimited {
    fn next(&mut self, block: &mut Block) -> Result<bool, InputError> {
        if !self.fill(block) {
            return Ok(false);
        }
        let (line, offset) = (self.parts.line, self.parts.offset);
        let seen = traits(&block.bytes);
        if seen.care {
            let length = block.bytes.len();
            self.parts.care.put_right(&mut block.bytes, line, offset);
            if block.bytes.len() != length {
                // From here on, marks would be wrong.
                self.parts.stored = None;
            }
        }
        block.line = line;
        block.offset = offset;
        if seen.quote && self.has_quoted_cells(&block.bytes) {
            self.index(block, Watched::Here);
        } else {
            self.pass(block);
        }
        block.last = self.parts.chunks.is_at_end();
        Ok(true)
    }

    fn take_findings(&mut self) -> Vec<FileFinding> {
        let mut findings = std::mem::take(&mut self.findings);
        findings.extend(self.parts.care.findings());
        findings.extend(self.wrapped.finding("L034"));
        if !self.trailing_told && self.all_trailing() {
            findings.push(file("L019").done());
        }
        findings.extend(self.parts.watch.findings());
        let failure = self.parts.chunks.take_failure();
        findings.extend(failure.map(|error| broken_off(&error, self.parts.line, self.parts.offset)));
        findings
    }

    fn mark(&self) -> Option<ReadMark> {
        let DelimitedParts { chunks, line, offset, stored, .. } = &self.parts;
        stored.map(|stored| ReadMark { position: stored + chunks.position(), line: *line, offset: *offset })
    }

    fn sha256(&self) -> Option<String> {
        self.parts.fingerprint.get()
    }
}
