//! Values: fields, texts, numbers, days, calls, sums and lists of them.

use super::super::ast::{FileName, NodeKind, LiteralNode, AstNode};
use super::super::lexer::Token;
use super::{Parsed, Parser};

/// Names of second files.
const FILES: [&str; 3] = ["earlier", "roster", "checked"];

impl Parser {
    pub(super) fn sum(&mut self) -> Parsed<AstNode> {
        let start = self.span().start;
        let mut left = self.primary()?;
        loop {
            let make = match self.peek() {
                Token::Sign("+") => NodeKind::Add,
                Token::Sign("-") => NodeKind::Sub,
                _ => return Ok(left),
            };
            self.at += 1;
            let right = self.primary()?;
            left = AstNode { kind: make(Box::new(left), Box::new(right)), span: self.since(start) };
        }
    }

    pub(super) fn primary(&mut self) -> Parsed<AstNode> {
        let span = self.span();
        let kind = match self.peek().clone() {
            Token::Number(number) => NodeKind::Number(number),
            Token::Day(day) => NodeKind::Day(day),
            Token::Text(text) => NodeKind::Text(text),
            Token::Word(name) if is_reserved(&name) => return Err(self.unexpected("a field, a value or a condition")),
            Token::Word(name) if name == "found" => return self.found(),
            Token::Word(name) if FILES.contains(&name.as_str()) => return self.matched(),
            Token::Word(name) => return self.named(name),
            Token::Sign("-") => return self.negative(),
            Token::Sign("(") => return self.parenthesised(),
            _ => return Err(self.unexpected("a field, a value or a condition")),
        };
        self.at += 1;
        Ok(AstNode { kind, span })
    }

    fn negative(&mut self) -> Parsed<AstNode> {
        let start = self.span().start;
        self.at += 1;
        let Token::Number(number) = *self.peek() else {
            return Err(self.unexpected("a number"));
        };
        self.at += 1;
        Ok(AstNode { kind: NodeKind::Number(-number), span: self.since(start) })
    }

    fn parenthesised(&mut self) -> Parsed<AstNode> {
        self.at += 1;
        let inner = self.expression()?;
        self.expect_sign(")")?;
        Ok(inner)
    }

    fn named(&mut self, name: String) -> Parsed<AstNode> {
        let start = self.span().start;
        self.at += 1;
        if self.eat_sign("(") {
            let arguments = self.list(Self::expression)?;
            return Ok(AstNode { kind: NodeKind::Call { name, arguments }, span: self.since(start) });
        }
        let optional = *self.peek() == Token::Question;
        self.at += usize::from(optional);
        Ok(AstNode { kind: NodeKind::Name { name, optional }, span: self.since(start) })
    }

    /// `found in earlier(1)`
    fn found(&mut self) -> Parsed<AstNode> {
        let start = self.span().start;
        self.at += 1;
        self.expect("in")?;
        let file = self.file()?;
        Ok(AstNode { kind: NodeKind::Found(file), span: self.since(start) })
    }

    /// `roster.ssid`, `earlier(1).scale_score?`
    fn matched(&mut self) -> Parsed<AstNode> {
        let start = self.span().start;
        let file = self.file()?;
        if !self.eat_sign(".") {
            let help = "write `earlier(1).grade_assessed` for a field of it, `found in earlier(1)` to ask for a record";
            return Err(self.unexpected("`.` and a field").help(help));
        }
        let name = self.plain_word("a field")?;
        let optional = *self.peek() == Token::Question;
        self.at += usize::from(optional);
        Ok(AstNode { kind: NodeKind::Matched { file, name, optional }, span: self.since(start) })
    }

    fn file(&mut self) -> Parsed<FileName> {
        let start = self.span().start;
        let word = match self.peek() {
            Token::Word(word) if FILES.contains(&word.as_str()) => word.clone(),
            _ => return Err(self.unexpected("`earlier(1)`, `roster` or `checked`")),
        };
        self.at += 1;
        let before = if self.eat_sign("(") {
            let before = self.sum()?;
            self.expect_sign(")")?;
            Some(Box::new(before))
        } else {
            None
        };
        Ok(FileName { word, before, span: self.since(start) })
    }

    /// The rest of a list after its opening parenthesis.
    pub(super) fn list<T>(&mut self, part: fn(&mut Self) -> Parsed<T>) -> Parsed<Vec<T>> {
        let mut parts = vec![part(self)?];
        while self.eat_sign(",") {
            parts.push(part(self)?);
        }
        self.expect_sign(")")?;
        Ok(parts)
    }

    pub(super) fn literal(&mut self) -> Parsed<LiteralNode> {
        let span = self.span();
        match self.peek().clone() {
            Token::Text(text) => {
                self.at += 1;
                Ok(LiteralNode { text, span })
            }
            Token::Number(_) => Err(self.unexpected("a text in quotes").help("codes are texts: write '4', not 4")),
            _ => Err(self.unexpected("a text in quotes")),
        }
    }

    pub(super) fn literals(&mut self) -> Parsed<Vec<LiteralNode>> {
        self.expect_sign("(")?;
        self.list(Self::literal)
    }
}

/// Words that can never be a name.
fn is_reserved(word: &str) -> bool {
    ["and", "or", "not", "is", "if", "else", "in", "between", "matches", "within", "where"].contains(&word)
}
