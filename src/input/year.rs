//! Finds the layout year of a header.

use super::error::{InputError, Nearest};
use super::known::{Known, all_known, is_filler, plain_name};

/// Share of named columns that must be headings of the layout. The 2016 header, which has no
/// layout here, shares 70 percent of its names with 2017; the most edited real header (2019, with
/// three columns renamed) keeps 98 percent of its own.
const KNOWN_SHARE: f64 = 0.85;

/// Fewest named columns that can tell a layout.
const FEWEST: usize = 3;

/// How well a header fits a year.
struct Fit {
    known: &'static Known,
    /// Names of the file that are headings of the year.
    hits: usize,
    /// Headings of the year that the file lacks.
    missing: usize,
}

/// The year a header was found to be of, with the reason.
pub struct Year {
    /// The headings of the year.
    pub known: &'static Known,
    /// Why.
    pub why: String,
    /// Other years that fit as well; the records have to decide.
    pub rivals: Vec<&'static Known>,
}

/// How many of the names are headings of any year: tells a header from a record.
pub fn heading_count(names: &[String]) -> usize {
    let known = |plain: &String| is_filler(plain) || all_known().any(|year| year.get(plain).is_some());
    names.iter().map(|name| plain_name(name)).filter(known).count()
}

/// Finds the year whose layout a header is of.
///
/// The fewest differences win: names the layout lacks and headings the file lacks together. Where
/// columns were dropped, years with as few unknown names fit as well, and are named as rivals.
///
/// # Errors
/// When no year fits.
pub fn find_year(names: &[String]) -> Result<Year, InputError> {
    let named = named(names);
    let mut fits: Vec<Fit> = all_known().map(|known| fit(&named, known)).collect();
    // Newest first, then a stable sort: a tie shows the newest year first.
    fits.reverse();
    fits.sort_by_key(|fit| named.len() - fit.hits + fit.missing);
    let Some(best) = fits.first() else { return Err(unknown(names, None)) };
    let share = best.hits as f64 / named.len().max(1) as f64;
    if named.len() < FEWEST || share < KNOWN_SHARE {
        let closest = fits.iter().max_by_key(|fit| fit.hits);
        return Err(unknown(names, closest.map(|fit| fit.known)));
    }
    let is_rival = |fit: &&Fit| best.missing > 0 && fit.hits >= best.hits;
    let rivals = fits.iter().skip(1).filter(is_rival).map(|fit| fit.known).collect();
    let why = format!("{} of {} column names are those of {}", best.hits, named.len(), best.known.layout.year());
    Ok(Year { known: best.known, why, rivals })
}

/// The differences between a header and a layout, for an error.
pub fn nearest(names: &[String], known: &'static Known) -> Nearest {
    let named = named(names);
    let unknown = |name: &&String| {
        let plain = plain_name(name);
        !plain.is_empty() && !is_filler(&plain) && known.get(&plain).is_none()
    };
    let headings: Vec<(&str, String)> = known
        .layout
        .fields
        .iter()
        .filter(|field| !field.is_filler())
        .map(|field| (field.label(), plain_name(field.label())))
        .collect();
    let missing: Vec<&str> =
        headings.iter().filter(|(_, plain)| !named.contains(plain)).map(|(label, _)| *label).collect();
    Nearest {
        year: known.layout.year(),
        columns: known.layout.fields.last().map_or(0, |field| field.number),
        hits: named.iter().filter(|plain| known.get(plain).is_some()).count(),
        unknown: names.iter().filter(unknown).map(|name| (name.clone(), resembling(name, &headings))).collect(),
        missing: missing.into_iter().map(str::to_owned).collect(),
    }
}

fn unknown(names: &[String], closest: Option<&'static Known>) -> InputError {
    InputError::UnknownLayout {
        path: String::new(),
        columns: names.len(),
        nearest: closest.map(|known| Box::new(nearest(names, known))),
    }
}

fn named(names: &[String]) -> Vec<String> {
    names.iter().map(|name| plain_name(name)).filter(|plain| !plain.is_empty() && !is_filler(plain)).collect()
}

fn fit(named: &[String], known: &'static Known) -> Fit {
    let hits = named.iter().filter(|plain| known.get(plain).is_some()).count();
    let fields = known.layout.fields.iter().filter(|field| !field.is_filler()).count();
    Fit { known, hits, missing: fields.saturating_sub(hits) }
}

/// The heading of the layout that a name was probably meant to be.
fn resembling(name: &str, headings: &[(&str, String)]) -> Option<String> {
    let plain = plain_name(name);
    let scored =
        headings.iter().map(|(label, heading)| (*label, strsim::normalized_damerau_levenshtein(&plain, heading)));
    let (label, score) = scored.max_by(|(_, a), (_, b)| a.total_cmp(b))?;
    (score >= 0.75).then(|| label.to_owned())
}
