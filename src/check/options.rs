//! What a check is to do: the rules, their weights, and which findings are kept with their records.

use crate::input;
use crate::rule::{Rule, RuleSet, Severity};

/// Which findings are kept with their record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeptFindings {
    /// The first so many of each rule.
    Samples(usize),
    /// All of them.
    All,
}

/// How a check is run.
pub struct CheckOptions<'a> {
    /// How files are read.
    pub input: input::InputOptions,
    /// The rules there are.
    pub rules: &'a RuleSet,
    /// The weight of a rule in this run; `None` leaves it out.
    pub weight: &'a dyn Fn(&Rule, Severity) -> Option<Severity>,
    /// Which findings of a rule are kept with their record.
    pub detail: &'a dyn Fn(&Rule) -> KeptFindings,
    /// Threads to work on; at least 1.
    pub threads: usize,
    /// Whether the time of each rule is taken.
    pub timings: bool,
    /// Receives the bytes of the current file read so far, from any thread.
    pub progress: Option<&'a (dyn Fn(u64) + Sync)>,
}
