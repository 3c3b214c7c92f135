//! The reference tables under `rules/codes`: record types, condition codes, include indicators,
//! score ranges and the plain code lists, each by year.

use std::sync::LazyLock;

use super::model::{Code, RecordType, RecordTypes};
use crate::table::{Row, Table};

/// The plain code lists that layout rows point to with `see codes/NAME.tsv`.
const LISTS: [(&str, &str); 6] = [
    ("calpads-language", include_str!("../../rules/codes/calpads-language.tsv")),
    ("ceds-language", include_str!("../../rules/codes/ceds-language.tsv")),
    ("elas", include_str!("../../rules/codes/elas.tsv")),
    ("language-2017", include_str!("../../rules/codes/language-2017.tsv")),
    ("parent-education", include_str!("../../rules/codes/parent-education.tsv")),
    ("primary-disability", include_str!("../../rules/codes/primary-disability.tsv")),
];

/// The scores of one achievement level of one test and grade.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
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
    /// First administration the range holds for.
    pub from: u16,
    /// Last administration; `u16::MAX` while it still holds.
    pub to: u16,
}

struct ConditionCode {
    year: u16,
    code: &'static str,
    record_types: RecordTypes,
    meaning: &'static str,
    include: &'static str,
}

/// A code of a plain list with the years whose layout prints it.
type Listed = (Vec<u16>, Code);

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
    /// Each year, ascending, with the year whose tables stand for it.
    sources: Vec<(u16, u16)>,
    /// By name: each code with the years whose layout prints it.
    lists: Vec<(&'static str, Vec<Listed>)>,
}

/// The one set of reference tables of the program.
pub fn codes() -> &'static CodeTables {
    static CODES: LazyLock<CodeTables> = LazyLock::new(CodeTables::read);
    &CODES
}

impl CodeTables {
    fn read() -> Self {
        let rows = |text: &'static str| Table::new(text).rows();
        Self {
            record_types: rows(include_str!("../../rules/codes/record-types.tsv"))
                .map(|row| (year_of(&row), Code { code: row.get("code"), label: row.get("test") }))
                .collect(),
            conditions: rows(include_str!("../../rules/codes/condition-codes.tsv"))
                .map(|row| ConditionCode {
                    year: year_of(&row),
                    code: row.get("code"),
                    // Where field row and reference table disagree, the wider of the two holds:
                    // a code that either of them allows is legitimate.
                    record_types: RecordTypes(
                        RecordTypes::parse(row.get("record_types_field_row")).0
                            | RecordTypes::parse(row.get("record_types_reference_table")).0,
                    ),
                    meaning: row.get("meaning"),
                    include: row.get("include_indicator"),
                })
                .collect(),
            includes: rows(include_str!("../../rules/codes/include-indicators.tsv")).flat_map(include_codes).collect(),
            ranges: rows(include_str!("../../rules/codes/scale-score-ranges.tsv"))
                .filter_map(|row| score_range(&row))
                .collect(),
            sources: rows(include_str!("../../rules/layouts/years.tsv"))
                .map(|row| (year_of(&row), row.get("codes_from").parse().unwrap_or_default()))
                .collect(),
            lists: LISTS
                .iter()
                .map(|(name, text)| (*name, rows(text).map(|row| listed_code(&row)).collect()))
                .collect(),
        }
    }

    /// The year whose tables stand for `year`: its own where it has one, else the neighbour that the
    /// layouts are carried from (`codes_from` in `rules/layouts/years.tsv`). Earlier years than the
    /// first have its tables, later ones those of the last.
    pub fn source_year(&self, year: u16) -> u16 {
        let known = self.sources.iter().rev().find(|(from, _)| *from <= year).or(self.sources.first());
        known.map_or(year, |(_, source)| *source)
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
            listed.iter().filter(|(years, _)| years.contains(&source)).map(|(_, code)| code.clone()).collect();
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
        self.ranges.iter().filter(move |range| {
            range.record_type == record_type && range.grade == grade && (range.from..=range.to).contains(&year)
        })
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

fn year_of(row: &Row<'_>) -> u16 {
    row.get("year").parse().unwrap_or_default()
}

fn listed_code(row: &Row<'static>) -> Listed {
    let years = row.get("years").split('|').filter_map(|year| year.parse().ok()).collect();
    (years, Code { code: row.get("code"), label: list_label(row) })
}

fn list_label(row: &Row<'static>) -> &'static str {
    ["language", "status", "level", "type"]
        .iter()
        .map(|name| row.get(name))
        .find(|label| !label.is_empty())
        .unwrap_or("")
}

/// A row may name several codes at once (`N|R|T|Y` for CSA in 2021).
fn include_codes(row: Row<'static>) -> impl Iterator<Item = IncludeCode> {
    let (year, record_types) = (year_of(&row), RecordTypes::parse(row.get("record_types")));
    let meaning = row.get("meaning");
    row.get("code").split('|').map(move |code| IncludeCode { year, record_types, code, meaning })
}

fn score_range(row: &Row<'static>) -> Option<ScoreRange> {
    Some(ScoreRange {
        record_type: RecordType(row.get("record_type").parse().ok()?),
        grade: row.get("grade").parse().ok()?,
        level: row.get("level").parse().ok()?,
        min: row.get("min").parse().ok()?,
        max: row.get("max").parse().ok()?,
        from: row.get("valid_from_year").parse().ok()?,
        to: row.get("valid_to_year").parse().unwrap_or(u16::MAX),
    })
}
