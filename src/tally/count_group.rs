//! Count groups: the records of one place, test and grade that are counted in the same rows.

use std::hash::{Hash, Hasher};
use std::sync::Arc;

use super::sums::PackedRow;
use crate::counting::GradeRows;

/// Digits of a school code.
pub(crate) const CODE: usize = 14;

/// Where a record is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct EntityCode {
    /// The type of entity, as in the public files; 0 for none.
    pub entity_type: u8,
    /// Its code, fourteen digits.
    pub code: [u8; CODE],
}

impl EntityCode {
    /// The place of digits. The school code of a district's own program repeats the district's.
    pub(crate) fn new(entity_type: u8, digits: &[u8], is_district_level: bool) -> Self {
        let mut code = [b'0'; CODE];
        let repeated: &[u8] = if is_district_level { digits } else { &[] };
        for (to, from) in code.iter_mut().zip(digits.iter().chain(repeated)) {
            *to = *from;
        }
        Self { entity_type, code }
    }
}

/// What the records of a count_group have in common.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct CountGroupKey {
    pub(crate) place: EntityCode,
    pub(crate) record_type: u8,
    pub(crate) grade: u8,
    pub(crate) rows: GradeRows,
}

impl Hash for CountGroupKey {
    /// In a few words and not byte by byte: it is looked up for every record. The last digits of a code,
    /// in which schools differ, are the lowest of a word: from there they reach all bits of the hash.
    fn hash<H: Hasher>(&self, hasher: &mut H) {
        let mut place = [0; 16];
        place[16 - CODE..].copy_from_slice(&self.place.code);
        place[0] = self.place.entity_type;
        hasher.write_u128(u128::from_be_bytes(place));
        hasher.write_u32(u32::from_le_bytes([self.record_type, self.grade, self.rows as u8, 0]));
    }
}

/// The records of one place, test and grade.
#[derive(Clone, Debug)]
pub struct CountGroup {
    /// The place.
    pub place: EntityCode,
    /// The name of the school, where a record has one.
    pub name: Arc<str>,
    /// The name of its district, where a record has one.
    pub lea_name: Arc<str>,
    /// The record type; 0 where it is no number.
    pub record_type: u8,
    /// The grade assessed; 0 where it is no number.
    pub grade: u8,
    /// The rows the records are counted in.
    pub rows: GradeRows,
    /// Records by class, by its place in the counting rules.
    pub classes: SmallCounts,
    /// Records by contradiction, by its place in the counting rules.
    pub contradictions: SmallCounts,
    /// Counts by student group and variant, by its place in [`super::FileTally::sets`].
    pub groups: PackedRow,
}

impl CountGroup {
    pub(crate) fn key(&self) -> CountGroupKey {
        CountGroupKey { place: self.place, record_type: self.record_type, grade: self.grade, rows: self.rows }
    }
}

/// Records by place in a list of which few have any.
#[derive(Clone, Debug, Default)]
pub struct SmallCounts(Vec<(u8, u32)>);

impl SmallCounts {
    /// The places that have records, in no order, and how many.
    pub fn iter(&self) -> impl Iterator<Item = (usize, u64)> {
        self.0.iter().map(|(place, records)| (usize::from(*place), u64::from(*records)))
    }

    /// The records of a place.
    pub fn get(&self, place: usize) -> u64 {
        self.iter().find(|(one, _)| *one == place).map_or(0, |(_, records)| records)
    }

    #[inline]
    pub(crate) fn add(&mut self, place: u8, records: u32) {
        match self.0.iter_mut().find(|(one, _)| *one == place) {
            Some((_, all)) => *all += records,
            None => self.0.push((place, records)),
        }
    }

    pub(crate) fn join(&mut self, other: &Self) {
        other.0.iter().for_each(|(place, records)| self.add(*place, *records));
    }
}
