//! Rules about files: the examples of each rule file, made by recipe and checked by the program.

use std::path::Path;

use scorelint::rule::{Recipe, Rule, RuleSet, Scope};
use serde_json::Value;

use crate::support::{self, recipe};

/// A line of an example block: `drop SSID  <- error`.
struct Case {
    year: u16,
    recipe: String,
    outcome: String,
}

fn rules() -> RuleSet {
    RuleSet::embedded().expect("sound rules")
}

fn cases(rule: &Rule) -> Vec<Case> {
    let examples = rule.examples.iter().flat_map(|example| example.recipes.iter().map(|recipe| (example.year, recipe)));
    let case = |(year, recipe): (u16, &Recipe)| Case {
        year,
        recipe: recipe.steps.clone(),
        outcome: recipe.expect.to_string(),
    };
    examples.map(case).collect()
}

/// How a rule comes out for a file: its status, or `refused` where the file cannot be read for its
/// sake.
fn judged(file: &Path, code: &str) -> String {
    let run = support::scorelint().args(["check", "--format", "json"]).arg(file).output().expect("a run");
    if let Ok(report) = serde_json::from_slice::<Value>(&run.stdout) {
        let rules = report["rules"].as_array().expect("rules");
        let rule =
            rules.iter().find(|rule| rule["code"] == code).unwrap_or_else(|| panic!("{code} is not in the report"));
        if rule["status"] == "broke" {
            return rule["severity"].as_str().expect("a word").to_owned();
        }
        return rule["status"].as_str().expect("a word").to_owned();
    }
    let error = String::from_utf8_lossy(&run.stderr);
    assert!(error.contains(code), "refused for another reason: {error}");
    "refused".to_owned()
}

fn fits(stated: &str, judged: &str) -> bool {
    match stated {
        "n/a" => ["not-run", "not-applicable", "held"].contains(&judged),
        _ => stated == judged,
    }
}

#[test]
fn examples_of_file_rules_come_out_as_stated() {
    let set = rules();
    let mut wrong = Vec::new();
    for rule in set.rules().filter(|rule| rule.scope == Scope::File) {
        for Case { year, recipe, outcome } in cases(rule) {
            let folder = tempfile::tempdir().expect("a folder");
            let file = recipe::make(folder.path(), year, &recipe);
            let judged = judged(&file, &rule.code);
            if !fits(&outcome, &judged) {
                wrong.push(format!("{} {year} `{recipe}`: stated {outcome}, found {judged}", rule.code));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn every_file_rule_shows_a_file_that_breaks_it_and_one_that_holds() {
    for rule in rules().rules().filter(|rule| rule.scope == Scope::File && rule.code.starts_with('L')) {
        // Only a reconciliation can break it.
        if rule.code == "L030" {
            continue;
        }
        let cases = cases(rule);
        let has = |outcomes: &[&str]| cases.iter().any(|case| outcomes.contains(&case.outcome.as_str()));
        assert!(has(&["error", "warning", "notice", "refused"]), "{} shows no broken file", rule.code);
        assert!(has(&["held"]), "{} shows no sound file", rule.code);
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
            assert_eq!(rule.scope, Scope::File, "{} is built in", rule.code);
            found += 1;
        }
    }
    assert!(found > 20, "the search finds no codes any more");
}
