//! Records as lines: separated by a sign, quoted where a spreadsheet would, or in fixed columns.

use super::record::Record;
use crate::layout::{Field, Layout};

/// The form of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// Cells separated by `^`, no quoting, as TOMS writes it.
    Caret,
    /// Separated by commas, quoted where needed.
    Comma,
    /// Separated by tabs.
    Tab,
    /// Fixed-width columns, no header.
    Fixed,
}

impl Form {
    /// The sign between two cells; `None` in fixed columns.
    pub(super) fn separator(self) -> Option<u8> {
        match self {
            Self::Caret => Some(b'^'),
            Self::Comma => Some(b','),
            Self::Tab => Some(b'\t'),
            Self::Fixed => None,
        }
    }
}

/// Turns records of one layout into lines.
#[derive(Clone, Debug)]
pub(super) struct Lines {
    form: Form,
    /// Width of each column, for fixed columns.
    widths: Vec<usize>,
}

impl Lines {
    /// Lines of a layout; `None` for fixed columns where the layout has no positions.
    pub(super) fn new(layout: &Layout, form: Form) -> Option<Self> {
        let widths = match form {
            Form::Fixed if layout.info.record_lengths.is_empty() => return None,
            Form::Fixed => layout.fields.iter().map(width).collect(),
            _ => Vec::new(),
        };
        Some(Self { form, widths })
    }

    /// Appends the header line; nothing for fixed columns.
    pub(super) fn header(&self, layout: &Layout, line: &mut Vec<u8>) {
        let Some(separator) = self.form.separator() else { return };
        for (place, name) in header_names(layout).iter().enumerate() {
            if place > 0 {
                line.push(separator);
            }
            self.cell(name.as_bytes(), line);
        }
        line.push(b'\n');
    }

    /// Appends the line of a record.
    pub(super) fn record(&self, record: &Record, line: &mut Vec<u8>) {
        match self.form.separator() {
            None => self.fixed(record, line),
            Some(separator) => self.separated(record, separator, line),
        }
        line.push(b'\n');
    }

    fn separated(&self, record: &Record, separator: u8, line: &mut Vec<u8>) {
        for place in 0..record.len() {
            if place > 0 {
                line.push(separator);
            }
            let cell = record.cell(place);
            if !cell.is_empty() {
                self.cell(cell, line);
            }
        }
    }

    fn cell(&self, cell: &[u8], line: &mut Vec<u8>) {
        let is_quoted = self.form == Form::Comma && cell.iter().any(|byte| matches!(byte, b',' | b'"' | b'\n' | b'\r'));
        if !is_quoted {
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

    /// Widths count characters, so that a name with an accent does not shift what follows.
    fn fixed(&self, record: &Record, line: &mut Vec<u8>) {
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
