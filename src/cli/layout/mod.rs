//! `scorelint layout`: which years there are, one year's columns, one field with its codes, or what
//! changed between two years.

use miette::miette;

use crate::cli::exit::{Exit, Failure};
use crate::layout::{Comparison, FieldId, Layout, LookupError, compare, find_field, find_layout, registry};

mod certainty;
mod filter;
mod formats;
mod guess;
mod json;
mod text;

use filter::FieldFilter;
use formats::{LayoutKind, LayoutView};

use super::report::OutputArgs;

const EXAMPLES: &str = "\
Examples:
  scorelint layout                          the years and where their layouts come from
  scorelint layout 2025                     the columns of a year
  scorelint layout 2025 include_indicator   one field, with its codes for each test
  scorelint layout 2025 125                 the same, by its number
  scorelint layout 2022 2025                what changed between two years
  scorelint layout 2025 --find disability   the columns that mention a word
  scorelint layout 2025 --certainty         what is carried over, inferred or not known
  scorelint layout guess FILE > 2026.toml   the draft of a layout file, from the header of a file

A field can be named by its id, by its heading in any spelling, or by its number.

Exit codes:
  0  the layout is shown
  2  wrong usage, or there is no such year or field";

/// Arguments of `layout`.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Args {
    /// The spring of the administration: 2025 is 2024-25; or `guess`
    year: Option<String>,
    /// A field (id, heading or number), or a second year to compare with; after `guess` a score file
    #[arg(value_name = "FIELD|YEAR|FILE")]
    what: Option<String>,
    /// Only fields whose section holds this text
    #[arg(long, value_name = "TEXT")]
    section: Option<String>,
    /// Only fields that mention this text in name, heading, codes or remarks
    #[arg(long, value_name = "TEXT")]
    find: Option<String>,
    /// What is carried over, inferred or not known of a year, or of all: docs/certainty.md
    #[arg(long, conflicts_with_all = ["what", "section", "find", "format", "output"])]
    certainty: bool,
    #[command(flatten)]
    output: OutputArgs<LayoutKind>,
}

/// The word that asks for the draft of a layout file.
const GUESS: &str = "guess";

pub(super) fn run(args: &Args) -> Result<Exit, Failure> {
    if args.certainty {
        let year = args.year.as_deref().map(|year| found(known_or_ahead(year))).transpose()?;
        return super::print(&certainty::list(year)?);
    }
    if let (Some(word), Some(file)) = (&args.year, &args.what)
        && word == GUESS
    {
        return super::print(&guess::draft(file.into())?);
    }
    let filter = FieldFilter::new(args.section.as_deref(), args.find.as_deref());
    let targets = args.output.targets(&[])?;
    let Some(year) = &args.year else {
        targets.write(&LayoutView::Years)?;
        return Ok(Exit::Clean);
    };
    let layout = found(find_layout(year))?;
    match &args.what {
        None => targets.write(&LayoutView::Year(layout, fitting(layout, &filter)?))?,
        Some(what) if is_year(what) => {
            let to = found(find_layout(what))?;
            targets.write(&LayoutView::Comparison(layout, to, &narrowed(layout, to, &filter)))?;
        }
        Some(what) => targets.write(&LayoutView::Field(layout, found(find_field(layout, what))?))?,
    }
    Ok(Exit::Clean)
}

/// The filter, unless no field of the layout fits it.
fn fitting<'a>(layout: &Layout, filter: &'a FieldFilter) -> miette::Result<&'a FieldFilter> {
    let wanted = |id: FieldId| filter.wants(layout, id);
    if !filter.is_open() && !layout.fields.iter().filter_map(|field| field.id).any(wanted) {
        return Err(miette!(
            help = "`scorelint layout YEAR` without a filter lists all fields and their sections",
            "no field of {} fits the filter",
            layout.year()
        ));
    }
    Ok(filter)
}

/// The differences between two years that fit the filter.
fn narrowed(from: &Layout, to: &Layout, filter: &FieldFilter) -> Comparison {
    let mut comparison = compare(from, to);
    comparison.added.retain(|id| filter.wants(to, *id));
    comparison.removed.retain(|id| filter.wants(from, *id));
    comparison.changed.retain(|change| filter.wants(to, change.id));
    comparison
}

/// Field numbers have three digits at most.
fn is_year(what: &str) -> bool {
    what.trim().parse::<u32>().is_ok_and(|number| number > 999)
}

/// A year with a layout, or one whose files are read by that of another.
fn known_or_ahead(asked: &str) -> Result<u16, LookupError> {
    let ahead = asked.trim().parse().ok().filter(|year| registry().years_ahead().any(|one| one == *year));
    ahead.map_or_else(|| find_layout(asked).map(Layout::year), Ok)
}

fn found<T>(result: Result<T, LookupError>) -> miette::Result<T> {
    result.map_err(|error| miette!(help = error.help(), "{error}"))
}
