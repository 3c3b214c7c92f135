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

/// A sound district of the newest year, and its text a year later under the name of that year.
struct Moved {
    folder: Folder,
    /// The file of the newest year.
    sound: PathBuf,
    /// The name of the moved one.
    name: String,
    /// Its lines, split.
    rows: Vec<Vec<String>>,
}

impl Moved {
    fn new() -> Self {
        let folder = Folder::new();
        let made = folder.path().join("sound");
        let made = made.to_str().unwrap();
        support::scorelint().args(["synth", "--students", "300", "--official", "-o", made]).output().unwrap();
        let files = std::fs::read_dir(made).unwrap().map(|entry| entry.unwrap().path());
        let sound = files.into_iter().find(|path| path.extension().is_some_and(|ending| ending == "csv")).unwrap();
        let name = sound.file_name().unwrap().to_str().unwrap().replace(&newest().to_string(), &later().to_string());
        let text = a_year_later(&std::fs::read_to_string(&sound).unwrap());
        let rows = text.lines().map(|line| line.split('^').map(str::to_owned).collect()).collect();
        Self { folder, sound, name, rows }
    }

    fn place(&self, column: &str) -> usize {
        self.rows[0].iter().position(|name| name == column).unwrap_or_else(|| panic!("no column {column}"))
    }

    fn rename(&mut self, from: &str, to: &str) {
        let place = self.place(from);
        to.clone_into(&mut self.rows[0][place]);
    }

    fn drop_column(&mut self, name: &str) {
        let place = self.place(name);
        self.rows.iter_mut().for_each(|row| drop(row.remove(place)));
    }

    /// Adds a column whose cells are those of a row number.
    fn add(&mut self, name: &str, before: &str, cell: impl Fn(usize) -> &'static str) {
        let place = self.place(before);
        for (number, row) in self.rows.iter_mut().enumerate() {
            row.insert(place, if number == 0 { name } else { cell(number) }.to_owned());
        }
    }

    fn written(&self) -> PathBuf {
        let lines: Vec<String> = self.rows.iter().map(|row| row.join("^") + "\n").collect();
        self.folder.write(&format!("moved/{}", self.name), lines.concat())
    }

    /// The official files of the sound district, as of the later year.
    fn official(&self) -> PathBuf {
        let folder = self.sound.parent().unwrap().join("official");
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let is_of = |text: &str| text.replace(&newest().to_string(), &later().to_string());
            let name = is_of(path.file_name().unwrap().to_str().unwrap());
            // A byte a letter: the lists are written in Windows-1252.
            let text: String = std::fs::read(&path).unwrap().into_iter().map(char::from).collect();
            let bytes: Vec<u8> = is_of(&text).chars().map(|letter| u8::try_from(u32::from(letter)).unwrap()).collect();
            self.folder.write(&format!("official/{name}"), bytes);
        }
        self.folder.path().join("official")
    }
}

fn later() -> u16 {
    newest() + 1
}

/// The report of a command for programs.
fn report(args: &[&str]) -> Value {
    let output = support::scorelint().args(args).args(["--format", "json"]).output().unwrap();
    serde_json::from_slice::<Value>(&output.stdout)
        .unwrap_or_else(|_| panic!("{}", String::from_utf8_lossy(&output.stderr)))
}

/// The messages of the findings of a rule.
fn messages(report: &Value, rule: &str) -> Vec<String> {
    let findings = report["findings"].as_array().unwrap().iter().filter(|one| one["rule"] == rule);
    findings.map(|one| one["message"].as_str().unwrap().to_owned()).collect()
}

fn loud(report: &Value) -> Vec<&Value> {
    report["findings"].as_array().unwrap().iter().filter(|one| one["severity"] != "notice").collect()
}

#[test]
fn a_year_without_a_layout_is_read_by_the_newest_one() {
    let (newest, later) = (newest(), later());
    let district = Moved::new();
    let moved = district.written();
    let (sound, moved) = (district.sound.to_str().unwrap(), moved.to_str().unwrap());
    let title = format!("{later}, by the layout of {newest}");

    let checked = report(&["check", moved]);
    let input = &checked["inputs"][0];
    assert_eq!((&input["layout"], &input["by_layout_of"]), (&Value::from(later), &Value::from(newest)));
    let layout = input["detected"].as_array().unwrap().iter().find(|one| one["what"] == "layout").unwrap();
    assert_eq!(layout["value"], title);
    let why = format!("are of {later}, whose layout is not known");
    assert!(layout["why"].as_str().unwrap().ends_with(&why), "{layout}");
    assert_eq!(loud(&checked), Vec::<&Value>::new());
    let said = format!("the layout of {later} is not known, so the file is read by that of {newest}");
    assert_eq!(messages(&checked, "L043"), [said]);
    for rule in ["L009", "L010", "L012", "L013", "L015", "L016", "L017", "L044", "L045", "L046"] {
        assert_eq!(messages(&checked, rule), Vec::<String>::new(), "{rule}");
    }

    // A year that the user states stands.
    let stated = report(&["check", moved, "--year", &newest.to_string()]);
    assert_eq!(stated["inputs"][0]["layout"], newest);

    let output = support::scorelint().args(["account", moved]).output().unwrap();
    assert!(String::from_utf8(output.stdout).unwrap().starts_with(&format!("Account of {title}: 1 file")));
    let (sound, moved) = (report(&["account", sound]), report(&["account", moved]));
    assert_eq!((&moved["years"][0]["year"], &moved["years"][0]["title"]), (&Value::from(later), &Value::from(title)));
    assert_eq!(moved["years"][0]["records"], sound["years"][0]["records"]);
    assert_eq!(moved["years"][0]["reasons"], sound["years"][0]["reasons"]);
    assert_eq!(moved["years"][0]["participation"], sound["years"][0]["participation"]);
    let said = |account: &Value| account["years"][0]["limits"].to_string().contains("is not known yet");
    assert!(said(&moved) && !said(&sound), "{}", moved["years"][0]["limits"]);
}

#[test]
fn columns_of_an_unknown_year_are_each_named_once() {
    let (newest, later) = (newest(), later());
    let mut district = Moved::new();
    district.rename("ScaleScore", "ReportedScaleScore");
    let dropped = ["Genre", "StudentMiddleName", "CALPADSNPSSchoolFlag", "CALPADSMigrantStatus"];
    dropped.iter().for_each(|column| district.drop_column(column));
    district.add("TestingRoom", "StudentFirstName", |number| ["A", "B", ""][number % 3]);
    district.add("ReviewPanel", "ConditionCode", |_| "1");
    let records = district.rows.len() - 1;
    let moved = district.written();
    let moved = moved.to_str().unwrap();

    let checked = report(&["check", moved]);
    assert_eq!(loud(&checked), Vec::<&Value>::new());
    assert_eq!(messages(&checked, "L043").len(), 1);
    let filled = (1..=records).filter(|number| number % 3 < 2).count();
    let places = ["TestingRoom", "ReviewPanel"].map(|column| district.place(column) + 1);
    let new = [
        format!(
            "new column TestingRoom at position {}: filled in {filled} of {records} records, 2 different values",
            places[0]
        ),
        format!("new column ReviewPanel at position {}: filled in {records} of {records} records, 1 value", places[1]),
    ];
    assert_eq!(messages(&checked, "L044"), new);
    let mut gone = messages(&checked, "L045");
    gone.sort_unstable();
    let mut expected = dropped.map(|column| format!("column {column} of {newest} is not in the file"));
    expected.sort_unstable();
    assert_eq!(gone, expected);
    let renamed = "column ReportedScaleScore is read as ScaleScore: similar name, same place, values in its form";
    assert_eq!(messages(&checked, "L046"), [renamed]);
    for rule in ["L012", "L013", "L016", "L017"] {
        assert_eq!(messages(&checked, rule), Vec::<String>::new(), "{rule}");
    }

    let sound = report(&["account", district.sound.to_str().unwrap()]);
    let account = report(&["account", moved]);
    let cells = |account: &Value| {
        let all = account["cells"].as_array().unwrap().iter().filter(|cell| cell["group"] == 1);
        all.map(|cell| {
            let of = |name: &str| cell[name].to_string();
            ["entity", "test", "grade", "enrolled", "tested", "with_scores", "score_sum", "levels"].map(of)
        })
        .collect::<Vec<_>>()
    };
    assert_eq!(cells(&account), cells(&sound));

    let official = district.official();
    let saved = district.folder.path().join("saved.json");
    let (official, saved) = (official.to_str().unwrap(), saved.to_str().unwrap());
    let reconciled = report(&["reconcile", moved, "--official", official]);
    assert_eq!(reconciled["title"], format!("{later}, by the layout of {newest}"));
    assert_eq!((&reconciled["summary"]["unexplained"], &reconciled["summary"]["explained"]), (&0.into(), &0.into()));
    assert!(reconciled["summary"]["equal"].as_u64().unwrap() > 1000, "{}", reconciled["summary"]);
    std::fs::write(saved, reconciled.to_string()).unwrap();
    let verified = report(&["verify", saved, moved, "--official", official]);
    assert_eq!((&verified["confirmed"], &verified["title"]), (&true.into(), &reconciled["title"]));
    assert_eq!(verified["notice"], reconciled["notice"]);
    assert!(verified["notice"].as_str().unwrap().contains(&format!("{later} is not known")), "{verified}");
}

#[test]
fn a_header_that_changed_much_is_read_where_the_records_are_of_a_later_year() {
    let mut district = Moved::new();
    let is_support = |name: &&String| ["EA", "EDS", "NEDS"].iter().any(|start| name.starts_with(start));
    let columns: Vec<String> = district.rows[0].iter().filter(is_support).cloned().collect();
    assert!(columns.len() > 60, "{columns:?}");
    columns.iter().enumerate().for_each(|(place, column)| district.rename(column, &format!("Support{place}")));
    let checked = report(&["check", district.written().to_str().unwrap()]);
    assert_eq!(checked["inputs"][0]["layout"], later());
    assert_eq!(messages(&checked, "L044").len(), columns.len());

    // The same header over records of the newest year is damaged.
    let header = district.rows[0].join("^");
    let text = std::fs::read_to_string(&district.sound).unwrap();
    let rest = text.split_once('\n').unwrap().1;
    let damaged = district.folder.write("damaged.csv", format!("{header}\n{rest}"));
    let output = support::scorelint().arg("check").arg(damaged).output().unwrap();
    assert_eq!(output.status.code(), Some(2), "{}", String::from_utf8_lossy(&output.stderr));
}

/// A layout file of an invented year two years after the newest.
fn layout_file() -> String {
    let (year, base) = (newest() + 2, newest());
    format!(
        r#"
year = {year}
base = {base}
certainty = "inferred"
source = "invented"
drop = ["Genre", "CALPADSNPSSchoolFlag", "calpads_charter_code"]

[[rename]]
from = "ScaleScore"
to = "ReportedScaleScore"

[[add]]
column = "TestingRoom"
after = "RecordType"
type = "code"
codes = [{{ code = "A", means = "first" }}, {{ code = "B", means = "second" }}]

[[codes]]
column = "ELAS"
code = "NEWC"
means = "newcomer"

[[ranges]]
test = "01"
grade = 3
levels = [[2114, 2300], [2301, 2400], [2401, 2500], [2501, 2623]]

[[tests]]
test = "01"
levels = ["Minimal", "Developing", "Proficient", "Advanced"]
met_from = 3
"#
    )
}

/// The score file in a folder.
fn score_file(folder: &Path) -> PathBuf {
    let files = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    files.into_iter().find(|path| path.extension().is_some_and(|ending| ending == "csv")).unwrap()
}

#[test]
fn a_layout_file_alone_carries_a_year_through_every_command() {
    let folder = Folder::new();
    let year = newest() + 2;
    let layout = folder.write("year.toml", layout_file());
    let layout = layout.to_str().unwrap();
    let made = folder.path().join("district");
    let path = made.to_str().unwrap();
    let output = support::scorelint()
        .args(["synth", "--layout", layout, "--students", "300", "--official", "-o", path])
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let file = score_file(&made);
    let header = std::fs::read_to_string(&file).unwrap();
    let header: Vec<&str> = header.lines().next().unwrap().split('^').collect();
    assert_eq!(header[..2], ["RecordType", "TestingRoom"]);
    assert!(header.contains(&"ReportedScaleScore") && !header.contains(&"ScaleScore") && !header.contains(&"Genre"));
    let file = file.to_str().unwrap();

    let checked = report(&["check", file, "--layout", layout]);
    assert_eq!(checked["inputs"][0]["layout"], year, "{}", checked["inputs"][0]);
    assert_eq!(loud(&checked), Vec::<&Value>::new());
    let status = |code: &str| {
        let rule = checked["rules"].as_array().unwrap().iter().find(|rule| rule["code"] == code).unwrap();
        rule["status"].as_str().unwrap().to_owned()
    };
    // A rule about a column that the year does not have any more.
    assert_eq!((status("S020"), status("L043")), ("not-run".to_owned(), "not-run".to_owned()));

    let account = report(&["account", file, "--layout", layout]);
    assert_eq!(account["years"][0]["title"], year.to_string());
    let met =
        |cell: &&Value| cell["test"] == 1 && cell["grade"] == 13 && cell["group"] == 1 && cell["entity_type"] == 6;
    let cell = account["cells"].as_array().unwrap().iter().find(met).unwrap();
    assert!(cell["met_and_above"].as_u64().unwrap() > 0, "{cell}");

    let official = made.join("official");
    let official = official.to_str().unwrap();
    let reconciled = report(&["reconcile", file, "--official", official, "--layout", layout]);
    assert_eq!((&reconciled["year"], &reconciled["summary"]["unexplained"]), (&Value::from(year), &Value::from(0)));
    assert!(reconciled["summary"]["equal"].as_u64().unwrap() > 1000, "{}", reconciled["summary"]);

    let written = folder.path().join("report.txt");
    let args = ["check", file, "--layout", layout, "-o", written.to_str().unwrap()];
    support::scorelint().args(args).output().unwrap();
    let written = std::fs::read_to_string(&written).unwrap();
    assert!(written.contains(&format!("layout      {year}")), "{written}");

    // In the settings, for all commands.
    folder.write("district/scorelint.toml", "layout_file = \"../year.toml\"\n");
    let checked = report(&["check", file]);
    assert_eq!(checked["inputs"][0]["layout"], year);
    let shown = report(&["config", file]);
    let named = |one: &Value| one["key"] == "layout_file" && one["from"] == "file" && one["line"] == 1;
    assert!(shown["settings"].as_array().unwrap().iter().any(named), "{shown}");
}

#[test]
fn a_code_of_a_layout_file_is_one_of_its_year() {
    let folder = Folder::new();
    let layout = folder.write("year.toml", layout_file());
    let layout = layout.to_str().unwrap();
    let district = folder.path().join("district");
    let path = district.to_str().unwrap();
    support::scorelint().args(["synth", "--layout", layout, "--students", "120", "-o", path]).output().unwrap();
    let file = score_file(&district);
    let text = std::fs::read_to_string(&file).unwrap();
    let mut rows: Vec<Vec<String>> = text.lines().map(|line| line.split('^').map(str::to_owned).collect()).collect();
    let place = |name: &str| rows[0].iter().position(|one| one == name).unwrap();
    let elas = place("ELAS");
    "NEWC".clone_into(&mut rows[1][elas]);
    let lines: Vec<String> = rows.iter().map(|row| row.join("^") + "\n").collect();
    let name = file.file_name().unwrap().to_str().unwrap();
    let changed = folder.write(&format!("changed/{name}"), lines.concat());
    let checked = report(&["check", changed.to_str().unwrap(), "--layout", layout]);
    // The status of learners may be the new code.
    let of_status = |one: &&Value| one["message"].as_str().unwrap().to_lowercase().contains("elas");
    assert_eq!(loud(&checked).into_iter().filter(of_status).collect::<Vec<_>>(), Vec::<&Value>::new());
    let plain = report(&["check", file.to_str().unwrap(), "--layout", layout]);
    assert_eq!(loud(&plain), Vec::<&Value>::new());
    // Without the layout file the code is none.
    "XXXX".clone_into(&mut rows[1][elas]);
    let lines: Vec<String> = rows.iter().map(|row| row.join("^") + "\n").collect();
    let changed = folder.write(&format!("changed/{name}"), lines.concat());
    let checked = report(&["check", changed.to_str().unwrap(), "--layout", layout]);
    assert!(!loud(&checked).is_empty());
}

#[test]
fn the_draft_of_a_layout_file_reads_its_file() {
    let mut district = Moved::new();
    district.rename("ScaleScore", "ReportedScaleScore");
    ["Genre", "StudentMiddleName", "CALPADSNPSSchoolFlag"].iter().for_each(|column| district.drop_column(column));
    district.add("TestingRoom", "StudentFirstName", |number| ["A", "B", ""][number % 3]);
    district.add("ReviewFlag", "TestingRoom", |_| "Yes");
    let moved = district.written();
    let moved = moved.to_str().unwrap();
    let output = support::scorelint().args(["layout", "guess", moved]).output().unwrap();
    let draft = String::from_utf8(output.stdout).unwrap();
    for part in [
        &format!("year = {}\nbase = {}\n", later(), newest()),
        "from = \"ScaleScore\"\nto = \"ReportedScaleScore\"\n",
        "column = \"ReviewFlag\"\ntype = \"yesno\"\n",
        "column = \"TestingRoom\"\ntype = \"text\"\nafter = \"ReviewFlag\"\n",
    ] {
        assert!(draft.contains(part), "{part}\n{draft}");
    }
    let draft = district.folder.write("draft.toml", draft);
    let checked = report(&["check", moved, "--layout", draft.to_str().unwrap()]);
    assert_eq!(checked["inputs"][0]["layout"], later());
    assert_eq!(loud(&checked), Vec::<&Value>::new());
    for rule in ["L012", "L013", "L015", "L016", "L043", "L044", "L045", "L046"] {
        assert_eq!(messages(&checked, rule), Vec::<String>::new(), "{rule}");
    }
}

#[test]
fn mistakes_in_a_layout_file_are_shown_with_their_place() {
    let folder = Folder::new();
    let said = |text: &str| {
        let file = folder.write("year.toml", text);
        let output = support::scorelint().args(["layout", "--layout"]).arg(file).output().unwrap();
        assert_eq!((output.status.code(), output.stdout.len()), (Some(2), 0), "{text}");
        String::from_utf8(output.stderr).unwrap()
    };
    let head = format!("year = {}\nbase = {}\n", later(), newest());
    let all = said(&format!(
        "{head}drop = [\"Gener\"]\n\n[[add]]\ncolumn = \"ScaleScore\"\ntype = \"number\"\n\n[[ranges]]\n\
         test = \"11\"\ngrade = 3\nlevels = [[5, 1]]\n"
    ));
    for part in [
        "5 mistakes in the layout file",
        &format!("the layout of {} has no column Gener", newest()),
        "did you mean Gender?",
        "there is a column ScaleScore already",
        "`number` is not known",
        "known: text, code, digits",
        "`11` is no test",
        "scores of levels have to rise",
        "year.toml:3:9",
    ] {
        assert!(all.contains(part), "{part}\n{all}");
    }
    let unknown = said(&format!("{head}colour = 1\n"));
    assert!(unknown.contains("unknown field `colour`") && unknown.contains("year.toml:3:1"), "{unknown}");
    let none = said(&format!("year = {}\nbase = 1999\n", later()));
    assert!(none.contains("there is no layout of 1999") && none.contains("layouts are known of"), "{none}");
    let output = support::scorelint().args(["layout", "--layout", "missing.toml"]).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
}

#[test]
fn layout_files_of_the_program_and_the_docs_are_sound() {
    let schema = std::fs::read_to_string(support::path("docs/schemas/layout-file.schema.json")).unwrap();
    let schema = jsonschema::validator_for(&serde_json::from_str(&schema).unwrap()).unwrap();
    let docs = std::fs::read_to_string(support::path("docs/layout-files.md")).unwrap();
    let example = docs.split("```toml\nyear").nth(1).unwrap().split("```").next().unwrap();
    let folder = Folder::new();
    let texts = knowledge::layout_files().map(|(_, text)| text.to_owned());
    for text in texts.chain([format!("year{example}"), layout_file()]) {
        let table: toml::Table = text.parse().unwrap();
        let value = serde_json::to_value(&table).unwrap();
        let wrong: Vec<String> = schema.iter_errors(&value).map(|error| error.to_string()).collect();
        assert_eq!(wrong, Vec::<String>::new(), "{text}");
        let file = folder.write("year.toml", &text);
        let output = support::scorelint().args(["layout", "--layout"]).arg(file).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    }
    assert_eq!(scorelint::layout::carried().len(), knowledge::layout_files().count());
}

#[test]
fn the_list_of_what_is_not_certain_is_up_to_date() {
    let output = support::scorelint().args(["layout", "--certainty"]).output().unwrap();
    let kept = std::fs::read_to_string(support::path("docs/certainty.md")).unwrap();
    let made = String::from_utf8(output.stdout).unwrap();
    assert!(made == kept, "run `scorelint layout --certainty > docs/certainty.md`");
    assert!(
        made.contains("### 2023") && made.contains("rules/counting/classes.tsv") && made.contains("S039"),
        "{made}"
    );
}
