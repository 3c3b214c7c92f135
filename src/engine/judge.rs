//! Judges rules about records taken together, when the whole file has been read: groups the
//! entries of each table and looks at every group once a rule.

use std::hash::{BuildHasherDefault, Hasher};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

use hashbrown::HashMap;

use super::program::Program;
use super::run::Counts;
use super::sets::{Entries, Judge, SetPlan, Within};

/// How many records of a group are named.
pub(super) const NAMED: usize = 20;

/// A group that breaks a rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct SetHit {
    pub(super) instance: usize,
    /// Records of the group, the one to show first; at most [`NAMED`]. For `same` one record for
    /// each different value, else those that break the rule.
    pub(super) records: Vec<u32>,
    /// What the message calls `{count}`: records, different values or participants.
    pub(super) count: u64,
    /// Participants that meet the condition of a share.
    pub(super) met: u64,
    /// The place of the student group in the program, for rules that go through them.
    pub(super) group: Option<u16>,
}

/// How the set rules of a table came out.
struct TableResult {
    hits: Vec<SetHit>,
    counts: Vec<(usize, Counts)>,
}

/// Judges all tables; returns the broken groups by instance and first record, and adds to the
/// counts of the instances. Each thread takes the groups of some keys.
pub(super) fn judge(program: &Program, entries: &[Entries], counts: &mut [Counts], threads: usize) -> Vec<SetHit> {
    let parts = threads.max(1) as u32;
    let next = AtomicUsize::new(0);
    let results = Mutex::new(Vec::new());
    let work = || {
        loop {
            let task = next.fetch_add(1, Ordering::Relaxed);
            let (table, part) = (task / parts as usize, (task % parts as usize) as u32);
            let Some(all) = entries.get(table) else { break };
            if matches!(program.tables[table].within, Within::Groups(_) | Within::Counted(_)) {
                continue;
            }
            let result =
                judge_table(program, table, &Part { all, width: program.tables[table].values.len(), part, parts });
            results.lock().unwrap_or_else(PoisonError::into_inner).push(result);
        }
    };
    std::thread::scope(|scope| {
        for _ in 1..parts {
            scope.spawn(work);
        }
        work();
    });
    let mut hits = Vec::new();
    for result in results.into_inner().unwrap_or_else(PoisonError::into_inner) {
        hits.extend(result.hits);
        for (instance, one) in result.counts {
            counts[instance].applicable += one.applicable;
            counts[instance].broke += one.broke;
        }
    }
    hits.sort_by(|a, b| (a.instance, &a.records, a.group).cmp(&(b.instance, &b.records, b.group)));
    hits
}

fn judge_table(program: &Program, place: usize, table: &Part<'_>) -> TableResult {
    let plans: Vec<&SetPlan> = program.sets.iter().filter(|plan| plan.table == place).collect();
    let only_unique = plans.iter().all(|plan| matches!(plan.judge, Judge::Unique));
    let groups = if only_unique { table.repeated() } else { table.groups() };
    let mut result = TableResult { hits: Vec::new(), counts: Vec::new() };
    for plan in plans {
        let mut counts = Counts::default();
        if only_unique {
            let taking_part = |entry: &u32| table.all.has(*entry, plan.when);
            counts.applicable = table.entries().filter(taking_part).count() as u64;
        }
        for group in groups.iter() {
            judge_group(table, plan, group, only_unique, &mut counts, &mut result.hits);
        }
        result.counts.push((plan.instance, counts));
    }
    result
}

fn judge_group(
    table: &Part<'_>,
    plan: &SetPlan,
    group: &[u32],
    only_repeated: bool,
    counts: &mut Counts,
    hits: &mut Vec<SetHit>,
) {
    if group.len() < 2 && matches!(plan.judge, Judge::Same(_)) {
        return;
    }
    let has = |entry: u32, bit: usize| table.all.has(entry, bit);
    let mut members = group.iter().copied().filter(|entry| has(*entry, plan.when));
    let Some(first) = members.clone().next() else { return };
    let hit =
        |records: Vec<u32>, count: u64, met: u64| SetHit { instance: plan.instance, records, count, met, group: None };
    let record = |entry: u32| table.all.rows[entry as usize];
    let hit = match &plan.judge {
        Judge::Unique => {
            let size = members.clone().count() as u64;
            if only_repeated {
                // Counted one a record so far; it is one a group.
                counts.applicable -= size - 1;
            } else {
                counts.applicable += 1;
            }
            (size > 1).then(|| hit(members.map(record).take(NAMED).collect(), size, 0))
        }
        Judge::Same(values) => {
            counts.applicable += 1;
            differing(table, values, members).map(|entries| {
                let count = entries.len() as u64;
                hit(entries.into_iter().map(record).take(NAMED).collect(), count, 0)
            })
        }
        Judge::Exists(conditions) => {
            counts.applicable += 1;
            let all = conditions.iter().all(|bit| group.iter().any(|entry| has(*entry, *bit)));
            (!all).then(|| hit(members.map(record).take(NAMED).collect(), group.len() as u64, 0))
        }
        Judge::AtMost(limit, bit) => {
            counts.applicable += 1;
            let found = members.filter(|entry| has(*entry, *bit));
            let count = found.clone().count() as u64;
            (count > u64::from(*limit)).then(|| hit(found.map(record).take(NAMED).collect(), count, 0))
        }
        Judge::Share { bit, percent, among } => {
            let (size, met) =
                members.by_ref().fold((0, 0), |(size, met), entry| (size + 1, met + u64::from(has(entry, *bit))));
            if size < u64::from(*among) {
                return;
            }
            counts.applicable += 1;
            (met * 100 < size * u64::from(*percent)).then(|| hit(vec![record(first)], size, met))
        }
    };
    if let Some(hit) = hit {
        counts.broke += 1;
        hits.push(hit);
    }
}

/// One entry for each different value of the first compared value, if every value differs
/// somewhere in the group.
fn differing(table: &Part<'_>, values: &[usize], members: impl Iterator<Item = u32> + Clone) -> Option<Vec<u32>> {
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
struct Part<'a> {
    all: &'a Entries,
    /// Compared values of an entry.
    width: usize,
    part: u32,
    parts: u32,
}

impl Part<'_> {
    /// The places of the entries. Keys are hashes: their upper halves share them out evenly.
    fn entries(&self) -> impl Iterator<Item = u32> + Clone + '_ {
        let is_own = |key: &u64| ((key >> 32) * u64::from(self.parts)) >> 32 == u64::from(self.part);
        (0..).zip(&self.all.keys).filter(move |(_, key)| is_own(key)).map(|(entry, _)| entry)
    }

    fn value(&self, entry: u32, value: usize) -> u32 {
        self.all.value(entry, (value, self.width))
    }

    /// All groups, each in file order, in the order of their first entry.
    fn groups(&self) -> Groups {
        self.group(self.entries())
    }

    /// Groups of two and more only. Most keys occur once: a bit map of hashes sorts them out
    /// before anything is grouped.
    fn repeated(&self) -> Groups {
        let keys = &self.all.keys;
        let bits = (keys.len() / self.parts as usize * 32).next_power_of_two().max(64);
        let place = |key: u64| {
            let bit = (key >> 7) as usize & (bits - 1);
            (bit / 64, 1u64 << (bit % 64))
        };
        let (mut once, mut twice) = (vec![0u64; bits / 64], vec![0u64; bits / 64]);
        for entry in self.entries() {
            let (word, bit) = place(keys[entry as usize]);
            twice[word] |= once[word] & bit;
            once[word] |= bit;
        }
        let candidates = self.entries().filter(|entry| {
            let (word, bit) = place(keys[*entry as usize]);
            twice[word] & bit != 0
        });
        let mut groups = self.group(candidates);
        groups.keep_larger_than(1);
        groups
    }

    fn group(&self, entries: impl Iterator<Item = u32> + Clone) -> Groups {
        let mut numbers: HashMap<u64, u32, BuildHasherDefault<AsIs>> = HashMap::default();
        let mut sizes: Vec<u32> = Vec::new();
        let mut of: Vec<u32> = Vec::new();
        // The records of a student often stand together.
        let mut last = (0, None);
        for entry in entries.clone() {
            let key = self.all.keys[entry as usize];
            let known = last.1.filter(|_| key == last.0);
            let number = known.unwrap_or_else(|| {
                *numbers.entry(key).or_insert_with(|| {
                    sizes.push(0);
                    sizes.len() as u32 - 1
                })
            });
            last = (key, Some(number));
            sizes[number as usize] += 1;
            of.push(number);
        }
        let mut ends: Vec<u32> = sizes;
        let mut total = 0;
        for end in &mut ends {
            let size = *end;
            *end = total;
            total += size;
        }
        let mut members = vec![0; total as usize];
        for (entry, number) in entries.zip(of) {
            let end = &mut ends[number as usize];
            members[*end as usize] = entry;
            *end += 1;
        }
        Groups { ends, members }
    }
}

/// Entries by group.
struct Groups {
    ends: Vec<u32>,
    members: Vec<u32>,
}

impl Groups {
    fn iter(&self) -> impl Iterator<Item = &[u32]> {
        let starts = std::iter::once(0).chain(self.ends.iter().copied());
        starts.zip(&self.ends).map(|(start, end)| &self.members[start as usize..*end as usize])
    }

    fn keep_larger_than(&mut self, size: usize) {
        let mut kept = Self { ends: Vec::new(), members: Vec::new() };
        for group in self.iter().filter(|group| group.len() > size) {
            kept.members.extend_from_slice(group);
            kept.ends.push(kept.members.len() as u32);
        }
        *self = kept;
    }
}

/// Keys are hashes already.
#[derive(Default)]
struct AsIs(u64);

impl Hasher for AsIs {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = self.0.rotate_left(8) ^ u64::from(*byte);
        }
    }

    fn write_u64(&mut self, key: u64) {
        self.0 = key;
    }
}
