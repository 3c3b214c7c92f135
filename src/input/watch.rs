//! Watches a delimited file as it passes by: line ends, a repeated header, and whether the LEA in
//! the file name occurs.

use memchr::memmem::Finder;

use super::remarks::RecordColumns;
use super::repeated::HeaderLine;
use super::sanitize::TroubleCount;
use crate::finding::FileFinding;
use crate::finding::draft::{at_line, file};

/// What is watched for in one file.
pub struct Watch {
    header: HeaderLine,
    lea: Option<LeaSearch>,
    /// How the header line ends; `None` without a header.
    returns: Option<bool>,
    other_end: Option<(u64, u64)>,
    repeated: TroubleCount,
    /// What tells a record from a remark.
    records: RecordColumns,
    separator: u8,
    remarks: TroubleCount,
    /// Whether anything has passed by.
    seen: bool,
}

/// A run of whole lines and where it stands.
#[derive(Clone, Copy)]
pub struct Run<'a> {
    /// The bytes.
    pub bytes: &'a [u8],
    /// The line of the first byte.
    pub line: u64,
    /// The offset of the first byte.
    pub offset: u64,
}

impl Watch {
    /// A watch over a file with this header, which ends with a carriage return or without; `None` where it has no
    /// end of its own.
    pub fn new(header: HeaderLine, returns: Option<bool>, lea: Option<&str>) -> Self {
        Self {
            header,
            lea: lea.map(LeaSearch::new),
            returns,
            other_end: None,
            repeated: TroubleCount::default(),
            records: RecordColumns::default(),
            separator: b'^',
            remarks: TroubleCount::default(),
            seen: false,
        }
    }

    /// The same, with an eye on rows that are no records.
    pub fn with_records(self, records: RecordColumns, separator: u8) -> Self {
        Self { records, separator, ..self }
    }

    /// Looks at a run of records without quoting.
    pub fn run(&mut self, run: Run<'_>) -> Passed {
        let passed = self.lines(run);
        self.search_lea(run.bytes);
        passed
    }

    /// Looks at one quoted record: its bytes with the line end, its line and offset.
    pub fn record(&mut self, bytes: &[u8], line: u64, offset: u64) {
        self.note_end(bytes.ends_with(b"\r\n"), bytes.ends_with(b"\n"), line, offset);
        self.search_lea(bytes);
    }

    /// Whether a record is a header, by its first cell.
    pub fn is_header(&self, first: &[u8]) -> bool {
        self.header.starts_with(first)
    }

    /// Notes a header that stands among the records.
    pub fn note_header(&mut self, line: u64, offset: u64) {
        self.repeated.add(line, offset);
    }

    /// Whether a row is no record.
    pub fn is_remark<'a>(&self, cells: impl Iterator<Item = &'a [u8]>) -> bool {
        self.records.is_remark(cells)
    }

    /// Notes a row that is no record.
    pub fn note_remark(&mut self, line: u64, offset: u64) {
        self.remarks.add(line, offset);
    }

    /// What was noticed, once the file is at its end.
    pub fn findings(&self) -> Vec<FileFinding> {
        let mut findings = Vec::new();
        if let Some((line, byte)) = self.other_end {
            findings.push(at_line("L003", line, byte).with("count", 2).done());
        }
        findings.extend(self.lea.as_ref().filter(|_| self.seen).map(LeaSearch::finding));
        findings.extend(self.repeated.finding("L025"));
        findings.extend(self.remarks.finding("L024"));
        findings
    }

    /// Goes from line end to line end: a look at the byte before and the first ones after is all that
    /// most of them cost.
    fn lines(&mut self, run: Run<'_>) -> Passed {
        let bytes = run.bytes;
        let (mut line, mut start) = (run.line, 0);
        if self.header.is(bytes) {
            self.repeated.add(line, run.offset);
        }
        let mut may_hold_remarks = self.records.may_be_remark(bytes, self.separator);
        for end in memchr::memchr_iter(b'\n', bytes) {
            let returns = end > 0 && bytes[end - 1] == b'\r';
            if self.returns != Some(returns) {
                self.note_end(returns, true, line, run.offset + start as u64);
            }
            line += 1;
            start = end + 1;
            if self.header.is(&bytes[start..]) {
                self.repeated.add(line, run.offset + start as u64);
            }
            may_hold_remarks |= self.records.may_be_remark(&bytes[start..], self.separator);
        }
        Passed { lines: line - run.line, may_hold_remarks }
    }

    fn note_end(&mut self, returns: bool, ended: bool, line: u64, byte: u64) {
        if ended && self.other_end.is_none() && *self.returns.get_or_insert(returns) != returns {
            self.other_end = Some((line, byte));
        }
    }

    fn search_lea(&mut self, bytes: &[u8]) {
        self.seen = true;
        LeaSearch::go_on(&mut self.lea, bytes);
    }
}

/// What was seen in a run of lines.
#[derive(Clone, Copy, Debug)]
pub struct Passed {
    /// The number of its line ends.
    pub lines: u64,
    /// Whether some lines do not begin like records.
    pub may_hold_remarks: bool,
}

/// Looks for the code of the LEA that a file is named after.
pub struct LeaSearch {
    code: String,
    /// Its first seven digits: county and district, or the number of a direct funded charter,
    /// whose file is named by the last seven digits of its code and seven zeros.
    finder: Finder<'static>,
    rest: String,
    /// Whether codes were met that a spreadsheet has rounded, so that the code may be among them.
    is_damaged: bool,
}

impl LeaSearch {
    /// A search for the 14 digits of a file name.
    pub fn new(code: &str) -> Self {
        let (first, rest) = code.split_at_checked(7).unwrap_or((code, ""));
        // A lost leading zero is another finding's business.
        let finder = Finder::new(first.trim_start_matches('0').as_bytes()).into_owned();
        Self { code: code.to_owned(), finder, rest: rest.to_owned(), is_damaged: false }
    }

    /// Looks at more bytes of the file; ends the search where the code stands in them.
    pub fn go_on(search: &mut Option<Self>, bytes: &[u8]) {
        match search {
            Some(found) if found.occurs_in(bytes) => *search = None,
            Some(open) => open.note_damage(bytes),
            None => {}
        }
    }

    /// Whether the code stands somewhere in the bytes.
    pub fn occurs_in(&self, bytes: &[u8]) -> bool {
        self.finder.find_iter(bytes).any(|at| {
            let after = &bytes[at + self.finder.needle().len()..];
            let as_charter = || at >= 7 && bytes[at - 7..at].iter().all(u8::is_ascii_digit);
            after.starts_with(self.rest.as_bytes()) || (self.rest.bytes().all(|digit| digit == b'0') && as_charter())
        })
    }

    /// Notes whether 14-digit codes were made numbers such as `5.9E+13`.
    fn note_damage(&mut self, bytes: &[u8]) {
        let is_rounded = |at: usize| {
            let before = at.checked_sub(1).and_then(|before| bytes.get(before));
            let exponent = bytes.get(at + 1..at + 4);
            before.is_some_and(u8::is_ascii_digit) && matches!(exponent, Some(b"+13" | b"+12"))
        };
        self.is_damaged = self.is_damaged || memchr::memchr2_iter(b'E', b'e', bytes).any(is_rounded);
    }

    /// The finding for a code that was not found. Where codes were rounded, it may be among them.
    pub fn finding(&self) -> FileFinding {
        let finding = file("L011").with("name_code", &self.code);
        if self.is_damaged { finding.undecidable().done() } else { finding.done() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::finding::FileVerdict;

    #[test]
    fn a_charter_is_found_by_the_end_of_its_code() {
        let search = LeaSearch::new("01234560000000");
        assert!(search.occurs_in(b"^01234560000000^"));
        assert!(search.occurs_in(b"^58999990123456^"));
        assert!(search.occurs_in(b"^1234560000000^"));
        assert!(!search.occurs_in(b"^01234567654321^") && !search.occurs_in(b"^1234567^"));
    }

    #[test]
    fn rounded_codes_leave_it_open() {
        let verdict = |bytes: &[u8]| {
            let mut search = LeaSearch::new("58999990000000");
            search.note_damage(bytes);
            search.finding().verdict
        };
        assert_eq!(verdict(b"^5.9E+13^"), FileVerdict::Undecidable);
        assert_eq!(verdict(b"^5.899999e+13^"), FileVerdict::Undecidable);
        assert_eq!(verdict(b"^19999990000000^EXAMPLE E+13^"), FileVerdict::Broke);
    }
}
