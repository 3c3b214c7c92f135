//! How errors are shown: like findings, to the width of the terminal, with every character from
//! files and paths made harmless.

use std::fmt;

use miette::{Diagnostic, GraphicalReportHandler, GraphicalTheme, ReportHandler, ThemeCharacters, ThemeStyles};

use super::terminal;
use crate::privacy::text::neutralise;
use crate::report::{Colour, Signs};

/// Has all errors shown this way. To be called once, at the start of the program.
pub(super) fn install() {
    // It fails only where a hook is set already, which then stays.
    miette::set_hook(Box::new(|_| Box::new(Harmless))).unwrap_or_default();
}

/// Tells an error that does not end the run, on standard error.
pub(super) fn tell(error: &dyn Diagnostic) {
    match drawn(error) {
        Ok(text) => eprint!("{text}"),
        // miette failed: the error itself must not get lost.
        Err(_) => eprintln!("{}", neutralise(&error.to_string())),
    }
}

fn drawn(error: &dyn Diagnostic) -> Result<String, fmt::Error> {
    let mut drawn = String::new();
    handler().render_report(&mut drawn, error)?;
    Ok(drawn.lines().map(|line| keep_colours(line) + "\n").collect())
}

struct Harmless;

impl ReportHandler for Harmless {
    fn debug(&self, error: &dyn Diagnostic, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&drawn(error)?)
    }
}

fn handler() -> GraphicalReportHandler {
    let characters = match terminal::signs_on_stderr() {
        Signs::Unicode => ThemeCharacters::unicode(),
        Signs::Ascii => ThemeCharacters::ascii(),
    };
    let styles = match terminal::colour_on_stderr() {
        Colour::Ansi => ThemeStyles::ansi(),
        Colour::Off => ThemeStyles::none(),
    };
    GraphicalReportHandler::new_themed(GraphicalTheme { characters, styles })
        .with_width(terminal::width())
        .with_links(false)
}

/// The line with nothing left that controls the terminal but changes of colour.
fn keep_colours(line: &str) -> String {
    let mut safe = String::with_capacity(line.len());
    let mut parts = line.split('\u{1b}');
    safe.push_str(&neutralise(parts.next().unwrap_or_default()));
    for part in parts {
        match colour_length(part) {
            Some(length) => {
                safe.push('\u{1b}');
                safe.push_str(&part[..length]);
                safe.push_str(&neutralise(&part[length..]));
            }
            None => safe.push_str(&neutralise(&format!("\u{1b}{part}"))),
        }
    }
    safe
}

/// The length of a colour sequence at the start, the escape character not counted: `[1;31m`.
fn colour_length(part: &str) -> Option<usize> {
    let numbers = part.strip_prefix('[')?;
    let end = numbers.find(|one: char| !one.is_ascii_digit() && one != ';')?;
    numbers[end..].starts_with('m').then_some(end + 2)
}
