//! `scorelint layout`: which years there are, one year's columns, one field with its codes, or what
//! changed between two years.

use miette::miette;

use crate::cli::exit::{Exit, Failure};
use crate::layout::{FieldId, Layout, LookupError, compare, find_field, find_layout, plain_name, registry, value_set};

mod json;
mod text;

use super::page::Page;

const EXAMPLES: &str = "\
Examples:
  scorelint layout                          the years and where their layouts come from
  scorelint layout 2025                     the columns of a year
  scorelint layout 2025 include_indicator   one field, with its codes for each test
  scorelint layout 2025 125                 the same, by its number
  scorelint layout 2022 2025                what changed between two years
  scorelint layout 2025 --find disability   the columns that mention a word

A field can be named by its id, by its heading in any spelling, or by its number.

Exit codes:
  0  the layout is shown
  2  wrong usage, or there is no such year or field";

/// Arguments of `layout`.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Args {
    /// The spring of the administration: 2025 is 2024-25
    year: Option<String>,
    /// A field (id, heading or number), or a second year to compare with
    #[arg(value_name = "FIELD|YEAR")]
    what: Option<String>,
    /// Only fields whose section holds this text
    #[arg(long, value_name = "TEXT")]
    section: Option<String>,
    /// Only fields that mention this text in name, heading, codes or remarks
    #[arg(long, value_name = "TEXT")]
    find: Option<String>,
    /// How to print it
    #[arg(long, value_enum, default_value_t = LayoutFormat::Text)]
    format: LayoutFormat,
}

#[derive(Clone, Copy, Debug, clap::ValueEnum)]
enum LayoutFormat {
    /// For people, as wide as the terminal
    Text,
    /// For programs; the schema is docs/schemas/layout-1.schema.json
    Json,
}

/// Which fields are wanted: all that hold both texts.
struct FieldFilter {
    section: Option<String>,
    find: Option<String>,
}

pub(super) fn run(args: &Args) -> Result<Exit, Failure> {
    let filter = FieldFilter { section: args.section.as_deref().map(folded), find: args.find.as_deref().map(folded) };
    let shown = match (&args.year, &args.what) {
        (None, _) => years(args.format),
        (Some(year), None) => one_year(found(find_layout(year))?, &filter, args.format)?,
        (Some(year), Some(what)) => {
            let layout = found(find_layout(year))?;
            if is_year(what) {
                two_years(layout, found(find_layout(what))?, &filter, args.format)
            } else {
                one_field(layout, found(find_field(layout, what))?, args.format)
            }
        }
    };
    super::print(&shown)
}

fn years(format: LayoutFormat) -> String {
    match format {
        LayoutFormat::Text => text::years(Page::of_terminal()),
        LayoutFormat::Json => json::print(&json::years()),
    }
}

fn one_year(layout: &Layout, filter: &FieldFilter, format: LayoutFormat) -> miette::Result<String> {
    let wanted = |id: FieldId| filter.wants(layout, id);
    if !filter.is_open() && !layout.fields.iter().filter_map(|field| field.id).any(wanted) {
        return Err(miette!(
            help = "`scorelint layout YEAR` without a filter lists all fields and their sections",
            "no field of {} fits the filter",
            layout.year()
        ));
    }
    Ok(match format {
        LayoutFormat::Text => text::layout(Page::of_terminal(), layout, filter.is_open(), wanted),
        LayoutFormat::Json => json::print(&json::layout(layout, filter.is_open(), wanted)),
    })
}

fn one_field(layout: &Layout, id: FieldId, format: LayoutFormat) -> String {
    match format {
        LayoutFormat::Text => text::field(Page::of_terminal(), layout, id),
        LayoutFormat::Json => json::print(&json::field(layout, id)),
    }
}

fn two_years(from: &Layout, to: &Layout, filter: &FieldFilter, format: LayoutFormat) -> String {
    let mut comparison = compare(from, to);
    comparison.added.retain(|id| filter.wants(to, *id));
    comparison.removed.retain(|id| filter.wants(from, *id));
    comparison.changed.retain(|change| filter.wants(to, change.id));
    match format {
        LayoutFormat::Text => text::comparison(Page::of_terminal(), from, to, &comparison),
        LayoutFormat::Json => json::print(&json::comparison(from, to, &comparison)),
    }
}

/// Field numbers have three digits at most.
fn is_year(what: &str) -> bool {
    what.trim().parse::<u32>().is_ok_and(|number| number > 999)
}

fn found<T>(result: Result<T, LookupError>) -> miette::Result<T> {
    result.map_err(|error| miette!(help = error.help(), "{error}"))
}

fn folded(text: &str) -> String {
    text.to_lowercase()
}

impl FieldFilter {
    fn is_open(&self) -> bool {
        self.section.is_none() && self.find.is_none()
    }

    fn wants(&self, layout: &Layout, id: FieldId) -> bool {
        let Some(field) = layout.field(id) else { return false };
        let info = registry().info(id);
        let in_section = |text: &str| [info.section, field.section].iter().any(|one| folded(one).contains(text));
        self.section.as_deref().is_none_or(in_section)
            && self.find.as_deref().is_none_or(|text| mentions(layout, id, text))
    }
}

fn mentions(layout: &Layout, id: FieldId, text: &str) -> bool {
    let (Some(field), info) = (layout.field(id), registry().info(id)) else { return false };
    let plain = plain_name(text);
    let in_name = |name: &str| !plain.is_empty() && plain_name(name).contains(&plain);
    let in_text = |one: &str| folded(one).contains(text);
    [info.name, info.title, field.column, field.name].into_iter().any(in_name)
        || in_text(field.notes)
        || value_set(layout, id, None)
            .is_some_and(|set| set.iter().any(|code| in_text(code.code) || in_text(code.label)))
}
