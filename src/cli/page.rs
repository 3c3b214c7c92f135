//! A page of plain text as wide as the terminal: headings, labelled lines, aligned columns.

use owo_colors::OwoColorize;
use textwrap::core::display_width;

use super::terminal;
use crate::report::{Colour, Style};

/// Narrower terminals get lines of this width all the same.
const NARROWEST: usize = 40;
/// Wider lines are hard to read.
const WIDEST: usize = 160;
const GAP: usize = 2;
/// The last column of a table is never smaller.
const SMALLEST: usize = 12;

/// Text in the making.
pub(super) struct Page {
    width: usize,
    colour: bool,
    text: String,
}

impl Page {
    /// A page in a style.
    pub fn new(style: &Style) -> Self {
        let colour = style.colour == Colour::Ansi;
        Self { width: style.width.clamp(NARROWEST, WIDEST), colour, text: String::new() }
    }

    /// A page for standard output: its width from `COLUMNS` or the terminal, coloured where the
    /// terminal can and `NO_COLOR` does not forbid it.
    pub fn of_terminal() -> Self {
        let (width, colour) = (terminal::width(), terminal::colour_on_stdout() == Colour::Ansi);
        Self { width: width.clamp(NARROWEST, WIDEST), colour, text: String::new() }
    }

    /// Characters a line.
    pub fn width(&self) -> usize {
        self.width
    }

    /// The finished text.
    pub fn finish(self) -> String {
        self.text
    }

    /// A title, set off by a blank line from what stands before.
    pub fn heading(&mut self, title: &str) {
        if !self.text.is_empty() {
            self.text.push('\n');
        }
        self.push_line(&self.strong(title));
    }

    /// A paragraph, wrapped, every line indented.
    pub fn paragraph(&mut self, indent: usize, text: &str) {
        if text.is_empty() {
            return;
        }
        for line in wrap(text, self.width.saturating_sub(indent)) {
            self.push_line(&format!("{:indent$}{line}", ""));
        }
    }

    /// An empty line.
    pub fn blank(&mut self) {
        self.text.push('\n');
    }

    /// A line as it is, however long.
    pub fn fixed(&mut self, indent: usize, line: &str) {
        self.push_line(&format!("{:indent$}{line}", ""));
    }

    /// A paragraph that stands back.
    pub fn aside(&mut self, indent: usize, text: &str) {
        for line in wrap(text, self.width.saturating_sub(indent)) {
            self.push_line(&format!("{:indent$}{}", "", self.faint(&line)));
        }
    }

    /// A label and its text, wrapped under itself.
    pub fn labelled(&mut self, label: &str, text: &str) {
        if text.is_empty() {
            return;
        }
        const LABEL: usize = 14;
        let mut label = format!("  {label:0$}", LABEL - 2);
        for line in wrap(text, self.width.saturating_sub(LABEL)) {
            self.push_line(&format!("{}{line}", self.faint(&label)));
            label = " ".repeat(LABEL);
        }
    }

    /// Rows of cells under headings. The last column takes the room that is left and wraps; the
    /// others are as wide as their widest cell, up to `most`, and wrap beyond that.
    pub fn columns(&mut self, headings: &[&str], rows: &[Vec<String>], most: usize) {
        let widths = self.column_widths(headings, rows, most);
        self.titles(headings, &widths);
        for row in rows {
            self.row(row, &widths);
        }
    }

    /// The widths that [`Page::columns`] would use.
    pub fn column_widths(&self, headings: &[&str], rows: &[Vec<String>], most: usize) -> Vec<usize> {
        let widest = |(place, heading): (usize, &&str)| {
            let cells = rows.iter().filter_map(|row| row.get(place)).map(|cell| display_width(cell));
            cells.max().unwrap_or(0).min(most).max(display_width(heading))
        };
        let mut widths: Vec<usize> = headings.iter().enumerate().map(widest).collect();
        if let Some((last, before)) = widths.split_last_mut() {
            let taken: usize = before.iter().map(|width| width + GAP).sum();
            *last = self.width.saturating_sub(taken).max(SMALLEST);
        }
        widths
    }

    /// The headings of columns.
    pub fn titles(&mut self, headings: &[&str], widths: &[usize]) {
        let titles: Vec<String> = headings.iter().map(|title| (*title).to_owned()).collect();
        for line in row_lines(&titles, widths) {
            self.push_line(&self.faint(&line));
        }
    }

    /// One row of cells.
    pub fn row(&mut self, cells: &[String], widths: &[usize]) {
        for line in row_lines(cells, widths) {
            self.push_line(&line);
        }
    }

    fn push_line(&mut self, line: &str) {
        self.text.push_str(line.trim_end());
        self.text.push('\n');
    }

    fn strong(&self, text: &str) -> String {
        if self.colour { text.bold().to_string() } else { text.to_owned() }
    }

    fn faint(&self, text: &str) -> String {
        if self.colour && !text.trim().is_empty() { text.dimmed().to_string() } else { text.to_owned() }
    }
}

/// The lines of one row: cells wrapped side by side.
fn row_lines(cells: &[String], widths: &[usize]) -> Vec<String> {
    let wrapped: Vec<Vec<String>> = cells.iter().zip(widths).map(|(cell, width)| wrap(cell, *width)).collect();
    let height = wrapped.iter().map(Vec::len).max().unwrap_or(0);
    let line = |at: usize| {
        let mut line = String::new();
        for (lines, width) in wrapped.iter().zip(widths) {
            let part = lines.get(at).map_or("", String::as_str);
            line.push_str(part);
            line.push_str(&" ".repeat(width.saturating_sub(display_width(part)) + GAP));
        }
        line.trim_end().to_owned()
    };
    (0..height).map(line).collect()
}

/// Breaks a text into lines, between words and only where it must inside them.
fn wrap(text: &str, width: usize) -> Vec<String> {
    // A name that is wider than its column breaks at a hyphen, not within a word.
    let is_too_wide = text.split_whitespace().any(|word| display_width(word) > width);
    let splitter =
        if is_too_wide { textwrap::WordSplitter::HyphenSplitter } else { textwrap::WordSplitter::NoHyphenation };
    let options = textwrap::Options::new(width.max(1)).word_splitter(splitter);
    textwrap::wrap(text, options).into_iter().map(|line| line.into_owned()).collect()
}
