//! Reads the embedded layout tables, each year when it is first asked for.

use std::sync::{LazyLock, OnceLock};

use rustc_hash::FxHashMap;

use super::model::{
    BlankRule, Certainty, Code, Field, FieldId, FieldInfo, FieldKind, Layout, RecordTypes, Sensitivity, YearInfo,
};
use crate::table::Table;

const CANONICAL: &str = include_str!("../../rules/layouts/canonical-fields.tsv");
const YEARS: &str = include_str!("../../rules/layouts/years.tsv");
const LAYOUTS: [(u16, &str); 9] = [
    (2017, include_str!("../../rules/layouts/2017.tsv")),
    (2018, include_str!("../../rules/layouts/2018.tsv")),
    (2019, include_str!("../../rules/layouts/2019.tsv")),
    (2020, include_str!("../../rules/layouts/2020.tsv")),
    (2021, include_str!("../../rules/layouts/2021.tsv")),
    (2022, include_str!("../../rules/layouts/2022.tsv")),
    (2023, include_str!("../../rules/layouts/2023.tsv")),
    (2024, include_str!("../../rules/layouts/2024.tsv")),
    (2025, include_str!("../../rules/layouts/2025.tsv")),
];

/// All layouts and canonical fields.
pub struct Registry {
    fields: Vec<FieldInfo>,
    by_name: FxHashMap<&'static str, FieldId>,
    years: Vec<YearInfo>,
    layouts: [OnceLock<Layout>; LAYOUTS.len()],
}

/// The one registry of the program.
pub fn registry() -> &'static Registry {
    static REGISTRY: LazyLock<Registry> = LazyLock::new(Registry::read);
    &REGISTRY
}

impl Registry {
    fn read() -> Self {
        let fields: Vec<FieldInfo> = Table::new(CANONICAL)
            .rows()
            .filter(|row| row.get("id") != "filler")
            .map(|row| FieldInfo {
                name: row.get("id"),
                title: row.get("title"),
                section: row.get("section"),
                kind: row.get("kind"),
                sensitivity: sensitivity(row.get("sensitivity")),
            })
            .collect();
        let by_name = (0..).zip(&fields).map(|(place, field)| (field.name, FieldId(place))).collect();
        let years = Table::new(YEARS).rows().map(|row| year_info(&row)).collect();
        Self { fields, by_name, years, layouts: Default::default() }
    }

    /// The years with a layout, ascending.
    pub fn years(&self) -> impl DoubleEndedIterator<Item = u16> + '_ {
        LAYOUTS.iter().map(|(year, _)| *year)
    }

    /// The layout of a year, `None` for a year without one.
    pub fn layout(&self, year: u16) -> Option<&Layout> {
        let place = LAYOUTS.iter().position(|(one, _)| *one == year)?;
        Some(self.layouts[place].get_or_init(|| self.read_layout(year, LAYOUTS[place].1)))
    }

    /// What is known of a year with a layout as a whole, without reading the layout.
    pub fn year_info(&self, year: u16) -> Option<&YearInfo> {
        self.years.iter().find(|info| info.year == year)
    }

    /// All layouts, oldest first.
    pub fn layouts(&self) -> impl DoubleEndedIterator<Item = &Layout> + '_ {
        self.years().filter_map(|year| self.layout(year))
    }

    /// A canonical field by its name.
    pub fn id(&self, name: &str) -> Option<FieldId> {
        self.by_name.get(name).copied()
    }

    /// What is known of a canonical field.
    pub fn info(&self, id: FieldId) -> &FieldInfo {
        &self.fields[id.index()]
    }

    /// All canonical fields with their ids, in the order of the table.
    pub fn fields(&self) -> impl Iterator<Item = (FieldId, &FieldInfo)> + '_ {
        (0..).map(FieldId).zip(&self.fields)
    }

    fn read_layout(&self, year: u16, text: &'static str) -> Layout {
        let fields: Vec<Field> = Table::new(text).rows().map(|row| self.read_field(&row)).collect();
        let mut places = vec![None; self.fields.len()];
        for (place, field) in (0..).zip(&fields) {
            if let Some(id) = field.id {
                places[id.index()] = Some(place);
            }
        }
        let info = self.year_info(year).cloned();
        Layout { info: info.unwrap_or_else(|| unlisted_year(year)), fields, places }
    }

    fn read_field(&self, row: &crate::table::Row<'static>) -> Field {
        let number = |name: &str| row.get(name).parse::<u32>().ok();
        let values = row.get("values");
        let code_table = values.strip_prefix("see codes/").map(|file| file.trim_end_matches(".tsv"));
        Field {
            // A row of several fillers (`330-332` in 2020) goes by its first.
            number: row.get("field").split('-').next().and_then(|first| first.parse().ok()).unwrap_or_default(),
            id: self.id(row.get("id")),
            span: number("start").zip(number("end")),
            length: number("length"),
            name: row.get("name"),
            column: row.get("column"),
            section: row.get("section"),
            kind: kind(row.get("type")),
            format: row.get("format"),
            blank: blank_rule(row.get("blank_ok")),
            codes: if code_table.is_some() { Vec::new() } else { code_list(values) },
            code_table,
            applies_to: RecordTypes::parse(row.get("applies_to")),
            source: row.get("source"),
            notes: row.get("notes"),
            provenance: row.get("provenance"),
        }
    }
}

fn year_info(row: &crate::table::Row<'static>) -> YearInfo {
    YearInfo {
        year: row.get("year").parse().unwrap_or_default(),
        record_lengths: row.get("record_lengths").split('|').filter_map(|one| one.parse().ok()).collect(),
        certainty: certainty(row.get("certainty")),
        values_carried: row.get("values_carried") == "yes",
        source: row.get("source"),
        notes: row.get("notes"),
    }
}

fn unlisted_year(year: u16) -> YearInfo {
    YearInfo {
        year,
        record_lengths: Vec::new(),
        certainty: Certainty::Unknown,
        values_carried: true,
        source: "",
        notes: "",
    }
}

pub(super) fn code_list(values: &'static str) -> Vec<Code> {
    let parts = values.split('|').filter(|part| !part.is_empty());
    parts
        .map(|part| part.split_once('=').map_or(Code { code: part, label: "" }, |(code, label)| Code { code, label }))
        .collect()
}

fn sensitivity(word: &str) -> Sensitivity {
    match word {
        "public" => Sensitivity::Public,
        "student-data" => Sensitivity::StudentData,
        "quasi-identifier" => Sensitivity::QuasiIdentifier,
        // An unknown word must never unmask a value.
        _ => Sensitivity::DirectIdentifier,
    }
}

pub(super) fn certainty(word: &str) -> Certainty {
    match word {
        "documented" => Certainty::Documented,
        "inferred" => Certainty::Inferred,
        _ => Certainty::Unknown,
    }
}

fn blank_rule(word: &str) -> BlankRule {
    match word {
        "yes" => BlankRule::Allowed,
        "no" => BlankRule::Forbidden,
        _ => BlankRule::Unstated,
    }
}

fn kind(word: &str) -> FieldKind {
    match word {
        "code" => FieldKind::Code,
        "digits" => FieldKind::Digits,
        "date" => FieldKind::Date,
        "integer" => FieldKind::Integer,
        "yesno" => FieldKind::YesNo,
        "yn" => FieldKind::Yn,
        "blank" => FieldKind::Blank,
        _ => FieldKind::Text,
    }
}
