//! How many bits it takes to write down what is left of an official row once our own count of it is known. A row
//! parts its students (enrolled alone, tested without a score, each level); what is left of a part is reported by a
//! code of two pieces: near what is expected of unknown students, or anywhere at all. The shorter one counts.

use super::sums::Sums;
use super::value::AddedBounds;
use crate::counting::TestInfo;
use crate::official::{Interval, Measure, OfficialValue, implied_count};

/// Parts of a bit in which lengths are kept: whole numbers have the same sum in any order.
pub const PART: i64 = 64;

/// Into how many parts students of a row fall at most: enrolled alone, tested alone, four levels.
const PARTS: usize = 6;

/// What a part is of: students who are there and not tested, tested without a score, with a result.
const KINDS: usize = 3;

/// Which part of a row comes from what.
const KIND_OF: [usize; PARTS] = [0, 1, 2, 2, 2, 2];

/// OfficialValue numbers of a row, as the students of each part.
#[derive(Clone, Debug)]
pub struct RowTarget {
    /// Students enrolled beyond those tested, tested beyond those with scores, with scores.
    counts: [Option<(i32, i32)>; 3],
    /// What is taken away from those enrolled and from those tested: 1 tested, 2 with scores, 0 nothing.
    less: [u8; 2],
    /// Students by level, where all levels are known.
    levels: Option<[i32; 4]>,
    /// The mean, in tenths.
    mean: Option<i32>,
    /// The students of the row, about.
    size: i32,
    /// Its student group.
    group: u8,
}

/// What is left of a row: official students less ours.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RowRest {
    /// Of each part; `None` where it is not shown.
    parts: [Option<i32>; PARTS],
    /// Whether the mean agrees; `None` where parts are off, or there is none.
    mean: Option<bool>,
}

impl RowTarget {
    /// The target of a row; `None` where it shows no number of students.
    pub fn new(test: &TestInfo, group: usize, figures: &[(Measure, OfficialValue)]) -> Option<Self> {
        let shown = |measure: Measure| {
            let found = figures.iter().find(|(one, _)| *one == measure);
            found.and_then(|(_, official)| official.interval())
        };
        let counts = [Measure::Enrolled, Measure::Tested, Measure::WithScores].map(shown);
        if counts.iter().all(Option::is_none) {
            return None;
        }
        let exact = counts.map(|shown| shown.and_then(Interval::exact));
        let next = |from: usize| (from..3).find(|place| exact[*place].is_some()).unwrap_or_default();
        let less = [1, 2].map(|from| if exact[from - 1].is_some() { next(from) } else { 0 });
        let beyond = |place: usize| {
            let taken = less.get(place).and_then(|less| exact[*less]).filter(|_| less[place] != 0).unwrap_or_default();
            counts[place].map(|shown| (narrow(shown.lo() - taken), narrow(shown.hi() - taken)))
        };
        let scored = exact[2];
        let size = counts.iter().flatten().map(|shown| shown.lo()).max().unwrap_or_default();
        let levels = scored.and_then(|scored| levels_of(test, &shown, scored));
        let mean = shown(Measure::Mean).and_then(Interval::exact).map(narrow);
        Some(Self {
            counts: [beyond(0), beyond(1), counts[2].map(|shown| (narrow(shown.lo()), narrow(shown.hi())))],
            less: less.map(|place| place as u8),
            levels,
            mean,
            size: narrow(size).max(1),
            group: u8::try_from(group).unwrap_or_default(),
        })
    }

    /// What is left of the row with other counts.
    pub fn left(&self, sums: &Sums, extra: Option<&AddedBounds>) -> RowRest {
        let Some(extra) = extra else {
            let own = self.own(sums);
            return self.left_of(sums, own.map(|own| (own, own)), sums.not_known <= 0);
        };
        let (lo, hi) = (self.own(&(*sums + extra.lo)), self.own(&(*sums + extra.hi)));
        let ends = [0, 1, 2].map(|place| (lo[place].min(hi[place]), lo[place].max(hi[place])));
        self.left_of(sums, ends, false)
    }

    fn own(&self, sums: &Sums) -> [i32; 3] {
        let less = |place: usize| match self.less[place] {
            1 => sums.tested,
            2 => sums.with_scores,
            _ => 0,
        };
        [sums.enrolled - less(0), sums.tested - less(1), sums.with_scores]
    }

    fn left_of(&self, sums: &Sums, own: [(i32, i32); 3], knows_levels: bool) -> RowRest {
        let gap_at = |place: usize| self.counts[place].map(|shown| gap(own[place], shown));
        let mut left = RowRest { parts: [gap_at(0), gap_at(1), None, None, None, None], mean: None };
        match self.levels.filter(|_| knows_levels) {
            None => left.parts[2] = gap_at(2),
            Some(levels) => {
                for (part, (shown, own)) in left.parts[2..].iter_mut().zip(levels.iter().zip(sums.levels)) {
                    *part = Some(shown - own);
                }
            }
        }
        let agrees = left.parts.iter().all(|part| part.unwrap_or_default() == 0);
        if let Some(mean) = self.mean.filter(|_| agrees && knows_levels && sums.scored > 0) {
            let count = i64::from(sums.scored);
            left.mean = Some((20 * sums.score_sum + count).div_euclid(2 * count) == i64::from(mean));
        }
        left
    }

    /// How many students each part has officially.
    fn shown(&self, part: usize) -> i32 {
        match (part, self.levels) {
            (0 | 1, _) | (2, None) => self.counts[part].map_or(0, |(_, hi)| hi),
            (_, Some(levels)) => levels[part - 2],
            _ => 0,
        }
    }

    /// The students with scores.
    fn scored(&self) -> i32 {
        self.counts[2].map_or(0, |(_, hi)| hi)
    }

    /// Among how many students those of a part could change.
    fn exposed(&self, part: usize) -> i32 {
        if part < 2 { self.size } else { self.shown(part) + 1 }
    }
}

impl RowRest {
    /// How many students at the fewest have to be added, taken away or moved from part to part.
    pub fn students(&self) -> i64 {
        let (mut more, mut fewer) = (0, 0);
        for part in self.parts.iter().flatten() {
            more += i64::from((*part).max(0));
            fewer -= i64::from((*part).min(0));
        }
        more.max(fewer)
    }
}

fn narrow(number: i64) -> i32 {
    number.clamp(i32::MIN.into(), i32::MAX.into()) as i32
}

/// Students by level, where counts or percents tell all of them.
fn levels_of(test: &TestInfo, shown: &impl Fn(Measure) -> Option<Interval>, scored: i64) -> Option<[i32; 4]> {
    let mut levels = [0; 4];
    if test.levels == 0 {
        return None;
    }
    for (place, count) in levels.iter_mut().enumerate().take(test.levels) {
        let level = place as u8 + 1;
        let implied = || implied_count(shown(Measure::Percent(level))?.exact()?, Interval::exactly(scored));
        let told = shown(Measure::Count(level)).and_then(Interval::exact).or_else(|| implied()?.exact());
        *count = narrow(told?);
    }
    Some(levels)
}

/// What has to be added to one interval so that it meets another.
fn gap(own: (i32, i32), shown: (i32, i32)) -> i32 {
    if shown.0 > own.1 {
        shown.0 - own.1
    } else if shown.1 < own.0 {
        shown.1 - own.0
    } else {
        0
    }
}

/// The errors of parts of one kind.
#[derive(Clone, Debug)]
struct PartErrors {
    /// For classes of students: the bits of no error, and of each sixteenth of a student.
    lines: Vec<(i32, i32)>,
    /// The bits that tell an error to be a wild one.
    wild: i32,
}

/// The error term of rows.
#[derive(Clone, Debug)]
pub struct ErrorTerm {
    kinds: [PartErrors; KINDS],
    /// What the files lack everywhere, by student group.
    drifts: Vec<Drift>,
    /// The bits of a mean that agrees where all counts do, and of one that does not.
    mean: (i32, i32),
}

/// What the files lack everywhere, in 4,096ths of the students.
#[derive(Clone, Copy, Debug, Default)]
struct Drift {
    /// Records.
    missing: i64,
    /// Results of those who have a record.
    unscored: i64,
}

impl Drift {
    /// Where what is left of a part is expected, in sixteenths of a student.
    fn centre(self, target: &RowTarget, part: usize) -> i64 {
        let missing = self.missing * i64::from(target.shown(part));
        let unscored = self.unscored * i64::from(if part == 0 { -target.scored() } else { target.shown(part) });
        (if part == 1 { missing } else { missing + unscored }) >> 8
    }
}

/// Of a row: what is left of it, and what it is left of.
pub type RowResidual<'a> = (RowRest, &'a RowTarget);

/// How often what is wild and what is near are parted anew.
const ROUNDS: usize = 4;

impl ErrorTerm {
    /// The error term of rows of which so much is left.
    pub fn estimated(residuals: &[RowResidual<'_>]) -> Self {
        let drifts = drifts(residuals);
        let kind = |kind: usize| {
            let mut own: Vec<PartRest> = Vec::new();
            for (left, target) in residuals {
                for (part, left) in left.parts.iter().enumerate().filter(|(part, _)| KIND_OF[*part] == kind) {
                    if let Some(left) = left {
                        own.push((*left, drift_of(&drifts, target).centre(target, part), target.exposed(part)));
                    }
                }
            }
            errors(&own)
        };
        let agree = residuals.iter().filter(|(left, _)| left.mean == Some(true)).count() as f64;
        let differ = residuals.iter().filter(|(left, _)| left.mean == Some(false)).count() as f64;
        let off = ((differ + 0.5) / (agree + differ + 1.0)).clamp(0.001, 0.9);
        let mean = (bits(1.0 - off), bits(off) + bits(1.0 / 16.0));
        Self { kinds: [kind(0), kind(1), kind(2)], drifts, mean }
    }

    /// How many students of a row, in sixteenths, have to be added, taken away or moved from part to part, beyond those
    /// that the files lack everywhere.
    pub fn off(&self, left: &RowRest, target: &RowTarget) -> i64 {
        let drift = drift_of(&self.drifts, target);
        let (mut more, mut fewer) = (0, 0);
        for (part, left) in left.parts.iter().enumerate() {
            let Some(left) = left else { continue };
            let beyond = i64::from(*left) * 16 - drift.centre(target, part);
            more += beyond.max(0);
            fewer -= beyond.min(0);
        }
        more.max(fewer)
    }

    /// The length of what is left of a row, in parts of a bit.
    pub fn bits(&self, left: &RowRest, target: &RowTarget) -> i32 {
        let drift = drift_of(&self.drifts, target);
        let mut bits = 0;
        for (part, left) in left.parts.iter().enumerate() {
            let Some(left) = left else { continue };
            let centre = drift.centre(target, part);
            bits += self.kinds[KIND_OF[part]].bits(*left, centre, target.exposed(part));
        }
        bits + match left.mean {
            Some(true) => self.mean.0,
            Some(false) => self.mean.1,
            None if target.mean.is_some() => spread(left.students(), target.size),
            None => 0,
        }
    }
}

fn drift_of(drifts: &[Drift], target: &RowTarget) -> Drift {
    drifts.get(usize::from(target.group)).copied().unwrap_or_default()
}

/// The fewest rows that tell what the files lack everywhere.
const FEWEST_ROWS: usize = 20;

/// What rows lack of their students, by group: records, and results of those who have a record. Results can be lacking
/// everywhere, but a file has none that are not there.
fn drifts(residuals: &[RowResidual<'_>]) -> Vec<Drift> {
    let missing = |(left, target): &RowResidual<'_>| {
        let scored = left.parts[2..].iter().flatten().sum::<i32>();
        Some((left.parts[0]? + left.parts[1].unwrap_or_default() + scored, target.size))
    };
    let unscored = |(left, target): &RowResidual<'_>| {
        left.parts[2]?;
        Some((left.parts[2..].iter().flatten().sum::<i32>(), target.scored()))
    };
    let records = shares(residuals, &missing);
    let results = shares(residuals, &unscored);
    let drift = |(missing, scored): (i64, i64)| Drift { missing, unscored: (scored - missing).max(0) };
    records.into_iter().zip(results).map(drift).collect()
}

/// The share of students that rows lack, by group: what the middle half of all rows lacks, and for each group what its
/// rows lack beyond that, each row to a limit.
fn shares(residuals: &[RowResidual<'_>], of: &dyn Fn(&RowResidual<'_>) -> Option<(i32, i32)>) -> Vec<i64> {
    let mut rows: Vec<(u8, i64, i64)> = Vec::new();
    for residual in residuals {
        if let Some((lacks, size)) = of(residual) {
            rows.push((residual.1.group, i64::from(lacks), i64::from(size)));
        }
    }
    let mut all = vec![0; u64::BITS as usize];
    let mut large: Vec<(i64, i64)> =
        rows.iter().map(|(_, lacks, size)| (*lacks, *size)).filter(|(_, size)| *size >= 15).collect();
    if large.len() < FEWEST_ROWS {
        return all;
    }
    large.sort_unstable_by_key(|(lacks, size)| (lacks * 1_000_000 / size, *size));
    let middle = &large[large.len() / 4..large.len() - large.len() / 4];
    let (lacks, size) = middle.iter().fold((0, 0), |sum, one| (sum.0 + one.0, sum.1 + one.1));
    let common = (lacks * 4_096 / size.max(1)).clamp(-1_024, 1_024);
    let mut sums = vec![(0_i64, 0_i64, 0_usize); all.len()];
    for (group, lacks, size) in rows.iter().filter(|(_, _, size)| *size >= 3) {
        let limit = 16 + 24 * (size * (common.abs() + 80)).isqrt() / 64;
        let sum = &mut sums[usize::from(*group) % u64::BITS as usize];
        sum.0 += (lacks * 16 - ((common * size) >> 8)).clamp(-limit, limit);
        sum.1 += size;
        sum.2 += 1;
    }
    let is_of_groups = sums.iter().filter(|sum| sum.2 > 0).count() > 1;
    for (share, (beyond, size, count)) in all.iter_mut().zip(sums) {
        let is_known = is_of_groups && count >= FEWEST_ROWS;
        *share = common + if is_known { (beyond * 256 / size.max(1)).clamp(-512, 512) } else { 0 };
    }
    all
}

/// What is left of a part, where it is expected, in sixteenths, and of how many students it is.
type PartRest = (i32, i64, i32);

/// Estimates errors from what is left of parts: those by which they are shortest, of several ways to begin.
fn errors(own: &[PartRest]) -> PartErrors {
    let off = |(left, centre, _): &PartRest| (i64::from(*left) * 16 - centre).abs();
    let begins: [&dyn Fn(&PartRest) -> bool; 3] =
        [&|_| true, &|one| off(one) < 16, &|one| off(one) * off(one) < 64 * i64::from(one.2)];
    let estimates = begins.map(|begin| {
        let errors = estimated(own, begin);
        let bits: i64 =
            own.iter().map(|(left, centre, exposed)| i64::from(errors.bits(*left, *centre, *exposed))).sum();
        (bits, errors)
    });
    let [first, others @ ..] = estimates;
    others.into_iter().fold(first, |best, one| if one.0 < best.0 { one } else { best }).1
}

/// Estimates errors from those that are near at first: what is near and what is wild are parted anew by turns.
fn estimated(own: &[PartRest], begin: &dyn Fn(&PartRest) -> bool) -> PartErrors {
    let mut is_near: Vec<bool> = own.iter().map(begin).collect();
    let mut errors = PartErrors { lines: Vec::new(), wild: bits(FIRST_WILD) };
    for _ in 0..ROUNDS {
        let (mut squares, mut students, mut wild) = (0.5, 1.0, 0.5);
        for ((left, centre, exposed), is_near) in own.iter().zip(&is_near) {
            if *is_near {
                let off = f64::from(*left) - *centre as f64 / 16.0;
                squares += off * off;
                students += f64::from(*exposed);
            } else {
                wild += 1.0;
            }
        }
        let share: f64 = (wild / (own.len() as f64 + 1.0)).clamp(0.000_1, 0.3);
        errors = PartErrors::new(squares / students, share);
        for ((left, centre, exposed), is_near) in own.iter().zip(&mut is_near) {
            *is_near = errors.near(*left, *centre, *exposed) <= errors.far(*left);
        }
    }
    errors
}

/// The share of wild errors at first.
const FIRST_WILD: f64 = 0.05;

impl PartErrors {
    /// PartErrors of which the variance is so much a student, and of which a share is wild.
    fn new(variance: f64, share: f64) -> Self {
        let near = bits(1.0 - share);
        let line = |class: usize| {
            // Of a two-sided geometric distribution 2 r / (1 - r)^2 is the variance.
            let turn = 1.0 + 1.0 / (variance * f64::from(students_of(class))).max(1e-7);
            let ratio = (1.0 / (turn + (turn * turn - 1.0).sqrt())).min(0.999_99);
            (near + bits((1.0 - ratio) / (1.0 + ratio)), bits(ratio))
        };
        Self { lines: (0..CLASSES).map(line).collect(), wild: bits(share) }
    }

    fn bits(&self, left: i32, centre: i64, exposed: i32) -> i32 {
        self.near(left, centre, exposed).min(self.far(left))
    }

    fn near(&self, left: i32, centre: i64, exposed: i32) -> i32 {
        let Some((none, each)) = self.lines.get(class_of(exposed)) else { return i32::MAX };
        let off = (i64::from(left) * 16 - centre).abs();
        i32::try_from(((off * i64::from(*each)) >> 4) + i64::from(*none)).unwrap_or(i32::MAX)
    }

    /// Any number, the larger the longer: its sign, and 1 / ((x + 1) (x + 2)).
    fn far(&self, left: i32) -> i32 {
        let off = left.unsigned_abs();
        self.wild + PART as i32 + logarithm(off + 1) + logarithm(off + 2)
    }
}

/// The length of something of a probability, in parts of a bit.
fn bits(probability: f64) -> i32 {
    (-probability.log2() * PART as f64).round() as i32
}

/// A binary logarithm in parts of a bit, straight between powers of two.
fn logarithm(number: u32) -> i32 {
    let power = number.max(1).ilog2();
    let rest = (u64::from(number.max(1)) << 6 >> power) as i32 - PART as i32;
    power as i32 * PART as i32 + rest
}

/// Classes of numbers of students: each up to 16, then eight for each doubling.
const CLASSES: usize = 16 + 8 * 18;

fn class_of(students: i32) -> usize {
    let students = students.max(1) as u32;
    if students < 16 {
        return students as usize;
    }
    let power = students.ilog2();
    (16 + 8 * (power as usize - 4) + (students >> (power - 3) & 7) as usize).min(CLASSES - 1)
}

fn students_of(class: usize) -> u32 {
    match class.checked_sub(16) {
        None => class.max(1) as u32,
        Some(above) => (8 + above as u32 % 8) << (above / 8 + 1),
    }
}

/// What it takes to tell a mean where so many students of a row are others: they spread it over so many tenths.
fn spread(students: i64, size: i32) -> i32 {
    const SCORES: f64 = 2_000.0;
    const MOST: f64 = 8.0;
    let tenths = SCORES * (students.max(1) as f64).sqrt() / f64::from(size.max(1));
    ((1.0 + tenths).log2().min(MOST) * PART as f64) as i32
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::layout::RecordType;

    fn test() -> TestInfo {
        let record_type = RecordType(1);
        TestInfo { id: 1, name: String::new(), short: String::new(), record_type, levels: 4, met_from: 3, has_levels: true, has_scores: true }
    }

    /// A row of so many students enrolled, tested and with scores, of whom so many are at each level.
    fn row(counts: [i32; 3], levels: [i32; 4]) -> RowTarget {
        let measures = [Measure::Enrolled, Measure::Tested, Measure::WithScores].into_iter();
        let levels = (1..).map(Measure::Count).zip(levels);
        let figures: Vec<(Measure, OfficialValue)> = measures
            .zip(counts)
            .chain(levels)
            .map(|(measure, number)| (measure, OfficialValue::number(b"n", number)))
            .collect();
        RowTarget::new(&test(), 0, &figures).unwrap()
    }

    fn sums(counts: [i32; 3], levels: [i32; 4]) -> Sums {
        let [enrolled, tested, with_scores] = counts;
        Sums { enrolled, tested, with_scores, scored: with_scores, levels, ..Sums::default() }
    }

    #[test]
    fn a_student_is_left_once_however_many_figures_lack_him() {
        let target = row([50, 48, 47], [10, 12, 20, 5]);
        let left = target.left(&sums([49, 47, 46], [10, 11, 20, 5]), None);
        assert_eq!((left.parts, left.students()), ([Some(0), Some(0), Some(0), Some(1), Some(0), Some(0)], 1));
        // One who is at another level is one student, too.
        let moved = target.left(&sums([50, 48, 47], [11, 11, 20, 5]), None);
        assert_eq!(moved.students(), 1);
    }

    /// The error term of a hundred rows, of which some lack a student.
    fn term(off: usize) -> (ErrorTerm, RowTarget, RowRest, RowRest) {
        let target = row([50, 48, 47], [10, 12, 20, 5]);
        let sound = target.left(&sums([50, 48, 47], [10, 12, 20, 5]), None);
        let short = target.left(&sums([49, 47, 46], [10, 11, 20, 5]), None);
        let rows: Vec<RowResidual<'_>> =
            (0..100).map(|place| (if place < off { short } else { sound }, &target)).collect();
        (ErrorTerm::estimated(&rows), target.clone(), sound, short)
    }

    #[test]
    fn what_is_off_says_more_among_rows_that_agree() {
        let lengths = [1, 30].map(|off| {
            let (term, target, sound, short) = term(off);
            term.bits(&short, &target) - term.bits(&sound, &target)
        });
        assert!(lengths[0] > lengths[1] && lengths[1] > 0, "{lengths:?}");
    }

    #[test]
    fn what_is_far_off_grows_with_the_logarithm() {
        let (term, target, ..) = term(1);
        let length = |missing: i32| {
            let left = target.left(&sums([50, 48, 47 - missing], [10, 12, 20 - missing, 5]), None);
            i64::from(term.bits(&left, &target))
        };
        let (near, far, farther) = (length(4), length(8), length(16));
        assert!(near < far && far < farther);
        assert!(farther - far < 3 * (far - near) + PART, "{near} {far} {farther}");
    }

    #[test]
    fn classes_hold_the_numbers_that_they_stand_for() {
        for students in [1, 2, 15, 16, 17, 31, 32, 100, 1_000, 100_000] {
            let stands_for = students_of(class_of(students)) as i32;
            assert!(stands_for <= students && students * 8 <= stands_for * 9 + 8, "{students} {stands_for}");
        }
    }
}
