//! The participation rate as accountability has it: a subject at a time, general and alternate tests together,
//! without the students who are left out of it. It is another number than the share of the enrolled who were tested.

use std::collections::BTreeMap;

use super::cells::share;
use super::{Account, CubeEntity};
use crate::counting::{GradeRows, ParticipationRule};

/// The participation of an entity in a subject.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Participation<'a> {
    /// The entity.
    pub entity: CubeEntity,
    /// The subject and what its rate is made of.
    pub rule: &'a ParticipationRule,
    /// Students who should take part.
    pub expected: u64,
    /// Those who did.
    pub took_part: u64,
}

impl Participation<'_> {
    /// The share of those who took part, in hundredths of a percent.
    pub fn rate(&self) -> u64 {
        share(self.took_part, self.expected)
    }

    /// Whether too few took part; groups that are too small for the rule are not judged.
    pub fn is_low(&self) -> bool {
        self.expected >= self.rule.least && self.took_part * 100 < self.expected * self.rule.line
    }
}

impl Account {
    /// The participation of all students of every entity, by subject; none in years in which no rate is worked out.
    pub fn participation(&self) -> Vec<Participation<'_>> {
        let mut sums: BTreeMap<(CubeEntity, usize), (u64, u64)> = BTreeMap::new();
        for (entity, record_type, class, records) in self.cube.classes_by_entity() {
            let Some(counted) = self.counting.classes.get(class) else { continue };
            let is_expected = counted.enrolled && counted.rows == GradeRows::Grade;
            let rules = self.counting.participation.iter().enumerate();
            for (place, _) in rules.filter(|(_, rule)| is_expected && rule.has(record_type, class)) {
                let sum = sums.entry((entity, place)).or_default();
                sum.0 += records;
                sum.1 += if counted.tested { records } else { 0 };
            }
        }
        let rate = |((entity, place), (expected, took_part))| {
            Some(Participation { entity, rule: self.counting.participation.get(place)?, expected, took_part })
        };
        sums.into_iter().filter_map(rate).filter(|one| one.expected > 0).collect()
    }
}
