//! Official files beside a synthetic district, and scenarios in which score file and official
//! numbers differ for known reasons. Two streams of records are made: the file's and the official
//! one. A cause changes a record on one side or leaves it out there; the official numbers are the
//! account of the official stream by the ordinary counting rules.

mod bound;
mod counted;
mod parameter;
mod sides;
mod students;
mod table;
mod truth;

use std::fs::{File, create_dir_all, remove_file};
use std::io::Write;
use std::path::{Path, PathBuf};

use super::facts::{Facts, is_suspended};
use super::official::{OfficialFiles, published_tests};
use super::student::Move;
use super::write::{Form, Lines};
use super::{Order, SynthError, file_name, writer};
use crate::account::{Account, AccountOptions, account};
use crate::counting::Book;
use crate::input::{Options, View};
use crate::layout::{Layout, registry};
use counted::Counter;
use sides::{Sides, Sink};
use students::Roll;
pub use table::{Scenario, scenarios};
pub use truth::{Cause, Place, Truth, Value};

/// The name of the file with the truth.
const TRUTH: &str = "scenario.truth.json";
/// The folders beside the score file.
const EARLIER: &str = "earlier";
const OFFICIAL: &str = "official";

/// A district with its official files.
#[derive(Clone, Debug)]
pub struct SceneOrder {
    /// The district; its view is left out of account.
    pub district: Order,
    /// Whether the enrolled view is made beside the tested one.
    pub views: Views,
    /// How file and official numbers differ; not at all where `None`.
    pub scenario: Option<&'static Scenario>,
    /// Threads to count on; at least 1.
    pub threads: usize,
    /// Where the records that the official numbers are made of are kept; nowhere where `None`.
    pub official_side: Option<PathBuf>,
}

/// The views that are made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Views {
    /// The tested view, the one that compares with official numbers.
    Tested,
    /// Both.
    Both,
}

/// What was made.
#[derive(Clone, Debug)]
pub struct Scene {
    /// The truth, as it was written.
    pub truth: Truth,
    /// Records written to all score files.
    pub records: u64,
    /// Rows of results in the official files.
    pub rows: u64,
}

/// The scenario of a name.
///
/// # Errors
/// When there is none, or not in the year.
pub fn find_scenario(name: &str, year: u16) -> Result<&'static Scenario, SynthError> {
    let Some(scenario) = scenarios().iter().find(|scenario| scenario.name == name) else {
        let scored = scenarios().iter().map(|one| (strsim::jaro_winkler(one.name, name), one.name));
        let nearest = scored.filter(|(score, _)| *score > 0.75).max_by(|one, other| one.0.total_cmp(&other.0));
        return Err(SynthError::Scenario { name: name.to_owned(), nearest: nearest.map(|(_, name)| name) });
    };
    check_results(year)?;
    if !scenario.holds_in(year) {
        return Err(SynthError::ScenarioYear { name: scenario.name, year, years: scenario.years });
    }
    Ok(scenario)
}

/// Writes score files, official files and the truth into a folder.
///
/// # Errors
/// When the year has no official results or not enough students, or a file cannot be written.
/// Files that were begun are removed.
pub fn write_scene(order: &SceneOrder, folder: &Path) -> Result<Scene, SynthError> {
    let mut written = Vec::new();
    let made = make(order, folder, &mut written);
    if made.is_err() {
        for path in &written {
            // Half a district would pass for a whole one.
            remove_file(path)?;
        }
    }
    made
}

fn check_results(year: u16) -> Result<(), SynthError> {
    if is_suspended(year) { Err(SynthError::NoResults(year)) } else { Ok(()) }
}

fn check_students(scenario: &Scenario, students: u64) -> Result<(), SynthError> {
    let (name, fewest) = (scenario.name, scenario.fewest);
    if students < fewest {
        return Err(SynthError::TooSmall { name, fewest });
    }
    match scenario.most.filter(|most| students > *most) {
        Some(most) => Err(SynthError::TooLarge { name, most }),
        None => Ok(()),
    }
}

fn make(order: &SceneOrder, folder: &Path, written: &mut Vec<PathBuf>) -> Result<Scene, SynthError> {
    let district = &order.district;
    let year = district.year;
    check_results(year)?;
    if let Some(scenario) = order.scenario {
        check_students(scenario, district.students)?;
    }
    let layout = registry().layout(year).ok_or(SynthError::Year(year))?;
    let facts = Facts::new(year).ok_or(SynthError::Year(year))?;
    let book = Book::of(year)?;
    let scratch = tempfile::tempdir()?;
    let name = file_name(&Order { view: View::Tested, form: Form::Caret, ..district.clone() });
    let official = order.official_side.clone().unwrap_or_else(|| scratch.path().join(name));
    let mut truth = Truth::new(year, district.seed, order.scenario.map(|scenario| scenario.name));
    let records =
        write_sides(order, folder, &Known { layout, facts: &facts, book: &book }, &official, (&mut truth, written))?;
    let account = account_of(&official, order.threads)?;
    let files = OfficialFiles::new(&account, &facts);
    create_dir_all(folder.join(OFFICIAL))?;
    for (name, bytes) in files.files() {
        write_file(&folder.join(OFFICIAL).join(name), bytes, written)?;
        truth.official.push(format!("{OFFICIAL}/{name}"));
    }
    let mut json = serde_json::to_vec_pretty(&truth).map_err(std::io::Error::from)?;
    json.push(b'\n');
    write_file(&folder.join(TRUTH), &json, written)?;
    Ok(Scene { truth, records, rows: files.rows() })
}

/// What is known of the year.
struct Known<'a> {
    layout: &'a Layout,
    facts: &'a Facts,
    book: &'a Book,
}

/// Writes both sides; the official one goes to the file `official`. The records in the score files.
fn write_sides(
    order: &SceneOrder,
    folder: &Path,
    known: &Known<'_>,
    official: &Path,
    (truth, written): (&mut Truth, &mut Vec<PathBuf>),
) -> Result<u64, SynthError> {
    let district = &order.district;
    let Known { layout, facts, book } = known;
    let writer = writer(facts, layout, district.seed);
    let plans = table::preparations(order.scenario, district.year);
    let mut roll = Roll::new(&writer, layout, district.seed, plans);
    let changes = table::changes(order.scenario, district.year);
    let counter = Counter::new(book, layout, published_tests(district.year));
    let lines = Lines::new(layout, district.form).ok_or(SynthError::NoPositions(district.year))?;
    let mut open = |path: PathBuf, lines: Lines| -> Result<Sink, SynthError> {
        let file = File::create(&path)?;
        written.push(path);
        Ok(Sink::new(file, lines)?)
    };
    create_dir_all(folder)?;
    let tested_name = file_name(&Order { view: View::Tested, ..district.clone() });
    let mut sinks = vec![open(folder.join(&tested_name), lines.clone())?];
    truth.files.push(tested_name.clone());
    if order.views == Views::Both {
        let name = file_name(&Order { view: View::Enrolled, ..district.clone() });
        sinks.push(open(folder.join(&name), lines.clone())?);
        truth.files.push(name);
    }
    let earlier = if changes.iter().any(|change| change.side == table::Side::File) {
        create_dir_all(folder.join(EARLIER))?;
        truth.earlier.push(format!("{EARLIER}/{tested_name}"));
        Some(open(folder.join(EARLIER).join(&tested_name), lines)?)
    } else {
        None
    };
    let caret = Lines::new(layout, Form::Caret).ok_or(SynthError::NoPositions(district.year))?;
    let official = Sink::new(File::create(official)?, caret)?;
    let mut sides = Sides::new(changes, (layout, facts, district.seed), counter, (sinks, earlier, official));
    for index in 0..district.students {
        let Some((student, records)) = roll.student(index) else { continue };
        let views = [student.moved != Move::In, student.moved != Move::Out && order.views == Views::Both];
        for record in &records {
            sides.record(&student, record, views)?;
        }
    }
    let (causes, records) = sides.finish()?;
    let empty = causes.iter().find(|cause| cause.records.is_empty() && cause.missing == 0);
    if let Some(cause) = roll.unused().or(empty.map(|cause| cause.cause)) {
        return Err(SynthError::TooFew(cause.to_owned()));
    }
    truth.causes = causes;
    Ok(records)
}

fn account_of(path: &Path, threads: usize) -> Result<Account, SynthError> {
    let input = Options { view: Some(View::Tested), ..Options::default() };
    let accounts = account(&[path.to_owned()], &AccountOptions { input, threads, progress: None })?;
    accounts.into_iter().next().ok_or(SynthError::TooFew("official files".to_owned()))
}

fn write_file(path: &Path, bytes: &[u8], written: &mut Vec<PathBuf>) -> Result<(), SynthError> {
    let mut file = File::create(path)?;
    written.push(path.to_owned());
    file.write_all(bytes)?;
    Ok(())
}
