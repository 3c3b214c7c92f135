//! How many bits it takes to write an official row down once our own count of it is known. What is left of
//! a row is told student by student: those who are missing from enrolled, of the others those tested, and
//! so on, so that one student is paid for once. The error term has a spike at nothing, a two-sided
//! geometric part of which centre and width are estimated from the rows, and a heavy tail.

use super::sums::{Sums};
use super::value::{Bounds};
use crate::counting::TestInfo;
use crate::official::{Interval, Measure, Official, implied_count};

/// Parts of a bit in which lengths are kept, so that sums do not depend on their order.
pub const PART: f64 = 64.0;

/// What a residual is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Students enrolled.
    Enrolled,
    /// Students tested, beyond those enrolled.
    Tested,
    /// Students with scores, beyond those tested.
    Scored,
    /// Students at another level, beyond those with scores.
    Levels,
    /// The mean where all counts agree.
    Mean,
    /// Students of a group, as expected from all students.
    Group,
    /// A district without its schools, or all grades without the single ones.
    Remainder,
}

const KINDS: usize = 7;

/// What is known of errors of one kind.
#[derive(Clone, Copy, Debug)]
struct Errors {
    /// How often there is none.
    none: f64,
    /// Where errors lie, as a share of the students of the row.
    drift: f64,
    /// How wide they spread, in roots of students.
    width: f64,
}

/// The error term of all kinds.
#[derive(Clone, Debug)]
pub struct Noise([Errors; KINDS]);

/// The share of errors that follow no pattern.
const WILD: f64 = 0.05;

impl Default for Noise {
    fn default() -> Self {
        Self([Errors { none: 0.9, drift: 0.0, width: 0.3 }; KINDS])
    }
}

impl Noise {
    /// Estimates the error term from residuals: their kind, what is left, and the students of the row. Medians
    /// and trimmed means, so that what a cause has not explained yet does not stretch it much.
    pub fn estimated(residuals: &[(Kind, i32, i32)]) -> Self {
        let mut noise = Self::default();
        for kind in [Kind::Enrolled, Kind::Tested, Kind::Scored, Kind::Levels, Kind::Mean, Kind::Group, Kind::Remainder] {
            let own: Vec<(f64, f64)> = residuals
                .iter()
                .filter(|(of, ..)| *of == kind)
                .map(|(_, left, size)| (f64::from(*left), f64::from((*size).max(1))))
                .collect();
            noise.0[kind as usize] = errors(kind, &own);
        }
        noise
    }

    /// The length of a residual, in bits.
    pub fn bits(&self, kind: Kind, left: i32, size: i32) -> f64 {
        let errors = &self.0[kind as usize];
        let size = f64::from(size.max(1));
        let centre = (errors.drift * size).round();
        let width = (errors.width * size.sqrt()).max(NARROWEST);
        self.mixed(kind, f64::from(left), centre, width, errors.none)
    }

    /// The length of what is left of a group, where so many of all students are left.
    pub fn group_bits(&self, left: i32, (of_all, size, all): (i32, i32, i32)) -> f64 {
        let errors = &self.0[Kind::Group as usize];
        if of_all == 0 {
            return self.bits(Kind::Group, left, size);
        }
        let share = (f64::from(size) / f64::from(all.max(1))).clamp(0.01, 0.99);
        let own = errors.width * errors.width * f64::from(size.max(1));
        let width = (own + f64::from(of_all.abs()) * share * (1.0 - share)).sqrt().max(NARROWEST);
        self.mixed(Kind::Group, f64::from(left), (share * f64::from(of_all)).round(), width, 0.0)
    }

    fn mixed(&self, _: Kind, left: f64, centre: f64, width: f64, none: f64) -> f64 {
        let ratio = (-1.0 / width).exp();
        let near = (1.0 - ratio) / (1.0 + ratio) * ratio.powf((left - centre).abs());
        let far = 0.5 / (left.abs().max(1.0) * (left.abs() + 1.0));
        let spike = if left == 0.0 { none } else { 0.0 };
        -(spike + (1.0 - none) * ((1.0 - WILD) * near + WILD * far)).log2()
    }

    /// Where what is left of the students enrolled of a row is expected.
    pub fn centre(&self, size: i32) -> i32 {
        (self.0[Kind::Enrolled as usize].drift * f64::from(size.max(1))).round() as i32
    }
}

/// The narrowest spread of errors, in students.
const NARROWEST: f64 = 0.4;

fn errors(kind: Kind, own: &[(f64, f64)]) -> Errors {
    let count = own.len() as f64;
    let zero = own.iter().filter(|(left, _)| *left == 0.0).count() as f64;
    let none = ((zero + 2.0) / (count + 3.0)).clamp(0.02, 0.998);
    let drift = if kind == Kind::Enrolled { drift(own) } else { 0.0 };
    let spread = |(left, size): &(f64, f64)| (left - (drift * size).round()).abs() / size.sqrt();
    let mut off: Vec<f64> = own.iter().filter(|(left, _)| *left != 0.0).map(spread).collect();
    off.sort_by(f64::total_cmp);
    // The widest tenth may be what no cause has explained yet.
    let kept = off.len() - off.len() / 10;
    let sum: f64 = off.iter().take(kept).sum();
    let width = (sum + 0.3) / (kept as f64 + 1.0);
    Errors { none, drift, width: width.clamp(0.05, 1.5) }
}

/// The median share of students that is left.
fn drift(own: &[(f64, f64)]) -> f64 {
    let mut shares: Vec<f64> = own.iter().filter(|(_, size)| *size >= 10.0).map(|(left, size)| left / size).collect();
    if shares.len() < 20 {
        return 0.0;
    }
    shares.sort_by(f64::total_cmp);
    shares[shares.len() / 2].clamp(-0.3, 0.3)
}

/// Official numbers of a row, as far as they count students.
#[derive(Clone, Debug, Default)]
pub struct Target {
    counts: [Option<(i32, i32)>; 3],
    levels: [Option<(i32, i32)>; 4],
    /// The mean, in tenths.
    mean: Option<(i64, i64)>,
    /// The students of the row, about.
    pub size: i32,
}

/// What is left of a row.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Left {
    /// Of enrolled, tested beyond it, scores beyond that; none where nothing is shown.
    pub counts: [Option<i32>; 3],
    /// Students at another level beyond those, where levels can be compared.
    pub levels: Option<i32>,
    /// How far the mean is off where all counts agree: 0 not at all.
    pub mean: Option<i32>,
    /// Students with scores that are missing.
    pub scored: i32,
}

impl Target {
    /// The target of a row.
    pub fn new(test: &TestInfo, figures: &[(Measure, Official)]) -> Self {
        let shown = |measure: Measure| {
            let found = figures.iter().find(|(one, _)| *one == measure);
            found.and_then(|(_, official)| official.interval())
        };
        let counts = [Measure::Enrolled, Measure::Tested, Measure::WithScores].map(shown);
        let scored = counts[2];
        let levels = [1, 2, 3, 4_u8].map(|level| {
            if usize::from(level) > test.levels {
                return None;
            }
            let implied = || implied_count(shown(Measure::Percent(level))?.exact()?, Interval::exactly(scored?.exact()?));
            shown(Measure::Count(level)).or_else(implied)
        });
        let mean = shown(Measure::Mean).filter(|mean| mean.exact().is_some()).map(|mean| (mean.lo(), mean.hi()));
        Self::of(counts, levels, mean)
    }

    /// The target of a remainder.
    pub fn of_counts(counts: [Option<Interval>; 3], size: i32) -> Self {
        Self { size, ..Self::of(counts, [None; 4], None) }
    }

    fn of(counts: [Option<Interval>; 3], levels: [Option<Interval>; 4], mean: Option<(i64, i64)>) -> Self {
        let narrow = |number: i64| number.clamp(i32::MIN.into(), i32::MAX.into()) as i32;
        let ends = |shown: Option<Interval>| shown.map(|shown| (narrow(shown.lo()), narrow(shown.hi())));
        let counts = counts.map(ends);
        let size = counts.iter().flatten().map(|(lo, hi)| (*lo).max(1.min(*hi))).max().unwrap_or(1);
        Self { counts, levels: levels.map(ends), mean, size }
    }

    /// The shown counts.
    pub fn intervals(&self) -> [Option<Interval>; 3] {
        self.counts.map(|ends| ends.and_then(|(lo, hi)| Interval::new(lo.into(), hi.into())))
    }

    /// What is left of the row with other counts.
    pub fn left(&self, sums: &Sums, extra: Option<&Bounds>) -> Left {
        let none = Sums::default();
        let (lo, hi) = extra.map_or((&none, &none), |extra| (&extra.lo, &extra.hi));
        let counted = |of: fn(&Sums) -> i32| (of(sums) + of(lo), of(sums) + of(hi));
        let own = [counted(|one| one.enrolled), counted(|one| one.tested), counted(|one| one.with_scores)];
        let mut left = Left::default();
        let mut known = 0;
        for ((shown, own), beyond) in self.counts.iter().zip(own).zip(&mut left.counts) {
            let Some(shown) = *shown else { continue };
            let rest = gap((own.0 + known, own.1 + known), shown);
            *beyond = Some(rest);
            known += rest;
        }
        left.scored = known;
        if extra.is_some() || sums.untold > 0 || self.counts[2].is_none() {
            return left;
        }
        let (mut short, mut over, mut all) = (0, 0, true);
        for (shown, own) in self.levels.iter().zip(sums.levels) {
            let Some(shown) = shown else { all = false; continue };
            let off = gap((own, own), *shown);
            if off > 0 { short += off } else { over -= off }
        }
        left.levels = all.then(|| (short.max(over) - known.abs()).max(0));
        let agrees = known == 0 && left.levels.unwrap_or_default() == 0;
        if let Some(mean) = self.mean.filter(|_| agrees && sums.scored > 0) {
            let count = i64::from(sums.scored);
            let own = (20 * sums.score_sum + count).div_euclid(2 * count);
            let off = (mean.0 - own).max(own - mean.1).max(0) * count / 10;
            left.mean = Some(if own >= mean.0 && own <= mean.1 { 0 } else { (off / 60).clamp(0, 50) as i32 + 1 });
        }
        left
    }

    /// The length of the row, in bits.
    pub fn bits(&self, noise: &Noise, left: &Left) -> f64 {
        let mut bits = 0.0;
        for (kind, left) in [Kind::Enrolled, Kind::Tested, Kind::Scored].into_iter().zip(left.counts) {
            bits += left.map_or(0.0, |left| noise.bits(kind, left, self.size));
        }
        let scored = f64::from(left.scored.abs());
        if let Some(levels) = left.levels {
            bits += noise.bits(Kind::Levels, levels, self.size) + BITS_OF_LEVEL * (1.0 + scored).log2();
        }
        bits += match left.mean {
            Some(off) => noise.bits(Kind::Mean, off, self.size),
            None if self.mean.is_some() => {
                (1.0 + SPREAD_OF_SCORES * scored.max(1.0).sqrt() / f64::from(self.size.max(1))).log2().min(8.0)
            }
            None => 0.0,
        };
        bits
    }
}

/// About what it takes to tell the level of a student.
const BITS_OF_LEVEL: f64 = 1.5;

/// About how many tenths of a point a student's score spreads over.
const SPREAD_OF_SCORES: f64 = 2_000.0;

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
