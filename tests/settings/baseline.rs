//! A baseline covers what was there and nothing else, wherever its records stand.

use std::fs;

use super::{Folder, errors, findings, text};
use crate::support::snapshots;

const SIGNED: [&str; 6] = ["--author", "R. Lee", "--reason", "in work \"at\" the schools", "--expires", "2026-06-30"];

fn write(folder: &Folder, flags: &[&str]) -> std::process::Output {
    let run = folder.run(&[&["baseline", "scores.csv", "--output", "known.toml"], &SIGNED[..], flags].concat());
    assert_eq!(run.status.code(), Some(0), "{}", errors(&run, folder.dir.path()));
    run
}

/// Errors and warnings that a check with the baseline reports.
fn new(folder: &Folder) -> u64 {
    let report = folder.check(&["--config", "known.toml"]);
    let broke = |code| findings(&report, code).len();
    assert_eq!((broke("L091"), broke("L092"), broke("L093")), (0, 0, 0));
    report["summary"]["errors"].as_u64().unwrap() + report["summary"]["warnings"].as_u64().unwrap()
}

#[test]
fn a_check_after_it_reports_nothing_new() {
    let folder = Folder::with_faults(&["records"]);
    let plain = folder.check(&[]);
    let before = plain["summary"]["errors"].as_u64().unwrap() + plain["summary"]["warnings"].as_u64().unwrap();
    assert!(before > 100);
    write(&folder, &[]);
    assert_eq!(new(&folder), 0);
    let report = folder.check(&["--config", "known.toml"]);
    assert_eq!(report["summary"]["waived"], before);
    assert_eq!(
        folder.run(&["check", "scores.csv", "--config", "known.toml", "--fail-on", "warning"]).status.code(),
        Some(0)
    );
}

#[test]
fn lines_may_move() {
    let folder = Folder::with_faults(&["T006=4", "V044=3", "D007=2", "D001=1"]);
    write(&folder, &[]);
    let file = fs::read_to_string(folder.path("scores.csv")).unwrap();
    let (header, records) = file.split_once('\n').unwrap();
    let mut lines: Vec<&str> = records.lines().collect();
    lines.reverse();
    fs::write(folder.path("scores.csv"), format!("{header}\n{}\n", lines.join("\n"))).unwrap();
    assert_eq!(new(&folder), 0);
}

#[test]
fn a_new_finding_is_reported() {
    let folder = Folder::with_faults(&["V044=3"]);
    write(&folder, &[]);
    assert_eq!(new(&folder), 0);
    let file = fs::read_to_string(folder.path("scores.csv")).unwrap();
    let mode = file.lines().next().unwrap().split('^').position(|name| name == "TestMode").unwrap();
    let mut lines: Vec<String> = file.lines().map(str::to_owned).collect();
    let line = lines.iter().position(|line| line.split('^').nth(mode) == Some("O")).unwrap();
    let cells = lines[line].split('^').enumerate().map(|(place, cell)| if place == mode { "" } else { cell });
    lines[line] = cells.collect::<Vec<_>>().join("^");
    fs::write(folder.path("scores.csv"), lines.join("\n") + "\n").unwrap();
    let report = folder.check(&["--config", "known.toml"]);
    let open: Vec<u64> = findings(&report, "V044")
        .into_iter()
        .filter(|one| one["waived"] != true)
        .map(|one| one["line"].as_u64().unwrap())
        .collect();
    assert_eq!(open, [line as u64 + 1]);
}

#[test]
fn the_same_findings_give_the_same_bytes() {
    let folder = Folder::with_faults(&["records"]);
    write(&folder, &["--threads", "1"]);
    let one = fs::read(folder.path("known.toml")).unwrap();
    write(&folder, &["--threads", "7", "--force"]);
    assert!(one == fs::read(folder.path("known.toml")).unwrap());
}

#[test]
fn it_holds_no_identifier_and_no_line() {
    let folder = Folder::with_faults(&["T006=4", "D007=2", "V044=3"]);
    write(&folder, &[]);
    let made = fs::read_to_string(folder.path("known.toml")).unwrap();
    let file = fs::read_to_string(folder.path("scores.csv")).unwrap();
    let place = file.lines().next().unwrap().split('^').position(|name| name == "SSID").unwrap();
    for ssid in file.lines().skip(1).filter_map(|line| line.split('^').nth(place)).filter(|ssid| !ssid.is_empty()) {
        assert!(!made.contains(ssid));
    }
    assert!(!made.contains("line ="), "{made}");
    snapshots().bind(|| insta::assert_snapshot!("settings_baseline", made));
}

#[test]
fn waived_findings_are_not_written_again() {
    let folder = Folder::with_faults(&["V044=3"]);
    write(&folder, &[]);
    folder.settings("waiver_files = [\"known.toml\"]\n");
    let run = folder.run(&[&["baseline", "scores.csv", "--output", "-"], &SIGNED[..]].concat());
    assert!(!text(&run).contains("[[waivers]]"), "{}", text(&run));
    assert!(errors(&run, folder.dir.path()).contains("0 waivers of 0 findings"));
    assert_eq!(folder.check(&[])["summary"]["errors"], 0);
}

#[test]
fn the_limit_of_severity_is_kept() {
    let folder = Folder::with_faults(&["T006=1"]);
    let count = |severity: &str| {
        write(&folder, &["--severity", severity, "--force"]);
        fs::read_to_string(folder.path("known.toml")).unwrap().matches("[[waivers]]").count()
    };
    let (errors, all) = (count("error"), count("notice"));
    assert!(0 < errors && errors < all, "{errors} of {all}");
}

#[test]
fn mistakes_are_told() {
    let folder = Folder::with_faults(&["V044=1"]);
    let run = |flags: &[&str]| {
        let run = folder.run(&[&["baseline", "scores.csv"], flags].concat());
        (run.status.code(), errors(&run, folder.dir.path()))
    };
    let (code, message) = run(&["--output", "known.toml"]);
    assert_eq!(code, Some(2));
    for flag in ["--author", "--reason", "--expires"] {
        assert!(message.contains(flag), "{message}");
    }
    let with = |flags: &[&str]| run(&[&["--output", "known.toml"], flags].concat());
    let (code, message) = with(&["--author", " ", "--reason", "r", "--expires", "2026-06-30"]);
    assert!(code == Some(2) && message.contains("must not be empty"), "{message}");
    let (code, message) = with(&["--author", "a", "--reason", "r", "--expires", "30.6.2026"]);
    assert!(code == Some(2) && message.contains("2026-06-30"), "{message}");
    let (code, message) = with(&["--author", "a", "--reason", "r", "--expires", "2026-01-14"]);
    assert!(code == Some(2) && message.contains("over already"), "{message}");
    folder.write("known.toml", "");
    let (code, message) = with(&SIGNED);
    assert!(code == Some(2) && message.contains("--force"), "{message}");
    assert_eq!(fs::read_to_string(folder.path("known.toml")).unwrap(), "");
}

#[test]
fn without_a_key_it_says_what_to_do() {
    let folder = Folder::with_faults(&["V044=1"]);
    let run = crate::support::scorelint()
        .current_dir(folder.dir.path())
        .env_remove("SCORELINT_KEY")
        .env("HOME", "/dev/null")
        .args([&["baseline", "scores.csv", "--output", "known.toml", "--today", super::TODAY], &SIGNED[..]].concat())
        .output()
        .unwrap();
    let message = errors(&run, folder.dir.path());
    assert_eq!(run.status.code(), Some(2));
    assert!(message.contains("SCORELINT_KEY"), "{message}");
    assert!(!folder.path("known.toml").exists());
}
