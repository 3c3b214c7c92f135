//! The formats of a reconciliation. A new one is a file in this folder and an entry in this table.

use super::text::Detail;
use super::{json, text, worklist};
use crate::reconcile::{CellFilter, Reconciliation};
use crate::report::format::{Kind, Mark, Needs, Reporter};
use crate::report::title;

/// The report of `scorelint reconcile`.
#[derive(Clone, Copy, Debug)]
pub struct Reconcile;

/// What a report of a reconciliation is made from.
pub struct ReconcileReport<'a> {
    /// What was found out.
    pub reconciliation: &'a Reconciliation,
    /// Which figures are wanted.
    pub filter: CellFilter,
    /// How much of them is shown to people.
    pub detail: Detail,
    /// What is shown to people.
    pub page: Page,
}

/// What people are shown of a reconciliation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Page {
    /// The causes and the ladders of figures.
    Ladders,
    /// The records behind the differences, by who can correct them.
    Worklist,
}

impl Kind for Reconcile {
    type Subject<'a> = ReconcileReport<'a>;
    const NAME: &'static str = "reconcile";

    fn formats() -> &'static [Reporter<Self>] {
        &FORMATS
    }
}

/// What stands at the start of files for people.
const TITLE: &str = "scorelint reconcile";

static FORMATS: [Reporter<Reconcile>; 2] = [
    Reporter {
        name: "human",
        endings: &["txt"],
        about: "For people",
        needs: Needs::SAMPLES,
        mark: Mark::Text(TITLE),
        write: |out, report, style| {
            title(out, TITLE, style)?;
            match report.page {
                Page::Ladders => text::write(out, report, style),
                Page::Worklist => worklist::write(out, report, style),
            }
        },
    },
    Reporter {
        name: "json",
        endings: &["json"],
        about: "For programs: docs/schemas/reconcile-1.schema.json",
        needs: Needs::WHOLE,
        mark: Mark::Text("\"scorelint/reconcile/1\""),
        write: |out, report, _| json::write(out, report.reconciliation, &report.filter),
    },
];
