//! Conditions: what joins, counts and compares.

use super::super::ast::{Domain, Kind, Node, Parameter, Quantity};
use super::super::error::Mistake;
use super::super::fields;
use super::super::ir::{Expr, Num, Op};
use super::logic::{and, at_least, not, or};
use super::{Bound, Typed, Typer, Value, same_unit};

impl Typer<'_> {
    /// A part that must be a condition.
    pub fn condition(&mut self, node: &Node) -> Typed<Expr> {
        match &node.kind {
            Kind::Not(inner) => Ok(not(self.condition(inner)?)),
            Kind::And(parts) => Ok(and(self.conditions(parts)?)),
            Kind::Or(parts) => Ok(or(self.conditions(parts)?)),
            Kind::Compare { left, op, right } => self.compare(left, *op, right),
            Kind::Between { value, low, high } => {
                Ok(and(vec![self.compare(value, Op::AtLeast, low)?, self.compare(value, Op::AtMost, high)?]))
            }
            Kind::Is { subject, question } => self.is(subject, question),
            Kind::Quantified { quantity, parameter, body } => self.quantified(*quantity, parameter, body),
            _ => match self.value(node)? {
                Value::Condition(expr) => Ok(expr),
                _ => Err(Mistake::new(
                    node.span.clone(),
                    "expected a condition, found a value",
                    "ask something about it",
                )
                .help("for example `is filled`, `is 'Y'`, `is a number`")
                .into()),
            },
        }
    }

    fn conditions(&mut self, parts: &[Node]) -> Typed<Vec<Expr>> {
        parts.iter().map(|part| self.condition(part)).collect()
    }

    fn compare(&mut self, left: &Node, op: Op, right: &Node) -> Typed<Expr> {
        let ((left_num, left_unit), (right_num, right_unit)) = (self.number(left)?, self.number(right)?);
        same_unit(left_unit, right_unit, &(left.span.start..right.span.end))?;
        Ok(match (left_num, right_num) {
            (Num::Const(left), Num::Const(right)) => Expr::Const(op.holds(left, right)),
            (left, right) => Expr::Compare { left, op, right },
        })
    }

    fn quantified(&mut self, quantity: Quantity, parameter: &Parameter, body: &Node) -> Typed<Expr> {
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
    pub fn domain(&self, parameter: &Parameter) -> Result<Vec<Bound>, Mistake> {
        match &parameter.domain {
            Domain::Range(from, to) if from > to || to - from > 99 => {
                Err(Mistake::new(parameter.span.clone(), format!("`{}` has no usable range", parameter.name), "here")
                    .help("write the smaller number first, for example 1..4"))
            }
            Domain::Range(from, to) => Ok((*from..=*to).map(Bound::Number).collect()),
            Domain::Fields(set) => Ok(fields::select(set, self.layout)?.into_iter().map(Bound::Field).collect()),
        }
    }
}
