//! The sheets of a workbook: which of them hold score records, and their rows, cell by cell, within bounds.

use std::io::{BufReader, Seek as _, SeekFrom};

use calamine::{DataRef, Reader as _, SheetVisible, Xlsx};

use super::backing::{Backing, Seekable};
use super::displayed::{displayed, is_long_number};
use super::error::{InputError, InputErrorKind};
use super::options::{InputOptions, Limits};
use super::resplit::unsplit;
use super::year::{find_year, heading_count};

/// Rows looked at to find the header.
const BANNER_ROWS: usize = 30;

/// More than twice the columns of the widest layout; a sheet could name 16,384.
const MOST_COLUMNS: u32 = 2048;

/// Fewest carets of a record that stands in column A with all its cells.
const FEWEST_CARETS: usize = 20;

/// What reads a workbook.
pub(super) type Book = Xlsx<BufReader<Box<dyn Seekable>>>;

/// A sheet that is to be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SheetChoice {
    /// Its name.
    pub name: String,
    /// Why it is read, and what is not.
    pub why: String,
    /// Whether others of the same workbook are read as well.
    pub is_one_of_several: bool,
}

/// A row of a sheet with its texts.
pub(super) struct SheetLine<'a> {
    /// Its number, 0-based.
    pub(super) row: u32,
    /// The texts, up to the last that holds something.
    pub(super) cells: &'a [String],
    /// Bytes of text; where they are more than a record may have, texts are missing.
    pub(super) bytes: u64,
}

/// What may come out of a workbook: one text can stand in any number of cells, and takes no space in the file.
#[derive(Clone, Copy, Debug)]
pub(super) struct Bounds {
    /// Bytes of a row.
    pub(super) row: u64,
    all: u64,
}

impl Bounds {
    /// The bounds of a workbook of some size.
    pub(super) fn of(limits: Limits, backing: &Backing) -> Self {
        let stored = backing.open().and_then(|mut file| file.seek(SeekFrom::End(0))).unwrap_or(0);
        let all = limits.expanded.min(Limits::RATIO_FREE.max(stored.saturating_mul(limits.ratio)));
        Self { row: limits.record as u64, all }
    }
}

/// Opens a workbook.
pub(super) fn open_book(backing: &Backing) -> Result<Book, InputError> {
    let file = backing.open().map_err(|reason| InputError::from(InputErrorKind::Io { reason }))?;
    Xlsx::new(BufReader::new(file)).map_err(|error| broken(error.to_string()))
}

pub(super) fn broken(reason: String) -> InputError {
    InputError::from(InputErrorKind::BrokenArchive { reason })
}

/// What a sheet holds, by its first rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum SheetContent {
    /// Nothing with several columns.
    Nothing,
    /// Some table.
    Table,
    /// The headings of a score file, and nothing under them.
    Headings,
    /// Score records.
    Records,
}

struct SightedSheet {
    name: String,
    is_visible: bool,
    content: SheetContent,
}

/// Chooses the sheets that are read: those named, or else all visible ones that hold score records. A hidden sheet
/// is read where no visible one holds any.
///
/// # Errors
/// When the workbook cannot be read, or has no sheet of a name that was given.
pub(super) fn choose_sheets(
    backing: &Backing,
    bounds: Bounds,
    options: &InputOptions,
) -> Result<Vec<SheetChoice>, InputError> {
    let sheets = sight(backing, bounds)?;
    let quoted = |sheets: &[&SightedSheet]| {
        let names: Vec<String> = sheets.iter().map(|sheet| format!("“{}”", sheet.name)).collect();
        names.join(", ")
    };
    let of = |is_visible: bool, content: SheetContent| -> Vec<&SightedSheet> {
        sheets.iter().filter(|sheet| sheet.is_visible == is_visible && sheet.content == content).collect()
    };
    let is_named = |sheet: &&SightedSheet| {
        options.sheets.iter().any(|name| name.trim().to_lowercase() == sheet.name.trim().to_lowercase())
    };
    let chosen: Vec<&SightedSheet> = if options.sheets.is_empty() {
        let fallback = || sheets.iter().max_by_key(|sheet| (sheet.content, sheet.is_visible)).into_iter().collect();
        [of(true, SheetContent::Records), of(false, SheetContent::Records)]
            .into_iter()
            .find(|found| !found.is_empty())
            .unwrap_or_else(fallback)
    } else {
        sheets.iter().filter(is_named).collect()
    };
    if chosen.is_empty() {
        let all: Vec<&SightedSheet> = sheets.iter().collect();
        return Err(InputError::from(InputErrorKind::NoSuchSheet { sheets: quoted(&all) }));
    }
    let is_left = |sheet: &&SightedSheet| {
        sheet.content == SheetContent::Records && !chosen.iter().any(|one| one.name == sheet.name)
    };
    let left: Vec<&SightedSheet> = sheets.iter().filter(is_left).collect();
    let why = |sheet: &SightedSheet| {
        let mut why = match (sheets.len(), chosen.len()) {
            (1, _) => "the file is a workbook".to_owned(),
            (count, 1) => format!("the file is a workbook; of its {count} sheets, “{}” was read", sheet.name),
            (count, several) => {
                format!("the file is a workbook; of its {count} sheets, {several} are read, this is “{}”", sheet.name)
            }
        };
        if !sheet.is_visible {
            why += ", which is hidden";
        }
        if !left.is_empty() {
            let hidden = if left.iter().all(|sheet| !sheet.is_visible) { "hidden " } else { "" };
            why += &format!("; {hidden}{} with score records not read: {} (--sheet NAME)", sheet_word(left.len()), quoted(&left));
        }
        why
    };
    let several = chosen.len() > 1;
    let choices = chosen.iter().map(|sheet| SheetChoice {
        name: sheet.name.clone(),
        why: why(sheet),
        is_one_of_several: several,
    });
    Ok(choices.collect())
}

fn sheet_word(count: usize) -> &'static str {
    if count == 1 { "sheet" } else { "sheets" }
}

/// Looks at the first rows of each sheet.
fn sight(backing: &Backing, bounds: Bounds) -> Result<Vec<SightedSheet>, InputError> {
    let mut book = open_book(backing)?;
    let facts: Vec<(String, bool)> =
        book.sheets_metadata().iter().map(|sheet| (sheet.name.clone(), sheet.visible == SheetVisible::Visible)).collect();
    let mut sheets = Vec::new();
    for (name, is_visible) in facts {
        let first = first_rows(&mut book, &name, bounds).map_err(broken)?;
        sheets.push(SightedSheet { name, is_visible, content: content(&first.rows) });
    }
    Ok(sheets)
}

fn content(rows: &[WorkbookRow]) -> SheetContent {
    let Some(header) = find_header(rows) else {
        let is_headless = rows.iter().any(|(_, cells)| is_record(cells));
        return if is_headless { SheetContent::Records } else { SheetContent::Nothing };
    };
    if !header.likely {
        return if rows.iter().any(|(_, cells)| is_record(cells)) { SheetContent::Records } else { SheetContent::Table };
    }
    if find_year(&header.names).is_err() {
        return SheetContent::Table;
    }
    let is_under = |(row, cells): &WorkbookRow| *row > header.row && cells.iter().any(|cell| !cell.trim().is_empty());
    if rows.iter().any(is_under) { SheetContent::Records } else { SheetContent::Headings }
}

/// Whether cells are those of a record, which stands where a header is missing.
fn is_record(cells: &[String]) -> bool {
    let is_type = |cell: &String| matches!(cell.trim().as_bytes(), [b'0', b'1'..=b'9'] | [b'1'..=b'9']);
    cells.len() > FEWEST_CARETS && cells.first().is_some_and(is_type) && cells.last().is_some_and(|cell| cell == "ZZ")
}

/// Rows of a sheet with their numbers, 0-based.
pub(super) type WorkbookRow = (u32, Vec<String>);

/// The first rows of a sheet.
pub(super) struct FirstRows {
    pub(super) rows: Vec<WorkbookRow>,
    /// Whether codes of many digits are among them as numbers.
    pub(super) long_numbers: bool,
}

pub(super) fn first_rows(book: &mut Book, name: &str, bounds: Bounds) -> Result<FirstRows, String> {
    let mut rows = Vec::new();
    let long_numbers = each_row(book, name, bounds, |line| {
        if line.bytes <= bounds.row {
            rows.push((line.row, line.cells.to_vec()));
        }
        // One more than can be above the records.
        rows.len() <= BANNER_ROWS
    })?;
    Ok(FirstRows { rows, long_numbers })
}

/// How the cells of a record stand in a sheet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum CellSplit {
    /// Each in a column.
    Columns,
    /// All in column A, with carets between them: a caret file that was opened by double click.
    Carets,
}

impl CellSplit {
    /// The cells of a row. A comma in a name has put the rest of its line into the next column.
    pub(super) fn cells(self, row: &[String]) -> std::borrow::Cow<'_, [String]> {
        match self {
            Self::Columns => std::borrow::Cow::Borrowed(row),
            Self::Carets => {
                let line = String::from_utf8(unsplit_row(row)).unwrap_or_default();
                std::borrow::Cow::Owned(line.split('^').map(str::to_owned).collect())
            }
        }
    }
}

/// A line of a caret file from the cells that its commas have cut it into.
fn unsplit_row(row: &[String]) -> Vec<u8> {
    let line = row.join(",").into_bytes();
    match line.first() {
        // Whole lines in quotes, of which the spreadsheet made nothing.
        Some(b'"') => unsplit(&line),
        _ => line,
    }
}

/// A header found in a sheet.
pub(super) struct SheetHeader {
    /// Its row, 0-based.
    pub(super) row: u32,
    pub(super) names: Vec<String>,
    pub(super) likely: bool,
    pub(super) split: CellSplit,
}

/// The first row of which half the cells are known headings; else the first row with several
/// cells.
pub(super) fn find_header(rows: &[WorkbookRow]) -> Option<SheetHeader> {
    let make = |row: u32, cells: &[String], likely, split| {
        let used = cells.iter().rposition(|cell| !cell.trim().is_empty())? + 1;
        Some(SheetHeader { row, names: cells[..used].to_vec(), likely, split })
    };
    let filled = |cells: &[String]| cells.iter().filter(|cell| !cell.trim().is_empty()).count();
    let is_header = |cells: &[String]| {
        let known = heading_count(cells);
        known >= 3 && known * 2 >= filled(cells)
    };
    for (row, cells) in rows.iter().take(BANNER_ROWS) {
        if is_header(cells) {
            return make(*row, cells, true, CellSplit::Columns);
        }
        let carets = cells.first().map_or(0, |cell| cell.matches('^').count());
        let split = CellSplit::Carets.cells(cells);
        if carets >= FEWEST_CARETS && is_header(&split) {
            return make(*row, &split, true, CellSplit::Carets);
        }
    }
    let row = rows.iter().find(|(_, cells)| filled(cells) > 1);
    row.and_then(|(row, cells)| make(*row, cells, false, CellSplit::Columns))
}

/// Calls `take` with each row that has cells, until it returns false. Tells whether a code of many digits was among
/// the cells as a number.
pub(super) fn each_row(
    book: &mut Book,
    name: &str,
    bounds: Bounds,
    mut take: impl FnMut(SheetLine<'_>) -> bool,
) -> Result<bool, String> {
    // A sheet of another kind (a chart) has no cells to read.
    let Ok(mut reader) = book.worksheet_cells_reader(name) else { return Ok(false) };
    let formats: Vec<String> = reader
        .styles()
        .iter()
        .map(|style| style.number_format.as_ref().map_or_else(String::new, |format| format.format_code.clone()))
        .collect();
    let mut current: Option<u32> = None;
    let mut cells: Vec<String> = Vec::new();
    let (mut long_numbers, mut bytes, mut all) = (false, 0, 0);
    while let Some((cell, style)) = reader.next_cell_with_style_id().map_err(|error| error.to_string())? {
        let (row, column) = cell.get_position();
        if let Some(before) = current.filter(|before| *before != row) {
            if !take(SheetLine { row: before, cells: &cells, bytes }) {
                return Ok(long_numbers);
            }
            cells.clear();
            bytes = 0;
        }
        current = Some(row);
        long_numbers |= is_long_number(cell.get_value());
        let length = text_length(cell.get_value());
        bytes += length;
        all += length;
        if all > bounds.all {
            return Err(format!("its cells hold more than {} bytes of text", bounds.all));
        }
        if bytes > bounds.row {
            continue;
        }
        let text = displayed(cell.get_value(), formats.get(style).map_or("", String::as_str));
        if text.is_empty() {
            continue;
        }
        if column >= MOST_COLUMNS {
            return Err(format!("row {} has a cell in column {}", row + 1, column + 1));
        }
        let column = column as usize;
        if cells.len() <= column {
            cells.resize(column + 1, String::new());
        }
        cells[column] = text;
    }
    if let Some(row) = current {
        take(SheetLine { row, cells: &cells, bytes });
    }
    Ok(long_numbers)
}

fn text_length(value: &DataRef<'_>) -> u64 {
    let length = match value {
        DataRef::String(text) | DataRef::DateTimeIso(text) | DataRef::DurationIso(text) => text.len(),
        DataRef::SharedString(text) => text.len(),
        _ => 0,
    };
    length as u64
}
