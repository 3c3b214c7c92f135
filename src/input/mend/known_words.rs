//! The words that stand for blank cells, and the words that are written in place of codes, from their tables.

use std::sync::LazyLock;

use rustc_hash::FxHashMap;

use crate::layout::{FieldId, FieldKind, Layout, carried, registry, value_set};
use crate::table;

/// The word for a blank cell that a text is, in the spelling of the table.
pub(super) fn null_word(text: &str) -> Option<&'static str> {
    static WORDS: LazyLock<Vec<&str>> = LazyLock::new(|| {
        table::lines("rules/layouts/null-words.tsv", &["word", "source"], |row| row.get("word"))
    });
    WORDS.iter().find(|word| word.eq_ignore_ascii_case(text)).copied()
}

/// Words that people and programs write in place of codes: field, word and code.
fn further_labels() -> &'static [(&'static str, &'static str, &'static str)] {
    static LABELS: LazyLock<Vec<(&str, &str, &str)>> = LazyLock::new(|| {
        table::lines("rules/layouts/labels.tsv", &["field", "label", "code", "source"], |row| {
            Ok((row.get("field")?, row.get("label")?, row.get("code")?))
        })
    });
    &LABELS
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
    for (_, label, code) in further_labels().iter().filter(|(field, ..)| *field == name) {
        if set.as_ref().is_some_and(|set| set.contains(code)) {
            add(label, code);
        }
    }
    // Names of levels that are known before the layout of the year is.
    if name == "achievement_level" && layout.info.base.is_some() {
        let files = carried().iter().filter(|file| *file.year.get_ref() == layout.year());
        for (_, place, label) in files.flat_map(|file| file.level_names()) {
            if let Some(code) = set.iter().flat_map(|set| set.iter()).find(|code| code.code == place.to_string()) {
                add(label, code.code);
            }
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
