//! `rules/counting`: the tables fit every year, and rules that go through student groups come out
//! as the reference interpreter says.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use proptest::prelude::*;
use scorelint::check::{CheckOptions, KeptFindings, check};
use scorelint::counting::{student_groups, underivable_groups};
use scorelint::input::{InputOptions, View};
use scorelint::layout::{FieldId, registry};
use scorelint::outcome::{Outcome, RuleStatus};
use scorelint::rule::{Demand, RecordView, RuleSet, StudentGroups, judge_set};
use scorelint::synth::{MadeForm, Order, write_district};

use crate::support;

/// A record of a caret file, taken apart in the simplest way.
struct Plain<'a>(HashMap<FieldId, &'a str>);

impl RecordView for Plain<'_> {
    fn cell(&self, field: FieldId) -> &str {
        self.0.get(&field).copied().unwrap_or_default()
    }
}

fn records(text: &str, year: u16) -> Vec<Plain<'_>> {
    text.lines().skip(1).map(|line| record(line, year)).collect()
}

fn record(line: &str, year: u16) -> Plain<'_> {
    let cells = registry().layout(year).unwrap().fields.iter().zip(line.split('^'));
    Plain(cells.filter_map(|(field, cell)| Some((field.id?, cell))).collect())
}

fn district(year: u16, students: u64, seed: u64) -> String {
    let order = Order { year, students, seed, view: View::Tested, form: MadeForm::Caret, faults: Vec::new() };
    let mut bytes = Vec::new();
    write_district(&order, &mut bytes).unwrap();
    String::from_utf8(bytes).unwrap()
}

#[test]
fn groups_bind_in_every_year_and_have_names_of_their_own() {
    let mut sizes = BTreeMap::new();
    for year in registry().years() {
        let groups = student_groups(year).unwrap();
        let ids: BTreeSet<u16> = groups.iter().map(|group| group.id).collect();
        let labels: BTreeSet<&str> = groups.iter().map(|group| group.label.as_str()).collect();
        assert_eq!(ids.len(), groups.len(), "{year}");
        assert_eq!(labels.len(), groups.len(), "{year}");
        assert!(groups.iter().all(|group| !group.category.is_empty()), "{year}");
        sizes.insert(year, groups.len() + underivable_groups(year).len());
    }
    assert_eq!(sizes[&2025], 58);
    assert_eq!(sizes[&2022], 55, "long-term learners and Never-EL came in 2023");
    assert_eq!(sizes[&2018], 47, "military, homeless and foster status are not in the file of 2018");
}

#[test]
fn names_move_with_the_years() {
    let name = |year, id| student_groups(year).unwrap().into_iter().find(|group| group.id == id).map(|one| one.name);
    assert_eq!(name(2022, 31).as_deref(), Some("Economically disadvantaged"));
    assert_eq!(name(2023, 31).as_deref(), Some("Socioeconomically disadvantaged"));
    assert_eq!(name(2022, 252), None);
    assert_eq!(name(2025, 160).as_deref(), Some("EL (English learner, excluding RFEP)"));
}

const SHARE: &str = r#"+++
code = "TST001"
name = "share-by-group"
severity = "notice"
scope = "set"
years = "2017.."
when = "include_indicator is filled and condition_code is not 'NTE'"
require = "share of (include_indicator is one of ('Y', 'T', 'R')) within (KEYS) at least 98 percent among 5"
message = "{rate} of {count}: {group}"
help = "look at it"
owner = ["school site"]
certainty = "inferred"
sources = [{ text = "a test" }]
since = "0.1.0"
+++
A test.
"#;

fn rules(folder: &std::path::Path, keys: &str) -> RuleSet {
    std::fs::write(folder.join("TST001-share-by-group.md"), SHARE.replace("KEYS", keys)).unwrap();
    RuleSet::only(&[folder.to_owned()]).unwrap()
}

fn checked(rules: &RuleSet, path: std::path::PathBuf, threads: usize) -> Outcome {
    let weight = |_: &scorelint::rule::Rule, severity| Some(severity);
    let options = CheckOptions {
        input: InputOptions::default(),
        rules,
        weight: &weight,
        detail: &|_| KeptFindings::All,
        threads,
        timings: false,
        progress: None,
    };
    check(&[path], &options).unwrap()
}

/// Broken sets as `{rate} of {count}: {group}` would name them: count and key.
fn by_engine(outcome: &Outcome) -> BTreeSet<String> {
    let shown = |finding: &scorelint::outcome::Finding, name: &str| {
        finding.shown.iter().find(|one| one.name == name).map(|one| one.value.clone()).unwrap_or_default()
    };
    let findings = outcome.findings.iter().filter(|finding| outcome.rules[finding.rule].code == "TST001");
    findings.map(|finding| format!("{} {}", shown(finding, "count"), shown(finding, "group").to_uppercase())).collect()
}

fn by_interpreter(rules: &RuleSet, text: &str, year: u16, groups: &dyn StudentGroups) -> (BTreeSet<String>, u64) {
    let rule = rules.find("TST001").unwrap();
    let records = records(text, year);
    let views: Vec<&dyn RecordView> = records.iter().map(|record| record as &dyn RecordView).collect();
    let instance = rules.bind(rule, year).unwrap().remove(0);
    let Demand::Set(test) = &instance.demand else { panic!("a set rule") };
    let outcome = judge_set(&instance.when, test, &views, &[], groups);
    let broken = outcome.groups.iter().filter(|group| group.broke);
    let broken = broken.map(|group| format!("{} {}", group.records.len(), group.key.join(", ").to_uppercase()));
    (broken.collect(), outcome.groups.len() as u64)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 6, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn shares_by_student_group_agree_with_the_interpreter(
        year in prop::sample::select(vec![2017u16, 2018, 2019, 2022, 2024, 2025]),
        seed in 1u64..1_000,
        keys in prop::sample::select(vec!["student_group, subject(record_type)", "student_group", "student_group, calpads_school_code"]),
    ) {
        let folder = tempfile::tempdir().unwrap();
        let rules = rules(folder.path(), keys);
        let text = district(year, 400, seed);
        let path = folder.path().join(format!("58999990000000_Student_Results_{year}.csv"));
        std::fs::write(&path, &text).unwrap();
        let groups = student_groups(year).unwrap();
        let (expected, applicable) = by_interpreter(&rules, &text, year, &groups);
        for threads in [1, 2] {
            let outcome = checked(&rules, path.clone(), threads);
            prop_assert_eq!(&by_engine(&outcome), &expected, "{} threads", threads);
            let rule = outcome.rules.iter().find(|rule| rule.code == "TST001").unwrap();
            prop_assert_eq!(rule.applicable, applicable);
            prop_assert_eq!(rule.broke, expected.len() as u64);
        }
    }
}

#[test]
fn a_low_rate_names_the_student_group() {
    let folder = tempfile::tempdir().unwrap();
    let rules_folder = support::path("rules/checks/participation");
    let only: Vec<_> = ["P026-rate-below-95-percent.md", "P027-rate-below-95-percent-in-school.md"]
        .iter()
        .map(|name| std::fs::copy(rules_folder.join(name), folder.path().join(name)).map(|_| ()))
        .collect();
    assert!(only.iter().all(Result::is_ok));
    let rules = RuleSet::only(&[folder.path().to_owned()]).unwrap();
    let mut text = district(2024, 300, 7);
    // Everybody who is an English learner stays away.
    let layout = registry().layout(2024).unwrap();
    let place = |name: &str| layout.fields.iter().position(|field| field.id == registry().id(name)).unwrap();
    let (elas, include, condition) = (place("elas"), place("include_indicator"), place("condition_code"));
    let lines: Vec<String> = text
        .lines()
        .map(|line| {
            let mut cells: Vec<&str> = line.split('^').collect();
            if cells[elas] == "EL" {
                (cells[include], cells[condition]) = ("N", "NT");
            }
            cells.join("^")
        })
        .collect();
    text = lines.join("\n") + "\n";
    let path = folder.path().join("58999990000000_Student_Results_2024.csv");
    std::fs::write(&path, text).unwrap();
    let outcome = checked(&rules, path, 2);
    let of = |code: &str| outcome.rules.iter().find(|rule| rule.code == code).unwrap();
    assert_eq!(of("P026").status, RuleStatus::Broke);
    assert_eq!(of("P027").status, RuleStatus::Broke);
    let place = outcome.rules.iter().position(|rule| rule.code == "P026").unwrap();
    let shown: Vec<String> = outcome
        .findings
        .iter()
        .filter(|finding| finding.rule == place)
        .map(|finding| finding.shown.iter().map(|one| one.value.clone()).collect::<Vec<_>>().join(" "))
        .collect();
    assert!(shown.iter().any(|one| one.contains("EL (English learner), ELA")), "{shown:?}");
}
