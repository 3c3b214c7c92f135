//! Scores of the three years before, on the scales of those years.

use super::facts::{SynthFacts, TestFacts, is_suspended};
use super::fields::Fields;
use super::random::Random;
use super::record::{Col, MadeRecord};
use super::scores::TestScales;
use super::student::Student;
use crate::layout::{Layout, RecordType, registry};

/// One earlier year.
struct Past {
    years_ago: u8,
    eligible: Col,
    grade: Col,
    error: Col,
    score: Col,
    level: Col,
    condition: Col,
    scales: TestScales,
}

/// The history block of a test.
pub(super) struct History(Vec<Past>);

impl History {
    /// The years before, without those in which nothing was tested or the test gave no scores.
    pub(super) fn new(layout: &Layout, test: &TestFacts, fields: &Fields) -> Self {
        let record_type = test.record_type;
        if !has_history(layout, record_type) {
            return Self(Vec::new());
        }
        let first_printed = registry().years().next().unwrap_or_default();
        let past = (1_u8..=3).filter_map(|years_ago| {
            let year = layout.year() - u16::from(years_ago);
            if is_suspended(year) || year < test.scored_since {
                return None;
            }
            let place = usize::from(years_ago - 1);
            Some(Past {
                years_ago,
                eligible: fields.past_eligible[place],
                grade: fields.past_grade[place],
                error: fields.past_error[place],
                score: fields.past_score[place],
                level: fields.past_level[place],
                condition: fields.past_condition[place],
                scales: TestScales::new(record_type, year.max(first_printed), None),
            })
        });
        Self(past.collect())
    }

    /// Writes the earlier years of a student.
    pub(super) fn write(&self, student: &Student<'_>, facts: &SynthFacts, mut random: Random, record: &mut MadeRecord) {
        if student.is_newcomer {
            return;
        }
        for past in &self.0 {
            let Some(grade) = student.grade.checked_sub(past.years_ago) else { continue };
            let Some(scale) = past.scales.of_grade(grade) else { continue };
            if random.chance(facts.shares.history_missing) {
                continue;
            }
            record.number(past.grade, u64::from(grade), 2);
            if random.chance(facts.shares.history_untested) {
                record.set(past.condition, facts.codes.untested_before.as_bytes());
                continue;
            }
            let score = scale.at(student.ability + random.between(-60, 60));
            put(record, past.score, score, 3);
            put(record, past.level, scale.level(score), 1);
            put(record, past.error, random.between(18, 42), 4);
            record.set(past.eligible, b"Y");
        }
    }
}

/// The history block is for the tests of ELA and mathematics; the Spanish test shares some of
/// its columns, science none.
fn has_history(layout: &Layout, record_type: RecordType) -> bool {
    let level = registry().id("condition_code_minus_1").and_then(|id| layout.field(id));
    level.is_some_and(|field| field.applies_to.is_empty() || field.applies_to.contains(record_type))
        && record_type.0 <= 4
}

fn put(record: &mut MadeRecord, column: Col, number: i32, width: usize) {
    record.number(column, u64::try_from(number).unwrap_or_default(), width);
}
