//! `scorelint check`: reads files, has the engine judge them, and writes the report that was
//! asked for.

pub(super) mod args;
pub(super) mod engine;

use std::path::{Path, PathBuf};

pub use super::exit::{Exit, Failure};
pub use args::Args;

use super::progress::Progress;
use super::reading::ReadingArgs;
use super::settings::Besides;
use super::{memory, size};
use crate::check::SecondPaths;
use crate::outcome::{Finding, Outcome};
use crate::privacy::mask::Reveal;
use crate::privacy::pseudonym::{KeyError, Pseudonyms};
use crate::report::check::CheckReport;
use crate::report::format::{Hashes, Needs, SampleLimit};
use crate::report::{Material, RuleBook, Timings};
use crate::settings::Settings;

/// What the user asks the engine to do.
pub struct Request<'a> {
    /// Files and folders as given; `-` for standard input.
    pub paths: &'a [PathBuf],
    /// The files given besides them.
    pub second: &'a SecondPaths,
    /// How the files are read.
    pub reading: &'a ReadingArgs,
    /// What the settings file and the flags say about rules.
    pub settings: &'a Settings,
    /// Where the key of the pseudonyms comes from, if a waiver names a student.
    pub key: KeySource,
    /// Threads; as many as the machine has where it is `None`.
    pub threads: Option<usize>,
    /// Findings of a rule to keep; all where it is `None`.
    pub samples: Option<usize>,
    /// Whether the SHA-256 of each file is wanted.
    pub sha256: HashChoice,
    /// Whether the time spent on each rule is wanted.
    pub timings: Timings,
    /// Receives how many bytes of the current file were read so far, from any thread.
    pub progress: &'a (dyn Fn(u64) + Sync),
}

/// Whether files are hashed while they are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HashChoice {
    /// Hashed, for reports that name what they are about.
    Sha256,
    /// Not hashed.
    Off,
}

/// Where the key of the pseudonyms comes from; asked only if a finding has a student.
pub type KeySource = fn() -> Result<Pseudonyms, KeyError>;

/// Runs the command with an engine.
///
/// # Errors
/// When a rule file is wrong or the report cannot be written.
pub fn run(
    args: &Args,
    engine: impl FnOnce(&Request<'_>) -> Result<(Outcome, RuleBook), Failure>,
    key: KeySource,
) -> Result<Exit, Failure> {
    let first = args.paths.first().map_or(Path::new("-"), PathBuf::as_path);
    let settings = args.settings.settings(first, Besides { samples: args.samples, fail_on: args.fail_on })?;
    let second = args.second();
    let second_files = [&second.entities, &second.earlier, &second.enrolled].into_iter().flatten();
    let inputs: Vec<PathBuf> = args.paths.iter().chain(second_files).chain(settings.files()).cloned().collect();
    let targets = args.report.targets(&inputs)?;
    let bytes = size::total(&args.paths);
    memory::prepare(bytes);
    let bar = Progress::new(bytes, args.report.progress());
    let report_progress = |bytes| bar.report(bytes);
    let checked = engine(&request(args, &settings, &second, key, targets.needs(), &report_progress));
    bar.finish();
    let (outcome, rules) = checked?;
    for error in &outcome.unreadable {
        super::errors::tell(error.as_ref());
    }
    let exit = Exit::of(&outcome, settings.fail_on().value);
    let targets = if outcome.inputs.is_empty() { targets.without_inputs() } else { targets };
    let pseudonyms = pseudonyms_for(&outcome, key);
    let material = Material::new(&outcome, &rules, args.reveal(), pseudonyms.as_ref()).from_severity(args.min_severity);
    targets.write(&CheckReport { material, samples: settings.samples().value, timings: args.timings() })?;
    Ok(exit)
}

fn request<'a>(
    args: &'a Args,
    settings: &'a Settings,
    second: &'a SecondPaths,
    key: KeySource,
    needs: Needs,
    progress: &'a (dyn Fn(u64) + Sync),
) -> Request<'a> {
    Request {
        paths: &args.paths,
        second,
        reading: &args.reading,
        settings,
        key,
        threads: args.threads.map(Into::into),
        samples: (needs.findings == SampleLimit::Samples).then(|| settings.samples().value),
        sha256: if needs.hashes == Hashes::Named { HashChoice::Sha256 } else { HashChoice::Off },
        timings: args.timings(),
        progress,
    }
}

/// The pseudonyms of the user, where a finding has a student at all. Without a key the report is
/// written without them; a key that is too weak is said, as its owner believes to have one.
fn pseudonyms_for(outcome: &Outcome, key: KeySource) -> Option<Pseudonyms> {
    let has_student = |finding: &Finding| finding.record.as_ref().is_some_and(|one| !one.ssid.is_empty());
    if !outcome.findings.iter().any(has_student) {
        return None;
    }
    match key() {
        Ok(pseudonyms) => Some(pseudonyms),
        Err(error @ KeyError::TooShort) => {
            super::errors::say(format_args!("warning: {error}; students are left without pseudonyms"));
            None
        }
        Err(_) => None,
    }
}

impl Args {
    fn reveal(&self) -> Reveal {
        if self.show_values { Reveal::StudentValues } else { Reveal::Public }
    }

    fn second(&self) -> SecondPaths {
        SecondPaths { entities: self.entities.clone(), earlier: self.earlier.clone(), enrolled: self.enrolled.clone() }
    }

    fn timings(&self) -> Timings {
        if self.timings { Timings::Shown } else { Timings::Hidden }
    }
}
