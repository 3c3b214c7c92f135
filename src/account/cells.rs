//! The cells of an account as they are shown: filtered, with means and shares computed as on the public site, and with
//! small numbers suppressed where a table is to be shared.

use super::Account;
use super::cube::{CubeEntity, CellKey};
use crate::counting::{Suppression, TestInfo};
use crate::tally::{GroupCells, PackedRow};

/// Whether a table may be passed on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sharing {
    /// For the people who may see the file: nothing is hidden.
    Internal,
    /// With the limits of the public site.
    Shared,
}

/// What tables are made by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dimension {
    /// By what became of the records.
    Reason,
    /// By test.
    Test,
    /// By grade.
    Grade,
    /// By school and charter.
    School,
    /// By student group.
    Group,
}

/// Which cells are wanted.
#[derive(Clone, Debug, Default)]
pub struct CubeFilter {
    /// Codes of entities: all fourteen digits, or the first of them; all where it is empty.
    pub entities: Vec<String>,
    /// Official test numbers; all where it is empty.
    pub tests: Vec<u16>,
    /// Grade rows; all where it is empty.
    pub grades: Vec<u8>,
    /// Official group numbers; all where it is empty.
    pub groups: Vec<u16>,
    /// What to tell apart; everything where it is empty.
    pub by: Vec<Dimension>,
}

impl CubeFilter {
    /// Whether a dimension is distinguished.
    pub fn tells(&self, dimension: Dimension) -> bool {
        self.by.is_empty() || self.by.contains(&dimension)
    }

    /// Whether an entity is wanted.
    pub fn has_entity(&self, entity: CubeEntity) -> bool {
        if self.entities.is_empty() {
            return true;
        }
        let code = entity.code_text();
        let fits = |wanted: &String| {
            // A code that ends in zeros stands for the district itself; a short one for all in it.
            code == *wanted || wanted.len() < code.len() && code.starts_with(wanted.as_str())
        };
        self.entities.iter().any(fits)
    }

    /// Whether a test is wanted.
    pub fn has_test(&self, test: u16) -> bool {
        self.tests.is_empty() || self.tests.contains(&test)
    }

    fn has_place(&self, (entity, test, grade): CellKey) -> bool {
        let is_school = matches!(entity.entity_type, 7 | 10);
        let named = !self.entities.is_empty();
        self.has_test(test)
            && self.has_grade(grade)
            && (self.tells(Dimension::School) || named || !is_school)
            && self.has_entity(entity)
    }

    fn has_grade(&self, grade: u8) -> bool {
        let wanted = self.grades.is_empty() || self.grades.contains(&grade);
        wanted && (self.tells(Dimension::Grade) || !self.grades.is_empty() || grade == ALL_GRADES)
    }

    fn has_group(&self, group: u16) -> bool {
        let wanted = self.groups.is_empty() || self.groups.contains(&group);
        wanted && (self.tells(Dimension::Group) || !self.groups.is_empty() || group == ALL_STUDENTS)
    }
}

/// The row of all grades in the public files.
pub const ALL_GRADES: u8 = 13;
/// The group of all students in the public files.
pub const ALL_STUDENTS: u16 = 1;

/// One cell of the cube.
#[derive(Debug)]
pub struct AccountCell<'a> {
    /// The entity.
    pub entity: CubeEntity,
    /// The test.
    pub test: &'a TestInfo,
    /// The grade row.
    pub grade: u8,
    /// The place of the student group in the counting rules.
    pub group: usize,
    /// Its figures.
    pub figures: CellFigures,
    /// Figures for other readings of the group's definition, and for other ways to count, where
    /// they differ.
    pub variants: Vec<(&'a str, CellFigures)>,
}

/// The figures of a cell; `None` stands for what is hidden or does not exist.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CellFigures {
    /// Enrolled.
    pub enrolled: Option<u64>,
    /// Tested.
    pub tested: Option<u64>,
    /// Tested with scores.
    pub with_scores: Option<u64>,
    /// Means and levels, unless there are no scores.
    pub results: Option<Results>,
    /// Whether something is hidden.
    pub hidden: bool,
}

/// Results of those with scores.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Results {
    /// The sum of the scale scores.
    pub score_sum: u64,
    /// The mean in tenths, where one is published.
    pub mean: Option<u64>,
    /// Students by achievement level.
    pub levels: Vec<u64>,
    /// Shares of the levels in hundredths of a percent.
    pub shares: Vec<u64>,
    /// Students who met the standard, where the test has one, and their share.
    pub met: Option<(u64, u64)>,
}

impl CellFigures {
    /// The figures of counts.
    pub fn new(counts: &GroupCells, test: &TestInfo, has_mean: bool) -> Self {
        Self {
            enrolled: Some(counts.enrolled),
            tested: Some(counts.tested),
            with_scores: Some(counts.with_scores),
            results: (counts.with_scores > 0).then(|| Results::new(counts, test, has_mean)),
            hidden: false,
        }
    }

    /// The same with small numbers hidden.
    #[must_use]
    pub fn shared(mut self, limits: Suppression) -> Self {
        let with_scores = self.with_scores.unwrap_or_default();
        let tested = self.tested.unwrap_or_default();
        if limits.row_to.is_some_and(|row_to| with_scores <= row_to && tested > 0) {
            return Self { enrolled: None, tested: None, with_scores: None, results: None, hidden: true };
        }
        if with_scores <= limits.results_to && self.results.take().is_some() {
            self.hidden = true;
        }
        for count in [&mut self.enrolled, &mut self.tested, &mut self.with_scores] {
            if count.is_some_and(|count| (1..=limits.counts_to).contains(&count)) {
                *count = None;
                self.hidden = true;
            }
        }
        self
    }

    /// The share of the enrolled who were tested, in hundredths of a percent.
    pub fn participation(&self) -> Option<u64> {
        let (tested, enrolled) = (self.tested?, self.enrolled?);
        (enrolled > 0).then(|| share(tested, enrolled))
    }
}

impl Results {
    fn new(counts: &GroupCells, test: &TestInfo, has_mean: bool) -> Self {
        let mut levels: Vec<u64> = counts.levels.iter().take(test.levels).copied().collect();
        // A record with a score and no level that can be read makes the shares unknown, not smaller.
        let is_known = levels.iter().sum::<u64>() >= counts.scored;
        levels.truncate(if is_known { levels.len() } else { 0 });
        let met: u64 = levels.iter().skip(test.met_from.saturating_sub(1)).sum();
        Self {
            score_sum: counts.score_sum,
            mean: (has_mean && counts.scored > 0).then(|| tenths(counts.score_sum, counts.scored)),
            shares: levels.iter().map(|level| share(*level, counts.with_scores)).collect(),
            met: (test.met_from > 0 && is_known).then(|| (met, share(met, counts.with_scores))),
            levels,
        }
    }
}

/// A share in hundredths of a percent, half up.
pub fn share(part: u64, whole: u64) -> u64 {
    (part * 20_000 + whole) / (2 * whole.max(1))
}

/// A quotient in tenths, half up.
fn tenths(sum: u64, count: u64) -> u64 {
    (sum * 20 + count) / (2 * count.max(1))
}

impl Account {
    /// The cells that a filter asks for, in a fixed order; empty ones are left out.
    pub fn cells<'a, 'f>(
        &'a self,
        filter: &'f CubeFilter,
        sharing: Sharing,
    ) -> impl Iterator<Item = AccountCell<'a>> + use<'a, 'f> {
        let wanted = self.cube.cells().filter(|(place, _)| filter.has_place(*place));
        wanted.flat_map(move |(place, row)| self.cells_at(place, row, filter, sharing))
    }

    /// The cells of one entity that a filter asks for, whatever it says of entities.
    pub fn cells_of<'a>(&'a self, entity: CubeEntity, filter: &CubeFilter, sharing: Sharing) -> Vec<AccountCell<'a>> {
        let rows = self.cube.cells_of(entity);
        let wanted = rows.filter(|((_, test, grade), _)| filter.has_test(*test) && filter.has_grade(*grade));
        wanted.flat_map(|(place, row)| self.cells_at(place, row, filter, sharing)).collect()
    }

    fn cells_at<'a>(
        &'a self,
        (entity, id, grade): CellKey,
        row: &PackedRow,
        filter: &CubeFilter,
        sharing: Sharing,
    ) -> Vec<AccountCell<'a>> {
        let Some(test) = self.counting.tests.iter().find(|test| test.id == id) else { return Vec::new() };
        let sets: Vec<(usize, GroupCells)> = row.counts().collect();
        let groups = self.counting.groups.iter().enumerate().filter(|(_, group)| filter.has_group(group.id));
        groups.filter_map(|(group, _)| self.cell(entity, test, grade, group, &sets, sharing)).collect()
    }

    fn cell<'a>(
        &'a self,
        entity: CubeEntity,
        test: &'a TestInfo,
        grade: u8,
        place: usize,
        sets: &[(usize, GroupCells)],
        sharing: Sharing,
    ) -> Option<AccountCell<'a>> {
        let group = self.counting.groups.get(place)?;
        let has_mean = self.counting.grades.iter().any(|row| row.code == grade && row.has_mean);
        let figures = |counts: &GroupCells| {
            let figures = CellFigures::new(counts, test, has_mean);
            if sharing == Sharing::Shared { figures.shared(self.counting.suppression) } else { figures }
        };
        let counts_of = |set: usize| match sets.binary_search_by_key(&set, |(one, _)| *one) {
            Ok(found) => sets[found].1,
            Err(_) => GroupCells::default(),
        };
        let own = self.cube.set_of(place)?;
        let main = self.cube.is_known(own).then(|| counts_of(own))?;
        // Two counts of one group tell how many students changed: that is not passed on.
        let is_internal = sharing == Sharing::Internal;
        let others = group.variants.iter().zip(own + 1..).filter(|_| is_internal);
        let differing = others.filter_map(|(variant, set)| {
            let counts = counts_of(set);
            let differs = counts != main && self.cube.is_known(set);
            differs.then(|| (variant.label.as_str(), figures(&counts)))
        });
        let mut variants: Vec<(&str, CellFigures)> = differing.collect();
        if is_internal && group.id == ALL_STUDENTS {
            let shifts = self.cube.shifts((entity, test.id, grade));
            variants.extend(shifts.filter_map(|(place, shift)| {
                let variant = self.counting.class_variants.get(place)?;
                Some((variant.label.as_str(), figures(&shift.applied(&main))))
            }));
        }
        let is_empty = main.enrolled == 0 && main.tested == 0 && variants.is_empty();
        (!is_empty).then(|| AccountCell { entity, test, grade, group: place, figures: figures(&main), variants })
    }

    /// The records by entity, record type and class, as they may be shown.
    pub fn shown_classes(&self, sharing: Sharing) -> impl Iterator<Item = (CubeEntity, u8, usize, Option<u64>)> {
        let mut all = self.cube.classes_by_entity().peekable();
        let next = move || {
            let first = all.next()?;
            let more = std::iter::from_fn(|| all.next_if(|next| (next.0, next.1) == (first.0, first.1)));
            Some(std::iter::once(first).chain(more).collect::<Vec<_>>())
        };
        std::iter::from_fn(next).flat_map(move |parts| {
            let counts: Vec<u64> = parts.iter().map(|(.., records)| *records).collect();
            let shown = self.shown_parts(&counts, sharing);
            parts.into_iter().zip(shown).map(|((entity, kind, class, _), shown)| (entity, kind, class, shown))
        })
    }

    /// Counts whose sum is known, as they may be shown: where one alone would be hidden, the
    /// smallest of the others goes with it, as the one could be worked out from the sum.
    pub fn shown_parts(&self, parts: &[u64], sharing: Sharing) -> Vec<Option<u64>> {
        let mut shown: Vec<Option<u64>> = parts.iter().map(|part| self.shown_count(*part, sharing)).collect();
        if shown.iter().filter(|part| part.is_none()).count() == 1 {
            let others = shown.iter_mut().filter(|part| part.is_some_and(|part| part > 0));
            if let Some(smallest) = others.min_by_key(|part| **part) {
                *smallest = None;
            }
        }
        shown
    }

    /// A count of records as it may be shown.
    pub fn shown_count(&self, records: u64, sharing: Sharing) -> Option<u64> {
        let limits = self.counting.suppression;
        let hide_to = limits.counts_to.max(limits.row_to.unwrap_or_default());
        let hidden = sharing == Sharing::Shared && (1..=hide_to).contains(&records);
        (!hidden).then_some(records)
    }
}
