//! Which rules run and what they weigh: words, flags and the file against each other.

use std::path::Path;

use scorelint::rule::{Rule, RuleSet, Severity};
use scorelint::settings::{
    BoundSettings, Closeness, Flags, Limit, Runs, Settings, SettingsFile, Thresholds, closeness,
};

use super::{Folder, findings, rule};

fn settings(text: &str, select: &[&str], ignore: &[&str]) -> Settings {
    let owned = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect();
    Settings {
        file: Some(SettingsFile::parse(Path::new("scorelint.toml"), text.to_owned()).unwrap()),
        why: String::new(),
        flags: Flags { select: owned(select), ignore: owned(ignore), ..Flags::default() },
        today: "2026-01-15".parse::<jiff::civil::Date>().unwrap().into(),
    }
}

fn shipped() -> RuleSet {
    RuleSet::embedded().unwrap()
}

fn weight(text: &str, select: &[&str], ignore: &[&str], code: &str) -> Option<Severity> {
    let rules = shipped();
    let bound = BoundSettings::new(&settings(text, select, ignore), &rules).unwrap();
    let rule = rules.find(code).unwrap();
    bound.weight(rule, rule.severity)
}

#[test]
fn words_name_rules_by_code_family_name_and_owner() {
    let rules = shipped();
    let t001 = rules.find("T001").unwrap();
    let cases = [
        ("T001", Some(Closeness::Itself)),
        ("t001", Some(Closeness::Itself)),
        ("condition-code-and-include-indicator-disagree", Some(Closeness::Itself)),
        ("T00", Some(Closeness::Beginning(2))),
        ("T", Some(Closeness::Family)),
        ("Status", Some(Closeness::Family)),
        ("toms coordinator", Some(Closeness::Owner)),
        ("score", None),
        ("T0011", None),
        ("", None),
    ];
    for (word, expected) in cases {
        assert_eq!(closeness(t001, word), expected, "{word}");
    }
    let own = Rule { code: "TST001".into(), ..t001.clone() };
    assert_eq!(closeness(&own, "T"), None, "a letter of an own prefix is no family");
    assert_eq!(closeness(&own, "TST"), Some(Closeness::Family));
}

#[test]
fn the_closest_word_decides_on_severity() {
    use Severity::{Error, Notice, Warning};
    let file = "[severity]\nT = \"notice\"\nT00 = \"warning\"\nT001 = \"error\"\nT002 = \"off\"\n";
    for (code, expected) in [("T001", Some(Error)), ("T002", None), ("T003", Some(Warning)), ("T010", Some(Notice))] {
        assert_eq!(weight(file, &[], &[], code), expected, "{code}");
    }
    assert_eq!(weight("[severity]\nscore = \"notice\"\n", &[], &[], "S001"), Some(Notice));
}

#[test]
fn flags_win_over_the_file() {
    let file = "select = [\"T\", \"P\"]\nignore = [\"P\"]\n[severity]\nT002 = \"off\"\n";
    let cases: [(&[&str], &[&str], &str, bool); 9] = [
        (&[], &[], "T001", true),
        (&[], &[], "T002", false),
        (&[], &[], "S001", false),
        (&[], &[], "P001", false),
        (&["S"], &[], "S001", true),
        (&["S"], &[], "T001", false),
        (&["T002", "P001"], &[], "T002", true),
        (&["T002", "P001"], &[], "P001", true),
        (&[], &["T001"], "T001", false),
    ];
    for (select, ignore, code, expected) in cases {
        assert_eq!(weight(file, select, ignore, code).is_some(), expected, "{select:?} {ignore:?} {code}");
    }
    assert!(weight(file, &["T"], &["T001"], "T001").is_none(), "of flags, --ignore wins");
    assert!(weight(file, &[], &["T001"], "P001").is_none(), "--ignore adds to the file");
}

#[test]
fn who_left_a_rule_out_is_known() {
    let rules = shipped();
    let bound =
        BoundSettings::new(&settings("ignore = [\"P\"]\n\n[severity]\nT002 = \"off\"\n", &[], &["V"]), &rules).unwrap();
    let runs = |code: &str| format!("{:?}", bound.rule(code).unwrap().runs);
    assert_eq!(runs("P001"), "Ignored(File { line: 1 })");
    assert_eq!(runs("V001"), "Ignored(Flag(\"--ignore\"))");
    assert_eq!(runs("T002"), "Off(File { line: 4 })");
    assert_eq!(bound.rule("T001").unwrap().runs, Runs::Yes);
}

#[test]
fn limits_are_counts_or_shares() {
    let cases = [
        ("> 10", 10, 100, false),
        ("> 10", 11, 100, true),
        (">= 10", 10, 100, true),
        (">10", 11, 0, true),
        ("> 0.5 %", 5, 1_000, false),
        ("> 0.5 %", 6, 1_000, true),
        (">= 0.5%", 5, 1_000, true),
        (">= 0", 0, 10, false),
        ("> 0 %", 1, 10, true),
        ("> 33.333333 %", 1, 3, true),
        ("> 100 %", u64::MAX, u64::MAX, false),
    ];
    for (limit, found, applicable, expected) in cases {
        assert_eq!(Limit::parse(limit).unwrap().is_reached(found, applicable), expected, "{limit} {found}");
    }
    for wrong in ["10", "< 10", "> -1", "> ten", "> 0.5", "> 101 %", "> .5 %", "> 5. %", ">", "> %", "> 1e3"] {
        assert_eq!(Limit::parse(wrong), None, "{wrong}");
    }
    for limit in ["> 10", ">= 3", "> 0.50 %", "> 7 %", ">= 12.005 %"] {
        assert_eq!(Limit::parse(limit).unwrap().to_string(), limit);
    }
}

#[test]
fn thresholds_come_to_a_severity() {
    use Severity::{Error, Notice, Warning};
    let limits = |warn: &str, error: &str| Thresholds { warn_if: Limit::parse(warn), error_if: Limit::parse(error) };
    let cases = [
        ("> 2", "> 5", [Notice, Warning, Error]),
        ("", "> 5", [Warning, Warning, Error]),
        ("> 2", "", [Notice, Warning, Warning]),
    ];
    for (warn, error, expected) in cases {
        let found = [1, 4, 9].map(|found| limits(warn, error).severity(found, 100));
        assert_eq!(found, expected, "{warn} {error}");
    }
}

#[test]
fn a_run_follows_severities_and_thresholds() {
    let folder = Folder::with_faults(&["X002=4", "V044=2"]);
    let plain = folder.check(&[]);
    let (x002, v044) =
        (rule(&plain, "X002")["broke"].as_u64().unwrap(), rule(&plain, "V044")["broke"].as_u64().unwrap());
    assert!(x002 >= 4 && v044 >= 2);
    folder.settings(&format!("[severity]\nV = \"notice\"\n[thresholds]\nX002 = {{ error_if = \"> {}\" }}\n", x002 - 1));
    let report = folder.check(&[]);
    assert_eq!(rule(&report, "X002")["severity"], "error");
    assert!(findings(&report, "X002").iter().all(|one| one["severity"] == "error"));
    assert_eq!(rule(&report, "V044")["severity"], "notice");
    assert!(findings(&report, "V044").iter().all(|one| one["severity"] == "notice"));
    assert_eq!(report["summary"]["errors"], x002);
    folder.settings(&format!("[thresholds]\nX002 = {{ warn_if = \"> {x002}\" }}\n"));
    assert_eq!(rule(&folder.check(&[]), "X002")["severity"], "notice");
}

#[test]
fn the_exit_code_follows_the_file_and_the_flag() {
    let folder = Folder::with_faults(&["T006=2"]);
    let exit = |flags: &[&str]| folder.run(&[&["check", "scores.csv"], flags].concat()).status.code();
    assert_eq!(exit(&[]), Some(1));
    folder.settings("fail_on = \"never\"\n");
    assert_eq!(exit(&[]), Some(0));
    assert_eq!(exit(&["--fail-on", "error"]), Some(1));
    assert_eq!(exit(&["--no-config"]), Some(1));
    folder.write("other.toml", "[severity]\nT006 = \"off\"\n");
    assert_eq!(exit(&["--config", "other.toml"]), Some(0));
}

#[test]
fn own_rules_are_taken_from_the_folder_of_the_file() {
    let folder = Folder::new();
    folder.synth("data/scores.csv", &[]);
    let own = std::fs::read_to_string(crate::support::path("docs/examples/LOC001-remote-test-on-paper.md")).unwrap();
    folder.write("own/LOC001-remote-test-on-paper.md", &own).settings("rules = [\"own\"]\nselect = [\"LOC\"]\n");
    let run = folder.run(&["check", "data/scores.csv", "--format", "json"]);
    let report: serde_json::Value = serde_json::from_slice(&run.stdout).unwrap();
    assert_ne!(rule(&report, "LOC001")["status"], "not-run");
    assert_eq!(rule(&report, "T001")["status"], "not-run");
    assert_eq!(report["settings"]["path"], "scorelint.toml");
}

#[test]
fn reasons_say_who_left_a_rule_out() {
    let folder = Folder::with_faults(&[]);
    folder.settings("ignore = [\"P\"]\n[severity]\nT002 = \"off\"\n");
    let report = folder.check(&["--ignore", "V"]);
    let reason = |code: &str| rule(&report, code)["reason"].as_str().unwrap().to_owned();
    assert_eq!(reason("P001"), "it is ignored by line 1 of scorelint.toml");
    assert_eq!(reason("T002"), "it is off by line 3 of scorelint.toml");
    assert_eq!(reason("V001"), "it is ignored by --ignore");
}
