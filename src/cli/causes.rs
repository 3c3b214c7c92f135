//! `scorelint causes`: the causes of difference that `reconcile` knows, and one of them as a page.

use std::fmt::Write;

use miette::{IntoDiagnostic, miette};

use super::exit::{Exit, Failure};
use super::{print, terminal};
use crate::cause::{Cause, ReasonState, beyond, causes, families};
use crate::privacy::text::width as columns_of;
use crate::rule::closest;

const EXAMPLES: &str = "\
Examples:
  scorelint causes               what reconcile can explain a difference by
  scorelint causes late-scores   one cause: how to recognise it, who can mend it, until when
  scorelint causes --all         with the reasons that score files cannot tell

Exit codes:
  0  the causes are listed
  2  wrong usage, or there is no such cause";

/// Arguments of `causes`.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Args {
    /// One cause, by its name; all where it is not given
    #[arg(value_name = "CAUSE")]
    id: Option<String>,
    /// List the known reasons that are no hypotheses as well
    #[arg(long)]
    all: bool,
}

pub(super) fn run(args: &Args) -> Result<Exit, Failure> {
    let causes = causes().map_err(|error| miette!("{error}"))?;
    let text = match &args.id {
        Some(id) => page(causes, id)?,
        None => list(causes, args.all).into_diagnostic()?,
    };
    print(&text)
}

fn list(causes: &[Cause], all: bool) -> Result<String, std::fmt::Error> {
    let width = terminal::width();
    let mut sorted: Vec<&Cause> = causes.iter().collect();
    sorted.sort_by_key(|cause| (&cause.family, cause.order, &cause.id));
    let mut text = String::new();
    let mut family = "";
    for cause in sorted {
        if family != cause.family {
            if !family.is_empty() {
                text.push('\n');
            }
            family = &cause.family;
            let words = families().find(|one| one.id == family).map_or("", |one| one.words);
            writeln!(text, "{family}: {words}")?;
        }
        entry(&mut text, &cause.id, &shown(cause), width)?;
    }
    if !all {
        write!(text, "\nscorelint causes CAUSE tells more of one; --all lists other known reasons as well\n")?;
        return Ok(text);
    }
    for (standing, heading) in [
        (ReasonState::Counted, "taken care of by the standard count"),
        (ReasonState::Read, "taken care of when official files are read"),
        (ReasonState::Checked, "reported by scorelint check"),
        (ReasonState::Beyond, "not to be determined from score files"),
    ] {
        write!(text, "\n{heading}\n")?;
        for one in beyond().filter(|one| one.standing == standing) {
            entry(&mut text, one.id, one.words, width)?;
        }
    }
    Ok(text)
}

fn shown(cause: &Cause) -> String {
    format!("{} ({})", cause.title.replace("{parameter}", "…"), cause.certainty().as_str())
}

/// A name, and what it is in lines under it.
fn entry(text: &mut String, id: &str, words: &str, width: usize) -> std::fmt::Result {
    writeln!(text, "  {id}")?;
    let options = textwrap::Options::new(width).initial_indent("      ").subsequent_indent("      ");
    for line in textwrap::wrap(words, options) {
        writeln!(text, "{line}")?;
    }
    Ok(())
}

fn page(causes: &[Cause], id: &str) -> miette::Result<String> {
    if let Some(cause) = causes.iter().find(|cause| cause.id == id) {
        return cause_page(cause).into_diagnostic();
    }
    if let Some(one) = beyond().find(|one| one.id == id) {
        let decided =
            if one.decided_by.is_empty() { String::new() } else { format!("\nwould tell: {}\n", one.decided_by) };
        return Ok(format!("{id}\n\n{}\n{decided}", one.words));
    }
    let known = causes.iter().map(|cause| cause.id.as_str()).chain(beyond().map(|one| one.id));
    let help = match closest(id, known) {
        Some(nearest) => format!("did you mean {nearest}?"),
        None => "scorelint causes --all lists them".to_owned(),
    };
    Err(miette!(help = help, "there is no cause {id}"))
}

fn cause_page(cause: &Cause) -> Result<String, std::fmt::Error> {
    let width = terminal::width();
    let mut text = String::new();
    writeln!(text, "{}\n", cause.id)?;
    for paragraph in [&shown(cause)].into_iter().map(String::as_str).chain(cause.prose.split("\n\n")) {
        for line in textwrap::wrap(&paragraph.replace('\n', " "), width) {
            writeln!(text, "{line}")?;
        }
        text.push('\n');
    }
    fact(&mut text, "who", &cause.who, width)?;
    if !cause.until.is_empty() {
        fact(&mut text, "until", &cause.until, width)?;
    }
    for source in &cause.sources {
        fact(&mut text, "source", source, width)?;
    }
    for case in &cause.cases {
        text.push('\n');
        fact(&mut text, "years", &case.years.to_string(), width)?;
        let parts = [("records", &case.when), ("after", &case.as_of), ("each", &case.each), ("earlier", &case.earlier)];
        for (name, part) in parts {
            if let Some(part) = part {
                fact(&mut text, name, part, width)?;
            }
        }
        for (field, value) in &case.sees {
            fact(&mut text, "state saw", &format!("{field} = {value}"), width)?;
        }
        for (group, condition) in &case.groups {
            fact(&mut text, "group", &format!("{group}: {condition}"), width)?;
        }
        if !case.counts {
            fact(&mut text, "state", "does not count these records", width)?;
        }
        if !case.repeats.is_empty() {
            fact(&mut text, "same", &case.repeats.join(", "), width)?;
        }
    }
    Ok(text)
}

fn fact(text: &mut String, name: &str, words: &str, width: usize) -> std::fmt::Result {
    let start = format!("{name:<10}");
    let indent = " ".repeat(columns_of(&start));
    let options = textwrap::Options::new(width).initial_indent(&start).subsequent_indent(&indent);
    for line in textwrap::wrap(words, options) {
        writeln!(text, "{line}")?;
    }
    Ok(())
}
