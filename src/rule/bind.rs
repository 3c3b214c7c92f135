//! Binds the parts of a rule to a layout year: one instance for every value of its parameter.

use std::collections::BTreeSet;
use std::ops::Range;
use std::sync::Arc;

use crate::layout::{FieldId, Layout, RecordTypes, registry};

use super::ast::{NodeKind, LiteralNode, AstNode, ParameterNode, SetNode};
use super::error::{RuleMistake, Piece, RuleError};
use crate::spanned::SourceText;
use super::ir::{CellRef, Demand, Expr, CellForm, Instance, KeyPart, Placeholder, SetTest, Show, TextExpr};
use super::message::{self, SET_WORDS};
use super::model::{Need, RecordScope, Scope};
use super::parser;
use super::typed::{BoundParameter, RECORD_TYPE, SecondFields, Stop, Typed, Typer, ValueUnit, UnknownTest, TypedPart, and, of_tests};

/// The parts of a rule that hold in a year, variants and amendments applied.
#[derive(Clone, Debug)]
pub(super) struct RuleParts {
    pub scope: Scope,
    pub tests: RecordTypes,
    pub each: Option<Piece>,
    pub when: Option<Piece>,
    pub require: Piece,
    pub message: Piece,
    pub labels: Option<Vec<Piece>>,
    pub shows: Vec<(String, Piece)>,
    pub needs: Vec<Need>,
    pub records: RecordScope,
    /// What makes a record of a second file match.
    pub by: Vec<Piece>,
}

/// The instances of a rule in a year. Fewer than the parameter has values where the year lacks
/// fields; none at all where it lacks all.
pub(super) fn bind(parts: &RuleParts, layout: &Layout, years: &[u16]) -> Result<Vec<Instance>, Box<RuleError>> {
    if parts.scope.is_built_in() {
        return Ok(Vec::new());
    }
    let parsed = ParsedRule::new(parts, layout)?;
    let values = parameter_values(parts, layout, years)?;
    let mut instances = Vec::with_capacity(values.len());
    for value in &values {
        let bound = value.as_ref().map(|(parameter, value)| (parameter, *value));
        match (InstanceBinding { parts, parsed: &parsed, layout, years, bound }).instance() {
            Ok(instance) => instances.push(instance),
            Err(failed) if bound.is_some_and(|(parameter, _)| failed.stop.lacks(&parameter.name)) => {}
            Err(failed) => return Err(failed.whole()),
        }
    }
    Ok(instances)
}

/// The values that a rule's parameter takes in a year; once none where it has no parameter.
pub(super) fn parameter_values(
    parts: &RuleParts,
    layout: &Layout,
    years: &[u16],
) -> Result<Vec<Option<(ParameterNode, BoundParameter)>>, Box<RuleError>> {
    let Some(each) = &parts.each else {
        return Ok(vec![None]);
    };
    let parameter = parser::parameter(&each.text).map_err(|mistake| each.error(mistake))?;
    let values = typer(layout, years, None).domain(&parameter).map_err(|mistake| each.error(mistake))?;
    Ok(values.into_iter().map(|value| Some((parameter.clone(), value))).collect())
}

/// Binds a condition that stands by itself, outside a rule file, to a layout year. `name` is what
/// messages call the table it stands in; its codes are looked up in all of `years`.
///
/// # Errors
/// A mistake in the condition, or a year without a layout.
pub fn condition(name: &str, text: &str, layout_year: u16, years: &[u16]) -> Result<Expr, Box<RuleError>> {
    alone(name, text, layout_year, years, Typer::condition)
}

/// Binds a text, a number or a condition that stands by itself, as the part of a key. Else as
/// [`condition`].
///
/// # Errors
/// A mistake in the text, or a year without a layout.
pub fn key(name: &str, text: &str, layout_year: u16, years: &[u16]) -> Result<KeyPart, Box<RuleError>> {
    alone(name, text, layout_year, years, key_of)
}

fn alone<'y, T>(
    name: &str,
    text: &str,
    layout_year: u16,
    years: &'y [u16],
    bind: fn(&mut Typer<'y>, &AstNode) -> Typed<T>,
) -> Result<T, Box<RuleError>> {
    let source = Arc::new(SourceText { name: name.to_owned(), text: text.to_owned() });
    let piece = Piece { text: text.to_owned(), span: 0..text.len(), source };
    let Some(layout) = registry().layout(layout_year) else {
        return Err(piece.error_whole(format!("there is no layout of {layout_year}"), "cannot be bound"));
    };
    let mut typer = typer(layout, years, None);
    let node = parser::expression(text).map_err(|mistake| piece.error(mistake))?;
    bind(&mut typer, &node).map_err(|stop| piece.error(stop.into_mistake()))
}

fn typer<'a>(layout: &'a Layout, years: &'a [u16], bound: Option<(&ParameterNode, BoundParameter)>) -> Typer<'a> {
    let scope: Vec<_> = bound.into_iter().map(|(parameter, value)| (parameter.name.clone(), value)).collect();
    Typer {
        layout,
        years,
        outer: scope.len(),
        scope,
        seen: Vec::new(),
        second: SecondFields::default(),
        unknown_test: UnknownTest::IsNone,
        members: BTreeSet::new(),
        singles: BTreeSet::new(),
    }
}

/// A part that could not be bound, and where it stands.
pub(super) struct Failed {
    piece: Piece,
    stop: Stop,
}

impl Failed {
    fn new(piece: &Piece, stop: impl Into<Stop>) -> Box<Self> {
        Box::new(Self { piece: piece.clone(), stop: stop.into() })
    }

    fn whole(self) -> Box<RuleError> {
        self.piece.error(self.stop.into_mistake())
    }
}

pub(super) type Bind<T> = Result<T, Box<Failed>>;

/// The parts as trees, which are the same for every instance.
pub(super) struct ParsedRule {
    pub require: Requirement,
    pub when: Option<AstNode>,
    shows: Vec<AstNode>,
    by: Vec<AstNode>,
    /// That the record is of one of the rule's tests, where it names any.
    of_tests: Option<Expr>,
    /// The names in the message, each once, with their first places.
    placeholders: Vec<(String, Range<usize>)>,
}

pub(super) enum Requirement {
    Record(AstNode),
    Set(SetNode),
}

impl ParsedRule {
    pub fn new(parts: &RuleParts, layout: &Layout) -> Result<Self, Box<RuleError>> {
        let tree = |piece: &Piece| parser::expression(&piece.text).map_err(|mistake| piece.error(mistake));
        let require = &parts.require;
        Ok(Self {
            require: match parts.scope {
                Scope::Set => Requirement::Set(parser::set(&require.text).map_err(|mistake| require.error(mistake))?),
                _ => Requirement::Record(tree(require)?),
            },
            when: parts.when.as_ref().map(tree).transpose()?,
            shows: parts.shows.iter().map(|(_, piece)| tree(piece)).collect::<Result<_, _>>()?,
            by: parts.by.iter().map(tree).collect::<Result<_, _>>()?,
            of_tests: is_of(parts.tests, layout.year()),
            placeholders: placeholders(&parts.message.text),
        })
    }
}

/// That the record is of one of the tests; nothing where the rule names none.
fn is_of(tests: RecordTypes, year: u16) -> Option<Expr> {
    if tests == RecordTypes::ALL {
        return None;
    }
    let field = registry().id(RECORD_TYPE)?;
    Some(of_tests(field, tests.iter().map(|test| test.to_string()).collect(), year))
}

fn placeholders(message: &str) -> Vec<(String, Range<usize>)> {
    let mut found: Vec<(String, Range<usize>)> = Vec::new();
    for (name, span) in message::placeholders(message) {
        if found.iter().all(|(one, _)| one != name) {
            found.push((name.to_owned(), span));
        }
    }
    found
}

/// A rule in a year, for one value of its parameter.
pub(super) struct InstanceBinding<'a> {
    pub parts: &'a RuleParts,
    pub parsed: &'a ParsedRule,
    pub layout: &'a Layout,
    pub years: &'a [u16],
    pub bound: Option<(&'a ParameterNode, BoundParameter)>,
}

impl<'a> InstanceBinding<'a> {
    pub fn instance(&self) -> Bind<Instance> {
        let by = self.by()?;
        let mut typer = self.typer(&by);
        let demand = self.demand(&mut typer)?;
        let when = match self.parts.when.as_ref().zip(self.parsed.when.as_ref()) {
            Some((piece, when)) => typer.condition(when).map_err(|stop| Failed::new(piece, stop))?,
            None => Expr::Const(true),
        };
        let members = typer.members.difference(&typer.singles).copied().collect();
        let labels = match &self.parts.labels {
            Some(labels) => self.labels(labels)?,
            None => typer.seen.clone(),
        };
        let shows = self.shows(&mut typer)?;
        let placeholders = self.placeholders(&mut typer, &labels, &shows)?;
        Ok(Instance {
            binding: self.bound.map(|(parameter, value)| (parameter.name.clone(), value.show())),
            when: and(self.parsed.of_tests.iter().cloned().chain([when]).collect()),
            demand,
            members,
            labels,
            shows,
            placeholders,
        })
    }

    /// Types the conditions of the rule; `by` is what [`Binding::by`] says.
    pub fn typer<'b>(&self, by: &'b [TextExpr]) -> Typer<'b>
    where
        'a: 'b,
    {
        let mut typer = typer(self.layout, self.years, self.bound);
        typer.second = SecondFields { needs: &self.parts.needs, records: self.parts.records, by };
        typer.unknown_test = UnknownTest::IsUndecided;
        typer
    }

    /// What makes a record of a second file match, read in both files.
    pub fn by(&self) -> Bind<Vec<TextExpr>> {
        let mut typer = typer(self.layout, self.years, self.bound);
        let part = |(piece, node): (&Piece, &AstNode)| match key_of(&mut typer, node) {
            Ok(KeyPart::Text(text)) => Ok(text),
            Ok(_) => {
                let mistake = RuleMistake::new(0..piece.text.len(), "records are matched by texts only", "this is no text");
                Err(Failed::new(piece, mistake.help("name a field, or a text made of one: `prefix(ssid, 5)`")))
            }
            Err(stop) => Err(Failed::new(piece, stop)),
        };
        self.parts.by.iter().zip(&self.parsed.by).map(part).collect()
    }

    fn demand(&self, typer: &mut Typer) -> Bind<Demand> {
        let demand = match &self.parsed.require {
            Requirement::Record(node) => typer.condition(node).map(Demand::Record),
            Requirement::Set(node) => set_test(typer, node).map(Demand::Set),
        };
        demand.map_err(|stop| Failed::new(&self.parts.require, stop))
    }

    fn labels(&self, labels: &[Piece]) -> Bind<Vec<FieldId>> {
        let mut found = Vec::new();
        for label in labels {
            let failed = |mistake: RuleMistake| Failed::new(label, mistake);
            let whole = 0..label.text.len();
            if !parser::is_name(&label.text) {
                return Err(failed(RuleMistake::new(whole, "a label is the name of a field", "expected a field")));
            }
            let mut typer = typer(self.layout, self.years, self.bound);
            if label.text.contains('*') {
                let pattern = LiteralNode { text: label.text.clone(), span: whole };
                found.extend(typer.several(&[pattern]).map_err(|stop| Failed::new(label, stop))?);
                continue;
            }
            // A label that the year lacks is simply not pointed at.
            match typer.field(&label.text, true, &whole) {
                Ok(id) => found.extend(id),
                Err(stop) => return Err(Failed::new(label, stop)),
            }
        }
        Ok(found)
    }

    fn shows(&self, typer: &mut Typer) -> Bind<Vec<(String, Show)>> {
        let one = |((name, piece), node): (&(String, Piece), &AstNode)| {
            let value = typer.value(node).map_err(|stop| Failed::new(piece, stop))?;
            let show = match value {
                TypedPart::Num(num, unit) => Show::Num { num, day: unit == ValueUnit::Day || name.ends_with("date") },
                TypedPart::Text(text) => Show::Text(text),
                TypedPart::Field(field, _) => Show::Text(TextExpr::Cell(CellRef { field, form: CellForm::Value })),
                TypedPart::Matched(cell, _) => Show::Text(TextExpr::Matched(cell)),
                TypedPart::Lacking => Show::Text(TextExpr::Const(String::new())),
                TypedPart::Condition(_) => {
                    let whole = 0..piece.text.len();
                    let mistake = RuleMistake::new(whole, "a condition cannot be shown", "expected a value");
                    return Err(Failed::new(piece, mistake));
                }
            };
            Ok((name.clone(), show))
        };
        self.parts.shows.iter().zip(&self.parsed.shows).map(one).collect()
    }

    fn placeholders(
        &self,
        typer: &mut Typer,
        labels: &[FieldId],
        shows: &[(String, Show)],
    ) -> Bind<Vec<(String, Placeholder)>> {
        let piece = &self.parts.message;
        let mut found: Vec<(String, Placeholder)> = Vec::with_capacity(self.parsed.placeholders.len());
        for (name, span) in &self.parsed.placeholders {
            let failed = |stop: Stop| Failed::new(piece, stop);
            let placeholder = match self.fixed_placeholder(name, labels, shows) {
                Some(placeholder) => placeholder,
                None => {
                    let field = typer.field(name, true, span).map_err(failed)?;
                    field.map_or(Placeholder::Lacking, Placeholder::Value)
                }
            };
            found.push((name.clone(), placeholder));
        }
        Ok(found)
    }

    fn fixed_placeholder(&self, name: &str, labels: &[FieldId], shows: &[(String, Show)]) -> Option<Placeholder> {
        if let Some(place) = shows.iter().position(|(one, _)| one == name) {
            return Some(Placeholder::Show(place));
        }
        if let Some((parameter, value)) = self.bound
            && parameter.name == name
        {
            return Some(match value {
                BoundParameter::Number(number) => Placeholder::Number(number),
                BoundParameter::Field(field) => Placeholder::Label(field),
            });
        }
        match name {
            "year" => Some(Placeholder::Number(i64::from(self.layout.year()))),
            "line" => Some(Placeholder::Line),
            "width" => {
                let width = labels.first().and_then(|id| self.layout.field(*id)).and_then(|field| field.length);
                Some(width.map_or(Placeholder::Lacking, |width| Placeholder::Number(i64::from(width))))
            }
            "length" => labels.first().copied().map(Placeholder::Length),
            "field" => labels.first().copied().map(Placeholder::Label),
            "value" => labels.first().copied().map(Placeholder::Value),
            _ => {
                let known = self.parts.scope == Scope::Set || name == "count";
                SET_WORDS.iter().find(|word| known && **word == name).map(|word| Placeholder::Set(word))
            }
        }
    }
}

fn set_test(typer: &mut Typer, node: &SetNode) -> Typed<SetTest> {
    Ok(match node {
        SetNode::UniqueRecord => SetTest::UniqueRecord,
        SetNode::UniqueBy(of) => SetTest::UniqueBy(keys(typer, of)?),
        SetNode::UniqueAmong(patterns) => {
            let fields = typer.several(patterns)?;
            typer.members.extend(&fields);
            SetTest::UniqueAmong(fields)
        }
        SetNode::Same { values, within } => {
            SetTest::Same { values: keys(typer, values)?, within: keys(typer, within)? }
        }
        SetNode::Exists { conditions, with_same } => SetTest::Exists {
            conditions: conditions.iter().map(|one| typer.condition(one)).collect::<Typed<_>>()?,
            with_same: keys(typer, with_same)?,
        },
        SetNode::AtMost { limit, of, within } => {
            SetTest::AtMost { limit: *limit, of: typer.condition(of)?, within: keys(typer, within)? }
        }
        SetNode::Share { of, within, percent, among } => {
            SetTest::Share { of: typer.condition(of)?, within: keys(typer, within)?, percent: *percent, among: *among }
        }
    })
}

fn keys(typer: &mut Typer, nodes: &[AstNode]) -> Typed<Vec<KeyPart>> {
    nodes.iter().map(|node| key_of(typer, node)).collect()
}

fn key_of(typer: &mut Typer, node: &AstNode) -> Typed<KeyPart> {
    if let NodeKind::Name { name, .. } = &node.kind {
        match name.as_str() {
            "file" => return Ok(KeyPart::File),
            "student_group" => return Ok(KeyPart::StudentGroup),
            _ => {}
        }
    }
    Ok(match typer.value(node)? {
        TypedPart::Field(field, _) => KeyPart::Text(TextExpr::Cell(CellRef { field, form: CellForm::Value })),
        TypedPart::Matched(..) => {
            let mistake = RuleMistake::new(node.span.clone(), "a field of a second file makes no groups", "here");
            return Err(mistake.help("group by fields of the records themselves").into());
        }
        TypedPart::Text(text) => KeyPart::Text(text),
        TypedPart::Num(num, _) => KeyPart::Num(num),
        TypedPart::Condition(expr) => KeyPart::Truth(expr),
        TypedPart::Lacking => {
            let mistake =
                RuleMistake::new(node.span.clone(), "a field that the year lacks makes no groups", "always blank there");
            return Err(mistake.help("write a variant for these years").into());
        }
    })
}
