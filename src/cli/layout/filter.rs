//! Chooses the fields of a layout by their section and by what they mention.

use crate::layout::{FieldId, Layout, plain_name, registry, value_set};

/// Which fields are wanted: all that hold both texts.
pub struct FieldFilter {
    section: Option<String>,
    find: Option<String>,
}

fn folded(text: &str) -> String {
    text.to_lowercase()
}

impl FieldFilter {
    /// A filter by section and by what a field mentions, in any case of letters.
    pub(super) fn new(section: Option<&str>, find: Option<&str>) -> Self {
        Self { section: section.map(folded), find: find.map(folded) }
    }

    /// Whether it lets all fields through.
    pub(super) fn is_open(&self) -> bool {
        self.section.is_none() && self.find.is_none()
    }

    /// Whether a field of a layout fits it.
    pub(super) fn wants(&self, layout: &Layout, id: FieldId) -> bool {
        let Some(field) = layout.field(id) else { return false };
        let info = registry().info(id);
        let in_section = |text: &str| [info.section, field.section].iter().any(|one| folded(one).contains(text));
        self.section.as_deref().is_none_or(in_section)
            && self.find.as_deref().is_none_or(|text| mentions(layout, id, text))
    }
}

fn mentions(layout: &Layout, id: FieldId, text: &str) -> bool {
    let (Some(field), info) = (layout.field(id), registry().info(id)) else { return false };
    let plain = plain_name(text);
    let in_name = |name: &str| !plain.is_empty() && plain_name(name).contains(&plain);
    let in_text = |one: &str| folded(one).contains(text);
    [info.name, info.title, field.column, field.name].into_iter().any(in_name)
        || in_text(field.notes)
        || value_set(layout, id, None)
            .is_some_and(|set| set.iter().any(|code| in_text(code.code) || in_text(code.label)))
}
