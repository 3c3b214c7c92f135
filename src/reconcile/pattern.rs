//! What the pattern of the rest says: reasons that score files cannot tell of, with the figures that speak for them.

use std::collections::BTreeMap;

use super::code::CdsCode;
use super::compared::{ComparedFigure, ComparedFigures, FigureStatus};
use crate::official::{ALL_STUDENTS, Measure};

/// A reason that the pattern of the rest speaks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RestPattern {
    /// Its name in `rules/causes/beyond.tsv`.
    pub id: &'static str,
    /// Figures that fit it.
    pub fits: u64,
    /// Figures that could.
    pub of: u64,
}

/// Patterns with fewer figures say nothing.
const FEWEST: u64 = 5;

/// The patterns that are seen, the clearest first.
pub fn patterns(cells: &ComparedFigures) -> Vec<RestPattern> {
    let all = [in_program_rows(cells), short_everywhere(cells), all_scored(cells)];
    let mut seen: Vec<RestPattern> = all
        .into_iter()
        .filter(|(_, fits, of)| *of >= FEWEST && fits * 10 >= of * 9)
        .map(|(id, fits, of)| RestPattern { id, fits, of })
        .collect();
    seen.sort_by_key(|one| (std::cmp::Reverse(one.fits), one.id));
    seen
}

type PatternCounts = (&'static str, u64, u64);

fn is_left(cell: &ComparedFigure<'_>) -> bool {
    matches!(cell.status, FigureStatus::Unexplained | FigureStatus::PartlyExplained)
}

/// A District Level Program row: the district, and its test, grade row and student group.
type ProgramRow = ([u8; 7], (u16, u8, u16));

/// Figures of a row as we count them and as they are official: the enrolled, and those with scores.
type EnrolledAndScored = [Option<(i64, i64)>; 2];

/// The rest of the district stands one for one in its District Level Program rows: students of nonpublic schools who were
/// tested in another district.
fn in_program_rows(cells: &ComparedFigures) -> PatternCounts {
    let is_enrolled = |cell: &ComparedFigure<'_>| cell.measure == Measure::Enrolled;
    let key = |cell: &ComparedFigure<'_>| (cell.test, cell.grade, cell.group);
    let mut program: BTreeMap<ProgramRow, i64> = BTreeMap::new();
    for cell in cells.iter().filter(|cell| is_enrolled(cell) && is_left(cell) && cell.code[..7] == cell.code[7..]) {
        program.insert((district_of(&cell.code), key(&cell)), cell.unexplained);
    }
    let is_district = |cell: &ComparedFigure<'_>| cell.code[7..] == *b"0000000" && cell.code[2..7] != *b"00000";
    let (mut fits, mut of) = (0, 0);
    for cell in cells.iter().filter(|cell| is_enrolled(cell) && is_left(cell) && is_district(cell)) {
        of += 1;
        let held = program.get(&(district_of(&cell.code), key(&cell)));
        fits += u64::from(held == Some(&cell.unexplained));
    }
    ("lea-file-lacks-other-leas", fits, of)
}

/// The files lack students enrolled in nearly all rows of schools: a download that was filtered.
fn short_everywhere(cells: &ComparedFigures) -> PatternCounts {
    let is_fit = |cell: &ComparedFigure<'_>| {
        let is_school = cell.code[7..] != *b"0000000" && cell.code[..7] != cell.code[7..];
        is_school && cell.measure == Measure::Enrolled && cell.group == ALL_STUDENTS && is_large(cell)
    };
    let all = || cells.iter().filter(is_fit);
    ("ssr-date-filtered-download", all().filter(|cell| cell.unexplained > 0).count() as u64, all().count() as u64)
}

fn is_large(cell: &ComparedFigure<'_>) -> bool {
    const STUDENTS: i64 = 30;
    cell.official.exact().is_some_and(|official| official >= STUDENTS)
}

/// Every student in the files has a score, while official rows have more students than scores: a tool kept only scored
/// records.
fn all_scored(cells: &ComparedFigures) -> PatternCounts {
    let mut rows: BTreeMap<(CdsCode, u16, u8), EnrolledAndScored> = BTreeMap::new();
    for cell in cells.iter().filter(|cell| cell.group == ALL_STUDENTS) {
        let place = match cell.measure {
            Measure::Enrolled => 0,
            Measure::WithScores => 1,
            _ => continue,
        };
        if let (Some(ours), Some(official)) = (cell.ours, cell.official.exact()) {
            rows.entry((cell.code, cell.test, cell.grade)).or_default()[place] = Some((ours, official));
        }
    }
    let both = || rows.values().filter_map(|[enrolled, scored]| Some(((*enrolled)?, (*scored)?)));
    let could = || both().filter(|(enrolled, scored)| enrolled.1 > scored.1);
    let fits = could().filter(|(enrolled, scored)| enrolled.0 == scored.0 && enrolled.0 > 0);
    ("untested-records-dropped", fits.count() as u64, could().count() as u64)
}

fn district_of(code: &CdsCode) -> [u8; 7] {
    let mut district = [0; 7];
    district.copy_from_slice(&code[..7]);
    district
}
