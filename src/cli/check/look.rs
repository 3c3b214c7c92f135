//! How the human report is to look, by the arguments and the terminal.

use super::Args;
use super::args::When;
use crate::cli::terminal;
use crate::report::{Colour, Links, Look, Signs};

/// The look of a run with so many samples of a rule. A report that goes to a file is plain, unless colour is asked for.
pub fn look(args: &Args, samples: usize) -> Look {
    Look {
        width: terminal::width(),
        colour: colour(args),
        links: links(args),
        signs: if args.output.is_some() { Signs::Unicode } else { terminal::signs_on_stdout() },
        samples,
        timings: args.timings(),
    }
}

fn colour(args: &Args) -> Colour {
    match args.color {
        When::Always => Colour::Ansi,
        When::Never => Colour::Off,
        When::Auto if args.output.is_some() => Colour::Off,
        When::Auto => terminal::colour_on_stdout(),
    }
}

fn links(args: &Args) -> Links {
    let is_on = args.color != When::Never
        && args.output.is_none()
        && supports_hyperlinks::on(supports_hyperlinks::Stream::Stdout);
    if is_on { Links::Clickable } else { Links::Off }
}
