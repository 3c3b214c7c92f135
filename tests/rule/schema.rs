//! The JSON Schema of the front matter, for editors, against every shipped rule file.

use std::fs;

use walkdir::WalkDir;

use crate::support::path;

fn front_matter(text: &str) -> serde_json::Value {
    let front = text.strip_prefix("+++\n").unwrap().split("\n+++\n").next().unwrap();
    let table: toml::Table = toml::from_str(front).unwrap();
    serde_json::to_value(table).unwrap()
}

fn validator() -> jsonschema::Validator {
    let schema = fs::read_to_string(path("rules/rule.schema.json")).unwrap();
    jsonschema::validator_for(&serde_json::from_str(&schema).unwrap()).unwrap()
}

#[test]
fn every_shipped_rule_fits() {
    let validator = validator();
    let files = WalkDir::new(path("rules/checks")).into_iter().map(|entry| entry.unwrap().into_path());
    let files = files.filter(|path| path.extension().is_some_and(|extension| extension == "md"));
    let misfit = |file: &std::path::PathBuf| !validator.is_valid(&front_matter(&fs::read_to_string(file).unwrap()));
    assert_eq!(files.filter(misfit).collect::<Vec<_>>(), Vec::<std::path::PathBuf>::new());
}

#[test]
fn mistakes_do_not_fit() {
    let text = fs::read_to_string(path("docs/examples/LOC001-remote-test-on-paper.md")).unwrap();
    let validator = validator();
    assert!(validator.is_valid(&front_matter(&text)));
    for (from, to) in
        [("severity = \"warning\"", "severity = \"wrong\""), ("require =", "requires ="), ("sources =", "source =")]
    {
        assert!(!validator.is_valid(&front_matter(&text.replace(from, to))), "{to}");
    }
}
