//! The formats of `scorelint rules`. A new one is an entry in this table.

use super::list::{self, ChosenRules};
use crate::cli::page::Page;
use crate::report::format::{FormatSignature, Needs, ReportKind, Reporter};
use crate::report::title;

/// A list of rules.
#[derive(Clone, Copy, Debug)]
pub struct RulesKind;

impl ReportKind for RulesKind {
    type Subject<'a> = ChosenRules<'a>;
    const NAME: &'static str = "rules";

    fn formats() -> &'static [Reporter<Self>] {
        &FORMATS
    }
}

/// What stands at the start of files for people.
const TITLE: &str = "scorelint rules";

static FORMATS: [Reporter<RulesKind>; 3] = [
    Reporter {
        name: "human",
        endings: &["txt"],
        about: "For people, as wide as the terminal",
        needs: Needs::SAMPLES,
        mark: FormatSignature::Text(TITLE),
        write: |out, rules, style| {
            title(out, TITLE, style)?;
            out.write_all(list::text(rules, Page::new(style)).as_bytes())
        },
    },
    Reporter {
        name: "json",
        endings: &["json"],
        about: "For programs: docs/schemas/rules-1.schema.json",
        needs: Needs::WHOLE,
        mark: FormatSignature::Text(list::SCHEMA),
        write: |out, rules, _| out.write_all(list::json(rules)?.as_bytes()),
    },
    Reporter {
        name: "markdown",
        endings: &["md"],
        about: "A table for documents",
        needs: Needs::WHOLE,
        mark: FormatSignature::Text(list::MARKDOWN_HEAD),
        write: |out, rules, _| out.write_all(list::markdown(rules).as_bytes()),
    },
];
