//! Writes a file back as TOMS would have written it: a header and a line for each record, cells between carets,
//! every cell as the layout has it. What cannot be written so for certain is refused.

use std::borrow::Cow;
use std::io::{self, Write};

use crate::finding::FileFinding;
use crate::input::index::{Cursor, Index};
use crate::input::{Block, Dialect, FileInfo, InputError, Opened};

/// How many lines an error names.
const NAMED: usize = 5;

/// What became of a file that was written back.
#[derive(Clone, Debug)]
pub struct MendedCopy {
    /// What the file is, and what is mended in it.
    pub info: FileInfo,
    /// Records written.
    pub records: u64,
    /// For each column, cells with spaces around the text, which were taken off.
    pub spaces: Vec<u64>,
}

/// Why a file cannot be written back.
#[derive(Debug, thiserror::Error, miette::Diagnostic)]
pub enum RewriteError {
    /// It cannot be read to its end.
    #[error(transparent)]
    #[diagnostic(transparent)]
    Input(#[from] InputError),
    /// The copy cannot be written.
    #[error("the mended copy cannot be written: {0}")]
    Output(#[from] io::Error),
    /// A file of fixed width has nothing to mend.
    #[error("the file is fixed-width: no spreadsheet has saved it, and there is nothing to mend")]
    #[diagnostic(help("scorelint check says what is wrong with it; download it again if it is damaged"))]
    Fixed,
    /// Some records have a wrong number of cells.
    #[error("{count} of the records have a wrong number of cells, {lines}: which cell is which cannot be known")]
    #[diagnostic(help("download the file again, or correct these lines"))]
    Odd {
        /// How many.
        count: u64,
        /// The first of their lines, in words.
        lines: String,
    },
    /// A cell holds what separates cells or records.
    #[error("line {line}, column {column}: the cell holds a caret or a line break, which a file of TOMS cannot hold")]
    #[diagnostic(help("correct the cell, or download the file again"))]
    Separator {
        /// Its line.
        line: u64,
        /// Its column, as the header names it.
        column: String,
    },
    /// Not all of the file can be read.
    #[error("the file breaks off or has records that cannot be read ({codes}): a mended copy would lack them")]
    #[diagnostic(help("scorelint check says what is wrong; download the file again"))]
    Loss {
        /// The rules that say so.
        codes: String,
    },
}

/// Findings that say that a part of the file is missing.
const LOSSES: [&str; 3] = ["L031", "L035", "L036"];

/// Writes a file back. It has to be looked through whole when it was opened.
///
/// # Errors
/// When it cannot be read or written, or not written for certain.
pub fn rewrite(opened: Opened, out: &mut dyn Write) -> Result<MendedCopy, RewriteError> {
    let Opened { info, mut findings, mut source } = opened;
    if info.dialect == Dialect::Fixed {
        return Err(RewriteError::Fixed);
    }
    write_header(&info, out)?;
    let mut copy = MendedCopy { spaces: vec![0; info.columns.len()], records: 0, info };
    let (mut index, mut block, mut odd) = (Index::of(&copy.info), Block::default(), OddRecords::default());
    while source.next(&mut block)? {
        let mut cursor = Cursor::default();
        while index.fill(&block, copy.info.separator, &mut cursor) {
            for row in 0..index.rows() {
                let line = block.line + index.line(row);
                if index.odd().iter().any(|one| one.row == row) {
                    odd.add(line);
                    continue;
                }
                copy.write_record(&index, &block, row, line, out)?;
            }
        }
    }
    findings.extend(source.take_findings());
    refuse_losses(&findings)?;
    odd.refuse()?;
    Ok(copy)
}

fn write_header(info: &FileInfo, out: &mut dyn Write) -> Result<(), RewriteError> {
    for (place, column) in info.columns.iter().enumerate() {
        let name = column.name.trim();
        if name.contains(['^', '\n', '\r']) {
            return Err(RewriteError::Separator { line: info.first_line.saturating_sub(1), column: place.to_string() });
        }
        let separator = if place > 0 { "^" } else { "" };
        write!(out, "{separator}{name}")?;
    }
    writeln!(out)?;
    Ok(())
}

impl MendedCopy {
    fn write_record(
        &mut self,
        index: &Index,
        block: &Block,
        row: usize,
        line: u64,
        out: &mut dyn Write,
    ) -> Result<(), RewriteError> {
        for column in 0..self.spaces.len() {
            if column > 0 {
                out.write_all(b"^")?;
            }
            let cell = index.cell(&block.bytes, row, column);
            if cell.is_empty() {
                continue;
            }
            let text = String::from_utf8_lossy(cell);
            let trimmed = text.trim();
            if trimmed.contains(['^', '\n', '\r']) {
                let name = self.info.columns.get(column).map_or_else(String::new, |column| column.name.clone());
                return Err(RewriteError::Separator { line, column: name });
            }
            self.spaces[column] += u64::from(trimmed.len() < text.len());
            out.write_all(trimmed.as_bytes())?;
        }
        out.write_all(b"\n")?;
        self.records += 1;
        Ok(())
    }
}

/// Records with a wrong number of cells.
#[derive(Default)]
struct OddRecords {
    count: u64,
    first: Vec<u64>,
}

impl OddRecords {
    fn add(&mut self, line: u64) {
        self.count += 1;
        if self.first.len() < NAMED {
            self.first.push(line);
        }
    }

    fn refuse(&self) -> Result<(), RewriteError> {
        if self.count == 0 {
            return Ok(());
        }
        let lines: Vec<String> = self.first.iter().map(u64::to_string).collect();
        let more = if self.count > self.first.len() as u64 { " and others" } else { "" };
        let noun = if self.count == 1 { "line" } else { "lines" };
        Err(RewriteError::Odd { count: self.count, lines: format!("{noun} {}{more}", lines.join(", ")) })
    }
}

fn refuse_losses(findings: &[FileFinding]) -> Result<(), RewriteError> {
    let mut codes: Vec<Cow<'_, str>> =
        findings.iter().map(|one| Cow::from(one.code)).filter(|code| LOSSES.contains(&code.as_ref())).collect();
    codes.sort_unstable();
    codes.dedup();
    if codes.is_empty() { Ok(()) } else { Err(RewriteError::Loss { codes: codes.join(", ") }) }
}
