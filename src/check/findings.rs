//! Turns breaches (an instance and the number of a record) into findings with their record, lines and message values.

use std::collections::BTreeMap;

use super::details::Reread;
use super::entities::{names_entity, school_fields};
use super::judge::SetHit;
use crate::engine::fields::{Reads, Visitor};
use crate::engine::program::PlannedInstance;
use crate::finding::Shown;
use crate::input::{FileInfo, Meaning};
use crate::layout::{FieldId, registry};
use crate::outcome::{CellShown, Finding, RecordShown, Subject};
use crate::rule::{self as interpret, Demand, KeyPart, Placeholder, RecordView, SetTest, Severity, Show, TextExpr, read};

/// The fields that name a record's school, in order of preference.
const SCHOOLS: [&str; 3] = ["final_tested_school_code", "tested_school_code_1", "calpads_school_code"];

/// Columns shown on either side of the one a finding points at.
const NEIGHBOURS: usize = 1;

/// A finding that still lacks what has to be read from its records.
pub(crate) struct UnreadFinding<'a> {
    planned: &'a PlannedInstance,
    set: Option<SetHit>,
    /// The student group, for rules that go through them.
    group: Option<String>,
    /// Its records, the one it is shown at first.
    pub(crate) records: Vec<u32>,
    finding: Finding,
    /// Compared values of a set, by place in `records`.
    values: BTreeMap<usize, String>,
}

impl<'a> UnreadFinding<'a> {
    /// A breach by one record.
    pub(crate) fn of_record(planned: &'a PlannedInstance, severity: Severity, input: usize, record: u32) -> Self {
        Self::new(planned, severity, input, vec![record], 1)
    }

    /// Breaches that are counted, not listed, with the first records.
    pub(crate) fn of_whole(
        planned: &'a PlannedInstance,
        severity: Severity,
        input: usize,
        records: Vec<u32>,
        count: u64,
    ) -> Self {
        let mut draft = Self::new(planned, severity, input, records, count);
        draft.finding.subject = Subject::Whole;
        draft
    }

    fn new(planned: &'a PlannedInstance, severity: Severity, input: usize, records: Vec<u32>, count: u64) -> Self {
        let finding = Finding {
            rule: planned.rule,
            severity,
            input,
            field: planned.source.labels.first().copied(),
            column: planned.column,
            count,
            record: None,
            related: Vec::new(),
            shown: Vec::new(),
            subject: Subject::Record,
            waiver: None,
            follows: None,
        };
        Self { planned, set: None, group: None, records, finding, values: BTreeMap::new() }
    }

    /// The same, as the consequence of a finding of another rule, by its place.
    pub(super) fn following(mut self, cause: Option<usize>) -> Self {
        self.finding.follows = cause;
        self
    }

    /// A breach by a group of records.
    pub(crate) fn of_set(
        planned: &'a PlannedInstance,
        severity: Severity,
        input: usize,
        hit: SetHit,
        group: Option<String>,
    ) -> Self {
        let mut draft = Self::new(planned, severity, input, hit.records.clone(), 1);
        draft.set = Some(hit);
        draft.group = group;
        draft
    }

    /// Takes in one of its records.
    pub(crate) fn read(&mut self, place: usize, info: &FileInfo, record: u32, row: &Reread<'_>) {
        if let Some(key) = self.compared() {
            self.values.insert(place, key_text(key, row));
        }
        if place > 0 {
            self.finding.related.push(row.line);
            return;
        }
        self.finding.record = Some(self.record(info, record, row));
        if self.set.is_some() {
            self.finding.subject = self.subject(row);
        }
        let placeholders = &self.planned.source.placeholders;
        let shown = placeholders.iter().filter_map(|(name, what)| self.shown(name, *what, info, row));
        self.finding.shown = shown.collect();
    }

    /// The finding, when all records were taken in.
    pub(crate) fn finish(mut self) -> Finding {
        self.add_set_words();
        self.finding.related.sort_unstable();
        self.finding
    }

    /// The value that the records of a group are compared in.
    fn compared(&self) -> Option<&'a KeyPart> {
        match &self.planned.source.demand {
            Demand::Set(SetTest::Same { values, .. }) => values.first(),
            _ => None,
        }
    }

    /// Whether it tells of a group of many students, whose name (a school, a student group) is no
    /// student's value.
    fn is_share(&self) -> bool {
        matches!(self.planned.source.demand, Demand::Set(SetTest::Share { .. }))
    }

    fn within(&self) -> &'a [KeyPart] {
        match &self.planned.source.demand {
            Demand::Set(
                SetTest::UniqueBy(keys)
                | SetTest::Same { within: keys, .. }
                | SetTest::Exists { with_same: keys, .. }
                | SetTest::AtMost { within: keys, .. }
                | SetTest::Share { within: keys, .. },
            ) => keys,
            _ => &[],
        }
    }

    /// Whose records the group is made of, by what they have in common.
    fn subject(&self, row: &Reread<'_>) -> Subject {
        if matches!(self.planned.source.demand, Demand::Set(SetTest::UniqueRecord)) {
            return Subject::Record;
        }
        let keys = self.within();
        let is_for_all = keys.iter().any(|key| matches!(key, KeyPart::File | KeyPart::StudentGroup));
        if is_for_all {
            return Subject::Whole;
        }
        let fields = reads_of(keys).fields;
        let has = |name: &str| registry().id(name).filter(|field| fields.contains(field));
        if has("ssid").is_some() {
            return if has("record_type").is_some() { Subject::Record } else { Subject::Student };
        }
        let school = SCHOOLS.iter().find_map(|name| has(name));
        school.map_or(Subject::Records, |field| Subject::School(row.cell(field).trim().to_owned()))
    }

    fn record(&self, info: &FileInfo, record: u32, row: &Reread<'_>) -> RecordShown {
        let named = |name: &str| registry().id(name).map_or(String::new(), |field| row.cell(field).trim().to_owned());
        let mut schools = school_fields().iter().map(|field| row.cell(*field).trim().to_owned());
        RecordShown {
            line: row.line,
            byte: row.byte,
            number: u64::from(record) + 1,
            record_type: read::padded(&named("record_type")).into_owned(),
            ssid: named("ssid"),
            school: schools.find(|code| !code.is_empty()).unwrap_or_default(),
            cells: self.cells(info, row),
        }
    }

    /// The cells it is about with their neighbours, in file order.
    fn cells(&self, info: &FileInfo, row: &Reread<'_>) -> Vec<CellShown> {
        let labels = self.planned.source.labels.iter().filter_map(|field| info.column_of(*field));
        let named = self.planned.source.placeholders.iter().filter_map(|(_, what)| match what {
            Placeholder::Value(field) => info.column_of(*field),
            _ => None,
        });
        let mut columns: Vec<usize> = labels.chain(named).chain(self.planned.column).collect();
        if let Some(column) = self.finding.column {
            let last = info.columns.len().saturating_sub(1);
            columns.extend(column.saturating_sub(NEIGHBOURS)..=(column + NEIGHBOURS).min(last));
        }
        columns.sort_unstable();
        columns.dedup();
        let cell = |column: usize| CellShown {
            column,
            field: field_of(info, column),
            value: row.column(column).to_owned(),
            at: row.before(column),
            is_of_rule: field_of(info, column).is_some_and(|field| self.planned.source.labels.contains(&field)),
        };
        columns.into_iter().map(cell).collect()
    }

    fn shown(&self, name: &str, what: Placeholder, info: &FileInfo, row: &Reread<'_>) -> Option<Shown> {
        let public = |value: String| Some(Shown { name: name.to_owned(), value, field: None });
        match what {
            Placeholder::Value(field) => {
                Some(Shown { name: name.to_owned(), value: row.cell(field).to_owned(), field: Some(field) })
            }
            Placeholder::Label(field) => public(label(info, field)),
            Placeholder::Length(field) => public(row.cell(field).chars().count().to_string()),
            Placeholder::Number(number) => public(number.to_string()),
            Placeholder::Show(place) => {
                let (_, show) = self.planned.source.shows.get(place)?;
                let value = interpret::shown(show, row);
                Some(Shown { name: name.to_owned(), value, field: most_sensitive(show) })
            }
            Placeholder::Line => public(row.line.to_string()),
            Placeholder::Lacking => public(String::new()),
            Placeholder::Set("group") => {
                let keys = self.within();
                let of = |key: &KeyPart| match key {
                    KeyPart::StudentGroup => self.group.clone().unwrap_or_default(),
                    key => key_text(key, row),
                };
                let value = keys.iter().map(of).filter(|text| !text.is_empty());
                let value = value.collect::<Vec<_>>().join(", ");
                let is_public = self.is_share() || (is_of_entities(keys) && value.split(", ").all(is_entity_code));
                let field = if is_public { None } else { most_sensitive_of(keys) };
                Some(Shown { name: name.to_owned(), value, field })
            }
            // Known only when all records were taken in.
            Placeholder::Set(_) => None,
        }
    }

    fn add_set_words(&mut self) {
        let words = self.planned.source.placeholders.iter().filter_map(|(name, what)| match what {
            Placeholder::Set(word) if *word != "group" => Some((name, *word)),
            _ => None,
        });
        let mut distinct: Vec<&String> = self.values.values().collect();
        distinct.dedup();
        let field = self.compared().and_then(|key| most_sensitive_of(std::slice::from_ref(key)));
        let value = |place: usize| self.values.get(&place).cloned().unwrap_or_default();
        let count = self.set.as_ref().map_or(self.finding.count, |set| set.count);
        let rate = self.set.as_ref().map_or(String::new(), |set| rate(set.met, set.count));
        let shown: Vec<Shown> = words
            .map(|(name, word)| {
                let (value, field) = match word {
                    "count" => (count.to_string(), None),
                    "a" => (value(0), field),
                    "b" => (value(1), field),
                    "rate" => (rate.clone(), None),
                    _ => (distinct.iter().map(|one| one.as_str()).collect::<Vec<_>>().join(", "), field),
                };
                Shown { name: name.clone(), value, field }
            })
            .collect();
        self.finding.shown.extend(shown);
    }
}

/// A share in percent with one decimal, half up.
fn rate(met: u64, all: u64) -> String {
    let tenths = (met * 2000 + all) / (2 * all.max(1));
    format!("{}.{}", tenths / 10, tenths % 10)
}

fn label(info: &FileInfo, field: FieldId) -> String {
    let column = info.column_of(field).and_then(|column| info.columns.get(column));
    column.map_or_else(|| registry().info(field).title.to_owned(), |column| column.name.clone())
}

fn field_of(info: &FileInfo, column: usize) -> Option<FieldId> {
    match info.columns.get(column)?.meaning {
        Meaning::Field(field) => Some(field),
        Meaning::Filler | Meaning::Extra => None,
    }
}

/// The field that a computed value tells most about.
fn most_sensitive(show: &Show) -> Option<FieldId> {
    let mut reads = Reads::default();
    reads.show(show);
    most_sensitive_field(reads)
}

fn key_text(key: &KeyPart, row: &Reread<'_>) -> String {
    match key {
        KeyPart::Text(text) => interpret::text(text, row).into_owned(),
        KeyPart::Num(num) => interpret::number(num, row).map_or(String::new(), |number| number.to_string()),
        KeyPart::Truth(_) | KeyPart::StudentGroup | KeyPart::File => String::new(),
    }
}

/// A damaged column of codes can hold anything, so that only what looks like one is shown.
fn is_entity_code(text: &str) -> bool {
    text.len() == 14 && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// Whether a group is a school or an LEA.
fn is_of_entities(keys: &[KeyPart]) -> bool {
    let names = |key: &KeyPart| matches!(key, KeyPart::Text(TextExpr::Cell(cell)) if names_entity(cell.field));
    !keys.is_empty() && keys.iter().all(names)
}

/// The field that the parts of a key tell most about.
fn most_sensitive_of(keys: &[KeyPart]) -> Option<FieldId> {
    most_sensitive_field(reads_of(keys))
}

/// The fields that the parts of a key are read from.
fn reads_of(keys: &[KeyPart]) -> Reads {
    let mut reads = Reads::default();
    for key in keys {
        match key {
            KeyPart::Text(text) => reads.text(text),
            KeyPart::Num(num) => reads.num(num),
            KeyPart::Truth(_) | KeyPart::StudentGroup | KeyPart::File => {}
        }
    }
    reads
}

fn most_sensitive_field(reads: Reads) -> Option<FieldId> {
    let matched = reads.matched.iter().map(|cell| cell.field);
    reads.fields.into_iter().chain(matched).max_by_key(|field| registry().info(*field).sensitivity)
}
