//! What was read: each file with what was detected about it and why.

use std::io::{self, Write};

use owo_colors::OwoColorize;

use super::{Look, paint};
use crate::outcome::{InputOutcome, FileRole};
use crate::privacy::text::{fit, neutralise, width};
use crate::report::check::Material;
use crate::report::check::place::{path_of, path_within};
use crate::number::{grouped, plural, size};

/// Columns of the names of what was detected.
const WHAT: usize = 12;
/// Columns of its values, unless one is longer.
const VALUE: usize = 14;

/// Columns that a reason has at least.
const LEAST_REASON: usize = 24;

/// Files up to this number are described at length, more of them by a line each.
const AT_LENGTH: usize = 3;

pub fn write(out: &mut dyn Write, material: &Material<'_>, look: Look) -> io::Result<()> {
    write_inputs(out, material, look)?;
    match &material.outcome.settings {
        Some(settings) => {
            let path = neutralise(&settings.path.to_string_lossy()).into_owned();
            write_detected(out, "settings", &path, &settings.why, look)
        }
        None => Ok(()),
    }
}

fn write_inputs(out: &mut dyn Write, material: &Material<'_>, look: Look) -> io::Result<()> {
    if material.outcome.inputs.len() > AT_LENGTH {
        return write_table(out, &material.outcome.inputs, look);
    }
    for (place, input) in material.outcome.inputs.iter().enumerate() {
        if place > 0 {
            writeln!(out)?;
        }
        write_input(out, input, look)?;
    }
    Ok(())
}

fn write_input(out: &mut dyn Write, input: &InputOutcome, look: Look) -> io::Result<()> {
    writeln!(out, "{}", paint::file(look, &input.info, &path_of(&input.info)))?;
    if input.role == FileRole::Roster {
        write_detected(out, "roster", "", "read to look for its students in the file before it", look)?;
    }
    for one in &input.info.detected {
        write_detected(out, one.what, &neutralise(&one.value), &neutralise(&one.why), look)?;
    }
    let unit = if input.info.official_kind().is_some() { "rows" } else { "records" };
    write_detected(out, unit, &grouped(input.records), &size(input.bytes), look)
}

/// A line `what  value  why`, the reason wrapped under itself; under the value where that leaves it
/// too little room.
fn write_detected(out: &mut dyn Write, what: &str, value: &str, why: &str, look: Look) -> io::Result<()> {
    let value = &path_within(value, look.width.saturating_sub(2 + WHAT).max(VALUE));
    let same_line = 2 + WHAT + VALUE.max(width(value)) + 2;
    let fits_on_line = look.width.saturating_sub(same_line) >= LEAST_REASON.min(width(why));
    let indent = if fits_on_line { same_line } else { 2 + WHAT };
    let reasons = textwrap::wrap(why, look.width.saturating_sub(indent).max(LEAST_REASON));
    let first = reasons.first().filter(|_| fits_on_line).map_or("", AsRef::as_ref);
    let pad = " ".repeat(VALUE.saturating_sub(width(value)));
    let line = format!("  {what:<WHAT$}{value}{pad}  {}", first.style(paint::faint(look)));
    writeln!(out, "{}", paint::signs(look, line).trim_end())?;
    for reason in reasons.iter().skip(usize::from(fits_on_line)) {
        writeln!(out, "{}{}", " ".repeat(indent), reason.style(paint::faint(look)))?;
    }
    Ok(())
}

/// One line a file: what was detected, without the reasons, and how many records it has.
fn write_table(out: &mut dyn Write, inputs: &[InputOutcome], look: Look) -> io::Result<()> {
    for input in inputs {
        let info = &input.info;
        let (what, unit) = match info.official_kind() {
            Some(kind) => (kind.to_owned(), "row"),
            None => (format!("{} view", info.view.as_str()), "record"),
        };
        let facts = format!(
            "  {}, {}, {}, {what}, {}",
            info.year,
            info.dialect.as_str(),
            info.encoding.as_str(),
            plural(input.records, unit),
        );
        writeln!(out, "{}", paint::file(look, info, &path_within(&path_of(info), look.width)))?;
        writeln!(out, "{}", paint::signs(look, fit(&facts, look.width).into_owned()))?;
        // What was passed over must not be missed among many files.
        for one in info.detected.iter().filter(|one| one.what == "skipped") {
            write_detected(out, one.what, &neutralise(&one.value), &neutralise(&one.why), look)?;
        }
    }
    Ok(())
}
