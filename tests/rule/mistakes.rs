//! What a person reads who made a mistake in a rule file. One snapshot holds one kind of mistake.

use std::fmt::Write as _;

use miette::{GraphicalReportHandler, GraphicalTheme};
use scorelint::rule::{AllStudents, RuleError, RuleErrors, RuleSet, run_examples};
use scorelint::spanned::SourceText;

use crate::support::rules::rule_text as rule;
use crate::support::snapshots;

fn report(mistakes: Vec<RuleError>) -> String {
    let handler = GraphicalReportHandler::new_themed(GraphicalTheme::unicode_nocolor()).with_width(90);
    mistakes.iter().fold(String::new(), |mut all, mistake| {
        handler.render_report(&mut all, mistake).unwrap();
        let _ = writeln!(all);
        all
    })
}

fn mistakes(texts: &[String]) -> String {
    let named = (1..).zip(texts);
    let sources = named.map(|(number, text)| SourceText { name: format!("rules/{number}.md"), text: text.clone() });
    match RuleSet::of_texts(sources.collect()) {
        Err(RuleErrors(mistakes)) => report(mistakes),
        Ok(rules) => {
            let mut found = rules.check();
            if found.is_empty() {
                found = rules.rules().flat_map(|rule| run_examples(&rules, rule, &AllStudents).unwrap()).collect();
            }
            report(found)
        }
    }
}

fn snapshot(name: &str, texts: &[String]) {
    snapshots().bind(|| insta::assert_snapshot!(format!("rule_mistake_{name}"), mistakes(texts)));
}

fn one(name: &str, changes: &[(&str, &str)]) {
    snapshot(name, &[rule(changes)]);
}

#[test]
fn a_sound_rule_is_no_mistake() {
    assert_eq!(mistakes(&[rule(&[])]), "");
}

#[test]
fn unknown_field() {
    one("unknown_field", &[("when", "\"score_statsu is 'I'\"")]);
}

#[test]
fn unknown_code() {
    one("unknown_code", &[("require", "\"include_indicator is not one of ('Y', 'TT')\"")]);
}

#[test]
fn type_mismatch() {
    one("text_as_number", &[("when", "\"last_name > 5\"")]);
    one("number_as_text", &[("when", "\"scale_score is 2400\"")]);
    one("day_against_number", &[("when", "\"test_start_date_1 > 2021\"")]);
    one("value_without_question", &[("when", "\"score_status and include_indicator is 'Y'\"")]);
}

#[test]
fn broken_text() {
    one("unterminated_text", &[("when", "\"score_status is 'I\"")]);
    one("wrong_quotes", &[("when", "'score_status is \"I\"'")]);
    one("missing_parenthesis", &[("when", "\"(score_status is 'I' or score_status is 'V'\"")]);
    one("foreign_sign", &[("when", "\"scale_score == 5\"")]);
}

#[test]
fn place_in_escaped_and_long_texts() {
    one("place_after_escapes", &[("when", "\"ssid matches /^\\\\d+\\u002f$/ and score_statsu is 'I'\"")]);
    one("place_in_long_text", &[("when", "\"\"\"\nscore_status is 'I'\nand last_nam is filled\"\"\"")]);
}

#[test]
fn conditions_that_never_or_always_hold() {
    one("never_applies", &[("when", "\"score_status is 'I' and score_status is 'V'\"")]);
    one("never_applies_numbers", &[("when", "\"scale_score > 2800 and not scale_score >= 2300\"")]);
    one("never_applies_number_of_code", &[("when", "\"scale_score is 'NS' and 2300 < scale_score\"")]);
    one("always_holds_number", &[("when", "\"scale_score > 2800\""), ("require", "\"scale_score <> 2300\"")]);
    one("never_applies_blank", &[("when", "\"score_status is 'I' and score_status is blank\"")]);
    one("always_holds", &[("require", "\"score_status is not 'V'\"")]);
    one("never_holds", &[("require", "\"score_status is 'V'\"")]);
}

#[test]
fn comparisons_that_no_value_of_the_layout_can_turn() {
    let conditions = [
        "grade_assessed > 20",
        "grade_assessed = 2",
        "grade_assessed between 1 and 20",
        "test_mode > 5",
        "scale_score < 0",
        "scale_score <= 99999",
        "20000 < scale_score",
        "calpads_grade - grade_assessed > 12",
        "number(prefix(ssid, 2)) > 99",
        "scale_score is 'abc'",
        "ssid is 'x'",
        "ssid is not one of ('1234567890', '12345')",
        "ssid is exactly '12345678901'",
        "test_start_date_1 is '4/15/2024'",
        "last_name is 'This name goes on for far longer than the fifty characters that a name can have'",
        "prefix(calpads_school_code, 7) is '01612590000000'",
        "subject(record_type) is 'Maths'",
        "some k in 1..2: (items_attempted_k > 1000)",
        "(grade_assessed if score_status is 'I' else 3) > 20",
    ];
    let message = |condition: &str| mistakes(&[rule(&[("when", &format!("\"{condition}\""))])]);
    let all: String = conditions.iter().map(|one| format!("{one}\n\n{}\n", message(one))).collect();
    snapshots().bind(|| insta::assert_snapshot!("rule_mistake_idle_comparisons", all));
}

#[test]
fn comparisons_that_damage_or_some_year_can_turn() {
    let conditions = [
        // Asks that there is a number at all.
        "scale_score >= 0",
        "scale_score between 0 and 3000",
        // What stands in the file may be anything.
        "written(ssid) is 'x'",
        "number(written(grade_assessed)) > 20",
        "ssid matches /^x/",
        "test_mode is a number",
        // A family is asked about because of damage.
        "some f in (ssid, scale_score): (f is 'NULL')",
        // No score, or the printed form of one.
        "scale_score is 'NS'",
        "scale_score is '2543'",
        // A year is no value of a record.
        "year >= 2021",
        // For some value of the parameter.
        "some k in 1..20: (grade_assessed > k)",
        // Days and sums with days have no end.
        "test_start_date_1 > 2150-01-01",
        "age(date_of_birth, test_start_date_1) > 90",
        // Nothing is printed about these columns but their names.
        "ltel_or_arltel? is 'whatever'",
    ];
    for condition in conditions {
        assert_eq!(mistakes(&[rule(&[("when", &format!("\"{condition}\""))])]), "", "{condition}");
    }
}

#[test]
fn bad_regex() {
    one("bad_regex", &[("when", "\"ssid matches /^[0-9/\"")]);
    one("look_around", &[("when", "\"ssid matches /(?=9)/\"")]);
}

#[test]
fn front_matter() {
    one("missing_citation", &[("sources", "")]);
    one("empty_citation", &[("sources", "[]")]);
    one("citation_without_place", &[("sources", "[{ layout = 2022 }]")]);
    one("citation_of_no_field", &[("sources", "[{ layout = 2022, field = 999 }]")]);
    one("unknown_key", &[("requires", "\"never\"")]);
    one("unknown_severity", &[("severity", "\"eror\"")]);
    one("wrong_years", &[("years", "\"2025..2021\"")]);
    one("years_without_layout", &[("years", "\"2012..\"")]);
    one("bad_code", &[("code", "\"loc-1\"")]);
    snapshot("no_front_matter", &["# A rule\n".to_owned()]);
}

#[test]
fn names_used_twice() {
    snapshot("code_twice", &[rule(&[]), rule(&[("name", "\"another-name\"")])]);
    snapshot("name_twice", &[rule(&[]), rule(&[("code", "\"LOC002\"")])]);
}

#[test]
fn amendments_of_nothing() {
    snapshot("amends_nothing", &[rule(&[]), "+++\namends = \"LOC002\"\nyears = \"2025..\"\n+++\n".to_owned()]);
}

#[test]
fn fields_that_a_year_lacks() {
    one("field_not_in_every_year", &[("years", "\"2019..\""), ("when", "\"final_tested_lea_code is filled\"")]);
    one("each_over_nothing", &[("each", "\"k in 7..9\""), ("when", "\"opportunity_k_status is 'I'\"")]);
    one("no_list_of_codes", &[("when", "\"last_name is in value_set\"")]);
}

#[test]
fn placeholders() {
    one("unknown_placeholder", &[("message", "\"score {scale_skore} is counted\"")]);
}

#[test]
fn examples() {
    let with = |table: &str| vec![format!("{}\n```caaspp 2022\n{table}```\n", rule(&[]))];
    snapshot(
        "example_disagrees",
        &with("score_status  include_indicator\nI             R                  <- error\n"),
    );
    snapshot("example_misaligned", &with("score_status  include_indicator\nI       R                  <- held\n"));
    snapshot(
        "example_unknown_field",
        &with("score_status  include_indicater\nI             R                  <- held\n"),
    );
    snapshot(
        "example_unknown_outcome",
        &with("score_status  include_indicator\nI             R                  <- good\n"),
    );
    let with_second = |table: &str| vec![format!("{}\n```earlier 2021\n{table}```\n", rule(&[]))];
    snapshot(
        "example_outcome_in_second_file",
        &with_second("ssid        score_status\n1111111111  V             <- held\n"),
    );
    snapshot("example_unknown_field_in_second_file", &with_second("ssid        score_statsu\n1111111111  V\n"));
    snapshot("example_without_outcome", &with("score_status  include_indicator\nI             R\n"));
}

#[test]
fn second_files() {
    let earlier = ("needs", "[\"earlier-file\"]");
    let by = ("match", "[\"ssid\"]");
    let asked = |require: &'static str| ("require", require);
    let mistakes: [(&str, &[(&str, &str)]); 12] = [
        ("not_needed", &[by, asked("\"earlier(1).scale_score is blank\"")]),
        ("not_matched", &[earlier, asked("\"found in earlier(1)\"")]),
        ("how_many_years", &[earlier, by, asked("\"found in earlier\"")]),
        ("no_such_year", &[earlier, by, asked("\"found in earlier(9)\"")]),
        ("no_such_file", &[earlier, by, asked("\"found in later(1)\"")]),
        ("no_such_field", &[earlier, by, asked("\"earlier(1).scale_skore is blank\"")]),
        ("field_of_no_record", &[earlier, by, asked("\"earlier(1) is blank\"")]),
        ("code", &[earlier, by, asked("\"earlier(1).include_indicator is 'QQ'\"")]),
        ("type", &[earlier, by, asked("\"earlier(1).last_name > 5\"")]),
        ("own_file", &[("needs", "[\"roster\"]"), by, asked("\"found in checked\"")]),
        ("number_as_match", &[earlier, ("match", "[\"year + 1\"]"), asked("\"found in earlier(1)\"")]),
        ("roster_not_needed", &[("records", "\"roster\""), by]),
    ];
    let all: String = mistakes
        .into_iter()
        .map(|(name, changes)| format!("{name}\n\n{}\n", self::mistakes(&[rule(changes)])))
        .collect();
    snapshots().bind(|| insta::assert_snapshot!("rule_mistake_second_files", all));
}
