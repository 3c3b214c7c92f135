//! Whole-number intervals: what a hidden or rounded figure can be. A figure that is printed is an
//! interval of one number.

use std::fmt;

/// All whole numbers from `lo` to `hi`, both included. There is no empty interval.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Interval {
    lo: i64,
    hi: i64,
}

impl Interval {
    /// The numbers from `lo` to `hi`; `None` where there are none.
    pub fn new(lo: i64, hi: i64) -> Option<Self> {
        (lo <= hi).then_some(Self { lo, hi })
    }

    /// One number.
    pub const fn exactly(number: i64) -> Self {
        Self { lo: number, hi: number }
    }

    /// The lowest number.
    pub const fn lo(self) -> i64 {
        self.lo
    }

    /// The highest number.
    pub const fn hi(self) -> i64 {
        self.hi
    }

    /// The number, where it is only one.
    pub fn exact(self) -> Option<i64> {
        (self.lo == self.hi).then_some(self.lo)
    }

    /// Whether a number is among them.
    pub fn contains(self, number: i64) -> bool {
        (self.lo..=self.hi).contains(&number)
    }

    /// Whether some number is in both.
    pub fn intersects(self, other: Self) -> bool {
        self.lo <= other.hi && other.lo <= self.hi
    }

    /// Whether every number here is lower than every number there.
    pub fn is_below(self, other: Self) -> bool {
        self.hi < other.lo
    }

    /// The numbers in both; `None` where there are none.
    pub fn intersection(self, other: Self) -> Option<Self> {
        Self::new(self.lo.max(other.lo), self.hi.min(other.hi))
    }

    /// The smallest interval that holds both.
    #[must_use]
    pub fn hull(self, other: Self) -> Self {
        Self { lo: self.lo.min(other.lo), hi: self.hi.max(other.hi) }
    }

    /// Wider by so much at both ends.
    #[must_use]
    pub fn widened(self, by: u32) -> Self {
        let by = i64::from(by);
        Self { lo: self.lo.saturating_sub(by), hi: self.hi.saturating_add(by) }
    }
}

// Ends stay at the ends of i64 instead of wrapping: an interval that reaches them has no bound.

impl std::ops::Add for Interval {
    type Output = Self;

    /// What a number of one plus a number of the other can be.
    fn add(self, other: Self) -> Self {
        Self { lo: self.lo.saturating_add(other.lo), hi: self.hi.saturating_add(other.hi) }
    }
}

impl std::ops::Sub for Interval {
    type Output = Self;

    /// What a number of one less a number of the other can be.
    fn sub(self, other: Self) -> Self {
        Self { lo: self.lo.saturating_sub(other.hi), hi: self.hi.saturating_sub(other.lo) }
    }
}

impl std::iter::Sum for Interval {
    fn sum<I: Iterator<Item = Self>>(all: I) -> Self {
        all.fold(Self::exactly(0), std::ops::Add::add)
    }
}

impl From<i64> for Interval {
    fn from(number: i64) -> Self {
        Self::exactly(number)
    }
}

impl fmt::Display for Interval {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.exact() {
            Some(number) => write!(out, "{number}"),
            None => write!(out, "{} to {}", self.lo, self.hi),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn interval() -> impl Strategy<Value = Interval> {
        (-2_000_i64..2_000, 0_i64..2_000).prop_map(|(lo, width)| Interval { lo, hi: lo + width })
    }

    /// An interval with one of its numbers.
    fn with_member() -> impl Strategy<Value = (Interval, i64)> {
        interval().prop_flat_map(|one| (Just(one), one.lo..=one.hi))
    }

    proptest! {
        #[test]
        fn sums_and_differences_hold_those_of_members((a, x) in with_member(), (b, y) in with_member()) {
            prop_assert!((a + b).contains(x + y));
            prop_assert!((a - b).contains(x - y));
            prop_assert!(a.hull(b).contains(x) && a.hull(b).contains(y));
            prop_assert!(a.widened(7).contains(x - 7) && a.widened(7).contains(x + 7));
        }

        #[test]
        fn the_ends_of_sums_and_differences_are_reached(a in interval(), b in interval()) {
            prop_assert_eq!((a + b).lo(), a.lo() + b.lo());
            prop_assert_eq!((a + b).hi(), a.hi() + b.hi());
            prop_assert_eq!(a - b, a + Interval { lo: -b.hi, hi: -b.lo });
        }

        #[test]
        fn intersecting_means_to_have_a_number_in_common(a in interval(), b in interval()) {
            let common = (a.lo.max(b.lo)..=a.hi.min(b.hi)).next().is_some();
            prop_assert_eq!(a.intersects(b), common);
            prop_assert_eq!(a.intersection(b).is_some(), common);
            prop_assert_eq!(a.is_below(b) || b.is_below(a), !common);
        }

        #[test]
        fn a_sum_of_many_holds_the_sum_of_members(parts in proptest::collection::vec(with_member(), 0..8)) {
            let sum: Interval = parts.iter().map(|(one, _)| *one).sum();
            prop_assert!(sum.contains(parts.iter().map(|(_, member)| member).sum()));
        }
    }

    #[test]
    fn bounds_do_not_wrap() {
        let all = Interval { lo: i64::MIN, hi: i64::MAX };
        assert_eq!(all + Interval::exactly(1), Interval { lo: i64::MIN + 1, hi: i64::MAX });
        assert_eq!(all - all, all);
        assert_eq!(Interval::new(2, 1), None);
    }
}
