//! The words of the rules, looked up by code.

use std::collections::HashMap;
use std::path::Path;

use crate::number::Unit;
use crate::layout::registry;
use crate::report::link::file_url;
use crate::rule::{Rule, RuleSet, Scope};

impl Unit {
    fn of(scope: Scope) -> Self {
        match scope {
            Scope::Cell => Self { one: "cell", many: "cells" },
            Scope::Record => Self { one: "record", many: "records" },
            Scope::Set => Self { one: "case", many: "cases" },
            Scope::Official => Self { one: "case", many: "cases" },
            Scope::File => Self { one: "finding", many: "findings" },
        }
    }
}

/// What a report says about a rule.
#[derive(Clone, Debug)]
pub struct RuleWords {
    /// What it says, in kebab case.
    pub name: String,
    /// The message, with `{placeholders}`.
    pub message: String,
    /// The message in layout years that have another one.
    pub messages: Vec<(u16, String)>,
    /// What to do.
    pub help: String,
    /// Who can do it.
    pub owners: Vec<String>,
    /// Where more can be read, if anywhere.
    pub url: Option<String>,
    /// What its findings are counted in.
    pub unit: Unit,
}

impl RuleWords {
    /// The message in a layout year.
    pub fn message_in(&self, year: u16) -> &str {
        self.messages.iter().find(|(one, _)| *one == year).map_or(&self.message, |(_, message)| message)
    }
}

/// The words of every rule of a run.
#[derive(Clone, Debug, Default)]
pub struct RuleBook {
    words: HashMap<String, RuleWords>,
}

/// Where the pages about the rules are published; empty as long as they are not.
const HOME: &str = env!("CARGO_PKG_HOMEPAGE");

impl RuleBook {
    /// The words of these rules.
    pub fn new<'a>(rules: impl IntoIterator<Item = &'a Rule>) -> Self {
        Self { words: rules.into_iter().map(|rule| (rule.code.clone(), words_of(rule))).collect() }
    }

    /// The words of a set of rules, with the messages of single years.
    pub fn of_set(set: &RuleSet) -> Self {
        let mut counting = Self::new(set.rules());
        for rule in set.rules() {
            let messages = registry().years().map(|year| (year, set.message(rule, year)));
            let other = messages.filter(|(_, message)| *message != rule.message);
            if let Some(words) = counting.words.get_mut(&rule.code) {
                words.messages = other.map(|(year, message)| (year, message.to_owned())).collect();
            }
        }
        counting
    }

    /// The words of a rule; those of an unknown one say only that it is unknown.
    pub fn words(&self, code: &str) -> RuleWords {
        self.words.get(code).cloned().unwrap_or_else(|| unknown_rule(code))
    }
}

fn words_of(rule: &Rule) -> RuleWords {
    RuleWords {
        name: rule.name.clone(),
        message: rule.message.clone(),
        messages: Vec::new(),
        help: rule.help.clone(),
        owners: rule.owners.clone(),
        url: url_of(rule),
        unit: Unit::of(rule.scope),
    }
}

fn unknown_rule(code: &str) -> RuleWords {
    RuleWords {
        name: code.to_owned(),
        message: format!("rule {code} is broken, but its words are missing"),
        messages: Vec::new(),
        help: String::new(),
        owners: Vec::new(),
        url: None,
        unit: Unit { one: "finding", many: "findings" },
    }
}

/// A rule of the user's own is a file on this machine; the shipped ones have a page each.
fn url_of(rule: &Rule) -> Option<String> {
    let path = Path::new(&rule.path);
    if path.is_absolute() && path.is_file() {
        return file_url(path);
    }
    (!HOME.is_empty()).then(|| format!("{HOME}/rules/{}", rule.code))
}
