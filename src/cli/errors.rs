//! How errors are shown: like findings, to the width of the terminal, with every character from
//! files and paths made harmless. All that goes to standard error goes through here: where no one
//! listens there, the run goes on.

use std::fmt::{self, Display};
use std::io::{self, Write};

use miette::{Diagnostic, GraphicalReportHandler, GraphicalTheme, ReportHandler, ThemeCharacters, ThemeStyles};

use super::terminal;
use crate::privacy::text::neutralise;
use crate::report::{Colour, Signs};

/// Has all errors shown this way. To be called once, at the start of the program.
pub(super) fn install() {
    // It fails only where a hook is set already, which then stays.
    miette::set_hook(Box::new(|_| Box::new(SafeDiagnostic))).unwrap_or_default();
}

/// Tells an error on standard error.
pub(super) fn tell(error: &dyn Diagnostic) {
    // Where miette fails, the error itself must not get lost.
    let text = drawn(error).unwrap_or_else(|_| format!("{}\n", neutralise(&error.to_string())));
    write!(io::stderr(), "{text}").unwrap_or_default();
}

/// Says a line apart from the result, on standard error.
pub(super) fn say(line: impl Display) {
    writeln!(io::stderr(), "{}", neutralise(&line.to_string())).unwrap_or_default();
}

/// An error, and after it each of those that belong to it.
fn drawn(error: &dyn Diagnostic) -> Result<String, fmt::Error> {
    let mut drawn = String::new();
    handler().render_report(&mut drawn, &Alone(error))?;
    let mut text: String = drawn.lines().map(|line| keep_colours(line) + "\n").collect();
    for one in error.related().into_iter().flatten() {
        text.push('\n');
        text.push_str(&self::drawn(one)?);
    }
    Ok(text)
}

/// An error without those that belong to it.
struct Alone<'a>(&'a dyn Diagnostic);

impl fmt::Debug for Alone<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self.0, out)
    }
}

impl Display for Alone<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        Display::fmt(self.0, out)
    }
}

impl std::error::Error for Alone<'_> {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.0.source()
    }
}

impl Diagnostic for Alone<'_> {
    fn code<'b>(&'b self) -> Option<Box<dyn Display + 'b>> {
        self.0.code()
    }

    fn url<'b>(&'b self) -> Option<Box<dyn Display + 'b>> {
        self.0.url()
    }

    fn severity(&self) -> Option<miette::Severity> {
        self.0.severity()
    }

    fn help<'b>(&'b self) -> Option<Box<dyn Display + 'b>> {
        self.0.help()
    }

    fn source_code(&self) -> Option<&dyn miette::SourceCode> {
        self.0.source_code()
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = miette::LabeledSpan> + '_>> {
        self.0.labels()
    }

    fn diagnostic_source(&self) -> Option<&dyn Diagnostic> {
        self.0.diagnostic_source()
    }
}

struct SafeDiagnostic;

impl ReportHandler for SafeDiagnostic {
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
