//! `scorelint rules` and `scorelint explain`, as people and programs see them.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use crate::support::{path, scorelint, snapshots};

fn stdout(arguments: &[&str], columns: &str) -> String {
    let output = scorelint().args(arguments).env("COLUMNS", columns).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

fn stderr(arguments: &[&str]) -> (Option<i32>, String) {
    let output = scorelint().args(arguments).output().unwrap();
    (output.status.code(), String::from_utf8(output.stderr).unwrap())
}

fn files(folder: &Path) -> BTreeMap<String, String> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries
        .map(|path| (path.file_name().unwrap().to_string_lossy().into(), fs::read_to_string(&path).unwrap()))
        .collect()
}

#[test]
fn a_rule_is_explained_as_wide_as_the_terminal() {
    for columns in ["80", "140"] {
        let name = format!("explain_s001_{columns}");
        snapshots().bind(|| insta::assert_snapshot!(name, stdout(&["explain", "S001"], columns)));
    }
}

#[test]
fn a_rule_is_found_by_its_name_in_any_case() {
    assert_eq!(stdout(&["explain", "Scale-Score-Out-Of-Range"], "80"), stdout(&["explain", "s001"], "80"));
}

#[test]
fn colours_change_nothing_but_colour() {
    let coloured =
        scorelint().args(["explain", "T006"]).env_remove("NO_COLOR").env("FORCE_COLOR", "1").output().unwrap();
    let coloured = String::from_utf8(coloured.stdout).unwrap();
    let plain = regex::Regex::new("\u{1b}\\[[0-9;]*m").unwrap().replace_all(&coloured, "").into_owned();
    assert!(coloured.contains('\u{1b}'));
    assert_eq!(plain, stdout(&["explain", "T006"], "80"));
}

#[test]
fn an_unknown_rule_gets_a_suggestion() {
    let (code, text) = stderr(&["explain", "scale-score-out-of-rnage"]);
    assert_eq!(code, Some(2));
    assert!(text.contains("did you mean `scale-score-out-of-range`?"), "{text}");
}

#[test]
fn the_list_is_filtered() {
    snapshots().bind(|| {
        insta::assert_snapshot!(
            "rules_family_s_errors",
            stdout(&["rules", "--family", "score", "--severity", "error"], "80")
        )
    });
    let of_2025 = stdout(&["rules", "--year", "2025", "--owner", "toms", "--format", "markdown"], "80");
    let lines = of_2025.lines().count();
    let all = stdout(&["rules", "--format", "markdown"], "80").lines().count();
    assert!(lines > 2 && lines < all, "{lines} of {all}");
}

#[test]
fn unknown_filters_are_refused() {
    let (code, text) = stderr(&["rules", "--family", "scroe"]);
    assert_eq!(code, Some(2));
    assert!(text.contains("did you mean `score`?"), "{text}");
    assert!(stderr(&["rules", "--year", "2016"]).1.contains("there is no layout of 2016"));
}

#[test]
fn the_list_for_programs_fits_its_schema() {
    let schema = fs::read_to_string(path("docs/schemas/rules-1.schema.json")).unwrap();
    let validator = jsonschema::validator_for(&serde_json::from_str(&schema).unwrap()).unwrap();
    let list: serde_json::Value = serde_json::from_str(&stdout(&["rules", "--format", "json"], "80")).unwrap();
    let wrong: Vec<String> = validator.iter_errors(&list).map(|error| error.to_string()).collect();
    assert_eq!(wrong, Vec::<String>::new());
    assert!(list["rules"].as_array().unwrap().len() > 200);
}

#[test]
fn the_pages_about_the_rules_are_up_to_date() {
    let folder = tempfile::tempdir().unwrap();
    stdout(&["rules", "docs", folder.path().to_str().unwrap()], "80");
    let (made, kept) = (files(folder.path()), files(&path("docs/rules")));
    let stale: Vec<&String> =
        made.keys().chain(kept.keys()).filter(|name| made.get(*name) != kept.get(*name)).collect();
    assert_eq!(stale, Vec::<&String>::new(), "run `scorelint rules docs docs/rules`");
}

#[test]
fn own_rule_files_are_tested() {
    let folder = tempfile::tempdir().unwrap();
    let sound = fs::read_to_string(path("docs/examples/LOC001-remote-test-on-paper.md")).unwrap();
    fs::write(folder.path().join("LOC001.md"), &sound).unwrap();
    let tested = stdout(&["rules", "test", folder.path().to_str().unwrap()], "80");
    assert_eq!(tested, "1 rule, 4 example records: all come out as stated\n");
    fs::write(folder.path().join("LOC001.md"), sound.replace("<- held", "<- error")).unwrap();
    let (code, text) = stderr(&["rules", "test", folder.path().to_str().unwrap()]);
    assert_eq!(code, Some(3));
    assert!(text.contains("LOC001: example comes out as held"), "{text}");
}
