//! One line a finding, `path:line:column: severity CODE message`, for editors and for grep.

use std::io::{self, Write};

use super::number::plural;
use super::{Material, RuleWords};
use crate::engine::Finding;

/// Writes all findings, then a line with the totals.
///
/// # Errors
/// When the writer fails.
pub fn write(out: &mut dyn Write, material: &Material<'_>) -> io::Result<()> {
    for finding in &material.outcome.findings {
        if let Some((rule, words)) = material.rule_of(finding) {
            writeln!(out, "{}", line(material, words, &rule.code, finding))?;
        }
    }
    writeln!(out, "{}", totals(material))
}

fn line(material: &Material<'_>, words: &RuleWords, code: &str, finding: &Finding) -> String {
    let (place, message) = (material.place(finding), material.message(finding));
    // A grouped finding stands for many; most messages say how many by themselves.
    let count = match finding.count {
        0 | 1 => String::new(),
        _ if words.message.contains("{count}") => String::new(),
        count => format!(" ({})", super::number::counted(count, words.unit)),
    };
    format!("{place}: {} {code} {message}{count}", finding.severity)
}

fn totals(material: &Material<'_>) -> String {
    let totals = material.outcome.totals();
    let records: u64 = material.outcome.checked().map(|input| input.records).sum();
    format!(
        "{}, {}, {} in {} of {}",
        plural(totals.errors, "error"),
        plural(totals.warnings, "warning"),
        plural(totals.notices, "notice"),
        plural(records, "record"),
        plural(material.outcome.checked().count() as u64, "file"),
    )
}
