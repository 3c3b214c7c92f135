//! Damage that begins far behind the start of a file: it is noticed while the file is read, and every command counts
//! as for the sound file, or says that it cannot.

use std::path::Path;

use super::mend::{account, district_of, rules, run, save};

/// A file of several megabytes, with the last quarter of its records changed under a heading.
fn changed_late(lines: &[Vec<String>], heading: &str, change: impl Fn(&str) -> String) -> Vec<Vec<String>> {
    let place = lines[0].iter().position(|name| name == heading).unwrap();
    let late = lines.len() * 3 / 4;
    let anew = |(number, cells): (usize, &Vec<String>)| {
        let mut cells = cells.clone();
        if number > late {
            cells[place] = change(&cells[place]);
        }
        cells
    };
    lines.iter().enumerate().map(anew).collect()
}

fn decimals(cell: &str) -> String {
    if cell.is_empty() { String::new() } else { format!("{cell}.0") }
}

#[test]
fn damage_behind_the_start_is_mended_as_if_it_stood_at_the_start() {
    let folder = tempfile::tempdir().unwrap();
    let lines = district_of(folder.path(), 2025, 1200);
    let path = save(folder.path(), "sound.csv", &lines);
    assert!(std::fs::metadata(&path).unwrap().len() > 2 << 20, "too short to have a second block");
    let sound = account(&path);
    assert_eq!(sound.0, 0);
    for (heading, rule) in [("AchievementLevels", "V068"), ("EthnicityforTesting", "V068")] {
        let path = save(folder.path(), "late.csv", &changed_late(&lines, heading, decimals));
        assert_eq!(account(&path), sound, "{heading}");
        assert!(rules(&path).contains(&rule.to_owned()), "{heading}");
        let one = run(&["check", "--threads", "1", "--format", "concise"], &path);
        assert_eq!(run(&["check", "--threads", "4", "--format", "concise"], &path), one);
    }
}

#[test]
fn what_cannot_be_read_behind_the_start_makes_its_counts_unknown() {
    let folder = tempfile::tempdir().unwrap();
    let lines = district_of(folder.path(), 2025, 1200);
    for (heading, text) in [("GradeAssessed", "5E+01"), ("RecordType", "Test"), ("EthnicityforTesting", "#REF!")] {
        let last = lines.len() - 2;
        let mut damaged = lines.clone();
        let place = lines[0].iter().position(|name| name == heading).unwrap();
        damaged[last][place] = text.to_owned();
        let path = save(folder.path(), "late.csv", &damaged);
        let (code, text) = run(&["account"], &path);
        assert_eq!(code, 2, "{heading}");
        assert!(text.contains("INCOMPLETE") && text.contains("cannot be read in 1 cell"), "{heading}: {text}");
    }
}

/// Exit code and what a reconciliation and its recount say.
fn reconciled(folder: &Path, score: &Path, official: &Path) -> ((Option<i32>, String), (Option<i32>, String)) {
    let saved = folder.join("found.json");
    let mut commands = [crate::support::scorelint(), crate::support::scorelint(), crate::support::scorelint()];
    let words = |output: std::process::Output| (output.status.code(), String::from_utf8(output.stdout).unwrap());
    let text = commands[0].arg("reconcile").arg(score).args(["--samples", "0", "--official"]).arg(official).output();
    let kept = commands[1].arg("reconcile").arg(score).arg("--official").arg(official).arg("--force");
    kept.arg("-o").arg(&saved).output().unwrap();
    let again = commands[2].arg("verify").arg(&saved).arg(score).arg("--official").arg(official).output();
    (words(text.unwrap()), words(again.unwrap()))
}

#[test]
fn a_reconciliation_says_what_it_cannot_know_and_the_recount_agrees() {
    let folder = tempfile::tempdir().unwrap();
    let made = crate::support::scorelint()
        .args(["synth", "--scenario", "nonpublic", "--students", "600", "--output"])
        .arg(folder.path().join("d"))
        .output()
        .unwrap();
    assert!(made.status.success());
    let official = folder.path().join("d/official");
    let mut files = std::fs::read_dir(folder.path().join("d")).unwrap().map(|file| file.unwrap().path());
    let path = files.find(|path| path.extension().is_some_and(|ending| ending == "csv")).unwrap();
    let text = std::fs::read_to_string(&path).unwrap();
    let lines: Vec<Vec<String>> = text.lines().map(|line| line.split('^').map(str::to_owned).collect()).collect();
    let at = |heading: &str| lines[0].iter().position(|name| name == heading).unwrap();
    let with = |heading: &str, text: &str| {
        let mut lines = lines.clone();
        let filled = lines.iter().skip(1).position(|cells| !cells[at(heading)].is_empty()).unwrap() + 1;
        lines[filled][at(heading)] = text.to_owned();
        save(folder.path(), "damaged.csv", &lines)
    };
    let (sound, recount) = reconciled(folder.path(), &save(folder.path(), "sound.csv", &lines), &official);
    assert_eq!((sound.0, recount.0), (Some(0), Some(0)), "{}{}", sound.1, recount.1);
    // A grade decides about every figure, an ethnicity about its groups, a level and a score about theirs.
    for (heading, text) in [
        ("GradeAssessed", "5E+01"),
        ("EthnicityforTesting", "#REF!"),
        ("AchievementLevels", "Good"),
        ("ScaleScore", "####"),
    ] {
        let (found, recount) = reconciled(folder.path(), &with(heading, text), &official);
        assert_eq!(found.0, Some(2), "{heading}: {}", found.1);
        assert!(found.1.contains("INCOMPLETE") && found.1.contains("cannot be read"), "{heading}: {}", found.1);
        assert_eq!(recount.0, Some(2), "{heading}: {}", recount.1);
        assert!(recount.1.starts_with("confirmed") && recount.1.contains("INCOMPLETE"), "{heading}: {}", recount.1);
        let is_whole = found.1.contains("nothing can be compared");
        assert_eq!(is_whole, heading == "GradeAssessed", "{heading}: {}", found.1);
    }
    // A column that is not there is no column of blank cells.
    let without: Vec<Vec<String>> = lines
        .iter()
        .map(|cells| {
            let kept = cells.iter().enumerate().filter(|(place, _)| *place != at("EthnicityforTesting"));
            kept.map(|(_, cell)| cell.clone()).collect()
        })
        .collect();
    let (found, recount) = reconciled(folder.path(), &save(folder.path(), "without.csv", &without), &official);
    assert_eq!((found.0, recount.0), (Some(2), Some(2)), "{}{}", found.1, recount.1);
    assert!(found.1.contains("there is no column for"), "{}", found.1);
}

#[test]
fn a_second_file_whose_identifiers_cannot_be_read_says_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let made = crate::support::scorelint()
        .args(["synth", "--students", "60", "--second-files", "--output"])
        .arg(folder.path().join("d"))
        .output()
        .unwrap();
    assert!(made.status.success());
    let named = |part: &str| {
        let files = std::fs::read_dir(folder.path().join("d")).unwrap().map(|file| file.unwrap().path());
        files.into_iter().find(|path| path.to_string_lossy().contains(part)).unwrap()
    };
    let (checked, earlier) = (named("Data_2025"), named("Data_2024"));
    let checked =
        if checked.to_string_lossy().contains("Enrolled") { named("TestedStudentScoreData_2025") } else { checked };
    let reasons = |earlier: &Path| {
        let mut command = crate::support::scorelint();
        let output =
            command.args(["check", "--format", "json", "--earlier"]).arg(earlier).arg(&checked).output().unwrap();
        let report: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
        let reasons = report["rules"].as_array().unwrap().iter().filter_map(|rule| rule["reason"].as_str());
        let is_of_keys = |reason: &&str| reason.contains("cannot be matched for certain");
        reasons.filter(is_of_keys).map(str::to_owned).collect::<Vec<String>>()
    };
    assert_eq!(reasons(&earlier), Vec::<String>::new());
    let text = std::fs::read_to_string(&earlier).unwrap();
    let mut lines: Vec<Vec<String>> = text.lines().map(|line| line.split('^').map(str::to_owned).collect()).collect();
    let place = lines[0].iter().position(|name| name == "SSID").unwrap();
    lines[2][place] = "1.23E+09".to_owned();
    let lines: Vec<String> = lines.iter().map(|cells| cells.join("^")).collect();
    let damaged = folder.path().join(earlier.file_name().unwrap());
    std::fs::write(&damaged, lines.join("\n") + "\n").unwrap();
    let reasons = reasons(&damaged);
    assert!(
        !reasons.is_empty() && reasons.iter().all(|one| one.contains("in 1 cell of the file of 2024")),
        "{reasons:?}"
    );
}
