//! The formats of `scorelint config`. A new one is a file in this folder and an entry in this table.

use super::facts::ConfigFacts;
use super::{json, text};
use crate::cli::page::Page;
use crate::report::format::{FormatSignature, Needs, ReportKind, Reporter};
use crate::report::title;

/// The settings that hold for a file.
#[derive(Clone, Copy, Debug)]
pub struct ConfigKind;

impl ReportKind for ConfigKind {
    type Subject<'a> = ConfigFacts;
    const NAME: &'static str = "config";

    fn formats() -> &'static [Reporter<Self>] {
        &FORMATS
    }
}

/// What stands at the start of files for people.
const TITLE: &str = "scorelint config";

static FORMATS: [Reporter<ConfigKind>; 2] = [
    Reporter {
        name: "human",
        endings: &["txt"],
        about: "For people, as wide as the terminal",
        needs: Needs::SAMPLES,
        mark: FormatSignature::Text(TITLE),
        write: |out, facts, style| {
            title(out, TITLE, style)?;
            out.write_all(text::shown(facts, Page::new(style)).as_bytes())
        },
    },
    Reporter {
        name: "json",
        endings: &["json"],
        about: "For programs: docs/schemas/config-1.schema.json",
        needs: Needs::WHOLE,
        mark: FormatSignature::Text(json::SCHEMA),
        write: |out, facts, _| out.write_all(json::shown(facts)?.as_bytes()),
    },
];
