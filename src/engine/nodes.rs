//! The nodes of a program: conditions, numbers and texts, compiled for the columns of one file.

use crate::layout::FieldId;
use crate::rule::{Expr, LookupKind, Num, Op, TextExpr, Truth};

/// A condition of the program.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct NodeId(pub(crate) u32);

/// A number of the program.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct NumId(pub(crate) u32);

#[derive(Debug)]
pub(crate) enum ProgramNode {
    Const(Truth),
    /// A condition on one column: the plan and its bit.
    Atom(usize, usize),
    Not(NodeId),
    And(Vec<NodeId>),
    Or(Vec<NodeId>),
    Compare(NumId, Op, NumId),
    Known(NumId),
    SameText(Box<[TextPlan; 2]>),
    /// As above, for texts made from one field each: column plans that hash them.
    SameCell(usize, usize),
    /// A question that second files answer, asked record by record.
    Second(Box<SecondPlan<Expr>>),
}

#[derive(Debug)]
pub(crate) enum NumNode {
    Const(i64),
    /// The numbers of a column plan.
    Column(usize),
    Digits(TextPlan),
    Add(NumId, NumId),
    Sub(NumId, NumId),
    Latest(Vec<NumId>),
    SchoolYear(NumId),
    Age(NumId, NumId),
    Lookup {
        what: LookupKind,
        record_type: NumId,
        grade: NumId,
        year: NumId,
        score: Option<NumId>,
    },
    If(NodeId, NumId, NumId),
    /// A number out of second files.
    Second(Box<SecondPlan<Num>>),
}

/// Something to be asked of second files, with the place among the kept columns of each field it reads.
#[derive(Debug)]
pub(crate) struct SecondPlan<T> {
    pub(crate) what: T,
    pub(crate) places: Vec<(FieldId, usize)>,
}

/// A text to be made row by row, with the place among the kept columns of each field it reads.
#[derive(Clone, Debug)]
pub(crate) struct TextPlan {
    pub(crate) text: TextExpr,
    pub(crate) places: Vec<(FieldId, usize)>,
}
