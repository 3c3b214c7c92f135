//! The demands of set rules.

use super::super::ast::{AstNode, SetNode};
use super::super::lexer::Token;
use super::{Parsed, Parser};

impl Parser {
    pub(super) fn set(&mut self) -> Parsed<SetNode> {
        if self.eat_words(&["unique", "record"]) {
            return Ok(SetNode::UniqueRecord);
        }
        if self.eat_words(&["unique", "by"]) {
            return Ok(SetNode::UniqueBy(self.keys()?));
        }
        if self.eat_words(&["unique", "among"]) {
            self.expect_sign("(")?;
            return Ok(SetNode::UniqueAmong(self.list(Self::pattern)?));
        }
        if self.eat("same") {
            return self.same();
        }
        if self.eat("exists") {
            return self.exists();
        }
        if self.eat_words(&["at", "most"]) {
            return self.at_most();
        }
        if self.eat_words(&["share", "of"]) {
            return self.share();
        }
        Err(self
            .unexpected("a form for sets")
            .help("one of: unique by, unique record, unique among, same … within, exists … with same, at most … where … within, share of … within"))
    }

    fn keys(&mut self) -> Parsed<Vec<AstNode>> {
        if self.eat_sign("(") {
            return self.list(Self::expression);
        }
        Ok(vec![self.sum()?])
    }

    fn within(&mut self) -> Parsed<Vec<AstNode>> {
        self.expect("within")?;
        self.keys()
    }

    fn same(&mut self) -> Parsed<SetNode> {
        let mut values = vec![self.sum()?];
        while self.eat("or") {
            self.expect("same")?;
            values.push(self.sum()?);
        }
        Ok(SetNode::Same { values, within: self.within()? })
    }

    fn exists(&mut self) -> Parsed<SetNode> {
        let mut conditions = vec![self.in_parentheses()?];
        while self.eat_words(&["and", "exists"]) {
            conditions.push(self.in_parentheses()?);
        }
        if !self.eat_words(&["with", "same"]) {
            return Err(self.unexpected("`with same`"));
        }
        Ok(SetNode::Exists { conditions, with_same: self.keys()? })
    }

    fn in_parentheses(&mut self) -> Parsed<AstNode> {
        self.expect_sign("(")?;
        let inner = self.expression()?;
        self.expect_sign(")")?;
        Ok(inner)
    }

    fn at_most(&mut self) -> Parsed<SetNode> {
        let limit = self.small_number()?;
        self.expect("where")?;
        let of = self.expression()?;
        Ok(SetNode::AtMost { limit, of, within: self.within()? })
    }

    fn share(&mut self) -> Parsed<SetNode> {
        let of = self.in_parentheses()?;
        let within = self.within()?;
        if !self.eat_words(&["at", "least"]) {
            return Err(self.unexpected("`at least`"));
        }
        let percent = self.small_number()?;
        self.expect("percent")?;
        self.expect("among")?;
        let among = self.small_number()?;
        Ok(SetNode::Share { of, within, percent, among })
    }

    fn small_number(&mut self) -> Parsed<u32> {
        let Token::Number(number) = *self.peek() else {
            return Err(self.unexpected("a number"));
        };
        let number = u32::try_from(number).map_err(|_| self.unexpected("a smaller number"))?;
        self.at += 1;
        Ok(number)
    }
}
