//! Columns with cells that cannot be read: what of the counts is not known for that.

use std::collections::BTreeSet;

use crate::counting::CountingRules;
use crate::engine::fields::{Reads, Visitor};
use crate::input::{FileInfo, Meaning};
use crate::layout::{FieldId, registry};

/// What a count needs and cannot have.
#[derive(Default)]
pub(super) struct Doubtful {
    /// Fields that only student groups, levels and means are made of: what rests on them is left out.
    pub(super) fields: BTreeSet<FieldId>,
    /// Whether a field cannot be read that decides where and whether a record counts.
    pub(super) has_every: bool,
    /// Each field that counts rest on, with the number of its cells that cannot be read, in words.
    pub(super) words: Vec<String>,
}

impl Doubtful {
    /// Of a file.
    pub(super) fn of(info: &FileInfo, counting: &CountingRules) -> Self {
        let (every, some) = (every_count(counting), some_counts(counting));
        let mut doubtful = Self::default();
        for (field, cells) in info.mends.iter().flat_map(|mends| mends.unreadable()) {
            if !every.contains(&field) && !some.contains(&field) {
                continue;
            }
            let title = registry().info(field).title;
            let cells = if cells == 1 { "1 cell".to_owned() } else { format!("{cells} cells") };
            doubtful.words.push(format!("{title} cannot be read in {cells}, so that what rests on it is not known"));
            if every.contains(&field) {
                doubtful.has_every = true;
            } else {
                doubtful.fields.insert(field);
            }
        }
        let lacking = every.iter().chain(some.difference(&every)).filter(|field| info.column_of(**field).is_none());
        for field in lacking {
            let title = registry().info(*field).title;
            doubtful.words.push(format!("there is no column for {title}, so that what rests on it is not known"));
            doubtful.has_every |= every.contains(field);
        }
        doubtful
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
    [&measures.record_type, &measures.grade].into_iter().for_each(|num| reads.num(num));
    reads.fields
}

/// Fields that student groups, levels and means are made of.
fn some_counts(counting: &CountingRules) -> BTreeSet<FieldId> {
    let mut reads = Reads::default();
    for group in &counting.groups {
        reads.expr(&group.condition);
        group.variants.iter().for_each(|variant| reads.expr(&variant.condition));
    }
    reads.num(&counting.measures.level);
    reads.num(&counting.measures.score);
    reads.fields
}
