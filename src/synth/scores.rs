//! The score scale of each grade of a test: range and levels, from the printed tables.

use crate::layout::{RecordType, codes};

/// The scale of one grade.
#[derive(Clone, Debug)]
pub(super) struct Scale {
    grade: u8,
    pub(super) lowest: i32,
    pub(super) highest: i32,
    /// Level and lowest score of the level, ascending.
    levels: Vec<(i32, i32)>,
}

impl Scale {
    /// The score of a student at a place between 0 (lowest) and 1,000 (highest).
    pub(super) fn at(&self, place: i32) -> i32 {
        self.lowest + (self.highest - self.lowest) * place.clamp(0, 1000) / 1000
    }

    /// The achievement level of a score.
    pub(super) fn level(&self, score: i32) -> i32 {
        self.levels.iter().rev().find(|(_, lowest)| score >= *lowest).map_or(1, |(level, _)| *level)
    }
}

/// The scales of a test in a year.
#[derive(Clone, Debug)]
pub(super) struct TestScales(Vec<Scale>);

impl TestScales {
    /// The printed scales; `unprinted` stands in where none is printed, cut into thirds.
    pub(super) fn new(record_type: RecordType, year: u16, unprinted: Option<(i32, i32)>) -> Self {
        Self((3..=12).filter_map(|grade| scale(record_type, grade, year, unprinted)).collect())
    }

    /// The scale of a grade.
    pub(super) fn of_grade(&self, grade: u8) -> Option<&Scale> {
        self.0.iter().find(|scale| scale.grade == grade)
    }
}

fn scale(record_type: RecordType, grade: u8, year: u16, unprinted: Option<(i32, i32)>) -> Option<Scale> {
    let levels: Vec<(i32, i32)> = codes()
        .score_ranges(record_type, grade, year)
        .map(|range| (i32::from(range.level), i32::from(range.min)))
        .collect();
    if let Some((lowest, highest)) = codes().score_bounds(record_type, grade, year) {
        return Some(Scale { grade, lowest: lowest.into(), highest: highest.into(), levels });
    }
    let (lowest, highest) = unprinted?;
    let third = (highest - lowest) / 3;
    let levels = vec![(1, lowest), (2, lowest + third), (3, lowest + 2 * third)];
    Some(Scale { grade, lowest, highest, levels })
}
