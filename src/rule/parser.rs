//! Turns the tokens of a condition into its tree. Knows the grammar and nothing about fields.

use std::ops::Range;

use super::ast::{Domain, FieldSet, Filter, Kind, Literal, Node, Parameter, Quantity, Question, SetNode};
use super::error::Mistake;
use super::ir::Op;
use super::lexer::{Lexeme, Token, lex};

/// Conditions nested deeper than this are refused, so that none can exhaust the stack.
const DEEPEST: usize = 64;
const COMPARISONS: [(&str, Op); 6] =
    [("<=", Op::AtMost), (">=", Op::AtLeast), ("<>", Op::IsNot), ("<", Op::Less), (">", Op::More), ("=", Op::Is)];
/// Counting further than this would make conditions too long.
const MOST_COUNTED: usize = 4;
const COUNTS: [(&str, usize); 4] = [("one", 1), ("two", 2), ("three", 3), ("four", 4)];

type Parsed<T> = Result<T, Mistake>;

/// A condition or a computed value.
pub(super) fn expression(text: &str) -> Parsed<Node> {
    whole(text, Parser::expression)
}

/// The demand of a set rule.
pub(super) fn set(text: &str) -> Parsed<SetNode> {
    whole(text, Parser::set)
}

/// The text of `each`.
pub(super) fn parameter(text: &str) -> Parsed<Parameter> {
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

    fn unexpected(&self, expected: &str) -> Mistake {
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
        Mistake::new(self.span(), format!("expected {expected}, found {found}"), format!("expected {expected}"))
    }

    // Conditions, loosest first.

    fn expression(&mut self) -> Parsed<Node> {
        self.depth += 1;
        if self.depth > DEEPEST {
            return Err(Mistake::new(self.span(), "condition is nested too deeply", "here"));
        }
        let node = self.choice();
        self.depth -= 1;
        node
    }

    fn choice(&mut self) -> Parsed<Node> {
        let start = self.span().start;
        let then = self.disjunction()?;
        if !self.eat("if") {
            return Ok(then);
        }
        let condition = Box::new(self.disjunction()?);
        self.expect("else")?;
        let otherwise = Box::new(self.expression()?);
        Ok(Node { kind: Kind::If { condition, then: Box::new(then), otherwise }, span: self.since(start) })
    }

    fn disjunction(&mut self) -> Parsed<Node> {
        self.chain("or", Kind::Or, Self::conjunction)
    }

    fn conjunction(&mut self) -> Parsed<Node> {
        self.chain("and", Kind::And, Self::negation)
    }

    fn chain(&mut self, word: &str, make: fn(Vec<Node>) -> Kind, part: fn(&mut Self) -> Parsed<Node>) -> Parsed<Node> {
        let start = self.span().start;
        let first = part(self)?;
        if !self.is_word(word) {
            return Ok(first);
        }
        let mut parts = vec![first];
        while self.eat(word) {
            parts.push(part(self)?);
        }
        Ok(Node { kind: make(parts), span: self.since(start) })
    }

    fn negation(&mut self) -> Parsed<Node> {
        let start = self.span().start;
        if self.eat("not") {
            self.depth += 1;
            if self.depth > DEEPEST {
                return Err(Mistake::new(self.span(), "condition is nested too deeply", "here"));
            }
            let inner = self.negation()?;
            self.depth -= 1;
            return Ok(Node { kind: Kind::Not(Box::new(inner)), span: self.since(start) });
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

    fn quantified(&mut self, quantity: Quantity, start: usize) -> Parsed<Node> {
        let parameter = self.parameter()?;
        self.expect_sign(":")?;
        self.expect_sign("(")?;
        let body = Box::new(self.expression()?);
        self.expect_sign(")")?;
        Ok(Node { kind: Kind::Quantified { quantity, parameter, body }, span: self.since(start) })
    }

    fn predicate(&mut self) -> Parsed<Node> {
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
                return Ok(Node { kind: Kind::Compare { left, op, right }, span: self.since(start) });
            }
        }
        Ok(subject)
    }

    fn asked(&self, subject: Node, question: Question, start: usize) -> Node {
        Node { kind: Kind::Is { subject: Box::new(subject), question }, span: self.since(start) }
    }

    fn is(&mut self, subject: Node, start: usize) -> Parsed<Node> {
        let negative = self.eat("not");
        if self.eat("filled") {
            let blank = self.asked(subject, Question::Blank, start);
            return Ok(if negative { blank } else { self::negated(blank) });
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

    fn matches(&mut self, subject: Node, start: usize) -> Parsed<Node> {
        let Token::Regex { pattern, ignore_case } = self.peek().clone() else {
            return Err(self.unexpected("a regular expression between slashes"));
        };
        let span = self.span();
        self.at += 1;
        Ok(self.asked(subject, Question::Matches { pattern, ignore_case, span }, start))
    }

    fn between(&mut self, value: Node, start: usize) -> Parsed<Node> {
        let low = Box::new(self.sum()?);
        self.expect("and")?;
        let high = Box::new(self.sum()?);
        Ok(Node { kind: Kind::Between { value: Box::new(value), low, high }, span: self.since(start) })
    }

    // Values.

    fn sum(&mut self) -> Parsed<Node> {
        let start = self.span().start;
        let mut left = self.primary()?;
        loop {
            let make = match self.peek() {
                Token::Sign("+") => Kind::Add,
                Token::Sign("-") => Kind::Sub,
                _ => return Ok(left),
            };
            self.at += 1;
            let right = self.primary()?;
            left = Node { kind: make(Box::new(left), Box::new(right)), span: self.since(start) };
        }
    }

    fn primary(&mut self) -> Parsed<Node> {
        let span = self.span();
        let kind = match self.peek().clone() {
            Token::Number(number) => Kind::Number(number),
            Token::Day(day) => Kind::Day(day),
            Token::Text(text) => Kind::Text(text),
            Token::Word(name) if is_reserved(&name) => return Err(self.unexpected("a field, a value or a condition")),
            Token::Word(name) => return self.named(name),
            Token::Sign("-") => return self.negative(),
            Token::Sign("(") => return self.parenthesised(),
            _ => return Err(self.unexpected("a field, a value or a condition")),
        };
        self.at += 1;
        Ok(Node { kind, span })
    }

    fn negative(&mut self) -> Parsed<Node> {
        let start = self.span().start;
        self.at += 1;
        let Token::Number(number) = *self.peek() else {
            return Err(self.unexpected("a number"));
        };
        self.at += 1;
        Ok(Node { kind: Kind::Number(-number), span: self.since(start) })
    }

    fn parenthesised(&mut self) -> Parsed<Node> {
        self.at += 1;
        let inner = self.expression()?;
        self.expect_sign(")")?;
        Ok(inner)
    }

    fn named(&mut self, name: String) -> Parsed<Node> {
        let start = self.span().start;
        self.at += 1;
        if self.eat_sign("(") {
            let arguments = self.list(Self::expression)?;
            return Ok(Node { kind: Kind::Call { name, arguments }, span: self.since(start) });
        }
        let optional = *self.peek() == Token::Question;
        self.at += usize::from(optional);
        Ok(Node { kind: Kind::Name { name, optional }, span: self.since(start) })
    }

    /// The rest of a list after its opening parenthesis.
    fn list<T>(&mut self, part: fn(&mut Self) -> Parsed<T>) -> Parsed<Vec<T>> {
        let mut parts = vec![part(self)?];
        while self.eat_sign(",") {
            parts.push(part(self)?);
        }
        self.expect_sign(")")?;
        Ok(parts)
    }

    fn literal(&mut self) -> Parsed<Literal> {
        let span = self.span();
        match self.peek().clone() {
            Token::Text(text) => {
                self.at += 1;
                Ok(Literal { text, span })
            }
            Token::Number(_) => Err(self.unexpected("a text in quotes").help("codes are texts: write '4', not 4")),
            _ => Err(self.unexpected("a text in quotes")),
        }
    }

    fn literals(&mut self) -> Parsed<Vec<Literal>> {
        self.expect_sign("(")?;
        self.list(Self::literal)
    }

    // Parameters.

    fn parameter(&mut self) -> Parsed<Parameter> {
        let start = self.span().start;
        let Token::Word(name) = self.advance() else {
            self.at -= 1;
            return Err(self.unexpected("the name of a parameter, `k` or `f`"));
        };
        let domain = if self.eat("where") { self.filtered(FieldSet::default())? } else { self.domain()? };
        Ok(Parameter { name, domain, span: self.since(start) })
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

    fn filter(&mut self) -> Parsed<Filter> {
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
        Ok(Filter { property, values, span: self.since(start) })
    }

    fn plain_word(&mut self, expected: &str) -> Parsed<String> {
        let Token::Word(word) = self.peek().clone() else {
            return Err(self.unexpected(expected));
        };
        self.at += 1;
        Ok(word)
    }

    fn pattern(&mut self) -> Parsed<Literal> {
        let span = self.span();
        let text = self.plain_word("a field or a pattern such as `ea_*`")?;
        Ok(Literal { text, span })
    }

    // Sets.

    fn set(&mut self) -> Parsed<SetNode> {
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

    fn keys(&mut self) -> Parsed<Vec<Node>> {
        if self.eat_sign("(") {
            return self.list(Self::expression);
        }
        Ok(vec![self.sum()?])
    }

    fn within(&mut self) -> Parsed<Vec<Node>> {
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

    fn in_parentheses(&mut self) -> Parsed<Node> {
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

fn negated(node: Node) -> Node {
    let span = node.span.clone();
    Node { kind: Kind::Not(Box::new(node)), span }
}

/// Words that can never be a name.
fn is_reserved(word: &str) -> bool {
    ["and", "or", "not", "is", "if", "else", "in", "between", "matches", "within", "where"].contains(&word)
}
