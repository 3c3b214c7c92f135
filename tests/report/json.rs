//! The report for programs, held against its published schema.

use scorelint::outcome::Outcome;
use scorelint::privacy::mask::Reveal;
use scorelint::privacy::pseudonym::Pseudonyms;
use scorelint::report::{Material, RuleBook, Timings, write_json};
use serde_json::{Value, json};

use crate::support::outcome::{SSID, district};
use crate::support::{path, snapshots};

fn render(outcome: &Outcome, rules: &RuleBook, pseudonyms: Option<&Pseudonyms>, timings: Timings) -> Value {
    let mut out = Vec::new();
    write_json(&mut out, &Material::new(outcome, rules, Reveal::Public, pseudonyms), timings).unwrap();
    serde_json::from_slice(&out).unwrap()
}

fn schema() -> jsonschema::Validator {
    let text = std::fs::read_to_string(path("docs/schemas/check-1.schema.json")).unwrap();
    jsonschema::validator_for(&serde_json::from_str(&text).unwrap()).unwrap()
}

fn assert_valid(report: &Value) {
    let errors: Vec<String> =
        schema().iter_errors(report).map(|error| format!("{}: {error}", error.instance_path())).collect();
    assert!(errors.is_empty(), "{}", errors.join("\n"));
}

#[test]
fn it_follows_its_schema() {
    let (mut outcome, rules) = district();
    outcome.inputs[0].info.member = Some("inner.txt".into());
    outcome.inputs[0].sha256 = Some("0123456789abcdef".repeat(4));
    let pseudonyms = Pseudonyms::new(b"0123456789abcdef").unwrap();
    let report = render(&outcome, &rules, Some(&pseudonyms), Timings::Shown);
    assert_valid(&report);
    assert_eq!(report["findings"].as_array().map(Vec::len), Some(outcome.findings.len()));
    let text = serde_json::to_string_pretty(&report).unwrap();
    let text = text.replace(scorelint::RULES_SHA256, "(hash of the rules)");
    snapshots().bind(|| insta::assert_snapshot!(text));
}

#[test]
fn it_follows_its_schema_without_key_and_findings() {
    let (mut outcome, rules) = district();
    let report = render(&outcome, &rules, None, Timings::Hidden);
    assert_valid(&report);
    assert!(report["findings"].as_array().unwrap().iter().all(|finding| finding.get("student").is_none()));
    outcome.findings.clear();
    outcome.inputs.clear();
    assert_valid(&render(&outcome, &rules, None, Timings::Hidden));
}

#[test]
fn the_schema_refuses_what_it_does_not_know() {
    let (outcome, rules) = district();
    let good = render(&outcome, &rules, None, Timings::Hidden);
    let changes: [fn(&mut Value); 4] = [
        |report| report["schema"] = json!("scorelint/check/2"),
        |report| report["findings"][0]["ssid"] = json!(SSID),
        |report| report["rules"][0]["status"] = json!("fine"),
        |report| report["rules"][8]["reason"] = Value::Null,
    ];
    for change in changes {
        let mut bad = good.clone();
        change(&mut bad);
        assert!(!schema().is_valid(&bad), "{bad}");
    }
}

#[test]
fn the_same_outcome_gives_the_same_bytes_however_long_it_took() {
    let (mut outcome, rules) = district();
    let first = render(&outcome, &rules, None, Timings::Hidden);
    outcome.elapsed *= 3;
    outcome.rules[0].time *= 3;
    assert_eq!(first, render(&outcome, &rules, None, Timings::Hidden));
}
