//! The formats of a verdict. A new one is a file in this folder and an entry in this table.

use super::{json, text};
use crate::report::format::{ReportKind, FormatSignature, Needs, Reporter};
use crate::report::title;
use crate::verify::{Claim, VerifyVerdict};

/// The report of `scorelint verify`.
#[derive(Clone, Copy, Debug)]
pub struct VerifyKind;

/// What a report of a verdict is made from.
pub struct VerifyReport<'a> {
    /// The saved reconciliation.
    pub claim: &'a Claim,
    /// What the recount says of it.
    pub verdict: &'a VerifyVerdict,
}

impl ReportKind for VerifyKind {
    type Subject<'a> = VerifyReport<'a>;
    const NAME: &'static str = "verify";

    fn formats() -> &'static [Reporter<Self>] {
        &FORMATS
    }
}

/// What stands at the start of files for people.
const TITLE: &str = "scorelint verify";

static FORMATS: [Reporter<VerifyKind>; 2] = [
    Reporter {
        name: "human",
        endings: &["txt"],
        about: "For people: the verdict, then what is refuted",
        needs: Needs::SAMPLES,
        mark: FormatSignature::Text(TITLE),
        write: |out, report, style| {
            title(out, TITLE, style)?;
            text::write(out, report.claim, report.verdict, style)
        },
    },
    Reporter {
        name: "json",
        endings: &["json"],
        about: "For programs: docs/schemas/verify-1.schema.json",
        needs: Needs::WHOLE,
        mark: FormatSignature::Text("\"scorelint/verify/1\""),
        write: |out, report, _| json::write(out, report.claim, report.verdict),
    },
];
