//! The command line: one file a subcommand, composed here.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{CommandFactory, Parser, Subcommand};
use miette::miette;

use crate::privacy::pseudonym::Pseudonyms;
use crate::{knowledge, table};

pub use exit::{Exit, Failure};

mod account;
mod baseline;
mod causes;
pub mod check;
mod compared;
mod completions;
mod config;
mod errors;
mod exit;
mod explain;
mod layout;
mod layout_file;
mod man;
mod memory;
mod mend;
mod output;
mod own_report;
mod page;
mod progress;
pub mod reading;
mod reconcile;
pub mod report;
mod rules;
mod selection;
pub mod settings;
mod size;
mod synth;
mod template;
mod terminal;
mod verify;
mod words;
mod years;

/// Checks, accounts for and reconciles California CAASPP student score files.
#[derive(Debug, Parser)]
#[command(name = "scorelint", version, about, max_term_width = 100)]
pub struct Cli {
    /// A folder laid out as `rules` of the project is: its tables are read in the place of the program's own.
    /// For those who keep the tables, to try a new year before the program is built with it. Only as the
    /// first argument.
    #[arg(long, value_name = "FOLDER", hide = true)]
    tables: Option<PathBuf>,

    /// A layout file: what a year has otherwise than a year whose layout is known (docs/layout-files.md)
    ///
    /// Else the one that `layout_file` in scorelint.toml names, if there is one.
    #[arg(long, value_name = "FILE", global = true)]
    layout: Option<PathBuf>,

    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Check score files against the layout of their year
    Check(check::Args),
    /// Account for every record: enrolled, tested, scored, by school, grade, test and student group
    Account(account::Args),
    /// Explain every difference from the official results, down to the records that cause it
    Reconcile(reconcile::Args),
    /// Confirm or refute a saved reconciliation by an independent recount
    Verify(verify::Args),
    /// List the causes of difference, or tell more of one
    Causes(causes::Args),
    /// Write a copy of a re-saved file as TOMS would have written it, and list what was changed
    Mend(mend::Args),
    /// Write a table for the numbers of the preview page, to compare with later
    Template(template::Args),
    /// Write today's findings as waivers, so that a later check reports what is new
    Baseline(baseline::Args),
    /// Show which settings hold, and where each comes from
    Config(config::Args),
    /// Show the file layout of a year, a field with its codes, or what changed between years
    Layout(layout::Args),
    /// Make score files of a synthetic district, with or without planted faults
    Synth(synth::Args),
    /// List the rules, test rule files
    Rules(rules::Args),
    /// Tell what a rule says, why, and what to do
    Explain(explain::Args),
    /// Print a completion script for a shell
    Completions(completions::Args),
    /// Print or write manual pages
    Man(man::Args),
}

/// Parses the arguments and runs the command they name. What it could not do is shown on standard error.
pub fn run() -> ExitCode {
    errors::install();
    // Help texts name the years, so the tables are there before the arguments are parsed.
    let tables = match tables_folder() {
        Some(folder) => replace_tables(&folder),
        None => layout_file::apply(&std::env::args_os().collect::<Vec<_>>()),
    };
    let tables = tables.map_err(Failure::from);
    exit::report_exit(tables.and_then(|()| command(Cli::parse().command)).and_then(checked))
}

/// The folder after `--tables`, if the command line begins with it.
fn tables_folder() -> Option<PathBuf> {
    let mut arguments = std::env::args_os().skip(1);
    arguments.next().filter(|first| first == "--tables")?;
    arguments.next().map(PathBuf::from)
}

/// Tables that somebody else wrote are read whole before anything is done with them.
fn replace_tables(folder: &Path) -> miette::Result<()> {
    let help = "the folder is laid out as `rules` in the source of scorelint: layouts/2026.tsv, layouts/years.tsv …";
    knowledge::replace_with_folder(folder).map_err(|error| miette!(help = help, "{error}"))?;
    years::read_all().map_err(|error| miette!(help = help, "{error}"))
}

/// A mistake in a table leaves something out of the result, so it fails the command.
fn checked(exit: Exit) -> Result<Exit, Failure> {
    match table::mistake() {
        Some(mistake) => Err(miette!(help = "this is a mistake in the tables of scorelint", "{mistake}").into()),
        None => Ok(exit),
    }
}

fn command(command: Command) -> Result<Exit, Failure> {
    match command {
        Command::Check(args) => check::run(&args, check::engine::run, Pseudonyms::of_user),
        Command::Account(args) => account::run(&args),
        Command::Reconcile(args) => reconcile::run(&args),
        Command::Verify(args) => verify::run(&args),
        Command::Causes(args) => causes::run(&args),
        Command::Mend(args) => mend::run(&args),
        Command::Template(args) => template::run(&args),
        Command::Baseline(args) => baseline::run(&args),
        Command::Config(args) => config::run(&args),
        Command::Layout(args) => layout::run(&args),
        Command::Synth(args) => synth::run(&args),
        Command::Rules(args) => rules::run(&args),
        Command::Explain(args) => explain::run(&args),
        Command::Completions(args) => completions::run(&args, Cli::command()),
        Command::Man(args) => man::run(&args, Cli::command()),
    }
}

/// Prints a finished text.
fn print(text: &str) -> Result<Exit, Failure> {
    output::write_out("the text", |out| out.write_all(text.as_bytes()))?;
    Ok(Exit::Clean)
}
