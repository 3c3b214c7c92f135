//! What the terminal can show.

use std::env;

use crate::report::{Colour, Signs};

/// Columns where the output is no terminal and nothing says otherwise.
const WIDTH: usize = 100;

/// The columns of the terminal. `COLUMNS` goes first, so that scripts can say how wide it shall be.
pub(super) fn width() -> usize {
    let stated = env::var("COLUMNS").ok().and_then(|text| text.parse().ok()).filter(|width| *width > 0);
    let terminal = || terminal_size::terminal_size().map(|(columns, _)| usize::from(columns.0));
    stated.or_else(terminal).unwrap_or(WIDTH)
}

/// Whether standard output shows colours; `NO_COLOR` is respected.
pub(super) fn colour_on_stdout() -> Colour {
    colour(supports_color::Stream::Stdout)
}

/// Whether standard error shows colours; `NO_COLOR` is respected.
pub(super) fn colour_on_stderr() -> Colour {
    colour(supports_color::Stream::Stderr)
}

/// What standard output can draw with.
pub(super) fn signs_on_stdout() -> Signs {
    signs(supports_unicode::Stream::Stdout)
}

/// What standard error can draw with.
pub(super) fn signs_on_stderr() -> Signs {
    signs(supports_unicode::Stream::Stderr)
}

fn colour(stream: supports_color::Stream) -> Colour {
    if supports_color::on(stream).is_some() { Colour::Ansi } else { Colour::Off }
}

fn signs(stream: supports_unicode::Stream) -> Signs {
    let is_dumb = env::var_os("TERM").is_some_and(|term| term == "dumb");
    if !is_dumb && supports_unicode::on(stream) { Signs::Unicode } else { Signs::Ascii }
}
