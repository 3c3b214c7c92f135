//! Finds the rules that a word names: a code, the beginning of codes, a family, a name, or an owner.

use std::cmp::Ordering;

use crate::rule::{Rule, RuleSet, closest, families};

/// How closely a word names a rule; of two words that name it the closer one decides.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Closeness {
    /// Somebody who can mend what it finds.
    Owner,
    /// Its family, by letter or name.
    Family,
    /// So many digits of its code.
    Beginning(usize),
    /// Its code or its name.
    Itself,
}

impl Closeness {
    fn rank(self) -> usize {
        match self {
            Self::Owner => 0,
            Self::Family => 1,
            Self::Beginning(digits) => 1 + digits,
            Self::Itself => usize::MAX,
        }
    }
}

impl PartialOrd for Closeness {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Closeness {
    fn cmp(&self, other: &Self) -> Ordering {
        self.rank().cmp(&other.rank())
    }
}

/// How closely a word names a rule, if it does. Case does not matter.
///
/// A beginning of a code has all its letters: `S` does not mean an own rule `SCH001`.
pub fn closeness(rule: &Rule, word: &str) -> Option<Closeness> {
    let word = word.trim();
    if rule.code.eq_ignore_ascii_case(word) || rule.name.eq_ignore_ascii_case(word) {
        return Some(Closeness::Itself);
    }
    let letters = rule.prefix().len();
    let begins = rule.code.get(..word.len()).is_some_and(|start| start.eq_ignore_ascii_case(word));
    if begins && word.len() > letters {
        return Some(Closeness::Beginning(word.len() - letters));
    }
    let is_family = |word: &str| families().any(|one| one.folder.eq_ignore_ascii_case(word) && one.has(rule));
    if (begins && word.len() == letters) || is_family(word) {
        return Some(Closeness::Family);
    }
    rule.owners.iter().any(|owner| owner.eq_ignore_ascii_case(word)).then_some(Closeness::Owner)
}

/// A word on the command line that no rule goes by.
#[derive(Debug, thiserror::Error, miette::Diagnostic)]
#[error("there is no rule, family or owner {}", crate::privacy::text::quote(.word, 40))]
pub struct UnknownRule {
    word: String,
    #[help]
    help: String,
}

impl UnknownRule {
    /// With the rule that may have been meant.
    pub(super) fn new(word: &str, rules: &RuleSet) -> Self {
        Self { word: word.to_owned(), help: suggestion(word, rules) }
    }
}

/// What may have been meant by a word that no rule goes by.
pub(super) fn suggestion(word: &str, rules: &RuleSet) -> String {
    let mut known: Vec<&str> = Vec::new();
    for rule in rules.rules() {
        known.extend([rule.code.as_str(), rule.name.as_str()]);
        known.extend(rule.owners.iter().map(String::as_str));
    }
    known.extend(families().map(|family| family.folder));
    match closest(word, known) {
        Some(like) => format!("did you mean {like}?"),
        None => "scorelint rules lists all rules".to_owned(),
    }
}
