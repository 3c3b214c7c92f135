//! Stores the records of a second file by the key that matches them: a hash of the key, and for each cell that a rule
//! reads the number of its value among the values of the column; some tens of bytes a record.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::Arc;

use rustc_hash::FxBuildHasher;

use crate::engine::hash::{BLANK, fold, mix};
use crate::layout::FieldId;
use crate::rule::{Matched, RecordView, TextExpr, text};

/// A cell in which several matching records differ.
const UNCLEAR: u32 = u32::MAX;

/// The values of a column, each kept once.
#[derive(Default)]
struct StoredColumn {
    numbers: HashMap<Arc<str>, u32, FxBuildHasher>,
    texts: Vec<Arc<str>>,
}

impl StoredColumn {
    fn number(&mut self, text: &str) -> u32 {
        if let Some(number) = self.numbers.get(text) {
            return *number;
        }
        let (text, number) = (Arc::<str>::from(text), self.texts.len() as u32);
        self.texts.push(Arc::clone(&text));
        self.numbers.insert(text, number);
        number
    }
}

/// Records of one or more second files of a kind, by one key.
pub(crate) struct Store {
    by: Arc<[TextExpr]>,
    fields: Vec<FieldId>,
    columns: Vec<StoredColumn>,
    /// The place of a record's cells, by the hash of its key.
    places: HashMap<u64, u32, FxBuildHasher>,
    /// As many a record as there are fields.
    cells: Vec<u32>,
}

impl Store {
    pub(crate) fn new(by: Arc<[TextExpr]>, fields: Vec<FieldId>) -> Self {
        let columns = fields.iter().map(|_| StoredColumn::default()).collect();
        Self { by, fields, columns, places: HashMap::default(), cells: Vec::new() }
    }

    /// Takes in a record. Of several records with one key, cells that differ become unclear.
    pub(crate) fn add(&mut self, record: &dyn RecordView) {
        let Some(key) = self.key(record) else { return };
        let numbers = self.fields.iter().zip(&mut self.columns);
        let numbers = numbers.map(|(field, column)| column.number(record.cell(*field).trim()));
        match self.places.entry(key) {
            Entry::Vacant(vacant) => {
                vacant.insert((self.cells.len() / self.fields.len().max(1)) as u32);
                self.cells.extend(numbers);
            }
            Entry::Occupied(taken) => {
                let first = *taken.get() as usize * self.fields.len();
                for (cell, number) in self.cells[first..].iter_mut().zip(numbers) {
                    if *cell != number {
                        *cell = UNCLEAR;
                    }
                }
            }
        }
    }

    pub(crate) fn has(&self, record: &dyn RecordView) -> bool {
        self.key(record).is_some_and(|key| self.places.contains_key(&key))
    }

    pub(crate) fn cell(&self, field: FieldId, record: &dyn RecordView) -> Matched<'_> {
        let place = self.key(record).and_then(|key| self.places.get(&key));
        let column = self.fields.iter().position(|one| *one == field);
        let (Some(place), Some(column)) = (place, column) else {
            return Matched::Cell("");
        };
        match self.cells.get(*place as usize * self.fields.len() + column) {
            Some(&UNCLEAR) => Matched::Unclear,
            Some(number) => Matched::Cell(self.columns[column].texts.get(*number as usize).map_or("", |text| text)),
            None => Matched::Cell(""),
        }
    }

    /// The hash of a record's key; `None` where a part of it is blank. The same records match by it
    /// as by [`crate::rule::match_key`], but for the chance that two hashes are alike.
    fn key(&self, record: &dyn RecordView) -> Option<u64> {
        self.by.iter().try_fold(0, |all, part| {
            let hash = fold(text(part, record).trim().as_bytes());
            (hash != BLANK).then(|| mix(all ^ hash))
        })
    }
}
