//! `check` for official files: sorts them out from score files, judges them, and gives the outcome
//! in the form that reports are made from.

use std::path::PathBuf;
use std::time::Instant;

use super::error::OfficialError;
use super::knowledge::OfficialKind;
use super::lint::{LintOutcome, lint};
use super::lookups::{EntityList, OfficialLookup};
use super::model::OfficialFile;
use super::read::Areas;
use super::set::{OfficialSet, OfficialOptions, is_official, read};
use crate::finding::FileFinding;
use crate::input::{Column, Detected, Dialect, Encoding, FileInfo, Limits, Meaning, View, hash_file, list};
use crate::outcome::{Finding, InputOutcome, Outcome, RecordShown, FileRole, RuleOutcome, RuleStatus, Subject};
use crate::rule::{Rule, RuleSet, Scope, Severity};

/// How official files are checked.
pub struct LintOptions<'a> {
    /// The rules there are.
    pub rules: &'a RuleSet,
    /// The weight of a rule in this run; `None` leaves it out.
    pub weight: &'a dyn Fn(&Rule, Severity) -> Option<Severity>,
    /// Findings of a rule that are kept.
    pub kept: usize,
    /// Whether the SHA-256 of each file is wanted.
    pub want_sha256: bool,
}

/// Paths by what they hold. A folder or archive that holds both stands in both.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sorted {
    /// Those with something else than official files, unreadable ones too.
    pub students: Vec<PathBuf>,
    /// Those with official files.
    pub official: Vec<PathBuf>,
}

/// Tells paths with official files from others, by the headers of the files.
pub fn sort_out(paths: &[PathBuf]) -> Sorted {
    let mut sorted = Sorted::default();
    for path in paths {
        // Standard input flows only once.
        let is_pipe = path.as_os_str() == "-";
        let listing = (!is_pipe).then(|| list(std::slice::from_ref(path), &Default::default()));
        let files = listing.map(|listing| listing.files).unwrap_or_default();
        let official = files.iter().filter(|file| is_official(file, Limits::default())).count();
        if official > 0 {
            sorted.official.push(path.clone());
        }
        if official == 0 || official < files.len() {
            sorted.students.push(path.clone());
        }
    }
    sorted
}

/// Checks official files.
///
/// # Errors
/// When one of them cannot be read.
pub fn check(paths: &[PathBuf], options: &LintOptions<'_>) -> Result<Outcome, OfficialError> {
    let begin = Instant::now();
    let set = read(paths, &OfficialOptions { areas: Areas::Read, ..OfficialOptions::default() })?;
    let mut accounts: Vec<RuleState<'_>> = options
        .rules
        .rules()
        .filter(|rule| rule.scope == Scope::Official)
        .map(|rule| RuleState::new(rule, options))
        .collect();
    for (place, file) in set.files.iter().enumerate() {
        let is_wanted = |code: &str| {
            let account = accounts.iter().find(|account| account.rule.code == code);
            account.is_some_and(|account| account.weight.is_some() && is_of_year(account.rule, file.year))
        };
        for judged in lint(&set, place, options.kept, is_wanted) {
            if let Some(account) = accounts.iter_mut().find(|account| account.rule.code == judged.code) {
                account.add(place, judged, options.kept);
            }
        }
    }
    let mut findings = Vec::new();
    for (place, account) in accounts.iter_mut().enumerate() {
        findings.extend(account.findings.drain(..).map(|finding| Finding { rule: place, ..finding }));
    }
    Ok(Outcome {
        inputs: inputs(&set, options),
        unreadable: Vec::new(),
        settings: None,
        rules: accounts.into_iter().map(|account| account.finish(&set)).collect(),
        findings,
        elapsed: begin.elapsed(),
    })
}

/// A file of which no row could be read has no year.
fn is_of_year(rule: &Rule, year: u16) -> bool {
    year == 0 || rule.years.contains(year)
}

/// What is known of a rule so far.
struct RuleState<'a> {
    rule: &'a Rule,
    weight: Option<Severity>,
    ran: bool,
    applicable: u64,
    broke: u64,
    undecidable: u64,
    findings: Vec<Finding>,
}

impl<'a> RuleState<'a> {
    fn new(rule: &'a Rule, options: &LintOptions<'_>) -> Self {
        let weight = (options.weight)(rule, rule.severity);
        Self { rule, weight, ran: false, applicable: 0, broke: 0, undecidable: 0, findings: Vec::new() }
    }

    fn add(&mut self, input: usize, judged: LintOutcome, kept: usize) {
        self.ran = true;
        self.applicable += judged.applicable;
        self.broke += judged.broke;
        self.undecidable += judged.undecidable;
        let severity = self.weight.unwrap_or(self.rule.severity);
        let room = kept.saturating_sub(self.findings.len());
        self.findings.extend(judged.findings.into_iter().take(room).map(|one| finding(one, input, severity)));
    }

    fn finish(self, set: &OfficialSet) -> RuleOutcome {
        let not_run = match self.weight {
            None => "it is not selected",
            Some(_) if set.files.is_empty() => "there are no results in these files",
            Some(_) => "it is for other years",
        };
        let status = match () {
            () if self.broke > 0 => RuleStatus::Broke,
            () if !self.ran => RuleStatus::NotRun(not_run.to_owned()),
            () if self.applicable == 0 => RuleStatus::NotApplicable,
            () if self.undecidable == self.applicable => RuleStatus::Undecidable,
            () => RuleStatus::Held,
        };
        RuleOutcome {
            code: self.rule.code.clone(),
            status,
            severity: self.weight.unwrap_or(self.rule.severity),
            carried: false,
            applicable: self.applicable,
            broke: self.broke,
            waived: 0,
            undecidable: self.undecidable,
            by_school: Vec::new(),
            follows_from: Vec::new(),
            within: 0,
            time: std::time::Duration::ZERO,
        }
    }
}

fn finding(one: FileFinding, input: usize, severity: Severity) -> Finding {
    let record = one.line.map(|line| RecordShown { line, ..RecordShown::default() });
    Finding {
        rule: 0,
        severity,
        input,
        field: None,
        column: one.column,
        count: one.count.max(1),
        record,
        related: Vec::new(),
        shown: one.shown,
        subject: Subject::Whole,
        waiver: None,
        follows: None,
    }
}

fn inputs(set: &OfficialSet, options: &LintOptions<'_>) -> Vec<InputOutcome> {
    let results = set.files.iter().map(|file| {
        let records = file.rows.len() as u64 + file.passed_over + file.trouble_count;
        (info_of(file), records, file.bytes)
    });
    let entities = set.entities.iter().map(|list| (info_of_entities(list), list.entities.len() as u64, None));
    let groups = set.groups.iter().map(|list| (OfficialKind::Groups, list));
    let lookups = groups.chain(set.tests.iter().map(|list| (OfficialKind::Tests, list)));
    let lookups = lookups.map(|(kind, list)| (info_of_lookup(kind, list), list.names.len() as u64, None));
    results.chain(entities).chain(lookups).map(|(info, records, bytes)| input(info, records, bytes, options)).collect()
}

fn input(info: FileInfo, records: u64, bytes: Option<u64>, options: &LintOptions<'_>) -> InputOutcome {
    let stored = bytes.or_else(|| std::fs::metadata(&info.path).ok().map(|about| about.len()));
    let sha256 = if options.want_sha256 { hash_file(&info.path).ok() } else { None };
    InputOutcome {
        role: FileRole::Checked,
        info: FileInfo { bytes: stored, ..info },
        records,
        bytes: stored.unwrap_or_default(),
        sha256,
    }
}

fn info_of(file: &OfficialFile) -> FileInfo {
    let column = |name: &String| Column { name: name.clone(), meaning: Meaning::Extra, number: None };
    FileInfo {
        year: file.year,
        dialect: match file.separator {
            b'^' => Dialect::Caret,
            b'\t' => Dialect::Tab,
            _ => Dialect::Comma,
        },
        separator: file.separator,
        encoding: file.encoding,
        detected: file.detected.clone(),
        columns: file.headings.iter().map(column).collect(),
        mends: None,
        first_line: file.header_line + 1,
        ..bare(file.path.clone(), file.member.clone())
    }
}

fn info_of_entities(list: &EntityList) -> FileInfo {
    let year = Detected { what: "year", value: list.year.to_string(), why: "the year of its first row".to_owned() };
    FileInfo {
        year: list.year,
        detected: vec![kind_detected(OfficialKind::Entities), year],
        ..bare(list.path.clone(), list.member.clone())
    }
}

fn info_of_lookup(kind: OfficialKind, lookup: &OfficialLookup) -> FileInfo {
    FileInfo {
        year: lookup.year.unwrap_or_default(),
        detected: vec![kind_detected(kind)],
        ..bare(lookup.path.clone(), lookup.member.clone())
    }
}

fn kind_detected(kind: OfficialKind) -> Detected {
    Detected { what: "kind", value: kind.name().to_owned(), why: "its column names".to_owned() }
}

fn bare(path: PathBuf, member: Option<String>) -> FileInfo {
    FileInfo {
        path,
        member,
        year: 0,
        dialect: Dialect::Caret,
        separator: b'^',
        trailing_cell: false,
        encoding: Encoding::Utf8,
        view: View::Unknown,
        lea: None,
        detected: Vec::new(),
        columns: Vec::new(),
        mends: None,
        first_line: 2,
        bytes: None,
    }
}
