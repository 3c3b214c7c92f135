//! Two causes on one record: the later one sees what the earlier one has changed. Which records
//! the second is about, and how they count then, is asked of the files as a supposition of its own.

use super::with::{With};
use super::records::{Supposed};
use crate::cause::{BoundCause, Hypothesis};
use crate::facets::{Facets, SupposedParameter, SupposedRecords, Supposition};
use crate::rule::{Expr, Stand, Stands, substituted, substituted_number, substituted_text};

/// The pairs of causes that are asked for, the earlier first.
pub fn pairs(causes: &[BoundCause]) -> Vec<((usize, usize), Supposition)> {
    let supposing: Vec<(usize, &Supposition)> = causes
        .iter()
        .enumerate()
        .filter(|(_, cause)| cause.sees_earlier)
        .filter_map(|(place, cause)| match &cause.hypothesis {
            Hypothesis::Suppose(one) => Some((place, one)),
            _ => None,
        })
        .collect();
    let mut pairs = Vec::new();
    for (place, (first, earlier)) in supposing.iter().enumerate() {
        for (second, later) in supposing.iter().skip(place + 1) {
            // Two readings of one cause exclude each other.
            if causes[*first].cause.id != causes[*second].cause.id {
                pairs.push(((*first, *second), joined(earlier, later)));
            }
        }
    }
    pairs
}

fn joined(earlier: &Supposition, later: &Supposition) -> Supposition {
    let seen = |stand: &Stand| match stand {
        Stand::Field(field) => earlier.sees.get(field).unwrap_or(stand).clone(),
        Stand::Fixed(_) => stand.clone(),
    };
    let mut sees: Stands = earlier.sees.clone();
    sees.extend(later.sees.iter().map(|(field, stand)| (*field, seen(stand))));
    let parameter = match &later.parameter {
        SupposedParameter::None => SupposedParameter::None,
        SupposedParameter::Day(day) => SupposedParameter::Day(substituted_number(day, &earlier.sees)),
        SupposedParameter::Text(text) => SupposedParameter::Text(substituted_text(text, &earlier.sees)),
    };
    let when = Expr::And(vec![earlier.when.clone(), substituted(&later.when, &earlier.sees)]);
    Supposition { when, sees, groups: Vec::new(), counts: true, parameter, records: SupposedRecords::All }
}

/// How records count under two causes.
#[derive(Debug, Default)]
pub struct Pairs {
    /// What the files say of each pair that was asked for, by record.
    answers: Vec<Vec<Supposed>>,
    /// The place of each pair there, by its first and second cause; none where it was not asked for.
    places: Vec<Option<u32>>,
    causes: usize,
}

impl Pairs {
    /// What the files say of pairs of so many causes.
    pub fn new(pairs: &[(usize, usize)], answers: Vec<Vec<Supposed>>, causes: usize) -> Self {
        let mut places = vec![None; causes * causes];
        for (place, (first, second)) in pairs.iter().enumerate().take(answers.len()) {
            places[first * causes + second] = u32::try_from(place).ok();
        }
        Self { answers, places, causes }
    }

    fn answers(&self, first: usize, second: usize) -> Option<&[Supposed]> {
        let place = *self.places.get(first * self.causes + second)?;
        self.answers.get(place? as usize).map(Vec::as_slice)
    }

    /// Whether a pair was asked for.
    pub fn has(&self, first: usize, second: usize) -> bool {
        self.answers(first, second).is_some()
    }

    /// How a record counts under a pair, if the second is about it then.
    pub fn get(&self, first: usize, second: usize, record: u32, with: &With, texts: &[String]) -> Option<Facets> {
        let all = self.answers(first, second)?;
        let answers = all.get(all.binary_search_by_key(&record, |one| one.record).ok()?)?;
        let is_meant = match with {
            With::All => true,
            With::After(day, _) => answers.parameter > *day,
            With::Text(text) => usize::try_from(answers.parameter).ok().and_then(|one| texts.get(one)) == Some(text),
        };
        is_meant.then_some(answers.after)
    }

    /// The records that the second of a pair is about once the first has changed them.
    pub fn records(&self, first: usize, second: usize) -> impl Iterator<Item = u32> + '_ {
        self.answers(first, second).unwrap_or_default().iter().map(|one| one.record)
    }
}
