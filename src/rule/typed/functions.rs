//! The functions of the language: `latest(…)`, `prefix(…)`, `lowest_score(…)` and their like.

use std::ops::Range;

use crate::layout::{FieldId, registry};

use super::super::ast::{FieldSet, NodeKind, LiteralNode, AstNode};
use super::super::error::{RuleMistake, did_you_mean};
use super::super::ir::{CellRef, CellForm, ScoreLookup, LookupKind, Num, TextExpr};
use super::super::{fields, read};
use super::{Typed, Typer, ValueUnit, TypedPart, same_unit, unreadable};
use crate::table;

const FUNCTIONS: [&str; 16] = [
    "written",
    "calpads",
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
    "entity_type",
];

impl Typer<'_> {
    pub(super) fn call(&mut self, name: &str, arguments: &[AstNode], span: &Range<usize>) -> Typed<TypedPart> {
        let day = |num| TypedPart::Num(num, ValueUnit::Day);
        let number = |num| TypedPart::Num(num, ValueUnit::Number);
        Ok(match name {
            "written" => {
                let [field] = expect_arguments(name, arguments, span)?;
                self.written(field)?
            }
            "calpads" => {
                let [field] = expect_arguments(name, arguments, span)?;
                self.calpads(field)?
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
                    RuleMistake::new(
                        span.clone(),
                        format!("there is no day {year:04}-{month:02}-{of_month:02}"),
                        "not in the calendar",
                    )
                })?))
            }
            "entity_type" => {
                let [code] = expect_arguments(name, arguments, span)?;
                self.entity_type(code, span)?
            }
            "school_year" => {
                let [of] = expect_arguments(name, arguments, span)?;
                number(Num::SchoolYear(Box::new(self.of_unit(of, ValueUnit::Day)?)))
            }
            "age" => {
                let [birth, at] = expect_arguments(name, arguments, span)?;
                number(Num::Age(Box::new(self.of_unit(birth, ValueUnit::Day)?), Box::new(self.of_unit(at, ValueUnit::Day)?)))
            }
            "latest" => self.latest(arguments)?,
            "lowest_score" => number(self.bounds(LookupKind::LowestScore, name, arguments, span)?),
            "highest_score" => number(self.bounds(LookupKind::HighestScore, name, arguments, span)?),
            "level_for" => {
                let [test, grade, year, score] = expect_arguments(name, arguments, span)?;
                let score = Some(Box::new(self.of_unit(score, ValueUnit::Number)?));
                number(self.lookup(LookupKind::Level, [test, grade, year], score)?)
            }
            "prefix" => self.cut(name, arguments, span, TextExpr::Prefix)?,
            "suffix" => self.cut(name, arguments, span, TextExpr::Suffix)?,
            "drop_last" => self.cut(name, arguments, span, TextExpr::DropLast)?,
            "subject" => TypedPart::Text(TextExpr::Subject(self.test_field(name, arguments, span)?)),
            "test_name" => TypedPart::Text(TextExpr::TestName(self.test_field(name, arguments, span)?, self.year())),
            _ => {
                let help =
                    did_you_mean(name, FUNCTIONS).unwrap_or_else(|| format!("known are: {}", FUNCTIONS.join(", ")));
                return Err(RuleMistake::new(span.clone(), format!("there is no function `{name}`"), "unknown")
                    .help(help)
                    .into());
            }
        })
    }

    fn written(&mut self, node: &AstNode) -> Typed<TypedPart> {
        Ok(match self.value(node)? {
            TypedPart::Field(field, _) => TypedPart::Text(TextExpr::Cell(CellRef { field, form: CellForm::Written })),
            TypedPart::Lacking => TypedPart::Lacking,
            _ => {
                return Err(
                    RuleMistake::new(node.span.clone(), "only a field is written in the file", "expected a field").into()
                );
            }
        })
    }

    /// The column with the present value of CALPADS of a field for testing.
    fn calpads(&mut self, node: &AstNode) -> Typed<TypedPart> {
        let field = match self.value(node)? {
            TypedPart::Field(field, _) => field,
            TypedPart::Lacking => return Ok(TypedPart::Lacking),
            _ => return Err(RuleMistake::new(node.span.clone(), "expected a field", "here").into()),
        };
        let name = registry().info(field).name;
        let pairs = table::lines("rules/layouts/calpads-values.tsv", &["for_testing", "calpads", "years", "source"], |row| {
            Ok((row.get("for_testing")?, registry().named(row, "calpads")?))
        });
        let twin = pairs.into_iter().find(|(one, _)| *one == name).map(|(_, calpads)| calpads);
        match twin.and_then(|id| self.layout.field(id).map(|found| (id, found.kind))) {
            Some((id, kind)) => {
                self.see(id);
                Ok(TypedPart::Field(id, kind))
            }
            None => Err(self.without(field, node, "has no column with the CALPADS value of")),
        }
    }

    fn test_field(&mut self, name: &str, arguments: &[AstNode], span: &Range<usize>) -> Typed<FieldId> {
        let [field] = expect_arguments(name, arguments, span)?;
        match self.value(field)? {
            TypedPart::Field(id, _) => Ok(id),
            _ => Err(RuleMistake::new(field.span.clone(), "expected a field", "write `record_type`").into()),
        }
    }

    fn latest(&mut self, arguments: &[AstNode]) -> Typed<TypedPart> {
        let (mut all, mut unit) = (Vec::new(), ValueUnit::Either);
        for node in arguments {
            for part in self.spread(node)? {
                let (num, part_unit) = self.number(&part)?;
                unit = same_unit(unit, part_unit, &node.span)?;
                all.push(num);
            }
        }
        Ok(TypedPart::Num(if all.is_empty() { unreadable() } else { Num::Latest(all) }, unit))
    }

    /// A pattern as the fields it stands for; anything else as it is.
    fn spread(&mut self, node: &AstNode) -> Typed<Vec<AstNode>> {
        let NodeKind::Name { name, .. } = &node.kind else {
            return Ok(vec![node.clone()]);
        };
        if !name.contains('*') {
            return Ok(vec![node.clone()]);
        }
        let ids = self.several(&[LiteralNode { text: name.clone(), span: node.span.clone() }])?;
        let named = |id: FieldId| NodeKind::Name { name: registry().info(id).name.to_owned(), optional: false };
        Ok(ids.into_iter().map(|id| AstNode { kind: named(id), span: node.span.clone() }).collect())
    }

    /// The fields of the year that a list of names and patterns stands for.
    pub fn several(&mut self, patterns: &[LiteralNode]) -> Typed<Vec<FieldId>> {
        let mut all = Vec::new();
        for pattern in patterns {
            let (text, _) = self.substituted(&pattern.text);
            let set = FieldSet { patterns: vec![LiteralNode { text, span: pattern.span.clone() }], ..FieldSet::default() };
            all.extend(fields::select(&set, self.layout)?);
        }
        for id in &all {
            self.see(*id);
        }
        Ok(all)
    }

    fn bounds(&mut self, what: LookupKind, name: &str, arguments: &[AstNode], span: &Range<usize>) -> Typed<Num> {
        let [test, grade, year] = expect_arguments(name, arguments, span)?;
        self.lookup(what, [test, grade, year], None)
    }

    fn lookup(&mut self, what: LookupKind, of: [&AstNode; 3], score: Option<Box<Num>>) -> Typed<Num> {
        let [test, grade, year] = of;
        Ok(Num::Lookup(ScoreLookup {
            what,
            record_type: Box::new(self.of_unit(test, ValueUnit::Number)?),
            grade: Box::new(self.of_unit(grade, ValueUnit::Number)?),
            year: Box::new(self.of_unit(year, ValueUnit::Number)?),
            score,
        }))
    }

    fn cut(
        &mut self,
        name: &str,
        arguments: &[AstNode],
        span: &Range<usize>,
        make: fn(Box<TextExpr>, usize) -> TextExpr,
    ) -> Typed<TypedPart> {
        let [text, count] = expect_arguments(name, arguments, span)?;
        let length = usize::try_from(self.constant(count)?)
            .map_err(|_| RuleMistake::new(count.span.clone(), "a number of characters cannot be negative", "here"))?;
        Ok(TypedPart::Text(make(Box::new(self.text(text)?), length)))
    }
}

fn expect_arguments<'n, const N: usize>(
    name: &str,
    arguments: &'n [AstNode],
    span: &Range<usize>,
) -> Result<[&'n AstNode; N], RuleMistake> {
    let all: Vec<&AstNode> = arguments.iter().collect();
    all.try_into().map_err(|found: Vec<&AstNode>| {
        let message = format!("`{name}` takes {N} values, {} are given", found.len());
        RuleMistake::new(span.clone(), message, "here")
    })
}
