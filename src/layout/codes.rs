//! The reference tables under `rules/codes`: record types, condition codes, include indicators,
//! score ranges and the plain code lists, each by year.

use std::sync::LazyLock;

use super::model::{Code, RecordType, RecordTypes};
use super::registry::{record_types, registry};
use crate::knowledge;
use crate::table::{self, TableRow, TableError};
use crate::years::Years;

/// The plain code lists that layout rows point to with `see codes/NAME.tsv`: each with the column
/// that says what a code means.
const LISTS: [(&str, &str); 6] = [
    ("calpads-language", "language"),
    ("ceds-language", "language"),
    ("elas", "status"),
    ("language-2017", "language"),
    ("parent-education", "level"),
    ("primary-disability", "type"),
];

/// The scores of one achievement level of one test and grade.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScoreRange {
    /// The test.
    pub record_type: RecordType,
    /// The grade the score belongs to.
    pub grade: u8,
    /// The achievement level, 1 to 4.
    pub level: u8,
    /// Lowest scale score of the level.
    pub min: u16,
    /// Highest scale score of the level.
    pub max: u16,
    /// The administrations it holds for.
    pub years: Years,
}

struct ConditionCode {
    year: u16,
    code: &'static str,
    record_types: RecordTypes,
    meaning: &'static str,
    include: &'static str,
}

/// A code of a plain list with the years it holds for.
type Listed = (Years, Code);

struct IncludeCode {
    year: u16,
    record_types: RecordTypes,
    code: &'static str,
    meaning: &'static str,
}

/// All reference tables.
pub struct CodeTables {
    record_types: Vec<(u16, Code)>,
    conditions: Vec<ConditionCode>,
    includes: Vec<IncludeCode>,
    ranges: Vec<ScoreRange>,
    /// By name: each code with the years it holds for.
    lists: Vec<(&'static str, Vec<Listed>)>,
}

/// The one set of reference tables of the program.
pub fn codes() -> &'static CodeTables {
    static CODES: LazyLock<CodeTables> = LazyLock::new(CodeTables::read);
    &CODES
}

impl CodeTables {
    fn read() -> Self {
        Self {
            record_types: table::lines("rules/codes/record-types.tsv", &["year", "code", "test", "note"], |row| {
                Ok((row.number("year")?, Code { code: row.get("code")?, label: row.get("test")? }))
            }),
            conditions: table::lines("rules/codes/condition-codes.tsv", &CONDITION_COLUMNS, condition_code),
            includes: table::lines("rules/codes/include-indicators.tsv", &INCLUDE_COLUMNS, include_codes)
                .into_iter()
                .flatten()
                .collect(),
            ranges: table::lines("rules/codes/scale-score-ranges.tsv", &RANGE_COLUMNS, score_range),
            lists: LISTS.iter().map(|(name, label)| (*name, listed_codes(name, label))).collect(),
        }
    }

    /// The year whose tables stand for `year`: its own where it has one, else the neighbour that the
    /// layouts are carried from (`codes_from` in `rules/layouts/years.tsv`). Earlier years than the
    /// first have its tables, later ones those of the last.
    pub fn source_year(&self, year: u16) -> u16 {
        let years: Vec<u16> = registry().years().collect();
        let known = years.iter().rev().find(|one| **one <= year).or(years.first());
        known.and_then(|known| registry().year_info(*known)).map_or(year, |info| info.codes_from)
    }

    /// The record types of a year with the tests they stand for.
    pub fn record_types(&self, year: u16) -> impl Iterator<Item = Code> + '_ {
        let own = self.record_types.iter().any(|(one, _)| *one == year);
        let source = if own { year } else { self.source_year(year) };
        self.record_types.iter().filter(move |(one, _)| *one == source).map(|(_, code)| code.clone())
    }

    /// The condition codes a test may carry in a year.
    pub fn condition_codes(&self, year: u16, record_type: RecordType) -> impl Iterator<Item = Code> + '_ {
        let source = self.source_year(year);
        self.conditions
            .iter()
            .filter(move |row| row.year == source && row.record_types.contains(record_type))
            .map(|row| Code { code: row.code, label: row.meaning })
    }

    /// Every condition code of every year, sorted, once each.
    pub fn all_condition_codes(&self) -> Vec<&'static str> {
        let mut all: Vec<_> = self.conditions.iter().map(|row| row.code).collect();
        all.sort_unstable();
        all.dedup();
        all
    }

    /// The include indicator a condition code goes with; `None` where none is printed.
    pub fn condition_include(&self, year: u16, code: &str) -> Option<&'static str> {
        let source = self.source_year(year);
        let row = self.conditions.iter().find(|row| row.year == source && row.code == code)?;
        (!row.include.is_empty()).then_some(row.include)
    }

    /// The include indicators a test may carry in a year.
    pub fn include_indicators(&self, year: u16, record_type: RecordType) -> impl Iterator<Item = Code> + '_ {
        let source = self.source_year(year);
        self.includes
            .iter()
            .filter(move |row| row.year == source && row.record_types.contains(record_type))
            .map(|row| Code { code: row.code, label: row.meaning })
    }

    /// A plain code list by the name the layout rows use; empty for an unknown name.
    ///
    /// Lists hold for all years but where their `years` column says otherwise; years after the
    /// last printed one keep its codes.
    pub fn list(&self, name: &str, year: u16) -> Vec<Code> {
        let Some((_, listed)) = self.lists.iter().find(|(one, _)| *one == name) else {
            return Vec::new();
        };
        let source = self.source_year(year);
        let mut list: Vec<Code> =
            listed.iter().filter(|(years, _)| years.contains(source)).map(|(_, code)| code.clone()).collect();
        list.dedup_by_key(|code| code.code);
        list
    }

    /// The ranges of all levels of a test and grade in a year, lowest level first; empty where
    /// none is printed.
    pub fn score_ranges(
        &self,
        record_type: RecordType,
        grade: u8,
        year: u16,
    ) -> impl Iterator<Item = &ScoreRange> + '_ {
        self.ranges
            .iter()
            .filter(move |range| range.record_type == record_type && range.grade == grade && range.years.contains(year))
    }

    /// Lowest and highest obtainable score of a test and grade in a year.
    pub fn score_bounds(&self, record_type: RecordType, grade: u8, year: u16) -> Option<(u16, u16)> {
        let mut ranges = self.score_ranges(record_type, grade, year).peekable();
        ranges.peek()?;
        Some(ranges.fold((u16::MAX, 0), |(low, high), range| (low.min(range.min), high.max(range.max))))
    }

    /// The achievement level of a score; `None` outside every printed range.
    pub fn level_for(&self, record_type: RecordType, grade: u8, year: u16, score: u16) -> Option<u8> {
        self.score_ranges(record_type, grade, year)
            .find(|range| (range.min..=range.max).contains(&score))
            .map(|range| range.level)
    }
}

const CONDITION_COLUMNS: [&str; 7] =
    ["year", "code", "record_types_field_row", "record_types_reference_table", "meaning", "include_indicator", "note"];

fn condition_code(row: &TableRow<'static>) -> Result<ConditionCode, TableError> {
    let (own, table) = ("record_types_field_row", "record_types_reference_table");
    Ok(ConditionCode {
        year: row.number("year")?,
        code: row.get("code")?,
        // Where field row and reference table disagree, the wider of the two holds: a code that
        // either of them allows is legitimate.
        record_types: RecordTypes(record_types(row, own)?.0 | record_types(row, table)?.0),
        meaning: row.get("meaning")?,
        include: row.get("include_indicator")?,
    })
}

const INCLUDE_COLUMNS: [&str; 8] = [
    "year",
    "record_types",
    "code",
    "meaning",
    "counts_as_enrolled",
    "counts_as_tested",
    "counts_as_valid_score",
    "note",
];

/// A row may name several codes at once (`N|R|T|Y` for CSA in 2021).
fn include_codes(row: &TableRow<'static>) -> Result<Vec<IncludeCode>, TableError> {
    let (year, record_types, meaning) = (row.number("year")?, record_types(row, "record_types")?, row.get("meaning")?);
    Ok(row.parts("code")?.map(|code| IncludeCode { year, record_types, code, meaning }).collect())
}

/// The columns of a plain list: some print a code in two spellings or have a note.
fn listed_codes(name: &str, label: &str) -> Vec<Listed> {
    let path = knowledge::path(&format!("rules/codes/{name}.tsv")).unwrap_or_default();
    let code = |row: &TableRow<'static>| Ok((row.years()?, Code { code: row.get("code")?, label: row.get(label)? }));
    let extra: &[&str] = if name == "calpads-language" { &["printed_code"] } else { &[] };
    let columns: Vec<&str> = ["code", label, "years"].iter().chain(extra).copied().collect();
    table::lines(path, &columns, code)
}

const RANGE_COLUMNS: [&str; 10] =
    ["test", "record_type", "grade", "level", "level_label", "min", "max", "years", "printed_in", "note"];

fn score_range(row: &TableRow<'static>) -> Result<ScoreRange, TableError> {
    Ok(ScoreRange {
        record_type: RecordType(row.number("record_type")?),
        grade: row.number("grade")?,
        level: row.number("level")?,
        min: row.number("min")?,
        max: row.number("max")?,
        years: row.years()?,
    })
}
