//! Mean scale scores: inside the scale, where the levels allow, and those of a whole between those
//! of its parts.

use std::collections::HashMap;

use super::judge::{LintFinding, LintCheck, tenths};
use super::scene::{RowExtent, LintContext};
use crate::counting::record_type_of;
use crate::layout::codes;
use crate::official::interval::Interval;
use crate::official::model::{HIGH_SCHOOL, Measure, OfficialRow};
use crate::official::value::{implied_count, implied_sum};

/// The grades whose scale a grade row has.
fn scale_grades(grade: u8) -> &'static [u8] {
    const GRADES: [u8; 13] = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12];
    match grade {
        HIGH_SCHOOL => &GRADES[10..],
        grade => {
            let place = usize::from(grade);
            GRADES.get(place..=place).unwrap_or_default()
        }
    }
}

/// The scores that rows can have, by test and grade row: of each level the lowest and the highest.
struct ScoreSpans {
    year: u16,
    known: HashMap<(u16, u8), Vec<(i64, i64)>>,
}

impl ScoreSpans {
    fn of(scene: &LintContext<'_>) -> Self {
        Self { year: scene.file.year, known: HashMap::new() }
    }

    /// The levels of a row; none where no scale is known.
    fn levels(&mut self, row: &OfficialRow) -> &[(i64, i64)] {
        let year = self.year;
        self.known.entry((row.test, row.grade)).or_insert_with(|| levels_of(row.test, row.grade, year))
    }
}

fn levels_of(test: u16, grade: u8, year: u16) -> Vec<(i64, i64)> {
    let Some(record_type) = record_type_of(test, year) else { return Vec::new() };
    let mut levels: Vec<(i64, i64)> = Vec::new();
    for grade in scale_grades(grade) {
        for (place, range) in codes().score_ranges(record_type, *grade, year).enumerate() {
            let (min, max) = (i64::from(range.min), i64::from(range.max));
            match levels.get_mut(place) {
                Some(level) => *level = (level.0.min(min), level.1.max(max)),
                None => levels.push((min, max)),
            }
        }
    }
    levels
}

/// O025: a mean is inside the scale.
pub fn range(scene: &LintContext<'_>, judge: &mut LintCheck) {
    let (column, mut scales) = (scene.column(Measure::Mean), ScoreSpans::of(scene));
    for row in &scene.file.rows {
        let Some(mean) = row.values.mean.exact() else { continue };
        let levels = scales.levels(row);
        let lowest = levels.iter().map(|(min, _)| *min).min();
        let (Some(lowest), Some(highest)) = (lowest, levels.iter().map(|(_, max)| *max).max()) else { continue };
        let found = || {
            LintFinding::of(row).in_column(column).with("mean", tenths(mean)).with("lowest", lowest).with("highest", highest)
        };
        judge.require((lowest * 10..=highest * 10).contains(&mean), found);
    }
}

/// O027: a mean is where the counts at the levels and the cut scores allow.
pub fn levels(scene: &LintContext<'_>, judge: &mut LintCheck) {
    let (column, mut scales) = (scene.column(Measure::Mean), ScoreSpans::of(scene));
    for row in &scene.file.rows {
        let (Some(mean), Some(with_scores)) = (row.values.mean.exact(), row.values.with_scores.exact()) else {
            continue;
        };
        let Some(bounds) = bounds(scales.levels(row), row, with_scores) else { continue };
        let Some(sum) = implied_sum(mean, with_scores) else { continue };
        judge.require(sum.intersects(bounds), || LintFinding::of(row).in_column(column).with("mean", tenths(mean)));
    }
}

/// The sums of scores that the counts at the levels allow.
fn bounds(ranges: &[(i64, i64)], row: &OfficialRow, with_scores: i64) -> Option<Interval> {
    let of = Interval::exactly(with_scores);
    let percents = row.values.percents.iter().take(ranges.len());
    let counts: Option<Vec<Interval>> = percents.map(|percent| implied_count(percent.exact()?, of)).collect();
    let counts = counts.filter(|counts| counts.len() == ranges.len())?;
    // Those whose level is not certain may be at the lowest or the highest.
    let certain: i64 = counts.iter().map(|count| count.lo()).sum();
    let rest = with_scores - certain;
    let (low, high) = (ranges.first()?.0, ranges.last()?.1);
    let pairs = || counts.iter().zip(ranges);
    let least: i64 = pairs().map(|(count, range)| count.lo() * range.0).sum::<i64>() + rest.max(0) * low;
    let most: i64 = pairs().map(|(count, range)| count.lo() * range.1).sum::<i64>() + rest.max(0) * high;
    Interval::new(least, most)
}

/// O042: the scores of a district, county or the state are those of its parts.
pub fn of_parts(scene: &LintContext<'_>, judge: &mut LintCheck) {
    let column = scene.column(Measure::Mean);
    for whole in scene.entities().filter(|whole| whole.extent == RowExtent::Whole && !whole.parts.is_empty()) {
        let Some(total) = sum_of(whole.total) else { continue };
        let parts: Option<Interval> = whole.parts.iter().map(|part| sum_of(part)).sum();
        let (Some(parts), true) = (parts, has_all(&whole.parts, whole.total)) else {
            judge.undecided();
            continue;
        };
        let found = || LintFinding::of(whole.total).in_column(column).with("mean", whole.total.values.mean.shown());
        judge.require(total.intersects(parts), found);
    }
}

/// The sum of scores that a row tells of; nothing where no student has a score.
fn sum_of(row: &OfficialRow) -> Option<Interval> {
    match row.values.with_scores.exact()? {
        0 => Some(Interval::exactly(0)),
        with_scores => implied_sum(row.values.mean.exact()?, with_scores),
    }
}

/// Whether those with scores in the parts are all of the whole.
fn has_all(parts: &[&OfficialRow], total: &OfficialRow) -> bool {
    let counted: Option<i64> = parts.iter().map(|part| part.values.with_scores.exact()).sum();
    counted.is_some() && counted == total.values.with_scores.exact()
}
