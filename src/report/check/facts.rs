//! Everything that a finding carries in formats for machines.

use serde::Serialize;

use super::{FilePosition, Material};
use crate::layout::registry;
use crate::outcome::{Finding, Subject, WaiverLink};
use crate::report::spreadsheet;

/// A finding as programs get it. Its fields are those of `docs/schemas/check-1.schema.json`.
#[derive(Serialize)]
pub struct FindingFacts<'a> {
    /// The code of its rule.
    pub rule: &'a str,
    /// The severity in this run.
    pub severity: &'static str,
    /// The file's place among the inputs, from 0.
    pub input: usize,
    /// The line, 1-based.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub line: Option<u64>,
    /// The byte offset of the record.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub byte: Option<u64>,
    /// The character in the line, 1-based.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub character: Option<u64>,
    /// The header name of the column.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub column: Option<&'a str>,
    /// The number of the column in the file, 1-based.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub column_number: Option<usize>,
    /// The letters of the column in a spreadsheet.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub column_letter: Option<String>,
    /// The field, by its canonical name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub field: Option<&'static str>,
    /// The record type, as far as it may be shown.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub record_type: Option<String>,
    /// The code of the school it is of.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub school: Option<&'a str>,
    /// The pseudonym of the student.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub student: Option<String>,
    /// How many cells, records or sets it stands for.
    pub count: u64,
    /// Whether a waiver covers it.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub waived: bool,
    /// The waiver that covers it or that it is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub waiver: Option<usize>,
    /// The rule that it follows from.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub follows_from: Option<&'a str>,
    /// Lines of the other records of a set, or of further cells of a column.
    #[serde(skip_serializing_if = "<[u64]>::is_empty")]
    pub related: &'a [u64],
    /// What is wrong.
    pub message: String,
    /// What to do.
    pub help: &'a str,
    /// Who can do it.
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    pub owners: &'a [String],
    /// The same in every run with the same key for pseudonyms, whatever the lines; none where there is no key.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
}

impl<'a> FindingFacts<'a> {
    /// The facts of a finding; none of one whose rule is unknown.
    pub fn of(material: &'a Material<'_>, finding: &'a Finding) -> Option<Self> {
        let (rule, words) = material.rule_of(finding)?;
        let place = material.place(finding);
        let info = material.input_of(finding).map(|input| &input.info);
        let student = material.student(finding);
        let record_type = material.record_type(finding);
        let field = finding.field.map(|id| registry().info(id).name);
        let school = finding.school().filter(|code| is_code(code));
        Some(Self {
            rule: &rule.code,
            severity: finding.severity.as_str(),
            input: finding.input,
            line: line_of(finding, &place),
            byte: finding.record.as_ref().map(|record| record.byte),
            character: place.column,
            column: finding.column.and_then(|place| Some(info?.columns.get(place)?.name.as_str())),
            column_number: finding.column.map(|place| place + 1),
            column_letter: finding.column.map(spreadsheet::letters),
            field,
            school,
            count: finding.count.max(1),
            waived: finding.is_waived(),
            waiver: finding.waiver.map(|link| match link {
                WaiverLink::CoveredBy(number) | WaiverLink::About(number) => number,
            }),
            follows_from: finding.follows.and_then(|cause| Some(material.outcome.rules.get(cause)?.code.as_str())),
            related: &finding.related,
            message: material.message(finding),
            help: &words.help,
            owners: &words.owners,
            key: key(&rule.code, &finding.subject, student.as_deref(), school, record_type.as_deref(), field),
            record_type,
            student,
        })
    }
}

/// The line of a finding in its file. One about a waiver is in no file that was read.
fn line_of(finding: &Finding, place: &FilePosition) -> Option<u64> {
    place.line.filter(|_| !matches!(finding.waiver, Some(WaiverLink::About(_))))
}

/// Whether a school code is whole. A damaged one could be anything, also the value of another column.
fn is_code(text: &str) -> bool {
    text.len() == 14 && text.bytes().all(|byte| byte.is_ascii_digit())
}

fn key(
    rule: &str,
    subject: &Subject,
    student: Option<&str>,
    school: Option<&str>,
    record_type: Option<&str>,
    field: Option<&str>,
) -> Option<String> {
    let mut parts = vec![rule];
    match subject {
        Subject::Record => parts.extend([student?, record_type.unwrap_or("-")]),
        Subject::Student => parts.push(student?),
        Subject::School(_) => parts.push(school?),
        Subject::Records => return None,
        Subject::Whole => {}
    }
    parts.extend(field);
    Some(parts.join("/"))
}
