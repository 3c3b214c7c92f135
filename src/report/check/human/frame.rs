//! One sample as the lines of a frame: what is wrong with this one, whose record it is, and the
//! cells it is about.

use super::super::Material;
use super::super::message::Printable;
use super::super::place::{header_line, path_within};
use super::cells::{FrameCell, CellRole, CellSpan, lay};
use super::{Look, paint};
use crate::input::FileInfo;
use crate::layout::registry;
use crate::outcome::{CellShown, Finding};
use crate::privacy::text::neutralise;
use crate::number::grouped;

/// What a line of a frame is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LineKind {
    /// The message of this sample.
    Message,
    /// Record type, student, other lines.
    Note,
    /// Header names.
    Names,
    /// The record.
    Values,
}

/// One sample, ready to be drawn.
#[derive(Clone, Debug)]
pub struct Frame {
    /// The path, cut to fit.
    pub path: String,
    /// The address of the file, where the path shall lead to it.
    pub url: Option<String>,
    /// The line in the file, 1-based.
    pub line: u64,
    /// The character in the line, 1-based.
    pub column: u64,
    /// The lines; the last one is the line of the file.
    pub lines: Vec<(LineKind, String)>,
    /// What is underlined in the last line.
    pub spans: Vec<CellSpan>,
}

/// Columns miette needs next to the text: gutter, number, bar.
const GUTTER: usize = 5;
/// Columns around the path in a frame: corner, brackets, colons, digits of line and column.
const PATH_ROOM: usize = 24;
/// Columns one value may take.
const VALUE_WIDTH: usize = 60;
/// Other lines of a set that are named.
const OTHER_LINES: usize = 5;

impl Frame {
    /// The frame of a finding; `None` where there is no cell to show. The message is given where
    /// it differs from sample to sample.
    pub fn of(material: &Material<'_>, finding: &Finding, message: Option<&str>, look: Look) -> Option<Self> {
        let width = look.width;
        let info = &material.input_of(finding)?.info;
        let place = material.place(finding);
        let line = place.line?;
        let digits = line.to_string().len();
        let room = width.saturating_sub(GUTTER + digits);
        let mut frame = Self {
            path: path_within(&place.path, width.saturating_sub(PATH_ROOM)),
            url: paint::url_of(look, info),
            line,
            column: place.column.unwrap_or(1),
            lines: Vec::new(),
            spans: Vec::new(),
        };
        frame.add(LineKind::Message, message.unwrap_or_default(), room);
        frame.add(LineKind::Note, &note(material, finding), room);
        match &finding.record {
            Some(record) if record.cells.is_empty() => return None,
            Some(record) => frame.add_record(material, finding, info, &record.cells, room),
            None => frame.add_header(info, finding.column?, room)?,
        }
        Some(frame)
    }

    /// The lines as one text.
    pub fn text(&self) -> String {
        let lines: Vec<&str> = self.lines.iter().map(|(_, line)| line.as_str()).collect();
        lines.join("\n")
    }

    /// The first byte of the last line.
    pub fn value_start(&self) -> usize {
        let before = self.lines.split_last().map_or(&[][..], |(_, before)| before);
        before.iter().map(|(_, line)| line.len() + 1).sum()
    }

    /// What each line is.
    pub fn kinds(&self) -> Vec<LineKind> {
        self.lines.iter().map(|(kind, _)| *kind).collect()
    }

    fn add(&mut self, kind: LineKind, text: &str, room: usize) {
        if text.is_empty() {
            return;
        }
        self.lines.extend(textwrap::wrap(text, room).into_iter().map(|line| (kind, line.into_owned())));
    }

    fn add_record(
        &mut self,
        material: &Material<'_>,
        finding: &Finding,
        info: &FileInfo,
        cells: &[CellShown],
        room: usize,
    ) {
        let cells = cells.iter().map(|cell| of_record(material, finding, info, cell)).collect();
        let laid = lay(cells, info.columns.len(), room);
        self.lines.push((LineKind::Names, laid.names));
        self.lines.push((LineKind::Values, laid.values));
        self.spans = laid.spans;
    }

    /// A finding about a column as such shows its name in the header line, between neighbours.
    fn add_header(&mut self, info: &FileInfo, column: usize, room: usize) -> Option<()> {
        header_line(info)?;
        let from = column.saturating_sub(1);
        let cells: Vec<FrameCell> = (from..=column + 1).filter_map(|place| of_header(info, place, column)).collect();
        let laid = lay(cells, info.columns.len(), room);
        self.lines.push((LineKind::Values, laid.values));
        self.spans = laid.spans;
        Some(())
    }
}

fn of_record(material: &Material<'_>, finding: &Finding, info: &FileInfo, cell: &CellShown) -> FrameCell {
    let is_named = |id| finding.shown.iter().any(|shown| shown.field == Some(id));
    let role = match cell.field {
        _ if Some(cell.column) == finding.column => CellRole::Pointed,
        _ if cell.is_of_rule => CellRole::Named,
        Some(id) if is_named(id) => CellRole::Named,
        _ => CellRole::Neighbour,
    };
    let name = info.columns.get(cell.column).map_or("", |column| column.name.as_str());
    FrameCell {
        column: cell.column,
        name: neutralise(name).into_owned(),
        title: cell.field.map(|id| registry().info(id).title),
        text: material.value(&cell.value, cell.field, VALUE_WIDTH),
        role,
    }
}

fn of_header(info: &FileInfo, place: usize, pointed: usize) -> Option<FrameCell> {
    let name = neutralise(&info.columns.get(place)?.name).into_owned();
    let text = if name.trim().is_empty() { super::super::message::BLANK.to_owned() } else { name };
    let role = if place == pointed { CellRole::Pointed } else { CellRole::Neighbour };
    Some(FrameCell { column: place, name: String::new(), title: None, text, role })
}

/// Record type, student and the other lines of a set, as far as they are known.
fn note(material: &Material<'_>, finding: &Finding) -> String {
    let mut parts: Vec<String> = Vec::new();
    if let Some(record_type) = material.record_type(finding) {
        parts.push(format!("record type {record_type}"));
    }
    if let Some(student) = material.student(finding) {
        parts.push(format!("student {student}"));
    }
    let about = parts.join(", ");
    let others = others(finding);
    if about.is_empty() || others.is_empty() { about + &others } else { format!("{about}; {others}") }
}

/// The other lines of a finding: records of the same set, or further cells with the same trouble.
/// A grouped finding knows the lines of a few of its cells only.
fn others(finding: &Finding) -> String {
    let lines = lines(&finding.related);
    match (finding.related.len() as u64, finding.count) {
        (0, _) => String::new(),
        (_, 0 | 1) => format!("together with {lines}"),
        (known, count) if count > known + 1 => format!("likewise {lines} and others"),
        _ => format!("likewise {lines}"),
    }
}

/// `line 12`, `lines 12, 45 and 1,201 more`.
pub fn lines(numbers: &[u64]) -> String {
    let shown: Vec<String> = numbers.iter().take(OTHER_LINES).map(u64::to_string).collect();
    let noun = if numbers.len() == 1 { "line" } else { "lines" };
    match numbers.len().saturating_sub(OTHER_LINES) {
        0 => format!("{noun} {}", shown.join(", ")),
        more => format!("{noun} {} and {} more", shown.join(", "), grouped(more as u64)),
    }
}
