//! Findings about rows that have a wrong number of cells, as the cell finder noticed them.

use crate::engine::run::FileRun;
use crate::finding::{FileFinding, Shown};
use crate::input::{Dialect, FileInfo};
use crate::layout::registry;

/// The rule about a last record that is cut off, which a single record cannot show.
pub(crate) const CUT_OFF: &str = "L027";

/// What the cell finder noticed about rows.
pub(crate) fn findings_of_rows(info: &FileInfo, run: &FileRun) -> Vec<FileFinding> {
    let columns = info.columns.len() as u32;
    let last = u32::try_from(run.records.saturating_sub(1)).unwrap_or(u32::MAX);
    let shown = |name: &str, value: String| Shown { name: name.to_owned(), value, field: None };
    let mut findings: Vec<FileFinding> = run
        .odd
        .iter()
        .map(|odd| {
            let fixed = info.dialect == Dialect::Fixed;
            let cut_off = odd.record == last && last > 0 && odd.cells < columns && !fixed;
            let (code, unit) = match (cut_off, fixed) {
                (true, _) => (CUT_OFF, "cells"),
                (_, true) => ("L021", "characters"),
                (_, false) => ("L018", "cells"),
            };
            FileFinding {
                code,
                line: Some(odd.line),
                byte: Some(odd.byte),
                shown: vec![
                    shown("line", odd.line.to_string()),
                    shown(unit, odd.cells.to_string()),
                    shown("columns", columns.to_string()),
                    shown("expected", expected_length(info)),
                ],
                ..FileFinding::default()
            }
        })
        .collect();
    // Where every row has it, the reader has said so.
    if run.trailing > 0 && !info.trailing_cell {
        findings.push(FileFinding { code: "L019", count: 1, ..FileFinding::default() });
    }
    findings
}

fn expected_length(info: &FileInfo) -> String {
    let lengths = registry().layout(info.year).map(|layout| layout.info.record_lengths.clone()).unwrap_or_default();
    lengths.iter().map(u32::to_string).collect::<Vec<_>>().join(" or ")
}
