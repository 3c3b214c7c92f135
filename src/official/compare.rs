//! One cell in several files: the same figures are fine, different ones are reported with both files.

use std::collections::BTreeMap;

use super::model::{Measure, OfficialFile, RowKey};
use super::value::OfficialValue;

/// A figure that two files (or two rows of one file) have differently.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Disagreement {
    /// What it is about.
    pub key: RowKey,
    /// Which figure.
    pub measure: Measure,
    /// The file, by its place, with the line and the figure: the one that came first.
    pub first: (usize, u64, OfficialValue),
    /// The same of the one that came later.
    pub second: (usize, u64, OfficialValue),
}

/// All figures of the same cell, year and program that contradict each other: no number fits both.
/// Figures that one of the files does not have are not compared.
pub fn disagreements(files: &[OfficialFile]) -> Vec<Disagreement> {
    let mut seen: BTreeMap<(u16, RowKey), (usize, usize)> = BTreeMap::new();
    let mut found = Vec::new();
    for (file, one) in files.iter().enumerate() {
        for (place, row) in one.rows.iter().enumerate() {
            let before = *seen.entry((one.year, row.key())).or_insert((file, place));
            if before == (file, place) {
                continue;
            }
            let Some(first) = files.get(before.0).and_then(|file| file.rows.get(before.1)) else { continue };
            let differing = Measure::ALL.into_iter().filter_map(|measure| {
                let (old, new) = (first.values.get(measure), row.values.get(measure));
                let figures = ((before.0, first.line, old), (file, row.line, new));
                old.contradicts(&new).then_some(Disagreement {
                    key: row.key(),
                    measure,
                    first: figures.0,
                    second: figures.1,
                })
            });
            found.extend(differing);
        }
    }
    found
}
