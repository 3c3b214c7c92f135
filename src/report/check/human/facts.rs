//! The lines under the title of a block: how often, at which schools, in which columns, where.

use super::sample::ShownSample;
use super::frame::lines as line_list;
use crate::outcome::{Finding, RuleOutcome};
use crate::privacy::text::neutralise;
use crate::report::check::{Material, RuleWords};
use crate::number::{counted, grouped, plural};

/// Schools and columns named in a block.
const NAMED: usize = 3;
/// A space at which lines are not wrapped.
const NO_BREAK: char = '\u{A0}';

/// The title and what is known besides it. Without a common message the title is the name of the
/// rule, and each sample has its own message.
pub fn lines(
    material: &Material<'_>,
    outcome: &RuleOutcome,
    words: &RuleWords,
    common: Option<&str>,
    findings: &[&Finding],
    shown: &[ShownSample<'_>],
) -> Vec<String> {
    let mut lines = vec![common.map_or_else(|| words.name.replace('-', " "), str::to_owned)];
    let count = count(outcome, words, shown);
    let unframed: Vec<&ShownSample<'_>> = shown.iter().filter(|sample| sample.frame.is_none()).collect();
    let places = match common {
        Some(_) => places(material, outcome, &unframed),
        None => unframed.iter().map(|sample| in_one_line(material, sample)).collect(),
    };
    match (count, places.as_slice()) {
        (Some(count), [place]) if common.is_some() => lines.push(format!("{count} {place}")),
        (count, _) => lines.extend(count.into_iter().chain(places)),
    }
    lines.extend(schools(outcome));
    lines.extend(consequences(material, outcome));
    lines.extend(columns(material, findings, shown));
    lines
}

fn count(outcome: &RuleOutcome, words: &RuleWords, shown: &[ShownSample<'_>]) -> Option<String> {
    let frames = shown.iter().filter(|sample| sample.frame.is_some()).count() as u64;
    let waived = match outcome.waived {
        0 => String::new(),
        waived => format!(", {} more waived", grouped(waived)),
    };
    match outcome.open() {
        1 if waived.is_empty() => None,
        all if frames == 0 || frames == all => Some(format!("{}{waived}", counted(all, words.unit))),
        all => Some(format!("showing {} of {}{waived}", grouped(frames), counted(all, words.unit))),
    }
}

/// What follows from the findings of this rule: `with it: 3 T026, 1 X003`.
fn consequences(material: &Material<'_>, outcome: &RuleOutcome) -> Option<String> {
    let of = |rule: &RuleOutcome| {
        let (_, count) = rule.follows_from.iter().find(|(cause, _)| *cause == outcome.code)?;
        Some(format!("{}{NO_BREAK}{}", grouped(*count), rule.code))
    };
    let all: Vec<String> = material.outcome.rules.iter().filter_map(of).collect();
    (!all.is_empty()).then(|| format!("follows from it: {}", all.join(", ")))
}

/// The schools with the most findings.
fn schools(outcome: &RuleOutcome) -> Option<String> {
    match outcome.by_school.as_slice() {
        [] => None,
        [(code, _)] if outcome.open() == 1 => Some(format!("school {}", neutralise(code))),
        schools => {
            let named = schools.iter().map(|(code, count)| (neutralise(code).into_owned(), *count));
            Some(format!("by school: {}", ranking(named, schools.len(), "more school")))
        }
    }
}

/// The columns of grouped findings, where there are more than are shown.
fn columns(material: &Material<'_>, findings: &[&Finding], shown: &[ShownSample<'_>]) -> Option<String> {
    let is_grouped = findings.iter().any(|finding| finding.count > 1);
    if !is_grouped || findings.len() <= shown.len().max(1) {
        return None;
    }
    let mut columns: Vec<(String, u64)> = findings
        .iter()
        .filter_map(|finding| {
            let column = material.input_of(finding)?.info.columns.get(finding.column?)?;
            Some((neutralise(&column.name).into_owned(), finding.count))
        })
        .collect();
    columns.sort_by(|left, right| right.1.cmp(&left.1).then_with(|| left.0.cmp(&right.0)));
    let count = columns.len();
    (count > 0).then(|| format!("by column: {}", ranking(columns.into_iter(), count, "more column")))
}

/// `A (402), B (311), C (120) and 12 more schools`.
fn ranking(ranked: impl Iterator<Item = (String, u64)>, all: usize, noun: &str) -> String {
    let named: Vec<String> =
        ranked.take(NAMED).map(|(name, count)| format!("{name}{NO_BREAK}({})", grouped(count))).collect();
    match all.saturating_sub(NAMED) {
        0 => named.join(", "),
        more => format!("{} and {}", named.join(", "), plural(more as u64, noun)),
    }
}

/// Where samples without a frame are, file by file.
fn places(material: &Material<'_>, outcome: &RuleOutcome, unframed: &[&ShownSample<'_>]) -> Vec<String> {
    let mut by_path: Vec<(String, Vec<u64>)> = Vec::new();
    for sample in unframed {
        let place = material.place(sample.finding);
        match by_path.last_mut() {
            Some((path, numbers)) if *path == place.path => numbers.extend(place.line),
            _ => by_path.push((place.path, place.line.into_iter().collect())),
        }
    }
    let others = if outcome.open() > unframed.len() as u64 { " and others" } else { "" };
    let place = |(path, numbers): (String, Vec<u64>)| match numbers.as_slice() {
        [] => format!("in {path}"),
        numbers => format!("in {path}, {}{others}", line_list(numbers)),
    };
    by_path.into_iter().map(place).collect()
}

fn in_one_line(material: &Material<'_>, sample: &ShownSample<'_>) -> String {
    format!("{}: {}", material.place(sample.finding), sample.message)
}
