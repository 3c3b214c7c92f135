//! The verdict for programs, `scorelint/verify/1`. Described by `docs/schemas/verify-1.schema.json`.

use std::io::{self, Write};

use serde::Serialize;

use crate::layout::registry;
use crate::privacy::json;
use crate::privacy::text::neutralise;
use crate::verify::{Claim, VerifyVerdict};

/// The name and version of the form; the number changes when a reader of the old form would fail.
const SCHEMA: &str = "scorelint/verify/1";

/// Writes a verdict.
///
/// # Errors
/// When the writer fails.
pub fn write(out: &mut dyn Write, claim: &Claim, verdict: &VerifyVerdict) -> io::Result<()> {
    let refuted = verdict.refuted.iter().filter_map(|one| {
        let cell = claim.cells.get(one.cell)?;
        Some(RefutedOut {
            cell: one.cell,
            entity: &cell.entity,
            test: cell.test,
            grade: cell.grade,
            group: cell.group,
            measure: &cell.measure,
            wrong: &one.wrong,
        })
    });
    let report = VerifyDocument {
        schema: SCHEMA,
        tool: VerifyTool { name: env!("CARGO_PKG_NAME"), version: env!("CARGO_PKG_VERSION") },
        year: claim.year,
        title: registry().title(claim.year),
        notice: registry().notice(claim.year),
        confirmed: verdict.is_confirmed(),
        part: claim.is_part(),
        recounted: verdict.recounted,
        steps: verdict.steps,
        not_checkable: verdict.not_checkable,
        other_files: &verdict.other_files,
        not_known: verdict.not_known.iter().map(|words| neutralise(words).into_owned()).collect(),
        not_checked: verdict.not_checked.iter().map(|(field, reason)| NotCheckedOut { field, reason }).collect(),
        of_the_whole: &verdict.of_the_whole,
        refuted: refuted.collect(),
    };
    json::write_pretty(out, &report)?;
    writeln!(out)
}

#[derive(Serialize)]
struct VerifyDocument<'a> {
    schema: &'static str,
    tool: VerifyTool,
    year: u16,
    title: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    notice: Option<String>,
    /// Whether nothing is refuted.
    confirmed: bool,
    /// Whether the reconciliation was written with a choice of figures.
    part: bool,
    recounted: u64,
    steps: u64,
    not_checkable: u64,
    /// Files that are others than those of the run.
    other_files: &'a [String],
    /// What of the counts is not known because values cannot be read, and why.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    not_known: Vec<String>,
    not_checked: Vec<NotCheckedOut<'a>>,
    of_the_whole: &'a [String],
    refuted: Vec<RefutedOut<'a>>,
}

#[derive(Serialize)]
struct VerifyTool {
    name: &'static str,
    version: &'static str,
}

/// A field of the reconciliation that is not checked.
#[derive(Serialize)]
struct NotCheckedOut<'a> {
    field: &'a str,
    reason: &'a str,
}

/// A figure that is refuted, named by its place in the reconciliation and by what it is a figure of.
#[derive(Serialize)]
struct RefutedOut<'a> {
    cell: usize,
    entity: &'a str,
    test: u16,
    grade: u8,
    group: u16,
    measure: &'a str,
    wrong: &'a str,
}
