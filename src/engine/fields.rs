//! Lists the fields that an expression reads: this decides what can be judged a cell at a time, which columns a
//! file must have, and which rules a damaged date column makes undecidable.

use std::collections::BTreeSet;

use crate::layout::FieldId;
use crate::rule::{Demand, Expr, Instance, KeyPart, Match, MatchedCell, Num, SetTest, Show, TextExpr};

/// Goes through what an expression reads.
pub(crate) trait Visitor {
    /// A field is read as a text or a number.
    fn field(&mut self, field: FieldId);

    /// A field is read as a day.
    fn day(&mut self, field: FieldId);

    /// The entity list is asked.
    fn entity_list(&mut self);

    /// Second files are asked whether they have a record.
    fn found(&mut self, of: &Match);

    /// A cell of second files is read.
    fn matched(&mut self, cell: &MatchedCell);

    fn show(&mut self, show: &Show) {
        match show {
            Show::Num { num, .. } => self.num(num),
            Show::Text(text) => self.text(text),
        }
    }

    fn expr(&mut self, expr: &Expr) {
        match expr {
            Expr::Const(_) => {}
            Expr::Not(inner) => self.expr(inner),
            Expr::And(parts) | Expr::Or(parts) => parts.iter().for_each(|part| self.expr(part)),
            Expr::Cell { cell, .. } => self.field(cell.field),
            Expr::Compare { left, right, .. } => {
                self.num(left);
                self.num(right);
            }
            Expr::Known(num) => self.num(num),
            Expr::SameText(left, right) => {
                self.text(left);
                self.text(right);
            }
            Expr::Found(of) => self.found(of),
            Expr::Matched { cell, .. } => self.matched(cell),
        }
    }

    fn num(&mut self, num: &Num) {
        match num {
            Num::Const(_) => {}
            Num::Number(field) => self.field(*field),
            Num::Day(field) => self.day(*field),
            Num::Digits(text) => self.text(text),
            Num::MatchedNumber(cell) | Num::MatchedDay(cell) => self.matched(cell),
            Num::EntityType(code) => {
                self.entity_list();
                self.text(code);
            }
            Num::Add(a, b) | Num::Sub(a, b) | Num::Age(a, b) => {
                self.num(a);
                self.num(b);
            }
            Num::Latest(all) => all.iter().for_each(|one| self.num(one)),
            Num::SchoolYear(day) => self.num(day),
            Num::Lookup(lookup) => {
                for part in [Some(&lookup.record_type), Some(&lookup.grade), Some(&lookup.year), lookup.score.as_ref()]
                {
                    part.into_iter().for_each(|part| self.num(part));
                }
            }
            Num::If(condition, yes, no) => {
                self.expr(condition);
                self.num(yes);
                self.num(no);
            }
        }
    }

    fn text(&mut self, text: &TextExpr) {
        match text {
            TextExpr::Const(_) => {}
            TextExpr::Cell(cell) => self.field(cell.field),
            TextExpr::Matched(cell) => self.matched(cell),
            TextExpr::Prefix(inner, _) | TextExpr::Suffix(inner, _) | TextExpr::DropLast(inner, _) => self.text(inner),
            TextExpr::Subject(field) | TextExpr::TestName(field, _) => self.field(*field),
        }
    }

    fn demand(&mut self, demand: &Demand) {
        match demand {
            Demand::Record(expr) => self.expr(expr),
            Demand::Set(test) => self.set(test),
        }
    }

    fn set(&mut self, test: &SetTest) {
        match test {
            SetTest::UniqueBy(keys) => self.keys(keys),
            SetTest::UniqueRecord => {}
            SetTest::UniqueAmong(fields) => fields.iter().for_each(|field| self.field(*field)),
            SetTest::Same { values, within } => {
                self.keys(values);
                self.keys(within);
            }
            SetTest::Exists { conditions, with_same } => {
                conditions.iter().for_each(|condition| self.expr(condition));
                self.keys(with_same);
            }
            SetTest::AtMost { of, within, .. } | SetTest::Share { of, within, .. } => {
                self.expr(of);
                self.keys(within);
            }
        }
    }

    fn keys(&mut self, keys: &[KeyPart]) {
        for key in keys {
            match key {
                KeyPart::Text(text) => self.text(text),
                KeyPart::Num(num) => self.num(num),
                KeyPart::Truth(expr) => self.expr(expr),
                KeyPart::StudentGroup | KeyPart::File => {}
            }
        }
    }
}

/// The fields read, in order of id.
pub(crate) type ReadFields = BTreeSet<FieldId>;

/// What is read by something, and what of it as a day.
#[derive(Clone, Debug, Default)]
pub(crate) struct Reads {
    pub(crate) fields: ReadFields,
    pub(crate) days: ReadFields,
    /// What is asked of second files: whether they have a record, and cells of it.
    pub(crate) matches: Vec<Match>,
    pub(crate) matched: Vec<MatchedCell>,
    /// The fields that make records of second files match.
    pub(crate) keys: ReadFields,
    /// Whether the entity list is asked.
    pub(crate) entities: bool,
}

impl Reads {
    pub(crate) fn of(expr: &Expr) -> Self {
        let mut reads = Self::default();
        reads.expr(expr);
        reads
    }

    /// What the condition and the demand of an instance read, and what its message shows.
    pub(crate) fn of_instance(instance: &Instance) -> Self {
        let mut reads = Self::of(&instance.when);
        reads.demand(&instance.demand);
        for (_, show) in &instance.shows {
            reads.show(show);
        }
        reads
    }

    fn matching(&mut self, of: &Match) {
        let mut by = Self::default();
        of.by.iter().for_each(|text| by.text(text));
        self.keys.extend(by.fields);
    }
}

impl Visitor for Reads {
    fn field(&mut self, field: FieldId) {
        self.fields.insert(field);
    }

    fn day(&mut self, field: FieldId) {
        self.fields.insert(field);
        self.days.insert(field);
    }

    fn entity_list(&mut self) {
        self.entities = true;
    }

    fn found(&mut self, of: &Match) {
        self.matching(of);
        self.matches.push(of.clone());
    }

    fn matched(&mut self, cell: &MatchedCell) {
        self.matching(&cell.of);
        self.matched.push(cell.clone());
    }
}

/// How many fields are read, as far as it makes a difference.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum FieldReach {
    /// None at all.
    #[default]
    Nothing,
    /// One, however often.
    One(FieldId),
    /// More than one.
    Several,
    /// Something outside the file.
    Second,
}

impl FieldReach {
    pub(crate) fn of_expr(expr: &Expr) -> Self {
        let mut reach = Self::default();
        reach.expr(expr);
        reach
    }

    pub(crate) fn of_num(num: &Num) -> Self {
        let mut reach = Self::default();
        reach.num(num);
        reach
    }

    pub(crate) fn of_text(text: &TextExpr) -> Self {
        let mut reach = Self::default();
        reach.text(text);
        reach
    }
}

impl Visitor for FieldReach {
    fn field(&mut self, field: FieldId) {
        *self = match *self {
            Self::Nothing => Self::One(field),
            Self::One(known) if known != field => Self::Several,
            known => known,
        };
    }

    fn day(&mut self, field: FieldId) {
        self.field(field);
    }

    fn entity_list(&mut self) {
        *self = Self::Second;
    }

    fn found(&mut self, _: &Match) {
        *self = Self::Second;
    }

    fn matched(&mut self, _: &MatchedCell) {
        *self = Self::Second;
    }
}
