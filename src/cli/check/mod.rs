//! `scorelint check`: reads files, has the engine judge them, and writes the report that was
//! asked for.

pub(super) mod args;
pub(super) mod engine;
mod exit;
mod look;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

pub use args::{Args, Format};
pub use exit::{Exit, Failure};

use super::output::{refuse_inputs, write_result};
use super::progress::{Progress, Wish};
use super::reading::ReadingArgs;
use super::settings::Besides;
use super::{memory, size};
use crate::check::SecondPaths;
use crate::outcome::{Finding, Outcome};
use crate::privacy::mask::Reveal;
use crate::privacy::pseudonym::{KeyError, Pseudonyms};
use crate::report::{Material, RuleBook, Timings, write_concise, write_human, write_json};
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
    pub sha256: Hashing,
    /// Whether the time spent on each rule is wanted.
    pub timings: Timings,
    /// To be told how many bytes of the current file were read so far, from any thread.
    pub progress: &'a (dyn Fn(u64) + Sync),
}

/// Whether files are hashed while they are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hashing {
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
    let beside = [&second.entities, &second.earlier, &second.enrolled].into_iter().flatten();
    refuse_inputs(args.output.as_deref(), args.paths.iter().chain(beside).chain(settings.files()))?;
    let bytes = size::total(&args.paths);
    memory::prepare(bytes);
    let bar = Progress::new(bytes, Wish::of_flag(args.no_progress));
    let report_progress = |bytes| bar.told(bytes);
    let checked = engine(&request(args, (&settings, &second), key, &report_progress));
    bar.finish();
    let (outcome, rules) = checked?;
    for error in &outcome.unreadable {
        super::errors::tell(error.as_ref());
    }
    if outcome.inputs.is_empty() && args.format != Format::Json {
        return Ok(Exit::Unreadable);
    }
    let pseudonyms = pseudonyms_for(&outcome, key);
    let material = Material::new(&outcome, &rules, args.reveal(), pseudonyms.as_ref());
    write(args, settings.samples().value, &material).map_err(Failure::input)?;
    Ok(Exit::of(&outcome, settings.fail_on().value))
}

/// The exit code of a run; what went wrong is told on standard error.
pub fn report_exit(result: Result<Exit, Failure>) -> ExitCode {
    match result {
        Ok(exit) => exit.code(),
        Err(failure) => {
            super::errors::tell(failure.report.as_ref());
            failure.exit.code()
        }
    }
}

fn request<'a>(
    args: &'a Args,
    (settings, second): (&'a Settings, &'a SecondPaths),
    key: KeySource,
    progress: &'a (dyn Fn(u64) + Sync),
) -> Request<'a> {
    Request {
        paths: &args.paths,
        second,
        reading: &args.reading,
        settings,
        key,
        threads: args.threads.map(Into::into),
        samples: (args.format == Format::Human).then(|| settings.samples().value),
        sha256: if args.format == Format::Json { Hashing::Sha256 } else { Hashing::Off },
        timings: args.timings(),
        progress,
    }
}

/// Writes the report to the file named by `--output`, else to standard output.
fn write(args: &Args, samples: usize, material: &Material<'_>) -> miette::Result<()> {
    write_result("the report", args.output.as_deref(), |out| match args.format {
        Format::Human => write_human(out, material, look::look(args, samples)),
        Format::Concise => write_concise(out, material),
        Format::Json => write_json(out, material, args.timings()),
    })
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
