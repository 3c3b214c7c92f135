//! Records as lines: separated by a sign, quoted where a spreadsheet would, or in fixed columns.

use super::fault::LineEffect;
use super::form::MadeForm;
use super::record::MadeRecord;
use crate::layout::{Field, Layout};

/// Where the cells of a column come from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum CellSource {
    /// The cell of the record at a place.
    Cell(usize),
    /// The same text in every record.
    Text(String),
}

/// One column of the file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct WrittenColumn {
    pub(super) name: String,
    pub(super) source: CellSource,
}

/// Turns records of one layout into lines.
#[derive(Clone, Debug)]
pub(super) struct LineWriter {
    pub(super) form: MadeForm,
    /// The sign between cells; of no effect in fixed columns.
    pub(super) separator: u8,
    /// The columns, in file order; empty in fixed columns.
    pub(super) columns: Vec<WrittenColumn>,
    /// Width of each column, for fixed columns.
    widths: Vec<usize>,
}

impl LineWriter {
    /// Lines of a layout; `None` for fixed columns where the layout has no positions.
    pub(super) fn new(layout: &Layout, form: MadeForm) -> Option<Self> {
        let Some(separator) = form.separator() else {
            let widths = layout.fields.iter().map(width).collect();
            let has_positions = !layout.info.record_lengths.is_empty();
            return has_positions.then(|| Self { form, separator: b' ', columns: Vec::new(), widths });
        };
        let names = header_names(layout).into_iter().enumerate();
        let columns = names.map(|(place, name)| WrittenColumn { name, source: CellSource::Cell(place) }).collect();
        Some(Self { form, separator, columns, widths: Vec::new() })
    }

    /// Appends the header line without its end; nothing for fixed columns.
    pub(super) fn header(&self, line: &mut Vec<u8>) {
        for (place, column) in self.columns.iter().enumerate() {
            if place > 0 {
                line.push(self.separator);
            }
            self.cell(column.name.as_bytes(), line);
        }
    }

    /// Appends the line of a record, without its end.
    pub(super) fn record(&self, record: &MadeRecord, line: &mut Vec<u8>) {
        if self.form == MadeForm::Fixed {
            return self.fixed(record, line);
        }
        for (place, column) in self.columns.iter().enumerate() {
            if place > 0 {
                line.push(self.separator);
            }
            let cell = match &column.source {
                CellSource::Cell(place) => record.cell(*place),
                CellSource::Text(text) => text.as_bytes(),
            };
            if !cell.is_empty() {
                self.cell(cell, line);
            }
        }
    }

    fn cell(&self, cell: &[u8], line: &mut Vec<u8>) {
        let needs_quotes = |byte: &u8| matches!(byte, b',' | b'"' | b'\n' | b'\r');
        if self.separator != b',' || !cell.iter().any(needs_quotes) {
            line.extend_from_slice(cell);
            return;
        }
        line.push(b'"');
        for byte in cell {
            if *byte == b'"' {
                line.push(b'"');
            }
            line.push(*byte);
        }
        line.push(b'"');
    }

    /// Spoils the line that starts at a place of the chunk (it has no end yet), or writes the
    /// line that follows.
    pub(super) fn spoil(&self, effect: LineEffect, start: usize, chunk: &mut Vec<u8>) {
        match effect {
            LineEffect::Append(cells) => chunk.resize(chunk.len() + cells, self.separator),
            LineEffect::Cut(cells) => {
                let ends = chunk.iter().enumerate().skip(start).filter(|(_, byte)| **byte == self.separator);
                if let Some((place, _)) = ends.rev().nth(cells.saturating_sub(1)) {
                    chunk.truncate(place);
                }
            }
            LineEffect::Pad(blanks) => chunk.resize(chunk.len() + blanks, b' '),
            LineEffect::OpenQuote => chunk.insert(start, b'"'),
            LineEffect::CarriageReturn => chunk.push(b'\r'),
            LineEffect::BlankRow => {
                let separators = self.columns.len().saturating_sub(1);
                chunk.resize(chunk.len() + separators, self.separator);
            }
            LineEffect::HeaderRow => self.header(chunk),
        }
    }

    /// Widths count characters, so that a name with an accent does not shift what follows.
    fn fixed(&self, record: &MadeRecord, line: &mut Vec<u8>) {
        for (place, width) in self.widths.iter().enumerate() {
            let cell = record.cell(place);
            let continued = cell.iter().filter(|byte| **byte & 0b1100_0000 == 0b1000_0000).count();
            let padding = width.saturating_sub(cell.len() - continued);
            line.extend_from_slice(cell);
            line.resize(line.len() + padding, b' ');
        }
    }
}

/// The header names of a layout: those seen in files, else the printed ones, with fillers counted
/// as in the years whose headers are known.
pub(super) fn header_names(layout: &Layout) -> Vec<String> {
    let mut fillers = 0;
    let name = |field: &Field| {
        if field.is_filler() && field.column.is_empty() {
            fillers += 1;
            return format!("Blank{fillers}");
        }
        field.label().to_owned()
    };
    layout.fields.iter().map(name).collect()
}

fn width(field: &Field) -> usize {
    let span = field.span.map(|(start, end)| end.saturating_sub(start) + 1);
    usize::try_from(span.or(field.length).unwrap_or_default()).unwrap_or_default()
}
