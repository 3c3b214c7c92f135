//! Everything there is to know for counting the records of a year: the tables under
//! `rules/counting`, bound.

use super::groups::{StudentGroup, student_groups};
use super::spans;
use crate::layout::{Certainty, RecordType, certainty, registry};
use crate::rule::{CellRef, Expr, CellForm, KeyPart, Num, RuleError, TextExpr, condition, key};
use crate::table::{self, TableRow, TableError};

const CLASSES: &str = "rules/counting/classes.tsv";
const CLASS_COLUMNS: [&str; 12] = [
    "id",
    "years",
    "tests",
    "condition",
    "reason",
    "enrolled",
    "tested",
    "with_scores",
    "rows",
    "lost",
    "certainty",
    "source",
];
const CLASS_VARIANTS: &str = "rules/counting/class-variants.tsv";
const CLASS_VARIANT_COLUMNS: [&str; 11] =
    ["id", "years", "tests", "label", "words", "classes", "enrolled", "tested", "rows", "certainty", "source"];
const CONTRADICTIONS: &str = "rules/counting/contradictions.tsv";
const CONTRADICTION_COLUMNS: [&str; 6] = ["id", "years", "tests", "condition", "words", "source"];
const PLACES: &str = "rules/counting/places.tsv";
const PLACE_COLUMNS: [&str; 10] =
    ["years", "tests", "when", "kind", "type", "code", "name", "lea_name", "certainty", "source"];
const MEASURES: &str = "rules/counting/measures.tsv";
const NEWEST: &str = "rules/counting/newest.tsv";
const TESTS: &str = "rules/counting/tests.tsv";
const TEST_COLUMNS: [&str; 9] =
    ["test_id", "name", "short", "record_type", "years", "levels", "met_from", "certainty", "source"];
const GRADES: &str = "rules/counting/grades.tsv";
const GRADE_COLUMNS: [&str; 9] = ["code", "name", "kind", "members", "tests", "years", "mean", "certainty", "source"];
const PARTICIPATION: &str = "rules/counting/participation.tsv";
const PARTICIPATION_COLUMNS: [&str; 8] =
    ["years", "subject", "record_types", "left_out", "line", "least", "certainty", "source"];
const SUPPRESSION: &str = "rules/counting/suppression.tsv";
const SUPPRESSION_COLUMNS: [&str; 6] =
    ["years", "hide_counts_to", "hide_results_to", "hide_row_to", "certainty", "source"];

/// Which rows of the public files a record is counted in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum GradeRows {
    /// None.
    None,
    /// Those of its grade and of all grades.
    Grade,
    /// Those of `Class of` only.
    ClassOf,
}

/// What becomes of a record, and why.
#[derive(Clone, Debug)]
pub struct CountingClass {
    /// A short name that does not change.
    pub id: String,
    /// The reason, for a person.
    pub reason: String,
    /// Which records are in it, unless an earlier class has them.
    pub condition: Expr,
    /// Whether they count as enrolled.
    pub enrolled: bool,
    /// Whether they count as tested.
    pub tested: bool,
    /// Whether they count as tested with scores.
    pub with_scores: bool,
    /// The rows they are counted in.
    pub rows: GradeRows,
    /// Whether they count nowhere only because a value cannot be read, so that counts are too small.
    pub is_lost: bool,
    /// How sure this is.
    pub certainty: Certainty,
}

/// Another way to count some classes, where official practice is not certain.
#[derive(Clone, Debug)]
pub struct ClassVariant {
    /// A short name that fits a table: `R as untested`.
    pub label: String,
    /// What is different, for a person.
    pub words: String,
    /// The record types it is for; empty for all.
    pub tests: Vec<u8>,
    /// The places of the classes in [`CountingRules::classes`].
    pub classes: Vec<usize>,
    /// Whether they count as enrolled.
    pub enrolled: bool,
    /// Whether they count as tested.
    pub tested: bool,
    /// Where they do.
    pub rows: VariantRows,
    /// How sure the main way to count is.
    pub certainty: Certainty,
}

/// The rows in which another way to count makes a difference.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum VariantRows {
    /// Those that the records are counted in anyway.
    Same,
    /// Those of their grade and of all grades, besides those that they are counted in anyway.
    Grade,
}

/// Values of a record that contradict each other.
#[derive(Clone, Debug)]
pub struct Contradiction {
    /// A short name that does not change.
    pub id: String,
    /// What contradicts what.
    pub words: String,
    /// The records that have it.
    pub condition: Expr,
}

/// How a place is made of a record.
#[derive(Clone, Debug)]
pub struct PlaceRule {
    /// The records it is for, unless an earlier place has them.
    pub when: Expr,
    /// The number of the entity type in the public files.
    pub entity_type: u8,
    /// A district of seven digits instead of a school of fourteen: the students of the district's
    /// own program.
    pub district_level: bool,
    /// Its code.
    pub code: TextExpr,
    /// The name of the school, where the record has it.
    pub name: Option<TextExpr>,
    /// The name of the district, where the record has it.
    pub lea_name: Option<TextExpr>,
}

/// A test of the public files.
#[derive(Clone, Debug)]
pub struct TestInfo {
    /// Its number.
    pub id: u16,
    /// Its name there.
    pub name: String,
    /// A name that fits a table.
    pub short: String,
    /// The records that it is made of.
    pub record_type: RecordType,
    /// How many achievement levels are counted; 0 where the file has none.
    pub levels: usize,
    /// The first level that is "met".
    pub met_from: usize,
    /// Whether its achievement levels can be read in the files that are counted.
    pub has_levels: bool,
    /// Whether its scale scores can be read in the files that are counted.
    pub has_scores: bool,
}

/// A grade row of the public files.
#[derive(Clone, Debug)]
pub struct GradeRow {
    /// Its number.
    pub code: u8,
    /// What it is called.
    pub name: String,
    /// What is counted in it.
    pub kind: GradeKind,
    /// The tests that have it; empty for all.
    pub tests: Vec<u8>,
    /// Whether a mean is published for it.
    pub has_mean: bool,
}

/// What a grade row is made of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum GradeKind {
    /// The grade assessed.
    Grade,
    /// All grades of the test.
    All,
    /// These grades together.
    Sum(Vec<u8>),
    /// These grades together with the results of earlier years.
    ClassOf(Vec<u8>),
}

/// What is hidden in shared tables.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Suppression {
    /// Counts from 1 to this one are hidden.
    pub counts_to: u64,
    /// Means, levels and shares are hidden up to this many with scores.
    pub results_to: u64,
    /// All of a row is hidden up to this many with scores; 0 for never.
    pub row_to: Option<u64>,
}

/// What the participation rate of a subject is made of, and when it is too low.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ParticipationRule {
    /// The subject.
    pub subject: String,
    /// The tests that give it.
    pub record_types: Vec<u8>,
    /// The places of the classes whose records are left out.
    left_out: Vec<usize>,
    /// The percentage that has to take part.
    pub line: u64,
    /// The fewest students for which it is asked.
    pub least: u64,
}

impl ParticipationRule {
    /// Whether records of a test and class are part of the rate.
    pub fn has(&self, record_type: u8, class: usize) -> bool {
        self.record_types.contains(&record_type) && !self.left_out.contains(&class)
    }
}

/// Numbers read from every record.
#[derive(Clone, Debug)]
pub struct Measures {
    /// The record type.
    pub record_type: Num,
    /// The grade assessed.
    pub grade: Num,
    /// The scale score.
    pub score: Num,
    /// The achievement level.
    pub level: Num,
    /// The percentage of the enrolled who are to be tested.
    pub participation_line: u64,
    /// What a student is known by.
    pub identity: TextExpr,
    /// The days that tell which of several copies of a result is the newest; the first that differs decides.
    pub newest: Vec<Num>,
}

/// The knowledge of a year.
#[derive(Clone, Debug)]
pub struct CountingRules {
    /// The year.
    pub year: u16,
    /// The student groups, by number.
    pub groups: Vec<StudentGroup>,
    /// The classes, in the order they are tried.
    pub classes: Vec<CountingClass>,
    /// Other ways to count classes.
    pub class_variants: Vec<ClassVariant>,
    /// The contradictions.
    pub contradictions: Vec<Contradiction>,
    /// The places, in the order they are tried.
    pub places: Vec<PlaceRule>,
    /// The tests, by number.
    pub tests: Vec<TestInfo>,
    /// The grade rows, by code.
    pub grades: Vec<GradeRow>,
    /// What is read of every record.
    pub measures: Measures,
    /// What is hidden in shared tables.
    pub suppression: Suppression,
    /// The participation rates of accountability.
    pub participation: Vec<ParticipationRule>,
}

impl CountingRules {
    /// The knowledge of a year.
    ///
    /// # Errors
    /// A mistake in the shipped tables; a test makes sure that there is none.
    pub fn of(year: u16) -> Result<Self, Box<RuleError>> {
        let classes = spans::lines_of(CLASSES, &CLASS_COLUMNS, year, |row| class(row, year))?;
        let class_variants =
            spans::lines_of(CLASS_VARIANTS, &CLASS_VARIANT_COLUMNS, year, |row| class_variant(row, &classes))?;
        let participation = spans::lines_of(PARTICIPATION, &PARTICIPATION_COLUMNS, year, |row| {
            participation_rule(row, &classes)
        })?;
        Ok(Self {
            year,
            participation,
            groups: student_groups(year)?,
            class_variants,
            classes,
            contradictions: spans::lines_of(CONTRADICTIONS, &CONTRADICTION_COLUMNS, year, |row| {
                contradiction(row, year)
            })?,
            places: spans::lines_of(PLACES, &PLACE_COLUMNS, year, |row| place(row, year))?,
            tests: spans::lines_of(TESTS, &TEST_COLUMNS, year, test)?,
            grades: spans::lines_of(GRADES, &GRADE_COLUMNS, year, grade)?,
            measures: measures(year)?,
            suppression: suppression_of(year),
        })
    }

    /// The grade rows that a record of a type and grade is counted in.
    pub fn grade_rows(&self, record_type: u8, grade: u8, rows: GradeRows) -> Vec<u8> {
        let is_grade = |code: u8| self.grades.iter().any(|row| row.kind == GradeKind::Grade && row.code == code);
        let counted = |row: &&GradeRow| match (&row.kind, rows) {
            (_, GradeRows::None) => false,
            (GradeKind::ClassOf(_), GradeRows::ClassOf) => true,
            (_, GradeRows::ClassOf) => false,
            (GradeKind::Grade, GradeRows::Grade) => grade == row.code,
            (GradeKind::All, GradeRows::Grade) => is_grade(grade),
            (GradeKind::Sum(members) | GradeKind::ClassOf(members), GradeRows::Grade) => members.contains(&grade),
        };
        let of_test = |row: &&GradeRow| row.tests.is_empty() || row.tests.contains(&record_type);
        self.grades.iter().filter(of_test).filter(counted).map(|row| row.code).collect()
    }

    /// Whether records of a class, by its place, count nowhere only because a value cannot be read.
    pub fn is_lost(&self, class: usize) -> bool {
        self.classes.get(class).is_some_and(|class| class.is_lost)
    }

    /// The test that records of a type are counted for; none for tests without public results.
    pub fn test_of(&self, record_type: u8) -> Option<&TestInfo> {
        self.tests.iter().find(|test| test.record_type.0 == record_type)
    }
}

/// The record type of a test of the public files.
pub fn record_type_of(test: u16, year: u16) -> Option<RecordType> {
    let tests = kept(spans::lines_of(TESTS, &TEST_COLUMNS, year, self::test));
    tests.into_iter().find(|info| info.id == test).map(|info| info.record_type)
}

/// How many levels of a test score files have; 0 where they have none.
pub fn levels_of(test: u16, year: u16) -> Option<usize> {
    let tests = kept(spans::lines_of(TESTS, &TEST_COLUMNS, year, self::test));
    tests.into_iter().find(|info| info.id == test).map(|info| info.levels)
}

/// The grades that a grade row of the public files adds up in a year; none for a single grade.
pub fn grades_in(code: u8, year: u16) -> Vec<u8> {
    let grades = kept(spans::lines_of(GRADES, &GRADE_COLUMNS, year, grade));
    let row = grades.into_iter().find(|row| row.code == code);
    row.and_then(|row| if let GradeKind::Sum(members) = row.kind { Some(members) } else { None }).unwrap_or_default()
}

/// What the public site hides in a year.
pub fn suppression_of(year: u16) -> Suppression {
    let all = kept(spans::lines_of(SUPPRESSION, &SUPPRESSION_COLUMNS, year, suppression));
    all.into_iter().next().unwrap_or_default()
}

/// The word for a type of entity in the public files.
pub fn entity_type_name(id: u8) -> &'static str {
    let names = table::lines("rules/counting/entity-types.tsv", &["id", "name", "note"], |row| {
        Ok((row.number::<u8>("id")?, row.get("name")?))
    });
    names.into_iter().find(|(one, _)| *one == id).map_or("", |(_, name)| name)
}

/// A reason why a file cannot tell all, and the sentence about it.
pub fn limits() -> impl Iterator<Item = (&'static str, &'static str, &'static str)> {
    let columns = ["id", "when", "text", "source"];
    let read = |row: &TableRow<'static>| Ok((row.get("id")?, row.get("when")?, row.get("text")?));
    table::lines("rules/counting/limits.tsv", &columns, read).into_iter()
}

/// What was read, or nothing: the mistake is kept for the command line.
fn kept<T>(read: Result<Vec<T>, TableError>) -> Vec<T> {
    read.unwrap_or_else(|error| {
        table::keep(error);
        Vec::new()
    })
}

fn class(row: &TableRow<'_>, year: u16) -> Result<CountingClass, Box<RuleError>> {
    let rows = [("grade", GradeRows::Grade), ("class-of", GradeRows::ClassOf), ("none", GradeRows::None)];
    Ok(CountingClass {
        id: row.text("id")?,
        reason: row.text("reason")?,
        condition: spans::bound_for_tests(CLASSES, row, "condition", year)?,
        enrolled: row.yes("enrolled")?,
        tested: row.yes("tested")?,
        with_scores: row.yes("with_scores")?,
        rows: row.word("rows", &rows)?,
        is_lost: row.yes("lost")?,
        certainty: certainty(row)?,
    })
}

fn class_variant(row: &TableRow<'_>, classes: &[CountingClass]) -> Result<ClassVariant, TableError> {
    let ids: Vec<&str> = row.parts("classes")?.collect();
    let chosen = classes.iter().enumerate().filter(|(_, class)| ids.contains(&class.id.as_str()));
    Ok(ClassVariant {
        label: row.text("label")?,
        words: row.text("words")?,
        tests: row.numbers("tests")?,
        classes: chosen.map(|(place, _)| place).collect(),
        enrolled: row.yes("enrolled")?,
        tested: row.yes("tested")?,
        rows: row.word("rows", &[("same", VariantRows::Same), ("grade", VariantRows::Grade)])?,
        certainty: certainty(row)?,
    })
}

fn contradiction(row: &TableRow<'_>, year: u16) -> Result<Contradiction, Box<RuleError>> {
    let condition = spans::bound_for_tests(CONTRADICTIONS, row, "condition", year)?;
    Ok(Contradiction { id: row.text("id")?, words: row.text("words")?, condition })
}

fn place(row: &TableRow<'_>, year: u16) -> Result<PlaceRule, Box<RuleError>> {
    let made = |column: &str| {
        let text = row.get(column)?;
        if text.is_empty() { Ok(None) } else { text_of(PLACES, text, year) }
    };
    Ok(PlaceRule {
        when: spans::bound_for_tests(PLACES, row, "when", year)?,
        entity_type: row.number("type")?,
        district_level: row.word("kind", &[("district-level", true), ("school", false)])?,
        code: made("code")?.unwrap_or_else(|| TextExpr::Const(String::new())),
        name: made("name")?,
        lea_name: made("lea_name")?,
    })
}

fn text_of(table: &str, text: &str, year: u16) -> Result<Option<TextExpr>, Box<RuleError>> {
    Ok(match key(table, text, year, &[year])? {
        KeyPart::Text(text) => Some(text),
        KeyPart::Num(_) | KeyPart::Truth(_) | KeyPart::StudentGroup | KeyPart::File => None,
    })
}

fn measures(year: u16) -> Result<Measures, Box<RuleError>> {
    let all =
        table::read(MEASURES, &["id", "expression", "source"], |row| Ok((row.get("id")?, row.get("expression")?)))?;
    let expression = |id: &str| all.iter().find(|(one, _)| *one == id).map_or("", |(_, expression)| *expression);
    let number = |id: &str| {
        Ok::<_, Box<RuleError>>(match key(MEASURES, expression(id), year, &[year])? {
            // The digits of a cell are its number, which the engine works out once a value.
            KeyPart::Num(Num::Digits(text)) => match *text {
                TextExpr::Cell(CellRef { field, form: CellForm::Value }) => Num::Number(field),
                text => Num::Digits(Box::new(text)),
            },
            KeyPart::Num(number) => number,
            KeyPart::Text(text) => Num::Digits(Box::new(text)),
            KeyPart::Truth(_) | KeyPart::StudentGroup | KeyPart::File => Num::Const(0),
        })
    };
    Ok(Measures {
        record_type: number("record_type")?,
        grade: number("grade")?,
        score: number("score")?,
        level: number("level")?,
        participation_line: match number("participation_line")? {
            Num::Const(line) => u64::try_from(line).unwrap_or_default(),
            _ => 0,
        },
        identity: text_of(MEASURES, expression("identity"), year)?.unwrap_or_else(|| TextExpr::Const(String::new())),
        newest: spans::lines_of(NEWEST, &["id", "years", "expression", "certainty", "source"], year, |row| {
            day(row, year)
        })?,
    })
}

/// A day, as the rule language writes it: a date field, the latest of several.
fn day(row: &TableRow<'_>, year: u16) -> Result<Num, Box<RuleError>> {
    let written = row.get("expression")?;
    let spans = row.years()?;
    let years: Vec<u16> = registry().years().filter(|year| spans.contains(*year)).collect();
    Ok(match condition(NEWEST, &format!("{written} is known"), year, &years)? {
        Expr::Known(day) => day,
        _ => Num::Const(0),
    })
}

fn test(row: &TableRow<'_>) -> Result<TestInfo, TableError> {
    Ok(TestInfo {
        id: row.number("test_id")?,
        name: row.text("name")?,
        short: row.text("short")?,
        record_type: RecordType(row.number("record_type")?),
        levels: row.number("levels")?,
        met_from: row.number("met_from")?,
        has_levels: true,
        has_scores: true,
    })
}

fn grade(row: &TableRow<'_>) -> Result<GradeRow, TableError> {
    let members = row.numbers("members")?;
    let kinds = [
        ("grade", GradeKind::Grade),
        ("all", GradeKind::All),
        ("sum", GradeKind::Sum(members.clone())),
        ("class-of", GradeKind::ClassOf(members)),
    ];
    Ok(GradeRow {
        code: row.number("code")?,
        name: row.text("name")?,
        kind: row.word("kind", &kinds)?,
        tests: row.numbers("tests")?,
        has_mean: row.yes("mean")?,
    })
}

fn participation_rule(row: &TableRow<'_>, classes: &[CountingClass]) -> Result<ParticipationRule, TableError> {
    let left_out: Vec<&str> = row.parts("left_out")?.collect();
    let places = classes.iter().enumerate().filter(|(_, class)| left_out.contains(&class.id.as_str()));
    if let Some(unknown) = left_out.iter().find(|one| !classes.iter().any(|class| class.id == **one)) {
        return Err(row.error(format!("`left_out` has `{unknown}`, which is no class of the year")));
    }
    Ok(ParticipationRule {
        subject: row.text("subject")?,
        record_types: row.numbers("record_types")?,
        left_out: places.map(|(place, _)| place).collect(),
        line: row.number("line")?,
        least: row.number("least")?,
    })
}

fn suppression(row: &TableRow<'_>) -> Result<Suppression, TableError> {
    let row_to: u64 = row.number("hide_row_to")?;
    Ok(Suppression {
        counts_to: row.number("hide_counts_to")?,
        results_to: row.number("hide_results_to")?,
        row_to: (row_to > 0).then_some(row_to),
    })
}
