//! The score range table indexed by year, record type and grade. A year is indexed when it is first needed.

use std::sync::{LazyLock, OnceLock};

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
    first_year: u16,
    /// The ranges of each year, by record type and grade.
    years: Vec<OnceLock<Vec<Ranges>>>,
}

static SPREAD: LazyLock<Spread> = LazyLock::new(|| {
    let years = || registry().years();
    let first_year = years().next().unwrap_or_default().saturating_sub(HISTORY);
    let last = years().next_back().unwrap_or_default();
    Spread { first_year, years: (first_year..=last).map(|_| OnceLock::new()).collect() }
});

impl Spread {
    fn year(&self, year: i64) -> Option<&[Ranges]> {
        let place = usize::try_from(year - i64::from(self.first_year)).ok()?;
        let cell = self.years.get(place)?;
        Some(cell.get_or_init(|| spread_year(self.first_year + place as u16)))
    }
}

/// Reads the ranges of a year before they are asked for.
pub(crate) fn warm_up(year: u16) {
    SPREAD.year(i64::from(year));
}

fn spread_year(year: u16) -> Vec<Ranges> {
    let types = (0..TYPES as u8).map(RecordType);
    types.flat_map(|record_type| (0..GRADES as u8).map(move |grade| spread(record_type, grade, year))).collect()
}

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
pub(crate) fn find(what: LookupKind, record_type: i64, grade: i64, year: i64, score: i64) -> Option<i64> {
    if !(0..TYPES).contains(&record_type) || !(0..GRADES).contains(&grade) {
        return None;
    }
    let place = usize::try_from(record_type * GRADES + grade).ok()?;
    let ranges = SPREAD.year(year)?.get(place).filter(|ranges| ranges.is_known)?;
    match what {
        LookupKind::LowestScore => Some(ranges.low),
        LookupKind::HighestScore => Some(ranges.high),
        LookupKind::Level => {
            ranges.levels.iter().find(|(min, max, _)| (*min..=*max).contains(&score)).map(|(.., level)| *level)
        }
    }
}
