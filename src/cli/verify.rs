//! `scorelint verify`: confirms or refutes a saved reconciliation by a recount of its own.

use std::path::PathBuf;
use std::process::ExitCode;

use super::output::write_result;
use super::progress::{Progress, Wish};
use super::{memory, size};
use crate::input::Options;
use crate::report::verify::write_text;
use crate::verify::{Claim, VerifyOptions, verify};

const EXAMPLES: &str = "\
Examples:
  scorelint reconcile --format json -o found.json TestedStudents_2025.txt --official research.zip
  scorelint verify found.json TestedStudents_2025.txt --official research.zip
      Recount what the first command has found, from the same files.

Exit codes:
  0  every line is confirmed
  1  at least one line is refuted
  2  wrong usage, or a file that cannot be read
  4  a fault of scorelint itself";

/// Arguments of `verify`.
#[derive(Debug, clap::Args)]
#[command(after_long_help = EXAMPLES)]
pub(super) struct Args {
    /// The reconciliation, as scorelint reconcile --format json has written it
    #[arg(value_name = "RECONCILIATION.json")]
    reconciliation: PathBuf,
    /// The score files it is about
    #[arg(value_name = "FILE|FOLDER", required = true)]
    paths: Vec<PathBuf>,
    /// The official results it compares with
    #[arg(long, value_name = "FILE|FOLDER", required = true, num_args = 1..)]
    official: Vec<PathBuf>,
    /// The earlier downloads it rests on
    #[arg(long, value_name = "FILE|FOLDER")]
    earlier: Vec<PathBuf>,
    /// Show no progress bar
    #[arg(long)]
    no_progress: bool,
}

pub(super) fn run(args: &Args) -> miette::Result<ExitCode> {
    let claim = match Claim::read(&args.reconciliation) {
        Ok(claim) => claim,
        Err(error) => {
            super::errors::tell(&error);
            return Ok(ExitCode::from(2));
        }
    };
    let read: Vec<PathBuf> = args.earlier.iter().chain(&args.paths).cloned().collect();
    let bytes = size::total(&read);
    memory::prepare(bytes);
    let bar = Progress::new(bytes, Wish::of_flag(args.no_progress));
    let report_progress = |bytes| bar.told(bytes);
    let input = Options { year: Some(claim.year), ..Options::default() };
    let options = VerifyOptions { input, progress: Some(&report_progress) };
    let verified = verify(&claim, &args.paths, &args.earlier, &args.official, &options);
    bar.finish();
    let verdict = match verified {
        Ok(verdict) => verdict,
        Err(error) => {
            super::errors::tell(&error);
            return Ok(ExitCode::from(2));
        }
    };
    write_result("the verdict", None, |mut out| write_text(&mut out, &claim, &verdict))?;
    Ok(if verdict.is_confirmed() { ExitCode::SUCCESS } else { ExitCode::from(1) })
}
