//! Causes that could stand behind what is left, where the figures are too few to tell them apart: how many records each
//! could move, and which official row would tell most about it.

use std::collections::BTreeMap;

use super::candidates::CandidateCause;
use super::grid::{GroupsKey, NO_ROW, all_slots};
use super::model::{CauseEvidence, RowToLookUp};
use super::problem::Problem;
use super::with::With;
use crate::counting::GradeKind;
use crate::facets::Facets;

/// A cause that could stand behind what is left.
#[derive(Clone, Debug)]
pub struct PossibleHypothesis {
    /// The cause, by its place among the bound ones.
    pub cause: usize,
    /// What it would be with.
    pub with: With,
    /// What stands for and against it.
    pub evidence: CauseEvidence,
    /// How many records it is about.
    pub records: usize,
    /// The row that would tell most about it, of those that the official files do not have.
    pub look_up: Option<RowToLookUp>,
}

/// The row of all students of a single grade in which a hypothesis has most records, of those that are not given.
pub fn row_to_look_up(problem: &Problem<'_>, candidate: &CandidateCause) -> Option<RowToLookUp> {
    let group = problem.main().trailing_zeros() as usize;
    let mut counts: BTreeMap<GroupsKey, usize> = BTreeMap::new();
    for change in &*candidate.changes {
        let before = problem.records.facets.get(change.record as usize).copied().unwrap_or(Facets::NONE);
        let facets = if before == Facets::NONE { change.after } else { before };
        let class = problem.counting.classes.get(usize::from(facets.class));
        let Some((place, class)) = problem.records.places.get(facets.place as usize).zip(class) else { continue };
        for slot in all_slots(problem.counting, place, &facets, class.rows) {
            if is_own_single(problem, &slot) && problem.grid.row_of(slot, group) == NO_ROW {
                *counts.entry(slot).or_default() += 1;
            }
        }
    }
    let most = counts.into_iter().max_by_key(|(slot, count)| (*count, std::cmp::Reverse(*slot)));
    most.map(|((code, test, grade), records)| RowToLookUp { code, test, grade, records })
}

/// Whether a slot is of a single grade of a school or district.
fn is_own_single(problem: &Problem<'_>, (code, _, grade): &GroupsKey) -> bool {
    let kind = problem.counting.grades.iter().find(|row| row.code == *grade).map(|row| &row.kind);
    matches!(kind, Some(GradeKind::Grade)) && code[2..7] != *b"00000"
}
