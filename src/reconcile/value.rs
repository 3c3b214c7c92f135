//! The figures of a cell as the public site works them out, as intervals where a part of them is
//! not known, and how far they are from the official ones.

use super::sums::Sums;
use crate::counting::TestInfo;
use crate::official::{Interval, Measure, Official, UNBOUNDED};

/// What is added to a cell and known only within bounds: the schools that the files lack.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Bounds {
    /// The least it can be.
    pub lo: Sums,
    /// The most it can be.
    pub hi: Sums,
}

/// A cell's counts, what is added within bounds, and what its figures rest on.
#[derive(Clone, Copy, Debug)]
pub struct Figures<'a> {
    /// The test.
    pub test: &'a TestInfo,
    /// Exact counts.
    pub sums: Sums,
    /// What is added within bounds.
    pub extra: Option<&'a Bounds>,
}

impl Figures<'_> {
    /// A figure; `None` where the public site would show none.
    pub fn value(&self, measure: Measure) -> Option<Interval> {
        let sums = &self.sums;
        Some(match measure {
            Measure::Enrolled => self.count(|sums| sums.enrolled),
            Measure::Tested => self.count(|sums| sums.tested),
            Measure::WithScores => self.count(|sums| sums.with_scores),
            Measure::Count(level) => self.level(level)?,
            Measure::CountMet => self.met()?,
            Measure::LevelsTotal => self.count(|sums| sums.levels.iter().sum()) + self.untold(),
            Measure::Percent(level) => self.share(self.level(level)?)?,
            Measure::PercentMet => self.share(self.met()?)?,
            Measure::Mean => self.mean(sums)?,
            Measure::TotalTested | Measure::TotalWithScores => return None,
        })
    }

    /// Whether no score file of the year tells a figure: some tests have no levels there.
    pub fn is_untold(&self, measure: Measure) -> bool {
        self.test.levels == 0 && is_of_levels(measure)
    }

    /// How far a figure is from the official one; 0 where it agrees or cannot be compared.
    pub fn distance(&self, measure: Measure, official: Official) -> i64 {
        let Some(shown) = official.interval() else { return 0 };
        match self.value(measure) {
            Some(own) => gap(own, shown),
            None if official.is_hidden() => 0,
            None => shown.lo().max(1),
        }
    }

    fn count(&self, of: impl Fn(&Sums) -> i32) -> Interval {
        let own = i64::from(of(&self.sums));
        let Some(extra) = self.extra else { return Interval::exactly(own) };
        let (lo, hi) = (own + i64::from(of(&extra.lo)), own + i64::from(of(&extra.hi)));
        Interval::new(lo, hi).unwrap_or(Interval::exactly(lo))
    }

    /// Students at no level because no file tells it.
    fn untold(&self) -> Interval {
        Interval::new(0, i64::from(self.sums.untold.max(0))).unwrap_or(Interval::exactly(0))
    }

    fn level(&self, level: u8) -> Option<Interval> {
        let place = usize::from(level).checked_sub(1).filter(|place| *place < self.test.levels)?;
        Some(self.count(|sums| sums.levels.get(place).copied().unwrap_or_default()) + self.untold())
    }

    fn met(&self) -> Option<Interval> {
        let from = self.test.met_from.checked_sub(1)?;
        let levels = self.test.levels;
        Some(self.count(|sums| sums.levels.iter().take(levels).skip(from).sum()) + self.untold())
    }

    fn share(&self, part: Interval) -> Option<Interval> {
        let whole = self.count(|sums| sums.with_scores);
        if whole.hi() <= 0 {
            return None;
        }
        let of = |part: i64, whole: i64| {
            let (part, whole) = (part.max(0), whole.max(1));
            ((part * 20_000 + whole) / (2 * whole)).min(10_000)
        };
        Interval::new(of(part.lo(), whole.hi()), of(part.hi(), whole.lo().max(1)))
    }

    fn mean(&self, sums: &Sums) -> Option<Interval> {
        if self.extra.is_none() && sums.untold <= 0 {
            return (sums.scored > 0).then(|| {
                let (sum, count) = (sums.score_sum, i64::from(sums.scored));
                Interval::exactly((20 * sum + count).div_euclid(2 * count))
            });
        }
        let scored = self.count(|sums| sums.scored) + self.untold();
        let extra = self.extra.copied().unwrap_or_default();
        let untold = self.untold().hi();
        let lo = sums.score_sum + extra.lo.score_sum;
        let hi = sums.score_sum.saturating_add(extra.hi.score_sum).saturating_add(untold * HIGHEST_SCORE);
        if scored.hi() <= 0 {
            return None;
        }
        Interval::new((lo * 10).div_euclid(scored.hi()), ((hi * 10).div_euclid(scored.lo().max(1)) + 1).min(UNBOUNDED))
    }
}

/// No scale of these tests reaches so high.
const HIGHEST_SCORE: i64 = 9_999;

/// The distance between two intervals; 0 where they meet.
fn gap(one: Interval, other: Interval) -> i64 {
    (one.lo() - other.hi()).max(other.lo() - one.hi()).max(0)
}

/// Whether a figure rests on achievement levels.
pub fn is_of_levels(measure: Measure) -> bool {
    let by_level = matches!(measure, Measure::Percent(_) | Measure::Count(_));
    by_level || matches!(measure, Measure::PercentMet | Measure::CountMet | Measure::LevelsTotal)
}

/// Whether a figure is a number of students, not a mean or a percentage.
pub fn is_count(measure: Measure) -> bool {
    !matches!(measure, Measure::Mean | Measure::Percent(_) | Measure::PercentMet)
}
