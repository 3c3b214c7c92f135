//! `scorelint completions SHELL`, made from the argument definitions.

use std::io::stdout;
use std::process::ExitCode;

/// Arguments of `completions`.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The shell to write for
    shell: clap_complete::Shell,
}

pub(super) fn run(args: &Args, mut command: clap::Command) -> miette::Result<ExitCode> {
    clap_complete::generate(args.shell, &mut command, "scorelint", &mut stdout());
    Ok(ExitCode::SUCCESS)
}
