//! Faults of the file as such: its name, its bytes, its header and its columns.

use encoding_rs::WINDOWS_1252;

use super::super::named::column_named;
use super::super::form::MadeForm;
use super::super::write::{WrittenColumn, LineWriter, CellSource};
use super::table::{FaultOrder, FaultTarget};
use crate::layout::Layout;

/// What is wrong with the file as a whole.
#[derive(Clone, Debug, Default)]
pub(crate) struct Damage {
    has_mark: bool,
    is_transcoded: bool,
    pub(crate) has_no_header: bool,
    pub(crate) has_no_records: bool,
    pub(crate) is_cut_off: bool,
    name_change: Option<NameChange>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum NameChange {
    Year,
    Lea,
    View,
}

impl Damage {
    /// The damage that is ordered; columns and header are changed at once.
    pub(crate) fn new(orders: &[FaultOrder], layout: &Layout, lines: &mut LineWriter) -> Self {
        let mut damage = Self::default();
        for order in orders.iter().filter(|order| order.fault.place == FaultTarget::File) {
            damage.add(order.fault.set, layout, lines);
        }
        damage
    }

    fn add(&mut self, text: &str, layout: &Layout, lines: &mut LineWriter) {
        let (name, argument) = text.split_once('=').unwrap_or((text, ""));
        match name {
            "windows-1252" => self.is_transcoded = true,
            "byte-order-mark" => self.has_mark = true,
            "no-header" => self.has_no_header = true,
            "no-records" => self.has_no_records = true,
            "cut-last-record" => self.is_cut_off = true,
            "name-year" => self.name_change = Some(NameChange::Year),
            "name-lea" => self.name_change = Some(NameChange::Lea),
            "name-view" => {
                self.name_change = Some(NameChange::View);
                // Students who moved would tell the view.
                copy_column(argument, layout, &mut lines.columns);
            }
            "separator" => lines.separator = argument.bytes().next().unwrap_or(b';'),
            _ => change_columns(name, argument, layout, &mut lines.columns),
        }
    }

    /// What the file begins with.
    pub(crate) fn prefix(&self) -> &'static [u8] {
        if self.has_mark { b"\xef\xbb\xbf" } else { b"" }
    }

    /// The bytes as they are stored.
    pub(crate) fn encode(&self, chunk: &mut Vec<u8>) {
        if self.is_transcoded {
            let text = String::from_utf8_lossy(chunk);
            let bytes = WINDOWS_1252.encode(&text).0.into_owned();
            *chunk = bytes;
        }
    }

    /// The file name, changed where that is the fault.
    pub(crate) fn rename(&self, name: &str, year: u16) -> String {
        match self.name_change {
            Some(NameChange::Year) => name.replace(&year.to_string(), &(year - 1).to_string()),
            Some(NameChange::Lea) => format!("12345670000000{}", name.get(14..).unwrap_or_default()),
            Some(NameChange::View) => name.replace("Tested", "").replace("Enrolled", ""),
            None => name.to_owned(),
        }
    }

    /// Cuts the last record short; `start` is where its line begins.
    pub(crate) fn cut_off(&self, chunk: &mut Vec<u8>, start: usize, lines: &LineWriter) {
        if !self.is_cut_off {
            return;
        }
        let Some(line) = chunk.get(start..) else { return };
        let kept = if lines.form == MadeForm::Fixed {
            line.len().saturating_sub(10)
        } else {
            let ends = line.iter().enumerate().filter(|(_, byte)| **byte == lines.separator);
            ends.rev().nth(1).map_or(0, |(place, _)| place)
        };
        chunk.truncate(start + kept);
    }
}

/// Fills the column of the second field with the cells of the first: `first>second`.
fn copy_column(argument: &str, layout: &Layout, columns: &mut [WrittenColumn]) {
    let place_of = |field: &str| column_named(layout, field).place();
    let Some((first, second)) = argument.split_once('>') else { return };
    let (Some(from), Some(to)) = (place_of(first), place_of(second)) else { return };
    for column in columns.iter_mut().filter(|column| column.source == CellSource::Cell(to)) {
        column.source = CellSource::Cell(from);
    }
}

/// The headings of an ELPAC file, which score files are taken for.
const ELPAC_HEADINGS: [&str; 5] = ["County Code", "District Code", "School Code", "Record Type", "ELPAC Overall Level"];

fn change_columns(name: &str, argument: &str, layout: &Layout, columns: &mut Vec<WrittenColumn>) {
    let place_of = |field: &str| column_named(layout, field).place();
    let (first, second) = argument.split_once([',', '>']).unwrap_or((argument, ""));
    match name {
        "anonymous-header" => {
            for (number, column) in columns.iter_mut().enumerate() {
                column.name = format!("F{}", number + 1);
            }
        }
        "elpac-header" => {
            columns.truncate(ELPAC_HEADINGS.len());
            for (column, heading) in columns.iter_mut().zip(ELPAC_HEADINGS) {
                heading.clone_into(&mut column.name);
            }
        }
        "rename" => {
            if let Some(column) = place_of(first).and_then(|place| columns.get_mut(place)) {
                second.clone_into(&mut column.name);
            }
        }
        "drop" => {
            let dropped = place_of(first).map(CellSource::Cell);
            columns.retain(|column| Some(&column.source) != dropped.as_ref());
        }
        "drop-fillers" => {
            columns.retain(|column| match column.source {
                CellSource::Cell(place) => layout.fields.get(place).is_some_and(|field| !field.is_filler()),
                CellSource::Text(_) => true,
            });
        }
        "repeat" => {
            if let Some((place, column)) = place_of(first).and_then(|place| Some((place, columns.get(place)?.clone())))
            {
                columns.insert(place + 1, column);
            }
        }
        "exchange" => {
            if let (Some(one), Some(other)) = (place_of(first), place_of(second)) {
                columns.swap(one, other);
            }
        }
        "insert" => columns.insert(0, WrittenColumn { name: first.to_owned(), source: CellSource::Text(second.to_owned()) }),
        "append-empty-cell" => columns.push(WrittenColumn { name: String::new(), source: CellSource::Text(String::new()) }),
        _ => {}
    }
}
