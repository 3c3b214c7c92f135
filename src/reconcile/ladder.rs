//! The steps between our count of a row and the official one. In each figure a record belongs to one
//! step: the last cause that changes what it counts there.

use super::grid::Ways;
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

/// The steps of every row, in the order of the causes.
pub type Ladders = Vec<Vec<Step>>;

/// Works out the steps under the hypotheses of a state.
pub fn ladders(world: &World<'_>, state: &State) -> Ladders {
    let mut ladders: Ladders = vec![Vec::new(); world.grid.rows.len()];
    let mut ways = Ways::default();
    let mut net: PerRow<[(usize, Sums); 3]> = PerRow::new(ladders.len());
    let mut change: PerRow<Sums> = PerRow::new(ladders.len());
    for (record, stages) in state.changed(world) {
        // Enrolled, tested and results of a row each belong to the last cause that changes them.
        let mut before = world.records.facets[record as usize];
        for (found, after) in stages {
            difference(world, &mut ways, (&before, &after), &mut change);
            change.drain(|row, sums| {
                let parts = sums.parts();
                for (known, part) in net.of(row).iter_mut().zip(parts).filter(|(_, part)| !part.is_zero()) {
                    known.0 = found;
                    known.1 += part;
                }
            });
            before = after;
        }
        net.drain(|row, parts| {
            for (found, sums) in parts.into_iter().filter(|(_, sums)| !sums.is_zero()) {
                add(&mut ladders[row as usize], found, record, sums);
            }
        });
    }
    for steps in &mut ladders {
        steps.sort_by_key(|step| state.chosen.get(step.found).map(|candidate| candidate.cause));
    }
    ladders
}

/// Something for a few rows at a time, out of many.
struct PerRow<T> {
    /// The place of a row among those in use, counted from 1; 0 where it is not.
    places: Vec<u32>,
    used: Vec<(u32, T)>,
}

impl<T: Copy + Default> PerRow<T> {
    fn new(rows: usize) -> Self {
        Self { places: vec![0; rows], used: Vec::new() }
    }

    fn of(&mut self, row: u32) -> &mut T {
        let place = &mut self.places[row as usize];
        if *place == 0 {
            self.used.push((row, T::default()));
            *place = self.used.len() as u32;
        }
        &mut self.used[*place as usize - 1].1
    }

    /// Tells of all in use, and forgets them.
    fn drain(&mut self, mut tell: impl FnMut(u32, T)) {
        for (row, one) in self.used.drain(..) {
            self.places[row as usize] = 0;
            tell(row, one);
        }
    }
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
fn difference(
    world: &World<'_>,
    ways: &mut Ways,
    (before, after): (&Facets, &Facets),
    change: &mut PerRow<Sums>,
) {
    let (out, into) = (Sums::of(world.book, before), Sums::of(world.book, after));
    if !out.is_zero() {
        world.each_row(ways, before, u64::MAX, |row| *change.of(row) -= out);
    }
    if !into.is_zero() {
        world.each_row(ways, after, u64::MAX, |row| *change.of(row) += into);
    }
}
