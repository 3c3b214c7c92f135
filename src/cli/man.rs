//! `scorelint man`: manual pages, made from the argument definitions.

use super::exit::{Exit, Failure};
use std::path::PathBuf;

use miette::{IntoDiagnostic, WrapErr, miette};

/// Arguments of `man`.
#[derive(Debug, clap::Args)]
#[command(after_long_help = "\
Examples:
  scorelint man check | man -l -
      Read the page of one command.

  scorelint man --output ~/.local/share/man/man1
      Write all pages to where man finds them.

Exit codes:
  0  the page is written
  2  wrong usage, or it cannot be written")]
pub(super) struct Args {
    /// The command the page is about; the program as a whole without it
    command: Option<String>,
    /// Write the pages of all commands to a folder
    #[arg(long, short, value_name = "FOLDER", conflicts_with = "command")]
    output: Option<PathBuf>,
}

pub(super) fn run(args: &Args, program: clap::Command) -> Result<Exit, Failure> {
    let mut program = program.disable_help_subcommand(true);
    program.build();
    if let Some(folder) = &args.output {
        let named = || format!("the pages cannot be written to {}", folder.display());
        std::fs::create_dir_all(folder).into_diagnostic().wrap_err_with(named)?;
        clap_mangen::generate_to(program, folder).into_diagnostic().wrap_err_with(named)?;
        return Ok(Exit::Clean);
    }
    let page = match &args.command {
        None => program,
        Some(name) => {
            let names: Vec<&str> = program.get_subcommands().map(clap::Command::get_name).collect();
            let unknown = || miette!(help = format!("commands are {}", names.join(", ")), "there is no command {name}");
            program.find_subcommand(name).ok_or_else(unknown)?.clone()
        }
    };
    super::output::write_out("the page", |mut out| clap_mangen::Man::new(page).render(&mut out))?;
    Ok(Exit::Clean)
}
