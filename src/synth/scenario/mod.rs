//! Official files next to a synthetic district, and scenarios in which score file and official
//! numbers differ for known reasons. Two streams of records are made: the file's and the official
//! one. A cause changes a record on one side or leaves it out there; the official numbers are the
//! account of the official stream by the ordinary counting rules.

mod bound;
mod counted;
mod noise;
mod parameter;
mod sides;
mod students;
mod table;
mod truth;

use std::fs::{File, create_dir_all, remove_dir};
use std::io::Write;
use std::mem::take;
use std::path::{Path, PathBuf};

use super::facts::{SynthFacts, is_suspended};
use super::official::{OfficialFiles, published_tests};
use super::student::Move;
use super::form::MadeForm;
use super::write::{LineWriter};
use super::{Order, SynthError, file_name, writer};
use crate::account::{Account, AccountOptions, account};
use crate::atomic_file::AtomicFile;
use crate::counting::CountingRules;
use crate::input::{InputOptions, View};
use crate::layout::{Layout, registry};
use crate::privacy::json::pretty;
use counted::Counter;
pub use noise::Noise;
use sides::{Sides, Sink, Sinks};
use students::Roll;
use table::{RecordChange, Side};
pub use table::{Scenario, scenarios};
pub use truth::{TrueCause, Harmed, FileLine, ScenarioTruth, ParameterValue};

/// The name of the file with the truth.
const TRUTH: &str = "scenario.truth.json";
/// The folders next to the score file.
const EARLIER: &str = "earlier";
const OFFICIAL: &str = "official";

/// A district with its official files.
#[derive(Clone, Debug)]
pub struct SceneOrder {
    /// The district; its view is left out of account.
    pub district: Order,
    /// The views that are made.
    pub views: Views,
    /// How file and official numbers differ; not at all where `None`.
    pub scenario: Option<Scenario>,
    /// How many records of the files are damaged at random.
    pub noise: Noise,
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
pub struct MadeScenario {
    /// The truth, as it was written.
    pub truth: ScenarioTruth,
    /// Records written to all score files.
    pub records: u64,
    /// Rows of results in the official files.
    pub rows: u64,
}

/// The scenario of a name, or the combination of names joined by `+`. The first word of a name is enough.
///
/// # Errors
/// When there is none, or not in the year.
pub fn find_scenario(name: &str, year: u16) -> Result<Scenario, SynthError> {
    let mut found = Vec::new();
    for word in name.split('+') {
        found.push(find_one(word.trim(), year)?);
    }
    let all = found.into_iter().reduce(|all, one| all.and(&one));
    all.ok_or_else(|| SynthError::Scenario { name: name.to_owned(), nearest: None })
}

fn find_one(name: &str, year: u16) -> Result<Scenario, SynthError> {
    let Some(scenario) = scenarios().iter().find(|scenario| scenario.is_called(name)) else {
        let scored = scenarios().iter().map(|one| (strsim::jaro_winkler(&one.name, name), one.name.as_str()));
        let nearest = scored.filter(|(score, _)| *score > 0.75).max_by(|one, other| one.0.total_cmp(&other.0));
        return Err(SynthError::Scenario { name: name.to_owned(), nearest: nearest.map(|(_, name)| name) });
    };
    check_results(year)?;
    if !scenario.holds_in(year) {
        return Err(SynthError::ScenarioYear { name: scenario.name.clone(), year, years: scenario.years.to_string() });
    }
    Ok(scenario.clone())
}

/// Writes score files, official files and the truth into a folder.
///
/// # Errors
/// When the year has no official results or not enough students, or a file cannot be written: then what
/// was in the folder before is there still, and nothing else. When one that is written cannot be put in
/// its place: those before it can be new then.
pub fn write_scene(order: &SceneOrder, folder: &Path) -> Result<MadeScenario, SynthError> {
    check_results(order.district.year)?;
    if let Some(scenario) = &order.scenario {
        check_students(scenario, order.district.students)?;
    }
    let mut output = PendingFolder { folder, files: Vec::new(), new_folders: Vec::new() };
    match write_all(order, &mut output) {
        Ok(made) => output.keep().map(|()| made),
        Err(error) => {
            output.forget();
            Err(error)
        }
    }
}

fn check_results(year: u16) -> Result<(), SynthError> {
    if is_suspended(year) { Err(SynthError::NoResults(year)) } else { Ok(()) }
}

fn check_students(scenario: &Scenario, students: u64) -> Result<(), SynthError> {
    let (name, fewest) = (scenario.name.clone(), scenario.fewest);
    if students < fewest {
        return Err(SynthError::TooSmall { name, fewest });
    }
    match scenario.most.filter(|most| students > *most) {
        Some(most) => Err(SynthError::TooLarge { name, most }),
        None => Ok(()),
    }
}

/// Files being written into a folder. Half a district would pass for a whole one: they get their names
/// once all are whole.
struct PendingFolder<'a> {
    folder: &'a Path,
    files: Vec<AtomicFile>,
    /// Folders that were not there, those around others first.
    new_folders: Vec<PathBuf>,
}

impl PendingFolder<'_> {
    fn create(&mut self, name: &str) -> Result<File, SynthError> {
        let path = self.folder.join(name);
        if let Some(parent) = path.parent() {
            let missing = parent.ancestors().take_while(|folder| !folder.as_os_str().is_empty() && !folder.exists());
            let missing: Vec<PathBuf> = missing.map(Path::to_owned).collect();
            self.new_folders.extend(missing.into_iter().rev());
            create_dir_all(parent).map_err(|error| SynthError::WriteAt { path: parent.to_owned(), error })?;
        }
        let begun = AtomicFile::at(&path).and_then(|file| Ok((file.handle()?, file)));
        let (handle, file) = begun.map_err(|error| SynthError::WriteAt { path, error })?;
        self.files.push(file);
        Ok(handle)
    }

    /// Makes a file of these bytes.
    fn make(&mut self, name: &str, bytes: &[u8]) -> Result<(), SynthError> {
        let written = self.create(name)?.write_all(bytes);
        written.map_err(|error| SynthError::WriteAt { path: self.folder.join(name), error })
    }

    fn keep(mut self) -> Result<(), SynthError> {
        let kept = take(&mut self.files).into_iter().try_for_each(|file| {
            let path = file.path().to_owned();
            file.keep().map_err(|error| SynthError::WriteAt { path, error })
        });
        if kept.is_err() {
            self.forget();
        }
        kept
    }

    /// Leaves nothing of what has no name yet.
    fn forget(self) {
        drop(self.files);
        for folder in self.new_folders.iter().rev() {
            // One with something in it stays.
            let _ = remove_dir(folder);
        }
    }
}

fn write_all(order: &SceneOrder, output: &mut PendingFolder<'_>) -> Result<MadeScenario, SynthError> {
    let district = &order.district;
    let year = district.year;
    let layout = registry().layout(year).ok_or(SynthError::Year(year))?;
    let facts = SynthFacts::new(year).ok_or(SynthError::Year(year))?;
    let counting = CountingRules::of(year)?;
    let scratch = tempfile::tempdir()?;
    let name = file_name(&Order { view: View::Tested, form: MadeForm::Caret, ..district.clone() });
    let official = order.official_side.clone().unwrap_or_else(|| scratch.path().join(name));
    let mut truth = ScenarioTruth::new(year, district.seed, order.scenario.as_ref().map(|one| one.name.clone()));
    let changes = table::changes(order.scenario.as_ref(), year);
    let sinks = open(order, layout, &official, &changes, &mut truth, output)?;
    let counter = Counter::new(&counting, layout, published_tests(year));
    let harm = order.noise.bound(layout, year);
    let sides = Sides::new(changes, layout, &facts, district.seed, counter, sinks, harm);
    let records;
    (truth.causes, truth.noise, records) = write_sides(order, layout, &facts, sides)?;
    let files = OfficialFiles::new(&account_of(&official, order.threads)?, &facts);
    for (name, bytes) in files.files() {
        let name = format!("{OFFICIAL}/{name}");
        output.make(&name, bytes)?;
        truth.official.push(name);
    }
    output.make(TRUTH, pretty(&truth)?.as_bytes())?;
    Ok(MadeScenario { truth, records, rows: files.rows() })
}

/// Opens the files of both sides.
fn open(
    order: &SceneOrder,
    layout: &Layout,
    official: &Path,
    changes: &[RecordChange],
    truth: &mut ScenarioTruth,
    output: &mut PendingFolder<'_>,
) -> Result<Sinks, SynthError> {
    let district = &order.district;
    let lines = |form: MadeForm| LineWriter::new(layout, form).ok_or(SynthError::NoPositions(district.year));
    let views: &[View] = match order.views {
        Views::Tested => &[View::Tested],
        Views::Both => &[View::Tested, View::Enrolled],
    };
    let mut files = Vec::new();
    for view in views {
        let name = file_name(&Order { view: *view, ..district.clone() });
        files.push(Sink::new(output.create(&name)?, lines(district.form)?)?);
        truth.files.push(name);
    }
    let mut earlier = None;
    if changes.iter().any(|change| change.side == Side::File) {
        let name = format!("{EARLIER}/{}", truth.files[0]);
        earlier = Some(Sink::new(output.create(&name)?, lines(district.form)?)?);
        truth.earlier.push(name);
    }
    Ok(Sinks { files, earlier, official: Sink::new(File::create(official)?, lines(MadeForm::Caret)?)? })
}

/// Writes both sides: the causes with their records, the damaged ones, and the number of records in
/// the files.
fn write_sides(
    order: &SceneOrder,
    layout: &Layout,
    facts: &SynthFacts,
    mut sides: Sides<'_>,
) -> Result<(Vec<TrueCause>, Vec<Harmed>, u64), SynthError> {
    let district = &order.district;
    let writer = writer(facts, layout, district.seed);
    let plans = table::preparations(order.scenario.as_ref(), district.year);
    let mut roll = Roll::new(&writer, layout, district.seed, plans);
    for index in 0..district.students {
        let Some((student, records)) = roll.student(index) else { continue };
        let views = [student.moved != Move::In, student.moved != Move::Out && order.views == Views::Both];
        for record in &records {
            sides.record(&student, record, views)?;
        }
    }
    let (causes, noise, records) = sides.finish()?;
    let empty = causes.iter().find(|cause| cause.records.is_empty() && cause.missing == 0);
    match roll.unused().or(empty.map(|cause| cause.cause)) {
        Some(cause) => Err(SynthError::TooFew(cause.to_owned())),
        None => Ok((causes, noise, records)),
    }
}

fn account_of(path: &Path, threads: usize) -> Result<Account, SynthError> {
    let input = InputOptions { view: Some(View::Tested), ..InputOptions::default() };
    let accounts = account(&[path.to_owned()], &AccountOptions { input, threads, progress: None })?;
    accounts.years.into_iter().next().ok_or(SynthError::TooFew("official files".to_owned()))
}
