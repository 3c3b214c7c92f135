//! The end of the report: which rules broke, totals, what was not run, how long it took.

use std::collections::BTreeMap;
use std::io::{self, Write};

use owo_colors::OwoColorize;

use super::{Look, block_order, paint};
use crate::outcome::{RuleOutcome, RuleStatus};
use crate::privacy::mask::Reveal;
use crate::privacy::text::{fit, neutralise, width};
use crate::number::{duration, grouped, per_second, plural, size};
use crate::report::{Material, Timings};
use crate::rule::Severity;

/// A space at which lines are not wrapped.
const NO_BREAK: char = '\u{A0}';

/// Rules named in a line of the summary.
const LISTED: usize = 12;

/// Rules listed by `--timings`.
const SLOWEST: usize = 20;

pub fn write(out: &mut dyn Write, material: &Material<'_>, look: Look) -> io::Result<()> {
    writeln!(out)?;
    if look.timings == Timings::Shown {
        write_timings(out, material, look)?;
    }
    write_broken(out, material, look)?;
    write_read(out, material, look)?;
    write_rules(out, material, look)?;
    write_not_run(out, material, look)?;
    write_undecidable(out, material, look)?;
    write_waived(out, material, look)?;
    write_more(out, material, look)?;
    writeln!(out)?;
    write_unreadable(out, material, look)?;
    write_totals(out, material, look)
}

/// The files of which nothing, or not all, is in this report.
fn write_unreadable(out: &mut dyn Write, material: &Material<'_>, look: Look) -> io::Result<()> {
    let unreadable = &material.outcome.unreadable;
    if unreadable.is_empty() {
        return Ok(());
    }
    let text = format!("{} could not be read; nothing above is about it", plural(unreadable.len() as u64, "file"));
    let text = if unreadable.len() == 1 { text } else { text.replace("about it", "about them") };
    writeln!(out, "{}", text.style(paint::severity(look, Severity::Error)))?;
    for error in unreadable.iter().take(LISTED) {
        let line = format!("  {}: {}", neutralise(error.path()), neutralise(&error.reason()));
        let options = textwrap::Options::new(look.width).subsequent_indent("    ");
        for line in textwrap::wrap(&paint::signs(look, line), options) {
            writeln!(out, "{line}")?;
        }
    }
    if let more @ 1.. = unreadable.len().saturating_sub(LISTED) {
        writeln!(out, "  and {more} more, named above")?;
    }
    writeln!(out)
}

/// One line a broken rule, as a table of contents to scroll back by.
fn write_broken(out: &mut dyn Write, material: &Material<'_>, look: Look) -> io::Result<()> {
    let order = block_order(material);
    if order.is_empty() {
        let words = match material.outcome.totals().waived {
            0 => "nothing found",
            _ => "nothing found but what is waived",
        };
        return writeln!(out, "{}\n", words.style(paint::strong(look)));
    }
    writeln!(out, "{}", "Summary".style(paint::strong(look)))?;
    let rules = &material.outcome.rules;
    let counts = order.iter().filter_map(|place| Some(grouped(rules.get(*place)?.open())));
    let count_width = counts.map(|count| count.len()).max().unwrap_or(1);
    let code_width = order.iter().filter_map(|place| Some(rules.get(*place)?.code.len())).max().unwrap_or(4);
    for (rule, words) in order.iter().filter_map(|place| rules.get(*place).zip(material.words.get(*place))) {
        let count = grouped(rule.open());
        let name = words.name.replace('-', " ");
        let room = look.width.saturating_sub(2 + 7 + 2 + code_width + 2 + count_width + 2);
        writeln!(
            out,
            "  {}  {:<code_width$}  {count:>count_width$}  {}",
            format!("{:<7}", rule.severity.as_str()).style(paint::severity(look, rule.severity)),
            rule.code,
            paint::signs(look, fit(&name, room).into_owned()),
        )?;
    }
    writeln!(out)
}

/// The last line, which stays in sight.
fn write_totals(out: &mut dyn Write, material: &Material<'_>, look: Look) -> io::Result<()> {
    let totals = material.outcome.totals();
    let part = |count: u64, noun: &str, severity: Severity| {
        let text = plural(count, noun);
        if count == 0 { text } else { text.style(paint::severity(look, severity)).to_string() }
    };
    write!(
        out,
        "{}, {}, {}",
        part(totals.errors, "error", Severity::Error),
        part(totals.warnings, "warning", Severity::Warning),
        part(totals.notices, "notice", Severity::Notice),
    )?;
    if totals.waived > 0 {
        write!(out, ", {} waived", grouped(totals.waived))?;
    }
    if totals.following > 0 {
        write!(out, ", {} more that follow from these", grouped(totals.following))?;
    }
    writeln!(out)
}

/// How the rules came out; the parts add up to all of them.
fn write_rules(out: &mut dyn Write, material: &Material<'_>, look: Look) -> io::Result<()> {
    let totals = material.outcome.rule_totals();
    let all = plural(material.outcome.rules.len() as u64, "rule");
    let text = format!(
        "{all}: {} held, {} broke, {} not applicable, {} undecidable, {} not run",
        grouped(totals.held),
        grouped(totals.broke),
        grouped(totals.not_applicable),
        grouped(totals.undecidable),
        grouped(totals.not_run),
    );
    write_wrapped(out, &text, "  ", look)?;
    let judged = |rule: &&RuleOutcome| rule.carried && !matches!(rule.status, RuleStatus::NotRun(_));
    let carried = material.outcome.rules.iter().filter(judged).count() as u64;
    if carried > 0 {
        let years = material.outcome.checked().map(|input| input.info.year);
        let year = years.max().unwrap_or_default();
        let text = format!(
            "{} judged with codes carried over from another year's layout; scorelint layout {year} --certainty lists \
             what is not certain",
            plural(carried, "rule")
        );
        write_wrapped(out, &text, "  ", look)?;
    }
    Ok(())
}

/// Why rules were not run: one line a reason.
fn write_not_run(out: &mut dyn Write, material: &Material<'_>, look: Look) -> io::Result<()> {
    let mut reasons: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for rule in &material.outcome.rules {
        if let RuleStatus::NotRun(reason) = &rule.status {
            reasons.entry(reason).or_default().push(&rule.code);
        }
    }
    for (reason, codes) in reasons {
        let rules = plural(codes.len() as u64, "rule");
        write_wrapped(out, &format!("{rules} not run ({reason}): {}", first_of(&codes, " ")), "  ", look)?;
    }
    Ok(())
}

/// Which rules met records they could not judge, whatever else came of them.
fn write_undecidable(out: &mut dyn Write, material: &Material<'_>, look: Look) -> io::Result<()> {
    let rules = material.outcome.rules.iter().filter(|rule| rule.undecidable > 0);
    let counts: Vec<String> =
        rules.map(|rule| format!("{}{NO_BREAK}({})", rule.code, grouped(rule.undecidable))).collect();
    if counts.is_empty() {
        return Ok(());
    }
    let rules = plural(counts.len() as u64, "rule");
    let counts: Vec<&str> = counts.iter().map(String::as_str).collect();
    write_wrapped(out, &format!("{rules} undecidable for some records: {}", first_of(&counts, ", ")), "  ", look)
}

/// Which rules broke how often, and how many of their findings are waived.
fn write_waived(out: &mut dyn Write, material: &Material<'_>, look: Look) -> io::Result<()> {
    let rules = material.outcome.rules.iter().filter(|rule| rule.waived > 0);
    let counts: Vec<String> = rules
        .map(|rule| {
            let (broke, waived) = (grouped(rule.broke), grouped(rule.waived));
            format!("{} broke ({broke}), {waived} waived", rule.code).replace(' ', &NO_BREAK.to_string())
        })
        .collect();
    if counts.is_empty() {
        return Ok(());
    }
    let rules = plural(counts.len() as u64, "rule");
    let counts: Vec<&str> = counts.iter().map(String::as_str).collect();
    write_wrapped(out, &format!("{rules} with waivers: {}", first_of(&counts, "; ")), "  ", look)
}

/// The first of a list; the reports for programs hold all.
fn first_of(all: &[&str], separator: &str) -> String {
    let first = all.iter().take(LISTED).copied().collect::<Vec<_>>().join(separator);
    match all.len().saturating_sub(LISTED) {
        0 => first,
        more => format!("{first} and {} more", grouped(more as u64)),
    }
}

fn write_timings(out: &mut dyn Write, material: &Material<'_>, look: Look) -> io::Result<()> {
    let mut rules: Vec<&RuleOutcome> = material.outcome.rules.iter().collect();
    rules.sort_by(|left, right| right.time.cmp(&left.time).then_with(|| left.code.cmp(&right.code)));
    writeln!(out, "{}", "Time spent on each rule, the slowest first".style(paint::strong(look)))?;
    for rule in rules.iter().take(SLOWEST).filter(|rule| !rule.time.is_zero()) {
        writeln!(out, "  {:<8}{:>14}", rule.code, duration(rule.time))?;
    }
    writeln!(out)
}

fn write_read(out: &mut dyn Write, material: &Material<'_>, look: Look) -> io::Result<()> {
    let outcome = material.outcome;
    let records: u64 = outcome.checked().map(|input| input.records).sum();
    let bytes: u64 = outcome.checked().map(|input| input.bytes).sum();
    let rate = per_second(records, outcome.elapsed).zip(per_second(bytes, outcome.elapsed));
    let rate = rate.map_or_else(String::new, |(records, bytes)| {
        format!(", {} records and {} a second", grouped(records), size(bytes))
    });
    let files = plural(outcome.checked().count() as u64, "file");
    let text =
        format!("{files}, {}, {} in {}{rate}", plural(records, "record"), size(bytes), duration(outcome.elapsed));
    write_wrapped(out, &text, "  ", look)
}

/// How to learn more: about a rule, and about values that are masked.
fn write_more(out: &mut dyn Write, material: &Material<'_>, look: Look) -> io::Result<()> {
    if material.outcome.findings.is_empty() {
        return Ok(());
    }
    write_wrapped(out, "scorelint explain CODE says more about a rule", "  ", look)?;
    if material.reveal != Reveal::Public {
        return Ok(());
    }
    write_wrapped(
        out,
        "student values are masked; --show-values shows them, names and identifiers excepted",
        "  ",
        look,
    )
}

fn write_wrapped(out: &mut dyn Write, text: &str, indent: &str, look: Look) -> io::Result<()> {
    debug_assert!(width(indent) < look.width);
    let options = textwrap::Options::new(look.width).subsequent_indent(indent);
    for line in textwrap::wrap(&paint::signs(look, text.to_owned()), options) {
        writeln!(out, "{}", line.style(paint::faint(look)))?;
    }
    Ok(())
}
