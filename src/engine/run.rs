//! Runs a program over the blocks of one file on several threads, and hands each batch of records to a
//! collector. Threads take blocks under a lock; what collectors make of them is joined in file order, so the
//! outcome does not depend on how many threads there are.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use super::capacity::Capacity;
use super::evaluate::{Batch, ThreadState};
use super::program::Program;
use super::records::BatchRecords;
use crate::input::index::{Cursor, Index};
use crate::parallel::on_all;
use crate::input::{Block, BlockSource, FileInfo, InputError, ReadMark};

/// Makes something of the records of a file: findings, counts, facets. A new consumer of records is one
/// implementation of this trait; two collectors of one run are a pair.
///
/// A thread keeps a [`Self::Thread`] from its first batch to its last. What has to stay in file order goes into
/// a [`Self::Block`], which is joined to the [`Self::File`] when all blocks before it have been joined.
pub(crate) trait Collector: Sync {
    /// What a thread keeps from its first batch to its last.
    type Thread: Send;
    /// What a block of records leaves.
    type Block: Default + Send;
    /// What is made of the whole file.
    type File: Send;

    /// What a thread starts with.
    fn thread(&self) -> Self::Thread;

    /// What is there before the first block.
    fn file(&self) -> Self::File;

    /// Sees the records of a window as the cell finder has found them, before they are evaluated.
    fn window(&self, _index: &Index, _block: &Block, _out: &mut Self::Block) {}

    /// Takes in the records of a batch.
    fn batch(
        &self,
        state: &mut ThreadState,
        batch: &Batch<'_>,
        at: BatchPlace,
        thread: &mut Self::Thread,
        out: &mut Self::Block,
    );

    /// Joins the next block, in file order. It is left empty, to be used for another block.
    fn join(&self, file: &mut Self::File, block: &mut Self::Block, at: JoinPlace);

    /// Takes in what a thread has kept, after its last batch. Threads come in no order.
    fn finish(&self, file: &mut Self::File, thread: Self::Thread, state: &ThreadState);
}

/// Where a batch stands.
#[derive(Clone, Copy, Debug)]
pub(crate) struct BatchPlace {
    /// The number of its first record, counted from 0 within the block.
    pub(crate) first: u32,
    /// Where its block starts, in bytes of the file.
    pub(crate) offset: u64,
}

/// Where a block is joined.
#[derive(Clone, Copy, Debug)]
pub(crate) struct JoinPlace {
    /// The number of the block's first record, counted from 0 within the file.
    pub(crate) first: u32,
    /// How much of the file has been read.
    pub(crate) capacity: Capacity,
}

impl<A: Collector, B: Collector> Collector for (A, B) {
    type Thread = (A::Thread, B::Thread);
    type Block = (A::Block, B::Block);
    type File = (A::File, B::File);

    fn thread(&self) -> Self::Thread {
        (self.0.thread(), self.1.thread())
    }

    fn file(&self) -> Self::File {
        (self.0.file(), self.1.file())
    }

    fn window(&self, index: &Index, block: &Block, out: &mut Self::Block) {
        self.0.window(index, block, &mut out.0);
        self.1.window(index, block, &mut out.1);
    }

    fn batch(
        &self,
        state: &mut ThreadState,
        batch: &Batch<'_>,
        at: BatchPlace,
        thread: &mut Self::Thread,
        out: &mut Self::Block,
    ) {
        self.0.batch(state, batch, at, &mut thread.0, &mut out.0);
        self.1.batch(state, batch, at, &mut thread.1, &mut out.1);
    }

    fn join(&self, file: &mut Self::File, block: &mut Self::Block, at: JoinPlace) {
        self.0.join(&mut file.0, &mut block.0, at);
        self.1.join(&mut file.1, &mut block.1, at);
    }

    fn finish(&self, file: &mut Self::File, thread: Self::Thread, state: &ThreadState) {
        self.0.finish(&mut file.0, thread.0, state);
        self.1.finish(&mut file.1, thread.1, state);
    }
}

/// Where a block begins.
#[derive(Clone, Copy, Debug)]
pub(crate) struct BlockPlace {
    /// The number of its first record, counted from 0.
    pub(crate) record: u32,
    /// Where it stands, if it can be read again from there.
    pub(crate) mark: Option<ReadMark>,
}

/// A record with a wrong number of cells.
#[derive(Clone, Copy, Debug)]
pub(crate) struct OddRecord {
    pub(crate) record: u32,
    pub(crate) cells: u32,
    pub(crate) line: u64,
    pub(crate) byte: u64,
}

/// What was read of one file, whatever was collected.
#[derive(Debug, Default)]
pub(crate) struct FileRun {
    pub(crate) records: u64,
    pub(crate) bytes: u64,
    /// The size of the file, where it is known.
    stored: Option<u64>,
    pub(crate) odd: Vec<OddRecord>,
    /// Records with one empty cell too many.
    pub(crate) trailing: u64,
    pub(crate) blocks: Vec<BlockPlace>,
    /// Whether damage came up that was not known: the run broke off, and what it collected is of no use. The file
    /// has to be looked through.
    pub(crate) has_new_damage: bool,
}

/// What a run needs to know besides the program and the collector.
pub(crate) struct RunOptions<'a> {
    /// Threads to work on; at least 1.
    pub(crate) threads: usize,
    /// Called with the bytes read so far, from any thread.
    pub(crate) progress: Option<&'a (dyn Fn(u64) + Sync)>,
}

/// The results of one block.
struct BlockRun<B> {
    mark: Option<ReadMark>,
    rows: u32,
    bytes: u64,
    odd: Vec<OddRecord>,
    trailing: u64,
    collected: B,
}

/// The reader, and the number of the next block.
struct BlockReader<'a> {
    source: &'a mut dyn BlockSource,
    next: u64,
    done: bool,
}

/// Results waiting for their turn.
struct OrderedResults<C: Collector> {
    run: FileRun,
    file: C::File,
    next: u64,
    waiting: BTreeMap<u64, BlockRun<C::Block>>,
    /// Emptied results of blocks, to be used again.
    spare: Vec<C::Block>,
    failure: Option<(u64, InputError)>,
}

/// What a run leaves: what was read, what was collected, and why reading broke off, if it did. What was read
/// before counts.
pub(crate) struct Collected<F> {
    pub(crate) run: FileRun,
    pub(crate) file: F,
    pub(crate) failure: Option<InputError>,
}

/// Reads a file to its end, evaluates the program on it and collects what a collector makes of it.
pub(crate) fn run<C: Collector>(
    program: &Program,
    info: &FileInfo,
    source: &mut dyn BlockSource,
    collector: &C,
    options: &RunOptions<'_>,
) -> Collected<C::File> {
    let reader = Mutex::new(BlockReader { source, next: 0, done: false });
    let joined = Mutex::new(OrderedResults::<C> {
        run: FileRun { stored: info.bytes, ..FileRun::default() },
        file: collector.file(),
        next: 0,
        waiting: BTreeMap::new(),
        spare: Vec::new(),
        failure: None,
    });
    on_all(options.threads, || Worker::new(program, info, collector).work(&reader, &joined, options));
    let joined = joined.into_inner().unwrap_or_else(PoisonError::into_inner);
    Collected { run: joined.run, file: joined.file, failure: joined.failure.map(|(_, error)| error) }
}

struct Worker<'a, C: Collector> {
    program: &'a Program,
    info: &'a FileInfo,
    collector: &'a C,
    state: ThreadState,
    index: Index,
    records: BatchRecords,
    thread: C::Thread,
    /// The emptied results of a block.
    spare: Option<C::Block>,
}

impl<'a, C: Collector> Worker<'a, C> {
    fn new(program: &'a Program, info: &'a FileInfo, collector: &'a C) -> Self {
        Self {
            program,
            info,
            collector,
            state: ThreadState::new(program),
            index: Index::of(info).wanting(program.reads()),
            records: BatchRecords::new(&program.kept),
            thread: collector.thread(),
            spare: None,
        }
    }

    fn work(mut self, reader: &Mutex<BlockReader<'_>>, joined: &Mutex<OrderedResults<C>>, options: &RunOptions<'_>) {
        let mut block = Block::default();
        while let Some((number, mark)) = Self::next_block(&mut block, reader, joined) {
            let run = self.block(&block, mark);
            if self.state.has_odd() {
                reader.lock().unwrap_or_else(PoisonError::into_inner).done = true;
                joined.lock().unwrap_or_else(PoisonError::into_inner).run.has_new_damage = true;
                return;
            }
            let mut joined = joined.lock().unwrap_or_else(PoisonError::into_inner);
            joined.add(self.collector, number, run);
            self.spare = joined.spare.pop();
            if let Some(progress) = options.progress {
                progress(joined.run.bytes);
            }
        }
        let mut joined = joined.lock().unwrap_or_else(PoisonError::into_inner);
        self.collector.finish(&mut joined.file, self.thread, &self.state);
    }

    /// The number of the next block, and where it stands.
    fn next_block(
        block: &mut Block,
        reader: &Mutex<BlockReader<'_>>,
        joined: &Mutex<OrderedResults<C>>,
    ) -> Option<(u64, Option<ReadMark>)> {
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

    fn block(&mut self, block: &Block, mark: Option<ReadMark>) -> BlockRun<C::Block> {
        let collected = self.spare.take().unwrap_or_default();
        let mut run =
            BlockRun { mark, rows: 0, bytes: block.bytes.len() as u64, odd: Vec::new(), trailing: 0, collected };
        let mut cursor = Cursor::default();
        let mut records = std::mem::take(&mut self.records);
        while self.take(block, &mut cursor, &mut records, &mut run) {
            let batch = Batch { program: self.program, records: &records, bytes: &block.bytes, valid: records.valid() };
            let at = BatchPlace { first: run.rows, offset: block.offset };
            self.collector.batch(&mut self.state, &batch, at, &mut self.thread, &mut run.collected);
            run.rows += records.len() as u32;
        }
        self.records = records;
        run
    }

    /// Takes in the records of the next batch of a block, window by window; false when there are
    /// none left.
    fn take(
        &mut self,
        block: &Block,
        cursor: &mut Cursor,
        records: &mut BatchRecords,
        run: &mut BlockRun<C::Block>,
    ) -> bool {
        records.clear();
        self.state.begin();
        while !records.is_full() && self.index.fill(block, self.info.separator, cursor) {
            let before = run.rows + records.len() as u32;
            run.odd.extend(self.index.odd().iter().map(|odd| OddRecord {
                record: before + odd.row as u32,
                cells: odd.cells,
                line: block.line + self.index.line(odd.row),
                byte: block.offset + u64::from(self.index.start(odd.row)),
            }));
            run.trailing += self.index.trailing();
            self.collector.window(&self.index, block, &mut run.collected);
            let valid = records.take(&self.index);
            self.state.take(self.program, &self.index, &block.bytes, valid);
        }
        records.len() > 0
    }
}

impl<C: Collector> OrderedResults<C> {
    /// Takes in a block's results when all blocks before it are there.
    fn add(&mut self, collector: &C, number: u64, run: BlockRun<C::Block>) {
        self.waiting.insert(number, run);
        while let Some(mut run) = self.waiting.remove(&self.next) {
            let at = self.run.add(&mut run);
            collector.join(&mut self.file, &mut run.collected, at);
            self.spare.push(run.collected);
            self.next += 1;
        }
    }
}

impl FileRun {
    /// Takes in what was read of the next block.
    fn add<B>(&mut self, run: &mut BlockRun<B>) -> JoinPlace {
        let first = u32::try_from(self.records).unwrap_or(u32::MAX);
        self.blocks.push(BlockPlace { record: first, mark: run.mark.take() });
        self.records += u64::from(run.rows);
        self.bytes += run.bytes;
        self.trailing += run.trailing;
        self.odd.extend(run.odd.drain(..).map(|odd| OddRecord { record: first + odd.record, ..odd }));
        JoinPlace { first, capacity: Capacity { read: self.bytes, of: self.stored } }
    }
}
