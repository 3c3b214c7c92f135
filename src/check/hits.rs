//! Collects breaches of rules that judge a cell or a record, and counts how each rule comes out. A breach is
//! kept as the rule and the number of the record; its cells are read again only if it is shown.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use crate::engine::evaluate::{Batch, ThreadState};
use crate::engine::mask::Mask;
use crate::engine::program::{Program, RecordRule};
use crate::engine::run::{BatchPlace, Collector, JoinPlace};
use crate::rule::Grouping;

/// A breach: which instance, and the number of the record, counted from 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Hit {
    pub(crate) instance: u32,
    pub(crate) record: u32,
    /// The record's school, as a number; 0 where it has none.
    pub(crate) school: u64,
}

/// The breaches of an instance that is counted, not listed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct CountedBreaches {
    pub(crate) count: u64,
    /// The first few records.
    pub(crate) first: Vec<u32>,
}

/// How many records of a grouped finding are named.
pub(crate) const NAMED: usize = 3;

/// How often an instance applied, broke, and could not be decided.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct InstanceCounts {
    pub(crate) applicable: u64,
    pub(crate) broke: u64,
    pub(crate) undecidable: u64,
}

/// Collects the breaches of a program's cell and record rules.
pub(crate) struct HitCollector<'a> {
    pub(crate) program: &'a Program,
    /// Whether the time of each rule is taken.
    pub(crate) timings: bool,
}

/// The results of the cell and record rules of one file, by instance.
#[derive(Debug, Default)]
pub(crate) struct Hits {
    pub(crate) counts: Vec<InstanceCounts>,
    pub(crate) times: Vec<Duration>,
    pub(crate) hits: Vec<Hit>,
    pub(crate) grouped: BTreeMap<u32, CountedBreaches>,
}

/// How the instances came out for the records of one thread.
pub(crate) struct ThreadCounts {
    counts: Vec<InstanceCounts>,
    times: Vec<Duration>,
}

/// The breaches of one block.
#[derive(Default)]
pub(crate) struct BlockHits {
    hits: Vec<Hit>,
    grouped: BTreeMap<u32, CountedBreaches>,
}

impl Collector for HitCollector<'_> {
    type Thread = ThreadCounts;
    type Block = BlockHits;
    type File = Hits;

    fn thread(&self) -> ThreadCounts {
        let instances = self.program.instances.len();
        ThreadCounts { counts: vec![InstanceCounts::default(); instances], times: vec![Duration::ZERO; instances] }
    }

    fn file(&self) -> Hits {
        let ThreadCounts { counts, times } = self.thread();
        Hits { counts, times, ..Hits::default() }
    }

    fn batch(
        &self,
        state: &mut ThreadState,
        batch: &Batch<'_>,
        at: BatchPlace,
        thread: &mut ThreadCounts,
        out: &mut BlockHits,
    ) {
        self.cells(state, batch, at.first, out);
        for rule in &self.program.record_rules {
            let begin = self.timings.then(Instant::now);
            let broke = broken(rule, state, batch, &mut thread.counts[rule.instance]);
            broke.rows().for_each(|row| self.report(batch, rule.instance, at.first, row, out));
            if let Some(begin) = begin {
                thread.times[rule.instance] += begin.elapsed();
            }
        }
    }

    fn join(&self, file: &mut Hits, block: &mut BlockHits, at: JoinPlace) {
        let first = at.first;
        file.hits.extend(block.hits.drain(..).map(|hit| Hit { record: first + hit.record, ..hit }));
        for (instance, grouped) in std::mem::take(&mut block.grouped) {
            let all = file.grouped.entry(instance).or_default();
            all.count += grouped.count;
            let room = NAMED.saturating_sub(all.first.len());
            all.first.extend(grouped.first.into_iter().take(room).map(|record| first + record));
        }
    }

    fn finish(&self, file: &mut Hits, mut thread: ThreadCounts, state: &ThreadState) {
        self.count_cells(state, &mut thread.counts);
        for (all, one) in file.counts.iter_mut().zip(&thread.counts) {
            all.applicable += one.applicable;
            all.broke += one.broke;
            all.undecidable += one.undecidable;
        }
        for (all, one) in file.times.iter_mut().zip(&thread.times) {
            *all += *one;
        }
    }
}

impl HitCollector<'_> {
    /// Breaches of cell rules.
    fn cells(&self, state: &ThreadState, batch: &Batch<'_>, first: u32, out: &mut BlockHits) {
        for (place, plan) in self.program.columns.iter().enumerate() {
            let column = &state.columns[place];
            let broken = column.broken();
            if broken.is_empty() {
                continue;
            }
            for row in broken.rows() {
                let bit = column.class(row).broken.trailing_zeros() as usize;
                if let Some(rule) = plan.cell_rules.get(bit) {
                    self.report(batch, rule.instance, first, row, out);
                }
            }
        }
    }

    fn report(&self, batch: &Batch<'_>, instance: usize, first: u32, row: usize, out: &mut BlockHits) {
        let record = first + row as u32;
        if self.program.instances[instance].grouping == Grouping::Each {
            let school = self.school(batch, row);
            out.hits.push(Hit { instance: instance as u32, record, school });
            return;
        }
        let grouped = out.grouped.entry(instance as u32).or_default();
        grouped.count += 1;
        if grouped.first.len() < NAMED {
            grouped.first.push(record);
        }
    }

    fn school(&self, batch: &Batch<'_>, row: usize) -> u64 {
        let codes =
            self.program.schools.iter().map(|column| batch.records.cell(batch.bytes, row, *column).trim_ascii());
        let code = codes.into_iter().find(|code| !code.is_empty());
        code.and_then(|code| std::str::from_utf8(code).ok()?.parse().ok()).unwrap_or_default()
    }

    /// Adds up what the columns have counted of the cell rules.
    fn count_cells(&self, state: &ThreadState, counts: &mut [InstanceCounts]) {
        for (column, plan) in state.columns.iter().zip(&self.program.columns) {
            for (class, cells) in column.class_counts(state.rows) {
                for (bit, rule) in plan.cell_rules.iter().enumerate() {
                    let has = |bits: u64| if bits >> bit & 1 != 0 { cells } else { 0 };
                    let counts = &mut counts[rule.instance];
                    counts.applicable += has(class.applies);
                    counts.broke += has(class.broken);
                    counts.undecidable += has(class.undecidable);
                }
            }
        }
    }
}

/// Counts how a record rule comes out; returns the records that break it.
fn broken(rule: &RecordRule, state: &mut ThreadState, batch: &Batch<'_>, counts: &mut InstanceCounts) -> Mask {
    let when = state.truths(batch, rule.when);
    let in_question = match rule.guard {
        Some(column) => batch.valid.without(state.columns[column].broken()),
        None => batch.valid,
    };
    let applies = when.yes.and(in_question);
    let unclear = when.unknown.and(in_question);
    if !unclear.is_empty() {
        counts.applicable += unclear.count();
        counts.undecidable += unclear.count();
    }
    if applies.is_empty() {
        return Mask::NONE;
    }
    let require = state.truths(batch, rule.require);
    counts.applicable += applies.count();
    let undecided = applies.without(require.yes);
    if undecided.is_empty() {
        return Mask::NONE;
    }
    let broke = undecided.without(require.unknown);
    counts.broke += broke.count();
    counts.undecidable += undecided.and(require.unknown).count();
    broke
}
