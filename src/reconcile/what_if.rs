//! What the user takes for true or rules out: names become causes of the year, and the search is
//! held to them.

use super::candidates::{CandidateCause};
use super::with::{With};
use super::error::{ReconcileError};
use super::options::{Assumption, ReconcileOptions};
use super::search::{Search, SearchOutcome, Wishes};
use super::value::{AddedBounds};
use crate::cause::{BoundCause, Hypothesis};
use crate::facets::SupposedParameter;
use crate::rule::closest;

/// Finds the causes that the user names.
///
/// # Errors
/// When a cause is not known, is both assumed and ruled out, or takes another parameter.
pub fn wishes(causes: &[BoundCause], year: u16, options: &ReconcileOptions<'_>) -> Result<Wishes, ReconcileError> {
    let mut wishes = Wishes::default();
    for id in &options.without {
        wishes.excluded.extend(places_of(causes, id, year)?);
    }
    for assumption in &options.assume {
        for place in places_of(causes, &assumption.id, year)? {
            if wishes.excluded.contains(&place) {
                return Err(ReconcileError::Contradiction { id: assumption.id.clone() });
            }
            check_parameter(&causes[place].hypothesis, assumption)?;
            wishes.assumed.push((place, assumption.with.clone()));
        }
    }
    Ok(wishes)
}

fn places_of(causes: &[BoundCause], id: &str, year: u16) -> Result<Vec<usize>, ReconcileError> {
    let all: Vec<usize> =
        causes.iter().enumerate().filter(|(_, cause)| cause.cause.id == id).map(|(place, _)| place).collect();
    if !all.is_empty() {
        return Ok(all);
    }
    let nearest = closest(id, causes.iter().map(|cause| cause.cause.id.as_str()));
    let help = nearest.map_or_else(
        || "scorelint causes lists them".to_owned(),
        |nearest| format!("did you mean {nearest}? scorelint causes lists them all"),
    );
    Err(ReconcileError::Cause { id: id.to_owned(), year, help })
}

fn check_parameter(hypothesis: &Hypothesis, assumption: &Assumption) -> Result<(), ReconcileError> {
    let takes = match hypothesis {
        Hypothesis::Suppose(one) => match one.parameter {
            SupposedParameter::None => "nothing after its name",
            SupposedParameter::Day(_) => "a day, as 2025-06-20",
            SupposedParameter::Text(_) => "a school, as fourteen digits",
        },
        Hypothesis::Repeats { .. } | Hypothesis::Earlier(_) | Hypothesis::AbsentSchools | Hypothesis::EnrolledAlone => {
            "nothing after its name"
        }
    };
    let fits = match &assumption.with {
        None | Some(With::All) => true,
        Some(With::After(..)) => takes.starts_with("a day"),
        Some(With::Text(_)) => takes.starts_with("a school"),
    };
    if fits { Ok(()) } else { Err(ReconcileError::Parameter { id: assumption.id.clone(), takes }) }
}

/// Searches as the user wishes. Where causes are ruled out, what explains the most besides them is
/// kept if nothing else explains more without them: one that was found together with a cause that is ruled
/// out must not get lost only because the figures of both are off now.
pub fn search(search: &Search<'_>, extra: Vec<Option<Box<AddedBounds>>>, wishes: &Wishes) -> SearchOutcome {
    let anew = search.run(extra.clone(), wishes);
    if wishes.excluded.is_empty() {
        return anew;
    }
    let all = Wishes { assumed: wishes.assumed.clone(), excluded: Vec::new() };
    let found = search.run(extra.clone(), &all).found;
    let is_open = |candidate: &CandidateCause| {
        !wishes.excluded.contains(&candidate.cause) && wishes.assumed.iter().all(|(cause, _)| *cause != candidate.cause)
    };
    let others = found.into_iter().map(|one| one.candidate).filter(is_open);
    let mut kept = wishes.clone();
    kept.assumed.extend(others.map(|one| (one.cause, Some(one.with))));
    let kept_too = search.run(extra, &kept);
    if kept_too.state.total.cost < anew.state.total.cost { kept_too } else { anew }
}

/// Why a cause that is taken for true has nothing to show.
pub fn unmet(cause: &BoundCause, with: Option<&With>, has_earlier: bool) -> &'static str {
    match &cause.hypothesis {
        Hypothesis::Earlier(_) if !has_earlier => "assumed, but it needs an earlier download (--earlier)",
        Hypothesis::AbsentSchools => "assumed, but every official school has records in these files",
        Hypothesis::Suppose(_) if cause.is_for_want_of_earlier && has_earlier => {
            "assumed, but the earlier download tells the same better"
        }
        Hypothesis::Suppose(one) if matches!(one.parameter, SupposedParameter::Day(_)) && with.is_none() => {
            "assumed, but no day makes more figures agree; try one, as CAUSE=2025-06-20"
        }
        _ => "assumed, but no record satisfies it",
    }
}
