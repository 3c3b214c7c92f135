//! What a layout is made of: fields with positions, types and codes, and the canonical names
//! that tie the columns of different years together.

use std::fmt;

use serde::Deserialize;

/// A canonical field, by its place in `rules/layouts/canonical-fields.tsv`.
///
/// The same id means the same fact in every year, whatever the column is called there.
/// Filler columns have no id.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FieldId(pub u16);

impl FieldId {
    /// The position in tables that have one entry a canonical field.
    pub fn index(self) -> usize {
        usize::from(self.0)
    }
}

/// How much a value says about a student; decides what is masked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Sensitivity {
    /// Says nothing about a student: record type, end mark, test mode.
    Public,
    /// A fact about a student's test or programme.
    StudentData,
    /// Narrows down who it is: grade, school, dates, demographics.
    QuasiIdentifier,
    /// Names a student: identifiers, names, birth date, system numbers.
    DirectIdentifier,
}

/// One canonical field, a row of `canonical-fields.tsv`.
#[derive(Clone, Debug)]
pub struct FieldInfo {
    /// The stable name used in rules, for example `include_indicator`.
    pub name: &'static str,
    /// The name for people, for example `Include indicator`.
    pub title: &'static str,
    /// The block of the layout it belongs to.
    pub section: &'static str,
    /// The table's own grouping (`score`, `accommodation`, `history` …).
    pub kind: &'static str,
    /// What may be shown.
    pub sensitivity: Sensitivity,
}

/// The type of a column, as the layout tables give it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum FieldKind {
    /// Free text: names.
    Text,
    /// A code out of a list.
    Code,
    /// Digits that are a name, not a number: SSID, school codes.
    Digits,
    /// A calendar day, `YYYY-MM-DD`.
    Date,
    /// A whole number; `NS` (no score) is allowed where the format says so.
    Integer,
    /// `Yes` or `No`.
    YesNo,
    /// `Y` or `N`.
    Yn,
    /// Always blank: fillers, and named fields not used in that year.
    Blank,
}

impl FieldKind {
    /// The word used in the layout tables, in rules and in output.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Code => "code",
            Self::Digits => "digits",
            Self::Date => "date",
            Self::Integer => "integer",
            Self::YesNo => "yesno",
            Self::Yn => "yn",
            Self::Blank => "blank",
        }
    }
}

/// What the layout row says about blank cells.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum BlankRule {
    /// The row mentions blank.
    Allowed,
    /// The row forbids blank.
    Forbidden,
    /// The row does not speak of it; that is not a ban.
    Unstated,
}

/// How sure a fact is; travels from the tables to the output.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Certainty {
    /// Read in the published layout.
    Documented,
    /// Carried over from a neighbouring year by name, or worked out.
    Inferred,
    /// Known by name only.
    Unknown,
}

impl Certainty {
    /// The word used in rule files and output.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Documented => "documented",
            Self::Inferred => "inferred",
            Self::Unknown => "unknown",
        }
    }
}

/// One code of a value list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Code {
    /// What the cell holds.
    pub code: &'static str,
    /// What it means; empty where the layout prints no meaning.
    pub label: &'static str,
}

/// A record type, 1 (Smarter Balanced ELA) to 9 (CSA): layout field 1 of every year.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RecordType(pub u8);

impl fmt::Display for RecordType {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{:02}", self.0)
    }
}

/// A set of record types, one bit a type.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct RecordTypes(pub u16);

impl RecordTypes {
    /// Every record type there could be.
    pub const ALL: Self = Self(u16::MAX);

    /// Parses `01|02|05`; an empty text is the empty set.
    pub fn parse(text: &str) -> Self {
        let bits = text.split('|').filter_map(|part| part.trim().parse::<u8>().ok());
        Self(bits.filter(|bit| *bit < 16).fold(0, |set, bit| set | 1 << bit))
    }

    /// Whether the set holds the type.
    pub fn contains(self, record_type: RecordType) -> bool {
        record_type.0 < 16 && self.0 & (1 << record_type.0) != 0
    }

    /// Whether the set holds nothing.
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// The types of the set, ascending.
    pub fn iter(self) -> impl Iterator<Item = RecordType> {
        (0..16).map(RecordType).filter(move |one| self.contains(*one))
    }
}

/// One column of one year's layout.
#[derive(Clone, Debug)]
pub struct Field {
    /// The layout's field number, 1-based; also the column position in a TOMS file.
    pub number: u16,
    /// The canonical field; `None` for fillers.
    pub id: Option<FieldId>,
    /// First and last character in the fixed-width file, 1-based, where known.
    pub span: Option<(u32, u32)>,
    /// Width in characters, where known.
    pub length: Option<u32>,
    /// The name as printed in the layout.
    pub name: &'static str,
    /// The header name of the delimited file; empty where no header was ever seen.
    pub column: &'static str,
    /// The layout's section heading.
    pub section: &'static str,
    /// The type.
    pub kind: FieldKind,
    /// A date pattern or a regular expression; empty where none is known.
    pub format: &'static str,
    /// What the row says about blank.
    pub blank: BlankRule,
    /// The codes printed on the row; empty where there is no list.
    pub codes: Vec<Code>,
    /// The table under `rules/codes` that holds the codes, without `.tsv`.
    pub code_table: Option<&'static str>,
    /// The record types named on the row; empty where it names none.
    pub applies_to: RecordTypes,
    /// Where the value comes from, as printed (`CALPADS`, `TOMS/TDS` …).
    pub source: &'static str,
    /// Remarks of the table.
    pub notes: &'static str,
    /// How the row came about in years without a document; empty otherwise.
    pub provenance: &'static str,
}

impl Field {
    /// Whether this is a filler column, blank by definition and without a name of its own.
    pub fn is_filler(&self) -> bool {
        self.id.is_none()
    }

    /// Whether codes, format and meaning were carried over from another year.
    pub fn is_carried(&self) -> bool {
        self.provenance.contains("carried")
    }

    /// How sure the row is.
    pub fn certainty(&self) -> Certainty {
        match self.provenance {
            "" => Certainty::Documented,
            text if text.contains("carried") => Certainty::Inferred,
            _ => Certainty::Unknown,
        }
    }

    /// The name to show: the header name, or the printed name where no header was seen.
    pub fn label(&self) -> &'static str {
        if self.column.is_empty() { self.name } else { self.column }
    }
}

/// What is known about a year as a whole, a row of `rules/layouts/years.tsv`.
#[derive(Clone, Debug)]
pub struct YearInfo {
    /// The spring of the administration: 2025 is 2024–25.
    pub year: u16,
    /// The year whose layout stands for this one, where its own is not known.
    pub base: Option<u16>,
    /// Accepted lengths of a fixed-width record, in characters; empty where there is no such file.
    pub record_lengths: Vec<u32>,
    /// The number of the field that is one character narrower in the shorter of two record lengths.
    pub narrow_field: Option<u16>,
    /// How sure the layout is as a whole.
    pub certainty: Certainty,
    /// Whether value sets were carried over from a neighbouring year.
    pub values_carried: bool,
    /// The year whose code tables stand for this one: its own, or the one the layout is carried from.
    pub codes_from: u16,
    /// The document or sample it was read from.
    pub source: &'static str,
    /// What to know before trusting it.
    pub notes: &'static str,
}

/// The layout of one year.
#[derive(Clone, Debug)]
pub struct Layout {
    /// What is known about the year.
    pub info: YearInfo,
    /// Its columns, in order.
    pub fields: Vec<Field>,
    /// Fields of the year before that it no longer has. Rules may name them; no file has them.
    pub(super) gone: Vec<Field>,
    /// For each canonical field, its place in `fields`, or behind these in `gone`.
    pub(super) places: Vec<Option<u16>>,
}

impl Layout {
    /// The spring of the administration.
    pub fn year(&self) -> u16 {
        self.info.year
    }

    /// The column that holds a canonical field in this year, or held it in the year before.
    pub fn field(&self, id: FieldId) -> Option<&Field> {
        let place = usize::from((*self.places.get(id.index())?)?);
        self.fields.get(place).or_else(|| self.gone.get(place.checked_sub(self.fields.len())?))
    }

    /// Whether the year has the field.
    pub fn has(&self, id: FieldId) -> bool {
        let place = self.places.get(id.index()).copied().flatten();
        place.is_some_and(|place| usize::from(place) < self.fields.len())
    }
}
