//! A waiver: a statement that findings are known and accepted until a day.

use std::fmt;
use std::ops::Range;
use std::path::PathBuf;

use jiff::civil::Date;
use toml::Spanned;

use crate::outcome::WaiverShown;
use crate::privacy::pseudonym::Pseudonyms;

/// The rule about waivers whose last day is over.
pub(super) const EXPIRED: &str = "L091";
/// The rule about waivers that cover no finding.
pub(super) const UNUSED: &str = "L092";
/// The rule about waivers without reason, author or last day.
pub(super) const UNEXPLAINED: &str = "L093";

/// The rules about waivers. They cannot be waived.
pub const WAIVER_RULES: [&str; 3] = [EXPIRED, UNUSED, UNEXPLAINED];

/// Whose findings a waiver covers.
#[derive(Clone, PartialEq, Eq)]
pub enum Holder {
    /// Those of a student, by pseudonym or SSID.
    Student {
        /// The pseudonym or the SSID. Never to be printed as it is.
        student: String,
        /// The record type, or all of them.
        test: Option<String>,
    },
    /// Those of a school, by its code.
    School(String),
    /// Any, up to the count.
    Anyone,
}

// Debug output ends up in panics and logs: identifiers of students stay out of it.
impl fmt::Debug for Holder {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Student { test, .. } => out.debug_struct("Student").field("test", test).finish_non_exhaustive(),
            Self::School(code) => out.debug_tuple("School").field(code).finish(),
            Self::Anyone => out.write_str("Anyone"),
        }
    }
}

/// A waiver as it is written.
#[derive(Clone, Debug)]
pub struct Waiver {
    /// The file it stands in.
    pub path: PathBuf,
    /// The line of its rule.
    pub line: u64,
    /// The code or name of its rule.
    pub rule: Spanned<String>,
    /// Whose findings it covers.
    pub holder: Holder,
    /// The most findings it covers; all where it is left out.
    pub count: Option<u64>,
    /// Why.
    pub reason: Option<String>,
    /// Who says so.
    pub author: Option<String>,
    /// The last day it holds.
    pub expires: Option<Date>,
}

/// Whether a waiver holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum WaiverValidity {
    /// It does.
    Holds,
    /// Its last day is over.
    Expired,
    /// It lacks these.
    Unexplained(Vec<&'static str>),
}

impl WaiverValidity {
    /// The word used in output.
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Holds => "holds",
            Self::Expired => "expired",
            Self::Unexplained(_) => "unexplained",
        }
    }
}

impl Waiver {
    /// The waiver of the rule of a code as it may be shown: a student by pseudonym, if at all.
    pub fn shown(&self, code: &str, pseudonyms: Option<&Pseudonyms>) -> WaiverShown {
        let (student, test, school) = match &self.holder {
            Holder::Student { student, test } => (shown_student(student, pseudonyms), test.clone(), None),
            Holder::School(code) => (None, None, Some(code.clone())),
            Holder::Anyone => (None, None, None),
        };
        WaiverShown {
            path: self.path.clone(),
            line: self.line,
            rule: code.to_owned(),
            is_of_student: matches!(self.holder, Holder::Student { .. }),
            student,
            test,
            school,
            count: self.count,
            reason: self.reason.clone(),
            author: self.author.clone(),
            expires: self.expires.map(|day| day.to_string()),
        }
    }

    /// How it stands on a day.
    pub fn standing(&self, today: Date) -> WaiverValidity {
        let parts = [("reason", self.reason.is_some()), ("author", self.author.is_some())];
        let parts = parts.into_iter().chain([("expires", self.expires.is_some())]);
        let lacking: Vec<&'static str> = parts.filter(|(_, there)| !there).map(|(part, _)| part).collect();
        match self.expires {
            Some(day) if day < today => WaiverValidity::Expired,
            _ if lacking.is_empty() => WaiverValidity::Holds,
            _ => WaiverValidity::Unexplained(lacking),
        }
    }

    /// The place of its rule in its file.
    pub(super) fn span(&self) -> Range<usize> {
        self.rule.span()
    }
}

/// The pseudonym of a student who is named by either.
fn shown_student(student: &str, pseudonyms: Option<&Pseudonyms>) -> Option<String> {
    let may_be_ssid = student.bytes().all(|byte| byte.is_ascii_digit());
    match pseudonyms {
        _ if !may_be_ssid => Some(student.to_owned()),
        Some(pseudonyms) => pseudonyms.of(student),
        None => None,
    }
}
