//! Adds up the records of one thread, batch by batch, from masks. Memory does not grow with the number of records,
//! except for identities where a run needs them.

use std::sync::Arc;

use rustc_hash::{FxHashMap, FxHashSet};

use super::count_group::{CODE, CountGroup, CountGroupKey, EntityCode, SmallCounts};
use super::plan::{PlacePlan, TallyPlan};
use crate::engine::column_plan::bits;
use crate::engine::evaluate::{Batch, ThreadState};
use crate::engine::keys::hash_text;
use crate::engine::mask::{BATCH, Mask, by_row};
use crate::engine::nodes::{NumId, TextPlan};
use crate::engine::run::{BatchPlace, Collector, JoinPlace};
use crate::tally::small_sums::SmallSums;
use crate::tally::sums::{PackedRow, Sum, SumRows};

/// What a thread has counted.
#[derive(Clone, Debug, Default)]
pub(crate) struct TallyCounts {
    places: FxHashMap<CountGroupKey, usize>,
    kept: Vec<KeptCounts>,
    /// The sums of each of `kept` by set, without what `recent` has.
    sums: SumRows,
    small_sums: SmallSums,
    /// Names of schools and districts: a school has many count_groups.
    names: FxHashSet<Arc<str>>,
    pub(crate) repeated: u64,
    pub(crate) unidentified: u64,
    pub(crate) identities: FxHashSet<u64>,
}

#[derive(Clone, Debug)]
struct KeptCounts {
    /// The byte its first record stands at.
    first: u64,
    /// All but the groups.
    count_group: CountGroup,
}

/// What is known of the records of a batch.
struct RowFacts {
    class: [u8; BATCH],
    count_group: [u32; BATCH],
}

impl Collector for TallyPlan<'_> {
    type Thread = TallyCounts;
    type Block = ();
    type File = TallyCounts;

    fn thread(&self) -> TallyCounts {
        TallyCounts::new(self)
    }

    fn file(&self) -> TallyCounts {
        TallyCounts::new(self)
    }

    fn batch(&self, state: &mut ThreadState, batch: &Batch<'_>, at: BatchPlace, counts: &mut TallyCounts, (): &mut ()) {
        counts.collect(self, state, batch, at.offset);
    }

    fn join(&self, _: &mut TallyCounts, (): &mut (), _: JoinPlace) {}

    fn finish(&self, file: &mut TallyCounts, mut counts: TallyCounts, _: &ThreadState) {
        counts.finish();
        file.join(counts);
    }
}

impl TallyCounts {
    fn new(plan: &TallyPlan<'_>) -> Self {
        let sets = plan.members.len();
        Self { sums: SumRows::new(sets, Vec::new()), small_sums: SmallSums::new(sets), ..Self::default() }
    }

    /// Counts a batch of a block that starts at a byte of the file.
    fn collect(&mut self, plan: &TallyPlan<'_>, state: &mut ThreadState, batch: &Batch<'_>, offset: u64) {
        state.number(batch, plan.record_type);
        state.number(batch, plan.grade);
        for num in plan.score.iter().chain(&plan.level) {
            state.number(batch, *num);
        }
        let counted = self.new_records(plan, state, batch);
        let mut facts = RowFacts { class: [0; BATCH], count_group: [0; BATCH] };
        let mut left = counted;
        for (place, node) in &plan.classes {
            let here = state.truths(batch, *node).yes.and(left);
            here.rows().for_each(|row| facts.class[row] = *place as u8);
            left = left.without(here);
        }
        self.find_count_groups(plan, state, batch, counted, offset, &mut facts);
        for row in counted.rows() {
            self.kept[facts.count_group[row] as usize].count_group.classes.add(facts.class[row], 1);
        }
        for (place, node) in &plan.contradictions {
            for row in state.truths(batch, *node).yes.and(counted).rows() {
                self.kept[facts.count_group[row] as usize].count_group.contradictions.add(*place as u8, 1);
            }
        }
        self.count_members(plan, state, batch, counted, &facts);
    }

    /// Adds the figures of each record to its groups, a record at a time: what is counted of a count_group
    /// stands together.
    fn count_members(
        &mut self,
        plan: &TallyPlan<'_>,
        state: &mut ThreadState,
        batch: &Batch<'_>,
        counted: Mask,
        facts: &RowFacts,
    ) {
        let chunks = plan.members.chunks(64);
        let chunks = chunks.map(|nodes| by_row(nodes.iter().map(|node| state.truths(batch, *node).yes)));
        let members: Vec<Box<[u64; BATCH]>> = chunks.collect();
        for row in counted.rows() {
            let one = one(plan, state, facts.class[row], row);
            let count_group = facts.count_group[row] as usize;
            let sets = || {
                (0..)
                    .step_by(64)
                    .zip(&members)
                    .flat_map(|(first, members)| bits(members[row]).map(move |set| first + set))
            };
            if !self.small_sums.add(count_group, &one, sets()) {
                let sums = self.sums.row(count_group);
                sets().for_each(|set| sums[set].add(&one));
            }
            if self.small_sums.is_full() {
                self.small_sums.carry_over(&mut self.sums);
            }
        }
    }

    /// Takes in a count_group; returns its place.
    fn push(&mut self, kept: KeptCounts, row: PackedRow) -> usize {
        self.places.insert(kept.key(), self.kept.len());
        self.kept.push(kept);
        self.sums.push(row)
    }

    /// A name, kept once.
    fn name(&mut self, text: &str) -> Arc<str> {
        if let Some(known) = self.names.get(text) {
            return Arc::clone(known);
        }
        let name: Arc<str> = text.into();
        self.names.insert(Arc::clone(&name));
        name
    }

    /// The records that no earlier file has.
    fn new_records(&mut self, plan: &TallyPlan<'_>, state: &ThreadState, batch: &Batch<'_>) -> Mask {
        let mut new = batch.valid;
        if plan.options.asks_who() {
            batch.valid.rows().filter(|row| !self.is_new(plan, state, batch, *row)).for_each(|row| new.clear(row));
        }
        new
    }

    /// Whether no earlier file has the student and test of a record.
    fn is_new(&mut self, plan: &TallyPlan<'_>, state: &ThreadState, batch: &Batch<'_>, row: usize) -> bool {
        let student = plan.identity.as_ref().and_then(|identity| hash_text(identity, batch, row));
        let Some(student) = student else {
            self.unidentified += 1;
            return true;
        };
        let test = state.number_of(plan.record_type, row).unwrap_or_default() as u64;
        let identity = student ^ test.wrapping_mul(0x9E37_79B9_7F4A_7C15);
        if plan.options.known.contains(&identity) {
            self.repeated += 1;
            return false;
        }
        if plan.options.remember {
            self.identities.insert(identity);
        }
        true
    }

    fn find_count_groups(
        &mut self,
        plan: &TallyPlan<'_>,
        state: &mut ThreadState,
        batch: &Batch<'_>,
        counted: Mask,
        offset: u64,
        facts: &mut RowFacts,
    ) {
        let mut left = counted;
        let mut find = |all: &mut Self, row: usize, place: EntityCode, from: Option<&PlacePlan>, state: &ThreadState| {
            let small = |num: NumId| state.number_of(num, row).and_then(|one| u8::try_from(one).ok());
            let key = CountGroupKey {
                place,
                record_type: small(plan.record_type).unwrap_or_default(),
                grade: small(plan.grade).unwrap_or_default(),
                rows: plan.counting.classes[usize::from(facts.class[row])].rows,
            };
            let place = all.places.get(&key).copied().unwrap_or_else(|| {
                let mut named = |name: Option<&TextPlan>| match name {
                    Some(name) => all.name(name.make(batch, row).trim()),
                    None => all.name(""),
                };
                let name = named(from.and_then(|from| from.name.as_ref()));
                let lea_name = named(from.and_then(|from| from.lea_name.as_ref()));
                let first = offset + u64::from(batch.records.start(row));
                all.push(KeptCounts::new(key, first, name, lea_name), PackedRow::default())
            });
            facts.count_group[row] = place as u32;
        };
        for place in &plan.places {
            if left.is_empty() {
                return;
            }
            let here = state.truths(batch, place.when).yes.and(left);
            for row in here.rows() {
                find(self, row, place.of(batch, row), Some(place), state);
            }
            left = left.without(here);
        }
        for row in left.rows() {
            find(self, row, EntityCode { entity_type: 0, code: [b'0'; CODE] }, None, state);
        }
    }

    /// Ends the counting of a thread.
    fn finish(&mut self) {
        std::mem::take(&mut self.small_sums).carry_over(&mut self.sums);
    }

    /// Adds what another thread has counted. Both are finished.
    fn join(&mut self, other: Self) {
        self.repeated += other.repeated;
        self.unidentified += other.unidentified;
        self.identities.extend(other.identities);
        for (kept, row) in other.kept.into_iter().zip(other.sums.packed()) {
            let Some(known) = self.places.get(&kept.key()).copied() else {
                self.push(kept, row);
                continue;
            };
            self.kept[known].add(kept);
            let sums = self.sums.row(known);
            for (set, one) in row.sums() {
                sums[set].add(&one);
            }
        }
    }

    /// The count_groups, by place, test and grade.
    pub(crate) fn count_groups(self) -> Vec<CountGroup> {
        drop(self.places);
        let sums = self.sums.packed().into_iter();
        let mut count_groups: Vec<CountGroup> =
            self.kept.into_iter().zip(sums).map(|(one, groups)| CountGroup { groups, ..one.count_group }).collect();
        count_groups.sort_unstable_by_key(CountGroup::key);
        count_groups
    }
}

/// What one record adds to each of its groups.
fn one(plan: &TallyPlan<'_>, state: &ThreadState, class: u8, row: usize) -> Sum {
    let class = &plan.counting.classes[usize::from(class)];
    let mut one = Sum::default();
    let [enrolled, tested, with_scores, scored, levels @ ..] = &mut one.counts;
    *enrolled = u32::from(class.enrolled);
    *tested = u32::from(class.tested);
    *with_scores = u32::from(class.with_scores);
    if !class.with_scores {
        return one;
    }
    let number = |num: Option<NumId>| state.number_of(num?, row).and_then(|one| u64::try_from(one).ok());
    let level = number(plan.level).and_then(|level| usize::try_from(level).ok());
    if let Some(count) = level.and_then(|level| levels.get_mut(level.wrapping_sub(1))) {
        *count = 1;
    }
    if let Some(score) = number(plan.score) {
        *scored = 1;
        one.score_sum = score;
    }
    one
}

impl KeptCounts {
    fn new(key: CountGroupKey, first: u64, name: Arc<str>, lea_name: Arc<str>) -> Self {
        let count_group = CountGroup {
            place: key.place,
            name,
            lea_name,
            record_type: key.record_type,
            grade: key.grade,
            rows: key.rows,
            classes: SmallCounts::default(),
            contradictions: SmallCounts::default(),
            groups: PackedRow::default(),
        };
        Self { first, count_group }
    }

    fn key(&self) -> CountGroupKey {
        self.count_group.key()
    }

    fn add(&mut self, other: Self) {
        if other.first < self.first {
            self.first = other.first;
            self.count_group.name = other.count_group.name;
            self.count_group.lea_name = other.count_group.lea_name;
        }
        self.count_group.classes.join(&other.count_group.classes);
        self.count_group.contradictions.join(&other.count_group.contradictions);
    }
}
