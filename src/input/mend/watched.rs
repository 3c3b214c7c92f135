//! Looks out for damage while a file is read. Of a file whose start is sound no more is surveyed: whoever reads it
//! on asks of each text that comes up for the first time whether it is written as the layout says.

use std::sync::Arc;

use super::column::ColumnReading;
use crate::layout::FieldKind;

/// A column in which damage may still come up.
#[derive(Clone, Debug)]
pub struct WatchedColumn(Arc<ColumnReading>);

impl WatchedColumn {
    /// `None` for a column of free text, which can hold anything.
    pub(super) fn of(reading: ColumnReading) -> Option<Self> {
        (reading.kind != FieldKind::Text).then(|| Self(Arc::new(reading)))
    }

    /// Whether a cell of so many digits is written otherwise than the layout says.
    pub fn is_odd_number(&self, digits: usize) -> bool {
        self.0.is_odd_number(digits)
    }

    /// Whether cells may hold numbers with decimals.
    pub fn takes_decimals(&self) -> bool {
        self.0.rules.decimals
    }

    /// Whether a filled cell is written otherwise than the layout says.
    pub fn is_odd(&self, cell: &[u8]) -> bool {
        if self.0.kind == FieldKind::Date && is_plain_date(cell) {
            return false;
        }
        std::str::from_utf8(cell).is_ok_and(|cell| self.0.is_odd(cell.trim()))
    }
}

/// Whether a text is a date of the layout, as far as that is seen without a calendar: no day above 28.
fn is_plain_date(text: &[u8]) -> bool {
    let [year @ .., b'-', m, n, b'-', d, e] = text else { return false };
    let number = |tens: &u8, ones: &u8| match (tens.is_ascii_digit(), ones.is_ascii_digit()) {
        (true, true) => (tens - b'0') * 10 + (ones - b'0'),
        _ => 0,
    };
    let is_year = year.len() == 4 && year.iter().all(u8::is_ascii_digit) && year[0] != b'0';
    is_year && (1..=12).contains(&number(m, n)) && (1..=28).contains(&number(d, e))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::layout::registry;

    fn watched(name: &str) -> WatchedColumn {
        let id = registry().id(name).unwrap();
        WatchedColumn::of(ColumnReading::of(registry().layout(2025).unwrap(), id).unwrap()).unwrap()
    }

    #[test]
    fn sound_cells_are_not_odd_and_damaged_ones_are() {
        for (name, sound, odd) in [
            ("test_start_date_1", &["2025-04-15", "2024-02-29", ""][..], &["4/15/2025", "2025-02-30", "04-15-2025"][..]),
            ("grade_assessed", &["03", "11"], &["3.0", "NA", "#REF!", "=\"03\""]),
            ("special_education_for_testing", &["Yes", "No"], &["TRUE", "Y", "maybe"]),
        ] {
            let column = watched(name);
            assert_eq!(sound.iter().find(|cell| column.is_odd(cell.as_bytes())), None, "{name}");
            assert_eq!(odd.iter().find(|cell| !column.is_odd(cell.as_bytes())), None, "{name}");
        }
        assert!(watched("test_start_date_1").is_odd_number(5) && !watched("scale_score").is_odd_number(4));
        assert!(watched("calpads_school_code").is_odd_number(13) && !watched("calpads_school_code").is_odd_number(14));
    }
}
