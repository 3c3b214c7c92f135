//! The cells that rules read of the second files of one checked file, and the entity list.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::store::Store;
use crate::engine::fields::Reads;
use crate::layout::FieldId;
use crate::rule::{Instance, Match, Matched, MatchedCell, RecordView, SecondFile, SecondFiles};

/// The cells that rules read of each kind of second file, by what makes records match.
pub(crate) type WantedCells = BTreeMap<SecondFile, HashMap<Match, BTreeSet<FieldId>>>;

/// What instances of rules read of second files.
pub(crate) fn wanted_of<'i>(instances: impl Iterator<Item = &'i Instance>) -> WantedCells {
    let mut wanted = WantedCells::new();
    for instance in instances {
        let reads = Reads::of_instance(instance);
        for of in reads.matches {
            wanted.entry(of.file).or_default().entry(of).or_default();
        }
        for cell in reads.matched {
            let of = wanted.entry(cell.of.file).or_default().entry(cell.of).or_default();
            of.insert(cell.field);
        }
    }
    wanted
}

/// The second files that go with one file, read.
#[derive(Default)]
pub(crate) struct JoinedSecondFiles {
    pub(crate) stores: HashMap<Match, Store>,
    /// Type numbers by code of 14 digits, and by the 7 digits of schools.
    pub(crate) entities: HashMap<String, Option<i64>>,
}

impl SecondFiles for JoinedSecondFiles {
    fn has(&self, of: &Match, record: &dyn RecordView) -> bool {
        self.stores.get(of).is_some_and(|store| store.has(record))
    }

    fn cell(&self, cell: &MatchedCell, record: &dyn RecordView) -> Matched<'_> {
        self.stores.get(&cell.of).map_or(Matched::Cell(""), |store| store.cell(cell.field, record))
    }

    fn entity_type(&self, code: &str) -> Option<i64> {
        self.entities.get(code).copied().flatten()
    }
}
