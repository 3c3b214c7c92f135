//! The pages about the rules, in Markdown: an index and a page for each rule. They are made from
//! the rule files alone, so that nothing is said twice.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{fs, io};

use miette::{IntoDiagnostic, WrapErr};

use super::words;
use crate::cli::exit::{Exit, Failure};
use crate::rule::{Rule, RuleSet, families};

const EXAMPLES: &str = "\
Examples:
  scorelint rules docs docs/rules
      Write index.md and a page for each shipped rule; pages of rules that are gone are removed.

Exit codes:
  0  the pages are written
  2  wrong usage, or the folder cannot be written to";

/// Arguments of `rules docs`.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Args {
    /// The folder to write to
    folder: PathBuf,
}

pub(super) fn run(args: &Args) -> Result<Exit, Failure> {
    let named = || format!("the pages cannot be written to {}", args.folder.display());
    write(&RuleSet::embedded()?, &args.folder).into_diagnostic().wrap_err_with(named)?;
    Ok(Exit::Clean)
}

const MADE: &str = "<!-- Made by `scorelint rules docs`; change the rule files instead. -->";

/// Writes `index.md` and a page a rule; pages of rules that are gone are removed.
///
/// # Errors
/// What the file system says.
fn write(rules: &RuleSet, folder: &Path) -> io::Result<()> {
    fs::create_dir_all(folder)?;
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        let stem = path.file_stem().and_then(|stem| stem.to_str()).unwrap_or_default();
        let is_page = path.extension().is_some_and(|extension| extension == "md");
        if is_page && stem != "index" && rules.find(stem).is_none() && is_made(&path)? {
            fs::remove_file(&path)?;
        }
    }
    fs::write(folder.join("index.md"), index(rules))?;
    rules.rules().try_for_each(|rule| fs::write(folder.join(format!("{}.md", rule.code)), page(rules, rule)))
}

/// Only pages that this program made are removed.
fn is_made(path: &Path) -> io::Result<bool> {
    Ok(fs::read_to_string(path)?.starts_with(MADE))
}

fn index(rules: &RuleSet) -> String {
    let mut out = format!("{MADE}\n\n# Rules\n\n");
    let count = rules.rules().len();
    let _ = writeln!(
        out,
        "{count} rules, by what they are about. `scorelint explain CODE` shows the same in the terminal."
    );
    for family in families() {
        let of_family: Vec<&Rule> = rules.rules().filter(|rule| family.has(rule)).collect();
        if of_family.is_empty() {
            continue;
        }
        let _ = write!(out, "\n## {}: {}\n\n{}.\n\n", family.letter, family.title, capitalised(family.about));
        out.push_str("| code | name | severity | years |\n|---|---|---|---|\n");
        for rule in of_family {
            let years = words::years(&rule.years);
            let _ = writeln!(out, "| [{0}]({0}.md) | {1} | {2} | {years} |", rule.code, rule.name, rule.severity);
        }
    }
    out
}

fn capitalised(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

fn page(rules: &RuleSet, rule: &Rule) -> String {
    let mut out = format!("{MADE}\n\n# {}: {}\n\n", rule.code, rule.name);
    let _ = write!(out, "> {}\n\n", rule.message);
    out.push_str("| | |\n|---|---|\n");
    for (label, text) in facts(rules, rule) {
        let _ = writeln!(out, "| {label} | {} |", text.replace('|', "\\|"));
    }
    let _ = write!(out, "\n{}\n\n## What to do\n\n{}.\n", rule.prose, capitalised(&rule.help));
    conditions(&mut out, rules, rule);
    if !rule.examples.is_empty() {
        out.push_str("\n## Examples\n");
    }
    for example in &rule.examples {
        let _ = write!(out, "\n```text\n# {}\n{}\n```\n", example.year, words::example(example, usize::MAX).join("\n"));
    }
    out.push_str("\n## Sources\n\n");
    for source in &rule.sources {
        let _ = writeln!(out, "- {}", words::source(source));
    }
    out
}

fn conditions(out: &mut String, rules: &RuleSet, rule: &Rule) {
    if rule.scope.is_built_in() {
        return;
    }
    out.push_str("\n## The rule\n");
    for (years, conditions) in rules.conditions_by_years(rule) {
        let _ = write!(out, "\n```text\n# {}\n", words::years(&years));
        for (label, text) in conditions.lines() {
            let _ = writeln!(out, "{label}: {text}");
        }
        out.push_str("```\n");
    }
}

/// The facts that a page lists before the prose.
pub(in crate::cli) fn facts(rules: &RuleSet, rule: &Rule) -> Vec<(&'static str, String)> {
    let some = |text: String| Some(text).filter(|text| !text.is_empty());
    let needs = rule.needs.iter().map(|need| words::need(*need)).collect::<Vec<_>>().join("; ");
    let facts = [
        ("severity", Some(words::severity(rules, rule))),
        ("looks at", Some(words::scope(rule.scope).to_owned())),
        ("years", Some(words::years(&rule.years))),
        ("tests", Some(words::tests(rule.tests))),
        ("who", some(rule.owners.join(", "))),
        ("needs", some(needs)),
        ("counted", words::grouping(rule.grouping).map(str::to_owned)),
        ("followed by", some(rule.implies.join(", "))),
        ("certainty", Some(rule.certainty.as_str().to_owned())),
        ("since", rule.since.clone()),
    ];
    facts.into_iter().filter_map(|(label, text)| Some((label, text?))).collect()
}
