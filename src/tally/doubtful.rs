//! Columns with cells that cannot be read: what of the counts is not known for that.

use std::collections::BTreeSet;

use crate::counting::CountingRules;
use crate::engine::fields::{Reads, Visitor};
use crate::input::{FileInfo, Meaning};
use crate::layout::{FieldId, registry};

/// What a count needs and cannot have.
pub(super) struct Doubtful {
    /// Fields that only student groups and levels are made of: what rests on them is left out.
    fields: BTreeSet<FieldId>,
    /// Each field that counts rest on, with the number of its cells that cannot be read, in words.
    pub(super) words: Vec<String>,
}

impl Doubtful {
    /// Of a file.
    pub(super) fn of(info: &FileInfo, counting: &CountingRules) -> Self {
        let Some(mends) = &info.mends else { return Self { fields: BTreeSet::new(), words: Vec::new() } };
        let (whole, parts) = (every_count(counting), some_counts(counting));
        let unreadable = || mends.unreadable().filter(|(field, _)| whole.contains(field) || parts.contains(field));
        let words = unreadable().map(|(field, cells)| {
            let title = registry().info(field).title;
            let cells = if cells == 1 { "1 cell".to_owned() } else { format!("{cells} cells") };
            format!("{title} cannot be read in {cells}, so that what rests on it is not known")
        });
        let fields = unreadable().map(|(field, _)| field).filter(|field| !whole.contains(field));
        Self { fields: fields.collect(), words: words.collect() }
    }

    /// The file without the columns that cannot be read.
    pub(super) fn seen(&self, info: &FileInfo) -> FileInfo {
        let mut seen = info.clone();
        for column in &mut seen.columns {
            if matches!(column.meaning, Meaning::Field(field) if self.fields.contains(&field)) {
                column.meaning = Meaning::Extra;
            }
        }
        seen
    }
}

/// Fields that decide where and whether a record counts.
fn every_count(counting: &CountingRules) -> BTreeSet<FieldId> {
    let mut reads = Reads::default();
    counting.classes.iter().for_each(|class| reads.expr(&class.condition));
    for place in &counting.places {
        reads.expr(&place.when);
        reads.text(&place.code);
    }
    let measures = &counting.measures;
    [&measures.record_type, &measures.grade, &measures.score].into_iter().for_each(|num| reads.num(num));
    reads.fields
}

/// Fields that student groups and levels are made of.
fn some_counts(counting: &CountingRules) -> BTreeSet<FieldId> {
    let mut reads = Reads::default();
    for group in &counting.groups {
        reads.expr(&group.condition);
        group.variants.iter().for_each(|variant| reads.expr(&variant.condition));
    }
    reads.num(&counting.measures.level);
    reads.fields
}
