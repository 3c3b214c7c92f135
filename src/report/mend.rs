//! The list of what was changed in a mended copy, for people and for programs. It names columns, kinds of change and
//! counts, and no value.

use std::io::{self, Write};
use std::path::Path;

use serde::Serialize;

use crate::input::mend::MendedCopy;
use crate::input::{Dialect, Encoding};
use crate::layout::registry;
use crate::number::{grouped, plural};
use crate::privacy::json;
use crate::privacy::text::neutralise;

/// The name and version of the form; the number changes when a reader of the old form would fail.
const SCHEMA: &str = "scorelint/mend/1";

/// A copy, and where it was written.
pub struct MendReport<'a> {
    /// What became of the file.
    pub copy: &'a MendedCopy,
    /// The path of the copy.
    pub output: &'a Path,
}

/// One kind of change of a column.
#[derive(Serialize)]
struct ColumnChange {
    column: usize,
    name: String,
    field: Option<&'static str>,
    change: &'static str,
    words: &'static str,
    cells: u64,
}

/// Cells of a column that cannot be read.
#[derive(Serialize)]
struct LeftCells {
    column: usize,
    name: String,
    field: Option<&'static str>,
    cells: u64,
}

impl MendReport<'_> {
    fn name(&self, column: usize) -> String {
        let name = self.copy.info.columns.get(column).map_or("", |column| column.name.as_str());
        neutralise(name).into_owned()
    }

    /// What is different about the form of the file.
    fn form(&self) -> Vec<String> {
        let info = &self.copy.info;
        let mut form = Vec::new();
        match info.dialect {
            Dialect::Caret | Dialect::Fixed => {}
            Dialect::Comma => form.push("cells between commas".to_owned()),
            Dialect::Tab => form.push("cells between tabs".to_owned()),
            Dialect::Workbook => form.push("cells of a workbook".to_owned()),
        }
        if info.encoding != Encoding::Utf8 && info.dialect != Dialect::Workbook {
            form.push(format!("letters encoded as {}", info.encoding.as_str()));
        }
        if let Some(above) = info.first_line.checked_sub(2).filter(|above| *above > 0) {
            form.push(format!("{} above the header, left out", plural(above, "line")));
        }
        if info.trailing_cell {
            form.push("one empty cell too many at the end of each line, left out".to_owned());
        }
        form
    }

    /// The changes in file order.
    fn changes(&self) -> Vec<ColumnChange> {
        let mends = || self.copy.info.mends.iter().flat_map(|mends| &mends.columns);
        let of_cells = mends().flat_map(|mend| mend.changes.iter().map(move |(change, cells)| (mend, change, *cells)));
        let mut changes: Vec<ColumnChange> = of_cells
            .map(|(mend, change, cells)| ColumnChange {
                column: mend.column + 1,
                name: self.name(mend.column),
                field: mend.field.map(|field| registry().info(field).name),
                change: change.id(),
                words: change.words(),
                cells,
            })
            .collect();
        let spaces = self.copy.spaces.iter().enumerate().filter(|(_, cells)| **cells > 0);
        changes.extend(spaces.map(|(column, cells)| ColumnChange {
            column: column + 1,
            name: self.name(column),
            field: self.field(column),
            change: "spaces",
            words: "spaces around the text",
            cells: *cells,
        }));
        changes.sort_by_key(|one| one.column);
        changes
    }

    fn left(&self) -> Vec<LeftCells> {
        let mends = self.copy.info.mends.iter().flat_map(|mends| &mends.columns).filter(|mend| mend.unreadable > 0);
        mends
            .map(|mend| LeftCells {
                column: mend.column + 1,
                name: self.name(mend.column),
                field: mend.field.map(|field| registry().info(field).name),
                cells: mend.unreadable,
            })
            .collect()
    }

    fn field(&self, column: usize) -> Option<&'static str> {
        match self.copy.info.columns.get(column)?.meaning {
            crate::input::Meaning::Field(field) => Some(registry().info(field).name),
            _ => None,
        }
    }
}

/// Writes the list for people.
///
/// # Errors
/// When the writer fails.
pub fn write_text(out: &mut dyn Write, report: &MendReport<'_>, width: usize) -> io::Result<()> {
    let info = &report.copy.info;
    let (output, input) = (report.output.display().to_string(), info.path.display().to_string());
    writeln!(out, "{}: the mended copy of {}", neutralise(&output), neutralise(&input))?;
    writeln!(out, "  {} by the layout of {}", plural(report.copy.records, "record"), info.year)?;
    let (form, changes, left) = (report.form(), report.changes(), report.left());
    if form.is_empty() && changes.is_empty() {
        writeln!(out, "  nothing had to be changed")?;
    }
    for one in form {
        writeln!(out, "  the file had {one}")?;
    }
    let cells: u64 = changes.iter().map(|one| one.cells).sum();
    if cells > 0 {
        writeln!(out, "\n{} written anew", plural(cells, "cell"))?;
    }
    let mut rows: Vec<(u64, String)> =
        changes.iter().map(|one| (one.cells, format!("{}: {}", one.name, one.words))).collect();
    write_rows(out, &rows, width)?;
    let cells: u64 = left.iter().map(|one| one.cells).sum();
    if cells > 0 {
        writeln!(out, "\n{} left as they are, because they cannot be read", plural(cells, "cell"))?;
    }
    rows = left.iter().map(|one| (one.cells, one.name.clone())).collect();
    write_rows(out, &rows, width)
}

fn write_rows(out: &mut dyn Write, rows: &[(u64, String)], width: usize) -> io::Result<()> {
    let counts = rows.iter().map(|(cells, _)| grouped(*cells).len()).max().unwrap_or_default();
    for (cells, words) in rows {
        let start = format!("  {:>counts$}  ", grouped(*cells));
        let rest = " ".repeat(start.len());
        let options = textwrap::Options::new(width).initial_indent(&start).subsequent_indent(&rest);
        writeln!(out, "{}", textwrap::fill(words, options))?;
    }
    Ok(())
}

/// Writes the list for programs, `scorelint/mend/1`. Described by `docs/schemas/mend-1.schema.json`.
///
/// # Errors
/// When the writer fails.
pub fn write_json(out: &mut dyn Write, report: &MendReport<'_>) -> io::Result<()> {
    let info = &report.copy.info;
    let document = MendDocument {
        schema: SCHEMA,
        tool: MendTool { name: env!("CARGO_PKG_NAME"), version: env!("CARGO_PKG_VERSION") },
        input: info.path.display().to_string(),
        member: info.member.clone(),
        output: report.output.display().to_string(),
        year: info.year,
        records: report.copy.records,
        form: report.form(),
        changes: report.changes(),
        left: report.left(),
    };
    json::write_pretty(out, &document)?;
    writeln!(out)
}

#[derive(Serialize)]
struct MendDocument {
    schema: &'static str,
    tool: MendTool,
    input: String,
    member: Option<String>,
    output: String,
    year: u16,
    records: u64,
    form: Vec<String>,
    changes: Vec<ColumnChange>,
    left: Vec<LeftCells>,
}

#[derive(Serialize)]
struct MendTool {
    name: &'static str,
    version: &'static str,
}
