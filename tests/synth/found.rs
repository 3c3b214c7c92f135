//! The generator held against the engine: clean districts raise nothing above a notice, and of a
//! planted fault its own rule is found, and no other but those it implies.

use std::collections::{HashMap, HashSet};
use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};

use scorelint::input::View;
use scorelint::rule::{Grouping, RuleSet, Scope};
use scorelint::synth::{
    Fault, MadeForm, Order, Planted, SecondOutputs, faults, file_name, has_earlier_file, parse_order, write_district,
    write_with_second_files,
};
use serde_json::Value;

use super::{order, with_faults, years};
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
    for year in years() {
        let forms =
            [(MadeForm::Caret, View::Tested), (MadeForm::Comma, View::Enrolled), (MadeForm::Fixed, View::Tested)];
        for (form, view) in forms {
            if form == MadeForm::Fixed && !scorelint::synth::fixed_years().any(|one| one == year) {
                continue;
            }
            let (path, _) = write(&Order { form, view, ..order(year, 600) }, folder.path());
            let (report, errors) = check(&path);
            let report = report.unwrap_or_else(|| panic!("{year} {form:?}: {errors}"));
            assert_eq!(loud(&report), Vec::<String>::new(), "{year} {form:?}");
        }
    }
}

/// Rare outcomes come up in a large district only. Of the first year no real file was seen, so all
/// that is known of it is tried: every form, and many seeds.
#[test]
fn large_districts_of_the_first_year_raise_notices_only() {
    let folder = tempfile::tempdir().unwrap();
    let year = years()[0];
    let large = (MadeForm::Fixed, 5, 10_000);
    let small = (10..18).map(|seed| ([MadeForm::Caret, MadeForm::Tab][seed % 2], seed as u64, 400));
    for (form, seed, students) in small.chain([large]) {
        let (path, _) = write(&Order { form, seed, students, ..order(year, 1) }, folder.path());
        let (report, errors) = check(&path);
        assert_eq!(loud(&report.expect(&errors)), Vec::<String>::new(), "{form:?} {seed}");
    }
}

/// Rules whose findings are about more than one record, or counted by column or file.
fn wide_rules() -> HashSet<String> {
    let set = RuleSet::embedded().unwrap();
    let wide =
        set.rules().filter(|rule| matches!(rule.scope, Scope::Set | Scope::File) || rule.grouping != Grouping::Each);
    wide.map(|rule| rule.code.clone()).collect()
}

/// Faults that were missed, and findings that were not planted.
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
    // The fixed form is the only one known of the first year.
    for (year, form) in years().into_iter().map(|year| (year, MadeForm::Caret)).chain([(years()[0], MadeForm::Fixed)]) {
        let faults = parse_order("records", year, form).unwrap();
        let (path, planted) = write(&Order { form, faults, ..order(year, 2_500) }, folder.path());
        let (report, errors) = check(&path);
        let report = report.unwrap_or_else(|| panic!("{year} {form:?}: {errors}"));
        assert!(planted.len() > 70, "{year} {form:?}");
        assert_eq!(differences(&planted, &report), Vec::<String>::new(), "{year} {form:?}");
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

fn is_recognised(fault: &Fault, order: &Order, folder: &Path) {
    let Order { year, form, .. } = order;
    let (path, planted) = write(order, folder);
    match check(&path) {
        (Some(report), _) => {
            assert_eq!(differences(&planted, &report), Vec::<String>::new(), "{} {year} {form:?}", fault.name);
        }
        (None, errors) => {
            let is_fatal = fault.also == "*" && errors.contains(fault.code);
            assert!(is_fatal, "{} {year} {form:?}: {errors}", fault.name);
        }
    }
}

/// Damage of lines, columns and whole files, one kind at a time.
#[test]
fn damaged_files_are_recognised() {
    let folder = tempfile::tempdir().unwrap();
    let in_file = |fault: &&Fault| !fault.is_on_cells() && !fault.is_in_second_file();
    for fault in faults().iter().filter(in_file) {
        let latest = years().into_iter().rev().find(|year| fault.holds_in(*year)).unwrap();
        let mut forms: Vec<MadeForm> = vec![MadeForm::Caret, MadeForm::Comma];
        forms.retain(|form| fault.fits_form(*form));
        // Fixed columns are no spreadsheet's, so they have only damage of their own.
        if forms.is_empty() {
            forms.push(MadeForm::Fixed);
        }
        let first = Some(years()[0]).filter(|year| fault.holds_in(*year) && *year != latest);
        for year in [latest].into_iter().chain(first) {
            for form in &forms {
                is_recognised(fault, &Order { form: *form, ..with_faults(year, 300, &[fault.name]) }, folder.path());
            }
        }
    }
}

/// A score file with its second files, in a folder of their own.
struct Together {
    folder: tempfile::TempDir,
    checked: PathBuf,
    planted: Vec<Planted>,
}

impl Together {
    fn write(order: &Order) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let create = |name: &str| File::create(folder.path().join(name)).unwrap();
        let checked = folder.path().join(file_name(order));
        let mut out = File::create(&checked).unwrap();
        let (mut earlier, mut roster, mut entities) = (create("earlier.csv"), create("roster.csv"), create("list.txt"));
        let earlier: Option<&mut dyn Write> = has_earlier_file(order.year).then_some(&mut earlier);
        let outputs = SecondOutputs { earlier, roster: &mut roster, entities: &mut entities };
        let planted = write_with_second_files(order, &mut out, outputs).unwrap().planted;
        Self { folder, checked, planted }
    }

    /// The report of a check with all second files that hold anything.
    fn check(&self) -> Value {
        let mut run = support::scorelint();
        run.args(["check", "--format", "json"]).arg(&self.checked);
        for (option, name) in [("--earlier", "earlier.csv"), ("--enrolled", "roster.csv"), ("--entities", "list.txt")] {
            let path = self.folder.path().join(name);
            let rows = std::fs::read_to_string(&path).unwrap().lines().count();
            if rows > 1 {
                run.arg(option).arg(path);
            }
        }
        let output = run.output().unwrap();
        serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{}", String::from_utf8_lossy(&output.stderr)))
    }
}

/// The rules that read second files, by the faults planted in them.
fn second_faults() -> impl Iterator<Item = &'static Fault> {
    faults().iter().filter(|fault| fault.is_in_second_file())
}

#[test]
fn second_files_of_a_clean_district_agree_with_it() {
    for year in years() {
        let report = Together::write(&order(year, 600)).check();
        assert_eq!(loud(&report), Vec::<String>::new(), "{year}");
        for fault in second_faults() {
            let is_broken = findings(&report).iter().any(|one| one.rule == fault.code);
            assert!(!is_broken, "{} in {year}", fault.code);
        }
    }
}

#[test]
fn the_first_year_has_no_earlier_file() {
    let folder = tempfile::tempdir().unwrap();
    let year = years()[0].to_string();
    let mut run = support::scorelint();
    run.args(["synth", "--second-files", "--students", "20", "--year", &year, "--output"]).arg(folder.path());
    let output = run.output().unwrap();
    assert!(output.status.success() && String::from_utf8_lossy(&output.stderr).contains("no earlier file"));
    let names =
        std::fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let mut names: Vec<String> = names.collect();
    names.sort_unstable();
    let expected = ["_Enrolled_DLMTR.csv", "_Tested_DLMTR.csv", "entities-2017.txt"];
    assert!(names.len() == 3 && names.iter().zip(expected).all(|(name, end)| name.ends_with(end)), "{names:?}");
}

#[test]
fn a_year_without_a_layout_is_told_which_there_are() {
    for arguments in [&["--year", "2016"][..], &["--year", "0", "--second-files"]] {
        let folder = tempfile::tempdir().unwrap();
        let output = support::scorelint().arg("synth").args(arguments).arg("-o").arg(folder.path()).output().unwrap();
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        assert!(String::from_utf8_lossy(&output.stderr).contains("from 2017 to 2025"), "{arguments:?}");
        assert!(std::fs::read_dir(folder.path()).unwrap().next().is_none(), "{arguments:?} left something behind");
    }
}

#[test]
fn the_years_of_a_fault_are_told_in_order() {
    let output = support::scorelint().args(["synth", "--year", "2017", "--fault", "D023", "-o", "-"]).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    // Where it is wrapped, lines after the first begin with a bar.
    let message = String::from_utf8_lossy(&output.stderr).replace('│', " ");
    let message = message.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(message.contains("in 2017, only in 2018, 2019, 2021, 2022, 2023, 2024, 2025"), "{message}");
}

#[test]
fn official_files_and_second_files_are_not_made_at_once() {
    for wish in [&["--official"][..], &["--scenario", "mixed"]] {
        let folder = tempfile::tempdir().unwrap();
        let mut run = support::scorelint();
        run.args(["synth", "--second-files"]).args(wish).arg("-o").arg(folder.path());
        let output = run.output().unwrap();
        assert_eq!(output.status.code(), Some(2), "{wish:?}");
        assert!(String::from_utf8_lossy(&output.stderr).contains("cannot be used with"), "{wish:?}");
    }
}

#[test]
fn what_cannot_be_made_overwrites_nothing() {
    for arguments in [&["--year", "2016", "--second-files"][..], &["--year", "2025", "--format", "fixed"]] {
        let folder = tempfile::tempdir().unwrap();
        let paths = ["mine.csv", "entities-2016.txt"].map(|name| folder.path().join(name));
        paths.iter().for_each(|path| std::fs::write(path, "mine").unwrap());
        let output = support::scorelint().arg("synth").args(arguments).arg("-o").arg(&paths[0]).output().unwrap();
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        assert!(paths.iter().all(|path| std::fs::read_to_string(path).unwrap() == "mine"), "{arguments:?}");
    }
}

#[test]
fn a_failed_run_takes_away_no_file_that_it_has_not_begun() {
    let folder = tempfile::tempdir().unwrap();
    let synth = |more: &[&str]| {
        support::scorelint()
            .args(["synth", "--students", "20"])
            .args(more)
            .arg("-o")
            .arg(folder.path())
            .output()
            .unwrap()
    };
    assert!(synth(&["--year", "2024"]).status.success());
    let earlier = std::fs::read_dir(folder.path()).unwrap().next().unwrap().unwrap().path();
    let before = std::fs::read(&earlier).unwrap();
    std::fs::create_dir(folder.path().join("entities-2025.txt")).unwrap();
    assert_eq!(synth(&["--year", "2025", "--second-files"]).status.code(), Some(2));
    assert_eq!(std::fs::read(&earlier).unwrap(), before);
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 2, "what was begun is taken away");
}

#[test]
fn a_failed_run_leaves_what_was_there_and_nothing_else() {
    let folder = tempfile::tempdir().unwrap();
    let synth = |to: &std::path::Path| {
        let order = ["synth", "--year", "2017", "--students", "20", "--fault", "records", "-o"];
        support::scorelint().args(order).arg(to).output().unwrap()
    };
    let (mine, new) = (folder.path().join("mine.csv"), folder.path().join("new"));
    std::fs::write(&mine, "mine").unwrap();
    for path in [&mine, &new] {
        let output = synth(path);
        assert_eq!(output.status.code(), Some(2));
        let error = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(error.contains("make more students with --students: 3000 may do"), "{error}");
    }
    assert_eq!(std::fs::read_to_string(&mine).unwrap(), "mine");
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
}

/// All at once, but for the one that implies another.
#[test]
fn faults_in_second_files_are_found_once_and_nothing_else() {
    for year in years() {
        let possible = second_faults().filter(|fault| fault.holds_in(year));
        let (alone, together): (Vec<&Fault>, Vec<&Fault>) = possible.partition(|fault| !fault.also.is_empty());
        for faults in [alone, together] {
            let names: Vec<&str> = faults.iter().map(|fault| fault.name).collect();
            let written = Together::write(&with_faults(year, 500, &names));
            let report = written.check();
            let found = findings(&report);
            let allowed =
                |code: &str| faults.iter().any(|one| one.code == code || one.also.split('|').any(|also| also == code));
            assert!(loud(&report).iter().all(|code| allowed(code)), "{names:?} in {year}: {:?}", loud(&report));
            for fault in second_faults() {
                let own: Vec<&Found> = found.iter().filter(|one| one.rule == fault.code).collect();
                let planted = written.planted.iter().find(|one| one.rule == fault.code);
                let Some(planted) = planted else {
                    assert!(own.is_empty() || allowed(fault.code), "{} in {year} was not planted", fault.code);
                    continue;
                };
                assert_eq!(own.len(), 1, "{} in {year}", fault.code);
                // What is missing from a list has no line, and what was added to a roster one of its own.
                let is_on_line = fault.place.as_str() == "earlier file" || fault.code == "D029";
                assert!(!is_on_line || own[0].lines.contains(&planted.line), "{} in {year}", fault.code);
            }
        }
    }
}

#[test]
fn low_rates_are_found_once() {
    for (code, group) in [("P026", "Not a high school graduate"), ("P027", "58999996900004")] {
        for year in [2017, 2018, 2025] {
            let folder = tempfile::tempdir().unwrap();
            let message = |kinds: &[&str]| {
                let (path, planted) = write(&with_faults(year, 2_500, kinds), folder.path());
                let (report, errors) = check(&path);
                let report = report.expect(&errors);
                let list = report["findings"].as_array().unwrap().clone();
                let is_known = |one: &Value| {
                    let message = one["message"].as_str().unwrap();
                    one["rule"] == code && message.contains(group) && message.contains("athematics")
                };
                (list.iter().filter(|one| is_known(one)).count(), loud(&report), planted)
            };
            assert_eq!(message(&[]).0, 0, "{code} in {year}");
            let (count, loud, planted) = message(&[code]);
            assert_eq!((count, loud), (1, Vec::new()), "{code} in {year}");
            assert!(planted[0].count >= 10, "{code} in {year}: {planted:?}");
        }
    }
}

#[test]
fn facts_about_a_whole_year_are_found_once() {
    let folder = tempfile::tempdir().unwrap();
    for (code, year) in [("P029", 2021), ("P030", 2020)] {
        let (path, _) = write(&with_faults(year, 300, &[code]), folder.path());
        let (report, errors) = check(&path);
        let found = findings(&report.expect(&errors));
        assert_eq!(found.iter().filter(|one| one.rule == code).count(), 1, "{code}");
    }
}
