//! The compiled engine says what the reference interpreter says, on arbitrary conditions and
//! records, and the same on any number of threads.

use std::collections::BTreeMap;
use std::path::Path;

use proptest::prelude::*;
use scorelint::check::{CheckOptions, KeptFindings, check};
use scorelint::engine::truths_of;
use scorelint::input::index::{Cursor, Index};
use scorelint::input::{Block, InputOptions, Meaning, Opened, View, open};
use scorelint::layout::FieldId;
use scorelint::outcome::Outcome;
use scorelint::rule::{Demand, RecordView, Rule, RuleSet, Scope, Severity, Truth, truth};
use scorelint::synth::{MadeForm, Order, write_district};

use crate::support::files::Folder;
use crate::support::rules::{arbitrary_expr, arbitrary_record};

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn masks_are_what_the_interpreter_says(
        expr in arbitrary_expr(),
        records in prop::collection::vec(arbitrary_record(), 1..300),
    ) {
        let views: Vec<&dyn RecordView> = records.iter().map(|record| record as &dyn RecordView).collect();
        let expected: Vec<Truth> = views.iter().map(|view| truth(&expr, *view)).collect();
        prop_assert_eq!(truths_of(&expr, &views), expected);
    }
}

fn outcome(path: &Path, rules: &RuleSet, threads: usize) -> Outcome {
    let options = CheckOptions {
        input: InputOptions::default(),
        rules,
        weight: &|_: &Rule, severity: Severity| Some(severity),
        detail: &|_| KeptFindings::All,
        threads,
        timings: false,
        progress: None,
    };
    check(&[path.to_owned()], &options).unwrap()
}

/// A district in which cells were changed to all kinds of odd values, a few in every record.
fn disturbed(year: u16, folder: &Folder) -> std::path::PathBuf {
    let mut bytes = Vec::new();
    let order = Order { year, students: 150, seed: 5, view: View::Tested, form: MadeForm::Caret, faults: Vec::new() };
    write_district(&order, &mut bytes).unwrap();
    let odd = [
        "",
        " ",
        "Y",
        "N",
        "I",
        "5",
        "05",
        "2024-13-40",
        "4/15/2024",
        "2430",
        "NS",
        "1.5E+13",
        "#N/A",
        "x",
        "PGE",
        "01",
        "Y\u{a0}",
        "\u{3000}2430",
        "\u{a0}",
        "\t",
    ];
    let text = String::from_utf8(bytes).unwrap();
    let mut chance = 88_172_645_463_325_252_u64;
    let mut next = |below: usize| {
        chance ^= chance << 13;
        chance ^= chance >> 7;
        chance ^= chance << 17;
        (chance % below as u64) as usize
    };
    let lines: Vec<String> = text
        .lines()
        .enumerate()
        .map(|(line, text)| {
            let mut cells: Vec<&str> = text.split('^').collect();
            for _ in 0..if line == 0 { 0 } else { 6 } {
                let cell = next(cells.len() - 1);
                cells[cell] = odd[next(odd.len())];
            }
            cells.join("^")
        })
        .collect();
    folder.write(&format!("{year}.csv"), lines.join("\n"))
}

/// A record of the file, by field.
struct Read(BTreeMap<FieldId, String>);

impl RecordView for Read {
    fn cell(&self, field: FieldId) -> &str {
        self.0.get(&field).map_or("", String::as_str)
    }
}

/// The records as every command reads them: damage that can be put right without doubt is put right.
fn read(path: &Path) -> Vec<Read> {
    let mut all = Vec::new();
    for Opened { info, mut source, .. } in open(&[path.to_owned()], &InputOptions::default()).unwrap() {
        let (mut block, mut index) = (Block::default(), Index::of(&info));
        while source.next(&mut block).unwrap() {
            let mut cursor = Cursor::default();
            while index.fill(&block, info.separator, &mut cursor) {
                let text = |row: usize, column: usize| String::from_utf8_lossy(index.cell(&block.bytes, row, column));
                let fields = |row: usize| {
                    let columns = info.columns.iter().enumerate();
                    columns.filter_map(move |(place, column)| match column.meaning {
                        Meaning::Field(field) => Some((field, text(row, place).into_owned())),
                        _ => None,
                    })
                };
                all.extend((0..index.rows()).map(|row| Read(fields(row).collect())));
            }
        }
    }
    all
}

/// Applicable, broken and undecidable records of a rule, by the interpreter.
fn recount(rules: &RuleSet, rule: &Rule, year: u16, records: &[Read]) -> (u64, u64, u64) {
    let mut counts = (0, 0, 0);
    for instance in rules.bind(rule, year).unwrap() {
        let Demand::Record(require) = &instance.demand else { continue };
        for record in records {
            let when = truth(&instance.when, record);
            if when == Truth::False {
                continue;
            }
            counts.0 += 1;
            let holds = if when == Truth::True { truth(require, record) } else { Truth::Unknown };
            match holds {
                Truth::Unknown => counts.2 += 1,
                Truth::False => counts.1 += 1,
                Truth::True => {}
            }
        }
    }
    counts
}

#[test]
fn every_record_rule_counts_what_the_interpreter_counts() {
    let rules = RuleSet::embedded().unwrap();
    let folder = Folder::new();
    for year in [2017, 2018, 2021, 2022, 2025] {
        let path = disturbed(year, &folder);
        let records = read(&path);
        let outcome = outcome(&path, &rules, 2);
        let mut judged = 0;
        let own = rules.rules().filter(|rule| rule.scope != Scope::Official);
        for (rule, came_out) in own.zip(&outcome.rules) {
            if rule.scope != Scope::Record || !rule.years.contains(year) || !rule.needs.is_empty() {
                continue;
            }
            let counted = (came_out.applicable, came_out.broke, came_out.undecidable);
            assert_eq!(counted, recount(&rules, rule, year, &records), "{} in {year}", rule.code);
            judged += 1;
        }
        assert!(judged > 90, "{judged} rules were compared in {year}");
    }
}

#[test]
fn threads_do_not_change_the_outcome() {
    let rules = RuleSet::embedded().unwrap();
    let folder = Folder::new();
    let path = disturbed(2025, &folder);
    let message = |threads| {
        let outcome = outcome(&path, &rules, threads);
        let rules: Vec<String> = outcome
            .rules
            .iter()
            .map(|rule| {
                format!(
                    "{} {:?} {} {} {} {:?}",
                    rule.code, rule.status, rule.applicable, rule.broke, rule.undecidable, rule.by_school
                )
            })
            .collect();
        (rules, format!("{:?}", outcome.findings))
    };
    let one = message(1);
    assert_eq!(one, message(2));
    assert_eq!(one, message(7));
}
