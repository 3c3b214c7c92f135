//! All figures of a reconciliation. A county has millions, most of which agree: of each a byte is kept
//! next to its official row and what we count of that. It is described in full when it is asked for.

use std::fmt;
use std::ops::Range;
use std::sync::Arc;

use super::code::{CdsCode};
use super::grid::{Grid, GridRow};
use super::value::{nearest};
use super::problem::{Problem};
use super::reach::{RowReach};
use super::sums::{Sums};
use super::value::{Figures, NOT_KNOWN};
use crate::counting::TestInfo;
use crate::official::{Interval, Measure, OfficialValue};

/// One official figure.
#[derive(Clone, Copy, Debug)]
pub struct ComparedFigure<'a> {
    /// The entity.
    pub code: CdsCode,
    /// Its type.
    pub entity_type: u8,
    /// The official number of the test.
    pub test: u16,
    /// The grade row.
    pub grade: u8,
    /// The official number of the student group.
    pub group: u16,
    /// What the figure is.
    pub measure: Measure,
    /// Our own; `None` where there would be none.
    pub ours: Option<i64>,
    /// The official one.
    pub official: OfficialValue,
    /// How it stands.
    pub status: FigureStatus,
    /// The steps from ours to the official one, in the order of the causes.
    pub steps: Steps<'a>,
    /// What is left over.
    pub unexplained: i64,
}

/// How a figure stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum FigureStatus {
    /// Ours is the official one.
    Equal,
    /// The steps lead to the official one.
    Explained,
    /// They lead nearer, and something is left over.
    PartlyExplained,
    /// No step leads there.
    Unexplained,
    /// The official one is hidden, and ours can be it.
    WithinSuppression,
    /// These files cannot tell, for a reason of `rules/causes/beyond.tsv`.
    NotCheckable(&'static str),
}

impl FigureStatus {
    /// The word used in output.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Equal => "equal",
            Self::Explained => "explained",
            Self::PartlyExplained => "partly-explained",
            Self::Unexplained => "unexplained",
            Self::WithinSuppression => "within-suppression",
            Self::NotCheckable(_) => "not-checkable",
        }
    }
}

/// One step of a ladder.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CellStep<'a> {
    /// The cause, by its place among those found.
    pub cause: usize,
    /// What it adds.
    pub amount: i64,
    /// Whether the amount is only known to fit within bounds, because a score or a school is in no file.
    pub is_bounded: bool,
    /// The records it owns, by their place in [`Reconciliation::records`].
    ///
    /// [`Reconciliation::records`]: super::Reconciliation::records
    pub records: &'a [u32],
}

/// The steps of a figure.
#[derive(Clone, Copy)]
pub struct Steps<'a> {
    steps: &'a [KeptStep],
    lists: &'a Lists,
}

impl<'a> Steps<'a> {
    /// Whether there is none.
    pub fn is_empty(self) -> bool {
        self.steps.is_empty()
    }

    /// How many there are.
    pub fn len(self) -> usize {
        self.steps.len()
    }

    /// One after the other.
    pub fn iter(self) -> impl Iterator<Item = CellStep<'a>> {
        self.steps.iter().map(move |step| CellStep {
            cause: step.cause as usize,
            amount: i64::from(step.amount),
            is_bounded: step.is_bounded,
            records: self.lists.get(step.list),
        })
    }
}

impl fmt::Debug for Steps<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_list().entries(self.iter()).finish()
    }
}

/// Every figure that was compared, by entity, test, grade, group and measure.
#[derive(Debug)]
pub struct ComparedFigures {
    grid: Arc<Grid>,
    /// What we count of each row.
    base: Arc<Vec<Sums>>,
    /// The tests; the last one stands for those that the year does not have.
    tests: Vec<TestInfo>,
    /// Those of some rows each, in order.
    parts: Vec<RowPart>,
    /// How many figures there are up to the end of each part.
    ends: Vec<usize>,
}

impl ComparedFigures {
    pub(super) fn new(problem: &Problem<'_>, grid: &Arc<Grid>, parts: Vec<RowPart>) -> Self {
        let ends = parts.iter().scan(0, |end, part| {
            *end += part.standings.len();
            Some(*end)
        });
        let ends = ends.collect();
        let tests = problem.counting.tests.iter().chain([problem.unknown]).cloned().collect();
        Self { grid: Arc::clone(grid), base: Arc::clone(&problem.base), tests, parts, ends }
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.ends.last().copied().unwrap_or_default()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// All of them.
    pub fn iter(&self) -> impl Iterator<Item = ComparedFigure<'_>> {
        self.parts.iter().flat_map(|part| part.cells(self))
    }

    /// The one at a place. Walks through those before it in its part.
    pub fn get(&self, place: usize) -> Option<ComparedFigure<'_>> {
        let number = self.ends.partition_point(|end| *end <= place);
        let part = self.parts.get(number)?;
        let before = number.checked_sub(1).map_or(0, |last| self.ends[last]);
        part.cells(self).nth(place - before)
    }

    /// The bytes that are kept of all figures next to their rows.
    pub fn size(&self) -> usize {
        self.parts.iter().map(RowPart::size).sum()
    }

    /// The figures of a row, as they are where nothing is to be said of them.
    fn of_row(&self, place: usize) -> impl Iterator<Item = (&GridRow, Figures<'_>, (Measure, OfficialValue))> {
        let row = &self.grid.rows[place];
        let known = self.tests.iter().position(|test| test.id == row.test);
        let test = &self.tests[known.unwrap_or(self.tests.len() - 1)];
        let figures = Figures { test, sums: self.base[place], extra: None };
        row.figures.iter().map(move |figure| (row, figures, *figure))
    }
}

impl<'a> IntoIterator for &'a ComparedFigures {
    type Item = ComparedFigure<'a>;
    type IntoIter = Box<dyn Iterator<Item = ComparedFigure<'a>> + 'a>;

    fn into_iter(self) -> Self::IntoIter {
        Box::new(self.iter())
    }
}

/// The figures of some rows.
#[derive(Debug)]
pub(super) struct RowPart {
    rows: Range<usize>,
    standings: Vec<BareStatus>,
    differing: Vec<Differing>,
    steps: Vec<KeptStep>,
    lists: Lists,
}

/// A figure with steps, or with something left over.
#[derive(Clone, Copy, Debug)]
struct Differing {
    /// Its place in the part.
    figure: u32,
    unexplained: i32,
    /// Where its steps end in those of the part.
    steps_end: u32,
}

/// A status, without the reason that a row has.
#[derive(Clone, Copy, Debug)]
enum BareStatus {
    Equal,
    Explained,
    PartlyExplained,
    Unexplained,
    WithinSuppression,
    /// The row cannot be compared.
    Beyond,
    /// The figure cannot be compared.
    NotKnown,
    /// The official figure cannot be read.
    Unreadable,
}

/// Why a figure cannot be compared where its official cell holds no number that is certain.
pub const UNREADABLE: &str = "official-figure-unreadable";

#[derive(Clone, Copy, Debug)]
struct KeptStep {
    cause: u32,
    amount: i32,
    /// Its list of records.
    list: u32,
    is_bounded: bool,
}

/// Lists of records, one after the other. They are numbered from 1; 0 stands for none.
#[derive(Debug, Default)]
struct Lists {
    records: Vec<u32>,
    ends: Vec<u32>,
}

impl Lists {
    fn get(&self, list: u32) -> &[u32] {
        let end = |list: u32| {
            list.checked_sub(1).and_then(|place| self.ends.get(place as usize)).map_or(0, |end| *end as usize)
        };
        self.records.get(end(list.saturating_sub(1))..end(list)).unwrap_or_default()
    }
}

impl RowPart {
    /// The list without any records.
    pub(super) const NONE: u32 = 0;

    /// Space for the figures of some rows.
    pub(super) fn new(grid: &Grid, rows: Range<usize>) -> Self {
        let figures = grid.rows[rows.clone()].iter().map(|row| row.figures.len()).sum();
        let lists = Lists::default();
        Self { rows, standings: Vec::with_capacity(figures), differing: Vec::new(), steps: Vec::new(), lists }
    }

    /// Adds a step of the next figure.
    pub(super) fn step(&mut self, cause: usize, amount: i64, is_bounded: bool, list: u32) {
        self.steps.push(KeptStep { cause: cause as u32, amount: narrow(amount), list, is_bounded });
    }

    /// Whether the next figure has steps.
    pub(super) fn has_steps(&self) -> bool {
        self.differing.last().map_or(0, |last| last.steps_end as usize) < self.steps.len()
    }

    /// Adds the next figure, after its steps: how it stands and what is left over.
    pub(super) fn figure(&mut self, status: FigureStatus, unexplained: i64) {
        if unexplained != 0 || self.has_steps() {
            self.differing.push(Differing {
                figure: self.standings.len() as u32,
                unexplained: narrow(unexplained),
                steps_end: self.steps.len() as u32,
            });
        }
        self.standings.push(match status {
            FigureStatus::Equal => BareStatus::Equal,
            FigureStatus::Explained => BareStatus::Explained,
            FigureStatus::PartlyExplained => BareStatus::PartlyExplained,
            FigureStatus::Unexplained => BareStatus::Unexplained,
            FigureStatus::WithinSuppression => BareStatus::WithinSuppression,
            FigureStatus::NotCheckable(NOT_KNOWN) => BareStatus::NotKnown,
            FigureStatus::NotCheckable(UNREADABLE) => BareStatus::Unreadable,
            FigureStatus::NotCheckable(_) => BareStatus::Beyond,
        });
    }

    /// Takes in a list of records, unless a known one is the same; returns its number.
    pub(super) fn list(&mut self, records: impl Iterator<Item = u32>, mut known: impl Iterator<Item = u32>) -> u32 {
        let lists = &mut self.lists;
        let begin = lists.records.len();
        lists.records.extend(records);
        let new = &lists.records[begin..];
        let same = if new.is_empty() { Some(Self::NONE) } else { known.find(|one| lists.get(*one) == new) };
        if let Some(same) = same {
            lists.records.truncate(begin);
            return same;
        }
        lists.ends.push(lists.records.len() as u32);
        lists.ends.len() as u32
    }

    /// Gives back space that is not used.
    pub(super) fn finished(mut self) -> Self {
        self.differing.shrink_to_fit();
        self.steps.shrink_to_fit();
        self.lists.records.shrink_to_fit();
        self.lists.ends.shrink_to_fit();
        self
    }

    fn cells<'a>(&'a self, all: &'a ComparedFigures) -> impl Iterator<Item = ComparedFigure<'a>> {
        let figures = self.rows.clone().flat_map(|row| all.of_row(row));
        let mut differing = self.differing.iter().peekable();
        let mut begin = 0;
        figures.zip(&self.standings).zip(0..).map(move |(((row, own, figure), standing), place)| {
            let (mut steps, mut unexplained) = (&[] as &[KeptStep], 0);
            if let Some(one) = differing.next_if(|one| one.figure == place) {
                let end = one.steps_end as usize;
                (steps, unexplained) = (&self.steps[begin..end], i64::from(one.unexplained));
                begin = end;
            }
            let steps = Steps { steps, lists: &self.lists };
            standing.described(row, &own, figure.0, figure.1, steps, unexplained)
        })
    }

    fn size(&self) -> usize {
        size_of_val(self.standings.as_slice())
            + size_of_val(self.differing.as_slice())
            + size_of_val(self.steps.as_slice())
            + size_of_val(self.lists.records.as_slice())
            + size_of_val(self.lists.ends.as_slice())
    }
}

impl BareStatus {
    fn described<'a>(
        self,
        row: &GridRow,
        own: &Figures<'_>,
        measure: Measure,
        official: OfficialValue,
        steps: Steps<'a>,
        unexplained: i64,
    ) -> ComparedFigure<'a> {
        let status = match (self, row.reach) {
            (Self::Equal, _) => FigureStatus::Equal,
            (Self::Explained, _) => FigureStatus::Explained,
            (Self::PartlyExplained, _) => FigureStatus::PartlyExplained,
            (Self::Unexplained, _) => FigureStatus::Unexplained,
            (Self::WithinSuppression, _) => FigureStatus::WithinSuppression,
            (Self::Beyond, RowReach::Beyond(reason)) => FigureStatus::NotCheckable(reason),
            (Self::Unreadable, _) => FigureStatus::NotCheckable(UNREADABLE),
            (Self::NotKnown | Self::Beyond, _) => FigureStatus::NotCheckable(own.untold_reason(measure).unwrap_or(NOT_KNOWN)),
        };
        let ours = match status {
            FigureStatus::NotCheckable(_) => None,
            _ if own.is_open_mean(measure) => None,
            _ => own.value(measure).map(|own| shown_as(own, official)),
        };
        ComparedFigure {
            code: row.code,
            entity_type: row.entity_type,
            test: row.test,
            grade: row.grade,
            group: row.group_id,
            measure,
            ours,
            official,
            status,
            steps,
            unexplained,
        }
    }
}

/// The number that stands for our own figure: that which is nearest to the official one.
pub(super) fn shown_as(own: Interval, official: OfficialValue) -> i64 {
    nearest(own, official.interval().map_or(0, Interval::lo))
}

/// Official figures and all that is compared with them are far below two thousand million.
fn narrow(number: i64) -> i32 {
    number.clamp(i32::MIN.into(), i32::MAX.into()) as i32
}
