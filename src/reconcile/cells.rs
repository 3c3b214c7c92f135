//! From rows and steps to figures: ours, the official one, the steps between, and what is left.

use std::sync::Arc;

use super::elsewhere::Elsewhere;
use super::grid::GridRow;
use super::ladder::{Ladders, Step, Touches};
use super::model::{Cell, CellStep, Status, nearest};
use super::numbers::Numbered;
use super::reach::Reach;
use super::state::State;
use super::sums::Sums;
use super::threads::{each, parts, rooms};
use super::value::Figures;
use super::world::World;
use crate::official::{Interval, Measure, Official};

/// Schools that the files lack.
#[derive(Clone, Copy)]
pub struct Beyond<'a> {
    /// Their place among the causes, where they are supposed to be missing.
    pub cause: Option<usize>,
    /// Where their students are counted elsewhere.
    pub elsewhere: &'a Elsewhere,
}

/// What figures are made from.
pub struct Source<'a> {
    /// The fixed part.
    pub world: &'a World<'a>,
    /// The rows under the hypotheses that were found.
    pub state: &'a State,
    /// The steps of rows.
    pub ladders: &'a Ladders,
    /// What the schools that the files lack add.
    pub beyond: Beyond<'a>,
    /// The numbers that records are named by.
    pub numbers: &'a Numbered,
}

/// Rows that a thread does at a time.
const ROWS: usize = 256;

/// Makes the figures of all rows.
pub fn cells(source: &Source<'_>, threads: usize) -> Vec<Cell> {
    let parts = parts(source.world.grid.rows.len(), ROWS);
    let made = each(&parts, &rooms(threads, || ()), |rows, ()| {
        let mut cells = Vec::new();
        rows.clone().for_each(|row| of_row(source, row, &mut cells));
        cells
    });
    let mut cells = Vec::with_capacity(made.iter().map(Vec::len).sum());
    cells.extend(made.into_iter().flatten());
    cells
}

fn of_row(source: &Source<'_>, place: usize, cells: &mut Vec<Cell>) {
    let row = &source.world.grid.rows[place];
    let steps = source.ladders.get(place).map(Vec::as_slice).unwrap_or_default();
    let mut maker = Maker { source, row, place: place as u32, steps, lists: Vec::new() };
    cells.extend(row.figures.iter().map(|(measure, official)| maker.cell(*measure, *official)));
}

/// A step, by its place, and what its records count for.
type ListOf = (usize, Counting);

struct Maker<'a> {
    source: &'a Source<'a>,
    row: &'a GridRow,
    place: u32,
    steps: &'a [Step],
    /// The records of steps that count for figures, as far as they were asked for: the place of
    /// the step, and what they count for.
    lists: Vec<(ListOf, Arc<[u32]>)>,
}

impl Maker<'_> {
    fn cell(&mut self, measure: Measure, official: Official) -> Cell {
        let row = self.row;
        let mut cell = Cell {
            code: row.code,
            entity_type: row.entity_type,
            test: row.test,
            grade: row.grade,
            group: row.group_id,
            measure,
            ours: None,
            official,
            status: Status::Equal,
            steps: Vec::new(),
            unexplained: 0,
        };
        if let Reach::Beyond(reason) = row.reach {
            cell.status = Status::NotCheckable(reason);
            return cell;
        }
        let base = self.source.world.base[self.place as usize];
        if self.figures(base).is_untold(measure) {
            cell.status = Status::NotCheckable("levels-not-in-file");
            return cell;
        }
        let ours = self.figures(base).value(measure);
        cell.ours = ours.map(|ours| nearest(ours, official.interval().map_or(0, Interval::lo)));
        let mut walk = Walk {
            at: cell.ours.unwrap_or_default(),
            sums: base,
            is_bounded: ours.is_some_and(|one| one.exact().is_none()),
        };
        for step in 0..self.steps.len() {
            self.climb(&mut walk, step, measure, &mut cell);
        }
        self.arrive(walk, measure, &mut cell);
        // There are millions of figures in a large county.
        cell.steps.shrink_to_fit();
        cell
    }

    fn figures(&self, sums: Sums) -> Figures<'_> {
        self.source.world.figures(self.place, sums, None)
    }

    /// One step up the ladder.
    fn climb(&mut self, walk: &mut Walk, place: usize, measure: Measure, cell: &mut Cell) {
        let step = &self.steps[place];
        walk.sums += step.sums;
        let value = self.figures(walk.sums).value(measure);
        let is_bounded = value.is_some_and(|value| value.exact().is_none());
        let to = value.map_or(0, |value| nearest(value, cell.official.interval().map_or(0, Interval::lo)));
        let amount = to - walk.at;
        walk.at = to;
        walk.is_bounded |= is_bounded;
        if amount == 0 && !is_bounded {
            return;
        }
        let records = self.records(place, measure);
        if amount != 0 || !records.is_empty() {
            cell.steps.push(CellStep { cause: step.found, amount, is_bounded, records });
        }
    }

    /// The records of a step that count for a figure. Figures that rest on the same share one list.
    fn records(&mut self, place: usize, measure: Measure) -> Arc<[u32]> {
        let step = &self.steps[place];
        let of_measure = Counting::of(measure);
        let counting = if step.common.meets(of_measure.touches()) { Counting::All } else { of_measure };
        if let Some((_, list)) = self.lists.iter().find(|(of, _)| *of == (place, counting)) {
            return Arc::clone(list);
        }
        let own = step.records.iter().filter(|(_, touches)| touches.meets(counting.touches()));
        let list: Arc<[u32]> = own.map(|(record, _)| self.source.numbers.of(*record)).collect();
        self.lists.push(((place, counting), Arc::clone(&list)));
        list
    }

    /// The last step, if schools are missing, and how the figure stands.
    fn arrive(&self, walk: Walk, measure: Measure, cell: &mut Cell) {
        let Some(shown) = cell.official.interval() else { return };
        let extra = self.source.state.extra.get(self.place as usize).and_then(Option::as_ref);
        let with_absent = self.source.world.figures(self.place, walk.sums, extra).value(measure);
        let mut at = walk.at;
        if let (Some(_), Some(cause), Some(value)) = (extra, self.source.beyond.cause, with_absent) {
            let to = nearest(value, nearest(shown, at));
            if to != at {
                let is_bounded = value.exact().is_none() || self.source.beyond.elsewhere.is_in(self.place);
                cell.steps.push(CellStep { cause, amount: to - at, is_bounded, records: Arc::default() });
            }
            at = to;
        }
        let has_value = with_absent.is_some();
        cell.unexplained = if has_value || !cell.official.is_hidden() { nearest(shown, at) - at } else { 0 };
        cell.status = match (cell.unexplained != 0, cell.official.is_hidden(), cell.steps.is_empty()) {
            (true, ..) => Status::Unexplained,
            (false, true, _) => Status::WithinSuppression,
            (false, false, true) => Status::Equal,
            (false, false, false) => Status::Explained,
        };
    }
}

struct Walk {
    at: i64,
    sums: Sums,
    is_bounded: bool,
}

/// What of a record has to do with a figure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Counting {
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

impl Counting {
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
            Self::Level(level) => Touches::level(level).and(Touches::UNTOLD),
            Self::Mean => Touches::SCORES.and(Touches::UNTOLD),
            Self::Levels => Touches::WITH_SCORES.and(Touches::LEVELS).and(Touches::UNTOLD),
            Self::Nothing => Touches::default(),
        }
    }
}
