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

    // Without its tables, nobody could know the year.
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
