//! Everything that can be wrong with a settings file is reported with its place.

use std::fmt::Write as _;

use super::{Folder, errors, text};
use crate::support::snapshots;

/// Settings with a mistake each, or several.
const WRONG: &[&str] = &[
    "fail_on = \"warnings\"\nsample = 5\n",
    "samples = \"5\"\nignore = \"P\"\n",
    "samples = -1\nselect = [\"T\", 7]\n",
    "select = [\"T099\"]\nignore = [\"scroe\", \"school sites\"]\n",
    "[severity]\nT001 = \"fatal\"\nT0O1 = \"error\"\n\"school site\" = \"off\"\n",
    "[severity]\nT001 = \"error\"\ncondition-code-and-include-indicator-disagree = \"off\"\n",
    "[thresholds]\nT001 = \"> 10\"\n[thresholds.S]\nwarn_if = \"> 10\"\n",
    "[thresholds.T001]\nwarn_if = \"10\"\nerror_if = \"> 0.5. %\"\nerror_of = \"> 5\"\n[thresholds.T002]\n",
    "[thresholds.L016]\nwarn_if = \"> 5 %\"\n",
    "rules = [\"nowhere\"]\nwaiver_files = [\"nowhere.toml\"]\n",
    "[[waivers]]\nstudent = \"vj13e1v6wq\"\n[[waivers]]\nrule = \"T001\"\n",
    "[[waivers]]\nrule = \"T001\"\ncount = 0\nexpires = 2026-02-30\n",
    "[[waivers]]\nrule = \"T001\"\ncount = 1\nexpires = \"30.6.2026\"\nresaon = \"known\"\n",
    "[[waivers]]\nrule = \"T001\"\nschool = \"123\"\n[[waivers]]\nrule = \"T001\"\nstudent = \"Maria\"\ntest = \"1\"\n",
    "[[waivers]]\nrule = \"T\"\ncount = 1\n[[waivers]]\nrule = \"L091\"\ncount = 1\n[[waivers]]\nrule = \"T01\"\ncount = 2\n",
    "[[waivers]]\nrule = \"T001\"\nschool = \"58999996900002\"\nstudent = \"vj13e1v6wq\"\n",
    "[[waivers]]\nrule = \"T001\"\ntest = \"01\"\ncount = 3\n",
    "samples = \n",
    "samples = 5\nsamples = 6\n",
];

#[test]
fn each_mistake_is_told_with_its_place() {
    let folder = Folder::new();
    let mut all = String::new();
    for wrong in WRONG {
        let run = folder.settings(wrong).run(&["config"]);
        assert_eq!(run.status.code(), Some(2), "{wrong}");
        assert_eq!(text(&run), "", "{wrong}");
        let _ = writeln!(all, "{}", errors(&run, folder.dir.path()).trim_end());
        let _ = writeln!(all, "{}", "=".repeat(80));
    }
    snapshots().bind(|| insta::assert_snapshot!("settings_mistakes", all));
}

#[test]
fn identifiers_of_students_are_covered_in_messages() {
    let secrets = ["9081726354", "908172635", "90817-26354"];
    let forms: [fn(&str) -> String; 4] = [
        |secret| format!("[[waivers]]\nrule = \"T099\"\nstudent = \"{secret}\"\ncount = 1\n"),
        |secret| format!("[[waivers]]\nrule = \"T001\"\nstudent = {secret}\n"),
        |secret| format!("waivers = [{{ rule = \"T099\", student = \"{secret}\" }}]\n"),
        |secret| format!("[[waivers]]\nrule = \"T001\"\ncount = \"{secret}\"\nstudent = \"{secret}\"\n"),
    ];
    for secret in secrets {
        for form in forms {
            let folder = Folder::new();
            let run = folder.settings(&form(secret)).run(&["config"]);
            let message = errors(&run, folder.dir.path());
            assert_eq!(run.status.code(), Some(2), "{message}");
            assert!(!message.contains(secret), "{message}");
        }
    }
}

#[test]
fn hostile_settings_do_no_harm() {
    let folder = Folder::new();
    for wrong in ["\u{1b}[2J = 1", "select = [\"\u{202e}T\"]", "select = [\"\\u001b[31mT\"]"] {
        let run = folder.settings(wrong).run(&["config"]);
        assert_eq!(run.status.code(), Some(2));
        let message = String::from_utf8_lossy(&run.stderr).into_owned();
        assert!(!message.contains('\u{1b}') && !message.contains('\u{202e}'), "{message:?}");
    }
    std::fs::write(folder.path("scorelint.toml"), b"samples = \xff").unwrap();
    let run = folder.run(&["config"]);
    assert_eq!(run.status.code(), Some(2));
    assert!(errors(&run, folder.dir.path()).contains("it is no UTF-8 text"));
}

#[test]
fn a_file_that_is_named_must_be_there() {
    let folder = Folder::new();
    let run = folder.run(&["config", "--config", "nowhere.toml"]);
    assert_eq!(run.status.code(), Some(2));
    assert!(errors(&run, folder.dir.path()).contains("nowhere.toml"));
    assert_eq!(folder.run(&["config", "--config", "a.toml", "--no-config"]).status.code(), Some(2));
    assert_eq!(folder.run(&["config", "--today", "yesterday"]).status.code(), Some(2));
}

#[test]
fn a_wrong_rule_file_is_exit_3() {
    let folder = Folder::new();
    folder.write("own/LOC001-x.md", "no rule\n").settings("rules = [\"own\"]\n");
    assert_eq!(folder.run(&["config"]).status.code(), Some(3));
}
