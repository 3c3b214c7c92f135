//! Runs the engine as the arguments ask for it.

use std::num::NonZero;

use super::{Failure, HashChoice, Request};
use crate::check::{CheckError, CheckOptions, KeptFindings, check_with};
use crate::cli::rules::load_for_run;
use crate::input::{InputOptions, warm_up};
use crate::official;
use crate::outcome::Outcome;
use crate::parallel::{both, drop_in_background};
use crate::report::{RuleBook, Timings};
use crate::rule::{Rule, RuleSet, Severity};
use crate::settings::{BindError, BoundSettings, Holder, Settings, apply};

/// Checks the files of a request.
///
/// # Errors
/// When a rule file or the settings are wrong, or an official file cannot be read.
pub(in crate::cli) fn run(request: &Request<'_>) -> Result<(Outcome, RuleBook), Failure> {
    let threads = request.threads.unwrap_or_else(|| std::thread::available_parallelism().map_or(1, NonZero::get));
    let tables = || {
        warm_up();
        official::knowledge();
    };
    let (bound, ()) = both(threads, || bind(request.settings), tables);
    let (rules, bound) = bound?;
    let weight = |rule: &Rule, severity: Severity| bound.weight(rule, severity);
    let samples = request.samples.map_or(KeptFindings::All, KeptFindings::Samples);
    let detail = |rule: &Rule| if bound.is_waived(rule) { KeptFindings::All } else { samples };
    let options = CheckOptions {
        input: InputOptions { want_sha256: request.sha256 == HashChoice::Sha256, ..request.reading.options() },
        rules: &rules,
        weight: &weight,
        detail: &detail,
        threads,
        timings: request.timings == Timings::Shown,
        progress: Some(request.progress),
    };
    let sorted = official::sort_out(request.paths);
    let students = || {
        check_with(&sorted.students, request.second, &options).map_err(|error| match error {
            CheckError::Input(error) => Failure::input(error),
            CheckError::Rule(error) => Failure::rules(*error),
            CheckError::Second(error) => Failure::input(error),
            CheckError::Official(error) => Failure::input(error),
        })
    };
    let results = || {
        let options = official::LintOptions {
            rules: &rules,
            weight: &weight,
            kept: request.samples.unwrap_or(usize::MAX),
            want_sha256: request.sha256 == HashChoice::Sha256,
        };
        official::check(&sorted.official, &options).map_err(Failure::input)
    };
    // Rules take part in a run that has files for them.
    let mut outcome = match (sorted.students.is_empty(), sorted.official.is_empty()) {
        (true, false) => results()?,
        (_, true) => students()?,
        (false, false) => students()?.joined(results()?),
    };
    let names_student = bound.waivers.iter().any(|one| matches!(one.waiver.holder, Holder::Student { .. }));
    let pseudonyms = if names_student { (request.key)().ok() } else { None };
    apply(request.settings, &bound, &mut outcome, pseudonyms.as_ref());
    let counting = RuleBook::of_set(&rules);
    drop_in_background(rules);
    Ok((outcome, counting))
}

/// The rules of a run, and what the settings say about them.
///
/// # Errors
/// When a rule file is wrong, or the settings do not fit the rules.
pub(in crate::cli) fn bind(settings: &Settings) -> Result<(RuleSet, BoundSettings), Failure> {
    let folders = settings.rules();
    let rules = load_for_run(folders.iter().map(|folder| (&folder.value, folder.origin)))?;
    let bound = BoundSettings::new(settings, &rules).map_err(|error| match error {
        BindError::Flag(error) => Failure::input(error),
        BindError::File(error) => Failure::input(error),
    })?;
    Ok((rules, bound))
}
