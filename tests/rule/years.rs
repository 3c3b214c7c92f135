//! What a rule comes to in a year: variants, amendments, families, carried tables.

use scorelint::rule::{Demand, Expect, Severity, judge_record};

use crate::support::rules::{record, rule_text, rules_of};

fn amendment(lines: &str) -> String {
    format!("+++\n{lines}\n+++\n")
}

#[test]
fn an_amendment_changes_its_years_only() {
    let texts = [
        rule_text(&[]),
        amendment("amends = \"LOC001\"\nyears = \"2024\"\nseverity = \"notice\"\nrequire = \"never\""),
    ];
    let rules = rules_of(&texts);
    let rule = rules.find("loc001").unwrap();
    let by_year = [2023, 2024, 2025].map(|year| (rules.severity(rule, year), rules.conditions(rule, year).require));
    let own = (Severity::Error, "include_indicator is not 'Y'".to_owned());
    assert_eq!(by_year, [own.clone(), (Severity::Notice, "never".to_owned()), own]);
}

#[test]
fn a_retired_rule_binds_to_nothing() {
    let rules = rules_of(&[rule_text(&[]), amendment("retires = \"LOC001\"\nyears = \"2024..\"")]);
    let rule = rules.find("LOC001").unwrap();
    assert_eq!([2023, 2024, 2025].map(|year| rules.bind(rule, year).unwrap().len()), [1, 0, 0]);
}

#[test]
fn a_variant_holds_for_its_years() {
    let variant = "\n\n[[variant]]\nyears = \"2022\"\nwhen = \"score_status is 'V'\"";
    let text = rule_text(&[]).replace("\nsince = \"0.1.0\"", &format!("\nsince = \"0.1.0\"{variant}"));
    let rules = rules_of(&[text]);
    let rule = rules.find("LOC001").unwrap();
    let valid = record(&[("score_status", "V"), ("include_indicator", "Y")]);
    let judged = [2021, 2022, 2023].map(|year| judge_record(&rules.bind(rule, year).unwrap()[0], &valid));
    let broke = Expect::Broke { severity: None, field: Some("include_indicator".to_owned()) };
    assert_eq!(judged, [Expect::NotApplicable, broke, Expect::NotApplicable]);
}

#[test]
fn errors_about_carried_tables_drop_to_warnings() {
    let rules = rules_of(&[rule_text(&[("carried", "true")])]);
    let rule = rules.find("LOC001").unwrap();
    assert_eq!([2022, 2025].map(|year| rules.severity(rule, year)), [Severity::Error, Severity::Warning]);
}

#[test]
fn a_family_leaves_out_what_a_year_lacks() {
    let changes = [
        ("each", "\"k in 1..4\""),
        ("years", "\"2017..\""),
        ("when", "\"opportunity_k_status is 'I'\""),
        ("message", "\"part {k} is {opportunity_k_status}\""),
    ];
    let rules = rules_of(&[rule_text(&changes)]);
    let rule = rules.find("LOC001").unwrap();
    let bindings = |year| -> Vec<String> {
        rules.bind(rule, year).unwrap().into_iter().filter_map(|one| one.binding).map(|(_, value)| value).collect()
    };
    assert_eq!(bindings(2022), ["1", "2", "3", "4"]);
    assert_eq!(bindings(2017), ["1", "2"]);
}

#[test]
fn a_lacking_field_with_a_question_mark_is_blank() {
    let changes =
        [("years", "\"2019\""), ("require", "\"score_available_date? is blank\""), ("when", "\"ssid is filled\"")];
    let text = rule_text(&changes).replace("{include_indicator}", "{score_available_date}");
    let rules = rules_of(&[text]);
    let instance = &rules.bind(rules.find("LOC001").unwrap(), 2019).unwrap()[0];
    let judge = |ssid| judge_record(instance, &record(&[("ssid", ssid)]));
    assert_eq!([judge("9"), judge("")], [Expect::Held, Expect::NotApplicable]);
}

#[test]
fn tests_restrict_when() {
    let rules = rules_of(&[rule_text(&[("tests", "[\"01\"]")])]);
    let instance = &rules.bind(rules.find("LOC001").unwrap(), 2022).unwrap()[0];
    assert!(matches!(instance.demand, Demand::Record(_)));
    let judge = |test| judge_record(instance, &record(&[("record_type", test), ("score_status", "I")]));
    assert_eq!([judge("1"), judge("02")], [Expect::Held, Expect::NotApplicable]);
}
