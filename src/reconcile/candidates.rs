//! Hypotheses with their records: every cause, with each of its schools, or by days.

use std::collections::BTreeMap;
use std::sync::Arc;

use rustc_hash::{FxHashMap, FxHashSet};

use super::effects::{Effects};
use super::earlier;
use super::records::{Records, Supposed};
use super::with::With;
use super::code::{CdsCode};
use super::grid::{Grid};
use crate::cause::{BoundCause, Evidence, Hypothesis};
use crate::counting::CountingRules;
use crate::facets::{Facets, SupposedParameter};

/// A hypothesis.
#[derive(Clone, Debug)]
pub struct CandidateCause {
    /// The cause, by its place among the bound ones.
    pub cause: usize,
    /// What it was found with.
    pub with: With,
    /// The records it changes, and how they would count. Sorted by record; by day, the latest
    /// first, where the day is still to be found.
    pub changes: Arc<[Supposed]>,
    /// Whether its day is still to be found.
    pub has_open_day: bool,
    /// The student groups whose members it changes, one bit each; 0 where it changes other things.
    pub groups_only: u64,
    /// What it adds to rows by itself.
    pub effects: Arc<Effects>,
}

impl CandidateCause {
    fn new(cause: usize, with: With, changes: Vec<Supposed>, base: &[Facets]) -> Self {
        let (changes, effects) = (changes.into(), Arc::default());
        let mut candidate = Self { cause, with, changes, has_open_day: false, groups_only: 0, effects };
        candidate.groups_only = candidate.changed_groups(base);
        candidate
    }

    fn changed_groups(&self, base: &[Facets]) -> u64 {
        let mut groups = 0;
        for change in &*self.changes {
            let Some(before) = base.get(change.record as usize) else { continue };
            if (Facets { groups: before.groups, ..change.after }) != *before {
                return 0;
            }
            groups |= before.groups ^ change.after.groups;
        }
        groups
    }

    /// The hypothesis of all records after a day.
    #[must_use]
    pub fn after(&self, day: i32) -> Self {
        let mut changes: Vec<Supposed> = self.changes.iter().filter(|one| one.parameter > day).copied().collect();
        let next = changes.iter().map(|one| one.parameter).min();
        changes.sort_unstable_by_key(|one| one.record);
        let last = next.map_or(day, |next| next - 1);
        let (changes, effects) = (changes.into(), Arc::default());
        Self { with: With::After(day, last), changes, has_open_day: false, effects, ..self.clone() }
    }

    /// Its records day by day, the latest first, where the day is still to be found; else all at once.
    pub fn days(&self) -> impl Iterator<Item = &[Supposed]> {
        let is_together = |one: &Supposed, next: &Supposed| !self.has_open_day || one.parameter == next.parameter;
        self.changes.chunk_by(is_together)
    }

    /// Whether it is about a record by itself. Its changes must be sorted by record.
    pub fn is_about(&self, record: u32) -> bool {
        self.changes.binary_search_by_key(&record, |one| one.record).is_ok()
    }
}

/// Where candidates come from.
pub struct Sources<'a> {
    /// The causes.
    pub causes: &'a [BoundCause],
    /// The cause of each supposition.
    pub supposition_causes: &'a [usize],
    /// The year's knowledge.
    pub counting: &'a CountingRules,
    /// The records.
    pub records: &'a Records,
    /// The records of earlier downloads; none where none was given.
    pub earlier: std::ops::Range<u32>,
    /// The official rows.
    pub grid: &'a Grid,
}

impl Sources<'_> {
    /// All hypotheses about records, in the order of their causes.
    pub fn candidates(&self) -> Vec<CandidateCause> {
        let mut all = Vec::new();
        let mut suppositions = self.supposition_causes.iter().zip(&self.records.changes);
        let mut keys = self.records.keys.chunks(2);
        let joined = earlier::JoinedRecords::new(self.records, &self.earlier);
        for (place, cause) in self.causes.iter().enumerate() {
            match &cause.hypothesis {
                Hypothesis::Suppose(supposition) => {
                    let Some((_, changes)) = suppositions.next() else { continue };
                    if !cause.is_for_want_of_earlier || self.earlier.is_empty() {
                        self.supposed(place, cause, &supposition.parameter, changes, &mut all);
                    }
                }
                Hypothesis::Repeats { .. } => {
                    if let Some([key, but_not]) = keys.next() {
                        all.push(self.repeats(place, key, but_not));
                    }
                }
                Hypothesis::Earlier(aspect) => {
                    let changes = joined.changes(*aspect, self.counting, self.records);
                    all.push(CandidateCause::new(place, With::All, changes, &self.records.facets));
                }
                Hypothesis::EnrolledAlone => {
                    let changes = self.records.enrolled_alone.clone();
                    all.push(CandidateCause::new(place, With::All, changes, &self.records.facets));
                }
                Hypothesis::AbsentSchools => {}
            }
        }
        all.retain(|candidate| !candidate.changes.is_empty());
        all
    }

    fn supposed(
        &self,
        place: usize,
        cause: &BoundCause,
        parameter: &SupposedParameter,
        changes: &[Supposed],
        all: &mut Vec<CandidateCause>,
    ) {
        let base = &self.records.facets;
        match parameter {
            SupposedParameter::None => all.push(CandidateCause::new(place, With::All, changes.to_vec(), base)),
            SupposedParameter::Day(_) => {
                let mut changes = changes.to_vec();
                changes.sort_by_key(|one| (std::cmp::Reverse(one.parameter), one.record));
                all.push(CandidateCause { has_open_day: true, ..CandidateCause::new(place, With::All, changes, base) });
            }
            SupposedParameter::Text(_) => {
                let mut by_text: BTreeMap<&str, Vec<Supposed>> = BTreeMap::new();
                for change in changes {
                    let text = usize::try_from(change.parameter).ok().and_then(|text| self.records.texts.get(text));
                    by_text.entry(text.map_or("", String::as_str)).or_default().push(*change);
                }
                for (text, changes) in by_text {
                    if self.is_evident(cause.evidence, text) {
                        all.push(CandidateCause::new(place, With::Text(text.to_owned()), changes, base));
                    }
                }
            }
        }
    }

    fn is_evident(&self, evidence: Option<Evidence>, school: &str) -> bool {
        let Some(Evidence::OfficialType(kind)) = evidence else { return true };
        let code: Option<CdsCode> = school.as_bytes().try_into().ok();
        code.and_then(|code| self.grid.types.get(&code)).is_some_and(|official| *official == kind)
    }

    /// All but the newest record of each key, within a file; of equally new ones the first stays.
    fn repeats(&self, place: usize, key: &[u64], but_not: &[u64]) -> CandidateCause {
        let mut changes = Vec::new();
        for file in self.records.files.iter().filter(|file| !file.is_earlier) {
            let own = file.first as usize..(file.first + file.records) as usize;
            let recency = self.records.recency.get(own.clone()).unwrap_or_default();
            let older = |keys: &[u64]| repeated(keys.get(own.clone()).unwrap_or_default(), recency);
            let excused: FxHashSet<usize> = older(but_not).into_iter().collect();
            let taken = older(key).into_iter().filter(|row| !excused.contains(row));
            changes.extend(taken.filter_map(|row| {
                let record = file.first + u32::try_from(row).ok()?;
                (self.records.facets.get(record as usize)? != &Facets::NONE).then_some(record)
            }));
        }
        let changes = changes.into_iter().map(|record| Supposed { record, parameter: 0, after: Facets::NONE });
        CandidateCause::new(place, With::All, changes.collect(), &self.records.facets)
    }
}

/// The places of values of which a newer one stands in the list, or as new a one before; zeros aside.
fn repeated(keys: &[u64], recency: &[u64]) -> Vec<usize> {
    let known = || keys.iter().enumerate().filter(|(_, key)| **key != 0);
    let new = |place: usize| recency.get(place).copied().unwrap_or_default();
    let mut newest: FxHashMap<u64, usize> = FxHashMap::default();
    for (place, key) in known() {
        let kept = newest.entry(*key).or_insert(place);
        if new(place) > new(*kept) {
            *kept = place;
        }
    }
    known().filter(|(place, key)| newest.get(key) != Some(place)).map(|(place, _)| place).collect()
}
