//! Students who were tested at schools that the files lack, and whom the state counts elsewhere for
//! a reason that was found: they are in no file and in no row of those schools. What is left of the
//! rows of others can be they, as far as it is what students leave: the same in the grades and in
//! their sum, no more in a group than in all students, no more in a school than in its district.

use super::code::{CdsCode};
use super::grid::{GridRow, NO_ROW};
use super::problem::{Problem};
use super::reach::{RowReach};
use super::state::{SearchState};
use super::sums::{Sums};
use super::value::{AddedBounds};
use crate::counting::GradeKind;
use crate::facets::{Facets, NO_PLACE};
use crate::official::{ALL_STUDENTS, Interval, Measure};

/// Students whom official rows count and no file has, by row.
#[derive(Debug)]
pub struct MissingStudents(Vec<Option<Box<AddedBounds>>>);

/// What is left of the counts of a row: enrolled, tested, with scores; none where a count is not shown at all.
type Left = [Option<Interval>; 3];

const COUNTS: [Measure; 3] = [Measure::Enrolled, Measure::Tested, Measure::WithScores];

impl MissingStudents {
    /// What a state leaves of the rows, where it is what students leave. Nothing unless a hypothesis
    /// moves students from school to school.
    pub fn find(problem: &Problem<'_>, state: &SearchState, missing_schools: &[CdsCode]) -> Self {
        let rows = problem.grid.rows.len();
        if missing_schools.is_empty() || !moves_students(problem, state) {
            return Self(vec![None; rows]);
        }
        let left: Vec<Left> = (0..rows).map(|row| left_of(problem, state, row)).collect();
        let judge = StudentResidue { problem, left: &left };
        let bounds = |row: usize| {
            let is_own = missing_schools.contains(&problem.grid.rows.get(row)?.code);
            (!is_own && judge.is_of_students(row)).then(|| Box::new(bounds_of(&left[row], problem.scale_of(row))))
        };
        Self((0..rows).map(bounds).collect())
    }

    /// Adds them to what missing schools add.
    pub fn add_to(&self, extra: &mut [Option<Box<AddedBounds>>]) {
        for (sum, bounds) in extra.iter_mut().zip(&self.0) {
            if let Some(bounds) = bounds {
                **sum.get_or_insert_default() += bounds;
            }
        }
    }

    /// Whether such students are counted in a row.
    pub fn is_in(&self, row: u32) -> bool {
        self.0.get(row as usize).is_some_and(Option::is_some)
    }
}

fn moves_students(problem: &Problem<'_>, state: &SearchState) -> bool {
    let moves = |record: u32, after: &Facets| {
        let before = problem.records.facets.get(record as usize).map_or(NO_PLACE, |facets| facets.place);
        before != after.place && before != NO_PLACE && after.place != NO_PLACE
    };
    state.chosen.iter().any(|one| one.changes.iter().any(|change| moves(change.record, &change.after)))
}

/// The official counts less what is counted.
fn left_of(problem: &Problem<'_>, state: &SearchState, place: usize) -> Left {
    let row = &problem.grid.rows[place];
    if row.reach != RowReach::Checkable {
        return [None; 3];
    }
    let figures = problem.figures(place as u32, state.sums[place], state.extra[place].as_deref());
    COUNTS.map(|measure| {
        let shown = row.figures.iter().find(|(one, _)| *one == measure)?.1.interval()?;
        let own = figures.value(measure)?;
        Interval::new(shown.lo() - own.hi(), shown.hi() - own.lo())
    })
}

fn bounds_of(left: &Left, scale: (i64, i64)) -> AddedBounds {
    let narrow = |number: i64| i32::try_from(number).unwrap_or(i32::MAX);
    let [enrolled, tested, scored] = left.map(|left| left.map_or((0, 0), |left| (left.lo().max(0), left.hi().max(0))));
    let sums = |enrolled: i64, tested: i64, scored: i64, score: i64| Sums {
        enrolled: narrow(enrolled),
        tested: narrow(tested),
        with_scores: narrow(scored),
        scored: narrow(scored),
        score_sum: scored.saturating_mul(score),
        ..Sums::default()
    };
    AddedBounds {
        lo: sums(enrolled.0, tested.0, scored.0, scale.0),
        hi: Sums { levels: [narrow(scored.1); 4], ..sums(enrolled.1, tested.1, scored.1, scale.1) },
        scale,
    }
}

/// Tells whether what is left of rows is what students leave.
struct StudentResidue<'a> {
    problem: &'a Problem<'a>,
    left: &'a [Left],
}

impl StudentResidue<'_> {
    fn is_of_students(&self, place: usize) -> bool {
        let row = &self.problem.grid.rows[place];
        let left = &self.left[place];
        let is_short = left.iter().flatten().any(|left| left.lo() > 0);
        let is_over = left.iter().flatten().any(|left| left.hi() < 0);
        // Those with scores are tested, those tested are enrolled.
        let [enrolled, tested, scored] = left;
        let is_nested = is_within(*scored, *tested) && is_within(*tested, *enrolled);
        is_short && !is_over && is_nested && (0..3).all(|count| self.is_part(row, count) && self.adds_up(row, count))
    }

    fn left_at(&self, code: CdsCode, grade: u8, group: u16, row: &GridRow, count: usize) -> Option<Interval> {
        let group = self.problem.counting.groups.iter().position(|one| one.id == group)?;
        let place = self.problem.grid.row_of((code, row.test, grade), group);
        (place != NO_ROW).then(|| self.left.get(place as usize)?[count]).flatten()
    }

    /// Whether a row is short of no more than the rows it is part of.
    fn is_part(&self, row: &GridRow, count: usize) -> bool {
        let own = self.left_at(row.code, row.grade, row.group_id, row, count);
        let mut district = row.code;
        district[7..].fill(b'0');
        let is_in_district = row.entity_type != 9;
        let all_students = self.left_at(row.code, row.grade, ALL_STUDENTS, row, count);
        let above = is_in_district.then(|| self.left_at(district, row.grade, row.group_id, row, count)).flatten();
        is_within(own, all_students) && is_within(own, above)
    }

    /// Whether the rows of single grades are short of what their sums are short of.
    fn adds_up(&self, row: &GridRow, count: usize) -> bool {
        let grades = &self.problem.counting.grades;
        let single = || grades.iter().filter(|grade| grade.kind == GradeKind::Grade).map(|grade| grade.code);
        let sums = grades.iter().filter_map(|sum| match &sum.kind {
            GradeKind::All => Some((sum.code, single().collect::<Vec<u8>>())),
            GradeKind::Sum(members) => Some((sum.code, members.clone())),
            GradeKind::Grade | GradeKind::ClassOf(_) => None,
        });
        let left = |grade: u8| self.left_at(row.code, grade, row.group_id, row, count);
        let mut own = sums.filter(|(sum, members)| *sum == row.grade || members.contains(&row.grade));
        own.all(|(sum, members)| {
            let Some(sum) = left(sum) else { return true };
            let parts: Vec<Interval> = members.into_iter().filter_map(left).collect();
            let (lo, hi) = (parts.iter().map(|part| part.lo()).sum(), parts.iter().map(|part| part.hi()).sum());
            parts.is_empty() || Interval::new(lo, hi).is_some_and(|parts| parts.intersects(sum))
        })
    }
}

/// Whether the least of one is no more than the most of the other, where both are known.
fn is_within(part: Option<Interval>, whole: Option<Interval>) -> bool {
    part.zip(whole).is_none_or(|(part, whole)| part.lo() <= whole.hi())
}
