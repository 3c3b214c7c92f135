//! Files that other programs have saved again: what can be undone is undone for every command, and what cannot
//! makes the counts not known. The sound file says what is right.

use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::support;

const YEARS: [u16; 3] = [2019, 2022, 2025];

/// A sound district of a year, as caret lines.
pub(super) fn district(folder: &Path, year: u16) -> Vec<Vec<String>> {
    district_of(folder, year, 120)
}

/// A sound district of a year with so many students, as caret lines.
pub(super) fn district_of(folder: &Path, year: u16, students: usize) -> Vec<Vec<String>> {
    let made = support::scorelint()
        .args(["synth", "--students", &students.to_string(), "--year", &year.to_string(), "--output"])
        .arg(folder.join(format!("district{year}")))
        .output()
        .unwrap();
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    let mut files = std::fs::read_dir(folder.join(format!("district{year}"))).unwrap().map(|file| file.unwrap().path());
    let path = files.find(|path| path.extension().is_some_and(|ending| ending == "csv")).unwrap();
    let text = std::fs::read_to_string(path).unwrap();
    text.lines().map(|line| line.split('^').map(str::to_owned).collect()).collect()
}

pub(super) fn save(folder: &Path, name: &str, lines: &[Vec<String>]) -> PathBuf {
    let path = folder.join(name);
    let lines: Vec<String> = lines.iter().map(|cells| cells.join("^")).collect();
    std::fs::write(&path, lines.join("\n") + "\n").unwrap();
    path
}

/// The file with each filled or blank cell under a heading, or under all, written anew.
pub(super) fn resaved(
    lines: &[Vec<String>],
    heading: Option<&str>,
    change: impl Fn(&str, &str) -> String,
) -> Vec<Vec<String>> {
    let header = &lines[0];
    let anew = |cells: &Vec<String>| {
        let cell = |(cell, name): (&String, &String)| match heading {
            Some(wanted) if wanted != name => cell.clone(),
            _ => change(&name.replace(' ', ""), cell),
        };
        cells.iter().zip(header).map(cell).collect()
    };
    std::iter::once(header.clone()).chain(lines[1..].iter().map(anew)).collect()
}

pub(super) fn run(arguments: &[&str], path: &Path) -> (i32, String) {
    let output = support::scorelint().args(arguments).arg(path).output().unwrap();
    (output.status.code().unwrap(), String::from_utf8(output.stdout).unwrap())
}

/// Exit code and figures of an account by everything.
pub(super) fn account(path: &Path) -> (i32, String) {
    let (code, text) = run(&["account", "--by", "reason,test,grade,school,group", "--format", "csv"], path);
    let figures = |line: &&str| !line.contains("incomplete");
    (code, text.lines().filter(figures).collect::<Vec<_>>().join("\n"))
}

/// The rules that are broken in a file, warnings and errors.
pub(super) fn rules(path: &Path) -> Vec<String> {
    let (_, text) = run(&["check", "--format", "json"], path);
    let report: Value = serde_json::from_str(&text).unwrap();
    let loud = report["findings"].as_array().unwrap().iter().filter(|one| one["severity"] != "notice");
    let mut rules: Vec<String> = loud.map(|one| one["rule"].as_str().unwrap().to_owned()).collect();
    rules.sort();
    rules.dedup();
    rules
}

fn is_number(cell: &str) -> bool {
    !cell.is_empty() && cell.len() < 6 && cell.bytes().all(|byte| byte.is_ascii_digit())
}

/// A date with its parts in another order; anything else as it is.
fn dated(cell: &str, order: impl Fn(&str, &str, &str) -> String) -> String {
    let parts: Vec<&str> = cell.split('-').collect();
    match parts.as_slice() {
        [year, month, day] if cell.len() == 10 && year.len() == 4 => order(year, month, day),
        _ => cell.to_owned(),
    }
}

fn plain(number: &str) -> &str {
    let plain = number.trim_start_matches('0');
    if plain.is_empty() { number } else { plain }
}

pub(super) type Change = fn(&str, &str) -> String;

/// Kinds of re-saves that lose nothing, and the rule that names each.
pub(super) const MENDED: [(&str, &str, Change); 9] = [
    ("decimals", "V068", |name, cell| match name {
        "AchievementLevels" | "AchievementLevel" | "ReportingEthnicity" | "ScaleScore" | "GradeAssessed"
        | "RecordType"
            if is_number(cell) =>
        {
            format!("{}.0", plain(cell))
        }
        _ => cell.to_owned(),
    }),
    ("thousands", "V077", |name, cell| match (name, cell.len()) {
        ("ScaleScore", 4) if is_number(cell) => format!("{},{}", &cell[..1], &cell[1..]),
        _ => cell.to_owned(),
    }),
    ("formulas", "V067", |_, cell| if is_number(cell) { format!("=\"{cell}\"") } else { cell.to_owned() }),
    ("apostrophes", "V067", |_, cell| if is_number(cell) { format!("'{cell}") } else { cell.to_owned() }),
    ("NA", "V066", |_, cell| if cell.is_empty() { "NA".to_owned() } else { cell.to_owned() }),
    ("month first", "V010", |_, cell| {
        dated(cell, |year, month, day| format!("{}/{}/{year}", plain(month), plain(day)))
    }),
    ("day first", "V010", |_, cell| dated(cell, |year, month, day| format!("{day}.{month}.{year}"))),
    ("times", "V010", |_, cell| dated(cell, |year, month, day| format!("{year}-{month}-{day} 00:00:00"))),
    ("booleans", "V025", |_, cell| match cell {
        "Yes" => "TRUE".to_owned(),
        "No" => "FALSE".to_owned(),
        _ => cell.to_owned(),
    }),
];

#[test]
fn what_loses_nothing_is_counted_as_the_sound_file_and_named() {
    let folder = tempfile::tempdir().unwrap();
    let mut wrong = Vec::new();
    for year in YEARS {
        let lines = district(folder.path(), year);
        let sound = account(&save(folder.path(), "sound.csv", &lines));
        assert_eq!(sound.0, 0);
        for (kind, rule, change) in MENDED {
            let damaged = resaved(&lines, None, change);
            if damaged == lines {
                wrong.push(format!("{year} {kind}: nothing was changed"));
            }
            let path = save(folder.path(), "damaged.csv", &damaged);
            if account(&path) != sound {
                wrong.push(format!("{year} {kind}: counted otherwise"));
            }
            if !rules(&path).iter().any(|one| one == rule) {
                wrong.push(format!("{year} {kind}: {rule} does not name it"));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn two_kinds_of_damage_at_once_are_both_undone() {
    let folder = tempfile::tempdir().unwrap();
    let lines = district(folder.path(), 2025);
    let sound = account(&save(folder.path(), "sound.csv", &lines));
    for (place, (first, _, one)) in MENDED.iter().enumerate() {
        let (second, _, other) = MENDED[(place + 4) % MENDED.len()];
        let damaged = resaved(&resaved(&lines, None, one), None, other);
        assert_eq!(account(&save(folder.path(), "damaged.csv", &damaged)), sound, "{first} and {second}");
    }
}

#[test]
fn words_in_place_of_codes_are_read_where_the_layout_has_them() {
    let folder = tempfile::tempdir().unwrap();
    let lines = district(folder.path(), 2025);
    let sound = account(&save(folder.path(), "sound.csv", &lines));
    let words = resaved(&lines, None, |name, cell| match (name, cell) {
        ("RecordType", "01") => "ELA".to_owned(),
        ("AchievementLevels", "3") => "Level 3".to_owned(),
        _ => cell.to_owned(),
    });
    let path = save(folder.path(), "words.csv", &words);
    assert_eq!(account(&path), sound);
    let rules = rules(&path);
    assert!(rules.contains(&"V001".to_owned()) && rules.contains(&"V049".to_owned()), "{rules:?}");
}

#[test]
fn what_cannot_be_read_makes_its_counts_unknown_and_is_said() {
    let folder = tempfile::tempdir().unwrap();
    let lines = district(folder.path(), 2025);
    // No day above twelve: nothing tells month from day.
    let dates =
        resaved(&lines, None, |_, cell| dated(cell, |year, _, day| format!("{}/4/{year}", 1 + day.as_bytes()[1] % 9)));
    let levels =
        resaved(
            &lines,
            Some("AchievementLevels"),
            |_, cell| {
                if cell.is_empty() { String::new() } else { "Good".to_owned() }
            },
        );
    for (damaged, group) in [(dates, Some(",120,")), (levels, None)] {
        let path = save(folder.path(), "damaged.csv", &damaged);
        let (code, text) = account(&path);
        assert_eq!(code, 2);
        let rows: Vec<&str> =
            group.map(|group| text.lines().filter(|line| line.contains(group)).collect()).unwrap_or_default();
        assert_eq!(rows, Vec::<&str>::new());
        assert!(group.is_some() || !text.contains(",met_and_above_percent,"), "a share of levels that cannot be read");
        let (_, words) = run(&["account"], &path);
        assert!(words.contains("INCOMPLETE") && words.contains("cannot be read"), "{words}");
    }
}

#[test]
fn a_file_without_levels_has_no_share_of_levels() {
    let folder = tempfile::tempdir().unwrap();
    let lines = district(folder.path(), 2025);
    let place = lines[0].iter().position(|name| name == "AchievementLevels").unwrap();
    let without = |cells: &Vec<String>| {
        let mut cells = cells.clone();
        cells.remove(place);
        cells
    };
    let path = save(folder.path(), "without.csv", &lines.iter().map(without).collect::<Vec<_>>());
    let (_, text) = account(&path);
    assert!(!text.contains(",met_and_above_percent,") && !text.contains(",level_1,"), "{text}");
    assert!(run(&["account"], &path).1.contains("columns that a file lacks"));
}

#[test]
fn the_other_commands_see_the_same_values() {
    let folder = tempfile::tempdir().unwrap();
    let made = support::scorelint()
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
    let reconciled = |path: &Path| {
        let mut command = support::scorelint();
        let output = command.arg("reconcile").arg(path).args(["--samples", "0", "--official"]).arg(&official).output();
        let output = output.unwrap();
        let text = String::from_utf8(output.stdout).unwrap();
        let agree = text.lines().find(|line| line.contains("cells agree")).unwrap_or_default().to_owned();
        (output.status.code(), agree)
    };
    let sound = reconciled(&save(folder.path(), "sound.csv", &lines));
    assert!(sound.1.contains("cells agree"), "{sound:?}");
    let damaged = MENDED.iter().fold(lines, |lines, (kind, _, change)| match *kind {
        "decimals" | "NA" | "month first" | "booleans" => resaved(&lines, None, change),
        _ => lines,
    });
    assert_eq!(reconciled(&save(folder.path(), "damaged.csv", &damaged)), sound);
}
