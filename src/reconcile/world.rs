//! Everything that a search looks at and does not change: records, official rows, hypotheses, and
//! what each row counts by the standard rules.

use super::files::Records;
use super::grid::{Grid, GridRow, NO_ROW, Ways};
use super::pairs::Pairs;
use super::sums::Sums;
use super::value::{Bounds, Figures, is_count, scale_of};
use crate::counting::{Book, TestInfo};
use crate::engine::Facets;

/// The fixed part of a search.
pub struct World<'a> {
    /// The year's knowledge.
    pub book: &'a Book,
    /// The records.
    pub records: &'a Records,
    /// The official rows.
    pub grid: &'a Grid,
    /// How records count under two causes.
    pub pairs: Pairs,
    /// Whether a place is a school that the files lack: what is moved there is part of what is missing.
    pub is_absent: Vec<bool>,
    /// The test of each row.
    tests: Vec<&'a TestInfo>,
    /// What each row counts by the standard rules.
    pub base: Vec<Sums>,
}

/// How well a row agrees.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Fit {
    /// Figures that do not agree.
    pub misses: u32,
    /// How far they are off, on a scale that grows ever slower.
    pub cost: u32,
}

/// The sums that a hypothesis would add to rows; used again and again.
#[derive(Debug, Default)]
pub struct Shift {
    sums: Vec<Sums>,
    is_touched: Vec<bool>,
    touched: Vec<u32>,
    ways: Ways,
}

impl Shift {
    /// Room for so many rows.
    pub fn new(rows: usize) -> Self {
        Self {
            sums: vec![Sums::default(); rows],
            is_touched: vec![false; rows],
            touched: Vec::new(),
            ways: Ways::default(),
        }
    }

    /// The rows with something added, and what.
    pub fn rows(&self) -> impl Iterator<Item = (u32, Sums)> + '_ {
        self.touched.iter().filter_map(|row| Some((*row, *self.sums.get(*row as usize)?)))
    }

    /// Forgets everything.
    pub fn clear(&mut self) {
        for row in self.touched.drain(..) {
            self.sums[row as usize] = Sums::default();
            self.is_touched[row as usize] = false;
        }
    }

    /// Adds what a record counts as now and takes away what it counted as before, in the rows of
    /// some groups.
    pub fn replace(&mut self, world: &World<'_>, before: &Facets, after: &Facets, groups: u64) {
        let mut groups = groups;
        if (Facets { groups: before.groups, ..*after }) == *before {
            groups &= before.groups ^ after.groups;
        }
        let (out, into) = (Sums::of(world.book, before), Sums::of(world.book, after));
        self.add(world, before, groups, Sums::default() - out);
        self.add(world, after, groups, into);
    }

    fn add(&mut self, world: &World<'_>, facets: &Facets, groups: u64, sums: Sums) {
        let is_absent = world.is_absent.get(facets.place as usize).copied().unwrap_or_default();
        if sums.is_zero() || is_absent {
            return;
        }
        let slots = world.grid.slots_of(&mut self.ways, world.book, &world.records.places, facets);
        for slot in slots {
            let mut left = facets.groups & groups;
            while left != 0 {
                let group = left.trailing_zeros() as usize;
                left &= left - 1;
                let row = world.grid.row_at(*slot, group);
                if row == NO_ROW {
                    continue;
                }
                let place = row as usize;
                if !self.is_touched[place] {
                    self.is_touched[place] = true;
                    self.touched.push(row);
                }
                self.sums[place] += sums;
            }
        }
    }
}

impl<'a> World<'a> {
    /// Counts the records by the standard rules.
    pub fn new(book: &'a Book, (records, pairs): (&'a Records, Pairs), grid: &'a Grid, unknown: &'a TestInfo) -> Self {
        let test = |row: &GridRow| book.tests.iter().find(|test| test.id == row.test).unwrap_or(unknown);
        let tests = grid.rows.iter().map(test).collect();
        let mut world =
            Self { book, records, grid, pairs, is_absent: vec![false; records.places.len()], tests, base: Vec::new() };
        let mut shift = Shift::new(grid.rows.len());
        for facets in &records.facets {
            shift.replace(&world, &Facets::NONE, facets, u64::MAX);
        }
        world.base = shift.sums;
        world
    }

    /// The figures of a row with other counts.
    pub fn figures<'w>(&'w self, row: u32, sums: Sums, extra: Option<&'w Bounds>) -> Figures<'w> {
        Figures { test: self.tests[row as usize], sums, extra }
    }

    /// The lowest and the highest score that can stand behind a row.
    pub fn scale_of(&self, row: usize) -> (i64, i64) {
        scale_of(self.tests[row], self.grid.rows[row].grade, self.book.year)
    }

    /// How well a row agrees with the official figures.
    pub fn fit(&self, row: u32, sums: Sums, extra: Option<&Bounds>) -> Fit {
        let figures = self.figures(row, sums, extra);
        let mut fit = Fit::default();
        for (measure, official) in &self.grid.rows[row as usize].figures {
            if figures.is_untold(*measure) {
                continue;
            }
            let distance = figures.distance(*measure, *official);
            if distance > 0 {
                fit.misses += 1;
                fit.cost += if is_count(*measure) { weight(distance) } else { DERIVED };
            }
        }
        fit
    }
}

/// The cost of a mean or a percentage that does not agree, however far it is off.
const DERIVED: u32 = 4;

/// The cost of a count that is off by so much: 8 for one, then more and more slowly.
fn weight(distance: i64) -> u32 {
    let distance = distance.unsigned_abs();
    let power = distance.ilog2();
    // The three bits after the first tell eighths of a power.
    let eighths = if power >= 3 { distance >> (power - 3) } else { distance << (3 - power) } & 7;
    8 + 4 * power + (eighths as u32) / 2
}
