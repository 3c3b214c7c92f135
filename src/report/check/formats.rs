//! The formats of a check. A new one is a file in this folder and an entry in this table.

use super::{Material, concise, csv, github, gitlab, human, json, junit, lines, markdown, sarif};
use crate::report::format::{ReportKind, FormatSignature, Needs, Reporter};
use crate::report::{Look, Timings};

/// The report of `scorelint check`.
#[derive(Clone, Copy, Debug)]
pub struct CheckKind;

/// What a report of a check is made from.
pub struct CheckReport<'a> {
    /// The outcome, in words.
    pub material: Material<'a>,
    /// Most samples of a rule, for formats that show samples.
    pub samples: usize,
    /// Whether the time spent on each rule is listed.
    pub timings: Timings,
}

impl ReportKind for CheckKind {
    type Subject<'a> = CheckReport<'a>;
    const NAME: &'static str = "check";

    fn formats() -> &'static [Reporter<Self>] {
        &FORMATS
    }
}

/// What stands at the start of files for people.
const TITLE: &str = "scorelint check";

static FORMATS: [Reporter<CheckKind>; 10] = [
    Reporter {
        name: "human",
        endings: &["txt"],
        about: "For people: grouped by rule, with samples and a summary",
        needs: Needs::SAMPLES,
        mark: FormatSignature::Text(TITLE),
        write: |out, report, style| {
            crate::report::title(out, TITLE, style)?;
            human::write(out, &report.material, Look::of(style, report.samples, report.timings))
        },
    },
    Reporter {
        name: "concise",
        endings: &[],
        about: "One line a finding: path:line:column: severity CODE message",
        needs: Needs::LIST,
        mark: FormatSignature::Text(TITLE),
        write: |out, report, style| {
            crate::report::title(out, TITLE, style)?;
            concise::write(out, &report.material)
        },
    },
    Reporter {
        name: "json",
        endings: &["json"],
        about: "For programs: docs/schemas/check-1.schema.json",
        needs: Needs::WHOLE,
        mark: FormatSignature::Text("\"scorelint/check/1\""),
        write: |out, report, _| json::write(out, &report.material, report.timings),
    },
    Reporter {
        name: "jsonl",
        endings: &["jsonl", "ndjson"],
        about: "For programs, one document a line: the run, its files, every finding, the totals",
        needs: Needs::WHOLE,
        mark: FormatSignature::Text(lines::SCHEMA),
        write: |out, report, _| lines::write(out, &report.material),
    },
    Reporter {
        name: "csv",
        endings: &["csv"],
        about: "A table for spreadsheets, one finding a row",
        needs: Needs::WHOLE,
        mark: FormatSignature::Text(csv::HEADER),
        write: |out, report, _| csv::write(out, &report.material),
    },
    Reporter {
        name: "markdown",
        endings: &["md"],
        about: "A summary for an e-mail or a pull request",
        needs: Needs::LIST,
        mark: FormatSignature::Text(markdown::TITLE),
        write: |out, report, _| markdown::write(out, &report.material),
    },
    Reporter {
        name: "sarif",
        endings: &["sarif"],
        about: "SARIF 2.1.0, a result for each rule, file and school",
        needs: Needs::WHOLE,
        mark: FormatSignature::Text(sarif::MARK),
        write: |out, report, _| sarif::write(out, &report.material),
    },
    Reporter {
        name: "junit",
        endings: &["xml"],
        about: "JUnit, a suite for each file and a case for each rule",
        needs: Needs::WHOLE,
        mark: FormatSignature::Text(junit::NAME),
        write: |out, report, _| junit::write(out, &report.material),
    },
    Reporter {
        name: "github",
        endings: &[],
        about: "Annotations of GitHub Actions, one for each rule and file",
        needs: Needs::LIST,
        mark: FormatSignature::Text(github::MARK),
        write: |out, report, _| github::write(out, &report.material),
    },
    Reporter {
        name: "gitlab",
        endings: &[],
        about: "A Code Quality report of GitLab",
        needs: Needs::WHOLE,
        mark: FormatSignature::TextOrEmptyList(gitlab::MARK),
        write: |out, report, _| gitlab::write(out, &report.material),
    },
];
