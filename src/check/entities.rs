//! The columns that name the school or LEA of a record (`rules/layouts/entity-columns.tsv`), the most specific first.

use std::sync::LazyLock;

use crate::layout::{FieldId, registry};
use crate::table;

/// The school a record counts for: the first filled one of these fields.
pub(crate) fn school_fields() -> &'static [FieldId] {
    static SCHOOLS: LazyLock<Vec<FieldId>> = LazyLock::new(|| fields(|entity| entity == "school"));
    &SCHOOLS
}

/// Whether a field names a school or an LEA, which says nothing about one student.
pub(crate) fn names_entity(field: FieldId) -> bool {
    static ALL: LazyLock<Vec<FieldId>> = LazyLock::new(|| fields(|_| true));
    ALL.contains(&field)
}

fn fields(is_wanted: fn(&str) -> bool) -> Vec<FieldId> {
    let rows = table::lines("rules/layouts/entity-columns.tsv", &["field", "entity"], |row| {
        Ok((registry().named(row, "field")?, row.get("entity")?))
    });
    rows.into_iter().filter(|(_, entity)| is_wanted(entity)).map(|(field, _)| field).collect()
}
