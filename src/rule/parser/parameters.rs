//! Parameters: `k in 1..4`, `f in (…)`, `f where …`.

use super::super::ast::{Domain, FieldSet, FieldCondition, LiteralNode, ParameterNode};
use super::super::lexer::Token;
use super::{Parsed, Parser};

impl Parser {
    pub(super) fn parameter(&mut self) -> Parsed<ParameterNode> {
        let start = self.span().start;
        let Token::Word(name) = self.advance() else {
            self.at -= 1;
            return Err(self.unexpected("the name of a parameter, `k` or `f`"));
        };
        let domain = if self.eat("where") { self.filtered(FieldSet::default())? } else { self.domain()? };
        Ok(ParameterNode { name, domain, span: self.since(start) })
    }

    fn domain(&mut self) -> Parsed<Domain> {
        self.expect("in")?;
        if let Token::Number(from) = *self.peek() {
            self.at += 1;
            self.expect_sign("..")?;
            let Token::Number(to) = *self.peek() else {
                return Err(self.unexpected("a number"));
            };
            self.at += 1;
            return Ok(Domain::Range(from, to));
        }
        self.expect_sign("(")?;
        let patterns = self.list(Self::pattern)?;
        let fields = FieldSet { patterns, ..FieldSet::default() };
        self.filtered(fields)
    }

    fn filtered(&mut self, mut fields: FieldSet) -> Parsed<Domain> {
        if fields.patterns.is_empty() {
            self.filters(&mut fields)?;
        }
        loop {
            if self.eat("where") {
                self.filters(&mut fields)?;
            } else if self.eat("except") {
                self.expect_sign("(")?;
                fields.except.extend(self.list(Self::pattern)?);
            } else {
                return Ok(Domain::Fields(fields));
            }
        }
    }

    fn filters(&mut self, fields: &mut FieldSet) -> Parsed<()> {
        if self.eat("any") {
            return Ok(());
        }
        fields.filters.push(self.filter()?);
        while self.eat("and") {
            fields.filters.push(self.filter()?);
        }
        Ok(())
    }

    fn filter(&mut self) -> Parsed<FieldCondition> {
        let start = self.span().start;
        let mut property = self.plain_word("a property such as `type` or `kind`")?;
        while !(self.is_word("is") || self.is_word("are")) {
            property = format!("{property} {}", self.plain_word("`is`")?);
        }
        self.at += 1;
        let values = if self.eat_words(&["one", "of"]) {
            self.expect_sign("(")?;
            self.list(|parser| parser.plain_word("a word"))?
        } else {
            vec![self.plain_word("a word")?]
        };
        Ok(FieldCondition { property, values, span: self.since(start) })
    }

    pub(super) fn plain_word(&mut self, expected: &str) -> Parsed<String> {
        let Token::Word(word) = self.peek().clone() else {
            return Err(self.unexpected(expected));
        };
        self.at += 1;
        Ok(word)
    }

    pub(super) fn pattern(&mut self) -> Parsed<LiteralNode> {
        let span = self.span();
        let text = self.plain_word("a field or a pattern such as `ea_*`")?;
        Ok(LiteralNode { text, span })
    }
}
