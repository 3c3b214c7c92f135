//! Annotations for GitHub Actions: a workflow command for each rule and file, since a host shows ten of a run.

use std::io::{self, Write};

use miette::Diagnostic;

use super::Material;
use super::grouped::{GroupedFindings, groups};
use crate::privacy::text::neutralise;
use crate::rule::Severity;

/// What every command has before its message.
pub const MARK: &str = ",title=";

/// Writes the commands, the gravest first.
///
/// # Errors
/// When the writer fails.
pub fn write(out: &mut dyn Write, material: &Material<'_>) -> io::Result<()> {
    for error in &material.outcome.unreadable {
        let code = error.code().map_or_else(|| "unreadable".to_owned(), |code| code.to_string());
        let (file, reason) = (property(&neutralise(error.path())), data(&neutralise(&error.reason())));
        writeln!(out, "::error file={file},title={}::{reason}", property(&code))?;
    }
    let mut all = groups(material, GroupedFindings::ByFile);
    all.retain(|group| !group.is_waived);
    all.sort_by_key(|group| std::cmp::Reverse(group.severity));
    for group in &all {
        let command = match group.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
            Severity::Notice => "notice",
        };
        let place = material.place(group.first);
        let mut properties = format!("file={}", property(&place.path));
        if let Some(line) = place.line {
            properties += &format!(",line={line}");
        }
        if let Some(column) = place.line.and(place.column) {
            properties += &format!(",col={column}");
        }
        let title = format!("{} {}", group.rule.code, group.words.name);
        let message = format!("{}. {}", group.message(material), capital(&group.words.help));
        writeln!(out, "::{command} {properties},title={}::{}", property(&title), data(&message))?;
    }
    Ok(())
}

/// A text as the message of a command.
fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// A text as the value of a property.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_text_ends_a_command() {
        assert_eq!(data("a\n::error::b 100%"), "a%0A::error::b 100%25");
        assert_eq!(property("C:\\a,b"), "C%3A\\a%2Cb");
        assert_eq!(capital("ask TOMS"), "Ask TOMS");
    }
}
