//! What a reader of a saved reconciliation may believe is confirmed or refuted, leaf by leaf; what is
//! not checked is listed.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use scorelint::verify::{Claim, NOT_CHECKED, VerifyOptions, verify};
use serde_json::{Value, json};

use super::mess::{text_of, write_text};
use super::{Made, bytes, plain};

/// A small reconciliation with hashes of its files, and what it is about.
static SAVED: LazyLock<(Made, Value)> = LazyLock::new(|| {
    let made = Made::new(2025, Some("late-scores"), 100);
    keep_few(&made);
    let mut options = plain();
    options.input.want_sha256 = true;
    let json = super::json(&bytes(&made.reconciled_with(&options).unwrap()));
    (made, json)
});

/// Leaves the results of two programs, of all students: a recount of them takes no time.
fn keep_few(made: &Made) {
    for entry in std::fs::read_dir(made.path("official")).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if !["sb_", "csa_"].iter().any(|start| name.starts_with(start)) {
            std::fs::remove_file(&path).unwrap();
            continue;
        }
        let text = text_of(&path);
        let group = text.lines().next().unwrap().split('^').position(|heading| heading == "Student Group ID");
        let Some(group) = group else { continue };
        let is_kept = |(number, line): &(usize, &str)| *number == 0 || line.split('^').nth(group) == Some("1");
        let kept: Vec<&str> = text.lines().enumerate().filter(is_kept).map(|(_, line)| line).collect();
        write_text(&path, &(kept.join("\n") + "\n"));
    }
}

/// What a recount says: nothing where it is confirmed, else what is wrong first.
fn said(changed: &Value) -> Option<String> {
    let made = &SAVED.0;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("claim.json");
    std::fs::write(&path, serde_json::to_vec(changed).unwrap()).unwrap();
    let claim = match Claim::read(&path) {
        Ok(claim) => claim,
        Err(error) => return Some(error.to_string()),
    };
    let input = scorelint::input::InputOptions { year: Some(claim.year), ..Default::default() };
    let options = VerifyOptions { input, progress: None };
    let verdict = match verify(&claim, &made.files(), &made.earlier(), &made.official(), &options) {
        Ok(verdict) => verdict,
        Err(error) => return Some(error.to_string()),
    };
    let first = verdict.other_files.iter().chain(&verdict.of_the_whole).next().cloned();
    first.or_else(|| verdict.refuted.first().map(|one| one.wrong.clone()))
}

/// The places of all leaves, by the name of their field.
fn leaves(value: &Value, name: &str, pointer: &str, all: &mut BTreeMap<String, Vec<String>>) {
    match value {
        Value::Object(entries) => {
            for (key, below) in entries {
                let name = if name.is_empty() { key.clone() } else { format!("{name}.{key}") };
                leaves(below, &name, &format!("{pointer}/{key}"), all);
            }
        }
        Value::Array(items) => {
            for (place, below) in items.iter().enumerate() {
                leaves(below, &format!("{name}[]"), &format!("{pointer}/{place}"), all);
            }
        }
        _ => all.entry(name.to_owned()).or_default().push(pointer.to_owned()),
    }
}

fn changed(leaf: &Value) -> Value {
    match leaf {
        Value::Null => json!(7),
        Value::Bool(is_true) => json!(!is_true),
        Value::Number(number) => json!(number.as_i64().unwrap() + 1),
        Value::String(text) => json!(format!("{text}9")),
        other => other.clone(),
    }
}

#[test]
fn every_leaf_is_checked_or_listed_as_not_checked() {
    let saved = &SAVED.1;
    assert_eq!(said(saved), None);
    let mut all = BTreeMap::new();
    leaves(saved, "", "", &mut all);
    assert!(all.len() > 60, "{}", all.len());
    for (name, places) in all {
        let is_listed = NOT_CHECKED.iter().any(|(listed, _)| {
            name.strip_prefix(listed).is_some_and(|rest| rest.is_empty() || rest.starts_with(['[', '.']))
        });
        // The first, and one in the middle of as many as there are.
        let mut picked = vec![&places[0], &places[places.len() / 2]];
        picked.dedup();
        for pointer in picked {
            let mut other = saved.clone();
            let leaf = other.pointer_mut(pointer).unwrap();
            *leaf = changed(leaf);
            assert!(is_listed || said(&other).is_some(), "{pointer} was changed, and it was confirmed");
        }
    }
}

#[test]
fn what_is_left_out_is_refuted() {
    let saved = &SAVED.1;
    let without = |change: &dyn Fn(&mut Value)| {
        let mut other = saved.clone();
        change(&mut other);
        said(&other)
    };
    let cells = |other: &mut Value, keep: &dyn Fn(&Value) -> bool| {
        other["cells"].as_array_mut().unwrap().retain(|cell| keep(cell));
    };
    let cases: [(&str, Option<String>); 7] = [
        ("explained cells", without(&|other| cells(other, &|cell| cell["status"] != "explained"))),
        ("all cells", without(&|other| cells(other, &|_| false))),
        ("a cause", without(&|other| drop(other["causes"].as_array_mut().unwrap().remove(0)))),
        ("the records of a cause", without(&|other| other["causes"][0]["records"] = json!([]))),
        ("a reason", without(&|other| other["not_checkable"] = json!([]))),
        ("an official file", without(&|other| drop(other["official"].as_array_mut().unwrap().pop()))),
        ("a district", without(&|other| other["leas"] = json!([]))),
    ];
    for (what, said) in cases {
        assert!(said.is_some(), "{what} was left out, and it was confirmed");
    }
    let open = without(&|other| {
        for cell in other["cells"].as_array_mut().unwrap().iter_mut().filter(|cell| cell["status"] == "explained") {
            cell["status"] = json!("not-checkable");
            cell["reason"] = json!("lea-file-lacks-other-leas");
            (cell["steps"], cell["ours"]) = (json!([]), Value::Null);
        }
    });
    assert!(open.is_some());
}

#[test]
fn a_field_of_a_later_version_is_told_as_not_checked() {
    let (made, saved) = &*SAVED;
    let mut other = saved.clone();
    other["causes"][0]["forecast"] = json!({ "strength": "strong" });
    let verdict = made.verified(&serde_json::to_vec(&other).unwrap());
    assert!(verdict.is_confirmed());
    assert!(verdict.not_checked.iter().any(|(field, _)| field == "causes[].forecast.strength"));
}

#[test]
fn other_files_are_told_first() {
    let (made, saved) = &*SAVED;
    let mut other = saved.clone();
    other["inputs"][0]["sha256"] = json!("0".repeat(64));
    let verdict = made.verified(&serde_json::to_vec(&other).unwrap());
    assert!(!verdict.is_confirmed() && verdict.of_the_whole.is_empty() && verdict.other_files.len() == 1);
}
