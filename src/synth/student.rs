//! A student: who it is, where enrolled, in which programmes. Everything follows from the seed
//! and the student's number, so that any student can be made alone and in any order.

use super::calendar::Day;
use super::facts::{AcquisitionStatus, Ethnicity, SynthFacts, Language, SchoolKind};
use super::fields::Fields;
use super::random::{Random, Weighted};
use super::record::{Col, MadeRecord};
use crate::layout::{Layout, codes};

/// Which views hold the student, and why not both.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Move {
    /// Tested and enrolled in the LEA.
    Stayed,
    /// Tested here, enrolled in another LEA since.
    Out,
    /// Enrolled here, tested in another LEA before.
    In,
}

/// A student.
#[derive(Clone, Debug)]
pub(super) struct Student<'a> {
    pub(super) index: u64,
    pub(super) random: Random,
    pub(super) uin: u64,
    ssid: u64,
    last_name: &'static str,
    first_name: &'static str,
    middle_name: &'static str,
    gender: &'static str,
    birth: Day,
    pub(super) grade: u8,
    calpads_grade: u8,
    /// The school of enrolment and the school of testing, by their places among the schools.
    enrolled: usize,
    pub(super) tested: usize,
    pub(super) second_tested: usize,
    pub(super) moved: Move,
    pub(super) takes_alternate: bool,
    special_education: bool,
    disability: &'static str,
    section_504: bool,
    status: &'a AcquisitionStatus,
    pub(super) language: Language,
    entry: Option<Day>,
    reclassified: Option<Day>,
    first_school: Option<Day>,
    enrolled_since: Day,
    ethnicity: &'a Ethnicity,
    parent_education: &'static str,
    migrant: bool,
    military: bool,
    foster: bool,
    homeless: bool,
    disadvantaged: bool,
    calpads_disadvantaged: bool,
    pub(super) is_newcomer: bool,
    pub(super) takes_spanish: bool,
    exit: Option<SchoolExit>,
    /// Where the student stands among others, 0 to 1,000.
    pub(super) ability: i32,
}

#[derive(Clone, Copy, Debug)]
struct SchoolExit {
    code: &'static str,
    day: Day,
    before_testing: bool,
}

impl Student<'_> {
    /// Whether accommodations are open to the student.
    pub(super) fn has_plan(&self) -> bool {
        self.special_education || self.section_504
    }

    /// Whether the student is a learner of English.
    pub(super) fn is_learner(&self) -> bool {
        self.status.is_learner
    }

    /// Whether the student left before testing.
    pub(super) fn left_before_testing(&self) -> bool {
        self.exit.is_some_and(|exit| exit.before_testing)
    }
}

/// What a student must be, to be of use for a planted fault.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum StudentWish {
    /// Whoever comes next.
    #[default]
    Anybody,
    /// Takes the alternate assessments.
    Alternate,
    /// A learner of English in the first year.
    Newcomer,
    /// Has an education plan.
    Plan,
    /// Is in a nonpublic school.
    Nonpublic,
    /// Takes the Spanish test.
    Spanish,
}

impl StudentWish {
    /// The wish that a word in the tables stands for.
    pub(crate) fn parse(word: &str) -> Self {
        match word {
            "alternate" => Self::Alternate,
            "newcomer" => Self::Newcomer,
            "plan" => Self::Plan,
            "nonpublic" => Self::Nonpublic,
            "spanish" => Self::Spanish,
            _ => Self::Anybody,
        }
    }
}

/// Makes the students of one district and year.
pub(super) struct Students<'a> {
    facts: &'a SynthFacts,
    year: i16,
    seed: u64,
    school_of: Vec<SchoolChoice>,
    genders: Weighted<&'static str>,
    disabilities: Vec<&'static str>,
    parent_education: Vec<&'static str>,
}

struct SchoolChoice {
    grade: u8,
    own: Weighted<usize>,
    nonpublic: Weighted<usize>,
    other: Weighted<usize>,
}

impl<'a> Students<'a> {
    pub(super) fn new(facts: &'a SynthFacts, layout: &Layout, seed: u64) -> Self {
        let year = layout.year();
        let list = |name: &str| codes().list(name, year).into_iter().map(|code| code.code).collect::<Vec<_>>();
        let school_of = (3..=12).map(|grade| SchoolChoice {
            grade,
            own: facts.schools_for(grade, |kind| !matches!(kind, SchoolKind::Nonpublic | SchoolKind::Other)),
            nonpublic: facts.schools_for(grade, |kind| kind == SchoolKind::Nonpublic),
            other: facts.schools_for(grade, |kind| kind == SchoolKind::Other),
        });
        Self {
            facts,
            year: year.cast_signed(),
            seed,
            school_of: school_of.collect(),
            genders: genders(layout, &facts.genders),
            disabilities: list("primary-disability"),
            parent_education: list("parent-education"),
        }
    }

    /// The student with a number, counted from 0; `None` only when the tables are empty.
    pub(super) fn student(&self, index: u64) -> Option<Student<'a>> {
        self.wished_for(index, StudentWish::Anybody)
    }

    /// The same, bent to what is wished for.
    pub(super) fn wished_for(&self, index: u64, wish: StudentWish) -> Option<Student<'a>> {
        let mut random = Random::of_student(self.seed, index);
        let shares = &self.facts.shares;
        let grade = *self.facts.grades.draw(&mut random)?;
        let choice = self.school_of.iter().find(|choice| choice.grade == grade)?;
        let moved = draw_move(&mut random, shares.moved_out, shares.moved_in);
        let is_nonpublic = moved == Move::Stayed && (random.chance(shares.nonpublic) || wish == StudentWish::Nonpublic);
        let tests_in_all_subjects = matches!(grade, 3..=8 | 11);
        let takes_alternate = tests_in_all_subjects && (random.chance(shares.alternate) || wish == StudentWish::Alternate);
        let has_plan = takes_alternate || is_nonpublic || wish == StudentWish::Plan;
        let special_education = random.chance(shares.special_education) || has_plan;
        let home = *if is_nonpublic { &choice.nonpublic } else { &choice.own }.draw(&mut random)?;
        let away = *choice.other.draw(&mut random)?;
        let (enrolled, tested) = match moved {
            Move::Stayed => (home, home),
            Move::Out => (away, home),
            Move::In => (home, away),
        };
        let splits = moved == Move::Stayed && !is_nonpublic && random.chance(shares.split_schools);
        let second_tested = if splits { *choice.own.draw(&mut random)? } else { tested };
        let is_newcomer = random.chance(shares.newcomer) || wish == StudentWish::Newcomer;
        let status = self.status(&mut random, is_newcomer || wish == StudentWish::Spanish)?;
        let language = self.language(&mut random, status, wish)?;
        let speaks_spanish = language.name == self.facts.codes.spanish && !takes_alternate;
        let takes_spanish = speaks_spanish && (random.chance(shares.spanish_test) || wish == StudentWish::Spanish);
        let enrolled_since = self.enrolled_since(&mut random, moved);
        let first_school = self.first_school(&mut random, grade, is_newcomer);
        let entry = status.has_entry.then_some(first_school);
        let (last_name, first_name, birth) = self.identity(index, grade)?;
        let disadvantaged = random.chance(shares.economically_disadvantaged);
        let changed = random.chance(shares.status_changed);
        let promoted = grade < 12 && random.chance(shares.promoted);
        Some(Student {
            index,
            uin: 10_000_000 + self.scatter(index, 48_271, 89_999_999),
            ssid: 6_000_000_000 + self.scatter(index, 7_654_321, 999_999_937),
            last_name,
            first_name,
            middle_name: if random.chance(shares.middle_name) {
                random.one_of(&self.facts.first_names).copied().unwrap_or_default()
            } else {
                ""
            },
            gender: self.genders.draw(&mut random).copied().unwrap_or_default(),
            birth,
            grade,
            calpads_grade: if promoted { grade + 1 } else { grade },
            enrolled,
            tested,
            second_tested,
            moved,
            takes_alternate,
            special_education,
            disability: if special_education {
                random.one_of(&self.disabilities).copied().unwrap_or_default()
            } else {
                ""
            },
            section_504: !special_education && random.chance(shares.section_504),
            status,
            language,
            entry,
            reclassified: entry.filter(|_| status.is_reclassified).map(|day| self.reclassified(&mut random, day)),
            first_school: (status.language.is_none()).then_some(first_school),
            enrolled_since: if is_newcomer { first_school } else { enrolled_since },
            ethnicity: self.facts.ethnicities.draw(&mut random)?,
            parent_education: random.one_of(&self.parent_education).copied().unwrap_or_default(),
            migrant: random.chance(shares.migrant),
            military: random.chance(shares.military),
            foster: random.chance(shares.foster),
            homeless: random.chance(shares.homeless),
            disadvantaged,
            calpads_disadvantaged: disadvantaged != changed,
            is_newcomer,
            takes_spanish,
            exit: self.exit(&mut random, moved, enrolled_since),
            ability: (0..4).map(|_| random.between(0, 250)).sum(),
            random,
        })
    }

    /// A number below `modulus` that no other student has: multiplying by a number without a
    /// common factor only changes the order.
    fn scatter(&self, index: u64, factor: u64, modulus: u64) -> u64 {
        let shift = self.seed % modulus;
        (index % modulus * factor + shift) % modulus
    }

    /// Name and birth date; no two students share all three. Students who share a name (their
    /// numbers differ by a multiple of the names there are) get different days of the year.
    fn identity(&self, index: u64, grade: u8) -> Option<(&'static str, &'static str, Day)> {
        let (lasts, firsts) = (count(&self.facts.last_names), count(&self.facts.first_names));
        let names = lasts * firsts;
        let name = self.scatter(index % names, 7_919, names);
        let last = self.facts.last_names.get(place(name / firsts))?;
        let first = self.facts.first_names.get(place(name % firsts))?;
        let day_of_year = (index / names + name.wrapping_mul(0x9e37_79b9) % 365) % 365;
        // Born from September 2 on, so that the age at school entry fits the grade.
        let first_day = Day::new(self.year - i16::from(grade) - 7, 9, 2);
        Some((last, first, first_day.plus(i32::try_from(day_of_year).unwrap_or_default())))
    }

    fn status(&self, random: &mut Random, is_learner: bool) -> Option<&'a AcquisitionStatus> {
        if is_learner {
            return self.facts.statuses.find(|status| status.is_learner);
        }
        self.facts.statuses.draw(random)
    }

    fn language(&self, random: &mut Random, status: &AcquisitionStatus, wish: StudentWish) -> Option<Language> {
        match status.language.or((wish == StudentWish::Spanish).then_some(self.facts.codes.spanish)) {
            Some(name) => self.facts.fixed_languages.iter().find(|language| language.name == name).copied(),
            None => self.facts.languages.draw(random).copied(),
        }
    }

    fn enrolled_since(&self, random: &mut Random, moved: Move) -> Day {
        if moved == Move::In {
            return self.facts.year.window.closes.plus(random.between(1, 8));
        }
        Day::new(self.year - 1, 8, 10).plus(random.between(0, 12))
    }

    /// Newcomers arrived after the April 15 from which the twelve months are counted; others
    /// started in kindergarten.
    fn first_school(&self, random: &mut Random, grade: u8, is_newcomer: bool) -> Day {
        if is_newcomer {
            return Day::new(self.year - 1, 8, 1).plus(random.between(0, 150));
        }
        Day::new(self.year - 1 - i16::from(grade), 8, 10).plus(random.between(0, 20))
    }

    fn reclassified(&self, random: &mut Random, entry: Day) -> Day {
        let latest = self.facts.year.window.opens.plus(-30);
        entry.plus(random.between(365, entry.days_until(latest).max(366)))
    }

    fn exit(&self, random: &mut Random, moved: Move, enrolled_since: Day) -> Option<SchoolExit> {
        let (shares, window) = (&self.facts.shares, self.facts.year.window);
        if moved != Move::Stayed {
            return None;
        }
        if random.chance(shares.left_before_testing) {
            let latest = enrolled_since.days_until(window.opens) + 30;
            let day = enrolled_since.plus(random.between(30, latest));
            return Some(SchoolExit { code: self.facts.codes.exit, day, before_testing: true });
        }
        let leaves = random.chance(shares.left_after_testing);
        leaves.then(|| SchoolExit {
            code: self.facts.codes.exit,
            day: window.closes.plus(random.between(1, 14)),
            before_testing: false,
        })
    }

    /// Writes what is the same on all records of the student.
    pub(super) fn write(&self, student: &Student<'_>, fields: &Fields, record: &mut MadeRecord) {
        self.write_identity(student, fields, record);
        self.write_enrolment(student, fields, record);
        self.write_language(student, fields, record);
        write_background(student, fields, record);
        if let Some(exit) = student.exit {
            record.set(fields.student_exit_code, exit.code.as_bytes());
            record.day(fields.student_exit_date, exit.day);
            record.day(fields.student_removed_date, exit.day.plus(4));
        }
    }

    fn write_identity(&self, student: &Student<'_>, fields: &Fields, record: &mut MadeRecord) {
        record.number(fields.ssid, student.ssid, 10);
        record.number(fields.uin, student.uin, self.facts.year.uin_width);
        record.number(fields.local_student_id, 300_000 + student.index, 6);
        record.set(fields.last_name, student.last_name.as_bytes());
        record.set(fields.first_name, student.first_name.as_bytes());
        record.set(fields.middle_name, student.middle_name.as_bytes());
        record.day(fields.date_of_birth, student.birth);
        record.set(fields.gender, student.gender.as_bytes());
        record.number(fields.calpads_grade, u64::from(student.calpads_grade), 2);
        record.number(fields.grade_assessed, u64::from(student.grade), 2);
    }

    fn write_enrolment(&self, student: &Student<'_>, fields: &Fields, record: &mut MadeRecord) {
        let Some(school) = self.facts.schools.get(student.enrolled) else { return };
        record.set(fields.calpads_district_code, school.lea_code.as_bytes());
        record.set(fields.calpads_district_name, school.lea_name.as_bytes());
        record.set(fields.calpads_school_code, school.code.as_bytes());
        record.set(fields.calpads_school_name, school.name.as_bytes());
        record.set(fields.calpads_charter_code, school.charter_number.as_bytes());
        record.set(fields.calpads_charter_indicator, school.charter_indicator.as_bytes());
        record.day(fields.enrollment_effective_date, student.enrolled_since);
        record.set(fields.calpads_nps_flag, school.nonpublic_flag().as_bytes());
        if school.is_nonpublic() {
            let district = school.lea_code.get(..7).unwrap_or_default();
            record.set(fields.special_education_district_of_accountability, district.as_bytes());
        }
    }

    fn write_language(&self, student: &Student<'_>, fields: &Fields, record: &mut MadeRecord) {
        record.yes_no(fields.el_status, student.status.is_learner);
        record.set(fields.elas, student.status.code.as_bytes());
        record.set(fields.language_code, student.language.ceds.as_bytes());
        let language = student.language;
        let primary = if self.facts.year.has_long_language { language.ceds } else { language.calpads };
        record.set(fields.calpads_primary_language, primary.as_bytes());
        for (column, day) in [
            (fields.el_entry_date, student.entry),
            (fields.rfep_date, student.reclassified),
            (fields.first_us_school_entry_date, student.first_school),
        ] {
            if let Some(day) = day {
                record.day(column, day);
            }
        }
    }
}

fn write_background(student: &Student<'_>, fields: &Fields, record: &mut MadeRecord) {
    let flags: [(Col, bool); 14] = [
        (fields.section_504_status, student.section_504),
        (fields.calpads_special_education, student.special_education),
        (fields.special_education_for_testing, student.special_education),
        (fields.migrant_status, student.migrant),
        (fields.migrant_status_for_testing, student.migrant),
        (fields.military_status, student.military),
        (fields.military_status_for_testing, student.military),
        (fields.foster_status, student.foster),
        (fields.foster_status_for_testing, student.foster),
        (fields.homeless_status, student.homeless),
        (fields.homeless_status_for_testing, student.homeless),
        (fields.calpads_economic_disadvantage, student.calpads_disadvantaged),
        (fields.economic_disadvantage_for_testing, student.disadvantaged),
        (fields.tk_indicator, false),
    ];
    for (column, yes) in flags {
        record.yes_no(column, yes);
    }
    record.set(fields.calpads_primary_disability, student.disability.as_bytes());
    record.set(fields.primary_disability_for_testing, student.disability.as_bytes());
    for (column, race) in fields.races() {
        record.yes_no(column, student.ethnicity.races.contains(&race));
    }
    record.set(fields.reporting_ethnicity, student.ethnicity.code.as_bytes());
    record.set(fields.parent_education_level, student.parent_education.as_bytes());
    record.set(fields.parent_education_level_for_testing, student.parent_education.as_bytes());
}

fn draw_move(random: &mut Random, out: u32, into: u32) -> Move {
    let point = random.below(10_000);
    if point < out {
        Move::Out
    } else if point < out + into {
        Move::In
    } else {
        Move::Stayed
    }
}

/// The codes of the layout's gender row.
fn genders(layout: &Layout, weights: &[u32]) -> Weighted<&'static str> {
    let row = crate::layout::registry().id("gender").and_then(|id| layout.field(id));
    let list = row.map_or(&[][..], |row| &row.codes);
    Weighted::new(weights.iter().copied().zip(list.iter().map(|code| code.code)))
}

fn count<T>(list: &[T]) -> u64 {
    u64::try_from(list.len()).unwrap_or(1).max(1)
}

fn place(number: u64) -> usize {
    usize::try_from(number).unwrap_or_default()
}
