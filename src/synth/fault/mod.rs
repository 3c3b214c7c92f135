//! Planted faults: which there are (`rules/synth/faults.tsv`), how they get into a file, and the
//! account of what was planted.

mod damage;
mod plant;
mod table;
mod text;

pub(super) use damage::Damage;
pub(super) use plant::{LineEffect, PlantedRecord, Planter};
pub(super) use table::FaultTarget;
pub use table::{Fault, FaultOrder, UnknownFault, faults, parse_order};
pub(super) use text::{Assignment, Condition, TemplateContext};

/// One planted fault, a line of the side file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Planted {
    /// The line it stands on, 1-based (1 = header, where there is one); 1 for a fault of the file or
    /// of the entity list.
    pub line: u64,
    /// The code of the rule it breaks.
    pub rule: &'static str,
    /// The kind, by name.
    pub kind: &'static str,
    /// The field that is wrong; empty for faults of lines and files.
    pub field: &'static str,
    /// The header name of its column; empty like `field`.
    pub column: String,
    /// The record type as it was before the fault; empty for faults of files.
    pub record_type: String,
    /// How many cells are wrong.
    pub count: u64,
    /// Rules that may break on the same line as a consequence, joined by `|`; `*` for any.
    pub also: &'static str,
}

/// The side file: what was planted, as a table.
pub fn side_file(planted: &[Planted]) -> String {
    let mut text = "line\trule\tkind\tfield\tcolumn\trecord_type\tcount\talso\n".to_owned();
    for one in planted {
        let Planted { line, rule, kind, field, column, record_type, count, also } = one;
        text.push_str(&format!("{line}\t{rule}\t{kind}\t{field}\t{column}\t{record_type}\t{count}\t{also}\n"));
    }
    text
}
