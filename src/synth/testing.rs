//! The record of one test: how it went, where and when, and the scores that follow.

use super::calendar::Day;
use super::facts::{SynthFacts, Items, OutcomeFacts, PartsBegun, MadeSchool, ScoreForm, TestFacts, Who};
use super::fields::Fields;
use super::history::History;
use super::random::{Random, Weighted};
use super::record::{Col, MadeRecord};
use super::scores::{Scale, TestScales};
use super::student::{Student, Students};
use super::supports::Supports;
use crate::layout::{Layout, RecordType};

/// Students of this grade have a record of their science test, whenever they took it (2022 field 115).
const COHORT_GRADE: u8 = 12;

/// The lowest grade asked for the last science class (2022 field 119).
const HIGH_SCHOOL: u8 = 10;

/// Students of this grade may release their results to colleges (2022 field 161).
const RELEASE_GRADE: u8 = 11;

/// How one test is written in one year.
pub(super) struct MadeTest<'a> {
    pub(super) record_type: RecordType,
    pub(super) facts: &'a TestFacts,
    fields: Fields,
    for_anybody: Weighted<&'a OutcomeFacts>,
    for_newcomers: Weighted<&'a OutcomeFacts>,
    for_plans: Weighted<&'a OutcomeFacts>,
    all: Vec<&'a OutcomeFacts>,
    completed: Option<&'a OutcomeFacts>,
    not_tested: Option<&'a OutcomeFacts>,
    scales: TestScales,
    history: History,
    supports: Supports,
}

/// A result that belongs to an earlier year: grade 12 records of students who took science before.
#[derive(Clone, Copy, Debug)]
pub(super) struct Earlier {
    grade: u8,
}

impl<'a> MadeTest<'a> {
    /// The test in a year; `None` where it was not given.
    pub(super) fn new(facts: &'a SynthFacts, layout: &Layout, record_type: RecordType) -> Option<Self> {
        let outcomes = || facts.outcomes.iter().filter(|one| one.record_types.contains(record_type));
        let open_to = |who: Who| {
            let open = outcomes().filter(move |one| one.who == Who::Anybody || one.who == who);
            Weighted::new(open.map(|one| (one.weight, one)))
        };
        outcomes().next()?;
        let test = facts.test(record_type)?;
        let mut fields = Fields::new(layout, record_type);
        if !test.has_raw_score {
            fields.raw_score = [Col::NONE; 4];
        }
        Some(Self {
            record_type,
            facts: test,
            for_anybody: open_to(Who::Anybody),
            for_newcomers: open_to(Who::Newcomer),
            for_plans: open_to(Who::Plan),
            all: outcomes().collect(),
            completed: outcomes().find(|one| one.score == ScoreForm::InRange && one.mode == "O"),
            not_tested: outcomes().find(|one| one.parts == PartsBegun::None && !one.is_tested() && one.who == Who::Anybody),
            scales: TestScales::new(record_type, layout.year(), test.unprinted),
            history: History::new(layout, test, &fields),
            supports: Supports::new(layout, record_type, facts),
            fields,
        })
    }

    /// The outcome of a name; `None` where the test cannot end so.
    pub(super) fn outcome_named(&self, name: &str) -> Option<&'a OutcomeFacts> {
        self.all.iter().find(|outcome| outcome.name == name).copied()
    }

    fn outcome(&self, facts: &SynthFacts, student: &Student<'_>, random: &mut Random) -> Option<&'a OutcomeFacts> {
        let is_absent = student.left_before_testing() || !random.chance(facts.shares.tested);
        if is_absent {
            return self.not_tested;
        }
        let list = match (student.is_newcomer, student.has_plan()) {
            (true, _) => &self.for_newcomers,
            (false, true) => &self.for_plans,
            (false, false) => &self.for_anybody,
        };
        list.draw(random).copied()
    }
}

/// Everything needed to write the records of a year.
pub(super) struct Writer<'a> {
    pub(super) facts: &'a SynthFacts,
    pub(super) students: Students<'a>,
    pub(super) tests: Vec<MadeTest<'a>>,
    pub(super) has_cohort_flag: bool,
    /// Columns of the layout.
    pub(super) columns: usize,
}

impl Writer<'_> {
    /// Writes the record of a student and test; false when the tables say nothing about it.
    pub(super) fn write(&self, student: &Student<'_>, test: &MadeTest<'_>, record: &mut MadeRecord) -> bool {
        let mut random = student.random.branch(u64::from(test.record_type.0));
        let earlier = self.earlier(student, test, &mut random);
        let outcome = if earlier.is_some() { test.completed } else { test.outcome(self.facts, student, &mut random) };
        let Some(outcome) = outcome else { return false };
        self.write_sitting(student, test, outcome, earlier, random, record);
        true
    }

    /// The same with a given outcome.
    pub(super) fn write_outcome(
        &self,
        student: &Student<'_>,
        test: &MadeTest<'_>,
        outcome: &OutcomeFacts,
        record: &mut MadeRecord,
    ) {
        let random = student.random.branch(u64::from(test.record_type.0));
        self.write_sitting(student, test, outcome, None, random, record);
    }

    fn write_sitting(
        &self,
        student: &Student<'_>,
        test: &MadeTest<'_>,
        outcome: &OutcomeFacts,
        earlier: Option<Earlier>,
        random: Random,
        record: &mut MadeRecord,
    ) {
        record.clear();
        self.students.write(student, &test.fields, record);
        let mut sitting =
            Sitting { writer: self, student, test, outcome, earlier, fields: &test.fields, random, record };
        sitting.write();
    }

    fn earlier(&self, student: &Student<'_>, test: &MadeTest<'_>, random: &mut Random) -> Option<Earlier> {
        let could_be =
            self.has_cohort_flag && student.grade == COHORT_GRADE && test.fields.cast_current_year_flag != Col::NONE;
        let is_earlier = could_be && random.chance(self.facts.shares.earlier_science_result);
        is_earlier
            .then(|| Earlier { grade: if random.chance(self.facts.shares.earlier_in_grade_11) { 11 } else { 10 } })
    }
}

/// One student sitting (or not) for one test.
struct Sitting<'w, 'r> {
    writer: &'w Writer<'w>,
    student: &'w Student<'w>,
    test: &'w MadeTest<'w>,
    outcome: &'w OutcomeFacts,
    earlier: Option<Earlier>,
    fields: &'w Fields,
    random: Random,
    record: &'r mut MadeRecord,
}

impl Sitting<'_, '_> {
    fn write(&mut self) {
        let fields = self.fields;
        self.record.number(fields.record_type, u64::from(self.test.record_type.0), 2);
        self.record.set(fields.end_of_record, b"ZZ");
        self.write_registration();
        self.write_status();
        self.write_places();
        let completed = self.write_dates();
        self.write_cohort();
        self.write_items();
        let score = self.write_score();
        self.write_release(completed, score);
        self.write_resources();
        self.test.history.write(self.student, self.writer.facts, self.random.branch(7), self.record);
    }

    fn write_registration(&mut self) {
        let mut digits = Vec::with_capacity(16);
        digits.extend(ten_digits(self.student.uin));
        digits.extend_from_slice(self.test.facts.suffix.as_bytes());
        self.record.set(self.fields.test_registration_id, &digits);
    }

    fn write_status(&mut self) {
        let (fields, outcome) = (self.fields, self.outcome);
        self.record.set(fields.condition_code, outcome.condition.as_bytes());
        self.record.set(fields.attemptedness, outcome.attemptedness.as_bytes());
        self.record.set(fields.include_indicator, outcome.include.as_bytes());
        self.record.set(fields.score_status, outcome.status.as_bytes());
        self.record.set(fields.test_mode, outcome.mode.as_bytes());
    }

    fn parts(&self) -> u8 {
        self.test.facts.parts
    }

    fn write_places(&mut self) {
        if self.student.left_before_testing() && !self.writer.facts.year.places_leavers {
            return;
        }
        let two_schools = self.outcome.parts == PartsBegun::All && self.parts() > 1 && self.earlier.is_none();
        let last = if two_schools { self.student.second_tested } else { self.student.tested };
        let schools = &self.writer.facts.schools;
        for part in 0..usize::from(self.parts()) {
            let place = if part == 0 { self.student.tested } else { last };
            let Some(school) = schools.get(place) else { continue };
            let fields = self.fields;
            let columns = [
                fields.tested_lea_name[part],
                fields.tested_lea_code[part],
                fields.tested_school_name[part],
                fields.tested_school_code[part],
                fields.tested_charter_indicator[part],
                fields.tested_charter_code[part],
                fields.tested_nps_flag[part],
            ];
            write_school(school, columns, self.record);
        }
        let Some(school) = schools.get(last) else { return };
        let fields = self.fields;
        let columns = [
            fields.final_tested_lea_name,
            fields.final_tested_lea_code,
            fields.final_tested_school_name,
            fields.final_tested_school_code,
            fields.final_tested_charter_indicator,
            fields.final_tested_charter_code,
            fields.final_tested_nps_flag,
        ];
        write_school(school, columns, self.record);
    }

    /// Windows, sessions and completion; the day the test was completed, if it was begun.
    fn write_dates(&mut self) -> Option<Day> {
        let window = self.writer.facts.year.window;
        let school = i32::try_from(self.student.tested).unwrap_or_default();
        let opens = window.opens.plus(school * 7 % window.spread.max(1));
        for part in 0..usize::from(self.parts()) {
            self.record.day(self.fields.window_start[part], opens);
            self.record.day(self.fields.window_end[part], window.closes);
        }
        if self.earlier.is_some() {
            return None;
        }
        let begun = self.begun();
        let room = opens.days_until(window.closes) - 20;
        let mut start = opens.plus(self.random.between(0, room.clamp(0, 40)));
        if self.outcome.parts == PartsBegun::Paper {
            self.record.day(self.fields.paper_test_completion_date, start);
            self.record.day(self.fields.final_test_completed_date, start);
            return Some(start);
        }
        let mut completed = None;
        for part in 0..usize::from(begun) {
            let end = start.plus(self.random.between(0, 1));
            self.write_session(part, begun, start, end);
            completed = Some(end);
            start = end.plus(self.random.between(0, 3));
        }
        if let Some(day) = completed {
            self.record.day(self.fields.final_test_completed_date, day);
        }
        completed
    }

    fn begun(&self) -> u8 {
        match self.outcome.parts {
            PartsBegun::All => self.parts(),
            PartsBegun::FirstOnly => 1,
            PartsBegun::TwoOnly => 2,
            PartsBegun::None | PartsBegun::Paper => 0,
        }
    }

    fn write_session(&mut self, part: usize, begun: u8, start: Day, end: Day) {
        let fields = self.fields;
        let is_last = part + 1 == usize::from(begun);
        let number = 1_000_000_000 + self.student.index * 64 + u64::from(self.test.record_type.0) * 4;
        let status = if is_last { self.outcome.opportunity } else { "C" };
        self.record.number(fields.opportunity_id[part], number + u64::try_from(part).unwrap_or_default(), 16);
        self.record.set(fields.opportunity_status[part], status.as_bytes());
        self.record.day(fields.test_start_date[part], start);
        self.record.day(fields.test_completion_date[part], end);
        let can_be_remote = !self.test.facts.on_site;
        let remote: &[u8] =
            if can_be_remote && self.random.chance(self.writer.facts.shares.remote) { b"Y" } else { b"N" };
        self.record.set(fields.remote_tester[part], remote);
    }

    fn write_cohort(&mut self) {
        let fields = self.fields;
        let is_high_school = self.student.grade >= HIGH_SCHOOL;
        if is_high_school && self.outcome.is_tested() {
            let share = self.writer.facts.shares.last_science_class;
            let last_class: &[u8] = if self.random.chance(share) { b"1" } else { b"2" };
            self.record.set(fields.cast_last_science_class_flag, last_class);
        }
        if self.student.grade != COHORT_GRADE || !self.writer.has_cohort_flag {
            return;
        }
        let grade = self.earlier.map_or(COHORT_GRADE, |earlier| earlier.grade);
        let flag: &[u8] = if self.earlier.is_some() { b"N" } else { b"Y" };
        self.record.set(fields.cast_current_year_flag, flag);
        self.record.number(fields.cast_participated_grade, u64::from(grade), 2);
        self.record.set(fields.cast_participated_nps_flag, b"N");
    }

    fn write_items(&mut self) {
        let (low, high) = self.test.facts.items;
        let second = self.test.facts.second_part_items;
        for part in 0..self.parts() {
            let full = if part == 1 && second > 0 { second } else { self.random.between(low, high) };
            let is_first = part == 0;
            let items = match self.outcome.items {
                Items::None => return,
                Items::Full => full,
                Items::Below if is_first => self.random.between(3, 9),
                Items::Below => 1,
                Items::Few if is_first => self.random.between(1, 3),
                Items::FirstOnly if is_first => full,
                Items::TwoOnly if part < 2 => full,
                Items::Few | Items::Zero | Items::FirstOnly | Items::TwoOnly => 0,
            };
            let items = u64::try_from(items).unwrap_or_default();
            self.record.number(self.fields.items_attempted[usize::from(part)], items, 3);
        }
    }

    /// Writes the score and what hangs on it; the score, where there is one.
    fn write_score(&mut self) -> Option<i32> {
        let fields = self.fields;
        let grade = self.earlier.map_or(self.student.grade, |earlier| earlier.grade);
        let score = match self.outcome.score {
            ScoreForm::Blank => return None,
            ScoreForm::NoScore => {
                self.record.set(fields.scale_score, b"NS");
                self.record.set(fields.achievement_level, b"9");
                return None;
            }
            form => {
                let scale = self.test.scales.of_grade(grade)?;
                let score = self.draw_score(scale, form);
                self.write_scale(scale, score);
                score
            }
        };
        if self.outcome.score == ScoreForm::InRange {
            self.write_measure(score);
            self.write_claims();
            self.write_domains();
            self.write_writing();
            self.write_raw_scores();
        }
        Some(score)
    }

    fn draw_score(&mut self, scale: &Scale, form: ScoreForm) -> i32 {
        match form {
            ScoreForm::Lowest => scale.lowest,
            ScoreForm::LowestPlusOne => scale.lowest + 1,
            _ => scale.at(self.student.ability + self.random.between(-60, 60)),
        }
    }

    fn write_scale(&mut self, scale: &Scale, score: i32) {
        let fields = self.fields;
        put(self.record, fields.scale_score, score, 3);
        put(self.record, fields.achievement_level, scale.level(score), 1);
        put(self.record, fields.sts_performance_level, scale.level(score), 1);
        let Some((low, high)) = self.test.facts.error else { return };
        let error = self.random.between(low, high);
        put(self.record, fields.standard_error, error, 4);
        put(self.record, fields.error_band_min, (score - error).max(scale.lowest), 4);
        put(self.record, fields.error_band_max, (score + error).min(scale.highest), 4);
    }

    /// The reading or mathematics measure is a function of the score.
    fn write_measure(&mut self, score: i32) {
        let facts = self.test.facts;
        if facts.measure_letter.is_empty() {
            return;
        }
        let measure = (score - facts.measure_base) * facts.measure_percent / 100 / 5 * 5;
        let mut text = Vec::with_capacity(8);
        if measure <= 0 {
            text.extend_from_slice(if facts.measure_letter == "L" { b"BR" } else { b"EM" });
        }
        text.extend_from_slice(measure.abs().max(5).to_string().as_bytes());
        text.extend_from_slice(facts.measure_letter.as_bytes());
        self.record.set(self.fields.lexile_or_quantile, &text);
    }

    fn band(&mut self) -> i32 {
        (self.student.ability + self.random.between(-150, 150)).clamp(0, 999) * 3 / 1000 + 1
    }

    fn write_claims(&mut self) {
        if self.test.facts.error.is_none() {
            return;
        }
        let fields = self.fields;
        // The fourth claim is for ELA, which is the test with a writing task.
        let claims = if fields.genre == Col::NONE && self.test.facts.measure_letter == "Q" { 3 } else { 4 };
        for column in fields.claim_level.iter().take(claims) {
            let level = self.band();
            put(self.record, *column, level, 1);
        }
        let composites = [
            fields.composite_claim_1_level,
            fields.composite_claim_2_level,
            fields.composite_claim_1_level_minus_1,
            fields.composite_claim_2_level_minus_1,
        ];
        for column in composites {
            let level = self.band();
            put(self.record, column, level, 1);
        }
        if self.student.grade == RELEASE_GRADE {
            let release: &[u8] = if self.random.chance(self.writer.facts.shares.release_given) { b"1" } else { b"2" };
            self.record.set(fields.eap_release, release);
        }
    }

    fn write_domains(&mut self) {
        for column in self.fields.domain_level.iter().take(3) {
            let level = self.band();
            put(self.record, *column, level, 1);
        }
    }

    fn write_writing(&mut self) {
        let fields = self.fields;
        if fields.genre == Col::NONE {
            return;
        }
        let genres = self.writer.facts.genres_of(self.student.grade);
        let Some(genre) = self.random.one_of(genres) else { return };
        self.record.set(fields.genre, genre.as_bytes());
        let can_be_unscorable = fields.wer_por_condition_code != Col::NONE;
        if can_be_unscorable && self.random.chance(self.writer.facts.shares.writing_unscorable) {
            for column in
                [fields.wer_por_condition_code, fields.wer_dev_eel_condition_code, fields.wer_cov_condition_code]
            {
                self.record.set(column, self.writer.facts.codes.unscorable_writing.as_bytes());
            }
            return;
        }
        for (column, highest) in [(fields.wer_por, 4), (fields.wer_dev_eel, 4), (fields.wer_cov, 2)] {
            let score = (self.student.ability + self.random.between(-200, 200)).clamp(0, 999) * (highest + 1) / 1000;
            put(self.record, column, score, 1);
        }
    }

    fn write_raw_scores(&mut self) {
        for column in self.fields.raw_score.iter().take(usize::from(self.parts().max(1))) {
            let score = self.random.between(2, 24);
            put(self.record, *column, score, 2);
        }
    }

    fn write_release(&mut self, completed: Option<Day>, score: Option<i32>) {
        let fields = self.fields;
        if self.earlier.is_some() {
            self.record.set(fields.ssr_eligible, b"N");
            return;
        }
        let is_counted = self.outcome.include == "Y";
        if self.outcome.is_tested() {
            self.record.set(fields.ssr_eligible, if is_counted { b"Y" } else { b"N" });
        }
        let (Some(day), Some(_)) = (completed, score) else { return };
        let available = day.plus(self.random.between(14, 30));
        self.record.day(fields.score_available_date, available);
        if is_counted {
            self.record.day(fields.ssr_available_date, available.plus(self.random.between(1, 14)));
        }
    }

    fn write_resources(&mut self) {
        if !self.outcome.is_tested() || self.earlier.is_some() {
            return;
        }
        let is_ruled = self.outcome.who == Who::Plan;
        let setting = super::supports::SupportSetting {
            grade: self.student.grade,
            has_plan: self.student.has_plan(),
            is_paper: self.outcome.parts == PartsBegun::Paper,
            is_ruled,
            is_newcomer: self.student.is_newcomer,
        };
        let random = self.random.branch(11);
        self.test.supports.write(&setting, self.writer.facts, random, self.fields, self.record);
    }
}

fn write_school(school: &MadeSchool, columns: [Col; 7], record: &mut MadeRecord) {
    let nonpublic = school.nonpublic_flag();
    let values = [
        school.lea_name,
        school.lea_code,
        school.name,
        school.code,
        school.charter_indicator,
        school.charter_number,
        nonpublic,
    ];
    for (column, value) in columns.into_iter().zip(values) {
        record.set(column, value.as_bytes());
    }
}

fn put(record: &mut MadeRecord, column: Col, number: i32, width: usize) {
    record.number(column, u64::try_from(number).unwrap_or_default(), width);
}

fn ten_digits(number: u64) -> [u8; 10] {
    let mut digits = [b'0'; 10];
    let mut rest = number;
    for digit in digits.iter_mut().rev() {
        *digit = b'0' + u8::try_from(rest % 10).unwrap_or_default();
        rest /= 10;
    }
    digits
}
