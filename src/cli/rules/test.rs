//! `scorelint rules test`: runs the examples of rule files and reports every mistake.

use std::path::PathBuf;

use super::folders::look_at;
use crate::cli::exit::{Exit, Failure};
use crate::rule::{AllStudents, RuleError, RuleErrors, RuleSet, run_examples};

const EXAMPLES: &str = "\
Examples:
  scorelint rules test my-rules            the rule files of a folder
  scorelint rules test my-rules/LOC001.md  one file
  scorelint rules test                     the shipped rules

Exit codes:
  0  the files are sound, and all examples come out as they state
  2  wrong usage, or a path that holds no rule file
  3  a rule file is wrong, or an example comes out otherwise";

/// Arguments of `rules test`.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Args {
    /// Folders with rule files, or single files; the shipped rules where none is given
    paths: Vec<PathBuf>,
}

pub(super) fn run(args: &Args) -> Result<Exit, Failure> {
    args.paths.iter().try_for_each(|path| look_at(path, ""))?;
    let rules = if args.paths.is_empty() { RuleSet::embedded() } else { RuleSet::only(&args.paths) }?;
    let mistakes = mistakes_of(&rules);
    if !mistakes.is_empty() {
        return Err(RuleErrors(mistakes).into());
    }
    let rows: usize = rules.rules().flat_map(|rule| &rule.examples).map(|one| one.rows.len()).sum();
    let count = rules.rules().len();
    let rules = if count == 1 { "rule" } else { "rules" };
    crate::cli::print(&format!("{count} {rules}, {rows} example records: all come out as stated\n"))?;
    Ok(Exit::Clean)
}

/// Examples say nothing while conditions are wrong, so those are reported first.
fn mistakes_of(set: &RuleSet) -> Vec<RuleError> {
    let mistakes = set.check();
    if !mistakes.is_empty() {
        return mistakes;
    }
    let run = |rule| run_examples(set, rule, &AllStudents).unwrap_or_else(|mistake| vec![*mistake]);
    set.rules().flat_map(run).collect()
}
