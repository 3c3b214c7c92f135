//! Tells rows that are no records: totals, footnotes and remarks that a spreadsheet leaves above, between or under
//! the records. They name neither a test nor a student, and hold little.

use super::known::headings;
use super::model::{Column, Meaning};
use crate::layout::{FieldId, Layout, plain_name, registry};

/// The mark that ends every record of every year.
const END_MARK: &[u8] = b"ZZ";

/// Fewest digits of what can be the number of a student, rounded or not.
const FEWEST_DIGITS: usize = 5;

/// A row in which at least one cell of so many is filled is a record, whatever it says: those with the fewest filled
/// cells, of students without any result, fill a quarter.
const SPARSE: usize = 6;

/// The columns that tell a record; nothing is taken for a remark where one of them is missing.
#[derive(Clone, Copy, Debug, Default)]
pub struct RecordColumns {
    places: Option<(usize, usize)>,
    columns: usize,
}

impl RecordColumns {
    /// Those of a file.
    pub fn of(columns: &[Column]) -> Self {
        let place = |name: &str| {
            let id = registry().id(name)?;
            columns.iter().position(|column| column.meaning == Meaning::Field(id))
        };
        Self { places: place("record_type").zip(place("ssid")), columns: columns.len() }
    }

    /// Those of fixed-width records.
    pub fn of_layout(layout: &Layout) -> Self {
        let place = |name: &str| {
            let id = registry().id(name)?;
            layout.fields.iter().position(|field| field.id == Some(id))
        };
        Self { places: place("record_type").zip(place("ssid")), columns: layout.fields.len() }
    }

    /// Those of a header, before its year is known.
    pub fn of_names(names: &[String]) -> Self {
        let place = |name: &str| {
            let wanted: FieldId = registry().id(name)?;
            let is_of = |heading: &String| headings().get(&plain_name(heading)).iter().any(|(_, id)| *id == wanted);
            names.iter().position(is_of)
        };
        Self { places: place("record_type").zip(place("ssid")), columns: names.len() }
    }

    /// Whether a line may be a remark, by its first bytes: nearly all lines begin with a record type and are done.
    #[inline]
    pub fn may_be_remark(&self, line: &[u8], separator: u8) -> bool {
        let Some((record_type, _)) = self.places else { return false };
        match line {
            [b'0'..=b'9', b'0'..=b'9', third, ..] if record_type == 0 => *third != separator,
            [] | [b'\n', ..] | [b'\r', b'\n', ..] => false,
            _ => true,
        }
    }

    /// Whether a row is no record.
    pub fn is_remark<'a>(&self, cells: impl Iterator<Item = &'a [u8]>) -> bool {
        let Some((record_type, ssid)) = self.places else { return false };
        let (mut filled, mut last) = (0, &b""[..]);
        for (place, cell) in cells.enumerate() {
            let cell = cell.trim_ascii();
            if cell.is_empty() {
                continue;
            }
            if (place == record_type && is_record_type(cell)) || (place == ssid && is_student(cell)) {
                return false;
            }
            (filled, last) = (filled + 1, cell);
        }
        last != END_MARK && filled * SPARSE < self.columns
    }
}

/// `01`, and what programs make of it: `1`, `1.0`, `="01"`. A number of three digits is a total.
fn is_record_type(cell: &[u8]) -> bool {
    let whole = cell.split(|byte| *byte == b'.').next().unwrap_or_default();
    let digits = whole.iter().filter(|byte| byte.is_ascii_digit()).count();
    let is_number = cell.iter().all(|byte| byte.is_ascii_digit() || b"=\"'.+".contains(byte));
    is_number && (1..=2).contains(&digits)
}

fn is_student(cell: &[u8]) -> bool {
    cell.iter().filter(|byte| byte.is_ascii_digit()).count() >= FEWEST_DIGITS && !cell.contains(&b' ')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn columns() -> RecordColumns {
        RecordColumns { places: Some((0, 1)), columns: 40 }
    }

    fn is_remark(row: &str) -> bool {
        columns().is_remark(row.split('^').map(str::as_bytes))
    }

    #[test]
    fn rows_without_test_and_student_are_remarks() {
        for row in ["Total^140", "", "Total", "^Total^^^2543", "* scores of June 2025 are preliminary", "140^140"] {
            assert!(is_remark(row), "{row}");
        }
    }

    #[test]
    fn damaged_records_are_records() {
        for row in ["01", "1.0^Rivera", "=\"01\"", "'01^", "ELA^6000000001", "ELA^6.0000E+09", "^^Rivera^^ZZ", "x^y^ZZ"] {
            assert!(!is_remark(row), "{row}");
        }
        assert!(!columns().is_remark(std::iter::repeat_n(&b"x"[..], 40)));
    }

    #[test]
    fn the_first_bytes_of_a_line_tell_most_records() {
        let may_be = |line: &[u8]| columns().may_be_remark(line, b'^');
        assert!(!may_be(b"01^600") && !may_be(b"\n") && !may_be(b"\r\n"));
        assert!(may_be(b"Total^") && may_be(b"140^") && may_be(b"^^^") && may_be(b"1^"));
        assert!(!RecordColumns::default().may_be_remark(b"Total", b'^'));
    }
}
