//! `scorelint explain CODE`: one rule as a page in the terminal.

use std::path::PathBuf;

use miette::miette;

use super::exit::{Exit, Failure};
use super::page::Page;
use super::rules::{facts, words};
use crate::rule::{Rule, RuleSet};

const EXAMPLES: &str = "\
Examples:
  scorelint explain S001                      by code
  scorelint explain scale-score-out-of-range  by name

Exit codes:
  0  the rule is shown
  2  wrong usage, wrong settings, or there is no such rule
  3  a rule file is wrong";

/// Arguments of `explain`.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Args {
    /// The code or the name of the rule
    rule: String,
    /// Folders with further rules, besides those that scorelint.toml names
    #[arg(long = "rules", value_name = "DIR")]
    folders: Vec<PathBuf>,
}

pub(super) fn run(args: &Args) -> Result<Exit, Failure> {
    let rules = super::settings::rules_here(&args.folders)?;
    let Some(rule) = rules.find(&args.rule) else {
        let help = match rules.suggest(&args.rule) {
            Some(one) => format!("did you mean `{one}`?"),
            None => "`scorelint rules` lists all rules".to_owned(),
        };
        return Err(miette!(help = help, "there is no rule `{}`", args.rule).into());
    };
    super::print(&explained(&rules, rule))
}

fn explained(rules: &RuleSet, rule: &Rule) -> String {
    let mut page = Page::of_terminal();
    page.heading(&format!("{}  {}", rule.code, rule.name));
    page.paragraph(2, &rule.message);
    page.heading("Why");
    prose(&mut page, &rule.prose);
    page.heading("What to do");
    page.paragraph(2, &rule.help);
    page.heading("Facts");
    facts(rules, rule).into_iter().for_each(|(label, text)| page.labelled(label, &text));
    if !rule.scope.is_built_in() {
        conditions(&mut page, rules, rule);
    }
    examples(&mut page, rule);
    page.heading("Sources");
    rule.sources.iter().for_each(|source| page.paragraph(2, &words::source(source)));
    page.finish()
}

/// Paragraphs and lists, wrapped; tables and blocks of code as they are.
fn prose(page: &mut Page, text: &str) {
    for (place, block) in text.split("\n\n").enumerate() {
        if place > 0 {
            page.blank();
        }
        let is_fixed = block.starts_with('|') || block.starts_with("```");
        if is_fixed {
            block.lines().for_each(|line| page.fixed(2, line));
            continue;
        }
        for item in block.split("\n- ") {
            let joined = item.split_whitespace().collect::<Vec<_>>().join(" ");
            let is_item = block.starts_with("- ") || !block.starts_with(item);
            page.paragraph(2, &if is_item { format!("- {}", joined.trim_start_matches("- ")) } else { joined });
        }
    }
}

fn conditions(page: &mut Page, rules: &RuleSet, rule: &Rule) {
    page.heading("The rule");
    let variants = rules.conditions_by_years(rule);
    for (place, (years, conditions)) in variants.iter().enumerate() {
        if place > 0 {
            page.blank();
        }
        if variants.len() > 1 {
            page.aside(2, &words::years(years));
        }
        conditions.lines().into_iter().for_each(|(label, text)| page.labelled(label, &text));
    }
}

fn examples(page: &mut Page, rule: &Rule) {
    if rule.examples.is_empty() {
        return;
    }
    page.heading("Examples");
    for (place, example) in rule.examples.iter().enumerate() {
        if place > 0 {
            page.blank();
        }
        page.aside(2, &format!("in a file of {}", example.year));
        words::example(example, page.width().saturating_sub(2)).iter().for_each(|line| page.fixed(2, line));
    }
}
