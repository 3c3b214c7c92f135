//! Errors of a settings file, with place and help. A file may hold identifiers of students, which are covered before
//! anything of it is shown.

use std::ops::Range;

use miette::Diagnostic;

use crate::privacy::text::neutralise;
use crate::spanned::{SourceText, SpannedError, mistakes};

/// A number this long may be the identifier of a student.
const IDENTIFIER: usize = 7;
/// The digits of a day.
const DAY: usize = 8;
/// A number of this length is the code of a school.
const SCHOOL: usize = 14;

/// A mistake in a settings file.
pub type SettingsError = SpannedError;

/// Every mistake found in a settings file.
#[derive(Debug, thiserror::Error, Diagnostic)]
#[error("{} in the settings", mistakes(.0.len()))]
pub struct SettingsErrors(#[related] pub Vec<SettingsError>);

/// A mistake before its place in the file is worked out.
pub(super) struct SettingsMistake {
    pub span: Range<usize>,
    pub message: String,
    pub label: &'static str,
    pub help: Option<String>,
}

impl SettingsMistake {
    pub fn new(span: Range<usize>, message: impl Into<String>, label: &'static str) -> Self {
        Self { span, message: message.into(), label, help: None }
    }

    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// The mistake with its file.
    pub fn in_file(self, source: &SourceText) -> SettingsError {
        let message = neutralise(&covered(&self.message)).into_owned();
        let source = SourceText { name: source.name.clone(), text: covered(&source.text) };
        let help = self.help.map(|help| covered(&help));
        SettingsError::at(&source, self.span, message, self.label.to_owned()).with_help(help)
    }
}

/// Where the lines of a text end.
pub(super) struct LineEnds(Vec<usize>);

impl LineEnds {
    pub fn of(text: &str) -> Self {
        Self(memchr::memchr_iter(b'\n', text.as_bytes()).collect())
    }

    /// The line of a byte, 1-based.
    pub fn line(&self, byte: usize) -> u64 {
        self.0.partition_point(|end| *end < byte) as u64 + 1
    }
}

/// The text with the digits of everything that may identify a student covered, as long as before.
pub(super) fn covered(text: &str) -> String {
    text.split_inclusive('\n').map(covered_line).collect()
}

fn covered_line(line: &str) -> String {
    let names_student = line.contains("student");
    let has_letters = |part: &str| part.chars().any(char::is_alphabetic);
    // The value of `student` may be an identifier with dashes or spaces, or a digit too few.
    if let Some((key, value)) = line.split_once('=').filter(|(key, _)| names_student && !key.contains('{'))
        && !has_letters(value.split('#').next().unwrap_or_default())
    {
        return format!("{key}={}", value.replace(|one: char| one.is_ascii_digit(), "#"));
    }
    let mut out = String::with_capacity(line.len());
    let mut rest = line;
    while let Some(start) = rest.find(|one: char| one.is_ascii_digit()) {
        let is_part = |one: char| one.is_ascii_digit() || matches!(one, '-' | ' ');
        let length = rest[start..].find(|one| !is_part(one)).unwrap_or(rest.len() - start);
        out.push_str(&rest[..start]);
        out.push_str(&covered_number(&rest[start..start + length]));
        rest = &rest[start + length..];
    }
    out + rest
}

/// Digits with dashes and spaces between them: a day is shown, and the code of a school.
fn covered_number(number: &str) -> String {
    let digits = |part: &str| part.bytes().filter(u8::is_ascii_digit).count();
    let longest = number.split(['-', ' ']).map(str::len).max().unwrap_or(0);
    let is_short = longest < IDENTIFIER && digits(number) <= DAY;
    if is_short || longest == SCHOOL || digits(number) == SCHOOL {
        return number.to_owned();
    }
    number.replace(|one: char| one.is_ascii_digit(), "#")
}
