//! A summary in Markdown, for an e-mail or a pull request: a table of rules, without any record.

use std::fmt::Write as _;
use std::io::{self, Write};

use super::Material;
use super::grouped::{FindingGroup, GroupedFindings, groups};
use crate::number::{counted, grouped, plural};
use crate::privacy::text::neutralise;
use crate::rule::Severity;

/// What stands at the start of every summary.
pub const TITLE: &str = "## scorelint check";

/// Writes the summary.
///
/// # Errors
/// When the writer fails.
pub fn write(out: &mut dyn Write, material: &Material<'_>) -> io::Result<()> {
    out.write_all(text(material).as_bytes())
}

fn text(material: &Material<'_>) -> String {
    let outcome = material.outcome;
    let totals = outcome.totals();
    let mut text = format!("{TITLE}\n\n");
    let _ = writeln!(
        text,
        "{}, {}, {}{}.\n",
        plural(totals.errors, "error"),
        plural(totals.warnings, "warning"),
        plural(totals.notices, "notice"),
        if totals.waived > 0 { format!(", {} waived", grouped(totals.waived)) } else { String::new() },
    );
    for error in &outcome.unreadable {
        let _ = writeln!(text, "- **not read:** {}: {}", plain(error.path()), plain(&error.reason()));
    }
    for input in outcome.checked() {
        let path = plain(&super::place::path_of(&input.info));
        let _ = writeln!(text, "- {path}: {}, layout of {}", plural(input.records, "record"), input.info.year);
    }
    let all = groups(material, GroupedFindings::ByFile);
    for severity in [Severity::Error, Severity::Warning, Severity::Notice] {
        let of_severity: Vec<_> = all.iter().filter(|group| group.severity == severity && !group.is_waived).collect();
        table(&mut text, material, severity, &of_severity);
    }
    text
}

fn table(text: &mut String, material: &Material<'_>, severity: Severity, groups: &[&FindingGroup<'_>]) {
    if groups.is_empty() {
        return;
    }
    let title = match severity {
        Severity::Error => "Errors",
        Severity::Warning => "Warnings",
        Severity::Notice => "Notices",
    };
    let _ = writeln!(text, "\n### {title}\n\n| rule | how many | what | what to do | who |\n|---|---:|---|---|---|");
    for group in groups {
        let _ = writeln!(
            text,
            "| {} | {} | {} | {} | {} |",
            group.rule.code,
            counted(group.count, group.words.unit),
            plain(&material.message(group.first)),
            plain(&group.words.help),
            plain(&group.words.owners.join(", ")),
        );
    }
}

/// A text that Markdown shows as it is: nothing in it is a link, a picture, a tag or the end of a cell.
fn plain(text: &str) -> String {
    let text = neutralise(text);
    let mut plain = String::with_capacity(text.len());
    for one in text.chars() {
        if matches!(one, '\\' | '`' | '*' | '_' | '[' | ']' | '<' | '>' | '|' | '#' | '!' | '~' | '&') {
            plain.push('\\');
        }
        plain.push(one);
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_a_link_or_a_tag() {
        assert_eq!(plain("a|b ![x](http://e) <b>"), "a\\|b \\!\\[x\\](http://e) \\<b\\>");
    }
}
