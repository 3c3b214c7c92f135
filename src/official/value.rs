//! A figure of an official file: as it is printed, and which numbers it can stand for.

use std::fmt;

use super::interval::Interval;

/// The most a figure without an upper bound is taken to be.
pub const UNBOUNDED: i64 = 99_999_999;

/// Characters of a figure that are kept.
const KEPT: usize = 8;

/// Whether and how a figure is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum FigureState {
    /// Printed.
    Number,
    /// Suppressed: printed as `*`.
    Hidden,
    /// There is no result: blank, or zero where no result is written so.
    NoResult,
    /// The file has no such column.
    Absent,
    /// Something that is no figure.
    Unreadable,
}

/// A figure. Its unit is that of its measure: students, tenths of a mean, hundredths of a percent.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct OfficialValue {
    shown: [u8; KEPT],
    lo: i32,
    /// Below `lo` where there is no number: -2 for no result, -3 for absent, -4 for unreadable.
    hi: i32,
}

impl OfficialValue {
    /// The figure of a column that the file does not have.
    pub const ABSENT: Self = Self { shown: [0; KEPT], lo: 0, hi: -3 };

    /// A printed figure.
    pub fn number(shown: &[u8], number: i32) -> Self {
        Self { shown: kept(shown), lo: number, hi: number }
    }

    /// A suppressed figure, and what it can be.
    pub fn hidden(bounds: Interval) -> Self {
        let narrow = |end: i64| i32::try_from(end.clamp(0, UNBOUNDED)).unwrap_or_default();
        Self { shown: kept(b"*"), lo: narrow(bounds.lo()), hi: narrow(bounds.hi()) }
    }

    /// No result.
    pub fn no_result(shown: &[u8]) -> Self {
        Self { shown: kept(shown), lo: 0, hi: -2 }
    }

    /// No figure at all.
    pub fn unreadable(shown: &[u8]) -> Self {
        Self { shown: kept(shown), lo: 0, hi: -4 }
    }

    /// The same figure, printed otherwise.
    #[must_use]
    pub fn written_as(self, shown: &[u8]) -> Self {
        Self { shown: kept(shown), ..self }
    }

    /// The text as it is printed, its first characters where it is longer than any figure.
    pub fn shown(&self) -> String {
        let length = self.shown.iter().position(|byte| *byte == 0).unwrap_or(KEPT);
        String::from_utf8_lossy(self.shown.get(..length).unwrap_or_default()).into_owned()
    }

    /// Whether and how it is there.
    pub fn state(&self) -> FigureState {
        match self.hi {
            -2 => FigureState::NoResult,
            -3 => FigureState::Absent,
            -4 => FigureState::Unreadable,
            _ if self.shown[0] == b'*' => FigureState::Hidden,
            _ => FigureState::Number,
        }
    }

    /// The numbers it can stand for; `None` where there is no result, column or figure.
    pub fn interval(&self) -> Option<Interval> {
        Interval::new(i64::from(self.lo), i64::from(self.hi))
    }

    /// The printed number.
    pub fn exact(&self) -> Option<i64> {
        (self.state() == FigureState::Number).then_some(i64::from(self.lo))
    }

    /// Whether no number fits both. What has no number contradicts nothing.
    pub fn contradicts(&self, other: &Self) -> bool {
        matches!((self.interval(), other.interval()), (Some(one), Some(other)) if !one.intersects(other))
    }

    /// Of two that stand for the same, the one that leaves fewer numbers open; the first of equal ones.
    #[must_use]
    pub fn closer(self, other: Self) -> Self {
        let open = |one: &Self| one.interval().map_or(i64::MAX, |interval| interval.hi() - interval.lo());
        if open(&other) < open(&self) { other } else { self }
    }

    /// Whether it is no figure that is certain.
    pub fn is_unreadable(&self) -> bool {
        self.state() == FigureState::Unreadable
    }

    /// Whether it is suppressed.
    pub fn is_hidden(&self) -> bool {
        self.state() == FigureState::Hidden
    }
}

impl fmt::Debug for OfficialValue {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.interval() {
            Some(interval) => write!(out, "{:?} = {interval}", self.shown()),
            None => write!(out, "{:?} = {:?}", self.shown(), self.state()),
        }
    }
}

fn kept(text: &[u8]) -> [u8; KEPT] {
    let mut kept = [0; KEPT];
    for (place, byte) in kept.iter_mut().zip(text) {
        *place = *byte;
    }
    kept
}

/// A count of students: digits only.
pub fn read_count(text: &[u8]) -> Option<i32> {
    const LONGEST: usize = 8;
    let is_count = (1..=LONGEST).contains(&text.len()) && text.iter().all(u8::is_ascii_digit);
    is_count.then(|| text.iter().fold(0, |sum, digit| sum * 10 + i32::from(digit - b'0')))
}

/// A number with at most so many decimals, in units of its last decimal.
pub fn read_decimal(text: &[u8], decimals: usize) -> Option<i32> {
    let point = memchr::memchr(b'.', text).unwrap_or(text.len());
    let (whole, rest) = text.split_at_checked(point)?;
    let fraction = rest.get(1..).unwrap_or_default();
    if fraction.len() > decimals || !fraction.iter().all(u8::is_ascii_digit) || whole.len() > 5 {
        return None;
    }
    let mut number = read_count(whole)?;
    for place in 0..decimals {
        number = number * 10 + fraction.get(place).map_or(0, |digit| i32::from(digit - b'0'));
    }
    Some(number)
}

/// The counts that a printed percent (in hundredths, rounded half up) of so many can stand for;
/// `None` where no whole count has that percent.
pub fn implied_count(percent: i64, of: Interval) -> Option<Interval> {
    // Half up: p is printed for c of n where 2p - 1 <= 20000 c / n < 2p + 1.
    let lowest = |n: i64| ceiling((2 * percent - 1) * n, 20_000).max(0);
    let highest = |n: i64| (ceiling((2 * percent + 1) * n, 20_000) - 1).min(n);
    if of.lo() < 0 || of.hi() > UNBOUNDED || !(0..=10_000).contains(&percent) {
        return None;
    }
    Interval::new(lowest(of.lo()), highest(of.hi()))
}

/// The sums of scores that a printed mean (in tenths, rounded half up) of so many can stand for.
pub fn implied_sum(mean: i64, of: i64) -> Option<Interval> {
    if of <= 0 || of > UNBOUNDED || !(0..=UNBOUNDED).contains(&mean) {
        return None;
    }
    Interval::new(ceiling((2 * mean - 1) * of, 20), ceiling((2 * mean + 1) * of, 20) - 1)
}

fn ceiling(number: i64, by: i64) -> i64 {
    number.div_euclid(by) + i64::from(number.rem_euclid(by) != 0)
}

/// The percent of a count, in hundredths, rounded half up as the public site does.
pub fn percent_of(count: i64, of: i64) -> Option<i64> {
    (of > 0 && (0..=of).contains(&count)).then(|| (count * 20_000 + of) / (2 * of))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn figures_are_read_exactly() {
        assert_eq!(read_count(b"3180571"), Some(3_180_571));
        assert_eq!(
            (read_count(b""), read_count(b"-1"), read_count(b"1.0"), read_count(b"123456789")),
            (None, None, None, None)
        );
        assert_eq!(read_decimal(b"2424.0", 1), Some(24_240));
        assert_eq!(read_decimal(b"50", 2), Some(5_000));
        assert_eq!(read_decimal(b"9.9", 2), Some(990));
        assert_eq!((read_decimal(b"9.999", 2), read_decimal(b".5", 2), read_decimal(b"1.-2", 2)), (None, None, None));
    }

    #[test]
    fn states_are_told_apart() {
        assert_eq!(OfficialValue::number(b"12", 12).exact(), Some(12));
        assert_eq!(OfficialValue::hidden(Interval::new(1, 3).unwrap()).state(), FigureState::Hidden);
        assert_eq!(OfficialValue::no_result(b"0.00").state(), FigureState::NoResult);
        assert_eq!(OfficialValue::ABSENT.state(), FigureState::Absent);
        assert_eq!(OfficialValue::unreadable(b"twelve and more").shown(), "twelve a");
        assert_eq!(std::mem::size_of::<OfficialValue>(), 16);
    }

    #[test]
    fn a_percent_without_a_whole_count_is_found() {
        assert_eq!(implied_count(1_111, Interval::exactly(18)), Some(Interval::exactly(2)));
        assert_eq!(implied_count(1_112, Interval::exactly(18)), None);
    }

    proptest! {
        #[test]
        fn an_implied_count_holds_the_counts_that_give_the_percent(of in 1_i64..4_000_000, share in 0.0..=1.0) {
            #[allow(clippy::cast_possible_truncation, clippy::cast_precision_loss)]
            let count = (of as f64 * share) as i64;
            let percent = percent_of(count, of).unwrap();
            let implied = implied_count(percent, Interval::exactly(of)).unwrap();
            prop_assert!(implied.contains(count));
            for end in [implied.lo(), implied.hi()] {
                prop_assert_eq!(percent_of(end, of), Some(percent));
            }
            for outside in [implied.lo() - 1, implied.hi() + 1] {
                prop_assert_ne!(percent_of(outside, of), Some(percent));
            }
        }

        #[test]
        fn an_implied_sum_holds_the_sums_that_give_the_mean(of in 1_i64..500_000, each in 0_i64..3_000, more in 0_i64..500_000) {
            let sum = of * each + more % of;
            let mean = (20 * sum + of) / (2 * of);
            let implied = implied_sum(mean, of).unwrap();
            prop_assert!(implied.contains(sum));
            for (end, is_inside) in [(implied.lo(), true), (implied.hi(), true), (implied.lo() - 1, false), (implied.hi() + 1, false)] {
                prop_assert_eq!((20 * end + of).div_euclid(2 * of) == mean, is_inside);
            }
        }
    }
}
