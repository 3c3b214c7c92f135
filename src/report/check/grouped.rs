//! Findings of one rule taken together, for hosts that show few annotations of a run.

use std::collections::BTreeMap;

use super::{Material, RuleWords};
use crate::number;
use crate::outcome::{Finding, RuleOutcome};
use crate::rule::Severity;

/// Findings of one rule in one file, of one school where they are grouped by school.
pub struct FindingGroup<'a> {
    /// The rule.
    pub rule: &'a RuleOutcome,
    /// Its words.
    pub words: &'a RuleWords,
    /// The school, where the findings are grouped by school and are of one.
    pub school: Option<&'a str>,
    /// The gravest severity among them.
    pub severity: Severity,
    /// How many cells, records or sets they stand for.
    pub count: u64,
    /// The first one.
    pub first: &'a Finding,
    /// Whether waivers cover all of them.
    pub is_waived: bool,
}

/// What findings of a rule are grouped by, besides the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GroupedFindings {
    /// Nothing else.
    ByFile,
    /// The school.
    BySchool,
}

/// The findings that are reported and follow from no other, grouped, in the order of their rules, files and schools.
pub fn groups<'a>(material: &'a Material<'_>, by: GroupedFindings) -> Vec<FindingGroup<'a>> {
    let mut all: BTreeMap<(usize, usize, Option<&str>, bool), FindingGroup<'a>> = BTreeMap::new();
    for finding in material.findings().filter(|finding| finding.follows.is_none()) {
        let Some((rule, words)) = material.rule_of(finding) else { continue };
        let school = finding.school().filter(|_| by == GroupedFindings::BySchool);
        let is_waived = finding.is_waived();
        let new = || FindingGroup { rule, words, school, severity: finding.severity, count: 0, first: finding, is_waived };
        let group = all.entry((finding.rule, finding.input, school, is_waived)).or_insert_with(new);
        group.count += finding.count.max(1);
        group.severity = group.severity.max(finding.severity);
    }
    all.into_values().collect()
}

impl FindingGroup<'_> {
    /// What is wrong; of several the first one, and how many there are.
    pub fn message(&self, material: &Material<'_>) -> String {
        let message = material.message(self.first);
        match self.count {
            0 | 1 => message,
            _ if self.words.message.contains("{count}") => message,
            count => format!("{} of this rule, the first: {message}", number::counted(count, self.words.unit)),
        }
    }
}
