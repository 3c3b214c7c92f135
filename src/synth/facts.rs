//! What the generator knows that no layout says: how often things happen, invented names and
//! schools, the parts of each test. All of it is read from `rules/synth`.

use super::calendar::Day;
use super::random::Weighted;
use crate::layout::{RecordType, RecordTypes, record_types, registry};
use crate::table::{self, TableRow, TableError};
use crate::years::Years;

const YEARS: &str = "rules/synth/years.tsv";
const YEAR_COLUMNS: [&str; 9] =
    ["years", "opens", "closes", "spread", "suspended", "uin_width", "primary_language", "leavers_placed", "file_name"];

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
pub(super) struct MadeSchool {
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

impl MadeSchool {
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

/// What is known of a test besides the layouts.
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
pub(super) enum PartsBegun {
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
    pub(super) parts: PartsBegun,
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
pub(super) struct RecordCodes {
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
pub(super) struct SynthFacts {
    pub(super) schools: Vec<MadeSchool>,
    pub(super) tests: Vec<TestFacts>,
    pub(super) outcomes: Vec<OutcomeFacts>,
    pub(super) year: YearFacts,
    pub(super) codes: RecordCodes,
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

impl SynthFacts {
    /// The facts of a year; `None` for a year without a testing window in the tables.
    pub(super) fn new(year: u16) -> Option<Self> {
        let tests: Vec<(Years, TestFacts)> = table::lines("rules/synth/tests.tsv", &TEST_COLUMNS, test);
        let outcomes: Vec<(Years, OutcomeFacts)> = table::lines("rules/synth/outcomes.tsv", &OUTCOME_COLUMNS, outcome);
        let languages = table::lines("rules/synth/languages.tsv", &["language", "ceds", "calpads", "weight"], |row| {
            Ok((row.number("weight")?, language(row)?))
        });
        let statuses = ["elas", "weight", "learner", "language", "entered", "reclassified"];
        Some(Self {
            schools: table::lines("rules/synth/schools.tsv", &SCHOOL_COLUMNS, |row| school(row, year)),
            tests: tests.into_iter().filter(|(years, _)| years.contains(year)).map(|(_, test)| test).collect(),
            outcomes: outcomes.into_iter().filter(|(years, _)| years.contains(year)).map(|(_, one)| one).collect(),
            year: year_facts(year)?,
            codes: codes(),
            genders: table::lines("rules/synth/genders.tsv", &["place", "weight"], |row| row.number("weight")),
            shares: shares(year),
            grades: Weighted::new(table::lines("rules/synth/grades.tsv", &["grade", "weight"], |row| {
                Ok((row.number("weight")?, row.number("grade")?))
            })),
            fixed_languages: languages.iter().map(|(_, language)| *language).collect(),
            languages: Weighted::new(languages),
            statuses: Weighted::new(table::lines("rules/synth/status.tsv", &statuses, |row| {
                Ok((row.number("weight")?, status(row)?))
            })),
            ethnicities: Weighted::new(table::lines(
                "rules/synth/ethnicity.tsv",
                &["code", "weight", "races"],
                |row| Ok((row.number("weight")?, ethnicity(row)?)),
            )),
            genres: table::lines("rules/synth/genres.tsv", &["grades", "genres"], |row| {
                Ok((row.numbers("grades")?, row.parts("genres")?.collect()))
            }),
            last_names: table::lines("rules/synth/last-names.tsv", &["name"], |row| row.get("name")),
            first_names: table::lines("rules/synth/first-names.tsv", &["name"], |row| row.get("name")),
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

/// The years that districts are made of, in order: those with a layout and a testing window.
pub fn years() -> impl Iterator<Item = u16> {
    let spans = table::lines(YEARS, &YEAR_COLUMNS, TableRow::years);
    registry().years().filter(move |year| spans.iter().any(|span| span.contains(*year)))
}

/// Whether nothing was tested in a year.
pub(super) fn is_suspended(year: u16) -> bool {
    let rows = table::lines(YEARS, &YEAR_COLUMNS, |row| Ok((row.years()?, row.yes("suspended")?)));
    rows.iter().any(|(years, is_suspended)| *is_suspended && years.contains(year))
}

fn pair(row: &TableRow<'static>, low: &str, high: &str) -> Result<Option<(i32, i32)>, TableError> {
    Ok(row.optional(low)?.zip(row.optional(high)?))
}

const SCHOOL_COLUMNS: [&str; 9] =
    ["code", "name", "kind", "lea_code", "lea_name", "charter_number", "lowest_grade", "highest_grade", "weight"];

fn school(row: &TableRow<'static>, year: u16) -> Result<MadeSchool, TableError> {
    let kinds = [
        ("district", SchoolKind::District),
        ("LF", SchoolKind::LocallyFunded),
        ("DF", SchoolKind::DirectFunded),
        ("NPS", SchoolKind::Nonpublic),
        ("other", SchoolKind::Other),
    ];
    let indicator = Some(row.get("kind")?).filter(|kind| is_charter_indicator(kind, year));
    Ok(MadeSchool {
        code: row.get("code")?,
        name: row.get("name")?,
        kind: row.word("kind", &kinds)?,
        lea_code: row.get("lea_code")?,
        lea_name: row.get("lea_name")?,
        charter_number: row.get("charter_number")?,
        charter_indicator: indicator.unwrap_or_default(),
        grades: (row.number("lowest_grade")?, row.number("highest_grade")?),
        weight: row.number("weight")?,
    })
}

/// Whether the layout of a year has a charter indicator.
fn is_charter_indicator(code: &str, year: u16) -> bool {
    let layout = registry().layout(year);
    let field = layout.zip(registry().id("tested_charter_indicator_1")).and_then(|(layout, id)| layout.field(id));
    field.is_some_and(|field| field.codes.iter().any(|one| one.code == code))
}

const TEST_COLUMNS: [&str; 19] = [
    "record_type",
    "years",
    "registration_suffix",
    "parts",
    "lowest_items",
    "highest_items",
    "second_part_items",
    "raw_score",
    "measure_letter",
    "measure_base",
    "measure_percent",
    "error_low",
    "error_high",
    "unprinted_low",
    "unprinted_high",
    "on_site",
    "scored_since",
    "takers",
    "grades",
];

fn test(row: &TableRow<'static>) -> Result<(Years, TestFacts), TableError> {
    let takers = [
        ("general", Takers::General),
        ("alternate", Takers::Alternate),
        ("science", Takers::Science),
        ("spanish", Takers::Spanish),
        ("spanish-learners", Takers::SpanishLearners),
    ];
    let facts = TestFacts {
        record_type: RecordType(row.number("record_type")?),
        suffix: row.get("registration_suffix")?,
        parts: row.number("parts")?,
        items: (row.number("lowest_items")?, row.number("highest_items")?),
        second_part_items: row.number("second_part_items")?,
        has_raw_score: row.yes("raw_score")?,
        measure_letter: row.get("measure_letter")?,
        measure_base: row.optional("measure_base")?.unwrap_or_default(),
        measure_percent: row.optional("measure_percent")?.unwrap_or_default(),
        error: pair(row, "error_low", "error_high")?,
        takers: row.word("takers", &takers)?,
        grades: row.numbers("grades")?,
        on_site: row.yes("on_site")?,
        scored_since: row.optional("scored_since")?.unwrap_or_default(),
        unprinted: pair(row, "unprinted_low", "unprinted_high")?,
    };
    Ok((row.years()?, facts))
}

const OUTCOME_COLUMNS: [&str; 14] = [
    "name",
    "years",
    "record_types",
    "weight",
    "condition",
    "attemptedness",
    "include",
    "status",
    "score",
    "items",
    "parts",
    "opportunity",
    "mode",
    "who",
];

const SCORES: [(&str, ScoreForm); 5] = [
    ("NS", ScoreForm::NoScore),
    ("range", ScoreForm::InRange),
    ("lowest", ScoreForm::Lowest),
    ("next", ScoreForm::LowestPlusOne),
    ("", ScoreForm::Blank),
];

const ITEMS: [(&str, Items); 7] = [
    ("full", Items::Full),
    ("below", Items::Below),
    ("few", Items::Few),
    ("zero", Items::Zero),
    ("first", Items::FirstOnly),
    ("two", Items::TwoOnly),
    ("", Items::None),
];

const PARTS: [(&str, PartsBegun); 5] = [
    ("all", PartsBegun::All),
    ("one", PartsBegun::FirstOnly),
    ("two", PartsBegun::TwoOnly),
    ("paper", PartsBegun::Paper),
    ("none", PartsBegun::None),
];

fn outcome(row: &TableRow<'static>) -> Result<(Years, OutcomeFacts), TableError> {
    let facts = OutcomeFacts {
        name: row.get("name")?,
        record_types: record_types(row, "record_types")?,
        weight: row.number("weight")?,
        condition: row.get("condition")?,
        attemptedness: row.get("attemptedness")?,
        include: row.get("include")?,
        status: row.get("status")?,
        score: row.word("score", &SCORES)?,
        items: row.word("items", &ITEMS)?,
        parts: row.word("parts", &PARTS)?,
        opportunity: row.get("opportunity")?,
        mode: row.get("mode")?,
        who: row.word("who", &[("newcomer", Who::Newcomer), ("plan", Who::Plan), ("any", Who::Anybody)])?,
    };
    Ok((row.years()?, facts))
}

fn year_facts(year: u16) -> Option<YearFacts> {
    let rows: Vec<Option<YearFacts>> = table::lines(YEARS, &YEAR_COLUMNS, |row| {
        if !row.years()?.contains(year) {
            return Ok(None);
        }
        let day = |column: &str| {
            let text = row.get(column)?;
            Day::parse(&format!("{year}-{text}"))
                .ok_or_else(|| row.error(format!("`{column}` is `{text}`, which is no month and day")))
        };
        Ok(Some(YearFacts {
            window: Window { opens: day("opens")?, closes: day("closes")?, spread: row.number("spread")? },
            uin_width: row.number("uin_width")?,
            has_long_language: row.word("primary_language", &[("ceds", true), ("calpads", false)])?,
            places_leavers: row.yes("leavers_placed")?,
            file_name: row.get("file_name")?,
        }))
    });
    rows.into_iter().flatten().next()
}

fn codes() -> RecordCodes {
    let known =
        table::lines("rules/synth/codes.tsv", &["what", "code"], |row| Ok((row.get("what")?, row.get("code")?)));
    let code = |what: &str| known.iter().find(|(one, _)| *one == what).map_or("", |(_, code)| *code);
    RecordCodes {
        exit: code("exit"),
        unscorable_writing: code("unscorable-writing"),
        untested_before: code("untested-before"),
        plain_glossary: code("plain-glossary"),
        spanish: code("spanish"),
    }
}

fn language(row: &TableRow<'static>) -> Result<Language, TableError> {
    Ok(Language { name: row.get("language")?, ceds: row.get("ceds")?, calpads: row.get("calpads")? })
}

fn status(row: &TableRow<'static>) -> Result<AcquisitionStatus, TableError> {
    let language = row.get("language")?;
    Ok(AcquisitionStatus {
        code: row.get("elas")?,
        is_learner: row.word("learner", &[("Yes", true), ("No", false)])?,
        language: (language != "other").then_some(language),
        has_entry: row.yes("entered")?,
        is_reclassified: row.yes("reclassified")?,
    })
}

fn ethnicity(row: &TableRow<'static>) -> Result<Ethnicity, TableError> {
    Ok(Ethnicity { code: row.get("code")?, races: row.parts("races")?.collect() })
}

fn shares(year: u16) -> Shares {
    let known = table::lines("rules/synth/shares.tsv", &["what", "years", "per_10000"], |row| {
        Ok((row.get("what")?, row.years()?, row.number("per_10000")?))
    });
    let share = |what: &str| {
        let mut rows = known.iter().filter(|(one, years, _)| *one == what && years.contains(year));
        rows.next().map_or(0, |(_, _, share)| *share)
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
