//! Finds out which findings follow from another one: a rule says with `implies` which rules may break on the same
//! record as a consequence. Such findings are counted, and shown under their cause.

use std::collections::{BTreeMap, HashMap};

use super::hits::Hit;
use super::judge::SetHit;
use crate::engine::program::Program;
use crate::rule::{Rule, Severity};

/// Which rules may follow from which, by their places in the run.
pub(super) struct Implied {
    /// For each rule, those that it may follow from.
    causes: Vec<Vec<usize>>,
    /// For each rule, whether any follows from it.
    is_cause: Vec<bool>,
}

impl Implied {
    /// The implications among the rules of a run.
    pub(super) fn new<'r>(rules: impl Iterator<Item = &'r Rule> + Clone) -> Self {
        let places: HashMap<&str, usize> = rules.clone().zip(0..).map(|(rule, at)| (rule.code.as_str(), at)).collect();
        let mut causes = vec![Vec::new(); places.len()];
        let mut is_cause = vec![false; places.len()];
        for (cause, rule) in rules.enumerate() {
            for place in rule.implies.iter().filter_map(|code| places.get(code.as_str())) {
                causes[*place].push(cause);
                is_cause[cause] = true;
            }
        }
        Self { causes, is_cause }
    }
}

/// The breaches of a file that others may follow from.
#[derive(Default)]
pub(super) struct Causes {
    /// Records with the rules that they break by themselves, ascending.
    alone: Vec<(u32, usize)>,
    /// Records with the rules that they break together with others, and the number of the group, ascending.
    together: Vec<(u32, usize, usize)>,
}

impl Causes {
    /// The breaches of rules that have consequences.
    pub(super) fn new(implied: &Implied, program: &Program, hits: &[Hit], sets: &[SetHit]) -> Self {
        let rule_of = |instance: usize| program.instances[instance].rule;
        let is_cause: Vec<bool> = program.instances.iter().map(|planned| implied.is_cause[planned.rule]).collect();
        let of_hits = hits.iter().filter(|hit| is_cause[hit.instance as usize]);
        let mut alone: Vec<_> = of_hits.map(|hit| (hit.record, rule_of(hit.instance as usize))).collect();
        let of_sets = sets.iter().enumerate().filter(|(_, set)| is_cause[set.instance]);
        let mut together: Vec<_> = of_sets
            .flat_map(|(group, set)| set.records.iter().map(move |record| (*record, rule_of(set.instance), group)))
            .collect();
        alone.sort_unstable();
        alone.dedup();
        together.sort_unstable();
        Self { alone, together }
    }

    fn alone(&self, record: u32) -> impl Iterator<Item = usize> + '_ {
        let start = self.alone.partition_point(|(one, _)| *one < record);
        self.alone[start..].iter().take_while(move |(one, _)| *one == record).map(|(_, rule)| *rule)
    }

    fn together(&self, record: u32) -> impl Iterator<Item = (usize, usize)> + '_ {
        let start = self.together.partition_point(|(one, ..)| *one < record);
        let of_record = self.together[start..].iter().take_while(move |(one, ..)| *one == record);
        of_record.map(|(_, rule, group)| (*rule, *group))
    }
}

/// What one breach follows from.
pub(super) struct Follows<'a> {
    pub(super) implied: &'a Implied,
    pub(super) causes: &'a Causes,
    /// The weight of each rule in this run. Nothing follows from what weighs less.
    pub(super) weights: &'a [Option<Severity>],
}

impl Follows<'_> {
    /// The rule that a breach by one record follows from: the first cause, where one follows from another.
    pub(super) fn of_record(&self, rule: usize, record: u32) -> Option<usize> {
        self.first_cause(rule, |rule| self.near_record(rule, record))
    }

    /// The rule that a breach by several records follows from: a breach by one of them alone, or one by all of them
    /// together.
    pub(super) fn of_set(&self, rule: usize, records: &[u32]) -> Option<usize> {
        self.first_cause(rule, |rule| self.near_set(rule, records))
    }

    /// Goes from cause to cause. No rule follows from itself, so there are at most as many as rules.
    fn first_cause(&self, rule: usize, near: impl Fn(usize) -> Option<usize>) -> Option<usize> {
        let causes = std::iter::successors(near(rule), |cause| near(*cause));
        causes.take(self.implied.causes.len()).last()
    }

    fn near_record(&self, rule: usize, record: u32) -> Option<usize> {
        let all = self.causes.alone(record).chain(self.causes.together(record).map(|(rule, _)| rule));
        self.first(rule, all)
    }

    fn near_set(&self, rule: usize, records: &[u32]) -> Option<usize> {
        if self.implied.causes[rule].is_empty() {
            return None;
        }
        let alone = records.iter().flat_map(|record| self.causes.alone(*record));
        let (first, rest) = records.split_first()?;
        let has_all = |group: usize| rest.iter().all(|one| self.causes.together(*one).any(|(_, other)| other == group));
        let together = self.causes.together(*first).filter(|(_, group)| has_all(*group)).map(|(rule, _)| rule);
        self.first(rule, alone.chain(together))
    }

    /// The first of the rules that have the given one as a consequence and weigh as much.
    fn first(&self, rule: usize, broken: impl Iterator<Item = usize>) -> Option<usize> {
        let causes = &self.implied.causes[rule];
        if causes.is_empty() {
            return None;
        }
        let counts = |cause: &usize| causes.contains(cause) && self.weights[*cause] >= self.weights[rule];
        broken.filter(counts).min()
    }
}

/// Adds up how many findings of a rule follow from which other rules, by their places.
pub(super) type FollowCounts = BTreeMap<usize, u64>;
