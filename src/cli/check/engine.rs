//! Runs the engine as the arguments ask for it.

use std::num::NonZero;

use super::{Failure, Hashing, Request, Selection};
use crate::engine::{CheckError, CheckOptions, Detail, Outcome, check};
use crate::input::Options;
use crate::official;
use crate::report::{RuleBook, Timings};
use crate::rule::{Rule, RuleSet, Severity};

/// Checks the files of a request.
///
/// # Errors
/// When a rule file is wrong.
pub(in crate::cli) fn run(request: &Request<'_>) -> Result<(Outcome, RuleBook), Failure> {
    let rules = RuleSet::with_dirs(request.rule_folders).map_err(Failure::rules)?;
    let selection = Selection::new(request.select, request.ignore, &rules)?;
    let weight = |rule: &Rule, severity: Severity| selection.contains(rule).then_some(severity);
    let options = CheckOptions {
        input: Options {
            year: request.year,
            dialect: request.dialect,
            encoding: request.encoding,
            view: request.view,
            want_sha256: request.sha256 == Hashing::Sha256,
            ..Options::default()
        },
        rules: &rules,
        weight: &weight,
        detail: request.samples.map_or(Detail::All, Detail::Samples),
        threads: request.threads.unwrap_or_else(|| std::thread::available_parallelism().map_or(1, NonZero::get)),
        timings: request.timings == Timings::Shown,
        progress: Some(request.progress),
    };
    let sorted = official::sort_out(request.paths);
    let students = || {
        check(&sorted.students, &options).map_err(|error| match error {
            CheckError::Rule(error) => Failure::rules(*error),
        })
    };
    let results = || {
        let options = official::LintOptions {
            rules: &rules,
            weight: &weight,
            kept: request.samples.unwrap_or(usize::MAX),
            want_sha256: request.sha256 == Hashing::Sha256,
        };
        official::check(&sorted.official, &options).map_err(Failure::input)
    };
    // Rules take part in a run that has files for them.
    let outcome = match (sorted.students.is_empty(), sorted.official.is_empty()) {
        (true, false) => results()?,
        (_, true) => students()?,
        (false, false) => students()?.joined(results()?),
    };
    Ok((outcome, RuleBook::of_set(&rules)))
}
