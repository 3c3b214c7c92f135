//! `scorelint layout`: what people and programs get to see.

use serde_json::{Value, json};

use crate::support;

fn run(columns: u16, arguments: &[&str]) -> std::process::Output {
    support::scorelint().env("COLUMNS", columns.to_string()).arg("layout").args(arguments).output().expect("a run")
}

fn text(columns: u16, arguments: &[&str]) -> String {
    let output = run(columns, arguments);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout).expect("UTF-8");
    for line in text.lines() {
        assert!(line.chars().count() <= usize::from(columns), "longer than {columns} columns: {line}");
        assert_eq!(line, line.trim_end(), "spaces at the end");
    }
    text
}

fn error(arguments: &[&str]) -> String {
    let output = run(80, arguments);
    assert_eq!(output.status.code(), Some(2));
    assert!(output.stdout.is_empty());
    String::from_utf8(output.stderr).expect("UTF-8")
}

fn printed(arguments: &[&str]) -> Value {
    let output = run(80, &[arguments, &["--format", "json"]].concat());
    serde_json::from_slice(&output.stdout).expect("JSON")
}

#[test]
fn the_years_are_listed() {
    support::snapshots().bind(|| insta::assert_snapshot!("layout-years-80", text(80, &[])));
}

#[test]
fn a_section_reads_well_at_both_widths() {
    support::snapshots().bind(|| {
        insta::assert_snapshot!("layout-section-80", text(80, &["2025", "--section", "language"]));
        insta::assert_snapshot!("layout-section-140", text(140, &["2025", "--section", "language"]));
    });
}

#[test]
fn whole_layouts_fit_the_page_in_every_year() {
    for year in ["2017", "2018", "2019", "2020", "2021", "2022", "2023", "2024", "2025"] {
        for columns in [60, 80, 140] {
            assert!(text(columns, &[year]).contains("record_type"));
        }
    }
}

#[test]
fn a_field_is_shown_with_its_codes_by_test_and_its_years() {
    support::snapshots().bind(|| {
        insta::assert_snapshot!("layout-field-80", text(80, &["2025", "include_indicator"]));
        insta::assert_snapshot!("layout-field-140", text(140, &["2022", "eds_translations_glossary_2"]));
    });
}

#[test]
fn a_field_can_be_named_in_any_way() {
    let by_id = text(80, &["2022", "include_indicator"]);
    for name in ["IncludeIndicator", "include indicator", "INCLUDE-INDICATOR", "125"] {
        assert_eq!(text(80, &["2022", name]), by_id, "{name}");
    }
    // A heading of another year is understood as well.
    assert!(text(80, &["2025", "CASTCurrentYearFlag"]).contains("cast_current_year_flag in 2025"));
}

#[test]
fn two_years_are_compared() {
    support::snapshots().bind(|| {
        insta::assert_snapshot!("layout-compare-80", text(80, &["2022", "2025"]));
        insta::assert_snapshot!("layout-compare-140", text(140, &["2021", "2022", "--find", "condition"]));
    });
}

#[test]
fn a_layout_compared_with_itself_shows_no_change() {
    let same = printed(&["2022", "2022"]);
    assert_eq!((&same["added"], &same["removed"], &same["changed"]), (&json!([]), &json!([]), &json!([])));
    assert_eq!(same["shifted"], 0);
}

#[test]
fn what_is_not_found_is_guessed() {
    let errors = [
        error(&["2015"]),
        error(&["2025", "inclde_indicator"]),
        error(&["2025", "growth_score"]),
        error(&["2022", "8"]),
        error(&["2022", "999"]),
        error(&["2022", "1999"]),
        error(&["2022", "--find", "no such thing"]),
    ];
    support::snapshots().bind(|| insta::assert_snapshot!("layout-errors", errors.join("\n")));
}

#[test]
fn the_json_is_as_its_schema_says() {
    let schema = std::fs::read_to_string(support::path("docs/schemas/layout-1.schema.json")).expect("a schema");
    let schema = serde_json::from_str(&schema).expect("JSON");
    let validator = jsonschema::validator_for(&schema).expect("a valid schema");
    let runs: [&[&str]; 8] = [
        &[],
        &["2017"],
        &["2025"],
        &["2020", "--section", "testing"],
        &["2025", "include_indicator"],
        &["2021", "opportunity_3_id"],
        &["2017", "2018"],
        &["2022", "2025"],
    ];
    for arguments in runs {
        let errors: Vec<String> = validator.iter_errors(&printed(arguments)).map(|error| error.to_string()).collect();
        assert_eq!(errors, Vec::<String>::new(), "{arguments:?}");
    }
}

#[test]
fn a_schema_that_is_broken_is_noticed() {
    let schema = std::fs::read_to_string(support::path("docs/schemas/layout-1.schema.json")).expect("a schema");
    let schema = serde_json::from_str(&schema).expect("JSON");
    let validator = jsonschema::validator_for(&schema).expect("a valid schema");
    let mut years = printed(&[]);
    years["years"][0]["certainty"] = "perhaps".into();
    assert!(!validator.is_valid(&years));
}
