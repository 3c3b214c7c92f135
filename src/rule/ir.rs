//! The typed form of a rule, bound to one layout year: what the parser makes and what the
//! reference interpreter and the compiled engine both evaluate. Families and parameters are
//! already spelled out, field names are resolved, codes are checked.
//!
//! Truth is three-valued: a value that cannot be read in its type makes a comparison *unknown*,
//! never false. `and`, `or` and `not` follow Kleene.

use std::hash::{Hash, Hasher};
use std::sync::Arc;

use super::expression::Expression;
use crate::layout::FieldId;

/// True, false, or not to be determined from this record.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Truth {
    /// Holds.
    True,
    /// Does not hold.
    False,
    /// A value that it needs cannot be read.
    Unknown,
}

impl Truth {
    /// Lifts a two-valued answer.
    #[inline]
    pub fn of(answer: bool) -> Self {
        if answer { Self::True } else { Self::False }
    }

    /// Kleene's `not`.
    #[inline]
    #[must_use]
    pub fn negate(self) -> Self {
        match self {
            Self::True => Self::False,
            Self::False => Self::True,
            Self::Unknown => Self::Unknown,
        }
    }

    /// Kleene's `and`.
    #[inline]
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::False, _) | (_, Self::False) => Self::False,
            (Self::True, Self::True) => Self::True,
            _ => Self::Unknown,
        }
    }

    /// Kleene's `or`.
    #[inline]
    #[must_use]
    pub fn or(self, other: Self) -> Self {
        self.negate().and(other.negate()).negate()
    }
}

/// A condition on one record.
#[derive(Clone, Debug, PartialEq, Hash)]
pub enum Expr {
    /// Always the same answer.
    Const(bool),
    /// The opposite; unknown stays unknown.
    Not(Box<Expr>),
    /// All hold. Never empty.
    And(Vec<Expr>),
    /// At least one holds. Never empty.
    Or(Vec<Expr>),
    /// A question about the text of one cell; never unknown.
    Cell {
        /// The cell.
        cell: CellRef,
        /// The question.
        test: CellTest,
    },
    /// Two numbers or two days compared; unknown when either cannot be read.
    Compare {
        /// Left side.
        left: Num,
        /// How.
        op: Op,
        /// Right side.
        right: Num,
    },
    /// Whether a number has a value at all (`is known`, `is readable`); never unknown.
    Known(Num),
    /// Two texts are equal, without regard to case and outer spaces; unknown only where one is of a
    /// second file and unclear there.
    SameText(TextExpr, TextExpr),
    /// A second file has a matching record: `found in earlier(1)`.
    Found(Match),
    /// A question about a cell of the matching record; unknown where the cell is unclear.
    Matched {
        /// The cell, read as a value.
        cell: MatchedCell,
        /// The question.
        test: CellTest,
    },
}

/// A cell of the record, and how it is read before a question is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct CellRef {
    /// The field.
    pub field: FieldId,
    /// As it stands in the file, or trimmed and (record type, grades) padded.
    pub form: CellForm,
}

/// How a cell's text is taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum CellForm {
    /// Spaces around it removed; record type and grades padded to two digits. The usual form.
    Value,
    /// Exactly as it stands in the file: `written(field)`.
    Written,
}

/// A question about the text of one cell.
#[derive(Clone, Debug)]
pub enum CellTest {
    /// Nothing but spaces, or nothing at all.
    Blank,
    /// One of these words, without regard to (ASCII) case. The words are upper case.
    OneOf(Arc<[String]>),
    /// One of these words exactly as written.
    ExactlyOneOf(Arc<[String]>),
    /// Every part between `&` signs, or the whole, is one of these words (upper case), without
    /// regard to case.
    PartsOneOf(Arc<[String]>),
    /// The same exactly as written.
    ExactPartsOneOf(Arc<[String]>),
    /// A linear-time regular expression matches somewhere in the text.
    Matches(Arc<Expression>),
    /// Longer than this many characters.
    LongerThan(u32),
    /// Holds a control character, a no-break space, a zero-width or a bidirectional mark.
    Invisible,
    /// Holds letters broken between two encodings: a replacement character, a pair such as a
    /// capital A with tilde before another sign, or a question mark between two letters.
    BrokenLetters,
}

impl PartialEq for CellTest {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Blank, Self::Blank)
            | (Self::Invisible, Self::Invisible)
            | (Self::BrokenLetters, Self::BrokenLetters) => true,
            (Self::OneOf(a), Self::OneOf(b))
            | (Self::ExactlyOneOf(a), Self::ExactlyOneOf(b))
            | (Self::PartsOneOf(a), Self::PartsOneOf(b))
            | (Self::ExactPartsOneOf(a), Self::ExactPartsOneOf(b)) => a == b,
            (Self::Matches(a), Self::Matches(b)) => a.as_str() == b.as_str(),
            (Self::LongerThan(a), Self::LongerThan(b)) => a == b,
            _ => false,
        }
    }
}

impl Hash for CellTest {
    fn hash<H: Hasher>(&self, state: &mut H) {
        std::mem::discriminant(self).hash(state);
        match self {
            Self::Blank | Self::Invisible | Self::BrokenLetters => {}
            Self::OneOf(words) | Self::ExactlyOneOf(words) | Self::PartsOneOf(words) | Self::ExactPartsOneOf(words) => {
                words.hash(state)
            }
            Self::Matches(expression) => expression.as_str().hash(state),
            Self::LongerThan(limit) => limit.hash(state),
        }
    }
}

/// How two numbers are compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Op {
    /// Equal.
    Is,
    /// Not equal.
    IsNot,
    /// Less than.
    Less,
    /// At most.
    AtMost,
    /// More than.
    More,
    /// At least.
    AtLeast,
}

impl Op {
    /// What holds where this does not.
    #[must_use]
    pub fn opposite(self) -> Self {
        match self {
            Self::Is => Self::IsNot,
            Self::IsNot => Self::Is,
            Self::Less => Self::AtLeast,
            Self::AtMost => Self::More,
            Self::More => Self::AtMost,
            Self::AtLeast => Self::Less,
        }
    }

    /// The same with the sides exchanged.
    #[must_use]
    pub fn mirrored(self) -> Self {
        match self {
            Self::Is | Self::IsNot => self,
            Self::Less => Self::More,
            Self::AtMost => Self::AtLeast,
            Self::More => Self::Less,
            Self::AtLeast => Self::AtMost,
        }
    }

    /// The answer for two numbers.
    pub fn holds(self, left: i64, right: i64) -> bool {
        match self {
            Self::Is => left == right,
            Self::IsNot => left != right,
            Self::Less => left < right,
            Self::AtMost => left <= right,
            Self::More => left > right,
            Self::AtLeast => left >= right,
        }
    }
}

/// A whole number, or a day as the number of days since 1 January 1970. May be unknown.
#[derive(Clone, Debug, PartialEq, Hash)]
pub enum Num {
    /// A fixed number or day.
    Const(i64),
    /// The digits of a cell as a number; unknown unless it is 1 to 18 digits.
    Number(FieldId),
    /// A cell as a day; unknown unless it is a calendar day in the form `YYYY-MM-DD`.
    Day(FieldId),
    /// The digits of a text as a number.
    Digits(Box<TextExpr>),
    /// The digits of a cell of the matching record as a number.
    MatchedNumber(MatchedCell),
    /// A cell of the matching record as a day.
    MatchedDay(MatchedCell),
    /// The type number of an entity code in the official list; unknown where the list lacks it.
    EntityType(Box<TextExpr>),
    /// A sum.
    Add(Box<Num>, Box<Num>),
    /// A difference.
    Sub(Box<Num>, Box<Num>),
    /// The latest of the readable ones; unknown when none can be read.
    Latest(Vec<Num>),
    /// The spring of the school year a day lies in (July 1 starts the next): 2025 for 2024-09-01.
    SchoolYear(Box<Num>),
    /// Full years from the first day to the second.
    Age(Box<Num>, Box<Num>),
    /// A number out of a reference table; unknown where the table has no row.
    Lookup(ScoreLookup),
    /// The second where the condition holds, the third where it does not.
    If(Box<Expr>, Box<Num>, Box<Num>),
}

/// A look-up in the score range table (`rules/codes/scale-score-ranges.tsv`).
#[derive(Clone, Debug, PartialEq, Hash)]
pub struct ScoreLookup {
    /// What is looked up.
    pub what: LookupKind,
    /// The record type, as a number.
    pub record_type: Box<Num>,
    /// The grade the score belongs to.
    pub grade: Box<Num>,
    /// The administration.
    pub year: Box<Num>,
    /// The scale score, for `Level` only.
    pub score: Option<Box<Num>>,
}

/// What a [`ScoreLookup`] yields.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum LookupKind {
    /// Lowest obtainable score.
    LowestScore,
    /// Highest obtainable score.
    HighestScore,
    /// Achievement level of the score.
    Level,
}

/// A text made from cells.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum TextExpr {
    /// A fixed text.
    Const(String),
    /// A cell.
    Cell(CellRef),
    /// A cell of the matching record.
    Matched(MatchedCell),
    /// Its first characters (all, if it has fewer).
    Prefix(Box<TextExpr>, usize),
    /// Its last characters (all, if it has fewer).
    Suffix(Box<TextExpr>, usize),
    /// All but its last characters.
    DropLast(Box<TextExpr>, usize),
    /// The subject a record type belongs to: `ELA`, `mathematics`, `science` or `Spanish`.
    Subject(FieldId),
    /// The name of the test of a record type in a year: `CAST`. Only shown, never a key.
    TestName(FieldId, u16),
}

/// What a rule demands of records taken together.
#[derive(Clone, Debug, PartialEq)]
pub enum SetTest {
    /// No two participating records have the same key. `unique by …`
    UniqueBy(Vec<KeyPart>),
    /// No two participating records are equal in every cell. `unique record`
    UniqueRecord,
    /// No value occurs twice in these fields taken together, over all participating records.
    /// Blank values do not count. `unique among …`
    UniqueAmong(Vec<FieldId>),
    /// In each group of participating records, at least one of `values` is the same in all of
    /// them. A group of one holds. Blank is a value; a record whose value is unknown is left out
    /// of that comparison. `same … within …`
    Same {
        /// Any one of these being the same is enough.
        values: Vec<KeyPart>,
        /// What makes a group.
        within: Vec<KeyPart>,
    },
    /// In each group with a participating record, every condition holds for some record of the
    /// file. `exists … with same …`
    Exists {
        /// All must be met, not necessarily by one record.
        conditions: Vec<Expr>,
        /// What makes a group.
        with_same: Vec<KeyPart>,
    },
    /// In each group at most this many participating records satisfy the condition.
    /// `at most … where … within …`
    AtMost {
        /// The limit.
        limit: u32,
        /// What is counted.
        of: Expr,
        /// What makes a group.
        within: Vec<KeyPart>,
    },
    /// In each group of at least `among` participating records, at least `percent` of them
    /// satisfy the condition. `share of … within … at least N percent among N`
    Share {
        /// What is counted.
        of: Expr,
        /// What makes a group.
        within: Vec<KeyPart>,
        /// The least share, in percent.
        percent: u32,
        /// Smaller groups are not judged.
        among: u32,
    },
}

/// A part of a group's key, or a value compared within a group. A record whose key is blank
/// belongs to no group.
#[derive(Clone, Debug, PartialEq, Hash)]
pub enum KeyPart {
    /// A text, compared without regard to case and spaces.
    Text(TextExpr),
    /// A number or day.
    Num(Num),
    /// Whether a condition holds.
    Truth(Expr),
    /// Every student group of the year that the record belongs to, one after the other.
    StudentGroup,
    /// The whole file.
    File,
}

/// What a rule demands.
#[derive(Clone, Debug, PartialEq)]
pub enum Demand {
    /// Of each record by itself.
    Record(Expr),
    /// Of records taken together.
    Set(SetTest),
}

/// One concrete check: a rule bound to a year and to one value of its parameter.
#[derive(Clone, Debug)]
pub struct Instance {
    /// The parameter's value, for example `("k", "2")` or `("f", "scale_score")`.
    pub binding: Option<(String, String)>,
    /// Which records it is about, record types included.
    pub when: Expr,
    /// What must hold for them.
    pub demand: Demand,
    /// The fields that it reads only as members of a family (`some k in 1..4: (…)`), in order. Where a file lacks some
    /// of them, the rule is judged by the others.
    pub members: Vec<FieldId>,
    /// The field a finding points at, first the most telling one.
    pub labels: Vec<FieldId>,
    /// The values that the message shows besides cells: `{expected}`, `{min}` …
    pub shows: Vec<(String, Show)>,
    /// What each placeholder of the message stands for, by the name between its braces.
    pub placeholders: Vec<(String, Placeholder)>,
}

/// What a placeholder of a message stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Placeholder {
    /// The value of a cell; masked by the report unless it may be shown.
    Value(FieldId),
    /// The heading of a column.
    Label(FieldId),
    /// How many characters a cell has.
    Length(FieldId),
    /// A number known before any record is read: the parameter, the year, a width.
    Number(i64),
    /// The computed value at this place of [`Instance::shows`].
    Show(usize),
    /// The line of the record.
    Line,
    /// `count`, `a`, `b`, `group`, `rate` or `values` of a set or a grouped finding.
    Set(&'static str),
    /// A field that the year lacks: blank.
    Lacking,
}

/// A computed value of a message.
#[derive(Clone, Debug, PartialEq)]
pub enum Show {
    /// A number, or a day where `day` is set.
    Num {
        /// The value.
        num: Num,
        /// Printed as a day.
        day: bool,
    },
    /// A text.
    Text(TextExpr),
}

/// A file of student records that is given besides the one whose records are judged.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SecondFile {
    /// `earlier(N)`: the student file of so many years before; 0 for an earlier download of the
    /// same year.
    Earlier(u16),
    /// `roster`: the enrolled view, or a roster in its form, of the same year.
    Roster,
    /// `checked`: the file that is checked, for rules that go through the records of the roster.
    Checked,
}

/// The records of a second file that go with a record: those with the same key.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Match {
    /// The second file.
    pub file: SecondFile,
    /// The parts of the key, read in both records alike, without regard to case and outer spaces.
    /// A record with a blank part goes with none.
    pub by: Arc<[TextExpr]>,
}

/// A cell of the matching record. Blank where no record matches; unknown where several match and
/// differ in it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct MatchedCell {
    /// The matching record.
    pub of: Match,
    /// The field.
    pub field: FieldId,
}
