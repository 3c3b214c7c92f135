//! Collects what rules about records taken together need: while the file is read, each record leaves a
//! compact entry (a hash of its key, its number, one bit a condition, hashes of compared values) in the tables
//! it takes part in. What is merely counted leaves none, see [`super::groups`].

use crate::engine::evaluate::{Batch, ThreadState};
use crate::engine::hash::{self, BLANK, mix};
use crate::engine::keys::{each_part, keys_of};
use crate::engine::mask::{BATCH, Mask, Truths, by_row};
use crate::engine::program::Program;
use crate::engine::run::{BatchPlace, Collector, JoinPlace};
use crate::engine::sets::{EntryTable, GroupedBy};

/// Compared values from which on those that an entry has in common with the one before it are kept
/// once: the records of a student often stand together.
const WORTH_SHARING: usize = 4;

/// Collects the entries of each table of a program.
pub(crate) struct EntryCollector<'a>(pub(crate) &'a Program);

impl Collector for EntryCollector<'_> {
    type Thread = Vec<Sieve>;
    type Block = Vec<Entries>;
    type File = Vec<Entries>;

    fn thread(&self) -> Vec<Sieve> {
        vec![Sieve::default(); self.0.tables.len()]
    }

    fn file(&self) -> Vec<Entries> {
        vec![Entries::default(); self.0.tables.len()]
    }

    fn batch(
        &self,
        state: &mut ThreadState,
        batch: &Batch<'_>,
        at: BatchPlace,
        sieves: &mut Vec<Sieve>,
        out: &mut Vec<Entries>,
    ) {
        out.resize_with(self.0.tables.len(), Entries::default);
        for (table, (entries, sieve)) in self.0.tables.iter().zip(out.iter_mut().zip(sieves)) {
            table.collect(state, batch, at.first, entries, sieve);
        }
    }

    fn join(&self, file: &mut Vec<Entries>, block: &mut Vec<Entries>, at: JoinPlace) {
        for ((all, entries), table) in file.iter_mut().zip(block).zip(&self.0.tables) {
            all.take(entries, at, table.values.len());
        }
    }

    fn finish(&self, _: &mut Vec<Entries>, _: Vec<Sieve>, _: &ThreadState) {}
}

/// Entries of one table, in file order.
#[derive(Clone, Debug, Default)]
pub(crate) struct Entries {
    pub(crate) keys: Vec<u64>,
    /// Records, counted from the first of the block while it is read, then from that of the file.
    pub(crate) rows: Vec<u32>,
    /// The conditions that each meets; left out where there is one only, which all meet.
    bits: Vec<u32>,
    /// Where the values of each stand; left out where each has its own.
    places: Vec<u32>,
    /// As many as the table has values, a place after the other; 0 stands for blank or unknown.
    values: Vec<u32>,
}

impl Entries {
    /// Takes over the entries of the next block, whose first record is number `first`.
    fn take(&mut self, block: &mut Self, JoinPlace { first, capacity }: JoinPlace, width: usize) {
        let before = self.values.len().checked_div(width).unwrap_or_default() as u32;
        capacity.reserve(&mut self.keys, block.keys.len());
        capacity.reserve(&mut self.rows, block.rows.len());
        capacity.reserve(&mut self.bits, block.bits.len());
        capacity.reserve(&mut self.places, block.places.len());
        capacity.reserve(&mut self.values, block.values.len());
        self.keys.append(&mut block.keys);
        self.rows.extend(block.rows.drain(..).map(|row| first + row));
        self.bits.append(&mut block.bits);
        self.places.extend(block.places.drain(..).map(|place| before + place));
        self.values.append(&mut block.values);
    }

    /// Whether an entry meets a condition.
    #[inline]
    pub(crate) fn has(&self, entry: u32, bit: usize) -> bool {
        self.bits.get(entry as usize).is_none_or(|bits| bits >> bit & 1 != 0)
    }

    /// The conditions that an entry meets.
    #[inline]
    pub(crate) fn bits(&self, entry: u32) -> u32 {
        self.bits.get(entry as usize).copied().unwrap_or(u32::MAX)
    }

    /// Whether two entries have the same values, of which there are so many each.
    #[inline]
    pub(crate) fn are_alike(&self, one: u32, other: u32, width: usize) -> bool {
        let place = |entry: u32| self.places.get(entry as usize).copied().unwrap_or(entry) as usize;
        let values = |place: usize| &self.values[place * width..(place + 1) * width];
        let (one, other) = (place(one), place(other));
        one == other || values(one) == values(other)
    }

    /// A compared value of an entry, of which there are so many each.
    pub(crate) fn value(&self, entry: u32, value: usize, width: usize) -> u32 {
        let place = self.places.get(entry as usize).copied().unwrap_or(entry);
        self.values[place as usize * width + value]
    }

    /// Adds the values of an entry, or the place of those before if they are the same.
    fn push_values(&mut self, values: &[u32]) {
        if values.len() < WORTH_SHARING {
            self.values.extend_from_slice(values);
            return;
        }
        if !self.values.ends_with(values) {
            self.values.extend_from_slice(values);
        }
        self.places.push((self.values.len() / values.len() - 1) as u32);
    }
}

/// What a thread keeps of each table.
#[derive(Clone, Debug, Default)]
pub(crate) struct Sieve {
    /// Of entries seen lately a hash and how often they were kept.
    seen: Vec<(u64, u8)>,
    /// Room for the keys of a batch, one a row.
    keys: Vec<u64>,
    /// Room for the values of a batch, one row after the other.
    values: Vec<u32>,
    /// A hash of the values of each row, where entries are distinguished by them.
    prints: Vec<u64>,
}

impl Sieve {
    /// Entries looked back for.
    const SIZE: usize = 512;

    /// Whether an entry of these values was kept twice before: for values that are only compared a
    /// third adds nothing.
    fn knows(&mut self, key: u64, bits: u32, row: usize) -> bool {
        let hash = mix(key ^ u64::from(bits) << 32 ^ self.prints[row]);
        let seen = &mut self.seen[hash as usize % Self::SIZE];
        if seen.0 != hash {
            *seen = (hash, 0);
        }
        seen.1 = (seen.1 + 1).min(3);
        seen.1 == 3
    }
}

/// The records of a batch about to leave their entries.
struct Leaving<'a> {
    table: &'a EntryTable,
    /// The conditions that hold, a word a row.
    bits: &'a [u64; BATCH],
    /// The number of the batch's first record in its block.
    first: u32,
}

impl EntryTable {
    /// Adds the entries of a batch whose first record is number `first` of its block.
    fn collect(&self, state: &mut ThreadState, batch: &Batch<'_>, first: u32, entries: &mut Entries, sieve: &mut Sieve) {
        if matches!(self.within, GroupedBy::Groups(_) | GroupedBy::Counted(_)) {
            return;
        }
        let bits: Vec<Truths> = self.bits.iter().map(|node| state.truths(batch, *node)).collect();
        let wanted = bits.iter().fold(Mask::NONE, |all, bit| all.or(bit.yes)).and(batch.valid);
        if wanted.is_empty() {
            return;
        }
        self.prepare(state, batch);
        // Of one condition nothing is kept: all entries meet it.
        let bits = if bits.len() > 1 { by_row(bits.iter().map(|truths| truths.yes)) } else { Box::new([1; BATCH]) };
        let leaving = Leaving { table: self, bits: &bits, first };
        match &self.within {
            GroupedBy::Keys(keys) => {
                let rows = keys_of(keys, state, batch, wanted, &mut sieve.keys);
                self.values(state, batch, rows, sieve);
                rows.rows().for_each(|row| leaving.push(row, sieve.keys[row], entries, sieve));
            }
            GroupedBy::Record => {
                self.values(state, batch, wanted, sieve);
                for row in wanted.rows() {
                    let key = hash::of_record(batch.records.record(batch.bytes, row));
                    leaving.push(row, key, entries, sieve);
                }
            }
            GroupedBy::Among(columns) => {
                self.values(state, batch, wanted, sieve);
                for row in wanted.rows() {
                    let keys = columns.iter().map(|column| state.columns[*column].hash(row));
                    keys.filter(|key| *key != BLANK).for_each(|key| leaving.push(row, key, entries, sieve));
                }
            }
            GroupedBy::Groups(_) | GroupedBy::Counted(_) => {}
        }
    }

    /// Writes the compared values of some rows, one row after the other, and what tells rows apart
    /// by them.
    fn values(&self, state: &mut ThreadState, batch: &Batch<'_>, rows: Mask, sieve: &mut Sieve) {
        let width = self.values.len();
        sieve.values.resize(width * BATCH, 0);
        if self.only_compares {
            sieve.seen.resize(Sieve::SIZE, (0, 0));
            sieve.prints.clear();
            sieve.prints.resize(BATCH, 0);
        }
        for (place, value) in self.values.iter().enumerate() {
            let of = |hash: Option<u64>| hash.map_or(0, |hash| (hash ^ hash >> 32) as u32 | 1);
            if self.only_compares {
                // Row after row and value after value, so that no row waits for itself.
                each_part(value, state, batch, rows, |row, hash| {
                    sieve.values[row * width + place] = of(hash);
                    sieve.prints[row] = mix(sieve.prints[row] ^ u64::from(of(hash)));
                });
            } else {
                each_part(value, state, batch, rows, |row, hash| sieve.values[row * width + place] = of(hash));
            }
        }
    }
}

impl Leaving<'_> {
    #[inline]
    fn push(&self, row: usize, key: u64, entries: &mut Entries, sieve: &mut Sieve) {
        let bits = self.bits[row] as u32;
        let width = self.table.values.len();
        if self.table.only_compares && sieve.knows(key, bits, row) {
            return;
        }
        let values = &sieve.values[row * width..(row + 1) * width];
        entries.keys.push(key);
        entries.rows.push(self.first + row as u32);
        if self.table.bits.len() > 1 {
            entries.bits.push(bits);
        }
        entries.push_values(values);
    }
}
