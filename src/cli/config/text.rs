//! The settings for people.

use super::facts::{ConfigFacts, Fact, WaiverFact};
use crate::cli::page::Page;
use crate::privacy::text::neutralise;
use crate::settings::{SettingOrigin, WaiverValidity};

/// Columns are no wider, but for the last.
const WIDEST: usize = 54;

pub(super) fn shown(facts: &ConfigFacts, mut page: Page) -> String {
    page.heading("Settings");
    let file = match &facts.path {
        Some(path) => format!("{}, {}", neutralise(path), facts.why),
        None if facts.why.starts_with("by") => format!("none, {}", facts.why),
        None => "none found".to_owned(),
    };
    page.labelled("file", &file);
    page.labelled("today", &facts.today);
    let (running, all) = facts.running;
    page.labelled("rules", &format!("{running} of {all} run"));
    page.blank();
    table(&mut page, ["setting", "value", "from"], &facts.settings);
    section(&mut page, "Severities", ["rule", "severity", "from"], &facts.severities);
    section(&mut page, "Thresholds", ["rule", "becomes", "from"], &facts.thresholds);
    section(&mut page, "Rules left out", ["rule", "how", "from"], &facts.off);
    if !facts.waivers.is_empty() {
        page.heading("Waivers");
        waivers(&mut page, &facts.waivers);
    }
    page.finish()
}

fn section(page: &mut Page, title: &str, headings: [&str; 3], facts: &[Fact]) {
    if facts.is_empty() {
        return;
    }
    page.heading(title);
    table(page, headings, facts);
}

fn table(page: &mut Page, headings: [&str; 3], facts: &[Fact]) {
    let row =
        |fact: &Fact| vec![neutralise(&fact.key).into_owned(), neutralise(&fact.value).into_owned(), from(fact.origin)];
    page.columns(&headings, &facts.iter().map(row).collect::<Vec<_>>(), WIDEST);
}

fn from(origin: SettingOrigin) -> String {
    match origin {
        SettingOrigin::Default => "default".to_owned(),
        SettingOrigin::File { line } => format!("file, line {line}"),
        SettingOrigin::Flag(flag) => flag.to_owned(),
    }
}

/// A row each, and under it where it stands, with reason and author: these may be long.
fn waivers(page: &mut Page, waivers: &[WaiverFact]) {
    const HEADINGS: [&str; 4] = ["rule", "until", "state", "of"];
    let rows: Vec<Vec<String>> = waivers.iter().map(waiver).collect();
    let widths = page.column_widths(&HEADINGS, &rows, 24);
    page.titles(&HEADINGS, &widths);
    for (row, waiver) in rows.iter().zip(waivers) {
        page.row(row, &widths);
        page.aside(4, &from_and_why(waiver));
    }
}

fn waiver(waiver: &WaiverFact) -> Vec<String> {
    let shown = &waiver.shown;
    let state = match &waiver.standing {
        WaiverValidity::Unexplained(lacking) => format!("lacks {}", lacking.join(", ")),
        standing => standing.as_str().to_owned(),
    };
    vec![shown.rule.clone(), shown.expires.clone().unwrap_or_else(|| "(no day)".to_owned()), state, shown.of()]
}

fn from_and_why(waiver: &WaiverFact) -> String {
    let waiver = &waiver.shown;
    let words = [waiver.reason.as_deref(), waiver.author.as_deref()];
    let words: Vec<String> = words.into_iter().flatten().map(|text| neutralise(text).into_owned()).collect();
    let place = format!("{}:{}", neutralise(&waiver.path.to_string_lossy()), waiver.line);
    std::iter::once(place).chain(words).collect::<Vec<_>>().join(", ")
}
