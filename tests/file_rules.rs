//! Rules about files: the examples of each rule file, made by recipe and checked by the program.

use std::path::{Path, PathBuf};
use std::process::Output;

use scorelint::rule::{Expect, Rule, RuleSet, Scope, Severity};
use serde_json::Value;

use crate::support::{self, recipe};

/// A line of an example block: `drop SSID  <- error`.
struct Case {
    year: u16,
    recipe: String,
    outcome: &'static str,
}

fn rules() -> RuleSet {
    RuleSet::embedded().expect("sound rules")
}

fn cases(rule: &Rule) -> Vec<Case> {
    let all = rule.examples.iter().flat_map(|example| example.recipes.iter().map(|recipe| (example.year, recipe)));
    all.map(|(year, recipe)| Case { year, recipe: recipe.steps.clone(), outcome: word(&recipe.expect) }).collect()
}

fn word(expect: &Expect) -> &'static str {
    match expect {
        Expect::Broke { severity, .. } => severity.map_or("broke", Severity::as_str),
        Expect::Held => "held",
        Expect::NotApplicable => "n/a",
        Expect::Refused => "refused",
        Expect::Undecidable | Expect::Part => panic!("no outcome of a file"),
    }
}

/// A case with its rule and its file.
struct Made {
    code: String,
    case: Case,
    file: PathBuf,
}

impl Made {
    fn wrong(&self, found: &str) -> Option<String> {
        let Case { year, recipe, outcome } = &self.case;
        (*outcome != found).then(|| format!("{} {year} `{recipe}`: stated {outcome}, found {found}", self.code))
    }
}

fn check(files: &[&Path]) -> Output {
    support::scorelint().args(["check", "--format", "json"]).args(files).output().expect("a run")
}

/// The files in as few runs as will do: of those with the same content a run reads one.
fn runs(made: &[Made]) -> Vec<Vec<&Made>> {
    let mut runs: Vec<Vec<(&Made, Vec<u8>)>> = Vec::new();
    for one in made {
        let bytes = std::fs::read(&one.file).expect("a file");
        // What is in an archive may be the content of any of the others.
        let is_packed = |one: &Made| one.case.recipe.contains("as zip");
        let fits = |run: &&mut Vec<(&Made, Vec<u8>)>| {
            run.iter().all(|(other, content)| *content != bytes && !is_packed(other)) && !is_packed(one)
        };
        let run = runs.iter_mut().find(fits);
        match run {
            Some(run) => run.push((one, bytes)),
            None => runs.push(vec![(one, bytes)]),
        }
    }
    runs.into_iter().map(|run| run.into_iter().map(|(one, _)| one).collect()).collect()
}

/// Files that can be read, in one run: which of them has a finding of its rule.
fn judge_readable(made: &[&Made]) -> Vec<String> {
    let files: Vec<&Path> = made.iter().map(|one| one.file.as_path()).collect();
    let run = check(&files);
    let report: Value = serde_json::from_slice(&run.stdout).unwrap_or_else(|_| {
        panic!("a file was refused: {}", String::from_utf8_lossy(&run.stderr));
    });
    assert_eq!(report["inputs"].as_array().expect("inputs").len(), files.len());
    let findings = report["findings"].as_array().expect("findings");
    let found = |input: usize, code: &str| {
        let finding = findings.iter().find(|one| one["input"] == input && one["rule"] == code);
        finding.map_or("held", |one| one["severity"].as_str().expect("a word")).to_owned()
    };
    made.iter().enumerate().filter_map(|(input, one)| one.wrong(&found(input, &one.code))).collect()
}

/// A file with settings of its own, on a day that examples are written for.
fn judge_with_settings(one: &Made) -> Option<String> {
    let arguments = ["check", "--format", "json", "--today", "2026-01-15"];
    let run = support::scorelint().args(arguments).arg(&one.file).output().expect("a run");
    let report: Value = serde_json::from_slice(&run.stdout).expect("a report");
    let findings = report["findings"].as_array().expect("findings");
    let finding = findings.iter().find(|finding| finding["rule"] == *one.code);
    one.wrong(finding.map_or("held", |finding| finding["severity"].as_str().expect("a word")))
}

/// A file that its rule is not about: the rule is not run, or did not apply.
fn judge_inapplicable(one: &Made) -> Option<String> {
    let run = check(&[&one.file]);
    let report: Value = serde_json::from_slice(&run.stdout).expect("a report");
    let mut rules = report["rules"].as_array().expect("rules").iter();
    let rule = rules.find(|rule| rule["code"] == one.code.as_str()).expect("the rule");
    let status = rule["status"].as_str().expect("a word");
    one.wrong(if ["not-run", "not-applicable"].contains(&status) { "n/a" } else { status })
}

/// A file that cannot be read for the sake of its rule.
fn judge_refused(one: &Made) -> Option<String> {
    let run = check(&[&one.file]);
    let error = String::from_utf8_lossy(&run.stderr);
    let refused = run.status.code() == Some(2) && error.contains(&one.code);
    one.wrong(if refused { "refused" } else { "not refused" })
}

#[test]
fn examples_of_file_rules_come_out_as_stated() {
    let set = rules();
    let folder = tempfile::tempdir().expect("a folder");
    let mut made = Vec::new();
    for rule in set.rules().filter(|rule| rule.scope == Scope::File) {
        for case in cases(rule) {
            let own = folder.path().join(made.len().to_string());
            std::fs::create_dir(&own).expect("a writable folder");
            let file = recipe::make(&own, case.year, &case.recipe);
            made.push(Made { code: rule.code.clone(), case, file });
        }
    }
    let (refused, made): (Vec<_>, Vec<_>) = made.into_iter().partition(|one| one.case.outcome == "refused");
    let (inapplicable, readable): (Vec<_>, Vec<_>) = made.into_iter().partition(|one| one.case.outcome == "n/a");
    let (with_settings, plain): (Vec<_>, Vec<_>) =
        readable.into_iter().partition(|one| one.case.recipe.contains("waive "));
    assert!(with_settings.len() >= 4, "{}", with_settings.len());
    let mut wrong: Vec<String> = runs(&plain).iter().flat_map(|run| judge_readable(run)).collect();
    wrong.extend(with_settings.iter().filter_map(judge_with_settings));
    wrong.extend(refused.iter().filter_map(judge_refused));
    wrong.extend(inapplicable.iter().filter_map(judge_inapplicable));
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// Rules about every file, of whatever form, year and name.
const OF_EVERY_FILE: [&str; 11] =
    ["L001", "L002", "L003", "L008", "L023", "L028", "L031", "L032", "L035", "L036", "L042"];

/// Only a reconciliation can break the first, and only a second file the other.
const NOT_SHOWN: [&str; 2] = ["L030", "L041"];

/// The reader finds rows that hold little, the rule those that hold more.
const FOUND_IN_RECORDS_TOO: &str = "L024";

#[test]
fn every_file_rule_shows_a_file_that_breaks_it_one_that_holds_and_one_it_is_not_about() {
    for rule in rules().rules().filter(|rule| rule.scope == Scope::File) {
        if NOT_SHOWN.contains(&rule.code.as_str()) {
            continue;
        }
        let cases = cases(rule);
        let has = |outcomes: &[&str]| cases.iter().any(|case| outcomes.contains(&case.outcome));
        assert!(has(&["error", "warning", "notice", "refused"]), "{} shows no broken file", rule.code);
        assert!(has(&["held"]), "{} shows no sound file", rule.code);
        let is_universal = OF_EVERY_FILE.contains(&rule.code.as_str());
        assert!(is_universal != has(&["n/a"]), "{} shows no file that it is not about", rule.code);
    }
}

/// Codes that the reader and the engine use must have a rule file, or their findings are lost.
#[test]
fn every_built_in_finding_has_a_rule_file() {
    let set = rules();
    let pattern = regex::Regex::new(r#""(L\d{3})""#).expect("a pattern");
    let mut found = 0;
    for entry in walkdir::WalkDir::new(support::path("src")).into_iter().filter_map(Result::ok) {
        if entry.path().extension().is_none_or(|extension| extension != "rs") {
            continue;
        }
        let text = std::fs::read_to_string(entry.path()).expect("a source file");
        for code in pattern.captures_iter(&text).filter_map(|capture| capture.get(1)) {
            let rule = set.find(code.as_str()).unwrap_or_else(|| panic!("no rule file for {}", code.as_str()));
            let is_record = rule.scope == Scope::Record && rule.code == FOUND_IN_RECORDS_TOO;
            assert!(rule.scope == Scope::File || is_record, "{} is built in", rule.code);
            found += 1;
        }
    }
    assert!(found > 20, "the search finds no codes any more");
}
