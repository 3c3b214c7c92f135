//! Numbers for the records that a result names, apart from those of all records.

use super::records::{Records};
use super::model::{RecordPlace};
use super::state::{Changed};

/// The records that are named, ascending.
pub struct Numbered {
    places: Vec<RecordPlace>,
    /// The number of each record of the files.
    numbers: Vec<u32>,
}

impl Numbered {
    /// Numbers for the records that hypotheses change.
    pub fn new(records: &Records, changed: &[Changed]) -> Self {
        let mut numbers = vec![0; records.facets.len()];
        let mut places = Vec::with_capacity(changed.len());
        for Changed { record, .. } in changed {
            let (input, line) = records.place_of(*record);
            numbers[*record as usize] = places.len() as u32;
            places.push(RecordPlace { input, line });
        }
        Self { places, numbers }
    }

    /// The number of a record that is named.
    pub fn of(&self, record: u32) -> u32 {
        self.numbers[record as usize]
    }

    /// Where the records stand, by number.
    pub fn into_places(self) -> Vec<RecordPlace> {
        self.places
    }
}
