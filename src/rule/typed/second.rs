//! Second files in conditions: `earlier(1).scale_score`, `found in roster`, `entity_type(…)`.

use std::ops::Range;

use super::super::ast::{FileName, Kind, Node};
use super::super::error::Mistake;
use super::super::fields;
use super::super::ir::{Num, Text};
use super::super::model::{Need, Records};
use super::super::ir::{Match, MatchedCell, SecondFile};
use super::{Stop, Typed, Typer, Unit, Value};
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
            let mistake = Mistake::new(name.span.clone(), "the rule does not say which records go together", "here");
            return Err(mistake
                .help("write for example `match = [\"ssid\", \"record_type\"]` into the front matter")
                .into());
        }
        for field in self.second.by.iter().flat_map(fields_of) {
            if !layout.has(field) {
                return Err(no_field(layout, registry().info(field).name, &name.span).into());
            }
        }
        Ok(OfFile { of: Match { file, by: self.second.by.into() }, layout })
    }

    fn earlier(&mut self, name: &FileName) -> Typed<(SecondFile, &'static Layout)> {
        let Some(before) = &name.before else {
            let mistake = Mistake::new(name.span.clone(), "it is not said how many years earlier", "here");
            return Err(mistake.help("write `earlier(1)` for the file of the year before").into());
        };
        let years = self.constant(before)?;
        let Ok(years) = u16::try_from(years) else {
            return Err(Mistake::new(before.span.clone(), "a number of years cannot be negative", "here").into());
        };
        let year = self.year().saturating_sub(years);
        if let Some(layout) = registry().layout(year) {
            return Ok((SecondFile::Earlier(years), layout));
        }
        let mistake = Mistake::new(name.span.clone(), format!("there is no layout of {year}"), "years before")
            .help("narrow `years`, or the values of the parameter");
        Err(match &before.kind {
            Kind::Name { name, .. } if self.bound(name).is_some() => Stop::Lacking { parameter: name.clone(), mistake },
            _ => mistake.into(),
        })
    }

    fn same_year(&self, name: &FileName) -> Result<&'static Layout, Mistake> {
        if let Some(before) = &name.before {
            let mistake = Mistake::new(before.span.clone(), format!("`{}` is of the same year", name.word), "here");
            return Err(mistake.help("only `earlier` takes a number of years"));
        }
        let lacking = || Mistake::new(name.span.clone(), format!("there is no layout of {}", self.year()), "here");
        registry().layout(self.year()).ok_or_else(lacking)
    }

    /// A rule reads only files that it says it needs, and never its own as a second one.
    fn is_at_hand(&self, file: SecondFile, span: &Range<usize>) -> Result<(), Mistake> {
        let mistake = |message: &str, help: &str| Err(Mistake::new(span.clone(), message, "here").help(help));
        match (file, self.second.records) {
            (SecondFile::Roster, Records::Roster) => {
                mistake("the rule goes through the roster itself", "name its fields without `roster.`")
            }
            (SecondFile::Checked, Records::Checked) => {
                let help = "name its fields without `checked.`, or go through the roster with `records = \"roster\"`";
                mistake("the rule goes through the checked file itself", help)
            }
            (SecondFile::Earlier(_), _) => self.needs(Need::EarlierFile, "an earlier file", "earlier-file", span),
            (SecondFile::Roster | SecondFile::Checked, _) => self.needs(Need::Roster, "a roster", "roster", span),
        }
    }

    fn needs(&self, need: Need, what: &str, word: &str, span: &Range<usize>) -> Result<(), Mistake> {
        if self.second.needs.contains(&need) {
            return Ok(());
        }
        let message = format!("the rule reads {what} without saying that it needs one");
        Err(Mistake::new(span.clone(), message, "here")
            .help(format!("write `needs = [\"{word}\"]` into the front matter")))
    }

    /// A field of the matching record.
    pub(super) fn matched(&mut self, file: &FileName, name: &str, optional: bool, span: &Range<usize>) -> Typed<Value> {
        let OfFile { of, layout } = self.of_file(file)?;
        let (full, _) = self.substituted(name);
        let Some(field) = registry().id(&full) else {
            return Err(fields::unknown(&full, span.clone()).into());
        };
        match layout.field(field) {
            Some(column) => Ok(Value::Matched(MatchedCell { of, field }, column.kind)),
            None if optional => Ok(Value::Lacking),
            None => Err(no_field(layout, &full, span).into()),
        }
    }

    /// `entity_type(code)`
    pub(super) fn entity_type(&mut self, code: &Node, span: &Range<usize>) -> Typed<Value> {
        self.needs(Need::EntityList, "the entity list", "entity-list", span)?;
        Ok(Value::Num(Num::EntityType(Box::new(self.text(code)?)), Unit::Number))
    }
}

/// The fields of the records' own file that a text reads.
fn fields_of(text: &Text) -> Option<FieldId> {
    match text {
        Text::Cell(cell) => Some(cell.field),
        Text::Prefix(inner, _) | Text::Suffix(inner, _) | Text::DropLast(inner, _) => fields_of(inner),
        Text::Subject(field) | Text::TestName(field, _) => Some(*field),
        Text::Const(_) | Text::Matched(_) => None,
    }
}

fn no_field(layout: &Layout, name: &str, span: &Range<usize>) -> Mistake {
    let message = format!("the layout of {}, the year of the second file, has no field `{name}`", layout.year());
    Mistake::new(span.clone(), message, format!("not in {}", layout.year()))
        .help("narrow `years`, or write a question mark after the field to read it as blank there")
}
