//! What can be wrong with a rule file, for the person who wrote it: the file, the place,
//! what is wrong there and what to do about it.

use std::ops::Range;
use std::sync::Arc;

use miette::Diagnostic;

use crate::knowledge;
use crate::spanned::{SourceText, SpannedError, mistakes};
use crate::table::TableError;

/// A mistake in a rule file.
pub type RuleError = SpannedError;

/// A mistake in a knowledge table, at its line.
pub(crate) fn in_table(error: &TableError) -> Box<RuleError> {
    let text = knowledge::text(&error.path).unwrap_or_default();
    let line = text.split_inclusive('\n').take(error.line).last().unwrap_or_default();
    let start: usize = text.split_inclusive('\n').take(error.line.saturating_sub(1)).map(str::len).sum();
    let source = SourceText { name: error.path.clone(), text: text.to_owned() };
    let span = start..start + line.trim_end().len();
    RuleMistake::new(span.clone(), error.problem.clone(), "in this line").in_file(&source, span)
}

impl From<TableError> for Box<RuleError> {
    fn from(error: TableError) -> Self {
        in_table(&error)
    }
}

/// Every mistake found in a set of rule files.
#[derive(Debug, thiserror::Error, Diagnostic)]
#[error("{} in the rule files", mistakes(.0.len()))]
pub struct RuleErrors(#[related] pub Vec<RuleError>);

/// A mistake inside one piece of a file, before its place in the file is worked out.
#[derive(Debug)]
pub(super) struct RuleMistake {
    /// What is wrong.
    pub message: String,
    /// The words at the place.
    pub label: String,
    /// What to do.
    pub help: Option<String>,
    /// The place in the piece, in bytes.
    pub span: Range<usize>,
}

impl RuleMistake {
    pub fn new(span: Range<usize>, message: impl Into<String>, label: impl Into<String>) -> Self {
        Self { message: message.into(), label: label.into(), help: None, span }
    }

    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// The mistake at a place of its file, in bytes.
    pub fn in_file(self, source: &SourceText, span: Range<usize>) -> Box<RuleError> {
        Box::new(RuleError::at(source, span, self.message, self.label).with_help(self.help))
    }
}

/// A text of the front matter, with the way back to its place in the file.
#[derive(Clone, Debug)]
pub(super) struct Piece {
    /// The text, escapes resolved.
    pub text: String,
    /// Where it stands in the file, quotes included.
    pub span: Range<usize>,
    /// The file.
    pub source: Arc<SourceText>,
}

impl Piece {
    /// A mistake in the piece as a mistake in its file.
    pub fn error(&self, mistake: RuleMistake) -> Box<RuleError> {
        let start = self.offset(mistake.span.start);
        let end = self.offset(mistake.span.end).max(start);
        mistake.in_file(&self.source, start..end)
    }

    /// A mistake about the piece as a whole.
    pub fn error_whole(&self, message: impl Into<String>, label: impl Into<String>) -> Box<RuleError> {
        RuleMistake::new(0..0, message, label).in_file(&self.source, self.span.clone())
    }

    /// The place in the file of a byte of the text: quotes skipped, escapes counted as written.
    fn offset(&self, place: usize) -> usize {
        let raw = self.source.text.get(self.span.clone()).unwrap_or_default();
        let quote = ["\"\"\"\n", "'''\n", "\"\"\"", "'''", "\"", "'"].into_iter().find(|quote| raw.starts_with(quote));
        let Some(quote) = quote else {
            return self.span.start + place;
        };
        let start = self.span.start + quote.len();
        if quote.starts_with('\'') {
            return start + place;
        }
        start + escaped_length(&raw[quote.len()..], place)
    }
}

/// How many bytes of an escaped text stand for the first `place` bytes of what it means.
fn escaped_length(raw: &str, place: usize) -> usize {
    let bytes = raw.as_bytes();
    let (mut from, mut meant) = (0, 0);
    while meant < place && from < bytes.len() {
        if bytes[from] != b'\\' {
            (from, meant) = (from + 1, meant + 1);
            continue;
        }
        match bytes.get(from + 1) {
            Some(b'u') => (from, meant) = (from + 6, meant + unicode_width(raw, from + 2..from + 6)),
            Some(b'U') => (from, meant) = (from + 10, meant + unicode_width(raw, from + 2..from + 10)),
            Some(b'\n') => from += 2 + bytes[from + 2..].iter().take_while(|byte| byte.is_ascii_whitespace()).count(),
            _ => (from, meant) = (from + 2, meant + 1),
        }
    }
    from.min(bytes.len())
}

fn unicode_width(raw: &str, digits: Range<usize>) -> usize {
    let code = raw.get(digits).and_then(|digits| u32::from_str_radix(digits, 16).ok());
    code.and_then(char::from_u32).map_or(1, char::len_utf8)
}

/// `did you mean …?` for the closest of the known words, if one is close.
pub(super) fn did_you_mean<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> Option<String> {
    closest(word, known).map(|one| format!("did you mean `{one}`?"))
}

/// The known word that is most like the given one, if one is like it at all.
pub fn closest<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let folded = word.to_lowercase();
    let scored = known.into_iter().map(|one| (likeness(&folded, &one.to_lowercase()), one));
    // The first of equals: `remote_tester_1` rather than `remote_tester_4`.
    let best = scored.reduce(|best, next| if next.0 > best.0 { next } else { best })?;
    (best.0 > 0.8).then_some(best.1)
}

/// How like two words are, from 0 to 1. A code of a rule is like another word only within its family: `Q001` is not
/// near `A001`, but `T14` and `TO14` mean `T014`.
fn likeness(word: &str, known: &str) -> f64 {
    let Some((letters, number)) = rule_code(known) else {
        return strsim::jaro_winkler(word, known);
    };
    let digits: String = word.chars().filter(char::is_ascii_digit).collect();
    let same_number = digits.parse() == Ok(number);
    let of_family = word.starts_with(letters) && word.len().abs_diff(known.len()) <= 2;
    match of_family {
        true if same_number => 0.95,
        true if strsim::osa_distance(word, known) <= 1 => 0.9,
        _ => 0.0,
    }
}

/// The letters and the number of a code such as `t014`, in lower case.
fn rule_code(text: &str) -> Option<(&str, u32)> {
    let letters = text.bytes().take_while(u8::is_ascii_lowercase).count();
    let (letters, digits) = text.split_at(letters);
    let is_code = (1..=4).contains(&letters.len()) && digits.len() == 3;
    Some((letters, digits.parse().ok().filter(|_| is_code)?))
}

/// The first of a list of codes, and how many there are besides.
pub(super) fn short_list(codes: &[String]) -> String {
    let shown: Vec<&str> = codes.iter().take(12).map(String::as_str).collect();
    let rest = codes.len() - shown.len();
    if rest == 0 { shown.join(", ") } else { format!("{} and {rest} more", shown.join(", ")) }
}

#[cfg(test)]
mod tests {
    use super::closest;

    #[test]
    fn codes_are_near_codes_of_their_family_only() {
        let codes = ["A001", "T014", "T015", "record-type-blank"];
        assert_eq!(closest("Q001", codes), None);
        assert_eq!(closest("T14", codes), Some("T014"));
        assert_eq!(closest("t0144", codes), Some("T014"));
        assert_eq!(closest("TO14", codes), Some("T014"));
        assert_eq!(closest("record-type-blnk", codes), Some("record-type-blank"));
    }
}
