//! Values that try to do harm, and carets that stay under what they point at.

use proptest::prelude::*;
use scorelint::outcome::Outcome;
use scorelint::privacy::mask::Reveal;
use scorelint::privacy::text::{fit, quote, width};
use scorelint::report::{Colour, Look, RuleBook};
use scorelint::rule::{Scope, Severity};
use unicode_width::UnicodeWidthChar;

use super::human::{look, render, without_escapes};
use crate::support::outcome::{broke, finding, outcome, rule};
use crate::support::snapshots;

pub const VALUES: [&str; 12] = [
    "\u{1b}[2J\u{1b}]0;owned\u{7}",
    "abc\u{202e}txt.exe\u{2066}",
    "tab\there\r\nand line",
    "👩‍👩‍👧 family 漢字",
    "Zoe\u{308}\u{301}\u{300}\u{302}\u{303} \u{301}alone",
    "שלום and مرحبا",
    "zero\u{200b}width\u{feff}\u{a0}",
    "╭─[fake:1:1] │ × ╰──",
    "  edges  ",
    "\u{0}\u{7f}\u{85}\u{9b}31m",
    "=HYPERLINK(\"http://example.com\",\"click\")",
    "{include_indicator} {count} {",
];

pub fn one_value(value: &str) -> (Outcome, RuleBook) {
    let message = "condition code {condition_code} is unknown";
    let unknown = rule("V030", "condition-code-unknown", Severity::Error, Scope::Cell, message, "look it up");
    let fields = [("condition_code", value), ("score_status", "V")];
    let found = finding(0, Severity::Error, 1_042, &fields);
    (outcome(vec![broke(&unknown, 1, &[])], vec![found]), RuleBook::new([&unknown]))
}

/// The text between two columns of a line.
fn between(line: &str, from: usize, to: usize) -> String {
    let mut column = 0;
    let mut text = String::new();
    for one in line.chars() {
        if column >= to && one.width().unwrap_or(0) > 0 {
            break;
        }
        if column >= from {
            text.push(one);
        }
        column += one.width().unwrap_or(0);
    }
    text
}

/// The columns of each run of carets.
fn carets(line: &str) -> Vec<(usize, usize)> {
    let mut runs: Vec<(usize, usize)> = Vec::new();
    for (column, one) in line.chars().enumerate() {
        match runs.last_mut() {
            _ if !matches!(one, '─' | '┬') => {}
            Some((_, end)) if *end == column => *end += 1,
            _ => runs.push((column, column + 1)),
        }
    }
    runs
}

/// Asserts that every caret of a report is under a value, that the pointed one is under `value`,
/// and that its header name starts above it.
fn assert_aligned(report: &str, value: &str) {
    let lines: Vec<&str> = report.lines().collect();
    let top = lines.iter().position(|line| line.trim_start().starts_with("╭─[data")).expect("a frame");
    let end = (top..lines.len()).find(|at| lines[*at].trim_start().starts_with("╰────")).expect("its end");
    let below = (top..end).find(|at| lines[*at].trim_start().starts_with('·')).expect("carets");
    let (names, values) = (lines[below - 2], lines[below - 1]);
    let runs = carets(lines[below]);
    let texts: Vec<String> = runs.iter().map(|(from, to)| between(values, *from, *to)).collect();
    let pointed = texts.iter().position(|text| text == value);
    let (from, _) = runs[pointed.unwrap_or_else(|| panic!("no caret under {value:?}, but {texts:?} in\n{report}"))];
    assert!(between(names, from, 200).starts_with("ConditionCode"), "{report}");
}

/// Asserts that nothing in a report can move the cursor or hide.
fn assert_harmless(report: &str) {
    for one in report.chars() {
        let is_ours = one == '\n' || one == '\u{a0}';
        assert!(is_ours || !one.is_control(), "{one:?} in {report}");
        assert!(
            !matches!(one, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
        );
        assert!(!matches!(one, '\u{590}'..='\u{8ff}'), "{one:?} turns the line around");
    }
}

fn printed(value: &str) -> String {
    let room = 44;
    fit(&quote(value, 60), room).into_owned()
}

#[test]
fn hostile_values_are_shown_as_what_they_are() {
    let reports: Vec<String> = VALUES
        .iter()
        .map(|value| {
            let (outcome, rules) = one_value(value);
            let report = render(&outcome, &rules, Reveal::StudentValues, look(80));
            let block: Vec<&str> = report.lines().skip_while(|line| !line.starts_with("error[")).take(12).collect();
            block.join("\n")
        })
        .collect();
    snapshots().bind(|| insta::assert_snapshot!(reports.join("\n\n")));
}

#[test]
fn hostile_values_are_harmless_and_their_carets_aligned() {
    for value in VALUES {
        let (outcome, rules) = one_value(value);
        for columns in [80, 140] {
            let report = render(&outcome, &rules, Reveal::StudentValues, look(columns));
            assert_harmless(&report);
            assert_aligned(&report, &printed(value));
        }
    }
}

#[test]
fn colours_do_not_move_carets() {
    for value in VALUES {
        let (outcome, rules) = one_value(value);
        let report = render(&outcome, &rules, Reveal::StudentValues, Look { colour: Colour::Ansi, ..look(80) });
        assert_aligned(&without_escapes(&report), &printed(value));
    }
}

#[test]
fn a_huge_cell_is_cut_off() {
    let huge = "\u{202e}漢".repeat(500_000);
    let (outcome, rules) = one_value(&huge);
    let report = render(&outcome, &rules, Reveal::StudentValues, look(80));
    assert!(report.lines().all(|line| width(line) <= 80), "{report}");
    assert!(report.len() < 8_000, "{}", report.len());
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_text_is_harmless_and_aligned(value in any::<String>()) {
        let (outcome, rules) = one_value(&value);
        for reveal in [Reveal::StudentValues, Reveal::Public] {
            let report = render(&outcome, &rules, reveal, look(100));
            assert_harmless(&report);
            if reveal == Reveal::StudentValues && !value.is_empty() {
                assert_aligned(&report, &printed(&value));
            }
        }
    }

    #[test]
    fn a_cut_text_fits(text in any::<String>(), columns in 1usize..60) {
        prop_assert!(width(&quote(&text, columns)) <= columns);
    }
}
