//! Finds records for the faults that are wanted, and spoils them. A student carries at most one
//! fault, so that no fault is the consequence of another.

use super::super::named::column_named;
use super::super::record::{Col, MadeRecord};
use super::super::student::Student;
use super::super::testing::{MadeTest, Writer};
use super::super::form::MadeForm;
use super::Planted;
use super::table::{Fault, FaultOrder, FaultTarget, TestChange};
use super::text::{Condition, TemplateContext};
use crate::layout::{Layout, RecordTypes};

/// What happens to the line of a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum LineEffect {
    /// So many empty cells more.
    Append(usize),
    /// So many cells less.
    Cut(usize),
    /// So many blanks more.
    Pad(usize),
    /// Begins with a quote that is never closed.
    OpenQuote,
    /// Ends in CR LF.
    CarriageReturn,
    /// An empty row follows.
    BlankRow,
    /// The header follows.
    HeaderRow,
}

impl LineEffect {
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let (name, number) = text.split_once('=').unwrap_or((text, "1"));
        let number = number.parse().unwrap_or(1);
        Some(match name {
            "@append" => Self::Append(number),
            "@cut" => Self::Cut(number),
            "@pad" => Self::Pad(number),
            "@open-quote" => Self::OpenQuote,
            "@line-end" => Self::CarriageReturn,
            "@blank-row" => Self::BlankRow,
            "@header-row" => Self::HeaderRow,
            _ => return None,
        })
    }

    /// Whether the effect shows on the line after the record.
    pub(crate) fn is_on_next_line(self) -> bool {
        matches!(self, Self::BlankRow | Self::HeaderRow)
    }
}

/// A record about to be written, with the fault that was planted on it.
#[derive(Clone, Debug)]
pub(crate) struct PlantedRecord {
    pub(crate) record: MadeRecord,
    pub(crate) fault: Option<&'static Fault>,
    pub(crate) effect: Option<LineEffect>,
    record_type: String,
}

struct PendingPlant {
    fault: &'static Fault,
    left: u64,
    planted: u64,
    partner: Option<MadeRecord>,
    used: Vec<String>,
}

/// A fault in every record.
struct Everywhere {
    fault: &'static Fault,
    count: u64,
    first_line: u64,
}

/// Plants faults while the students of a file go by.
pub(crate) struct Planter<'l> {
    layout: &'l Layout,
    form: MadeForm,
    headers: Vec<String>,
    pending: Vec<PendingPlant>,
    everywhere: Vec<Everywhere>,
    groups: Vec<Everywhere>,
    planted: Vec<Planted>,
}

impl<'l> Planter<'l> {
    pub(crate) fn new(layout: &'l Layout, form: MadeForm, headers: Vec<String>, orders: &[FaultOrder]) -> Self {
        let mut pending = Vec::new();
        let mut everywhere = Vec::new();
        let mut groups = Vec::new();
        let mut planted = Vec::new();
        for FaultOrder { fault, count } in orders {
            match fault.place {
                FaultTarget::Every => everywhere.push(Everywhere { fault, count: 0, first_line: 0 }),
                FaultTarget::Group => groups.push(Everywhere { fault, count: 0, first_line: 0 }),
                FaultTarget::File => planted.push(of_file(fault, layout, &headers)),
                FaultTarget::Earlier | FaultTarget::Roster | FaultTarget::Entities => {}
                _ => pending.push(PendingPlant { fault, left: *count, planted: 0, partner: None, used: Vec::new() }),
            }
        }
        Self { layout, form, headers, pending, everywhere, groups, planted }
    }

    /// Whether record faults are still to be planted.
    pub(crate) fn is_busy(&self) -> bool {
        self.pending.iter().any(|pending| pending.left > 0)
    }

    /// The kinds for which no (more) records were found, with the numbers that are missing.
    pub(crate) fn missing(&self) -> Vec<(&'static str, u64)> {
        let left = self.pending.iter().filter(|pending| pending.left > 0);
        let unhit = self.everywhere.iter().chain(&self.groups).filter(|everywhere| everywhere.count == 0);
        left.map(|pending| (pending.fault.name, pending.left))
            .chain(unhit.map(|everywhere| (everywhere.fault.name, 1)))
            .collect()
    }

    /// Makes the student with a number such that one of the wanted faults can be planted; `None`
    /// when none fits.
    pub(crate) fn plan(
        &mut self,
        writer: &Writer<'_>,
        index: u64,
        is_in_view: impl Fn(&Student<'_>) -> bool,
    ) -> Option<Vec<PlantedRecord>> {
        for place in 0..self.pending.len() {
            let pending = self.pending.get(place).filter(|pending| pending.left > 0);
            let Some(fault) = pending.map(|pending| pending.fault) else { continue };
            let Some(student) = writer.students.wished_for(index, fault.wish) else { continue };
            if !is_in_view(&student) || student.left_before_testing() {
                continue;
            }
            let mut records = write_records(writer, &student, fault);
            let Some(pending) = self.pending.get_mut(place) else { continue };
            let Some(target) = find_target(pending, self.layout, &records) else { continue };
            let cells = assigned_cells(pending, self.layout, &records, target);
            if !cells.iter().all(|(column, text, _)| fits(self.form, self.layout, *column, text)) {
                continue;
            }
            spoil(pending, self.layout, &mut records, target);
            return Some(records);
        }
        None
    }

    /// The records of a student who belongs to a group in which tests are to end otherwise; `line`
    /// is the one written last.
    pub(crate) fn plan_group(&mut self, writer: &Writer<'_>, student: &Student<'_>, line: u64) -> Option<Vec<PlantedRecord>> {
        if student.left_before_testing() {
            return None;
        }
        for group in &mut self.groups {
            let records = write_records(writer, student, group.fault);
            let (layout, fault) = (self.layout, group.fault);
            let is_hit = |planned: &PlantedRecord| {
                let scene = TemplateContext {
                    layout,
                    record: &planned.record,
                    first: &planned.record,
                    partner: None,
                    number: 0,
                    known: &[],
                };
                let number = planned.record_type.parse();
                let is_meant = number.is_ok_and(|one| fault.record_types.contains(crate::layout::RecordType(one)));
                is_meant && fault.conditions.iter().all(|condition| scene.fits(condition))
            };
            let Some(first) = records.iter().position(is_hit) else { continue };
            if group.first_line == 0 {
                group.first_line = line + 1 + u64::try_from(first).unwrap_or_default();
            }
            group.count += u64::try_from(records.iter().filter(|one| is_hit(one)).count()).unwrap_or_default();
            return Some(records);
        }
        None
    }

    /// Spoils the columns that are to be wrong in every record.
    pub(crate) fn spoil_columns(&mut self, record: &mut MadeRecord, line: u64) {
        for everywhere in &mut self.everywhere {
            let cells = filled_cells(everywhere.fault, self.layout, record);
            let main = column_named(self.layout, everywhere.fault.field);
            let is_hit =
                cells.iter().any(|(column, text)| *column == main && fits(self.form, self.layout, *column, text));
            if is_hit {
                everywhere.count += 1;
                if everywhere.first_line == 0 {
                    everywhere.first_line = line;
                }
            }
            for (column, text) in cells.iter().filter(|(column, text)| fits(self.form, self.layout, *column, text)) {
                record.set(*column, text.as_bytes());
            }
        }
    }

    /// Notes the fault of a record that was written on a line.
    pub(crate) fn note(&mut self, planned: &PlantedRecord, line: u64) {
        let Some(fault) = planned.fault else { return };
        let is_next = planned.effect.is_some_and(LineEffect::is_on_next_line);
        self.planted.push(Planted {
            line: if is_next { line + 1 } else { line },
            rule: fault.code,
            kind: fault.name,
            field: fault.field,
            column: header_of(fault, self.layout, &self.headers),
            record_type: planned.record_type.clone(),
            count: 1,
            also: fault.also,
        });
    }

    /// Everything planted, by line.
    pub(crate) fn into_planted(self) -> Vec<Planted> {
        let mut planted = self.planted;
        for Everywhere { fault, count, first_line } in self.everywhere.into_iter().chain(self.groups) {
            planted.push(Planted {
                line: first_line,
                rule: fault.code,
                kind: fault.name,
                field: fault.field,
                column: header_of(fault, self.layout, &self.headers),
                record_type: String::new(),
                count,
                also: fault.also,
            });
        }
        planted.sort_by_key(|one| one.line);
        planted
    }
}

fn of_file(fault: &'static Fault, layout: &Layout, headers: &[String]) -> Planted {
    Planted {
        line: 1,
        rule: fault.code,
        kind: fault.name,
        field: fault.field,
        column: header_of(fault, layout, headers),
        record_type: String::new(),
        count: 1,
        also: fault.also,
    }
}

fn header_of(fault: &Fault, layout: &Layout, headers: &[String]) -> String {
    let place = column_named(layout, fault.field).place();
    place.and_then(|place| headers.get(place)).cloned().unwrap_or_default()
}

/// The records of a student, with the outcomes that the fault needs.
fn write_records(writer: &Writer<'_>, student: &Student<'_>, fault: &'static Fault) -> Vec<PlantedRecord> {
    let mut types = writer.types_of(student);
    for change in &fault.tests {
        types = changed(types, *change);
    }
    let tests = writer.tests.iter().filter(|test| types.contains(test.record_type));
    tests.filter_map(|test| write_record(writer, student, test, fault)).collect()
}

fn write_record(writer: &Writer<'_>, student: &Student<'_>, test: &MadeTest<'_>, fault: &'static Fault) -> Option<PlantedRecord> {
    let mut record = MadeRecord::new(writer.columns);
    let is_meant = fault.record_types.contains(test.record_type);
    let wanted = if is_meant { fault.outcome } else { fault.others };
    match test.outcome_named(wanted) {
        Some(outcome) => writer.write_outcome(student, test, outcome, &mut record),
        // An outcome that the test does not know means that the record cannot be the target.
        None if is_meant && !wanted.is_empty() => return None,
        None if !writer.write(student, test, &mut record) => return None,
        None => {}
    }
    Some(PlantedRecord { record, fault: None, effect: None, record_type: test.record_type.to_string() })
}

fn changed(types: RecordTypes, change: TestChange) -> RecordTypes {
    let bit = |record_type: crate::layout::RecordType| 1_u16 << record_type.0.min(15);
    RecordTypes(match change {
        TestChange::Add(one) => types.0 | bit(one),
        TestChange::Drop(one) => types.0 & !bit(one),
        TestChange::Swap(from, to) => (types.0 & !bit(from)) | bit(to),
    })
}

fn find_target(pending: &PendingPlant, layout: &Layout, records: &[PlantedRecord]) -> Option<usize> {
    let fault = pending.fault;
    let first = records.first()?;
    (0..records.len()).find(|place| {
        let Some(planned) = records.get(*place) else { return false };
        let is_meant = planned
            .record_type
            .parse()
            .is_ok_and(|number| fault.record_types.contains(crate::layout::RecordType(number)));
        let scene = scene(pending, layout, &planned.record, &first.record);
        is_meant
            && fault.conditions.iter().all(|condition| match condition {
                Condition::Records(number) => records.len() == *number,
                Condition::NotFirst => *place > 0,
                Condition::Fresh(field) => !pending.used.contains(&scene.fill(&format!("{{{field}}}"))),
                _ if pending.partner.is_none() && condition.needs_first() => true,
                _ => scene.fits(condition),
            })
    })
}

fn scene<'s>(pending: &'s PendingPlant, layout: &'s Layout, record: &'s MadeRecord, first: &'s MadeRecord) -> TemplateContext<'s> {
    TemplateContext { layout, record, first, partner: pending.partner.as_ref(), number: pending.planted, known: &[] }
}

/// Plants the fault on the target, or keeps the target as the first of a pair.
fn spoil(pending: &mut PendingPlant, layout: &Layout, records: &mut Vec<PlantedRecord>, target: usize) {
    let fault = pending.fault;
    let Some(planned) = records.get(target) else { return };
    if fault.place == FaultTarget::Pair && pending.partner.is_none() {
        pending.partner = Some(planned.record.clone());
        return;
    }
    remember(pending, layout, planned);
    let target = if fault.place == FaultTarget::Copy {
        let copy = planned.clone();
        records.insert(target + 1, copy);
        target + 1
    } else {
        target
    };
    let cells = assigned_cells(pending, layout, records, target);
    for (place, planned) in records.iter_mut().enumerate() {
        for (column, text, on_all) in &cells {
            if *on_all || place == target {
                planned.record.set(*column, text.as_bytes());
            }
        }
    }
    if let Some(planned) = records.get_mut(target) {
        planned.fault = Some(fault);
        planned.effect = if fault.place == FaultTarget::Line { LineEffect::parse(fault.set) } else { None };
    }
    pending.partner = None;
    pending.planted += 1;
    pending.left -= 1;
}

fn remember(pending: &mut PendingPlant, layout: &Layout, planned: &PlantedRecord) {
    for condition in &pending.fault.conditions {
        if let Condition::Fresh(field) = condition {
            let value = scene(pending, layout, &planned.record, &planned.record).fill(&format!("{{{field}}}"));
            pending.used.push(value);
        }
    }
}

/// The cells to write; all texts are worked out before any is written.
fn assigned_cells(pending: &PendingPlant, layout: &Layout, records: &[PlantedRecord], target: usize) -> Vec<(Col, String, bool)> {
    let (Some(planned), Some(first)) = (records.get(target), records.first()) else { return Vec::new() };
    let scene = scene(pending, layout, &planned.record, &first.record);
    let assignments = pending.fault.assignments.iter();
    assignments.map(|one| (column_of(layout, one.field), scene.fill(one.text), one.on_all)).collect()
}

fn filled_cells(fault: &Fault, layout: &Layout, record: &MadeRecord) -> Vec<(Col, String)> {
    let scene = TemplateContext { layout, record, first: record, partner: None, number: 0, known: &[] };
    let targets = fault.assignments.iter().map(|one| (column_of(layout, one.field), one));
    let filled = targets.filter(|(column, _)| !record.is_blank(*column));
    filled.map(|(column, one)| (column, scene.fill(one.text))).collect()
}

/// Whether a text has room in its column; only fixed columns are narrow.
fn fits(form: MadeForm, layout: &Layout, column: Col, text: &str) -> bool {
    let field = column.place().and_then(|place| layout.fields.get(place));
    let width = field.and_then(|field| field.length).and_then(|length| usize::try_from(length).ok());
    form != MadeForm::Fixed || width.is_none_or(|width| text.chars().count() <= width)
}

/// The column of an assignment; `@filler` is the first filler.
fn column_of(layout: &Layout, name: &str) -> Col {
    if name == "@filler" {
        let place = layout.fields.iter().position(|field| field.is_filler());
        return place.map_or(Col::NONE, Col::at);
    }
    column_named(layout, name)
}
