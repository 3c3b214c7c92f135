//! Synthetic districts: the same on every run, of the right shape in every year and form, with
//! faults where the side file says.

mod found;
mod resave;
mod scenario;

use std::io::Write;

use scorelint::input::View;
use scorelint::layout::{Layout, registry};
use scorelint::rule::RuleSet;
use scorelint::synth::{Made, MadeForm, Order, Planted, SynthError, faults, file_name, parse_order, write_district};

use crate::support;

/// The years that districts are made of, oldest first.
fn years() -> Vec<u16> {
    scorelint::synth::years().collect()
}

const DELIMITED: [(MadeForm, char); 3] = [(MadeForm::Caret, '^'), (MadeForm::Comma, ','), (MadeForm::Tab, '\t')];

fn order(year: u16, students: u64) -> Order {
    Order { year, students, seed: 7, view: View::Tested, form: MadeForm::Caret, faults: Vec::new() }
}

fn with_faults(year: u16, students: u64, kinds: &[&str]) -> Order {
    let faults = kinds.iter().flat_map(|kind| parse_order(kind, year, MadeForm::Caret).unwrap()).collect();
    Order { faults, ..order(year, students) }
}

fn made(order: &Order) -> (String, Made) {
    let mut bytes = Vec::new();
    let made = write_district(order, &mut bytes).unwrap();
    (String::from_utf8(bytes).unwrap(), made)
}

fn layout(year: u16) -> &'static Layout {
    registry().layout(year).unwrap()
}

#[test]
fn the_same_order_gives_the_same_bytes() {
    for year in years() {
        assert_eq!(made(&order(year, 60)), made(&order(year, 60)), "{year}");
    }
}

#[test]
fn another_seed_gives_other_students() {
    assert_ne!(made(&order(2025, 20)).0, made(&Order { seed: 8, ..order(2025, 20) }).0);
}

/// A longer file begins like a shorter one, because no student depends on another.
#[test]
fn more_students_only_add_lines() {
    let (short, long) = (made(&order(2023, 30)).0, made(&order(2023, 90)).0);
    assert!(long.starts_with(&short) && long.len() > short.len());
}

/// Takes one byte at a time, as a slow pipe does.
struct Trickle(Vec<u8>);

impl Write for Trickle {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.extend(bytes.iter().take(1));
        Ok(bytes.len().min(1))
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[test]
fn a_slow_output_gets_the_same_bytes() {
    let order = with_faults(2025, 400, &["V010=2", "L027", "V008"]);
    let mut slow = Trickle(Vec::new());
    let made_slowly = write_district(&order, &mut slow).unwrap();
    let (text, made) = made(&order);
    assert_eq!(made_slowly, made);
    assert!(slow.0 == text.into_bytes());
}

#[test]
fn what_was_made_is_counted() {
    for (form, lines_before) in [(MadeForm::Caret, 1), (MadeForm::Fixed, 0)] {
        let (text, made) = made(&Order { form, ..order(2022, 50) });
        assert_eq!(made.bytes as usize, text.len());
        assert_eq!(made.records as usize, text.lines().count() - lines_before);
    }
}

#[test]
fn every_year_and_view_has_the_columns_of_its_layout() {
    for year in years() {
        for view in [View::Tested, View::Enrolled] {
            for (form, separator) in DELIMITED {
                let (text, _) = made(&Order { view, form, ..order(year, 40) });
                let columns = layout(year).fields.len();
                assert!(text.lines().all(|line| line.split(separator).count() == columns), "{year} {view:?} {form:?}");
                assert!(text.lines().skip(1).all(|line| line.ends_with(&format!("{separator}ZZ"))), "{year} {form:?}");
            }
        }
    }
}

#[test]
fn header_names_are_those_of_the_layout() {
    for year in years() {
        let (text, _) = made(&order(year, 1));
        let header: Vec<&str> = text.lines().next().unwrap().split('^').collect();
        for (name, field) in header.iter().zip(&layout(year).fields) {
            let is_numbered_filler = field.is_filler() && field.column.is_empty() && name.starts_with("Blank");
            assert!(*name == field.label() || is_numbered_filler, "{year}: {name}");
        }
    }
}

#[test]
fn fixed_columns_have_the_positions_of_the_layout() {
    for year in 2017..=2023 {
        let (text, _) = made(&Order { form: MadeForm::Fixed, ..order(year, 40) });
        let length = layout(year).info.record_lengths[0] as usize;
        assert!(text.lines().all(|line| line.chars().count() == length), "{year}");
        assert!(text.lines().all(|line| line.ends_with("ZZ")), "{year}");
    }
}

#[test]
fn fixed_columns_without_positions_are_refused() {
    for year in [2024, 2025] {
        let result = write_district(&Order { form: MadeForm::Fixed, ..order(year, 1) }, &mut Vec::new());
        assert!(matches!(result, Err(SynthError::NoPositions(_))), "{year}");
    }
}

#[test]
fn caret_and_fixed_files_hold_the_same_cells() {
    for year in 2017..=2023 {
        let (delimited, _) = made(&order(year, 30));
        let (fixed, _) = made(&Order { form: MadeForm::Fixed, ..order(year, 30) });
        for (one, other) in delimited.lines().skip(1).zip(fixed.lines()) {
            let letters: Vec<char> = other.chars().collect();
            for (cell, field) in one.split('^').zip(&layout(year).fields) {
                let (start, end) = field.span.unwrap();
                let cut: String = letters[start as usize - 1..end as usize].iter().collect();
                assert_eq!(cell, cut.trim_end(), "{year} {}", field.label());
            }
        }
    }
}

/// Movers are in one view only; everybody else is in both.
#[test]
fn the_views_differ_by_movers() {
    let tested = made(&order(2025, 2_000)).0;
    let enrolled = made(&Order { view: View::Enrolled, ..order(2025, 2_000) }).0;
    let only = |one: &str, other: &str| {
        let other: std::collections::HashSet<&str> = other.lines().collect();
        one.lines().filter(|line| !other.contains(line)).count()
    };
    let (left, came) = (only(&tested, &enrolled), only(&enrolled, &tested));
    assert!((20..200).contains(&left) && (20..200).contains(&came), "{left} {came}");
}

#[test]
fn file_names_are_those_of_toms() {
    let name = "58999990000000_CAASPP_Student_Score_Data_File_EnrolledStudentScoreData_2025_DLMTR.csv";
    assert_eq!(file_name(&Order { view: View::Enrolled, ..order(2025, 1) }), name);
    assert_eq!(file_name(&order(2018, 1)), "58999990000000_Student_Results_2018_Tested_DLMTR.csv");
}

#[test]
fn blank_cells_and_length_are_those_of_real_files() {
    let (text, made) = made(&order(2025, 1_000));
    let cells = || text.lines().skip(1).flat_map(|line| line.split('^'));
    let blank = cells().filter(|cell| cell.is_empty()).count() as f64 / cells().count() as f64;
    let length = made.bytes / made.records;
    assert!((0.6..0.8).contains(&blank), "{blank}");
    assert!((950..1_200).contains(&length), "{length}");
}

// Faults.

/// The cell that a planted fault names.
fn planted_cell<'t>(text: &'t str, planted: &Planted, separator: char) -> &'t str {
    let header = text.lines().next().unwrap();
    let column = header.split(separator).position(|name| name == planted.column).unwrap();
    text.lines().nth(planted.line as usize - 1).unwrap().split(separator).nth(column).unwrap()
}

#[test]
fn the_side_file_points_at_the_cells() {
    let kinds = [
        ("V037=3", "99"),
        ("V004=2", ""),
        ("V040=2", "Z"),
        ("T006", "I"),
        ("S027", "002"),
        ("X011", "ENG"),
        ("A009", "NEA_Calc"),
        ("H008=2", "QQ"),
        ("D011", "Yes"),
        ("V006=2", "1111111111|2222222222|3333333333"),
        ("L020", ""),
    ];
    let wanted: Vec<&str> = kinds.iter().map(|(kind, _)| *kind).collect();
    for (form, separator) in DELIMITED {
        let (text, made) = made(&Order { form, ..with_faults(2025, 800, &wanted) });
        for (kind, value) in kinds {
            let (code, count) = kind.split_once('=').unwrap_or((kind, "1"));
            let hits: Vec<&Planted> = made.planted.iter().filter(|one| one.rule == code).collect();
            assert_eq!(hits.len().to_string(), count, "{kind}");
            for hit in hits {
                let cell = planted_cell(&text, hit, separator);
                assert!(value.split('|').any(|one| one == cell), "{kind}: {cell}");
            }
        }
    }
}

#[test]
fn a_file_with_faults_differs_from_a_clean_one_in_the_planted_lines_only() {
    let (clean, _) = made(&order(2025, 300));
    let (spoilt, made) = made(&with_faults(2025, 300, &["V037=4", "V033=2"]));
    let differing = clean.lines().zip(spoilt.lines()).enumerate().filter(|(_, (one, other))| one != other);
    let lines: Vec<u64> = differing.map(|(place, _)| place as u64 + 1).collect();
    let planted: Vec<u64> = made.planted.iter().map(|one| one.line).collect();
    assert_eq!(lines, planted);
}

#[test]
fn faults_stand_on_lines_of_their_own() {
    for year in years() {
        let (_, made) = made(&with_faults(year, 2_500, &["records=2"]));
        let mut lines: Vec<u64> = made.planted.iter().map(|one| one.line).collect();
        let planted = lines.len();
        lines.dedup();
        assert_eq!(lines.len(), planted, "{year}");
        let ordered = parse_order("records=2", year, MadeForm::Caret).unwrap();
        assert_eq!(planted, ordered.len() * 2, "{year}");
    }
}

/// Faults of lines, columns and files, each alone: they can be planted and do what they say.
#[test]
fn whole_files_are_spoilt_as_ordered() {
    for fault in faults().iter().filter(|fault| !fault.is_countable()) {
        let year = years().into_iter().rev().find(|year| fault.holds_in(*year)).unwrap();
        let clean = made(&order(year, 60));
        let order = with_faults(year, 60, &[fault.name]);
        let mut bytes = Vec::new();
        let made = match write_district(&order, &mut bytes) {
            // What is planted in second files is looked for where these are made.
            Err(SynthError::NoSecondFiles(_)) => continue,
            made => made.unwrap(),
        };
        assert_eq!(made.planted.len(), 1, "{}", fault.name);
        let is_renamed = file_name(&order) != file_name(&super::synth::order(year, 60));
        assert!(bytes != clean.0.into_bytes() || is_renamed, "{} changes nothing", fault.name);
    }
}

#[test]
fn too_few_students_for_a_fault_is_an_error() {
    let result = write_district(&with_faults(2025, 5, &["T018=9"]), &mut Vec::new());
    assert!(matches!(result, Err(SynthError::TooFew(_))));
}

#[test]
fn unknown_kinds_are_refused_with_the_nearest() {
    let error = parse_order("date-not-in-iso-from", 2025, MadeForm::Caret).unwrap_err();
    assert!(format!("{error:?}").contains("date-not-in-iso-form"));
    assert!(parse_order("V070", 2025, MadeForm::Caret).is_err());
    assert!(parse_order("V010=many", 2025, MadeForm::Caret).is_err());
}

#[test]
fn every_rule_has_a_fault_or_a_reason_for_having_none() {
    let set = RuleSet::embedded().unwrap();
    let excused = support::table("rules/synth/faults-not-planted.tsv");
    let excused: Vec<(&str, &str)> = excused.iter().map(|row| (row.get("rule"), row.get("years"))).collect();
    let is_excused = |code: &str, year: u16| {
        let years = |years: &str| years.is_empty() || years.parse() == Ok(year);
        excused.iter().any(|(one, when)| *one == code && years(when))
    };
    let has_fault = |code: &str, year: u16| faults().iter().any(|fault| fault.code == code && fault.holds_in(year));
    // Score files have nothing to do with the rules about official files.
    for rule in set.rules().filter(|rule| rule.scope != scorelint::rule::Scope::Official) {
        for year in years().into_iter().filter(|year| rule.years.contains(*year)) {
            let reason = is_excused(&rule.code, year);
            assert!(has_fault(&rule.code, year) != reason, "{} {} in {year}", rule.code, rule.name);
        }
    }
    for (code, years) in &excused {
        assert!(set.find(code).is_some() && (years.is_empty() || years.parse::<u16>().is_ok()), "{code} {years}");
    }
    for fault in faults() {
        assert!(set.find(fault.code).is_some(), "{}", fault.code);
        for code in fault.also.split('|').filter(|code| !code.is_empty() && *code != "*") {
            assert!(set.find(code).is_some(), "{} implies {code}", fault.name);
        }
    }
}

// The committed samples.

#[test]
fn samples_are_made_by_the_documented_commands() {
    let readme = std::fs::read_to_string(support::path("samples/README.md")).unwrap();
    let commands: Vec<&str> = readme.lines().filter_map(|line| line.trim().strip_prefix("scorelint synth ")).collect();
    assert_eq!(commands.len(), 2);
    for command in commands {
        let folder = tempfile::tempdir().unwrap();
        let (arguments, target) = command.rsplit_once(" --output ").unwrap();
        let mut run = support::scorelint();
        run.arg("synth").args(arguments.split_whitespace()).arg("--output").arg(folder.path());
        assert!(run.output().unwrap().status.success(), "{command}");
        let mut files = 0;
        for entry in std::fs::read_dir(folder.path()).unwrap() {
            let entry = entry.unwrap();
            let committed = support::path(target).join(entry.file_name());
            let same = std::fs::read(entry.path()).unwrap() == std::fs::read(&committed).unwrap();
            assert!(same, "{} is not what the command makes", committed.display());
            files += 1;
        }
        assert!(files > 0);
    }
}
