//! How real files differ from their layouts (`rules/layouts/deviations.tsv`): what is legitimate
//! raises no error, what is damage raises a finding that names it.

use std::collections::BTreeSet;
use std::path::PathBuf;

use scorelint::layout::{RecordType, codes};
use serde_json::Value;

use crate::support::{self, recipe};

/// A row of the table, tried out in some of its years.
struct Trial {
    /// `field` and `what` of the row.
    row: (&'static str, &'static str),
    years: &'static [u16],
    recipe: &'static str,
    /// The rules that name the damage; none where the file is legitimate.
    rules: &'static [&'static str],
}

const fn sound(row: (&'static str, &'static str), years: &'static [u16], recipe: &'static str) -> Trial {
    Trial { row, years, recipe, rules: &[] }
}

const fn damage(
    row: (&'static str, &'static str),
    years: &'static [u16],
    recipe: &'static str,
    rules: &'static [&'static str],
) -> Trial {
    Trial { row, years, recipe, rules }
}

const TRIALS: [Trial; 44] = [
    // In synthetic files the tests of a student share a number, and registrations are made from it.
    sound(("UIN", "UIN"), &[2022, 2024], "base"),
    sound(("TestRegistrationID", "Test Registration ID"), &[2018, 2019, 2022, 2023, 2024, 2025], "base"),
    sound(("UIN", "UIN width"), &[2023, 2024, 2025], "base"),
    sound(("SEM fields", "SEM"), &[2019, 2021, 2022, 2023], "base"),
    sound(("32", "CALPADS primary language"), &[2022, 2023], "set calpads_primary_language=09"),
    sound(("32", "CALPADS primary language"), &[2022, 2023], "set calpads_primary_language=9"),
    sound(("32", "CALPADS primary language"), &[2024, 2025], "set calpads_primary_language=SPA"),
    sound(("23 and support fields", "delimited file"), &[2018, 2019], "widen elas to 4; widen eds_masking_1 to 1"),
    sound(("7", "gender"), &[2018, 2019], "set gender=F"),
    sound(("7", "gender"), &[2018, 2019], "set gender=Male"),
    sound(
        ("108; 109", "accommodation indicators"),
        &[2018],
        "upper accommodations_available; upper designated_supports_available",
    ),
    sound(
        ("159; 160; 168; 169", "accommodation indicators"),
        &[2021, 2023],
        "set accommodations_available= where attemptedness=N; set designated_supports_available= where attemptedness=N",
    ),
    sound(("282", "read aloud in Spanish 2"), &[2021], "set neds_read_aloud_in_spanish_2="),
    sound(("159; 176", "turn off universal tools 2"), &[2018, 2019], "set eds_turn_off_universal_tools_2="),
    sound(("record", "extra cell"), &[2022], "add a quoted cell on all lines"),
    sound(("record", "extra cell"), &[2022], "add an empty cell on all lines"),
    sound(("record", "extra first column"), &[2023], "insert RecordIdentifier before RecordType"),
    sound(("102", "header"), &[2022], "rename Final Tested School NPS Flag to FinalTestedSchoolNPSFlag"),
    sound(("102", "header"), &[2021, 2023], "rename FinalTestedSchoolNPSFlag to Final Tested School NPS Flag"),
    sound(("header", "header"), &[2022, 2023, 2024, 2025], "rename EASpeeachtoText1 to EASpeeachtoText1"),
    sound(("header", "header"), &[2021, 2022, 2023, 2024, 2025], "rename EAAudioTransScript1 to EAAudioTransScript1"),
    sound(("128; 132", "header"), &[2021, 2022], "rename GrowthScore to GrowthScore"),
    sound(
        ("149; 158; 165; 175", "translation glossary"),
        &[2018, 2019],
        "set eds_translations_glossary_1=TDS_WL_Glossary; set eds_translations_glossary_2=TDS_WL_Glossary",
    ),
    sound(
        ("292; 293", "simplified test directions"),
        &[2021],
        "set neds_simplified_test_directions_1=NEDS_TransDirs where record_type=01",
    ),
    sound(
        ("74-87", "location fields 3 and 4"),
        &[2021],
        "set tested_lea_name_3=Sample Unified; set tested_lea_code_3=58999990000000",
    ),
    sound(("224", "historical condition code"), &[2018], "set condition_code_minus_2=INC0"),
    damage(
        ("registration and school codes", "long digit strings"),
        &[2018, 2019, 2021],
        "set test_registration_id=1.56E+13",
        &["V008"],
    ),
    damage(
        ("registration and school codes", "long digit strings"),
        &[2018, 2019, 2021],
        "set calpads_school_code=1.86E+13",
        &["V008"],
    ),
    damage(("record type, grades", "leading zero"), &[2018, 2019, 2021, 2023], "unpad record_type", &["V002"]),
    damage(("record type, grades", "leading zero"), &[2018, 2019, 2021, 2023], "unpad grade_assessed", &["V015"]),
    damage(("record type", "01, 02"), &[2019], "set record_type=ELA where record_type=01", &["V001"]),
    damage(
        ("achievement level", "1 to 4"),
        &[2019],
        "set achievement_level=Standard Met where achievement_level=3",
        &["V049"],
    ),
    damage(("all dates", "YYYY-MM-DD"), &[2018, 2019, 2021], "write dates as M/D/YYYY", &["V010"]),
    damage(("all dates", "YYYY-MM-DD"), &[2018, 2019, 2021], "write dates as DD/MM/YY", &["V010"]),
    damage(("all dates", "YYYY-MM-DD"), &[2021], "write dates as YYYY-DD-MM", &["V012"]),
    damage(("all dates", "YYYY-MM-DD"), &[2023, 2025], "write dates as DD-MM-YYYY", &["V010"]),
    damage(("all dates", "YYYY-MM-DD"), &[2025], "write test_start_date_1 as DD-MM-YYYY", &["V010"]),
    damage(("10-12", "header"), &[2019], "rename calpads_district_code to Homeroom", &["L012"]),
    damage(("10-12", "header"), &[2019], "rename calpads_school_code to Math Teacher", &["L012", "L013"]),
    damage(("10-12", "header"), &[2019], "rename calpads_charter_code to Lit Teacher", &["L012"]),
    damage(
        ("UIN, registration, items, SEM", "zero-padding"),
        &[2021],
        "unpad uin; unpad test_registration_id",
        &["V078"],
    ),
    damage(("UIN, registration, items, SEM", "zero-padding"), &[2023], "unpad test_registration_id", &["V078"]),
    damage(("UIN, registration, items, SEM", "zero-padding"), &[2021, 2023], "unpad items_attempted_1", &["V079"]),
    damage(("delimiter", "caret"), &[2018, 2019, 2022], "delimited by comma", &["L005"]),
];

/// Rows that need more than one fixed recipe; see the tests below.
const ELSEWHERE: [(&str, &str); 1] = [("149", "upper error band")];

#[derive(Clone)]
struct Found {
    rule: String,
    is_error: bool,
    text: String,
}

/// The findings of each file.
fn check(files: &[PathBuf]) -> Vec<Vec<Found>> {
    let run = support::scorelint().args(["check", "--format", "json"]).args(files).output().expect("a run");
    let report: Value = serde_json::from_slice(&run.stdout)
        .unwrap_or_else(|_| panic!("a file was refused: {}", String::from_utf8_lossy(&run.stderr)));
    let mut found: Vec<Vec<Found>> = files.iter().map(|_| Vec::new()).collect();
    for finding in report["findings"].as_array().expect("findings") {
        let input = usize::try_from(finding["input"].as_u64().expect("a number")).expect("a small number");
        let rule = finding["rule"].as_str().expect("a code").to_owned();
        let is_error = finding["severity"] == "error";
        let text = format!("{rule} {} {}", finding["line"], finding["message"]);
        found[input].push(Found { rule, is_error, text });
    }
    found
}

/// The findings of each file. Of those with the same content a run reads one: it speaks for all.
fn check_all(files: &[PathBuf]) -> Vec<Vec<Found>> {
    let contents: Vec<Vec<u8>> = files.iter().map(|file| std::fs::read(file).expect("a file")).collect();
    let first_like = |content: &Vec<u8>| contents.iter().position(|one| one == content).expect("itself");
    let firsts: Vec<usize> = contents.iter().map(first_like).collect();
    let own: Vec<usize> = (0..files.len()).filter(|place| firsts[*place] == *place).collect();
    let found = check(&own.iter().map(|place| files[*place].clone()).collect::<Vec<_>>());
    let of = |first: &usize| found[own.binary_search(first).expect("one that was read")].clone();
    firsts.iter().map(of).collect()
}

#[test]
fn legitimate_files_raise_no_error_and_damage_is_named() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut tried = Vec::new();
    let mut files = Vec::new();
    for trial in &TRIALS {
        for year in trial.years {
            let own = folder.path().join(files.len().to_string());
            std::fs::create_dir(&own).expect("a writable folder");
            files.push(recipe::make(&own, *year, trial.recipe));
            tried.push((trial, *year));
        }
    }
    let mut wrong = Vec::new();
    for ((trial, year), found) in tried.iter().zip(check_all(&files)) {
        let name = format!("{year} `{}`", trial.recipe);
        for code in trial.rules.iter().filter(|code| found.iter().all(|one| one.rule != **code)) {
            wrong.push(format!("{name}: no {code}"));
        }
        let errors = found.iter().filter(|one| one.is_error && trial.rules.is_empty());
        wrong.extend(errors.map(|one| format!("{name}: {}", one.text)));
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn every_deviation_is_tried() {
    let listed: BTreeSet<(String, String)> = support::table("rules/layouts/deviations.tsv")
        .into_iter()
        .filter(|row| row.get("kind") != "layout error")
        .map(|row| (row.get("field").to_owned(), row.get("what").to_owned()))
        .collect();
    let tried = TRIALS.iter().map(|trial| trial.row).chain(ELSEWHERE);
    let tried: BTreeSet<(String, String)> = tried.map(|(field, what)| (field.to_owned(), what.to_owned())).collect();
    assert_eq!(tried, listed);
}

/// The upper end of an error band is cut at the highest score of the grade.
#[test]
fn an_error_band_cut_at_the_highest_score_is_no_error() {
    let folder = tempfile::tempdir().expect("a folder");
    let base = std::fs::read_to_string(recipe::make(folder.path(), 2022, "base")).expect("the file");
    let cells: Vec<&str> = base.lines().nth(1).expect("a record").split('^').collect();
    let (test, grade) = (cells[0], cells[10].parse().expect("a grade"));
    assert_eq!(test, "01");
    let (_, highest) = codes().score_bounds(RecordType(1), grade, 2022).expect("printed scores");
    let recipe = format!(
        "set scale_score={highest} on line 2; set achievement_level=4 on line 2; set standard_error=0034 on line 2; \
         set error_band_min={} on line 2; set error_band_max={highest} on line 2",
        highest - 34
    );
    let errors: Vec<String> = check(&[recipe::make(folder.path(), 2022, &recipe)])
        .into_iter()
        .flatten()
        .filter(|one| one.is_error)
        .map(|one| one.text)
        .collect();
    assert_eq!(errors, Vec::<String>::new());
}
