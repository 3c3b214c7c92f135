//! Workbooks (`.xlsx`): the first sheet with the headings of a score file, cell by cell, as a
//! person sees them there.

use std::io::{BufReader, Read};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};

use calamine::{Reader as _, Xlsx};

use super::archive::{open_member};
use super::backing::{Backing, Member, Seekable};
use super::displayed::{displayed, is_long_number};
use super::error::{InputError, InputErrorKind};
use super::model::{Block, BlockSource};
use super::options::Limits;
use super::repeated::HeaderLine;
use super::rows::RowBuilder;
use super::sanitize::TroubleCount;
use super::stream::HashSource;
use super::watch::LeaSearch;
use super::year::heading_count;
use crate::finding::FileFinding;
use crate::finding::draft::at_line;

/// Rows looked at to find the header.
const BANNER_ROWS: usize = 30;

/// What is said where the reader of workbooks gave up without a reason.
const UNREADABLE: &str = "its cells cannot be read";

/// Bytes of text in one block.
const BLOCK: usize = 1 << 20;

/// The sheet that was chosen.
pub struct Sheet {
    /// Its name.
    pub name: String,
    /// Number of sheets of the workbook.
    pub sheets: usize,
    /// The headings.
    pub header: Vec<String>,
    /// The row they stand in, 1-based.
    pub row: u64,
    /// Whether the first rows hold codes of many digits as numbers.
    pub long_numbers: bool,
}

enum Message {
    Sheet(Sheet),
    Rows(Block),
    /// The header stands in this row once more, 1-based.
    Header(u64),
    End,
    Failed(String),
}

/// Gives out a workbook. A thread of its own reads it, as the reader of cells borrows the
/// workbook; two blocks at most wait between them.
pub struct Workbook {
    messages: Receiver<Message>,
    fingerprint: HashSource,
    ahead: Option<Block>,
    lea: Option<LeaSearch>,
    /// The last row given out.
    row: Option<u64>,
    repeated: TroubleCount,
    failure: Option<String>,
    ended: bool,
}

/// Opens a workbook and finds its sheet.
///
/// # Errors
/// When it cannot be read, expands beyond the limits, or has no cells.
pub fn open_workbook(
    backing: Backing,
    members: &[Member],
    limits: Limits,
    fingerprint: HashSource,
    lea: Option<&str>,
) -> Result<(Sheet, Workbook), InputError> {
    check_size(&backing, members, limits)?;
    let file = backing.open().map_err(|reason| InputError::from(InputErrorKind::Io { reason }))?;
    let (sender, messages) = sync_channel(2);
    std::thread::spawn(move || {
        let end = match read(file, &sender) {
            Ok(()) => Message::End,
            Err(reason) => Message::Failed(reason),
        };
        // The receiver is gone if the reader of blocks has stopped early.
        let _ = sender.send(end);
    });
    let broken = |reason| InputError::from(InputErrorKind::BrokenArchive { reason });
    match messages.recv() {
        Ok(Message::Sheet(sheet)) => Ok((
            sheet,
            Workbook {
                messages,
                fingerprint,
                ahead: None,
                lea: lea.map(LeaSearch::new),
                row: None,
                repeated: TroubleCount::default(),
                failure: None,
                ended: false,
            },
        )),
        Ok(Message::Failed(reason)) => Err(broken(reason)),
        Ok(Message::Rows(_) | Message::Header(_) | Message::End) | Err(_) => Err(broken(UNREADABLE.to_owned())),
    }
}

/// Unpacks everything once, without keeping it: the reader of workbooks holds the texts of all
/// cells in memory, and knows no limit.
pub(super) fn check_size(backing: &Backing, members: &[Member], limits: Limits) -> Result<(), InputError> {
    let mut total = 0;
    for member in members {
        let mut stream = open_member(backing, member, limits)?.take(limits.expanded.saturating_add(1));
        total += std::io::copy(&mut stream, &mut std::io::sink()).map_err(|error| {
            InputError::from(InputErrorKind::BrokenArchive {
                reason: format!("{}: {}", member.name, super::failure::reason(&error)),
            })
        })?;
        let is_texts = member.name.ends_with("sharedStrings.xml");
        if total > limits.expanded || (is_texts && total > limits.held) {
            return Err(InputError::from(InputErrorKind::TooLarge { limit: limits.held.min(limits.expanded) }));
        }
    }
    Ok(())
}

fn read(file: Box<dyn Seekable>, sender: &SyncSender<Message>) -> Result<(), String> {
    let mut counting: Xlsx<_> = Xlsx::new(BufReader::new(file)).map_err(|error| error.to_string())?;
    let names = counting.sheet_names();
    let mut chosen = None;
    for name in &names {
        let (rows, long_numbers) = first_rows(&mut counting, name)?;
        let Some(found) = find_header(&rows) else { continue };
        if found.likely {
            chosen = Some((name, found, long_numbers));
            break;
        }
        chosen.get_or_insert((name, found, long_numbers));
    }
    let Some((name, header, long_numbers)) = chosen else { return Err("it has no cells".to_owned()) };
    let columns = header.names.len();
    let again = HeaderLine::new(header.names.first().map_or("", |name| name.trim()), b'^');
    let sheet = Sheet {
        name: name.clone(),
        sheets: names.len(),
        header: header.names,
        row: u64::from(header.row) + 1,
        long_numbers,
    };
    if sender.send(Message::Sheet(sheet)).is_err() {
        return Ok(());
    }
    let mut rows = RowBuilder::reuse(&mut Block::default(), columns);
    let mut stopped = false;
    each_row(&mut counting, name, |row, cells| {
        if row <= header.row || cells.iter().all(String::is_empty) {
            return true;
        }
        if cells.first().is_some_and(|cell| again.starts_with(cell.as_bytes())) {
            stopped = sender.send(Message::Header(u64::from(row) + 1)).is_err();
            return !stopped;
        }
        let used = cells.iter().rposition(|cell| !cell.is_empty()).map_or(0, |last| last + 1);
        // A sheet has no ragged rows: what is blank to the right is blank, not missing.
        let count = used.max(columns);
        let blanks = std::iter::repeat(&b""[..]);
        let texts = cells.iter().take(used).map(String::as_bytes).chain(blanks).take(count);
        rows.push(texts, u64::from(row) + 1, 0);
        if rows.len() < BLOCK {
            return true;
        }
        let full = std::mem::replace(&mut rows, RowBuilder::reuse(&mut Block::default(), columns));
        stopped = sender.send(Message::Rows(finished(full))).is_err();
        !stopped
    })?;
    if !stopped && !rows.is_empty() {
        let _ = sender.send(Message::Rows(finished(rows)));
    }
    Ok(())
}

fn finished(rows: RowBuilder) -> Block {
    let mut block = Block::default();
    rows.into_block(&mut block);
    block
}

type WorkbookRow = (u32, Vec<String>);

fn first_rows(counting: &mut Xlsx<BufReader<Box<dyn Seekable>>>, name: &str) -> Result<(Vec<WorkbookRow>, bool), String> {
    let mut rows = Vec::new();
    let long_numbers = each_row(counting, name, |row, cells| {
        rows.push((row, cells.to_vec()));
        rows.len() < BANNER_ROWS
    })?;
    Ok((rows, long_numbers))
}

struct SheetHeader {
    row: u32,
    names: Vec<String>,
    likely: bool,
}

/// The first row of which half the cells are known headings; else the first row with several
/// cells.
fn find_header(rows: &[WorkbookRow]) -> Option<SheetHeader> {
    let make = |(row, cells): &WorkbookRow, likely| {
        let used = cells.iter().rposition(|cell| !cell.trim().is_empty())? + 1;
        Some(SheetHeader { row: *row, names: cells[..used].to_vec(), likely })
    };
    let filled = |cells: &[String]| cells.iter().filter(|cell| !cell.trim().is_empty()).count();
    let is_header = |(_, cells): &&WorkbookRow| {
        let known = heading_count(cells);
        known >= 3 && known * 2 >= filled(cells)
    };
    match rows.iter().find(is_header) {
        Some(row) => make(row, true),
        None => rows.iter().find(|(_, cells)| filled(cells) > 1).and_then(|row| make(row, false)),
    }
}

/// Calls `take` with each row that has cells, until it returns false. Rows are 0-based. Tells whether
/// a code of many digits was among the cells as a number.
pub(super) fn each_row(
    counting: &mut Xlsx<BufReader<Box<dyn Seekable>>>,
    name: &str,
    mut take: impl FnMut(u32, &[String]) -> bool,
) -> Result<bool, String> {
    /// More than twice the columns of the widest layout; a sheet could name 16,384.
    const MOST_COLUMNS: u32 = 2048;
    // A sheet of another kind (a chart) has no cells to read.
    let Ok(mut reader) = counting.worksheet_cells_reader(name) else { return Ok(false) };
    let formats: Vec<String> = reader
        .styles()
        .iter()
        .map(|style| style.number_format.as_ref().map_or_else(String::new, |format| format.format_code.clone()))
        .collect();
    let mut current: Option<u32> = None;
    let mut cells: Vec<String> = Vec::new();
    let mut long_numbers = false;
    while let Some((cell, style)) = reader.next_cell_with_style_id().map_err(|error| error.to_string())? {
        let (row, column) = cell.get_position();
        if let Some(before) = current.filter(|before| *before != row) {
            if !take(before, &cells) {
                return Ok(long_numbers);
            }
            cells.clear();
        }
        current = Some(row);
        long_numbers |= is_long_number(cell.get_value());
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
        take(row, &cells);
    }
    Ok(long_numbers)
}

impl BlockSource for Workbook {
    fn next(&mut self, block: &mut Block) -> Result<bool, InputError> {
        let Some(mut found) = self.ahead.take().or_else(|| self.receive()) else { return Ok(false) };
        self.ahead = self.receive();
        found.last = self.ahead.is_none();
        self.row = found.cells.as_ref().and_then(|cells| cells.lines.last().copied());
        LeaSearch::go_on(&mut self.lea, &found.bytes);
        *block = found;
        Ok(true)
    }

    fn take_findings(&mut self) -> Vec<FileFinding> {
        let mut findings: Vec<_> = self.lea.iter().filter(|_| self.row.is_some()).map(LeaSearch::finding).collect();
        findings.extend(self.repeated.finding("L025"));
        let line = self.row.unwrap_or(1);
        findings.extend(self.failure.take().map(|reason| at_line("L035", line, 0).with("reason", reason).done()));
        findings
    }

    fn sha256(&self) -> Option<String> {
        self.fingerprint.get()
    }
}

impl Workbook {
    /// The next block; what was read before a failure stays read.
    fn receive(&mut self) -> Option<Block> {
        if self.ended {
            return None;
        }
        loop {
            match self.messages.recv() {
                Ok(Message::Rows(block)) => return Some(block),
                Ok(Message::Header(row)) => {
                    self.repeated.add(row, 0);
                    continue;
                }
                Ok(Message::End | Message::Sheet(_)) => {}
                Ok(Message::Failed(reason)) => self.failure = Some(reason),
                Err(_) => self.failure = Some(UNREADABLE.to_owned()),
            }
            self.ended = true;
            return None;
        }
    }
}
