//! Everything that is evaluated for one file: its nodes, its rules, and the columns they read. Equal conditions
//! of all rules are one node; what a file lacks makes a rule *not run*.

use std::sync::Arc;

use super::column_plan::ColumnPlan;
use super::fields::Reads;
use super::nodes::{ProgramNode, NodeId, NumNode};
use super::second_data::SecondData;
use super::sets::{SetPlan, EntryTable};
use crate::rule::{Grouping, Instance};

/// One instance of a rule, ready to run or known not to be.
#[derive(Debug)]
pub(crate) struct PlannedInstance {
    /// The rule's place in the run.
    pub(crate) rule: usize,
    /// The instance as bound, for messages.
    pub(crate) source: Arc<Instance>,
    /// The column a finding points at.
    pub(crate) column: Option<usize>,
    pub(crate) grouping: Grouping,
    pub(crate) kind: InstanceKind,
    pub(crate) reads: Reads,
    /// Whether it judges a cell; such rules tell what is wrong with a column.
    pub(crate) is_cell: bool,
}

#[derive(Debug)]
pub(crate) enum InstanceKind {
    /// Judged in a column plan.
    Cell,
    /// Judged a record at a time.
    Record,
    /// Judged over records taken together.
    Set,
    /// Cannot run on this file.
    NotRun(String),
}

/// A rule that is judged a record at a time; skipped where the guarded column's cell is broken.
#[derive(Clone, Copy, Debug)]
pub(crate) struct RecordRule {
    /// Its place among the instances.
    pub(crate) instance: usize,
    pub(crate) when: NodeId,
    pub(crate) require: NodeId,
    pub(crate) guard: Option<usize>,
}

/// Everything that is evaluated for one file.
#[derive(Debug, Default)]
pub(crate) struct Program {
    pub(crate) columns: Vec<ColumnPlan>,
    pub(crate) nodes: Vec<ProgramNode>,
    /// Where the answer of each node is kept for the batch; `None` for nodes that are asked once, whose
    /// answers would only take room in the caches.
    pub(crate) kept_answers: Vec<Option<u32>>,
    pub(crate) nums: Vec<NumNode>,
    pub(crate) sets: Vec<SetPlan>,
    pub(crate) tables: Vec<EntryTable>,
    pub(crate) instances: Vec<PlannedInstance>,
    /// The record rules among them, apart from all that only their findings need.
    pub(crate) record_rules: Vec<RecordRule>,
    /// The student groups of the year, where a rule goes through them.
    pub(crate) groups: Vec<GroupPlan>,
    /// Of the kept columns, those that name the record's school, the first filled one counts.
    pub(crate) schools: Vec<usize>,
    /// Columns whose texts are kept for the batch: they are read letter by letter.
    pub(crate) kept: Vec<usize>,
    /// The second files that go with the file.
    pub(crate) second: SecondData,
}

impl Program {
    /// The columns of the file that are looked at.
    pub(crate) fn reads(&self) -> impl Iterator<Item = usize> + '_ {
        self.columns.iter().map(|column| column.place).chain(self.kept.iter().copied())
    }
}

/// Who belongs to a student group.
#[derive(Debug)]
pub(crate) struct GroupPlan {
    pub(crate) label: String,
    pub(crate) member: NodeId,
}
