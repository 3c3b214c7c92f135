//! Finds out from the first bytes of a text how its records are separated and where its header
//! stands.

use super::error::{InputError, InputErrorKind, listed};
use super::known::{headings, known, record_lengths};
use super::lookalikes::of_length;
use super::model::{Dialect};
use super::options::InputOptions;
use super::quoted::Quoted;
use super::year::heading_count;
use crate::layout::plain_name;

/// Lines looked at to find the header: banner rows can stand above it in a file saved again.
const BANNER_LINES: usize = 30;

/// Most columns of a header; the widest layout has 401.
const MOST_COLUMNS: usize = 5000;

/// How the records of a text are separated.
pub enum RecordForm {
    /// By a separator, under a header.
    Delimited(Head),
    /// By position, in records of these many characters.
    Fixed {
        /// The layout year.
        year: u16,
        /// Why.
        why: String,
    },
}

/// The header of a delimited text.
pub struct Head {
    /// The dialect.
    pub dialect: Dialect,
    /// Why.
    pub why: String,
    /// The headings; the layout's own where the file has none.
    pub names: Vec<String>,
    /// Bytes before the header line.
    pub start: usize,
    /// Bytes of the header line with its end; 0 where the file has none.
    pub length: usize,
    /// The line it stands on, 1-based.
    pub line: u64,
}

/// The separator of a dialect.
pub fn separator(dialect: Dialect) -> u8 {
    match dialect {
        Dialect::Comma => b',',
        Dialect::Tab => b'\t',
        Dialect::Caret | Dialect::Fixed | Dialect::Workbook => b'^',
    }
}

/// Finds the form of a text from its first bytes (UTF-8, without a mark).
///
/// # Errors
/// When nothing separates columns, the header is missing, or fixed-width records have a length
/// that no layout has.
pub fn find_form(text: &[u8], options: &InputOptions) -> Result<RecordForm, InputError> {
    match options.dialect {
        Some(Dialect::Fixed) => return fixed(text, options),
        None | Some(Dialect::Workbook) if looks_fixed(text) => return fixed(text, options),
        _ => {}
    }
    let stated = options.dialect.filter(|dialect| !matches!(dialect, Dialect::Workbook | Dialect::Fixed));
    if let Some(head) = find_header(text, stated) {
        return Ok(RecordForm::Delimited(head));
    }
    let Some((start, line, number)) = lines(text).find(|(_, line, _)| !line.trim_ascii().is_empty()) else {
        return Err(InputError::from(InputErrorKind::Empty));
    };
    let Some((dialect, why)) = stated.map(|one| (one, stated_why())).or_else(|| most_frequent(line)) else {
        return Err(no_delimiter(line));
    };
    let names = split(line, dialect);
    if looks_like_record(&names) {
        return without_header(dialect, why, names.len(), start, number, options);
    }
    Ok(RecordForm::Delimited(Head { dialect, why, names, start, length: whole_line(text, start, line), line: number }))
}

fn no_delimiter(line: &[u8]) -> InputError {
    let other = [(b';', "semicolons"), (b'|', "bars")].into_iter().find(|(byte, _)| line.contains(byte));
    let found = other.map(|(_, name)| format!("this one seems to use {name}; ")).unwrap_or_default();
    let help = format!(
        "a student score file separates its columns with ^, or with a comma or tab after it was saved again; \
         {found}download it again from TOMS"
    );
    InputError::from(InputErrorKind::NoDelimiter { help })
}

fn stated_why() -> String {
    "stated by the user".to_owned()
}

/// The first line of which half the cells are known headings.
fn find_header(text: &[u8], stated: Option<Dialect>) -> Option<Head> {
    for (start, line, number) in lines(text).take(BANNER_LINES) {
        let found = match stated {
            Some(dialect) => Some((dialect, stated_why())),
            None => most_frequent(line),
        };
        let Some((dialect, why)) = found else { continue };
        let names = split(line, dialect);
        let filled = names.iter().filter(|name| !name.trim().is_empty()).count();
        let known = heading_count(&names);
        if known >= 3 && known * 2 >= filled {
            let length = whole_line(text, start, line);
            return Some(Head { dialect, why, names, start, length, line: number });
        }
    }
    None
}

/// Takes the first record off a header line that has lost its end: the last heading of a layout, and a record type
/// behind it in the same cell. Tells whether there was one.
pub fn split_joined(text: &[u8], head: &mut Head) -> bool {
    let line = &text[head.start..head.start + head.length];
    let body = line.trim_ascii_end();
    let separator = separator(head.dialect);
    if body.contains(&b'"') {
        return false;
    }
    let mut at = 0;
    for (place, cell) in body.split(|byte| *byte == separator).enumerate() {
        let start = at;
        at += cell.len() + 1;
        let Some(heading) = cell.len().checked_sub(RECORD_TYPE).map(|end| &cell[..end]) else { continue };
        let is_type = matches!(&cell[heading.len()..], [b'0', b'1'..=b'9']);
        let is_last = || plain_name(&String::from_utf8_lossy(heading)) == LAST_HEADING;
        if is_type && place > 0 && place + 1 < head.names.len() && is_last() {
            head.names.truncate(place);
            head.names.push(String::from_utf8_lossy(heading).into_owned());
            head.length = start + heading.len();
            return true;
        }
    }
    false
}

/// Digits of a record type.
const RECORD_TYPE: usize = 2;

/// The plain name of the last column of every layout.
const LAST_HEADING: &str = "endofrecord";

/// The dialect whose separator occurs most often in a line.
fn most_frequent(line: &[u8]) -> Option<(Dialect, String)> {
    let count = |dialect| memchr::memchr_iter(separator(dialect), line).count();
    // Among equals the last wins: a caret is never part of a heading.
    let (dialect, count) = [Dialect::Comma, Dialect::Tab, Dialect::Caret]
        .map(|dialect| (dialect, count(dialect)))
        .into_iter()
        .max_by_key(|(_, count)| *count)?;
    let name = match dialect {
        Dialect::Comma => "commas",
        Dialect::Tab => "tabs",
        _ => "carets",
    };
    (count > 0).then(|| (dialect, format!("the header line holds {count} {name}")))
}

/// The cells of a header line.
fn split(line: &[u8], dialect: Dialect) -> Vec<String> {
    let text = |cell: &[u8]| String::from_utf8_lossy(cell).into_owned();
    if dialect != Dialect::Caret && line.contains(&b'"') {
        let mut quoted = Quoted::new(separator(dialect), 0, line.len());
        quoted.find(line, false);
        return quoted.cells().take(MOST_COLUMNS + 1).map(text).collect();
    }
    let cells = line.split(|byte| *byte == separator(dialect)).take(MOST_COLUMNS + 1);
    cells.map(|cell| text(cell).trim().trim_matches('"').to_owned()).collect()
}

/// Whether the cells are those of a record: a record type first, the end mark last.
pub fn looks_like_record(cells: &[String]) -> bool {
    let is_type = |cell: &String| matches!(cell.trim().as_bytes(), [b'0', b'1'..=b'9'] | [b'1'..=b'9']);
    let last = cells.iter().rev().find(|cell| !cell.trim().is_empty());
    cells.len() > 20 && cells.first().is_some_and(is_type) && last.is_some_and(|cell| cell.trim() == "ZZ")
}

fn without_header(
    dialect: Dialect,
    why: String,
    columns: usize,
    start: usize,
    line: u64,
    options: &InputOptions,
) -> Result<RecordForm, InputError> {
    let fits = |year: u16| known(year).filter(|known| usize::from(known.columns()) == columns);
    if let Some(known) = options.year.and_then(fits) {
        let label = |number| known.field(number).map_or("Blank", crate::layout::Field::label).to_owned();
        let names = (1..=known.columns()).map(label).collect();
        return Ok(RecordForm::Delimited(Head { dialect, why, names, start, length: 0, line: line.saturating_sub(1) }));
    }
    let year = headings().years.iter().copied().find(|year| fits(*year).is_some());
    let help = match year {
        Some(year) => format!(
            "download the file again with its first line; the number of columns ({columns}) is that of {year}: \
             --year {year} reads them by position"
        ),
        None => format!("download the file again with its first line; no layout has {columns} columns"),
    };
    Err(InputError::from(InputErrorKind::HeaderMissing { help }))
}

/// Whether the text starts with fixed-width records: a known length, or a long line between a
/// record type and the end mark, and hardly a separator.
fn looks_fixed(text: &[u8]) -> bool {
    const SHORTEST: usize = 1500;
    let Some((_, line, _)) = lines(text).find(|(_, line, _)| !line.trim_ascii().is_empty()) else { return false };
    let separators = line.iter().filter(|byte| matches!(byte, b'^' | b'\t' | b',')).count();
    let typed = matches!(line, [b'0', b'1'..=b'9', ..]);
    typed && line.len() >= SHORTEST && separators < 50
}

fn fixed(text: &[u8], options: &InputOptions) -> Result<RecordForm, InputError> {
    let known = || record_lengths().map(|(year, _)| year).collect::<Vec<_>>();
    if let Some(year) = options.year {
        if !known().contains(&year) {
            let form = " for fixed-width files";
            return Err(InputErrorKind::NoSuchYear { year, form, known: listed(&known()) }.into());
        }
        return Ok(RecordForm::Fixed { year, why: stated_why() });
    }
    let length = usual_length(text);
    if let Some((year, _)) = record_lengths().find(|(_, lengths)| lengths.contains(&length)) {
        return Ok(RecordForm::Fixed { year, why: format!("records of {length} characters are those of {year}") });
    }
    if let Some(other) = of_length(length) {
        return Err(InputErrorKind::NotScores { kind: other.kind, help: other.help }.into());
    }
    let lengths: Vec<String> = record_lengths()
        .map(|(year, lengths)| {
            let words: Vec<String> = lengths.iter().map(usize::to_string).collect();
            format!("{year}: {}", words.join(" or "))
        })
        .collect();
    let help = format!(
        "known lengths are {}; download the file again and do not trim spaces at the end of its lines, or name the \
         year with --year",
        lengths.join(", ")
    );
    Err(InputErrorKind::UnknownLength { length, help }.into())
}

/// The most frequent length of the first records, in characters.
fn usual_length(text: &[u8]) -> usize {
    const LOOK: usize = 50;
    let mut counts: Vec<(usize, usize)> = Vec::new();
    for (_, line, _) in lines(text).filter(|(_, line, _)| !line.trim_ascii().is_empty()).take(LOOK) {
        let length = String::from_utf8_lossy(line).chars().count();
        match counts.iter_mut().find(|(one, _)| *one == length) {
            Some((_, count)) => *count += 1,
            None => counts.push((length, 1)),
        }
    }
    // Of equally frequent lengths the first one seen.
    counts.iter().rev().max_by_key(|(_, count)| *count).map_or(0, |(length, _)| *length)
}

/// The lines with the place of their first byte and their number, without their ends.
fn lines(text: &[u8]) -> impl Iterator<Item = (usize, &[u8], u64)> {
    let mut start = 0;
    text.split_inclusive(|byte| *byte == b'\n').zip(1..).map(move |(line, number)| {
        let at = start;
        start += line.len();
        let body = line.strip_suffix(b"\n").unwrap_or(line);
        (at, body.strip_suffix(b"\r").unwrap_or(body), number)
    })
}

fn whole_line(text: &[u8], start: usize, line: &[u8]) -> usize {
    let rest = &text[start..];
    memchr::memchr(b'\n', rest).map_or(line.len().max(rest.len()), |end| end + 1)
}

/// What bytes that are no text look like; `None` for text.
pub fn binary_kind(head: &[u8]) -> Option<&'static str> {
    const MAGIC: [(&[u8], &str); 8] = [
        (b"%PDF", "a PDF"),
        (b"\x89PNG", "a picture"),
        (b"\xFF\xD8\xFF", "a picture"),
        (b"\xD0\xCF\x11\xE0", "an old or encrypted workbook (save it as .xlsx without a password)"),
        (b"7z\xBC\xAF", "a 7z archive (unpack it first)"),
        (b"Rar!", "a RAR archive (unpack it first)"),
        (b"SQLite format 3", "a database"),
        (b"PAR1", "a Parquet file"),
    ];
    if let Some((_, kind)) = MAGIC.iter().find(|(magic, _)| head.starts_with(magic)) {
        return Some(kind);
    }
    let start = &head[..head.len().min(4096)];
    let is_strange = |byte: &&u8| matches!(byte, 0..=8 | 14..=26 | 28..=31);
    let strange = start.iter().filter(is_strange).count();
    // A few NUL bytes are damage to report; a tenth of control bytes is another kind of file.
    (strange * 10 > start.len()).then_some("a binary file")
}

/// Whether a text is a web page: a sign-in page is often saved instead of the file.
pub fn is_web_page(text: &[u8]) -> bool {
    let start = text.trim_ascii_start();
    let start = start[..start.len().min(1024)].to_ascii_lowercase();
    start.starts_with(b"<") && (has(&start, b"<html") || has(&start, b"<!doctype html"))
}

fn has(text: &[u8], part: &[u8]) -> bool {
    memchr::memmem::find(text, part).is_some()
}

/// Whether lines end in CR alone.
pub fn has_lone_returns(text: &[u8]) -> bool {
    memchr::memchr(b'\n', text).is_none() && memchr::memchr(b'\r', text).is_some()
}

/// Whether a header is too wide to be one.
pub fn is_too_wide(names: &[String]) -> bool {
    names.len() > MOST_COLUMNS
}
