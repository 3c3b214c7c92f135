//! The tables of scenarios: what they are called, which causes they are made of, what a cause
//! changes on which side, and what students the district must have for it.

use std::sync::LazyLock;

use super::super::fault::{Assignment, Condition};
use super::super::student::StudentWish;
use crate::cause::beyond;
use crate::layout::{RecordTypes, record_types};
use crate::table::{self, TableRow, TableError};
use crate::years::Years;

/// Stands for all causes.
const ALL: &str = "*";

/// A way in which a score file and the official numbers differ, or several at once.
#[derive(Clone, Debug)]
pub struct Scenario {
    /// Its name on the command line.
    pub name: String,
    /// The years it makes sense in.
    pub years: Years,
    /// Students of the district where no number is asked for.
    pub students: u64,
    /// The fewest students it can be made with.
    pub fewest: u64,
    /// The most students it can be made with.
    pub most: Option<u64>,
    /// What happens, in words.
    pub words: &'static str,
    causes: Vec<&'static str>,
}

impl Scenario {
    /// Whether it makes sense in a year.
    pub fn holds_in(&self, year: u16) -> bool {
        self.years.contains(year)
    }

    /// Both at once.
    #[must_use]
    pub(super) fn and(mut self, other: &Self) -> Self {
        self.name = format!("{}+{}", self.name, other.name);
        self.students = self.students.max(other.students);
        self.fewest = self.fewest.max(other.fewest);
        self.most = [self.most, other.most].into_iter().flatten().min();
        self.causes.extend(&other.causes);
        self
    }

    /// Whether it is known by a word: its name, or the first word of it.
    pub(super) fn is_called(&self, word: &str) -> bool {
        self.name == word || self.name.split('-').next() == Some(word)
    }

    fn has(&self, cause: &str) -> bool {
        let is_beyond = || beyond().any(|one| one.id == cause);
        self.causes.contains(&cause) || self.causes.contains(&ALL) && !is_beyond()
    }
}

/// All scenarios.
pub fn scenarios() -> &'static [Scenario] {
    static ROWS: LazyLock<Vec<Scenario>> = LazyLock::new(|| {
        let columns = ["name", "years", "students", "fewest", "most", "causes", "words"];
        table::lines("rules/synth/scenarios.tsv", &columns, scenario)
    });
    &ROWS
}

/// The side that is changed, the other one being left as it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Side {
    /// The official numbers have it otherwise.
    Official,
    /// The file has it otherwise, and an earlier download as the official numbers.
    File,
    /// The file lacks the record.
    Missing,
    /// The file has the record twice.
    Twice,
    /// The official side has it otherwise, and no student file has it at all: no cause.
    Unseen,
}

/// What a cause does to records.
#[derive(Clone, Debug)]
pub(super) struct RecordChange {
    pub(super) cause: &'static str,
    pub(super) side: Side,
    /// Of 10,000 records that fit, so many are changed; all of them where `None`.
    pub(super) share: Option<u32>,
    /// The parameter and what it is chosen from.
    pub(super) parameter: Option<(&'static str, &'static str)>,
    pub(super) conditions: Vec<Condition>,
    pub(super) assignments: Vec<Assignment>,
}

/// Students that the district has on both sides, for the sake of a cause.
#[derive(Clone, Debug)]
pub(super) struct Preparation {
    /// The cause; `*` for what holds with every scenario and with none.
    pub(super) cause: &'static str,
    pub(super) wish: StudentWish,
    /// Of 10,000 students, so many; all that fit where `None`.
    pub(super) share: Option<u32>,
    /// The records that end with `outcome`.
    pub(super) record_types: RecordTypes,
    pub(super) outcome: &'static str,
    pub(super) conditions: Vec<Condition>,
    pub(super) assignments: Vec<Assignment>,
}

/// A way in which a record of the files is damaged.
#[derive(Clone, Debug)]
pub(super) struct NoiseKind {
    pub(super) kind: &'static str,
    /// Whether the record is left out.
    pub(super) is_drop: bool,
    /// How often it happens, compared with the others.
    pub(super) weight: u32,
    pub(super) conditions: Vec<Condition>,
    pub(super) assignments: Vec<Assignment>,
}

/// What noise does to records in a year.
pub(super) fn harms(year: u16) -> Vec<NoiseKind> {
    let columns = ["kind", "years", "what", "weight", "qualify", "set"];
    let all = table::lines("rules/synth/scenario-noise.tsv", &columns, |row| Ok((row.years()?, harm(row)?)));
    all.into_iter().filter(|(years, _)| years.contains(year)).map(|(_, harm)| harm).collect()
}

const EFFECTS: [(&str, bool); 2] = [("drop", true), ("change", false)];

fn harm(row: &TableRow<'static>) -> Result<NoiseKind, TableError> {
    Ok(NoiseKind {
        kind: row.get("kind")?,
        is_drop: row.word("what", &EFFECTS)?,
        weight: row.number("weight")?,
        conditions: conditions(row)?,
        assignments: assignments(row)?,
    })
}

/// What is changed with a scenario, or without any, in the order of application.
pub(super) fn changes(scenario: Option<&Scenario>, year: u16) -> Vec<RecordChange> {
    let columns = ["cause", "years", "side", "per_10000", "parameter", "qualify", "set"];
    let all = table::lines("rules/synth/scenario-changes.tsv", &columns, |row| Ok((row.years()?, change(row)?)));
    let holds = |(years, change): &(Years, RecordChange)| years.contains(year) && is_wanted(scenario, change.cause);
    all.into_iter().filter(holds).map(|(_, change)| change).collect()
}

/// The students that a scenario needs, or official files without any.
pub(super) fn preparations(scenario: Option<&Scenario>, year: u16) -> Vec<Preparation> {
    let columns = ["cause", "years", "student", "per_10000", "record_types", "outcome", "qualify", "set"];
    let all = table::lines("rules/synth/scenario-students.tsv", &columns, |row| Ok((row.years()?, preparation(row)?)));
    let holds = |(years, one): &(Years, Preparation)| years.contains(year) && is_wanted(scenario, one.cause);
    all.into_iter().filter(holds).map(|(_, preparation)| preparation).collect()
}

/// Whether what is done for a cause is done with a scenario, or always.
fn is_wanted(scenario: Option<&Scenario>, cause: &str) -> bool {
    cause == ALL || scenario.is_some_and(|scenario| scenario.has(cause))
}

fn scenario(row: &TableRow<'static>) -> Result<Scenario, TableError> {
    Ok(Scenario {
        name: row.get("name")?.to_owned(),
        years: row.years()?,
        students: row.number("students")?,
        fewest: row.number("fewest")?,
        most: row.optional("most")?,
        words: row.get("words")?,
        causes: row.parts("causes")?.collect(),
    })
}

const SIDES: [(&str, Side); 5] = [
    ("official", Side::Official),
    ("file", Side::File),
    ("missing", Side::Missing),
    ("twice", Side::Twice),
    ("unseen", Side::Unseen),
];

fn change(row: &TableRow<'static>) -> Result<RecordChange, TableError> {
    Ok(RecordChange {
        cause: row.get("cause")?,
        side: row.word("side", &SIDES)?,
        share: row.optional("per_10000")?,
        parameter: row.get("parameter")?.split_once('='),
        conditions: conditions(row)?,
        assignments: assignments(row)?,
    })
}

fn preparation(row: &TableRow<'static>) -> Result<Preparation, TableError> {
    Ok(Preparation {
        cause: row.get("cause")?,
        wish: StudentWish::parse(row.get("student")?),
        share: row.optional("per_10000")?,
        record_types: record_types(row, "record_types")?,
        outcome: row.get("outcome")?,
        conditions: conditions(row)?,
        assignments: assignments(row)?,
    })
}

fn conditions(row: &TableRow<'static>) -> Result<Vec<Condition>, TableError> {
    Condition::list(row, "qualify")
}

fn assignments(row: &TableRow<'static>) -> Result<Vec<Assignment>, TableError> {
    Assignment::list(row, "set")
}
