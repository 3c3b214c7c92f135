//! Questions about one cell: `is …`, `matches …`, `is in value_set`.

use std::cmp::Reverse;

use crate::layout::{FieldId, registry};

use super::super::ast::{NodeKind, LiteralNode, AstNode, Question};
use super::super::error::{RuleMistake, did_you_mean, short_list};
use super::super::ir::{CellRef, Expr, CellForm, Num, CellTest, TextExpr};
use super::super::read;
use super::super::values::{CodeList, RuleCodes, codes_of_years, value_set};
use super::logic::{and, not, or};
use super::{BoundParameter, RECORD_TYPE, Stop, Typed, Typer, ValueUnit, TypedPart, not_a_number, unreadable};

impl Typer<'_> {
    pub(super) fn is(&mut self, subject: &AstNode, question: &Question) -> Typed<Expr> {
        match question {
            Question::Same(other) => return self.same(subject, other),
            Question::OneOf(words) => {
                self.check_codes(subject, words)?;
                return self.one_of(subject, words);
            }
            Question::ExactlyOneOf(words) => self.check_codes(subject, words)?,
            Question::Number => return self.is_number(subject),
            Question::Known => return Ok(known(self.number(subject)?.0)),
            Question::Date => return self.is_date(subject),
            Question::InValueSet { exactly } => return self.in_value_set(subject, *exactly),
            Question::TestOf(field) => return self.test_of(subject, field),
            Question::Blank => return self.blank(subject),
            _ => {}
        }
        if let NodeKind::Matched { .. } = subject.kind {
            return self.of_matched(subject, question);
        }
        let Some(cell) = self.cell(subject)? else {
            return self.asked_of_blank(question);
        };
        let test = match question {
            Question::ExactlyOneOf(words) => CellTest::ExactlyOneOf(words.iter().map(|word| word.text.clone()).collect()),
            Question::Invisible => CellTest::Invisible,
            Question::BrokenLetters => CellTest::BrokenLetters,
            Question::Matches { pattern, ignore_case, span } => {
                CellTest::Matches(self.expression(pattern, *ignore_case, span)?)
            }
            _ => match self.layout.field(cell.field).and_then(|field| field.length) {
                Some(width) => CellTest::LongerThan(width),
                None => return Ok(Expr::Const(false)),
            },
        };
        Ok(Expr::Cell { cell, test })
    }

    /// What a question comes to for a field that the year lacks.
    fn asked_of_blank(&self, question: &Question) -> Typed<Expr> {
        let Question::Matches { pattern, ignore_case, span } = question else {
            return Ok(Expr::Const(false));
        };
        Ok(Expr::Const(self.expression(pattern, *ignore_case, span)?.is_match("")))
    }

    /// A question about the text of a cell of a second file.
    fn of_matched(&mut self, subject: &AstNode, question: &Question) -> Typed<Expr> {
        let cell = match self.value(subject)? {
            TypedPart::Matched(cell, _) => cell,
            _ => return self.asked_of_blank(question),
        };
        let test = match question {
            Question::ExactlyOneOf(words) => CellTest::ExactlyOneOf(words.iter().map(|word| word.text.clone()).collect()),
            Question::Matches { pattern, ignore_case, span } => {
                CellTest::Matches(self.expression(pattern, *ignore_case, span)?)
            }
            _ => {
                let mistake = RuleMistake::new(subject.span.clone(), "this is not asked of a second file", "here");
                return Err(mistake.help("check that file by itself with `scorelint check`").into());
            }
        };
        Ok(Expr::Matched { cell, test })
    }

    /// The cell a question is about; `None` for a field that the year lacks.
    fn cell(&mut self, node: &AstNode) -> Typed<Option<CellRef>> {
        match self.value(node)? {
            TypedPart::Field(field, _) => Ok(Some(CellRef { field, form: CellForm::Value })),
            TypedPart::Text(TextExpr::Cell(cell)) => Ok(Some(cell)),
            TypedPart::Lacking => Ok(None),
            _ => Err(RuleMistake::new(node.span.clone(), "this can only be asked of a field", "expected a field").into()),
        }
    }

    fn blank(&mut self, subject: &AstNode) -> Typed<Expr> {
        Ok(match self.value(subject)? {
            TypedPart::Lacking => Expr::Const(true),
            TypedPart::Field(field, _) => Expr::Cell { cell: CellRef { field, form: CellForm::Value }, test: CellTest::Blank },
            TypedPart::Text(TextExpr::Cell(cell)) => Expr::Cell { cell, test: CellTest::Blank },
            TypedPart::Text(text) => Expr::SameText(text, TextExpr::Const(String::new())),
            TypedPart::Matched(cell, _) => Expr::Matched { cell, test: CellTest::Blank },
            TypedPart::Num(..) | TypedPart::Condition(_) => {
                let mistake = RuleMistake::new(subject.span.clone(), "only texts and fields can be blank", "here");
                return Err(mistake.help("write `is known` for numbers and days").into());
            }
        })
    }

    fn same(&mut self, subject: &AstNode, other: &AstNode) -> Typed<Expr> {
        if let NodeKind::Text(text) = &other.kind {
            let words = [LiteralNode { text: text.clone(), span: other.span.clone() }];
            self.check_codes(subject, &words)?;
            return self.one_of(subject, &words);
        }
        if let TypedPart::Num(..) = self.value(other)? {
            return Err(RuleMistake::new(other.span.clone(), "`is` compares texts, this is a number", "a number")
                .help("write codes in quotes ('4'), or compare numbers and days with `=`")
                .into());
        }
        Ok(match (self.text(subject)?, self.text(other)?) {
            (TextExpr::Const(left), TextExpr::Const(right)) => Expr::Const(left.trim().eq_ignore_ascii_case(right.trim())),
            (left, right) => Expr::SameText(left, right),
        })
    }

    fn one_of(&mut self, subject: &AstNode, words: &[LiteralNode]) -> Typed<Expr> {
        if let Some(empty) = words.iter().find(|word| word.text.trim().is_empty()) {
            return Err(RuleMistake::new(empty.span.clone(), "an empty text is no code", "here")
                .help("write `is blank`")
                .into());
        }
        let upper = |word: &LiteralNode| word.text.trim().to_ascii_uppercase();
        Ok(match self.value(subject)? {
            TypedPart::Lacking => Expr::Const(false),
            TypedPart::Field(field, _) => self.has_code(field, words.iter().map(upper).collect()),
            TypedPart::Matched(cell, _) => Expr::Matched { cell, test: CellTest::OneOf(words.iter().map(upper).collect()) },
            TypedPart::Text(TextExpr::Cell(cell)) => Expr::Cell { cell, test: CellTest::OneOf(words.iter().map(upper).collect()) },
            TypedPart::Text(text) => {
                or(words.iter().map(|word| Expr::SameText(text.clone(), TextExpr::Const(upper(word)))).collect())
            }
            TypedPart::Num(..) => {
                return Err(RuleMistake::new(subject.span.clone(), "a number is compared with a text", "this is a number")
                    .help("compare numbers and days with `=`, `<` and their like")
                    .into());
            }
            TypedPart::Condition(_) => {
                return Err(RuleMistake::new(subject.span.clone(), "a condition is no text", "here").into());
            }
        })
    }

    /// The field that a question about codes names, and the years whose codes it can hold.
    fn coded(&self, subject: &AstNode) -> Option<(FieldId, Vec<u16>)> {
        match &subject.kind {
            NodeKind::Name { name, .. } if matches!(self.bound(name), Some(BoundParameter::Field(_))) => None,
            NodeKind::Name { name, .. } => Some((registry().id(&self.substituted(name).0)?, self.years.to_vec())),
            // A second file can be of years that the rule is not for.
            NodeKind::Matched { name, .. } => {
                Some((registry().id(&self.substituted(name).0)?, registry().years().collect()))
            }
            _ => None,
        }
    }

    /// A code that no list of the rule's years knows is a slip of the pen. Not asked of `f` (which
    /// stands for many fields) and `written(…)` (which is about damaged values).
    fn check_codes(&self, subject: &AstNode, words: &[LiteralNode]) -> Result<(), RuleMistake> {
        if self.years.is_empty() {
            return Ok(());
        }
        let Some((id, years)) = self.coded(subject) else {
            return Ok(());
        };
        if self.are_codes_of_some_year(id, &years, words) {
            return Ok(());
        }
        let Some(known) = codes_of_years(id, &years) else {
            return Ok(());
        };
        let is_known = |word: &str| known.iter().any(|code| code.eq_ignore_ascii_case(word));
        for word in words {
            let text = word.text.trim();
            if text.is_empty() || is_known(text) || (text.contains('&') && text.split('&').all(is_known)) {
                continue;
            }
            let name = registry().info(id).name;
            let mistake = RuleMistake::new(
                word.span.clone(),
                format!("'{text}' is no code of `{name}`"),
                "in no list of these years",
            );
            let listed = || format!("its codes are {}", short_list(&known));
            return Err(mistake.help(did_you_mean(text, known.iter().map(String::as_str)).unwrap_or_else(listed)));
        }
        Ok(())
    }

    /// Whether each word is a code in one of the years. The layout at hand is looked at first: most
    /// often it knows all of them, and no layout of another year has to be read. What it does not know
    /// is most often a code of the other end of the years.
    fn are_codes_of_some_year(&self, id: FieldId, years: &[u16], words: &[LiteralNode]) -> bool {
        let mut years = years.to_vec();
        let distance = |year: &u16| year.abs_diff(self.layout.year());
        years.sort_by_key(|year| (distance(year) != 0, Reverse(distance(year))));
        let mut unknown: Vec<&str> = words.iter().map(|word| word.text.trim()).collect();
        let layouts = years.iter().filter_map(|year| registry().layout(*year));
        layouts.filter_map(|layout| value_set(layout, id)).any(|set| {
            let (RuleCodes::One(known) | RuleCodes::ByTest { others: known, .. }) = &*set;
            unknown.retain(|word| !known.exact.iter().any(|code| code.eq_ignore_ascii_case(word)));
            unknown.is_empty()
        })
    }

    fn is_number(&mut self, subject: &AstNode) -> Typed<Expr> {
        Ok(match self.value(subject)? {
            TypedPart::Lacking => Expr::Const(false),
            TypedPart::Field(field, _) => known(Num::Number(field)),
            TypedPart::Matched(cell, _) => known(Num::MatchedNumber(cell)),
            TypedPart::Text(text) => known(Num::Digits(Box::new(text))),
            TypedPart::Num(num, _) => known(num),
            TypedPart::Condition(_) => return Err(not_a_number(&subject.span, "condition").into()),
        })
    }

    fn is_date(&mut self, subject: &AstNode) -> Typed<Expr> {
        match self.value(subject)? {
            TypedPart::Lacking => Ok(Expr::Const(false)),
            TypedPart::Field(field, _) => Ok(known(Num::Day(field))),
            TypedPart::Matched(cell, _) => Ok(known(Num::MatchedDay(cell))),
            TypedPart::Num(num, ValueUnit::Day) => Ok(known(num)),
            _ => Err(RuleMistake::new(subject.span.clone(), "only a field can be a date", "expected a field").into()),
        }
    }

    fn test_of(&mut self, subject: &AstNode, field: &AstNode) -> Typed<Expr> {
        let seen = self.seen.len();
        let Some(tested) = self.cell(subject)? else {
            return Ok(Expr::Const(false));
        };
        // The finding is about the field, not about the test.
        self.seen.truncate(seen);
        let TypedPart::Field(id, _) = self.value(field)? else {
            return Err(RuleMistake::new(field.span.clone(), "expected a field", "here").into());
        };
        let tests = self.layout.field(id).map(|field| field.applies_to).unwrap_or_default();
        if tests.is_empty() {
            return Err(self.without(id, field, "names no tests for"));
        }
        Ok(self.has_code(tested.field, tests.iter().map(|test| test.to_string()).collect()))
    }

    pub(super) fn without(&self, id: FieldId, node: &AstNode, what: &str) -> Stop {
        let name = registry().info(id).name;
        let mistake = RuleMistake::new(
            node.span.clone(),
            format!("the layout of {} {what} `{name}`", self.year()),
            format!("none in {}", self.year()),
        )
        .help("narrow `years`, or choose fields for which it is known");
        let parameter = match &node.kind {
            NodeKind::Name { name, .. } if self.bound(name).is_some() => Some(name.clone()),
            NodeKind::Name { name, .. } => self.substituted(name).1,
            _ => None,
        };
        match parameter {
            Some(parameter) => Stop::Lacking { parameter, mistake },
            None => mistake.into(),
        }
    }

    fn in_value_set(&mut self, subject: &AstNode, exactly: bool) -> Typed<Expr> {
        let Some(cell) = self.cell(subject)? else {
            return Ok(Expr::Const(false));
        };
        let Some(set) = value_set(self.layout, cell.field) else {
            return Err(self.without(cell.field, subject, "has no list of codes for"));
        };
        Ok(match &*set {
            RuleCodes::One(codes) => in_codes(cell, codes, exactly),
            RuleCodes::ByTest { tests, others } => {
                let record_type = registry().id(RECORD_TYPE).unwrap_or(cell.field);
                let of_no_test =
                    not(self.has_code(record_type, tests.iter().map(|(test, _)| test.to_string()).collect()));
                let mut alternatives = vec![and(vec![of_no_test, in_codes(cell, others, exactly)])];
                for (test, codes) in tests {
                    let of_test = self.has_code(record_type, vec![test.to_string()]);
                    alternatives.push(and(vec![of_test, in_codes(cell, codes, exactly)]));
                }
                or(alternatives)
            }
        })
    }
}

fn in_codes(cell: CellRef, codes: &CodeList, exactly: bool) -> Expr {
    let test = match (exactly, read::reading(cell.field).parts) {
        (false, false) => CellTest::OneOf(codes.upper.clone()),
        (false, true) => CellTest::PartsOneOf(codes.upper.clone()),
        (true, false) => CellTest::ExactlyOneOf(codes.exact.clone()),
        (true, true) => CellTest::ExactPartsOneOf(codes.exact.clone()),
    };
    Expr::Cell { cell, test }
}

/// The record is of one of these codes, by the value of a cell.
pub(in crate::rule) fn is_one_of(field: FieldId, words: impl Iterator<Item = String>) -> Expr {
    Expr::Cell { cell: CellRef { field, form: CellForm::Value }, test: CellTest::OneOf(words.collect()) }
}

fn known(num: Num) -> Expr {
    match num {
        Num::Const(_) => Expr::Const(true),
        num if num == unreadable() => Expr::Const(false),
        num => Expr::Known(num),
    }
}
