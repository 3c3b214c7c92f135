//! Calendar days, and how the files write them.

use jiff::ToSpan;
use jiff::civil::{Date, date};

/// A calendar day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Day(Date);

impl Day {
    /// The day of a year, month (1–12) and day of the month.
    ///
    /// # Panics
    /// When the calendar lacks the day; callers give the month and day as literals.
    pub(super) const fn new(year: i16, month: i8, day: i8) -> Self {
        Self(date(year, month, day))
    }

    /// Reads `YYYY-MM-DD`; `None` for anything else.
    pub(super) fn parse(text: &str) -> Option<Self> {
        text.parse().ok().map(Self)
    }

    /// So many days later (or earlier, when negative).
    pub(super) fn plus(self, days: i32) -> Self {
        Self(self.0.saturating_add(days.days()))
    }

    /// Days from `self` to `later`.
    pub(super) fn days_until(self, later: Self) -> i32 {
        (later.0 - self.0).get_days()
    }

    /// Year, month and day of the month.
    pub(super) fn parts(self) -> (i32, i32, i32) {
        (self.0.year().into(), self.0.month().into(), self.0.day().into())
    }

    /// The day as `YYYY-MM-DD`.
    pub(super) fn iso(self) -> [u8; 10] {
        let (year, month, day) = self.parts();
        let digit = |number: i32| b'0' + u8::try_from(number.rem_euclid(10)).unwrap_or_default();
        [
            digit(year / 1000),
            digit(year / 100),
            digit(year / 10),
            digit(year),
            b'-',
            digit(month / 10),
            digit(month),
            b'-',
            digit(day / 10),
            digit(day),
        ]
    }
}
/// The number of a day (`2025-04-15`) as spreadsheets count days.
pub(super) fn serial_of(day: &str) -> Option<i32> {
    // 1900 is a leap year to them, so that days after its February are one more than they should be.
    const START: Day = Day::new(1899, 12, 30);
    Some(START.days_until(Day::parse(day)?))
}

