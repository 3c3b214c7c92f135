//! Runs the engine as the arguments ask for it.

use std::num::NonZero;

use super::{Failure, Hashing, Request, Selection};
use crate::engine::{CheckError, CheckOptions, Detail, Outcome, check_beside};
use crate::input::Options;
use crate::report::{RuleBook, Timings};
use crate::rule::{Rule, RuleSet, Severity};

/// Checks the files of a request.
///
/// # Errors
/// When a file cannot be read or a rule file is wrong.
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
    let outcome = check_beside(request.paths, request.second, &options).map_err(|error| match error {
        CheckError::Input(error) => Failure::input(error),
        CheckError::Rule(error) => Failure::rules(*error),
        CheckError::Second(error) => Failure::input(error),
        CheckError::Official(error) => Failure::input(error),
    })?;
    Ok((outcome, RuleBook::of_set(&rules)))
}
