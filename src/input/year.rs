//! Finds the layout year of a header.

use super::error::{InputError, InputErrorKind, Nearest, listed};
use super::known::{YearHeadings, headings, is_filler, known};
use super::lookalikes::recognise;
use crate::layout::plain_name;

/// Share of named columns that must be headings of the layout. The 2016 header, which has no
/// layout here, shares 70 percent of its names with 2017; the most edited real header (2019, with
/// three columns renamed) keeps 98 percent of its own.
const KNOWN_SHARE: f64 = 0.85;

/// Share that is enough for the newest layout where the records are of a later year. From 2023 to 2024 a fifth
/// of the names changed.
const KNOWN_SHARE_OF_LATER: f64 = 0.6;

/// Fewest named columns that can tell a layout: fewer headings stand in any list of students.
const FEWEST: usize = 3;

/// How alike two names must be for one to be offered for the other (1 is equal).
const ALIKE: f64 = 0.75;

/// How well a header fits a year.
struct YearFit {
    year: u16,
    /// Names of the file that are headings of the year.
    hits: usize,
    /// Headings of the year that the file lacks.
    missing: usize,
}

/// The year a header was found to be of, with the reason.
#[derive(Debug)]
pub struct DetectedYear {
    /// The year.
    pub year: u16,
    /// Why.
    pub why: String,
    /// Other years that fit as well, newest first; the records have to decide.
    pub rivals: Vec<u16>,
    /// Whether too few names are known for a file of this year: it has to be of a later one.
    pub is_later: bool,
}

/// How many of the names are headings of any year: tells a header from a record.
pub fn heading_count(names: &[String]) -> usize {
    let known = |plain: &String| is_filler(plain) || !headings().get(plain).is_empty();
    names.iter().map(|name| plain_name(name)).filter(known).count()
}

/// Finds the year whose layout a header is of.
///
/// The year wins that knows most of the names; of several, the one whose headings are all there.
/// Where columns were dropped, years that know as many names are named as rivals.
///
/// # Errors
/// When no year fits.
pub fn find_year(names: &[String]) -> Result<DetectedYear, InputError> {
    let named = named(names);
    let mut fits = fits(&named);
    fits.sort_by_key(|fit| (named.len() - fit.hits, fit.missing));
    let share = |fit: &YearFit| fit.hits as f64 / named.len().max(1) as f64;
    let is_newest = |fit: &YearFit| headings().years.last() == Some(&fit.year);
    let may_be_later = |fit: &YearFit| is_newest(fit) && share(fit) >= KNOWN_SHARE_OF_LATER;
    let fits_well = |best: &&YearFit| named.len() >= FEWEST && (share(best) >= KNOWN_SHARE || may_be_later(best));
    let Some(best) = fits.first().filter(fits_well) else {
        return Err(no_year(names, fits.first().filter(|fit| fit.hits > 0).map(|fit| fit.year)));
    };
    // A year that a layout file or nothing but dates tells from another has the same names.
    let is_rival = |fit: &&YearFit| fit.hits >= best.hits && (best.missing > 0 || fit.missing == 0);
    let rivals = fits.iter().skip(1).filter(is_rival).map(|fit| fit.year).collect();
    let why = format!("{} of {} column names are those of {}", best.hits, named.len(), best.year);
    Ok(DetectedYear { year: best.year, why, rivals, is_later: share(best) < KNOWN_SHARE })
}

/// The error for a header that fits several years equally.
pub fn ambiguous(columns: usize, mut years: Vec<u16>) -> InputError {
    years.sort_unstable_by(|a, b| b.cmp(a));
    let example = years.first().copied().unwrap_or_default();
    let help =
        format!("the columns that tell these years apart were dropped; name the year, for example --year {example}");
    InputError::from(InputErrorKind::AmbiguousLayout { columns, years, help })
}

/// The error for a header that fits no year well.
pub fn unfitting(names: &[String], nearest_year: u16) -> InputError {
    no_year(names, Some(nearest_year))
}

fn no_year(names: &[String], nearest_year: Option<u16>) -> InputError {
    if let Some(foreign) = recognise(names) {
        return InputErrorKind::NotScores { kind: foreign.kind, help: foreign.help }.into();
    }
    let nearest = nearest_year.and_then(known).map(|known| Box::new(nearest(names, known)));
    let help = match &nearest {
        Some(nearest) => format!(
            "layouts of {} are known; choose a file of one of these years, or restore the column names from the \
             original download{}",
            listed(&headings().years),
            year_offer(nearest, names)
        ),
        None => format!("choose a student score data file of {}, with its header line", listed(&headings().years)),
    };
    InputErrorKind::UnknownLayout { columns: names.len(), nearest, help }.into()
}

/// The advice to state the nearest year: only where at least half of the names are those of its layout.
fn year_offer(nearest: &Nearest, names: &[String]) -> String {
    if nearest.hits * 2 < named(names).len() {
        return String::new();
    }
    format!("; --year {} reads the columns that have a name of that layout", nearest.year)
}

/// The differences between a header and a layout.
fn nearest(names: &[String], known: &'static YearHeadings) -> Nearest {
    let named = named(names);
    let fields = known.layout.fields.iter().filter(|field| !field.is_filler());
    let labels: Vec<(&str, String)> = fields.map(|field| (field.label(), plain_name(field.label()))).collect();
    let missing: Vec<(&str, String)> = labels.iter().filter(|(_, plain)| !named.contains(plain)).cloned().collect();
    let is_unknown = |name: &&String| {
        let plain = plain_name(name);
        !plain.is_empty() && !is_filler(&plain) && known.get(&plain).is_none()
    };
    Nearest {
        year: known.layout.year(),
        columns: known.columns(),
        hits: named.iter().filter(|plain| known.get(plain).is_some()).count(),
        unknown: names
            .iter()
            .filter(is_unknown)
            .enumerate()
            // Comparing is slow, and an error lists only a few.
            .map(|(at, name)| (name.trim().to_owned(), if at < 20 { resembling(name, &missing) } else { None }))
            .collect(),
        missing: missing.into_iter().map(|(label, _)| label.to_owned()).collect(),
    }
}

/// The years with how well they fit, newest first.
fn fits(named: &[String]) -> Vec<YearFit> {
    let headings = headings();
    let fit = |(year, count): (&u16, &usize)| {
        let hits = named.iter().filter(|plain| headings.get(plain).iter().any(|(one, _)| one == year)).count();
        YearFit { year: *year, hits, missing: count.saturating_sub(hits) }
    };
    headings.years.iter().zip(&headings.counts).rev().map(fit).collect()
}

fn named(names: &[String]) -> Vec<String> {
    names.iter().map(|name| plain_name(name)).filter(|plain| !plain.is_empty() && !is_filler(plain)).collect()
}

/// The missing heading that a name was probably meant to be.
fn resembling(name: &str, missing: &[(&str, String)]) -> Option<String> {
    const LONGEST: usize = 200;
    let plain: String = plain_name(name).chars().take(LONGEST).collect();
    let likeness = |(label, heading): &(&str, String)| {
        (label.to_string(), strsim::normalized_damerau_levenshtein(&plain, heading))
    };
    let (label, score) = missing.iter().map(likeness).max_by(|(_, a), (_, b)| a.total_cmp(b))?;
    (score >= ALIKE).then_some(label)
}
