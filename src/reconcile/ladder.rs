//! The steps between our count of a row and the official one. In each figure a record belongs to one
//! step: the last cause that changes what it counts there.

use rustc_hash::FxHashMap;

use super::grid::{NO_ROW, Ways};
use super::state::State;
use super::sums::Sums;
use super::world::World;
use crate::engine::Facets;

/// What one cause does to a row.
#[derive(Clone, Debug, Default)]
pub struct Step {
    /// The hypothesis, by its place among those found.
    pub found: usize,
    /// What it adds.
    pub sums: Sums,
    /// The records it owns there, ascending, and what each adds.
    pub records: Vec<(u32, Sums)>,
}

/// The steps of every row that has some, in the order of the causes.
pub type Ladders = FxHashMap<u32, Vec<Step>>;

/// Works out the steps under the hypotheses of a state.
pub fn ladders(world: &World<'_>, state: &State) -> Ladders {
    let mut ladders = Ladders::default();
    let mut ways = Ways::default();
    for (record, stages) in state.changed(world) {
        // Enrolled, tested and results of a row each belong to the last cause that changes them.
        let mut net: FxHashMap<u32, [(usize, Sums); 3]> = FxHashMap::default();
        let mut before = world.records.facets[record as usize];
        for (found, after) in stages {
            for (row, sums) in difference(world, &mut ways, &before, &after) {
                let known = net.entry(row).or_default();
                for (known, part) in known.iter_mut().zip(sums.parts()).filter(|(_, part)| !part.is_zero()) {
                    known.0 = found;
                    known.1 += part;
                }
            }
            before = after;
        }
        for (row, parts) in net {
            for (found, sums) in parts.into_iter().filter(|(_, sums)| !sums.is_zero()) {
                add(ladders.entry(row).or_default(), found, record, sums);
            }
        }
    }
    for steps in ladders.values_mut() {
        steps.sort_by_key(|step| state.chosen.get(step.found).map(|candidate| candidate.cause));
    }
    ladders
}

/// Adds what a record adds to a step.
fn add(steps: &mut Vec<Step>, found: usize, record: u32, sums: Sums) {
    let place = steps.iter().position(|step| step.found == found).unwrap_or_else(|| {
        steps.push(Step { found, ..Step::default() });
        steps.len() - 1
    });
    let step = &mut steps[place];
    step.sums += sums;
    match step.records.last_mut() {
        Some((last, known)) if *last == record => *known += sums,
        _ => step.records.push((record, sums)),
    }
}

/// What changes in which rows when a record counts otherwise.
fn difference(world: &World<'_>, ways: &mut Ways, before: &Facets, after: &Facets) -> FxHashMap<u32, Sums> {
    let mut rows: FxHashMap<u32, Sums> = FxHashMap::default();
    each_row(world, ways, before, &mut |row, sums| *rows.entry(row).or_default() -= sums);
    each_row(world, ways, after, &mut |row, sums| *rows.entry(row).or_default() += sums);
    rows.retain(|_, sums| !sums.is_zero());
    rows
}

/// The rows a record counts in, and what it adds to each.
fn each_row(world: &World<'_>, ways: &mut Ways, facets: &Facets, tell: &mut dyn FnMut(u32, Sums)) {
    let sums = Sums::of(world.book, facets);
    let is_absent = world.is_absent.get(facets.place as usize).copied().unwrap_or_default();
    if sums.is_zero() || is_absent {
        return;
    }
    for slot in world.grid.slots_of(ways, world.book, &world.records.places, facets) {
        let mut left = facets.groups;
        while left != 0 {
            let group = left.trailing_zeros() as usize;
            left &= left - 1;
            let row = world.grid.row_at(*slot, group);
            if row != NO_ROW {
                tell(row, sums);
            }
        }
    }
}
