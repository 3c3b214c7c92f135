//! Reads the layout tables, each year when it is first asked for.

use std::sync::{LazyLock, OnceLock};

use rustc_hash::FxHashMap;

use super::model::{
    BlankRule, Certainty, Code, Field, FieldId, FieldInfo, FieldKind, Layout, RecordTypes, Sensitivity, YearInfo,
};
use crate::knowledge;
use crate::table::{self, TableRow, Table, TableError};
use crate::years::Years;

const CANONICAL: &str = "rules/layouts/canonical-fields.tsv";
const YEARS: &str = "rules/layouts/years.tsv";
const VARIANTS: &str = "rules/layouts/variant-headings.tsv";

/// The columns of the layout of a year, `rules/layouts/2025.tsv`.
const FIELD_COLUMNS: [&str; 16] = [
    "field",
    "id",
    "start",
    "end",
    "length",
    "name",
    "column",
    "section",
    "type",
    "format",
    "blank_ok",
    "values",
    "applies_to",
    "source",
    "notes",
    "provenance",
];

/// All layouts and canonical fields.
pub struct Registry {
    fields: Vec<FieldInfo>,
    by_name: FxHashMap<&'static str, FieldId>,
    years: Vec<RegisteredYear>,
    /// Years after the newest, read by its layout.
    ahead: Vec<RegisteredYear>,
    variants: Vec<(Years, &'static str, FieldId)>,
}

/// A year with a layout, which is read when it is first asked for.
struct RegisteredYear {
    info: YearInfo,
    /// The text of its table.
    table: Table<'static>,
    layout: OnceLock<Option<Layout>>,
}

/// How many years after the newest can be read by its layout: a file of a later one is more likely damaged.
const AHEAD: u16 = 3;

impl RegisteredYear {
    /// A later year whose layout is not known.
    fn ahead(&self, more: u16) -> Self {
        let base = self.info.year;
        let info = YearInfo {
            year: base + more,
            base: Some(base),
            record_lengths: Vec::new(),
            narrow_field: None,
            certainty: Certainty::Unknown,
            values_carried: true,
            ..self.info.clone()
        };
        Self { info, table: self.table.clone(), layout: OnceLock::new() }
    }
}

/// The one registry of the program.
pub fn registry() -> &'static Registry {
    static REGISTRY: LazyLock<Registry> = LazyLock::new(Registry::read);
    &REGISTRY
}

impl Registry {
    fn read() -> Self {
        let columns = ["id", "title", "section", "kind", "sensitivity"];
        let fields: Vec<FieldInfo> = table::lines(CANONICAL, &columns, field_info).into_iter().flatten().collect();
        let by_name = (0..).zip(&fields).map(|(place, field)| (field.name, FieldId(place))).collect();
        let columns =
            ["year", "record_lengths", "narrow_field", "certainty", "values_carried", "codes_from", "source", "notes"];
        let years: Vec<RegisteredYear> = table::lines(YEARS, &columns, year);
        // A layout file can be of a year that is not the next.
        let gaps = years.windows(2).flat_map(|pair| {
            let between = pair[0].info.year + 1..pair[1].info.year;
            between.map(|year| pair[0].ahead(year - pair[0].info.year))
        });
        let after = years.iter().next_back().into_iter().flat_map(|newest| (1..=AHEAD).map(|more| newest.ahead(more)));
        let ahead = gaps.chain(after).collect();
        let mut registry = Self { fields, by_name, years, ahead, variants: Vec::new() };
        registry.variants = table::lines(VARIANTS, &["years", "field", "heading", "source"], |row| {
            Ok((row.years()?, row.get("heading")?, registry.named(row, "field")?))
        });
        registry
    }

    /// The years with a layout, ascending.
    pub fn years(&self) -> impl DoubleEndedIterator<Item = u16> + '_ {
        self.years.iter().map(|year| year.info.year)
    }

    /// The years after the newest with a layout, which are read by its layout until their own is known.
    pub fn years_ahead(&self) -> impl Iterator<Item = u16> + '_ {
        self.ahead.iter().map(|year| year.info.year)
    }

    /// The year whose layout stands for that of a year, where its own is not known.
    pub fn base(&self, year: u16) -> Option<u16> {
        self.year_info(year).and_then(|info| info.base)
    }

    /// The year as a title says it: `2025`, or `2026, by the layout of 2025` where its own layout is not known.
    pub fn title(&self, year: u16) -> String {
        self.base(year).map_or_else(|| year.to_string(), |base| format!("{year}, by the layout of {base}"))
    }

    /// What has to be said of results of a year whose own layout is not known; `None` for any other.
    pub fn notice(&self, year: u16) -> Option<String> {
        let base = self.base(year)?;
        Some(format!("the layout of {year} is not known: the files are read by that of {base}, and counted by its rules"))
    }

    /// The layout of a year, `None` for a year without one. For one of the [`Self::years_ahead`] it is that of
    /// the newest year, with [`YearInfo::base`] set.
    pub fn layout(&self, year: u16) -> Option<&Layout> {
        let year = self.year(year)?;
        let read = || self.read_layout(year).map_err(table::keep).ok();
        year.layout.get_or_init(read).as_ref()
    }

    /// What is known of a year with a layout as a whole, without reading the layout.
    pub fn year_info(&self, year: u16) -> Option<&YearInfo> {
        self.year(year).map(|year| &year.info)
    }

    fn year(&self, year: u16) -> Option<&RegisteredYear> {
        self.years.iter().chain(&self.ahead).find(|one| one.info.year == year)
    }

    /// The headings of a year with the fields they stand for, without reading the layout as a whole:
    /// those of its columns, then those that only some variants of its header have.
    pub fn headings(&self, year: u16) -> Vec<(&'static str, FieldId)> {
        let Some(known) = self.year(year) else {
            return Vec::new();
        };
        let heading = |row: &TableRow<'static>| {
            if row.get("field")? == GONE {
                return Ok(None);
            }
            let column = row.get("column")?;
            let heading = if column.is_empty() { row.get("name")? } else { column };
            Ok(self.id(row.get("id")?).map(|id| (heading, id)))
        };
        let own = known.table.read(heading).unwrap_or_else(|error| {
            table::keep(error);
            Vec::new()
        });
        let variants = self.variants.iter().filter(|(years, ..)| years.contains(year));
        own.into_iter().flatten().chain(variants.map(|(_, heading, id)| (*heading, *id))).collect()
    }

    /// All layouts, oldest first.
    pub fn layouts(&self) -> impl DoubleEndedIterator<Item = &Layout> + '_ {
        self.years().filter_map(|year| self.layout(year))
    }

    /// The canonical field that a cell of a table names.
    ///
    /// # Errors
    /// When there is no such field.
    pub fn named(&self, row: &TableRow<'_>, column: &str) -> Result<FieldId, TableError> {
        let name = row.get(column)?;
        self.id(name).ok_or_else(|| row.error(format!("`{column}` is `{name}`, which is no field of {CANONICAL}")))
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

    fn read_layout(&self, year: &RegisteredYear) -> Result<Layout, TableError> {
        let all: Vec<Field> = year.table.read(|row| self.read_field(row))?;
        let (gone, fields): (Vec<Field>, Vec<Field>) = all.into_iter().partition(|field| field.number == 0);
        let mut places = vec![None; self.fields.len()];
        for (place, field) in (0..).zip(fields.iter().chain(&gone)) {
            if let Some(id) = field.id {
                places[id.index()] = Some(place);
            }
        }
        Ok(Layout { info: year.info.clone(), fields, gone, places })
    }

    fn read_field(&self, row: &TableRow<'static>) -> Result<Field, TableError> {
        let values = row.get("values")?;
        let code_table = values.strip_prefix("see codes/").map(|file| file.trim_end_matches(".tsv"));
        // A row of several fillers (`330-332` in 2020) goes by its first.
        let number = row.get("field")?;
        let first = if number == GONE { Some(0) } else { number.split('-').next().and_then(|first| first.parse().ok()) };
        Ok(Field {
            number: first.ok_or_else(|| row.error(format!("`field` is `{number}`, which is no number")))?,
            id: if row.get("id")? == FILLER { None } else { Some(self.named(row, "id")?) },
            span: row.optional("start")?.zip(row.optional("end")?),
            length: row.optional("length")?,
            name: row.get("name")?,
            column: row.get("column")?,
            section: row.get("section")?,
            kind: row.word("type", &KINDS)?,
            format: row.get("format")?,
            blank: row.word("blank_ok", &BLANK_RULES)?,
            codes: if code_table.is_some() { Vec::new() } else { code_list(values) },
            code_table,
            applies_to: record_types(row, "applies_to")?,
            source: row.get("source")?,
            notes: row.get("notes")?,
            provenance: row.get("provenance")?,
        })
    }
}

/// Stands for the number of a field that the year before had.
const GONE: &str = "-";

/// The id of columns that are always blank.
const FILLER: &str = "filler";

const KINDS: [(&str, FieldKind); 8] = [
    ("text", FieldKind::Text),
    ("code", FieldKind::Code),
    ("digits", FieldKind::Digits),
    ("date", FieldKind::Date),
    ("integer", FieldKind::Integer),
    ("yesno", FieldKind::YesNo),
    ("yn", FieldKind::Yn),
    ("blank", FieldKind::Blank),
];

const BLANK_RULES: [(&str, BlankRule); 3] =
    [("yes", BlankRule::Allowed), ("no", BlankRule::Forbidden), ("unstated", BlankRule::Unstated)];

const SENSITIVITIES: [(&str, Sensitivity); 4] = [
    ("public", Sensitivity::Public),
    ("student-data", Sensitivity::StudentData),
    ("quasi-identifier", Sensitivity::QuasiIdentifier),
    ("direct-identifier", Sensitivity::DirectIdentifier),
];

/// A canonical field; `None` for the row of the fillers.
fn field_info(row: &TableRow<'static>) -> Result<Option<FieldInfo>, TableError> {
    let name = row.get("id")?;
    if name == FILLER {
        return Ok(None);
    }
    Ok(Some(FieldInfo {
        name,
        title: row.get("title")?,
        section: row.get("section")?,
        kind: row.get("kind")?,
        sensitivity: row.word("sensitivity", &SENSITIVITIES)?,
    }))
}

fn year(row: &TableRow<'static>) -> Result<RegisteredYear, TableError> {
    let info = YearInfo {
        year: row.number("year")?,
        base: None,
        record_lengths: row.numbers("record_lengths")?,
        narrow_field: row.optional("narrow_field")?,
        certainty: certainty(row)?,
        values_carried: row.yes("values_carried")?,
        codes_from: row.number("codes_from")?,
        source: row.get("source")?,
        notes: row.get("notes")?,
    };
    let path = format!("rules/layouts/{}.tsv", info.year);
    let found = knowledge::path(&path).zip(knowledge::text(&path));
    let (path, text) = found.ok_or_else(|| row.error(format!("there is no table {path}")))?;
    Ok(RegisteredYear { info, table: Table::new(path, text).with_columns(&FIELD_COLUMNS)?, layout: OnceLock::new() })
}

pub(super) fn code_list(values: &'static str) -> Vec<Code> {
    let parts = values.split('|').filter(|part| !part.is_empty());
    parts
        .map(|part| part.split_once('=').map_or(Code { code: part, label: "" }, |(code, label)| Code { code, label }))
        .collect()
}

/// The certainty in the column of that name.
pub(crate) fn certainty(row: &TableRow<'_>) -> Result<Certainty, TableError> {
    let words = [Certainty::Documented, Certainty::Inferred, Certainty::Unknown].map(|one| (one.as_str(), one));
    row.word("certainty", &words)
}

/// The record types in a cell, `01|02`.
pub(crate) fn record_types(row: &TableRow<'_>, column: &str) -> Result<RecordTypes, TableError> {
    let types: Vec<u8> = row.numbers(column)?;
    match types.iter().find(|one| **one > 15) {
        Some(one) => Err(row.error(format!("`{column}` has `{one}`, which is no record type"))),
        None => Ok(RecordTypes(types.iter().fold(0, |set, one| set | 1 << one))),
    }
}
