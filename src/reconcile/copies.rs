//! Results that stand in several files: of copies of a result the newest counts, as its completion and
//! score dates tell. What only the file by enrolled LEA has is set aside: it counts as a step, or not
//! at all.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use rustc_hash::FxHashMap;

use super::records::{Copies, Records, Supposed};
use crate::facets::Facets;
use crate::input::View;

/// What decides which copy counts: where the student was tested, then the dates of the record, then
/// those of the whole file, then the order of files.
type Rank = (bool, u64, u64, Reverse<usize>);

impl Records {
    /// Leaves one copy of each result among the files from a place on.
    pub(super) fn settle_copies(&mut self, first_file: usize) {
        if self.files.len() < first_file + 2 {
            return;
        }
        let ranks = self.best_copies(first_file);
        let mut pairs: BTreeMap<(usize, usize), Copies> = BTreeMap::new();
        let mut is_out = vec![false; self.facets.len()];
        for (file, record) in self.each_of(first_file) {
            let Some(best) = ranks.get(&self.identity(record)).filter(|best| best.3.0 != file) else { continue };
            let pair = (best.3.0, file);
            let copies = pairs.entry(pair).or_insert(Copies { counted: pair.0, other: pair.1, results: 0, newer: 0 });
            copies.results += 1;
            copies.newer += u64::from(best.1 > self.recency_of(record));
            is_out[record as usize] = true;
        }
        self.set_aside(first_file, &mut is_out);
        for (facets, _) in self.facets.iter_mut().zip(&is_out).filter(|(_, is_out)| **is_out) {
            *facets = Facets::NONE;
        }
        for changes in &mut self.changes {
            changes.retain(|change| !is_out.get(change.record as usize).copied().unwrap_or_default());
        }
        self.copies.extend(pairs.into_values());
    }

    /// The best copy of each result.
    fn best_copies(&self, first_file: usize) -> FxHashMap<u64, Rank> {
        let newest_of = |place: usize| {
            let file = self.files.get(place);
            let own = file.map(|file| file.first..file.first + file.records);
            own.into_iter().flatten().map(|record| self.recency_of(record)).max().unwrap_or_default()
        };
        let newest: Vec<u64> = (0..self.files.len()).map(newest_of).collect();
        let mut ranks: FxHashMap<u64, Rank> = FxHashMap::default();
        for (file, record) in self.each_of(first_file).filter(|(_, record)| self.identity(*record) != 0) {
            let rank = (!self.is_enrolled_view(file), self.recency_of(record), newest[file], Reverse(file));
            let best = ranks.entry(self.identity(record)).or_insert(rank);
            *best = rank.max(*best);
        }
        ranks
    }

    /// Sets aside the records that stand in files by enrolled LEA alone, where there are others.
    fn set_aside(&mut self, first_file: usize, is_out: &mut [bool]) {
        let is_current = |place: usize| self.files.get(place).is_some_and(|file| !file.is_earlier);
        let current = (first_file..self.files.len()).filter(|place| is_current(*place));
        if current.clone().all(|place| self.is_enrolled_view(place)) {
            return;
        }
        let alone: Vec<Supposed> = self
            .each_of(first_file)
            .filter(|(file, record)| self.is_enrolled_view(*file) && !is_out[*record as usize])
            .filter_map(|(_, record)| {
                let after = *self.facets.get(record as usize).filter(|facets| **facets != Facets::NONE)?;
                Some(Supposed { record, parameter: 0, after })
            })
            .collect();
        alone.iter().for_each(|one| is_out[one.record as usize] = true);
        self.enrolled_alone.extend(alone);
    }

    /// The files from a place on, by place, with each of their records.
    fn each_of(&self, first_file: usize) -> impl Iterator<Item = (usize, u32)> + use<> {
        let spans: Vec<(usize, std::ops::Range<u32>)> = self
            .files
            .iter()
            .enumerate()
            .skip(first_file)
            .map(|(place, file)| (place, file.first..file.first + file.records))
            .collect();
        spans.into_iter().flat_map(|(place, records)| records.map(move |record| (place, record)))
    }

    fn is_enrolled_view(&self, file: usize) -> bool {
        self.files.get(file).is_some_and(|file| file.info.view == View::Enrolled)
    }

    fn identity(&self, record: u32) -> u64 {
        self.identities.get(record as usize).copied().unwrap_or_default()
    }

    /// How new a record is; 0 where no day is known.
    pub(super) fn recency_of(&self, record: u32) -> u64 {
        self.recency.get(record as usize).copied().unwrap_or_default()
    }
}
