//! How commands end: the exit codes, and what leads to them.

use std::process::ExitCode;

use crate::outcome::Outcome;
use crate::rule::RuleErrors;
use crate::settings::FailOn;

/// How a run ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    /// 0: done, and nothing to report at or above `--fail-on`.
    Clean,
    /// 1: findings at or above `--fail-on`, something unexplained, or something refuted.
    Findings,
    /// 2: wrong usage, wrong settings, or a file that cannot be read or written; other files are read.
    Unreadable,
    /// 3: a rule file is wrong, or a rule could not run.
    Rules,
}

impl Exit {
    /// Judges the outcome of a check.
    pub fn of(outcome: &Outcome, fail_on: FailOn) -> Self {
        if !outcome.unreadable.is_empty() {
            return Self::Unreadable;
        }
        let Some(least) = fail_on.severity() else {
            return Self::Clean;
        };
        let is_grave = outcome.rules.iter().any(|rule| rule.open() > 0 && rule.severity >= least);
        if is_grave { Self::Findings } else { Self::Clean }
    }

    /// The number.
    pub fn code(self) -> ExitCode {
        ExitCode::from(match self {
            Self::Clean => 0,
            Self::Findings => 1,
            Self::Unreadable => 2,
            Self::Rules => 3,
        })
    }
}

/// A run that came to no report.
#[derive(Debug)]
pub struct Failure {
    /// Why, for people.
    pub report: miette::Report,
    /// How the program ends.
    pub exit: Exit,
}

impl Failure {
    /// Wrong usage, or a file cannot be read or written.
    pub fn input(report: impl Into<miette::Report>) -> Self {
        Self { report: report.into(), exit: Exit::Unreadable }
    }

    /// Rule files are wrong.
    pub fn rules(report: impl Into<miette::Report>) -> Self {
        Self { report: report.into(), exit: Exit::Rules }
    }
}

impl From<miette::Report> for Failure {
    fn from(report: miette::Report) -> Self {
        Self::input(report)
    }
}

impl From<RuleErrors> for Failure {
    fn from(errors: RuleErrors) -> Self {
        Self::rules(errors)
    }
}

/// The exit code of a run; what went wrong is shown on standard error.
pub(super) fn report_exit(result: Result<Exit, Failure>) -> ExitCode {
    match result {
        Ok(exit) => exit.code(),
        Err(failure) => {
            super::errors::tell(failure.report.as_ref());
            failure.exit.code()
        }
    }
}
