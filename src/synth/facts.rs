//! What the generator knows that no layout says: how often things happen, invented names and
//! schools, the parts of each test. All of it is read from `rules/synth`.

use super::calendar::Day;
use super::random::Weighted;
use crate::layout::{RecordType, RecordTypes, registry};
use crate::table::{Row, Table};

const SCHOOLS: &str = include_str!("../../rules/synth/schools.tsv");
const TESTS: &str = include_str!("../../rules/synth/tests.tsv");
const OUTCOMES: &str = include_str!("../../rules/synth/outcomes.tsv");
const YEARS: &str = include_str!("../../rules/synth/years.tsv");
const GENDERS: &str = include_str!("../../rules/synth/genders.tsv");
const CODES: &str = include_str!("../../rules/synth/codes.tsv");
const SHARES: &str = include_str!("../../rules/synth/shares.tsv");
const GRADES: &str = include_str!("../../rules/synth/grades.tsv");
const LANGUAGES: &str = include_str!("../../rules/synth/languages.tsv");
const STATUS: &str = include_str!("../../rules/synth/status.tsv");
const ETHNICITY: &str = include_str!("../../rules/synth/ethnicity.tsv");
const GENRES: &str = include_str!("../../rules/synth/genres.tsv");
const LAST_NAMES: &str = include_str!("../../rules/synth/last-names.tsv");
const FIRST_NAMES: &str = include_str!("../../rules/synth/first-names.tsv");

/// What a school is to the district.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum SchoolKind {
    /// A school of the district.
    District,
    /// A charter school of the district, locally funded.
    LocallyFunded,
    /// A charter school that is its own LEA.
    DirectFunded,
    /// A nonpublic school that the district pays for.
    Nonpublic,
    /// A school of another district, where movers come from or go to.
    Other,
}

/// A school.
#[derive(Clone, Debug)]
pub(super) struct School {
    pub(super) code: &'static str,
    pub(super) name: &'static str,
    pub(super) kind: SchoolKind,
    pub(super) lea_code: &'static str,
    pub(super) lea_name: &'static str,
    pub(super) charter_number: &'static str,
    /// Blank for a school that is no charter, and for charters that the year does not tell apart.
    pub(super) charter_indicator: &'static str,
    pub(super) grades: (u8, u8),
    weight: u32,
}

impl School {
    /// Whether it is a nonpublic school.
    pub(super) fn is_nonpublic(&self) -> bool {
        self.kind == SchoolKind::Nonpublic
    }

    /// The nonpublic flag.
    pub(super) fn nonpublic_flag(&self) -> &'static str {
        if self.is_nonpublic() { "Y" } else { "N" }
    }

    fn teaches(&self, grade: u8) -> bool {
        (self.grades.0..=self.grades.1).contains(&grade)
    }
}

/// What is known of a test beside the layouts.
#[derive(Clone, Debug)]
pub(super) struct TestFacts {
    pub(super) record_type: RecordType,
    /// The last six digits of a registration number.
    pub(super) suffix: &'static str,
    pub(super) parts: u8,
    pub(super) items: (i32, i32),
    pub(super) second_part_items: i32,
    /// Whether it has a raw score.
    pub(super) has_raw_score: bool,
    /// `L` or `Q` where the test yields a reading or mathematics measure.
    pub(super) measure_letter: &'static str,
    pub(super) measure_base: i32,
    pub(super) measure_percent: i32,
    pub(super) error: Option<(i32, i32)>,
    pub(super) takers: Takers,
    pub(super) grades: Vec<u8>,
    /// Whether it could only be given on site.
    pub(super) on_site: bool,
    /// The first year that gave scores, where records tell of years before.
    pub(super) scored_since: u16,
    /// Invented score range of a test whose ranges are not printed.
    pub(super) unprinted: Option<(i32, i32)>,
}

/// How many items were answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Items {
    None,
    Full,
    /// Under the threshold for a score.
    Below,
    /// One to three.
    Few,
    Zero,
    /// Full in the first part, none in the second.
    FirstOnly,
    /// Full in the first two parts.
    TwoOnly,
}

/// Which parts of a test were begun.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Parts {
    None,
    All,
    FirstOnly,
    TwoOnly,
    /// Taken on paper: no online parts.
    Paper,
}

/// What stands in the score.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ScoreForm {
    Blank,
    /// The word `NS`.
    NoScore,
    InRange,
    Lowest,
    LowestPlusOne,
}

/// Whom an outcome can befall.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Who {
    Anybody,
    /// Learners of English in their first year.
    Newcomer,
    /// Students with an education or 504 plan.
    Plan,
}

/// How a registration for a test ended.
#[derive(Clone, Debug)]
pub(super) struct OutcomeFacts {
    pub(super) name: &'static str,
    pub(super) record_types: RecordTypes,
    pub(super) weight: u32,
    pub(super) condition: &'static str,
    pub(super) attemptedness: &'static str,
    pub(super) include: &'static str,
    pub(super) status: &'static str,
    pub(super) score: ScoreForm,
    pub(super) items: Items,
    pub(super) parts: Parts,
    /// The opportunity status of the last part.
    pub(super) opportunity: &'static str,
    pub(super) mode: &'static str,
    pub(super) who: Who,
}

impl OutcomeFacts {
    /// Whether the student sat for the test.
    pub(super) fn is_tested(&self) -> bool {
        matches!(self.include, "Y" | "T" | "R")
    }
}

/// The testing window of a year.
#[derive(Clone, Copy, Debug)]
pub(super) struct Window {
    pub(super) opens: Day,
    pub(super) closes: Day,
    /// Days by which schools differ in opening.
    pub(super) spread: i32,
}

/// The ways of one year.
#[derive(Clone, Copy, Debug)]
pub(super) struct YearFacts {
    pub(super) window: Window,
    /// Digits of the identification number.
    pub(super) uin_width: usize,
    /// Whether the primary language has the three-letter code.
    pub(super) has_long_language: bool,
    /// Whether records of students who left before testing tell a place of testing.
    pub(super) places_leavers: bool,
    /// The file name, with `{lea}`, `{view}`, `{year}` and `{form}` to fill in.
    pub(super) file_name: &'static str,
}

/// Single codes that records carry.
#[derive(Clone, Copy, Debug)]
pub(super) struct Codes {
    pub(super) exit: &'static str,
    pub(super) unscorable_writing: &'static str,
    pub(super) untested_before: &'static str,
    /// The glossary setting without a language; it does not count as a support.
    pub(super) plain_glossary: &'static str,
    /// The language of the Spanish test, by its name in the table of languages.
    pub(super) spanish: &'static str,
}

/// Who takes a test.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Takers {
    /// Everybody but those who take the alternate assessments.
    General,
    Alternate,
    /// As in general, in high school once.
    Science,
    Spanish,
    /// Learners of English only.
    SpanishLearners,
}

/// A language with its codes.
#[derive(Clone, Copy, Debug)]
pub(super) struct Language {
    pub(super) name: &'static str,
    pub(super) ceds: &'static str,
    pub(super) calpads: &'static str,
}

/// A language acquisition status.
#[derive(Clone, Copy, Debug)]
pub(super) struct AcquisitionStatus {
    pub(super) code: &'static str,
    pub(super) is_learner: bool,
    /// The one language it goes with; any other than English where `None`.
    pub(super) language: Option<&'static str>,
    pub(super) has_entry: bool,
    pub(super) is_reclassified: bool,
}

/// A reporting ethnicity with the race fields that are Yes.
#[derive(Clone, Debug)]
pub(super) struct Ethnicity {
    pub(super) code: &'static str,
    pub(super) races: Vec<&'static str>,
}

/// Shares in 10,000, of one year.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Shares {
    pub(super) alternate: u32,
    pub(super) special_education: u32,
    pub(super) section_504: u32,
    pub(super) nonpublic: u32,
    pub(super) migrant: u32,
    pub(super) military: u32,
    pub(super) foster: u32,
    pub(super) homeless: u32,
    pub(super) economically_disadvantaged: u32,
    pub(super) status_changed: u32,
    pub(super) newcomer: u32,
    pub(super) moved_out: u32,
    pub(super) moved_in: u32,
    pub(super) left_after_testing: u32,
    pub(super) left_before_testing: u32,
    pub(super) promoted: u32,
    pub(super) middle_name: u32,
    pub(super) spanish_test: u32,
    pub(super) earlier_science_result: u32,
    pub(super) support: u32,
    pub(super) accommodation: u32,
    pub(super) glossary: u32,
    pub(super) unlisted: u32,
    pub(super) writing_unscorable: u32,
    pub(super) release_given: u32,
    pub(super) history_missing: u32,
    pub(super) history_untested: u32,
    pub(super) remote: u32,
    pub(super) tested: u32,
    pub(super) split_schools: u32,
    pub(super) science_in_grade_11: u32,
    pub(super) earlier_in_grade_11: u32,
    pub(super) last_science_class: u32,
    pub(super) support_where_likely: u32,
}

/// Everything for one year.
pub(super) struct Facts {
    pub(super) schools: Vec<School>,
    pub(super) tests: Vec<TestFacts>,
    pub(super) outcomes: Vec<OutcomeFacts>,
    pub(super) year: YearFacts,
    pub(super) codes: Codes,
    /// Weights of the layout's gender codes, in their order.
    pub(super) genders: Vec<u32>,
    pub(super) shares: Shares,
    pub(super) grades: Weighted<u8>,
    pub(super) languages: Weighted<Language>,
    pub(super) fixed_languages: Vec<Language>,
    pub(super) statuses: Weighted<AcquisitionStatus>,
    pub(super) ethnicities: Weighted<Ethnicity>,
    /// Grades with the writing genres given in them.
    genres: Vec<(Vec<u8>, Vec<&'static str>)>,
    pub(super) last_names: Vec<&'static str>,
    pub(super) first_names: Vec<&'static str>,
}

impl Facts {
    /// The facts of a year; `None` for a year without a testing window in the tables.
    pub(super) fn new(year: u16) -> Option<Self> {
        Some(Self {
            schools: Table::new(SCHOOLS).rows().map(|row| school(&row, year)).collect(),
            tests: Table::new(TESTS).rows().filter(|row| holds(row, year)).filter_map(|row| test(&row)).collect(),
            outcomes: Table::new(OUTCOMES).rows().filter(|row| holds(row, year)).map(|row| outcome(&row)).collect(),
            year: Table::new(YEARS).rows().find_map(|row| year_facts(&row, year))?,
            codes: codes(),
            genders: Table::new(GENDERS).rows().map(|row| number(&row, "weight")).collect(),
            shares: shares(year),
            grades: Weighted::new(Table::new(GRADES).rows().map(|row| (number(&row, "weight"), number(&row, "grade")))),
            languages: Weighted::new(Table::new(LANGUAGES).rows().map(|row| (number(&row, "weight"), language(&row)))),
            fixed_languages: Table::new(LANGUAGES).rows().map(|row| language(&row)).collect(),
            statuses: Weighted::new(Table::new(STATUS).rows().map(|row| (number(&row, "weight"), status(&row)))),
            ethnicities: Weighted::new(
                Table::new(ETHNICITY).rows().map(|row| (number(&row, "weight"), ethnicity(&row))),
            ),
            genres: Table::new(GENRES).rows().map(|row| genres(&row)).collect(),
            last_names: Table::new(LAST_NAMES).rows().map(|row| row.get("name")).collect(),
            first_names: Table::new(FIRST_NAMES).rows().map(|row| row.get("name")).collect(),
        })
    }

    /// What is known of a test.
    pub(super) fn test(&self, record_type: RecordType) -> Option<&TestFacts> {
        self.tests.iter().find(|test| test.record_type == record_type)
    }

    /// The writing genres of a grade.
    pub(super) fn genres_of(&self, grade: u8) -> &[&'static str] {
        self.genres.iter().find(|(grades, _)| grades.contains(&grade)).map_or(&[], |(_, genres)| genres)
    }

    /// The schools of a kind that teach a grade, weighted by size.
    pub(super) fn schools_for(&self, grade: u8, wanted: impl Fn(SchoolKind) -> bool) -> Weighted<usize> {
        let places = self.schools.iter().enumerate();
        let fitting = places.filter(|(_, school)| wanted(school.kind) && school.teaches(grade));
        Weighted::new(fitting.map(|(place, school)| (school.weight, place)))
    }
}

/// The years that districts are made of, in order.
pub fn years() -> impl Iterator<Item = u16> {
    Table::new(YEARS).rows().map(|row| number(&row, "year"))
}

/// Whether nothing was tested in a year.
pub(super) fn is_suspended(year: u16) -> bool {
    let mut rows = Table::new(YEARS).rows();
    rows.any(|row| number::<u16>(&row, "year") == year && row.get("suspended") == "yes")
}

/// Whether a `years` cell such as `2018-2019|2021-2025` holds a year.
pub(super) fn year_in(years: &str, year: u16) -> bool {
    years.split('|').any(|part| {
        let (from, to) = part.split_once('-').unwrap_or((part, part));
        let bound = |text: &str| text.trim().parse::<u16>().ok();
        bound(from).zip(bound(to)).is_some_and(|(from, to)| (from..=to).contains(&year))
    })
}

fn holds(row: &Row<'static>, year: u16) -> bool {
    year_in(row.get("years"), year)
}

fn number<T: std::str::FromStr + Default>(row: &Row<'static>, name: &str) -> T {
    row.get(name).parse().unwrap_or_default()
}

fn pair(row: &Row<'static>, low: &str, high: &str) -> Option<(i32, i32)> {
    row.get(low).parse().ok().zip(row.get(high).parse().ok())
}

fn school(row: &Row<'static>, year: u16) -> School {
    let indicator = Some(row.get("kind")).filter(|kind| is_charter_indicator(kind, year));
    School {
        code: row.get("code"),
        name: row.get("name"),
        kind: match row.get("kind") {
            "LF" => SchoolKind::LocallyFunded,
            "DF" => SchoolKind::DirectFunded,
            "NPS" => SchoolKind::Nonpublic,
            "other" => SchoolKind::Other,
            _ => SchoolKind::District,
        },
        lea_code: row.get("lea_code"),
        lea_name: row.get("lea_name"),
        charter_number: row.get("charter_number"),
        charter_indicator: indicator.unwrap_or_default(),
        grades: (number(row, "lowest_grade"), number(row, "highest_grade")),
        weight: number(row, "weight"),
    }
}

/// Whether the layout of a year has a charter indicator.
fn is_charter_indicator(code: &str, year: u16) -> bool {
    let layout = registry().layout(year);
    let field = layout.zip(registry().id("tested_charter_indicator_1")).and_then(|(layout, id)| layout.field(id));
    field.is_some_and(|field| field.codes.iter().any(|one| one.code == code))
}

fn test(row: &Row<'static>) -> Option<TestFacts> {
    Some(TestFacts {
        record_type: RecordType(row.get("record_type").parse().ok()?),
        suffix: row.get("registration_suffix"),
        parts: number(row, "parts"),
        items: pair(row, "lowest_items", "highest_items")?,
        second_part_items: number(row, "second_part_items"),
        has_raw_score: row.get("raw_score") == "yes",
        measure_letter: row.get("measure_letter"),
        measure_base: number(row, "measure_base"),
        measure_percent: number(row, "measure_percent"),
        error: pair(row, "error_low", "error_high"),
        takers: match row.get("takers") {
            "alternate" => Takers::Alternate,
            "science" => Takers::Science,
            "spanish" => Takers::Spanish,
            "spanish-learners" => Takers::SpanishLearners,
            _ => Takers::General,
        },
        grades: row.get("grades").split('|').filter_map(|grade| grade.parse().ok()).collect(),
        on_site: row.get("on_site") == "yes",
        scored_since: number(row, "scored_since"),
        unprinted: pair(row, "unprinted_low", "unprinted_high"),
    })
}

fn outcome(row: &Row<'static>) -> OutcomeFacts {
    OutcomeFacts {
        name: row.get("name"),
        record_types: RecordTypes::parse(row.get("record_types")),
        weight: number(row, "weight"),
        condition: row.get("condition"),
        attemptedness: row.get("attemptedness"),
        include: row.get("include"),
        status: row.get("status"),
        score: match row.get("score") {
            "NS" => ScoreForm::NoScore,
            "range" => ScoreForm::InRange,
            "lowest" => ScoreForm::Lowest,
            "next" => ScoreForm::LowestPlusOne,
            _ => ScoreForm::Blank,
        },
        items: match row.get("items") {
            "full" => Items::Full,
            "below" => Items::Below,
            "few" => Items::Few,
            "zero" => Items::Zero,
            "first" => Items::FirstOnly,
            "two" => Items::TwoOnly,
            _ => Items::None,
        },
        parts: match row.get("parts") {
            "all" => Parts::All,
            "one" => Parts::FirstOnly,
            "two" => Parts::TwoOnly,
            "paper" => Parts::Paper,
            _ => Parts::None,
        },
        opportunity: row.get("opportunity"),
        mode: row.get("mode"),
        who: match row.get("who") {
            "newcomer" => Who::Newcomer,
            "plan" => Who::Plan,
            _ => Who::Anybody,
        },
    }
}

fn year_facts(row: &Row<'static>, year: u16) -> Option<YearFacts> {
    if number::<u16>(row, "year") != year {
        return None;
    }
    let (opens, closes) = (Day::parse(row.get("opens"))?, Day::parse(row.get("closes"))?);
    Some(YearFacts {
        window: Window { opens, closes, spread: number(row, "spread") },
        uin_width: number(row, "uin_width"),
        has_long_language: row.get("primary_language") == "ceds",
        places_leavers: row.get("leavers_placed") == "yes",
        file_name: row.get("file_name"),
    })
}

fn codes() -> Codes {
    let code = |what: &str| {
        let mut rows = Table::new(CODES).rows();
        rows.find(|row| row.get("what") == what).map_or("", |row| row.get("code"))
    };
    Codes {
        exit: code("exit"),
        unscorable_writing: code("unscorable-writing"),
        untested_before: code("untested-before"),
        plain_glossary: code("plain-glossary"),
        spanish: code("spanish"),
    }
}

fn language(row: &Row<'static>) -> Language {
    Language { name: row.get("language"), ceds: row.get("ceds"), calpads: row.get("calpads") }
}

fn status(row: &Row<'static>) -> AcquisitionStatus {
    let language = row.get("language");
    AcquisitionStatus {
        code: row.get("elas"),
        is_learner: row.get("learner") == "Yes",
        language: (language != "other").then_some(language),
        has_entry: row.get("entered") == "yes",
        is_reclassified: row.get("reclassified") == "yes",
    }
}

fn genres(row: &Row<'static>) -> (Vec<u8>, Vec<&'static str>) {
    let grades = row.get("grades").split('|').filter_map(|grade| grade.parse().ok());
    (grades.collect(), row.get("genres").split('|').collect())
}

fn ethnicity(row: &Row<'static>) -> Ethnicity {
    Ethnicity { code: row.get("code"), races: row.get("races").split('|').collect() }
}

fn shares(year: u16) -> Shares {
    let share = |what: &str| {
        let mut rows = Table::new(SHARES).rows();
        rows.find(|row| row.get("what") == what && holds(row, year)).map_or(0, |row| number(&row, "per_10000"))
    };
    Shares {
        alternate: share("alternate"),
        special_education: share("special-education"),
        section_504: share("section-504"),
        nonpublic: share("nonpublic"),
        migrant: share("migrant"),
        military: share("military"),
        foster: share("foster"),
        homeless: share("homeless"),
        economically_disadvantaged: share("economically-disadvantaged"),
        status_changed: share("status-changed"),
        newcomer: share("newcomer"),
        moved_out: share("moved-out"),
        moved_in: share("moved-in"),
        left_after_testing: share("left-after-testing"),
        left_before_testing: share("left-before-testing"),
        promoted: share("promoted"),
        middle_name: share("middle-name"),
        spanish_test: share("spanish-test"),
        earlier_science_result: share("earlier-science-result"),
        support: share("support"),
        accommodation: share("accommodation"),
        glossary: share("glossary"),
        unlisted: share("unlisted"),
        writing_unscorable: share("writing-unscorable"),
        release_given: share("release-given"),
        history_missing: share("history-missing"),
        history_untested: share("history-untested"),
        remote: share("remote"),
        tested: share("tested"),
        split_schools: share("split-schools"),
        science_in_grade_11: share("science-in-grade-11"),
        earlier_in_grade_11: share("earlier-in-grade-11"),
        last_science_class: share("last-science-class"),
        support_where_likely: share("support-where-likely"),
    }
}
