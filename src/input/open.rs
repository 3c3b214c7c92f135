//! Opens one file: finds out what it is and makes its source of blocks.

use std::path::PathBuf;
use std::sync::Arc;

use super::ahead::{self, Ahead};
use super::backing::Backing;
use super::chunks::Chunks;
use super::clues::{NameClues, FirstRecords, apply, decide, read_name};
use super::delimited::{Delimited, DelimitedParts};
use super::encoding::{Decoding, FoundEncoding, LoneReturns, find_encoding, mark_length};
use super::error::{InputError, InputErrorKind, listed};
use super::fixed::{Fixed, Positions};
use super::form::{looks_like_record, split_joined, RecordForm, Head, binary_kind, find_form, has_lone_returns, is_too_wide, is_web_page, separator};
use super::header::{Mapped, map_header, other_spellings};
use super::known::{YearHeadings, headings, known};
use super::mend::{Mended, DamageSurvey};
use super::detected::{Detected};
use super::model::{Block, BlockSource, Column, Dialect, Encoding, FileInfo, ReadMark, Meaning, View};
use super::options::InputOptions;
use super::remarks::RecordColumns;
use super::repeated::HeaderLine;
use super::resplit::{Unsplit, saved_as_csv};
use super::sanitize::Sanitizer;
use super::sheets::{CellSplit, SheetChoice};
use super::stream::{Bytes, HashSource, read_head};
use super::watch::Watch;
use super::workbook::open_workbook;
use super::year::{DetectedYear, ambiguous, find_year, unfitting};
use crate::layout::registry;
use crate::finding::FileFinding;
use crate::finding::draft::{at_line, file};

/// Bytes looked at before the first record is read.
const HEAD: usize = 1 << 20;

/// A file ready to be read.
pub struct Opened {
    /// What it is.
    pub info: FileInfo,
    /// What was noticed before the first record.
    pub findings: Vec<FileFinding>,
    /// Its records.
    pub source: Box<dyn BlockSource>,
}

impl std::fmt::Debug for Opened {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_struct("Opened").field("info", &self.info).field("findings", &self.findings).finish_non_exhaustive()
    }
}

impl Opened {
    /// The same with what a survey found: every block is mended.
    pub(super) fn mended(mut self, survey: DamageSurvey) -> Self {
        self.info.detected.extend(survey.mends.detected());
        self.info.mends = Some(Arc::new(survey.mends));
        self.findings.extend(survey.findings);
        self.source = Mended::over(self.source, &self.info);
        self
    }
}

/// Where a file comes from, for what is said about it.
#[derive(Clone, Debug)]
pub struct InputOrigin {
    /// The path as given; `-` for standard input.
    pub path: PathBuf,
    /// The name inside an archive.
    pub member: Option<String>,
    /// Size as stored.
    pub bytes: Option<u64>,
    /// What was found out on the way: compression.
    pub detected: Vec<Detected>,
    /// Whether it came through a pipe, and is held in memory.
    pub is_held: bool,
}

impl InputOrigin {
    /// What the file's name says; inside an archive, the member's name counts first.
    fn clues(&self) -> NameClues {
        let base = |name: &str| name.rsplit(['/', '\\']).next().unwrap_or(name).to_owned();
        let outer = self.path.file_name().map(|name| read_name(&name.to_string_lossy())).unwrap_or_default();
        let Some(member) = &self.member else { return outer };
        let inner = read_name(&base(member));
        NameClues { view: inner.view.or(outer.view), lea: inner.lea.or(outer.lea), year: inner.year.or(outer.year) }
    }

    /// Whether it is a file as it lies on the disk: no part of an archive, nothing packed, no pipe.
    fn is_plain(&self) -> bool {
        let is_packed = self.detected.iter().any(|one| one.what == "compression");
        self.member.is_none() && !is_packed && !self.is_held
    }

    fn info(&self) -> FileInfo {
        FileInfo {
            path: self.path.clone(),
            member: self.member.clone(),
            year: 0,
            dialect: Dialect::Caret,
            separator: b'^',
            trailing_cell: false,
            encoding: Encoding::Utf8,
            view: View::Unknown,
            lea: None,
            detected: self.detected.clone(),
            columns: Vec::new(),
            mends: None,
            first_line: 1,
            bytes: self.bytes,
        }
    }
}

/// Opens a text: anything but a workbook.
///
/// # Errors
/// When it is no score file of a known layout.
pub fn open_text(
    mut stream: Bytes,
    fingerprint: HashSource,
    origin: &InputOrigin,
    options: &InputOptions,
) -> Result<Opened, InputError> {
    let head = read_head(&mut stream, HEAD).map_err(|error| broken_head(error, origin))?;
    if head.is_empty() {
        return Err(InputError::from(InputErrorKind::Empty));
    }
    let encoding = encoding_of(&head, options);
    if let Some(kind) = binary_kind(&head).filter(|_| !encoding.encoding.is_wide()) {
        return Err(InputError::from(InputErrorKind::Binary { kind }));
    }
    let mut text = DecodedText::new(head, stream, &encoding, options);
    let mut info = origin.info();
    info.encoding = encoding.encoding;
    info.detected.push(Detected {
        what: "encoding",
        value: encoding.encoding.as_str().to_owned(),
        why: encoding.why.to_owned(),
    });
    let mut findings = mark_findings(&encoding);
    findings.extend(text.undo_saving_as_csv(options));
    if is_web_page(&text.head) {
        return Err(InputError::from(InputErrorKind::NotScores {
            kind: "a web page",
            help: "a sign-in or error page was saved instead of the file; sign in to TOMS and download it again",
        }));
    }
    match find_form(&text.head, options)? {
        RecordForm::Delimited(head) => open_delimited(text, head, (info, findings), fingerprint, origin, options),
        RecordForm::Fixed { year, why } => open_fixed(text, year, why, (info, findings), fingerprint, origin, options),
    }
}

/// The decoded start of a text and what follows.
struct DecodedText {
    head: Vec<u8>,
    rest: Bytes,
    /// Bytes of a UTF-8 mark before the head: offsets count them.
    mark: u64,
    care: Sanitizer,
    /// Whether the bytes are those of the stream.
    is_as_given: bool,
}

impl DecodedText {
    fn new(mut head: Vec<u8>, rest: Bytes, encoding: &FoundEncoding, options: &InputOptions) -> Self {
        let found = encoding.encoding;
        head.drain(..encoding.mark.min(head.len()));
        let decodes = match found {
            Encoding::Utf8 | Encoding::Utf8Bom => false,
            // Found out, not stated: lines are decoded one by one, as some may be UTF-8.
            Encoding::Windows1252 => options.encoding.is_some(),
            Encoding::Utf16Le | Encoding::Utf16Be | Encoding::Utf32Le | Encoding::Utf32Be => true,
        };
        let mut text = if decodes {
            let whole: Bytes = Box::new(std::io::Read::chain(std::io::Cursor::new(head), rest));
            let (decoding, undecodable) = Decoding::new(whole, found);
            let mut rest: Bytes = Box::new(decoding);
            // A failure shows up again when the rest is read.
            let head = read_head(&mut rest, HEAD).unwrap_or_default();
            let care = Sanitizer::new(options.encoding, Some(undecodable));
            Self { head, rest, mark: 0, care, is_as_given: false }
        } else {
            let care = Sanitizer::new(options.encoding, None);
            Self { head, rest, mark: encoding.mark as u64, care, is_as_given: true }
        };
        if has_lone_returns(&text.head) {
            text.head.iter_mut().filter(|byte| **byte == b'\r').for_each(|byte| *byte = b'\n');
            text.rest = Box::new(LoneReturns(text.rest));
            text.is_as_given = false;
        }
        text
    }

    /// Gives the lines of a caret file that was opened by double click and saved as they were before; a finding
    /// says so.
    fn undo_saving_as_csv(&mut self, options: &InputOptions) -> Option<FileFinding> {
        if options.dialect.is_some_and(|dialect| dialect != Dialect::Caret) {
            return None;
        }
        let how = saved_as_csv(&self.head)?;
        let head = std::mem::take(&mut self.head);
        let rest = std::mem::replace(&mut self.rest, Box::new(std::io::empty()));
        let whole: Bytes = Box::new(std::io::Read::chain(std::io::Cursor::new(head), rest));
        let mut rest: Bytes = Box::new(Unsplit::new(whole, options.limits.record.saturating_mul(2)));
        // A failure shows up again when the rest is read.
        self.head = read_head(&mut rest, HEAD).unwrap_or_default();
        self.rest = rest;
        self.is_as_given = false;
        Some(file("L037").with("how", how).done())
    }
}

fn encoding_of(head: &[u8], options: &InputOptions) -> FoundEncoding {
    match options.encoding {
        Some(encoding) => FoundEncoding { encoding, mark: mark_length(head, encoding), why: "stated by the user" },
        None => find_encoding(head),
    }
}

fn mark_findings(encoding: &FoundEncoding) -> Vec<FileFinding> {
    let mut findings = Vec::new();
    if encoding.mark > 0 {
        findings.push(file("L002").done());
    }
    findings
}

fn broken_head(error: std::io::Error, origin: &InputOrigin) -> InputError {
    let packed = origin.detected.iter().any(|one| one.what == "compression");
    if packed {
        InputErrorKind::BrokenArchive { reason: super::failure::reason(&error) }.into()
    } else {
        InputErrorKind::Io { reason: error }.into()
    }
}

type SourceDraft = (FileInfo, Vec<FileFinding>);

fn open_delimited(
    text: DecodedText,
    mut head: Head,
    (mut info, mut findings): SourceDraft,
    fingerprint: HashSource,
    origin: &InputOrigin,
    options: &InputOptions,
) -> Result<Opened, InputError> {
    info.dialect = head.dialect;
    info.separator = separator(head.dialect);
    info.detected.push(Detected { what: "dialect", value: head.dialect.as_str().to_owned(), why: head.why.clone() });
    info.detected.extend(below_others(head.line, "line"));
    let is_joined = split_joined(&text.head, &mut head);
    if is_joined {
        findings.push(at_line("L038", head.line, text.mark + (head.start + head.length) as u64).done());
    }
    let wide_header = trim_header(&mut head.names);
    let year = year_of(&head.names, options)?;
    let mapped = mapped(&head, year.year)?;
    let clues = origin.clues();
    let header_line = &text.head[head.start..head.start + head.length];
    let first = mapped.columns.first().map_or("", |column| column.name.as_str());
    let header = HeaderLine::new(first, info.separator);
    let returns = (!is_joined).then_some(header_line.ends_with(b"\r\n"));
    let watch = Watch::new(header, returns, clues.lea.as_deref())
        .with_records(RecordColumns::of(&mapped.columns), info.separator);
    // The first record stands on the line of the header where that has lost its end.
    let first_line = if is_joined { head.line } else { head.line + 1 };
    let before = head.start + head.length;
    let mut chunks = Chunks::new(text.head, text.rest, options.limits.record);
    chunks.skip(before);
    let mut source = Delimited::new(DelimitedParts {
        chunks,
        line: first_line,
        offset: text.mark + before as u64,
        separator: info.separator,
        columns: mapped.columns.len(),
        limit: options.limits.record,
        care: text.care,
        watch,
        fingerprint,
        stored: (text.is_as_given && origin.is_plain()).then_some(text.mark),
    });
    info.first_line = first_line;
    let mut first = Block::default();
    let more = source.next(&mut first)?;
    let sample = FirstRecords::of(&first, info.separator, &mapped.columns);
    let (year, mapped) = settle(year, mapped, &head, &sample, clues.year)?;
    let year = moved_on(year, &head.names, &clues, &sample, options)?;
    let Ahead { mapped, new } = ahead::look(mapped, year.year, &first, info.separator);
    info.trailing_cell = wide_header || sample.trailing || source.all_trailing();
    if info.trailing_cell {
        source.tell_trailing();
        findings.push(file("L019").done());
    }
    findings.extend(delimiter_finding(head.dialect));
    if head.length == 0 {
        findings.push(file("L007").done());
    }
    findings.extend(mapped.findings);
    finish(&mut info, year, mapped.columns);
    if !sample.has_records && (!more || first.last) {
        findings.push(file("L023").done());
    }
    findings.extend(apply(&mut info, options.view, &clues, &sample));
    let source = Primed { first: more.then_some(first), rest: Box::new(source) };
    let source = ahead::counted(Box::new(source), new, &info);
    Ok(Opened { info, findings, source })
}

/// Reads a delimited file on from a mark, given its bytes from there.
pub fn resume(stream: Bytes, info: &FileInfo, options: &InputOptions, mark: ReadMark) -> Box<dyn BlockSource> {
    Box::new(Delimited::new(DelimitedParts {
        chunks: Chunks::new(Vec::new(), stream, options.limits.record),
        line: mark.line,
        offset: mark.offset,
        separator: info.separator,
        columns: info.columns.len(),
        limit: options.limits.record,
        care: Sanitizer::new(options.encoding, None),
        watch: Watch::new(HeaderLine::of(info), None, None)
            .with_records(RecordColumns::of(&info.columns), info.separator),
        fingerprint: HashSource::Unwanted,
        stored: None,
    }))
}

/// Where the header is not the first line: what stands above it is passed over.
fn below_others(line: u64, unit: &str) -> Option<Detected> {
    let above = line.checked_sub(1).filter(|above| *above > 0)?;
    let why = match above {
        1 => format!("the {unit} above it holds no column names and was passed over"),
        _ => format!("the {above} {unit}s above it hold no column names and were passed over"),
    };
    Some(Detected { what: "header", value: format!("in {unit} {line}"), why })
}

/// Takes the one empty heading off that some converted files have at the end.
fn trim_header(names: &mut Vec<String>) -> bool {
    let empty = names.iter().rev().take_while(|name| name.trim().is_empty()).count();
    let trailing = empty == 1 && names.len() > 1;
    if trailing {
        names.pop();
    }
    trailing
}

fn delimiter_finding(dialect: Dialect) -> Option<FileFinding> {
    let name = match dialect {
        Dialect::Comma => "a comma",
        Dialect::Tab => "a tab",
        Dialect::Caret | Dialect::Fixed | Dialect::Workbook => return None,
    };
    Some(file("L005").with("delimiter", name).done())
}

fn finish(info: &mut FileInfo, year: DetectedYear, columns: Vec<Column>) {
    info.year = year.year;
    info.detected.push(Detected { what: "layout", value: registry().title(year.year), why: year.why });
    let spellings = known(year.year).and_then(|known| other_spellings(&columns, known));
    info.detected.extend(spellings);
    info.columns = columns;
}

fn year_of(names: &[String], options: &InputOptions) -> Result<DetectedYear, InputError> {
    if is_too_wide(names) {
        let help = "a line this wide is no header; download the file again".to_owned();
        return Err(InputError::from(InputErrorKind::UnknownLayout { columns: names.len(), nearest: None, help }));
    }
    let Some(year) = options.year else { return find_year(names) };
    let known = known_year(year)?;
    if !names.iter().any(|name| known.get(&crate::layout::plain_name(name)).is_some()) {
        // Not one heading is known: the stated year does not make it a score file.
        return find_year(names);
    }
    Ok(DetectedYear { year, why: "stated by the user".to_owned(), rivals: Vec::new(), is_later: false })
}

fn known_year(year: u16) -> Result<&'static YearHeadings, InputError> {
    let no_such = || InputError::from(InputErrorKind::NoSuchYear { year, form: "", known: listed(&headings().years) });
    known(year).ok_or_else(no_such)
}

fn mapped(head: &Head, year: u16) -> Result<Mapped, InputError> {
    let known = known_year(year)?;
    Ok(map_header(&head.names, known))
}

/// Where several years fit a header, lets the testing windows decide.
fn settle(
    year: DetectedYear,
    mapped: Mapped,
    head: &Head,
    sample: &FirstRecords,
    named: Option<u16>,
) -> Result<(DetectedYear, Mapped), InputError> {
    if year.rivals.is_empty() {
        return Ok((year, mapped));
    }
    let Some(decided) = decide(year.year, &year.rivals, sample, named) else {
        let years = std::iter::once(year.year).chain(year.rivals).collect();
        return Err(ambiguous(head.names.len(), years));
    };
    let reason = if sample.window_year().is_some() { "the testing windows are of" } else { "the file name says" };
    let why = format!("several layouts have these column names; {reason} {decided}");
    let mapped = if decided == year.year { mapped } else { self::mapped(head, decided)? };
    Ok((DetectedYear { year: decided, why, rivals: Vec::new(), ..year }, mapped))
}

/// The year after the newest with a layout that a file is of: its layout is published later than its files. The
/// testing windows decide; without any, the name. A year that the user states stands.
///
/// # Errors
/// When the names of the columns fit no year well, and the file is of no later one.
fn moved_on(
    year: DetectedYear,
    names: &[String],
    clues: &NameClues,
    sample: &FirstRecords,
    options: &InputOptions,
) -> Result<DetectedYear, InputError> {
    let said = sample.window_year().or(clues.year);
    let later = said.filter(|said| registry().base(*said) == Some(year.year));
    let Some(later) = later.filter(|_| options.year.is_none()) else {
        return if year.is_later { Err(unfitting(names, year.year)) } else { Ok(year) };
    };
    let reason = if sample.window_year().is_some() { "the testing windows are of" } else { "the file name says" };
    let why = format!("{}; {reason} {later}, whose layout is not known", year.why);
    Ok(DetectedYear { year: later, why, rivals: Vec::new(), is_later: false })
}

fn open_fixed(
    text: DecodedText,
    year: u16,
    why: String,
    (mut info, mut findings): SourceDraft,
    fingerprint: HashSource,
    origin: &InputOrigin,
    options: &InputOptions,
) -> Result<Opened, InputError> {
    let known = known_year(year)?;
    let no_positions = || {
        InputError::from(InputErrorKind::NoSuchYear {
            year,
            form: " for fixed-width files",
            known: listed(&headings().years),
        })
    };
    let positions = Positions::of(known.layout).ok_or_else(no_positions)?;
    info.dialect = Dialect::Fixed;
    let dialect_why = "the first line is one long record without separators".to_owned();
    info.detected.push(Detected { what: "dialect", value: Dialect::Fixed.as_str().to_owned(), why: dialect_why });
    let columns = known.layout.fields.iter().map(|field| Column {
        name: field.label().to_owned(),
        meaning: field.id.map_or(Meaning::Filler, Meaning::Field),
        number: Some(field.number),
    });
    finish(&mut info, DetectedYear { year, why, rivals: Vec::new(), is_later: false }, columns.collect());
    let clues = origin.clues();
    let chunks = Chunks::new(text.head, text.rest, options.limits.record);
    let mut source = Fixed::new(chunks, text.mark, positions, text.care, fingerprint, clues.lea.as_deref());
    let mut first = Block::default();
    let more = source.next(&mut first)?;
    let sample = FirstRecords::of(&first, info.separator, &info.columns);
    if !sample.has_records && (!more || first.last) {
        findings.push(file("L023").done());
    }
    findings.extend(apply(&mut info, options.view, &clues, &sample));
    Ok(Opened { info, findings, source: Box::new(Primed { first: more.then_some(first), rest: Box::new(source) }) })
}

/// Opens a sheet of a workbook.
///
/// # Errors
/// When it cannot be read, or has no sheet of a known layout.
pub fn open_sheet(
    backing: Backing,
    choice: &SheetChoice,
    fingerprint: HashSource,
    origin: &InputOrigin,
    options: &InputOptions,
) -> Result<Opened, InputError> {
    let clues = origin.clues();
    let (sheet, mut source) =
        open_workbook(backing, &choice.name, options.limits, fingerprint, clues.lea.as_deref())?;
    let mut info = origin.info();
    info.dialect = Dialect::Workbook;
    let why = choice.why.clone();
    info.detected.push(Detected { what: "dialect", value: Dialect::Workbook.as_str().to_owned(), why });
    if sheet.long_numbers {
        let why = "codes are stored as numbers: all their digits were read, but zeros in front are lost".to_owned();
        info.detected.push(Detected { what: "cells", value: "numbers".to_owned(), why });
    }
    info.detected.extend(below_others(sheet.row, "row"));
    let mut head = Head {
        dialect: Dialect::Workbook,
        why: String::new(),
        names: sheet.header,
        start: 0,
        length: 1,
        line: sheet.row,
    };
    trim_header(&mut head.names);
    if looks_like_record(&head.names) {
        let help = format!("put the line of column names above the records of the sheet “{}”", choice.name);
        return Err(InputError::from(InputErrorKind::HeaderMissing { help }));
    }
    let year = year_of(&head.names, options)?;
    let mapped = mapped(&head, year.year)?;
    info.first_line = sheet.row + 1;
    let mut first = Block::default();
    let more = source.next(&mut first)?;
    let sample = FirstRecords::of(&first, info.separator, &mapped.columns);
    let (year, mapped) = settle(year, mapped, &head, &sample, clues.year)?;
    let year = moved_on(year, &head.names, &clues, &sample, options)?;
    let Ahead { mapped, new } = ahead::look(mapped, year.year, &first, info.separator);
    let mut findings = mapped.findings;
    if sheet.split == CellSplit::Carets {
        findings.push(file("L037").with("how", "each line stands in column A").done());
    }
    finish(&mut info, year, mapped.columns);
    if !sample.has_records {
        findings.push(file("L023").done());
    }
    findings.extend(apply(&mut info, options.view, &clues, &sample));
    let source = Primed { first: more.then_some(first), rest: Box::new(source) };
    let source = ahead::counted(Box::new(source), new, &info);
    Ok(Opened { info, findings, source })
}

/// A source whose first block was read ahead, to learn from its records.
pub(super) struct Primed<S: ?Sized> {
    pub(super) first: Option<Block>,
    pub(super) rest: Box<S>,
}

impl<S: BlockSource + ?Sized> BlockSource for Primed<S> {
    fn next(&mut self, block: &mut Block) -> Result<bool, InputError> {
        match self.first.take() {
            Some(first) => {
                *block = first;
                Ok(true)
            }
            None => self.rest.next(block),
        }
    }

    fn take_findings(&mut self) -> Vec<FileFinding> {
        self.rest.take_findings()
    }

    fn mark(&self) -> Option<ReadMark> {
        // The block that was read ahead is behind the mark.
        if self.first.is_some() { None } else { self.rest.mark() }
    }

    fn sha256(&self) -> Option<String> {
        self.rest.sha256()
    }
}
