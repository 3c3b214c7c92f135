//! The shipped rules: complete, in good style, and doing what their examples say.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use scorelint::layout::{RecordTypes, Sensitivity, registry};
use scorelint::rule::{AllStudents, CellTest, Demand, Example, Expect, Expr, Rule, RuleError, RuleSet, run_examples};

use crate::support::rules::{rule_text, rules_of};

fn shipped() -> RuleSet {
    RuleSet::embedded().unwrap_or_else(|errors| panic!("{:?}", miette::Report::new(errors)))
}

fn rendered(mistakes: Vec<RuleError>) -> String {
    mistakes.into_iter().fold(String::new(), |mut all, mistake| {
        let _ = writeln!(all, "{:?}", miette::Report::new(mistake));
        all
    })
}

/// The codes of the rules that are not as they should be.
fn offending(rules: &RuleSet, is_wrong: impl Fn(&Rule) -> bool) -> Vec<String> {
    rules.rules().filter(|rule| is_wrong(rule)).map(|rule| rule.code.clone()).collect()
}

#[test]
fn every_condition_binds_in_every_year() {
    assert_eq!(rendered(shipped().check()), "");
}

#[test]
fn every_example_comes_out_as_stated() {
    let rules = shipped();
    let wrong = rules.rules().flat_map(|rule| run_examples(&rules, rule, &AllStudents).unwrap());
    assert_eq!(rendered(wrong.collect()), "");
}

#[test]
fn every_rule_has_a_failing_a_holding_and_an_inapplicable_example() {
    let expects = |example: &Example| {
        let rows = example.rows.iter().map(|row| row.expect.clone());
        rows.chain(example.recipes.iter().map(|recipe| recipe.expect.clone())).collect::<Vec<_>>()
    };
    let rules = shipped();
    let lacks = |rule: &Rule| {
        let all: Vec<Expect> = rule.examples.iter().flat_map(expects).collect();
        let year = rule.examples.first().map_or(2022, |example| example.year);
        let conditions = rules.conditions(rule, year);
        let fails = all.iter().any(|one| matches!(one, Expect::Broke { .. } | Expect::Refused));
        // A notice of every record that `when` names cannot hold.
        let never = ["never", "at most 0 where always"].iter().any(|start| conditions.require.starts_with(start));
        let holds = never || all.contains(&Expect::Held);
        // A rule for every record always applies.
        let for_all = conditions.when.is_none_or(|when| when == "always") && rule.tests == RecordTypes::ALL;
        let passes_by = for_all || all.contains(&Expect::NotApplicable);
        // The examples of file rules are files, and looked at where they are run.
        let built_in = rule.scope.is_built_in();
        !(built_in || fails && holds && passes_by)
    };
    assert_eq!(offending(&rules, lacks), Vec::<String>::new());
}

#[test]
fn every_rule_says_where_it_was_read_and_what_to_do() {
    let silent = |rule: &Rule| {
        rule.sources.is_empty() || rule.help.trim().is_empty() || rule.owners.is_empty() || rule.prose.len() < 40
    };
    assert_eq!(offending(&shipped(), silent), Vec::<String>::new());
}

#[test]
fn messages_are_lower_case_without_a_final_stop() {
    let shouts = |text: &str| {
        let first = text.split_whitespace().next().unwrap_or_default();
        let capitals = first.chars().filter(|letter| letter.is_uppercase()).count();
        // Placeholders, acronyms (CALPADS, CAST) and the language may start a message.
        first != "English" && capitals == 1 && first.starts_with(char::is_uppercase) && first.len() > 1
    };
    let wrong = |rule: &Rule| {
        let text = rule.message.trim();
        text != rule.message || text.ends_with(['.', '!']) || shouts(text) || text.contains("  ")
    };
    assert_eq!(offending(&shipped(), wrong), Vec::<String>::new());
}

/// The words that a condition compares with masked cells, in capitals.
fn masked_words(expr: &Expr, found: &mut BTreeSet<String>) {
    match expr {
        Expr::Not(inner) => masked_words(inner, found),
        Expr::And(parts) | Expr::Or(parts) => parts.iter().for_each(|part| masked_words(part, found)),
        Expr::Cell { cell, test: CellTest::OneOf(words) | CellTest::ExactlyOneOf(words) }
            if registry().info(cell.field).sensitivity != Sensitivity::Public =>
        {
            found.extend(words.iter().map(|word| word.to_ascii_uppercase()));
        }
        _ => {}
    }
}

/// The texts between single quotes that a rule writes.
fn written_words(rules: &RuleSet, rule: &Rule, year: u16) -> BTreeSet<String> {
    let conditions = rules.conditions(rule, year);
    let all = conditions.lines().into_iter().map(|(_, text)| text).collect::<Vec<_>>().join(" ");
    all.split('\'').skip(1).step_by(2).map(str::to_owned).collect()
}

/// The message without what is filled in, and without the codes that are expected.
fn own_words(message: &str) -> Vec<String> {
    let mut own = message.split(", expected ").next().unwrap_or_default().to_owned();
    while let Some((open, close)) = own.find('{').zip(own.find('}')) {
        own.replace_range(open..=close, " ");
    }
    own.split(|letter: char| !letter.is_alphanumeric()).map(str::to_owned).collect()
}

fn named_codes(rules: &RuleSet, rule: &Rule, year: u16) -> Vec<String> {
    let mut masked = BTreeSet::new();
    for instance in rules.bind(rule, year).unwrap() {
        masked_words(&instance.when, &mut masked);
        if let Demand::Record(require) = &instance.demand {
            masked_words(require, &mut masked);
        }
    }
    let written = written_words(rules, rule, year);
    let is_code = |word: &String| written.contains(word) && masked.contains(&word.to_ascii_uppercase());
    own_words(rules.message(rule, year)).into_iter().filter(is_code).collect()
}

#[test]
fn no_message_names_a_code_of_a_masked_field() {
    let rules = shipped();
    let mut looked_at = 0;
    for rule in rules.rules() {
        for year in registry().years() {
            looked_at += written_words(&rules, rule, year).len();
            assert_eq!(named_codes(&rules, rule, year), Vec::<String>::new(), "{} in {year}", rule.code);
        }
    }
    assert!(looked_at > 100, "only {looked_at} codes were looked at");
}

#[test]
fn a_code_of_a_masked_field_in_a_message_is_seen() {
    let rules = rules_of(&[rule_text(&[("message", "\"score counts though it is I, expected V\"")])]);
    let rule = rules.rules().next().unwrap();
    assert_eq!(named_codes(&rules, rule, 2022), ["I"]);
}

#[test]
fn names_are_kebab_case_and_files_are_named_by_them() {
    let wrong = |rule: &Rule| {
        let kebab = rule.name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-');
        !kebab || !rule.path.ends_with(&format!("/{}-{}.md", rule.code, rule.name))
    };
    assert_eq!(offending(&shipped(), wrong), Vec::<String>::new());
}

#[test]
fn rules_stand_in_the_folder_of_their_family() {
    let folder = |family| match family {
        'L' => "file",
        'V' => "value",
        'X' => "relation",
        'T' => "status",
        'S' => "score",
        'A' => "support",
        'H' => "history",
        'D' => "records",
        'O' => "official",
        _ => "participation",
    };
    let wrong = |rule: &Rule| !rule.path.starts_with(&format!("rules/checks/{}/", folder(rule.family())));
    assert_eq!(offending(&shipped(), wrong), Vec::<String>::new());
}

#[test]
fn implied_rules_exist_and_none_follows_from_itself() {
    assert_eq!(rendered(shipped().check_implied()), "");
}
