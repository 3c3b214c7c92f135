//! The report for people, at two widths, plain and coloured.

use scorelint::outcome::{Outcome, RecordShown, RuleStatus};
use scorelint::privacy::mask::Reveal;
use scorelint::privacy::pseudonym::Pseudonyms;
use scorelint::privacy::text::width;
use scorelint::report::{Colour, Links, Look, Material, RuleBook, Signs, Timings, write_human};
use scorelint::rule::{Scope, Severity};

use crate::support::outcome::{broke, district, file_finding, finding, input, outcome, rule, shown};
use crate::support::snapshots;

/// Plain, without links, three samples.
pub fn look(width: usize) -> Look {
    Look { width, colour: Colour::Off, links: Links::Off, signs: Signs::Unicode, samples: 3, timings: Timings::Hidden }
}

/// The report with a fixed key.
pub fn render(outcome: &Outcome, rules: &RuleBook, reveal: Reveal, look: Look) -> String {
    let pseudonyms = Pseudonyms::new(b"0123456789abcdef").unwrap();
    let material = Material::new(outcome, rules, reveal, Some(&pseudonyms));
    let mut out = Vec::new();
    write_human(&mut out, &material, look).unwrap();
    String::from_utf8(out).unwrap()
}

fn render_district(look: Look) -> String {
    let (outcome, rules) = district();
    render(&outcome, &rules, Reveal::Public, look)
}

#[test]
fn a_district_at_80_columns() {
    snapshots().bind(|| insta::assert_snapshot!(render_district(look(80))));
}

#[test]
fn a_district_at_140_columns() {
    snapshots().bind(|| insta::assert_snapshot!(render_district(look(140))));
}

#[test]
fn a_district_in_colour() {
    let coloured = render_district(Look { colour: Colour::Ansi, ..look(80) });
    snapshots().bind(|| insta::assert_snapshot!(coloured.replace('\u{1b}', "␛")));
}

#[test]
fn a_district_in_ascii() {
    let ascii = render_district(Look { signs: Signs::Ascii, ..look(80) });
    assert!(ascii.is_ascii(), "{ascii}");
    snapshots().bind(|| insta::assert_snapshot!(ascii));
}

#[test]
fn colour_changes_no_character() {
    let coloured = render_district(Look { colour: Colour::Ansi, ..look(80) });
    assert_eq!(without_escapes(&coloured), render_district(look(80)));
}

#[test]
fn no_line_is_wider_than_the_terminal() {
    for columns in [60, 80, 100, 140] {
        for line in render_district(look(columns)).lines() {
            assert!(width(line) <= columns, "{columns}: {line}");
        }
    }
}

#[test]
fn values_are_shown_when_asked_for_but_no_identifiers() {
    let (outcome, rules) = district();
    let shown = render(&outcome, &rules, Reveal::StudentValues, look(80));
    assert!(shown.contains("include indicator is Y"), "{shown}");
    assert!(shown.contains("part 2 started 2025-03-28"), "{shown}");
    assert!(!shown.contains("5/17/2012"), "the birth date got out: {shown}");
}

#[test]
fn without_samples_counts_stay_exact() {
    let none = render_district(Look { samples: 0, ..look(80) });
    assert!(none.contains("1,204 records"), "{none}");
    assert!(!none.contains('╭'), "{none}");
}

#[test]
fn the_statuses_of_the_rules_add_up_to_all_rules() {
    let report = render_district(look(140));
    let line = report.lines().find(|line| line.starts_with("9 rules: ")).unwrap();
    let numbers = line.split([' ', ',']).filter_map(|word| word.parse::<u64>().ok());
    let (all, parts) =
        numbers.fold((None, 0), |(all, sum), one| all.map_or((Some(one), 0), |all| (Some(all), sum + one)));
    assert_eq!(all, Some(parts));
}

#[test]
fn timings_are_listed_when_asked_for() {
    let timed = render_district(Look { timings: Timings::Shown, ..look(80) });
    assert!(timed.contains("\nTime spent on each rule, the slowest first\n  D002           1.23 ms\n"), "{timed}");
    assert!(!render_district(look(80)).contains("Time spent"));
}

#[test]
fn rules_that_were_not_run_are_not_called_judged() {
    let carried = rule("V027", "flag-value-unknown", Severity::Error, Scope::Cell, "bad", "mend it");
    let mut account = broke(&carried, 0, &[]);
    account.carried = true;
    let judged =
        render(&outcome(vec![account.clone()], Vec::new()), &RuleBook::new([&carried]), Reveal::Public, look(80));
    assert!(judged.contains("1 rule judged with codes carried over"), "{judged}");
    account.status = RuleStatus::NotRun("not selected".into());
    let left_out = render(&outcome(vec![account], Vec::new()), &RuleBook::new([&carried]), Reveal::Public, look(80));
    assert!(!left_out.contains("carried over"), "{left_out}");
}

#[test]
fn links_go_to_the_page_of_the_rule() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("LOC001.md");
    std::fs::write(&path, "").unwrap();
    let mut own = rule("LOC001", "own-rule", Severity::Error, Scope::File, "our own trouble", "mend it");
    own.path = path.to_string_lossy().into_owned();
    let found = outcome(vec![broke(&own, 1, &[])], vec![file_finding(0, Severity::Error, None)]);
    let linked = render(&found, &RuleBook::new([&own]), Reveal::Public, Look { links: Links::Clickable, ..look(80) });
    assert!(linked.contains(&format!("\u{1b}]8;;file://{}\u{1b}\\error[LOC001]", own.path)), "{linked}");
}

#[test]
fn a_clean_file() {
    let held = rule("T006", "invalidated-score-counted", Severity::Error, Scope::Record, "bad", "mend it");
    let mut accounts = vec![broke(&held, 0, &[]), broke(&held, 0, &[]), broke(&held, 0, &[])];
    accounts[1].status = RuleStatus::Undecidable;
    accounts[1].undecidable = 12;
    accounts[2].status = RuleStatus::NotApplicable;
    let clean = render(&outcome(accounts, Vec::new()), &RuleBook::new([&held]), Reveal::Public, look(80));
    snapshots().bind(|| insta::assert_snapshot!(clean));
}

#[test]
fn findings_without_cells_keep_their_own_messages() {
    let rows = rule("L018", "row-has-wrong-cell-count", Severity::Error, Scope::File, "row has {cells} cells", "mend");
    let found = |line, cells: &str| {
        let mut one = file_finding(0, Severity::Error, None);
        one.record = Some(RecordShown { line, ..RecordShown::default() });
        one.shown = vec![shown("cells", cells, None)];
        one
    };
    let outcome = outcome(vec![broke(&rows, 2, &[])], vec![found(12, "400"), found(99, "402")]);
    let text = render(&outcome, &RuleBook::new([&rows]), Reveal::Public, look(80));
    assert!(text.contains("data/CAASPP_58999990000000_2025.txt:12: row has 400 cells"), "{text}");
    assert!(text.contains("data/CAASPP_58999990000000_2025.txt:99: row has 402 cells"), "{text}");
}

#[test]
fn damaged_columns_are_ranked() {
    let zeros = rule("V009", "zeros-lost", Severity::Error, Scope::Cell, "{count} cells lost zeros", "save as text");
    let names = ["calpads_school_code", "calpads_district_code", "tested_lea_code_1", "tested_school_code_1"];
    let findings = names.iter().zip([10, 1_000, 30, 40]).map(|(name, count)| {
        let mut one = finding(0, Severity::Error, 2, &[(name, "1234567890123")]);
        one.count = count;
        one
    });
    let outcome = outcome(vec![broke(&zeros, 1_080, &[])], findings.collect());
    let text = render(&outcome, &RuleBook::new([&zeros]), Reveal::Public, Look { samples: 1, ..look(140) });
    let ranked =
        "by column: CALPADSDistrictCode (1,000), TestedSchoolCode1 (40), TestedDistrictCode1 (30) and 1 more column";
    assert!(text.replace('\u{a0}', " ").contains(ranked), "{text}");
}

#[test]
fn many_files_have_a_line_each() {
    let (mut outcome, rules) = district();
    outcome.inputs = (0..5).map(|number| input(&format!("data/file_{number}.txt"), 1_000 * number)).collect();
    let text = render(&outcome, &rules, Reveal::Public, look(80));
    assert!(text.contains("data/file_4.txt\n  2025, caret, utf-8, tested view, 4,000 records\n"), "{text}");
    assert!(text.contains("5 files, 10,000 records"), "{text}");
}

/// The text without colours.
pub fn without_escapes(text: &str) -> String {
    let mut plain = String::new();
    let mut in_escape = false;
    for one in text.chars() {
        match one {
            '\u{1b}' => in_escape = true,
            'm' if in_escape => in_escape = false,
            _ if in_escape => {}
            other => plain.push(other),
        }
    }
    plain
}
