//! What the terminal can show.

use std::env;

use super::Args;
use super::args::When;
use crate::report::{Colour, Links, Look, Signs};

/// Columns where the output is no terminal and nothing says otherwise.
const WIDTH: usize = 100;

/// How the human report is to look.
pub fn look(args: &Args) -> Look {
    Look {
        width: width(),
        colour: colour(args),
        links: links(args),
        signs: signs(args),
        samples: args.samples,
        timings: args.timings(),
    }
}

/// `COLUMNS` goes first, so that scripts can say how wide it shall be.
fn width() -> usize {
    let stated = env::var("COLUMNS").ok().and_then(|text| text.parse().ok()).filter(|width| *width > 0);
    let terminal = || terminal_size::terminal_size().map(|(columns, _)| usize::from(columns.0));
    stated.or_else(terminal).unwrap_or(WIDTH)
}

fn colour(args: &Args) -> Colour {
    let is_on = match args.color {
        When::Always => true,
        When::Never => false,
        When::Auto => args.output.is_none() && supports_color::on(supports_color::Stream::Stdout).is_some(),
    };
    if is_on { Colour::Ansi } else { Colour::Off }
}

fn links(args: &Args) -> Links {
    let is_on = args.color != When::Never
        && args.output.is_none()
        && supports_hyperlinks::on(supports_hyperlinks::Stream::Stdout);
    if is_on { Links::Clickable } else { Links::Off }
}

fn signs(args: &Args) -> Signs {
    let is_dumb = env::var_os("TERM").is_some_and(|term| term == "dumb");
    if args.output.is_some() || (!is_dumb && supports_unicode::on(supports_unicode::Stream::Stdout)) {
        Signs::Unicode
    } else {
        Signs::Ascii
    }
}
