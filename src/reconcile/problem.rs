//! Everything that a search looks at and does not change: records, official rows, hypotheses, and
//! what each row counts by the standard rules.

use std::sync::Arc;

use super::candidates::{Candidate};
use super::effects::{RowScope};
use super::evidence::{Kind, Left, Noise, PART, Target};
use super::records::{Records};
use super::grid::{Grid, GridRow, NO_ROW, Ways};
use super::marks::{Mark};
use super::pairs::{Pairs};
use super::reach::{Reach};
use super::sums::{Sums};
use super::threads::{each, locked, parts, rooms};
use super::value::{Bounds, Figures, scale_of};
use crate::counting::{CountingRules, TestInfo};
use crate::facets::Facets;
use crate::official::Interval;

/// Records that a thread counts at a time.
const RECORDS: usize = 8192;

/// The fixed part of a search.
pub struct Problem<'a> {
    /// The year's knowledge.
    pub counting: &'a CountingRules,
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
    /// What stands for tests that the year does not have.
    pub unknown: &'a TestInfo,
    /// The marks of all rows, one row after the other.
    marks: Vec<Mark>,
    /// Where those of each row end, and what is off there whatever is counted.
    marked: Vec<(u32, u32)>,
    /// What each row counts by the standard rules.
    pub base: Arc<Vec<Sums>>,
    /// The groups that tell enough about hypotheses that are not about groups.
    main: u64,
    /// What is to be told of each row, and after the rows of the remainder of each slot.
    targets: Vec<Evidence>,
}

/// What a row tells about causes.
#[derive(Clone, Debug)]
pub enum Evidence {
    /// Nothing that other rows do not tell.
    Nothing,
    /// The students of the row.
    Students(Box<Target>),
    /// Those of a group, as far as all students (that row) do not tell them.
    Group(Box<Target>, u32),
    /// What is in a row and not in its parts.
    Remainder(Box<Target>),
}

/// How well a row agrees.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Fit {
    /// Figures that do not agree.
    pub misses: u32,
    /// How much it takes to tell the row, in parts of a bit.
    pub cost: i64,
}

/// The sums that a hypothesis would add to rows; used again and again.
#[derive(Debug, Default)]
pub struct Delta {
    sums: Vec<Sums>,
    marks: Vec<Touch>,
    touched: Vec<u32>,
    /// Of those, the rows that nobody has looked at since something was added.
    fresh: Vec<u32>,
    /// How well rows agreed when they were looked at last.
    fits: Vec<Fit>,
    ways: Ways,
}

/// What has happened to a row of a delta.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Touch {
    #[default]
    Untouched,
    /// Something was added for the first time, and nobody has looked.
    New,
    /// Looked at.
    Seen,
    /// Looked at, and changed since.
    Changed,
}

impl Delta {
    /// Room for so many rows.
    pub fn new(rows: usize) -> Self {
        Self {
            sums: vec![Sums::default(); rows],
            marks: vec![Touch::Untouched; rows],
            fits: vec![Fit::default(); rows],
            ..Self::default()
        }
    }

    /// The rows with something added, and what.
    pub fn rows(&self) -> impl Iterator<Item = (u32, Sums)> + '_ {
        self.touched.iter().filter_map(|row| Some((*row, *self.sums.get(*row as usize)?)))
    }

    /// Forgets everything.
    pub fn clear(&mut self) {
        self.fresh.clear();
        for row in self.touched.drain(..) {
            self.sums[row as usize] = Sums::default();
            self.marks[row as usize] = Touch::Untouched;
        }
    }

    /// Looks at the rows to which something was added since the last look: tells of each what is
    /// added in all, and how well it agreed at the last look, if there was one; takes how well it
    /// agrees now.
    pub fn look(&mut self, mut judge: impl FnMut(u32, Sums, Option<Fit>) -> Fit) {
        for row in self.fresh.drain(..) {
            let place = row as usize;
            let last = (self.marks[place] == Touch::Changed).then(|| self.fits[place]);
            self.fits[place] = judge(row, self.sums[place], last);
            self.marks[place] = Touch::Seen;
        }
    }

    /// Adds what a record counts as now and takes away what it counted as before, in the rows of
    /// some groups.
    pub fn replace(&mut self, problem: &Problem<'_>, before: &Facets, after: &Facets, groups: u64) {
        let mut ways = std::mem::take(&mut self.ways);
        problem.each_change(&mut ways, (before, after), groups, |row, sums| self.add(row, sums));
        if groups & problem.main != 0 {
            problem.each_remainder(&mut ways, (before, after), |row, sums| self.add(row, sums));
        }
        self.ways = ways;
    }

    /// Adds something to a row.
    #[inline]
    pub fn add(&mut self, row: u32, sums: Sums) {
        let place = row as usize;
        self.sums[place] += sums;
        match self.marks[place] {
            Touch::New | Touch::Changed => return,
            Touch::Untouched => {
                self.touched.push(row);
                self.marks[place] = Touch::New;
            }
            Touch::Seen => self.marks[place] = Touch::Changed,
        }
        self.fresh.push(row);
    }
}

impl<'a> Problem<'a> {
    /// Counts the records by the standard rules.
    pub fn new(
        counting: &'a CountingRules,
        (records, pairs): (&'a Records, Pairs),
        grid: &'a Grid,
        unknown: &'a TestInfo,
        threads: usize,
    ) -> Self {
        let test = |row: &GridRow| counting.tests.iter().find(|test| test.id == row.test).unwrap_or(unknown);
        let tests: Vec<&TestInfo> = grid.rows.iter().map(test).collect();
        let is_absent = vec![false; records.places.len()];
        let (marks, marked) = marks(grid, &tests);
        let (base, main) = (Arc::default(), grid.main_groups(counting));
        let targets = Vec::new();
        let mut problem =
            Self { counting, records, grid, pairs, is_absent, tests, unknown, marks, marked, base, main, targets };
        problem.targets = problem.evidence();
        problem.base = Arc::new(problem.counted(threads));
        problem
    }

    /// What each row counts by the standard rules.
    fn counted(&self, threads: usize) -> Vec<Sums> {
        let rooms = rooms(threads, || Delta::new(self.len()));
        each(&parts(self.records.facets.len(), RECORDS), &rooms, |records, delta| {
            for facets in &self.records.facets[records.clone()] {
                delta.replace(self, &Facets::NONE, facets, u64::MAX);
            }
        });
        let mut sums = vec![Sums::default(); self.len()];
        for room in rooms {
            let delta = locked(&room);
            delta.rows().for_each(|(row, added)| sums[row as usize] += added);
        }
        sums
    }

    /// Rows and remainders.
    pub fn len(&self) -> usize {
        self.grid.rows.len() + self.grid.slot_count()
    }

    /// What each row tells about causes. A row that is made up of others tells what they do not.
    fn evidence(&self) -> Vec<Evidence> {
        let rows = &self.grid.rows;
        let target = |row: usize| Target::new(self.tests[row], &rows[row].figures);
        let lead = (self.main.count_ones() == 1).then(|| self.main.trailing_zeros() as usize);
        let mut all: Vec<Evidence> = Vec::with_capacity(self.len());
        for (place, row) in rows.iter().enumerate() {
            let slot = self.grid.slot_at((row.code, row.test, row.grade));
            let is_leaf = slot.is_none_or(|slot| !self.grid.is_whole(slot));
            let is_compared = row.reach == Reach::Checkable && row.code[2..7] != *b"00000";
            let main = lead.and_then(|lead| Some(self.grid.rows_of(slot?).0[lead])).filter(|main| *main != NO_ROW);
            all.push(match (is_compared && is_leaf, row.group == lead || lead.is_none(), main) {
                (true, true, _) => Evidence::Students(Box::new(target(place))),
                (true, false, Some(main)) => Evidence::Group(Box::new(target(place)), main),
                _ => Evidence::Nothing,
            });
        }
        for slot in 0..self.grid.slot_count() as u32 {
            let one = lead.and_then(|lead| self.remainder(slot, lead));
            all.push(one.map_or(Evidence::Nothing, |one| Evidence::Remainder(Box::new(one))));
        }
        all
    }

    /// What the files of the state have in a row and not in its parts.
    fn remainder(&self, slot: u32, lead: usize) -> Option<Target> {
        let whole = *self.grid.rows_of(slot).0.get(lead).filter(|row| **row != NO_ROW)? as usize;
        let parts: Vec<usize> = self.grid.parts_of(slot).iter().map(|part| self.grid.rows_of(*part).0[lead] as usize).collect();
        if parts.is_empty() {
            return None;
        }
        let target = |row: usize| Target::new(self.tests[row], &self.grid.rows[row].figures);
        let all = target(whole);
        let mut counts = all.intervals();
        for part in parts {
            for (count, own) in counts.iter_mut().zip(target(part).intervals()) {
                *count = count.zip(own).and_then(|(all, own)| Interval::new(all.lo() - own.hi(), all.hi() - own.lo()));
            }
        }
        Some(Target::of_counts(counts, all.size))
    }

    /// Tells what changes in the remainders that a record counts in.
    fn each_remainder(&self, ways: &mut Ways, (before, after): (&Facets, &Facets), mut tell: impl FnMut(u32, Sums)) {
        let first = self.grid.rows.len() as u32;
        for (facets, is_out) in [(before, true), (after, false)] {
            let sums = Sums::of(self.counting, facets);
            let absent = self.is_absent.get(facets.place as usize).copied().unwrap_or_default();
            if sums.is_zero() || absent || facets.groups & self.main == 0 {
                continue;
            }
            let sums = if is_out { Sums::default() - sums } else { sums };
            let slots = self.grid.remainders_of(ways, self.counting, &self.records.places, facets);
            slots.iter().for_each(|slot| tell(first + slot, sums));
        }
    }

    /// What is left of a row, for the error term.
    pub fn residuals(&self, row: u32, sums: &Sums, extra: Option<&Bounds>, lead: i32) -> Vec<(Kind, i32, i32)> {
        match &self.targets[row as usize] {
            Evidence::Nothing => Vec::new(),
            Evidence::Students(target) => {
                let left = target.left(sums, extra);
                let [enrolled, tested, scored] = left.counts;
                let told = [(Kind::Enrolled, enrolled), (Kind::Tested, tested), (Kind::Scored, scored)];
                let more = [(Kind::Levels, left.levels), (Kind::Mean, left.mean)];
                let told = told.into_iter().chain(more);
                told.filter_map(|(kind, left)| Some((kind, left?, target.size))).collect()
            }
            Evidence::Group(target, _) if lead == 0 => {
                let left = first_of(&target.left(sums, extra));
                left.map(|left| (Kind::Group, left, target.size)).into_iter().collect()
            }
            Evidence::Group(..) => Vec::new(),
            Evidence::Remainder(target) => {
                let left = first_of(&target.left(sums, extra));
                left.map(|left| (Kind::Remainder, left, 1)).into_iter().collect()
            }
        }
    }

    /// What is left of the students of a row, where it tells of students.
    pub fn left_of(&self, row: u32, sums: &Sums, extra: Option<&Bounds>) -> Option<(Left, i32)> {
        match &self.targets[row as usize] {
            Evidence::Nothing => None,
            Evidence::Students(target) | Evidence::Group(target, _) | Evidence::Remainder(target) => {
                Some((target.left(sums, extra), target.size))
            }
        }
    }

    /// The row of all students that a row of a group belongs to.
    pub fn lead_of(&self, row: u32) -> Option<u32> {
        match &self.targets[row as usize] {
            Evidence::Group(_, lead) => Some(*lead),
            _ => None,
        }
    }

    /// Whether a row tells about a hypothesis.
    pub fn is_witness(&self, row: u32, candidate: &Candidate) -> bool {
        let groups = self.groups(candidate, RowScope::Main);
        match &self.targets[row as usize] {
            Evidence::Nothing => false,
            Evidence::Remainder(_) => groups & self.main != 0,
            Evidence::Students(_) | Evidence::Group(..) => {
                let group = self.grid.rows.get(row as usize).and_then(|row| row.group);
                group.is_some_and(|group| group < 64 && groups >> group & 1 != 0)
            }
        }
    }

    /// How much it takes to tell a row, in parts of a bit.
    fn cost(&self, noise: &Noise, row: u32, sums: &Sums, extra: Option<&Bounds>, lead: i32) -> i64 {
        let bits = match &self.targets[row as usize] {
            Evidence::Nothing => return 0,
            Evidence::Students(target) => {
                let share = if self.main.count_ones() == 1 { A_TEST } else { A_TEST / 8.0 };
                target.bits(noise, &target.left(sums, extra)) * share
            }
            Evidence::Group(target, main) => {
                let left = first_of(&target.left(sums, extra)).unwrap_or_default();
                let all = match &self.targets[*main as usize] {
                    Evidence::Students(all) => all.size,
                    _ => target.size,
                };
                noise.group_bits(left, (lead, target.size, all)) * A_TEST / 2.0
            }
            Evidence::Remainder(target) => {
                let left = target.left(sums, extra).counts;
                left.into_iter().flatten().map(|left| noise.bits(Kind::Remainder, left, 1)).sum::<f64>() * A_TEST
            }
        };
        (bits * PART).round() as i64
    }

    /// The groups in which a hypothesis is looked at.
    pub fn groups(&self, candidate: &Candidate, scope: RowScope) -> u64 {
        match scope {
            RowScope::All => u64::MAX,
            RowScope::Main if candidate.groups_only != 0 => candidate.groups_only,
            RowScope::Main => self.main,
        }
    }

    /// Whether a hypothesis changes nothing in the groups that tell enough about most others.
    pub fn leaves_main_groups(&self, candidate: &Candidate) -> bool {
        candidate.groups_only != 0 && candidate.groups_only & self.main == 0
    }

    /// Tells what changes in which rows of some groups when a record counts otherwise. A row is told
    /// once where the record stays in the same rows, else it may be told twice.
    pub fn each_change(
        &self,
        ways: &mut Ways,
        (before, after): (&Facets, &Facets),
        groups: u64,
        mut tell: impl FnMut(u32, Sums),
    ) {
        let (out, into) = (Sums::of(self.counting, before), Sums::of(self.counting, after));
        let out = Sums::default() - out;
        if !self.is_same_way(before, after) {
            self.each_row(ways, before, before.groups & groups, out, &mut tell);
            self.each_row(ways, after, after.groups & groups, into, &mut tell);
            return;
        }
        self.each_row(ways, before, before.groups & !after.groups & groups, out, &mut tell);
        self.each_row(ways, before, before.groups & after.groups & groups, into + out, &mut tell);
        self.each_row(ways, after, after.groups & !before.groups & groups, into, &mut tell);
    }

    /// Whether a record counts in the same rows before and after, its groups aside.
    pub fn is_same_way(&self, before: &Facets, after: &Facets) -> bool {
        let way = |facets: &Facets| {
            let class = self.counting.classes.get(usize::from(facets.class));
            (facets.place, facets.record_type, facets.grade, class.map(|class| class.rows))
        };
        way(before) == way(after)
    }

    /// Tells the rows to compare with that a record counts in, of some groups.
    #[inline]
    fn each_row(&self, ways: &mut Ways, facets: &Facets, groups: u64, sums: Sums, tell: &mut impl FnMut(u32, Sums)) {
        if groups == 0 || sums.is_zero() || self.is_absent.get(facets.place as usize).copied().unwrap_or_default() {
            return;
        }
        for slot in self.grid.slots_of(ways, self.counting, &self.records.places, facets) {
            let (rows, compared) = self.grid.rows_of(*slot);
            let mut left = groups & compared;
            while left != 0 {
                tell(rows[left.trailing_zeros() as usize], sums);
                left &= left - 1;
            }
        }
    }

    /// The figures of a row with other counts.
    pub fn figures<'w>(&'w self, row: u32, sums: Sums, extra: Option<&'w Bounds>) -> Figures<'w> {
        Figures { test: self.tests[row as usize], sums, extra }
    }

    /// The lowest and the highest score that can stand behind a row.
    pub fn scale_of(&self, row: usize) -> (i64, i64) {
        scale_of(self.tests[row], self.grid.rows[row].grade, self.counting.year)
    }

    /// How well a row agrees with the official figures.
    pub fn fit(&self, noise: &Noise, row: u32, sums: Sums, extra: Option<&Bounds>, lead: i32) -> Fit {
        let misses = if (row as usize) < self.grid.rows.len() { self.misses(row, sums, extra) } else { 0 };
        Fit { misses, cost: self.cost(noise, row, &sums, extra, lead) }
    }

    /// The figures of a row that do not agree.
    fn misses(&self, row: u32, sums: Sums, extra: Option<&Bounds>) -> u32 {
        if extra.is_some() || sums.untold > 0 {
            return self.misses_in_full(row, sums, extra);
        }
        let place = row as usize;
        let begin = place.checked_sub(1).map_or(0, |before| self.marked[before].0);
        let (end, misses) = self.marked[place];
        let test = self.tests[place];
        let marks = &self.marks[begin as usize..end as usize];
        misses + marks.iter().filter(|mark| mark.miss(test, &sums).is_some()).count() as u32
    }

    /// The same where not all is known exactly.
    fn misses_in_full(&self, row: u32, sums: Sums, extra: Option<&Bounds>) -> u32 {
        let figures = self.figures(row, sums, extra);
        let told = self.grid.rows[row as usize].figures.iter().filter(|(measure, _)| !figures.is_untold(*measure));
        told.filter(|(measure, official)| figures.distance(*measure, *official) > 0).count() as u32
    }
}

/// A student takes two tests: what a row tells counts half.
const A_TEST: f64 = 0.5;

/// What is left of the first count that is shown.
fn first_of(left: &Left) -> Option<i32> {
    left.counts.into_iter().flatten().next()
}

/// The marks of all rows.
fn marks(grid: &Grid, tests: &[&TestInfo]) -> (Vec<Mark>, Vec<(u32, u32)>) {
    let figures = grid.rows.iter().map(|row| row.figures.len()).sum();
    let (mut marks, mut marked) = (Vec::with_capacity(figures), Vec::with_capacity(grid.rows.len()));
    for (row, test) in grid.rows.iter().zip(tests) {
        let mut fixed = 0;
        let none = Figures { test, sums: Sums::default(), extra: None };
        for (measure, official) in &row.figures {
            match Mark::new(test, *measure, *official) {
                Some(mark) => marks.push(mark),
                None if none.is_untold(*measure) => {}
                // There is no such figure, whatever is counted.
                None => fixed += u32::from(none.distance(*measure, *official) > 0),
            }
        }
        marked.push((u32::try_from(marks.len()).unwrap_or(u32::MAX), fixed));
    }
    (marks, marked)
}
