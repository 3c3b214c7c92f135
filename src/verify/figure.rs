//! Figures of what a cell holds, within bounds where parts of it cannot be told.

use super::count::Part;
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

    pub(super) fn holds(self, number: i64) -> bool {
        (self.lo..=self.hi).contains(&number)
    }
}

/// A figure of what a cell holds; 0 where the public site shows none.
pub(super) fn value(part: &Part, measure: Measure, test: Option<&TestInfo>) -> Range {
    let numbers = &part.numbers;
    let (with_scores, scored, untold, sum) = (numbers[2], numbers[3], numbers[8].max(0), numbers[9]);
    let levels = test.map_or(0, |test| test.levels);
    let level = |level: u8| {
        let count = if usize::from(level) <= levels { numbers.get(3 + usize::from(level)).copied() } else { None };
        count.map(|count| Range { lo: count, hi: count + untold })
    };
    let met = || {
        let from = test.map_or(0, |test| test.met_from);
        (from > 0).then(|| {
            let count: i64 = (from..=levels).filter_map(|level| numbers.get(3 + level)).sum();
            Range { lo: count, hi: count + untold }
        })
    };
    let share = |part: Option<Range>| {
        let Some(part) = part.filter(|_| with_scores > 0) else { return Range::exactly(0) };
        let rounded = |part: i64| ((20_000 * part + with_scores) / (2 * with_scores)).min(10_000);
        Range { lo: rounded(part.lo), hi: rounded(part.hi) }
    };
    match measure {
        Measure::Enrolled => Range::exactly(numbers[0]),
        Measure::Tested => Range::exactly(numbers[1]),
        Measure::WithScores => Range::exactly(with_scores),
        Measure::Count(one) => level(one).unwrap_or(Range::exactly(0)),
        Measure::CountMet => met().unwrap_or(Range::exactly(0)),
        Measure::LevelsTotal => {
            let all: i64 = numbers[4..8].iter().sum();
            Range { lo: all, hi: all + untold }
        }
        Measure::Percent(one) => share(level(one)),
        Measure::PercentMet => share(met()),
        Measure::Mean if untold > 0 => Range { lo: 0, hi: 99_990 },
        Measure::Mean if scored > 0 => Range::exactly((20 * sum + scored) / (2 * scored)),
        _ => Range::exactly(0),
    }
}
