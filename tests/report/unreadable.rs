//! One file that cannot be read does not keep the others from being checked and counted.

use std::process::Output;

use scorelint::synth::{MadeForm, Order, file_name, write_district};
use serde_json::Value;
use tempfile::TempDir;

use crate::support::{path, scorelint, snapshots};

/// A folder with a sound file of some years, and files that are none.
fn folder() -> (TempDir, Vec<String>) {
    let folder = tempfile::tempdir().unwrap();
    let mut names = Vec::new();
    for year in [2024, 2025] {
        let order = Order {
            year,
            students: 30,
            seed: 3,
            view: scorelint::input::View::Tested,
            form: MadeForm::Caret,
            faults: Vec::new(),
        };
        let mut bytes = Vec::new();
        write_district(&order, &mut bytes).unwrap();
        names.push(file_name(&order));
        std::fs::write(folder.path().join(file_name(&order)), bytes).unwrap();
    }
    std::fs::write(folder.path().join("empty.csv"), "").unwrap();
    std::fs::write(folder.path().join("broken.zip"), b"PK\x03\x04 nothing more").unwrap();
    names.extend(["empty.csv".to_owned(), "broken.zip".to_owned()]);
    (folder, names)
}

fn run(folder: &TempDir, arguments: &[&str]) -> Output {
    scorelint().current_dir(folder.path()).env("LANG", "en_US.UTF-8").args(arguments).output().unwrap()
}

fn json(output: &Output, schema: &str) -> Value {
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    let schema: Value = serde_json::from_str(&std::fs::read_to_string(path(schema)).unwrap()).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let errors: Vec<String> = validator.iter_errors(&report).map(|error| error.to_string()).collect();
    assert!(errors.is_empty(), "{errors:?}");
    report
}

fn paths(report: &Value) -> Vec<&str> {
    report["unreadable"].as_array().unwrap().iter().map(|one| one["path"].as_str().unwrap()).collect()
}

#[test]
fn the_others_of_a_list_or_folder_are_checked() {
    let (folder, names) = folder();
    let mut list = vec!["check", "--format", "json", "nowhere.csv"];
    list.extend(names.iter().map(String::as_str));
    for arguments in [&list[..], &["check", "--format", "json", ".", "nowhere.csv"]] {
        let output = run(&folder, arguments);
        assert_eq!(output.status.code(), Some(2));
        let report = json(&output, "docs/schemas/check-1.schema.json");
        assert_eq!(report["inputs"].as_array().unwrap().len(), 2);
        let mut missing: Vec<&str> = paths(&report).iter().map(|path| path.trim_start_matches("./")).collect();
        missing.sort_unstable();
        assert_eq!(missing, ["broken.zip", "empty.csv", "nowhere.csv"]);
        assert_eq!(report["summary"]["unreadable"], 3);
        assert!(report["summary"]["records"].as_u64().unwrap() > 100);
        let message = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(["nowhere.csv", "empty.csv", "broken.zip"].iter().all(|name| message.contains(name)), "{message}");
    }
}

#[test]
fn the_report_for_people_says_it_last() {
    let (folder, names) = folder();
    let output = run(&folder, &["check", &names[0], "empty.csv", "nowhere.csv", "--select", "V"]);
    assert_eq!(output.status.code(), Some(2));
    let text = String::from_utf8(output.stdout).unwrap();
    let end: Vec<&str> = text.lines().rev().take(6).collect();
    let end: Vec<&str> = end.into_iter().rev().collect();
    snapshots().bind(|| insta::assert_snapshot!("check-unreadable", end.join("\n")));
    let concise = run(&folder, &["check", &names[0], "empty.csv", "--select", "V", "--format", "concise"]);
    let concise = String::from_utf8(concise.stdout).unwrap();
    assert!(concise.starts_with("empty.csv: error unreadable is empty\n"), "{concise}");
    assert!(concise.trim_end().ends_with("of 1 file; 1 file could not be read"), "{concise}");
}

#[test]
fn where_nothing_can_be_read_there_is_no_report_but_for_programs() {
    let (folder, _) = folder();
    let output = run(&folder, &["check", "empty.csv", "nowhere.csv"]);
    assert_eq!((output.status.code(), output.stdout.len()), (Some(2), 0));
    let output = run(&folder, &["check", "empty.csv", "nowhere.csv", "--format", "json"]);
    let report = json(&output, "docs/schemas/check-1.schema.json");
    assert!(report["inputs"].as_array().unwrap().is_empty() && paths(&report).len() == 2);
    let output = run(&folder, &["account", "empty.csv"]);
    assert_eq!((output.status.code(), output.stdout.len()), (Some(2), 0));
}

#[cfg(unix)]
#[test]
fn a_folder_that_may_not_be_read_is_told() {
    use std::os::unix::fs::PermissionsExt;
    let (folder, _) = folder();
    let closed = folder.path().join("closed");
    std::fs::create_dir(&closed).unwrap();
    std::fs::set_permissions(&closed, std::fs::Permissions::from_mode(0o000)).unwrap();
    let is_root = std::fs::read_dir(&closed).is_ok();
    let report = json(&run(&folder, &["check", "--format", "json", "."]), "docs/schemas/check-1.schema.json");
    std::fs::set_permissions(&closed, std::fs::Permissions::from_mode(0o700)).unwrap();
    assert!(is_root || paths(&report).contains(&"./closed"), "{:?}", paths(&report));
}

#[test]
fn an_account_without_a_file_is_incomplete() {
    let (folder, names) = folder();
    let output = run(&folder, &["account", &names[1], "broken.zip", "--by", "reason,test"]);
    assert_eq!(output.status.code(), Some(2));
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(text.lines().all(|line| line.chars().count() <= 80), "{text}");
    snapshots().bind(|| insta::assert_snapshot!("account-incomplete", text));
    let report = json(
        &run(&folder, &["account", &names[1], "broken.zip", "--format", "json"]),
        "docs/schemas/account-1.schema.json",
    );
    assert!(report["incomplete"] == true && paths(&report) == ["broken.zip"]);
    let table = run(&folder, &["account", &names[1], "broken.zip", "--format", "csv"]);
    let table = String::from_utf8(table.stdout).unwrap();
    assert!(table.lines().nth(1).unwrap().ends_with(",incomplete,1"), "{table}");
}

#[test]
fn an_account_of_a_file_that_breaks_off_is_incomplete() {
    let (folder, names) = folder();
    let text = std::fs::read(folder.path().join(&names[1])).unwrap();
    let packed = crate::support::files::gzip(&text);
    let gzip = format!("{}.gz", names[1]);
    std::fs::write(folder.path().join(&gzip), &packed[..packed.len() * 2 / 3]).unwrap();
    let packed = crate::support::files::zip(&[(&names[1], &text)]);
    std::fs::write(folder.path().join("all.zip"), &packed[..packed.len() - 30]).unwrap();
    let long = [&text[..], &vec![b'x'; 2 << 20], b"\n"].concat();
    std::fs::write(folder.path().join("long.csv"), long).unwrap();
    for (name, said) in
        [(gzip.as_str(), "reading stopped in line"), ("all.zip", "list of files"), ("long.csv", "too long")]
    {
        let output = run(&folder, &["account", name, "--format", "json"]);
        assert_eq!(output.status.code(), Some(2), "{name}");
        let report = json(&output, "docs/schemas/account-1.schema.json");
        assert_eq!(report["incomplete"], true);
        let losses = report["years"][0]["files"][0]["losses"].to_string();
        assert!(losses.contains(said), "{losses}");
        let text = String::from_utf8(run(&folder, &["account", name]).stdout).unwrap();
        assert!(text.starts_with("INCOMPLETE:") && text.contains("Account of 2025 (incomplete)"), "{text}");
        let words: Vec<&str> = text.split_whitespace().collect();
        assert!(words.join(" ").contains(said), "{text}");
    }
}
