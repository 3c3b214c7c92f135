//! Official figures in a form that is quickly compared with exact counts. The search asks how well a
//! row agrees many millions of times; [`Figures`] says the same of one figure, in full.

use super::sums::{Sums};
use super::value::{Figures};
use crate::counting::TestInfo;
use crate::official::{Measure, OfficialValue};

/// What a figure is of.
#[derive(Clone, Copy, Debug)]
enum What {
    Enrolled,
    Tested,
    WithScores,
    /// Students at a level, by its place.
    Level(u8),
    Met,
    AllLevels,
    /// The share of those with scores at a level.
    LevelShare(u8),
    MetShare,
    Mean,
}

/// An official figure that can be compared.
#[derive(Clone, Copy, Debug)]
pub struct OfficialMark {
    what: What,
    is_hidden: bool,
    lo: i32,
    hi: i32,
}

/// How far a figure is off.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Miss {
    /// A count, and by how much.
    Count(i64),
    /// A mean or a percentage: it follows from counts.
    Derived,
}

impl OfficialMark {
    /// The mark of a figure of a test; none where no score file tells the figure, or the test has
    /// no such level.
    pub fn new(test: &TestInfo, measure: Measure, official: OfficialValue) -> Option<Self> {
        let figures = Figures { test, sums: Sums::default(), extra: None };
        let shown = official.interval().filter(|_| figures.untold_reason(measure).is_none())?;
        let place = |level: u8| level.checked_sub(1).filter(|place| usize::from(*place) < test.levels);
        let met = test.met_from.checked_sub(1);
        let what = match measure {
            Measure::Enrolled => What::Enrolled,
            Measure::Tested => What::Tested,
            Measure::WithScores => What::WithScores,
            Measure::Count(level) => What::Level(place(level)?),
            Measure::CountMet => met.map(|_| What::Met)?,
            Measure::LevelsTotal => What::AllLevels,
            Measure::Percent(level) => What::LevelShare(place(level)?),
            Measure::PercentMet => met.map(|_| What::MetShare)?,
            Measure::Mean => What::Mean,
            Measure::TotalTested | Measure::TotalWithScores => return None,
        };
        let narrow = |end: i64| i32::try_from(end).ok();
        Some(Self { what, is_hidden: official.is_hidden(), lo: narrow(shown.lo())?, hi: narrow(shown.hi())? })
    }

    /// How far the figure of exact counts is off; none where it agrees.
    pub fn miss(&self, test: &TestInfo, sums: &Sums) -> Option<Miss> {
        let level = |place: u8| sums.levels[usize::from(place)];
        let met = || sums.levels.iter().take(test.levels).skip(test.met_from.saturating_sub(1)).sum();
        match self.what {
            What::Enrolled => self.count(sums.enrolled),
            What::Tested => self.count(sums.tested),
            What::WithScores => self.count(sums.with_scores),
            What::Level(place) => self.count(level(place)),
            What::Met => self.count(met()),
            What::AllLevels => self.count(sums.levels.iter().sum()),
            What::LevelShare(place) => self.share(level(place), sums.with_scores),
            What::MetShare => self.share(met(), sums.with_scores),
            What::Mean => self.mean(sums),
        }
    }

    fn count(&self, own: i32) -> Option<Miss> {
        let (own, lo, hi) = (i64::from(own), i64::from(self.lo), i64::from(self.hi));
        let gap = (own - hi).max(lo - own);
        (gap > 0).then_some(Miss::Count(gap))
    }

    /// A percentage is rounded half up: (20000 p + w) / 2 w, and no more than 10000. Nothing is
    /// divided here; both sides are multiplied instead.
    fn share(&self, part: i32, whole: i32) -> Option<Miss> {
        if whole <= 0 {
            return self.without_value();
        }
        let (part, whole) = (i64::from(part.max(0)), i64::from(whole));
        let (lo, hi) = (i64::from(self.lo), i64::from(self.hi));
        let twice = part * 20_000 + whole;
        let is_below = twice < 2 * whole * lo || lo > 10_000;
        let is_above = twice >= 2 * whole * (hi + 1) && hi < 10_000;
        (is_below || is_above).then_some(Miss::Derived)
    }

    /// A mean in tenths, rounded half up: (20 s + n) / 2 n.
    fn mean(&self, sums: &Sums) -> Option<Miss> {
        if sums.scored <= 0 {
            return self.without_value();
        }
        let count = i64::from(sums.scored);
        let (lo, hi) = (i64::from(self.lo), i64::from(self.hi));
        let twice = 20 * sums.score_sum + count;
        let is_below = twice < 2 * count * lo;
        let is_above = twice >= 2 * count * (hi + 1);
        (is_below || is_above).then_some(Miss::Derived)
    }

    /// The public site shows nothing where no student has a score.
    fn without_value(&self) -> Option<Miss> {
        (!self.is_hidden).then_some(Miss::Derived)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::value::is_count;
    use super::*;
    use crate::layout::RecordType;
    use crate::official::Interval;

    fn test(levels: usize, met_from: usize) -> TestInfo {
        let record_type = RecordType(1);
        TestInfo { id: 1, name: String::new(), short: String::new(), record_type, levels, met_from, has_levels: true, has_scores: true }
    }

    fn sums() -> impl Strategy<Value = Sums> {
        let counts = (-3..40_i32, -3..40_i32, -3..40_i32, -3..40_i32);
        (counts, [-3..20_i32, -3..20, -3..20, -3..20], -500..120_000_i64).prop_map(|(counts, levels, score_sum)| {
            let (enrolled, tested, with_scores, scored) = counts;
            Sums { enrolled, tested, with_scores, scored, levels, not_known: 0, score_sum }
        })
    }

    fn official() -> impl Strategy<Value = OfficialValue> {
        prop_oneof![
            (0..12_000_i32).prop_map(|number| OfficialValue::number(b"n", number)),
            (0..40_i32).prop_map(|number| OfficialValue::number(b"n", number)),
            (0..11_000_i64, 0..11_000_i64).prop_map(|(lo, more)| {
                OfficialValue::hidden(Interval::new(lo, lo + more).unwrap_or(Interval::exactly(lo)))
            }),
        ]
    }

    proptest! {
        #[test]
        fn marks_say_what_figures_say(
            sums in sums(),
            official in official(),
            place in 0..Measure::ALL.len(),
            (levels, met_from) in prop_oneof![Just((4, 3)), Just((3, 3)), Just((3, 2)), Just((0, 0))],
        ) {
            let test = test(levels, met_from);
            let measure = Measure::ALL[place];
            let figures = Figures { test: &test, sums, extra: None };
            prop_assume!(figures.untold_reason(measure).is_none());
            let Some(mark) = OfficialMark::new(&test, measure, official) else {
                // Kept apart by the caller: there is no such figure.
                prop_assert_eq!(figures.value(measure), None);
                return Ok(());
            };
            let miss = mark.miss(&test, &sums);
            let distance = figures.distance(measure, official);
            prop_assert_eq!(miss.is_some(), distance > 0);
            if is_count(measure) {
                prop_assert_eq!(miss.unwrap_or(Miss::Count(0)), Miss::Count(distance));
            }
        }

        #[test]
        fn marks_meet_where_our_own_figure_is_the_official_one(
            sums in sums(),
            place in 0..Measure::ALL.len(),
            off in 0..2_i32,
        ) {
            let test = test(4, 3);
            let measure = Measure::ALL[place];
            let figures = Figures { test: &test, sums, extra: None };
            let Some(own) = figures.value(measure).and_then(Interval::exact) else { return Ok(()) };
            let Ok(own) = i32::try_from(own) else { return Ok(()) };
            prop_assume!(own >= 0);
            let official = OfficialValue::number(b"n", own + off);
            let mark = OfficialMark::new(&test, measure, official);
            prop_assert_eq!(mark.and_then(|mark| mark.miss(&test, &sums)).is_none(), off == 0);
        }
    }
}
