//! No value of a student gets out of a report unless it was asked for.

use scorelint::layout::{Sensitivity, registry};
use scorelint::outcome::Outcome;
use scorelint::privacy::mask::Reveal;
use scorelint::report::{Material, RuleBook, Timings, write_concise, write_json};
use scorelint::rule::{Scope, Severity};

use super::human::{look, render};
use crate::support::outcome::{SSID, broke, finding, outcome, rule};

/// A value that can be determined from everything else in a report, for each column of the layout.
fn secret(place: usize) -> String {
    match place % 4 {
        0 => format!("Qz{place:03}ja"),
        1 => format!("77{place:03}77{place:03}"),
        2 => format!("{}/{}/1{place:03}", place % 12 + 1, place % 28 + 1),
        _ => format!("  =\"Qz{place:03}\" "),
    }
}

/// One finding for each field that is not public, whose message and cells hold its secret.
pub fn secrets() -> (Outcome, RuleBook, Vec<String>) {
    let layout = registry().layout(2025).unwrap();
    let (mut rules, mut accounts, mut findings, mut values) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for (id, info) in registry().fields() {
        if info.sensitivity == Sensitivity::Public || !layout.has(id) {
            continue;
        }
        let (place, value) = (rules.len(), secret(id.index()));
        let message = format!("{} is {{{}}}, or so", info.title, info.name);
        let one = rule(&format!("V{place:03}"), info.name, Severity::Error, Scope::Cell, &message, "mend it");
        accounts.push(broke(&one, 1, &[]));
        findings.push(finding(place, Severity::Error, place as u64 + 2, &[(info.name, &value)]));
        rules.push(one);
        values.push(value.trim_matches([' ', '=', '"']).to_owned());
    }
    values.push(SSID.to_owned());
    (outcome(accounts, findings), RuleBook::new(&rules), values)
}

pub fn assert_none(output: &str, values: &[String], what: &str) {
    for value in values {
        assert!(!output.contains(value.as_str()), "{what} holds {value}");
    }
}

#[test]
fn no_default_output_holds_a_student_value() {
    let (outcome, rules, values) = secrets();
    assert!(values.len() > 300, "{}", values.len());
    let material = Material::new(&outcome, &rules, Reveal::Public, None);
    for width in [80, 140] {
        assert_none(&render(&outcome, &rules, Reveal::Public, look(width)), &values, "human");
    }
    let (mut concise, mut json) = (Vec::new(), Vec::new());
    write_concise(&mut concise, &material).unwrap();
    write_json(&mut json, &material, Timings::Shown).unwrap();
    assert_none(&String::from_utf8(concise).unwrap(), &values, "concise");
    assert_none(&String::from_utf8(json).unwrap(), &values, "json");
}

#[test]
fn no_debug_output_holds_a_student_value() {
    let (outcome, _, values) = secrets();
    assert_none(&format!("{outcome:?}"), &values, "debug");
    assert_none(&format!("{outcome:#?}"), &values, "debug");
}

#[test]
fn shown_values_hold_no_direct_identifier() {
    let (outcome, rules, _) = secrets();
    let direct = registry().fields().filter(|(_, info)| info.sensitivity == Sensitivity::DirectIdentifier);
    let values: Vec<String> =
        direct.map(|(id, _)| secret(id.index()).trim_matches([' ', '=', '"']).to_owned()).collect();
    let shown = render(&outcome, &rules, Reveal::StudentValues, look(140));
    assert_none(&shown, &values, "--show-values");
    let grade = secret(registry().id("grade_assessed").unwrap().index());
    assert!(shown.contains(grade.trim_matches([' ', '=', '"'])), "values that were asked for are missing");
}
