//! Everything that scorelint writes about what it found: one folder for each kind of report, one
//! file for each format, one table of formats for each kind. Reports compute no facts: counts and
//! findings come from the command that made them, words come from the rules.

use std::io::{self, Write};

pub mod account;
pub mod check;
pub mod format;
mod link;
pub mod mend;
pub mod reconcile;
mod spreadsheet;
mod style;
pub mod verify;
mod waiver;

pub use check::{Look, Material, FilePosition, RuleBook, RuleWords, Timings};
pub use format::{ReportKind, Reporter};
pub use style::{Colour, Destination, Links, Signs, Style};
pub use waiver::WaiverOut;

pub use check::{write_concise, write_human, write_json};

/// The first line of a file for people, by which it is known again: what made it, and which version.
/// On a terminal the command stands above the report anyway.
pub(crate) fn title(out: &mut dyn Write, title: &str, style: &Style) -> io::Result<()> {
    match style.destination {
        Destination::File => writeln!(out, "{title} {}\n", env!("CARGO_PKG_VERSION")),
        Destination::Terminal => Ok(()),
    }
}
