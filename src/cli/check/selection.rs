//! Which rules run: `--select` and `--ignore` name codes, families, names or owners.

use miette::miette;

use super::Failure;
use crate::rule::{Rule, RuleSet};

/// The choice of rules of a run.
#[derive(Clone, Copy, Debug)]
pub struct Selection<'a> {
    select: &'a [String],
    ignore: &'a [String],
}

impl<'a> Selection<'a> {
    /// The choice, after a look at its words.
    ///
    /// # Errors
    /// A word that no rule goes by, with the rule that may have been meant.
    pub fn new(select: &'a [String], ignore: &'a [String], rules: &RuleSet) -> Result<Self, Failure> {
        let unknown = select.iter().chain(ignore).find(|word| !rules.rules().any(|rule| is_named(rule, word)));
        match unknown {
            Some(word) => Err(Failure::input(no_such_rule(word, rules))),
            None => Ok(Self { select, ignore }),
        }
    }

    /// Whether a rule runs.
    pub fn contains(self, rule: &Rule) -> bool {
        let named_in = |words: &[String]| words.iter().any(|word| is_named(rule, word));
        (self.select.is_empty() || named_in(self.select)) && !named_in(self.ignore)
    }
}

/// Whether a word means a rule: it is its code or the beginning of it (a family), its name, or one
/// of those who can mend what it finds.
fn is_named(rule: &Rule, word: &str) -> bool {
    let word = word.trim();
    let begins = rule.code.get(..word.len()).is_some_and(|start| start.eq_ignore_ascii_case(word));
    let names = || std::iter::once(&rule.name).chain(&rule.owners);
    begins && !word.is_empty() || names().any(|name| name.eq_ignore_ascii_case(word))
}

fn no_such_rule(word: &str, rules: &RuleSet) -> miette::Report {
    let help = match rules.suggest(word) {
        Some(like) => format!("did you mean {like}?"),
        None => "scorelint rules lists all rules".to_owned(),
    };
    miette!(help = help, "there is no rule, family or owner {}", crate::privacy::text::quote(word, 40))
}
