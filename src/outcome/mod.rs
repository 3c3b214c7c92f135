//! The outcome of a check: findings, the status of every rule, and totals. Reports are made from this and
//! from the rules; they compute no facts of their own.

mod waived;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

pub use self::waived::{SettingsUsed, WaiverLink, WaiverShown, WaiverState, WaiverUsed};
use crate::finding::Shown;
use crate::input::{FileInfo, InputError};
use crate::layout::FieldId;
use crate::rule::Severity;

/// Whose finding it is: what stays the same when the file is downloaded again and its lines move.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Subject {
    /// A record: a student and a test.
    Record,
    /// All records of a student.
    Student,
    /// All records of the school with this code.
    School(String),
    /// Records that have something else in common; the first one stands for them.
    Records,
    /// A column or the file.
    Whole,
}

impl Subject {
    /// Whether the record of a finding is the one it is about, not a sample.
    pub fn is_of_records(&self) -> bool {
        matches!(self, Self::Record | Self::Student | Self::Records)
    }
}

/// One cell of a record, kept for the snippet.
#[derive(Clone, PartialEq, Eq)]
pub struct CellShown {
    /// The column's place in the file, 0-based.
    pub column: usize,
    /// The field, if the layout knows the column.
    pub field: Option<FieldId>,
    /// The text as it stands in the file.
    pub value: String,
    /// How many characters of its line stand before it, so that an editor can jump to it; `None`
    /// where cells have no such place (workbooks).
    pub at: Option<u32>,
    /// Whether the rule is about it, and not just a neighbour of such a cell.
    pub is_of_rule: bool,
}

/// The record a finding is about.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct RecordShown {
    /// The line in the file, 1-based (1 = header).
    pub line: u64,
    /// The byte offset of the record in the (decompressed, decoded) file.
    pub byte: u64,
    /// The record's number, 1-based, header not counted.
    pub number: u64,
    /// The record type as read (padded); empty when blank.
    pub record_type: String,
    /// The statewide student identifier as it stands in the file. Never to be printed.
    pub ssid: String,
    /// The school it counts for: final tested, else first tested, else enrolled school.
    pub school: String,
    /// The cells the finding is about and, for snippets, their neighbours, in file order.
    pub cells: Vec<CellShown>,
}

// Debug output ends up in panics and logs: values of students stay out of it.

impl fmt::Debug for CellShown {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut cell = out.debug_struct("CellShown");
        cell.field("column", &self.column).field("field", &self.field).field("at", &self.at).finish_non_exhaustive()
    }
}

impl fmt::Debug for RecordShown {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut record = out.debug_struct("RecordShown");
        record.field("line", &self.line).field("byte", &self.byte).field("number", &self.number);
        record.field("cells", &self.cells).finish_non_exhaustive()
    }
}

/// One breach of a rule.
#[derive(Clone, Debug)]
pub struct Finding {
    /// The rule's place in [`Outcome::rules`].
    pub rule: usize,
    /// The weight in this run (severity of the rule, lowered where a table is carried, or changed
    /// by the configuration).
    pub severity: Severity,
    /// The file's place in [`Outcome::inputs`].
    pub input: usize,
    /// The field pointed at, and its column (0-based), where there is one.
    pub field: Option<FieldId>,
    /// The column pointed at, 0-based.
    pub column: Option<usize>,
    /// How many cells, records or sets it stands for: 1, but for grouped rules.
    pub count: u64,
    /// The record, with its cells where details were kept; the first one of grouped rules.
    pub record: Option<RecordShown>,
    /// Lines of the other records of a set, or of further samples of a grouped rule.
    pub related: Vec<u64>,
    /// Values for the message.
    pub shown: Vec<Shown>,
    /// Whose finding it is.
    pub subject: Subject,
    /// The waiver that covers it or that it is about.
    pub waiver: Option<WaiverLink>,
    /// The rule that it follows from, by its place in [`Outcome::rules`]: that one broke on the same records.
    pub follows: Option<usize>,
}

impl Finding {
    /// Whether it stands for itself: no waiver covers it, and it follows from no other.
    pub fn is_shown(&self) -> bool {
        !self.is_waived() && self.follows.is_none()
    }

    /// The code of the school it is of, where it is of one.
    pub fn school(&self) -> Option<&str> {
        let code = match &self.subject {
            Subject::School(code) => code.as_str(),
            subject if subject.is_of_records() => self.record.as_ref()?.school.trim(),
            _ => return None,
        };
        (!code.is_empty()).then_some(code)
    }

    /// Whether a waiver covers it.
    pub fn is_waived(&self) -> bool {
        matches!(self.waiver, Some(WaiverLink::CoveredBy(_)))
    }
}

/// How a rule came out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RuleStatus {
    /// It applied, and held wherever it could be decided.
    Held,
    /// It broke.
    Broke,
    /// No record met its condition.
    NotApplicable,
    /// It was not evaluated; the reason is for people.
    NotRun(String),
    /// It applied, and could not be decided for any record.
    Undecidable,
}

impl RuleStatus {
    /// The word used in output.
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Held => "held",
            Self::Broke => "broke",
            Self::NotApplicable => "not-applicable",
            Self::NotRun(_) => "not-run",
            Self::Undecidable => "undecidable",
        }
    }
}

/// The account of one rule over all files.
#[derive(Clone, Debug)]
pub struct RuleOutcome {
    /// The code.
    pub code: String,
    /// How it came out.
    pub status: RuleStatus,
    /// The weight in this run.
    pub severity: Severity,
    /// Whether its value set was carried over from another year in one of the files.
    pub carried: bool,
    /// Records (cells, sets) it applied to.
    pub applicable: u64,
    /// Of these, how many broke it: exact, whatever is shown.
    pub broke: u64,
    /// Of those that broke it, how many are waived.
    pub waived: u64,
    /// Of those that broke it and are not waived, how many follow from a finding of another rule, by its code.
    pub follows_from: Vec<(String, u64)>,
    /// Of those that broke it and are not waived, how many more there are than findings: one stands for all cells of
    /// a damaged column.
    pub within: u64,
    /// Of these, how many could not be decided.
    pub undecidable: u64,
    /// Breaches by school code, most first, waived ones left out; empty for rules about files.
    pub by_school: Vec<(String, u64)>,
    /// Time spent on it alone, where timings were asked for.
    pub time: Duration,
}

impl RuleOutcome {
    /// Breaches that no waiver covers and that follow from no other.
    pub fn open(&self) -> u64 {
        self.broke.saturating_sub(self.waived).saturating_sub(self.following())
    }

    /// As [`Self::open`], with all cells of a damaged column as one.
    pub fn open_findings(&self) -> u64 {
        self.open().saturating_sub(self.within)
    }

    /// Breaches that follow from a finding of another rule.
    pub fn following(&self) -> u64 {
        self.follows_from.iter().map(|(_, count)| count).sum()
    }
}

/// What a file was read for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FileRole {
    /// To be checked.
    Checked,
    /// As the roster of a checked file: only rules that go through the roster were run on it.
    Roster,
}

impl FileRole {
    /// The word used in output.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Checked => "checked",
            Self::Roster => "roster",
        }
    }
}

/// One file that was read.
#[derive(Clone, Debug)]
pub struct InputOutcome {
    /// What it was read for.
    pub role: FileRole,
    /// What it is.
    pub info: FileInfo,
    /// Records read.
    pub records: u64,
    /// Bytes read, after decompression.
    pub bytes: u64,
    /// SHA-256 of the file as stored, where it was asked for.
    pub sha256: Option<String>,
}

/// Everything a check found out.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// The files that were read, in the order given, each followed by its roster where rules went through one.
    pub inputs: Vec<InputOutcome>,
    /// Why files could not be read, or not to their end.
    pub unreadable: Vec<Arc<InputError>>,
    /// Every rule of the run, by code.
    pub rules: Vec<RuleOutcome>,
    /// The findings, by rule, then file, then line. Samples only, unless all were asked for.
    pub findings: Vec<Finding>,
    /// The settings file that had a say, with its waivers.
    pub settings: Option<SettingsUsed>,
    /// Wall time of reading and checking.
    pub elapsed: Duration,
}

/// How many findings of a severity there are, counted exactly. Waived ones count as waived only, and those that
/// follow from another one as following only. A column that is damaged throughout is one finding; its other cells
/// follow from it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Totals {
    /// Errors.
    pub errors: u64,
    /// Warnings.
    pub warnings: u64,
    /// Notices.
    pub notices: u64,
    /// Waived findings of any severity.
    pub waived: u64,
    /// Findings of any severity that follow from another one.
    pub following: u64,
}

impl Outcome {
    /// Both outcomes in one: the files of this one first, the rules by code.
    #[must_use]
    pub fn joined(mut self, mut other: Self) -> Self {
        let files = self.inputs.len();
        for finding in &mut other.findings {
            finding.input += files;
            finding.rule += self.rules.len();
            finding.follows = finding.follows.map(|cause| cause + self.rules.len());
        }
        let mut rules: Vec<(usize, RuleOutcome)> = self.rules.into_iter().chain(other.rules).enumerate().collect();
        rules.sort_by(|one, other| one.1.code.cmp(&other.1.code));
        let mut places = vec![0; rules.len()];
        for (place, (before, _)) in rules.iter().enumerate() {
            places[*before] = place;
        }
        let mut findings = self.findings;
        findings.append(&mut other.findings);
        for finding in &mut findings {
            finding.rule = places.get(finding.rule).copied().unwrap_or(finding.rule);
            finding.follows = finding.follows.and_then(|cause| places.get(cause).copied());
        }
        findings.sort_by_key(|finding| finding.rule);
        self.inputs.append(&mut other.inputs);
        self.unreadable.append(&mut other.unreadable);
        Self {
            inputs: self.inputs,
            unreadable: self.unreadable,
            rules: rules.into_iter().map(|(_, rule)| rule).collect(),
            findings,
            settings: self.settings.or(other.settings),
            elapsed: self.elapsed + other.elapsed,
        }
    }

    /// The files that were checked.
    pub fn checked(&self) -> impl Iterator<Item = &InputOutcome> {
        self.inputs.iter().filter(|input| input.role == FileRole::Checked)
    }

    /// Exact totals by severity, over all rules.
    pub fn totals(&self) -> Totals {
        let mut totals = Totals::default();
        for rule in &self.rules {
            match rule.severity {
                Severity::Error => totals.errors += rule.open_findings(),
                Severity::Warning => totals.warnings += rule.open_findings(),
                Severity::Notice => totals.notices += rule.open_findings(),
            }
            totals.waived += rule.waived;
            totals.following += rule.following() + rule.within;
        }
        totals
    }
}

/// How many rules came out how; together they are all rules of the run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RuleTotals {
    /// Held.
    pub held: u64,
    /// Broke.
    pub broke: u64,
    /// Not applicable.
    pub not_applicable: u64,
    /// Undecidable.
    pub undecidable: u64,
    /// Not run.
    pub not_run: u64,
}

impl Outcome {
    /// How many rules came out how.
    pub fn rule_totals(&self) -> RuleTotals {
        let mut totals = RuleTotals::default();
        for rule in &self.rules {
            match rule.status {
                RuleStatus::Held => totals.held += 1,
                RuleStatus::Broke => totals.broke += 1,
                RuleStatus::NotApplicable => totals.not_applicable += 1,
                RuleStatus::Undecidable => totals.undecidable += 1,
                RuleStatus::NotRun(_) => totals.not_run += 1,
            }
        }
        totals
    }
}
