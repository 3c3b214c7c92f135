//! What a report of a reconciliation is made from, and how much of it is shown.

use crate::reconcile::{CellFilter, CellName, Reconciliation};

/// What a report of a reconciliation is made from.
pub struct ReconcileReport<'a> {
    /// What was found out.
    pub reconciliation: &'a Reconciliation,
    /// Which figures are wanted.
    pub filter: CellFilter,
    /// How much of them is shown to people.
    pub detail: FigureDetail,
    /// What is shown to people.
    pub page: ReconcileView,
}

/// What people are shown of a reconciliation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReconcileView {
    /// The causes and the ladders of figures.
    Ladders,
    /// The records behind the differences, by who can correct them.
    Worklist,
}

/// How much is shown of the figures.
#[derive(Clone, Debug)]
pub enum FigureDetail {
    /// So many ladders of a kind.
    Ladders(usize),
    /// One figure with its records.
    Cell(CellName),
}
