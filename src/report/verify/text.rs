//! The verdict on a saved reconciliation, for people.

use std::io::{self, Write};

use owo_colors::OwoColorize;

use crate::layout::registry;
use crate::privacy::text::neutralise;
use crate::report::Style;
use crate::number::{grouped, plural};
use crate::verify::{Claim, VerifyVerdict};

/// Refuted figures shown unless all are asked for.
const SHOWN: usize = 20;

/// Writes a verdict: one line of summary, then what is refuted, figure by figure.
///
/// # Errors
/// When the writer fails.
pub fn write(out: &mut dyn Write, claim: &Claim, verdict: &VerifyVerdict, style: &Style) -> io::Result<()> {
    let (head, paint) = if verdict.is_confirmed() { ("confirmed", style.good()) } else { ("refuted", style.bad()) };
    let head = head.style(paint);
    let counted = plural(verdict.recounted, "figure");
    let steps = plural(verdict.steps, "step");
    writeln!(out, "{head}: {counted} and {steps} recounted, {} wrong", grouped(verdict.refuted.len() as u64))?;
    if let Some(notice) = registry().notice(claim.year) {
        writeln!(out, "{notice}")?;
    }
    for other in &verdict.other_files {
        writeln!(out, "- {}", neutralise(other))?;
    }
    if claim.is_part() {
        writeln!(out, "it was written with a choice of figures; the sums of all figures were recounted")?;
    }
    if verdict.not_checkable > 0 {
        writeln!(out, "{} among them that these files cannot tell", plural(verdict.not_checkable, "figure"))?;
    }
    for words in &verdict.not_known {
        writeln!(out, "INCOMPLETE: {}", neutralise(words))?;
    }
    for whole in &verdict.of_the_whole {
        writeln!(out, "- {}", neutralise(whole))?;
    }
    for one in verdict.refuted.iter().take(SHOWN) {
        let Some(cell) = claim.cells.get(one.cell) else { continue };
        let place = format!("{}/{}/{}/{}/{}", cell.entity, cell.test, cell.grade, cell.group, cell.measure);
        writeln!(out, "- {}: {}", neutralise(&place), one.wrong)?;
    }
    if verdict.refuted.len() > SHOWN {
        writeln!(out, "  and {} more", grouped((verdict.refuted.len() - SHOWN) as u64))?;
    }
    for (field, why) in &verdict.not_checked {
        writeln!(out, "not checked: {}: {why}", neutralise(field))?;
    }
    Ok(())
}
