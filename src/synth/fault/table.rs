//! The table of faults, and orders for them as given on the command line.

use std::sync::LazyLock;

use super::super::facts::years;
use super::super::student::StudentWish;
use super::super::form::MadeForm;
use super::text::{Assignment, Condition};
use crate::layout::{RecordType, RecordTypes, record_types};
use crate::table::{self, TableRow, TableError};
use crate::years::Years;

const COLUMNS: [&str; 14] = [
    "code",
    "name",
    "years",
    "forms",
    "place",
    "student",
    "tests",
    "outcome",
    "others",
    "record_types",
    "qualify",
    "set",
    "field",
    "also",
];

/// What a fault works on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FaultTarget {
    /// Cells of one record.
    Record,
    /// A record of a second student, made to clash with a first.
    Pair,
    /// A changed copy of a record, put after it.
    Copy,
    /// The line of one record.
    Line,
    /// A column in every record.
    Every,
    /// Every record that fits, whose test ends as the fault says.
    Group,
    /// Records of the earlier file.
    Earlier,
    /// Students of the roster.
    Roster,
    /// The entity list.
    Entities,
    /// The file as such.
    File,
}

impl FaultTarget {
    /// The word used in lists.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Record => "record",
            Self::Pair => "two students",
            Self::Copy => "copied record",
            Self::Line => "line",
            Self::Every => "column",
            Self::Group => "group",
            Self::Earlier => "earlier file",
            Self::Roster => "roster",
            Self::Entities => "entity list",
            Self::File => "file",
        }
    }
}

/// A change of the tests a student is registered for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TestChange {
    Add(RecordType),
    Drop(RecordType),
    Swap(RecordType, RecordType),
}

/// One kind of fault in the years it is possible, a row of the table.
#[derive(Clone, Debug)]
pub struct Fault {
    /// The code of the rule it breaks.
    pub code: &'static str,
    /// The name of the kind; the rule's own name, where there is but one.
    pub name: &'static str,
    /// The years in which it can be planted.
    pub years: Years,
    /// The forms of files in which it can be planted, joined by `|`; empty for all.
    pub forms: &'static str,
    /// What it works on.
    pub place: FaultTarget,
    /// The canonical id of the field that is wrong in the end; empty for lines and files.
    pub field: &'static str,
    /// Rules that may break as a consequence, joined by `|`; `*` for any.
    pub also: &'static str,
    /// The set column as it stands in the table.
    pub(crate) set: &'static str,
    pub(crate) wish: StudentWish,
    pub(crate) tests: Vec<TestChange>,
    pub(crate) outcome: &'static str,
    pub(crate) others: &'static str,
    pub(crate) record_types: RecordTypes,
    pub(crate) conditions: Vec<Condition>,
    pub(crate) assignments: Vec<Assignment>,
}

impl Fault {
    /// Whether it can be planted in a year.
    pub fn holds_in(&self, year: u16) -> bool {
        self.years.contains(year)
    }

    /// Whether it can be planted in a file of a form: damage of separated lines means nothing in
    /// fixed columns and the other way round, and some values have no room there.
    pub fn fits_form(&self, form: MadeForm) -> bool {
        self.forms.is_empty() || self.forms.split('|').any(|one| one == form.as_str())
    }

    /// Whether it works on cells of single records.
    pub fn is_on_cells(&self) -> bool {
        self.is_countable() && self.place != FaultTarget::Line
    }

    /// Whether it is planted in a second file, so that the score file is sound.
    pub fn is_in_second_file(&self) -> bool {
        matches!(self.place, FaultTarget::Earlier | FaultTarget::Roster | FaultTarget::Entities)
    }

    /// Whether it works on single records or students, so that any number can be planted.
    pub fn is_countable(&self) -> bool {
        matches!(self.place, FaultTarget::Record | FaultTarget::Pair | FaultTarget::Copy | FaultTarget::Line)
    }
}

/// A fault with the number wanted.
#[derive(Clone, Copy, Debug)]
pub struct FaultOrder {
    /// The kind.
    pub fault: &'static Fault,
    /// How many to plant.
    pub count: u64,
}

/// A kind that is not in the table, or not possible in the year.
#[derive(Clone, Debug, thiserror::Error)]
pub enum UnknownFault {
    /// No such code or name.
    #[error("there is no fault {kind}")]
    Kind {
        /// What was asked for.
        kind: String,
        /// The kind that reads most like it.
        nearest: Option<&'static str>,
    },
    /// The rule is not for the year.
    #[error("fault {kind} cannot be planted in {year}, only in {years}")]
    Year {
        /// What was asked for.
        kind: String,
        /// The year of the file.
        year: u16,
        /// The years it is for.
        years: String,
    },
    /// What stands after the `=` is no number.
    #[error("{0} is not a number of faults")]
    Count(String),
}

/// All kinds of faults.
pub fn faults() -> &'static [Fault] {
    static ALL: LazyLock<Vec<Fault>> = LazyLock::new(|| table::lines("rules/synth/faults.tsv", &COLUMNS, fault));
    &ALL
}

/// Reads `KIND` or `KIND=N`; `records` stands for one of every kind that works on records, and
/// `all` is not offered, since faults of whole files exclude each other.
///
/// # Errors
/// When there is no such kind, or not in the year.
pub fn parse_order(text: &str, year: u16, form: MadeForm) -> Result<Vec<FaultOrder>, UnknownFault> {
    let (kind, count) = text.split_once('=').unwrap_or((text, "1"));
    let count = count.parse().map_err(|_| UnknownFault::Count(count.to_owned()))?;
    if kind == "records" {
        let main = faults().iter().filter(|fault| fault.is_on_cells() && fault.fits_form(form));
        return Ok(main.filter(|fault| fault.holds_in(year)).map(|fault| FaultOrder { fault, count }).collect());
    }
    let fits = |fault: &&Fault| fault.code.eq_ignore_ascii_case(kind) || fault.name == kind;
    let of_kind: Vec<&'static Fault> = faults().iter().filter(fits).collect();
    if of_kind.is_empty() {
        return Err(UnknownFault::Kind { kind: kind.to_owned(), nearest: nearest(kind) });
    }
    let found = of_kind.iter().find(|fault| fault.holds_in(year));
    let fault = found.ok_or_else(|| {
        let possible = years().filter(|year| of_kind.iter().any(|fault| fault.holds_in(*year)));
        let years = possible.map(|year| year.to_string()).collect::<Vec<_>>().join(", ");
        UnknownFault::Year { kind: kind.to_owned(), year, years }
    })?;
    Ok(vec![FaultOrder { fault, count }])
}

fn nearest(kind: &str) -> Option<&'static str> {
    let names = faults().iter().flat_map(|fault| [fault.name, fault.code]);
    let scored = names.map(|name| (strsim::jaro_winkler(name, kind), name)).filter(|(score, _)| *score > 0.75);
    scored.max_by(|one, other| one.0.total_cmp(&other.0)).map(|(_, name)| name)
}

const PLACES: [(&str, FaultTarget); 10] = [
    ("record", FaultTarget::Record),
    ("pair", FaultTarget::Pair),
    ("copy", FaultTarget::Copy),
    ("line", FaultTarget::Line),
    ("every", FaultTarget::Every),
    ("group", FaultTarget::Group),
    ("earlier", FaultTarget::Earlier),
    ("roster", FaultTarget::Roster),
    ("entities", FaultTarget::Entities),
    ("file", FaultTarget::File),
];

fn fault(row: &TableRow<'static>) -> Result<Fault, TableError> {
    let place = row.word("place", &PLACES)?;
    let record_types = record_types(row, "record_types")?;
    let set = row.get("set")?;
    let is_about_cells = !matches!(place, FaultTarget::Line | FaultTarget::File | FaultTarget::Entities);
    let change = |text: &'static str| {
        test_change(text).ok_or_else(|| row.error(format!("`tests` has `{text}`, which cannot be read")))
    };
    Ok(Fault {
        code: row.get("code")?,
        name: row.get("name")?,
        years: row.years()?,
        forms: row.get("forms")?,
        place,
        field: row.get("field")?,
        also: row.get("also")?,
        set,
        wish: StudentWish::parse(row.get("student")?),
        tests: row.parts("tests")?.map(change).collect::<Result<_, _>>()?,
        outcome: row.get("outcome")?,
        others: row.get("others")?,
        record_types: if record_types.is_empty() { RecordTypes::ALL } else { record_types },
        conditions: Condition::list(row, "qualify")?,
        assignments: if is_about_cells { Assignment::list(row, "set")? } else { Vec::new() },
    })
}

/// `+03` adds a test, `-02` drops one, `02>04` puts one in the place of another.
fn test_change(text: &'static str) -> Option<TestChange> {
    let number = |text: &str| text.parse().ok().map(RecordType);
    if let Some(added) = text.strip_prefix('+') {
        return number(added).map(TestChange::Add);
    }
    if let Some(dropped) = text.strip_prefix('-') {
        return number(dropped).map(TestChange::Drop);
    }
    let (from, to) = text.split_once('>')?;
    Some(TestChange::Swap(number(from)?, number(to)?))
}
