//! `scorelint rules`: lists the rules, and tests rule files.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Subcommand;

use crate::rule::{AllStudents, RuleError, RuleErrors, RuleSet, run_examples};

/// Arguments of `rules`.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Run the examples of rule files and report what is wrong with the files
    Test(TestArgs),
}

#[derive(Debug, clap::Args)]
struct TestArgs {
    /// Folders with rule files, or single files; the shipped rules where none is given
    paths: Vec<PathBuf>,
}

pub(super) fn run(args: &Args) -> miette::Result<ExitCode> {
    match &args.command {
        Some(Command::Test(args)) => test(args),
        None => Ok(ExitCode::SUCCESS),
    }
}

fn test(args: &TestArgs) -> miette::Result<ExitCode> {
    let loaded = if args.paths.is_empty() { RuleSet::embedded() } else { RuleSet::only(&args.paths) };
    let (mistakes, rules, examples) = match loaded {
        Err(RuleErrors(mistakes)) => (mistakes, 0, 0),
        Ok(set) => {
            let examples: usize = set.rules().map(|rule| rule.examples.len()).sum();
            (mistakes_of(&set), set.rules().len(), examples)
        }
    };
    let count = mistakes.len();
    for mistake in mistakes {
        eprintln!("{:?}", miette::Report::new(mistake));
    }
    if count > 0 {
        eprintln!("{count} found");
        return Ok(ExitCode::FAILURE);
    }
    println!("{rules} rules, {examples} examples: all come out as stated");
    Ok(ExitCode::SUCCESS)
}

fn mistakes_of(set: &RuleSet) -> Vec<RuleError> {
    let mut mistakes = set.check();
    if !mistakes.is_empty() {
        return mistakes;
    }
    for rule in set.rules() {
        match run_examples(set, rule, &AllStudents) {
            Ok(wrong) => mistakes.extend(wrong),
            Err(mistake) => mistakes.push(*mistake),
        }
    }
    mistakes
}
