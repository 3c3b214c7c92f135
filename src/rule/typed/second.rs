//! Second files in conditions: `earlier(1).scale_score`, `found in roster`, `entity_type(…)`.

use std::ops::Range;

use super::super::ast::{FileName, NodeKind, AstNode};
use super::super::error::RuleMistake;
use super::super::fields;
use super::super::ir::{Num, TextExpr};
use super::super::model::{Need, RecordScope};
use super::super::ir::{Match, MatchedCell, SecondFile};
use super::{Stop, Typed, Typer, ValueUnit, TypedPart};
use crate::layout::{FieldId, Layout, registry};

/// A second file with the layout that it has.
pub(super) struct OfFile {
    pub(super) of: Match,
    layout: &'static Layout,
}

impl Typer<'_> {
    /// A second file, and what of it goes with a record.
    pub(super) fn of_file(&mut self, name: &FileName) -> Typed<OfFile> {
        let (file, layout) = match name.word.as_str() {
            "earlier" => self.earlier(name)?,
            "roster" => (SecondFile::Roster, self.same_year(name)?),
            _ => (SecondFile::Checked, self.same_year(name)?),
        };
        self.is_at_hand(file, &name.span)?;
        if self.second.by.is_empty() {
            let mistake = RuleMistake::new(name.span.clone(), "the rule does not say which records go together", "here");
            return Err(mistake
                .help("write for example `match = [\"ssid\", \"record_type\"]` into the front matter")
                .into());
        }
        for field in self.second.by.iter().flat_map(fields_of) {
            if layout.field(field).is_none() {
                return Err(no_field(layout, registry().info(field).name, &name.span).into());
            }
        }
        Ok(OfFile { of: Match { file, by: self.second.by.into() }, layout })
    }

    fn earlier(&mut self, name: &FileName) -> Typed<(SecondFile, &'static Layout)> {
        let Some(before) = &name.before else {
            let mistake = RuleMistake::new(name.span.clone(), "it is not said how many years earlier", "here");
            return Err(mistake.help("write `earlier(1)` for the file of the year before").into());
        };
        let years = self.constant(before)?;
        let Ok(years) = u16::try_from(years) else {
            return Err(RuleMistake::new(before.span.clone(), "a number of years cannot be negative", "here").into());
        };
        let year = self.year().saturating_sub(years);
        if let Some(layout) = registry().layout(year) {
            return Ok((SecondFile::Earlier(years), layout));
        }
        let mistake = RuleMistake::new(name.span.clone(), format!("there is no layout of {year}"), "years before")
            .help("narrow `years`, or the values of the parameter");
        Err(match &before.kind {
            NodeKind::Name { name, .. } if self.bound(name).is_some() => Stop::Lacking { parameter: name.clone(), mistake },
            _ => mistake.into(),
        })
    }

    fn same_year(&self, name: &FileName) -> Result<&'static Layout, RuleMistake> {
        if let Some(before) = &name.before {
            let mistake = RuleMistake::new(before.span.clone(), format!("`{}` is of the same year", name.word), "here");
            return Err(mistake.help("only `earlier` takes a number of years"));
        }
        let lacking = || RuleMistake::new(name.span.clone(), format!("there is no layout of {}", self.year()), "here");
        registry().layout(self.year()).ok_or_else(lacking)
    }

    /// A rule reads only files that it says it needs, and never its own as a second one.
    fn is_at_hand(&self, file: SecondFile, span: &Range<usize>) -> Result<(), RuleMistake> {
        let mistake = |message: &str, help: &str| Err(RuleMistake::new(span.clone(), message, "here").help(help));
        match (file, self.second.records) {
            (SecondFile::Roster, RecordScope::Roster) => {
                mistake("the rule goes through the roster itself", "name its fields without `roster.`")
            }
            (SecondFile::Checked, RecordScope::Checked) => {
                let help = "name its fields without `checked.`, or go through the roster with `records = \"roster\"`";
                mistake("the rule goes through the checked file itself", help)
            }
            (SecondFile::Earlier(_), _) => self.needs(Need::EarlierFile, "an earlier file", "earlier-file", span),
            (SecondFile::Roster | SecondFile::Checked, _) => self.needs(Need::Roster, "a roster", "roster", span),
        }
    }

    fn needs(&self, need: Need, what: &str, word: &str, span: &Range<usize>) -> Result<(), RuleMistake> {
        if self.second.needs.contains(&need) {
            return Ok(());
        }
        let message = format!("the rule reads {what} without saying that it needs one");
        Err(RuleMistake::new(span.clone(), message, "here")
            .help(format!("write `needs = [\"{word}\"]` into the front matter")))
    }

    /// A field of the matching record.
    pub(super) fn matched(&mut self, file: &FileName, name: &str, optional: bool, span: &Range<usize>) -> Typed<TypedPart> {
        let OfFile { of, layout } = self.of_file(file)?;
        let (full, _) = self.substituted(name);
        let Some(field) = registry().id(&full) else {
            return Err(fields::unknown(&full, span.clone()).into());
        };
        match layout.field(field) {
            Some(column) => Ok(TypedPart::Matched(MatchedCell { of, field }, column.kind)),
            None if optional => Ok(TypedPart::Lacking),
            None => Err(no_field(layout, &full, span).into()),
        }
    }

    /// `entity_type(code)`
    pub(super) fn entity_type(&mut self, code: &AstNode, span: &Range<usize>) -> Typed<TypedPart> {
        self.needs(Need::EntityList, "the entity list", "entity-list", span)?;
        Ok(TypedPart::Num(Num::EntityType(Box::new(self.text(code)?)), ValueUnit::Number))
    }
}

/// The fields of the records' own file that a text reads.
fn fields_of(text: &TextExpr) -> Option<FieldId> {
    match text {
        TextExpr::Cell(cell) => Some(cell.field),
        TextExpr::Prefix(inner, _) | TextExpr::Suffix(inner, _) | TextExpr::DropLast(inner, _) => fields_of(inner),
        TextExpr::Subject(field) | TextExpr::TestName(field, _) => Some(*field),
        TextExpr::Const(_) | TextExpr::Matched(_) => None,
    }
}

fn no_field(layout: &Layout, name: &str, span: &Range<usize>) -> RuleMistake {
    let message = format!("the layout of {}, the year of the second file, has no field `{name}`", layout.year());
    RuleMistake::new(span.clone(), message, format!("not in {}", layout.year()))
        .help("narrow `years`, or write a question mark after the field to read it as blank there")
}
