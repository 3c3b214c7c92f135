//! Colours and signs in one place.

use miette::{GraphicalTheme, ThemeCharacters, ThemeStyles};
use owo_colors::{OwoColorize, Style};

use super::{Colour, Links, Look, Signs};
use crate::input::FileInfo;
use crate::privacy::text::width;
use crate::report::link::{file_url, linked};
use crate::rule::Severity;

/// The colour of a severity.
pub fn severity(look: Look, severity: Severity) -> Style {
    let style = match severity {
        Severity::Error => Style::new().red(),
        Severity::Warning => Style::new().yellow(),
        Severity::Notice => Style::new().cyan(),
    };
    coloured(look, style.bold())
}

/// For what should catch the eye without alarm.
pub fn strong(look: Look) -> Style {
    coloured(look, Style::new().bold())
}

/// For what may be passed over.
pub fn faint(look: Look) -> Style {
    coloured(look, Style::new().dimmed())
}

/// For cells that a finding is also about.
pub fn neighbour(look: Look) -> Style {
    coloured(look, Style::new().cyan())
}

/// The name of a file, which leads to it where the terminal can follow links.
pub fn file(look: Look, info: &FileInfo, name: &str) -> String {
    let name = signs(look, name.to_owned()).style(strong(look)).to_string();
    match url_of(look, info) {
        Some(url) => linked(&name, &url),
        None => name,
    }
}

/// The address of a file, where links are wanted.
pub fn url_of(look: Look, info: &FileInfo) -> Option<String> {
    if look.links == Links::Clickable { file_url(&info.path) } else { None }
}

fn coloured(look: Look, style: Style) -> Style {
    if look.colour == Colour::Off { Style::new() } else { style }
}

/// The theme for miette's frames.
pub fn theme(look: Look, highlights: Vec<Style>) -> GraphicalTheme {
    let characters = match look.signs {
        Signs::Unicode => ThemeCharacters::unicode(),
        Signs::Ascii => ThemeCharacters::ascii(),
    };
    let styles = match look.colour {
        Colour::Ansi => ThemeStyles {
            error: severity(look, Severity::Error),
            warning: severity(look, Severity::Warning),
            advice: severity(look, Severity::Notice),
            ..ThemeStyles::ansi()
        },
        Colour::Off => ThemeStyles::none(),
    };
    // miette cycles through the list and must not find it empty.
    let highlights = if highlights.is_empty() { styles.highlights.clone() } else { highlights };
    GraphicalTheme { characters, styles: ThemeStyles { highlights, ..styles } }
}

/// A text in plain ASCII where the terminal knows no more. Columns stay where they are.
pub fn signs(look: Look, text: String) -> String {
    match look.signs {
        Signs::Unicode => text,
        Signs::Ascii => text.chars().flat_map(in_ascii).collect(),
    }
}

fn in_ascii(one: char) -> impl Iterator<Item = char> {
    let (sign, columns) = match one {
        '\0'..='\u{7f}' => (one, 1),
        '…' => ('~', 1),
        '•' => ('*', 1),
        '␣' => ('_', 1),
        '\u{a0}' => (' ', 1),
        other => ('?', width(other.encode_utf8(&mut [0; 4]))),
    };
    std::iter::repeat_n(sign, columns)
}
