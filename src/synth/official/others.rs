//! The students of other districts in county and state rows: invented numbers that are added, so
//! that no one takes the district's records for the county's.

use super::known::known;
use crate::counting::TestInfo;
use crate::layout::codes;
use crate::tally::GroupCells;

/// Counties of the state, each with as many others.
const COUNTIES: u64 = 58;

/// What others add to the row of one grade; `None` where no scores of the test are printed, so
/// that none can be invented.
pub(super) fn others(test: &TestInfo, grade: u8, year: u16, is_state: bool) -> Option<GroupCells> {
    let number = |what: &str| known(what, year).parse::<u64>().unwrap_or_default();
    let times = if is_state { COUNTIES } else { 1 };
    let a_level = number("others-a-level") * times;
    let mut counts = GroupCells::default();
    for range in codes().score_ranges(test.record_type, grade, year) {
        counts.with_scores += a_level;
        counts.score_sum += a_level * u64::from(range.min.midpoint(range.max));
        let level = usize::from(range.level).wrapping_sub(1);
        if let Some(count) = counts.levels.get_mut(level).filter(|_| level < test.levels) {
            *count += a_level;
        }
    }
    counts.scored = counts.with_scores;
    counts.tested = counts.with_scores + number("others-tested") * times;
    counts.enrolled = counts.tested + number("others-enrolled") * times;
    (counts.with_scores > 0).then_some(counts)
}
