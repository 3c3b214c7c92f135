//! Conditions: what joins, counts and compares.

use super::super::ast::{Domain, NodeKind, AstNode, ParameterNode, Quantity};
use super::super::error::RuleMistake;
use super::super::fields;
use super::super::ir::{Expr, Num, Op};
use super::logic::{and, at_least, not, or};
use super::{BoundParameter, Typed, Typer, TypedPart, same_unit};

impl Typer<'_> {
    /// A part that must be a condition.
    pub fn condition(&mut self, node: &AstNode) -> Typed<Expr> {
        match &node.kind {
            NodeKind::Not(inner) => Ok(not(self.condition(inner)?)),
            NodeKind::And(parts) => Ok(and(self.conditions(parts)?)),
            NodeKind::Or(parts) => Ok(or(self.conditions(parts)?)),
            NodeKind::Compare { left, op, right } => self.compare(left, *op, right),
            NodeKind::Between { value, low, high } => {
                Ok(and(vec![self.compare(value, Op::AtLeast, low)?, self.compare(value, Op::AtMost, high)?]))
            }
            NodeKind::Is { subject, question } => self.is(subject, question),
            NodeKind::Quantified { quantity, parameter, body } => self.quantified(*quantity, parameter, body),
            _ => match self.value(node)? {
                TypedPart::Condition(expr) => Ok(expr),
                _ => Err(RuleMistake::new(
                    node.span.clone(),
                    "expected a condition, found a value",
                    "ask something about it",
                )
                .help("for example `is filled`, `is 'Y'`, `is a number`")
                .into()),
            },
        }
    }

    fn conditions(&mut self, parts: &[AstNode]) -> Typed<Vec<Expr>> {
        parts.iter().map(|part| self.condition(part)).collect()
    }

    fn compare(&mut self, left: &AstNode, op: Op, right: &AstNode) -> Typed<Expr> {
        let ((left_num, left_unit), (right_num, right_unit)) = (self.number(left)?, self.number(right)?);
        same_unit(left_unit, right_unit, &(left.span.start..right.span.end))?;
        Ok(match (left_num, right_num) {
            (Num::Const(left), Num::Const(right)) => Expr::Const(op.holds(left, right)),
            (left, right) => Expr::Compare { left, op, right },
        })
    }

    fn quantified(&mut self, quantity: Quantity, parameter: &ParameterNode, body: &AstNode) -> Typed<Expr> {
        let mut parts = Vec::new();
        for bound in self.domain(parameter)? {
            self.scope.push((parameter.name.clone(), bound));
            let part = self.condition(body);
            self.scope.pop();
            match part {
                Ok(part) => parts.push(part),
                Err(stop) if stop.lacks(&parameter.name) => {}
                Err(stop) => return Err(stop),
            }
        }
        Ok(match quantity {
            Quantity::Each => and(parts),
            Quantity::AtLeast(count) => at_least(count, &parts),
            Quantity::Exactly(count) => and(vec![at_least(count, &parts), not(at_least(count + 1, &parts))]),
        })
    }

    /// The values of a parameter in the year.
    pub fn domain(&self, parameter: &ParameterNode) -> Result<Vec<BoundParameter>, RuleMistake> {
        match &parameter.domain {
            Domain::Range(from, to) if from > to || to - from > 99 => {
                Err(RuleMistake::new(parameter.span.clone(), format!("`{}` has no usable range", parameter.name), "here")
                    .help("write the smaller number first, for example 1..4"))
            }
            Domain::Range(from, to) => Ok((*from..=*to).map(BoundParameter::Number).collect()),
            Domain::Fields(set) => Ok(fields::select(set, self.layout)?.into_iter().map(BoundParameter::Field).collect()),
        }
    }
}
