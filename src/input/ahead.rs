//! A file of a year whose layout is not known, held against the layout that stands for it: which columns are
//! new, which are gone, and which were renamed. Of new columns no value is kept, only how many are filled and how
//! many differ.

use std::collections::BTreeSet;
use std::hash::{Hash as _, Hasher as _};

use rustc_hash::{FxHashSet, FxHasher};

use super::header::Mapped;
use super::index::{Cursor, Index};
use super::known::{YearHeadings, known};
use super::model::{Block, BlockSource, Column, FileInfo, ReadMark, Meaning};
use super::repeated::HeaderLine;
use super::InputError;
use crate::finding::FileFinding;
use crate::finding::draft::{at_column, file};
use crate::layout::{Field, FieldId, FieldKind, plain_name, registry, value_set};
use crate::number::grouped;
use crate::rule::read;

/// How alike two names must be for one to be the new form of the other (1 is equal).
const ALIKE: f64 = 0.75;

/// Different values of a new column that are counted.
const MOST_VALUES: usize = 1000;

/// Different values of the first block by which a column is recognised.
const SAMPLE: usize = 200;

/// What a header says, and which of its columns are new.
pub struct Ahead {
    /// The columns, renamed ones among those of the layout, and what is worth saying.
    pub mapped: Mapped,
    /// The new ones.
    pub new: Vec<NewColumn>,
}

/// A column that the layout in use does not have.
pub struct NewColumn {
    place: usize,
    name: String,
    /// What stands in its place in the layout.
    instead: String,
}

/// A column of the file that may be a column of the layout under another name.
struct RenamedColumn<'a> {
    place: usize,
    field: &'a Field,
    id: FieldId,
    likeness: f64,
    reason: String,
}

/// Looks at the header of a file whose year has no layout of its own; any other comes back as it is.
pub fn look(mut mapped: Mapped, year: u16, first: &Block, separator: u8) -> Ahead {
    let Some((base, known)) = registry().base(year).zip(known(year)) else {
        return Ahead { mapped, new: Vec::new() };
    };
    let unknown: Vec<usize> = (0..mapped.columns.len()).filter(|at| is_unknown(&mapped.columns[*at], known)).collect();
    let values = values(first, separator, &mapped.columns, &unknown);
    let renames = renames(&mapped, known, &unknown, &values);
    // Advice to restore what the layout says is for files of a year whose layout it is.
    mapped.findings.retain(|finding| finding.code == "L014");
    mapped.findings.push(file("L043").with("year", year).with("base", base).done());
    for rename in &renames {
        let column = &mut mapped.columns[rename.place];
        column.meaning = Meaning::Field(rename.id);
        column.number = Some(rename.field.number);
        mapped.findings.push(
            at_column("L046", rename.place)
                .with("name", &column.name)
                .with("was", rename.field.label())
                .with("reason", &rename.reason)
                .done(),
        );
    }
    let missing = missing(&mapped.columns, known).map(|(_, field)| field);
    let gone = missing.map(|field| file("L045").with("name", field.label()).with("base", base).done());
    let gone: Vec<FileFinding> = gone.collect();
    mapped.findings.extend(gone);
    let is_new = |place: &usize| mapped.columns[*place].meaning == Meaning::Extra;
    let new = unknown.into_iter().filter(is_new).map(|place| NewColumn {
        place,
        name: mapped.columns[place].name.clone(),
        instead: instead(mapped.replaced.get(place).copied().flatten(), known),
    });
    let new = new.collect();
    Ahead { mapped, new }
}

/// Whether a column has a heading that the layout does not know.
fn is_unknown(column: &Column, known: &YearHeadings) -> bool {
    column.meaning == Meaning::Extra && known.get(&plain_name(&column.name)).is_none()
}

/// The named columns of the layout that a file lacks.
fn missing<'a>(columns: &'a [Column], known: &'a YearHeadings) -> impl Iterator<Item = (FieldId, &'a Field)> {
    let present = |id: FieldId| columns.iter().any(|column| column.meaning == Meaning::Field(id));
    let fields = known.layout.fields.iter().filter_map(|field| Some((field.id?, field)));
    fields.filter(move |(id, _)| !present(*id))
}

/// What the layout has where a new column stands.
fn instead(number: Option<u16>, known: &YearHeadings) -> String {
    let field = number.and_then(|number| known.field(number)).filter(|field| !field.is_filler());
    field.map_or_else(String::new, |field| format!(", in the place of {}", field.label()))
}

/// The different values that columns have in a block, up to a number.
fn values(block: &Block, separator: u8, columns: &[Column], wanted: &[usize]) -> Vec<BTreeSet<String>> {
    let mut all = vec![BTreeSet::new(); wanted.len()];
    let header = HeaderLine::new(columns.first().map_or("", |column| &column.name), separator);
    let (mut index, mut cursor) = (Index::with(header, columns.len()), Cursor::default());
    while index.fill(block, separator, &mut cursor) {
        for row in 0..index.rows() {
            for (values, column) in all.iter_mut().zip(wanted).filter(|(values, _)| values.len() < SAMPLE) {
                let cell = std::str::from_utf8(index.cell(&block.bytes, row, *column)).unwrap_or_default().trim();
                if !cell.is_empty() && !values.contains(cell) {
                    values.insert(cell.to_owned());
                }
            }
        }
    }
    all
}

/// The columns that were renamed: alike in name, with values that the field can have, and in its place or
/// with values that only a list of codes or a form explains.
fn renames<'a>(
    mapped: &Mapped,
    known: &'a YearHeadings,
    unknown: &[usize],
    values: &[BTreeSet<String>],
) -> Vec<RenamedColumn<'a>> {
    let mut found: Vec<RenamedColumn<'a>> = Vec::new();
    for (place, values) in unknown.iter().zip(values) {
        let name = plain_name(&mapped.columns[*place].name);
        let is_missing = |id: FieldId| !mapped.columns.iter().any(|column| column.meaning == Meaning::Field(id));
        for field in &known.layout.fields {
            let Some(id) = field.id.filter(|id| is_missing(*id)) else { continue };
            let Some(likeness) = likeness(&name, &plain_name(field.label())) else { continue };
            let in_place = mapped.replaced.get(*place).copied().flatten() == Some(field.number);
            let fit = fit(values, known, field, id);
            if let Some(reason) = reason(in_place, fit) {
                found.push(RenamedColumn { place: *place, field, id, likeness, reason });
            }
        }
    }
    found.sort_by(|a, b| b.likeness.total_cmp(&a.likeness).then(a.place.cmp(&b.place)));
    let mut taken: Vec<RenamedColumn<'a>> = Vec::new();
    for rename in found {
        if !taken.iter().any(|other| other.place == rename.place || other.id == rename.id) {
            taken.push(rename);
        }
    }
    taken.sort_by_key(|rename| rename.place);
    taken
}

/// How alike two plain names are, where one can be the new form of the other. The numbers in them have to be the
/// same: they tell the members of a family apart.
fn likeness(new: &str, old: &str) -> Option<f64> {
    const SHORTEST: usize = 6;
    let digits = |name: &str| name.bytes().filter(u8::is_ascii_digit).collect::<Vec<u8>>();
    if digits(new) != digits(old) {
        return None;
    }
    let likeness = strsim::normalized_damerau_levenshtein(new, old);
    let holds = |long: &str, short: &str| short.len() >= SHORTEST && long.contains(short);
    (likeness >= ALIKE || holds(new, old) || holds(old, new)).then_some(likeness)
}

/// Whether values are those of a field.
#[derive(Clone, Copy, PartialEq, Eq)]
enum ValueFit {
    /// Each is one of its codes.
    Codes,
    /// Each has its form.
    Form,
    /// Nothing tells.
    Open,
    /// One is not.
    No,
}

fn fit(values: &BTreeSet<String>, known: &YearHeadings, field: &Field, id: FieldId) -> ValueFit {
    let all = |is: &dyn Fn(&str) -> bool, fit: ValueFit| {
        if values.iter().all(|value| is(value)) { fit } else { ValueFit::No }
    };
    if values.is_empty() {
        return ValueFit::Open;
    }
    if let Some(set) = value_set(known.layout, id, None) {
        return all(&|value| set.contains(value), ValueFit::Codes);
    }
    let is_digits = |value: &str| value.bytes().all(|byte| byte.is_ascii_digit());
    match field.kind {
        FieldKind::YesNo => all(&|value| ["Yes", "No"].contains(&value), ValueFit::Codes),
        FieldKind::Yn => all(&|value| ["Y", "N"].contains(&value), ValueFit::Codes),
        FieldKind::Date => all(&|value| read::day(value).is_some(), ValueFit::Form),
        FieldKind::Digits | FieldKind::Integer => all(&|value| is_digits(value) || value == "NS", ValueFit::Form),
        FieldKind::Blank => ValueFit::No,
        FieldKind::Code | FieldKind::Text => ValueFit::Open,
    }
}

/// Why a column is taken for a field whose name is like its own; `None` where that is not enough.
fn reason(in_place: bool, fit: ValueFit) -> Option<String> {
    let place = if in_place { ", same place" } else { "" };
    match fit {
        ValueFit::No => None,
        ValueFit::Open => in_place.then(|| format!("similar name{place}")),
        ValueFit::Codes => Some(format!("similar name{place}, values among its codes")),
        ValueFit::Form => Some(format!("similar name{place}, values in its form")),
    }
}

/// A source that counts what new columns hold, where there are any.
pub fn counted(source: Box<dyn BlockSource>, new: Vec<NewColumn>, info: &FileInfo) -> Box<dyn BlockSource> {
    if new.is_empty() {
        return source;
    }
    let tallies = new.into_iter().map(|new| NewColumnTally { new, filled: 0, values: FxHashSet::default() });
    let index = Index::of(info);
    Box::new(NewColumnCounter { source, separator: info.separator, index, records: 0, tallies: tallies.collect() })
}

/// A source whose new columns are counted as they pass by.
struct NewColumnCounter {
    source: Box<dyn BlockSource>,
    separator: u8,
    index: Index,
    records: u64,
    tallies: Vec<NewColumnTally>,
}

/// What a new column holds.
struct NewColumnTally {
    new: NewColumn,
    filled: u64,
    /// Hashes of its values, up to a number.
    values: FxHashSet<u64>,
}

impl NewColumnCounter {
    fn count(&mut self, block: &Block) {
        let mut cursor = Cursor::default();
        while self.index.fill(block, self.separator, &mut cursor) {
            self.records += self.index.rows() as u64;
            for tally in &mut self.tallies {
                let cells = (0..self.index.rows()).map(|row| self.index.cell(&block.bytes, row, tally.new.place));
                for cell in cells.map(<[u8]>::trim_ascii).filter(|cell| !cell.is_empty()) {
                    tally.filled += 1;
                    if tally.values.len() <= MOST_VALUES {
                        let mut hasher = FxHasher::default();
                        cell.hash(&mut hasher);
                        tally.values.insert(hasher.finish());
                    }
                }
            }
        }
    }
}

impl NewColumnTally {
    fn finding(&self, records: u64) -> FileFinding {
        let filled = format!("filled in {} of {} records", grouped(self.filled), grouped(records));
        let holds = match self.values.len() {
            0 => "blank in all records".to_owned(),
            1 => format!("{filled}, 1 value"),
            count if count > MOST_VALUES => format!("{filled}, more than {} different values", grouped(MOST_VALUES as u64)),
            count => format!("{filled}, {count} different values"),
        };
        let holds = format!("{holds}{}", self.new.instead);
        at_column("L044", self.new.place).with("name", &self.new.name).with("holds", holds).done()
    }
}

impl BlockSource for NewColumnCounter {
    fn next(&mut self, block: &mut Block) -> Result<bool, InputError> {
        let more = self.source.next(block)?;
        if more {
            self.count(block);
        }
        Ok(more)
    }

    fn take_findings(&mut self) -> Vec<FileFinding> {
        let mut findings = self.source.take_findings();
        findings.extend(self.tallies.iter().map(|tally| tally.finding(self.records)));
        findings
    }

    fn mark(&self) -> Option<ReadMark> {
        self.source.mark()
    }

    fn sha256(&self) -> Option<String> {
        self.source.sha256()
    }
}
