//! Counts records for rules that have few keys or go through student groups. A record is in many groups, so no
//! entry is kept for each: members, and those who meet the condition, are counted by group and key from masks.

use rustc_hash::FxHashMap;

use super::hits::InstanceCounts;
use super::judge::{NAMED, SetHit};
use crate::engine::evaluate::{Batch, ThreadState};
use crate::engine::keys::keys_of;
use crate::engine::mask::Mask;
use crate::engine::program::Program;
use crate::engine::run::{BatchPlace, Collector, JoinPlace};
use crate::engine::sets::{GroupTest, SetPlan, GroupedBy};

/// Counts members by group and key.
pub(crate) struct GroupCollector;

impl Collector for GroupCollector {
    type Thread = ();
    type Block = GroupCounts;
    type File = GroupCounts;

    fn thread(&self) {}

    fn file(&self) -> GroupCounts {
        GroupCounts::default()
    }

    fn batch(&self, state: &mut ThreadState, batch: &Batch<'_>, at: BatchPlace, (): &mut (), out: &mut GroupCounts) {
        out.collect(state, batch, at.first);
    }

    fn join(&self, file: &mut GroupCounts, block: &mut GroupCounts, at: JoinPlace) {
        file.join(std::mem::take(block), at.first);
    }

    fn finish(&self, _: &mut GroupCounts, (): (), _: &ThreadState) {}
}

/// A set of a rule: the place of its plan, the place of the student group if there is one, the rest
/// of the key.
type SetOf = (usize, Option<u16>, u64);

/// What was counted by rule, student group and key.
#[derive(Clone, Debug, Default)]
pub(crate) struct GroupCounts(FxHashMap<SetOf, Members>);

/// The participating records of one student group and key.
#[derive(Clone, Debug, Default)]
struct Members {
    all: u64,
    met: u64,
    /// The first participant.
    first: Option<u32>,
    /// The first of those that a finding would name.
    named: Vec<u32>,
}

/// Which members of a set a finding names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum NamedMembers {
    /// The first one.
    First,
    /// All participants.
    All,
    /// Those who meet the condition.
    Met,
}

impl NamedMembers {
    fn by(judge: &GroupTest) -> Self {
        match judge {
            GroupTest::AtMost(..) => Self::Met,
            GroupTest::Unique | GroupTest::Same(_) | GroupTest::Exists(_) => Self::All,
            GroupTest::Share { .. } => Self::First,
        }
    }
}

/// The condition that a plan counts besides taking part.
fn counted(plan: &SetPlan) -> Option<usize> {
    match plan.test {
        GroupTest::AtMost(_, bit) | GroupTest::Share { bit, .. } => Some(bit),
        GroupTest::Unique | GroupTest::Same(_) | GroupTest::Exists(_) => None,
    }
}

impl GroupCounts {
    /// Adds a batch whose first record is number `first` of its block.
    fn collect(&mut self, state: &mut ThreadState, batch: &Batch<'_>, first: u32) {
        let mut hashes = Vec::new();
        for (place, plan) in batch.program.sets.iter().enumerate() {
            let table = &batch.program.tables[plan.table];
            let (GroupedBy::Groups(keys) | GroupedBy::Counted(keys)) = &table.within else { continue };
            let wanted = state.truths(batch, table.bits[plan.when]).yes.and(batch.valid);
            if wanted.is_empty() {
                continue;
            }
            let named = NamedMembers::by(&plan.test);
            let met = counted(plan).map_or(Mask::NONE, |bit| state.truths(batch, table.bits[bit]).yes);
            table.prepare(state, batch);
            let mut by_key: Vec<(u64, Mask)> = Vec::new();
            for row in keys_of(keys, state, batch, wanted, &mut hashes).rows() {
                let key = hashes[row];
                let known = by_key.iter().rposition(|(one, _)| *one == key);
                let known = known.unwrap_or_else(|| {
                    by_key.push((key, Mask::NONE));
                    by_key.len() - 1
                });
                by_key[known].1.set(row);
            }
            if matches!(table.within, GroupedBy::Counted(_)) {
                self.add(place, None, &by_key, Participants { members: Mask::ALL, met, first, named });
                continue;
            }
            for (number, group) in batch.program.groups.iter().enumerate() {
                let members = state.truths(batch, group.member).yes;
                self.add(place, Some(number as u16), &by_key, Participants { members, met, first, named });
            }
        }
    }

    fn add(
        &mut self,
        place: usize,
        group: Option<u16>,
        by_key: &[(u64, Mask)],
        who: Participants,
    ) {
        for (key, rows) in by_key {
            let rows = rows.and(who.members);
            if !rows.is_empty() {
                self.0.entry((place, group, *key)).or_default().add(rows, rows.and(who.met), who.first, who.named);
            }
        }
    }

    /// Adds the counts of the next block, whose first record is number `first` of the file.
    fn join(&mut self, block: Self, first: u32) {
        for (set, members) in block.0 {
            self.0.entry(set).or_default().join(&members, first);
        }
    }

    /// The sets that break their rule, by instance and first record; adds to the counts of the
    /// instances.
    pub(crate) fn judge(self, program: &Program, counts: &mut [InstanceCounts]) -> Vec<SetHit> {
        let mut hits = Vec::new();
        for ((place, group, _), members) in self.0 {
            let plan = &program.sets[place];
            let Some((records, count)) = members.judge(&plan.test, &mut counts[plan.instance]) else { continue };
            counts[plan.instance].broke += 1;
            // Of sets that are no student groups, only a share is given with those who meet it.
            let is_given = group.is_some() || matches!(plan.test, GroupTest::Share { .. });
            let met = if is_given { members.met } else { 0 };
            hits.push(SetHit { instance: plan.instance, records, count, met, group });
        }
        hits.sort_by(|a, b| (a.instance, a.group, &a.records).cmp(&(b.instance, b.group, &b.records)));
        hits
    }
}

/// The records of a batch that take part in sets.
#[derive(Clone, Copy)]
struct Participants {
    /// Those who may be members.
    members: Mask,
    /// Those who meet the condition that is counted.
    met: Mask,
    /// The number of the batch's first record in its block.
    first: u32,
    /// The members that a finding names.
    named: NamedMembers,
}

impl Members {
    fn add(&mut self, all: Mask, met: Mask, first: u32, named: NamedMembers) {
        self.all += all.count();
        self.met += met.count();
        let mut records = all.rows().map(|row| first + row as u32);
        self.first = self.first.or_else(|| records.next());
        let named = match named {
            NamedMembers::First => return,
            NamedMembers::All => all,
            NamedMembers::Met => met,
        };
        extend(&mut self.named, named.rows().map(|row| first + row as u32));
    }

    fn join(&mut self, later: &Self, first: u32) {
        self.all += later.all;
        self.met += later.met;
        self.first = self.first.or(later.first.map(|record| first + record));
        extend(&mut self.named, later.named.iter().map(|record| first + record));
    }

    /// The records to name and the number to give, if the set breaks the rule.
    fn judge(&self, judge: &GroupTest, counts: &mut InstanceCounts) -> Option<(Vec<u32>, u64)> {
        match judge {
            GroupTest::Share { percent, among, .. } => {
                if self.all < u64::from(*among) {
                    return None;
                }
                counts.applicable += 1;
                let broke = self.met * 100 < self.all * u64::from(*percent);
                broke.then(|| (self.first.into_iter().collect(), self.all))
            }
            GroupTest::AtMost(limit, _) => {
                counts.applicable += 1;
                (self.met > u64::from(*limit)).then(|| (self.named.clone(), self.met))
            }
            GroupTest::Unique => {
                counts.applicable += 1;
                (self.all > 1).then(|| (self.named.clone(), self.all))
            }
            GroupTest::Same(_) | GroupTest::Exists(_) => None,
        }
    }
}

fn extend(named: &mut Vec<u32>, more: impl Iterator<Item = u32>) {
    let room = NAMED.saturating_sub(named.len());
    if room == 0 {
        return;
    }
    named.extend(more.take(room));
}
