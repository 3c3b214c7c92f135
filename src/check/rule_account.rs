//! Adds up how one rule comes out over all files of a check.

use std::collections::HashMap;
use std::time::Duration;

use super::follows::FollowCounts;
use super::hits::InstanceCounts;
use crate::outcome::{RuleOutcome, RuleStatus};
use crate::rule::{Rule, Severity};

/// What is known of a rule so far.
pub(super) struct RuleAccount<'a> {
    pub(super) rule: &'a Rule,
    pub(super) weight: Option<Severity>,
    pub(super) carried: bool,
    pub(super) counts: InstanceCounts,
    pub(super) by_school: HashMap<u64, u64>,
    /// How many of its findings follow from which other rules.
    pub(super) follows: FollowCounts,
    /// Breaches that are reported within a finding about others of their column.
    pub(super) within: u64,
    pub(super) time: Duration,
    /// Whether it was evaluated for some file.
    pub(super) ran: bool,
    /// Why it was not evaluated for a file.
    pub(super) not_run: Option<String>,
    /// How many findings may still be kept with their record.
    pub(super) room: usize,
}

impl RuleAccount<'_> {
    /// Takes the weight of a year that the rule is run for: the gravest of all such years counts.
    pub(super) fn weigh(&mut self, weight: Option<Severity>) {
        self.weight = if self.ran { weight.max(self.weight) } else { weight };
    }

    /// Takes a breach by a record of a school (0 for none): one of its own, or one that follows from another rule.
    pub(super) fn add(&mut self, cause: Option<usize>, school: u64) {
        match cause {
            Some(cause) => *self.follows.entry(cause).or_default() += 1,
            None if school != 0 => *self.by_school.entry(school).or_default() += 1,
            None => {}
        }
    }

    /// The outcome of the rule over all files. `codes` are those of all rules, by their places.
    pub(super) fn finish(self, codes: &[String]) -> RuleOutcome {
        let counts = self.counts;
        let status = match () {
            () if counts.broke > 0 => RuleStatus::Broke,
            () if !self.ran => match self.not_run {
                Some(reason) => RuleStatus::NotRun(reason),
                None => RuleStatus::NotRun("it is for other years".to_owned()),
            },
            () if counts.applicable == 0 => RuleStatus::NotApplicable,
            () if counts.undecidable == counts.applicable => RuleStatus::Undecidable,
            () => RuleStatus::Held,
        };
        let mut by_school: Vec<(String, u64)> =
            self.by_school.into_iter().map(|(code, count)| (format!("{code:014}"), count)).collect();
        by_school.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
        RuleOutcome {
            code: self.rule.code.clone(),
            status,
            severity: self.weight.unwrap_or(self.rule.severity),
            carried: self.carried,
            applicable: counts.applicable,
            broke: counts.broke,
            waived: 0,
            follows_from: follows_from(&self.follows, codes),
            within: self.within,
            undecidable: counts.undecidable,
            by_school,
            time: self.time,
        }
    }
}

fn follows_from(follows: &FollowCounts, codes: &[String]) -> Vec<(String, u64)> {
    follows.iter().filter_map(|(cause, count)| Some((codes.get(*cause)?.clone(), *count))).collect()
}
