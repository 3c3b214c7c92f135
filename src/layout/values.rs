//! What a cell may hold: the codes of the layout row, of the reference table it points to, or of
//! the table for the record's test, and the values that real files hold though no layout lists
//! them (`rules/layouts/accepted.tsv`).

use std::collections::HashSet;
use std::sync::LazyLock;

use super::codes::codes;
use super::model::{Certainty, Code, Field, FieldId, Layout, RecordType, RecordTypes};
use super::registry::{certainty, code_list, record_types, registry};
use crate::table::{self, TableRow, TableError};
use crate::years::Years;

/// The codes of one field, of one year, for one test or for all of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ValueSet {
    /// What the layout and its tables list, in their order, once each.
    pub listed: Vec<Code>,
    /// What else is accepted; the label says where the value was seen.
    pub accepted: Vec<Code>,
}

impl ValueSet {
    /// Listed codes first, then accepted values.
    pub fn iter(&self) -> impl Iterator<Item = &Code> {
        self.listed.iter().chain(&self.accepted)
    }

    /// Whether the value is one of them, exactly as written.
    pub fn contains(&self, value: &str) -> bool {
        self.iter().any(|code| code.code == value)
    }
}

/// A value that is legitimate without being listed: a row of `accepted.tsv`.
#[derive(Clone, Debug)]
pub struct Accepted {
    years: Years,
    field: &'static str,
    /// The value.
    pub value: &'static str,
    /// Where it was seen.
    pub source: &'static str,
    /// How sure that is.
    pub certainty: Certainty,
}

/// A row of `value-tables.tsv`: where the codes of a field stand, if not on its layout row.
struct ValueTable {
    years: Years,
    field: &'static str,
    record_types: RecordTypes,
    values: ValueRule,
}

enum ValueRule {
    Printed(Vec<Code>),
    ConditionCodes,
    EveryConditionCode,
    IncludeIndicators,
}

/// The values a field may hold in a year; `None` where the layout prints no list, so that there
/// is nothing to check.
///
/// Where the set depends on the test, `record_type` picks it; without a record type, and for a
/// test that the tables do not know, it is everything that any test may hold.
pub fn value_set(layout: &Layout, id: FieldId, record_type: Option<RecordType>) -> Option<ValueSet> {
    let field = layout.field(id)?;
    let name = registry().info(id).name;
    let listed = listed(layout.year(), name, field, record_type);
    if listed.is_empty() {
        return None;
    }
    let accepted = accepted(layout.year(), id)
        .filter(|row| listed.iter().all(|code| code.code != row.value))
        .map(|row| Code { code: row.value, label: row.source })
        .collect();
    Some(ValueSet { listed, accepted })
}

/// Whether the values of a field depend on the test.
pub fn depends_on_test(layout: &Layout, id: FieldId) -> bool {
    let name = registry().info(id).name;
    if !tables().iter().any(|row| row.years.contains(layout.year()) && fits(row.field, name)) {
        return false;
    }
    let every_test = value_set(layout, id, None);
    RecordTypes::ALL.iter().any(|one| value_set(layout, id, Some(one)) != every_test)
}

/// The accepted values of a field in a year.
pub fn accepted(year: u16, id: FieldId) -> impl Iterator<Item = &'static Accepted> {
    static ACCEPTED: LazyLock<Vec<Accepted>> = LazyLock::new(|| {
        table::lines("rules/layouts/accepted.tsv", &["years", "field", "value", "source", "certainty"], read_accepted)
    });
    let name = registry().info(id).name;
    ACCEPTED.iter().filter(move |row| row.years.contains(year) && fits(row.field, name))
}

fn listed(year: u16, name: &str, field: &Field, record_type: Option<RecordType>) -> Vec<Code> {
    if let Some(record_type) = record_type {
        let own = once(from_tables(year, name, Some(record_type)));
        if !own.is_empty() {
            return own;
        }
    }
    let mut all = match field.code_table {
        Some(table) => codes().list(table, year),
        None => field.codes.clone(),
    };
    all.extend(from_tables(year, name, None));
    once(all)
}

fn tables() -> &'static [ValueTable] {
    static TABLES: LazyLock<Vec<ValueTable>> = LazyLock::new(|| {
        let columns = ["years", "field", "record_types", "values", "source", "certainty"];
        table::lines("rules/layouts/value-tables.tsv", &columns, read_table)
    });
    &TABLES
}

/// The codes of a test, or of all tests where none is named.
fn from_tables(year: u16, name: &str, record_type: Option<RecordType>) -> Vec<Code> {
    let rows = tables().iter().filter(|row| row.years.contains(year) && fits(row.field, name));
    let types = |row: &ValueTable| match record_type {
        Some(one) if row.record_types.is_empty() || row.record_types.contains(one) => vec![one],
        Some(_) => Vec::new(),
        None => RecordTypes::ALL.iter().collect(),
    };
    rows.flat_map(|row| types(row).into_iter().flat_map(|one| row.values.of(year, one)).collect::<Vec<_>>()).collect()
}

impl ValueRule {
    fn parse(text: &'static str) -> Option<Self> {
        match text {
            "see codes/condition-codes.tsv" => Some(Self::ConditionCodes),
            "every codes/condition-codes.tsv" => Some(Self::EveryConditionCode),
            "see codes/include-indicators.tsv" => Some(Self::IncludeIndicators),
            _ if text.contains("codes/") => None,
            _ => Some(Self::Printed(code_list(text))),
        }
    }

    fn of(&self, year: u16, record_type: RecordType) -> Vec<Code> {
        match self {
            Self::Printed(list) => list.clone(),
            Self::ConditionCodes => codes().condition_codes(year, record_type).collect(),
            Self::IncludeIndicators => codes().include_indicators(year, record_type).collect(),
            Self::EveryConditionCode => {
                codes().all_condition_codes().into_iter().map(|code| Code { code, label: "" }).collect()
            }
        }
    }
}

fn read_accepted(row: &TableRow<'static>) -> Result<Accepted, TableError> {
    Ok(Accepted {
        years: row.years()?,
        field: row.get("field")?,
        value: row.get("value")?,
        source: row.get("source")?,
        certainty: certainty(row)?,
    })
}

fn read_table(row: &TableRow<'static>) -> Result<ValueTable, TableError> {
    let values = ValueRule::parse(row.get("values")?);
    Ok(ValueTable {
        years: row.years()?,
        field: row.get("field")?,
        record_types: record_types(row, "record_types")?,
        values: values.ok_or_else(|| row.error("`values` names no table of codes".to_owned()))?,
    })
}

/// Whether a field name fits a pattern in which one `*` stands for any characters.
fn fits(pattern: &str, name: &str) -> bool {
    match pattern.split_once('*') {
        None => pattern == name,
        Some((start, end)) => name.len() >= start.len() + end.len() && name.starts_with(start) && name.ends_with(end),
    }
}

/// The first of each code, in order.
fn once(mut list: Vec<Code>) -> Vec<Code> {
    let mut seen = HashSet::with_capacity(list.len());
    list.retain(|code| seen.insert(code.code));
    list
}
