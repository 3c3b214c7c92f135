//! The tables of scenarios: what they are called, which causes they are made of, what a cause
//! changes on which side, and what students the district must have for it.

use std::sync::LazyLock;

use super::super::facts::year_in;
use super::super::fault::{Assignment, Condition};
use super::super::student::Wish;
use crate::cause::beyond;
use crate::layout::RecordTypes;
use crate::table::{Row, Table};

const SCENARIOS: &str = include_str!("../../../rules/synth/scenarios.tsv");
const CHANGES: &str = include_str!("../../../rules/synth/scenario-changes.tsv");
const NOISE: &str = include_str!("../../../rules/synth/scenario-noise.tsv");
const STUDENTS: &str = include_str!("../../../rules/synth/scenario-students.tsv");

/// Stands for all causes.
const ALL: &str = "*";

/// A way in which a score file and the official numbers differ, or several at once.
#[derive(Clone, Debug)]
pub struct Scenario {
    /// Its name on the command line.
    pub name: String,
    /// The years it makes sense in, as in the table; those of the first of several.
    pub years: &'static str,
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
        year_in(self.years, year)
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
    static ROWS: LazyLock<Vec<Scenario>> =
        LazyLock::new(|| Table::new(SCENARIOS).rows().map(|row| scenario(&row)).collect());
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
pub(super) struct Change {
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
    pub(super) wish: Wish,
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
pub(super) struct Harm {
    pub(super) kind: &'static str,
    /// Whether the record is left out.
    pub(super) is_drop: bool,
    /// How often it happens, beside the others.
    pub(super) weight: u32,
    pub(super) conditions: Vec<Condition>,
    pub(super) assignments: Vec<Assignment>,
}

/// What noise does to records in a year.
pub(super) fn harms(year: u16) -> Vec<Harm> {
    let rows = Table::new(NOISE).rows().filter(|row| year_in(row.get("years"), year));
    let harm = |row: Row<'static>| Harm {
        kind: row.get("kind"),
        is_drop: row.get("what") == "drop",
        weight: row.get("weight").parse().unwrap_or_default(),
        conditions: conditions(&row),
        assignments: assignments(&row),
    };
    rows.map(harm).collect()
}

/// What is changed with a scenario, or without any, in the order of application.
pub(super) fn changes(scenario: Option<&Scenario>, year: u16) -> Vec<Change> {
    rows(CHANGES, scenario, year).map(|row| change(&row)).collect()
}

/// The students that a scenario needs, or official files without any.
pub(super) fn preparations(scenario: Option<&Scenario>, year: u16) -> Vec<Preparation> {
    rows(STUDENTS, scenario, year).map(|row| preparation(&row)).collect()
}

/// The rows of a table that hold for a year, and for a scenario or always.
fn rows(table: &'static str, scenario: Option<&Scenario>, year: u16) -> impl Iterator<Item = Row<'static>> {
    let wanted = move |cause: &str| cause == ALL || scenario.is_some_and(|scenario| scenario.has(cause));
    Table::new(table).rows().filter(move |row| year_in(row.get("years"), year) && wanted(row.get("cause")))
}

fn scenario(row: &Row<'static>) -> Scenario {
    Scenario {
        name: row.get("name").to_owned(),
        years: row.get("years"),
        students: row.get("students").parse().unwrap_or_default(),
        fewest: row.get("fewest").parse().unwrap_or_default(),
        most: row.get("most").parse().ok(),
        words: row.get("words"),
        causes: row.get("causes").split('|').filter(|cause| !cause.is_empty()).collect(),
    }
}

fn change(row: &Row<'static>) -> Change {
    Change {
        cause: row.get("cause"),
        side: match row.get("side") {
            "file" => Side::File,
            "missing" => Side::Missing,
            "twice" => Side::Twice,
            "unseen" => Side::Unseen,
            _ => Side::Official,
        },
        share: row.get("per_10000").parse().ok(),
        parameter: row.get("parameter").split_once('='),
        conditions: conditions(row),
        assignments: assignments(row),
    }
}

fn preparation(row: &Row<'static>) -> Preparation {
    Preparation {
        cause: row.get("cause"),
        wish: Wish::parse(row.get("student")),
        share: row.get("per_10000").parse().ok(),
        record_types: RecordTypes::parse(row.get("record_types")),
        outcome: row.get("outcome"),
        conditions: conditions(row),
        assignments: assignments(row),
    }
}

fn conditions(row: &Row<'static>) -> Vec<Condition> {
    row.get("qualify").split(';').filter_map(Condition::parse).collect()
}

fn assignments(row: &Row<'static>) -> Vec<Assignment> {
    row.get("set").split(';').filter_map(Assignment::parse).collect()
}
