//! Figures of what a cell holds, within bounds where parts of it cannot be determined.

use super::count::CellPart;
use crate::counting::TestInfo;
use crate::official::Measure;

/// A figure within bounds.
#[derive(Clone, Copy, Debug)]
pub(super) struct Range {
    pub(super) lo: i64,
    pub(super) hi: i64,
}

impl Range {
    pub(super) fn exactly(number: i64) -> Self {
        Self { lo: number, hi: number }
    }

    pub(super) fn is_exact(self) -> bool {
        self.lo == self.hi
    }

    /// Its number that is nearest to another.
    pub(super) fn nearest(self, to: i64) -> i64 {
        to.clamp(self.lo, self.hi)
    }
}

/// A figure of what a cell holds; none where the public site shows none.
pub(super) fn value(part: &CellPart, measure: Measure, test: Option<&TestInfo>) -> Option<Range> {
    let numbers = &part.numbers;
    let (with_scores, scored, not_known, sum) = (numbers[2], numbers[3], numbers[8].max(0), numbers[9]);
    let levels = test.map_or(0, |test| test.levels);
    let level = |level: u8| {
        let is_there = level > 0 && usize::from(level) <= levels;
        let count = is_there.then(|| numbers.get(3 + usize::from(level)).copied()).flatten();
        count.map(|count| Range { lo: count, hi: count + not_known })
    };
    let met = || {
        let from = test.map_or(0, |test| test.met_from);
        (from > 0).then(|| {
            let count: i64 = (from..=levels).filter_map(|level| numbers.get(3 + level)).sum();
            Range { lo: count, hi: count + not_known }
        })
    };
    let share = |part: Option<Range>| {
        let part = part.filter(|_| with_scores > 0)?;
        let rounded = |part: i64| ((20_000 * part.max(0) + with_scores) / (2 * with_scores)).min(10_000);
        Some(Range { lo: rounded(part.lo), hi: rounded(part.hi) })
    };
    match measure {
        Measure::Enrolled => Some(Range::exactly(numbers[0])),
        Measure::Tested => Some(Range::exactly(numbers[1])),
        Measure::WithScores => Some(Range::exactly(with_scores)),
        Measure::Count(one) => level(one),
        Measure::CountMet => met(),
        Measure::LevelsTotal => {
            let all: i64 = numbers[4..8].iter().sum();
            Some(Range { lo: all, hi: all + not_known })
        }
        Measure::Percent(one) => share(level(one)),
        Measure::PercentMet => share(met()),
        Measure::Mean => mean(sum, scored, not_known),
        Measure::TotalTested | Measure::TotalWithScores => None,
    }
}

/// The means of scores, with so many more that may be anything.
fn mean(sum: i64, scored: i64, not_known: i64) -> Option<Range> {
    const HIGHEST: i64 = 9_999;
    let tenths = |sum: i64, count: i64| (count > 0).then(|| (20 * sum + count).div_euclid(2 * count));
    let (own, low) = (tenths(sum, scored), tenths(sum, scored + not_known));
    let high = tenths(sum + not_known * HIGHEST, scored + not_known);
    let lo = own.into_iter().chain(low).min()?;
    Some(Range { lo, hi: own.into_iter().chain(high).max()? })
}
