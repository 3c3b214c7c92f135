//! `scorelint completions SHELL`, made from the argument definitions.

use super::exit::{Exit, Failure};

const EXAMPLES: &str = "\
Examples:
  scorelint completions bash > ~/.local/share/bash-completion/completions/scorelint
  scorelint completions zsh > ~/.zfunc/_scorelint

Exit codes:
  0  the script is written
  2  wrong usage, or it cannot be written";

/// Arguments of `completions`.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Args {
    /// The shell to write for
    shell: clap_complete::Shell,
}

pub(super) fn run(args: &Args, mut command: clap::Command) -> Result<Exit, Failure> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut command, "scorelint", &mut script);
    super::output::write_out("the script", |out| out.write_all(&script))?;
    Ok(Exit::Clean)
}
