//! Computes batch by batch how records count, and how they would count under each supposition.

use super::plan::{FacetsPlan, ParameterPlan, FacetPlacePlan, SupposedPlan};
use super::{FacetChange, Facets, FileFacets, NO_PLACE, PlaceName, SupposedRecords};
use crate::engine::evaluate::{Batch, ThreadState};
use crate::engine::keys::hash_text;
use crate::engine::mask::{BATCH, Mask, NumberedRows};
use crate::engine::nodes::{NodeId, NumId, TextPlan};
use crate::engine::run::{BatchPlace, Collector, JoinPlace};
use crate::input::Block;
use crate::input::index::Index;
use crate::tally::EntityCode;

impl Collector for FacetsPlan {
    type Thread = ();
    type Block = FileFacets;
    type File = FileFacets;

    fn thread(&self) {}

    fn file(&self) -> FileFacets {
        FileFacets::default()
    }

    fn window(&self, index: &Index, block: &Block, out: &mut FileFacets) {
        let lines = (0..index.rows()).map(|row| block.line + index.line(row));
        out.lines.extend(lines.map(|line| u32::try_from(line).unwrap_or(u32::MAX)));
    }

    fn batch(&self, state: &mut ThreadState, batch: &Batch<'_>, at: BatchPlace, (): &mut (), out: &mut FileFacets) {
        self.collect(state, batch, at.first, out);
    }

    fn join(&self, file: &mut FileFacets, block: &mut FileFacets, at: JoinPlace) {
        file.add(std::mem::take(block), at.first);
    }

    fn finish(&self, _: &mut FileFacets, (): (), _: &ThreadState) {}
}

impl FacetsPlan {
    /// Tells of a batch whose first record has a number in its block.
    fn collect(&self, state: &mut ThreadState, batch: &Batch<'_>, first: u32, out: &mut FileFacets) {
        let rows = batch.records.len();
        for num in [Some(self.base.record_type), Some(self.base.grade), self.base.score, self.base.level] {
            num.into_iter().for_each(|num| state.number(batch, num));
        }
        let mut facets = [Facets::NONE; BATCH];
        let counted = batch.valid;
        self.newest.iter().for_each(|day| state.number(batch, *day));
        for row in 0..rows {
            out.identities.push(if counted.has(row) { self.identity(state, batch, row) } else { 0 });
            out.recency.push(if counted.has(row) { self.recency(state, row) } else { 0 });
        }
        self.keys(batch, rows, out);
        let counted = NumberedRows { rows: counted, first };
        self.base(state, batch, counted, &mut facets, out);
        for plan in &self.suppositions {
            self.suppose(plan, state, batch, counted, &facets, out);
        }
        out.facets.extend_from_slice(&facets[..rows]);
    }

    fn identity(&self, state: &ThreadState, batch: &Batch<'_>, row: usize) -> u64 {
        let student = self.identity.as_ref().and_then(|identity| hash_text(identity, batch, row));
        let test = state.number_of(self.base.record_type, row).unwrap_or_default() as u64;
        student.map_or(0, |student| student ^ test.wrapping_mul(0x9E37_79B9_7F4A_7C15))
    }

    /// The days of a record in one number that orders records as the first differing day does.
    fn recency(&self, state: &ThreadState, row: usize) -> u64 {
        let day = |num: NumId| state.number_of(num, row).and_then(|day| u32::try_from(day).ok()).unwrap_or_default();
        self.newest.iter().fold(0, |all, num| all << u32::BITS | u64::from(day(*num)))
    }

    fn keys(&self, batch: &Batch<'_>, rows: usize, out: &mut FileFacets) {
        out.keys.resize_with(self.keys.len(), Vec::new);
        for (key, hashes) in self.keys.iter().zip(&mut out.keys) {
            hashes.extend((0..rows).map(|row| {
                let valid = key.as_ref().filter(|_| batch.valid.has(row));
                valid.and_then(|parts| hash_of(parts, batch, row)).unwrap_or_default()
            }));
        }
    }

    fn base(
        &self,
        state: &mut ThreadState,
        batch: &Batch<'_>,
        counted: NumberedRows,
        facets: &mut [Facets; BATCH],
        out: &mut FileFacets,
    ) {
        let small = |state: &ThreadState, num: NumId, row: usize| {
            state.number_of(num, row).and_then(|one| u8::try_from(one).ok()).unwrap_or_default()
        };
        for row in counted.rows.rows() {
            let one = &mut facets[row];
            one.record_type = small(state, self.base.record_type, row);
            one.grade = small(state, self.base.grade, row);
            one.level = self.base.level.map_or(0, |level| small(state, level, row));
            let score = self.base.score.and_then(|score| state.number_of(score, row));
            one.score = score.and_then(|score| u16::try_from(score).ok()).unwrap_or_default();
        }
        classify(&self.base.classes, state, batch, counted.rows, facets);
        self.locate(&self.base.places, state, batch, counted, facets, out);
        join_groups(&self.base.members, state, batch, counted.rows, facets);
    }

    fn suppose(
        &self,
        plan: &SupposedPlan,
        state: &mut ThreadState,
        batch: &Batch<'_>,
        counted: NumberedRows,
        base: &[Facets; BATCH],
        out: &mut FileFacets,
    ) {
        let NumberedRows { rows: counted, first } = counted;
        let about = state.truths(batch, plan.when).yes.and(counted);
        if about.is_empty() {
            return;
        }
        let mut after = *base;
        if !plan.counts {
            about.rows().for_each(|row| after[row] = Facets::NONE);
        }
        if let Some(classes) = &plan.classes {
            classify(classes, state, batch, about, &mut after);
        }
        if let Some(places) = &plan.places {
            self.locate(places, state, batch, NumberedRows { rows: about, first }, &mut after, out);
        }
        if let Some(grade) = plan.grade {
            state.number(batch, grade);
            for row in about.rows() {
                let grade = state.number_of(grade, row).and_then(|one| u8::try_from(one).ok());
                after[row].grade = grade.unwrap_or_default();
            }
        }
        join_groups(&plan.members, state, batch, about, &mut after);
        if let ParameterPlan::Day(day) = plan.parameter {
            state.number(batch, day);
        }
        let is_kept = |row: &usize| plan.records == SupposedRecords::All || after[*row] != base[*row];
        for row in about.rows().filter(is_kept) {
            let parameter = match &plan.parameter {
                ParameterPlan::None => Some(0),
                ParameterPlan::Day(day) => state.number_of(*day, row).and_then(|day| i32::try_from(day).ok()),
                ParameterPlan::Text(text) => {
                    let text = text.make(batch, row).trim().to_owned();
                    (!text.is_empty()).then(|| i32::try_from(self.texts.number(&text)).unwrap_or(i32::MAX))
                }
            };
            if let Some(parameter) = parameter {
                let record = first + row as u32;
                out.changes.push(FacetChange { record, supposition: plan.place, parameter, after: after[row] });
            }
        }
    }

    fn locate(
        &self,
        places: &[FacetPlacePlan],
        state: &mut ThreadState,
        batch: &Batch<'_>,
        rows: NumberedRows,
        facets: &mut [Facets; BATCH],
        out: &mut FileFacets,
    ) {
        let NumberedRows { rows, first } = rows;
        let mut left = rows;
        for place in places {
            if left.is_empty() {
                return;
            }
            let here = state.truths(batch, place.when).yes.and(left);
            let mut last: Option<(EntityCode, u32)> = None;
            for row in here.rows() {
                let found = place.of(batch, row);
                let number = match last {
                    Some((known, number)) if known == found => number,
                    _ => self.places.number(&found),
                };
                let named = out.names.entry(number).or_insert_with(|| place.name(batch, row, first));
                if first + (row as u32) < named.record {
                    *named = place.name(batch, row, first);
                }
                last = Some((found, number));
                facets[row].place = number;
            }
            left = left.without(here);
        }
        left.rows().for_each(|row| facets[row].place = NO_PLACE);
    }
}

impl FacetPlacePlan {
    fn of(&self, batch: &Batch<'_>, row: usize) -> EntityCode {
        let digits = self.code.make(batch, row);
        EntityCode::new(self.entity_type, digits.trim().as_bytes(), self.district_level)
    }

    fn name(&self, batch: &Batch<'_>, row: usize, first: u32) -> PlaceName {
        let made = |name: &Option<TextPlan>| {
            name.as_ref().map(|name| name.make(batch, row).trim().to_owned()).unwrap_or_default()
        };
        PlaceName { record: first + row as u32, school: made(&self.name), lea: made(&self.lea_name) }
    }
}

/// Gives each row its class: the first whose condition holds.
fn classify(classes: &[(u8, NodeId)], state: &mut ThreadState, batch: &Batch<'_>, rows: Mask, facets: &mut [Facets; BATCH]) {
    let mut left = rows;
    for (class, node) in classes {
        if left.is_empty() {
            return;
        }
        let here = state.truths(batch, *node).yes.and(left);
        here.rows().for_each(|row| facets[row].class = *class);
        left = left.without(here);
    }
}

fn join_groups(
    members: &[(usize, NodeId)],
    state: &mut ThreadState,
    batch: &Batch<'_>,
    rows: Mask,
    facets: &mut [Facets; BATCH],
) {
    for (group, node) in members {
        let members = state.truths(batch, *node).yes;
        for row in rows.rows() {
            let bit = 1 << group;
            let one = &mut facets[row].groups;
            *one = if members.has(row) { *one | bit } else { *one & !bit };
        }
    }
}

/// The hash of a key; none where a part is blank, or there are no parts.
fn hash_of(parts: &[TextPlan], batch: &Batch<'_>, row: usize) -> Option<u64> {
    if parts.is_empty() {
        return None;
    }
    let hash = parts.iter().try_fold(0_u64, |hash, part| {
        Some((hash.rotate_left(17) ^ hash_text(part, batch, row)?).wrapping_mul(0x9E37_79B9_7F4A_7C15))
    });
    hash.map(|hash| hash.max(1))
}
