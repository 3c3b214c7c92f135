//! The command line: one file a subcommand, composed here.

use std::process::ExitCode;

use clap::{CommandFactory, Parser, Subcommand};

pub mod check;
mod completions;
mod errors;
mod layout;
mod rules;
mod synth;
mod terminal;

/// Checks, accounts for and reconciles California CAASPP student score files.
#[derive(Debug, Parser)]
#[command(name = "scorelint", version, about, max_term_width = 100)]
pub struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Check score files against the layout of their year
    Check(check::Args),
    /// Show the file layout of a year, a field with its codes, or what changed between years
    Layout(layout::Args),
    /// Make score files of a synthetic district, with or without planted faults
    Synth(synth::Args),
    /// Test rule files
    Rules(rules::Args),
    /// Print a completion script for a shell
    Completions(completions::Args),
    /// Print the manual page
    #[command(hide = true)]
    Man,
}

/// Parses the arguments and runs the command they name.
///
/// # Errors
/// What the command could not do, as a diagnostic for a person.
pub fn run() -> miette::Result<ExitCode> {
    crate::privacy::panic::install();
    errors::install();
    match Cli::parse().command {
        Command::Check(args) => Ok(check::report_exit(check::run(&args, check::engine::run))),
        Command::Layout(args) => layout::run(&args),
        Command::Synth(args) => synth::run(&args),
        Command::Rules(args) => rules::run(&args),
        Command::Completions(args) => completions::run(&args, Cli::command()),
        Command::Man => completions::man(Cli::command()),
    }
}
