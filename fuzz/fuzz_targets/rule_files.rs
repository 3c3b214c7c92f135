//! Any text, read as a rule file, and as the conditions of one: a rule or a mistake that points
//! into the text, never a panic. What is read can be bound and its examples can be run.

#![no_main]

use libfuzzer_sys::fuzz_target;
use miette::Diagnostic;
use scorelint::rule::{AllStudents, RuleErrors, RuleSet, run_examples};
use scorelint::spanned::SourceText;

const FRONT: &str = r#"
code = "LOC001"
name = "fuzz"
severity = "error"
years = "2021.."
message = "{count} {line} {scale_score}"
help = "none"
owner = ["school site"]
certainty = "inferred"
sources = [{ text = "fuzz" }]
needs = ["earlier-file", "roster", "entity-list"]
match = ["ssid"]
since = "0.1.0"
"#;

fn read(text: String) {
    match RuleSet::of_texts(vec![SourceText { name: "fuzz.md".to_owned(), text }]) {
        Ok(rules) => {
            rules.check().iter().for_each(show);
            for rule in rules.rules() {
                match run_examples(&rules, rule, &AllStudents) {
                    Ok(wrong) => wrong.iter().for_each(show),
                    Err(mistake) => show(&mistake),
                }
            }
        }
        Err(RuleErrors(mistakes)) => mistakes.iter().for_each(show),
    }
}

/// A mistake can be shown: its labels lie in its text.
fn show(mistake: &scorelint::rule::RuleError) {
    for label in mistake.labels().into_iter().flatten() {
        let source = mistake.source_code().expect("a mistake with a label has a text");
        source.read_span(label.inner(), 1, 1).expect("a label lies in the text");
    }
}

fuzz_target!(|text: &str| {
    if text.starts_with("+++") {
        return read(text.to_owned());
    }
    let (when, require) = text.split_once('\n').unwrap_or(("always", text));
    for scope in ["record", "set"] {
        // A literal string of TOML cannot hold three quotes in a row.
        let [when, require] = [when, require].map(|part| part.replace("'''", "''"));
        read(format!("+++{FRONT}scope = \"{scope}\"\nwhen = '''\n{when} '''\nrequire = '''\n{require} '''\n+++\nfuzz\n"));
    }
});
