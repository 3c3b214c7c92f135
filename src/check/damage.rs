//! Handles findings of a damaged column: many become one finding, and rules that compare with the column
//! become undecidable.

use super::follows::Follows;
use super::hits::{Hit, Hits, NAMED};
use crate::engine::program::{PlannedInstance, Program};
use crate::layout::FieldId;
use crate::rule::Grouping;

/// A cell rule that breaks in more than half of at least this many cells tells of a damaged
/// column, and is reported as one finding.
const DAMAGED_COLUMN: u64 = 20;

/// Where day and month are swapped in a date column, every other date of it is in doubt: rules
/// that compare its days are undecidable for the whole file. `spoils` tells whether the rule at a place of
/// the run is about that.
pub(crate) fn spoil(program: &Program, spoils: impl Fn(usize) -> bool, hits: &mut Hits) {
    let spoiled: Vec<FieldId> = program
        .instances
        .iter()
        .enumerate()
        .filter(|(place, planned)| spoils(planned.rule) && hits.counts[*place].broke > 0)
        .flat_map(|(_, planned)| planned.source.labels.iter().copied())
        .collect();
    if spoiled.is_empty() {
        return;
    }
    let in_doubt =
        |planned: &PlannedInstance| !planned.is_cell && spoiled.iter().any(|field| planned.reads.days.contains(field));
    for (place, _) in program.instances.iter().enumerate().filter(|(_, planned)| in_doubt(planned)) {
        let counts = &mut hits.counts[place];
        counts.broke = 0;
        counts.undecidable = counts.applicable;
        hits.grouped.remove(&(place as u32));
    }
    hits.hits.retain(|hit| !in_doubt(&program.instances[hit.instance as usize]));
}

/// One finding for a column that is damaged throughout. What follows from another finding is reported there.
pub(crate) fn collapse(program: &Program, hits: &mut Hits, follows: &Follows<'_>) {
    let damaged = |hit: &Hit| {
        let counts = hits.counts[hit.instance as usize];
        program.instances[hit.instance as usize].is_cell
            && program.instances[hit.instance as usize].grouping == Grouping::Each
            && counts.broke > DAMAGED_COLUMN
            && counts.broke * 2 > counts.applicable
            && follows.of_record(program.instances[hit.instance as usize].rule, hit.record).is_none()
    };
    let (collapsed, kept): (Vec<Hit>, Vec<Hit>) = hits.hits.iter().partition(|hit| damaged(hit));
    hits.hits = kept;
    for hit in collapsed {
        let grouped = hits.grouped.entry(hit.instance).or_default();
        grouped.count += 1;
        if grouped.first.len() < NAMED {
            grouped.first.push(hit.record);
        }
    }
}
