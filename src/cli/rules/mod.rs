//! `scorelint rules`: lists the rules, tests rule files, and writes the pages about the rules.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Subcommand;
use miette::{IntoDiagnostic, miette};

use crate::rule::{RuleSet, Severity};

mod docs;
mod list;
mod test;
pub(super) mod words;

pub(super) use docs::facts;

const EXAMPLES: &str = "\
Examples:
  scorelint rules                              all rules
  scorelint rules --family S --year 2025       rules about scores that hold in 2025
  scorelint rules --owner toms                 what the TOMS coordinator can mend
  scorelint rules --format json                the same for programs
  scorelint rules test my-rules                run the examples of own rule files
  scorelint explain S001                       one rule in full";

/// Arguments of `rules`.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES, args_conflicts_with_subcommands = true)]
pub(in crate::cli) struct Args {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    list: ListArgs,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Run the examples of rule files and report what is wrong with the files
    Test {
        /// Folders with rule files, or single files; the shipped rules where none is given
        paths: Vec<PathBuf>,
    },
    /// Write a page for each rule and an index, in Markdown
    Docs {
        /// The folder to write to
        folder: PathBuf,
    },
}

#[derive(Debug, clap::Args)]
struct ListArgs {
    /// Only rules of a family: its letter, or its name such as `score`
    #[arg(long)]
    family: Option<String>,
    /// Only rules of this weight
    #[arg(long, value_parser = severity)]
    severity: Option<Severity>,
    /// Only rules that hold in this layout year, with their weight there
    #[arg(long)]
    year: Option<u16>,
    /// Only rules that this person or office can do something about; a part of the name is enough
    #[arg(long)]
    owner: Option<String>,
    /// Folders with further rules, besides those that scorelint.toml names
    #[arg(long = "rules", value_name = "DIR")]
    folders: Vec<PathBuf>,
    /// How to print it
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
}

#[derive(Clone, Copy, Debug, clap::ValueEnum)]
enum Format {
    /// For people, as wide as the terminal
    Text,
    /// For programs; the schema is docs/schemas/rules-1.schema.json
    Json,
    /// A table for documents
    Markdown,
}

fn severity(text: &str) -> Result<Severity, String> {
    let known = [Severity::Error, Severity::Warning, Severity::Notice];
    known.into_iter().find(|one| one.as_str() == text).ok_or_else(|| "one of: error, warning, notice".to_owned())
}

pub(in crate::cli) fn run(args: &Args) -> miette::Result<ExitCode> {
    match &args.command {
        Some(Command::Test { paths }) => test::run(paths),
        Some(Command::Docs { folder }) => {
            docs::write(&RuleSet::embedded()?, folder).into_diagnostic()?;
            Ok(ExitCode::SUCCESS)
        }
        None => {
            let rules = RuleSet::with_dirs(&super::settings::rule_folders(&args.list.folders)?)?;
            let chosen = list::choose(&rules, &args.list)?;
            if chosen.is_empty() {
                return Err(miette!(
                    help = "`scorelint rules` without filters lists all",
                    "no rule fits these filters"
                ));
            }
            super::print(&list::shown(&rules, &chosen, &args.list)?)
        }
    }
}
