//! The formats of a reconciliation. A new one is a file in this folder and an entry in this table.

use super::subject::{ReconcileView, ReconcileReport};
use super::{json, text, worklist};
use crate::report::format::{ReportKind, FormatSignature, Needs, Reporter};
use crate::report::title;

/// The report of `scorelint reconcile`.
#[derive(Clone, Copy, Debug)]
pub struct ReconcileKind;

impl ReportKind for ReconcileKind {
    type Subject<'a> = ReconcileReport<'a>;
    const NAME: &'static str = "reconcile";

    fn formats() -> &'static [Reporter<Self>] {
        &FORMATS
    }
}

/// What stands at the start of files for people.
const TITLE: &str = "scorelint reconcile";

static FORMATS: [Reporter<ReconcileKind>; 2] = [
    Reporter {
        name: "human",
        endings: &["txt"],
        about: "For people",
        needs: Needs::SAMPLES,
        mark: FormatSignature::Text(TITLE),
        write: |out, report, style| {
            title(out, TITLE, style)?;
            match report.page {
                ReconcileView::Ladders => text::write(out, report, style),
                ReconcileView::Worklist => worklist::write(out, report, style),
            }
        },
    },
    Reporter {
        name: "json",
        endings: &["json"],
        about: "For programs: docs/schemas/reconcile-1.schema.json",
        needs: Needs::WHOLE,
        mark: FormatSignature::Text("\"scorelint/reconcile/1\""),
        write: |out, report, _| json::write(out, report.reconciliation, &report.filter),
    },
];
