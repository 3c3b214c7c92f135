//! Official results as they are read: files, rows, and the figures of a row.

use std::collections::BTreeSet;
use std::path::PathBuf;

use super::value::OfficialValue;
use crate::input::{Detected, Encoding};

/// The student group that all students are in.
pub const ALL_STUDENTS: u16 = 1;

/// The grade row of all grades.
pub const ALL_GRADES: u8 = 13;

/// The grade row of all high school grades of science.
pub const HIGH_SCHOOL: u8 = 14;

/// Results of one file.
#[derive(Clone, Debug)]
pub struct OfficialFile {
    /// The path as given.
    pub path: PathBuf,
    /// The name inside a zip.
    pub member: Option<String>,
    /// Where its numbers come from.
    pub origin: FileOrigin,
    /// The program: `SB`.
    pub program: &'static str,
    /// The spring year.
    pub year: u16,
    /// The version in the file name: 2 for `…_v2`. A higher one is a re-issue.
    pub version: Option<u8>,
    /// The byte between two cells.
    pub separator: u8,
    /// The encoding.
    pub encoding: Encoding,
    /// What was detected and why.
    pub detected: Vec<Detected>,
    /// The headings, as they stand in the file.
    pub headings: Vec<String>,
    /// The columns of areas, domains and claims, in the order of [`RowFigures::areas`].
    pub areas: Vec<AreaColumn>,
    /// The line of the header, 1-based.
    pub header_line: u64,
    /// The rows that were asked for.
    pub rows: Vec<OfficialRow>,
    /// Rows that were passed over by a filter.
    pub passed_over: u64,
    /// Rows that cannot be used, the first thousand of them.
    pub troubles: Vec<Trouble>,
    /// All rows that cannot be used.
    pub trouble_count: u64,
    /// Rows whose entity code had lost its leading zeros.
    pub repaired_codes: u64,
    /// Figures that were written otherwise than the state does, and can only mean one number.
    pub rewritten: u64,
    /// Districts of rows that were passed over: the first seven digits of their codes.
    pub other_districts: BTreeSet<[u8; 7]>,
    /// The last of them: rows of a district follow each other.
    pub(super) last_district: [u8; 7],
    /// Size in bytes as stored, where it is known.
    pub bytes: Option<u64>,
}

/// Where the numbers of a file come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FileOrigin {
    /// A public research file.
    Research,
    /// A table into which somebody typed numbers.
    Typed,
}

impl OfficialFile {
    /// The name for messages: the path, and the name in an archive.
    pub fn name(&self) -> String {
        let path = self.path.display().to_string();
        self.member.as_ref().map_or_else(|| path.clone(), |member| format!("{path}:{member}"))
    }
}

/// Districts of passed over rows that are kept: more than the state has.
const KEPT_DISTRICTS: usize = 4096;

impl OfficialFile {
    /// Passes over a row of an entity that is not wanted.
    pub(super) fn pass_over(&mut self, code: &[u8; 14]) {
        self.passed_over += 1;
        let Some(district) = code.first_chunk::<7>() else { return };
        if self.last_district != *district && self.other_districts.len() < KEPT_DISTRICTS {
            self.other_districts.insert(*district);
            self.last_district = *district;
        }
    }
}

/// A row that cannot be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trouble {
    /// Its line.
    pub line: u64,
    /// What is wrong with it.
    pub what: TroubleKind,
}

/// What is wrong with a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TroubleKind {
    /// It has so many cells, not as many as the header.
    Cells(usize),
    /// The cell under this heading, by its place, says not what the row is about.
    Key(usize),
    /// It is of another year than the first row.
    Year(u16),
}

/// A state, county, district, school or charter in an official file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PublicEntity {
    /// Its code, fourteen digits.
    pub code: [u8; 14],
    /// Its type; 0 where the file does not say and no entity list was given.
    pub entity_type: u8,
}

impl PublicEntity {
    /// The code as text.
    pub fn code_text(&self) -> String {
        code_text(&self.code)
    }

    /// Whether it is the row of a district's own program: its school code repeats the district's.
    pub fn is_district_level(&self) -> bool {
        self.code[..7] == self.code[7..] && self.code[..2] != *b"00"
    }
}

/// A code of fourteen digits as text.
pub fn code_text(code: &[u8; 14]) -> String {
    String::from_utf8_lossy(code).into_owned()
}

/// The type that a code alone tells: state, county or district; 0 for schools and charters.
pub fn type_of_code(code: &[u8; 14]) -> u8 {
    let is_zero = |part: &[u8]| part.iter().all(|digit| *digit == b'0');
    match (is_zero(&code[..2]), is_zero(&code[2..7]), is_zero(&code[7..])) {
        (true, true, true) => 4,
        (false, true, true) => 5,
        (_, false, true) => 6,
        _ => 0,
    }
}

/// What a cell of the public results is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RowKey {
    /// The entity.
    pub code: [u8; 14],
    /// The official number of the test.
    pub test: u16,
    /// The grade row.
    pub grade: u8,
    /// The official number of the student group.
    pub group: u16,
}

/// The results of one entity, test, grade row and student group.
#[derive(Clone, Debug)]
pub struct OfficialRow {
    /// The entity.
    pub place: PublicEntity,
    /// The official number of the test.
    pub test: u16,
    /// The grade row.
    pub grade: u8,
    /// The official number of the student group.
    pub group: u16,
    /// Its line in the file, 1-based.
    pub line: u64,
    /// Its figures.
    pub values: RowFigures,
}

impl OfficialRow {
    /// What it is about.
    pub fn key(&self) -> RowKey {
        RowKey { code: self.place.code, test: self.test, grade: self.grade, group: self.group }
    }
}

/// A figure that a row has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Measure {
    /// Students enrolled.
    Enrolled,
    /// Students tested.
    Tested,
    /// Students tested with scores.
    WithScores,
    /// The mean scale score, in tenths.
    Mean,
    /// The percent at a level from 1 to 4, in hundredths.
    Percent(u8),
    /// The percent at the level "met" and above, in hundredths.
    PercentMet,
    /// Students at a level from 1 to 4.
    Count(u8),
    /// Students at the level "met" and above.
    CountMet,
    /// Students at all levels together.
    LevelsTotal,
    /// Tested in all grades of the test: the same on each grade row of an entity and group.
    TotalTested,
    /// With scores in all grades of the test: the same on each grade row of an entity and group.
    TotalWithScores,
}

impl Measure {
    /// All of them, in the order of reports.
    pub const ALL: [Self; 17] = [
        Self::Enrolled,
        Self::Tested,
        Self::WithScores,
        Self::Mean,
        Self::Percent(1),
        Self::Percent(2),
        Self::Percent(3),
        Self::Percent(4),
        Self::PercentMet,
        Self::Count(1),
        Self::Count(2),
        Self::Count(3),
        Self::Count(4),
        Self::CountMet,
        Self::LevelsTotal,
        Self::TotalTested,
        Self::TotalWithScores,
    ];

    /// The name used in tables under `rules/official` and in output: `percent_4`.
    pub fn id(self) -> &'static str {
        const PERCENTS: [&str; 4] = ["percent_1", "percent_2", "percent_3", "percent_4"];
        const COUNTS: [&str; 4] = ["count_1", "count_2", "count_3", "count_4"];
        let of_level = |names: [&'static str; 4], level: u8| {
            usize::from(level).checked_sub(1).and_then(|place| names.get(place).copied()).unwrap_or("level")
        };
        match self {
            Self::Enrolled => "enrolled",
            Self::Tested => "tested",
            Self::WithScores => "with_scores",
            Self::Mean => "mean",
            Self::Percent(level) => of_level(PERCENTS, level),
            Self::PercentMet => "percent_met",
            Self::Count(level) => of_level(COUNTS, level),
            Self::CountMet => "count_met",
            Self::LevelsTotal => "levels_total",
            Self::TotalTested => "total_tested",
            Self::TotalWithScores => "total_with_scores",
        }
    }

    /// The decimals it is printed with.
    pub fn decimals(self) -> usize {
        match self {
            Self::Mean => 1,
            Self::Percent(_) | Self::PercentMet => 2,
            _ => 0,
        }
    }
}

/// The figures of a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RowFigures {
    /// Students enrolled.
    pub enrolled: OfficialValue,
    /// Students tested.
    pub tested: OfficialValue,
    /// Students tested with scores.
    pub with_scores: OfficialValue,
    /// The mean scale score, in tenths.
    pub mean: OfficialValue,
    /// The percents at levels 1 to 4, in hundredths; absent where the test has fewer levels.
    pub percents: [OfficialValue; 4],
    /// The percent at "met" and above, in hundredths.
    pub percent_met: OfficialValue,
    /// Tested in all grades: the same on each grade row.
    pub total_tested: OfficialValue,
    /// With scores in all grades: the same on each grade row.
    pub total_with_scores: OfficialValue,
    /// Students by level, from 2024 on.
    pub counts: Option<Box<LevelCounts>>,
    /// Areas, domains and claims, as the columns of [`OfficialFile::areas`]; empty unless asked for.
    pub areas: Box<[OfficialValue]>,
}

/// Students by level.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LevelCounts {
    /// At levels 1 to 4.
    pub levels: [OfficialValue; 4],
    /// At "met" and above.
    pub met: OfficialValue,
    /// At all levels.
    pub total: OfficialValue,
}

impl Default for RowFigures {
    fn default() -> Self {
        let absent = OfficialValue::ABSENT;
        Self {
            enrolled: absent,
            tested: absent,
            with_scores: absent,
            mean: absent,
            percents: [absent; 4],
            percent_met: absent,
            total_tested: absent,
            total_with_scores: absent,
            counts: None,
            areas: Box::default(),
        }
    }
}

impl RowFigures {
    /// Sets a figure; one of a level that no test has is left out.
    pub(super) fn set(&mut self, measure: Measure, figure: OfficialValue) {
        let counts = self.counts.as_deref_mut();
        let place = match measure {
            Measure::Enrolled => Some(&mut self.enrolled),
            Measure::Tested => Some(&mut self.tested),
            Measure::WithScores => Some(&mut self.with_scores),
            Measure::Mean => Some(&mut self.mean),
            Measure::Percent(level) => self.percents.get_mut(usize::from(level).wrapping_sub(1)),
            Measure::PercentMet => Some(&mut self.percent_met),
            Measure::TotalTested => Some(&mut self.total_tested),
            Measure::TotalWithScores => Some(&mut self.total_with_scores),
            Measure::Count(level) => {
                counts.and_then(|counts| counts.levels.get_mut(usize::from(level).wrapping_sub(1)))
            }
            Measure::CountMet => counts.map(|counts| &mut counts.met),
            Measure::LevelsTotal => counts.map(|counts| &mut counts.total),
        };
        if let Some(place) = place {
            *place = figure;
        }
    }

    /// A figure by its measure.
    pub fn get(&self, measure: Measure) -> OfficialValue {
        let of_level = |values: &[OfficialValue; 4], level: u8| {
            usize::from(level).checked_sub(1).and_then(|place| values.get(place).copied())
        };
        let counts = self.counts.as_deref();
        let figure = match measure {
            Measure::Enrolled => Some(self.enrolled),
            Measure::Tested => Some(self.tested),
            Measure::WithScores => Some(self.with_scores),
            Measure::Mean => Some(self.mean),
            Measure::Percent(level) => of_level(&self.percents, level),
            Measure::PercentMet => Some(self.percent_met),
            Measure::Count(level) => counts.and_then(|counts| of_level(&counts.levels, level)),
            Measure::CountMet => counts.map(|counts| counts.met),
            Measure::LevelsTotal => counts.map(|counts| counts.total),
            Measure::TotalTested => Some(self.total_tested),
            Measure::TotalWithScores => Some(self.total_with_scores),
        };
        figure.unwrap_or(OfficialValue::ABSENT)
    }
}

/// A column about an area, a domain or a claim.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AreaColumn {
    /// Its number: 1 to 4, 5 and 6 for composites.
    pub area: u8,
    /// What it holds.
    pub holds: AreaFigure,
    /// Its place in the file.
    pub column: usize,
}

/// What a column about an area holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AreaFigure {
    /// A percent above, near or below the standard, in hundredths.
    Percent,
    /// Students above, near or below the standard.
    Count,
    /// Students in all bands.
    Total,
    /// A mean scale score, in tenths.
    Mean,
}
