//! A new year is data alone: the program reads, checks, accounts for and makes files of a year that
//! only a folder of tables knows.

use std::path::{Path, PathBuf};

use scorelint::knowledge;
use scorelint::layout::registry;
use serde_json::Value;

use crate::support;
use crate::support::files::Folder;

/// The text of a shipped table, whose path is inside `rules`.
fn shipped(table: &str) -> String {
    knowledge::text(&format!("rules/{table}")).unwrap_or_else(|| panic!("no table {table}")).to_owned()
}

fn newest() -> u16 {
    registry().years().next_back().unwrap()
}

/// The tables of the year after the newest: its layout, which is the newest one with one column renamed and
/// one added, its row among the years, and the name of the new field.
fn invented(folder: &Folder) -> PathBuf {
    let (newest, year) = (newest(), newest() + 1);
    let layout = shipped(&format!("layouts/{newest}.tsv"));
    let mut lines: Vec<String> = layout.lines().map(str::to_owned).collect();
    let rename = lines.iter_mut().find(|line| line.contains("\tscale_score\t")).unwrap();
    *rename = rename.replace("\tScaleScore\t", "\tReportedScaleScore\t");
    let last: Vec<String> = lines.last().unwrap().split('\t').map(str::to_owned).collect();
    let number: u16 = last[0].parse().unwrap();
    let added = [
        &number.to_string(),
        "testing_room",
        "",
        "",
        "1",
        "Testing Room",
        "TestingRoom",
        "Test Results",
        "code",
        "",
        "yes",
        "A=first|B=second",
        "",
        "TOMS",
        "",
        "invented",
    ];
    lines.insert(lines.len() - 1, added.join("\t"));
    let end = lines.last_mut().unwrap();
    *end = end.replacen(&last[0], &(number + 1).to_string(), 1);
    let years = format!("{}{year}\t\t\tunknown\tyes\t2022\tinvented\t\n", shipped("layouts/years.tsv"));
    let fields = shipped("layouts/canonical-fields.tsv");
    folder.write(&format!("tables/layouts/{year}.tsv"), lines.join("\n") + "\n");
    folder.write("tables/layouts/years.tsv", years);
    folder.write(
        "tables/layouts/canonical-fields.tsv",
        format!("{fields}testing_room\tTesting room\tResults\tscore\tstudent-data\n"),
    );
    folder.path().join("tables")
}

fn run(tables: &Path, args: &[&str]) -> (i32, String, String) {
    let output = support::scorelint().arg("--tables").arg(tables).args(args).output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (output.status.code().unwrap(), text(output.stdout), text(output.stderr))
}

fn json(tables: &Path, args: &[&str]) -> Value {
    let (_, out, err) = run(tables, &[args, &["--format", "json"]].concat());
    serde_json::from_str(&out).unwrap_or_else(|_| panic!("{out}{err}"))
}

#[test]
fn an_invented_year_needs_data_alone() {
    let folder = Folder::new();
    let tables = invented(&folder);
    let year = (newest() + 1).to_string();
    let district = folder.path().join("district");
    let made = district.to_str().unwrap();
    let (code, out, err) = run(&tables, &["synth", "--year", &year, "--students", "300", "--output", made]);
    assert_eq!(code, 0, "{out}{err}");

    let checked = json(&tables, &["check", made]);
    assert_eq!(checked["inputs"][0]["layout"], newest() + 1, "{}", checked["inputs"][0]);
    let loud: Vec<&Value> =
        checked["findings"].as_array().unwrap().iter().filter(|one| one["severity"] != "notice").collect();
    assert!(loud.is_empty(), "{loud:#?}");

    let account = json(&tables, &["account", made]);
    assert_eq!(account["years"][0]["year"], newest() + 1);

    // Without its tables, no one could know the year.
    let plain = support::scorelint().args(["layout", &year]).output().unwrap();
    assert_eq!(plain.status.code(), Some(2));
    let (code, out, _) = run(&tables, &["layout", &year, "testing_room"]);
    assert!(code == 0 && out.contains("TestingRoom"), "{out}");
}

#[test]
fn an_invented_year_is_reconciled() {
    let folder = Folder::new();
    let tables = invented(&folder);
    let year = (newest() + 1).to_string();
    let made = folder.path().join("district");
    let path = made.to_str().unwrap();
    let args = ["synth", "--year", &year, "--scenario", "suppression", "--output", path];
    let (code, out, err) = run(&tables, &args);
    assert_eq!(code, 0, "{out}{err}");
    let files = std::fs::read_dir(&made).unwrap().map(|entry| entry.unwrap().path());
    let file = files.into_iter().find(|path| path.extension().is_some_and(|ending| ending == "csv")).unwrap();
    let official = made.join("official");
    let args = ["reconcile", file.to_str().unwrap(), "--official", official.to_str().unwrap()];
    let reconciled = json(&tables, &args);
    assert_eq!(reconciled["year"], newest() + 1);
}

#[test]
fn a_mistake_in_a_table_is_shown_with_file_and_line() {
    let year = (newest() + 1).to_string();
    let spoilt = |table: &str, from: &str, to: &str| {
        let folder = Folder::new();
        let tables = invented(&folder);
        let path = tables.join(table);
        let text = std::fs::read_to_string(&path).unwrap_or_else(|_| shipped(table));
        assert!(text.contains(from), "{table} {from}");
        folder.write(&format!("tables/{table}"), text.replacen(from, to, 1));
        let (code, out, err) = run(&tables, &["layout", &year]);
        assert_eq!((code, out.as_str()), (2, ""), "{table}: {err}");
        err.split_whitespace().collect::<Vec<_>>().join(" ")
    };
    let said = spoilt("layouts/years.tsv", "record_lengths", "lengths");
    assert!(said.contains("rules/layouts/years.tsv, line 1: unknown column `lengths`"), "{said}");
    let said = spoilt("layouts/years.tsv", "\t2101\t", "\tabc\t");
    assert!(said.contains("rules/layouts/years.tsv, line 2: `record_lengths` has `abc`"), "{said}");
    let said = spoilt("synth/outcomes.tsv", "2017..", "2017-2025");
    assert!(said.contains("rules/synth/outcomes.tsv, line 2: `2017-2025` is no span of years"), "{said}");
    let said = spoilt("counting/classes.tsv", "\tgrade\t", "\tgrades\t");
    assert!(said.contains("rules/counting/classes.tsv, line "), "{said}");
}

/// The text of a district of the newest year a year later: every date, and nothing else.
fn a_year_later(text: &str) -> String {
    let text = text.replace("-02-29", "-02-28");
    (1990..=newest() + 1).rev().fold(text, |text, year| text.replace(&format!("{year}-"), &format!("{}-", year + 1)))
}

#[test]
fn a_year_without_a_layout_is_read_by_the_newest_one() {
    let folder = Folder::new();
    let (newest, later) = (newest(), newest() + 1);
    let made = folder.path().join("sound");
    let run = |args: &[&str]| {
        let output = support::scorelint().args(args).args(["--format", "json"]).output().unwrap();
        serde_json::from_slice::<Value>(&output.stdout).unwrap()
    };
    let path = made.to_str().unwrap();
    support::scorelint().args(["synth", "--students", "300", "--output", path]).output().unwrap();
    let file = std::fs::read_dir(&made).unwrap().next().unwrap().unwrap().path();
    let name = file.file_name().unwrap().to_str().unwrap().replace(&newest.to_string(), &later.to_string());
    let text = a_year_later(&std::fs::read_to_string(&file).unwrap());
    let moved = folder.write(&format!("moved/{name}"), text);

    let checked = run(&["check", moved.to_str().unwrap()]);
    assert_eq!(checked["inputs"][0]["layout"], later);
    let detected = checked["inputs"][0]["detected"].as_array().unwrap();
    let layout = detected.iter().find(|one| one["what"] == "layout").unwrap();
    assert_eq!(layout["value"], format!("{later}, by the layout of {newest}"));
    assert!(
        layout["why"].as_str().unwrap().ends_with(&format!("are of {later}, whose layout is not known")),
        "{layout}"
    );
    let loud = checked["findings"].as_array().unwrap().iter().filter(|one| one["severity"] != "notice");
    assert_eq!(loud.collect::<Vec<_>>(), Vec::<&Value>::new());

    // A year that the user states stands.
    let stated = run(&["check", moved.to_str().unwrap(), "--year", &newest.to_string()]);
    assert_eq!(stated["inputs"][0]["layout"], newest);

    let output = support::scorelint().arg("account").arg(&moved).output().unwrap();
    let title = format!("Account of {later}, by the layout of {newest}: 1 file");
    assert!(String::from_utf8(output.stdout).unwrap().starts_with(&title));

    let (sound, moved) = (run(&["account", file.to_str().unwrap()]), run(&["account", moved.to_str().unwrap()]));
    assert_eq!(moved["years"][0]["year"], later);
    assert_eq!(moved["years"][0]["records"], sound["years"][0]["records"]);
    assert_eq!(moved["years"][0]["reasons"], sound["years"][0]["reasons"]);
    let said = |account: &Value| account["years"][0]["limits"].to_string().contains("is not known yet");
    assert!(said(&moved) && !said(&sound), "{}", moved["years"][0]["limits"]);
}
