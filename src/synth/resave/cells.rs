//! What programs do to the cells of a file that they save again, column by column.

use super::{CellResave, SavedTable};
use crate::layout::{Field, FieldKind, Layout, plain_name, value_set};
use crate::synth::calendar::serial_of;

/// Digits of a code that a spreadsheet writes as a power of ten.
const LONG: usize = 12;

/// Changes the cells of all columns that a kind is about.
pub(super) fn change(table: &mut SavedTable, layout: &Layout, kind: CellResave) {
    for place in 0..table.header.len() {
        let plain = plain_name(&table.header[place]);
        let field = layout.fields.iter().find(|field| plain_name(field.label()) == plain);
        let is_number = table.rows.iter().map(|row| row[place].as_str()).any(|cell| !cell.is_empty())
            && table.rows.iter().all(|row| row[place].bytes().all(|byte| byte.is_ascii_digit()));
        let column = ResavedColumn { field, layout, is_number };
        for row in &mut table.rows {
            if let Some(cell) = column.changed(&row[place], kind) {
                row[place] = cell;
            }
        }
    }
}

struct ResavedColumn<'a> {
    field: Option<&'a Field>,
    layout: &'a Layout,
    /// Whether all its filled cells are digits, so that programs take it for numbers.
    is_number: bool,
}

impl ResavedColumn<'_> {
    fn is_of(&self, kind: FieldKind) -> bool {
        self.field.is_some_and(|field| field.kind == kind)
    }

    /// The cell after saving again, where it is another.
    fn changed(&self, cell: &str, kind: CellResave) -> Option<String> {
        if cell.is_empty() {
            let is_text = self.is_of(FieldKind::Text);
            return match kind {
                // Names can be any word, and programs write theirs into them all the same.
                CellResave::Words(word) if !is_text => Some(word.to_owned()),
                _ => None,
            };
        }
        let bare = || {
            let bare = cell.trim_start_matches('0');
            if bare.is_empty() { "0" } else { bare }
        };
        match kind {
            CellResave::Decimals => self.is_number.then(|| format!("{}.0", bare())),
            CellResave::Thousands => (self.is_number && self.is_of(FieldKind::Integer)).then(|| grouped(bare())),
            CellResave::Plus => (self.is_number && self.is_of(FieldKind::Integer)).then(|| format!("+{cell}")),
            CellResave::FormulaQuotes => self.is_number.then(|| format!("=\"{cell}\"")),
            CellResave::Apostrophes => self.is_number.then(|| format!("'{cell}")),
            CellResave::LostZeros => self.is_number.then(|| bare().to_owned()),
            CellResave::Scientific => (self.is_number && cell.len() >= LONG).then(|| scientific(bare())),
            CellResave::Spaces => Some(format!("{cell} ")),
            CellResave::NoBreakSpaces => Some(format!("{cell}\u{A0}")),
            CellResave::DatesMonthFirst => self.day(cell).map(|(year, month, day)| format!("{month}/{day}/{year}")),
            CellResave::DatesDayFirst => self.day(cell).map(|(year, month, day)| format!("{day}.{month}.{year}")),
            CellResave::DateTimes => self.day(cell).map(|_| format!("{cell} 00:00:00")),
            CellResave::DateSerials => self.day(cell).and_then(|_| serial_of(cell)).map(|serial| serial.to_string()),
            CellResave::Booleans => self.boolean(cell),
            CellResave::Words(_) => None,
            CellResave::Labels => self.label(cell),
            CellResave::Lowercase => self.is_of(FieldKind::YesNo).then(|| cell.to_lowercase()),
        }
    }

    fn day(&self, cell: &str) -> Option<(i64, i64, i64)> {
        if !self.is_of(FieldKind::Date) {
            return None;
        }
        let parts: Vec<i64> = cell.split('-').map_while(|part| part.parse().ok()).collect();
        let [year, month, day] = parts[..] else { return None };
        Some((year, month, day))
    }

    fn boolean(&self, cell: &str) -> Option<String> {
        if !self.is_of(FieldKind::YesNo) && !self.is_of(FieldKind::Yn) {
            return None;
        }
        match cell.as_bytes().first()? {
            b'Y' => Some("TRUE".to_owned()),
            b'N' => Some("FALSE".to_owned()),
            _ => None,
        }
    }

    fn label(&self, cell: &str) -> Option<String> {
        let set = value_set(self.layout, self.field?.id?, None)?;
        let code = set.listed.iter().find(|code| code.code == cell && code.label.len() > 1)?;
        // A caret in a label would be one more cell.
        (!code.label.contains(['^', '\n'])).then(|| code.label.to_owned())
    }
}

/// `2,543`
fn grouped(digits: &str) -> String {
    let first = digits.len() % 3;
    let (head, tail) = digits.split_at(first);
    let groups: Vec<&str> = std::iter::once(head)
        .filter(|head| !head.is_empty())
        .chain(tail.as_bytes().chunks(3).filter_map(|group| std::str::from_utf8(group).ok()))
        .collect();
    groups.join(",")
}

/// `5.9E+13`
fn scientific(digits: &str) -> String {
    let (first, rest) = digits.split_at(1);
    let decimals = rest.get(..5).unwrap_or(rest).trim_end_matches('0');
    let point = if decimals.is_empty() { "" } else { "." };
    format!("{first}{point}{decimals}E+{:02}", rest.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_written_as_programs_do() {
        assert_eq!((grouped("2543"), grouped("12"), grouped("123456")), ("2,543".into(), "12".into(), "123,456".into()));
        assert_eq!((scientific("58999990000000"), scientific("6000000000")), ("5.89999E+13".into(), "6E+09".into()));
    }
}
