//! The list of rules: which are wanted, and how they are printed.

use std::io;
use std::path::PathBuf;

use miette::miette;
use serde::Serialize;

use super::words;
use crate::cli::page::Page;
use crate::layout::registry;
use crate::privacy::json;
use crate::rule::{Rule, RuleFamily, RuleSet, Severity, closest, families};

/// The version of the JSON form; grows when a field changes its meaning.
pub(super) const SCHEMA: &str = "rules-1";

/// Which rules are listed.
#[derive(Debug, clap::Args)]
pub(super) struct RuleFilterArgs {
    /// Only rules of a family: its letter, or its name such as `score`
    #[arg(long)]
    pub(super) family: Option<String>,
    /// Only rules of this weight
    #[arg(long, value_parser = severity)]
    pub(super) severity: Option<Severity>,
    /// Only rules that hold in this layout year, with their weight there
    #[arg(long)]
    pub(super) year: Option<u16>,
    /// Only rules that this person or office can do something about; a part of the name is enough
    #[arg(long)]
    pub(super) owner: Option<String>,
    /// Folders with further rules, besides those that scorelint.toml names
    #[arg(long = "rules", value_name = "DIR")]
    pub(super) folders: Vec<PathBuf>,
}

fn severity(text: &str) -> Result<Severity, String> {
    let known = [Severity::Error, Severity::Warning, Severity::Notice];
    known.into_iter().find(|one| one.as_str() == text).ok_or_else(|| "one of: error, warning, notice".to_owned())
}

/// The rules that pass every filter, by code.
pub(super) fn choose<'r>(rules: &'r RuleSet, args: &RuleFilterArgs) -> miette::Result<Vec<&'r Rule>> {
    let family = args.family.as_deref().map(|wanted| family(rules, wanted)).transpose()?;
    if let Some(year) = args.year.filter(|year| registry().years().all(|one| one != *year)) {
        let years: Vec<String> = registry().years().map(|year| year.to_string()).collect();
        return Err(miette!(
            help = format!("layouts are known of {}", years.join(", ")),
            "there is no layout of {year}"
        ));
    }
    let owner = args.owner.as_deref().map(str::to_lowercase);
    let fits = |rule: &&Rule| {
        family.as_ref().is_none_or(|family| family.has(rule))
            && args.year.is_none_or(|year| rule.years.contains(year))
            && args.severity.is_none_or(|wanted| severity_in(rules, rule, args.year) == wanted)
            && owner.as_deref().is_none_or(|part| rule.owners.iter().any(|one| one.to_lowercase().contains(part)))
    };
    Ok(rules.rules().filter(fits).collect())
}

/// Rules that are listed by what they are about.
enum RuleFilter<'r> {
    /// A shipped family.
    Shipped(RuleFamily),
    /// The letters that codes of own rules begin with.
    Own(&'r str),
}

impl RuleFilter<'_> {
    fn has(&self, rule: &Rule) -> bool {
        match self {
            Self::Shipped(family) => family.has(rule),
            Self::Own(letters) => rule.prefix() == *letters,
        }
    }
}

fn family<'r>(rules: &'r RuleSet, wanted: &str) -> miette::Result<RuleFilter<'r>> {
    let fits =
        |family: &RuleFamily| family.letter.eq_ignore_ascii_case(wanted) || family.folder.eq_ignore_ascii_case(wanted);
    let mut own = rules.rules().map(Rule::prefix).filter(|letters| letters.eq_ignore_ascii_case(wanted));
    let found = families().find(fits).map(RuleFilter::Shipped).or_else(|| own.next().map(RuleFilter::Own));
    found.ok_or_else(|| {
        let shipped = families().flat_map(|family| [family.letter, family.folder]);
        let mut known: Vec<&str> = shipped.collect();
        rules.rules().map(Rule::prefix).for_each(|letters| {
            if !known.contains(&letters) {
                known.push(letters);
            }
        });
        let help = match closest(wanted, known.iter().copied()) {
            Some(one) => format!("did you mean `{one}`?"),
            None => format!("one of: {}", known.join(", ")),
        };
        miette!(help = help, "there is no family `{wanted}`")
    })
}

fn severity_in(rules: &RuleSet, rule: &Rule, year: Option<u16>) -> Severity {
    year.map_or(rule.severity, |year| rules.severity(rule, year))
}

/// Rules that were chosen, with their weight and message in a year where one is given.
pub struct ChosenRules<'a> {
    /// All rules.
    pub rules: &'a RuleSet,
    /// The chosen ones, in their order.
    pub chosen: &'a [&'a Rule],
    /// The layout year.
    pub year: Option<u16>,
}

pub(super) fn text(list: &ChosenRules<'_>, mut page: Page) -> String {
    let ChosenRules { rules, chosen, year } = *list;
    const HEADINGS: [&str; 4] = ["code", "severity", "years", "name"];
    const WIDEST: usize = 20;
    let cells = |rule: &&Rule| {
        let severity = severity_in(rules, rule, year).to_string();
        vec![rule.code.clone(), severity, words::short_years(&rule.years), rule.name.clone()]
    };
    let all: Vec<Vec<String>> = chosen.iter().map(cells).collect();
    let widths = page.column_widths(&HEADINGS, &all, WIDEST);
    for family in families() {
        let of_family: Vec<&&Rule> = chosen.iter().filter(|rule| family.has(rule)).collect();
        if of_family.is_empty() {
            continue;
        }
        page.heading(&format!("{}  {}", family.letter, family.title));
        page.titles(&HEADINGS, &widths);
        of_family.into_iter().for_each(|rule| page.row(&cells(rule), &widths));
    }
    let own: Vec<&&Rule> = chosen.iter().filter(|rule| families().all(|family| !family.has(rule))).collect();
    if !own.is_empty() {
        page.heading("Own rules");
        page.titles(&HEADINGS, &widths);
        own.into_iter().for_each(|rule| page.row(&cells(rule), &widths));
    }
    page.heading(&format!("{} rule{}", chosen.len(), if chosen.len() == 1 { "" } else { "s" }));
    page.aside(0, "`scorelint explain CODE` tells what a rule says, why, and what to do");
    page.finish()
}

#[derive(Serialize)]
struct RuleList<'a> {
    schema: &'static str,
    rules: Vec<Entry<'a>>,
}

#[derive(Serialize)]
struct Entry<'a> {
    code: &'a str,
    name: &'a str,
    severity: &'static str,
    scope: &'static str,
    years: Vec<YearRange>,
    tests: Vec<String>,
    message: &'a str,
    help: &'a str,
    owner: &'a [String],
    certainty: &'static str,
    sources: Vec<String>,
    needs: Vec<&'static str>,
    implies: &'a [String],
    #[serde(skip_serializing_if = "Option::is_none")]
    since: Option<&'a str>,
}

/// Years, both ends included; no `to` means that the rule still holds.
#[derive(Serialize)]
struct YearRange {
    from: u16,
    #[serde(skip_serializing_if = "Option::is_none")]
    to: Option<u16>,
}

pub(super) fn json<'r>(list: &ChosenRules<'r>) -> io::Result<String> {
    let ChosenRules { rules, chosen, year } = *list;
    let entry = |rule: &'r Rule| {
        let span = |(from, to): &(u16, u16)| YearRange { from: *from, to: (*to != u16::MAX).then_some(*to) };
        Entry {
            code: &rule.code,
            name: &rule.name,
            severity: severity_in(rules, rule, year).as_str(),
            scope: words::scope(rule.scope),
            years: rule.years.0.iter().map(span).collect(),
            tests: if words::tests(rule.tests) == "all" {
                Vec::new()
            } else {
                rule.tests.iter().map(|one| one.to_string()).collect()
            },
            message: year.map_or(rule.message.as_str(), |year| rules.message(rule, year)),
            help: &rule.help,
            owner: &rule.owners,
            certainty: rule.certainty.as_str(),
            sources: rule.sources.iter().map(words::source).collect(),
            needs: rule.needs.iter().map(|need| words::need(*need)).collect(),
            implies: &rule.implies,
            since: rule.since.as_deref(),
        }
    };
    let list = RuleList { schema: SCHEMA, rules: chosen.iter().copied().map(entry).collect() };
    json::pretty(&list)
}

/// How a list in Markdown begins.
pub(super) const MARKDOWN_HEAD: &str = "| code | severity | years | name | message |\n|---|---|---|---|---|\n";

pub(super) fn markdown(list: &ChosenRules<'_>) -> String {
    let ChosenRules { rules, chosen, year } = *list;
    let mut out = MARKDOWN_HEAD.to_owned();
    for rule in chosen {
        let severity = severity_in(rules, rule, year);
        let message = year.map_or(rule.message.as_str(), |year| rules.message(rule, year)).replace('|', "\\|");
        out.push_str(&format!(
            "| {} | {severity} | {} | {} | {message} |\n",
            rule.code,
            words::short_years(&rule.years),
            rule.name
        ));
    }
    out
}
