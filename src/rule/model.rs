//! A rule as its file states it: identity, severity, years, prose and examples, before it is
//! bound to a layout year.

use std::fmt;

use crate::layout::{Certainty, RecordTypes, registry};
use crate::years::Years;

/// How much a finding weighs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// A fact worth knowing; no defect.
    Notice,
    /// Probably a defect, or damage that can be repaired.
    Warning,
    /// A count, mean, level or identity is or will be wrong, or a value is lost.
    Error,
}

impl Severity {
    /// The word used in rule files and output.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
            Self::Notice => "notice",
        }
    }
}

impl fmt::Display for Severity {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.as_str())
    }
}

/// What a rule looks at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Scope {
    /// One cell; of several broken rules on a cell only the first in `order` is reported.
    Cell,
    /// One record.
    Record,
    /// Records taken together: a student, a school, a group, the file.
    Set,
    /// The file as such; found while reading, not written in the rule language.
    File,
    /// Official files: public results instead of student records. Not written in the rule language.
    Official,
}

impl Scope {
    /// Whether rules of this scope are part of the program: their files carry words and examples.
    pub fn is_built_in(self) -> bool {
        matches!(self, Self::File | Self::Official)
    }
}

/// How findings of a rule are counted and shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Grouping {
    /// One finding a record (or set).
    Each,
    /// One finding a column, with the number of cells.
    Column,
    /// One finding a file, with the number of records.
    Count,
}

/// Whose records a rule goes through.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum RecordScope {
    /// Those of the file that is checked.
    #[default]
    Checked,
    /// Those of the roster; the file that is checked is the second file then.
    Roster,
}

/// What a rule needs besides the file; without it the rule is *not run*.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Need {
    /// The official entity list of the year.
    EntityList,
    /// An earlier student file: of a year before, or an earlier download of the same year.
    EarlierFile,
    /// The enrolled view or a roster of the same year.
    Roster,
    /// A reconciliation against official results.
    Official,
    /// That the view (tested or enrolled) of a whole LEA is known.
    View,
    /// That the view is the tested one.
    TestedView,
    /// A delimited file.
    Delimited,
    /// A fixed-width file.
    FixedWidth,
    /// A file whose cells may be quoted: separated by commas or tabs.
    Quoting,
    /// A year in the name of the file, as TOMS gives it.
    NameYear,
    /// The code of an LEA at the start of the file's name, as TOMS gives it.
    NameLea,
    /// A year whose layout is known.
    KnownLayout,
    /// A year whose layout is not known, which is read by that of another.
    UnknownLayout,
}

/// Where a rule's claim was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    /// The layout year, if it is a layout.
    pub layout: Option<u16>,
    /// The field number in that layout.
    pub field: Option<u16>,
    /// A reference table or page.
    pub table: Option<String>,
    /// Anything else, in words.
    pub text: Option<String>,
}

/// One row of an example table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExampleRow {
    /// The cells given, by field name.
    pub cells: Vec<(String, String)>,
    /// What must come out.
    pub expect: Expect,
    /// The line of the rule file it stands on, 1-based.
    pub line: usize,
}

/// What an example row (or, for set rules, the whole table) must come to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Expect {
    /// A finding, of this severity and at this field where they are named.
    Broke {
        /// The severity written in the example.
        severity: Option<Severity>,
        /// The field the finding points at.
        field: Option<String>,
    },
    /// The rule applies and holds.
    Held,
    /// The rule does not apply.
    NotApplicable,
    /// The rule cannot be decided.
    Undecidable,
    /// The file is not read at all (file rules only).
    Refused,
    /// Part of a set example; only the last row carries the outcome.
    Part,
}

impl fmt::Display for Expect {
    /// As example tables write it; nothing for a part of a set.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Broke { severity, field } => {
                out.write_str(severity.map_or("broke", Severity::as_str))?;
                field.as_ref().map_or(Ok(()), |field| write!(out, ": {field}"))
            }
            Self::Held => out.write_str("held"),
            Self::NotApplicable => out.write_str("n/a"),
            Self::Undecidable => out.write_str("undecidable"),
            Self::Refused => out.write_str("refused"),
            Self::Part => Ok(()),
        }
    }
}

/// A table of example records of one year, or a whole example file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Example {
    /// The layout year.
    pub year: u16,
    /// The rows. Record rules judge each row by itself, set rules all rows together. Empty where
    /// there is a fixture.
    pub rows: Vec<ExampleRow>,
    /// The example file of a file rule.
    pub fixture: Option<Fixture>,
    /// Files of a file rule, each written as changes to a sound one.
    pub recipes: Vec<Recipe>,
    /// The second files that the rows are judged with.
    pub second: Vec<SecondTable>,
}

/// A second file in an example.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SecondTable {
    /// What it is.
    pub kind: SecondKind,
    /// Its year.
    pub year: u16,
    /// Its rows: cells by field name, or `code` and `type` of an entity list.
    pub rows: Vec<Vec<(String, String)>>,
}

/// The kinds of second files.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SecondKind {
    /// A student file of the same or an earlier year.
    Earlier,
    /// The enrolled view or a roster.
    Roster,
    /// The checked file, where the rule goes through the roster.
    Checked,
    /// The official entity list.
    Entities,
}

impl SecondKind {
    /// The word used in rule files.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Earlier => "earlier",
            Self::Roster => "roster",
            Self::Checked => "checked",
            Self::Entities => "entities",
        }
    }
}

/// An example file written as changes to a sound file of the year: `crlf on line 3`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recipe {
    /// The changes, joined by `;`; `base` for none.
    pub steps: String,
    /// What must come out.
    pub expect: Expect,
    /// The line of the rule file it stands on, 1-based.
    pub line: usize,
}

/// A small file that a file rule must judge as stated.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fixture {
    /// The file, escapes resolved.
    pub content: Vec<u8>,
    /// What must come out.
    pub expect: Expect,
    /// The line of the rule file its first line stands on, 1-based.
    pub line: usize,
}

/// A rule as read from its file.
#[derive(Clone, Debug)]
pub struct Rule {
    /// Family letter and number, for example `T014`.
    pub code: String,
    /// What it says, in kebab case.
    pub name: String,
    /// Its weight.
    pub severity: Severity,
    /// What it looks at.
    pub scope: Scope,
    /// When it holds.
    pub years: Years,
    /// The record types it is about.
    pub tests: RecordTypes,
    /// The message: lower case, no final stop, with `{placeholders}`.
    pub message: String,
    /// What to do.
    pub help: String,
    /// Who can do it: `TOMS coordinator`, `CALPADS/SIS`, `school site`, `CDE/ETS`,
    /// `whoever re-saved the file`, `no one (expected)`.
    pub owners: Vec<String>,
    /// How sure the rule is.
    pub certainty: Certainty,
    /// Where it was read. Never empty for shipped rules.
    pub sources: Vec<Source>,
    /// How findings are grouped.
    pub grouping: Grouping,
    /// Precedence within a cell, lower first (cell rules only).
    pub order: u8,
    /// Whether its tables are carried over in some years: reports say so, and errors drop to warnings there.
    pub carried: bool,
    /// Whether its errors stay errors even so: the tables that it uses have been the same wherever they were printed.
    pub keeps_severity: bool,
    /// Whether a broken cell puts every other day of its column in doubt (cell rules only).
    pub spoils: bool,
    /// What it needs besides the file.
    pub needs: Vec<Need>,
    /// Whose records it goes through.
    pub records: RecordScope,
    /// Rules that may fire on the same record as a consequence.
    pub implies: Vec<String>,
    /// The version of scorelint that first had it; own rules need not say.
    pub since: Option<String>,
    /// Heading-free prose: what, why it matters.
    pub prose: String,
    /// The examples.
    pub examples: Vec<Example>,
    /// The path of the rule file, for messages.
    pub path: String,
}

impl Rule {
    /// Whether it reads files besides the one that is checked.
    pub fn reads_second_files(&self) -> bool {
        let is_second = |need: &Need| matches!(need, Need::EntityList | Need::EarlierFile | Need::Roster);
        self.needs.iter().any(is_second)
    }

    /// The family letter.
    pub fn family(&self) -> char {
        self.code.chars().next().unwrap_or('?')
    }

    /// Its weight in a layout year as its own file has it.
    pub fn severity_unamended(&self, layout_year: u16) -> Severity {
        self.severity_by_tables(self.severity, layout_year)
    }

    /// A severity in a layout year: errors drop to warnings where the rule's tables are carried over.
    pub(super) fn severity_by_tables(&self, stated: Severity, layout_year: u16) -> Severity {
        let is_carried = || registry().layout(layout_year).is_some_and(|layout| layout.info.values_carried);
        let drops = self.carried && !self.keeps_severity && stated == Severity::Error;
        if drops && is_carried() { Severity::Warning } else { stated }
    }

    /// The letters its code begins with: `T`, or `LOC` of an own rule.
    pub fn prefix(&self) -> &str {
        self.code.trim_end_matches(|letter: char| letter.is_ascii_digit())
    }
}
