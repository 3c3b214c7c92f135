//! The formats of a check. A new one is a file in this folder and an entry in this table.

use super::{Material, concise, human, json};
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

static FORMATS: [Reporter<CheckKind>; 3] = [
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
];
