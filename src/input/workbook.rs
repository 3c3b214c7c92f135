//! The records of a sheet of a workbook (`.xlsx`), cell by cell, as a person sees them there.

use std::io::Read;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};

use super::archive::{open_member};
use super::backing::{Backing, Member};
use super::error::{InputError, InputErrorKind};
use super::model::{Block, BlockSource};
use super::options::Limits;
use super::remarks::RecordColumns;
use super::repeated::HeaderLine;
use super::rows::RowBuilder;
use super::sanitize::TroubleCount;
use super::sheets::{Bounds, CellSplit, each_row, find_header, first_rows, open_book};
use super::stream::HashSource;
use super::watch::LeaSearch;
use crate::finding::FileFinding;
use crate::finding::draft::at_line;

/// What is said where the reader of workbooks gave up without a reason.
const UNREADABLE: &str = "its cells cannot be read";

/// Bytes of text in one block.
const BLOCK: usize = 1 << 20;

/// The head of a sheet.
pub struct Sheet {
    /// The headings.
    pub header: Vec<String>,
    /// The row they stand in, 1-based.
    pub row: u64,
    /// Whether the first rows hold codes of many digits as numbers.
    pub long_numbers: bool,
    /// How the cells of a record stand in it.
    pub split: CellSplit,
}

enum Message {
    Sheet(Sheet),
    Rows(Block),
    /// The header stands in this row once more, 1-based.
    Header(u64),
    /// No record stands in this row, 1-based.
    Remark(u64),
    /// This row, 1-based, holds more text than a record may have.
    TooLong { row: u64, bytes: u64 },
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
    remarks: TroubleCount,
    too_long: Vec<FileFinding>,
    failure: Option<String>,
    ended: bool,
}

/// Opens a sheet of a workbook.
///
/// # Errors
/// When it cannot be read, expands beyond the limits, or has no cells.
pub fn open_workbook(
    backing: Backing,
    name: &str,
    limits: Limits,
    fingerprint: HashSource,
    lea: Option<&str>,
) -> Result<(Sheet, Workbook), InputError> {
    let (name, bounds) = (name.to_owned(), Bounds::of(limits, &backing));
    let (sender, messages) = sync_channel(2);
    std::thread::spawn(move || {
        let end = match read(&backing, &name, bounds, &sender) {
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
                remarks: TroubleCount::default(),
                too_long: Vec::new(),
                failure: None,
                ended: false,
            },
        )),
        Ok(Message::Failed(reason)) => Err(broken(reason)),
        Ok(_) | Err(_) => Err(broken(UNREADABLE.to_owned())),
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

fn read(backing: &Backing, name: &str, bounds: Bounds, sender: &SyncSender<Message>) -> Result<(), String> {
    let mut book = open_book(backing).map_err(|error| error.reason())?;
    let first = first_rows(&mut book, name, bounds)?;
    let Some(header) = find_header(&first.rows) else { return Err("it has no cells".to_owned()) };
    let columns = header.names.len();
    let again = HeaderLine::new(header.names.first().map_or("", |name| name.trim()), b'^');
    let records = RecordColumns::of_names(&header.names);
    let sheet = Sheet {
        header: header.names,
        row: u64::from(header.row) + 1,
        long_numbers: first.long_numbers,
        split: header.split,
    };
    if sender.send(Message::Sheet(sheet)).is_err() {
        return Ok(());
    }
    let mut rows = RowBuilder::reuse(&mut Block::default(), columns);
    let mut stopped = false;
    each_row(&mut book, name, bounds, |line| {
        let number = u64::from(line.row) + 1;
        if line.row <= header.row || line.cells.iter().all(String::is_empty) {
            return true;
        }
        let mut send = |message| {
            stopped = sender.send(message).is_err();
            !stopped
        };
        if line.bytes > bounds.row {
            return send(Message::TooLong { row: number, bytes: line.bytes });
        }
        let cells = header.split.cells(line.cells);
        if cells.first().is_some_and(|cell| again.starts_with(cell.as_bytes())) {
            return send(Message::Header(number));
        }
        if records.is_remark(cells.iter().map(String::as_bytes)) {
            return send(Message::Remark(number));
        }
        let used = cells.iter().rposition(|cell| !cell.is_empty()).map_or(0, |last| last + 1);
        // A sheet has no ragged rows: what is blank to the right is blank, not missing.
        let count = used.max(columns);
        let blanks = std::iter::repeat(&b""[..]);
        let texts = cells.iter().take(used).map(String::as_bytes).chain(blanks).take(count);
        rows.push(texts, number, 0);
        if rows.len() < BLOCK {
            return true;
        }
        let full = std::mem::replace(&mut rows, RowBuilder::reuse(&mut Block::default(), columns));
        send(Message::Rows(finished(full)))
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
        findings.extend(self.remarks.finding("L024"));
        findings.append(&mut self.too_long);
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
                Ok(Message::Remark(row)) => {
                    self.remarks.add(row, 0);
                    continue;
                }
                Ok(Message::TooLong { row, bytes }) => {
                    self.too_long.push(at_line("L031", row, 0).with("length", bytes).done());
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
