//! The lint on real public files: nothing that holds in real data may be called an error.

use std::fmt::Write as _;
use std::path::PathBuf;

use scorelint::official::{LintOptions, check, sort_out};
use scorelint::outcome::Outcome;
use scorelint::rule::{Rule, RuleSet, Severity};

use super::{real, written};
use crate::support;

fn linted(paths: &[PathBuf]) -> Outcome {
    let rules = RuleSet::embedded().unwrap();
    let weight = |_: &Rule, severity: Severity| Some(severity);
    check(paths, &LintOptions { rules: &rules, weight: &weight, kept: usize::MAX, want_sha256: false }).unwrap()
}

const SETS: [&[&str]; 5] = [
    &["sb_ca2018_group1_subset.txt", "sb_ca2018entities_csv.txt"],
    &["sb_ca2018_group1_subset.txt"],
    &["cast_ca2021_group1_subset.txt", "cast_ca2021entities_csv.txt"],
    &["sb_ca2022_group1_subset.txt", "sb_ca2022entities_csv.txt", "StudentGroups_2022.txt", "Tests_2022.txt"],
    &["sb_ca2024_values.txt", "sb_ca2024entities_csv.txt"],
];

#[test]
fn real_files_have_no_errors_and_no_warnings() {
    let mut table = String::new();
    for names in SETS {
        let outcome = linted(&names.iter().map(|name| real(name)).collect::<Vec<_>>());
        let _ = writeln!(table, "{}", names.join(" "));
        for rule in &outcome.rules {
            let counts = format!(
                "{:>6} applicable {:>4} broke {:>4} undecidable",
                rule.applicable, rule.broke, rule.undecidable
            );
            let _ =
                writeln!(table, "  {} {:<8} {:<15} {counts}", rule.code, rule.severity.as_str(), rule.status.as_str());
            assert!(
                rule.broke == 0 || rule.severity == Severity::Notice,
                "{names:?}: {} {:?}",
                rule.code,
                outcome.findings.iter().find(|one| outcome.rules[one.rule].code == rule.code)
            );
        }
    }
    support::snapshots().bind(|| insta::assert_snapshot!("official-real", table));
}

#[test]
fn paths_are_sorted_by_what_they_hold() {
    let folder = tempfile::tempdir().unwrap();
    let official = written(&folder, "sb_ca2022.txt", std::fs::read(real("sb_ca2022_group1_subset.txt")).unwrap());
    let students = support::path("samples");
    let missing = folder.path().join("missing.csv");
    let sorted = sort_out(&[official.clone(), students.clone(), missing.clone(), folder.path().to_owned()]);
    assert_eq!(sorted.official, [official, folder.path().to_owned()]);
    assert_eq!(sorted.students, [students, missing]);
}

/// One changed figure of a real file, and the rule that finds it.
#[test]
fn a_changed_figure_is_found() {
    let folder = tempfile::tempdir().unwrap();
    let text = std::fs::read_to_string(real("sb_ca2022_group1_subset.txt")).unwrap();
    let cases = [
        ("^424979^413597^", "^424979^424980^", "O010"),
        ("^22.77^19.40^", "^23.77^19.40^", "O020"),
        ("^2969670^2965421^3^1^", "^2969671^2965421^3^1^", "O033"),
        ("^424979^413597^", "^424979^413598^", "O030"),
        ("^2408.6^", "^3408.6^", "O025"),
    ];
    for (from, to, code) in cases {
        let changed = text.replacen(from, to, 1);
        assert_ne!(changed, text, "{code}");
        let outcome = linted(&[written(&folder, "changed.txt", changed)]);
        let broken: Vec<&str> =
            outcome.rules.iter().filter(|rule| rule.broke > 0).map(|rule| rule.code.as_str()).collect();
        assert!(broken.contains(&code), "{code}: {broken:?}");
    }
}

#[test]
fn hidden_figures_are_never_told() {
    let folder = tempfile::tempdir().unwrap();
    let text = "County Code^District Code^School Code^Test Year^Student Group ID^Grade^Test ID^Students Tested^Students with Scores^Type ID\n\
                58^99999^0000001^2022^1^5^1^20^20^7\n58^99999^0000002^2022^1^5^1^*^*^7\n58^99999^0000000^2022^1^5^1^22^22^6\n";
    let outcome = linted(&[written(&folder, "hidden.txt", text)]);
    assert!(outcome.findings.is_empty(), "{:?}", outcome.findings);
    let sums = outcome.rules.iter().find(|rule| rule.code == "O040").unwrap();
    assert_eq!((sums.applicable, sums.undecidable), (2, 2));
}

#[test]
fn the_program_reports_official_files() {
    let run = |format: &str, paths: &[&str]| {
        let mut command = support::scorelint();
        command.args(["check", "--format", format]).current_dir(support::path("tests/official/real")).args(paths);
        let output = command.output().unwrap();
        (output.status.code(), String::from_utf8(output.stdout).unwrap(), String::from_utf8(output.stderr).unwrap())
    };
    let (code, concise, _) = run("concise", &["sb_ca2018_group1_subset.txt", "StudentGroups_2022.txt"]);
    support::snapshots().bind(|| insta::assert_snapshot!("official-concise", concise));
    assert_eq!(code, Some(0));
    let (code, json, error) = run("json", &["sb_ca2022_group1_subset.txt", "sb_ca2022entities_csv.txt"]);
    assert_eq!((code, error.as_str()), (Some(0), ""));
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!(json["inputs"][0]["kind"], "an official research file of CAASPP results");
    assert_eq!(json["inputs"][0]["records"], 166);
    assert!(json["rules"].as_array().unwrap().iter().all(|rule| rule["code"].as_str().unwrap().starts_with('O')));
    let schema = std::fs::read_to_string(support::path("docs/schemas/check-1.schema.json")).unwrap();
    let validator = jsonschema::validator_for(&serde_json::from_str(&schema).unwrap()).unwrap();
    let wrong: Vec<String> = validator.iter_errors(&json).map(|error| error.to_string()).collect();
    assert_eq!(wrong, Vec::<String>::new());
    let (_, human, _) = run("human", &["sb_ca2018_group1_subset.txt"]);
    let human = regex::Regex::new(r"kB in .*").unwrap().replace_all(&human, "kB in …").into_owned();
    support::snapshots().bind(|| insta::assert_snapshot!("official-human", human));
}
