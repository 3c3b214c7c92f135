//! A waiver: somebody's statement that findings are known and accepted until a day.

use std::fmt;
use std::ops::Range;
use std::path::PathBuf;

use jiff::civil::Date;
use toml::Spanned;

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
pub enum Standing {
    /// It does.
    Holds,
    /// Its last day is over.
    Expired,
    /// It lacks these.
    Unexplained(Vec<&'static str>),
}

impl Waiver {
    /// How it stands on a day.
    pub fn standing(&self, today: Date) -> Standing {
        let parts = [("reason", self.reason.is_some()), ("author", self.author.is_some())];
        let parts = parts.into_iter().chain([("expires", self.expires.is_some())]);
        let lacking: Vec<&'static str> = parts.filter(|(_, there)| !there).map(|(part, _)| part).collect();
        match self.expires {
            Some(day) if day < today => Standing::Expired,
            _ if lacking.is_empty() => Standing::Holds,
            _ => Standing::Unexplained(lacking),
        }
    }

    /// The place of its rule in its file.
    pub(super) fn span(&self) -> Range<usize> {
        self.rule.span()
    }
}
