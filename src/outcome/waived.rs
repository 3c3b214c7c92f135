//! The settings and waivers of an outcome: which waivers there were and what became of each. `crate::settings` fills
//! this in when a run is over.

use std::path::PathBuf;

/// How a finding and a waiver belong together; the number is a place in [`SettingsUsed::waivers`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WaiverLink {
    /// The waiver covers the finding.
    CoveredBy(usize),
    /// The finding is about the waiver.
    About(usize),
}

/// The settings file of a run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SettingsUsed {
    /// The file.
    pub path: PathBuf,
    /// How it came to be used, for people.
    pub why: String,
    /// Its waivers, in the order they are written.
    pub waivers: Vec<WaiverUsed>,
}

/// A waiver and what became of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WaiverUsed {
    /// The waiver.
    pub shown: WaiverShown,
    /// What became of it.
    pub state: WaiverState,
    /// Findings it covers.
    pub waived: u64,
}

/// A waiver as it may be shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WaiverShown {
    /// The file it stands in.
    pub path: PathBuf,
    /// The line it starts on.
    pub line: u64,
    /// The code of its rule.
    pub rule: String,
    /// Whether it is about a student, also where it is not known which one.
    pub is_of_student: bool,
    /// The pseudonym of that student; never the identifier.
    pub student: Option<String>,
    /// The record type it is about.
    pub test: Option<String>,
    /// The school it is about.
    pub school: Option<String>,
    /// The most findings it covers.
    pub count: Option<u64>,
    /// Why.
    pub reason: Option<String>,
    /// Who says so.
    pub author: Option<String>,
    /// The last day it holds, as `2026-06-30`.
    pub expires: Option<String>,
}

/// What became of a waiver.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum WaiverState {
    /// It covers findings.
    Used,
    /// It covers none.
    Unused,
    /// Its last day is over.
    Expired,
    /// It lacks its reason, author or last day, and covers nothing therefore.
    Unexplained(Vec<&'static str>),
    /// Its rule was not run.
    NotRun,
}

impl WaiverState {
    /// The word used in output.
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Used => "used",
            Self::Unused => "unused",
            Self::Expired => "expired",
            Self::Unexplained(_) => "unexplained",
            Self::NotRun => "not-run",
        }
    }
}

impl WaiverShown {
    /// What it covers, in words: `student vj13e1v6wq, test 01, up to 2 findings`.
    pub fn of(&self) -> String {
        let student = match &self.student {
            Some(student) => Some(format!("student {student}")),
            None => self.is_of_student.then(|| "a student".to_owned()),
        };
        let test = self.test.as_ref().map(|test| format!("test {test}"));
        let school = self.school.as_ref().map(|school| format!("school {school}"));
        let count = self.count.map(|count| match count {
            1 => "1 finding".to_owned(),
            count => format!("up to {count} findings"),
        });
        [student, school, test, count].into_iter().flatten().collect::<Vec<_>>().join(", ")
    }
}
