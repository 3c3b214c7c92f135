//! Synthetic districts: score files of any year, with invented names and codes, whose records
//! hold together the way real ones do. The same seed gives the same bytes on every machine.

mod calendar;
mod facts;
mod fields;
mod history;
mod random;
mod record;
mod scores;
mod student;
mod supports;
mod testing;
mod write;

use std::io::Write;

use crate::input::View;
use crate::layout::{Layout, RecordType, registry};
use facts::{Facts, SchoolKind};
use record::Record;
use student::{Move, Student, Students};
use testing::{Test, Writer};
pub use write::Form;
use write::Lines;

/// Bytes gathered before they are handed on.
const CHUNK: usize = 256 * 1024;

/// What to make.
#[derive(Clone, Copy, Debug)]
pub struct Order {
    /// The spring of the administration.
    pub year: u16,
    /// How many students the district has, movers included.
    pub students: u64,
    /// Decides everything that is left to chance.
    pub seed: u64,
    /// Which students the file holds; `Unknown` stands for the tested view.
    pub view: View,
    /// The form of the file.
    pub form: Form,
}

/// Why a district could not be made.
#[derive(Debug, thiserror::Error)]
pub enum SynthError {
    /// No layout, or nothing known of its testing window.
    #[error("there is no synthetic district for {0}")]
    Year(u16),
    /// Fixed columns need positions.
    #[error("the layout of {0} has no known column positions, so it cannot be written in fixed columns")]
    NoPositions(u16),
    /// The file could not be written.
    #[error("the file could not be written")]
    Write(#[from] std::io::Error),
}

/// What was made.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Made {
    /// Records written, the header not counted.
    pub records: u64,
    /// Bytes written.
    pub bytes: u64,
}

/// Writes one file.
///
/// # Errors
/// When there is nothing to make the year from, or the output fails.
pub fn write_district(order: &Order, out: &mut dyn Write) -> Result<Made, SynthError> {
    let layout = registry().layout(order.year).ok_or(SynthError::Year(order.year))?;
    let facts = Facts::new(order.year).ok_or(SynthError::Year(order.year))?;
    let lines = Lines::new(layout, order.form).ok_or(SynthError::NoPositions(order.year))?;
    let writer = writer(&facts, layout, order.seed);
    let mut chunk = Vec::with_capacity(CHUNK + 16 * 1024);
    let mut made = Made::default();
    lines.header(layout, &mut chunk);
    let mut record = Record::new(layout.fields.len());
    for index in 0..order.students {
        let Some(student) = writer.students.student(index) else { continue };
        if !is_in_view(&student, order.view) {
            continue;
        }
        for test in writer.tests.iter().filter(|test| takes(&student, test.record_type, &facts)) {
            if writer.write(&student, test, &mut record) {
                lines.record(&record, &mut chunk);
                made.records += 1;
            }
        }
        if chunk.len() >= CHUNK {
            made.bytes += flush(&mut chunk, out)?;
        }
    }
    made.bytes += flush(&mut chunk, out)?;
    Ok(made)
}

/// The name TOMS would give the file.
pub fn file_name(order: &Order) -> String {
    let lea = Facts::new(order.year).and_then(|facts| {
        let own = facts.schools.iter().find(|school| school.kind == SchoolKind::District);
        own.map(|school| school.lea_code)
    });
    let lea = lea.unwrap_or_default();
    let view = if order.view == View::Enrolled { "Enrolled" } else { "Tested" };
    let (form, ending) = match order.form {
        Form::Caret => ("DLMTR", "csv"),
        Form::Comma => ("DLMTR_COMMA", "csv"),
        Form::Tab => ("DLMTR_TAB", "tsv"),
        Form::Fixed => ("FIXED", "dat"),
    };
    // The views came with the 2021 layout; the names before knew neither view nor year.
    if order.year >= 2021 {
        format!("{lea}_CAASPP_Student_Score_Data_File_{view}StudentScoreData_{}_{form}.{ending}", order.year)
    } else {
        format!("{lea}_Student_Results_{}_{view}_{form}.{ending}", order.year)
    }
}

fn writer<'a>(facts: &'a Facts, layout: &Layout, seed: u64) -> Writer<'a> {
    let types = (1..=9).map(RecordType);
    let cohort_flag = registry().id("cast_current_year_flag").is_some_and(|id| layout.has(id));
    Writer {
        facts,
        students: Students::new(facts, layout, seed),
        tests: types.filter_map(|record_type| Test::new(facts, layout, record_type)).collect(),
        has_cohort_flag: cohort_flag,
    }
}

fn is_in_view(student: &Student<'_>, view: View) -> bool {
    match view {
        View::Enrolled => student.moved != Move::Out,
        View::Tested | View::Unknown => student.moved != Move::In,
    }
}

/// Whether a student is registered for a test.
fn takes(student: &Student<'_>, record_type: RecordType, facts: &Facts) -> bool {
    let in_every_subject = matches!(student.grade, 3..=8 | 11);
    match record_type.0 {
        1 | 2 => in_every_subject && !student.takes_alternate,
        3 | 4 => in_every_subject && student.takes_alternate,
        5 => student.takes_alternate && matches!(student.grade, 5 | 8 | 11),
        6 => !student.takes_alternate && (matches!(student.grade, 5 | 8 | 10 | 12) || takes_science_in_11(student)),
        9 => takes_spanish(student, facts),
        _ => false,
    }
}

/// In high school science is taken once, in most cases in grade 11 or 12.
fn takes_science_in_11(student: &Student<'_>) -> bool {
    student.grade == 11 && student.random.branch(3).chance(6_000)
}

fn takes_spanish(student: &Student<'_>, facts: &Facts) -> bool {
    let speaks_spanish = student.language.ceds == "SPA";
    speaks_spanish && !student.takes_alternate && student.random.branch(5).chance(facts.shares.spanish_test)
}

fn flush(chunk: &mut Vec<u8>, out: &mut dyn Write) -> Result<u64, SynthError> {
    out.write_all(chunk)?;
    let bytes = u64::try_from(chunk.len()).unwrap_or(u64::MAX);
    chunk.clear();
    Ok(bytes)
}
