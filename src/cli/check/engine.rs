//! Runs the engine as the arguments ask for it.

use std::num::NonZero;
use std::sync::atomic::{AtomicU64, Ordering};

use super::{Failure, Hashing, Request};
use crate::engine::{CheckError, CheckOptions, Detail, Outcome, check};
use crate::input::Options;
use crate::report::{RuleBook, Timings};
use crate::rule::{Rule, RuleSet, Severity};

/// Checks the files of a request.
///
/// # Errors
/// When a file cannot be read or a rule file is wrong.
pub(in crate::cli) fn run(request: &Request<'_>) -> Result<(Outcome, RuleBook), Failure> {
    let rules = RuleSet::with_dirs(request.rule_folders).map_err(Failure::rules)?;
    let seen = AtomicU64::new(0);
    let progress = |bytes: u64| {
        let before = seen.fetch_max(bytes, Ordering::Relaxed);
        (request.progress)(bytes.saturating_sub(before));
    };
    let weight = |rule: &Rule, severity: Severity| is_selected(rule, request).then_some(severity);
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
        progress: Some(&progress),
    };
    let outcome = check(request.paths, &options).map_err(|error| match error {
        CheckError::Input(error) => Failure::input(error),
        CheckError::Rule(error) => Failure::rules(*error),
    })?;
    Ok((outcome, RuleBook::new(rules.rules())))
}

fn is_selected(rule: &Rule, request: &Request<'_>) -> bool {
    let named = |words: &[String]| words.iter().any(|word| answers_to(rule, word));
    (request.select.is_empty() || named(request.select)) && !named(request.ignore)
}

/// Whether a word of `--select` or `--ignore` means the rule: its code or the beginning of it (a
/// family), its name, or one of those who can mend what it finds.
fn answers_to(rule: &Rule, word: &str) -> bool {
    let begins = rule.code.get(..word.len()).is_some_and(|start| start.eq_ignore_ascii_case(word));
    begins && !word.is_empty()
        || rule.name.eq_ignore_ascii_case(word)
        || rule.owners.iter().any(|owner| owner.eq_ignore_ascii_case(word))
}
