//! Second files: the engine reads of them what a naive reading does, and a second file that is of
//! no use is refused in words that help.

mod refusals;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use proptest::prelude::*;
use scorelint::check::{CheckOptions, KeptFindings, SecondPaths, check_with};
use scorelint::engine::truths_with;
use scorelint::input::{InputOptions, View};
use scorelint::layout::{FieldId, registry};
use scorelint::outcome::{Outcome, RuleStatus};
use scorelint::rule::{
    CellTest, Demand, Expr, Match, Matched, MatchedCell, Num, Op, RecordView, Rule, RuleSet, SecondFile, SecondFiles,
    Severity, TextExpr, Truth, match_key, truth,
};
use scorelint::synth::{MadeForm, Order, write_district};

use crate::support::files::{Folder, Sheet};
use crate::support::rules::{ArbitraryRecord, arbitrary_expr, arbitrary_record, arbitrary_text};

/// Rows of second files, searched from the first to the last.
#[derive(Clone, Default)]
struct Naive {
    files: Vec<(SecondFile, Vec<BTreeMap<FieldId, String>>)>,
    entities: Vec<(String, i64)>,
}

/// A row as a record.
struct Row<'r>(&'r BTreeMap<FieldId, String>, Option<&'r Naive>);

impl RecordView for Row<'_> {
    fn cell(&self, field: FieldId) -> &str {
        self.0.get(&field).map_or("", String::as_str)
    }

    fn second_files(&self) -> &dyn SecondFiles {
        match self.1 {
            Some(files) => files,
            None => &scorelint::rule::NoSecondFiles,
        }
    }
}

impl Naive {
    fn matching(&self, of: &Match, record: &dyn RecordView) -> Vec<&BTreeMap<FieldId, String>> {
        let Some(key) = match_key(&of.by, record) else { return Vec::new() };
        let rows = self.files.iter().filter(|(file, _)| *file == of.file).flat_map(|(_, rows)| rows);
        rows.filter(|row| match_key(&of.by, &Row(row, None)).as_ref() == Some(&key)).collect()
    }
}

impl SecondFiles for Naive {
    fn has(&self, of: &Match, record: &dyn RecordView) -> bool {
        !self.matching(of, record).is_empty()
    }

    fn cell(&self, cell: &MatchedCell, record: &dyn RecordView) -> Matched<'_> {
        let rows = self.matching(&cell.of, record);
        let mut cells = rows.iter().map(|row| row.get(&cell.field).map_or("", |text| text.trim()));
        let first = cells.next().unwrap_or_default();
        if cells.all(|one| one == first) { Matched::Cell(first) } else { Matched::Unclear }
    }

    fn entity_type(&self, code: &str) -> Option<i64> {
        self.entities.iter().find(|(one, _)| one == code).map(|(_, kind)| *kind)
    }
}

// Conditions that read second files.

fn id(name: &str) -> FieldId {
    registry().id(name).unwrap()
}

fn matching() -> impl Strategy<Value = Match> {
    let file = proptest::sample::select(&[SecondFile::Earlier(1), SecondFile::Roster][..]);
    let by = proptest::collection::vec(arbitrary_text(), 1..3);
    (file, by).prop_map(|(file, by)| Match { file, by: by.into() })
}

fn matched() -> impl Strategy<Value = MatchedCell> {
    let field = proptest::sample::select(&["record_type", "grade_assessed", "include_indicator", "last_name"][..]);
    (matching(), field).prop_map(|(of, field)| MatchedCell { of, field: id(field) })
}

fn number() -> impl Strategy<Value = Num> {
    prop_oneof![
        matched().prop_map(Num::MatchedNumber),
        matched().prop_map(Num::MatchedDay),
        arbitrary_text().prop_map(|code| Num::EntityType(Box::new(code))),
        (0i64..12).prop_map(Num::Const),
    ]
}

fn arbitrary_beside() -> impl Strategy<Value = Expr> {
    let words = || proptest::sample::select(&["Y", "N", "01", "02", "4"][..]);
    let leaf = prop_oneof![
        matching().prop_map(Expr::Found),
        (matched(), words())
            .prop_map(|(cell, word)| Expr::Matched { cell, test: CellTest::OneOf(vec![word.to_owned()].into()) }),
        matched().prop_map(|cell| Expr::Matched { cell, test: CellTest::Blank }),
        (number(), number()).prop_map(|(left, right)| Expr::Compare { left, op: Op::AtMost, right }),
        number().prop_map(Expr::Known),
        (arbitrary_text(), matched())
            .prop_map(|(left, right)| Expr::SameText(left, TextExpr::Prefix(Box::new(TextExpr::Matched(right)), 2))),
        arbitrary_expr(),
    ];
    leaf.prop_recursive(3, 12, 3, |inner| {
        prop_oneof![
            inner.clone().prop_map(|part| Expr::Not(Box::new(part))),
            proptest::collection::vec(inner.clone(), 1..4).prop_map(Expr::And),
            proptest::collection::vec(inner, 1..4).prop_map(Expr::Or),
        ]
    })
}

/// A record with second files next to it.
struct WithSecondFiles<'r>(&'r ArbitraryRecord, &'r Naive);

impl RecordView for WithSecondFiles<'_> {
    fn cell(&self, field: FieldId) -> &str {
        self.0.cell(field)
    }

    fn second_files(&self) -> &dyn SecondFiles {
        self.1
    }
}

fn rows_of(records: &[ArbitraryRecord]) -> Vec<BTreeMap<FieldId, String>> {
    let fields = || registry().fields().map(|(id, _)| id);
    let cells = |record: &ArbitraryRecord| fields().map(|field| (field, record.cell(field).to_owned())).collect();
    records.iter().map(cells).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(150))]

    #[test]
    fn masks_beside_second_files_are_what_the_interpreter_says(
        expr in arbitrary_beside(),
        records in prop::collection::vec(arbitrary_record(), 1..40),
        earlier in prop::collection::vec(arbitrary_record(), 0..8),
        roster in prop::collection::vec(arbitrary_record(), 0..8),
    ) {
        let files = vec![(SecondFile::Earlier(1), rows_of(&earlier)), (SecondFile::Roster, rows_of(&roster))];
        let entities = vec![("01".to_owned(), 7), ("Y".to_owned(), 9), ("4".to_owned(), 10)];
        let naive = Naive { files, entities };
        let with_second: Vec<WithSecondFiles<'_>> = records.iter().map(|record| WithSecondFiles(record, &naive)).collect();
        let views: Vec<&dyn RecordView> = with_second.iter().map(|record| record as &dyn RecordView).collect();
        let expected: Vec<Truth> = views.iter().map(|view| truth(&expr, *view)).collect();
        prop_assert_eq!(truths_with(&expr, &views, naive.clone()), expected);
    }
}

// Whole files.

fn district(folder: &Folder, name: &str, year: u16, view: View) -> PathBuf {
    let mut bytes = Vec::new();
    let order = Order { year, students: 250, seed: 5, view, form: MadeForm::Caret, faults: Vec::new() };
    write_district(&order, &mut bytes).unwrap();
    folder.write(name, bytes)
}

fn read(path: &Path, year: u16) -> Vec<BTreeMap<FieldId, String>> {
    let layout = registry().layout(year).unwrap();
    let text = std::fs::read_to_string(path).unwrap();
    let record = |line: &str| {
        let cells = line.split('^').zip(&layout.fields);
        cells.filter_map(|(cell, field)| Some((field.id?, cell.to_owned()))).collect()
    };
    text.lines().skip(1).map(record).collect()
}

fn outcome(path: &Path, second: &SecondPaths, rules: &RuleSet, threads: usize) -> Outcome {
    let options = CheckOptions {
        input: InputOptions { view: Some(View::Tested), ..InputOptions::default() },
        rules,
        weight: &|_: &Rule, severity: Severity| Some(severity),
        detail: &|_| KeptFindings::All,
        threads,
        timings: false,
        progress: None,
    };
    check_with(&[path.to_owned()], second, &options).unwrap()
}

/// Applicable, broken and undecidable records of a rule, by the interpreter.
fn recount(rules: &RuleSet, code: &str, records: &[BTreeMap<FieldId, String>], files: &Naive) -> (u64, u64, u64) {
    let mut counts = (0, 0, 0);
    for instance in rules.bind(rules.find(code).unwrap(), 2023).unwrap() {
        let Demand::Record(require) = &instance.demand else { continue };
        // Of the years before, only the last is given.
        if instance.binding.as_ref().is_some_and(|(_, years)| years != "1") {
            continue;
        }
        for record in records.iter().map(|record| Row(record, Some(files))) {
            match (truth(&instance.when, &record), truth(require, &record)) {
                (Truth::False, _) => continue,
                (Truth::Unknown, _) | (_, Truth::Unknown) => counts.2 += 1,
                (_, Truth::False) => counts.1 += 1,
                (_, Truth::True) => {}
            }
            counts.0 += 1;
        }
    }
    counts
}

fn came_out(outcome: &Outcome, code: &str) -> (u64, u64, u64) {
    let rule = outcome.rules.iter().find(|rule| rule.code == code).unwrap();
    (rule.applicable, rule.broke, rule.undecidable)
}

#[test]
fn rules_with_second_files_count_what_the_interpreter_counts() {
    let rules = RuleSet::embedded().unwrap();
    let folder = Folder::new();
    let checked = district(&folder, "checked.csv", 2023, View::Tested);
    let earlier = district(&folder, "earlier.csv", 2022, View::Tested);
    let roster = district(&folder, "roster.csv", 2023, View::Enrolled);
    let records = read(&checked, 2023);
    // Every record stands twice in the earlier file, some of them otherwise: those are unclear.
    let mut twice = std::fs::read_to_string(&earlier).unwrap();
    let again: Vec<String> = twice.lines().skip(1).step_by(3).map(|line| line.replace('1', "2")).collect();
    twice.push_str(&(again.join("\n") + "\n"));
    let earlier = folder.write("earlier.csv", twice);
    let second =
        SecondPaths { earlier: vec![earlier.clone()], enrolled: vec![roster.clone()], ..SecondPaths::default() };
    let files = vec![(SecondFile::Earlier(1), read(&earlier, 2022)), (SecondFile::Roster, read(&roster, 2023))];
    let naive = Naive { files, ..Naive::default() };
    let reverse = Naive { files: vec![(SecondFile::Checked, records.clone())], ..Naive::default() };
    for threads in [1, 3] {
        let outcome = outcome(&checked, &second, &rules, threads);
        for code in ["D029", "D031", "H014", "H015"] {
            let expected = recount(&rules, code, &records, &naive);
            assert!(expected.0 > 0, "{code}");
            assert_eq!(came_out(&outcome, code), expected, "{code}");
        }
        let expected = recount(&rules, "D028", &read(&roster, 2023), &reverse);
        assert!(expected.0 > expected.1, "{expected:?}");
        assert_eq!(came_out(&outcome, "D028"), expected);
        assert_eq!(outcome.inputs.len(), 2);
        assert_eq!(outcome.checked().count(), 1);
    }
}

#[test]
fn both_views_of_a_clean_district_agree() {
    let rules = RuleSet::embedded().unwrap();
    let folder = Folder::new();
    let checked = district(&folder, "checked.csv", 2025, View::Tested);
    let roster = district(&folder, "roster.csv", 2025, View::Enrolled);
    let outcome = outcome(&checked, &SecondPaths { enrolled: vec![roster], ..SecondPaths::default() }, &rules, 2);
    let (applicable, broke, _) = came_out(&outcome, "D028");
    assert!(applicable > 100, "{applicable}");
    assert_eq!(broke, 0);
}

/// A few records of 2025 in schools of a real entity list.
#[test]
fn schools_are_looked_up_in_a_real_entity_list() {
    let schools = [
        ("01100170130401", ""),
        ("01100170136226", "LF"),
        // A direct funded charter under its own district code.
        ("01100170130625", "DF"),
        ("01316170130625", "DF"),
        // Locally funded by the list.
        ("01100170136226", "DF"),
        ("01100179999998", ""),
    ];
    let mut sheet = Sheet::new(2025, schools.len());
    for (row, (school, charter)) in schools.into_iter().enumerate() {
        sheet.set(row, "final_tested_school_code", school);
        sheet.set(row, "final_tested_charter_indicator", charter);
        sheet.set(row, "final_tested_lea_code", if row == 5 { "58999990000000" } else { "01100170000000" });
    }
    let folder = Folder::new();
    let checked = folder.write("scores.csv", sheet.caret());
    let entities = vec![crate::support::path("tests/second/sb_ca2025entities_csv.txt")];
    let second = SecondPaths { entities, ..SecondPaths::default() };
    let outcome = outcome(&checked, &second, &RuleSet::embedded().unwrap(), 1);
    // Five schools, one of them unknown; two districts, one unknown; three charters, one of them
    // with two types in the file and thus once against the list.
    assert_eq!(came_out(&outcome, "D025"), (5, 1, 0));
    assert_eq!(came_out(&outcome, "D026"), (2, 1, 0));
    assert_eq!(came_out(&outcome, "D027"), (3, 1, 0));
    let status = |code: &str| outcome.rules.iter().find(|rule| rule.code == code).unwrap().status.clone();
    assert_eq!(status("D030"), RuleStatus::NotRun("no earlier file is given (--earlier FILE)".to_owned()));
}

/// A second file whose student numbers are written otherwise, cell by cell.
fn with_numbers(path: &Path, year: u16, change: impl Fn(&str) -> String) -> String {
    let layout = registry().layout(year).unwrap();
    let ssid = registry().id("ssid").unwrap();
    let place = layout.fields.iter().position(|field| field.id == Some(ssid)).unwrap();
    let text = std::fs::read_to_string(path).unwrap();
    let anew = |(number, line): (usize, &str)| {
        let cell = |(at, cell): (usize, &str)| match number > 0 && at == place {
            true => change(cell),
            false => cell.to_owned(),
        };
        line.split('^').enumerate().map(cell).collect::<Vec<_>>().join("^") + "\n"
    };
    text.lines().enumerate().map(anew).collect()
}

#[test]
fn second_files_without_common_students_are_said_and_not_compared() {
    let rules = RuleSet::embedded().unwrap();
    let folder = Folder::new();
    let checked = district(&folder, "checked.csv", 2025, View::Tested);
    let earlier = district(&folder, "earlier.csv", 2024, View::Tested);
    let compared = |text: String| {
        let earlier = vec![folder.write("second.csv", text)];
        outcome(&checked, &SecondPaths { earlier, ..SecondPaths::default() }, &rules, 2)
    };
    let status =
        |outcome: &Outcome, code: &str| outcome.rules.iter().find(|rule| rule.code == code).unwrap().status.clone();
    let said = |outcome: &Outcome| {
        outcome.inputs[0].info.detected.iter().find(|one| one.what == "earlier").unwrap().why.clone()
    };
    let sound = compared(std::fs::read_to_string(&earlier).unwrap());
    assert!(said(&sound).contains("students of this file 249 are among its 249"), "{}", said(&sound));
    assert_eq!((came_out(&sound, "L041").1, came_out(&sound, "D030").0 > 100), (0, true));
    // Numbers of a dataframe are read as the numbers they are.
    let mended = compared(with_numbers(&earlier, 2024, |number| format!("{number}.0")));
    assert_eq!((said(&mended), came_out(&mended, "D030")), (said(&sound), came_out(&sound, "D030")));
    let rounded = with_numbers(&earlier, 2024, |_| "6.0000E+09".to_owned());
    let others = with_numbers(&earlier, 2024, |number| number.chars().rev().collect());
    for (text, words) in [(rounded, "none of its numbers of students can be read"), (others, "none are among its")] {
        let outcome = compared(text);
        assert_eq!(came_out(&outcome, "L041").1, 1);
        for code in ["D030", "D031", "H014", "H015"] {
            let RuleStatus::NotRun(why) = status(&outcome, code) else { panic!("{code} was run") };
            assert!(why.contains(words), "{code}: {why}");
        }
    }
}

#[test]
fn parts_of_a_file_are_looked_at_together() {
    let rules = RuleSet::embedded().unwrap();
    let folder = Folder::new();
    let whole = std::fs::read_to_string(district(&folder, "whole.csv", 2025, View::Tested)).unwrap();
    let lines: Vec<&str> = whole.lines().collect();
    let (header, records) = (lines[0], &lines[1..]);
    let text = |records: &[&str]| format!("{header}\n{}\n", records.join("\n"));
    let checked = |names: &[&str]| {
        let paths: Vec<PathBuf> = names.iter().map(|name| folder.path().join(name)).collect();
        let options = CheckOptions {
            input: InputOptions { view: Some(View::Tested), ..InputOptions::default() },
            rules: &rules,
            weight: &|_: &Rule, severity: Severity| Some(severity),
            detail: &|_| KeptFindings::All,
            threads: 2,
            timings: false,
            progress: None,
        };
        check_with(&paths, &SecondPaths::default(), &options).unwrap()
    };
    let broke = |outcome: &Outcome| ["D017", "D018"].map(|code| came_out(outcome, code).1);
    let sound = broke(&checked(&["whole.csv"]));
    // Every second record in another part: most students stand in both.
    let odd: Vec<&str> = records.iter().copied().step_by(2).collect();
    let even: Vec<&str> = records.iter().copied().skip(1).step_by(2).collect();
    folder.write("one.csv", text(&odd));
    folder.write("two.csv", text(&even));
    let alone = broke(&checked(&["one.csv"]));
    assert!(alone[0] > sound[0] + 50, "{alone:?} {sound:?}");
    let together = broke(&checked(&["one.csv", "two.csv"]));
    // A student who lacks a subject and stands in both parts is a finding in each.
    assert!(
        together.iter().zip(sound).all(|(parts, whole)| *parts >= whole && *parts <= 2 * whole),
        "{together:?} {sound:?}"
    );
}
