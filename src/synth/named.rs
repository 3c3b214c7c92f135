//! The columns that a field name of the tables stands for: one, each of a numbered family
//! (`claim_#_level`), or the last of a family that is filled (`opportunity_@_status`).

use super::record::{Col, MadeRecord};
use crate::layout::{Layout, registry};

/// Parts that a test can have.
const PARTS: [char; 4] = ['1', '2', '3', '4'];

/// Before 2021 the place of testing is the last of these, or the place of enrolment where a record
/// has none of testing.
const FINAL: &str = "final_tested_";
const PART: &str = "tested_";
const PART_SCHOOL: &str = "tested_school_code_#";
const ENROLLED: &str = "calpads_";

/// The columns of a name.
#[derive(Clone, Copy, Debug)]
pub(super) enum NamedColumns {
    /// One column.
    One(Col),
    /// Every filled one of a family.
    Each([Col; 4]),
    /// The one of a family that belongs to the last part; a part counts where its sign is filled,
    /// and `otherwise` where no sign is.
    Last { columns: [Col; 4], signs: [Col; 4], otherwise: Col },
}

impl NamedColumns {
    /// The columns of a name in a layout.
    pub(super) fn new(layout: &Layout, name: &str) -> Self {
        if name.contains('#') {
            return Self::Each(family(layout, name));
        }
        if name.contains('@') {
            let columns = family(layout, &name.replace('@', "#"));
            return Self::Last { columns, signs: columns, otherwise: Col::NONE };
        }
        let column = column_named(layout, name);
        match name.strip_prefix(FINAL).filter(|_| column == Col::NONE) {
            Some(rest) => Self::last_place(layout, rest),
            None => Self::One(column),
        }
    }

    /// The place of testing in a layout without the final one; 2017 has no nonpublic flag of it.
    fn last_place(layout: &Layout, what: &str) -> Self {
        let columns = family(layout, &format!("{PART}{what}_#"));
        let otherwise = column_named(layout, &format!("{ENROLLED}{}", what.replace("lea", "district")));
        if columns == [Col::NONE; 4] {
            return Self::One(otherwise);
        }
        Self::Last { columns, signs: family(layout, PART_SCHOOL), otherwise }
    }

    /// What stands there; nothing for a family as a whole.
    pub(super) fn get(self, record: &MadeRecord) -> &[u8] {
        record.get(self.column(record))
    }

    /// Writes a text there.
    pub(super) fn set(self, record: &mut MadeRecord, text: &[u8]) {
        if let Self::Each(columns) = self {
            for column in columns.into_iter().filter(|column| !record.is_blank(*column)).collect::<Vec<_>>() {
                record.set(column, text);
            }
            return;
        }
        record.set(self.column(record), text);
    }

    fn column(self, record: &MadeRecord) -> Col {
        match self {
            Self::One(column) => column,
            Self::Each(_) => Col::NONE,
            Self::Last { columns, signs, otherwise } => {
                let last = signs.iter().rposition(|sign| !record.is_blank(*sign));
                last.map_or(otherwise, |last| columns[last])
            }
        }
    }
}

fn family(layout: &Layout, name: &str) -> [Col; 4] {
    PARTS.map(|part| column_named(layout, &name.replace('#', &part.to_string())))
}

/// The column of a field in a layout, whatever it is used for there.
pub(super) fn column_named(layout: &Layout, name: &str) -> Col {
    let id = registry().id(name);
    let place = layout.fields.iter().position(|field| field.id.is_some() && field.id == id);
    place.map_or(Col::NONE, Col::at)
}
