//! Finds comparisons that can never be true, or never be false, with anything that the layouts let
//! a cell hold: `grade_assessed > 20`, `ssid is 'x'`. Only damage could turn them, and damage has
//! rules of its own.
//!
//! Questions that are asked because of damage are left alone: about `written(…)`, about the fields
//! of a family, `matches`, `is a number` and their like.

use std::ops::Range;

use crate::layout::{FieldId, registry};

use super::ast::{NodeKind, LiteralNode, AstNode, Question, SetNode};
use super::bind::{InstanceBinding, ParsedRule, Requirement, parameter_values};
use super::error::{RuleMistake, Piece, RuleError};
use super::file::Loaded;
use super::ir::{CellRef, CellForm, Num, Op, TextExpr};
use super::typed::{BoundParameter, Typer, TypedPart};

mod numbers;
mod words;

use numbers::{Answers, NumberRange, answers, numbers};
use words::{Refusal, cell_refusal, refusal};

/// The idle comparisons of a rule, which must bind in all its years.
pub(super) fn mistakes(loaded: &Loaded) -> Vec<RuleError> {
    let mut claims = Claims::default();
    let years = loaded.layout_years();
    for layout in years.iter().filter_map(|year| registry().layout(*year)) {
        let parts = loaded.parts(layout.year());
        let Ok(parsed) = ParsedRule::new(&parts, layout) else { continue };
        for bound in parameter_values(&parts, layout, &years).unwrap_or_default() {
            let bound = bound.as_ref().map(|(parameter, value)| (parameter, *value));
            let binding = InstanceBinding { parts: &parts, parsed: &parsed, layout, years: &years, bound };
            // A value of the parameter for which the year lacks a field is left out.
            if binding.instance().is_ok() {
                claims.add(&binding);
            }
        }
    }
    claims.0.into_iter().filter_map(ComparisonRange::mistake).collect()
}

/// The comparisons met so far, in the order of the rule.
#[derive(Default)]
struct Claims(Vec<ComparisonRange>);

/// A comparison, and what it can come to in some year for some value of the parameters.
struct ComparisonRange {
    piece: Piece,
    span: Range<usize>,
    answers: Answers,
    about: About,
}

/// What is said of a comparison that is idle.
enum About {
    /// A word that a cell cannot hold.
    Word { of: String, word: String, refusal: Option<Refusal> },
    /// Numbers, and what the part that is compared can come to.
    Numbers { of: String, can_be: NumberRange },
}

impl Claims {
    fn add(&mut self, binding: &InstanceBinding<'_>) {
        let Ok(by) = binding.by() else { return };
        let (parts, parsed) = (binding.parts, binding.parsed);
        if let Some((piece, node)) = parts.when.as_ref().zip(parsed.when.as_ref()) {
            ConditionPath { claims: self, piece, typer: binding.typer(&by) }.node(node);
        }
        let mut walk = ConditionPath { claims: self, piece: &parts.require, typer: binding.typer(&by) };
        match &parsed.require {
            Requirement::Record(node) => walk.node(node),
            Requirement::Set(set) => conditions_of(set).into_iter().for_each(|node| walk.node(node)),
        }
    }

    fn put(&mut self, claim: ComparisonRange) {
        let is_same = |one: &&mut ComparisonRange| {
            one.span == claim.span
                && one.piece.span == claim.piece.span
                && one.piece.source.name == claim.piece.source.name
        };
        match self.0.iter_mut().find(is_same) {
            Some(known) => known.join(claim),
            None => self.0.push(claim),
        }
    }
}

fn conditions_of(set: &SetNode) -> Vec<&AstNode> {
    match set {
        SetNode::Exists { conditions, .. } => conditions.iter().collect(),
        SetNode::AtMost { of, .. } | SetNode::Share { of, .. } => vec![of],
        SetNode::UniqueBy(_) | SetNode::UniqueRecord | SetNode::UniqueAmong(_) | SetNode::Same { .. } => Vec::new(),
    }
}

impl ComparisonRange {
    /// Takes in what the same comparison can come to in another year, or for another value.
    fn join(&mut self, other: Self) {
        self.answers = self.answers.or(other.answers);
        if let (About::Numbers { can_be, .. }, About::Numbers { can_be: also, .. }) = (&mut self.about, other.about) {
            *can_be = can_be.clone().either(also);
        }
    }

    fn mistake(self) -> Option<RuleError> {
        if self.answers == Answers::BOTH {
            return None;
        }
        let mistake = match self.about {
            About::Word { of, word, refusal } => {
                RuleMistake::new(self.span, format!("{of} can never be '{word}'"), "in none of these years")
                    .help(refusal?.help(&word))
            }
            About::Numbers { of, can_be } => {
                let (message, label) = match (self.answers.can_hold, self.answers.can_fail) {
                    (false, true) => ("this comparison can never be true", "true in none of these years"),
                    (true, false) => ("this comparison can never be false", "true in all of these years"),
                    _ => ("this comparison can never be determined", "no number in any of these years"),
                };
                let mistake = RuleMistake::new(self.span, message, label);
                match can_be.shown() {
                    Some(shown) => mistake.help(format!("by the layouts, {of} is {shown}")),
                    None => mistake,
                }
            }
        };
        Some(*self.piece.error(mistake))
    }
}

/// A way through the conditions of one instance.
struct ConditionPath<'c, 't> {
    claims: &'c mut Claims,
    piece: &'c Piece,
    typer: Typer<'t>,
}

impl ConditionPath<'_, '_> {
    fn node(&mut self, node: &AstNode) {
        match &node.kind {
            NodeKind::Not(inner) => self.node(inner),
            NodeKind::And(parts) | NodeKind::Or(parts) => parts.iter().for_each(|part| self.node(part)),
            NodeKind::Compare { right, op, .. } if asks_whether_it_is_read(*op, right) => {}
            NodeKind::Compare { left, op, right } => {
                self.numbers([left, right], &node.span, |[left, right]| answers(left, *op, right));
            }
            NodeKind::Between { value, low, high } => self.numbers([value, low, high], &node.span, |[value, low, high]| {
                answers(value, Op::AtLeast, low).and(answers(value, Op::AtMost, high))
            }),
            NodeKind::Is { subject, question } => self.is(subject, question),
            NodeKind::Quantified { parameter, body, .. } => {
                for bound in self.typer.domain(parameter).unwrap_or_default() {
                    self.typer.scope.push((parameter.name.clone(), bound));
                    self.node(body);
                    self.typer.scope.pop();
                }
            }
            _ => {}
        }
    }

    fn numbers<const N: usize>(
        &mut self,
        nodes: [&AstNode; N],
        span: &Range<usize>,
        compare: impl Fn([&NumberRange; N]) -> Answers,
    ) {
        if nodes.iter().any(|node| self.is_about_damage(node)) {
            return;
        }
        let layout = self.typer.layout;
        let typed = nodes.map(|node| self.typer.number(node).ok().map(|(num, _)| num));
        let Some(typed) = typed.iter().map(Option::as_ref).collect::<Option<Vec<_>>>() else { return };
        // What varies is reported, not what it is compared with; a year or parameter alone is no record's.
        let Some(varying) = typed.iter().position(|num| !matches!(num, Num::Const(_))) else { return };
        let can_be: Vec<NumberRange> = typed.into_iter().map(|num| numbers(num, layout)).collect();
        let about = About::Numbers { of: self.written(nodes[varying]), can_be: can_be[varying].clone() };
        let Ok(can_be) = <[NumberRange; N]>::try_from(can_be) else { return };
        let answers = compare(can_be.each_ref());
        self.claims.put(ComparisonRange { piece: self.piece.clone(), span: span.clone(), answers, about });
    }

    fn is(&mut self, subject: &AstNode, question: &Question) {
        if self.is_about_damage(subject) {
            return;
        }
        match question {
            Question::Same(other) => {
                if let NodeKind::Text(text) = &other.kind {
                    self.word(subject, &LiteralNode { text: text.clone(), span: other.span.clone() });
                }
            }
            Question::OneOf(words) | Question::ExactlyOneOf(words) => {
                words.iter().for_each(|word| self.word(subject, word));
            }
            _ => {}
        }
    }

    fn word(&mut self, subject: &AstNode, literal: &LiteralNode) {
        let word = literal.text.trim();
        let layout = self.typer.layout;
        let refusal = match self.typer.value(subject) {
            Ok(TypedPart::Field(field, _)) => refusal(&TextExpr::Cell(CellRef { field, form: CellForm::Value }), word, layout),
            Ok(TypedPart::Text(text)) => refusal(&text, word, layout),
            Ok(TypedPart::Matched(cell, _)) => in_no_year(cell.field, word),
            _ => return,
        };
        let answers = Answers { can_hold: refusal.is_none(), can_fail: true };
        let about = About::Word { of: self.written(subject), word: word.to_owned(), refusal };
        self.claims.put(ComparisonRange { piece: self.piece.clone(), span: literal.span.clone(), answers, about });
    }

    /// The part as the rule writes it.
    fn written(&self, node: &AstNode) -> String {
        format!("`{}`", self.piece.text.get(node.span.clone()).unwrap_or_default())
    }

    /// Whether a part takes a cell as it stands in the file, or any field of a family.
    fn is_about_damage(&self, node: &AstNode) -> bool {
        let any = |nodes: &[&AstNode]| nodes.iter().any(|node| self.is_about_damage(node));
        match &node.kind {
            NodeKind::Name { name, .. } => {
                let bound = self.typer.scope.iter().rev().find(|(one, _)| one == name);
                matches!(bound, Some((_, BoundParameter::Field(_))))
            }
            NodeKind::Call { name, arguments } => name == "written" || any(&arguments.iter().collect::<Vec<_>>()),
            NodeKind::Add(left, right) | NodeKind::Sub(left, right) => any(&[left, right]),
            NodeKind::If { then, otherwise, .. } => any(&[then, otherwise]),
            _ => false,
        }
    }
}

/// Why a cell of a second file, which can be of any year, cannot hold a word.
fn in_no_year(field: FieldId, word: &str) -> Option<Refusal> {
    let layouts = registry().layouts().filter(|layout| layout.has(field));
    layouts.map(|layout| cell_refusal(layout, field, word)).reduce(Option::and)?
}

/// `x >= 0` is how a rule asks that there is a number at all: else it is unknown.
fn asks_whether_it_is_read(op: Op, right: &AstNode) -> bool {
    op == Op::AtLeast && right.kind == NodeKind::Number(0)
}
