//! Turns the tokens of a condition into its tree. Knows the grammar and nothing about fields.

use std::ops::Range;

use super::ast::{AstNode, ParameterNode, SetNode};
use super::error::RuleMistake;
use super::lexer::{Lexeme, Token, lex};

mod conditions;
mod parameters;
mod sets;
mod values;

type Parsed<T> = Result<T, RuleMistake>;

/// A condition or a computed value.
pub(super) fn expression(text: &str) -> Parsed<AstNode> {
    whole(text, Parser::expression)
}

/// The demand of a set rule.
pub(super) fn set(text: &str) -> Parsed<SetNode> {
    whole(text, Parser::set)
}

/// The text of `each`.
pub(super) fn parameter(text: &str) -> Parsed<ParameterNode> {
    whole(text, Parser::parameter)
}

/// A field name or pattern of `labels`.
pub(super) fn is_name(text: &str) -> bool {
    matches!(lex(text).as_deref(), Ok([Lexeme { token: Token::Word(_), .. }, _]))
}

fn whole<T>(text: &str, part: fn(&mut Parser) -> Parsed<T>) -> Parsed<T> {
    let mut parser = Parser { lexemes: lex(text)?, at: 0, depth: 0 };
    let parsed = part(&mut parser)?;
    if *parser.peek() != Token::End {
        return Err(parser.unexpected("`and`, `or` or the end"));
    }
    Ok(parsed)
}

struct Parser {
    lexemes: Vec<Lexeme>,
    at: usize,
    depth: usize,
}

impl Parser {
    fn peek(&self) -> &Token {
        self.peek_at(0)
    }

    fn peek_at(&self, ahead: usize) -> &Token {
        self.lexemes.get(self.at + ahead).map_or(&Token::End, |lexeme| &lexeme.token)
    }

    fn span(&self) -> Range<usize> {
        let last = self.lexemes.len().saturating_sub(1);
        self.lexemes.get(self.at.min(last)).map_or(0..0, |lexeme| lexeme.span.clone())
    }

    fn since(&self, start: usize) -> Range<usize> {
        let end = self.at.checked_sub(1).and_then(|last| self.lexemes.get(last));
        start..end.map_or(start, |lexeme| lexeme.span.end)
    }

    fn advance(&mut self) -> Token {
        let token = self.peek().clone();
        self.at += 1;
        token
    }

    fn is_word(&self, word: &str) -> bool {
        matches!(self.peek(), Token::Word(found) if found == word)
    }

    fn is_word_at(&self, ahead: usize, word: &str) -> bool {
        matches!(self.peek_at(ahead), Token::Word(found) if found == word)
    }

    fn eat(&mut self, word: &str) -> bool {
        let found = self.is_word(word);
        self.at += usize::from(found);
        found
    }

    fn eat_words(&mut self, words: &[&str]) -> bool {
        let found = words.iter().enumerate().all(|(ahead, word)| self.is_word_at(ahead, word));
        self.at += if found { words.len() } else { 0 };
        found
    }

    fn eat_sign(&mut self, sign: &str) -> bool {
        let found = matches!(self.peek(), Token::Sign(found) if *found == sign);
        self.at += usize::from(found);
        found
    }

    fn expect(&mut self, word: &str) -> Parsed<()> {
        if self.eat(word) { Ok(()) } else { Err(self.unexpected(&format!("`{word}`"))) }
    }

    fn expect_sign(&mut self, sign: &'static str) -> Parsed<()> {
        if self.eat_sign(sign) { Ok(()) } else { Err(self.unexpected(&format!("`{sign}`"))) }
    }

    fn unexpected(&self, expected: &str) -> RuleMistake {
        let found = match self.peek() {
            Token::End => "the end".to_owned(),
            Token::Word(word) => format!("`{word}`"),
            Token::Sign(sign) => format!("`{sign}`"),
            Token::Question => "`?`".to_owned(),
            Token::Number(_) => "a number".to_owned(),
            Token::Day(_) => "a day".to_owned(),
            Token::Text(_) => "a text".to_owned(),
            Token::Regex { .. } => "a regular expression".to_owned(),
        };
        RuleMistake::new(self.span(), format!("expected {expected}, found {found}"), format!("expected {expected}"))
    }
}
