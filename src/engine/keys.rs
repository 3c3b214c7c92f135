//! Hashes of the keys that make groups of records, a batch of records at a time.

use super::evaluate::{Batch, ThreadState};
use super::hash::{BLANK, fold, mix};
use super::mask::{BATCH, Mask};
use super::nodes::TextPlan;
use super::sets::{KeyPlan, EntryTable, GroupedBy};

impl EntryTable {
    /// Works out what the keys and values of the batch need.
    pub(crate) fn prepare(&self, state: &mut ThreadState, batch: &Batch<'_>) {
        let keys = match &self.within {
            GroupedBy::Keys(keys) | GroupedBy::Groups(keys) | GroupedBy::Counted(keys) => keys.as_slice(),
            GroupedBy::Record | GroupedBy::Among(_) => &[],
        };
        for key in keys.iter().chain(&self.values) {
            match key {
                KeyPlan::Num(num) => state.number(batch, *num),
                KeyPlan::Truth(node) => drop(state.truths(batch, *node)),
                KeyPlan::Hash(_) | KeyPlan::Text(_) | KeyPlan::File => {}
            }
        }
    }
}

/// Writes the hashes of the keys of some rows; returns the rows that have one: a key of which a part
/// is blank or unknown is none.
pub(crate) fn keys_of(
    keys: &[KeyPlan],
    state: &mut ThreadState,
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
pub(crate) fn each_part(
    key: &KeyPlan,
    state: &mut ThreadState,
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
