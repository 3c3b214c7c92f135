//! Rules about official files: the examples of each rule file, made into files and checked.

use std::path::PathBuf;

use scorelint::official::{LintOptions, check, lint};
use scorelint::rule::{Example, ExampleRow, Expect, Rule, RuleSet, Scope, Severity};

use super::written;

/// What the cells of an example are where it does not say.
const DEFAULTS: [(&str, &str); 5] =
    [("entity", "58999990000000"), ("test", "1"), ("grade", "5"), ("group", "1"), ("file", "1")];

/// Headings of examples that are no columns of the file.
const ASIDE: [&str; 8] = ["entity", "test", "grade", "group", "file", "row_year", "listed", "group_name"];

/// The heading that a measure has in a file of the year.
fn heading(measure: &str, year: u16) -> String {
    let layout = match year {
        2024.. => "sb-2024",
        2021.. => "sb-2021",
        _ => "sb-2017",
    };
    let of = |layout: &str| {
        let mut rows = crate::support::table("rules/official/columns.tsv").into_iter();
        rows.find(|row| row.get("layout") == layout && row.get("measure") == measure).map(|row| row.get("heading"))
    };
    of(layout).or_else(|| of("sb-2021")).unwrap_or_else(|| panic!("no column holds {measure}")).to_owned()
}

fn cell<'a>(row: &'a ExampleRow, name: &str) -> Option<&'a str> {
    row.cells.iter().find(|(heading, _)| heading == name).map(|(_, value)| value.as_str())
}

fn given<'a>(row: &'a ExampleRow, name: &str) -> &'a str {
    let default = DEFAULTS.iter().find(|(heading, _)| *heading == name).map_or("", |(_, value)| value);
    cell(row, name).unwrap_or(default)
}

/// County, district and school of a code, which may have lost its first zeros.
fn parts(code: &str) -> [&str; 3] {
    let (rest, school) = code.split_at(code.len() - 7);
    let (county, district) = rest.split_at(rest.len() - 5);
    [county, district, school]
}

/// The files that an example stands for.
struct Made {
    folder: tempfile::TempDir,
    paths: Vec<PathBuf>,
}

impl Made {
    fn of(example: &Example, rows: &[&ExampleRow]) -> Self {
        let mut made = Self { folder: tempfile::tempdir().unwrap(), paths: Vec::new() };
        for file in ["1", "2"] {
            let own: Vec<&ExampleRow> = rows.iter().copied().filter(|row| given(row, "file") == file).collect();
            if !own.is_empty() {
                let path = written(&made.folder, &format!("results_{file}.txt"), results(example, &own));
                made.paths.push(path);
            }
        }
        made.lists(example.year, rows);
        made
    }

    fn lists(&mut self, year: u16, rows: &[&ExampleRow]) {
        let listed: Vec<String> = rows
            .iter()
            .filter_map(|row| Some((row, cell(row, "listed").filter(|listed| !listed.is_empty())?)))
            .map(|(row, listed)| {
                format!("{}^^{year}^{listed}^Test^Test^Test^95000", parts(given(row, "entity")).join("^"))
            })
            .collect();
        if !listed.is_empty() {
            let header = "County Code^District Code^School Code^Filler^Test Year^Type ID^County Name^District Name^School Name^Zip Code";
            self.paths.push(written(&self.folder, "entities.txt", format!("{header}\n{}\n", listed.join("\n"))));
        }
        let names = rows.iter().filter_map(|row| Some((row, cell(row, "group_name").filter(|name| !name.is_empty())?)));
        let names: Vec<String> =
            names.map(|(row, name)| format!("{0:0>3}^{0}^{name}^Test", given(row, "group"))).collect();
        if !names.is_empty() {
            let header = "Demographic ID^Demographic ID Num^Demographic Name^Student Group";
            let text = format!("{header}\n{}\n", names.join("\n"));
            self.paths.push(written(&self.folder, &format!("StudentGroups_{year}.txt"), text));
        }
    }
}

fn results(example: &Example, rows: &[&ExampleRow]) -> String {
    let year = example.year;
    let stated = rows[0].cells.iter().map(|(name, _)| name.as_str());
    let mut measures: Vec<&str> = stated.filter(|name| !ASIDE.contains(name) && *name != "cells").collect();
    for needed in ["tested", "with_scores"] {
        if !measures.contains(&needed) {
            measures.push(needed);
        }
    }
    let keys = ["county", "district", "school", "year", "group", "grade", "test"];
    let names: Vec<String> = keys.iter().chain(&measures).map(|measure| heading(measure, year)).collect();
    let mut text = names.join("^") + "\n";
    for row in rows {
        let mut cells: Vec<String> = parts(given(row, "entity")).map(str::to_owned).to_vec();
        cells.push(cell(row, "row_year").map_or_else(|| year.to_string(), str::to_owned));
        cells.extend(["group", "grade", "test"].map(|name| given(row, name).to_owned()));
        cells.extend(measures.iter().map(|measure| given(row, measure).to_owned()));
        if let Some(count) = cell(row, "cells").and_then(|count| count.parse().ok()) {
            cells.truncate(count);
        }
        text += &(cells.join("^") + "\n");
    }
    text
}

fn came_out(rules: &RuleSet, rule: &Rule, made: &Made) -> Expect {
    let weight = |one: &Rule, severity: Severity| (one.code == rule.code).then_some(severity);
    let options = LintOptions { rules, weight: &weight, kept: usize::MAX, want_sha256: false };
    let outcome = check(&made.paths, &options).unwrap_or_else(|error| panic!("{}: {error}", rule.code));
    let judged = outcome.rules.iter().find(|one| one.code == rule.code).unwrap();
    let found = outcome.findings.iter().map(|one| one.count).sum::<u64>();
    assert_eq!(judged.broke, found, "{}", rule.code);
    match (judged.applicable, judged.broke, judged.undecidable) {
        (_, 1.., _) => Expect::Broke { severity: Some(judged.severity), field: None },
        (0, ..) => Expect::NotApplicable,
        (all, _, undecidable) if all == undecidable => Expect::Undecidable,
        _ => Expect::Held,
    }
}

#[test]
fn examples_come_out_as_stated() {
    let rules = RuleSet::embedded().unwrap();
    let (mut wrong, mut judged) = (Vec::new(), 0);
    for rule in rules.rules().filter(|rule| rule.scope == Scope::Official) {
        for example in &rule.examples {
            let all: Vec<&ExampleRow> = example.rows.iter().collect();
            let together = all.iter().any(|row| row.expect == Expect::Part);
            let cases: Vec<Vec<&ExampleRow>> =
                if together { vec![all] } else { all.into_iter().map(|row| vec![row]).collect() };
            for case in cases {
                let last = case.last().unwrap();
                let found = came_out(&rules, rule, &Made::of(example, &case));
                judged += 1;
                if found != last.expect {
                    wrong.push(format!("{}:{}: stated {}, found {found}", rule.path, last.line, last.expect));
                }
            }
        }
    }
    assert_eq!(wrong, Vec::<String>::new());
    assert!(judged > 100, "{judged}");
}

#[test]
fn every_check_has_a_rule_file_and_every_file_a_check() {
    let rules = RuleSet::embedded().unwrap();
    let files: Vec<&str> =
        rules.rules().filter(|rule| rule.scope == Scope::Official).map(|rule| rule.code.as_str()).collect();
    assert_eq!(lint::codes().collect::<Vec<_>>(), files);
}
