//! Finds layouts and fields by what people type: years, canonical ids, header names in any
//! spelling, field numbers. What is not found comes back with what was probably meant.

use super::model::{Field, FieldId, Layout};
use super::registry::registry;

/// Names less alike than this are not suggested (Jaro-Winkler, 1 is equal).
const ALIKE: f64 = 0.85;
const MOST_SUGGESTIONS: usize = 3;

/// Why a layout or field could not be found.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LookupError {
    /// Not a year with a layout.
    #[error("there is no layout of {asked}")]
    Year {
        /// What was typed.
        asked: String,
        /// The years that have one.
        known: Vec<u16>,
    },
    /// Nothing of that name in any year.
    #[error("no layout has a field {asked}")]
    Field {
        /// What was typed.
        asked: String,
        /// Names that look alike, the closest first.
        suggestions: Vec<&'static str>,
    },
    /// A field of other years.
    #[error("the layout of {year} has no field {field}")]
    NotInYear {
        /// The canonical id.
        field: &'static str,
        /// The year asked for.
        year: u16,
        /// The years that have it.
        years: Vec<u16>,
    },
    /// A field number that no column has, or that is a filler's.
    #[error("field {number} of {year} {}", if *.filler { "is a filler: a column that is always blank" } else { "does not exist" })]
    Number {
        /// The number.
        number: u16,
        /// The year asked for.
        year: u16,
        /// Whether there is a column, but without a name of its own.
        filler: bool,
        /// The highest number of the year.
        last: u16,
    },
}

impl LookupError {
    /// What to do about it.
    pub fn help(&self) -> String {
        match self {
            Self::Year { known, .. } => format!("known years: {}", join(known)),
            Self::Field { suggestions, .. } if suggestions.is_empty() => {
                "`scorelint layout YEAR` lists the fields of a year, `--find TEXT` searches them".to_owned()
            }
            Self::Field { suggestions, .. } => format!("did you mean {}?", suggestions.join(" or ")),
            Self::NotInYear { years, .. } => format!("years that have it: {}", join(years)),
            Self::Number { last, .. } => format!("fields are numbered from 1 to {last}"),
        }
    }
}

/// A layout by its year, as typed.
///
/// # Errors
/// When there is no layout of that year.
pub fn find_layout(asked: &str) -> Result<&'static Layout, LookupError> {
    let year = asked.trim().parse().ok().filter(|year| registry().years().any(|one| one == *year));
    let layout = year.and_then(|year| registry().layout(year));
    layout.ok_or_else(|| LookupError::Year { asked: asked.trim().to_owned(), known: registry().years().collect() })
}

/// A field of a layout by its canonical id, its header or printed name in any year and spelling,
/// or its number in this year.
///
/// # Errors
/// When no year, or only another year, has such a field.
pub fn find_field(layout: &Layout, asked: &str) -> Result<FieldId, LookupError> {
    let asked = asked.trim();
    if let Ok(number) = asked.parse() {
        return by_number(layout, number);
    }
    // Names of the year itself come first: a heading can mean another field in another year.
    let id = named(layout, asked)
        .or_else(|| registry().id(asked))
        .or_else(|| registry().layouts().rev().find_map(|other| named(other, asked)))
        .ok_or_else(|| LookupError::Field { asked: asked.to_owned(), suggestions: alike(layout, asked) })?;
    if layout.has(id) {
        return Ok(id);
    }
    Err(LookupError::NotInYear { field: registry().info(id).name, year: layout.year(), years: years_with(id) })
}

/// The years whose layout has a field.
pub fn years_with(id: FieldId) -> Vec<u16> {
    registry().layouts().filter(|layout| layout.has(id)).map(Layout::year).collect()
}

/// A name as it is compared: letters and digits only, in lower case.
pub fn plain_name(name: &str) -> String {
    if name.is_ascii() {
        // As below, without looking anything up: nearly all names are.
        let mut plain = String::with_capacity(name.len());
        let letters = name.bytes().filter(u8::is_ascii_alphanumeric);
        plain.extend(letters.map(|letter| char::from(letter.to_ascii_lowercase())));
        return plain;
    }
    name.chars().filter(|one| one.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

fn by_number(layout: &Layout, number: u16) -> Result<FieldId, LookupError> {
    let field = layout.fields.iter().find(|field| field.number == number);
    field.and_then(|field| field.id).ok_or_else(|| LookupError::Number {
        number,
        year: layout.year(),
        filler: field.is_some(),
        last: layout.fields.last().map_or(0, |field| field.number),
    })
}

fn named(layout: &Layout, asked: &str) -> Option<FieldId> {
    let plain = plain_name(asked);
    let is = |name: &str| !plain.is_empty() && plain_name(name) == plain;
    let by = |names: fn(&Field) -> &'static str| layout.fields.iter().find(|field| is(names(field)))?.id;
    let by_id = || layout.fields.iter().filter_map(|field| field.id).find(|id| is(registry().info(*id).name));
    by_id().or_else(|| by(|field| field.column)).or_else(|| by(|field| field.name))
}

fn alike(layout: &Layout, asked: &str) -> Vec<&'static str> {
    let plain = plain_name(asked);
    let score = |name: &str| strsim::jaro_winkler(&plain, &plain_name(name));
    let mut scored: Vec<(f64, bool, &'static str)> = registry()
        .fields()
        .map(|(id, info)| {
            let label = layout.field(id).map_or("", Field::label);
            (score(info.name).max(score(label)), layout.has(id), info.name)
        })
        .filter(|(score, ..)| *score >= ALIKE)
        .collect();
    scored.sort_by(|a, b| b.0.total_cmp(&a.0).then(b.1.cmp(&a.1)));
    scored.into_iter().map(|(.., name)| name).take(MOST_SUGGESTIONS).collect()
}

fn join(years: &[u16]) -> String {
    years.iter().map(u16::to_string).collect::<Vec<_>>().join(", ")
}
