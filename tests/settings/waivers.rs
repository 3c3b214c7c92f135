//! Waivers cover what they say, count what they cover, and are watched themselves.

use serde_json::Value;

use super::{Folder, errors, findings, rule, text};
use crate::support::snapshots;

/// A waiver that holds on the day of the tests.
fn waiver(of: &str) -> String {
    format!("[[waivers]]\n{of}\nreason = \"known\"\nauthor = \"R. Lee\"\nexpires = 2026-06-30\n")
}

fn folder() -> Folder {
    Folder::with_faults(&["T006=4", "V044=3"])
}

/// A finding of a rule whose student has no other one.
fn first(report: &Value, code: &str) -> Value {
    findings(report, code)[0].clone()
}

/// The SSID that stands on a line of the file.
fn ssid(folder: &Folder, line: u64) -> String {
    let file = std::fs::read_to_string(folder.path("scores.csv")).unwrap();
    let place = file.lines().next().unwrap().split('^').position(|name| name == "SSID").unwrap();
    let record = file.lines().nth(usize::try_from(line).unwrap() - 1).unwrap();
    record.split('^').nth(place).unwrap().to_owned()
}

fn states(report: &Value) -> Vec<String> {
    let waivers = report["settings"]["waivers"].as_array().unwrap();
    waivers.iter().map(|one| format!("{} {}", one["state"].as_str().unwrap(), one["waived"])).collect()
}

#[test]
fn a_student_is_known_by_pseudonym_or_ssid_and_test() {
    let folder = folder();
    let plain = folder.check(&[]);
    let one = first(&plain, "T006");
    let (student, test) = (one["student"].as_str().unwrap(), one["record_type"].as_str().unwrap());
    let ssid = ssid(&folder, one["line"].as_u64().unwrap());
    let other = if test == "01" { "02" } else { "01" };
    for (of, is_waived) in [
        (format!("student = \"{student}\"\ntest = \"{test}\""), true),
        (format!("student = \"{ssid}\"\ntest = \"{test}\""), true),
        (format!("student = \"{student}\""), true),
        (format!("student = \"{student}\"\ntest = \"{other}\""), false),
        ("student = \"0000000000\"".to_owned(), false),
    ] {
        folder.settings(&waiver(&format!("rule = \"T006\"\n{of}")));
        let report = folder.check(&[]);
        let waived: Vec<&Value> = findings(&report, "T006").into_iter().filter(|one| one["waived"] == true).collect();
        assert_eq!(waived.len(), usize::from(is_waived), "{of}");
        assert_eq!(rule(&report, "T006")["broke"], rule(&plain, "T006")["broke"], "{of}");
        assert_eq!(rule(&report, "T006")["waived"].as_u64().unwrap_or(0), u64::from(is_waived), "{of}");
        if is_waived {
            assert_eq!(waived[0]["line"], one["line"]);
            assert_eq!(waived[0]["waiver"], 0);
            assert_eq!(report["settings"]["waivers"][0]["student"], *student);
        }
        assert!(!report.to_string().contains(&ssid), "an identifier is reported");
        let errors = |report: &Value| report["summary"]["errors"].as_u64().unwrap();
        assert_eq!(errors(&plain) - errors(&report), u64::from(is_waived), "{of}");
    }
}

#[test]
fn a_school_and_a_count_cover_theirs() {
    let folder = folder();
    let plain = folder.check(&[]);
    let all = rule(&plain, "T006")["broke"].as_u64().unwrap();
    let school = &rule(&plain, "T006")["by_school"][0];
    let (code, of_school) = (school["school"].as_str().unwrap(), school["broke"].as_u64().unwrap());
    let waived = |text: &str| {
        let report = folder.settings(text).check(&[]);
        (rule(&report, "T006")["waived"].as_u64().unwrap_or(0), states(&report))
    };
    let (count, state) = waived(&waiver(&format!("rule = \"T006\"\nschool = \"{code}\"")));
    assert_eq!((count, state), (of_school, vec![format!("used {of_school}")]));
    assert_eq!(waived(&waiver("rule = \"T006\"\ncount = 2")).0, 2.min(all));
    assert_eq!(waived(&waiver("rule = \"T006\"\ncount = 1000")).0, all);
    let both =
        waiver(&format!("rule = \"T006\"\nschool = \"{code}\"\ncount = 1")) + &waiver("rule = \"T006\"\ncount = 1");
    assert_eq!(waived(&both), (2, vec!["used 1".to_owned(), "used 1".to_owned()]));
    let report = folder.settings(&waiver(&format!("rule = \"T006\"\nschool = \"{code}\""))).check(&[]);
    let named = rule(&report, "T006")["by_school"].as_array().map_or(&[][..], Vec::as_slice);
    assert!(named.iter().all(|one| one["school"] != code), "waived findings stay among those of the school");
}

#[test]
fn a_run_with_everything_waived_is_clean() {
    let folder = folder();
    let plain = folder.check(&[]);
    let codes =
        plain["rules"].as_array().unwrap().iter().filter(|rule| rule["broke"] != 0 && rule["severity"] != "notice");
    let all: String = codes.map(|rule| waiver(&format!("rule = {}\ncount = 1000", rule["code"]))).collect();
    let run = folder.settings(&all).run(&["check", "scores.csv", "--fail-on", "warning"]);
    assert_eq!(run.status.code(), Some(0), "{}", text(&run));
    let report = folder.check(&[]);
    let summary = &report["summary"];
    let before = &plain["summary"];
    assert_eq!((&summary["errors"], &summary["warnings"]), (&0.into(), &0.into()));
    assert_eq!(summary["waived"], before["errors"].as_u64().unwrap() + before["warnings"].as_u64().unwrap());
    assert_eq!(rule(&report, "T006")["status"], "broke");
    let concise = text(&folder.run(&["check", "scores.csv", "--format", "concise", "--ignore", "P"]));
    assert!(!concise.contains("T006"), "{concise}");
    assert!(concise.contains(" waived in "), "{concise}");
}

#[test]
fn expired_unused_and_unexplained_waivers_are_findings() {
    let folder = folder();
    folder.settings(concat!(
        "[[waivers]]\nrule = \"T006\"\ncount = 1000\nreason = \"known\"\nauthor = \"R. Lee\"\nexpires = 2026-01-14\n",
        "[[waivers]]\nrule = \"T006\"\ncount = 1000\nreason = \" \"\nexpires = 2026-01-15\n",
        "[[waivers]]\nrule = \"V044\"\ncount = 1000\nreason = \"known\"\nauthor = \"R. Lee\"\nexpires = 2026-01-15\n",
        "[[waivers]]\nrule = \"S001\"\ncount = 7\nreason = \"known\"\nauthor = \"R. Lee\"\nexpires = \"2026-01-15\"\n",
    ));
    let report = folder.check(&[]);
    let waived = rule(&report, "V044")["broke"].as_u64().unwrap();
    assert_eq!(states(&report), ["expired 0", "unexplained 0", &format!("used {waived}"), "unused 0"]);
    assert_eq!(rule(&report, "T006")["waived"], Value::Null);
    let message = |code: &str| first(&report, code)["message"].as_str().unwrap().to_owned();
    assert_eq!(message("L091"), "waiver of T006 (up to 1000 findings) ended on 2026-01-14");
    assert_eq!(message("L092"), "waiver of S001 (up to 7 findings) covers no finding");
    assert_eq!(message("L093"), "waiver of T006 (up to 1000 findings) lacks reason and author");
    assert_eq!((&first(&report, "L092")["waiver"], &first(&report, "L092")["line"]), (&3.into(), &Value::Null));
    assert_eq!(report["settings"]["waivers"][3]["line"], 19);
    let selected = folder.check(&["--select", "T,L"]);
    assert_eq!(states(&selected), ["expired 0", "unexplained 0", "not-run 0", "not-run 0"]);
    assert_eq!(findings(&selected, "L092").len(), 0, "a rule that is not run says nothing of its waivers");
    let run = folder.run(&["check", "scores.csv", "--select", "L", "--fail-on", "warning"]);
    assert_eq!(run.status.code(), Some(1));
    let concise = text(&folder.run(&["check", "scores.csv", "--format", "concise", "--select", "L,S001"]));
    assert!(concise.contains("scorelint.toml:19: notice L092 waiver of S001"), "{concise}");
}

#[test]
fn the_day_can_be_given() {
    let folder = folder();
    folder.settings(&waiver("rule = \"T006\"\ncount = 1000"));
    let state = |day: &str| states(&folder.check(&["--today", day]))[0].split(' ').next().unwrap().to_owned();
    assert_eq!(state("2026-06-30"), "used");
    assert_eq!(state("2026-07-01"), "expired");
}

#[test]
fn without_a_key_pseudonyms_cover_nothing_and_ssids_do() {
    let folder = folder();
    let one = first(&folder.check(&[]), "T006");
    let check = |student: &str| {
        folder.settings(&waiver(&format!("rule = \"T006\"\nstudent = \"{student}\"")));
        let run = crate::support::scorelint()
            .current_dir(folder.dir.path())
            .env_remove("SCORELINT_KEY")
            .env("HOME", "/dev/null")
            .env("SCORELINT_TODAY", super::TODAY)
            .args(["check", "scores.csv", "--format", "json"])
            .output()
            .unwrap();
        (serde_json::from_slice::<Value>(&run.stdout).unwrap(), errors(&run, folder.dir.path()))
    };
    let (report, _) = check(one["student"].as_str().unwrap());
    assert_eq!(states(&report), ["unused 0"]);
    let ssid = ssid(&folder, one["line"].as_u64().unwrap());
    let (report, _) = check(&ssid);
    assert_eq!(states(&report), ["used 1"]);
    assert!(!report.to_string().contains(&ssid));
}

#[test]
fn one_thread_or_many_waive_the_same() {
    let folder = folder();
    folder.settings(&(waiver("rule = \"T006\"\ncount = 2") + &waiver("rule = \"V044\"\ncount = 1")));
    let bytes = |threads: &str| folder.run(&["check", "scores.csv", "--format", "json", "--threads", threads]).stdout;
    assert!(bytes("1") == bytes("7"));
}

#[test]
fn people_read_what_is_waived() {
    let folder = folder();
    folder.settings(
        &(waiver("rule = \"T006\"\ncount = 2")
            + &waiver("rule = \"V044\"\ncount = 1000")
            + &waiver("rule = \"S001\"\ncount = 1")),
    );
    let elapsed = regex::Regex::new(r"in [0-9.]+ m?s(, [0-9,]+ records and [0-9.,]+ .B a\s+second)?").unwrap();
    for columns in ["80", "140"] {
        let run = crate::support::scorelint()
            .current_dir(folder.dir.path())
            .env("SCORELINT_TODAY", super::TODAY)
            .env("COLUMNS", columns)
            .args(["check", "scores.csv", "--select", "T,V044,S001,L", "--samples", "1"])
            .output()
            .unwrap();
        let shown = elapsed.replace_all(&text(&run), "in TIME").into_owned();
        snapshots().bind(|| insta::assert_snapshot!(format!("settings_waived_{columns}"), shown));
    }
}

#[test]
fn reports_with_waivers_follow_the_schema() {
    let folder = folder();
    folder.settings(&(waiver("rule = \"T006\"\ncount = 2") + "[[waivers]]\nrule = \"S001\"\ncount = 1\n"));
    let schema = std::fs::read_to_string(crate::support::path("docs/schemas/check-1.schema.json")).unwrap();
    let schema = jsonschema::validator_for(&serde_json::from_str(&schema).unwrap()).unwrap();
    let report = folder.check(&[]);
    let wrong: Vec<String> =
        schema.iter_errors(&report).map(|error| format!("{}: {error}", error.instance_path())).collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
