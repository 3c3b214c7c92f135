//! `implies`: mistakes in it, and findings that are folded under their cause.

use std::path::Path;

use scorelint::check::{CheckOptions, KeptFindings, check};
use scorelint::input;
use scorelint::outcome::Outcome;
use scorelint::rule::RuleSet;

use crate::support::files::{Folder, Sheet};
use crate::support::rules::{rule_text, rules_of};

fn named(code: &str, changes: &[(&str, &str)]) -> String {
    let (code, name) = (format!("\"{code}\""), format!("\"rule-{}\"", code.to_lowercase()));
    rule_text(&[&[("code", code.as_str()), ("name", name.as_str())], changes].concat())
}

fn mistakes(texts: &[String]) -> Vec<String> {
    rules_of(texts).check_implied().iter().map(ToString::to_string).collect()
}

#[test]
fn a_rule_that_is_not_there_is_a_mistake() {
    let found = mistakes(&[named("LOC001", &[("implies", "[\"LOC009\"]")]), named("LOC002", &[])]);
    assert_eq!(found, ["there is no rule `LOC009`"]);
}

#[test]
fn no_rule_follows_from_itself() {
    let own = mistakes(&[named("LOC001", &[("implies", "[\"LOC001\"]")])]);
    assert_eq!(own, ["`LOC001` would follow from itself"]);
    let circle = mistakes(&[
        named("LOC001", &[("implies", "[\"LOC002\"]")]),
        named("LOC002", &[("implies", "[\"LOC003\"]")]),
        named("LOC003", &[("implies", "[\"LOC001\"]")]),
    ]);
    assert_eq!(circle.len(), 3);
}

#[test]
fn an_own_rule_needs_neither_version_nor_certainty() {
    let rules = rules_of(&[rule_text(&[("certainty", ""), ("since", "")])]);
    let rule = rules.find("LOC001").unwrap();
    assert_eq!((rule.since.as_deref(), rule.certainty.as_str()), (None, "inferred"));
}

fn checked(rules: &RuleSet, file: &Path) -> Outcome {
    let options = CheckOptions {
        input: input::InputOptions::default(),
        rules,
        weight: &|_, severity| Some(severity),
        detail: &|_| KeptFindings::All,
        threads: 1,
        timings: false,
        progress: None,
    };
    check(&[file.to_owned()], &options).unwrap()
}

/// Findings by rule with the rule they follow from.
fn folded(outcome: &Outcome) -> Vec<(&str, Option<&str>)> {
    let code = |place: usize| outcome.rules[place].code.as_str();
    outcome.findings.iter().map(|finding| (code(finding.rule), finding.follows.map(code))).collect()
}

fn three(severity_of_cause: &str) -> [String; 3] {
    let cause = [("severity", severity_of_cause), ("implies", "[\"LOC002\"]"), ("when", "\"ssid is filled\"")];
    let first = [("require", "\"grade_assessed is not '09'\""), ("message", "\"wrong grade\"")];
    let consequence = [("when", "\"ssid is filled\""), ("require", "\"grade_assessed <= 8\""), ("message", "\"high\"")];
    let last = [("implies", "[]"), ("when", "\"ssid is filled\""), ("message", "\"low\"")];
    [
        named("LOC001", &[cause.as_slice(), first.as_slice()].concat()),
        named("LOC002", &[consequence.as_slice(), &[("implies", "[\"LOC003\"]")]].concat()),
        named("LOC003", &[last.as_slice(), &[("require", "\"grade_assessed < 8\"")]].concat()),
    ]
}

#[test]
fn what_follows_is_counted_under_the_first_cause() {
    let folder = Folder::new();
    let mut sheet = Sheet::new(2022, 3);
    for (row, grade) in ["09", "08", "03"].into_iter().enumerate() {
        sheet.set(row, "grade_assessed", grade);
    }
    let file = folder.write("scores.csv", sheet.caret());
    let rules = rules_of(&three("\"error\""));
    let outcome = checked(&rules, &file);
    let expected = [("LOC001", None), ("LOC002", Some("LOC001")), ("LOC003", Some("LOC001")), ("LOC003", None)];
    assert_eq!(folded(&outcome), expected);
    let totals = outcome.totals();
    assert_eq!((totals.errors, totals.following), (2, 2));
    let last = outcome.rules.iter().find(|rule| rule.code == "LOC003").unwrap();
    assert_eq!((last.broke, last.open(), &last.follows_from), (2, 1, &vec![("LOC001".to_owned(), 1)]));
}

#[test]
fn nothing_follows_from_what_weighs_less() {
    let folder = Folder::new();
    let mut sheet = Sheet::new(2022, 1);
    sheet.set(0, "grade_assessed", "09");
    let file = folder.write("scores.csv", sheet.caret());
    let rules = rules_of(&three("\"notice\""));
    let outcome = checked(&rules, &file);
    assert_eq!(folded(&outcome), [("LOC001", None), ("LOC002", None), ("LOC003", Some("LOC002"))]);
}

#[test]
fn a_family_is_judged_by_the_columns_that_are_there() {
    let folder = Folder::new();
    let mut sheet = Sheet::new(2022, 2);
    sheet.set(0, "opportunity_1_status", "I");
    sheet.set(1, "opportunity_1_status", "C");
    let gone = sheet.column("opportunity_4_status");
    let text: String = sheet
        .caret()
        .lines()
        .map(|line| {
            let cells = line.split('^').enumerate().filter(|(place, _)| *place != gone);
            cells.map(|(_, cell)| cell).collect::<Vec<_>>().join("^") + "\n"
        })
        .collect();
    let file = folder.write("scores.csv", text);
    let when = ("when", "\"some k in 1..4: (opportunity_k_status is 'I')\"");
    let rules = rules_of(&[named("LOC001", &[when, ("require", "\"never\""), ("message", "\"invalidated\"")])]);
    let outcome = checked(&rules, &file);
    let rule = &outcome.rules[0];
    // The second record could be invalidated in the part whose column is gone.
    assert_eq!((rule.broke, rule.applicable, rule.undecidable), (1, 2, 1));
}
