//! Tells a header that stands among the records, as it does where files were put one under the
//! other. It is no record, and neither the readers nor the cell finder take it for one.

use super::model::{Dialect, FileInfo};

/// The mark that a file of a second program can begin with.
const BYTE_ORDER_MARK: &[u8] = "\u{FEFF}".as_bytes();

/// How a header line starts: with the name of the first column. No record has it there.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HeaderLine {
    /// The name and the separator after it; empty where nothing is known to be a header.
    start: Vec<u8>,
}

impl HeaderLine {
    /// The header of a file whose first column has this name.
    pub fn new(name: &str, separator: u8) -> Self {
        // A number or nothing could be a value as well.
        let is_name = name.bytes().any(|byte| byte.is_ascii_alphabetic());
        let start = if is_name { [name.as_bytes(), &[separator]].concat() } else { Vec::new() };
        Self { start }
    }

    /// The header of a file.
    pub fn of(info: &FileInfo) -> Self {
        match info.columns.first() {
            Some(column) if info.dialect != Dialect::Fixed => Self::new(&column.name, info.separator),
            _ => Self::default(),
        }
    }

    /// Whether a line without quotes is a header.
    #[inline]
    pub fn is(&self, line: &[u8]) -> bool {
        let Some(first) = self.start.first() else { return false };
        // Nearly all lines are distinguished from a header by their first byte.
        match line.first() {
            Some(byte) if byte == first => line.starts_with(&self.start),
            Some(byte) if *byte == BYTE_ORDER_MARK[0] => self.is_marked(line),
            _ => false,
        }
    }

    #[cold]
    fn is_marked(&self, line: &[u8]) -> bool {
        line.strip_prefix(BYTE_ORDER_MARK).is_some_and(|line| line.starts_with(&self.start))
    }

    /// Whether a record that starts with this cell is a header.
    pub fn starts_with(&self, cell: &[u8]) -> bool {
        let cell = cell.strip_prefix(BYTE_ORDER_MARK).unwrap_or(cell);
        self.start.split_last().is_some_and(|(_, name)| cell.trim_ascii() == name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_header_is_told_by_its_first_name() {
        let header = HeaderLine::new("RecordType", b'^');
        assert!(header.is(b"RecordType^SSID^") && header.is("\u{FEFF}RecordType^".as_bytes()));
        assert!(!header.is(b"RecordTypes^") && !header.is(b"01^") && !header.is(b"") && !header.is(b"\xEF^"));
        assert!(header.starts_with(b"RecordType") && !header.starts_with(b"01") && !header.starts_with(b""));
    }

    #[test]
    fn what_could_be_a_value_is_no_header() {
        for name in ["", "01"] {
            let header = HeaderLine::new(name, b',');
            assert!(!header.is(b"01,") && !header.is(b",") && !header.starts_with(b"01") && !header.starts_with(b""));
        }
    }
}
