//! The command line of `check` around an engine that answers from memory.

use std::cell::Cell;
use std::fs;

use clap::Parser;
use scorelint::cli::check::{Args, Exit, Failure, Request, run};
use scorelint::outcome::Outcome;
use scorelint::privacy::pseudonym::{KeyError, Pseudonyms};
use scorelint::report::RuleBook;
use scorelint::rule::{Rule, RuleSet};
use scorelint::settings::{BoundSettings, Flags, Settings};

use crate::support::outcome::district;

#[derive(Parser)]
struct Cli {
    #[command(flatten)]
    args: Args,
}

fn args(line: &str) -> Args {
    let words = std::iter::once("check").chain(line.split_whitespace());
    Cli::try_parse_from(words).unwrap_or_else(|error| panic!("{error}")).args
}

fn answer(_: &Request<'_>) -> Result<(Outcome, RuleBook), Failure> {
    Ok(district())
}

fn no_key() -> Result<Pseudonyms, KeyError> {
    Err(KeyError::NoFolder)
}

/// Runs with the report going to a file; the report.
fn report_of(line: &str) -> String {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("report.txt");
    run(&args(&format!("{line} --output {}", path.display())), answer, no_key).unwrap();
    fs::read_to_string(path).unwrap()
}

fn exit_of(line: &str, change: impl FnOnce(&mut Outcome)) -> Exit {
    let folder = tempfile::tempdir().unwrap();
    let line = format!("{line} --output {}", folder.path().join("report.txt").display());
    let engine = |_: &Request<'_>| {
        let (mut outcome, rules) = district();
        change(&mut outcome);
        Ok((outcome, rules))
    };
    run(&args(&line), engine, no_key).unwrap()
}

/// Leaves the findings of this severity only.
fn keep(outcome: &mut Outcome, word: &str) {
    for rule in outcome.rules.iter_mut().filter(|rule| rule.severity.as_str() != word) {
        rule.broke = 0;
    }
}

#[test]
fn the_exit_code_follows_fail_on() {
    let cases = [
        ("error", "error", Exit::Findings),
        ("error", "warning", Exit::Clean),
        ("warning", "warning", Exit::Findings),
        ("warning", "notice", Exit::Clean),
        ("notice", "notice", Exit::Findings),
        ("never", "error", Exit::Clean),
    ];
    for (fail_on, found, expected) in cases {
        let exit = exit_of(&format!("a.txt --fail-on {fail_on}"), |outcome| keep(outcome, found));
        assert_eq!(exit, expected, "--fail-on {fail_on} with {found}s");
    }
}

#[test]
fn each_format_is_written_to_the_file() {
    assert!(report_of("a.txt").contains("╭─["));
    assert!(report_of("a.txt --format concise").contains(":1042:376: error T006 "));
    assert!(report_of("a.txt --format json").starts_with("{\n  \"schema\": \"scorelint/check/1\""));
}

#[test]
fn only_the_human_report_asks_for_samples_only() {
    for (line, expected) in [("a.txt --samples 5", Some(5)), ("a.txt --format json", None)] {
        let asked = Cell::new(None);
        let folder = tempfile::tempdir().unwrap();
        let args = args(&format!("{line} --output {}", folder.path().join("report.txt").display()));
        let engine = |request: &Request<'_>| {
            asked.set(request.samples);
            answer(request)
        };
        run(&args, engine, no_key).unwrap();
        assert_eq!(asked.get(), expected, "{line}");
    }
}

#[test]
fn an_output_that_cannot_be_written_is_exit_2_and_says_where() {
    let failure = run(&args("a.txt --output /nonexistent/report.txt"), answer, no_key).unwrap_err();
    assert_eq!(failure.exit, Exit::Unreadable);
    assert!(format!("{}", failure.report).contains("/nonexistent/report.txt"), "{}", failure.report);
}

#[test]
fn a_wrong_rule_file_is_exit_3() {
    let failure =
        run(&args("a.txt"), |_| Err(Failure::rules(miette::miette!("rule X001 is wrong"))), no_key).unwrap_err();
    assert_eq!(failure.exit, Exit::Rules);
}

#[test]
fn wrong_words_are_refused() {
    for line in ["", "a.txt --format html", "a.txt --threads 0", "a.txt --dialect pipe", "a.txt --view seen"] {
        let words = std::iter::once("check").chain(line.split_whitespace());
        assert!(Cli::try_parse_from(words).is_err(), "{line}");
    }
}

const RULE: &str = r#"+++
code = "LOC001"
name = "own-rule"
severity = "error"
scope = "record"
years = "2021.."
when = "score_status is 'I'"
require = "include_indicator is 'R'"
message = "now {score_status}"
help = "mend it"
owner = ["school site"]
certainty = "inferred"
sources = [{ text = "our own" }]
since = "0.1.0"

[[variant]]
years = "2021"
message = "then {score_status}"
+++
Ours.
"#;

/// The rule above, alone.
fn own_rules() -> RuleSet {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("LOC001-own-rule.md"), RULE).unwrap();
    RuleSet::only(&[folder.path().to_owned()]).unwrap()
}

#[test]
fn messages_are_those_of_the_layout_year() {
    let words = RuleBook::of_set(&own_rules()).words("LOC001");
    assert_eq!(words.message_in(2021), "then {score_status}");
    assert_eq!(words.message_in(2025), "now {score_status}");
}

/// What the command line says, without a file.
fn chosen(select: Vec<String>, ignore: Vec<String>) -> Settings {
    let flags = Flags { select, ignore, ..Flags::default() };
    Settings { file: None, why: String::new(), flags, today: "2026-01-15".parse::<jiff::civil::Date>().unwrap().into() }
}

#[test]
fn rules_are_selected_by_code_name_and_family() {
    let set = own_rules();
    let words = |text: &str| text.split_terminator(',').map(str::to_owned).collect::<Vec<_>>();
    let cases = [
        ("", "", true),
        ("LOC001", "", true),
        ("loc", "", true),
        ("own-rule", "", true),
        ("school site", "", true),
        ("", "LOC", false),
        ("LOC", "LOC001", false),
    ];
    for (select, ignore, expected) in cases {
        let bound = BoundSettings::new(&chosen(words(select), words(ignore)), &set).unwrap();
        let runs = |rule: &Rule| bound.weight(rule, rule.severity).is_some();
        assert_eq!(set.rules().all(runs), expected, "{select:?} {ignore:?}");
    }
}

#[test]
fn an_unknown_rule_gets_a_suggestion() {
    let error = BoundSettings::new(&chosen(vec!["LOC002".to_owned()], Vec::new()), &own_rules()).unwrap_err();
    let message = format!("{:?}", miette::Report::new(error));
    assert!(message.contains("did you mean LOC001?"), "{message}");
}
