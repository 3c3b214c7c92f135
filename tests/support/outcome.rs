//! Outcomes made by hand, with values that must not get out and values that try to do harm.

use std::path::PathBuf;
use std::time::Duration;

use scorelint::finding::Shown;
use scorelint::input::{Column, Detected, Dialect, Encoding, FileInfo, Meaning, View};
use scorelint::layout::{Certainty, RecordTypes, registry};
use scorelint::outcome::{
    CellShown, FileRole, Finding, InputOutcome, Outcome, RecordShown, RuleOutcome, RuleStatus, Subject,
};
use scorelint::report::RuleBook;
use scorelint::rule::{Grouping, RecordScope, Rule, Scope, Severity, Source, Years};

/// A student identifier that no output may hold.
pub const SSID: &str = "9081726354";

/// A rule with these words; what else it has does not matter to reports.
pub fn rule(code: &str, name: &str, severity: Severity, scope: Scope, message: &str, help: &str) -> Rule {
    Rule {
        code: code.into(),
        name: name.into(),
        severity,
        scope,
        years: Years(vec![(2017, 2025)]),
        tests: RecordTypes::ALL,
        message: message.into(),
        help: help.into(),
        owners: vec!["TOMS coordinator".into(), "CDE/ETS".into()],
        certainty: Certainty::Documented,
        sources: vec![Source { layout: Some(2022), field: Some(122), table: None, text: None }],
        grouping: Grouping::Each,
        order: 0,
        carried: false,
        spoils: false,
        needs: Vec::new(),
        records: RecordScope::Checked,
        implies: Vec::new(),
        keeps_severity: false,
        since: Some("0.1.0".into()),
        prose: String::new(),
        examples: Vec::new(),
        path: format!("{code}.md"),
    }
}

/// A file of the 2025 layout.
pub fn input(path: &str, records: u64) -> InputOutcome {
    let layout = registry().layout(2025).unwrap();
    let columns = layout.fields.iter().map(|field| Column {
        name: field.label().to_owned(),
        meaning: field.id.map_or(Meaning::Filler, Meaning::Field),
        number: Some(field.number),
    });
    let detected = |what, value: &str, why: &str| Detected { what, value: value.into(), why: why.into() };
    InputOutcome {
        role: FileRole::Checked,
        info: FileInfo {
            path: PathBuf::from(path),
            member: None,
            year: 2025,
            dialect: Dialect::Caret,
            separator: b'^',
            trailing_cell: false,
            encoding: Encoding::Utf8,
            view: View::Tested,
            lea: Some("58999990000000".into()),
            detected: vec![
                detected("layout", "2025", "401 of 401 header names are those of 2025"),
                detected("dialect", "caret", "400 carets in the header line, no quotes"),
                detected("encoding", "utf-8", "all bytes are ASCII"),
                detected(
                    "view",
                    "tested",
                    "the file name says TestedStudents, and the final tested LEA is the same in all records",
                ),
            ],
            columns: columns.collect(),
            mends: None,
            first_line: 2,
            bytes: Some(records * 1_090),
        },
        records,
        bytes: records * 1_090,
        sha256: None,
    }
}

/// A record with these fields of the 2025 layout, in file order.
pub fn record(line: u64, fields: &[(&str, &str)]) -> RecordShown {
    let mut cells: Vec<CellShown> = fields.iter().map(|(name, value)| cell(name, value)).collect();
    cells.sort_by_key(|cell| cell.column);
    RecordShown {
        line,
        byte: line * 1_090,
        number: line - 1,
        record_type: "01".into(),
        ssid: SSID.into(),
        school: "58999990130229".into(),
        cells,
    }
}

pub fn column_of(name: &str) -> usize {
    let id = registry().id(name).unwrap_or_else(|| panic!("{name}"));
    let layout = registry().layout(2025).unwrap();
    usize::from(layout.field(id).unwrap_or_else(|| panic!("{name}")).number) - 1
}

fn cell(name: &str, value: &str) -> CellShown {
    let column = column_of(name);
    CellShown {
        column,
        field: registry().id(name),
        value: value.into(),
        at: Some(column as u32 * 3),
        is_of_rule: false,
    }
}

/// A finding of the rule at `rule`, pointing at the first field, speaking of all of them.
pub fn finding(rule: usize, severity: Severity, line: u64, fields: &[(&str, &str)]) -> Finding {
    let mut all = vec![("record_type", "01")];
    all.extend(fields.iter().filter(|(name, _)| *name != "record_type"));
    Finding {
        rule,
        severity,
        input: 0,
        field: fields.first().and_then(|(name, _)| registry().id(name)),
        column: fields.first().map(|(name, _)| column_of(name)),
        count: 1,
        record: Some(record(line, &all)),
        related: Vec::new(),
        shown: fields
            .iter()
            .map(|(name, value)| Shown { name: (*name).into(), value: (*value).into(), field: registry().id(name) })
            .collect(),
        subject: Subject::Record,
        waiver: None,
        follows: None,
    }
}

/// The account of a rule that broke so often.
pub fn broke(rule: &Rule, broke: u64, schools: &[(&str, u64)]) -> RuleOutcome {
    RuleOutcome {
        code: rule.code.clone(),
        status: if broke == 0 { RuleStatus::Held } else { RuleStatus::Broke },
        severity: rule.severity,
        carried: false,
        applicable: 24_690,
        broke,
        waived: 0,
        undecidable: 0,
        follows_from: Vec::new(),
        within: 0,
        by_school: schools.iter().map(|(code, count)| ((*code).into(), *count)).collect(),
        time: Duration::from_micros(1_234),
    }
}

/// An outcome of these rules and findings over one file.
pub fn outcome(rules: Vec<RuleOutcome>, findings: Vec<Finding>) -> Outcome {
    Outcome {
        inputs: vec![input("data/CAASPP_58999990000000_2025.txt", 24_690)],
        unreadable: Vec::new(),
        rules,
        findings,
        settings: None,
        elapsed: Duration::from_millis(420),
    }
}

/// A district's outcome with something of everything, and the words of its rules.
pub fn district() -> (Outcome, RuleBook) {
    use Severity::{Error, Notice, Warning};
    let rules = [
        rule(
            "T006",
            "invalidated-score-counted",
            Error,
            Scope::Record,
            "score is invalid but include indicator is {include_indicator}",
            "check the appeal in TOMS",
        ),
        rule(
            "V011",
            "date-reformatted",
            Error,
            Scope::Cell,
            "{count} dates in {f} were rewritten, for example {value}",
            "download the file again, or re-save it with all columns as text",
        ),
        rule(
            "X022",
            "test-starts-before-window",
            Warning,
            Scope::Record,
            "part {k} started {test_start_date} before the window opens {school_window_1_start}",
            "compare with the window in TOMS",
        ),
        rule(
            "L016",
            "extra-column-added",
            Notice,
            Scope::File,
            "extra column {name} at position {position}",
            "nothing, if the tool reads by name",
        ),
        rule(
            "L017",
            "fillers-dropped",
            Warning,
            Scope::File,
            "{count} filler columns are missing",
            "prefer the original download",
        ),
        rule("P024", "score-not-released", Notice, Scope::Record, "score is not yet released", "download again later"),
        rule(
            "D002",
            "student-twice",
            Error,
            Scope::Set,
            "student has {count} records of one test",
            "ask TOMS support which record counts",
        ),
        rule(
            "S001",
            "score-out-of-range",
            Error,
            Scope::Record,
            "scale score {scale_score} is out of range",
            "restore it from the original file",
        ),
        rule("P030", "participation-below-95", Notice, Scope::Set, "participation is below 95 percent", "none"),
    ];
    let t006 =
        |line| finding(0, Error, line, &[("include_indicator", "Y"), ("score_status", "I"), ("grade_assessed", "07")]);
    let mut dates = finding(1, Error, 2, &[("date_of_birth", "5/17/2012")]);
    dates.count = 24_690;
    dates.related = vec![3, 4];
    dates.shown = vec![
        shown("count", "24690", None),
        shown("f", "date_of_birth", None),
        shown("value", "5/17/2012", Some("date_of_birth")),
    ];
    let window = |line, k: &str, start: &str| {
        let field = format!("test_start_date_{k}");
        let mut one = finding(2, Warning, line, &[(&field, start), ("school_window_1_start", "2025-04-10")]);
        one.shown.push(shown("k", k, None));
        one.shown.push(shown("test_start_date", start, Some(&field)));
        one
    };
    let mut extra = file_finding(3, Notice, Some(0));
    extra.shown = vec![shown("name", "RecordIdentifier", None), shown("position", "1", None)];
    let mut fillers = file_finding(4, Warning, Some(7));
    fillers.shown = vec![shown("count", "12", None)];
    let mut twice = finding(6, Error, 3_017, &[("ssid", SSID)]);
    twice.count = 1;
    twice.shown.push(shown("count", "2", None));
    twice.related = vec![19_002];
    let findings = vec![
        t006(1_042),
        t006(1_043),
        t006(20_400),
        dates,
        window(77, "1", "2025-04-03"),
        window(912, "2", "2025-03-28"),
        extra,
        fillers,
        finding(5, Notice, 12, &[("include_indicator", "Y")]),
        finding(5, Notice, 40, &[("include_indicator", "Y")]),
        twice,
    ];
    let mut accounts = vec![
        broke(
            &rules[0],
            1_204,
            &[
                ("58999990130229", 402),
                ("58999990130230", 311),
                ("58999990130231", 120),
                ("58999990130232", 80),
                ("58999990130233", 291),
            ],
        ),
        broke(&rules[1], 24_690, &[]),
        broke(&rules[2], 2, &[("58999990130229", 2)]),
        broke(&rules[3], 1, &[]),
        broke(&rules[4], 1, &[]),
        broke(&rules[5], 340, &[("58999990130229", 340)]),
        broke(&rules[6], 1, &[("58999990130229", 1)]),
        broke(&rules[7], 0, &[]),
        broke(&rules[8], 0, &[]),
    ];
    accounts[4].carried = true;
    accounts[8].status = RuleStatus::NotRun("no roster or enrolled view of the same year was given".into());
    (outcome(accounts, findings), RuleBook::new(&rules))
}

/// A value for a message.
pub fn shown(name: &str, value: &str, field: Option<&str>) -> Shown {
    Shown { name: name.into(), value: value.into(), field: field.map(|field| registry().id(field).unwrap()) }
}

/// A finding about the file or one of its columns.
pub fn file_finding(rule: usize, severity: Severity, column: Option<usize>) -> Finding {
    Finding {
        rule,
        severity,
        input: 0,
        field: None,
        column,
        count: 1,
        record: None,
        related: Vec::new(),
        shown: Vec::new(),
        subject: Subject::Whole,
        waiver: None,
        follows: None,
    }
}
