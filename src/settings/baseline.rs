//! Writes a baseline: the findings of a run as waivers, recognised by student and school and not by line, so that a
//! later run reports what is new.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use jiff::civil::Date;

use super::waiver::WAIVER_RULES;
use crate::outcome::{Finding, Outcome, Subject};
use crate::privacy::pseudonym::Pseudonyms;
use crate::rule::Severity;

/// Who answers for the waivers of a baseline.
#[derive(Clone, Debug)]
pub struct Signature {
    /// Who says so.
    pub author: String,
    /// Why.
    pub reason: String,
    /// The last day they hold.
    pub expires: Date,
}

/// What a waiver is known by. The order is that of the file.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum WaiverIdentity {
    Student { student: String, test: Option<String> },
    School(String),
    Anyone,
}

/// The waivers of a baseline, before they are signed.
#[derive(Clone, Debug, Default)]
pub struct BaselineDraft {
    /// Findings by rule and identity.
    waivers: BTreeMap<(String, WaiverIdentity), u64>,
}

/// A baseline ready to be written.
#[derive(Clone, Debug)]
pub struct Baseline {
    /// The settings file.
    pub text: String,
    /// How many waivers it holds.
    pub waivers: usize,
    /// How many findings they cover.
    pub findings: u64,
}

/// The findings of a run from a severity upwards that no waiver covers. Those that follow from another one go with it.
pub fn baseline(outcome: &Outcome, least: Severity, pseudonyms: &Pseudonyms) -> BaselineDraft {
    let mut draft = BaselineDraft::default();
    for finding in outcome.findings.iter().filter(|finding| finding.is_shown()) {
        let Some(rule) = outcome.rules.get(finding.rule) else { continue };
        // Totals and exit codes go by the severity of the rule over all files.
        let is_grave = finding.severity.max(rule.severity) >= least;
        if !is_grave || WAIVER_RULES.contains(&rule.code.as_str()) {
            continue;
        }
        let key = (rule.code.clone(), identity(finding, pseudonyms));
        *draft.waivers.entry(key).or_default() += finding.count.max(1);
    }
    draft
}

/// Whose finding it is. A student without a usable identifier is known by the school only.
fn identity(finding: &Finding, pseudonyms: &Pseudonyms) -> WaiverIdentity {
    let student = || finding.record.as_ref().and_then(|record| pseudonyms.of(&record.ssid));
    let test = || finding.record.as_ref().map(|record| record.record_type.clone()).filter(|test| is_test(test));
    let school = || {
        let is_code = |code: &&str| code.len() == 14 && code.bytes().all(|byte| byte.is_ascii_digit());
        finding.school().filter(is_code).map(|code| WaiverIdentity::School(code.to_owned()))
    };
    let found = match &finding.subject {
        Subject::Record => student().map(|student| WaiverIdentity::Student { student, test: test() }).or_else(school),
        Subject::Student => student().map(|student| WaiverIdentity::Student { student, test: None }).or_else(school),
        Subject::School(_) => school(),
        Subject::Records | Subject::Whole => None,
    };
    found.unwrap_or(WaiverIdentity::Anyone)
}

/// Whether a record type can stand in a waiver; a damaged one cannot.
fn is_test(text: &str) -> bool {
    text.len() == 2
        && text.bytes().all(|byte| byte.is_ascii_digit())
        && !crate::layout::RecordTypes::parse(text).is_empty()
}

impl BaselineDraft {
    /// The settings file.
    pub fn signed(&self, signature: &Signature) -> Baseline {
        let mut text = String::from(HEAD);
        for ((rule, identity), count) in &self.waivers {
            let _ = write!(text, "\n[[waivers]]\nrule = {}\n", quoted(rule));
            match identity {
                WaiverIdentity::Student { student, test } => {
                    let _ = writeln!(text, "student = {}", quoted(student));
                    if let Some(test) = test {
                        let _ = writeln!(text, "test = {}", quoted(test));
                    }
                }
                WaiverIdentity::School(code) => {
                    let _ = writeln!(text, "school = {}", quoted(code));
                }
                WaiverIdentity::Anyone => {}
            }
            let Signature { author, reason, expires } = signature;
            let _ = writeln!(text, "count = {count}");
            let _ = writeln!(text, "reason = {}\nauthor = {}\nexpires = {expires}", quoted(reason), quoted(author));
        }
        Baseline { text, waivers: self.waivers.len(), findings: self.waivers.values().sum() }
    }
}

const HEAD: &str = "\
# Findings that are known and accepted until the days below, made by `scorelint baseline`.
# Each is known by its rule and by whose it is, never by its line. Delete what is no longer true.
";

fn quoted(text: &str) -> String {
    toml::Value::from(text).to_string()
}
