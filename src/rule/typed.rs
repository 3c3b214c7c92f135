//! Gives every part of a condition its type and its field, for one layout year and one value of
//! the parameter.

use std::collections::HashMap;
use std::ops::Range;
use std::sync::{Arc, LazyLock, Mutex, PoisonError};

use crate::layout::{FieldId, FieldKind, Layout, registry};

use super::ast::{Domain, Kind, Literal, Node, Parameter, Quantity, Question};
use super::error::{Mistake, did_you_mean};
use super::fields;
use super::ir::{Cell, Expr, Form, Lookup, LookupKind, Num, Op, Test, Text};
use super::read;
use super::values::{ValueSet, codes_of_years, value_set};

/// The field that says which test a record is of.
pub(super) const RECORD_TYPE: &str = "record_type";
const FUNCTIONS: [&str; 14] = [
    "written",
    "number",
    "day",
    "school_year",
    "age",
    "latest",
    "lowest_score",
    "highest_score",
    "level_for",
    "prefix",
    "suffix",
    "drop_last",
    "subject",
    "test_name",
];

/// Why a part could not be given a meaning.
#[derive(Debug)]
pub(super) enum Stop {
    /// The rule is wrong.
    Mistake(Mistake),
    /// The year lacks a field that depends on a parameter: this value is left out.
    Lacking { parameter: String, mistake: Mistake },
}

impl From<Mistake> for Stop {
    fn from(mistake: Mistake) -> Self {
        Self::Mistake(mistake)
    }
}

impl Stop {
    /// Whether the value of this parameter can be left out.
    pub fn lacks(&self, name: &str) -> bool {
        matches!(self, Self::Lacking { parameter, .. } if parameter == name)
    }

    /// The mistake it is where nothing can be left out.
    pub fn into_mistake(self) -> Mistake {
        match self {
            Self::Mistake(mistake) | Self::Lacking { mistake, .. } => mistake,
        }
    }
}

pub(super) type Typed<T> = Result<T, Stop>;

/// A parameter's value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Bound {
    Number(i64),
    Field(FieldId),
}

impl Bound {
    /// The value as text: a number or a field name.
    pub fn show(self) -> String {
        match self {
            Self::Number(number) => number.to_string(),
            Self::Field(field) => registry().info(field).name.to_owned(),
        }
    }
}

/// Numbers and days are not to be mixed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Unit {
    Number,
    Day,
    /// A blank cell fits both.
    Either,
}

/// `+` or `-`.
#[derive(Clone, Copy)]
enum Sign {
    Plus,
    Minus,
}

impl Sign {
    fn unit(self, left: Unit, right: Unit) -> Result<Unit, &'static str> {
        match (self, left, right) {
            (Self::Plus, Unit::Day, Unit::Day) => Err("two days cannot be added"),
            (Self::Minus, Unit::Day, Unit::Day) => Ok(Unit::Number),
            (Self::Minus, Unit::Number, Unit::Day) => Err("a day cannot be taken from a number"),
            (_, Unit::Day, _) | (_, _, Unit::Day) => Ok(Unit::Day),
            (_, Unit::Number, _) | (_, _, Unit::Number) => Ok(Unit::Number),
            (_, Unit::Either, Unit::Either) => Ok(Unit::Either),
        }
    }

    fn of(self, left: Num, right: Num) -> Num {
        match (self, left, right) {
            (Self::Plus, Num::Const(left), Num::Const(right)) => Num::Const(left.saturating_add(right)),
            (Self::Minus, Num::Const(left), Num::Const(right)) => Num::Const(left.saturating_sub(right)),
            (Self::Plus, left, right) => Num::Add(Box::new(left), Box::new(right)),
            (Self::Minus, left, right) => Num::Sub(Box::new(left), Box::new(right)),
        }
    }
}

/// A part with its type.
pub(super) enum Value {
    /// A cell.
    Field(FieldId, FieldKind),
    /// A field that the year lacks, marked with a question mark.
    Lacking,
    /// A text.
    Text(Text),
    /// A number or a day.
    Num(Num, Unit),
    /// A condition.
    Condition(Expr),
}

/// Types the parts of one rule for one year.
pub(super) struct Typer<'a> {
    pub layout: &'a Layout,
    /// The years the rule is for; codes are looked up in all of them.
    pub years: &'a [u16],
    /// The parameters in force, innermost last.
    pub scope: Vec<(String, Bound)>,
    /// The fields met so far, in order.
    pub seen: Vec<FieldId>,
}

impl Typer<'_> {
    fn year(&self) -> u16 {
        self.layout.year()
    }

    // Names.

    fn bound(&self, name: &str) -> Option<Bound> {
        self.scope.iter().rev().find(|(one, _)| one == name).map(|(_, bound)| *bound)
    }

    /// The name with the numbers of the parameters in it, and the innermost parameter it uses.
    fn substituted(&self, name: &str) -> (String, Option<String>) {
        let mut innermost: Option<usize> = None;
        let parts: Vec<String> = name
            .split('_')
            .map(|part| {
                let place =
                    self.scope.iter().rposition(|(one, bound)| one == part && matches!(bound, Bound::Number(_)));
                let Some(place) = place else {
                    return part.to_owned();
                };
                innermost = innermost.max(Some(place));
                self.scope[place].1.show()
            })
            .collect();
        (parts.join("_"), innermost.map(|place| self.scope[place].0.clone()))
    }

    /// The field of a name; `None` where it is optional and the year lacks it.
    pub fn field(&mut self, name: &str, optional: bool, span: &Range<usize>) -> Typed<Option<FieldId>> {
        if let Some(Bound::Field(id)) = self.bound(name) {
            self.see(id);
            return Ok(Some(id));
        }
        let (full, parameter) = self.substituted(name);
        let id = registry().id(&full);
        if id.is_none() && !(parameter.is_some() && in_some_year(&self.pattern(name))) {
            return Err(fields::unknown(&full, span.clone()).into());
        }
        if let Some(id) = id.filter(|id| self.layout.has(*id)) {
            self.see(id);
            return Ok(Some(id));
        }
        if optional {
            return Ok(None);
        }
        let mistake = Mistake::new(
            span.clone(),
            format!("the layout of {} has no field `{full}`", self.year()),
            format!("not in {}", self.year()),
        )
        .help(format!("narrow `years`, add a variant for these years, or write `{name}?` to read it as blank there"));
        Err(match parameter {
            Some(parameter) => Stop::Lacking { parameter, mistake },
            None => mistake.into(),
        })
    }

    fn pattern(&self, name: &str) -> String {
        let is_parameter = |part: &str| self.scope.iter().any(|(one, _)| one == part);
        let parts: Vec<&str> = name.split('_').map(|part| if is_parameter(part) { "*" } else { part }).collect();
        parts.join("_")
    }

    fn see(&mut self, id: FieldId) {
        if !self.seen.contains(&id) {
            self.seen.push(id);
        }
    }

    // Values.

    /// A part with whatever type it has.
    pub fn value(&mut self, node: &Node) -> Typed<Value> {
        Ok(match &node.kind {
            Kind::Name { name, optional } => self.name(name, *optional, &node.span)?,
            Kind::Number(number) => Value::Num(Num::Const(*number), Unit::Number),
            Kind::Day(day) => Value::Num(Num::Const(*day), Unit::Day),
            Kind::Text(text) => Value::Text(Text::Const(text.clone())),
            Kind::Call { name, arguments } => self.call(name, arguments, &node.span)?,
            Kind::Add(left, right) => self.sum(left, right, Sign::Plus)?,
            Kind::Sub(left, right) => self.sum(left, right, Sign::Minus)?,
            Kind::If { condition, then, otherwise } => self.choice(condition, then, otherwise)?,
            _ => Value::Condition(self.condition(node)?),
        })
    }

    fn name(&mut self, name: &str, optional: bool, span: &Range<usize>) -> Typed<Value> {
        match (name, self.bound(name)) {
            ("always", None) => return Ok(Value::Condition(Expr::Const(true))),
            ("never", None) => return Ok(Value::Condition(Expr::Const(false))),
            ("year", None) => return Ok(Value::Num(Num::Const(i64::from(self.year())), Unit::Number)),
            (_, Some(Bound::Number(number))) => return Ok(Value::Num(Num::Const(number), Unit::Number)),
            _ => {}
        }
        if name.contains('*') {
            let mistake = Mistake::new(span.clone(), format!("`{name}` names several fields"), "one field is needed");
            return Err(mistake.help("write `some f in (…): (…)` to ask about each of them").into());
        }
        Ok(match self.field(name, optional, span)? {
            Some(id) => self.layout.field(id).map_or(Value::Lacking, |field| Value::Field(id, field.kind)),
            None => Value::Lacking,
        })
    }

    fn number(&mut self, node: &Node) -> Typed<(Num, Unit)> {
        match self.value(node)? {
            Value::Num(num, unit) => Ok((num, unit)),
            Value::Lacking => Ok((unreadable(), Unit::Either)),
            Value::Field(id, kind) => field_number(id, kind, &node.span),
            Value::Text(_) => Err(not_a_number(&node.span, "text")
                .help("compare texts with `is`; `number(…)` reads the digits of a text")
                .into()),
            Value::Condition(_) => Err(not_a_number(&node.span, "condition").into()),
        }
    }

    fn of_unit(&mut self, node: &Node, wanted: Unit) -> Typed<Num> {
        let (num, unit) = self.number(node)?;
        if unit == wanted || unit == Unit::Either {
            return Ok(num);
        }
        let (wanted, found) = if wanted == Unit::Day { ("day", "number") } else { ("number", "day") };
        Err(Mistake::new(
            node.span.clone(),
            format!("expected a {wanted}, found a {found}"),
            format!("this is a {found}"),
        )
        .into())
    }

    fn constant(&mut self, node: &Node) -> Typed<i64> {
        match self.of_unit(node, Unit::Number)? {
            Num::Const(number) => Ok(number),
            _ => {
                Err(Mistake::new(node.span.clone(), "must be known before any record is read", "depends on the record")
                    .help("use numbers, `year` and the parameter")
                    .into())
            }
        }
    }

    fn sum(&mut self, left: &Node, right: &Node, sign: Sign) -> Typed<Value> {
        let ((left_num, left_unit), (right_num, right_unit)) = (self.number(left)?, self.number(right)?);
        let unit = sign
            .unit(left_unit, right_unit)
            .map_err(|wrong| Mistake::new(right.span.clone(), wrong, "this is a day"))?;
        Ok(Value::Num(sign.of(left_num, right_num), unit))
    }

    fn choice(&mut self, condition: &Node, then: &Node, otherwise: &Node) -> Typed<Value> {
        let condition = self.condition(condition)?;
        let (then_num, then_unit) = self.number(then)?;
        let (other_num, other_unit) = self.number(otherwise)?;
        let unit = same_unit(then_unit, other_unit, &otherwise.span)?;
        Ok(Value::Num(
            match condition {
                Expr::Const(true) => then_num,
                Expr::Const(false) => other_num,
                condition => Num::If(Box::new(condition), Box::new(then_num), Box::new(other_num)),
            },
            unit,
        ))
    }

    fn text(&mut self, node: &Node) -> Typed<Text> {
        match self.value(node)? {
            Value::Text(text) => Ok(text),
            Value::Lacking => Ok(Text::Const(String::new())),
            Value::Field(field, _) => Ok(Text::Cell(Cell { field, form: Form::Value })),
            Value::Num(..) => {
                Err(Mistake::new(node.span.clone(), "expected a text, found a number", "this is a number")
                    .help("numbers and days are compared with `=`; codes are written in quotes: '4'")
                    .into())
            }
            Value::Condition(_) => {
                Err(Mistake::new(node.span.clone(), "expected a text, found a condition", "this is a condition").into())
            }
        }
    }

    // Functions.

    fn call(&mut self, name: &str, arguments: &[Node], span: &Range<usize>) -> Typed<Value> {
        let day = |num| Value::Num(num, Unit::Day);
        let number = |num| Value::Num(num, Unit::Number);
        Ok(match name {
            "written" => {
                let [field] = expect_arguments(name, arguments, span)?;
                self.written(field)?
            }
            "number" => {
                let [text] = expect_arguments(name, arguments, span)?;
                number(Num::Digits(Box::new(self.text(text)?)))
            }
            "day" => {
                let [year, month, of_month] = expect_arguments(name, arguments, span)?;
                let (year, month, of_month) = (self.constant(year)?, self.constant(month)?, self.constant(of_month)?);
                let known = read::day_of(year, month, of_month);
                day(Num::Const(known.ok_or_else(|| {
                    Mistake::new(
                        span.clone(),
                        format!("there is no day {year:04}-{month:02}-{of_month:02}"),
                        "not in the calendar",
                    )
                })?))
            }
            "school_year" => {
                let [of] = expect_arguments(name, arguments, span)?;
                number(Num::SchoolYear(Box::new(self.of_unit(of, Unit::Day)?)))
            }
            "age" => {
                let [birth, at] = expect_arguments(name, arguments, span)?;
                number(Num::Age(Box::new(self.of_unit(birth, Unit::Day)?), Box::new(self.of_unit(at, Unit::Day)?)))
            }
            "latest" => self.latest(arguments)?,
            "lowest_score" => number(self.bounds(LookupKind::LowestScore, name, arguments, span)?),
            "highest_score" => number(self.bounds(LookupKind::HighestScore, name, arguments, span)?),
            "level_for" => {
                let [test, grade, year, score] = expect_arguments(name, arguments, span)?;
                let score = Some(Box::new(self.of_unit(score, Unit::Number)?));
                number(self.lookup(LookupKind::Level, [test, grade, year], score)?)
            }
            "prefix" => self.cut(name, arguments, span, Text::Prefix)?,
            "suffix" => self.cut(name, arguments, span, Text::Suffix)?,
            "drop_last" => self.cut(name, arguments, span, Text::DropLast)?,
            "subject" => Value::Text(Text::Subject(self.test_field(name, arguments, span)?)),
            "test_name" => Value::Text(Text::TestName(self.test_field(name, arguments, span)?, self.year())),
            _ => {
                let help =
                    did_you_mean(name, FUNCTIONS).unwrap_or_else(|| format!("known are: {}", FUNCTIONS.join(", ")));
                return Err(Mistake::new(span.clone(), format!("there is no function `{name}`"), "unknown")
                    .help(help)
                    .into());
            }
        })
    }

    fn written(&mut self, node: &Node) -> Typed<Value> {
        Ok(match self.value(node)? {
            Value::Field(field, _) => Value::Text(Text::Cell(Cell { field, form: Form::Written })),
            Value::Lacking => Value::Lacking,
            _ => {
                return Err(
                    Mistake::new(node.span.clone(), "only a field is written in the file", "expected a field").into()
                );
            }
        })
    }

    fn test_field(&mut self, name: &str, arguments: &[Node], span: &Range<usize>) -> Typed<FieldId> {
        let [field] = expect_arguments(name, arguments, span)?;
        match self.value(field)? {
            Value::Field(id, _) => Ok(id),
            _ => Err(Mistake::new(field.span.clone(), "expected a field", "write `record_type`").into()),
        }
    }

    fn latest(&mut self, arguments: &[Node]) -> Typed<Value> {
        let (mut all, mut unit) = (Vec::new(), Unit::Either);
        for node in arguments {
            for part in self.spread(node)? {
                let (num, part_unit) = self.number(&part)?;
                unit = same_unit(unit, part_unit, &node.span)?;
                all.push(num);
            }
        }
        Ok(Value::Num(if all.is_empty() { unreadable() } else { Num::Latest(all) }, unit))
    }

    /// A pattern as the fields it stands for; anything else as it is.
    fn spread(&mut self, node: &Node) -> Typed<Vec<Node>> {
        let Kind::Name { name, .. } = &node.kind else {
            return Ok(vec![node.clone()]);
        };
        if !name.contains('*') {
            return Ok(vec![node.clone()]);
        }
        let ids = self.several(&[Literal { text: name.clone(), span: node.span.clone() }])?;
        let named = |id: FieldId| Kind::Name { name: registry().info(id).name.to_owned(), optional: false };
        Ok(ids.into_iter().map(|id| Node { kind: named(id), span: node.span.clone() }).collect())
    }

    /// The fields of the year that a list of names and patterns stands for.
    pub fn several(&mut self, patterns: &[Literal]) -> Typed<Vec<FieldId>> {
        let mut all = Vec::new();
        for pattern in patterns {
            let (text, _) = self.substituted(&pattern.text);
            let set = super::ast::FieldSet {
                patterns: vec![Literal { text, span: pattern.span.clone() }],
                ..super::ast::FieldSet::default()
            };
            all.extend(fields::select(&set, self.layout)?);
        }
        for id in &all {
            self.see(*id);
        }
        Ok(all)
    }

    fn bounds(&mut self, what: LookupKind, name: &str, arguments: &[Node], span: &Range<usize>) -> Typed<Num> {
        let [test, grade, year] = expect_arguments(name, arguments, span)?;
        self.lookup(what, [test, grade, year], None)
    }

    fn lookup(&mut self, what: LookupKind, of: [&Node; 3], score: Option<Box<Num>>) -> Typed<Num> {
        let [test, grade, year] = of;
        Ok(Num::Lookup(Lookup {
            what,
            record_type: Box::new(self.of_unit(test, Unit::Number)?),
            grade: Box::new(self.of_unit(grade, Unit::Number)?),
            year: Box::new(self.of_unit(year, Unit::Number)?),
            score,
        }))
    }

    fn cut(
        &mut self,
        name: &str,
        arguments: &[Node],
        span: &Range<usize>,
        make: fn(Box<Text>, usize) -> Text,
    ) -> Typed<Value> {
        let [text, count] = expect_arguments(name, arguments, span)?;
        let length = usize::try_from(self.constant(count)?)
            .map_err(|_| Mistake::new(count.span.clone(), "a number of characters cannot be negative", "here"))?;
        Ok(Value::Text(make(Box::new(self.text(text)?), length)))
    }

    // Conditions.

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

    // Questions about a cell.

    fn is(&mut self, subject: &Node, question: &Question) -> Typed<Expr> {
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
        let Some(cell) = self.cell(subject)? else {
            return asked_of_blank(question);
        };
        let test = match question {
            Question::ExactlyOneOf(words) => Test::ExactlyOneOf(words.iter().map(|word| word.text.clone()).collect()),
            Question::Invisible => Test::Invisible,
            Question::BrokenLetters => Test::BrokenLetters,
            Question::Matches { pattern, ignore_case, span } => Test::Matches(regex(pattern, *ignore_case, span)?),
            _ => match self.layout.field(cell.field).and_then(|field| field.length) {
                Some(width) => Test::LongerThan(width),
                None => return Ok(Expr::Const(false)),
            },
        };
        Ok(Expr::Cell { cell, test })
    }

    /// The cell a question is about; `None` for a field that the year lacks.
    fn cell(&mut self, node: &Node) -> Typed<Option<Cell>> {
        match self.value(node)? {
            Value::Field(field, _) => Ok(Some(Cell { field, form: Form::Value })),
            Value::Text(Text::Cell(cell)) => Ok(Some(cell)),
            Value::Lacking => Ok(None),
            _ => Err(Mistake::new(node.span.clone(), "this can only be asked of a field", "expected a field").into()),
        }
    }

    fn blank(&mut self, subject: &Node) -> Typed<Expr> {
        Ok(match self.value(subject)? {
            Value::Lacking => Expr::Const(true),
            Value::Field(field, _) => Expr::Cell { cell: Cell { field, form: Form::Value }, test: Test::Blank },
            Value::Text(Text::Cell(cell)) => Expr::Cell { cell, test: Test::Blank },
            Value::Text(text) => Expr::SameText(text, Text::Const(String::new())),
            Value::Num(..) | Value::Condition(_) => {
                let mistake = Mistake::new(subject.span.clone(), "only texts and fields can be blank", "here");
                return Err(mistake.help("write `is known` for numbers and days").into());
            }
        })
    }

    fn same(&mut self, subject: &Node, other: &Node) -> Typed<Expr> {
        if let Kind::Text(text) = &other.kind {
            let words = [Literal { text: text.clone(), span: other.span.clone() }];
            self.check_codes(subject, &words)?;
            return self.one_of(subject, &words);
        }
        if let Value::Num(..) = self.value(other)? {
            return Err(Mistake::new(other.span.clone(), "`is` compares texts, this is a number", "a number")
                .help("write codes in quotes ('4'), or compare numbers and days with `=`")
                .into());
        }
        Ok(match (self.text(subject)?, self.text(other)?) {
            (Text::Const(left), Text::Const(right)) => Expr::Const(left.trim().eq_ignore_ascii_case(right.trim())),
            (left, right) => Expr::SameText(left, right),
        })
    }

    fn one_of(&mut self, subject: &Node, words: &[Literal]) -> Typed<Expr> {
        if let Some(empty) = words.iter().find(|word| word.text.trim().is_empty()) {
            return Err(Mistake::new(empty.span.clone(), "an empty text is no code", "here")
                .help("write `is blank`")
                .into());
        }
        let upper = |word: &Literal| word.text.trim().to_ascii_uppercase();
        Ok(match self.value(subject)? {
            Value::Lacking => Expr::Const(false),
            Value::Field(field, _) => is_one_of(field, words.iter().map(upper)),
            Value::Text(Text::Cell(cell)) => Expr::Cell { cell, test: Test::OneOf(words.iter().map(upper).collect()) },
            Value::Text(text) => {
                or(words.iter().map(|word| Expr::SameText(text.clone(), Text::Const(upper(word)))).collect())
            }
            Value::Num(..) => {
                return Err(Mistake::new(subject.span.clone(), "a number is compared with a text", "this is a number")
                    .help("compare numbers and days with `=`, `<` and their like")
                    .into());
            }
            Value::Condition(_) => {
                return Err(Mistake::new(subject.span.clone(), "a condition is no text", "here").into());
            }
        })
    }

    /// A code that no list of the rule's years knows is a slip of the pen. Not asked of `f` (which
    /// stands for many fields) and `written(…)` (which is about damaged values).
    fn check_codes(&self, subject: &Node, words: &[Literal]) -> Result<(), Mistake> {
        let Kind::Name { name, .. } = &subject.kind else {
            return Ok(());
        };
        if matches!(self.bound(name), Some(Bound::Field(_))) {
            return Ok(());
        }
        let Some(id) = registry().id(&self.substituted(name).0) else {
            return Ok(());
        };
        let Some(known) = codes_of_years(id, self.years) else {
            return Ok(());
        };
        let is_known = |word: &str| known.iter().any(|code| code.eq_ignore_ascii_case(word));
        for word in words {
            let text = word.text.trim();
            if text.is_empty() || is_known(text) || (text.contains('&') && text.split('&').all(is_known)) {
                continue;
            }
            let name = registry().info(id).name;
            let mistake = Mistake::new(
                word.span.clone(),
                format!("'{text}' is no code of `{name}`"),
                "in no list of these years",
            );
            let listed = || format!("its codes are {}", short_list(&known));
            return Err(mistake.help(did_you_mean(text, known.iter().map(String::as_str)).unwrap_or_else(listed)));
        }
        Ok(())
    }

    fn is_number(&mut self, subject: &Node) -> Typed<Expr> {
        Ok(match self.value(subject)? {
            Value::Lacking => Expr::Const(false),
            Value::Field(field, _) => known(Num::Number(field)),
            Value::Text(text) => known(Num::Digits(Box::new(text))),
            Value::Num(num, _) => known(num),
            Value::Condition(_) => return Err(not_a_number(&subject.span, "condition").into()),
        })
    }

    fn is_date(&mut self, subject: &Node) -> Typed<Expr> {
        match self.value(subject)? {
            Value::Lacking => Ok(Expr::Const(false)),
            Value::Field(field, _) => Ok(known(Num::Day(field))),
            Value::Num(num, Unit::Day) => Ok(known(num)),
            _ => Err(Mistake::new(subject.span.clone(), "only a field can be a date", "expected a field").into()),
        }
    }

    fn test_of(&mut self, subject: &Node, field: &Node) -> Typed<Expr> {
        let seen = self.seen.len();
        let Some(tested) = self.cell(subject)? else {
            return Ok(Expr::Const(false));
        };
        // The finding is about the field, not about the test.
        self.seen.truncate(seen);
        let Value::Field(id, _) = self.value(field)? else {
            return Err(Mistake::new(field.span.clone(), "expected a field", "here").into());
        };
        let tests = self.layout.field(id).map(|field| field.applies_to).unwrap_or_default();
        if tests.is_empty() {
            return Err(self.without(id, field, "names no tests for"));
        }
        Ok(is_one_of(tested.field, tests.iter().map(|test| test.to_string())))
    }

    fn without(&self, id: FieldId, node: &Node, what: &str) -> Stop {
        let name = registry().info(id).name;
        let mistake = Mistake::new(
            node.span.clone(),
            format!("the layout of {} {what} `{name}`", self.year()),
            format!("none in {}", self.year()),
        )
        .help("narrow `years`, or choose fields for which it is known");
        let parameter = match &node.kind {
            Kind::Name { name, .. } if self.bound(name).is_some() => Some(name.clone()),
            Kind::Name { name, .. } => self.substituted(name).1,
            _ => None,
        };
        match parameter {
            Some(parameter) => Stop::Lacking { parameter, mistake },
            None => mistake.into(),
        }
    }

    fn in_value_set(&mut self, subject: &Node, exactly: bool) -> Typed<Expr> {
        let Some(cell) = self.cell(subject)? else {
            return Ok(Expr::Const(false));
        };
        let Some(set) = value_set(self.layout, cell.field) else {
            return Err(self.without(cell.field, subject, "has no list of codes for"));
        };
        Ok(match &set {
            ValueSet::One(codes) => in_codes(cell, codes, exactly),
            ValueSet::ByTest { tests, others } => {
                let record_type = registry().id(RECORD_TYPE).unwrap_or(cell.field);
                let of_no_test = not(is_one_of(record_type, tests.iter().map(|(test, _)| test.to_string())));
                let mut alternatives = vec![and(vec![of_no_test, in_codes(cell, others, exactly)])];
                for (test, codes) in tests {
                    let of_test = is_one_of(record_type, std::iter::once(test.to_string()));
                    alternatives.push(and(vec![of_test, in_codes(cell, codes, exactly)]));
                }
                or(alternatives)
            }
        })
    }
}

fn in_codes(cell: Cell, codes: &[String], exactly: bool) -> Expr {
    let parts = read::reading(cell.field).parts;
    let upper = || codes.iter().map(|code| code.to_ascii_uppercase()).collect();
    let test = match (exactly, parts) {
        (false, false) => Test::OneOf(upper()),
        (false, true) => Test::PartsOneOf(upper()),
        (true, false) => Test::ExactlyOneOf(codes.iter().cloned().collect()),
        (true, true) => Test::ExactPartsOneOf(codes.iter().cloned().collect()),
    };
    Expr::Cell { cell, test }
}

/// The record is of one of these codes, by the value of a cell.
pub(super) fn is_one_of(field: FieldId, words: impl Iterator<Item = String>) -> Expr {
    Expr::Cell { cell: Cell { field, form: Form::Value }, test: Test::OneOf(words.collect()) }
}

fn in_some_year(pattern: &str) -> bool {
    registry().fields().any(|(_, info)| read::matches_pattern(pattern, info.name))
}

fn field_number(id: FieldId, kind: FieldKind, span: &Range<usize>) -> Typed<(Num, Unit)> {
    match kind {
        FieldKind::Date => Ok((Num::Day(id), Unit::Day)),
        FieldKind::Code | FieldKind::Digits | FieldKind::Integer => Ok((Num::Number(id), Unit::Number)),
        // Not used in this year: unknown, unless somebody filled it.
        FieldKind::Blank => Ok((Num::Number(id), Unit::Either)),
        FieldKind::Text | FieldKind::YesNo | FieldKind::Yn => {
            let name = registry().info(id).name;
            Err(Mistake::new(span.clone(), format!("`{name}` holds text, not a number"), "this is text")
                .help(format!("compare texts with `is`; `number({name})` reads its digits"))
                .into())
        }
    }
}

fn not_a_number(span: &Range<usize>, found: &str) -> Mistake {
    Mistake::new(span.clone(), format!("expected a number or a day, found a {found}"), format!("this is a {found}"))
}

fn same_unit(left: Unit, right: Unit, span: &Range<usize>) -> Result<Unit, Mistake> {
    match (left, right) {
        (Unit::Either, other) | (other, Unit::Either) => Ok(other),
        (left, right) if left == right => Ok(left),
        _ => Err(Mistake::new(
            span.clone(),
            "a day cannot be compared with a number",
            "one is a day, the other a number",
        )
        .help("write days as 2021-07-01 or day(year, 7, 1); `school_year(…)` makes a number of a day")),
    }
}

fn expect_arguments<'n, const N: usize>(
    name: &str,
    arguments: &'n [Node],
    span: &Range<usize>,
) -> Result<[&'n Node; N], Mistake> {
    let all: Vec<&Node> = arguments.iter().collect();
    all.try_into().map_err(|found: Vec<&Node>| {
        let message = format!("`{name}` takes {N} values, {} are given", found.len());
        Mistake::new(span.clone(), message, "here")
    })
}

/// A number that no record has.
fn unreadable() -> Num {
    Num::Digits(Box::new(Text::Const(String::new())))
}

fn known(num: Num) -> Expr {
    match num {
        Num::Const(_) => Expr::Const(true),
        num if num == unreadable() => Expr::Const(false),
        num => Expr::Known(num),
    }
}

/// What a question comes to for a field that the year lacks.
fn asked_of_blank(question: &Question) -> Typed<Expr> {
    let Question::Matches { pattern, ignore_case, span } = question else {
        return Ok(Expr::Const(false));
    };
    Ok(Expr::Const(regex(pattern, *ignore_case, span)?.is_match("")))
}

/// The compiled expression; equal ones are compiled once.
fn regex(pattern: &str, ignore_case: bool, span: &Range<usize>) -> Result<Arc<regex::Regex>, Mistake> {
    type Compiled = HashMap<(String, bool), Arc<regex::Regex>>;
    static COMPILED: LazyLock<Mutex<Compiled>> = LazyLock::new(Mutex::default);
    let mut compiled = COMPILED.lock().unwrap_or_else(PoisonError::into_inner);
    let key = (pattern.to_owned(), ignore_case);
    if let Some(regex) = compiled.get(&key) {
        return Ok(Arc::clone(regex));
    }
    // The flag stands in the expression itself, so that its text says all there is to it.
    let flag = if ignore_case { "(?i)" } else { "" };
    let built = regex::Regex::new(&format!("{flag}{}", ascii_digits(pattern)));
    let regex = Arc::new(built.map_err(|error| {
        let text = error.to_string();
        let reason = text.lines().last().unwrap_or_default().trim_start_matches("error: ").to_owned();
        Mistake::new(span.clone(), format!("regular expression cannot be read: {reason}"), "here")
            .help("look-around and back-references are not available")
    })?);
    compiled.insert(key, Arc::clone(&regex));
    Ok(regex)
}

/// `\d` means 0 to 9 here, not the digits of every script.
fn ascii_digits(pattern: &str) -> String {
    let mut out = String::with_capacity(pattern.len());
    let mut letters = pattern.chars();
    while let Some(letter) = letters.next() {
        if letter != '\\' {
            out.push(letter);
            continue;
        }
        match letters.next() {
            Some('d') => out.push_str("[0-9]"),
            Some('D') => out.push_str("[^0-9]"),
            Some(escaped) => out.extend(['\\', escaped]),
            None => out.push('\\'),
        }
    }
    out
}

fn short_list(codes: &[String]) -> String {
    let shown: Vec<&str> = codes.iter().take(12).map(String::as_str).collect();
    let rest = codes.len() - shown.len();
    if rest == 0 { shown.join(", ") } else { format!("{} and {rest} more", shown.join(", ")) }
}

// Putting conditions together, with constants folded.

/// All of them; the constant where there are none or one decides.
pub(super) fn and(parts: Vec<Expr>) -> Expr {
    let mut kept = Vec::with_capacity(parts.len());
    for part in parts {
        match part {
            Expr::Const(true) => {}
            Expr::Const(false) => return Expr::Const(false),
            Expr::And(inner) => kept.extend(inner),
            part => kept.push(part),
        }
    }
    match kept.len() {
        0 => Expr::Const(true),
        1 => kept.remove(0),
        _ => Expr::And(kept),
    }
}

/// At least one of them.
pub(super) fn or(parts: Vec<Expr>) -> Expr {
    let mut kept = Vec::with_capacity(parts.len());
    for part in parts {
        match part {
            Expr::Const(false) => {}
            Expr::Const(true) => return Expr::Const(true),
            Expr::Or(inner) => kept.extend(inner),
            part => kept.push(part),
        }
    }
    match kept.len() {
        0 => Expr::Const(false),
        1 => kept.remove(0),
        _ => Expr::Or(kept),
    }
}

/// The opposite.
pub(super) fn not(part: Expr) -> Expr {
    match part {
        Expr::Const(answer) => Expr::Const(!answer),
        Expr::Not(inner) => *inner,
        part => Expr::Not(Box::new(part)),
    }
}

/// At least `count` of them hold. Halved again and again, so that the condition stays short:
/// so many in one half and the rest in the other.
fn at_least(count: usize, parts: &[Expr]) -> Expr {
    if count == 0 {
        return Expr::Const(true);
    }
    match parts {
        _ if parts.len() < count => Expr::Const(false),
        _ if parts.len() == count => and(parts.to_vec()),
        _ if count == 1 => or(parts.to_vec()),
        _ => {
            let (left, right) = parts.split_at(parts.len() / 2);
            or((0..=count).map(|here| and(vec![at_least(here, left), at_least(count - here, right)])).collect())
        }
    }
}
