//! `scorelint rules`: lists the rules, tests rule files, and writes the pages about the rules.

use clap::Subcommand;
use miette::miette;

use formats::RulesKind;
use list::ChosenRules;

use super::exit::{Exit, Failure};
use super::report::OutputArgs;

mod docs;
mod folders;
mod formats;
mod list;
mod test;
pub(super) mod words;

pub(super) use docs::facts;
pub(super) use folders::{load, load_for_run};

const EXAMPLES: &str = "\
Examples:
  scorelint rules                              all rules
  scorelint rules --family S --year 2025       rules about scores that hold in 2025
  scorelint rules --owner toms                 what the TOMS coordinator can mend
  scorelint rules --format json                the same for programs
  scorelint rules test my-rules                run the examples of own rule files
  scorelint explain S001                       one rule in full

Exit codes:
  0  the rules are listed
  2  wrong usage, wrong settings, or no rule fits
  3  a rule file is wrong";

/// Arguments of `rules`.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES, args_conflicts_with_subcommands = true)]
pub(in crate::cli) struct Args {
    #[command(subcommand)]
    command: Option<RulesCommand>,
    #[command(flatten)]
    list: ListArgs,
}

#[derive(Debug, Subcommand)]
enum RulesCommand {
    /// Run the examples of rule files and report what is wrong with the files
    Test(test::Args),
    /// Write a page for each rule and an index, in Markdown
    Docs(docs::Args),
}

#[derive(Debug, clap::Args)]
struct ListArgs {
    #[command(flatten)]
    filter: list::RuleFilterArgs,
    #[command(flatten)]
    output: OutputArgs<RulesKind>,
}

pub(in crate::cli) fn run(args: &Args) -> Result<Exit, Failure> {
    match &args.command {
        Some(RulesCommand::Test(args)) => test::run(args),
        Some(RulesCommand::Docs(args)) => docs::run(args),
        None => list(&args.list),
    }
}

fn list(args: &ListArgs) -> Result<Exit, Failure> {
    let targets = args.output.targets(&[])?;
    let rules = super::settings::rules_here(&args.filter.folders)?;
    let chosen = list::choose(&rules, &args.filter)?;
    if chosen.is_empty() {
        return Err(miette!(help = "`scorelint rules` without filters lists all", "no rule fits these filters").into());
    }
    targets.write(&ChosenRules { rules: &rules, chosen: &chosen, year: args.filter.year })?;
    Ok(Exit::Clean)
}
