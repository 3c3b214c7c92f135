//! The report for programs, `scorelint/check/1`: every finding, every rule, every file. Described
//! by `docs/schemas/check-1.schema.json`.

use std::io::{self, Write};

use miette::Diagnostic;
use serde::{Serialize, Serializer};

use super::facts::FindingFacts;
use super::{Material, RuleWords};
use crate::input::InputError;
use crate::layout::registry;
use crate::outcome::{InputOutcome, Outcome, RuleOutcome, RuleStatus, RuleTotals, SettingsUsed, WaiverUsed};
use crate::privacy::json;
use crate::privacy::text::neutralise;
use crate::report::WaiverOut;

/// The name and version of the form; the number changes when a reader of the old form would fail.
const SCHEMA: &str = "scorelint/check/1";

/// Whether the time spent on each rule is written; it differs from run to run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Timings {
    /// Written, as microseconds.
    Shown,
    /// Left out, so that the same input gives the same bytes.
    Hidden,
}

/// Writes the report, finding by finding.
///
/// # Errors
/// When the writer fails.
pub fn write(out: &mut dyn Write, material: &Material<'_>, timings: Timings) -> io::Result<()> {
    let outcome = material.outcome;
    let report = CheckDocument {
        schema: SCHEMA,
        tool: tool(),
        settings: outcome.settings.as_ref().map(settings),
        inputs: outcome.inputs.iter().map(input).collect(),
        unreadable: outcome.unreadable.iter().map(|error| unreadable(error)).collect(),
        rules: outcome.rules.iter().zip(&material.words).map(|(one, words)| rule(one, words, timings)).collect(),
        findings: CheckFindings(material),
        summary: summary(outcome),
    };
    json::write_pretty(out, &report)?;
    writeln!(out)
}

/// What has made the report, and the SHA-256 of the rules and tables it rests on.
pub(super) fn tool() -> CheckTool {
    CheckTool {
        name: env!("CARGO_PKG_NAME"),
        version: env!("CARGO_PKG_VERSION"),
        rules_sha256: crate::RULES_SHA256,
    }
}

/// The totals of a run.
pub(super) fn summary(outcome: &Outcome) -> CheckSummary {
    let totals = outcome.totals();
    CheckSummary {
        errors: totals.errors,
        warnings: totals.warnings,
        notices: totals.notices,
        unreadable: outcome.unreadable.len(),
        waived: totals.waived,
        following: totals.following,
        records: outcome.checked().map(|input| input.records).sum(),
        rules: outcome.rule_totals().into(),
    }
}

#[derive(Serialize)]
struct CheckDocument<'a> {
    schema: &'static str,
    tool: CheckTool,
    #[serde(skip_serializing_if = "Option::is_none")]
    settings: Option<CheckSettings<'a>>,
    inputs: Vec<CheckInput<'a>>,
    unreadable: Vec<CheckUnreadable>,
    rules: Vec<CheckRule<'a>>,
    findings: CheckFindings<'a>,
    summary: CheckSummary,
}

#[derive(Serialize)]
pub(super) struct CheckTool {
    name: &'static str,
    version: &'static str,
    rules_sha256: &'static str,
}

/// The settings file and its waivers.
#[derive(Serialize)]
struct CheckSettings<'a> {
    path: String,
    why: &'a str,
    waivers: Vec<CheckWaiver<'a>>,
}

#[derive(Serialize)]
struct CheckWaiver<'a> {
    #[serde(flatten)]
    shown: WaiverOut<'a>,
    state: &'static str,
    waived: u64,
}

#[derive(Serialize)]
pub(super) struct CheckInput<'a> {
    role: &'static str,
    path: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    member: Option<&'a str>,
    sha256: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    kind: Option<&'a str>,
    layout: u16,
    #[serde(skip_serializing_if = "Option::is_none")]
    by_layout_of: Option<u16>,
    dialect: &'static str,
    encoding: &'static str,
    view: &'static str,
    lea: Option<&'a str>,
    records: u64,
    bytes: u64,
    detected: Vec<CheckDetected<'a>>,
}

/// A file that could not be read, or not to its end.
#[derive(Serialize)]
pub(super) struct CheckUnreadable {
    path: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    rule: Option<String>,
    message: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    help: Option<String>,
}

#[derive(Serialize)]
struct CheckDetected<'a> {
    what: &'a str,
    value: &'a str,
    why: &'a str,
}

#[derive(Serialize)]
struct CheckRule<'a> {
    code: &'a str,
    name: &'a str,
    severity: &'static str,
    status: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<&'a str>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    carried: bool,
    applicable: u64,
    broke: u64,
    #[serde(skip_serializing_if = "is_zero")]
    waived: u64,
    /// How many of its findings follow from another rule, by that rule.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    follows_from: Vec<CheckFollowing<'a>>,
    undecidable: u64,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    by_school: Vec<CheckSchool<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    micros: Option<u64>,
}

#[derive(Serialize)]
struct CheckFollowing<'a> {
    rule: &'a str,
    broke: u64,
}

#[derive(Serialize)]
struct CheckSchool<'a> {
    school: &'a str,
    broke: u64,
}

#[derive(Serialize)]
pub(super) struct CheckSummary {
    errors: u64,
    warnings: u64,
    notices: u64,
    unreadable: usize,
    waived: u64,
    /// Findings that follow from another one; the other figures leave them out.
    #[serde(skip_serializing_if = "is_zero")]
    following: u64,
    records: u64,
    rules: RuleCounts,
}

/// How many rules came out how; adds up to all rules.
#[derive(Serialize)]
struct RuleCounts {
    held: u64,
    broke: u64,
    not_applicable: u64,
    undecidable: u64,
    not_run: u64,
}

impl From<RuleTotals> for RuleCounts {
    fn from(totals: RuleTotals) -> Self {
        let RuleTotals { held, broke, not_applicable, undecidable, not_run } = totals;
        Self { held, broke, not_applicable, undecidable, not_run }
    }
}

/// The findings, made one by one while they are written.
struct CheckFindings<'a>(&'a Material<'a>);

impl Serialize for CheckFindings<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.0.findings().filter_map(|one| FindingFacts::of(self.0, one)))
    }
}

pub(super) fn unreadable(error: &InputError) -> CheckUnreadable {
    let harmless = |text: String| neutralise(&text).into_owned();
    CheckUnreadable {
        path: harmless(error.path().to_owned()),
        rule: error.code().map(|code| code.to_string()),
        message: harmless(error.reason()),
        help: error.help().map(|help| harmless(help.to_string())),
    }
}

fn is_zero(number: &u64) -> bool {
    *number == 0
}

fn settings(settings: &SettingsUsed) -> CheckSettings<'_> {
    CheckSettings {
        path: settings.path.to_string_lossy().into_owned(),
        why: &settings.why,
        waivers: settings.waivers.iter().map(waiver).collect(),
    }
}

fn waiver(waiver: &WaiverUsed) -> CheckWaiver<'_> {
    CheckWaiver { shown: WaiverOut::of(&waiver.shown), state: waiver.state.as_str(), waived: waiver.waived }
}

pub(super) fn input(input: &InputOutcome) -> CheckInput<'_> {
    let info = &input.info;
    CheckInput {
        role: input.role.as_str(),
        path: info.path.to_string_lossy().into_owned(),
        member: info.member.as_deref(),
        sha256: input.sha256.as_deref(),
        kind: info.official_kind(),
        layout: info.year,
        by_layout_of: registry().base(info.year),
        dialect: info.dialect.as_str(),
        encoding: info.encoding.as_str(),
        view: info.view.as_str(),
        lea: info.lea.as_deref(),
        records: input.records,
        bytes: input.bytes,
        detected: info
            .detected
            .iter()
            .map(|one| CheckDetected { what: one.what, value: &one.value, why: &one.why })
            .collect(),
    }
}

fn rule<'a>(rule: &'a RuleOutcome, words: &'a RuleWords, timings: Timings) -> CheckRule<'a> {
    CheckRule {
        code: &rule.code,
        name: &words.name,
        severity: rule.severity.as_str(),
        status: rule.status.as_str(),
        reason: match &rule.status {
            RuleStatus::NotRun(reason) => Some(reason),
            _ => None,
        },
        carried: rule.carried,
        applicable: rule.applicable,
        broke: rule.broke,
        waived: rule.waived,
        follows_from: rule.follows_from.iter().map(|(rule, broke)| CheckFollowing { rule, broke: *broke }).collect(),
        undecidable: rule.undecidable,
        by_school: rule.by_school.iter().map(|(school, broke)| CheckSchool { school, broke: *broke }).collect(),
        micros: match timings {
            Timings::Shown => u64::try_from(rule.time.as_micros()).ok(),
            Timings::Hidden => None,
        },
    }
}
