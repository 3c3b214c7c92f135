//! The figures of a cell as the public site works them out, as intervals where a part of them is
//! not known, and how far they are from the official ones.

use std::ops::AddAssign;

use super::sums::{Sums};
use crate::counting::TestInfo;
use crate::layout::codes;
use crate::official::{Interval, Measure, OfficialValue};
use crate::tally::NOT_READABLE;

/// Why a figure of levels cannot be compared where no score file tells them.
pub(super) const NOT_KNOWN: &str = "levels-not-in-file";

/// What is added to a cell and known only within bounds: the schools that the files lack.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct AddedBounds {
    /// The least it can be.
    pub lo: Sums,
    /// The most it can be.
    pub hi: Sums,
    /// The lowest and the highest score of the test.
    pub scale: (i64, i64),
}

impl AddAssign<&AddedBounds> for AddedBounds {
    fn add_assign(&mut self, other: &Self) {
        self.lo += other.lo;
        self.hi += other.hi;
        self.scale = other.scale;
    }
}

/// A cell's counts, what is added within bounds, and what its figures rest on.
#[derive(Clone, Copy, Debug)]
pub struct Figures<'a> {
    /// The test.
    pub test: &'a TestInfo,
    /// Exact counts.
    pub sums: Sums,
    /// What is added within bounds.
    pub extra: Option<&'a AddedBounds>,
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
            Measure::LevelsTotal => self.count(|sums| sums.levels.iter().sum()) + self.not_known(),
            Measure::Percent(level) => self.share(self.level(level)?)?,
            Measure::PercentMet => self.share(self.met()?)?,
            Measure::Mean => self.mean(sums)?,
            Measure::TotalTested | Measure::TotalWithScores => return None,
        })
    }

    /// Why no score file shows a figure, if none does: some tests have no levels in the files of their year, or what
    /// it rests on cannot be read.
    pub fn untold_reason(&self, measure: Measure) -> Option<&'static str> {
        match () {
            () if is_of_levels(measure) && self.test.levels == 0 => Some(NOT_KNOWN),
            () if is_of_levels(measure) && !self.test.has_levels => Some(NOT_READABLE),
            () if measure == Measure::Mean && !self.test.has_scores => Some(NOT_READABLE),
            () => None,
        }
    }

    /// Whether a figure is a mean of scores of which not one is in the files: any number fits.
    pub fn is_open_mean(&self, measure: Measure) -> bool {
        measure == Measure::Mean && self.sums.scored <= 0
    }

    /// How far a figure is from the official one; 0 where it agrees or cannot be compared.
    pub fn distance(&self, measure: Measure, official: OfficialValue) -> i64 {
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
    fn not_known(&self) -> Interval {
        Interval::new(0, i64::from(self.sums.not_known.max(0))).unwrap_or(Interval::exactly(0))
    }

    fn level(&self, level: u8) -> Option<Interval> {
        let place = usize::from(level).checked_sub(1).filter(|place| *place < self.test.levels)?;
        Some(self.count(|sums| sums.levels.get(place).copied().unwrap_or_default()) + self.not_known())
    }

    fn met(&self) -> Option<Interval> {
        let from = self.test.met_from.checked_sub(1)?;
        let levels = self.test.levels;
        Some(self.count(|sums| sums.levels.iter().take(levels).skip(from).sum()) + self.not_known())
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
        if self.extra.is_none() && sums.not_known <= 0 {
            return (sums.scored > 0).then(|| {
                let (sum, count) = (sums.score_sum, i64::from(sums.scored));
                Interval::exactly((20 * sum + count).div_euclid(2 * count))
            });
        }
        let extra = self.extra.copied().unwrap_or_default();
        let mean = |extra: &Sums| Mean {
            sum: sums.score_sum.saturating_add(extra.score_sum),
            count: i64::from(sums.scored + extra.scored),
        };
        let (fewest, most) = (mean(&extra.lo), mean(&extra.hi));
        let (loose, not_known) = (most.count - fewest.count, self.not_known().hi());
        // Those who may be missing lie anywhere on the scale: the mean is lowest without them or with
        // all of them at the lower end, highest at the upper end.
        let low = [fewest, fewest.with(loose, extra.scale.0)];
        let high = [most, most.with(-loose, extra.scale.1)];
        let low = low.into_iter().flat_map(|mean| [mean, mean.with(not_known, ANY_SCALE.0)]);
        let high = high.into_iter().flat_map(|mean| [mean, mean.with(not_known, ANY_SCALE.1)]);
        Interval::new(low.filter_map(Mean::tenths).min()?, high.filter_map(Mean::tenths).max()?)
    }
}

/// A sum of scores of so many students.
#[derive(Clone, Copy)]
struct Mean {
    sum: i64,
    count: i64,
}

impl Mean {
    /// With so many more students of one score each.
    fn with(self, students: i64, score: i64) -> Self {
        Self { sum: self.sum.saturating_add(students.saturating_mul(score)), count: self.count + students }
    }

    /// In tenths, half up; none of no students.
    fn tenths(self) -> Option<i64> {
        (self.count > 0).then(|| (20 * self.sum + self.count).div_euclid(2 * self.count))
    }
}

/// Every scale lies within these.
const ANY_SCALE: (i64, i64) = (0, 9_999);

/// The lowest and the highest score of a test in a grade row, or of all its grades.
pub fn scale_of(test: &TestInfo, grade: u8, year: u16) -> (i64, i64) {
    let of = |grade: u8| codes().score_bounds(test.record_type, grade, year);
    let known = of(grade).into_iter().chain((0..=12).filter(|_| of(grade).is_none()).filter_map(of));
    let hull = known.reduce(|all, one| (all.0.min(one.0), all.1.max(one.1)));
    hull.map_or(ANY_SCALE, |(lowest, highest)| (i64::from(lowest), i64::from(highest)))
}

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

/// The number of an interval, or its middle where it is not one number.
pub(super) fn nearest(interval: Interval, to: i64) -> i64 {
    to.clamp(interval.lo(), interval.hi())
}

