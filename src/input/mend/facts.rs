//! What a survey has seen of a column: its blank cells, and each text that is not written as the layout says.

use rustc_hash::{FxHashMap, FxHashSet};

use super::column::{CellReading, CellChange, ColumnMend, ColumnReading};
use super::dates::{DayOrder, Written};
use super::watched::WatchedColumn;
use crate::finding::{FileFinding, Shown, draft};
use crate::layout::{FieldId, FieldKind, registry};

/// Sound texts of a column that are remembered.
const REMEMBERED: usize = 4096;

/// How often a text was seen, and where first.
#[derive(Clone, Copy, Debug)]
struct SeenText {
    cells: u64,
    line: u64,
    byte: u64,
}

/// What was seen of a column.
pub(super) struct ColumnFacts {
    column: usize,
    field: Option<FieldId>,
    reading: ColumnReading,
    blank: u64,
    sound: FxHashSet<Box<[u8]>>,
    odd: FxHashMap<Box<str>, SeenText>,
}

impl ColumnFacts {
    pub(super) fn new(column: usize, field: Option<FieldId>, reading: ColumnReading) -> Self {
        Self { column, field, reading, blank: 0, sound: FxHashSet::default(), odd: FxHashMap::default() }
    }

    /// Takes in a cell that starts at a line and byte.
    pub(super) fn take(&mut self, cell: &[u8], line: u64, byte: u64) {
        if cell.is_empty() {
            self.blank += 1;
            return;
        }
        if self.sound.contains(cell) {
            return;
        }
        let Ok(text) = std::str::from_utf8(cell) else { return };
        let trimmed = text.trim();
        if trimmed.is_empty() {
            self.blank += 1;
            return;
        }
        let is_sound = !self.reading.is_odd(trimmed);
        if is_sound && self.sound.len() < REMEMBERED {
            self.sound.insert(cell.into());
        }
        if is_sound {
            return;
        }
        match self.odd.get_mut(trimmed) {
            Some(seen) => seen.cells += 1,
            None => drop(self.odd.insert(trimmed.into(), SeenText { cells: 1, line, byte })),
        }
    }

    /// The column on its own, where nothing odd was seen in it so far.
    pub(super) fn into_watched(self) -> (usize, Option<WatchedColumn>) {
        (self.column, WatchedColumn::of(self.reading))
    }

    /// The place of the column, 0-based.
    pub(super) fn place(&self) -> usize {
        self.column
    }

    /// Whether some cell is not written as the layout says.
    pub(super) fn has_odd(&self) -> bool {
        !self.odd.is_empty()
    }

    /// The dates that are written in another form.
    fn dates(&self) -> impl Iterator<Item = Written> + '_ {
        self.odd.keys().filter(|_| self.reading.kind == FieldKind::Date).filter_map(|text| Written::of(text))
    }

    /// The orders that some date proves.
    pub(super) fn orders(&self) -> Vec<DayOrder> {
        let mut orders: Vec<DayOrder> = Vec::new();
        for order in self.dates().filter_map(Written::order) {
            if !orders.contains(&order) {
                orders.push(order);
            }
        }
        orders
    }

    /// The numbers of days in a column of days of testing.
    pub(super) fn testing_serials(&self) -> Vec<i64> {
        let name = self.field.map_or("", |field| registry().info(field).name);
        let is_testing = name.starts_with("test_start_date") || name.starts_with("test_completion_date");
        let serial = |written| if let Written::Serial(days) = written { Some(days) } else { None };
        if is_testing { self.dates().filter_map(serial).collect() } else { Vec::new() }
    }

    /// Settles how the column is read, given what the whole file proves of its dates. `None` where nothing is odd.
    pub(super) fn settle(
        mut self,
        order_of_file: Option<DayOrder>,
        serial_start: Option<i64>,
    ) -> Option<(ColumnMend, Vec<FileFinding>)> {
        if self.odd.is_empty() {
            return None;
        }
        self.reading.order = match self.orders().as_slice() {
            [order] => Some(*order),
            [] => order_of_file,
            _ => None,
        };
        self.reading.serial_start = serial_start;
        self.reading.word = self.word();
        let mut unreadable = 0;
        let mut changes: Vec<(CellChange, SeenText, &str)> = Vec::new();
        for (text, seen) in &self.odd {
            match self.reading.read(text) {
                CellReading::Sound => {}
                CellReading::Unreadable => unreadable += seen.cells,
                CellReading::Mended(change, _) => match changes.iter_mut().find(|(one, ..)| *one == change) {
                    None => changes.push((change, *seen, text)),
                    Some((_, all, example)) => {
                        let cells = all.cells + seen.cells;
                        if (seen.line, seen.byte) < (all.line, all.byte) {
                            (*all, *example) = (*seen, text);
                        }
                        all.cells = cells;
                    }
                },
            }
        }
        changes.sort_by_key(|(change, ..)| *change);
        let findings = changes.iter().map(|(change, seen, text)| self.finding(*change, *seen, text)).collect();
        let changes = changes.iter().map(|(change, seen, _)| (*change, seen.cells)).collect();
        let (column, field, reading) = (self.column, self.field, self.reading);
        Some((ColumnMend { column, field, changes, unreadable, reading }, findings))
    }

    /// The word that stands in all blank cells, where it is one.
    fn word(&self) -> Option<&'static str> {
        let mut words = self.odd.keys().filter_map(|text| self.reading.word_of(text));
        let first = words.next().filter(|_| self.blank == 0)?;
        words.all(|word| word == first).then_some(first)
    }

    fn finding(&self, change: CellChange, seen: SeenText, text: &str) -> FileFinding {
        let code = self.reading.code_of(change, self.field);
        let name = self.field.map_or("filler", |field| registry().info(field).name);
        let shown = |name: &str, value: &str, field| Shown { name: name.to_owned(), value: value.to_owned(), field };
        let mut finding = draft::at_line(code, seen.line, seen.byte).count(seen.cells).done();
        finding.column = Some(self.column);
        finding.shown.extend([
            shown("f", name, None),
            shown("value", text, self.field),
            shown(name, text, self.field),
            shown("count", &seen.cells.to_string(), None),
        ]);
        finding
    }
}
