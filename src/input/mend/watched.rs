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

    /// Whether a cell is written otherwise than the layout says. Most cells are reported by their digits.
    pub fn is_odd(&self, cell: &[u8]) -> bool {
        if cell.iter().all(u8::is_ascii_digit) {
            return self.0.is_odd_number(cell.len());
        }
        let is_decimal = |byte: &u8| byte.is_ascii_digit() || matches!(byte, b'.' | b'-');
        if self.0.rules.decimals && cell.iter().all(is_decimal) && cell.iter().any(u8::is_ascii_digit) {
            return false;
        }
        std::str::from_utf8(cell).is_ok_and(|cell| self.0.is_odd(cell.trim()))
    }
}
