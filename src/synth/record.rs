//! One record on its way to the file: a cell for each column of the layout, most of them blank,
//! in buffers that are used again for the next record.

use super::calendar::Day;

/// A column of the layout, or none: the year lacks the field, or it does not apply to the test.
/// Writing to no column does nothing, so that one description of a record serves every year.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Col(u16);

impl Col {
    /// No column.
    pub(super) const NONE: Self = Self(u16::MAX);

    /// The column at a place, counted from 0.
    pub(super) fn at(place: usize) -> Self {
        u16::try_from(place).map_or(Self::NONE, Self)
    }

    /// The place, counted from 0.
    pub(super) fn place(self) -> Option<usize> {
        (self != Self::NONE).then_some(usize::from(self.0))
    }
}

/// The cells of one record.
#[derive(Clone, Debug, Default)]
pub(super) struct MadeRecord {
    text: Vec<u8>,
    cells: Vec<(u32, u32)>,
}

impl MadeRecord {
    /// A record of so many blank cells.
    pub(super) fn new(columns: usize) -> Self {
        Self { text: Vec::with_capacity(2048), cells: vec![(0, 0); columns] }
    }

    /// Makes every cell blank.
    pub(super) fn clear(&mut self) {
        self.text.clear();
        self.cells.fill((0, 0));
    }

    /// What stands in a cell, by its place.
    pub(super) fn cell(&self, place: usize) -> &[u8] {
        let Some(&(start, end)) = self.cells.get(place) else { return b"" };
        self.text.get(to_usize(start)..to_usize(end)).unwrap_or(b"")
    }

    /// What stands in a column.
    pub(super) fn get(&self, column: Col) -> &[u8] {
        column.place().map_or(b"", |place| self.cell(place))
    }

    /// Whether a column holds nothing (or does not exist).
    pub(super) fn is_blank(&self, column: Col) -> bool {
        self.get(column).is_empty()
    }

    /// Writes a cell.
    pub(super) fn set(&mut self, column: Col, value: &[u8]) {
        let start = self.text.len();
        let Some(cell) = self.cells.get_mut(usize::from(column.0)) else { return };
        self.text.extend_from_slice(value);
        *cell = (to_u32(start), to_u32(self.text.len()));
    }

    /// Writes a number with leading zeros up to `width` digits.
    pub(super) fn number(&mut self, column: Col, number: u64, width: usize) {
        let mut digits = [b'0'; 20];
        let mut rest = number;
        let mut start = digits.len();
        for (place, digit) in digits.iter_mut().enumerate().rev() {
            if rest == 0 {
                break;
            }
            *digit = b'0' + u8::try_from(rest % 10).unwrap_or_default();
            rest /= 10;
            start = place;
        }
        let from = start.min(20_usize.saturating_sub(width.max(1)));
        self.set(column, digits.get(from..).unwrap_or(b""));
    }

    /// Writes a day.
    pub(super) fn day(&mut self, column: Col, day: Day) {
        self.set(column, &day.iso());
    }

    /// Writes `Yes` or `No`.
    pub(super) fn yes_no(&mut self, column: Col, yes: bool) {
        self.set(column, if yes { b"Yes" } else { b"No" });
    }
}

fn to_u32(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

fn to_usize(number: u32) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}
