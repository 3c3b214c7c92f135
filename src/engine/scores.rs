//! The score range table spread out by year, record type and grade, for a look-up a record.

use std::sync::LazyLock;

use crate::layout::{RecordType, codes, registry};
use crate::rule::LookupKind;

const TYPES: i64 = 16;
const GRADES: i64 = 16;
/// How many years before the first layout earlier scores can reach.
const HISTORY: u16 = 3;

/// Lowest score, highest score and level of each range, lowest first.
type Ranges = Vec<(i64, i64, i64)>;

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
                let levels = codes().score_ranges(RecordType(record_type), grade, year);
                ranges.push(levels.map(|one| (i64::from(one.min), i64::from(one.max), i64::from(one.level))).collect());
            }
        }
    }
    Spread { first_year: i64::from(first), ranges }
});

/// Looks up a bound or level; `None` where no range is printed, or the score is in none.
pub(super) fn find(what: LookupKind, record_type: i64, grade: i64, year: i64, score: i64) -> Option<i64> {
    if !(0..TYPES).contains(&record_type) || !(0..GRADES).contains(&grade) {
        return None;
    }
    let place = ((year - SPREAD.first_year) * TYPES + record_type) * GRADES + grade;
    let ranges = SPREAD.ranges.get(usize::try_from(place).ok()?)?;
    match what {
        LookupKind::LowestScore => ranges.iter().map(|range| range.0).min(),
        LookupKind::HighestScore => ranges.iter().map(|range| range.1).max(),
        LookupKind::Level => ranges.iter().find(|range| (range.0..=range.1).contains(&score)).map(|range| range.2),
    }
}
