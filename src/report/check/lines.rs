//! One JSON document a line: first the run and its files, then every finding, then the totals.

use std::io::{self, Write};

use serde::Serialize;

use super::facts::FindingFacts;
use super::json::{self, CheckInput, CheckSummary, CheckTool, CheckUnreadable};
use super::Material;
use crate::privacy::json::write_compact;

/// The name and version of the form.
pub const SCHEMA: &str = "scorelint/check-lines/1";

/// A line. Its kind is its first member.
#[derive(Serialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
enum CheckLine<'a> {
    Run { schema: &'static str, tool: CheckTool },
    Input { number: usize, #[serde(flatten)] input: CheckInput<'a> },
    Unreadable(CheckUnreadable),
    Finding(Box<FindingFacts<'a>>),
    Summary(CheckSummary),
}

/// Writes all lines.
///
/// # Errors
/// When the writer fails.
pub fn write(out: &mut dyn Write, material: &Material<'_>) -> io::Result<()> {
    let outcome = material.outcome;
    line(out, &CheckLine::Run { schema: SCHEMA, tool: json::tool() })?;
    for (number, one) in outcome.inputs.iter().enumerate() {
        line(out, &CheckLine::Input { number, input: json::input(one) })?;
    }
    for error in &outcome.unreadable {
        line(out, &CheckLine::Unreadable(json::unreadable(error)))?;
    }
    for finding in material.findings().filter_map(|finding| FindingFacts::of(material, finding)) {
        line(out, &CheckLine::Finding(Box::new(finding)))?;
    }
    line(out, &CheckLine::Summary(json::summary(outcome)))
}

fn line(out: &mut dyn Write, line: &CheckLine<'_>) -> io::Result<()> {
    write_compact(out, line)?;
    writeln!(out)
}
