//! Which codes a field may hold in a year: the layout row, the reference tables and the codes
//! that are accepted besides them.

use crate::layout::{Field, FieldId, FieldKind, Layout, RecordType, codes, registry};

use super::read::{self, CodeSource};

/// The codes of a field in one year.
pub(super) enum ValueSet {
    /// The same for every test.
    One(Vec<String>),
    /// One list for each test.
    ByTest(Vec<(RecordType, Vec<String>)>),
}

impl ValueSet {
    /// The codes of every test together.
    pub fn all(&self) -> Vec<String> {
        match self {
            Self::One(codes) => codes.clone(),
            Self::ByTest(tests) => {
                let mut all: Vec<String> = tests.iter().flat_map(|(_, codes)| codes.clone()).collect();
                all.sort_unstable();
                all.dedup();
                all
            }
        }
    }
}

/// The codes a field may hold in the layout's year; `None` where the year has no list for it.
pub(super) fn value_set(layout: &Layout, id: FieldId) -> Option<ValueSet> {
    let field = layout.field(id)?;
    let row = row_codes(layout.year(), field);
    match read::reading(id).codes {
        CodeSource::Row => Some(row).filter(|row| !row.is_empty()).map(ValueSet::One),
        CodeSource::ConditionCodes => Some(by_test(layout.year(), &row, condition_codes)),
        CodeSource::IncludeIndicators => Some(by_test(layout.year(), &row, include_indicators)),
        CodeSource::PastConditionCodes => Some(ValueSet::One(owned(codes().all_condition_codes()))),
    }
}

fn row_codes(year: u16, field: &Field) -> Vec<String> {
    let mut list: Vec<String> = match field.code_table {
        Some(table) => codes().list(table, year).into_iter().map(|code| code.code.to_owned()).collect(),
        None => field.codes.iter().map(|code| code.code.to_owned()).collect(),
    };
    if list.is_empty() {
        list = owned(match field.kind {
            FieldKind::YesNo => vec!["Yes", "No"],
            FieldKind::Yn => vec!["Y", "N"],
            _ => Vec::new(),
        });
    }
    list.extend(field.id.into_iter().flat_map(|id| accepted(id, year)));
    list
}

/// Codes seen in real files that are legitimate although the layout does not print them.
fn accepted(_field: FieldId, _year: u16) -> Vec<String> {
    Vec::new()
}

fn by_test(year: u16, row: &[String], table: fn(u16, RecordType) -> Vec<String>) -> ValueSet {
    let tests = record_types(year).into_iter().map(|test| {
        let codes = table(year, test);
        // A test without a list of its own may carry whatever the row allows.
        (test, if codes.is_empty() { row.to_vec() } else { codes })
    });
    ValueSet::ByTest(tests.collect())
}

fn condition_codes(year: u16, test: RecordType) -> Vec<String> {
    codes().condition_codes(year, test).map(|code| code.code.to_owned()).collect()
}

fn include_indicators(year: u16, test: RecordType) -> Vec<String> {
    codes().include_indicators(year, test).map(|code| code.code.to_owned()).collect()
}

/// The tests of a year.
pub(super) fn record_types(year: u16) -> Vec<RecordType> {
    codes().record_types(year).filter_map(|code| code.code.parse().ok().map(RecordType)).collect()
}

fn owned(codes: Vec<&str>) -> Vec<String> {
    codes.into_iter().map(str::to_owned).collect()
}

/// The codes a field may hold in any of the years; `None` where one of the years that have the
/// field gives no list, so that nothing can be said against a code.
pub(super) fn codes_of_years(id: FieldId, years: &[u16]) -> Option<Vec<String>> {
    let mut all = Vec::new();
    for layout in years.iter().filter_map(|year| registry().layout(*year)) {
        let Some(field) = layout.field(id) else {
            continue;
        };
        all.extend(value_set(layout, id)?.all());
        all.extend(row_codes(layout.year(), field));
    }
    all.sort_unstable();
    all.dedup();
    (!all.is_empty()).then_some(all)
}
