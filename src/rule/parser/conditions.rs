//! Conditions, from those that bind loosest to single questions.

use super::super::ast::{NodeKind, AstNode, Quantity, Question};
use super::super::error::RuleMistake;
use super::super::ir::Op;
use super::super::lexer::Token;
use super::{Parsed, Parser};

/// Conditions nested deeper than this are refused, so that none can exhaust the stack.
const DEEPEST: usize = 64;
const COMPARISONS: [(&str, Op); 6] =
    [("<=", Op::AtMost), (">=", Op::AtLeast), ("<>", Op::IsNot), ("<", Op::Less), (">", Op::More), ("=", Op::Is)];
/// Counting further than this would make conditions too long.
const MOST_COUNTED: usize = 4;
const COUNTS: [(&str, usize); 4] = [("one", 1), ("two", 2), ("three", 3), ("four", 4)];

impl Parser {
    pub(super) fn expression(&mut self) -> Parsed<AstNode> {
        self.depth += 1;
        if self.depth > DEEPEST {
            return Err(RuleMistake::new(self.span(), "condition is nested too deeply", "here"));
        }
        let node = self.choice();
        self.depth -= 1;
        node
    }

    fn choice(&mut self) -> Parsed<AstNode> {
        let start = self.span().start;
        let then = self.disjunction()?;
        if !self.eat("if") {
            return Ok(then);
        }
        let condition = Box::new(self.disjunction()?);
        self.expect("else")?;
        let otherwise = Box::new(self.expression()?);
        Ok(AstNode { kind: NodeKind::If { condition, then: Box::new(then), otherwise }, span: self.since(start) })
    }

    fn disjunction(&mut self) -> Parsed<AstNode> {
        self.chain("or", NodeKind::Or, Self::conjunction)
    }

    fn conjunction(&mut self) -> Parsed<AstNode> {
        self.chain("and", NodeKind::And, Self::negation)
    }

    fn chain(&mut self, word: &str, make: fn(Vec<AstNode>) -> NodeKind, part: fn(&mut Self) -> Parsed<AstNode>) -> Parsed<AstNode> {
        let start = self.span().start;
        let first = part(self)?;
        if !self.is_word(word) {
            return Ok(first);
        }
        let mut parts = vec![first];
        while self.eat(word) {
            parts.push(part(self)?);
        }
        Ok(AstNode { kind: make(parts), span: self.since(start) })
    }

    fn negation(&mut self) -> Parsed<AstNode> {
        let start = self.span().start;
        if self.eat("not") {
            self.depth += 1;
            if self.depth > DEEPEST {
                return Err(RuleMistake::new(self.span(), "condition is nested too deeply", "here"));
            }
            let inner = self.negation()?;
            self.depth -= 1;
            return Ok(AstNode { kind: NodeKind::Not(Box::new(inner)), span: self.since(start) });
        }
        match self.quantity()? {
            Some(quantity) => self.quantified(quantity, start),
            None => self.predicate(),
        }
    }

    fn quantity(&mut self) -> Parsed<Option<Quantity>> {
        if self.eat("some") {
            return Ok(Some(Quantity::AtLeast(1)));
        }
        if self.eat("each") {
            return Ok(Some(Quantity::Each));
        }
        if self.eat("exactly") {
            return Ok(Some(Quantity::Exactly(self.count()?)));
        }
        if self.is_word("at") && self.is_word_at(1, "least") {
            self.at += 2;
            return Ok(Some(Quantity::AtLeast(self.count()?)));
        }
        Ok(None)
    }

    fn count(&mut self) -> Parsed<usize> {
        let known = |word: &str| COUNTS.iter().find(|(one, _)| *one == word).map(|(_, count)| *count);
        let count = match self.peek() {
            Token::Word(word) => known(word),
            Token::Number(number) => usize::try_from(*number).ok().filter(|count| *count <= MOST_COUNTED),
            _ => None,
        };
        let count = count.ok_or_else(|| self.unexpected("a count from `one` to `four`"))?;
        self.at += 1;
        Ok(count)
    }

    fn quantified(&mut self, quantity: Quantity, start: usize) -> Parsed<AstNode> {
        let parameter = self.parameter()?;
        self.expect_sign(":")?;
        self.expect_sign("(")?;
        let body = Box::new(self.expression()?);
        self.expect_sign(")")?;
        Ok(AstNode { kind: NodeKind::Quantified { quantity, parameter, body }, span: self.since(start) })
    }

    fn predicate(&mut self) -> Parsed<AstNode> {
        let start = self.span().start;
        let subject = self.sum()?;
        if self.eat("is") {
            return self.is(subject, start);
        }
        if self.eat_words(&["has", "broken", "letters"]) {
            return Ok(self.asked(subject, Question::BrokenLetters, start));
        }
        if self.eat_words(&["does", "not", "match"]) {
            return self.matches(subject, start).map(negated);
        }
        if self.eat("matches") {
            return self.matches(subject, start);
        }
        if self.eat_words(&["not", "between"]) {
            return self.between(subject, start).map(negated);
        }
        if self.eat("between") {
            return self.between(subject, start);
        }
        for (sign, op) in COMPARISONS {
            if self.eat_sign(sign) {
                let (left, right) = (Box::new(subject), Box::new(self.sum()?));
                return Ok(AstNode { kind: NodeKind::Compare { left, op, right }, span: self.since(start) });
            }
        }
        Ok(subject)
    }

    fn asked(&self, subject: AstNode, question: Question, start: usize) -> AstNode {
        AstNode { kind: NodeKind::Is { subject: Box::new(subject), question }, span: self.since(start) }
    }

    fn is(&mut self, subject: AstNode, start: usize) -> Parsed<AstNode> {
        let negative = self.eat("not");
        if self.eat("filled") {
            let blank = self.asked(subject, Question::Blank, start);
            return Ok(if negative { blank } else { negated(blank) });
        }
        let question = self.question()?;
        let node = self.asked(subject, question, start);
        Ok(if negative { negated(node) } else { node })
    }

    fn question(&mut self) -> Parsed<Question> {
        if self.eat("blank") {
            return Ok(Question::Blank);
        }
        if self.eat("invisible") {
            return Ok(Question::Invisible);
        }
        if self.eat("known") {
            return Ok(Question::Known);
        }
        if self.eat_words(&["a", "number"]) {
            return Ok(Question::Number);
        }
        if self.eat_words(&["a", "date"]) {
            return Ok(Question::Date);
        }
        if self.eat_words(&["a", "test", "of"]) {
            return Ok(Question::TestOf(Box::new(self.primary()?)));
        }
        if self.eat_words(&["longer", "than", "its", "width"]) {
            return Ok(Question::LongerThanItsWidth);
        }
        if self.eat_words(&["in", "value_set"]) {
            return Ok(Question::InValueSet { exactly: false });
        }
        if self.eat_words(&["exactly", "in", "value_set"]) {
            return Ok(Question::InValueSet { exactly: true });
        }
        if self.eat_words(&["exactly", "one", "of"]) {
            return Ok(Question::ExactlyOneOf(self.literals()?));
        }
        if self.eat_words(&["one", "of"]) {
            return Ok(Question::OneOf(self.literals()?));
        }
        if self.eat("exactly") {
            return Ok(Question::ExactlyOneOf(vec![self.literal()?]));
        }
        if self.is_word("between") {
            return Err(self.unexpected("a text or a question").help("write `x between 1 and 4`, without `is`"));
        }
        Ok(Question::Same(Box::new(self.sum()?)))
    }

    fn matches(&mut self, subject: AstNode, start: usize) -> Parsed<AstNode> {
        let Token::Regex { pattern, ignore_case } = self.peek().clone() else {
            return Err(self.unexpected("a regular expression between slashes"));
        };
        let span = self.span();
        self.at += 1;
        Ok(self.asked(subject, Question::Matches { pattern, ignore_case, span }, start))
    }

    fn between(&mut self, value: AstNode, start: usize) -> Parsed<AstNode> {
        let low = Box::new(self.sum()?);
        self.expect("and")?;
        let high = Box::new(self.sum()?);
        Ok(AstNode { kind: NodeKind::Between { value: Box::new(value), low, high }, span: self.since(start) })
    }
}

fn negated(node: AstNode) -> AstNode {
    let span = node.span.clone();
    AstNode { kind: NodeKind::Not(Box::new(node)), span }
}
