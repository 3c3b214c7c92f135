//! The formats of `scorelint layout`. A new one is a file in this folder and an entry in this table.

use std::io::{self, Write};

use super::filter::FieldFilter;
use super::{json, text};
use crate::cli::page::Page;
use crate::layout::{Comparison, FieldId, Layout};
use crate::report::format::{FormatSignature, Needs, ReportKind, Reporter};
use crate::report::title;

/// What `scorelint layout` shows.
#[derive(Clone, Copy, Debug)]
pub struct LayoutKind;

/// A view of the layouts.
pub enum LayoutView<'a> {
    /// The years.
    Years,
    /// The columns of a year that fit a filter.
    Year(&'a Layout, &'a FieldFilter),
    /// One field of a year.
    Field(&'a Layout, FieldId),
    /// What differs between two years.
    Comparison(&'a Layout, &'a Layout, &'a Comparison),
}

impl ReportKind for LayoutKind {
    type Subject<'a> = LayoutView<'a>;
    const NAME: &'static str = "layout";

    fn formats() -> &'static [Reporter<Self>] {
        &FORMATS
    }
}

/// What stands at the start of files for people.
const TITLE: &str = "scorelint layout";

static FORMATS: [Reporter<LayoutKind>; 2] = [
    Reporter {
        name: "human",
        endings: &["txt"],
        about: "For people, as wide as the terminal",
        needs: Needs::SAMPLES,
        mark: FormatSignature::Text(TITLE),
        write: |out, view, style| {
            title(out, TITLE, style)?;
            write(out, &human(view, Page::new(style)))
        },
    },
    Reporter {
        name: "json",
        endings: &["json"],
        about: "For programs: docs/schemas/layout-1.schema.json",
        needs: Needs::WHOLE,
        mark: FormatSignature::Text(json::SCHEMA),
        write: |out, view, _| write(out, &json::print(&json_of(view))?),
    },
];

fn write(out: &mut dyn Write, text: &str) -> io::Result<()> {
    out.write_all(text.as_bytes())
}

fn human(view: &LayoutView<'_>, page: Page) -> String {
    match view {
        LayoutView::Years => text::years(page),
        LayoutView::Year(layout, filter) => text::layout(page, layout, filter.is_open(), |id| filter.wants(layout, id)),
        LayoutView::Field(layout, id) => text::field(page, layout, *id),
        LayoutView::Comparison(from, to, comparison) => text::comparison(page, from, to, comparison),
    }
}

fn json_of(view: &LayoutView<'_>) -> serde_json::Value {
    match view {
        LayoutView::Years => json::years(),
        LayoutView::Year(layout, filter) => json::layout(layout, filter.is_open(), |id| filter.wants(layout, id)),
        LayoutView::Field(layout, id) => json::field(layout, *id),
        LayoutView::Comparison(from, to, comparison) => json::comparison(from, to, comparison),
    }
}
