//! Synthetic districts: score files of any year, with invented names and codes, whose records
//! hold together the way real ones do. The same seed gives the same bytes on every machine.

mod calendar;
mod facts;
mod fault;
mod fields;
mod form;
mod history;
mod named;
mod official;
mod random;
mod record;
mod resave;
mod scenario;
mod scores;
mod second;
mod student;
mod supports;
mod testing;
mod write;

use std::io::Write;
use std::path::PathBuf;

use crate::account::AccountError;
use crate::input::View;
use crate::layout::{Layout, RecordType, RecordTypes, registry};
use crate::rule::RuleError;
pub use facts::years;
use facts::{SynthFacts, SchoolKind, Takers, TestFacts};
use fault::{Damage, PlantedRecord, Planter};
pub use fault::{Fault, FaultOrder, Planted, UnknownFault, faults, parse_order, side_file};
use official::published_tests;
use record::MadeRecord;
pub use scenario::{
    TrueCause, Harmed, Noise, FileLine, Scenario, MadeScenario, SceneOrder, ScenarioTruth, ParameterValue, Views, find_scenario, scenarios,
    write_scene,
};
use second::MadeSecondFiles;
pub use resave::{ALL as RESAVES, CellResave, FormResave, Resave, ResavedFile, find_resave, resave};
pub use second::{SecondOutputs, has_earlier_file};
use student::{Move, Student, Students};
use testing::{MadeTest, Writer};
pub use form::MadeForm;
use write::LineWriter;

/// Bytes gathered before they are handed on.
const CHUNK: usize = 256 * 1024;

/// What to make.
#[derive(Clone, Debug)]
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
    pub form: MadeForm,
    /// The faults to plant.
    pub faults: Vec<FaultOrder>,
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
    /// The fault is about something the form or the year does not have.
    #[error("fault {0} cannot be planted in a file of this year and form")]
    Impossible(&'static str),
    /// The fault is planted in a second file.
    #[error("fault {0} is planted in a second file")]
    NoSecondFiles(&'static str),
    /// Too few students for the faults, or for a cause of a scenario.
    #[error("too few records fit for {0}")]
    TooFew(String),
    /// No such scenario.
    #[error("there is no scenario {name}")]
    Scenario {
        /// What was asked for.
        name: String,
        /// The one that reads most like it.
        nearest: Option<&'static str>,
    },
    /// The scenario makes no sense in the year.
    #[error("scenario {name} cannot be made for {year}, only for {years}")]
    ScenarioYear {
        /// The scenario.
        name: String,
        /// What was asked for.
        year: u16,
        /// The years it is for.
        years: String,
    },
    /// Nothing was published.
    #[error("there are no official results of {0}: testing was suspended")]
    NoResults(u16),
    /// A scenario that shows only in a larger district.
    #[error("scenario {name} needs at least {fewest} students")]
    TooSmall {
        /// The scenario.
        name: String,
        /// The fewest students.
        fewest: u64,
    },
    /// A scenario that shows only in a small district.
    #[error("scenario {name} needs a small district, of {most} students at the most")]
    TooLarge {
        /// The scenario.
        name: String,
        /// The most students.
        most: u64,
    },
    /// The official numbers could not be counted.
    #[error("the official numbers could not be counted")]
    Account(#[from] AccountError),
    /// A shipped table is wrong.
    #[error("the official numbers could not be counted")]
    Rule(#[from] Box<RuleError>),
    /// The file could not be written.
    #[error("the file could not be written: {0}")]
    Write(#[from] std::io::Error),
    /// The file of a known path could not be written.
    #[error("cannot write {}: {error}", path.display())]
    WriteAt {
        /// Which one.
        path: PathBuf,
        /// Why not.
        error: std::io::Error,
    },
}

/// What was made.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Made {
    /// Records written, the header not counted.
    pub records: u64,
    /// Bytes written.
    pub bytes: u64,
    /// The faults in it, by line.
    pub planted: Vec<Planted>,
}

/// Reads all tables of the generator, so that a mistake in them is found ([`crate::table::mistake`]).
pub fn read_all() {
    faults();
    scenarios();
    for year in years() {
        SynthFacts::new(year);
        published_tests(year);
    }
}

/// The years whose files can be written in fixed columns, in order.
pub fn fixed_years() -> impl Iterator<Item = u16> {
    // Taken from the table of years: help texts name them, and are no reason to read every layout.
    years().filter(|year| registry().year_info(*year).is_some_and(|info| !info.record_lengths.is_empty()))
}

/// Looks whether files of a year can be made in a form.
///
/// # Errors
/// When no district of the year can be made, or its layout prints no positions for a fixed form.
pub fn check_form(year: u16, form: MadeForm) -> Result<(), SynthError> {
    let layout = registry().layout(year).filter(|_| years().any(|one| one == year)).ok_or(SynthError::Year(year))?;
    LineWriter::new(layout, form).map(drop).ok_or(SynthError::NoPositions(year))
}

/// Writes one file.
///
/// # Errors
/// When there is nothing to make the year from, a fault cannot be planted, or the output fails.
pub fn write_district(order: &Order, out: &mut dyn Write) -> Result<Made, SynthError> {
    let in_second = order.faults.iter().map(|order| order.fault).find(|fault| fault.is_in_second_file());
    match in_second {
        Some(fault) => Err(SynthError::NoSecondFiles(fault.name)),
        None => write_files(order, out, None),
    }
}

/// Writes one file, and second files that agree with it but for the faults planted in them.
///
/// # Errors
/// As for [`write_district`].
pub fn write_with_second_files(
    order: &Order,
    out: &mut dyn Write,
    second: SecondOutputs<'_>,
) -> Result<Made, SynthError> {
    write_files(order, out, Some(second))
}

/// Faults that were not planted, by kind and number; many are not all named.
fn some_of(missing: &[(&str, u64)]) -> String {
    const NAMED: usize = 6;
    let mut kinds: Vec<String> = missing.iter().take(NAMED).map(|(name, left)| format!("{name} ({left})")).collect();
    if missing.len() > NAMED {
        kinds.push(format!("and {} more", missing.len() - NAMED));
    }
    kinds.join(", ")
}

fn write_files(order: &Order, out: &mut dyn Write, second: Option<SecondOutputs<'_>>) -> Result<Made, SynthError> {
    let layout = registry().layout(order.year).ok_or(SynthError::Year(order.year))?;
    let facts = SynthFacts::new(order.year).ok_or(SynthError::Year(order.year))?;
    let mut lines = LineWriter::new(layout, order.form).ok_or(SynthError::NoPositions(order.year))?;
    check_faults(order, layout)?;
    let planter = Planter::new(layout, order.form, write::header_names(layout), &order.faults);
    let damage = Damage::new(&order.faults, layout, &mut lines);
    let writer = writer(&facts, layout, order.seed);
    let chunk = Vec::with_capacity(CHUNK + 16 * 1024);
    let seconds = second.map(|outputs| MadeSecondFiles::new(outputs, layout, &facts, &order.faults)).transpose()?;
    let made = Made::default();
    let mut file = FileWriter { order, lines, damage, planter, seconds, chunk, out, line: 0, last_start: 0, made };
    file.write(&writer)?;
    let mut missing = file.planter.missing();
    missing.extend(file.seconds.iter().flat_map(MadeSecondFiles::missing));
    if !missing.is_empty() {
        return Err(SynthError::TooFew(some_of(&missing)));
    }
    let mut planted = file.planter.into_planted();
    planted.extend(file.seconds.into_iter().flat_map(MadeSecondFiles::into_planted));
    planted.sort_by_key(|one| one.line);
    Ok(Made { planted, ..file.made })
}

/// One file being written.
struct FileWriter<'o, 'l, 's> {
    order: &'o Order,
    lines: LineWriter,
    damage: Damage,
    planter: Planter<'l>,
    seconds: Option<MadeSecondFiles<'s, 'l>>,
    chunk: Vec<u8>,
    out: &'o mut dyn Write,
    /// The number of the line written last.
    line: u64,
    /// Where in the chunk that line starts.
    last_start: usize,
    made: Made,
}

impl FileWriter<'_, '_, '_> {
    fn write(&mut self, writer: &Writer<'_>) -> Result<(), SynthError> {
        self.chunk.extend_from_slice(self.damage.prefix());
        if self.order.form != MadeForm::Fixed && !self.damage.has_no_header {
            self.line += 1;
            self.lines.header(&mut self.chunk);
            self.chunk.push(b'\n');
        }
        let students = if self.damage.has_no_records { 0 } else { self.order.students };
        let mut record = MadeRecord::new(writer.columns);
        for index in 0..students {
            // The last line stays in the chunk until it is known to be the last.
            if self.chunk.len() >= CHUNK {
                self.flush()?;
            }
            self.student(writer, index, &mut record)?;
        }
        self.damage.cut_off(&mut self.chunk, self.last_start, &self.lines);
        self.flush()
    }

    fn student(&mut self, writer: &Writer<'_>, index: u64, record: &mut MadeRecord) -> Result<(), SynthError> {
        let view = self.order.view;
        if self.planter.is_busy()
            && let Some(planned) = self.planter.plan(writer, index, |student| is_in_view(student, view))
        {
            return planned.into_iter().try_for_each(|one| self.planned(one));
        }
        let Some(student) = writer.students.student(index) else { return Ok(()) };
        if !is_in_view(&student, view) {
            return Ok(());
        }
        if let Some(planned) = self.planter.plan_group(writer, &student, self.line) {
            return planned.into_iter().try_for_each(|one| self.planned(one));
        }
        let types = writer.types_of(&student);
        for test in writer.tests.iter().filter(|test| types.contains(test.record_type)) {
            if writer.write(&student, test, record) {
                self.record(record)?;
                self.chunk.push(b'\n');
            }
        }
        Ok(())
    }

    fn record(&mut self, record: &mut MadeRecord) -> Result<(), SynthError> {
        self.line += 1;
        self.made.records += 1;
        self.last_start = self.chunk.len();
        self.planter.spoil_columns(record, self.line);
        self.lines.record(record, &mut self.chunk);
        if let Some(seconds) = &mut self.seconds {
            seconds.record(record, self.line)?;
        }
        Ok(())
    }

    fn planned(&mut self, mut planned: PlantedRecord) -> Result<(), SynthError> {
        self.record(&mut planned.record)?;
        self.planter.note(&planned, self.line);
        let effect = planned.effect;
        if let Some(effect) = effect.filter(|effect| !effect.is_on_next_line()) {
            self.lines.spoil(effect, self.last_start, &mut self.chunk);
        }
        self.chunk.push(b'\n');
        if let Some(effect) = effect.filter(|effect| effect.is_on_next_line()) {
            self.line += 1;
            self.last_start = self.chunk.len();
            self.lines.spoil(effect, self.last_start, &mut self.chunk);
            self.chunk.push(b'\n');
        }
        Ok(())
    }

    fn flush(&mut self) -> Result<(), SynthError> {
        self.damage.encode(&mut self.chunk);
        self.out.write_all(&self.chunk)?;
        self.made.bytes += u64::try_from(self.chunk.len()).unwrap_or(u64::MAX);
        self.chunk.clear();
        Ok(())
    }
}

/// Faults of delimited lines make no sense in fixed columns and the other way round, and a field
/// that the year lacks cannot be wrong.
fn check_faults(order: &Order, layout: &Layout) -> Result<(), SynthError> {
    for FaultOrder { fault, .. } in &order.faults {
        let has_field = fault.field.is_empty() || registry().id(fault.field).is_some_and(|id| layout.has(id));
        if !fault.fits_form(order.form) || !has_field || !fault.holds_in(order.year) {
            return Err(SynthError::Impossible(fault.name));
        }
    }
    Ok(())
}

/// The name TOMS would give the file; a plain one where there are no files of that year and form.
pub fn file_name(order: &Order) -> String {
    let known = SynthFacts::new(order.year).zip(registry().layout(order.year));
    let Some((facts, layout, mut lines)) =
        known.and_then(|(facts, layout)| Some((facts, layout, LineWriter::new(layout, order.form)?)))
    else {
        return format!("district-{}", order.year);
    };
    let own = facts.schools.iter().find(|school| school.kind == SchoolKind::District);
    let view = if order.view == View::Enrolled { "Enrolled" } else { "Tested" };
    let form = match order.form {
        MadeForm::Caret => "DLMTR.csv",
        MadeForm::Comma => "DLMTR_COMMA.csv",
        MadeForm::Tab => "DLMTR_TAB.tsv",
        MadeForm::Fixed => "FIXED.dat",
    };
    let name = facts.year.file_name.replace("{lea}", own.map_or("", |school| school.lea_code));
    let name = name.replace("{view}", view).replace("{year}", &order.year.to_string()).replace("{form}", form);
    Damage::new(&order.faults, layout, &mut lines).rename(&name, order.year)
}

fn writer<'a>(facts: &'a SynthFacts, layout: &Layout, seed: u64) -> Writer<'a> {
    let types = (1..=9).map(RecordType);
    let cohort_flag = registry().id("cast_current_year_flag").is_some_and(|id| layout.has(id));
    Writer {
        facts,
        students: Students::new(facts, layout, seed),
        columns: layout.fields.len(),
        tests: types.filter_map(|record_type| MadeTest::new(facts, layout, record_type)).collect(),
        has_cohort_flag: cohort_flag,
    }
}

fn is_in_view(student: &Student<'_>, view: View) -> bool {
    match view {
        View::Enrolled => student.moved != Move::Out,
        View::Tested | View::Unknown => student.moved != Move::In,
    }
}

impl Writer<'_> {
    /// The tests a student is registered for.
    fn types_of(&self, student: &Student<'_>) -> RecordTypes {
        let tests = self.tests.iter().filter(|test| takes(student, test.facts, self.facts));
        RecordTypes(tests.fold(0, |set, test| set | 1 << test.record_type.0))
    }
}

/// Whether a student is registered for a test.
fn takes(student: &Student<'_>, test: &TestFacts, facts: &SynthFacts) -> bool {
    if !test.grades.contains(&student.grade) {
        return false;
    }
    match test.takers {
        Takers::General => !student.takes_alternate,
        Takers::Alternate => student.takes_alternate,
        Takers::Science => !student.takes_alternate && takes_science(student, facts),
        Takers::Spanish => student.takes_spanish,
        Takers::SpanishLearners => student.takes_spanish && student.is_learner(),
    }
}

/// The grade in which some take the science test of high school, and others wait.
const EARLY_SCIENCE_GRADE: u8 = 11;

/// In high school science is taken once.
fn takes_science(student: &Student<'_>, facts: &SynthFacts) -> bool {
    student.grade != EARLY_SCIENCE_GRADE || student.random.branch(3).chance(facts.shares.science_in_grade_11)
}
