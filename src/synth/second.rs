//! The second files of a district, made from its score file record by record, so that they agree
//! with it: an earlier file that holds what the histories tell, the roster, and the entity list.
//! Faults for rules that read second files are planted here; the score file stays as it is.

use std::io::{self, Write};

use super::facts::{SynthFacts, MadeSchool, SchoolKind};
use super::fault::{Fault, FaultOrder, FaultTarget, Planted, TemplateContext};
use super::named::column_named;
use super::record::MadeRecord;
use super::form::MadeForm;
use super::write::{LineWriter};
use crate::layout::{Layout, RecordType, registry};
use crate::table;

const ENTITY_HEADER: &str =
    "County Code^District Code^School Code^Type ID^Filler^Test Year^County Name^District Name^School Name^Zip Code";

/// Where the second files go.
pub struct SecondOutputs<'o> {
    /// The student file of the year before; none where that year has no layout.
    pub earlier: Option<&'o mut dyn Write>,
    /// The roster.
    pub roster: &'o mut dyn Write,
    /// The official entity list.
    pub entities: &'o mut dyn Write,
}

/// Whether an earlier file can be made for a year.
pub fn has_earlier_file(year: u16) -> bool {
    registry().layout(year.saturating_sub(1)).is_some()
}

/// A fault that is still to be planted on students.
struct PendingFault {
    fault: &'static Fault,
    left: u64,
    planted: u64,
    /// The student it was planted on last.
    student: Vec<u8>,
}

/// A file of student records in the making.
struct MadeStudentFile {
    layout: &'static Layout,
    lines: LineWriter,
}

impl MadeStudentFile {
    fn new(year: u16) -> Option<Self> {
        let layout = registry().layout(year)?;
        Some(Self { layout, lines: LineWriter::new(layout, MadeForm::Caret)? })
    }

    fn header(&self, out: &mut dyn Write) -> io::Result<()> {
        let mut line = Vec::new();
        self.lines.header(&mut line);
        line.push(b'\n');
        out.write_all(&line)
    }

    fn write(&self, record: &MadeRecord, out: &mut dyn Write) -> io::Result<()> {
        let mut line = Vec::new();
        self.lines.record(record, &mut line);
        line.push(b'\n');
        out.write_all(&line)
    }
}

/// Second files in the making.
pub(super) struct MadeSecondFiles<'o, 'l> {
    outputs: SecondOutputs<'o>,
    layout: &'l Layout,
    earlier: Option<MadeStudentFile>,
    roster: Option<MadeStudentFile>,
    /// The cells of an earlier record, with what they hold.
    cells: Vec<(&'static str, &'static str)>,
    pending: Vec<PendingFault>,
    /// The student of the present record.
    student: Vec<u8>,
    planted: Vec<Planted>,
}

impl<'o, 'l> MadeSecondFiles<'o, 'l> {
    /// Writes the headers and the entity list.
    pub(super) fn new(
        mut outputs: SecondOutputs<'o>,
        layout: &'l Layout,
        facts: &SynthFacts,
        orders: &[FaultOrder],
    ) -> io::Result<Self> {
        let pending =
            |order: &FaultOrder| PendingFault { fault: order.fault, left: order.count, planted: 0, student: Vec::new() };
        let on_students = orders.iter().filter(|order| matches!(order.fault.place, FaultTarget::Earlier | FaultTarget::Roster));
        let in_list = orders.iter().filter(|order| order.fault.place == FaultTarget::Entities).map(|order| order.fault);
        let in_list: Vec<&'static Fault> = in_list.collect();
        let (earlier, roster) = (MadeStudentFile::new(layout.year() - 1), MadeStudentFile::new(layout.year()));
        if let (Some(file), Some(out)) = (&earlier, &mut outputs.earlier) {
            file.header(*out)?;
        }
        if let Some(file) = &roster {
            file.header(outputs.roster)?;
        }
        write_entities(outputs.entities, layout.year(), facts, &in_list)?;
        Ok(Self {
            earlier,
            roster,
            cells: table::lines("rules/synth/earlier.tsv", &["field", "value"], |row| {
                Ok((row.get("field")?, row.get("value")?))
            }),
            pending: on_students.map(pending).collect(),
            student: Vec::new(),
            planted: in_list.into_iter().map(|fault| planted(fault, 1, "")).collect(),
            outputs,
            layout,
        })
    }

    /// Takes in a record of the score file, which stands on a line.
    pub(super) fn record(&mut self, record: &MadeRecord, line: u64) -> io::Result<()> {
        let student = record.get(column_named(self.layout, "ssid"));
        let is_first = student != self.student;
        if is_first {
            self.student = student.to_vec();
            self.plant(record, line);
        }
        self.write_earlier(record, is_first)?;
        self.write_roster(record, is_first)
    }

    /// Plants a fault on a student whose first record fits.
    fn plant(&mut self, record: &MadeRecord, line: u64) {
        let layout = self.layout;
        let record_type = String::from_utf8_lossy(record.get(column_named(layout, "record_type"))).into_owned();
        let fits = |pending: &&mut PendingFault| {
            let fault = pending.fault;
            let is_meant = record_type.parse().is_ok_and(|one| fault.record_types.contains(RecordType(one)));
            let scene = scene(layout, record, pending.planted);
            pending.left > 0 && is_meant && fault.conditions.iter().all(|condition| scene.fits(condition))
        };
        let Some(pending) = self.pending.iter_mut().find(fits) else { return };
        pending.left -= 1;
        pending.planted += 1;
        pending.student.clone_from(&self.student);
        self.planted.push(planted(pending.fault, line, &record_type));
    }

    /// What the history of a record tells of the year before, and what a fault changes in it.
    fn write_earlier(&mut self, record: &MadeRecord, is_first: bool) -> io::Result<()> {
        let (Some(file), Some(out)) = (&self.earlier, &mut self.outputs.earlier) else { return Ok(()) };
        let fault = planted_in(&self.pending, &self.student, FaultTarget::Earlier);
        let scene = scene(self.layout, record, fault.map_or(0, |pending| pending.planted - 1));
        let changed = fault.into_iter().flat_map(|pending| &pending.fault.assignments);
        let changed = changed.filter(|one| one.on_all || is_first);
        let cells = self.cells.iter().copied().chain(changed.map(|one| (one.field, one.text)));
        let mut earlier = MadeRecord::new(file.layout.fields.len());
        for (field, value) in cells {
            earlier.set(column_named(file.layout, field), scene.fill(value).as_bytes());
        }
        if earlier.is_blank(column_named(file.layout, "scale_score")) {
            return Ok(());
        }
        file.write(&earlier, *out)
    }

    /// Every record of the score file. A fault leaves a student out, or adds one.
    fn write_roster(&mut self, record: &MadeRecord, is_first: bool) -> io::Result<()> {
        let Some(file) = &self.roster else { return Ok(()) };
        let Some(pending) = planted_in(&self.pending, &self.student, FaultTarget::Roster) else {
            return file.write(record, self.outputs.roster);
        };
        let added = &pending.fault.assignments;
        if added.is_empty() {
            return Ok(());
        }
        let scene = scene(self.layout, record, pending.planted - 1);
        let mut further = record.clone();
        for one in added {
            further.set(column_named(self.layout, one.field), scene.fill(one.text).as_bytes());
        }
        if is_first {
            file.write(&further, self.outputs.roster)?;
        }
        file.write(record, self.outputs.roster)
    }

    /// The kinds for which no (more) students were found, with the numbers that are missing.
    pub(super) fn missing(&self) -> Vec<(&'static str, u64)> {
        let left = self.pending.iter().filter(|pending| pending.left > 0);
        left.map(|pending| (pending.fault.name, pending.left)).collect()
    }

    /// Everything planted.
    pub(super) fn into_planted(self) -> Vec<Planted> {
        self.planted
    }
}

/// The fault that was planted on a student in a place.
fn planted_in<'p>(all: &'p [PendingFault], student: &[u8], place: FaultTarget) -> Option<&'p PendingFault> {
    all.iter().find(|pending| pending.fault.place == place && pending.student == student)
}

fn scene<'s>(layout: &'s Layout, record: &'s MadeRecord, number: u64) -> TemplateContext<'s> {
    TemplateContext { layout, record, first: record, partner: None, number, known: &[] }
}

fn planted(fault: &'static Fault, line: u64, record_type: &str) -> Planted {
    Planted {
        line,
        rule: fault.code,
        kind: fault.name,
        field: fault.field,
        column: String::new(),
        record_type: record_type.to_owned(),
        count: 1,
        also: fault.also,
    }
}

/// An entity as the list has it.
struct MadeEntity {
    code: &'static str,
    kind: &'static str,
    district: &'static str,
    school: &'static str,
}

/// The districts and schools of the facts, the faults applied: `drop=CODE` leaves one out,
/// `type=CODE>TYPE` gives it another type.
fn write_entities(out: &mut dyn Write, year: u16, facts: &SynthFacts, faults: &[&Fault]) -> io::Result<()> {
    writeln!(out, "{ENTITY_HEADER}")?;
    for mut entity in entities(facts) {
        let mut is_left_out = false;
        for fault in faults {
            match fault.set.split_once('=') {
                Some(("drop", code)) => is_left_out |= code == entity.code,
                Some(("type", change)) => {
                    if let Some((_, kind)) = change.split_once('>').filter(|(code, _)| *code == entity.code) {
                        entity.kind = kind;
                    }
                }
                _ => {}
            }
        }
        let MadeEntity { code, kind, district, school } = entity;
        let (Some(county), Some(lea), Some(own)) = (code.get(..2), code.get(2..7), code.get(7..)) else { continue };
        if !is_left_out {
            writeln!(out, "{county}^{lea}^{own}^{kind}^^{year}^Mariposa^{district}^{school}^")?;
        }
    }
    Ok(())
}

fn entities(facts: &SynthFacts) -> Vec<MadeEntity> {
    let mut entities: Vec<MadeEntity> = Vec::new();
    for school in &facts.schools {
        let is_district = school.lea_code != school.code;
        if is_district && entities.iter().all(|one| one.code != school.lea_code) {
            entities.push(MadeEntity { code: school.lea_code, kind: "6", district: school.lea_name, school: "" });
        }
        if let Some(kind) = kind_of(school) {
            entities.push(MadeEntity { code: school.code, kind, district: school.lea_name, school: school.name });
        }
    }
    entities
}

/// The type number of the list; nonpublic schools are not in it.
fn kind_of(school: &MadeSchool) -> Option<&'static str> {
    match school.kind {
        SchoolKind::District | SchoolKind::Other => Some("7"),
        SchoolKind::LocallyFunded => Some("10"),
        SchoolKind::DirectFunded => Some("9"),
        SchoolKind::Nonpublic => None,
    }
}
