//! Runs a program over the blocks of one file on several threads. Threads take blocks under a
//! lock; their results are joined in file order, so the outcome does not depend on how many there
//! are.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use super::evaluate::{Batch, State};
use super::groups::GroupCounts;
use super::mask::Mask;
use super::capacity::Capacity;
use super::program::{Program, RecordRule};
use super::records::Records;
use super::sets::{Entries, Sieve};
use super::tally::{TallyCounts, TallyPlan};
use super::trace::{Trace, FacetsPlan};
use crate::input::index::{Cursor, Index};
use crate::input::{Block, BlockSource, FileInfo, InputError, Mark};
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
pub(crate) struct Grouped {
    pub(crate) count: u64,
    /// The first few records.
    pub(crate) first: Vec<u32>,
}

/// How many records of a grouped finding are named.
pub(crate) const NAMED: usize = 3;

/// How often an instance applied, broke, and could not be decided.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Counts {
    pub(crate) applicable: u64,
    pub(crate) broke: u64,
    pub(crate) undecidable: u64,
}

/// Where a block begins.
#[derive(Clone, Copy, Debug)]
pub(crate) struct BlockPlace {
    /// The number of its first record, counted from 0.
    pub(crate) record: u32,
    /// Where it stands, if it can be read again from there.
    pub(crate) mark: Option<Mark>,
}

/// A record with a wrong number of cells.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Odd {
    pub(crate) record: u32,
    pub(crate) cells: u32,
    pub(crate) line: u64,
    pub(crate) byte: u64,
}

/// What one file came to, before findings are made of it.
#[derive(Debug, Default)]
pub(crate) struct FileRun {
    pub(crate) records: u64,
    pub(crate) bytes: u64,
    /// The size of the file, where it is known.
    stored: Option<u64>,
    pub(crate) counts: Vec<Counts>,
    pub(crate) times: Vec<Duration>,
    pub(crate) hits: Vec<Hit>,
    pub(crate) grouped: BTreeMap<u32, Grouped>,
    pub(crate) odd: Vec<Odd>,
    /// Records with one empty cell too many.
    pub(crate) trailing: u64,
    pub(crate) blocks: Vec<BlockPlace>,
    /// The entries of each table, with the numbers of their records.
    pub(crate) entries: Vec<Entries>,
    /// What the tables of student groups came to.
    pub(crate) groups: GroupCounts,
    /// What was counted besides.
    pub(crate) tally: Option<TallyCounts>,
    /// What was told of every record besides.
    pub(crate) trace: Trace,
}

/// What a run needs to know besides the program.
pub(crate) struct RunOptions<'a> {
    pub(crate) threads: usize,
    pub(crate) timings: bool,
    /// Told the bytes read so far, from any thread.
    pub(crate) progress: Option<&'a (dyn Fn(u64) + Sync)>,
    /// Kept columns that name the record's school, the first filled one counts.
    pub(crate) schools: Vec<usize>,
    /// What is counted besides.
    pub(crate) tally: Option<&'a TallyPlan<'a>>,
    /// What is told of every record besides.
    pub(crate) trace: Option<&'a FacetsPlan<'a>>,
}

/// The results of one block.
#[derive(Default)]
struct BlockRun {
    mark: Option<Mark>,
    rows: u32,
    bytes: u64,
    hits: Vec<Hit>,
    grouped: BTreeMap<u32, Grouped>,
    odd: Vec<Odd>,
    trailing: u64,
    entries: Vec<Entries>,
    groups: GroupCounts,
    trace: Trace,
}

/// The reader, and the number of the next block.
struct Reader<'a> {
    source: &'a mut dyn BlockSource,
    next: u64,
    done: bool,
}

/// Results waiting for their turn.
#[derive(Default)]
struct Joined {
    run: FileRun,
    next: u64,
    waiting: BTreeMap<u64, BlockRun>,
    /// Room that blocks have given back.
    spare: Vec<Vec<Entries>>,
    failure: Option<(u64, InputError)>,
}

/// Reads a file to its end and evaluates the program on it.
///
/// The second part tells where reading broke off, if it did; what was read before counts.
pub(crate) fn run(
    program: &Program,
    info: &FileInfo,
    source: &mut dyn BlockSource,
    options: &RunOptions<'_>,
) -> (FileRun, Option<InputError>) {
    let reader = Mutex::new(Reader { source, next: 0, done: false });
    let run = FileRun { stored: info.bytes, ..FileRun::default() };
    let joined = Mutex::new(Joined { run, ..Joined::default() });
    std::thread::scope(|scope| {
        for _ in 1..options.threads.max(1) {
            scope.spawn(|| Worker::new(program, info, options).work(&reader, &joined));
        }
        Worker::new(program, info, options).work(&reader, &joined);
    });
    let mut joined = joined.into_inner().unwrap_or_else(PoisonError::into_inner);
    joined.run.entries.resize_with(program.tables.len(), Entries::default);
    joined.run.counts.resize(program.instances.len(), Counts::default());
    joined.run.times.resize(program.instances.len(), Duration::ZERO);
    (joined.run, joined.failure.map(|(_, error)| error))
}

struct Worker<'a> {
    program: &'a Program,
    info: &'a FileInfo,
    options: &'a RunOptions<'a>,
    state: State,
    index: Index,
    records: Records,
    counts: Vec<Counts>,
    times: Vec<Duration>,
    tally: Option<TallyCounts>,
    /// Room for the entries of a block.
    spare: Option<Vec<Entries>>,
    sieves: Vec<Sieve>,
}

impl<'a> Worker<'a> {
    fn new(program: &'a Program, info: &'a FileInfo, options: &'a RunOptions<'a>) -> Self {
        Self {
            program,
            info,
            options,
            state: State::new(program),
            index: Index::of(info).wanting(program.reads()),
            records: Records::new(&program.kept),
            counts: vec![Counts::default(); program.instances.len()],
            times: vec![Duration::ZERO; program.instances.len()],
            tally: options.tally.map(TallyCounts::new),
            spare: None,
            sieves: vec![Sieve::default(); program.tables.len()],
        }
    }

    fn work(mut self, reader: &Mutex<Reader<'_>>, joined: &Mutex<Joined>) {
        let mut block = Block::default();
        while let Some((number, mark)) = self.next_block(&mut block, reader, joined) {
            let run = self.block(&block, mark);
            let mut joined = joined.lock().unwrap_or_else(PoisonError::into_inner);
            joined.add(self.program, number, run);
            self.spare = joined.spare.pop();
            if let Some(progress) = self.options.progress {
                progress(joined.run.bytes);
            }
        }
        self.count_cells();
        if let Some(counts) = &mut self.tally {
            counts.finish();
        }
        let mut joined = joined.lock().unwrap_or_else(PoisonError::into_inner);
        joined.run.add_counts(&self.counts, &self.times);
        if let Some(counts) = self.tally {
            match &mut joined.run.tally {
                Some(all) => all.join(counts),
                None => joined.run.tally = Some(counts),
            }
        }
    }

    /// The number of the next block, and where it stands.
    fn next_block(
        &self,
        block: &mut Block,
        reader: &Mutex<Reader<'_>>,
        joined: &Mutex<Joined>,
    ) -> Option<(u64, Option<Mark>)> {
        let mut reader = reader.lock().unwrap_or_else(PoisonError::into_inner);
        if reader.done {
            return None;
        }
        let mark = reader.source.mark();
        let more = reader.source.next(block);
        let number = reader.next;
        reader.next += 1;
        match more {
            Ok(true) => Some((number, mark)),
            Ok(false) => {
                reader.done = true;
                None
            }
            Err(error) => {
                reader.done = true;
                joined.lock().unwrap_or_else(PoisonError::into_inner).failure = Some((number, error));
                None
            }
        }
    }

    fn block(&mut self, block: &Block, mark: Option<Mark>) -> BlockRun {
        let entries = self.spare.take().unwrap_or_default();
        let mut run = BlockRun { bytes: block.bytes.len() as u64, mark, entries, ..BlockRun::default() };
        run.entries.resize_with(self.program.tables.len(), Entries::default);
        let mut cursor = Cursor::default();
        let mut records = std::mem::take(&mut self.records);
        while self.take(block, &mut cursor, &mut records, &mut run) {
            let batch = Batch { program: self.program, records: &records, bytes: &block.bytes, valid: records.valid() };
            self.batch(&batch, block.offset, &mut run);
            run.rows += records.len() as u32;
        }
        self.records = records;
        run
    }

    /// Takes in the records of the next batch of a block, window by window; false when there are
    /// none left.
    fn take(&mut self, block: &Block, cursor: &mut Cursor, records: &mut Records, run: &mut BlockRun) -> bool {
        records.clear();
        self.state.begin();
        while !records.is_full() && self.index.fill(block, self.info.separator, cursor) {
            let before = run.rows + records.len() as u32;
            run.odd.extend(self.index.odd().iter().map(|odd| Odd {
                record: before + odd.row as u32,
                cells: odd.cells,
                line: block.line + self.index.line(odd.row),
                byte: block.offset + u64::from(self.index.start(odd.row)),
            }));
            run.trailing += self.index.trailing();
            if self.options.trace.is_some() {
                let lines = (0..self.index.rows()).map(|row| block.line + self.index.line(row));
                run.trace.lines.extend(lines.map(|line| u32::try_from(line).unwrap_or(u32::MAX)));
            }
            let window = records.take(&self.index);
            self.state.take(self.program, &self.index, &block.bytes, window);
        }
        records.len() > 0
    }

    fn batch(&mut self, batch: &Batch<'_>, offset: u64, run: &mut BlockRun) {
        self.cells(batch, run);
        self.record_rules(batch, run);
        let kept = run.entries.iter_mut().zip(&mut self.sieves);
        for (table, kept) in self.program.tables.iter().zip(kept) {
            table.collect(&mut self.state, batch, run.rows, kept);
        }
        run.groups.collect(&mut self.state, batch, run.rows);
        if let (Some(plan), Some(counts)) = (self.options.tally, &mut self.tally) {
            counts.collect(plan, &mut self.state, batch, offset);
        }
        if let Some(plan) = self.options.trace {
            plan.collect(&mut self.state, batch, run.rows, &mut run.trace);
        }
    }

    /// Breaches of cell rules.
    fn cells(&mut self, batch: &Batch<'_>, run: &mut BlockRun) {
        for (place, plan) in batch.program.columns.iter().enumerate() {
            let column = &self.state.columns[place];
            let broken = column.broken();
            if broken.is_empty() {
                continue;
            }
            for row in broken.rows() {
                let bit = column.class(row).broken.trailing_zeros() as usize;
                if let Some(rule) = plan.cell_rules.get(bit) {
                    self.report(batch, rule.instance, row, run);
                }
            }
        }
    }

    /// Record rules.
    fn record_rules(&mut self, batch: &Batch<'_>, run: &mut BlockRun) {
        for rule in &batch.program.record_rules {
            let begin = self.options.timings.then(Instant::now);
            let broke = self.record(batch, rule);
            for row in broke.rows() {
                self.report(batch, rule.instance, row, run);
            }
            if let Some(begin) = begin {
                self.times[rule.instance] += begin.elapsed();
            }
        }
    }

    /// Counts how an instance comes out; returns the records that break it.
    fn record(&mut self, batch: &Batch<'_>, rule: &RecordRule) -> Mask {
        let when = self.state.truths(batch, rule.when);
        let in_question = match rule.guard {
            Some(column) => batch.valid.without(self.state.columns[column].broken()),
            None => batch.valid,
        };
        let applies = when.yes.and(in_question);
        let counts = &mut self.counts[rule.instance];
        let unclear = when.unknown.and(in_question);
        if !unclear.is_empty() {
            counts.applicable += unclear.count();
            counts.undecidable += unclear.count();
        }
        if applies.is_empty() {
            return Mask::NONE;
        }
        let require = self.state.truths(batch, rule.require);
        let counts = &mut self.counts[rule.instance];
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

    fn report(&self, batch: &Batch<'_>, instance: usize, row: usize, run: &mut BlockRun) {
        let record = run.rows + row as u32;
        if batch.program.instances[instance].grouping == Grouping::Each {
            let school = self.school(batch, row);
            run.hits.push(Hit { instance: instance as u32, record, school });
            return;
        }
        let grouped = run.grouped.entry(instance as u32).or_default();
        grouped.count += 1;
        if grouped.first.len() < NAMED {
            grouped.first.push(record);
        }
    }

    fn school(&self, batch: &Batch<'_>, row: usize) -> u64 {
        let codes =
            self.options.schools.iter().map(|column| batch.records.cell(batch.bytes, row, *column).trim_ascii());
        let code = codes.into_iter().find(|code| !code.is_empty());
        code.and_then(|code| std::str::from_utf8(code).ok()?.parse().ok()).unwrap_or_default()
    }

    /// Adds up what the columns have counted of the cell rules.
    fn count_cells(&mut self) {
        for (column, plan) in self.state.columns.iter().zip(&self.program.columns) {
            for (class, cells) in column.class_counts(self.state.rows) {
                for (bit, rule) in plan.cell_rules.iter().enumerate() {
                    let has = |bits: u64| if bits >> bit & 1 != 0 { cells } else { 0 };
                    let counts = &mut self.counts[rule.instance];
                    counts.applicable += has(class.applies);
                    counts.broke += has(class.broken);
                    counts.undecidable += has(class.undecidable);
                }
            }
        }
    }
}

impl Joined {
    /// Takes in a block's results when all blocks before it are there.
    fn add(&mut self, program: &Program, number: u64, run: BlockRun) {
        self.waiting.insert(number, run);
        while let Some(run) = self.waiting.remove(&self.next) {
            self.spare.push(self.run.add(program, run));
            self.next += 1;
        }
    }
}

impl FileRun {
    /// Takes in the results of the next block; gives back the emptied room of its entries.
    fn add(&mut self, program: &Program, mut run: BlockRun) -> Vec<Entries> {
        let first = u32::try_from(self.records).unwrap_or(u32::MAX);
        self.blocks.push(BlockPlace { record: first, mark: run.mark });
        self.records += u64::from(run.rows);
        self.bytes += run.bytes;
        self.trailing += run.trailing;
        self.hits.extend(run.hits.into_iter().map(|hit| Hit { record: first + hit.record, ..hit }));
        self.odd.extend(run.odd.into_iter().map(|odd| Odd { record: first + odd.record, ..odd }));
        for (instance, grouped) in run.grouped {
            let all = self.grouped.entry(instance).or_default();
            all.count += grouped.count;
            let room = NAMED.saturating_sub(all.first.len());
            all.first.extend(grouped.first.into_iter().take(room).map(|record| first + record));
        }
        self.groups.join(run.groups, first);
        self.trace.add(run.trace, first);
        self.entries.resize_with(run.entries.len(), Entries::default);
        let capacity = Capacity { read: self.bytes, of: self.stored };
        for ((all, entries), table) in self.entries.iter_mut().zip(&mut run.entries).zip(&program.tables) {
            all.take(entries, first, table.values.len(), capacity);
        }
        run.entries
    }

    fn add_counts(&mut self, counts: &[Counts], times: &[Duration]) {
        self.counts.resize(counts.len(), Counts::default());
        self.times.resize(times.len(), Duration::ZERO);
        for (all, one) in self.counts.iter_mut().zip(counts) {
            all.applicable += one.applicable;
            all.broke += one.broke;
            all.undecidable += one.undecidable;
        }
        for (all, one) in self.times.iter_mut().zip(times) {
            *all += *one;
        }
    }
}
