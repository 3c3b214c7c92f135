//! From rows and steps to figures: ours, the official one, the steps between, and what is left.

use std::sync::{Arc, Mutex};

use super::compared::{ComparedFigures, RowPart, FigureStatus, UNREADABLE, shown_as};
use super::grid::{Grid, GridRow};
use super::ladder::{Ladders, Step, Touches};
use super::missing_students::{MissingStudents};
use super::value::{nearest};
use super::numbers::{Numbered};
use super::problem::{Problem};
use super::reach::{RowReach};
use super::state::{SearchState};
use super::sums::{Sums};
use crate::parallel::{each, locked, parts, scratches};
use super::value::{Figures};
use crate::official::{Measure, OfficialValue};

/// Schools that the files lack.
#[derive(Clone, Copy)]
pub struct OutsideFiles<'a> {
    /// Their place among the causes, where they are supposed to be missing.
    pub cause: Option<usize>,
    /// Where their students are counted elsewhere.
    pub missing_students: &'a MissingStudents,
}

/// What figures are made from.
pub struct FigureSource<'a> {
    /// The fixed part.
    pub problem: &'a Problem<'a>,
    /// Its official rows, to be kept.
    pub grid: &'a Arc<Grid>,
    /// The rows under the hypotheses that were found.
    pub state: &'a SearchState,
    /// What the schools that the files lack add.
    pub beyond: OutsideFiles<'a>,
    /// The numbers that records are named by.
    pub numbers: &'a Numbered,
}

/// Rows that a thread does at a time.
const ROWS: usize = 256;

/// Makes the figures of all rows. The steps of rows are used up by and by: there may be very many.
pub fn cells(source: &FigureSource<'_>, ladders: Ladders, threads: usize) -> ComparedFigures {
    let mut ladders = ladders.into_iter();
    let parts = parts(source.problem.grid.rows.len(), ROWS).into_iter().map(|rows| {
        let own: Vec<Vec<Step>> = ladders.by_ref().take(rows.len()).collect();
        (rows, Mutex::new(own))
    });
    let parts: Vec<_> = parts.collect();
    let made = each(&parts, &scratches(threads, || ()), |(rows, ladders), ()| {
        let mut part = RowPart::new(source.problem.grid, rows.clone());
        let ladders = std::mem::take(&mut *locked(ladders));
        for (row, steps) in rows.clone().zip(&ladders) {
            of_row(source, row, steps, &mut part);
        }
        part.finished()
    });
    ComparedFigures::new(source.problem, source.grid, made)
}

fn of_row(source: &FigureSource<'_>, place: usize, steps: &[Step], part: &mut RowPart) {
    let row = &source.problem.grid.rows[place];
    let mut maker = Maker { source, row, place: place as u32, steps, lists: Vec::new(), part };
    for (measure, official) in &row.figures {
        let (unexplained, status) = maker.figure(*measure, *official);
        maker.part.figure(status, unexplained);
    }
}

/// A step, by its place, and what its records count for.
type ListOf = (usize, FigureShare);

struct Maker<'a> {
    source: &'a FigureSource<'a>,
    row: &'a GridRow,
    place: u32,
    steps: &'a [Step],
    /// The records of steps that count for figures, as far as they were asked for: the place of
    /// the step, and what they count for.
    lists: Vec<(ListOf, u32)>,
    part: &'a mut RowPart,
}

impl Maker<'_> {
    /// What is left over of a figure, and how it stands; its steps are added to the part.
    fn figure(&mut self, measure: Measure, official: OfficialValue) -> (i64, FigureStatus) {
        if let RowReach::Beyond(reason) = self.row.reach {
            return (0, FigureStatus::NotCheckable(reason));
        }
        if official.is_unreadable() {
            return (0, FigureStatus::NotCheckable(UNREADABLE));
        }
        let base = self.source.problem.base[self.place as usize];
        if let Some(reason) = self.figures(base).untold_reason(measure) {
            return (0, FigureStatus::NotCheckable(reason));
        }
        let ours = self.figures(base).value(measure).map(|ours| shown_as(ours, official));
        let mut walk = RunningSum { at: ours.unwrap_or_default(), sums: base };
        for step in 0..self.steps.len() {
            self.climb(&mut walk, step, measure, official);
        }
        self.arrive(&walk, measure, official)
    }

    fn figures(&self, sums: Sums) -> Figures<'_> {
        self.source.problem.figures(self.place, sums, None)
    }

    /// One step up the ladder.
    fn climb(&mut self, walk: &mut RunningSum, place: usize, measure: Measure, official: OfficialValue) {
        let step = &self.steps[place];
        walk.sums += step.sums;
        let value = self.figures(walk.sums).value(measure);
        let is_bounded = value.is_some_and(|value| value.exact().is_none());
        let to = value.map_or(0, |value| shown_as(value, official));
        let amount = to - walk.at;
        walk.at = to;
        if amount == 0 && !is_bounded {
            return;
        }
        let list = self.list(place, measure);
        if amount != 0 || list != RowPart::NONE {
            self.part.step(step.found, amount, is_bounded, list);
        }
    }

    /// The records of a step that count for a figure. Figures that rest on the same share one list.
    fn list(&mut self, place: usize, measure: Measure) -> u32 {
        let step = &self.steps[place];
        let of_measure = FigureShare::of(measure);
        let counting = if step.common.meets(of_measure.touches()) { FigureShare::All } else { of_measure };
        if let Some((_, list)) = self.lists.iter().find(|(of, _)| *of == (place, counting)) {
            return *list;
        }
        let own = step.records.iter().filter(|(_, touches)| touches.meets(counting.touches()));
        let known = self.lists.iter().filter(|((of, _), _)| *of == place).map(|(_, list)| *list);
        let list = self.part.list(own.map(|(record, _)| self.source.numbers.of(*record)), known);
        self.lists.push(((place, counting), list));
        list
    }

    /// The last step, if schools are missing; what is left over, and how the figure stands.
    fn arrive(&mut self, walk: &RunningSum, measure: Measure, official: OfficialValue) -> (i64, FigureStatus) {
        let Some(shown) = official.interval() else { return (0, FigureStatus::Equal) };
        let extra = self.source.state.extra.get(self.place as usize).and_then(Option::as_deref);
        let with_absent = self.source.problem.figures(self.place, walk.sums, extra).value(measure);
        let mut at = walk.at;
        if let (Some(_), Some(cause), Some(value)) = (extra, self.source.beyond.cause, with_absent) {
            let to = nearest(value, nearest(shown, at));
            if to != at {
                let is_bounded = value.exact().is_none() || self.source.beyond.missing_students.is_in(self.place);
                self.part.step(cause, to - at, is_bounded, RowPart::NONE);
            }
            at = to;
        }
        let has_value = with_absent.is_some();
        let unexplained = if has_value || !official.is_hidden() { nearest(shown, at) - at } else { 0 };
        let status = match (unexplained != 0, official.is_hidden(), self.part.has_steps()) {
            (true, _, true) => FigureStatus::PartlyExplained,
            (true, _, false) => FigureStatus::Unexplained,
            (false, true, _) => FigureStatus::WithinSuppression,
            (false, false, false) => FigureStatus::Equal,
            (false, false, true) => FigureStatus::Explained,
        };
        (unexplained, status)
    }
}

struct RunningSum {
    at: i64,
    sums: Sums,
}

/// What of a record has to do with a figure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum FigureShare {
    /// All that a step owns.
    All,
    Enrolled,
    Tested,
    WithScores,
    Level(u8),
    Mean,
    Levels,
    Nothing,
}

impl FigureShare {
    fn of(measure: Measure) -> Self {
        match measure {
            Measure::Enrolled => Self::Enrolled,
            Measure::Tested => Self::Tested,
            Measure::WithScores => Self::WithScores,
            Measure::Count(level) => Self::Level(level),
            Measure::Mean => Self::Mean,
            Measure::Percent(_) | Measure::PercentMet | Measure::CountMet | Measure::LevelsTotal => Self::Levels,
            Measure::TotalTested | Measure::TotalWithScores => Self::Nothing,
        }
    }

    /// What a record has to touch to count for it.
    fn touches(self) -> Touches {
        match self {
            Self::All => Touches::ANY,
            Self::Enrolled => Touches::ENROLLED,
            Self::Tested => Touches::TESTED,
            Self::WithScores => Touches::WITH_SCORES,
            Self::Level(level) => Touches::level(level).and(Touches::NOT_KNOWN),
            Self::Mean => Touches::SCORES.and(Touches::NOT_KNOWN),
            Self::Levels => Touches::WITH_SCORES.and(Touches::LEVELS).and(Touches::NOT_KNOWN),
            Self::Nothing => Touches::default(),
        }
    }
}
