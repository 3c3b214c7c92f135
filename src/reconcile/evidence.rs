//! How many bits it takes to write down what is left of an official row once our own count of it is known. A row
//! parts its students (enrolled alone, tested without a score, each level); what is left of a part is told by a
//! code of two pieces: near what is expected of unknown students, or anywhere at all. The shorter one counts.

use super::sums::Sums;
use super::value::Bounds;
use crate::counting::TestInfo;
use crate::official::{Interval, Measure, Official, implied_count};

/// Parts of a bit in which lengths are kept: whole numbers have the same sum in any order.
pub const PART: i64 = 64;

/// Into how many parts students of a row fall at most: enrolled alone, tested alone, four levels.
const PARTS: usize = 6;

/// What a part is of: students who are there and not tested, tested without a score, with a result.
const KINDS: usize = 3;

/// Which part of a row comes from what.
const KIND_OF: [usize; PARTS] = [0, 1, 2, 2, 2, 2];

/// Official numbers of a row, as the students of each part.
#[derive(Clone, Debug)]
pub struct Target {
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
}

/// What is left of a row: official students less ours.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Left {
    /// Of each part; `None` where it is not shown.
    parts: [Option<i32>; PARTS],
    /// Whether the mean agrees; `None` where parts are off, or there is none.
    mean: Option<bool>,
}

impl Target {
    /// The target of a row; `None` where it shows no number of students.
    pub fn new(test: &TestInfo, figures: &[(Measure, Official)]) -> Option<Self> {
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
        })
    }

    /// What is left of the row with other counts.
    pub fn left(&self, sums: &Sums, extra: Option<&Bounds>) -> Left {
        let Some(extra) = extra else {
            let own = self.own(sums);
            return self.left_of(sums, own.map(|own| (own, own)), sums.untold <= 0);
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

    fn left_of(&self, sums: &Sums, own: [(i32, i32); 3], knows_levels: bool) -> Left {
        let gap_at = |place: usize| self.counts[place].map(|shown| gap(own[place], shown));
        let mut left = Left { parts: [gap_at(0), gap_at(1), None, None, None, None], mean: None };
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

    /// Among how many students those of a part could change.
    fn exposed(&self, part: usize) -> i32 {
        if part < 2 { self.size } else { self.shown(part) + 1 }
    }
}

impl Left {
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
struct Errors {
    /// For classes of students: the bits of no error, and of each sixteenth of a student.
    lines: Vec<(i32, i32)>,
    /// The bits that tell an error to be a wild one.
    wild: i32,
}

/// The error term of rows.
#[derive(Clone, Debug)]
pub struct Noise {
    kinds: [Errors; KINDS],
    /// The share of students that the files lack everywhere, in 4,096ths.
    drift: i64,
    /// The bits of a mean that agrees where all counts do, and of one that does not.
    mean: (i32, i32),
}

/// Of a row: what is left of it, and what it is left of.
pub type Residual<'a> = (Left, &'a Target);

/// How often what is wild and what is near are parted anew.
const ROUNDS: usize = 5;

impl Noise {
    /// The error term of rows of which so much is left.
    pub fn estimated(residuals: &[Residual<'_>]) -> Self {
        let drift = drift(residuals);
        let kind = |kind: usize| {
            let mut own: Vec<(i32, i64, i32)> = Vec::new();
            for (left, target) in residuals {
                for (part, left) in left.parts.iter().enumerate().filter(|(part, _)| KIND_OF[*part] == kind) {
                    if let Some(left) = left {
                        own.push((*left, centre(drift, target.shown(part)), target.exposed(part)));
                    }
                }
            }
            errors(&own)
        };
        let agree = residuals.iter().filter(|(left, _)| left.mean == Some(true)).count() as f64;
        let differ = residuals.iter().filter(|(left, _)| left.mean == Some(false)).count() as f64;
        let off = ((differ + 0.5) / (agree + differ + 1.0)).clamp(0.001, 0.9);
        let mean = (bits(1.0 - off), bits(off) + bits(1.0 / 16.0));
        Self { kinds: [kind(0), kind(1), kind(2)], drift, mean }
    }

    /// The length of what is left of a row, in parts of a bit.
    pub fn bits(&self, left: &Left, target: &Target) -> i32 {
        let mut bits = 0;
        for (part, left) in left.parts.iter().enumerate() {
            let Some(left) = left else { continue };
            let centre = centre(self.drift, target.shown(part));
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

/// Where what is left is expected, in sixteenths of a student.
fn centre(drift: i64, students: i32) -> i64 {
    drift * i64::from(students) >> 8
}

/// The share of the students enrolled that rows lack, in 4,096ths: of the middle half of the rows.
fn drift(residuals: &[Residual<'_>]) -> i64 {
    const ROWS: usize = 20;
    let lacks = |(left, target): &Residual<'_>| {
        let scored = || left.parts[2..].iter().flatten().sum::<i32>();
        let missing = left.parts[0]? + left.parts[1].unwrap_or_default() + scored();
        (target.size >= 15).then_some((i64::from(missing), i64::from(target.size)))
    };
    let mut rows: Vec<(i64, i64)> = residuals.iter().filter_map(lacks).collect();
    if rows.len() < ROWS {
        return 0;
    }
    rows.sort_unstable_by_key(|(missing, size)| (missing * 1_000_000 / size, *size));
    let middle = &rows[rows.len() / 4..rows.len() - rows.len() / 4];
    let (missing, size) = middle.iter().fold((0, 0), |all, one| (all.0 + one.0, all.1 + one.1));
    (missing * 4_096 / size.max(1)).clamp(-1_024, 1_024)
}

/// Estimates errors from what is left of parts, where it is expected, and of how many students it is.
fn errors(own: &[(i32, i64, i32)]) -> Errors {
    let mut errors = Errors { lines: Vec::new(), wild: bits(FIRST_WILD) };
    let mut is_near = vec![true; own.len()];
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
        errors = Errors::new(squares / students, share);
        for ((left, centre, exposed), is_near) in own.iter().zip(&mut is_near) {
            *is_near = errors.near(*left, *centre, *exposed) <= errors.far(*left);
        }
    }
    errors
}

/// The share of wild errors at first.
const FIRST_WILD: f64 = 0.05;

impl Errors {
    /// Errors of which the variance is so much a student, and of which a share is wild.
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
        i32::try_from((off * i64::from(*each) >> 4) + i64::from(*none)).unwrap_or(i32::MAX)
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
