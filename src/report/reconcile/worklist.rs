//! The records behind the differences, by who can mend them.

use std::collections::BTreeMap;
use std::io::{self, Write};

use owo_colors::OwoColorize;

use super::subject::{FigureDetail, ReconcileReport};
use super::words::title;
use crate::privacy::text::neutralise;
use crate::reconcile::CauseFound;
use crate::report::Style;
use crate::number::{grouped, plural};

/// Writes the records by who can mend them. Records stand as lines of their file; nothing of the
/// students is shown.
///
/// # Errors
/// When the writer fails.
pub fn write(out: &mut dyn Write, report: &ReconcileReport<'_>, style: &Style) -> io::Result<()> {
    let reconciliation = report.reconciliation;
    let mut by_owner: BTreeMap<&str, Vec<&CauseFound>> = BTreeMap::new();
    for found in &reconciliation.causes {
        by_owner.entry(&found.cause.who).or_default().push(found);
    }
    if by_owner.is_empty() {
        return writeln!(out, "nothing to do: no difference has a cause in these files");
    }
    for (place, (owner, causes)) in by_owner.into_iter().enumerate() {
        if place > 0 {
            writeln!(out)?;
        }
        writeln!(out, "{}", owner.style(style.strong()))?;
        for found in causes {
            cause(out, report, found, style)?;
        }
    }
    Ok(())
}

fn cause(out: &mut dyn Write, report: &ReconcileReport<'_>, found: &CauseFound, style: &Style) -> io::Result<()> {
    let reconciliation = report.reconciliation;
    let until = if found.cause.until.is_empty() { String::new() } else { format!(", until {}", found.cause.until) };
    let text = format!("{}: {}{until}", title(found.cause, &found.with), plural(found.records.len() as u64, "record"));
    for line in
        textwrap::wrap(&text, textwrap::Options::new(style.width).initial_indent("  ").subsequent_indent("    "))
    {
        writeln!(out, "{line}")?;
    }
    let mut by_file: BTreeMap<usize, Vec<u32>> = BTreeMap::new();
    for place in found.records.iter().filter_map(|record| reconciliation.records.get(*record as usize)) {
        by_file.entry(place.input).or_default().push(place.line);
    }
    let most = match report.detail {
        FigureDetail::Ladders(usize::MAX) => usize::MAX,
        _ => MOST,
    };
    for (input, mut lines) in by_file {
        lines.sort_unstable();
        let path =
            reconciliation.inputs.get(input).map(|file| file.info.path.display().to_string()).unwrap_or_default();
        writeln!(out, "    {}", neutralise(&path))?;
        let shown: Vec<String> = lines.iter().take(most).map(u32::to_string).collect();
        let more = lines.len().saturating_sub(most);
        let rest = if more > 0 { format!(" and {} more (--all)", grouped(more as u64)) } else { String::new() };
        let text = format!("lines {}{rest}", shown.join(", "));
        let wrap = textwrap::Options::new(style.width).initial_indent("      ").subsequent_indent("      ");
        for line in textwrap::wrap(&text, wrap) {
            writeln!(out, "{line}")?;
        }
    }
    Ok(())
}

/// Lines shown of a cause and file unless all are asked for.
const MOST: usize = 30;
