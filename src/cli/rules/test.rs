//! `scorelint rules test`: runs the examples of rule files and reports every mistake.

use std::path::PathBuf;
use std::process::ExitCode;

use crate::rule::{AllStudents, RuleError, RuleErrors, RuleSet, run_examples};

pub(super) fn run(paths: &[PathBuf]) -> miette::Result<ExitCode> {
    let loaded = if paths.is_empty() { RuleSet::embedded() } else { RuleSet::only(paths) };
    let (rules, mistakes) = match loaded {
        Ok(rules) => {
            let mistakes = mistakes_of(&rules);
            (Some(rules), mistakes)
        }
        Err(RuleErrors(mistakes)) => (None, mistakes),
    };
    match (mistakes.is_empty(), rules) {
        (true, Some(rules)) => {
            let rows: usize = rules.rules().flat_map(|rule| &rule.examples).map(|one| one.rows.len()).sum();
            let count = rules.rules().len();
            let rules = if count == 1 { "rule" } else { "rules" };
            crate::cli::print(&format!("{count} {rules}, {rows} example records: all come out as stated\n"))
        }
        _ => Err(RuleErrors(mistakes).into()),
    }
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
