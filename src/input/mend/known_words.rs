//! The words that stand for blank cells, and the words that are written in place of codes, from their tables.

use std::sync::LazyLock;

use rustc_hash::FxHashMap;

use crate::layout::{FieldId, FieldKind, Layout, registry, value_set};
use crate::table::Table;

/// The word for a blank cell that a text is, in the spelling of the table.
pub(super) fn null_word(text: &str) -> Option<&'static str> {
    static WORDS: LazyLock<Vec<&str>> = LazyLock::new(|| {
        Table::new(include_str!("../../../rules/layouts/null-words.tsv")).rows().map(|row| row.get("word")).collect()
    });
    WORDS.iter().find(|word| word.eq_ignore_ascii_case(text)).copied()
}

/// The codes of a field by the words that may stand in their place, in small letters.
pub(super) fn labels(layout: &Layout, id: FieldId) -> FxHashMap<String, &'static str> {
    let mut labels: FxHashMap<String, Option<&'static str>> = FxHashMap::default();
    let mut add = |label: &str, code: &'static str| {
        let known = labels.entry(label.to_lowercase()).or_insert(Some(code));
        // A label of two codes says neither.
        *known = known.filter(|one| *one == code);
    };
    let name = registry().info(id).name;
    let set = value_set(layout, id, None);
    let listed = set.iter().flat_map(|set| &set.listed);
    listed.filter(|code| code.label.len() > 1).for_each(|code| add(code.label, code.code));
    for row in Table::new(include_str!("../../../rules/layouts/labels.tsv")).rows() {
        let is_code = || set.as_ref().is_some_and(|set| set.contains(row.get("code")));
        if row.get("field") == name && is_code() {
            add(row.get("label"), row.get("code"));
        }
    }
    match layout.field(id).map(|field| field.kind) {
        Some(FieldKind::YesNo) => [("true", "Yes"), ("false", "No"), ("y", "Yes"), ("n", "No")]
            .into_iter()
            .for_each(|(word, code)| add(word, code)),
        Some(FieldKind::Yn) => [("true", "Y"), ("false", "N"), ("yes", "Y"), ("no", "N")]
            .into_iter()
            .for_each(|(word, code)| add(word, code)),
        _ => {}
    }
    labels.into_iter().filter_map(|(label, code)| Some((label, code?))).collect()
}
