//! `scorelint account`: an independent recount, the identities of the public files, and the form
//! of the output.

mod recount;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use proptest::prelude::*;
use scorelint::account::{Account, AccountOptions, CubeFilter, Sharing, account};
use scorelint::counting::{CountingRules, GradeRows};
use scorelint::input::{InputOptions, View};
use scorelint::layout::registry;
use scorelint::synth::{MadeForm, Order, file_name, write_district};

use crate::support;
use crate::support::files::Sheet;
use recount::{Place, Sums};

/// The newest year with a layout.
fn newest() -> u16 {
    registry().years().next_back().unwrap()
}

/// Writes a synthetic district under the name TOMS would give it.
fn district(folder: &Path, year: u16, students: u64, seed: u64, view: View) -> PathBuf {
    let order = Order { year, students, seed, view, form: MadeForm::Caret, faults: Vec::new() };
    let mut bytes = Vec::new();
    write_district(&order, &mut bytes).unwrap();
    let path = folder.join(file_name(&order));
    std::fs::write(&path, bytes).unwrap();
    path
}

/// A district in which what is rare happens often: nonpublic schools with and without a district of
/// accountability, results of earlier years, adult learners, set-aside results, students who left.
fn stirred(folder: &Path, year: u16, students: u64, seed: u64) -> PathBuf {
    let path = district(folder, year, students, seed, View::Tested);
    let text = std::fs::read_to_string(&path).unwrap();
    let layout = registry().layout(year).unwrap();
    let place = |name: &str| {
        let id = registry().id(name);
        layout.fields.iter().position(|field| field.id.is_some() && field.id == id)
    };
    let nonpublic = match year {
        2021.. => "final_tested_nps_flag",
        2018.. => "tested_nps_flag_1",
        _ => "calpads_nps_flag",
    };
    let charter = if year >= 2021 { "final_tested_charter_indicator" } else { "tested_charter_indicator_1" };
    let part = if year >= 2021 { "final_tested_school_code" } else { "tested_school_code_2" };
    let changes: [&[(&str, &str)]; 20] = [
        &[(nonpublic, "Y"), ("special_education_district_of_accountability", "5899997")],
        &[(nonpublic, "Y"), ("special_education_district_of_accountability", "")],
        &[
            ("cast_current_year_flag", "N"),
            ("cast_participated_nps_flag", "Y"),
            ("cast_participated_district_of_accountability", "5799991"),
        ],
        &[("elas", if year >= 2021 { "ADEL" } else { "TBD" }), ("first_us_school_entry_date", "2030-01-01")],
        &[("include_indicator", "R")],
        &[("include_indicator", "N"), ("student_exit_date", "2000-01-01"), ("school_window_1_start", "2000-01-02")],
        &[(charter, "DF")],
        &[(part, "58999996900005"), ("grade_assessed", "9")],
        &[("scale_score", "NS"), ("achievement_level", "9")],
        &[("include_indicator", ""), ("economic_disadvantage_for_testing", "")],
        &[("include_indicator", "T"), ("reporting_ethnicity", "")],
        &[("grade_assessed", "12"), ("special_education_for_testing", "")],
        &[("cast_current_year_flag", "N"), ("foster_status", "")],
        &[("include_indicator", "E"), ("first_us_school_entry_date", "")],
        &[("record_type", "77")],
        &[("record_type", "")],
        &[("record_type", "07")],
        &[("grade_assessed", "02")],
        &[("grade_assessed", "13")],
        &[("grade_assessed", ""), ("cast_current_year_flag", "N")],
    ];
    let line = |(number, line): (usize, &str)| {
        let mut cells: Vec<&str> = line.split('^').collect();
        let chosen = (number as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15).wrapping_add(seed) >> 7;
        if number > 0
            && let Some(change) = changes.get((chosen % 40) as usize)
        {
            for (name, value) in *change {
                if let Some(column) = place(name) {
                    cells[column] = value;
                }
            }
        }
        cells.join("^") + "\n"
    };
    std::fs::write(&path, text.lines().enumerate().map(line).collect::<String>()).unwrap();
    path
}

fn accounted(paths: &[PathBuf], threads: usize) -> Account {
    let options = AccountOptions { input: InputOptions::default(), threads, progress: None };
    let mut accounts = account(paths, &options).unwrap();
    assert_eq!((accounts.years.len(), accounts.is_incomplete()), (1, false));
    accounts.years.remove(0)
}

/// The cells of an account in the form of the recount; groups by number, variants by their words.
fn cells(account: &Account) -> BTreeMap<(Place, u16, String), Sums> {
    let filter = CubeFilter::default();
    let mut cells = BTreeMap::new();
    for cell in account.cells(&filter, Sharing::Internal) {
        let place = Place {
            entity_type: cell.entity.entity_type,
            code: cell.entity.code_text(),
            test: cell.test.id,
            grade: cell.grade,
        };
        let id = account.counting.groups[cell.group].id;
        let all =
            std::iter::once(("", &cell.figures)).chain(cell.variants.iter().map(|(label, figures)| (*label, figures)));
        for (variant, figures) in all {
            let results = figures.results.clone();
            let mut levels = results.as_ref().map(|one| one.levels.clone()).unwrap_or_default();
            levels.resize(4, 0);
            let sums = Sums {
                enrolled: figures.enrolled.unwrap(),
                tested: figures.tested.unwrap(),
                with_scores: figures.with_scores.unwrap(),
                score_sum: results.as_ref().map_or(0, |one| one.score_sum),
                levels: levels.try_into().unwrap(),
                mean: results.and_then(|one| one.mean),
            };
            cells.insert((place.clone(), id, variant.to_owned()), sums);
        }
    }
    cells
}

/// Compares every cell. Cells of the account that the recount lacks are found as well.
fn compare(account: &Account, texts: &[String], year: u16) -> Result<(), TestCaseError> {
    let mut expected = recount::recount(texts, year);
    for ((place, group, variant), sums) in cells(account) {
        let found = expected.cells.remove(&(place.clone(), group, variant.clone()));
        let found = found.unwrap_or_default();
        prop_assert_eq!(&sums, &found, "{:?} group {} {}", place, group, variant);
    }
    // What is left are other readings that make no difference, and are not shown.
    let shown = cells(account);
    for ((place, group, variant), sums) in expected.cells.into_iter().filter(|(_, sums)| sums.enrolled > 0) {
        let main = shown.get(&(place.clone(), group, String::new())).cloned().unwrap_or_default();
        let is_same = !variant.is_empty() && (main == sums || (main.enrolled == 0 && variant == "with earlier"));
        prop_assert!(is_same, "missing: {:?} group {} {}: {:?} {:?}", place, group, variant, sums, main);
    }
    let reasons: u64 = account.reasons().iter().map(|(_, _, records)| records).sum();
    prop_assert_eq!(reasons, account.records());
    prop_assert_eq!(enrolled_by_class(account), enrolled_by_table(account));
    prop_assert_eq!(account.records(), texts.iter().map(|text| text.lines().count() as u64 - 1).sum::<u64>());
    prop_assert_eq!(account.files.iter().map(|file| file.repeated).sum::<u64>(), expected.repeated);
    Ok(())
}

/// Records of the classes that count as enrolled, but for those that only Class of counts.
fn enrolled_by_class(account: &Account) -> u64 {
    let classes = account.counting.classes.iter().zip(account.cube.classes());
    classes.filter(|(class, _)| class.enrolled && class.rows == GradeRows::Grade).map(|(_, records)| records).sum()
}

/// All students of all grades of the state, over all tests.
fn enrolled_by_table(account: &Account) -> u64 {
    let filter = CubeFilter { grades: vec![13], groups: vec![1], ..CubeFilter::default() };
    let cells = account.cells(&filter, Sharing::Internal).filter(|cell| cell.entity.entity_type == 4);
    cells.filter_map(|cell| cell.figures.enrolled).sum()
}

/// A record is in a class that no row counts exactly if there is no row for its test and grade.
#[test]
fn a_class_says_where_a_test_or_grade_has_no_row() {
    for year in registry().years() {
        let mut sheet = Sheet::new(year, 0);
        let types: Vec<String> =
            (0..=12).map(|number| format!("{number:02}")).chain(["77".into(), " ".into()]).collect();
        let grades: Vec<String> =
            (0..=16).map(|number| format!("{number:02}")).chain(["99".into(), "300".into()]).collect();
        let blank = vec![String::new(); sheet.layout.fields.len()];
        let (school, code) =
            (if year >= 2021 { "final_tested_school_code" } else { "tested_school_code_1" }, "58999996900005");
        for record_type in &types {
            for grade in &grades {
                sheet.rows.push(blank.clone());
                let row = sheet.rows.len() - 1;
                // A row without a student and a test would be taken for a remark.
                let ssid = (1_000_000_000 + row).to_string();
                let values = [
                    ("ssid", ssid.as_str()),
                    ("record_type", record_type.as_str()),
                    ("grade_assessed", grade),
                    (school, code),
                    ("include_indicator", "Y"),
                ];
                values.into_iter().for_each(|(field, value)| sheet.set(row, field, value));
            }
        }
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("scores.txt");
        std::fs::write(&path, sheet.caret()).unwrap();
        let options = AccountOptions {
            input: InputOptions { year: Some(year), ..InputOptions::default() },
            threads: 1,
            progress: None,
        };
        let account = account(&[path], &options).unwrap().years.remove(0);
        let known = account.counting.tests.len() as u64;
        assert_eq!(enrolled_by_class(&account), known * 10, "{year}: grades 3 to 12 of each test");
        assert_eq!(enrolled_by_table(&account), known * 10, "{year}");
        let of = |id: &str| {
            account.reasons().iter().filter(|(one, ..)| *one == id).map(|(.., records)| records).sum::<u64>()
        };
        assert_eq!(of("no-test") + of("no-results"), (types.len() as u64 - known) * grades.len() as u64, "{year}");
        assert_eq!(of("no-grade-row"), known * (grades.len() as u64 - 10), "{year}");
        assert_eq!(of("no-results") > 0, year <= 2018, "{year}");
    }
}

fn read(paths: &[PathBuf]) -> Vec<String> {
    paths.iter().map(|path| std::fs::read_to_string(path).unwrap()).collect()
}

/// Whatever years are drawn below.
#[test]
fn an_independent_recount_agrees_in_every_year() {
    for year in registry().years() {
        let folder = tempfile::tempdir().unwrap();
        let paths = [stirred(folder.path(), year, 700, 11)];
        compare(&accounted(&paths, 2), &read(&paths), year).unwrap();
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 16, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn an_independent_recount_agrees_on_every_cell(year in 2017u16..=newest(), seed in 1u64..10_000, threads in 1usize..=2) {
        let folder = tempfile::tempdir().unwrap();
        let paths = [stirred(folder.path(), year, 350, seed)];
        compare(&accounted(&paths, threads), &read(&paths), year)?;
    }

    #[test]
    fn both_views_together_count_a_record_once(year in 2021u16..=newest(), seed in 1u64..10_000) {
        let folder = tempfile::tempdir().unwrap();
        let tested = district(folder.path(), year, 300, seed, View::Tested);
        let enrolled = district(folder.path(), year, 300, seed, View::Enrolled);
        // The order of the arguments does not matter.
        let account = accounted(&[enrolled.clone(), tested.clone()], 2);
        prop_assert!(account.files.iter().any(|file| file.repeated > 0));
        compare(&account, &read(&[tested, enrolled]), year)?;
    }
}

#[test]
fn every_year_has_all_its_tables() {
    for year in registry().years() {
        let counting = CountingRules::of(year).unwrap();
        assert!(counting.places.len() > 2 && counting.tests.len() > 5 && counting.grades.len() > 10, "{year}");
        assert!(counting.suppression.results_to > 0, "{year}");
        assert!(counting.classes.len() < 255, "a class is kept in a byte");
        assert_eq!(counting.measures.participation_line, 95);
        let last = counting.classes.last().unwrap();
        assert_eq!(last.condition, scorelint::rule::Expr::Const(true), "every record has a class");
    }
}

#[test]
fn the_identities_of_the_public_files_hold() {
    let folder = tempfile::tempdir().unwrap();
    let paths = [stirred(folder.path(), 2024, 1_000, 11)];
    let account = accounted(&paths, 2);
    let cells = cells(&account);
    let mut by_type: BTreeMap<(u8, u16, u8, u16), [u64; 3]> = BTreeMap::new();
    let mut grades: BTreeMap<(u8, String, u16, u16), [[u64; 3]; 2]> = BTreeMap::new();
    let counts = |sums: &Sums| [sums.enrolled, sums.tested, sums.with_scores];
    let add = |to: &mut [u64; 3], sums: &Sums| to.iter_mut().zip(counts(sums)).for_each(|(to, one)| *to += one);
    for ((place, group, variant), sums) in &cells {
        assert!(sums.tested <= sums.enrolled && sums.with_scores <= sums.tested, "{place:?}");
        if !variant.is_empty() {
            continue;
        }
        add(by_type.entry((place.entity_type, place.test, place.grade, *group)).or_default(), sums);
        let both = grades.entry((place.entity_type, place.code.clone(), place.test, *group)).or_default();
        match place.grade {
            13 => add(&mut both[1], sums),
            3..=12 => add(&mut both[0], sums),
            _ => {}
        }
        assert!(place.grade != 13 || sums.mean.is_none(), "no mean over all grades");
    }
    assert!(grades.values().all(|[sum, all]| sum == all));
    for ((entity_type, test, grade, group), sums) in &by_type {
        let of = |kind: u8| by_type.get(&(kind, *test, *grade, *group)).copied().unwrap_or_default();
        let total = |a: [u64; 3], b: [u64; 3]| [a[0] + b[0], a[1] + b[1], a[2] + b[2]];
        match entity_type {
            6 => assert_eq!(*sums, total(of(7), of(10))),
            5 => assert_eq!(*sums, total(of(6), of(9))),
            4 => assert_eq!(*sums, of(5)),
            _ => {}
        }
    }
    assert!(by_type.keys().any(|(kind, ..)| *kind == 9) && by_type.keys().any(|(kind, ..)| *kind == 10));
    assert!(cells.keys().any(|(place, ..)| place.code[..7] == place.code[7..] && place.entity_type == 7), "nonpublic");
}

/// Ten thousand schools have millions of groups, most of them without students.
#[test]
fn only_groups_that_somebody_is_in_are_kept() {
    let folder = tempfile::tempdir().unwrap();
    let account = accounted(&[district(folder.path(), 2025, 1_000, 7, View::Tested)], 2);
    let (mut rows, mut kept, mut bytes) = (0, 0, 0);
    for (_, row) in account.cube.cells() {
        rows += 1;
        bytes += row.size();
        kept += row.counts().filter(|(_, counts)| counts.enrolled + counts.tested > 0).count();
        assert!(row.counts().all(|(_, counts)| counts != Default::default()));
    }
    let all = rows * account.cube.sets().len();
    assert_eq!((rows, kept, all), (332, 20_674, 36_188));
    assert!(bytes < 12 * kept, "{bytes}");
}

#[test]
fn percents_round_half_up_and_means_to_tenths() {
    use scorelint::account::{AccountCell, CellFigures};
    use scorelint::tally::GroupCells;
    let _ = |cell: AccountCell<'_>| cell.grade;
    let counting = CountingRules::of(2024).unwrap();
    let test = counting.tests.iter().find(|test| test.id == 1).unwrap();
    // 1 of 32 is 3.125 percent; 100,005 over 20 is 5,000.25.
    let counts = GroupCells {
        enrolled: 40,
        tested: 38,
        with_scores: 32,
        scored: 20,
        score_sum: 100_005,
        levels: [1, 15, 15, 1],
    };
    let figures = CellFigures::new(&counts, test, true);
    let results = figures.results.clone().unwrap();
    assert_eq!(results.shares, [313, 4688, 4688, 313]);
    assert_eq!(results.met, Some((16, 5000)), "worked out from counts, not from rounded shares");
    assert_eq!(results.mean, Some(50_003));
    assert_eq!(figures.participation(), Some(9_500));
    let small =
        GroupCells { enrolled: 12, tested: 11, with_scores: 10, scored: 10, score_sum: 25_000, levels: [2, 3, 2, 3] };
    let shared = CellFigures::new(&small, test, true).shared(counting.suppression);
    assert_eq!((shared.enrolled, shared.results.is_none(), shared.hidden), (Some(12), true, true));
    let tiny = GroupCells { enrolled: 4, tested: 3, with_scores: 0, ..GroupCells::default() };
    let shared = CellFigures::new(&tiny, test, true).shared(counting.suppression);
    assert_eq!((shared.enrolled, shared.tested, shared.with_scores), (Some(4), None, Some(0)));
    let before = CellFigures::new(&small, test, true).shared(CountingRules::of(2018).unwrap().suppression);
    assert_eq!((before.enrolled, before.tested, before.with_scores), (None, None, None));
}

fn run(folder: &Path, columns: &str, arguments: &[&str]) -> String {
    let output = support::scorelint()
        .current_dir(folder)
        .env("COLUMNS", columns)
        .env("LANG", "en_US.UTF-8")
        .env("LC_ALL", "en_US.UTF-8")
        .arg("account")
        .args(arguments)
        .output()
        .unwrap();
    let errors = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{errors}");
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn tables_fit_80_columns() {
    let folder = tempfile::tempdir().unwrap();
    let path = district(folder.path(), 2025, 700, 5, View::Tested);
    let name = path.file_name().unwrap().to_str().unwrap();
    let text = run(folder.path(), "80", &[name]);
    assert!(text.lines().all(|line| line.chars().count() <= 80), "{text}");
    support::snapshots().bind(|| insta::assert_snapshot!("account-80", text));
}

#[test]
fn tables_by_group_show_both_readings() {
    let folder = tempfile::tempdir().unwrap();
    let path = district(folder.path(), 2025, 700, 5, View::Tested);
    let name = path.file_name().unwrap().to_str().unwrap();
    let text = run(folder.path(), "80", &[name, "--by", "group", "--test", "1"]);
    assert!(text.lines().all(|line| line.chars().count() <= 80), "{text}");
    assert!(text.contains("or: CALPADS value"), "{text}");
    support::snapshots().bind(|| insta::assert_snapshot!("account-group", text));
}

#[test]
fn a_folder_of_districts_adds_up_to_its_counties() {
    let folder = tempfile::tempdir().unwrap();
    let path = district(folder.path(), 2024, 200, 4, View::Tested);
    let other = district(folder.path(), 2024, 200, 9, View::Tested);
    assert_eq!(path, other, "written over");
    let text = std::fs::read_to_string(&other).unwrap().replace("58999", "57888").replace("^9", "^8");
    let name = other.file_name().unwrap().to_str().unwrap().replace("58999", "57888");
    std::fs::write(folder.path().join(name), text).unwrap();
    district(folder.path(), 2024, 200, 4, View::Tested);
    let account = accounted(&[folder.path().to_owned()], 2);
    assert_eq!(account.files.len(), 2);
    let counts = |wanted: u8| -> Vec<(String, u64)> {
        let filter = CubeFilter { tests: vec![1], grades: vec![13], groups: vec![1], ..CubeFilter::default() };
        let cells = account.cells(&filter, Sharing::Internal).filter(|cell| cell.entity.entity_type == wanted);
        cells.map(|cell| (cell.entity.code_text(), cell.figures.enrolled.unwrap())).collect()
    };
    let counties = counts(5);
    assert_eq!(counties.len(), 2, "{counties:?}");
    assert_eq!(counts(4), [("0".repeat(14), counties.iter().map(|(_, enrolled)| enrolled).sum())]);
    let text = run(folder.path(), "80", &[".", "--by", "test"]);
    assert!(text.contains("All records of these files"), "{text}");
}

#[test]
fn tables_use_140_columns() {
    let folder = tempfile::tempdir().unwrap();
    let path = district(folder.path(), 2025, 700, 5, View::Tested);
    let name = path.file_name().unwrap().to_str().unwrap();
    let text = run(folder.path(), "140", &[name, "--by", "reason,test,grade,school"]);
    assert!(text.lines().all(|line| line.chars().count() <= 140), "{text}");
    support::snapshots().bind(|| insta::assert_snapshot!("account-140", text));
}

#[test]
fn shared_tables_hold_no_small_number() {
    let folder = tempfile::tempdir().unwrap();
    let path = district(folder.path(), 2025, 300, 5, View::Tested);
    let name = path.file_name().unwrap().to_str().unwrap();
    let json: serde_json::Value =
        serde_json::from_str(&run(folder.path(), "80", &[name, "--share", "--format", "json"])).unwrap();
    let cells = json["cells"].as_array().unwrap();
    assert!(cells.iter().any(|cell| cell["suppressed"] == true) && cells.iter().any(|cell| cell["mean"].is_number()));
    let small = |value: &serde_json::Value| value.as_u64().is_some_and(|count| (1..=3).contains(&count));
    for cell in cells {
        assert!(["enrolled", "tested", "with_scores"].iter().all(|name| !small(&cell[*name])), "{cell}");
        let few = cell["with_scores"].as_u64().is_none_or(|count| count <= 10);
        assert!(!few || cell["score_sum"].is_null() && cell["levels"].as_array().unwrap().is_empty(), "{cell}");
    }
    assert!(json["classes"].as_array().unwrap().iter().all(|class| !small(&class["records"])));
    let text = run(folder.path(), "80", &[name, "--share"]);
    support::snapshots().bind(|| insta::assert_snapshot!("account-share", text));
}

#[test]
fn json_fits_its_schema() {
    let schema: serde_json::Value =
        serde_json::from_str(&std::fs::read_to_string(support::path("docs/schemas/account-1.schema.json")).unwrap())
            .unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let folder = tempfile::tempdir().unwrap();
    for (year, arguments) in
        [(2018, &[][..]), (2025, &["--share"][..]), (2022, &["--by", "school", "--test", "1,17"][..])]
    {
        let path = district(folder.path(), year, 200, 3, View::Tested);
        let name = path.file_name().unwrap().to_str().unwrap();
        let arguments = [&[name, "--format", "json"], arguments].concat();
        let json: serde_json::Value = serde_json::from_str(&run(folder.path(), "80", &arguments)).unwrap();
        let errors: Vec<String> = validator.iter_errors(&json).take(3).map(|error| error.to_string()).collect();
        assert!(errors.is_empty(), "{year}: {errors:?}");
        assert!(!json["cells"].as_array().unwrap().is_empty());
    }
}

#[test]
fn csv_has_a_figure_a_line() {
    let folder = tempfile::tempdir().unwrap();
    let path = district(folder.path(), 2025, 200, 3, View::Tested);
    let name = path.file_name().unwrap().to_str().unwrap();
    let text =
        run(folder.path(), "80", &[name, "--format", "csv", "--by", "reason,test", "--entity", "58999990000000"]);
    let mut table = csv::Reader::from_reader(text.as_bytes());
    let header: Vec<String> = table.headers().unwrap().iter().map(str::to_owned).collect();
    assert_eq!(
        header.join(","),
        "year,entity,entity_type,entity_type_name,entity_name,test,test_name,grade,group,group_name,variant,reason,measure,value"
    );
    let rows: Vec<csv::StringRecord> = table.records().map(Result::unwrap).collect();
    let value = |measure: &str| -> u64 {
        let of = rows.iter().filter(|row| &row[12] == measure && &row[5] == "1");
        of.map(|row| row[13].parse::<u64>().unwrap()).sum()
    };
    assert!(value("tested") <= value("enrolled") && value("with_scores") > 0);
    let counted: u64 = rows
        .iter()
        .filter(|row| &row[12] == "records" && &row[5] == "1" && row[11].starts_with("counted"))
        .map(|row| row[13].parse::<u64>().unwrap())
        .sum();
    assert_eq!(value("with_scores"), counted);
}

#[test]
fn records_that_contradict_themselves_are_placed_and_named() {
    let folder = tempfile::tempdir().unwrap();
    let path = district(folder.path(), 2024, 60, 3, View::Tested);
    let text = std::fs::read_to_string(&path).unwrap();
    let layout = registry().layout(2024).unwrap();
    let place = |name: &str| layout.fields.iter().position(|field| field.id == registry().id(name)).unwrap();
    let mut lines: Vec<Vec<&str>> = text.lines().map(|line| line.split('^').collect()).collect();
    let scored = lines.iter().skip(1).position(|cells| {
        cells[place("include_indicator")] == "Y" && cells[place("scale_score")].parse::<u32>().is_ok()
    });
    lines[scored.unwrap() + 1][place("condition_code")] = "PGE";
    let text: Vec<String> = lines.iter().map(|cells| cells.join("^")).collect();
    let mut text = text.join("\n") + "\n";
    text.push_str("01^broken\n");
    std::fs::write(&path, &text).unwrap();
    let options = AccountOptions { input: InputOptions::default(), threads: 1, progress: None };
    let mut accounts = account(&[path], &options).unwrap();
    assert!(accounts.is_incomplete(), "a record that cannot be read is missing from the counts");
    let account = accounts.years.remove(0);
    let named: Vec<&str> =
        account.cube.contradictions().map(|(_, place, _)| account.counting.contradictions[place].id.as_str()).collect();
    assert!(named.contains(&"counted-but-code-says-no"), "{named:?}");
    let reasons = account.reasons();
    assert_eq!(reasons.iter().find(|(id, ..)| *id == "unreadable").unwrap().2, 1);
    assert_eq!(reasons.iter().map(|(_, _, records)| records).sum::<u64>(), account.records());
    assert_eq!(account.records(), text.lines().count() as u64 - 1);
}
