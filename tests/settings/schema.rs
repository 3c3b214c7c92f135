//! The JSON Schema of the settings file, against what scorelint itself takes and refuses.

use std::path::Path;

use scorelint::settings::SettingsFile;
use toml::Value;

use crate::support::path;

fn schema() -> jsonschema::Validator {
    let text = std::fs::read_to_string(path("docs/schemas/scorelint-toml.schema.json")).unwrap();
    jsonschema::validator_for(&serde_json::from_str(&text).unwrap()).unwrap()
}

/// The settings as an editor sees them: days are texts.
fn as_json(text: &str) -> serde_json::Value {
    fn plain(value: Value) -> serde_json::Value {
        match value {
            Value::Datetime(day) => day.to_string().into(),
            Value::Array(list) => list.into_iter().map(plain).collect(),
            Value::Table(table) => table.into_iter().map(|(key, value)| (key, plain(value))).collect(),
            other => serde_json::to_value(other).unwrap(),
        }
    }
    plain(Value::Table(text.parse().unwrap()))
}

fn is_taken(text: &str) -> bool {
    SettingsFile::parse(Path::new("scorelint.toml"), text.to_owned()).is_ok()
}

#[test]
fn the_examples_of_the_docs_fit() {
    let docs = std::fs::read_to_string(path("docs/configuration.md")).unwrap();
    let examples: Vec<&str> = docs.split("```toml\n").skip(1).map(|rest| rest.split("```").next().unwrap()).collect();
    assert!(examples.len() >= 2);
    for example in examples {
        assert!(schema().is_valid(&as_json(example)), "{example}");
        // The folder of own rules is not there.
        assert!(is_taken(&example.replace("rules = [\"our-rules\"]\n", "")), "{example}");
    }
}

#[test]
fn the_schema_and_the_program_agree() {
    let cases = [
        ("", true),
        ("samples = 0", true),
        ("samples = -1", false),
        ("samples = 1.5", false),
        ("fail_on = \"never\"", true),
        ("fail_on = \"off\"", false),
        ("select = [\"T\"]\nignore = []", true),
        ("select = \"T\"", false),
        ("colour = true", false),
        ("[severity]\nT = \"off\"", true),
        ("[severity]\nT = \"never\"", false),
        ("[thresholds.T001]\nwarn_if = \">= 10\"", true),
        ("[thresholds.T001]\nerror_if = \"> 0.5 %\"", true),
        ("[thresholds.T001]\nerror_if = \"> 0.5\"", false),
        ("[thresholds.T001]", false),
        ("[[waivers]]\nrule = \"T001\"\ncount = 1", true),
        ("[[waivers]]\nrule = \"T001\"\nstudent = \"vj13e1v6wq\"\ntest = \"01\"\nexpires = 2026-06-30", true),
        ("[[waivers]]\nrule = \"T001\"\nstudent = \"9081726354\"\nexpires = \"2026-06-30\"", true),
        ("[[waivers]]\nrule = \"T001\"\nschool = \"58999996900002\"\ncount = 3", true),
        ("[[waivers]]\nrule = \"T001\"", false),
        ("[[waivers]]\ncount = 1", false),
        ("[[waivers]]\nrule = \"T001\"\ncount = 0", false),
        ("[[waivers]]\nrule = \"T001\"\ncount = 1\ntest = \"01\"", false),
        ("[[waivers]]\nrule = \"T001\"\nschool = \"58999996900002\"\nstudent = \"vj13e1v6wq\"", false),
        ("[[waivers]]\nrule = \"T001\"\ncount = 1\nexpires = \"June\"", false),
        ("[[waivers]]\nrule = \"T001\"\ncount = 1\nnote = \"x\"", false),
    ];
    let schema = schema();
    for (text, expected) in cases {
        assert_eq!(schema.is_valid(&as_json(text)), expected, "the schema, {text}");
        assert_eq!(is_taken(text), expected, "the program, {text}");
    }
}
