//! `scorelint layout --certainty`: every fact that is carried over, inferred or not known, for a person who has the
//! printed layout and wants to settle them. Of all years it is docs/certainty.md.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use crate::cli::exit::Failure;
use crate::knowledge;
use crate::layout::{Certainty, Field, Layout, StatedFact, carried, registry};
use crate::rule::RuleSet;
use crate::table::{Table, TableError, TableRow};
use crate::years::Years;

const HEAD: &str = "<!-- Made by `scorelint layout --certainty`; change the tables and rule files instead. -->\n\n\
# What is not certain\n\n\
Facts that are not documented: carried over from another year, inferred, or not known. Where you have the published\n\
layout of a year, compare it with this list and correct the tables that are named. A table without a row here has\n\
nothing that is not documented.\n";

/// Columns that are shown elsewhere or say nothing to a reader.
const LEFT_OUT: [&str; 9] =
    ["years", "certainty", "source", "condition", "expression", "when", "code", "lea_name", "rule_hint"];

/// The words for what is documented.
const CERTAIN: [&str; 2] = ["documented", "certain"];

/// The list for a year, or of all years.
pub(super) fn list(year: Option<u16>) -> Result<String, Failure> {
    let mut text = match year {
        None => HEAD.to_owned(),
        Some(year) => format!("# What is not certain of {}\n", registry().title(year)),
    };
    let years: Vec<u16> = registry().years().chain(registry().years_ahead()).collect();
    text += "\n## Layouts\n";
    for one in years.into_iter().filter(|one| year.is_none_or(|year| year == *one)) {
        layout(&mut text, one);
    }
    for path in knowledge::paths("rules") {
        table(&mut text, path, year).map_err(|error| Failure::from(miette::miette!("{error}")))?;
    }
    rules(&mut text, &RuleSet::embedded()?, year);
    Ok(text)
}

/// What is not certain of the columns of a year, and what is known of a year without a layout.
fn layout(text: &mut String, year: u16) {
    let files: Vec<_> = carried().iter().filter(|file| *file.year.get_ref() == year).collect();
    if let Some(base) = registry().base(year) {
        if files.is_empty() {
            return;
        }
        let _ = write!(text, "\n### {year}\n\nThe layout is not known; files are read by that of {base}.\n\n");
        for fact in files.iter().flat_map(|file| file.facts_of_tests().into_iter().chain(file.facts.iter().cloned())) {
            stated(text, &fact);
        }
        return;
    }
    let Some(layout) = registry().layout(year) else { return };
    let open = by_provenance(layout);
    if open.is_empty() {
        return;
    }
    let _ = write!(text, "\n### {year}\n\n{}\n\n", of_layout(layout));
    for (provenance, names) in open {
        let _ = writeln!(text, "- {}: {} columns: {}", provenance, names.len(), names.join(", "));
    }
}

fn of_layout(layout: &Layout) -> String {
    let info = &layout.info;
    let notes = if info.notes.is_empty() { String::new() } else { format!(": {}", info.notes) };
    format!("{} ({}){notes}.", info.source, info.certainty.as_str())
}

/// The headings of columns that are not documented, by how they came about.
fn by_provenance(layout: &Layout) -> BTreeMap<String, Vec<&'static str>> {
    let mut open: BTreeMap<String, Vec<&'static str>> = BTreeMap::new();
    let uncertain = |field: &&Field| field.certainty() != Certainty::Documented && !field.is_filler();
    for field in layout.fields.iter().filter(uncertain) {
        let from = field.provenance.split('|').find(|part| part.contains("carried")).unwrap_or("known by name only");
        let kind = if field.codes.is_empty() && field.code_table.is_none() { "" } else { ", with its codes" };
        open.entry(format!("{from}{kind}")).or_default().push(field.label());
    }
    open
}

fn stated(text: &mut String, fact: &StatedFact) {
    let _ = writeln!(text, "- {}: {} ({}; {})", fact.about, fact.says, fact.certainty.as_str(), fact.source);
}

/// The rows of a table that are not documented.
fn table(text: &mut String, path: &'static str, year: Option<u16>) -> Result<(), TableError> {
    let known = knowledge::text(path).unwrap_or_default();
    let columns: Vec<&str> = known.lines().next().unwrap_or_default().split('\t').collect();
    if !columns.contains(&"certainty") || path == "rules/layouts/years.tsv" {
        return Ok(());
    }
    let lines = Table::new(path, known).read(|row| line(row, &columns, year))?;
    let lines: Vec<String> = lines.into_iter().flatten().collect();
    if !lines.is_empty() {
        let _ = write!(text, "\n## `{path}`\n\n{}\n", lines.join("\n"));
    }
    Ok(())
}

/// A row, if it is not documented and holds in the year.
fn line(row: &TableRow<'_>, columns: &[&str], year: Option<u16>) -> Result<Option<String>, TableError> {
    let certainty = row.get("certainty")?;
    let span = if columns.contains(&"years") { row.get("years")? } else { "" };
    let holds = |year: u16| span.is_empty() || Years::parse(span).is_ok_and(|years| years.contains(year));
    if CERTAIN.contains(&certainty) || !year.is_none_or(holds) {
        return Ok(None);
    }
    let shown = columns.iter().filter(|column| !LEFT_OUT.contains(column));
    let cells: Vec<&str> = shown.map(|column| row.get(column)).collect::<Result<_, _>>()?;
    let said: Vec<&str> = cells.into_iter().filter(|cell| !cell.is_empty()).collect();
    let span = if span.is_empty() { String::new() } else { format!("{span}: ") };
    let source = if columns.contains(&"source") { row.get("source")? } else { "" };
    let source = if source.is_empty() { String::new() } else { format!("; {source}") };
    Ok(Some(format!("- {span}{} ({certainty}{source})", said.join(", "))))
}

/// The rules that rest on what is not documented.
fn rules(text: &mut String, rules: &RuleSet, year: Option<u16>) {
    let open = rules.rules().filter(|rule| rule.certainty != Certainty::Documented);
    let open = open.filter(|rule| year.is_none_or(|year| rule.years.contains(year)));
    text.push_str("\n## Rules\n\n");
    for rule in open {
        let _ = writeln!(text, "- {} {} ({})", rule.code, rule.name, rule.certainty.as_str());
    }
}
