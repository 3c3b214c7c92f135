//! One line a finding, `path:line:column: severity CODE message`, for editors and for grep.

use std::io::{self, Write};

use miette::Diagnostic;

use super::{Material, RuleWords};
use crate::input::InputError;
use crate::outcome::Finding;
use crate::privacy::text::neutralise;
use crate::number::{self, plural};

/// Writes all findings that are neither waived nor follow from another, then a line with the totals.
///
/// # Errors
/// When the writer fails.
pub fn write(out: &mut dyn Write, material: &Material<'_>) -> io::Result<()> {
    for error in &material.outcome.unreadable {
        writeln!(out, "{}", unreadable(error))?;
    }
    for finding in material.open_findings() {
        if let Some((rule, words)) = material.rule_of(finding) {
            writeln!(out, "{}", line(material, words, &rule.code, finding))?;
        }
    }
    writeln!(out, "{}", totals(material))
}

/// A file that could not be read, in the form of a finding.
fn unreadable(error: &InputError) -> String {
    let code = error.code().map_or_else(|| "unreadable".to_owned(), |code| code.to_string());
    format!("{}: error {code} {}", neutralise(error.path()), neutralise(&error.reason()))
}

fn line(material: &Material<'_>, words: &RuleWords, code: &str, finding: &Finding) -> String {
    let (place, message) = (material.place(finding), material.message(finding));
    // A grouped finding stands for many; most messages say how many by themselves.
    let count = match finding.count {
        0 | 1 => String::new(),
        _ if words.message.contains("{count}") => String::new(),
        count => format!(" ({})", number::counted(count, words.unit)),
    };
    format!("{place}: {} {code} {message}{count}", finding.severity)
}

fn totals(material: &Material<'_>) -> String {
    let totals = material.outcome.totals();
    let records: u64 = material.outcome.checked().map(|input| input.records).sum();
    let unreadable = match material.outcome.unreadable.len() as u64 {
        0 => String::new(),
        count => format!("; {} could not be read", plural(count, "file")),
    };
    let waived = match totals.waived {
        0 => String::new(),
        waived => format!(", {} waived", number::grouped(waived)),
    };
    let following = match totals.following {
        0 => String::new(),
        following => format!(", {} more that follow from these", crate::number::grouped(following)),
    };
    format!(
        "{}, {}, {}{waived}{following} in {} of {}{unreadable}",
        plural(totals.errors, "error"),
        plural(totals.warnings, "warning"),
        plural(totals.notices, "notice"),
        plural(records, "record"),
        plural(material.outcome.checked().count() as u64, "file"),
    )
}
