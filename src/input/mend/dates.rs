//! Days that are written otherwise than `YYYY-MM-DD`, and what tells how they are meant: a day above twelve, or
//! a day of testing that lies in the school year of the file.

use crate::rule::read;

/// The order of the parts of dates in a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum DayOrder {
    /// Month, day, year.
    MonthFirst,
    /// Day, month, year.
    DayFirst,
}

/// Days from the two starting days that spreadsheets count from to 1 January 1970.
pub(super) const SERIAL_STARTS: [i64; 2] = [25_569, 24_107];

/// How a date is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Written {
    /// With the year first, and a time after it.
    WithTime(i64),
    /// Two numbers that are month and day in some order, and the year.
    Parts { first: i64, second: i64, year: i64 },
    /// A number of days since some day.
    Serial(i64),
}

impl Written {
    /// How a text is written that is no `YYYY-MM-DD`; `None` where it is no date at all.
    pub(super) fn of(text: &str) -> Option<Self> {
        let (date, time) = match text.split_once(['T', ' ']) {
            Some((date, time)) => (date, Some(time)),
            None => (text, None),
        };
        if time.is_some_and(|time| !is_time(time)) {
            return None;
        }
        let whole = date.split_once('.').map_or(date, |(whole, part)| if is_number(part) { whole } else { date });
        if time.is_none() && whole.len() == 5 && is_number(whole) {
            return Some(Self::Serial(whole.parse().ok()?));
        }
        if let Some(day) = iso(date) {
            return time.map(|_| Self::WithTime(day));
        }
        let sign = ['/', '.', '-'].into_iter().find(|sign| date.contains(*sign))?;
        let parts: Vec<&str> = date.split(sign).collect();
        let [first, second, year] = parts.as_slice() else { return None };
        let is_part = |part: &str| is_number(part) && part.len() <= 2;
        (is_part(first) && is_part(second) && year.len() == 4 && is_number(year)).then_some(())?;
        Some(Self::Parts { first: first.parse().ok()?, second: second.parse().ok()?, year: year.parse().ok()? })
    }

    /// The order that this date alone proves.
    pub(super) fn order(self) -> Option<DayOrder> {
        match self {
            Self::Parts { first, second, .. } if first > 12 && second <= 12 => Some(DayOrder::DayFirst),
            Self::Parts { first, second, .. } if second > 12 && first <= 12 => Some(DayOrder::MonthFirst),
            _ => None,
        }
    }

    /// The day as the layout writes it, in this order and from this starting day; `None` where they are not
    /// known or the calendar lacks it.
    pub(super) fn day(self, order: Option<DayOrder>, serial_start: Option<i64>) -> Option<String> {
        let day = match (self, order) {
            (Self::WithTime(day), _) => day,
            (Self::Serial(days), _) => days - serial_start?,
            (Self::Parts { first, second, year }, Some(DayOrder::MonthFirst)) => read::day_of(year, first, second)?,
            (Self::Parts { first, second, year }, Some(DayOrder::DayFirst)) => read::day_of(year, second, first)?,
            (Self::Parts { .. }, None) => return None,
        };
        Some(read::show_day(day))
    }
}

/// The day that `YYYY-MM-DD` stands for.
pub(super) fn iso(text: &str) -> Option<i64> {
    read::day(text)
}

fn is_number(text: &str) -> bool {
    super::cell::is_digits(text)
}

fn is_time(text: &str) -> bool {
    text.starts_with(|one: char| one.is_ascii_digit())
        && text.contains(':')
        && text.chars().all(|one| matches!(one, '0'..='9' | ':' | '.' | ' ' | 'A' | 'P' | 'M' | 'a' | 'p' | 'm' | 'Z'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_order_needs_a_day_above_twelve() {
        let order = |text| Written::of(text).and_then(Written::order);
        assert_eq!((order("4/15/2025"), order("15.4.2025")), (Some(DayOrder::MonthFirst), Some(DayOrder::DayFirst)));
        assert_eq!((order("4/5/2025"), order("13/13/2025"), order("2025-04-15")), (None, None, None));
    }

    #[test]
    fn dates_become_those_of_the_layout_or_stay() {
        let day = |text, order, start| Written::of(text).and_then(|written| written.day(order, start));
        assert_eq!(day("4/5/2025", Some(DayOrder::MonthFirst), None).as_deref(), Some("2025-04-05"));
        assert_eq!(day("4/5/2025", Some(DayOrder::DayFirst), None).as_deref(), Some("2025-05-04"));
        assert_eq!(day("2025-04-05 00:00:00", None, None).as_deref(), Some("2025-04-05"));
        assert_eq!(day("2025-04-05T00:00:00.000Z", None, None).as_deref(), Some("2025-04-05"));
        assert_eq!(day("4/5/2025 12:00:00 AM", Some(DayOrder::MonthFirst), None).as_deref(), Some("2025-04-05"));
        assert_eq!(day("45758", None, Some(SERIAL_STARTS[0])).as_deref(), Some("2025-04-11"));
        for text in ["4/5/2025", "45758", "4/5/25", "30.2.2025", "unknown", "2025-15-04", ""] {
            assert_eq!(day(text, None, None), None, "{text}");
        }
        assert_eq!(day("30.2.2025", Some(DayOrder::DayFirst), None), None);
    }
}
