//! Maps the columns of a header to the fields of a layout year, by name.

use std::collections::VecDeque;

use super::known::{YearHeadings, HeadingMeaning, is_filler, required_fields};
use super::detected::{Detected};
use super::model::{Column, Meaning};
use crate::finding::FileFinding;
use crate::finding::draft::{at_column, file};
use crate::layout::plain_name;
use crate::layout::{Field, FieldId, registry};

/// A header mapped to a layout.
pub struct Mapped {
    /// The columns, in file order.
    pub columns: Vec<Column>,
    /// For each column the number of the layout column in whose place an unknown heading stands.
    pub replaced: Vec<Option<u16>>,
    /// What is worth saying about them.
    pub findings: Vec<FileFinding>,
}

/// What a heading is, before its place is known.
#[derive(Clone, Copy, PartialEq, Eq)]
enum ReadHeading {
    Named(HeadingMeaning),
    Repeated(FieldId, usize),
    Filler,
    Unknown,
}

/// Maps the headings of a file to the fields of a year.
pub fn map_header(names: &[String], known: &YearHeadings) -> Mapped {
    let headings = read_headings(names, known);
    let slots = align(&headings, known);
    let columns: Vec<Column> = names
        .iter()
        .zip(headings.iter().zip(&slots))
        .map(|(name, (heading, slot))| Column {
            name: name.trim().to_owned(),
            meaning: match heading {
                ReadHeading::Named(place) => Meaning::Field(place.id),
                ReadHeading::Filler => Meaning::Filler,
                ReadHeading::Repeated(..) | ReadHeading::Unknown => Meaning::Extra,
            },
            number: slot.number,
        })
        .collect();
    let mut findings = name_findings(names, &headings, &slots, known);
    findings.extend(missing_fields(&columns, known));
    findings.extend(order_changed(&columns));
    match columns_missing(&columns, known) {
        Some(finding) => findings.push(finding),
        None => findings.extend(fillers_dropped(&columns, &slots, known)),
    }
    let replaced = slots.iter().map(|slot| slot.replaced).collect();
    Mapped { columns, replaced, findings }
}

fn read_headings(names: &[String], known: &YearHeadings) -> Vec<ReadHeading> {
    let mut seen: Vec<(FieldId, usize)> = Vec::new();
    let mut heading = |(at, name): (usize, &String)| {
        let plain = plain_name(name);
        if is_filler(&plain) {
            return ReadHeading::Filler;
        }
        let Some(place) = known.get(&plain) else { return ReadHeading::Unknown };
        if let Some((id, first)) = seen.iter().find(|(id, _)| *id == place.id) {
            return ReadHeading::Repeated(*id, *first);
        }
        seen.push((place.id, at));
        ReadHeading::Named(place)
    };
    names.iter().enumerate().map(&mut heading).collect()
}

/// The place of a column in the layout.
#[derive(Clone, Copy, Default)]
struct LayoutColumn {
    number: Option<u16>,
    /// The layout column that an unknown heading was written over.
    replaced: Option<u16>,
}

/// Gives fillers and unknown headings a place: between two named columns that are neighbours in
/// the layout as well, what stands between them in the file is what stands between them there.
fn align(headings: &[ReadHeading], known: &YearHeadings) -> Vec<LayoutColumn> {
    let mut slots = vec![LayoutColumn::default(); headings.len()];
    let elsewhere: Vec<u16> = headings.iter().filter_map(|heading| anchored(*heading)).collect();
    let mut from = 0;
    let mut before = 0;
    while from < headings.len() {
        let anchor = (from..headings.len()).find_map(|at| Some((at, anchored(headings[at])?)));
        let (until, after) = anchor.unwrap_or((headings.len(), known.columns() + 1));
        if after > before {
            let free = (before + 1..after).filter(|number| !elsewhere.contains(number)).collect();
            align_gap(&headings[from..until], &mut slots[from..until], free, known);
        }
        if let Some(slot) = slots.get_mut(until) {
            slot.number = Some(after);
        }
        before = after;
        from = until + 1;
    }
    slots
}

fn anchored(heading: ReadHeading) -> Option<u16> {
    match heading {
        ReadHeading::Named(place) => place.number,
        _ => None,
    }
}

fn align_gap(headings: &[ReadHeading], slots: &mut [LayoutColumn], mut free: VecDeque<u16>, known: &YearHeadings) {
    // A number that the table lacks stands in a row of several fillers (330 to 332 in 2020).
    let filler_at = |number: &u16| known.field(*number).is_none_or(Field::is_filler);
    for (at, heading) in headings.iter().enumerate() {
        let left = headings.len() - at;
        match heading {
            ReadHeading::Filler => {
                if let Some(place) = free.iter().position(filler_at) {
                    slots[at].number = free.get(place).copied();
                    free.drain(..=place);
                }
            }
            // A field that only a variant names stands where the base layout has a filler.
            ReadHeading::Named(_) => slots[at].number = free.pop_front(),
            ReadHeading::Unknown if left <= free.len() => slots[at].replaced = free.pop_front(),
            ReadHeading::Unknown | ReadHeading::Repeated(..) => {}
        }
    }
}

fn name_findings(names: &[String], headings: &[ReadHeading], slots: &[LayoutColumn], known: &YearHeadings) -> Vec<FileFinding> {
    let mut findings = Vec::new();
    // Spreadsheets leave columns without a heading at the right; one finding is enough for them.
    let named = names.iter().rposition(|name| !name.trim().is_empty()).map_or(0, |last| last + 1);
    if named < names.len() {
        let count = (names.len() - named) as u64;
        findings.push(at_column("L016", named).with("name", "(no name)").count(count).done());
    }
    for (at, heading) in headings.iter().enumerate().take(named) {
        let name = names[at].trim();
        match (heading, slots[at].replaced) {
            (ReadHeading::Unknown, Some(number)) => {
                let expected = known.field(number).map_or("", Field::label);
                findings.push(at_column("L012", at).with("name", name).with("expected", expected).done());
            }
            (ReadHeading::Unknown, None) => findings.push(at_column("L016", at).with("name", name).done()),
            (ReadHeading::Repeated(id, first), _) => {
                let field = registry().info(*id).name;
                findings.push(at_column("L014", at).with("a", first + 1).with("b", at + 1).with("field", field).done());
            }
            _ => {}
        }
    }
    findings
}

/// Headings of the layout in another spelling: understood, and said.
pub fn other_spellings(columns: &[Column], known: &YearHeadings) -> Option<Detected> {
    const SHOWN: usize = 2;
    let other: Vec<String> = columns
        .iter()
        .filter(|column| matches!(column.meaning, Meaning::Field(_)))
        .filter_map(|column| Some((column, known.field(column.number?)?.label())))
        .filter(|(column, label)| column.name != *label)
        .map(|(column, label)| format!("“{}” stands for {label}", column.name))
        .collect();
    let why = other.iter().take(SHOWN).cloned().collect::<Vec<_>>().join(", ");
    let more = other.len().saturating_sub(SHOWN);
    let why = if more > 0 { format!("{why} and {more} more") } else { why };
    let value = format!("{} {} in another spelling", other.len(), if other.len() == 1 { "name" } else { "names" });
    (!other.is_empty()).then_some(Detected { what: "header", value, why })
}

fn missing_fields(columns: &[Column], known: &YearHeadings) -> Vec<FileFinding> {
    let present = |id| columns.iter().any(|column| column.meaning == Meaning::Field(id));
    required_fields()
        .filter(|id| known.layout.has(*id) && !present(*id))
        .map(|id| file("L013").with("field", registry().info(id).name).done())
        .collect()
}

/// One finding where many columns are gone, or the last ones in a row: old workbooks end after 256 columns.
fn columns_missing(columns: &[Column], known: &YearHeadings) -> Option<FileFinding> {
    const FEWEST_IN_A_ROW: usize = 10;
    let present: Vec<FieldId> = columns.iter().filter_map(|column| column.meaning.field()).collect();
    let named: Vec<FieldId> = known.layout.fields.iter().filter_map(|field| field.id).collect();
    let missing = named.iter().filter(|id| !present.contains(id)).count();
    let last = named.iter().rev().take_while(|id| !present.contains(id)).count();
    if missing * 10 <= named.len() && last < FEWEST_IN_A_ROW {
        return None;
    }
    let row = if last > 1 { format!(", the last {last} in a row") } else { String::new() };
    let year = known.layout.year();
    Some(file("L040").with("count", missing).with("columns", named.len()).with("year", year).with("row", row).done())
}

fn order_changed(columns: &[Column]) -> Option<FileFinding> {
    let named = columns.iter().enumerate().filter(|(_, column)| matches!(column.meaning, Meaning::Field(_)));
    let placed: Vec<(usize, u16)> = named.filter_map(|(at, column)| Some((at, column.number?))).collect();
    let mut sorted: Vec<u16> = placed.iter().map(|(_, number)| *number).collect();
    sorted.sort_unstable();
    let ((at, _), _) = placed.iter().zip(sorted).find(|((_, number), expected)| number != expected)?;
    Some(at_column("L015", *at).done())
}

fn fillers_dropped(columns: &[Column], slots: &[LayoutColumn], known: &YearHeadings) -> Option<FileFinding> {
    // A variant may name what the base layout calls a filler, and a heading may be written over one.
    let present = |number| slots.iter().any(|slot| slot.number == Some(number) || slot.replaced == Some(number));
    let fillers = known.layout.fields.iter().filter(|field| field.is_filler());
    let absent = fillers.filter(|field| !present(field.number)).count() as u64;
    let unplaced = columns.iter().filter(|one| one.meaning == Meaning::Filler && one.number.is_none()).count() as u64;
    let missing = absent.saturating_sub(unplaced);
    (missing > 0).then(|| file("L017").with("count", missing).done())
}
