//! `scorelint verify`: confirms or refutes a saved reconciliation by a recount of its own.

use std::io::{self, BufWriter, ErrorKind, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use miette::IntoDiagnostic;

use crate::input::Options;
use crate::verify::{Claim, verify, write_text};

/// Arguments of `verify`.
#[derive(Debug, clap::Args)]
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
}

pub(super) fn run(args: &Args) -> miette::Result<ExitCode> {
    let claim = match Claim::read(&args.reconciliation) {
        Ok(claim) => claim,
        Err(error) => {
            eprintln!("{:?}", miette::Report::new(error));
            return Ok(ExitCode::from(2));
        }
    };
    let options = Options { year: Some(claim.year), ..Options::default() };
    let verdict = match verify(&claim, &args.paths, &args.earlier, &args.official, &options) {
        Ok(verdict) => verdict,
        Err(error) => {
            eprintln!("{:?}", miette::Report::new(error));
            return Ok(ExitCode::from(2));
        }
    };
    let mut out = BufWriter::new(io::stdout().lock());
    match write_text(&mut out, &claim, &verdict).and_then(|()| out.flush()) {
        Err(error) if error.kind() == ErrorKind::BrokenPipe => {}
        written => written.into_diagnostic()?,
    }
    Ok(if verdict.is_confirmed() { ExitCode::SUCCESS } else { ExitCode::from(1) })
}
