//! Everything that a search looks at and does not change: records, official rows, hypotheses, and
//! what each row counts by the standard rules.

use std::sync::Arc;

use super::candidates::{CandidateCause};
use super::effects::{RowScope};
use super::evidence::{RowRest, ErrorTerm, RowTarget};
use super::partings::{GroupFamilies, NO_PARTING, parting_of};
use super::records::{Records};
use super::grid::{Grid, GridRow, Ways};
use super::marks::{OfficialMark, Miss};
use super::pairs::{Pairs};

use super::sums::{Sums};
use crate::parallel::{each, locked, parts, scratches};
use super::value::{AddedBounds, Figures, is_count, scale_of};
use super::reach::{RowReach};
use rustc_hash::FxHashSet;
use crate::counting::{CountingRules, GradeKind, TestInfo};
use crate::facets::Facets;
use crate::official::Measure;

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
    marks: Vec<OfficialMark>,
    /// Where those of each row end, and what is off there whatever is counted.
    marked: Vec<(u32, RowFit)>,
    /// What each row counts by the standard rules.
    pub base: Arc<Vec<Sums>>,
    /// The groups that tell enough about hypotheses that are not about groups.
    main: u64,
    /// What rows tell of students, by row; none where no hypothesis is weighed by the row.
    targets: Vec<Option<RowTarget>>,
    /// The rows with a target.
    weighed: Vec<u32>,
    /// Which parting of the students each row belongs to.
    partings: Vec<u16>,
    /// The groups that part the students.
    pub families: GroupFamilies,
}

/// How well a row agrees.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RowFit {
    /// Figures that do not agree.
    pub misses: u32,
    /// How far they are off, on a scale that grows ever slower.
    pub cost: u32,
    /// How long they are, in parts of a bit, where that is what is looked for.
    pub bits: i32,
}

/// The sums that a hypothesis would add to rows; used again and again.
#[derive(Debug, Default)]
pub struct Delta {
    sums: Vec<Sums>,
    marks: Vec<Touch>,
    touched: Vec<u32>,
    /// Of those, the rows to which something was added since they were last looked at.
    fresh: Vec<u32>,
    /// How well rows agreed when they were looked at last.
    fits: Vec<RowFit>,
    ways: Ways,
}

/// What has happened to a row of a delta.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Touch {
    #[default]
    Untouched,
    /// Something was added for the first time, and the row was not looked at since.
    New,
    /// Looked at.
    Seen,
    /// Looked at, and changed since.
    Changed,
}

impl Delta {
    /// Space for so many rows.
    pub fn new(rows: usize) -> Self {
        Self {
            sums: vec![Sums::default(); rows],
            marks: vec![Touch::Untouched; rows],
            fits: vec![RowFit::default(); rows],
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
    pub fn look(&mut self, mut judge: impl FnMut(u32, Sums, Option<RowFit>) -> RowFit) {
        for row in self.fresh.drain(..) {
            let place = row as usize;
            let last = (self.marks[place] == Touch::Changed).then(|| self.fits[place]);
            self.fits[place] = judge(row, self.sums[place], last);
            self.marks[place] = Touch::Seen;
        }
    }

    /// What is added to a row.
    pub fn added(&self, row: u32) -> Sums {
        self.sums.get(row as usize).copied().unwrap_or_default()
    }

    /// Adds what a record counts as now and takes away what it counted as before, in the rows of
    /// some groups.
    pub fn replace(&mut self, problem: &Problem<'_>, before: &Facets, after: &Facets, groups: u64) {
        let mut ways = std::mem::take(&mut self.ways);
        problem.each_change(&mut ways, before, after, groups, |row, sums| self.add(row, sums));
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
    /// Counts the records by the standard rules. `unknown` stands for tests that the rules do not know, `group_bits` are
    /// the student groups that some hypothesis changes.
    pub fn new(
        counting: &'a CountingRules,
        records: &'a Records,
        pairs: Pairs,
        grid: &'a Grid,
        unknown: &'a TestInfo,
        group_bits: u64,
        threads: usize,
    ) -> Self {
        let test = |row: &GridRow| counting.tests.iter().find(|test| test.id == row.test).unwrap_or(unknown);
        let tests: Vec<&TestInfo> = grid.rows.iter().map(test).collect();
        let is_absent = vec![false; records.places.len()];
        let (marks, marked) = marks(grid, &tests);
        let (base, main) = (Arc::default(), grid.main_groups(counting));
        let families = GroupFamilies::new(counting, records, main);
        let weighed_groups = main | group_bits | families.telling;
        let is_weighed = |row: &GridRow| {
            row.reach == RowReach::Checkable && row.group.is_some_and(|group| weighed_groups >> group & 1 != 0)
        };
        let target = |(row, test): (&GridRow, &&TestInfo)| {
            let group = row.group.filter(|_| is_weighed(row))?;
            RowTarget::new(test, group, &row.figures)
        };
        let targets: Vec<Option<RowTarget>> = grid.rows.iter().zip(&tests).map(target).collect();
        let weighed = (0..).zip(&targets).filter(|(_, target)| target.is_some()).map(|(row, _)| row).collect();
        let partings = partings(grid, counting, &families);
        let mut problem = Self {
            counting,
            records,
            grid,
            pairs,
            is_absent,
            tests,
            unknown,
            marks,
            marked,
            base,
            main,
            targets,
            weighed,
            partings,
            families,
        };
        problem.base = Arc::new(problem.counted(threads));
        problem
    }

    /// What each row counts by the standard rules.
    fn counted(&self, threads: usize) -> Vec<Sums> {
        let scratches = scratches(threads, || Delta::new(self.grid.rows.len()));
        each(&parts(self.records.facets.len(), RECORDS), &scratches, |records, delta| {
            for facets in &self.records.facets[records.clone()] {
                delta.replace(self, &Facets::NONE, facets, u64::MAX);
            }
        });
        let mut sums = vec![Sums::default(); self.grid.rows.len()];
        for scratch in scratches {
            let delta = locked(&scratch);
            delta.rows().for_each(|(row, added)| sums[row as usize] += added);
        }
        sums
    }

    /// The groups in which a hypothesis is looked at.
    pub fn groups(&self, candidate: &CandidateCause, scope: RowScope) -> u64 {
        match scope {
            RowScope::All => u64::MAX,
            RowScope::Main | RowScope::Fine if candidate.groups_only != 0 => candidate.groups_only,
            RowScope::Main => self.main,
            RowScope::Fine => self.main | self.families.telling,
        }
    }

    /// Whether a hypothesis has so few records that rows of groups are worth a look, too.
    pub fn is_small(&self, candidate: &CandidateCause) -> bool {
        candidate.groups_only == 0 && candidate.changes.len() <= self.records.facets.len() / SMALL
    }

    /// The rows by which hypotheses are weighed.
    pub fn weighed(&self) -> &[u32] {
        &self.weighed
    }

    /// Whether a row is of one of some groups.
    pub fn is_of(&self, row: u32, groups: u64) -> bool {
        self.grid.rows[row as usize].group.is_some_and(|group| groups >> group & 1 != 0)
    }

    /// The groups that tell of hypotheses that are not about groups.
    pub fn main(&self) -> u64 {
        self.main
    }

    /// Whether a row is of a group that tells of hypotheses that are not about groups.
    pub fn is_main(&self, row: u32) -> bool {
        self.is_of(row, self.main)
    }

    /// The parting that a row belongs to.
    pub fn parting(&self, row: u32) -> u16 {
        self.partings[row as usize]
    }

    /// What is left of a row with other counts, and of what.
    pub fn left_of(&self, row: u32, sums: &Sums, extra: Option<&AddedBounds>) -> Option<(RowRest, &RowTarget)> {
        let target = self.targets[row as usize].as_ref()?;
        Some((target.left(sums, extra), target))
    }

    /// The length of a row with other counts, in parts of a bit.
    pub fn bits(&self, noise: &ErrorTerm, row: u32, sums: &Sums, extra: Option<&AddedBounds>) -> i32 {
        self.left_of(row, sums, extra).map_or(0, |(left, target)| noise.bits(&left, target))
    }

    /// Whether a hypothesis changes nothing in the groups that tell enough about most others.
    pub fn leaves_main_groups(&self, candidate: &CandidateCause) -> bool {
        candidate.groups_only != 0 && candidate.groups_only & self.main == 0
    }

    /// Tells what changes in which rows of some groups when a record counts otherwise. A row is named
    /// once where the record stays in the same rows, else it may be named twice.
    pub fn each_change(
        &self,
        ways: &mut Ways,
        before: &Facets,
        after: &Facets,
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
    pub fn figures<'w>(&'w self, row: u32, sums: Sums, extra: Option<&'w AddedBounds>) -> Figures<'w> {
        Figures { test: self.tests[row as usize], sums, extra }
    }

    /// The lowest and the highest score that can stand behind a row.
    pub fn scale_of(&self, row: usize) -> (i64, i64) {
        scale_of(self.tests[row], self.grid.rows[row].grade, self.counting.year)
    }

    /// How well a row agrees with the official figures.
    pub fn fit(&self, row: u32, sums: Sums, extra: Option<&AddedBounds>) -> RowFit {
        if extra.is_some() || sums.not_known > 0 {
            return self.fit_in_full(row, sums, extra);
        }
        let place = row as usize;
        let begin = place.checked_sub(1).map_or(0, |before| self.marked[before].0);
        let (end, mut fit) = self.marked[place];
        let test = self.tests[place];
        for mark in &self.marks[begin as usize..end as usize] {
            if let Some(miss) = mark.miss(test, &sums) {
                fit.add(miss);
            }
        }
        fit
    }

    /// The same where not all is known exactly.
    fn fit_in_full(&self, row: u32, sums: Sums, extra: Option<&AddedBounds>) -> RowFit {
        let figures = self.figures(row, sums, extra);
        let mut fit = RowFit::default();
        for (measure, official) in &self.grid.rows[row as usize].figures {
            if figures.untold_reason(*measure).is_none() {
                fit.add_distance(*measure, figures.distance(*measure, *official));
            }
        }
        fit
    }
}

impl RowFit {
    fn add(&mut self, miss: Miss) {
        self.misses += 1;
        self.cost += match miss {
            Miss::Count(distance) => weight(distance),
            Miss::Derived => DERIVED,
        };
    }

    fn add_distance(&mut self, measure: Measure, distance: i64) {
        if distance > 0 {
            self.add(if is_count(measure) { Miss::Count(distance) } else { Miss::Derived });
        }
    }
}

/// The parting that each row belongs to. Sums of some grades count where there is no row of all grades.
fn partings(grid: &Grid, counting: &CountingRules, families: &GroupFamilies) -> Vec<u16> {
    let kind = |row: &GridRow| counting.grades.iter().find(|grade| grade.code == row.grade).map(|grade| &grade.kind);
    let is_all = |row: &&GridRow| matches!(kind(row), Some(GradeKind::All));
    let with_all: FxHashSet<_> = grid.rows.iter().filter(is_all).map(|row| (row.code, row.test)).collect();
    let parting = |row: &GridRow| {
        let test = counting.tests.iter().position(|test| test.id == row.test);
        let is_single = match kind(row) {
            Some(GradeKind::Grade) => true,
            Some(GradeKind::All) => false,
            Some(GradeKind::Sum(_)) if !with_all.contains(&(row.code, row.test)) => false,
            _ => return NO_PARTING,
        };
        let is_district = row.code[7..] == *b"0000000";
        let family = row.group.map(|group| families.of(group));
        family.zip(test).map_or(NO_PARTING, |(family, test)| parting_of(family, test, is_district, is_single))
    };
    grid.rows.iter().map(parting).collect()
}

/// A hypothesis about one in so many records is a small one.
const SMALL: usize = 20;

/// The marks of all rows.
fn marks(grid: &Grid, tests: &[&TestInfo]) -> (Vec<OfficialMark>, Vec<(u32, RowFit)>) {
    let figures = grid.rows.iter().map(|row| row.figures.len()).sum();
    let (mut marks, mut marked) = (Vec::with_capacity(figures), Vec::with_capacity(grid.rows.len()));
    for (row, test) in grid.rows.iter().zip(tests) {
        let mut fixed = RowFit::default();
        let none = Figures { test, sums: Sums::default(), extra: None };
        for (measure, official) in &row.figures {
            match OfficialMark::new(test, *measure, *official) {
                Some(mark) => marks.push(mark),
                None if none.untold_reason(*measure).is_some() => {}
                // There is no such figure, whatever is counted.
                None => fixed.add_distance(*measure, none.distance(*measure, *official)),
            }
        }
        marked.push((u32::try_from(marks.len()).unwrap_or(u32::MAX), fixed));
    }
    (marks, marked)
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
