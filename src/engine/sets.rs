//! Rules about records taken together. While the file is read, each record leaves a compact entry
//! (a hash of its key, its number, one bit a condition, hashes of compared values) in the tables
//! it takes part in; when the file has been read, the entries are grouped and judged. What is
//! merely counted leaves none, see [`super::groups`].

use super::evaluate::{Batch, State};
use super::hash::{self, BLANK, fold, mix};
use super::mask::{BATCH, Mask, Truths, by_row};
use super::capacity::Capacity;
use super::program::{Compiler, NodeId, NumId, TextPlan};
use crate::rule::{Cell, Expr, Form, Key, SetTest, Text};

/// Conditions a table can hold: one bit each.
const BITS: usize = 32;

/// Compared values from which on those that an entry has in common with the one before it are kept
/// once: the records of a student often stand together.
const WORTH_SHARING: usize = 4;

/// A part of a key, or a compared value.
#[derive(Debug)]
pub(crate) enum KeyPlan {
    /// The hash that a column plan makes of its text.
    Hash(usize),
    /// A text of several fields.
    Text(TextPlan),
    Num(NumId),
    Truth(NodeId),
    File,
}

/// A rule about records taken together.
#[derive(Debug)]
pub(crate) struct SetPlan {
    /// Its place among the instances of the program.
    pub(crate) instance: usize,
    /// The table its entries are in.
    pub(crate) table: usize,
    /// The bit of the records that take part.
    pub(crate) when: usize,
    pub(crate) judge: Judge,
}

/// What is demanded of a group.
#[derive(Debug)]
pub(crate) enum Judge {
    /// No more than one participant.
    Unique,
    /// One of these values is the same in all participants.
    Same(Vec<usize>),
    /// Each of these bits is set in some entry.
    Exists(Vec<usize>),
    /// At most so many participants with the bit.
    AtMost(u32, usize),
    /// At least so many percent of the participants have the bit, among so many and more.
    Share { bit: usize, percent: u32, among: u32 },
}

/// What makes a group in a table.
#[derive(Debug)]
pub(crate) enum Within {
    /// These keys together.
    Keys(Vec<KeyPlan>),
    /// All cells of the record.
    Record,
    /// The value of each of these column plans, one entry each.
    Among(Vec<usize>),
    /// These keys, once for every student group of the record. Such a table has no entries: its
    /// records are counted by group and key, see [`super::groups`].
    Groups(Vec<KeyPlan>),
    /// These keys, of which there are few. As above, without student groups.
    Counted(Vec<KeyPlan>),
}

/// A table of entries that several rules share.
#[derive(Debug)]
pub(crate) struct Table {
    pub(crate) within: Within,
    within_print: String,
    pub(crate) bits: Vec<NodeId>,
    pub(crate) values: Vec<KeyPlan>,
    value_prints: Vec<String>,
    /// Whether all its rules only ask whether values differ: then an entry that was there twice
    /// before adds nothing.
    only_compares: bool,
}

impl SetPlan {
    /// Whether the demand asks for values of different records to be compared within student
    /// groups, which nothing is kept for.
    pub(crate) fn compares_within_groups(test: &SetTest) -> bool {
        let compares = matches!(test, SetTest::Same { .. } | SetTest::Exists { .. });
        let keys = match within_of(test) {
            WithinSource::Keys(keys) => keys,
            WithinSource::Record | WithinSource::Among(_) | WithinSource::Counted(_) => &[],
        };
        compares && keys.iter().any(|key| matches!(key, Key::StudentGroup))
    }

    pub(crate) fn new(compiler: &mut Compiler<'_>, instance: usize, when: &Expr, test: &SetTest) -> Self {
        let table = compiler.table(&within_of(test));
        let when = compiler.table_bit(table, when);
        compiler.tables()[table].only_compares &= matches!(test, SetTest::Same { .. });
        let judge = match test {
            SetTest::UniqueBy(_) | SetTest::UniqueRecord | SetTest::UniqueAmong(_) => Judge::Unique,
            SetTest::Same { values, .. } => {
                Judge::Same(values.iter().map(|value| compiler.table_value(table, value)).collect())
            }
            SetTest::Exists { conditions, .. } => {
                Judge::Exists(conditions.iter().map(|condition| compiler.table_bit(table, condition)).collect())
            }
            SetTest::AtMost { limit, of, .. } => Judge::AtMost(*limit, compiler.table_bit(table, of)),
            SetTest::Share { of, percent, among, .. } => {
                Judge::Share { bit: compiler.table_bit(table, of), percent: *percent, among: *among }
            }
        };
        Self { instance, table, when, judge }
    }
}

/// The part of a demand that makes groups.
#[derive(Debug)]
enum WithinSource<'a> {
    Keys(&'a [Key]),
    Record,
    Among(&'a [crate::layout::FieldId]),
    /// Keys of which there are few, by which records are only counted.
    Counted(&'a [Key]),
}

fn within_of(test: &SetTest) -> WithinSource<'_> {
    match test {
        SetTest::UniqueBy(keys) => WithinSource::Keys(keys),
        SetTest::UniqueRecord => WithinSource::Record,
        SetTest::UniqueAmong(fields) => WithinSource::Among(fields),
        SetTest::Share { within, .. } => WithinSource::Counted(within),
        SetTest::AtMost { within, .. } if within.iter().all(|key| matches!(key, Key::File)) => {
            WithinSource::Counted(within)
        }
        SetTest::Same { within, .. } | SetTest::AtMost { within, .. } => WithinSource::Keys(within),
        SetTest::Exists { with_same, .. } => WithinSource::Keys(with_same),
    }
}

impl Compiler<'_> {
    /// The table for groups of a kind that still has room for two conditions.
    fn table(&mut self, source: &WithinSource<'_>) -> usize {
        let print = format!("{source:?}");
        let fits = |table: &Table| table.within_print == print && table.bits.len() + 8 < BITS;
        if let Some(place) = self.tables().iter().position(fits) {
            return place;
        }
        let within = match source {
            WithinSource::Record => Within::Record,
            WithinSource::Among(fields) => {
                let text = |field| Text::Cell(Cell { field, form: Form::Value });
                Within::Among(fields.iter().filter_map(|field| self.hashed(&text(*field))).collect())
            }
            WithinSource::Keys(keys) | WithinSource::Counted(keys) => {
                let by_group = keys.iter().any(|key| matches!(key, Key::StudentGroup));
                let plain = keys.iter().filter(|key| !matches!(key, Key::StudentGroup));
                let keys = plain.map(|key| self.key(key)).collect();
                match source {
                    _ if by_group => {
                        self.compile_groups();
                        Within::Groups(keys)
                    }
                    WithinSource::Counted(_) => Within::Counted(keys),
                    _ => Within::Keys(keys),
                }
            }
        };
        let tables = self.tables();
        tables.push(Table {
            within,
            within_print: print,
            bits: Vec::new(),
            values: Vec::new(),
            value_prints: Vec::new(),
            only_compares: true,
        });
        tables.len() - 1
    }

    fn table_bit(&mut self, table: usize, expr: &Expr) -> usize {
        let node = self.node(expr);
        let bits = &mut self.tables()[table].bits;
        bits.iter().position(|one| *one == node).unwrap_or_else(|| {
            bits.push(node);
            bits.len() - 1
        })
    }

    fn table_value(&mut self, table: usize, key: &Key) -> usize {
        let print = format!("{key:?}");
        if let Some(place) = self.tables()[table].value_prints.iter().position(|one| *one == print) {
            return place;
        }
        let plan = self.key(key);
        let table = &mut self.tables()[table];
        table.values.push(plan);
        table.value_prints.push(print);
        table.values.len() - 1
    }

    fn key(&mut self, key: &Key) -> KeyPlan {
        match key {
            Key::Text(text) => match self.hashed(text) {
                Some(plan) => KeyPlan::Hash(plan),
                None => KeyPlan::Text(self.text(text)),
            },
            Key::Num(num) => KeyPlan::Num(self.num(num)),
            Key::Truth(expr) => KeyPlan::Truth(self.node_asked_often(expr)),
            Key::StudentGroup | Key::File => KeyPlan::File,
        }
    }
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
    pub(crate) fn take(&mut self, block: &mut Self, first: u32, width: usize, capacity: Capacity) {
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
    pub(crate) fn are_alike(&self, (one, other): (u32, u32), width: usize) -> bool {
        let place = |entry: u32| self.places.get(entry as usize).copied().unwrap_or(entry) as usize;
        let values = |place: usize| &self.values[place * width..(place + 1) * width];
        let (one, other) = (place(one), place(other));
        one == other || values(one) == values(other)
    }

    /// A compared value of an entry, of which there are so many each.
    pub(crate) fn value(&self, entry: u32, (value, width): (usize, usize)) -> u32 {
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
    /// A hash of the values of each row, where entries are told apart by them.
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
    table: &'a Table,
    /// The conditions that hold, a word a row.
    bits: &'a [u64; BATCH],
    /// The number of the batch's first record in its block.
    first: u32,
}

impl Table {
    /// Adds the entries of a batch whose first record is number `first` of its block.
    pub(crate) fn collect(
        &self,
        state: &mut State,
        batch: &Batch<'_>,
        first: u32,
        (entries, sieve): (&mut Entries, &mut Sieve),
    ) {
        if matches!(self.within, Within::Groups(_) | Within::Counted(_)) {
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
            Within::Keys(keys) => {
                let rows = keys_of(keys, state, batch, wanted, &mut sieve.keys);
                self.values(state, batch, rows, sieve);
                rows.rows().for_each(|row| leaving.push(row, sieve.keys[row], entries, sieve));
            }
            Within::Record => {
                self.values(state, batch, wanted, sieve);
                for row in wanted.rows() {
                    let key = hash::of_record(batch.records.record(batch.bytes, row));
                    leaving.push(row, key, entries, sieve);
                }
            }
            Within::Among(columns) => {
                self.values(state, batch, wanted, sieve);
                for row in wanted.rows() {
                    let keys = columns.iter().map(|column| state.columns[*column].hash(row));
                    keys.filter(|key| *key != BLANK).for_each(|key| leaving.push(row, key, entries, sieve));
                }
            }
            Within::Groups(_) | Within::Counted(_) => {}
        }
    }

    /// Works out what the keys and values of the batch need.
    pub(crate) fn prepare(&self, state: &mut State, batch: &Batch<'_>) {
        let keys = match &self.within {
            Within::Keys(keys) | Within::Groups(keys) | Within::Counted(keys) => keys.as_slice(),
            Within::Record | Within::Among(_) => &[],
        };
        for key in keys.iter().chain(&self.values) {
            match key {
                KeyPlan::Num(num) => state.number(batch, *num),
                KeyPlan::Truth(node) => drop(state.truths(batch, *node)),
                KeyPlan::Hash(_) | KeyPlan::Text(_) | KeyPlan::File => {}
            }
        }
    }

    /// Writes the compared values of some rows, one row after the other, and what tells rows apart
    /// by them.
    fn values(&self, state: &mut State, batch: &Batch<'_>, rows: Mask, sieve: &mut Sieve) {
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

/// Writes the hashes of the keys of some rows; returns the rows that have one: a key of which a part
/// is blank or unknown is none.
pub(crate) fn keys_of(
    keys: &[KeyPlan],
    state: &mut State,
    batch: &Batch<'_>,
    rows: Mask,
    hashes: &mut Vec<u64>,
) -> Mask {
    hashes.clear();
    hashes.resize(BATCH, 0);
    keys.iter().fold(rows, |mut rows, key| {
        each_part(key, state, batch, rows, |row, part| match part.filter(|part| *part != BLANK) {
            Some(part) => hashes[row] = mix(hashes[row] ^ part),
            None => rows.clear(row),
        });
        rows
    })
}

/// The hash of a text without regard to case; `None` for a blank one.
pub(crate) fn hash_text(text: &TextPlan, batch: &Batch<'_>, row: usize) -> Option<u64> {
    Some(fold_text(text, batch, row)).filter(|hash| *hash != BLANK)
}

fn fold_text(text: &TextPlan, batch: &Batch<'_>, row: usize) -> u64 {
    match text.plain(batch, row) {
        Some(text) => fold(text.trim_ascii()),
        None => fold(text.make(batch, row).trim().as_bytes()),
    }
}

/// Tells the hash of a part of a key in some rows; `None` where it is unknown. What it needs of the
/// batch is worked out already, see [`Table::prepare`].
#[inline]
fn each_part(
    key: &KeyPlan,
    state: &mut State,
    batch: &Batch<'_>,
    rows: Mask,
    mut tell: impl FnMut(usize, Option<u64>),
) {
    match key {
        KeyPlan::Hash(column) => {
            let column = &state.columns[*column];
            rows.rows().for_each(|row| tell(row, Some(column.hash(row))));
        }
        KeyPlan::Text(text) => rows.rows().for_each(|row| tell(row, Some(fold_text(text, batch, row)))),
        KeyPlan::Num(num) => {
            let hash = |number: i64| mix(number as u64 ^ 0x5851_F42D_4C95_7F2D);
            rows.rows().for_each(|row| tell(row, state.number_of(*num, row).map(hash)));
        }
        KeyPlan::Truth(node) => {
            let truths = state.truths(batch, *node);
            let hash = |row: usize| mix(u64::from(truths.yes.has(row)) + 2);
            rows.rows().for_each(|row| tell(row, (!truths.unknown.has(row)).then(|| hash(row))));
        }
        KeyPlan::File => rows.rows().for_each(|row| tell(row, Some(BLANK + 1))),
    }
}
