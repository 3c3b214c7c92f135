//! Reads the tab-separated tables under `rules/`: one header line, tabs between cells, no
//! quoting. Cells are borrowed from the embedded text.

use std::rc::Rc;

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
        let lines = self.body.lines().filter(|line| !line.is_empty());
        lines.map(move |line| Row { header: Rc::clone(&header), cells: line.split('\t').collect() })
    }
}

impl<'a> Row<'a> {
    /// The cell under a heading; empty when the table has no such column or the line is short.
    pub fn get(&self, column: &str) -> &'a str {
        let place = self.header.iter().position(|name| *name == column);
        place.and_then(|place| self.cells.get(place).copied()).unwrap_or("")
    }
}
