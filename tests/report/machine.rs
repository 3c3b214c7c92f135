//! Formats for machines: valid by their own schemas, every finding in them, nothing of a student, nothing that acts.

use std::collections::BTreeSet;

use quick_junit::NonSuccessKind;
use scorelint::outcome::Outcome;
use scorelint::privacy::mask::Reveal;
use scorelint::privacy::pseudonym::Pseudonyms;
use scorelint::report::check::{CheckKind, CheckReport};
use scorelint::report::{Material, ReportKind, RuleBook, Style, Timings};
use serde_json::Value;

use super::hostile::{VALUES, one_value};
use super::leaks::{assert_none, secrets};
use crate::support::outcome::district;
use crate::support::{path, snapshots};

/// A report in a format.
fn report(
    format: &str,
    outcome: &Outcome,
    rules: &RuleBook,
    reveal: Reveal,
    pseudonyms: Option<&Pseudonyms>,
) -> String {
    let reporter = CheckKind::formats().iter().find(|one| one.name == format).unwrap_or_else(|| panic!("{format}"));
    let report = CheckReport {
        material: Material::new(outcome, rules, reveal, pseudonyms),
        samples: 5,
        timings: Timings::Hidden,
    };
    let mut out = Vec::new();
    (reporter.write)(&mut out, &report, &Style::plain(80)).unwrap();
    String::from_utf8(out).unwrap()
}

/// The report of the district, with pseudonyms.
fn of_district(format: &str) -> String {
    let (mut outcome, rules) = district();
    outcome.inputs[0].sha256 = Some("0123456789abcdef".repeat(4));
    let pseudonyms = Pseudonyms::new(b"0123456789abcdef").unwrap();
    report(format, &outcome, &rules, Reveal::Public, Some(&pseudonyms))
}

/// A report without the hash of the rules, which changes with every rule.
fn pinned(report: &str) -> String {
    report.replace(scorelint::RULES_SHA256, "(hash of the rules)")
}

#[test]
fn no_format_holds_a_student_value() {
    let (outcome, rules, values) = secrets();
    for format in CheckKind::formats() {
        assert_none(&report(format.name, &outcome, &rules, Reveal::Public, None), &values, format.name);
    }
}

#[test]
fn no_format_holds_anything_that_acts() {
    let others = CheckKind::formats().iter().filter(|one| one.name != "human");
    for (format, value) in others.flat_map(|format| VALUES.iter().map(move |value| (format.name, value))) {
        let (outcome, rules) = one_value(value);
        let text = report(format, &outcome, &rules, Reveal::StudentValues, None);
        let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
        for one in text.chars() {
            assert!(one == '\n' || !one.is_control(), "{format}: {one:?} in {text}");
            let is_hidden = matches!(one, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
            assert!(!is_hidden && one != '\u{feff}', "{format}: {one:?} in {text}");
        }
        if format == "csv" {
            let mut rows = csv::Reader::from_reader(text.as_bytes());
            let cells = rows.records().flat_map(|row| row.unwrap().iter().map(str::to_owned).collect::<Vec<_>>());
            cells.for_each(|cell| assert!(!cell.starts_with(['=', '+', '-', '@']), "{cell}"));
        }
        if format == "github" {
            assert_eq!(text.lines().count(), 1, "{text}");
        }
    }
}

#[test]
fn every_finding_is_a_line_of_json() {
    let (outcome, _) = district();
    let text = of_district("jsonl");
    let lines: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let of_kind = |kind: &str| lines.iter().filter(|line| line["kind"] == kind).count();
    assert_eq!((of_kind("run"), of_kind("input"), of_kind("summary")), (1, outcome.inputs.len(), 1));
    assert_eq!(of_kind("finding"), outcome.findings.len());
    snapshots().bind(|| insta::assert_snapshot!(pinned(&text)));
}

#[test]
fn a_key_names_a_finding_whatever_its_line() {
    let keys = |outcome: &Outcome, rules: &RuleBook| -> Vec<String> {
        let pseudonyms = Pseudonyms::new(b"0123456789abcdef").unwrap();
        let text = report("jsonl", outcome, rules, Reveal::Public, Some(&pseudonyms));
        let lines = text.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
        lines.filter(|line| line["kind"] == "finding").map(|line| line["key"].to_string()).collect()
    };
    let (mut outcome, rules) = district();
    let before = keys(&outcome, &rules);
    assert!(before.iter().any(|key| key.matches('/').count() == 3), "rule, student, test and field: {before:?}");
    for finding in &mut outcome.findings {
        if let Some(record) = &mut finding.record {
            record.line += 7;
        }
    }
    assert_eq!(before, keys(&outcome, &rules));
}

#[test]
fn a_table_has_every_finding_and_whole_codes() {
    let (outcome, _) = district();
    let text = of_district("csv");
    let body = text.strip_prefix('\u{feff}').expect("a byte order mark");
    let mut table = csv::Reader::from_reader(body.as_bytes());
    let headings = table.headers().unwrap().clone();
    let rows: Vec<csv::StringRecord> = table.records().map(Result::unwrap).collect();
    assert_eq!(rows.len(), outcome.findings.len());
    let school = headings.iter().position(|name| name == "school").unwrap();
    let schools: BTreeSet<&str> = rows.iter().map(|row| &row[school]).filter(|code| !code.is_empty()).collect();
    assert_eq!(schools, BTreeSet::from(["58-99999-0130229"]));
    snapshots().bind(|| insta::assert_snapshot!(body));
}

#[test]
fn sarif_follows_its_schema() {
    // A bracket too many in the published pattern of a language is no valid expression.
    let schema = std::fs::read_to_string(path("tests/data/sarif-2.1.0.schema.json")).unwrap();
    let schema = schema.replace("[a-zA-Z]{2}]?$", "[a-zA-Z]{2}$");
    let schema = jsonschema::validator_for(&serde_json::from_str(&schema).unwrap()).unwrap();
    let text = of_district("sarif");
    let log: Value = serde_json::from_str(&text).unwrap();
    let errors: Vec<String> =
        schema.iter_errors(&log).map(|error| format!("{}: {error}", error.instance_path())).collect();
    assert!(errors.is_empty(), "{}", errors.join("\n"));
    let results = log["runs"][0]["results"].as_array().unwrap();
    let identities: BTreeSet<&str> =
        results.iter().map(|one| one["partialFingerprints"]["scorelint/v1"].as_str().unwrap()).collect();
    assert_eq!(identities.len(), results.len(), "each result has an identity of its own");
    let rules = log["runs"][0]["tool"]["driver"]["rules"].as_array().unwrap();
    for result in results {
        let rule = &rules[usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap()];
        assert_eq!(rule["id"], result["ruleId"]);
    }
    snapshots().bind(|| insta::assert_snapshot!(pinned(&text)));
}

#[test]
fn junit_is_read_by_its_library() {
    let text = of_district("junit");
    let report = quick_junit::Report::deserialize_from_str(&text).unwrap();
    let (outcome, _) = district();
    assert_eq!(report.test_suites.len(), outcome.inputs.len());
    assert_eq!(report.test_suites[0].test_cases.len(), outcome.rules.len(), "a case for each rule");
    let failed = |case: &&quick_junit::TestCase| {
        matches!(&case.status, quick_junit::TestCaseStatus::NonSuccess { kind: NonSuccessKind::Failure, .. })
    };
    assert!(report.test_suites[0].test_cases.iter().filter(failed).count() > 0);
    snapshots().bind(|| insta::assert_snapshot!(text));
}

#[test]
fn gitlab_has_an_issue_for_each_rule_and_school() {
    let issues: Vec<Value> = serde_json::from_str(&of_district("gitlab")).unwrap();
    let known: BTreeSet<&str> = ["info", "minor", "major", "critical", "blocker"].into();
    let prints: BTreeSet<&str> = issues.iter().map(|issue| issue["fingerprint"].as_str().unwrap()).collect();
    assert_eq!(prints.len(), issues.len());
    for issue in &issues {
        assert!(known.contains(issue["severity"].as_str().unwrap()));
        assert!(issue["location"]["lines"]["begin"].as_u64().unwrap() > 0 && issue["description"].is_string());
    }
    snapshots().bind(|| insta::assert_snapshot!(of_district("gitlab")));
}

#[test]
fn annotations_stand_for_rules_and_the_gravest_comes_first() {
    let text = of_district("github");
    assert!(text.lines().all(|line| line.starts_with("::")), "{text}");
    assert!(text.starts_with("::error "), "{text}");
    snapshots().bind(|| insta::assert_snapshot!(text));
}

#[test]
fn a_summary_is_a_table_of_rules() {
    snapshots().bind(|| insta::assert_snapshot!(of_district("markdown")));
}

#[test]
fn waived_findings_are_marked_or_left_out() {
    use scorelint::outcome::WaiverLink;
    let (mut outcome, rules) = district();
    for finding in &mut outcome.findings {
        finding.waiver = Some(WaiverLink::CoveredBy(0));
    }
    let text = |format: &str| report(format, &outcome, &rules, Reveal::Public, None);
    assert_eq!(text("github"), "");
    assert_eq!(text("gitlab"), "[]\n");
    assert!(!text("junit").contains("<failure"));
    let log: Value = serde_json::from_str(&text("sarif")).unwrap();
    let results = log["runs"][0]["results"].as_array().unwrap();
    assert!(!results.is_empty() && results.iter().all(|one| one["suppressions"][0]["kind"] == "external"));
}
