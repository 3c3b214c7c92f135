//! Reads the tab-separated tables under `rules/`: one header line, tabs between cells, no
//! quoting. Cells are borrowed from the embedded text.

use std::rc::Rc;

use memchr::memchr_iter;

/// A table held in memory.
#[derive(Clone, Copy)]
pub struct Table<'a> {
    header: &'a str,
    body: &'a str,
}

/// One line of a table.
pub struct Row<'a> {
    header: Rc<[&'a str]>,
    cells: Vec<&'a str>,
}

impl<'a> Table<'a> {
    /// A table with its header line first.
    pub fn new(text: &'a str) -> Self {
        let (header, body) = text.split_once('\n').unwrap_or((text, ""));
        Self { header, body }
    }

    /// The lines after the header, without blank ones.
    pub fn rows(self) -> impl Iterator<Item = Row<'a>> {
        let header: Rc<[&str]> = self.header.trim_end().split('\t').collect();
        let lines = split(self.body, b'\n').map(|line| line.strip_suffix('\r').unwrap_or(line));
        lines.filter(|line| !line.is_empty()).map(move |line| {
            let mut cells = Vec::with_capacity(header.len());
            cells.extend(split(line, b'\t'));
            Row { header: Rc::clone(&header), cells }
        })
    }
}

/// The pieces of a text between the places of an ASCII character. The tables are read at every
/// start, so they are not searched letter by letter.
fn split(text: &str, at: u8) -> impl Iterator<Item = &str> {
    let ends = memchr_iter(at, text.as_bytes()).chain([text.len()]);
    ends.scan(0, |start, end| {
        let piece = &text[*start..end];
        *start = end + 1;
        Some(piece)
    })
}

impl<'a> Row<'a> {
    /// The cell under a heading; empty when the table has no such column or the line is short.
    pub fn get(&self, column: &str) -> &'a str {
        let place = self.header.iter().position(|name| *name == column);
        place.and_then(|place| self.cells.get(place).copied()).unwrap_or("")
    }
}
