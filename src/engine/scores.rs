//! The score range table spread out by year, record type and grade, for a look-up a record.

use std::sync::LazyLock;

use crate::layout::{RecordType, codes, registry};
use crate::rule::LookupKind;

const TYPES: i64 = 16;
const GRADES: i64 = 16;
/// How many years before the first layout earlier scores can reach.
const HISTORY: u16 = 3;

/// Achievement levels of a test at most.
const LEVELS: usize = 8;

/// The scores of one test, grade and year.
#[derive(Clone, Copy, Default)]
struct Ranges {
    low: i64,
    high: i64,
    /// Lowest score, highest score and level of each range; the rest is empty ranges.
    levels: [(i64, i64, i64); LEVELS],
    is_known: bool,
}

struct Spread {
    first_year: i64,
    ranges: Vec<Ranges>,
}

static SPREAD: LazyLock<Spread> = LazyLock::new(|| {
    let years = || registry().years();
    let first = years().next().unwrap_or_default().saturating_sub(HISTORY);
    let last = years().next_back().unwrap_or_default();
    let mut ranges = Vec::new();
    for year in first..=last {
        for record_type in 0..TYPES as u8 {
            for grade in 0..GRADES as u8 {
                ranges.push(spread(RecordType(record_type), grade, year));
            }
        }
    }
    Spread { first_year: i64::from(first), ranges }
});

fn spread(record_type: RecordType, grade: u8, year: u16) -> Ranges {
    let Some((low, high)) = codes().score_bounds(record_type, grade, year) else {
        return Ranges::default();
    };
    // An empty range holds no score.
    let mut levels = [(0, -1, 0); LEVELS];
    for (slot, range) in levels.iter_mut().zip(codes().score_ranges(record_type, grade, year)) {
        *slot = (i64::from(range.min), i64::from(range.max), i64::from(range.level));
    }
    Ranges { low: i64::from(low), high: i64::from(high), levels, is_known: true }
}

/// Looks up a bound or level; `None` where no range is printed, or the score is in none.
#[inline]
pub(super) fn find(what: LookupKind, record_type: i64, grade: i64, year: i64, score: i64) -> Option<i64> {
    if !(0..TYPES).contains(&record_type) || !(0..GRADES).contains(&grade) {
        return None;
    }
    let spread = &*SPREAD;
    let place = ((year - spread.first_year) * TYPES + record_type) * GRADES + grade;
    let ranges = spread.ranges.get(usize::try_from(place).ok()?).filter(|ranges| ranges.is_known)?;
    match what {
        LookupKind::LowestScore => Some(ranges.low),
        LookupKind::HighestScore => Some(ranges.high),
        LookupKind::Level => {
            ranges.levels.iter().find(|(min, max, _)| (*min..=*max).contains(&score)).map(|(.., level)| *level)
        }
    }
}
