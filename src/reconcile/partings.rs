//! Ways in which official rows part the students of a test: by school or district, by grade or all grades, and by the
//! groups of a family (sexes, ethnicities). Rows of one parting have no student in common, rows of two have the same
//! students. So what a hypothesis makes shorter is added up within a parting, and the best parting counts.

use super::records::Records;
use crate::counting::CountingRules;

/// Single grades of schools, all grades of schools, single grades of districts, all grades of districts.
pub const PLACES: usize = 4;

/// Tests that are distinguished.
const TESTS: usize = 12;

/// Stands for rows that belong to no parting.
pub const NO_PARTING: u16 = u16::MAX;

/// The parting of a row of a family of groups and a test.
pub fn parting_of(family: usize, test: usize, is_district: bool, is_single: bool) -> u16 {
    if test >= TESTS {
        return NO_PARTING;
    }
    let place = usize::from(is_district) * 2 + usize::from(!is_single);
    u16::try_from((family * TESTS + test) * PLACES + place).unwrap_or(NO_PARTING)
}

/// Whether a parting is by schools or districts, single grades or all of them, as a number; none for rows of no parting.
pub fn place_of(parting: u16) -> Option<usize> {
    (parting != NO_PARTING).then_some(usize::from(parting) % PLACES)
}

/// The groups that part the students; all students are the first family.
#[derive(Clone, Debug)]
pub struct GroupFamilies {
    /// The family of each group.
    of: Vec<usize>,
    /// In how many groups of a family a student is at most.
    overlaps: Vec<i64>,
    /// The groups of families that tell most students apart, one bit each.
    pub telling: u64,
}

impl GroupFamilies {
    /// The families, and how they part the students of the records.
    pub fn new(counting: &CountingRules, records: &Records, main: u64) -> Self {
        let groups = counting.groups.len().min(u64::BITS as usize);
        let mut names: Vec<&str> = Vec::new();
        let mut masks: Vec<u64> = vec![main & u64::MAX >> (u64::BITS as usize - groups.max(1))];
        let mut of = vec![0; groups];
        for (group, info) in counting.groups.iter().enumerate().take(groups).filter(|(group, _)| main >> group & 1 == 0) {
            let place = names.iter().position(|name| *name == info.category).unwrap_or_else(|| {
                names.push(&info.category);
                masks.push(0);
                names.len() - 1
            });
            of[group] = place + 1;
            masks[place + 1] |= 1 << group;
        }
        let mut overlaps = vec![1_i64; masks.len()];
        let (mut covered, mut members) = (vec![0_usize; masks.len()], vec![0_usize; groups]);
        for facets in &records.facets {
            for ((mask, overlap), covered) in masks.iter().zip(&mut overlaps).zip(&mut covered) {
                let own = facets.groups & mask;
                *overlap = (*overlap).max(i64::from(own.count_ones()));
                *covered += usize::from(own != 0);
            }
            let mut left = facets.groups;
            while left != 0 {
                if let Some(members) = members.get_mut(left.trailing_zeros() as usize) {
                    *members += 1;
                }
                left &= left - 1;
            }
        }
        let all = records.facets.len();
        let largest = |mask: u64| (0..groups).filter(|group| mask >> group & 1 != 0).map(|group| members[group]).max();
        let is_telling = |place: usize| {
            let is_most = covered[place] * 10 >= all * 8;
            overlaps[place] == 1 && is_most && largest(masks[place]).unwrap_or_default() * 10 <= all * 8
        };
        let telling = (1..masks.len()).filter(|place| is_telling(*place)).fold(0, |all, place| all | masks[place]);
        Self { of, overlaps, telling }
    }

    /// The family of a group.
    pub fn of(&self, group: usize) -> usize {
        self.of.get(group).copied().unwrap_or_default()
    }

    /// How many there are.
    pub fn count(&self) -> usize {
        self.overlaps.len()
    }
}

/// What a hypothesis makes shorter, in parts of a bit, by parting.
#[derive(Clone, Debug)]
pub struct BitGain {
    bits: Vec<i64>,
    rows: Vec<u32>,
}

impl BitGain {
    /// Nothing yet, of so many families.
    pub fn new(families: usize) -> Self {
        Self { bits: vec![0; families * TESTS * PLACES], rows: vec![0; families * TESTS * PLACES] }
    }

    /// Adds what a row becomes shorter by.
    pub fn add(&mut self, parting: u16, bits: i64) {
        if let Some(sum) = self.bits.get_mut(usize::from(parting)) {
            *sum += bits;
        }
    }

    /// Counts a row that is touched.
    pub fn touch(&mut self, parting: u16) {
        if let Some(rows) = self.rows.get_mut(usize::from(parting)) {
            *rows += 1;
        }
    }

    /// All of it, by the best family: of each test what the parting into most rows tells.
    pub fn total(&self, families: &GroupFamilies) -> i64 {
        let own = self.bits.chunks(TESTS * PLACES).zip(self.rows.chunks(TESTS * PLACES)).zip(&families.overlaps);
        let of_family = |((bits, rows), overlap): ((&[i64], &[u32]), &i64)| {
            let tests = bits.chunks(PLACES).zip(rows.chunks(PLACES));
            let of_test = |(bits, rows): (&[i64], &[u32])| {
                let finest = (0..PLACES).rev().max_by_key(|place| rows[*place]).unwrap_or_default();
                bits[finest]
            };
            rows.iter().any(|rows| *rows > 0).then(|| tests.map(of_test).sum::<i64>() / overlap)
        };
        own.filter_map(of_family).max().unwrap_or_default()
    }
}
