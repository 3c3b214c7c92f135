//! `scorelint baseline`: writes the findings of today as waivers, so that a later check reports
//! what is new.

use std::fs::File;
use std::io::{ErrorKind, Write};
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};

use jiff::civil::Date;
use miette::miette;

use super::check::{HashChoice, Request, engine};
use super::errors::say;
use super::exit::{Exit, Failure};
use super::output::refuse_inputs;
use super::reading::ReadingArgs;
use super::settings::{Besides, SettingsArgs};
use super::words::words;
use super::{memory, size};
use crate::atomic_file::AtomicFile;
use crate::check::SecondPaths;
use crate::number::plural;
use crate::privacy::pseudonym::{KEY_VARIABLE, Pseudonyms};
use crate::report::Timings;
use crate::rule::Severity;
use crate::settings::{Baseline, Settings, Signature, baseline, parse_day};

const EXAMPLES: &str = "\
Examples:
  scorelint baseline TestedStudents_2025.txt --output known.toml \\
      --author \"R. Lee\" --reason \"reported to ETS, case 4711\" --expires 2026-06-30
      Write all errors and warnings of today as waivers.

  scorelint check --config known.toml TestedStudents_2025.txt
      Report only what was not there then.

In a district that has a scorelint.toml, name the file there: waiver_files = [\"known.toml\"].

Findings are known again by rule and student and test, by rule and school, or by rule and number;
never by their line. A student stands in the file as pseudonym, so the same key is needed later.

Exit codes:
  0  the file is written
  2  wrong usage, wrong settings, or a file that cannot be read or written; the waivers of the
     findings in other files are written all the same
  3  a rule file is wrong";

/// Arguments of `baseline`.
#[derive(Debug, clap::Args)]
#[command(after_long_help = EXAMPLES)]
pub(super) struct Args {
    /// Score files, folders with score files, or - for standard input
    #[arg(value_name = "FILE|FOLDER|-", required = true)]
    paths: Vec<PathBuf>,

    /// The file to write, or - for standard output
    #[arg(long, short, value_name = "FILE", help_heading = "Waivers")]
    output: PathBuf,

    /// Who answers for the waivers
    #[arg(long, value_name = "NAME", value_parser = filled, help_heading = "Waivers")]
    author: String,

    /// Why the findings are accepted
    #[arg(long, value_name = "TEXT", value_parser = filled, help_heading = "Waivers")]
    reason: String,

    /// The last day the waivers hold, as 2026-06-30
    #[arg(long, value_name = "DAY", value_parser = parse_day, help_heading = "Waivers")]
    expires: Date,

    /// Findings from this severity upwards
    #[arg(long, value_name = "SEVERITY", value_parser = severity_parser(), default_value = "warning", help_heading = "Waivers")]
    severity: Severity,

    /// Replace the file if there is one
    #[arg(long, help_heading = "Waivers")]
    force: bool,

    /// How the files are read.
    #[command(flatten)]
    reading: ReadingArgs,

    #[command(flatten)]
    settings: SettingsArgs,

    /// Threads to use; all of the machine's by default
    #[arg(long, value_name = "N", help_heading = "Rules")]
    threads: Option<NonZeroUsize>,
}

fn severity_parser() -> impl clap::builder::TypedValueParser<Value = Severity> {
    words([Severity::Error, Severity::Warning, Severity::Notice], Severity::as_str)
}

fn filled(text: &str) -> Result<String, String> {
    if text.trim().is_empty() { Err("it must not be empty".to_owned()) } else { Ok(text.to_owned()) }
}

pub(super) fn run(args: &Args) -> Result<Exit, Failure> {
    let first = args.paths.first().map_or(Path::new("-"), PathBuf::as_path);
    let settings = args.settings.settings(first, Besides::default())?;
    refuse_early(args, &settings)?;
    let pseudonyms = Pseudonyms::of_user().map_err(|error| {
        let help = format!(
            "students are known again by pseudonyms, which need a key: set {KEY_VARIABLE} to 16 characters or more, \
             the same in every run (docs/privacy.md)"
        );
        Failure::input(miette!(help = help, "a baseline cannot be made without a key: {error}"))
    })?;
    memory::prepare(size::total(&args.paths));
    let second = SecondPaths::default();
    let request = Request {
        paths: &args.paths,
        reading: &args.reading,
        settings: &settings,
        second: &second,
        key: Pseudonyms::of_user,
        threads: args.threads.map(Into::into),
        samples: None,
        sha256: HashChoice::Off,
        timings: Timings::Hidden,
        progress: &|_| {},
    };
    let (outcome, _) = engine::run(&request)?;
    for error in &outcome.unreadable {
        super::errors::tell(error.as_ref());
    }
    if outcome.inputs.is_empty() {
        return Ok(Exit::Unreadable);
    }
    let signature = Signature { author: args.author.clone(), reason: args.reason.clone(), expires: args.expires };
    let made = baseline(&outcome, args.severity, &pseudonyms).signed(&signature);
    write(args, &made)?;
    tell(args, &settings, &made);
    Ok(if outcome.unreadable.is_empty() { Exit::Clean } else { Exit::Unreadable })
}

/// What can be known to be wrong before a long file is read.
fn refuse_early(args: &Args, settings: &Settings) -> Result<(), Failure> {
    if args.expires < settings.today.day() {
        let help = "give a day to come, for example the end of the preview";
        return Err(Failure::input(miette!(help = help, "--expires {} is over already", args.expires)));
    }
    let settings_file = settings.file.iter().map(|file| &file.path);
    refuse_inputs((args.output != Path::new("-")).then_some(&args.output), args.paths.iter().chain(settings_file))?;
    if !args.force && args.output != Path::new("-") && args.output.exists() {
        return Err(Failure::input(exists(&args.output)));
    }
    Ok(())
}

fn exists(path: &Path) -> miette::Report {
    let help = "write to another file, or replace this one with --force";
    miette!(help = help, "{} exists already", path.display())
}

fn write(args: &Args, made: &Baseline) -> Result<(), Failure> {
    if args.output == Path::new("-") {
        return super::print(&made.text).map(drop);
    }
    let text = made.text.as_bytes();
    let written = if args.force {
        AtomicFile::make(&args.output, text)
    } else {
        // A file that came to be while we read is not replaced either.
        File::create_new(&args.output).and_then(|mut file| file.write_all(text))
    };
    written.map_err(|error| match error.kind() {
        ErrorKind::AlreadyExists => Failure::input(exists(&args.output)),
        _ => Failure::input(miette!("{}: {error}", args.output.display())),
    })
}

/// Says what was written and how to use it, next to the file and not in it.
fn tell(args: &Args, settings: &Settings, made: &Baseline) {
    let path = args.output.display().to_string();
    let path = if path == "-" { "standard output".to_owned() } else { path };
    let (waivers, findings) = (plural(made.waivers as u64, "waiver"), plural(made.findings, "finding"));
    say(format_args!("{waivers} of {findings} written to {path}"));
    match &settings.file {
        Some(file) => {
            say(format_args!("name it in {} to use it: waiver_files = [\"…\"]", file.path.display()));
        }
        None => say(format_args!("use it by scorelint check --config {path} FILE")),
    }
}
