//! `scorelint config`, and which file is found.

use serde_json::Value;

use super::{Folder, text};
use crate::support::{path, scorelint, snapshots};

const SETTINGS: &str = r#"
select = ["T", "S", "L", "school site"]
ignore = ["S03"]
samples = 5

[severity]
T = "warning"
T001 = "error"
L016 = "off"

[thresholds.S001]
warn_if = "> 10"
error_if = "> 0.5 %"

[[waivers]]
rule = "T001"
student = "9081726354"
test = "01"
reason = "reported to ETS, case 4711"
author = "R. Lee"
expires = 2026-06-30

[[waivers]]
rule = "scale-score-out-of-range"
school = "58999996900002"
author = "R. Lee"

[[waivers]]
rule = "T002"
count = 12
reason = "known"
author = "R. Lee"
expires = "2025-12-31"
"#;

fn folder() -> Folder {
    let folder = Folder::new();
    folder.settings(SETTINGS);
    folder
}

#[test]
fn people_see_what_holds_and_where_it_comes_from() {
    let folder = folder();
    for columns in ["80", "140"] {
        let run = scorelint()
            .current_dir(folder.dir.path())
            .env("COLUMNS", columns)
            .args(["config", "--today", super::TODAY, "--fail-on", "notice", "--ignore", "T036"])
            .output()
            .unwrap();
        assert!(run.status.success());
        snapshots().bind(|| insta::assert_snapshot!(format!("settings_config_{columns}"), text(&run)));
    }
}

#[test]
fn without_a_file_the_defaults_hold() {
    let folder = Folder::new();
    let shown = text(&folder.run(&["config"]));
    assert!(shown.contains("none found") && shown.contains("all rules"), "{shown}");
    folder.settings("samples = 7\n");
    assert!(text(&folder.run(&["config", "--no-config"])).contains("none, by --no-config"));
}

#[test]
fn programs_get_the_same() {
    let schema = std::fs::read_to_string(path("docs/schemas/config-1.schema.json")).unwrap();
    let schema = jsonschema::validator_for(&serde_json::from_str(&schema).unwrap()).unwrap();
    for flags in [&[][..], &["--no-config"], &["--select", "T", "--samples", "9"]] {
        let run = folder().run(&[&["config", "--format", "json"], flags].concat());
        let config: Value = serde_json::from_slice(&run.stdout).unwrap();
        let wrong: Vec<String> = schema.iter_errors(&config).map(|error| error.to_string()).collect();
        assert_eq!(wrong, Vec::<String>::new(), "{flags:?}");
        assert!(!config.to_string().contains("9081726354"));
    }
    let run = folder().run(&["config", "--format", "json", "--samples", "9"]);
    let config: Value = serde_json::from_slice(&run.stdout).unwrap();
    let of = |list: &str, key: &str, name: &str| {
        config[list].as_array().unwrap().iter().find(|one| one[key] == name).unwrap().clone()
    };
    assert_eq!(
        of("settings", "key", "samples"),
        serde_json::json!({"key": "samples", "value": "9", "from": "flag", "flag": "--samples"})
    );
    assert_eq!(of("settings", "key", "ignore")["line"], 3);
    assert_eq!(of("severities", "rule", "T001")["value"], "error");
    assert_eq!(of("severities", "rule", "T002")["line"], 7);
    assert_eq!(of("left_out", "rule", "L016")["value"], "off");
    assert_eq!(of("thresholds", "rule", "S001")["value"], "warning > 10, error > 0.5 %");
}

#[test]
fn the_nearest_file_above_the_first_input_is_found() {
    let folder = Folder::new();
    folder.settings("samples = 1\n");
    folder.write("a/scorelint.toml", "samples = 2\n").write("a/b/scores.csv", "").write("c/scores.csv", "");
    let found = |input: &str| {
        let run = folder.run(&["config", input, "--format", "json"]);
        let config: Value = serde_json::from_slice(&run.stdout).unwrap();
        config["file"].as_str().unwrap().replace('\\', "/")
    };
    assert_eq!(found("a/b/scores.csv"), "a/scorelint.toml");
    assert_eq!(found("a/b"), "a/scorelint.toml");
    assert_eq!(found("a"), "a/scorelint.toml");
    assert_eq!(found("c/scores.csv"), "scorelint.toml");
    assert_eq!(found("a/../c/scores.csv"), "scorelint.toml");
    assert_eq!(found("-"), "scorelint.toml");
}

#[test]
fn the_shell_completes_the_commands() {
    let run = scorelint().args(["completions", "bash"]).output().unwrap();
    for word in ["baseline", "config", "--no-config", "--today", "--expires"] {
        assert!(text(&run).contains(word), "{word}");
    }
}
