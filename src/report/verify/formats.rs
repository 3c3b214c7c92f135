//! The formats of a verdict. A new one is a file in this folder and an entry in this table.

use super::{json, text};
use crate::report::format::{Kind, Mark, Needs, Reporter};
use crate::report::title;
use crate::verify::{Claim, Verdict};

/// The report of `scorelint verify`.
#[derive(Clone, Copy, Debug)]
pub struct Verify;

/// What a report of a verdict is made from.
pub struct VerifyReport<'a> {
    /// The saved reconciliation.
    pub claim: &'a Claim,
    /// What the recount says of it.
    pub verdict: &'a Verdict,
}

impl Kind for Verify {
    type Subject<'a> = VerifyReport<'a>;
    const NAME: &'static str = "verify";

    fn formats() -> &'static [Reporter<Self>] {
        &FORMATS
    }
}

/// What stands at the start of files for people.
const TITLE: &str = "scorelint verify";

static FORMATS: [Reporter<Verify>; 2] = [
    Reporter {
        name: "human",
        endings: &["txt"],
        about: "For people: the verdict, then what is refuted",
        needs: Needs::SAMPLES,
        mark: Mark::Text(TITLE),
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
        mark: Mark::Text("\"scorelint/verify/1\""),
        write: |out, report, _| json::write(out, report.claim, report.verdict),
    },
];
