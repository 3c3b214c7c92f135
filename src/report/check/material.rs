//! What every report is made from: the outcome, the words of the rules, and what may be shown.

use super::message::{self, Printable};
use super::{FilePosition, RuleBook, RuleWords};
use crate::layout::{FieldId, registry};
use crate::outcome::{Finding, InputOutcome, Outcome, RuleOutcome, WaiverLink};
use crate::privacy::mask::Reveal;
use crate::privacy::pseudonym::Pseudonyms;
use crate::privacy::text::neutralise;
use crate::rule::Severity;

/// The canonical name of the statewide student identifier, which pseudonyms stand for.
const SSID: &str = "ssid";

/// The canonical name of the record type.
const RECORD_TYPE: &str = "record_type";

/// The columns a record type may take.
const RECORD_TYPE_WIDTH: usize = 12;

/// The outcome of a check with all that is needed to put it into words.
pub struct Material<'a> {
    /// What the engine found out.
    pub outcome: &'a Outcome,
    /// The words of its rules, in the same order.
    pub words: Vec<RuleWords>,
    /// How much of values is shown.
    pub reveal: Reveal,
    /// Makes pseudonyms, where there is a key.
    pub pseudonyms: Option<&'a Pseudonyms>,
    /// The least weight of what is reported.
    least: Severity,
    ssid: Option<FieldId>,
    record_type: Option<FieldId>,
}

impl<'a> Material<'a> {
    /// Puts an outcome together with the words of its rules.
    pub fn new(outcome: &'a Outcome, rules: &'a RuleBook, reveal: Reveal, pseudonyms: Option<&'a Pseudonyms>) -> Self {
        let words = outcome.rules.iter().map(|rule| rules.words(&rule.code)).collect();
        let (ssid, record_type) = (registry().id(SSID), registry().id(RECORD_TYPE));
        Self { outcome, words, reveal, pseudonyms, least: Severity::Notice, ssid, record_type }
    }

    /// Narrowed to what weighs at least so much; to nothing where that is not given.
    #[must_use]
    pub fn from_severity(self, least: Option<Severity>) -> Self {
        Self { least: least.unwrap_or(Severity::Notice), ..self }
    }

    /// Whether a rule, or a finding, of this weight is reported.
    pub fn reports(&self, severity: Severity) -> bool {
        severity >= self.least
    }

    /// The findings that are reported, waived ones among them.
    pub fn findings(&self) -> impl Iterator<Item = &'a Finding> + '_ {
        self.outcome.findings.iter().filter(|finding| self.reports(finding.severity))
    }

    /// The findings that are reported, that no waiver covers, and that follow from no other.
    pub fn open_findings(&self) -> impl Iterator<Item = &'a Finding> + '_ {
        self.findings().filter(|finding| finding.is_shown())
    }

    /// The account and the words of the rule a finding is of.
    pub fn rule_of(&self, finding: &Finding) -> Option<(&'a RuleOutcome, &RuleWords)> {
        Some((self.outcome.rules.get(finding.rule)?, self.words.get(finding.rule)?))
    }

    /// The file a finding is in.
    pub fn input_of(&self, finding: &Finding) -> Option<&'a InputOutcome> {
        self.outcome.inputs.get(finding.input)
    }

    /// Where a finding is.
    pub fn place(&self, finding: &Finding) -> FilePosition {
        if let (Some(WaiverLink::About(number)), Some(settings)) = (finding.waiver, &self.outcome.settings)
            && let Some(waiver) = settings.waivers.get(number).map(|waiver| &waiver.shown)
        {
            let path = neutralise(&waiver.path.to_string_lossy()).into_owned();
            return FilePosition { path, line: Some(waiver.line), column: None };
        }
        self.input_of(finding).map_or_else(
            || FilePosition { path: String::new(), line: None, column: None },
            |input| FilePosition::of(finding, &input.info),
        )
    }

    /// The message of a finding, filled in.
    pub fn message(&self, finding: &Finding) -> String {
        let year = self.input_of(finding).map_or(0, |input| input.info.year);
        self.words
            .get(finding.rule)
            .map_or_else(String::new, |words| message::fill(words.message_in(year), finding, self))
    }

    /// The record type of the record a finding is about, unless it is blank.
    pub fn record_type(&self, finding: &Finding) -> Option<String> {
        let text = &finding.record.as_ref()?.record_type;
        (!text.trim().is_empty()).then(|| self.value(text, self.record_type, RECORD_TYPE_WIDTH))
    }

    /// The pseudonym of the student a finding is about.
    pub fn student(&self, finding: &Finding) -> Option<String> {
        self.pseudonyms?.of(&finding.record.as_ref()?.ssid)
    }
}

impl Printable for Material<'_> {
    fn column_name(&self, finding: &Finding, field: FieldId) -> String {
        let info = self.input_of(finding).map(|input| &input.info);
        let column = info.and_then(|info| info.columns.get(info.column_of(field)?));
        let name = column.map_or(registry().info(field).title, |column| column.name.as_str());
        neutralise(name).into_owned()
    }

    fn value(&self, value: &str, field: Option<FieldId>, width: usize) -> String {
        let is_ssid = field.is_some() && field == self.ssid;
        let pseudonym = self.pseudonyms.filter(|_| is_ssid).and_then(|pseudonyms| pseudonyms.of(value));
        pseudonym.unwrap_or_else(|| message::printed(value, field, self.reveal, width))
    }
}
