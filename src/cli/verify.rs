//! `scorelint verify`: confirms or refutes a saved reconciliation by a recount of its own.

use std::path::PathBuf;

use super::compared::ComparedArgs;
use super::exit::{Exit, Failure};
use super::progress::Progress;
use super::report::ReportArgs;
use super::{memory, size};
use crate::input::InputOptions;
use crate::report::verify::{VerifyKind, VerifyReport};
use crate::verify::{Claim, VerifyOptions, verify};

const EXAMPLES: &str = "\
Examples:
  scorelint reconcile -o found.json TestedStudents_2025.txt --official research.zip
  scorelint verify found.json TestedStudents_2025.txt --official research.zip
      Recount what the first command has found, from the same files.

Exit codes:
  0  every line is confirmed
  1  at least one line is refuted
  2  wrong usage, a file that cannot be read, or a value that a count needs and that cannot be read
  4  a fault of scorelint itself";

/// Arguments of `verify`.
#[derive(Debug, clap::Args)]
#[command(after_long_help = EXAMPLES)]
pub(super) struct Args {
    /// The reconciliation, as scorelint reconcile --output FILE.json has written it
    #[arg(value_name = "RECONCILIATION.json")]
    reconciliation: PathBuf,
    #[command(flatten)]
    compared: ComparedArgs,
    #[command(flatten)]
    report: ReportArgs<VerifyKind>,
}

pub(super) fn run(args: &Args) -> Result<Exit, Failure> {
    let mut read = args.compared.all();
    read.push(args.reconciliation.clone());
    let targets = args.report.targets(&read)?;
    let claim = match Claim::read(&args.reconciliation) {
        Ok(claim) => claim,
        Err(error) => {
            super::errors::tell(&error);
            return Ok(Exit::Unreadable);
        }
    };
    let bytes = size::total(&args.compared.scores());
    memory::prepare(bytes);
    let bar = Progress::new(bytes, args.report.progress());
    let report_progress = |bytes| bar.report(bytes);
    let input = InputOptions { year: Some(claim.year), ..InputOptions::default() };
    let options = VerifyOptions { input, progress: Some(&report_progress) };
    let verified = verify(&claim, &args.compared.paths, &args.compared.earlier, &args.compared.official, &options);
    bar.finish();
    let verdict = match verified {
        Ok(verdict) => verdict,
        Err(error) => {
            super::errors::tell(&error);
            return Ok(Exit::Unreadable);
        }
    };
    targets.write(&VerifyReport { claim: &claim, verdict: &verdict })?;
    Ok(match (verdict.is_confirmed(), verdict.not_known.is_empty()) {
        (false, _) => Exit::Findings,
        (true, false) => Exit::Unreadable,
        (true, true) => Exit::Clean,
    })
}
