//! `scorelint account`: what happened to every record, by school, grade, test and student group.

use std::io::{self, Write};
use std::num::{NonZero, NonZeroUsize};
use std::path::PathBuf;
use std::process::ExitCode;

use super::output::{refuse_inputs, write_result};
use super::progress::{Progress, Wish};
use super::reading::ReadingArgs;
use super::selection::SelectionArgs;
use super::terminal;
use super::{memory, size};
use crate::account::{AccountOptions, Accounts, Dimension, Filter, Sharing, account};
use crate::report::Signs;
use crate::report::account::{write_csv, write_json, write_text};

const EXAMPLES: &str = "\
Examples:
  scorelint account 58999990000000_TestedStudentScoreData_2025.csv
      What became of the records, by test, grade and school.

  scorelint account --by group --test 1,2 FILE
      All student groups in ELA and mathematics.

  scorelint account --by school --entity 58999996900005 FILE
      One school.

  scorelint account --share --format csv -o account.csv FILE
      A table to pass on, with small numbers hidden.

  scorelint account FOLDER-OF-ALL-DISTRICTS/
      The districts of a county together.

Exit codes:
  0  everything was read and counted
  2  wrong usage, or a file, or a part of one, is missing: every count is marked as incomplete
  4  a fault of scorelint itself";

/// Arguments of `account`.
#[derive(Debug, clap::Args)]
#[command(after_long_help = EXAMPLES)]
pub(super) struct Args {
    /// Score files, folders with score files, or - for standard input
    ///
    /// Files of one year are counted together. A record that stands in the tested and the enrolled
    /// view, known by student and test, is counted once.
    #[arg(value_name = "FILE|FOLDER|-", required = true)]
    paths: Vec<PathBuf>,
    /// What to make tables by; json and csv tell the others apart only where they are named
    #[arg(long, value_enum, value_delimiter = ',', value_name = "LIST")]
    by: Vec<ByArg>,
    #[command(flatten)]
    selection: SelectionArgs,
    /// Hide small numbers by the limits of the public site, so that the account can be passed on
    #[arg(long)]
    share: bool,
    /// How the account is written
    #[arg(long, value_enum, default_value_t = FormatArg::Human)]
    format: FormatArg,
    /// Write to a file instead of the terminal
    #[arg(long, short, value_name = "FILE")]
    output: Option<PathBuf>,
    #[command(flatten)]
    reading: ReadingArgs,
    /// Threads; as many as the machine has where it is not given
    #[arg(long, value_name = "N")]
    threads: Option<NonZeroUsize>,
    /// Show no progress bar
    #[arg(long)]
    no_progress: bool,
}

/// The exit code where a file, or a part of one, is missing from the account.
const INCOMPLETE: u8 = 2;

#[derive(Clone, Copy, Debug, clap::ValueEnum)]
enum ByArg {
    Reason,
    Test,
    Grade,
    School,
    Group,
}

#[derive(Clone, Copy, Debug, clap::ValueEnum)]
enum FormatArg {
    /// Tables for people
    Human,
    /// For programs: docs/schemas/account-1.schema.json
    Json,
    /// One figure a line, for spreadsheets and statistics
    Csv,
}

pub(super) fn run(args: &Args) -> miette::Result<ExitCode> {
    refuse_inputs(args.output.as_deref(), &args.paths)?;
    let threads = args.threads.or_else(|| std::thread::available_parallelism().ok()).map_or(1, NonZero::get);
    let input = args.reading.options();
    let bytes = size::total(&args.paths);
    memory::prepare(bytes);
    let bar = Progress::new(bytes, Wish::of_flag(args.no_progress));
    let report_progress = |bytes| bar.told(bytes);
    let counted = account(&args.paths, &AccountOptions { input, threads, progress: Some(&report_progress) });
    bar.finish();
    let accounts = counted?;
    for error in &accounts.unreadable {
        super::errors::tell(error);
    }
    args.filter().known(&accounts)?;
    if accounts.years.is_empty() && matches!(args.format, FormatArg::Human) {
        return Ok(ExitCode::from(INCOMPLETE));
    }
    let code = ExitCode::from(if accounts.is_incomplete() { INCOMPLETE } else { 0 });
    write_result("the account", args.output.as_deref(), |out| write(args, &accounts, out))?;
    Ok(code)
}

fn write(args: &Args, accounts: &Accounts, out: &mut dyn Write) -> io::Result<()> {
    let filter = args.filter();
    let sharing = if args.share { Sharing::Shared } else { Sharing::Internal };
    match args.format {
        FormatArg::Json => write_json(out, accounts, &filter, sharing)?,
        FormatArg::Csv => write_csv(out, accounts, &filter, sharing)?,
        FormatArg::Human => {
            let plain = args.output.is_none() && terminal::signs_on_stdout() == Signs::Ascii;
            let signs = if plain { Signs::Ascii } else { Signs::Unicode };
            write_text(out, accounts, &filter, sharing, (terminal::width(), signs))?;
        }
    }
    out.flush()
}

impl Args {
    fn filter(&self) -> Filter {
        let by = |by: &ByArg| match by {
            ByArg::Reason => Dimension::Reason,
            ByArg::Test => Dimension::Test,
            ByArg::Grade => Dimension::Grade,
            ByArg::School => Dimension::School,
            ByArg::Group => Dimension::Group,
        };
        Filter {
            entities: self.selection.entity.clone(),
            tests: self.selection.test.clone(),
            grades: self.selection.grade.clone(),
            groups: self.selection.group.clone(),
            by: self.by.iter().map(by).collect(),
        }
    }
}
