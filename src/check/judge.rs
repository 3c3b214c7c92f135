//! Judges rules about records taken together when the whole file has been read: groups the entries of each table and
//! evaluates every rule on every group.

use super::entries::Entries;
use super::hits::InstanceCounts;
use super::parts::Companions;
use super::key_groups::{Buffers, KeyGroups, Share, WantedGroups};
use crate::engine::program::Program;
use crate::engine::sets::{GroupTest, SetPlan, GroupedBy};
use crate::parallel::{each, scratches};

/// Tables a thread, with which the threads end at about the same time.
const MANY: usize = 4;

/// How many records of a group are named.
pub(crate) const NAMED: usize = 20;

/// A group that breaks a rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct SetHit {
    pub(crate) instance: usize,
    /// Records of the group, the one to show first; at most [`NAMED`]. For `same` one record for
    /// each different value, else those that break the rule.
    pub(crate) records: Vec<u32>,
    /// What the message calls `{count}`: records, different values or participants.
    pub(crate) count: u64,
    /// Participants that meet the condition of a share.
    pub(crate) met: u64,
    /// The place of the student group in the program, for rules that go through them.
    pub(crate) group: Option<u16>,
}

/// How the set rules of a table came out for the keys of a share.
struct TableResult {
    hits: Vec<SetHit>,
    counts: Vec<(usize, InstanceCounts)>,
}

/// A group of entries, and what they have in common.
struct EntryGroup<'a> {
    entries: &'a [u32],
    /// The conditions that some of them meet.
    some: u32,
    /// Whether all compared values are the same in all of them.
    is_alike: bool,
}

/// Judges all tables; returns the broken groups by instance and first record, and adds to the
/// counts of the instances. Each thread takes the groups of some keys.
pub(super) fn judge(
    program: &Program,
    entries: &[Entries],
    companions: &Companions,
    counts: &mut [InstanceCounts],
    threads: usize,
) -> Vec<SetHit> {
    let threads = threads.max(1);
    let tables = largest_first(program, entries);
    // Each part of a table looks at all its keys, so tables are taken apart only where they are few.
    let parts = if tables.len() >= threads * MANY { 1 } else { threads as u32 };
    let tasks: Vec<(usize, u32)> =
        tables.iter().flat_map(|place| (0..parts).map(move |part| (*place, part))).collect();
    let results = each(&tasks, &scratches(threads, Buffers::default), |(place, part), buffers| {
        let width = program.tables[*place].values.len();
        let share = Share { part: *part, parts };
        let table = Entered { all: &entries[*place], width, share, program, companions };
        judge_table(program, *place, &table, buffers)
    });
    let mut hits = Vec::new();
    for result in results {
        hits.extend(result.hits);
        for (instance, one) in result.counts {
            counts[instance].applicable += one.applicable;
            counts[instance].broke += one.broke;
        }
    }
    hits.sort_by(|a, b| (a.instance, &a.records, a.group).cmp(&(b.instance, &b.records, b.group)));
    hits
}

/// The tables whose entries are grouped here, those with most of them first.
fn largest_first(program: &Program, entries: &[Entries]) -> Vec<usize> {
    let is_counted = |place: &usize| matches!(program.tables[*place].within, GroupedBy::Groups(_) | GroupedBy::Counted(_));
    let mut tables: Vec<usize> = (0..entries.len()).filter(|place| !is_counted(place)).collect();
    tables.sort_by_key(|place| std::cmp::Reverse(entries[*place].keys.len()));
    tables
}

fn judge_table(program: &Program, place: usize, table: &Entered<'_>, buffers: &mut Buffers) -> TableResult {
    let plans: Vec<&SetPlan> = program.sets.iter().filter(|plan| plan.table == place).collect();
    let mut counts: Vec<InstanceCounts> = plans.iter().map(|plan| table.counts_before(plan)).collect();
    let mut hits = Vec::new();
    let wanted = wanted_of(&plans);
    KeyGroups::new(&table.all.keys, table.share, wanted, buffers).each(|entries| {
        let group = table.group(entries);
        for (plan, counts) in plans.iter().zip(&mut counts) {
            if group.some >> plan.when & 1 != 0 {
                hits.extend(judge_group(table, plan, &group, counts));
            }
        }
    });
    TableResult { hits, counts: plans.iter().map(|plan| plan.instance).zip(counts).collect() }
}

/// The groups that rules have something to ask of.
fn wanted_of(plans: &[&SetPlan]) -> WantedGroups {
    // Nothing is asked of a single record but whether it is there, or has a companion.
    let asks_of_pairs = |plan: &&SetPlan| matches!(plan.test, GroupTest::Unique | GroupTest::Same(_));
    if plans.iter().all(|plan| matches!(plan.test, GroupTest::Unique)) {
        WantedGroups::FewRepeated
    } else if plans.iter().all(asks_of_pairs) {
        WantedGroups::Repeated
    } else {
        WantedGroups::All
    }
}

/// Counts how a rule comes out for a group in which some entry takes part.
fn judge_group(table: &Entered<'_>, plan: &SetPlan, group: &EntryGroup<'_>, counts: &mut InstanceCounts) -> Option<SetHit> {
    let has = |entry: u32, bit: usize| table.all.has(entry, bit);
    let members = group.entries.iter().copied().filter(|entry| has(*entry, plan.when));
    let hit =
        |records: Vec<u32>, count: u64, met: u64| SetHit { instance: plan.instance, records, count, met, group: None };
    let record = |entry: u32| table.all.rows[entry as usize];
    let hit = match &plan.test {
        GroupTest::Unique => {
            let size = members.clone().count() as u64;
            // Counted one a record so far; it is one a group.
            counts.applicable -= size - 1;
            (size > 1).then(|| hit(members.map(record).take(NAMED).collect(), size, 0))
        }
        GroupTest::Same(_) if group.entries.len() < 2 => None,
        GroupTest::Same(values) => {
            counts.applicable += 1;
            if group.is_alike {
                return None;
            }
            differing(table, values, members).map(|entries| {
                let count = entries.len() as u64;
                hit(entries.into_iter().map(record).take(NAMED).collect(), count, 0)
            })
        }
        GroupTest::Exists(conditions) => {
            counts.applicable += 1;
            let rule = table.program.instances[plan.instance].rule;
            let key = group.entries.first().map(|entry| table.all.keys[*entry as usize]).unwrap_or_default();
            let has = |(place, bit): (usize, &usize)| group.some >> bit & 1 != 0 || table.companions.has(rule, place, key);
            let all = conditions.iter().enumerate().all(has);
            (!all).then(|| hit(members.map(record).take(NAMED).collect(), group.entries.len() as u64, 0))
        }
        GroupTest::AtMost(limit, bit) => {
            counts.applicable += 1;
            if group.entries.len() as u64 <= u64::from(*limit) {
                return None;
            }
            let found = members.filter(|entry| has(*entry, *bit));
            let count = found.clone().count() as u64;
            (count > u64::from(*limit)).then(|| hit(found.map(record).take(NAMED).collect(), count, 0))
        }
        GroupTest::Share { bit, percent, among } => {
            let size = members.clone().count() as u64;
            if size < u64::from(*among) {
                return None;
            }
            let met = members.clone().filter(|entry| has(*entry, *bit)).count() as u64;
            counts.applicable += 1;
            let broke = met * 100 < size * u64::from(*percent);
            broke.then(|| hit(members.map(record).take(1).collect(), size, met))
        }
    };
    counts.broke += u64::from(hit.is_some());
    hit
}

/// One entry for each different value of the first compared value, if every value differs
/// somewhere in the group.
fn differing(table: &Entered<'_>, values: &[usize], members: impl Iterator<Item = u32> + Clone) -> Option<Vec<u32>> {
    // Unknown values (0) neither agree nor differ.
    let known = |value: usize| {
        members.clone().map(move |entry| (table.value(entry, value), entry)).filter(|(one, _)| *one != 0)
    };
    let differs = |value: &usize| {
        let mut known = known(*value).map(|(one, _)| one);
        known.next().is_some_and(|first| known.any(|one| one != first))
    };
    if !values.iter().all(differs) {
        return None;
    }
    let mut seen: Vec<(u32, u32)> = Vec::new();
    for (one, entry) in known(*values.first()?) {
        if seen.len() <= NAMED && seen.iter().all(|(other, _)| *other != one) {
            seen.push((one, entry));
        }
    }
    Some(seen.into_iter().map(|(_, entry)| entry).collect())
}

/// The entries of a table whose keys fall to one thread.
struct Entered<'a> {
    all: &'a Entries,
    /// Compared values of an entry.
    width: usize,
    share: Share,
    program: &'a Program,
    companions: &'a Companions,
}

impl Entered<'_> {
    fn value(&self, entry: u32, value: usize) -> u32 {
        self.all.value(entry, value, self.width)
    }

    fn group<'a>(&self, entries: &'a [u32]) -> EntryGroup<'a> {
        let some = entries.iter().fold(0, |some, entry| some | self.all.bits(*entry));
        let is_alike = entries.windows(2).all(|pair| self.all.are_alike(pair[0], pair[1], self.width));
        EntryGroup { entries, some, is_alike }
    }

    /// What is counted of a rule before any group is looked at: records are unique until others of
    /// the same key turn up.
    fn counts_before(&self, plan: &SetPlan) -> InstanceCounts {
        if !matches!(plan.test, GroupTest::Unique) {
            return InstanceCounts::default();
        }
        let own =
            (0..).zip(&self.all.keys).filter(|(entry, key)| self.share.has(**key) && self.all.has(*entry, plan.when));
        InstanceCounts { applicable: own.count() as u64, ..InstanceCounts::default() }
    }
}
