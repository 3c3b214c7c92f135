//! The arguments of `check` and the help that explains them.

use std::num::NonZeroUsize;
use std::path::PathBuf;

use clap::builder::TypedValueParser;

use crate::cli::reading::ReadingArgs;
use crate::cli::report::ReportArgs;
use crate::cli::settings::SettingsArgs;
use crate::cli::words::words;
use crate::report::check::CheckKind;
use crate::rule::Severity;
use crate::settings::FailOn;

const EXAMPLES: &str = "\
Examples:
  scorelint check TestedStudents_2025.txt
      Read one download and print what is wrong with it.

  scorelint check downloads/
      Read every score file in a folder, also in zip archives, with one summary.

  scorelint check --samples 10 --select T,S file.txt
      Only the rules on test status and scores, with up to ten samples of each.

  scorelint check --earlier last-year.zip --entities sb_ca2025entities_csv.txt file.txt
      Compare each student with last year's file, and look up schools in the official list.

  scorelint check --output report.txt --output report.json file.zip
      A report for people, and every finding for a program to read.

  scorelint check --fail-on warning --format concise file.txt
      For a nightly job: one line a finding, exit code 1 from a warning upwards.

Privacy:
  Student values are masked in every output: digits of days and long numbers show as #, other
  values as \u{2022}\u{2022}\u{2022}. --show-values shows them. Names, birth dates and identifiers are never shown;
  students have a pseudonym, made with the key in SCORELINT_KEY (16 characters or more) or in the
  key file of your configuration folder, which is made when it is first needed.

Settings:
  scorelint.toml next to the file, or in a folder above it, may set severities, selections,
  thresholds and waivers. Flags win over it. scorelint config shows what holds and why.

Exit codes:
  0  nothing at or above --fail-on
  1  findings at or above --fail-on; waived findings do not count
  2  wrong usage, wrong settings, or a file that cannot be read or written; other files are checked all the same
  3  a rule file is wrong, or a rule could not run
  4  a fault of scorelint itself";

/// Arguments of `check`.
#[derive(Clone, Debug, clap::Args)]
#[command(after_long_help = EXAMPLES)]
pub struct Args {
    /// Score files, folders with score files, or - for standard input
    ///
    /// Caret-delimited and fixed-width files as TOMS delivers them, plain, gzipped or zipped;
    /// comma- or tab-separated files and workbooks as a spreadsheet saves them.
    #[arg(value_name = "FILE|FOLDER|-", required = true)]
    pub paths: Vec<PathBuf>,

    /// In which formats the report is written, and where to.
    #[command(flatten)]
    pub report: ReportArgs<CheckKind>,

    /// Most samples shown of each rule, 3 by default; counts are always exact
    ///
    /// For the report for people; all other formats hold every finding.
    #[arg(long, value_name = "N", help_heading = "Report")]
    pub samples: Option<usize>,

    /// Show student values; names and identifiers stay hidden
    #[arg(long, help_heading = "Report")]
    pub show_values: bool,

    /// Show the time spent on each rule
    #[arg(long, help_heading = "Report")]
    pub timings: bool,

    /// Leave findings below this severity out of the report; the exit code follows --fail-on alone
    #[arg(long, value_parser = severity_parser(), value_name = "SEVERITY", help_heading = "Report")]
    pub min_severity: Option<Severity>,

    /// Exit with code 1 from this severity upwards, error by default
    #[arg(long, value_parser = fail_on_parser(), value_name = "SEVERITY", help_heading = "Report")]
    pub fail_on: Option<FailOn>,

    /// How the files are read.
    #[command(flatten)]
    pub reading: ReadingArgs,

    /// The official entity list of the year (schools and districts with their types)
    ///
    /// The entity file that is offered next to the public research files, plain or zipped. With it
    /// the codes of schools and districts are looked up, and charters compared with their type.
    #[arg(long, value_name = "FILE", help_heading = "Second files (for rules that compare)")]
    pub entities: Vec<PathBuf>,

    /// An earlier student file: last year's, or an earlier download of the same year
    ///
    /// Rules compare each student and test with it: history scores, grade, name and birth date.
    /// May be given several times, for several years.
    #[arg(long, value_name = "FILE", help_heading = "Second files (for rules that compare)")]
    pub earlier: Vec<PathBuf>,

    /// The enrolled view of the same year, to see who is missing from the tested view
    #[arg(long, value_name = "FILE", help_heading = "Second files (for rules that compare)")]
    pub enrolled: Vec<PathBuf>,

    /// Which rules run, and by which settings.
    #[command(flatten)]
    pub settings: SettingsArgs,

    /// Threads to use; all of the machine's by default
    #[arg(long, value_name = "N", help_heading = "Rules")]
    pub threads: Option<NonZeroUsize>,
}

pub(in crate::cli) fn fail_on_parser() -> impl TypedValueParser<Value = FailOn> {
    words(FailOn::ALL, FailOn::as_str)
}

fn severity_parser() -> impl TypedValueParser<Value = Severity> {
    words([Severity::Error, Severity::Warning, Severity::Notice], Severity::as_str)
}
