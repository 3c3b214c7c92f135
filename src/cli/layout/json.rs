//! Layouts, fields and comparisons for programs, in the form of `docs/schemas/layout-1.schema.json`.

use std::io;

use serde::Serialize;
use serde_json::{Value, json};

use crate::layout::{
    BlankRule, Code, Comparison, Field, FieldChange, FieldId, Layout, RecordTypes, Sensitivity, YearInfo,
    depends_on_test, registry, value_set, years_with,
};
use crate::privacy::json;

use super::text::{codes_by_test, unlisted};

pub(super) const SCHEMA: &str = "scorelint/layout/1";

/// A view as a document: its schema first, so that a file of it is recognised by its start.
#[derive(Serialize)]
struct Document<'a> {
    schema: &'static str,
    #[serde(flatten)]
    view: &'a Value,
}

pub(super) fn print(view: &Value) -> io::Result<String> {
    json::pretty(&Document { schema: SCHEMA, view })
}

pub(super) fn years() -> Value {
    let years: Vec<Value> = registry().layouts().map(year).collect();
    json!({ "kind": "years", "years": years })
}

pub(super) fn layout(layout: &Layout, with_fillers: bool, wanted: impl Fn(FieldId) -> bool) -> Value {
    let shown = |field: &&Field| field.id.map_or(with_fillers, &wanted);
    let fields: Vec<Value> = layout.fields.iter().filter(shown).map(|field| column(layout, field)).collect();
    json!({ "kind": "layout", "year": year(layout), "fields": fields })
}

pub(super) fn field(layout: &Layout, id: FieldId) -> Value {
    let Some(shown) = layout.field(id) else { return Value::Null };
    let by_test: Vec<Value> = if depends_on_test(layout, id) {
        codes_by_test(layout, id)
            .iter()
            .map(|(tests, codes)| json!({ "tests": tests_of(*tests), "codes": list(codes) }))
            .collect()
    } else {
        Vec::new()
    };
    let years: Vec<Value> = years_with(id)
        .into_iter()
        .filter_map(|year| registry().layout(year))
        .filter_map(|layout| Some(column(layout, layout.field(id)?)))
        .collect();
    let mut field = column(layout, shown);
    field["codes_by_test"] = by_test.into();
    json!({ "kind": "field", "year": year(layout), "field": field, "years": years })
}

pub(super) fn comparison(from: &Layout, to: &Layout, comparison: &Comparison) -> Value {
    let columns = |layout: &Layout, ids: &[FieldId]| -> Vec<Value> {
        ids.iter().filter_map(|id| Some(column(layout, layout.field(*id)?))).collect()
    };
    json!({
        "kind": "comparison",
        "from": year(from),
        "to": year(to),
        "added": columns(to, &comparison.added),
        "removed": columns(from, &comparison.removed),
        "changed": comparison.changed.iter().map(change).collect::<Vec<_>>(),
        "shifted": comparison.shifted,
        "fillers": { "from": comparison.fillers.0, "to": comparison.fillers.1 },
    })
}

fn year(layout: &Layout) -> Value {
    let YearInfo { year, record_lengths, certainty, values_carried, source, notes, .. } = &layout.info;
    json!({
        "year": year,
        "columns": layout.fields.len(),
        "record_lengths": record_lengths,
        "certainty": certainty.as_str(),
        "values_carried": values_carried,
        "source": source,
        "notes": notes,
    })
}

fn column(layout: &Layout, field: &Field) -> Value {
    let info = field.id.map(|id| registry().info(id));
    let set = field.id.and_then(|id| value_set(layout, id, None));
    let accepted: Vec<Value> = field
        .id
        .map(|id| unlisted(layout, id))
        .unwrap_or_default()
        .into_iter()
        .map(|one| json!({ "value": one.value, "certainty": one.certainty.as_str(), "source": one.source }))
        .collect();
    json!({
        "year": layout.year(),
        "number": field.number,
        "id": info.map(|info| info.name),
        "title": info.map(|info| info.title),
        "column": field.column,
        "name": field.name,
        "section": info.map(|info| info.section),
        "sensitivity": info.map(|info| sensitivity(info.sensitivity)),
        "start": field.span.map(|(start, _)| start),
        "end": field.span.map(|(_, end)| end),
        "width": field.length,
        "type": field.kind.as_str(),
        "format": field.format,
        "blank": blank(field.blank),
        "tests": tests_of(field.applies_to),
        "codes": set.map(|set| list(&set.listed)),
        "accepted": accepted,
        "source": field.source,
        "certainty": field.certainty().as_str(),
        "provenance": field.provenance,
        "notes": field.notes,
    })
}

fn change(change: &FieldChange) -> Value {
    let pair = |old: Value, new: Value| json!({ "from": old, "to": new });
    let codes: Vec<Value> = change
        .codes
        .iter()
        .map(|one| json!({ "tests": tests_of(one.record_types), "added": list(&one.added), "removed": list(&one.removed) }))
        .collect();
    json!({
        "id": registry().info(change.id).name,
        "number": pair(change.numbers.0.into(), change.numbers.1.into()),
        "moved": change.moved,
        "column": change.names.map(|(old, new)| pair(old.into(), new.into())),
        "width": change.widths.map(|(old, new)| pair(old.into(), new.into())),
        "type": change.kinds.map(|(old, new)| pair(old.as_str().into(), new.as_str().into())),
        "tests": change.tests.map(|(old, new)| pair(tests_of(old).into(), tests_of(new).into())),
        "codes": codes,
    })
}

fn list(codes: &[Code]) -> Vec<Value> {
    codes.iter().map(|code| json!({ "code": code.code, "label": code.label })).collect()
}

fn tests_of(set: RecordTypes) -> Vec<String> {
    set.iter().map(|test| test.to_string()).collect()
}

fn blank(rule: BlankRule) -> &'static str {
    match rule {
        BlankRule::Allowed => "allowed",
        BlankRule::Forbidden => "forbidden",
        BlankRule::Unstated => "unstated",
    }
}

fn sensitivity(level: Sensitivity) -> &'static str {
    match level {
        Sensitivity::Public => "public",
        Sensitivity::StudentData => "student-data",
        Sensitivity::QuasiIdentifier => "quasi-identifier",
        Sensitivity::DirectIdentifier => "direct-identifier",
    }
}
