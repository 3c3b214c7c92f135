//! The students of a scenario: those of the plain district, with some bent or changed so that the
//! causes find whom to work on. What happens here is the same on both sides.

use super::super::random::Random;
use super::super::record::MadeRecord;
use super::super::student::{Student, StudentWish};
use super::super::testing::{MadeTest, Writer};
use super::bound::{BoundScenario, Parameters};
use super::table::Preparation;
use crate::layout::Layout;

/// Sets these draws apart from all others of a student.
const SALT: u64 = 7_001;

/// One preparation, bound.
struct Prepared {
    plan: Preparation,
    bound: BoundScenario,
    used: u64,
}

/// Makes the students of a district, with their records.
pub(super) struct Roll<'a> {
    writer: &'a Writer<'a>,
    layout: &'a Layout,
    seed: u64,
    prepared: Vec<Prepared>,
}

impl<'a> Roll<'a> {
    pub(super) fn new(writer: &'a Writer<'a>, layout: &'a Layout, seed: u64, plans: Vec<Preparation>) -> Self {
        let none = Parameters::new();
        let bound = |plan: &Preparation| BoundScenario::new(layout, &none, &plan.conditions, &plan.assignments);
        let prepared = plans.into_iter().map(|plan| Prepared { bound: bound(&plan), plan, used: 0 });
        Self { writer, layout, seed, prepared: prepared.collect() }
    }

    /// The student with a number and the records, in the order of the tests; `None` only when the
    /// tables are empty.
    pub(super) fn student(&mut self, index: u64) -> Option<(Student<'a>, Vec<MadeRecord>)> {
        if let Some(place) = self.drawn(index)
            && let Some(made) = self.bent(index, place)
        {
            return Some(made);
        }
        let student = self.writer.students.wished_for(index, StudentWish::Anybody)?;
        let mut records = self.records(&student, None);
        self.settle(&mut records);
        Some((student, records))
    }

    /// The first cause for which too few students were found.
    pub(super) fn unused(&self) -> Option<&'static str> {
        let unused = self.prepared.iter().find(|one| one.plan.share.is_some() && one.used == 0);
        unused.map(|one| one.plan.cause)
    }

    /// The preparation that a student is drawn for: each at most for one.
    fn drawn(&self, index: u64) -> Option<usize> {
        let mut point = Random::of_student(self.seed, index).branch(SALT).below(10_000);
        self.prepared.iter().position(|one| {
            let share = one.plan.share.unwrap_or_default();
            let is_hit = point < share;
            point = point.saturating_sub(share);
            is_hit
        })
    }

    /// The student bent to a preparation; `None` when it cannot be.
    fn bent(&mut self, index: u64, place: usize) -> Option<(Student<'a>, Vec<MadeRecord>)> {
        let prepared = self.prepared.get(place)?;
        let student = self.writer.students.wished_for(index, prepared.plan.wish)?;
        if student.left_before_testing() {
            return None;
        }
        let mut records = self.records(&student, Some(&prepared.plan));
        self.settle(&mut records);
        let is_meant = |record: &MadeRecord| prepared.bound.fits(record);
        let has_outcome = prepared.plan.outcome.is_empty() || self.has_test(&student, &prepared.plan);
        if records.is_empty() || !records.iter().all(is_meant) || !has_outcome {
            return None;
        }
        for record in &mut records {
            prepared.bound.apply(self.layout, &Parameters::new(), record);
        }
        self.prepared.get_mut(place)?.used += 1;
        Some((student, records))
    }

    fn has_test(&self, student: &Student<'_>, plan: &Preparation) -> bool {
        let types = self.writer.types_of(student);
        types.iter().any(|one| plan.record_types.contains(one))
    }

    fn records(&self, student: &Student<'_>, plan: Option<&Preparation>) -> Vec<MadeRecord> {
        let types = self.writer.types_of(student);
        let tests = self.writer.tests.iter().filter(|test| types.contains(test.record_type));
        tests.filter_map(|test| self.record(student, test, plan)).collect()
    }

    fn record(&self, student: &Student<'_>, test: &MadeTest<'_>, plan: Option<&Preparation>) -> Option<MadeRecord> {
        let mut record = MadeRecord::new(self.writer.columns);
        let ended = |plan: &Preparation| plan.record_types.contains(test.record_type).then_some(plan.outcome);
        if let Some(outcome) = plan.and_then(ended).and_then(|name| test.outcome_named(name)) {
            self.writer.write_outcome(student, test, outcome, &mut record);
            return Some(record);
        }
        if !self.writer.write(student, test, &mut record) {
            return None;
        }
        // What no side is to have, however the test ended by chance.
        let ruled_out = self.prepared.iter().filter(|one| one.plan.share.is_none() && !one.plan.outcome.is_empty());
        let ended = |one: &&Prepared| one.plan.record_types.contains(test.record_type) && one.bound.fits(&record);
        let outcome = ruled_out.clone().find(ended).and_then(|one| test.outcome_named(one.plan.outcome));
        if let Some(outcome) = outcome {
            self.writer.write_outcome(student, test, outcome, &mut record);
        }
        Some(record)
    }

    /// Applies what holds for all students.
    fn settle(&self, records: &mut [MadeRecord]) {
        let for_all = self.prepared.iter().filter(|one| one.plan.share.is_none() && one.plan.outcome.is_empty());
        for one in for_all {
            for record in records.iter_mut().filter(|record| one.bound.fits(record)) {
                one.bound.apply(self.layout, &Parameters::new(), record);
            }
        }
    }
}
