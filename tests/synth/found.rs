//! The generator held against the engine: clean districts raise nothing above a notice, and of a
//! planted fault its own rule is found, and no other but those it implies.

use std::collections::{HashMap, HashSet};
use std::fs::File;
use std::path::{Path, PathBuf};

use scorelint::input::View;
use scorelint::rule::{Grouping, RuleSet, Scope};
use scorelint::synth::{Form, Order, Planted, faults, file_name, write_district};
use serde_json::Value;

use super::{YEARS, order, with_faults};
use crate::support;

/// Writes a file as ordered, under the name it would have; what was planted in it.
fn write(order: &Order, folder: &Path) -> (PathBuf, Vec<Planted>) {
    let path = folder.join(file_name(order));
    let made = write_district(order, &mut File::create(&path).unwrap()).unwrap();
    (path, made.planted)
}

/// The report of `scorelint check`; `None` where the file could not be read at all.
fn check(path: &Path) -> (Option<Value>, String) {
    let output = support::scorelint().args(["check", "--format", "json"]).arg(path).output().unwrap();
    let errors = String::from_utf8_lossy(&output.stderr).into_owned();
    let report: Option<Value> = serde_json::from_slice(&output.stdout).ok();
    // A file that is refused is in the report, but nothing is said about its records.
    (report.filter(|report| report["inputs"].as_array().is_some_and(|inputs| !inputs.is_empty())), errors)
}

/// A finding, as far as it matters here.
struct Found {
    rule: String,
    is_notice: bool,
    /// All lines it is about; none for a finding about the file.
    lines: Vec<u64>,
}

fn findings(report: &Value) -> Vec<Found> {
    let list = report["findings"].as_array().unwrap();
    let lines = |one: &Value| {
        let related = one["related"].as_array().into_iter().flatten();
        one["line"].as_u64().into_iter().chain(related.filter_map(Value::as_u64)).collect()
    };
    list.iter()
        .map(|one| Found {
            rule: one["rule"].as_str().unwrap().to_owned(),
            is_notice: one["severity"] == "notice",
            lines: lines(one),
        })
        .collect()
}

fn loud(report: &Value) -> Vec<String> {
    findings(report).into_iter().filter(|one| !one.is_notice).map(|one| one.rule).collect()
}

#[test]
fn clean_districts_raise_notices_only() {
    let folder = tempfile::tempdir().unwrap();
    for year in YEARS {
        let forms = [(Form::Caret, View::Tested), (Form::Comma, View::Enrolled), (Form::Fixed, View::Tested)];
        for (form, view) in forms {
            if form == Form::Fixed && year > 2023 {
                continue;
            }
            let (path, _) = write(&Order { form, view, ..order(year, 600) }, folder.path());
            let (report, errors) = check(&path);
            let report = report.unwrap_or_else(|| panic!("{year} {form:?}: {errors}"));
            assert_eq!(loud(&report), Vec::<String>::new(), "{year} {form:?}");
        }
    }
}

/// Rules whose findings are about more than one record, or counted by column or file.
fn wide_rules() -> HashSet<String> {
    let set = RuleSet::embedded().unwrap();
    let wide =
        set.rules().filter(|rule| matches!(rule.scope, Scope::Set | Scope::File) || rule.grouping != Grouping::Each);
    wide.map(|rule| rule.code.clone()).collect()
}

/// Faults that were missed, and findings that nobody planted.
fn differences(planted: &[Planted], report: &Value) -> Vec<String> {
    let wide = wide_rules();
    let found = findings(report);
    let mut expected: HashMap<u64, HashSet<&str>> = HashMap::new();
    let mut anywhere: HashSet<&str> = HashSet::new();
    for one in planted {
        let codes = one.also.split('|').chain([one.rule]).filter(|code| !code.is_empty());
        for code in codes {
            expected.entry(one.line).or_default().insert(code);
            if one.record_type.is_empty() || wide.contains(code) {
                anywhere.insert(code);
            }
        }
    }
    let mut differences = Vec::new();
    for one in planted {
        let is_found = found
            .iter()
            .any(|finding| finding.rule == one.rule && (finding.lines.contains(&one.line) || wide.contains(one.rule)));
        if !is_found {
            differences.push(format!("{} {} on line {} is missed", one.rule, one.kind, one.line));
        }
    }
    for finding in found.iter().filter(|finding| !finding.is_notice) {
        let allows = |codes: &HashSet<&str>| codes.contains(finding.rule.as_str()) || codes.contains("*");
        let is_expected = allows(&anywhere) || finding.lines.iter().any(|line| expected.get(line).is_some_and(allows));
        if !is_expected {
            differences.push(format!("{} on lines {:?} was not planted", finding.rule, finding.lines));
        }
    }
    differences
}

#[test]
fn planted_faults_are_found_and_nothing_else() {
    let folder = tempfile::tempdir().unwrap();
    for year in YEARS {
        let (path, planted) = write(&with_faults(year, 2_500, &["records"]), folder.path());
        let (report, errors) = check(&path);
        let report = report.unwrap_or_else(|| panic!("{year}: {errors}"));
        assert!(planted.len() > 70, "{year}");
        assert_eq!(differences(&planted, &report), Vec::<String>::new(), "{year}");
    }
}

/// Set rules count their findings: as many as were planted.
#[test]
fn faults_across_records_are_found_as_often_as_planted() {
    let folder = tempfile::tempdir().unwrap();
    for kind in ["D001", "D003", "D004", "D005", "D006", "D007", "D008", "D010", "D011", "D012", "D013", "D020"] {
        let (path, planted) = write(&with_faults(2025, 2_500, &[&format!("{kind}=3")]), folder.path());
        assert_eq!(planted.len(), 3);
        let (report, errors) = check(&path);
        let found = findings(&report.expect(&errors));
        assert_eq!(found.iter().filter(|one| one.rule == kind).count(), 3, "{kind}");
    }
}

/// Damage of lines, columns and whole files, one kind at a time.
#[test]
fn damaged_files_are_recognised() {
    let folder = tempfile::tempdir().unwrap();
    for fault in faults().iter().filter(|fault| !fault.is_on_cells()) {
        let year = YEARS.rev().find(|year| fault.holds_in(*year)).unwrap();
        for form in [Form::Caret, Form::Comma, Form::Fixed] {
            let only_fixed = !fault.fits_form(Form::Caret) && !fault.fits_form(Form::Comma);
            if !fault.fits_form(form) || (form == Form::Fixed && !only_fixed) {
                continue;
            }
            let (path, planted) = write(&Order { form, ..with_faults(year, 300, &[fault.name]) }, folder.path());
            match check(&path) {
                (Some(report), _) => {
                    assert_eq!(differences(&planted, &report), Vec::<String>::new(), "{} {form:?}", fault.name);
                }
                (None, errors) => {
                    let is_fatal = fault.also == "*" && errors.contains(fault.code);
                    assert!(is_fatal, "{} {form:?}: {errors}", fault.name);
                }
            }
        }
    }
}
