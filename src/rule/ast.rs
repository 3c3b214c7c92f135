//! A condition as it was written: names not yet looked up, types not yet known.

use std::ops::Range;

use super::ir::Op;

/// A part of a condition with its place in the text.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct AstNode {
    pub kind: NodeKind,
    pub span: Range<usize>,
}

/// What a part is.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum NodeKind {
    /// A field, a parameter, `year`, `always`, `never`; `optional` with a question mark.
    Name { name: String, optional: bool },
    /// A number.
    Number(i64),
    /// A day.
    Day(i64),
    /// A text between quotes.
    Text(String),
    /// `name(…)`.
    Call { name: String, arguments: Vec<AstNode> },
    /// `earlier(1).scale_score`: a field of the matching record of a second file.
    Matched { file: FileName, name: String, optional: bool },
    /// `found in roster`
    Found(FileName),
    /// `a + b`
    Add(Box<AstNode>, Box<AstNode>),
    /// `a - b`
    Sub(Box<AstNode>, Box<AstNode>),
    /// `a if c else b`
    If { condition: Box<AstNode>, then: Box<AstNode>, otherwise: Box<AstNode> },
    /// `a < b` and its like.
    Compare { left: Box<AstNode>, op: Op, right: Box<AstNode> },
    /// `a between b and c`
    Between { value: Box<AstNode>, low: Box<AstNode>, high: Box<AstNode> },
    /// `subject is …`
    Is { subject: Box<AstNode>, question: Question },
    /// `not a`, and every form with `not` inside.
    Not(Box<AstNode>),
    /// `a and b`
    And(Vec<AstNode>),
    /// `a or b`
    Or(Vec<AstNode>),
    /// `some k in …: (…)`
    Quantified { quantity: Quantity, parameter: ParameterNode, body: Box<AstNode> },
}

/// `roster`, `earlier(1)`: a second file as written.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct FileName {
    pub word: String,
    /// How many years before.
    pub before: Option<Box<AstNode>>,
    pub span: Range<usize>,
}

/// What is asked after `is`, `has` or `matches`.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Question {
    /// `is 'Y'`, `is prefix(x, 2)`
    Same(Box<AstNode>),
    /// `is exactly 'Yes'`, `is exactly one of (…)`
    ExactlyOneOf(Vec<LiteralNode>),
    /// `is one of (…)`
    OneOf(Vec<LiteralNode>),
    /// `is blank`
    Blank,
    /// `is a number`
    Number,
    /// `is a date`
    Date,
    /// `is known`
    Known,
    /// `is in value_set`, `is exactly in value_set`
    InValueSet { exactly: bool },
    /// `is longer than its width`
    LongerThanItsWidth,
    /// `is invisible`
    Invisible,
    /// `has broken letters`
    BrokenLetters,
    /// `is a test of f`
    TestOf(Box<AstNode>),
    /// `matches /…/`
    Matches { pattern: String, ignore_case: bool, span: Range<usize> },
}

/// A text between quotes with its place.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct LiteralNode {
    pub text: String,
    pub span: Range<usize>,
}

/// How many values of a parameter must satisfy the condition.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Quantity {
    /// `some`, `at least N`
    AtLeast(usize),
    /// `each`
    Each,
    /// `exactly N`
    Exactly(usize),
}

/// `k in 1..4`, `f in (…)`, `f where …`
#[derive(Clone, Debug, PartialEq)]
pub(super) struct ParameterNode {
    pub name: String,
    pub domain: Domain,
    pub span: Range<usize>,
}

/// The values of a parameter.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Domain {
    /// Numbers, both ends included.
    Range(i64, i64),
    /// Fields.
    Fields(FieldSet),
}

/// A set of fields: those that fit a pattern (all, where there is none), minus the excepted ones,
/// that satisfy all filters.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct FieldSet {
    pub patterns: Vec<LiteralNode>,
    pub except: Vec<LiteralNode>,
    pub filters: Vec<FieldCondition>,
}

/// `type is date`, `blank is forbidden`, `codes are known`
#[derive(Clone, Debug, PartialEq)]
pub(super) struct FieldCondition {
    pub property: String,
    pub values: Vec<String>,
    pub span: Range<usize>,
}

/// A demand on records taken together, as written.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum SetNode {
    UniqueBy(Vec<AstNode>),
    UniqueRecord,
    UniqueAmong(Vec<LiteralNode>),
    Same { values: Vec<AstNode>, within: Vec<AstNode> },
    Exists { conditions: Vec<AstNode>, with_same: Vec<AstNode> },
    AtMost { limit: u32, of: AstNode, within: Vec<AstNode> },
    Share { of: AstNode, within: Vec<AstNode>, percent: u32, among: u32 },
}
