//! `scorelint account`: what happened to every record, by school, grade, test and student group.

use std::num::{NonZero, NonZeroUsize};
use std::path::PathBuf;

use super::exit::{Exit, Failure};
use super::progress::Progress;
use super::reading::ReadingArgs;
use super::report::ReportArgs;
use super::selection::SelectionArgs;
use super::{memory, size};
use crate::account::{AccountOptions, CubeFilter, Dimension, Sharing, account};
use crate::report::account::{AccountKind, AccountReport};

const EXAMPLES: &str = "\
Examples:
  scorelint account 58999990000000_TestedStudentScoreData_2025.csv
      What became of the records, by test, grade and school.

  scorelint account --by group --test 1,2 FILE
      All student groups in ELA and mathematics.

  scorelint account --by school --entity 58999996900005 FILE
      One school.

  scorelint account --share -o account.csv FILE
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
    #[command(flatten)]
    report: ReportArgs<AccountKind>,
    #[command(flatten)]
    reading: ReadingArgs,
    /// Threads; as many as the machine has where it is not given
    #[arg(long, value_name = "N")]
    threads: Option<NonZeroUsize>,
}

#[derive(Clone, Copy, Debug, clap::ValueEnum)]
enum ByArg {
    Reason,
    Test,
    Grade,
    School,
    Group,
}

pub(super) fn run(args: &Args) -> Result<Exit, Failure> {
    let targets = args.report.targets(&args.paths)?;
    let threads = args.threads.or_else(|| std::thread::available_parallelism().ok()).map_or(1, NonZero::get);
    let input = args.reading.options();
    let bytes = size::total(&args.paths);
    memory::prepare(bytes);
    let bar = Progress::new(bytes, args.report.progress());
    let report_progress = |bytes| bar.report(bytes);
    let counted = account(&args.paths, &AccountOptions { input, threads, progress: Some(&report_progress) });
    bar.finish();
    let accounts = counted.map_err(Failure::input)?;
    for error in &accounts.unreadable {
        super::errors::tell(error);
    }
    let filter = args.filter();
    filter.known(&accounts).map_err(Failure::input)?;
    let targets = if accounts.years.is_empty() { targets.without_inputs() } else { targets };
    let sharing = if args.share { Sharing::Shared } else { Sharing::Internal };
    targets.write(&AccountReport { accounts: &accounts, filter: &filter, sharing })?;
    Ok(if accounts.is_incomplete() { Exit::Unreadable } else { Exit::Clean })
}

impl Args {
    fn filter(&self) -> CubeFilter {
        let by = |by: &ByArg| match by {
            ByArg::Reason => Dimension::Reason,
            ByArg::Test => Dimension::Test,
            ByArg::Grade => Dimension::Grade,
            ByArg::School => Dimension::School,
            ByArg::Group => Dimension::Group,
        };
        CubeFilter {
            entities: self.selection.entity.clone(),
            tests: self.selection.test.clone(),
            grades: self.selection.grade.clone(),
            groups: self.selection.group.clone(),
            by: self.by.iter().map(by).collect(),
        }
    }
}
