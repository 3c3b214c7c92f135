//! What a damaged column does to findings: many are told as one, and what compares with it is in doubt.

use super::program::{Planned, Program};
use super::run::{FileRun, Hit, NAMED};
use crate::layout::FieldId;
use crate::rule::Grouping;

/// A cell rule that breaks in more than half of at least this many cells tells of a damaged
/// column, and is reported as one finding.
const DAMAGED_COLUMN: u64 = 20;

/// Where day and month are swapped in a date column, every other date of it is in doubt: rules
/// that compare its days are undecidable for the whole file. `spoils` tells whether the rule at a place of
/// the run is about that.
pub(crate) fn spoil(program: &Program, spoils: impl Fn(usize) -> bool, run: &mut FileRun) {
    let spoiled: Vec<FieldId> = program
        .instances
        .iter()
        .enumerate()
        .filter(|(place, planned)| spoils(planned.rule) && run.counts[*place].broke > 0)
        .flat_map(|(_, planned)| planned.source.labels.iter().copied())
        .collect();
    if spoiled.is_empty() {
        return;
    }
    let in_doubt =
        |planned: &Planned| !planned.is_cell && spoiled.iter().any(|field| planned.reads.days.contains(field));
    for (place, _) in program.instances.iter().enumerate().filter(|(_, planned)| in_doubt(planned)) {
        let counts = &mut run.counts[place];
        counts.broke = 0;
        counts.undecidable = counts.applicable;
        run.grouped.remove(&(place as u32));
    }
    run.hits.retain(|hit| !in_doubt(&program.instances[hit.instance as usize]));
}

/// One finding for a column that is damaged throughout.
pub(crate) fn collapse(program: &Program, run: &mut FileRun) {
    let damaged = |hit: &Hit| {
        let counts = run.counts[hit.instance as usize];
        program.instances[hit.instance as usize].is_cell
            && program.instances[hit.instance as usize].grouping == Grouping::Each
            && counts.broke > DAMAGED_COLUMN
            && counts.broke * 2 > counts.applicable
    };
    let (collapsed, kept): (Vec<Hit>, Vec<Hit>) = run.hits.iter().partition(|hit| damaged(hit));
    run.hits = kept;
    for hit in collapsed {
        let grouped = run.grouped.entry(hit.instance).or_default();
        grouped.count += 1;
        if grouped.first.len() < NAMED {
            grouped.first.push(hit.record);
        }
    }
}
