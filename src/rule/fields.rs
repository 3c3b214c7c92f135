//! Sets of fields as rules name them: patterns, exceptions, and filters on what the layout of a
//! year says about a column.

use crate::layout::{BlankRule, Field, FieldId, Layout, registry};

use super::ast::{FieldSet, FieldCondition, LiteralNode};
use super::error::{RuleMistake, did_you_mean};
use super::read::Pattern;
use super::values::value_set;

const TYPES: [&str; 8] = ["text", "code", "digits", "date", "integer", "yesno", "yn", "blank"];
const PROPERTIES: [&str; 7] = ["type", "kind", "blank", "record types", "codes", "width", "format"];

/// The fields of the set that the layout has, in layout order.
pub(super) fn select(set: &FieldSet, layout: &Layout) -> Result<Vec<FieldId>, RuleMistake> {
    for pattern in set.patterns.iter().chain(&set.except) {
        known_pattern(pattern)?;
    }
    for filter in &set.filters {
        known_filter(filter)?;
    }
    let (wanted, except) = (parts(&set.patterns), parts(&set.except));
    let belongs = |id: FieldId, field: &Field| {
        let name = registry().info(id).name;
        // Filters are the quicker to ask.
        set.filters.iter().all(|filter| passes(filter, layout, id, field))
            && (wanted.is_empty() || wanted.iter().any(|pattern| pattern.fits(name)))
            && !except.iter().any(|pattern| pattern.fits(name))
    };
    let columns = layout.fields.iter().filter_map(|field| field.id.map(|id| (id, field)));
    Ok(columns.filter(|(id, field)| belongs(*id, field)).map(|(id, _)| id).collect())
}

fn parts(patterns: &[LiteralNode]) -> Vec<Pattern<'_>> {
    patterns.iter().map(|pattern| Pattern::new(&pattern.text)).collect()
}

fn passes(filter: &FieldCondition, layout: &Layout, id: FieldId, field: &Field) -> bool {
    let is = |word: &str| filter.values.iter().any(|value| value == word);
    match filter.property.as_str() {
        "type" => is(field.kind.as_str()),
        "kind" => is(registry().info(id).kind),
        "blank" => is(match field.blank {
            BlankRule::Allowed => "allowed",
            BlankRule::Forbidden => "forbidden",
            BlankRule::Unstated => "unstated",
        }),
        "record types" => !field.applies_to.is_empty(),
        "codes" => value_set(layout, id).is_some(),
        "width" => field.length.is_some(),
        _ => !field.format.is_empty(),
    }
}

fn known_filter(filter: &FieldCondition) -> Result<(), RuleMistake> {
    let property = filter.property.as_str();
    let values: Vec<&str> = match property {
        "type" => TYPES.to_vec(),
        "kind" => registry().fields().map(|(_, info)| info.kind).collect(),
        "blank" => vec!["allowed", "forbidden", "unstated"],
        "record types" | "codes" | "width" | "format" => vec!["known"],
        _ => {
            let mistake = RuleMistake::new(filter.span.clone(), format!("`{property}` is no property of fields"), "here");
            return Err(mistake.help(format!("known are: {}", PROPERTIES.join(", "))));
        }
    };
    let Some(wrong) = filter.values.iter().find(|value| !values.contains(&value.as_str())) else {
        return Ok(());
    };
    let mut known = values.clone();
    known.sort_unstable();
    known.dedup();
    let mistake = RuleMistake::new(filter.span.clone(), format!("`{wrong}` is no {property} of fields"), "here");
    Err(mistake.help(did_you_mean(wrong, values).unwrap_or_else(|| format!("known are: {}", known.join(", ")))))
}

fn known_pattern(pattern: &LiteralNode) -> Result<(), RuleMistake> {
    let parts = Pattern::new(&pattern.text);
    if registry().id(&pattern.text).is_some() || registry().fields().any(|(_, info)| parts.fits(info.name)) {
        return Ok(());
    }
    if pattern.text.contains('*') {
        let message = format!("no field of any year fits `{}`", pattern.text);
        return Err(RuleMistake::new(pattern.span.clone(), message, "fits nothing")
            .help("`scorelint layout` lists the fields of a year"));
    }
    Err(unknown(&pattern.text, pattern.span.clone()))
}

/// The mistake of naming a field that no layout has.
pub(super) fn unknown(name: &str, span: std::ops::Range<usize>) -> RuleMistake {
    let help = did_you_mean(name, registry().fields().map(|(_, info)| info.name));
    RuleMistake::new(span, format!("there is no field `{name}`"), "unknown field")
        .help(help.unwrap_or_else(|| "`scorelint layout` lists the fields of a year".to_owned()))
}
