//! What an earlier download shows of a record: the state may have counted it as it was then.

use rustc_hash::FxHashMap;

use super::records::{Records, Supposed};
use crate::cause::Aspect;
use crate::counting::CountingRules;
use crate::facets::Facets;

/// Records of now and then, joined by student and test.
pub struct JoinedRecords {
    /// The record of now and that of then.
    both: Vec<(u32, u32)>,
    new: Vec<u32>,
    gone: Vec<u32>,
}

impl JoinedRecords {
    /// Joins the records before a range with those in it. The newest counts of records that stand twice.
    pub fn new(records: &Records, earlier: &std::ops::Range<u32>) -> Self {
        let mut joined = Self { both: Vec::new(), new: Vec::new(), gone: Vec::new() };
        if earlier.is_empty() {
            return joined;
        }
        let identity = |record: u32| records.identities.get(record as usize).copied().unwrap_or_default();
        let counts = |record: u32| {
            let facets = if record < earlier.start { records.facets.get(record as usize).copied() } else { None };
            facets.unwrap_or_else(|| records.then_of(record)) != Facets::NONE
        };
        let newest = |range: std::ops::Range<u32>| {
            let mut newest: FxHashMap<u64, u32> = FxHashMap::default();
            for record in range.filter(|record| identity(*record) != 0) {
                let kept = newest.entry(identity(record)).or_insert(record);
                if (counts(record), records.recency_of(record)) > (counts(*kept), records.recency_of(*kept)) {
                    *kept = record;
                }
            }
            newest
        };
        let (now, then) = (newest(0..earlier.start), newest(earlier.clone()));
        let mut current: Vec<(u64, u32)> = now.iter().map(|(identity, record)| (*identity, *record)).collect();
        current.sort_unstable_by_key(|(_, record)| *record);
        for (identity, record) in current.into_iter().filter(|(_, record)| counts(*record)) {
            match then.get(&identity) {
                Some(before) => joined.both.push((record, *before)),
                None => joined.new.push(record),
            }
        }
        let mut gone: Vec<u32> =
            then.iter().filter(|(identity, _)| !now.contains_key(identity)).map(|(_, one)| *one).collect();
        gone.sort_unstable();
        joined.gone = gone;
        joined
    }

    /// The records that an aspect of the earlier download would change. Records that are gone have
    /// the number they have in the earlier download, where they count nowhere by themselves.
    pub fn changes(&self, aspect: Aspect, counting: &CountingRules, records: &Records) -> Vec<Supposed> {
        let facets = |record: u32| records.facets.get(record as usize).copied().unwrap_or(Facets::NONE);
        let supposed = |record: u32, after: Facets| Supposed { record, parameter: 0, after };
        match aspect {
            Aspect::New => self.new.iter().map(|record| supposed(*record, Facets::NONE)).collect(),
            Aspect::Gone => self.gone.iter().map(|record| supposed(*record, records.then_of(*record))).collect(),
            _ => {
                let pairs = self.both.iter().map(|(now, then)| (*now, facets(*now), records.then_of(*then)));
                pairs
                    .filter_map(|(record, now, then)| Some(supposed(record, taken(aspect, counting, now, then)?)))
                    .collect()
            }
        }
    }
}

/// The facets of a record with an aspect taken from then; none where nothing changes.
fn taken(aspect: Aspect, counting: &CountingRules, now: Facets, then: Facets) -> Option<Facets> {
    let class = |facets: &Facets| counting.classes.get(usize::from(facets.class));
    let (class_now, class_then) = (class(&now)?, class(&then)?);
    let result = Facets { class: then.class, score: then.score, level: then.level, ..now };
    let after = match aspect {
        Aspect::Invalidated => {
            (class_then.with_scores && !class_now.with_scores && class_now.tested).then_some(result)?
        }
        Aspect::Rescored => (class_then.with_scores && class_now.with_scores).then_some(result)?,
        Aspect::TestedSince => (!class_then.tested && class_now.tested
            || class_then.tested && !class_then.with_scores && class_now.with_scores)
            .then_some(result)?,
        Aspect::Groups => Facets { groups: then.groups, ..now },
        Aspect::Place => Facets { place: then.place, grade: then.grade, ..now },
        Aspect::New | Aspect::Gone => return None,
    };
    (after != now).then_some(after)
}
