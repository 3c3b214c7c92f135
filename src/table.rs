//! Reads the tab-separated tables under `rules`: one header line, tabs between cells, no quoting.
//! Strictly: an unknown column, a line of the wrong width, a bad number or a span that cannot be
//! read is an error with file and line. Cells are borrowed from the text.

use std::str::FromStr;
use std::sync::{Arc, OnceLock};

use memchr::memchr_iter;

use crate::knowledge;
use crate::years::Years;

/// A mistake in a table.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{path}, line {line}: {problem}")]
pub struct TableError {
    /// The table, `rules/layouts/years.tsv`.
    pub path: String,
    /// The line, from 1; the header is the first.
    pub line: usize,
    /// What is wrong.
    pub problem: String,
}

/// A table held in memory.
#[derive(Clone)]
pub struct Table<'a> {
    path: &'a str,
    columns: Arc<[&'a str]>,
    body: &'a str,
}

/// One line of a table.
#[derive(Clone)]
pub struct TableRow<'a> {
    path: &'a str,
    line: usize,
    columns: Arc<[&'a str]>,
    cells: Vec<&'a str>,
}

/// Reads all lines of one of the program's tables, which has exactly these columns.
///
/// # Errors
/// The first mistake.
pub fn read<T>(
    path: &'static str,
    columns: &[&str],
    line: impl FnMut(&TableRow<'static>) -> Result<T, TableError>,
) -> Result<Vec<T>, TableError> {
    let text = knowledge::text(path).ok_or_else(|| TableError {
        path: path.to_owned(),
        line: 0,
        problem: "there is no such table".to_owned(),
    })?;
    Table::new(path, text).with_columns(columns)?.read(line)
}

/// As [`read`], where a mistake cannot be passed on: it is kept for [`mistake`], and there are no lines.
pub fn lines<T>(
    path: &'static str,
    columns: &[&str],
    line: impl FnMut(&TableRow<'static>) -> Result<T, TableError>,
) -> Vec<T> {
    read(path, columns, line).unwrap_or_else(|error| {
        keep(error);
        Vec::new()
    })
}

/// Keeps the first mistake for [`mistake`].
pub(crate) fn keep(error: TableError) {
    let _ = MISTAKE.set(error);
}

/// The first mistake that was found in the program's tables by readers that cannot pass one on. The
/// command line fails with it, whatever was shown before.
pub fn mistake() -> Option<&'static TableError> {
    MISTAKE.get()
}

static MISTAKE: OnceLock<TableError> = OnceLock::new();

impl<'a> Table<'a> {
    /// A table with its header line first, with whatever columns it has.
    pub fn new(path: &'a str, text: &'a str) -> Self {
        let (header, body) = text.split_once('\n').unwrap_or((text, ""));
        Self { path, columns: header.trim_end_matches('\r').split('\t').collect(), body }
    }

    /// The table, if it has exactly these columns, in any order.
    ///
    /// # Errors
    /// A column that it lacks or should not have.
    pub fn with_columns(self, columns: &[&str]) -> Result<Self, TableError> {
        let failure = |problem| TableError { path: self.path.to_owned(), line: 1, problem };
        if let Some(unknown) = self.columns.iter().find(|one| !columns.contains(one)) {
            return Err(failure(format!("unknown column `{unknown}`; known: {}", columns.join(", "))));
        }
        match columns.iter().find(|one| !self.columns.contains(one)) {
            Some(missing) => Err(failure(format!("there is no column `{missing}`"))),
            None => Ok(self),
        }
    }

    /// Reads all lines.
    ///
    /// # Errors
    /// The first mistake.
    pub fn read<T>(&self, mut line: impl FnMut(&TableRow<'a>) -> Result<T, TableError>) -> Result<Vec<T>, TableError> {
        self.rows().map(|row| row.and_then(|row| line(&row))).collect()
    }

    /// The lines after the header, without blank ones.
    pub fn rows(&self) -> impl Iterator<Item = Result<TableRow<'a>, TableError>> {
        let (path, columns) = (self.path, Arc::clone(&self.columns));
        let lines = split(self.body, b'\n').map(|line| line.strip_suffix('\r').unwrap_or(line));
        (2..).zip(lines).filter(|(_, text)| !text.is_empty()).map(move |(line, text)| {
            let mut cells = Vec::with_capacity(columns.len());
            cells.extend(split(text, b'\t'));
            let row = TableRow { path, line, columns: Arc::clone(&columns), cells };
            if row.cells.len() == row.columns.len() {
                return Ok(row);
            }
            Err(row.error(format!("{} cells under {} columns", row.cells.len(), row.columns.len())))
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

impl<'a> TableRow<'a> {
    /// The cell under a heading.
    ///
    /// # Errors
    /// When the table has no such column.
    pub fn get(&self, column: &str) -> Result<&'a str, TableError> {
        let place = self.columns.iter().position(|name| *name == column);
        place
            .and_then(|place| self.cells.get(place).copied())
            .ok_or_else(|| TableError { line: 1, ..self.error(format!("there is no column `{column}`")) })
    }

    /// The cell as an owned text.
    ///
    /// # Errors
    /// When the table has no such column.
    pub fn text(&self, column: &str) -> Result<String, TableError> {
        self.get(column).map(str::to_owned)
    }

    /// A cell that has to hold a number.
    ///
    /// # Errors
    /// When it does not.
    pub fn number<T: FromStr>(&self, column: &str) -> Result<T, TableError> {
        let cell = self.get(column)?;
        cell.parse().map_err(|_| self.error(format!("`{column}` is `{cell}`, which is no number it can be")))
    }

    /// A cell that holds a number or nothing.
    ///
    /// # Errors
    /// When it holds something else.
    pub fn optional<T: FromStr>(&self, column: &str) -> Result<Option<T>, TableError> {
        if self.get(column)?.is_empty() { Ok(None) } else { self.number(column).map(Some) }
    }

    /// The numbers in a cell such as `3|4|5`; none in a blank one.
    ///
    /// # Errors
    /// When a part is no number.
    pub fn numbers<T: FromStr>(&self, column: &str) -> Result<Vec<T>, TableError> {
        let parts = self.parts(column)?;
        let number = |part: &str| {
            part.parse().map_err(|_| self.error(format!("`{column}` has `{part}`, which is no number it can be")))
        };
        parts.map(number).collect()
    }

    /// The parts of a cell such as `a|b`; none of a blank one.
    ///
    /// # Errors
    /// When the table has no such column.
    pub fn parts(&self, column: &str) -> Result<impl Iterator<Item = &'a str>, TableError> {
        Ok(self.get(column)?.split('|').filter(|part| !part.is_empty()))
    }

    /// A cell of `yes` or `no`.
    ///
    /// # Errors
    /// When it holds something else.
    pub fn yes(&self, column: &str) -> Result<bool, TableError> {
        self.word(column, &[("yes", true), ("no", false)])
    }

    /// A cell that holds one of some words.
    ///
    /// # Errors
    /// When it holds something else.
    pub fn word<T: Clone>(&self, column: &str, words: &[(&str, T)]) -> Result<T, TableError> {
        let cell = self.get(column)?;
        let found = words.iter().find(|(word, _)| *word == cell);
        found.map(|(_, meaning)| meaning.clone()).ok_or_else(|| {
            let known: Vec<&str> =
                words.iter().map(|(word, _)| if word.is_empty() { "a blank cell" } else { word }).collect();
            self.error(format!("`{column}` is `{cell}`; known: {}", known.join(", ")))
        })
    }

    /// The spans in the cell `years`.
    ///
    /// # Errors
    /// When it holds something else.
    pub fn years(&self) -> Result<Years, TableError> {
        Years::parse(self.get("years")?).map_err(|error| self.error(error.to_string()))
    }

    /// A mistake in this line.
    pub fn error(&self, problem: String) -> TableError {
        TableError { path: self.path.to_owned(), line: self.line, problem }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row<T>(text: &str, read: impl FnMut(&TableRow<'_>) -> Result<T, TableError>) -> Result<Vec<T>, String> {
        Table::new("t.tsv", text).read(read).map_err(|error| error.to_string())
    }

    #[test]
    fn cells_are_found_by_their_headings() {
        let text = "id\tyears\tnumbers\r\n\nA\t2017..\t1|2\nB\t2018\t\n";
        let rows =
            row(text, |row| Ok((row.get("id")?.to_owned(), row.years()?, row.numbers::<u8>("numbers")?))).unwrap();
        assert_eq!(rows[0], ("A".to_owned(), Years(vec![(2017, u16::MAX)]), vec![1, 2]));
        assert_eq!(rows[1], ("B".to_owned(), Years(vec![(2018, 2018)]), vec![]));
    }

    #[test]
    fn a_mistake_is_an_error_with_file_and_line() {
        let failed = |text: &str, column: &'static str| row(text, |row| row.number::<u8>(column)).unwrap_err();
        assert_eq!(failed("n\n1\n300\n", "n"), "t.tsv, line 3: `n` is `300`, which is no number it can be");
        assert_eq!(failed("n\n1\n", "m"), "t.tsv, line 1: there is no column `m`");
        assert_eq!(failed("n\tm\n1\t1\n2\n", "n"), "t.tsv, line 3: 1 cells under 2 columns");
        assert_eq!(
            row("years\n2017-2019\n", |row| row.years()).unwrap_err(),
            "t.tsv, line 2: `2017-2019` is no span of years"
        );
        assert_eq!(row("a\nmaybe\n", |row| row.yes("a")).unwrap_err(), "t.tsv, line 2: `a` is `maybe`; known: yes, no");
    }

    #[test]
    fn columns_are_those_that_the_reader_knows() {
        let columns = |text: &'static str| {
            Table::new("t.tsv", text).with_columns(&["a", "b"]).map(|_| ()).map_err(|error| error.to_string())
        };
        assert_eq!(columns("b\ta\n"), Ok(()));
        assert_eq!(columns("a\tb\tc\n"), Err("t.tsv, line 1: unknown column `c`; known: a, b".to_owned()));
        assert_eq!(columns("a\n"), Err("t.tsv, line 1: there is no column `b`".to_owned()));
    }
}
