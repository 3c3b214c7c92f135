//! The commands as people meet them: exit codes, pages, errors.

use std::path::Path;
use std::process::Output;

use scorelint::reconcile::CellFilter;
use scorelint::report::reconcile::write_json;
use serde_json::Value;

use super::{Made, json, research_file};
use crate::support;

/// Runs the program in the folder of a district, so that no path of the machine is shown.
fn run(folder: &Path, columns: &str, arguments: &[&str]) -> Output {
    support::scorelint().current_dir(folder).env("COLUMNS", columns).args(arguments).output().unwrap()
}

fn shown(output: &Output) -> String {
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
    let code = output.status.code().unwrap();
    format!("{}{}exit code {code}\n", text(&output.stdout), text(&output.stderr))
}

fn pinned(name: &str, output: &Output) {
    support::snapshots().bind(|| insta::assert_snapshot!(name, shown(output)));
}

fn compared(made: &Made, columns: &str, more: &[&str]) -> Output {
    let file = made.scene.truth.files[0].as_str();
    let mut arguments = vec!["reconcile", file, "--official", "official"];
    if !made.scene.truth.earlier.is_empty() {
        arguments.extend(["--earlier", "earlier"]);
    }
    arguments.extend(more);
    run(made.folder.path(), columns, &arguments)
}

#[test]
fn pages_are_worth_reading() {
    let made = Made::new(2025, Some("nonpublic"), 600);
    pinned("reconcile-80", &compared(&made, "80", &[]));
    pinned("reconcile-140", &compared(&made, "140", &["--samples", "3"]));
    pinned("reconcile-worklist", &compared(&made, "80", &["--worklist"]));
    pinned("reconcile-cell", &compared(&made, "80", &["--cell", "58999990000000/1/13/1/tested"]));
    let rest = ["--without", "nps-to-district-of-accountability", "--samples", "2"];
    pinned("reconcile-unexplained", &compared(&made, "80", &rest));
}

#[test]
fn what_cannot_be_compared_is_refused() {
    let made = Made::new(2025, None, 150);
    let other = Made::new(2024, None, 150);
    let refused = |more: &[&str]| compared(&made, "80", more);
    let mut pages = vec![
        refused(&["--without", "late-score"]),
        refused(&["--assume", "late-scores=June"]),
        refused(&["--assume", "sed-testing-vs-calpads=2025-06-01"]),
        refused(&["--assume", "late-scores", "--without", "late-scores"]),
        refused(&["--cell", "58999990000000/1/13/1/passed"]),
        refused(&["--cell", "58999990000000/1/13/1"]),
        refused(&["--cell", "5899999/1/13/1/tested"]),
        refused(&["--cell", "58999990000009/1/13/1/tested"]),
        refused(&["--cell", "58999990000000/5/13/1/tested"]),
        refused(&["--cell", "58999990000000/1/9/1/tested"]),
        refused(&["--cell", "58999990000000/1/13/999/tested"]),
        refused(&["--cell", "58999990000000/1/13/1/mean"]),
        refused(&["--entity", "12"]),
        refused(&["--test", "99"]),
        refused(&["--lea", "01611190000000"]),
    ];
    let (file, official) = (made.scene.truth.files[0].as_str(), made.path("official"));
    std::fs::rename(other.path("official"), made.path("last-year")).unwrap();
    std::fs::create_dir(made.path("lists")).unwrap();
    let entities = std::fs::read_dir(&official).unwrap().map(|entry| entry.unwrap().path());
    let entities = entities.into_iter().find(|path| path.to_string_lossy().contains("entities")).unwrap();
    std::fs::copy(&entities, made.path("lists").join(entities.file_name().unwrap())).unwrap();
    std::fs::rename(&other.files()[0], made.path("last-year.csv")).unwrap();
    let folder = made.folder.path();
    pages.push(run(folder, "80", &["reconcile", file, "--official", "last-year"]));
    pages.push(run(folder, "80", &["reconcile", file, "--official", "lists"]));
    pages.push(run(folder, "80", &["reconcile", file, "last-year.csv", "--official", "official"]));
    let text = std::fs::read_to_string(made.path(file)).unwrap();
    std::fs::write(made.path("header.csv"), text.lines().next().unwrap().to_owned() + "\n").unwrap();
    std::fs::write(made.path("empty.csv"), "").unwrap();
    std::fs::write(made.path("notes.txt"), "hello\n").unwrap();
    std::fs::create_dir(made.path("nothing")).unwrap();
    let scores = research_file(&official, "sb_");
    let scores = scores.strip_prefix(folder).unwrap().to_str().unwrap();
    for (file, official) in [
        ("missing.csv", "official"),
        (file, "missing"),
        ("header.csv", "official"),
        ("empty.csv", "official"),
        (file, "empty.csv"),
        (file, "nothing"),
        (file, "notes.txt"),
        (scores, "official"),
        (file, file),
    ] {
        pages.push(run(folder, "80", &["reconcile", file, "--official", official]));
    }
    pages.push(run(folder, "80", &["verify", "missing.json", file, "--official", "official"]));
    assert!(pages.iter().all(|page| page.status.code() == Some(2)));
    let text: Vec<String> = pages.iter().map(shown).collect();
    support::snapshots().bind(|| insta::assert_snapshot!("reconcile-refused", text.join("\n")));
}

#[test]
fn a_saved_reconciliation_is_verified() {
    let made = Made::new(2025, Some("late-scores"), 300);
    let output = compared(&made, "80", &["--format", "json", "--output", "saved.json"]);
    assert_eq!((output.status.code(), output.stdout.len()), (Some(0), 0));
    let folder = made.folder.path();
    let file = made.scene.truth.files[0].as_str();
    let packed = compared(&made, "80", &["--format", "json", "--output", "saved.json.gz"]);
    assert_eq!(packed.status.code(), Some(0));
    let size = |name: &str| std::fs::metadata(folder.join(name)).unwrap().len();
    assert!(size("saved.json.gz") * 8 < size("saved.json"));
    let verify = |saved: &str| run(folder, "80", &["verify", saved, file, "--official", "official"]);
    assert_eq!(shown(&verify("saved.json.gz")), shown(&verify("saved.json")));
    let confirmed = verify("saved.json");
    assert_eq!(confirmed.status.code(), Some(0));
    assert!(shown(&confirmed).starts_with("confirmed: "), "{}", shown(&confirmed));
    let saved = std::fs::read_to_string(folder.join("saved.json")).unwrap();
    std::fs::write(folder.join("changed.json"), saved.replacen("\"amount\":-", "\"amount\":-9", 1)).unwrap();
    let refuted = verify("changed.json");
    assert_eq!(refuted.status.code(), Some(1));
    assert!(shown(&refuted).starts_with("refuted: "), "{}", shown(&refuted));
    std::fs::write(folder.join("other.json"), "{}").unwrap();
    let unreadable = verify("other.json");
    assert_eq!(unreadable.status.code(), Some(2));
    assert!(shown(&unreadable).contains("is no saved reconciliation"), "{}", shown(&unreadable));
}

/// The JSON that a comparison prints.
fn printed(made: &Made, choice: &[&str]) -> Value {
    let output = compared(made, "80", &[&["--format", "json"], choice].concat());
    assert_eq!(output.status.code(), Some(0), "{}", shown(&output));
    serde_json::from_slice(&output.stdout).unwrap()
}

#[test]
fn a_choice_of_figures_narrows_the_cells_of_json_alone() {
    let made = Made::new(2025, Some("late-scores"), 300);
    let whole = printed(&made, &[]);
    assert!(whole.get("filter").is_none());
    let all = whole["cells"].as_array().unwrap();
    let differing = all.iter().find(|cell| !cell["steps"].as_array().unwrap().is_empty()).unwrap();
    let text = |key: &str| differing[key].to_string().trim_matches('"').to_owned();
    let name = ["entity", "test", "grade", "group", "measure"].map(text).join("/");
    let one = printed(&made, &["--cell", &name]);
    assert_eq!(one["cells"], serde_json::json!([differing]));
    assert_eq!(one["filter"], serde_json::json!({ "cell": name }));
    let choice = ["--entity", &text("entity"), "--test", &text("test"), "--grade", "13", "--group", "1,3"];
    let some = printed(&made, &choice);
    let is_chosen = |cell: &&Value| {
        cell["entity"] == differing["entity"]
            && cell["test"] == differing["test"]
            && cell["grade"] == 13
            && (cell["group"] == 1 || cell["group"] == 3)
    };
    let expected: Vec<&Value> = all.iter().filter(is_chosen).collect();
    assert!(!expected.is_empty() && expected.len() < all.len());
    assert_eq!(some["cells"].as_array().unwrap().iter().collect::<Vec<_>>(), expected);
    for part in [&one, &some] {
        for key in ["summary", "causes", "not_checkable"] {
            assert_eq!(part[key], whole[key], "{key} is of all figures");
        }
    }
    let refused = compared(&made, "80", &["--format", "json", "--group", "999"]);
    assert_eq!((refused.status.code(), refused.stdout.len()), (Some(2), 0));
}

#[test]
fn a_part_of_a_reconciliation_is_verified_as_a_part() {
    for (scenario, students) in [("late-scores", 300), ("partial-download", 300), ("movers", 600)] {
        let made = Made::new(2025, Some(scenario), students);
        let folder = made.folder.path();
        let file = made.scene.truth.files[0].as_str();
        let saved = compared(&made, "80", &["--format", "json", "--group", "1", "--output", "part.json"]);
        assert_eq!(saved.status.code(), Some(0), "{scenario}: {}", shown(&saved));
        let mut arguments = vec!["verify", "", file, "--official", "official"];
        if !made.scene.truth.earlier.is_empty() {
            arguments.extend(["--earlier", "earlier"]);
        }
        let mut verify = |saved: &'static str| {
            arguments[1] = saved;
            run(folder, "80", &arguments)
        };
        let confirmed = verify("part.json");
        assert_eq!(confirmed.status.code(), Some(0), "{scenario}: {}", shown(&confirmed));
        assert!(shown(&confirmed).contains("written with a choice of figures"), "{}", shown(&confirmed));
        let part = std::fs::read_to_string(folder.join("part.json")).unwrap();
        let changed = part.replacen("\"ours\":1", "\"ours\":91", 1);
        assert_ne!(changed, part);
        std::fs::write(folder.join("changed.json"), changed).unwrap();
        assert_eq!(verify("changed.json").status.code(), Some(1), "{scenario}");
    }
}

/// The unexplained figure is found again by its place among the chosen ones.
#[test]
fn what_is_unexplained_is_told_by_its_place_in_the_chosen_cells() {
    let made = Made::new(2025, None, 300);
    let mut reconciliation = made.reconciled();
    let last = reconciliation.cells.len() - 1;
    let residue = |cell| scorelint::reconcile::Residue { cell, amount: 1, groups: Vec::new() };
    reconciliation.residues = vec![residue(0), residue(last)];
    let code_of = |place| String::from_utf8_lossy(&reconciliation.cells.get(place).unwrap().code).into_owned();
    let code = code_of(last);
    let filter = CellFilter { entities: vec![code.clone()], ..CellFilter::default() };
    let mut bytes = Vec::new();
    write_json(&mut bytes, &reconciliation, &filter).unwrap();
    let part = json(&bytes);
    let message = part["unexplained"].as_array().unwrap();
    let is_of = |one: &Value| part["cells"][one["cell"].as_u64().unwrap() as usize]["entity"] == code.as_str();
    assert!(!message.is_empty() && message.iter().all(is_of), "{message:?}");
    let first_too = code_of(0) == code;
    assert_eq!(message.len(), if first_too { 2 } else { 1 });
}

#[test]
fn causes_are_listed_and_told() {
    let here = support::root();
    pinned("causes", &run(here, "80", &["causes"]));
    pinned("causes-page", &run(here, "80", &["causes", "nps-to-district-of-accountability"]));
    let unknown = run(here, "80", &["causes", "late-score"]);
    assert!(!unknown.status.success() && shown(&unknown).contains("did you mean late-scores?"), "{}", shown(&unknown));
    let all = shown(&run(here, "80", &["causes", "--all"]));
    assert!(all.contains("not to be determined from score files"), "{all}");
}
