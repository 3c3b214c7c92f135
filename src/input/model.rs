//! What reading a file yields: what it is (year, dialect, encoding, view, each with the reason),
//! how its columns map to fields, and blocks of whole records for the engine.

use super::detected::Detected;
use std::path::PathBuf;

use crate::layout::FieldId;

/// How the cells of a record are separated.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Dialect {
    /// Cells separated by `^`, no quoting, as TOMS writes it.
    Caret,
    /// Comma-separated, quoted where needed: saved again by a spreadsheet.
    Comma,
    /// Tab-separated, quoted where needed.
    Tab,
    /// Fixed-width records without a header.
    Fixed,
    /// A sheet of a workbook.
    Workbook,
}

impl Dialect {
    /// The word used in output and by `--dialect`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Caret => "caret",
            Self::Comma => "comma",
            Self::Tab => "tab",
            Self::Fixed => "fixed",
            Self::Workbook => "xlsx",
        }
    }
}

/// The encoding the bytes were read as.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Encoding {
    /// ASCII or UTF-8 without a mark.
    Utf8,
    /// UTF-8 with a byte order mark.
    Utf8Bom,
    /// UTF-16, little end first, with a mark.
    Utf16Le,
    /// UTF-16, big end first, with a mark.
    Utf16Be,
    /// UTF-32, little end first.
    Utf32Le,
    /// UTF-32, big end first.
    Utf32Be,
    /// Windows-1252, chosen where the bytes are not UTF-8.
    Windows1252,
}

impl Encoding {
    /// The word used in output and by `--encoding`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Utf8 => "utf-8",
            Self::Utf8Bom => "utf-8-bom",
            Self::Utf16Le => "utf-16le",
            Self::Utf16Be => "utf-16be",
            Self::Utf32Le => "utf-32le",
            Self::Utf32Be => "utf-32be",
            Self::Windows1252 => "windows-1252",
        }
    }

    /// Whether each letter takes several bytes, most of which are NUL.
    pub fn is_wide(self) -> bool {
        matches!(self, Self::Utf16Le | Self::Utf16Be | Self::Utf32Le | Self::Utf32Be)
    }
}

/// Which download it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum View {
    /// Records of students tested in the LEA; the one that official results are made from.
    Tested,
    /// Records of students enrolled in the LEA.
    Enrolled,
    /// Cannot be determined.
    Unknown,
}

impl View {
    /// The word used in output and by `--view`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Tested => "tested",
            Self::Enrolled => "enrolled",
            Self::Unknown => "unknown",
        }
    }
}

/// What one column of the file is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Meaning {
    /// A field of the layout.
    Field(FieldId),
    /// A filler of the layout.
    Filler,
    /// Nothing the layout knows.
    Extra,
}

impl Meaning {
    /// The field of the layout, where it is one.
    pub fn field(self) -> Option<FieldId> {
        match self {
            Self::Field(id) => Some(id),
            Self::Filler | Self::Extra => None,
        }
    }
}

/// One column of the file, in file order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Column {
    /// The name as it stands in the header (the layout's own name in a fixed-width file).
    pub name: String,
    /// What it is.
    pub meaning: Meaning,
    /// The layout's field number, where it is a field or filler of the layout.
    pub number: Option<u16>,
}

/// Everything known about a file before its records are read.
#[derive(Clone, Debug)]
pub struct FileInfo {
    /// The path as given; `-` for standard input.
    pub path: PathBuf,
    /// The name inside a zip, where it is one of several.
    pub member: Option<String>,
    /// The layout year.
    pub year: u16,
    /// How cells are separated.
    pub dialect: Dialect,
    /// The byte between two cells of a `Plain` block: `^`, a comma or a tab.
    pub separator: u8,
    /// Whether rows end with one empty cell (or `""`) more than there are columns, as a converted
    /// file of 2022 does: `…^ZZ^`. Such a cell is no column, and a row with it is not odd.
    pub trailing_cell: bool,
    /// The encoding.
    pub encoding: Encoding,
    /// Which download it is.
    pub view: View,
    /// The 14-digit code of the LEA the file is named after, where the name has one.
    pub lea: Option<String>,
    /// What was detected and why, in the order of detection.
    pub detected: Vec<Detected>,
    /// The columns, in file order.
    pub columns: Vec<Column>,
    /// What is mended in it, and what cannot be read; `None` where all is written as the layout says.
    pub mends: Option<std::sync::Arc<super::mend::Mends>>,
    /// The line the first record stands on, 1-based (2 after a header, more after banner rows).
    pub first_line: u64,
    /// Size in bytes as stored on disk, where it is known.
    pub bytes: Option<u64>,
}

impl FileInfo {
    /// The kind of official file, where it is one: it holds public totals or codes, not students.
    pub fn official_kind(&self) -> Option<&str> {
        self.detected.iter().find(|one| one.what == "kind").map(|one| one.value.as_str())
    }

    /// The place of a field among the columns.
    pub fn column_of(&self, id: FieldId) -> Option<usize> {
        self.columns.iter().position(|column| column.meaning == Meaning::Field(id))
    }
}

/// A run of whole records on their way to the engine. Buffers are used again and again.
///
/// `Plain` blocks hold raw UTF-8 bytes as they stand in the file, with one separator byte between
/// cells and LF or CRLF after each record (the last record of the file may lack it); the engine
/// finds the cells itself. They are valid UTF-8 without NUL bytes, start after the header, and may
/// hold blank lines, which are no records. A comma or tab file yields `Plain` blocks where no cell
/// is quoted and `Indexed` ones where some are, so both kinds can come from one file. `Indexed`
/// blocks (quoted, fixed-width, workbook and odd input) come with the cells already found.
///
/// `line` and `offset` are exact in both kinds: line ends are counted while reading.
#[derive(Clone, Debug, Default)]
pub struct Block {
    /// The bytes.
    pub bytes: Vec<u8>,
    /// The line of the file on which the first record starts, 1-based.
    pub line: u64,
    /// The byte offset in the (decompressed, decoded) file at which the first record starts.
    pub offset: u64,
    /// Where the cells are, if the reader already knows.
    pub cells: Option<Cells>,
    /// Whether this is the last block of the file.
    pub last: bool,
}

/// Cells found by a reader, row by row.
///
/// Cell `c` of row `r` is `bytes[start..end]` where `end = ends[r * columns + c]` and `start` is
/// `ends[r * columns + c - 1] + 1`, or `starts[r]` for the first cell. There is thus exactly one
/// byte, of any value, between two cells of a row.
#[derive(Clone, Debug, Default)]
pub struct Cells {
    /// Cells a row; every row has as many as the file has columns.
    pub columns: usize,
    /// Where each row's first cell starts.
    pub starts: Vec<u32>,
    /// Where each cell ends.
    pub ends: Vec<u32>,
    /// The line each row stands on, 1-based.
    pub lines: Vec<u64>,
    /// The byte offset of each row in the (decompressed, decoded) file.
    pub offsets: Vec<u64>,
    /// Rows with a wrong number of cells or characters: the row and the number it had. Missing
    /// cells are empty, surplus ones dropped.
    pub odd: Vec<(u32, u32)>,
    /// Each row as it stands in the file, where its cells are written anew and were not quoted; else none.
    pub stored: Vec<Box<[u8]>>,
}

impl Cells {
    /// A cell of a row, given the bytes of its block; empty outside.
    pub fn cell<'a>(&self, bytes: &'a [u8], row: usize, column: usize) -> &'a [u8] {
        let place = row * self.columns + column;
        let start = match column {
            0 => self.starts.get(row).map(|start| *start as usize),
            _ => self.ends.get(place - 1).map(|end| *end as usize + 1),
        };
        let end = self.ends.get(place).filter(|_| column < self.columns).map(|end| *end as usize);
        start.zip(end).and_then(|(start, end)| bytes.get(start..end)).unwrap_or_default()
    }
}

/// A place in a plain file from which its blocks can be read on, the same as from the start.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReadMark {
    /// The byte of the stored file.
    pub position: u64,
    /// The line, 1-based.
    pub line: u64,
    /// The byte of the decoded file.
    pub offset: u64,
}

/// A source of blocks. Called by one thread at a time, under a lock: it should do no more than
/// it must (a plain file only cuts after the last line end).
pub trait BlockSource: Send {
    /// Fills `block` with the next records; false at the end of the file.
    ///
    /// # Errors
    /// When the file cannot be read on: an I/O error, a broken archive, a limit.
    fn next(&mut self, block: &mut Block) -> Result<bool, super::InputError>;

    /// Findings made while reading (bad records, limits); called once after the last block.
    fn take_findings(&mut self) -> Vec<crate::finding::FileFinding> {
        Vec::new()
    }

    /// Where the next block starts, if the file can be read on from there.
    fn mark(&self) -> Option<ReadMark> {
        None
    }

    /// SHA-256 of the file as stored, if it was asked for; known after the last block.
    fn sha256(&self) -> Option<String> {
        None
    }
}
