//! Blocks of a fixed-width file: records cut at the layout's positions, counted in characters.

use super::chunks::{Chunks, Filled};
use super::error::InputError;
use super::failure::broken_off;
use super::model::{Block, BlockSource};
use super::remarks::RecordColumns;
use super::rows::RowBuilder;
use super::sanitize::{Sanitizer, TroubleCount};
use super::scan::traits;
use super::stream::HashSource;
use super::watch::LeaSearch;
use crate::finding::FileFinding;
use crate::finding::draft::at_line;
use crate::layout::Layout;

/// Where the cells of a fixed-width record stand.
pub struct Positions {
    /// First and last character of each column, 0-based, the last excluded.
    spans: Vec<(usize, usize)>,
    /// Characters of a record; the first is the one the spans are for.
    lengths: Vec<usize>,
    /// The field that is one character shorter in files made from an earlier issue, if there is
    /// one: all after it move by one.
    narrow: Option<usize>,
    /// What tells a record from a remark.
    records: RecordColumns,
}

impl Positions {
    /// The positions of a layout; `None` for a year without fixed-width files.
    pub fn of(layout: &Layout) -> Option<Self> {
        let lengths: Vec<usize> = layout.info.record_lengths.iter().map(|length| *length as usize).collect();
        lengths.first()?;
        let mut spans = Vec::new();
        for field in &layout.fields {
            let (start, end) = field.span?;
            spans.push(((start as usize).checked_sub(1)?, end as usize));
        }
        Some(Self { spans, narrow: narrow_field(layout), lengths, records: RecordColumns::of_layout(layout) })
    }

    /// Number of columns.
    pub fn columns(&self) -> usize {
        self.spans.len()
    }

    fn is_known_length(&self, length: usize) -> bool {
        self.lengths.contains(&length)
    }

    /// How far the columns after the narrow field are moved in a record of this length.
    fn shift(&self, length: usize) -> usize {
        let whole = self.lengths.first().copied().unwrap_or(length);
        if self.is_known_length(length) { whole.saturating_sub(length) } else { 0 }
    }

    fn span(&self, column: usize, shift: usize) -> (usize, usize) {
        let (start, end) = self.spans[column];
        match self.narrow {
            Some(narrow) if column > narrow => (start.saturating_sub(shift), end.saturating_sub(shift)),
            Some(narrow) if column == narrow => (start, end.saturating_sub(shift)),
            _ => (start, end),
        }
    }
}

/// The column that has one character less in the shorter kind of record.
fn narrow_field(layout: &Layout) -> Option<usize> {
    let number = layout.info.narrow_field?;
    layout.fields.iter().position(|field| field.number == number)
}

/// Gives out a fixed-width file.
pub struct Fixed {
    chunks: Chunks,
    positions: Positions,
    care: Sanitizer,
    fingerprint: HashSource,
    line: u64,
    offset: u64,
    returns: Option<bool>,
    other_end: Option<(u64, u64)>,
    before: Option<usize>,
    last: Option<(usize, u64, u64)>,
    bounds: Vec<usize>,
    remarks: TroubleCount,
    lea: Option<LeaSearch>,
    findings: Vec<FileFinding>,
}

impl Fixed {
    /// A source of the records of a stream.
    ///
    /// `offset` is that of the first byte in the decoded file; `lea` the code in the file name.
    pub fn new(
        chunks: Chunks,
        offset: u64,
        positions: Positions,
        care: Sanitizer,
        fingerprint: HashSource,
        lea: Option<&str>,
    ) -> Self {
        Self {
            lea: lea.map(LeaSearch::new),
            chunks,
            positions,
            care,
            fingerprint,
            line: 1,
            offset,
            returns: None,
            other_end: None,
            before: None,
            last: None,
            remarks: TroubleCount::default(),
            bounds: Vec::new(),
            findings: Vec::new(),
        }
    }

    fn record(&mut self, bytes: &[u8], rows: &mut RowBuilder) {
        let body = bytes.strip_suffix(b"\n").unwrap_or(bytes);
        self.note_end(bytes.len() > body.len(), body.ends_with(b"\r"));
        let body = body.strip_suffix(b"\r").unwrap_or(body);
        if body.is_empty() {
            return;
        }
        let wide = !body.is_ascii();
        if wide {
            self.find_characters(body);
        }
        let length = if wide { self.bounds.len() - 1 } else { body.len() };
        let shift = self.positions.shift(length);
        let bounds = &self.bounds;
        let place = |character: usize| {
            if wide { bounds.get(character).copied().unwrap_or(body.len()) } else { character.min(body.len()) }
        };
        let cells = (0..self.positions.columns()).map(|column| {
            let (start, end) = self.positions.span(column, shift);
            body.get(place(start)..place(end)).unwrap_or_default().trim_ascii()
        });
        let is_known = self.positions.is_known_length(length);
        if !is_known && self.positions.records.is_remark(cells.clone()) {
            self.remarks.add(self.line, self.offset);
            return;
        }
        rows.push(cells, self.line, self.offset);
        if !is_known {
            rows.mark_odd(length);
        }
        self.before = self.last.map(|(length, ..)| length);
        self.last = Some((length, self.line, self.offset));
    }

    /// Notes where each character starts, and the end.
    fn find_characters(&mut self, body: &[u8]) {
        let is_start = |(at, byte): (usize, &u8)| (byte & 0xC0 != 0x80).then_some(at);
        self.bounds.clear();
        self.bounds.extend(body.iter().enumerate().filter_map(is_start));
        self.bounds.push(body.len());
    }

    fn note_end(&mut self, ended: bool, returns: bool) {
        if ended && self.other_end.is_none() && *self.returns.get_or_insert(returns) != returns {
            self.other_end = Some((self.line, self.offset));
        }
    }

    fn cut_off(&self) -> Option<FileFinding> {
        let (length, line, byte) = self.last?;
        let whole = self.before.is_some_and(|before| self.positions.is_known_length(before));
        let short = self.positions.lengths.iter().all(|known| length < *known);
        (whole && short).then(|| at_line("L027", line, byte).done())
    }
}

impl BlockSource for Fixed {
    fn next(&mut self, block: &mut Block) -> Result<bool, InputError> {
        loop {
            match self.chunks.fill(&mut block.bytes) {
                Filled::Lines => break,
                Filled::End => return Ok(false),
                Filled::TooLong { length } => {
                    self.findings.push(at_line("L031", self.line, self.offset).with("length", length).done());
                    self.line += 1;
                    self.offset += length;
                }
            }
        }
        if traits(&block.bytes).care {
            self.care.put_right(&mut block.bytes, self.line, self.offset);
        }
        block.line = self.line;
        block.offset = self.offset;
        LeaSearch::go_on(&mut self.lea, &block.bytes);
        let mut rows = RowBuilder::reuse(block, self.positions.columns());
        let bytes = std::mem::take(&mut block.bytes);
        for line in bytes.split_inclusive(|byte| *byte == b'\n') {
            self.record(line, &mut rows);
            self.line += 1;
            self.offset += line.len() as u64;
        }
        rows.into_block(block);
        block.last = self.chunks.is_at_end();
        Ok(true)
    }

    fn take_findings(&mut self) -> Vec<FileFinding> {
        let mut findings = std::mem::take(&mut self.findings);
        findings.extend(self.care.findings());
        findings.extend(self.other_end.map(|(line, byte)| at_line("L003", line, byte).with("count", 2).done()));
        findings.extend(self.lea.as_ref().filter(|_| self.last.is_some()).map(LeaSearch::finding));
        findings.extend(self.cut_off());
        findings.extend(self.remarks.finding("L024"));
        let failure = self.chunks.take_failure();
        findings.extend(failure.map(|error| broken_off(&error, self.line, self.offset)));
        findings
    }

    fn sha256(&self) -> Option<String> {
        self.fingerprint.get()
    }
}
