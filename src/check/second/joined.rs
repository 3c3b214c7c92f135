//! What rules read of the second files that go with one file: the stores of matching records and
//! the entity list.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fmt;
use std::sync::Arc;

use super::super::fields::Reads;
use super::store::Store;
use crate::layout::FieldId;
use crate::rule::{Instance, Match, Matched, MatchedCell, NoSecondFiles, RecordView, SecondFile, SecondFiles};

/// What is given besides the file whose records are judged.
#[derive(Clone, Default)]
pub(crate) struct Beside(Option<Arc<dyn SecondFiles + Send + Sync>>);

impl Beside {
    pub(crate) fn new(files: impl SecondFiles + Send + Sync + 'static) -> Self {
        Self(Some(Arc::new(files)))
    }

    pub(crate) fn files(&self) -> &dyn SecondFiles {
        match &self.0 {
            Some(files) => &**files,
            None => &NoSecondFiles,
        }
    }
}

// Debug output ends up in panics and logs: values of students stay out of it.
impl fmt::Debug for Beside {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_tuple("Beside").field(&self.0.is_some()).finish()
    }
}

/// The cells that rules read of each kind of second file, by what makes records match.
pub(crate) type Wanted = BTreeMap<SecondFile, HashMap<Match, BTreeSet<FieldId>>>;

/// What instances of rules read of second files.
pub(crate) fn wanted_of<'i>(instances: impl Iterator<Item = &'i Instance>) -> Wanted {
    let mut wanted = Wanted::new();
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
pub(crate) struct Joined {
    pub(crate) stores: HashMap<Match, Store>,
    /// Type numbers by code of 14 digits, and by the 7 digits of schools.
    pub(crate) entities: HashMap<String, Option<i64>>,
}

impl SecondFiles for Joined {
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
