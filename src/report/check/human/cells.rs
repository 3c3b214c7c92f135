//! Lays the few cells that matter of a record side by side: header names above, values below,
//! neighbours left out.

use super::super::place::spreadsheet_letters;
use crate::privacy::text::{fit, width};

/// What a cell has to do with a finding.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CellRole {
    /// The finding points at it.
    Pointed,
    /// The message speaks of it.
    Named,
    /// It helps to find the way.
    Neighbour,
}

/// One cell, masked and neutralised.
#[derive(Clone, Debug)]
pub struct FrameCell {
    /// Its column, 0-based.
    pub column: usize,
    /// The header name.
    pub name: String,
    /// The name for people, where the layout has one.
    pub title: Option<&'static str>,
    /// The value.
    pub text: String,
    /// What it has to do with the finding.
    pub role: CellRole,
}

/// Two aligned lines, and where in the lower one the values stand that the finding is about.
#[derive(Clone, Debug, Default)]
pub struct Laid {
    /// The header names.
    pub names: String,
    /// The values.
    pub values: String,
    /// Bytes of `values`, ascending.
    pub spans: Vec<CellSpan>,
}

/// A value to underline.
#[derive(Clone, Debug)]
pub struct CellSpan {
    /// First byte.
    pub start: usize,
    /// Byte after the last.
    pub end: usize,
    /// Pointed at or named.
    pub role: CellRole,
    /// The words under the pointed one.
    pub label: Option<String>,
}

/// Between columns that are neighbours in the file.
const GAP: &str = "  ";
/// Where columns between two were left out.
const LEFT_OUT: &str = " … ";
/// Columns a name or value may take while there is room for others.
const CELL_WIDTH: usize = 44;
/// What miette draws between a caret and its label.
const LABEL_LEAD: usize = 4;

/// Lays cells, in file order, into so many columns of a file with `total` columns. Cells that do
/// not fit are left out, those that matter least first; the pointed one always stays.
pub fn lay(mut cells: Vec<FrameCell>, total: usize, room: usize) -> Laid {
    for cell in &mut cells {
        narrow(cell, CELL_WIDTH.min(room.saturating_sub(4)));
    }
    while cells.len() > 1 && full_width(&cells, total) > room {
        let least = least_telling(&cells);
        cells.remove(least);
    }
    make_room_for_label(&mut cells, room);
    let mut laid = Laid::default();
    for (place, cell) in cells.iter().enumerate() {
        let before = place.checked_sub(1).and_then(|one| cells.get(one));
        let gap = gap_before(before, cell);
        laid.names.push_str(gap);
        laid.values.push_str(gap);
        put(&mut laid, cell, room);
    }
    if cells.last().is_some_and(|cell| cell.column + 1 < total) {
        laid.names.push_str(LEFT_OUT.trim_end());
        laid.values.push_str(LEFT_OUT.trim_end());
    }
    laid
}

/// Leaves out cells before the pointed one that only help to find the way, where its label would
/// else run over the edge.
fn make_room_for_label(cells: &mut Vec<FrameCell>, room: usize) {
    let Some(mut pointed) = cells.iter().position(|cell| cell.role == CellRole::Pointed) else { return };
    while label_room(cells, pointed, room) < whole_label_width(&cells[pointed]) {
        let Some(first) = cells[..pointed].iter().position(|cell| cell.role == CellRole::Neighbour) else { return };
        cells.remove(first);
        pointed -= 1;
    }
}

/// The columns left for the label of a cell.
fn label_room(cells: &[FrameCell], place: usize, room: usize) -> usize {
    let start = columns_before(cells, place);
    room.saturating_sub(start + width(&cells[place].text) / 2 + LABEL_LEAD)
}

/// The column at which a cell starts.
fn columns_before(cells: &[FrameCell], place: usize) -> usize {
    let gaps = (0..=place).map(|one| width(gap_before(one.checked_sub(1).map(|before| &cells[before]), &cells[one])));
    gaps.sum::<usize>() + cells[..place].iter().map(cell_width).sum::<usize>()
}

fn narrow(cell: &mut FrameCell, most: usize) {
    cell.name = fit(&cell.name, most).into_owned();
    cell.text = fit(&cell.text, most).into_owned();
}

fn gap_before(before: Option<&FrameCell>, cell: &FrameCell) -> &'static str {
    match before {
        None if cell.column == 0 => "",
        None => LEFT_OUT.trim_start(),
        Some(before) if before.column + 1 == cell.column => GAP,
        Some(_) => LEFT_OUT,
    }
}

fn cell_width(cell: &FrameCell) -> usize {
    width(&cell.name).max(width(&cell.text))
}

fn full_width(cells: &[FrameCell], total: usize) -> usize {
    let gaps = (0..cells.len()).map(|place| {
        let before = place.checked_sub(1).and_then(|one| cells.get(one));
        cells.get(place).map_or(0, |cell| width(gap_before(before, cell)) + cell_width(cell))
    });
    let behind = cells.last().is_some_and(|cell| cell.column + 1 < total);
    gaps.sum::<usize>() + if behind { width(LEFT_OUT.trim_end()) } else { 0 }
}

/// The cell to leave out next: one that only helps to find the way, else one that is named; of
/// several the farthest from the pointed one.
fn least_telling(cells: &[FrameCell]) -> usize {
    let pointed = cells.iter().position(|cell| cell.role == CellRole::Pointed).unwrap_or(0);
    let farthest = |role: CellRole| {
        let of_role = (0..cells.len()).filter(|place| *place != pointed && cells[*place].role == role);
        of_role.max_by_key(|place| place.abs_diff(pointed))
    };
    farthest(CellRole::Neighbour).or_else(|| farthest(CellRole::Named)).unwrap_or(cells.len() - 1)
}

fn put(laid: &mut Laid, cell: &FrameCell, room: usize) {
    let start = laid.values.len();
    let column = width(&laid.values);
    laid.names.push_str(&padded(&cell.name, cell_width(cell)));
    laid.values.push_str(&cell.text);
    let end = laid.values.len();
    laid.values.push_str(&" ".repeat(cell_width(cell) - width(&cell.text)));
    if cell.role != CellRole::Neighbour && end > start {
        let label_column = column + width(&cell.text) / 2 + LABEL_LEAD;
        let label = (cell.role == CellRole::Pointed).then(|| label(cell, room.saturating_sub(label_column))).flatten();
        laid.spans.push(CellSpan { start, end, role: cell.role, label });
    }
}

fn padded(text: &str, columns: usize) -> String {
    format!("{text}{}", " ".repeat(columns.saturating_sub(width(text))))
}

/// The words under a value: the name for people and the column, as much as there is room for.
fn label(cell: &FrameCell, room: usize) -> Option<String> {
    labels(cell).into_iter().find(|text| width(text) <= room)
}

fn labels(cell: &FrameCell) -> Vec<String> {
    let letters = spreadsheet_letters(cell.column);
    let column = format!("column {} ({letters})", cell.column + 1);
    let whole = cell.title.map(|title| format!("{title}, {column}"));
    whole.into_iter().chain([column, letters]).collect()
}

fn whole_label_width(cell: &FrameCell) -> usize {
    labels(cell).first().map_or(0, |label| width(label))
}
