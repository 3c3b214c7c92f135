//! What records add to a cell, and cells as sums of it.

use std::ops::{Add, AddAssign, Sub, SubAssign};

use crate::counting::CountingRules;
use crate::facets::Facets;

/// The counts of one entity, test, grade and student group, or a difference of two.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sums {
    /// Students enrolled.
    pub enrolled: i32,
    /// Students tested.
    pub tested: i32,
    /// Students tested with scores.
    pub with_scores: i32,
    /// Of those, with a scale score that can be read.
    pub scored: i32,
    /// Of those with scores, by achievement level.
    pub levels: [i32; 4],
    /// Of those with scores, without a score and level in any file.
    pub not_known: i32,
    /// The sum of the scale scores.
    pub score_sum: i64,
}

impl Sums {
    /// What one record adds wherever it counts.
    #[inline]
    pub fn of(counting: &CountingRules, facets: &Facets) -> Self {
        let Some(class) = counting.classes.get(usize::from(facets.class)) else { return Self::default() };
        let mut sums = Self {
            enrolled: i32::from(class.enrolled),
            tested: i32::from(class.tested),
            with_scores: i32::from(class.with_scores),
            ..Self::default()
        };
        if !class.with_scores {
            return sums;
        }
        if let Some(count) = usize::from(facets.level).checked_sub(1).and_then(|level| sums.levels.get_mut(level)) {
            *count = 1;
        }
        if facets.score > 0 {
            sums.scored = 1;
            sums.score_sum = i64::from(facets.score);
        }
        sums.not_known = i32::from(facets.score == 0 && facets.level == 0);
        sums
    }

    /// What figures rest on apart from each other: enrolled, tested, and results.
    pub fn parts(self) -> [Self; 3] {
        let enrolled = Self { enrolled: self.enrolled, ..Self::default() };
        let tested = Self { tested: self.tested, ..Self::default() };
        [enrolled, tested, Self { enrolled: 0, tested: 0, ..self }]
    }

    /// Whether it is nothing at all.
    #[inline]
    pub fn is_zero(&self) -> bool {
        *self == Self::default()
    }
}

impl AddAssign for Sums {
    #[inline]
    fn add_assign(&mut self, other: Self) {
        self.enrolled += other.enrolled;
        self.tested += other.tested;
        self.with_scores += other.with_scores;
        self.scored += other.scored;
        self.not_known += other.not_known;
        self.score_sum += other.score_sum;
        for (all, one) in self.levels.iter_mut().zip(other.levels) {
            *all += one;
        }
    }
}

impl SubAssign for Sums {
    #[inline]
    fn sub_assign(&mut self, other: Self) {
        self.enrolled -= other.enrolled;
        self.tested -= other.tested;
        self.with_scores -= other.with_scores;
        self.scored -= other.scored;
        self.not_known -= other.not_known;
        self.score_sum -= other.score_sum;
        for (all, one) in self.levels.iter_mut().zip(other.levels) {
            *all -= one;
        }
    }
}

impl Add for Sums {
    type Output = Self;

    #[inline]
    fn add(mut self, other: Self) -> Self {
        self += other;
        self
    }
}

impl Sub for Sums {
    type Output = Self;

    #[inline]
    fn sub(mut self, other: Self) -> Self {
        self -= other;
        self
    }
}
