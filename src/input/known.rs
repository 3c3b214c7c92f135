//! The header names of every layout year: what a file's columns are looked up in.

use std::sync::{LazyLock, OnceLock};

use rustc_hash::FxHashMap;

use crate::layout::{Field, FieldId, Layout, plain_name, registry};
use crate::table;

/// Whether a plain name is that of a filler: `blank`, `blank12`. Fillers are numbered by order, so
/// the number says nothing about the field.
pub fn is_filler(plain: &str) -> bool {
    let digits = plain.strip_prefix("blank").or_else(|| plain.strip_prefix("filler"));
    digits.is_some_and(|rest| rest.bytes().all(|byte| byte.is_ascii_digit()))
}

/// The headings of all years.
pub struct KnownHeadings {
    /// The years, oldest first.
    pub years: Vec<u16>,
    /// How many named columns each year has.
    pub counts: Vec<usize>,
    /// Plain names with the fields they stand for, by year.
    names: FxHashMap<String, Vec<(u16, FieldId)>>,
}

/// The one index of headings.
pub fn headings() -> &'static KnownHeadings {
    static HEADINGS: LazyLock<KnownHeadings> = LazyLock::new(KnownHeadings::read);
    &HEADINGS
}

impl KnownHeadings {
    fn read() -> Self {
        let years: Vec<u16> = registry().years().collect();
        let mut counts = vec![0; years.len()];
        // Most headings are the same in many years.
        let mut written: FxHashMap<&str, Vec<(u16, FieldId)>> = FxHashMap::default();
        for (count, year) in counts.iter_mut().zip(&years) {
            for (heading, id) in registry().headings(*year) {
                written.entry(heading).or_default().push((*year, id));
                *count += 1;
            }
        }
        let mut names: FxHashMap<String, Vec<(u16, FieldId)>> = FxHashMap::default();
        for (heading, places) in written {
            names.entry(plain_name(heading)).or_default().extend(places);
        }
        Self { years, counts, names }
    }

    /// The years that have a heading, with the field it stands for.
    pub fn get(&self, plain: &str) -> &[(u16, FieldId)] {
        self.names.get(plain).map_or(&[], Vec::as_slice)
    }
}

/// What a heading of a year stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HeadingMeaning {
    /// The field.
    pub id: FieldId,
    /// Its layout number; `None` for fields that only one variant of the header names.
    pub number: Option<u16>,
}

/// The headings of one year.
pub struct YearHeadings {
    /// The layout.
    pub layout: &'static Layout,
    names: FxHashMap<String, HeadingMeaning>,
}

impl YearHeadings {
    /// What a plain name stands for in this year.
    pub fn get(&self, plain: &str) -> Option<HeadingMeaning> {
        self.names.get(plain).copied()
    }

    /// The layout row of a field number.
    pub fn field(&self, number: u16) -> Option<&'static Field> {
        let guess = self.layout.fields.get(usize::from(number).checked_sub(1)?);
        guess.filter(|field| field.number == number).or_else(|| {
            // Rows that stand for several numbers move those after them.
            self.layout.fields.iter().find(|field| field.number == number)
        })
    }

    /// The number of columns of a delimited file of the year.
    pub fn columns(&self) -> u16 {
        self.layout.fields.last().map_or(0, |field| field.number)
    }

    fn new(layout: &'static Layout) -> Self {
        let mut names = FxHashMap::default();
        let fields = || layout.fields.iter().filter_map(|field| Some((field, field.id?)));
        for (field, id) in fields() {
            names.insert(plain_name(field.label()), HeadingMeaning { id, number: Some(field.number) });
        }
        for (name, places) in &headings().names {
            if let Some((_, id)) = places.iter().find(|(year, _)| *year == layout.year()) {
                let number = layout.field(*id).map(|field| field.number);
                names.entry(name.clone()).or_insert(HeadingMeaning { id: *id, number });
            }
        }
        // Printed names come last: some are misprints that repeat the name of another column.
        for (field, id) in fields() {
            names.entry(plain_name(field.name)).or_insert(HeadingMeaning { id, number: Some(field.number) });
        }
        Self { layout, names }
    }
}

/// The headings of a year; `None` for a year without a layout.
pub fn known(year: u16) -> Option<&'static YearHeadings> {
    static CACHE: LazyLock<Vec<(u16, OnceLock<YearHeadings>)>> =
        LazyLock::new(|| registry().years().chain(registry().years_ahead()).map(|year| (year, OnceLock::new())).collect());
    let (_, cell) = CACHE.iter().find(|(one, _)| *one == year)?;
    let layout = registry().layout(year)?;
    Some(cell.get_or_init(|| YearHeadings::new(layout)))
}

/// Reads the tables that every file needs, and those of the newest year, which most files are of:
/// to be called while other work is done.
pub fn warm_up() {
    headings();
    if let Some(newest) = registry().years().next_back() {
        known(newest);
    }
}

/// The fields without which nothing can be counted.
pub fn required_fields() -> impl Iterator<Item = FieldId> {
    table::lines("rules/layouts/required-columns.tsv", &["id"], |row| registry().named(row, "id")).into_iter()
}

/// The years with fixed-width files and the lengths of their records.
pub fn record_lengths() -> impl Iterator<Item = (u16, Vec<usize>)> {
    let infos = registry().years().filter_map(|year| registry().year_info(year));
    infos.filter(|info| !info.record_lengths.is_empty()).map(|info| {
        let lengths = info.record_lengths.iter().filter_map(|length| usize::try_from(*length).ok());
        (info.year, lengths.collect())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_compare_without_case_spaces_and_dashes() {
        assert_eq!(plain_name("Standard Error Measurement—SEM"), plain_name("standard_error-measurement SEM"));
        assert_eq!(plain_name("Final Tested School NPS Flag"), plain_name("FinalTestedSchoolNPSFlag"));
    }

    #[test]
    fn only_numbered_blanks_are_fillers() {
        assert!(is_filler("blank") && is_filler("blank12"));
        assert!(!is_filler("blankpage") && !is_filler("ssid"));
    }

    #[test]
    fn a_field_named_by_one_variant_only_is_known() {
        let place = known(2018).unwrap().get("castpercentofpointsearned").unwrap();
        assert_eq!((registry().info(place.id).name, place.number), ("cast_percent_of_points", None));
    }
}
