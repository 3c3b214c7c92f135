//! How one record counts: its class, place, grade and groups by the conditions of the counting
//! tables, one after the other.

use std::collections::BTreeMap;

use super::records::{StoredRecord, ChangedRecord};
use crate::counting::{CountingRules, GradeRows};
use crate::facets::Supposition;
use crate::rule::{Stand, Stands, TextExpr, Truth, number, text, truth};

/// The official number of a test, a grade row and a student group at an entity.
pub type CountKey = (String, u16, u8, u16);

/// What decides where and how a record counts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecordCount {
    /// The class, by its place in the counting rules; none for a record that does not count at all.
    pub class: Option<usize>,
    /// Type and code of the place.
    pub place: Option<(u8, String)>,
    /// The grade.
    pub grade: u8,
    /// The record type.
    pub record_type: u8,
    /// The groups, by their place in the counting rules.
    pub groups: Vec<bool>,
    /// The score; 0 for none.
    pub score: i64,
    /// The level; 0 for none.
    pub level: i64,
}

/// What a record adds to a cell, or what cells hold.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CellPart {
    /// Enrolled, tested, with scores, with a readable score, the four levels, without score or level,
    /// and the sum of the scores.
    pub numbers: [i64; 10],
}

impl CellPart {
    /// Adds another, so many times.
    pub fn add(&mut self, other: &Self, times: i64) {
        for (all, one) in self.numbers.iter_mut().zip(other.numbers) {
            *all += one * times;
        }
    }

    /// Enrolled, tested, and all that rests on scores.
    pub fn split(&self) -> [Self; 3] {
        let only = |wanted: std::ops::Range<usize>| {
            let mut part = Self::default();
            part.numbers[wanted.clone()].copy_from_slice(&self.numbers[wanted]);
            part
        };
        [only(0..1), only(1..2), only(2..10)]
    }

    /// Whether it is nothing.
    pub fn is_nothing(&self) -> bool {
        self.numbers == [0; 10]
    }
}

/// The texts of a record that make a key; none where one is blank.
pub fn text_key(parts: &[TextExpr], record: &StoredRecord) -> Option<String> {
    let words: Vec<String> = parts.iter().map(|part| text(part, record).trim().to_ascii_uppercase()).collect();
    (!words.is_empty() && words.iter().all(|word| !word.is_empty())).then(|| words.join("\u{1f}"))
}

/// How a record stands by the standard rules, seen with other values where some are given.
pub fn standing(counting: &CountingRules, record: &StoredRecord, stands: &Stands) -> RecordCount {
    let seen = ChangedRecord { record, stands };
    let small = |value: Option<i64>| value.and_then(|value| u8::try_from(value).ok()).unwrap_or_default();
    let place = counting.places.iter().find(|place| truth(&place.when, &seen) == Truth::True).map(|place| {
        let digits = text(&place.code, &seen).trim().to_owned();
        let second = if place.district_level { digits.clone() } else { String::new() };
        let code: String = (digits + &second).chars().chain("00000000000000".chars()).take(14).collect();
        (place.entity_type, code)
    });
    RecordCount {
        class: counting.classes.iter().position(|class| truth(&class.condition, &seen) == Truth::True),
        place,
        // Type, score and level are the record's own, whatever the state has seen.
        record_type: small(number(&counting.measures.record_type, record)),
        grade: small(number(&counting.measures.grade, &seen)),
        groups: counting.groups.iter().map(|group| truth(&group.condition, &seen) == Truth::True).collect(),
        score: number(&counting.measures.score, record).filter(|score| *score > 0).unwrap_or_default(),
        level: number(&counting.measures.level, record).unwrap_or_default(),
    }
}

/// What a supposition makes of a record in which some values are seen otherwise already: how it
/// stands without and with it, and the values seen from then on. None where it is not about the record.
pub fn supposed(
    counting: &CountingRules,
    record: &StoredRecord,
    stands: &Stands,
    one: &Supposition,
) -> Option<(RecordCount, RecordCount, Stands)> {
    let seen = ChangedRecord { record, stands };
    if truth(&one.when, &seen) != Truth::True {
        return None;
    }
    let mut then = stands.clone();
    for (field, stand) in &one.sees {
        // A field stands for what is seen in it now.
        let value = match stand {
            Stand::Field(other) => stands.get(other).cloned().unwrap_or(Stand::Field(*other)),
            Stand::Fixed(_) => stand.clone(),
        };
        then.insert(*field, value);
    }
    let (from, mut to) = (standing(counting, record, stands), standing(counting, record, &then));
    if !one.counts {
        to.class = None;
    }
    for (group, condition) in &one.groups {
        if let Some(member) = to.groups.get_mut(*group) {
            *member = truth(condition, &seen) == Truth::True;
        }
    }
    Some((from, to, then))
}

/// What a record adds to which cells.
pub fn parts(counting: &CountingRules, standing: &RecordCount) -> BTreeMap<CountKey, CellPart> {
    let mut parts = BTreeMap::new();
    let class = standing.class.and_then(|class| counting.classes.get(class));
    let test = counting.test_of(standing.record_type);
    let (Some(class), Some((kind, code)), Some(test)) = (class, &standing.place, test) else { return parts };
    let mut part = CellPart::default();
    part.numbers[0] = i64::from(class.enrolled);
    part.numbers[1] = i64::from(class.tested);
    part.numbers[2] = i64::from(class.with_scores);
    if class.with_scores {
        part.numbers[3] = i64::from(standing.score > 0);
        if let Ok(level @ 1..=4) = usize::try_from(standing.level) {
            part.numbers[3 + level] = 1;
        }
        part.numbers[8] = i64::from(standing.score == 0 && standing.level == 0);
        part.numbers[9] = standing.score;
    }
    if part.is_nothing() {
        return parts;
    }
    if *kind == 0 {
        return parts;
    }
    let mut entities = vec![code.clone()];
    if matches!(kind, 7 | 10) {
        entities.push(format!("{}0000000", &code[..7]));
    }
    entities.push(format!("{}000000000000", &code[..2]));
    entities.push("00000000000000".to_owned());
    for grade in grades(counting, standing, class.rows) {
        for entity in &entities {
            for (place, _) in standing.groups.iter().enumerate().filter(|(_, is_member)| **is_member) {
                if let Some(group) = counting.groups.get(place) {
                    parts.insert((entity.clone(), test.id, grade, group.id), part);
                }
            }
        }
    }
    parts
}

/// Whether a record adds to any number of its rows.
pub fn counts(counting: &CountingRules, standing: &RecordCount) -> bool {
    let class = standing.class.and_then(|class| counting.classes.get(class));
    class.is_some_and(|class| class.enrolled || class.tested || class.with_scores)
}

/// The test and the grade rows that a record stands in, whether it adds to them or not.
pub fn rows(counting: &CountingRules, standing: &RecordCount) -> Vec<(u16, u8)> {
    let class = standing.class.and_then(|class| counting.classes.get(class));
    let is_somewhere = standing.place.as_ref().is_some_and(|(kind, _)| *kind != 0);
    let test = counting.test_of(standing.record_type).filter(|_| is_somewhere);
    let Some((class, test)) = class.zip(test) else { return Vec::new() };
    grades(counting, standing, class.rows).into_iter().map(|grade| (test.id, grade)).collect()
}

fn grades(counting: &CountingRules, standing: &RecordCount, rows: GradeRows) -> Vec<u8> {
    counting.grade_rows(standing.record_type, standing.grade, rows)
}

/// How a record stands once what differs between two ways to stand is changed in it. What does not
/// count at all stays out.
pub fn overlaid(now: &RecordCount, from: &RecordCount, to: &RecordCount) -> RecordCount {
    let mut all = now.clone();
    if from.class.is_none() {
        return to.clone();
    }
    if to.class.is_none() || now.class.is_none() {
        all.class = None;
        return all;
    }
    if to.place != from.place {
        all.place.clone_from(&to.place);
    }
    if to.grade != from.grade {
        all.grade = to.grade;
    }
    if (to.class, to.score, to.level) != (from.class, from.score, from.level) {
        (all.class, all.score, all.level) = (to.class, to.score, to.level);
    }
    for ((own, before), after) in all.groups.iter_mut().zip(&from.groups).zip(&to.groups) {
        if before != after {
            *own = *after;
        }
    }
    all
}
