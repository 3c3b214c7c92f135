//! Noise: some records of the files are left out or damaged at random, as in a download that went
//! wrong or a table that somebody has sorted badly. No cause explains it.

use std::str::FromStr;

use super::super::random::Random;
use super::super::record::MadeRecord;
use super::bound::{BoundScenario, Parameters};
use super::table::harms;
use crate::layout::Layout;

/// How many of 10,000 records are dropped or damaged.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Noise(u32);

/// A share that cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0} is no share of the records: write a percentage between 0% and 50%, as 3% or 0.2%")]
pub struct NoShare(String);

/// The largest share: with more there is no file left to speak of.
const MOST: u32 = 5_000;

impl Noise {
    /// So many of 10,000 records.
    pub fn per_10000(share: u32) -> Self {
        Self(share.min(MOST))
    }

    /// Bound to the columns of a year.
    pub(super) fn bound(self, layout: &Layout, year: u16) -> Harms {
        let none = Parameters::new();
        let one = |harm: super::table::NoiseKind| BoundHarm {
            kind: harm.kind,
            is_drop: harm.is_drop,
            weight: harm.weight,
            bound: BoundScenario::new(layout, &none, &harm.conditions, &harm.assignments),
        };
        Harms { share: self.0, all: harms(year).into_iter().map(one).collect() }
    }
}

impl FromStr for Noise {
    type Err = NoShare;

    fn from_str(text: &str) -> Result<Self, NoShare> {
        let wrong = || NoShare(text.to_owned());
        let (whole, part) = text
            .trim()
            .strip_suffix('%')
            .map(|number| number.split_once('.').unwrap_or((number, "")))
            .ok_or_else(wrong)?;
        let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
        if whole.is_empty() || whole.len() > 2 || part.len() > 2 || !digits(whole) || !digits(part) {
            return Err(wrong());
        }
        let share: u32 = format!("{whole}{part:0<2}").parse().map_err(|_| wrong())?;
        if share > MOST { Err(wrong()) } else { Ok(Self(share)) }
    }
}

struct BoundHarm {
    kind: &'static str,
    is_drop: bool,
    weight: u32,
    bound: BoundScenario,
}

/// What noise does.
pub(super) struct Harms {
    share: u32,
    all: Vec<BoundHarm>,
}

/// What has become of a record.
pub(super) struct NoisyRecord {
    pub(super) kind: &'static str,
    /// The record as the files have it; none where they lack it.
    pub(super) record: Option<MadeRecord>,
}

impl Harms {
    /// What happens to a record, if anything; `random` is the stream of the record.
    pub(super) fn befall(&self, layout: &Layout, record: &MadeRecord, mut random: Random) -> Option<NoisyRecord> {
        if self.share == 0 || !random.chance(self.share) {
            return None;
        }
        let fitting: Vec<&BoundHarm> = self.all.iter().filter(|one| one.bound.fits(record)).collect();
        let all: u32 = fitting.iter().map(|one| one.weight).sum();
        let mut point = random.below(all.max(1));
        let harm = fitting.into_iter().find(|one| {
            let is_hit = point < one.weight;
            point = point.saturating_sub(one.weight);
            is_hit
        })?;
        let mut changed = record.clone();
        harm.bound.apply(layout, &Parameters::new(), &mut changed);
        Some(NoisyRecord { kind: harm.kind, record: (!harm.is_drop).then_some(changed) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_are_read() {
        let read = |text: &str| text.parse::<Noise>().map(|noise| noise.0).ok();
        assert_eq!(read("3%"), Some(300));
        assert_eq!(read("0.2%"), Some(20));
        assert_eq!(read("10 %"), None);
        assert_eq!(read("3"), None);
        assert_eq!(read("60%"), None);
        assert_eq!(read("-1%"), None);
    }
}
