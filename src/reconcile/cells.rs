//! From rows and steps to figures: ours, the official one, the steps between, and what is left.

use super::elsewhere::Elsewhere;
use super::grid::GridRow;
use super::ladder::{Ladders, Step};
use super::model::{Cell, CellStep, Status, nearest};
use super::reach::Reach;
use super::state::State;
use super::sums::Sums;
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

/// Makes the figures of all rows. Records are given numbers by `number`.
pub fn cells(
    world: &World<'_>,
    state: &State,
    ladders: &Ladders,
    beyond: Beyond<'_>,
    mut number: impl FnMut(u32) -> u32,
) -> Vec<Cell> {
    let mut cells = Vec::new();
    for (place, row) in world.grid.rows.iter().enumerate() {
        let steps = ladders.get(&(place as u32)).map(Vec::as_slice).unwrap_or_default();
        let maker = Maker { world, state, row, place: place as u32, steps, beyond };
        for (measure, official) in &row.figures {
            cells.push(maker.cell(*measure, *official, &mut number));
        }
    }
    cells
}

struct Maker<'a> {
    world: &'a World<'a>,
    state: &'a State,
    row: &'a GridRow,
    place: u32,
    steps: &'a [Step],
    beyond: Beyond<'a>,
}

impl Maker<'_> {
    fn cell(&self, measure: Measure, official: Official, number: &mut impl FnMut(u32) -> u32) -> Cell {
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
        let base = self.world.base[self.place as usize];
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
        for step in self.steps {
            self.climb(&mut walk, step, measure, &mut cell, number);
        }
        self.arrive(walk, measure, &mut cell);
        cell
    }

    fn figures(&self, sums: Sums) -> Figures<'_> {
        self.world.figures(self.place, sums, None)
    }

    /// One step up the ladder.
    fn climb(
        &self,
        walk: &mut Walk,
        step: &Step,
        measure: Measure,
        cell: &mut Cell,
        number: &mut impl FnMut(u32) -> u32,
    ) {
        walk.sums += step.sums;
        let value = self.figures(walk.sums).value(measure);
        let is_bounded = value.is_some_and(|value| value.exact().is_none());
        let to = value.map_or(0, |value| nearest(value, cell.official.interval().map_or(0, Interval::lo)));
        let amount = to - walk.at;
        walk.at = to;
        walk.is_bounded |= is_bounded;
        let records: Vec<u32> = step
            .records
            .iter()
            .filter(|(_, sums)| counts_for(measure, sums))
            .map(|(record, _)| number(*record))
            .collect();
        if amount != 0 || !records.is_empty() && is_bounded {
            cell.steps.push(CellStep { cause: step.found, amount, is_bounded, records });
        }
    }

    /// The last step, if schools are missing, and how the figure stands.
    fn arrive(&self, walk: Walk, measure: Measure, cell: &mut Cell) {
        let Some(shown) = cell.official.interval() else { return };
        let extra = self.state.extra.get(self.place as usize).and_then(Option::as_ref);
        let with_absent = self.world.figures(self.place, walk.sums, extra).value(measure);
        let mut at = walk.at;
        if let (Some(_), Some(cause), Some(value)) = (extra, self.beyond.cause, with_absent) {
            let to = nearest(value, nearest(shown, at));
            if to != at {
                let is_bounded = value.exact().is_none() || self.beyond.elsewhere.is_in(self.place);
                cell.steps.push(CellStep { cause, amount: to - at, is_bounded, records: Vec::new() });
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

/// Whether what a record adds has to do with a measure.
fn counts_for(measure: Measure, sums: &Sums) -> bool {
    let level = |level: u8| {
        usize::from(level).checked_sub(1).and_then(|place| sums.levels.get(place)).is_some_and(|count| *count != 0)
    };
    match measure {
        Measure::Enrolled => sums.enrolled != 0,
        Measure::Tested => sums.tested != 0,
        Measure::WithScores => sums.with_scores != 0,
        Measure::Count(one) => level(one) || sums.untold != 0,
        Measure::Mean => sums.scored != 0 || sums.score_sum != 0 || sums.untold != 0,
        Measure::Percent(_) | Measure::PercentMet | Measure::CountMet | Measure::LevelsTotal => {
            sums.with_scores != 0 || sums.levels != [0; 4] || sums.untold != 0
        }
        Measure::TotalTested | Measure::TotalWithScores => false,
    }
}
