//! What is known of one column, and how each of its texts is read by that.

use std::borrow::Cow;

use rustc_hash::FxHashMap;

use super::cell::{is_lost, unquoted, whole_number, with_county_zero};
use super::dates::{DayOrder, Written, iso};
use super::known_words::{labels, null_word};
use crate::layout::{FieldId, FieldKind, Layout, registry, value_set};
use crate::rule::read;

/// What was undone in a cell.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum CellChange {
    /// A whole number with decimals that are zero.
    Decimals,
    /// A plus sign, or marks between thousands.
    Signs,
    /// `="0123"` or `'0123`.
    Marks,
    /// The zero in front of the code of a county.
    Zero,
    /// A date in another form.
    Date,
    /// A date as a number of days.
    Serial,
    /// A word for a blank cell.
    Word,
    /// A word in place of a code.
    Label,
}

impl CellChange {
    /// A short name that does not change.
    pub fn id(self) -> &'static str {
        match self {
            Self::Decimals => "decimals",
            Self::Signs => "signs",
            Self::Marks => "marks",
            Self::Zero => "zero",
            Self::Date => "date",
            Self::Serial => "serial",
            Self::Word => "word",
            Self::Label => "label",
        }
    }

    /// What it is called, of a number of cells.
    pub fn words(self) -> &'static str {
        match self {
            Self::Decimals => "whole numbers written with decimals",
            Self::Signs => "numbers written with signs",
            Self::Marks => "codes with marks of a spreadsheet",
            Self::Zero => "codes without their first zero",
            Self::Date => "dates in another form",
            Self::Serial => "dates as numbers of days",
            Self::Word => "words for blank cells",
            Self::Label => "words in place of codes",
        }
    }
}

/// A column with cells that are written otherwise than the layout says.
#[derive(Clone, Debug)]
pub struct ColumnMend {
    /// Its place, 0-based.
    pub column: usize,
    /// Its field; none for fillers.
    pub field: Option<FieldId>,
    /// What is undone, in how many cells each.
    pub changes: Vec<(CellChange, u64)>,
    /// Cells that cannot be read.
    pub unreadable: u64,
    pub(super) reading: ColumnReading,
}

impl ColumnMend {
    /// Cells that are written anew.
    pub fn mended(&self) -> u64 {
        self.changes.iter().map(|(_, cells)| cells).sum()
    }

    /// The text as the layout writes it, where it is written otherwise.
    pub(super) fn mend<'a>(&self, text: &'a str) -> Option<Cow<'a, str>> {
        match self.reading.read(text) {
            CellReading::Mended(_, text) => Some(text),
            CellReading::Sound | CellReading::Unreadable => None,
        }
    }
}

/// How a text is read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum CellReading<'a> {
    /// As it stands.
    Sound,
    /// As another text.
    Mended(CellChange, Cow<'a, str>),
    /// Not at all.
    Unreadable,
}

/// How the texts of a column are read.
#[derive(Clone, Debug)]
pub(super) struct ColumnReading {
    pub(super) kind: FieldKind,
    /// Listed codes by their text in small letters.
    codes: FxHashMap<String, &'static str>,
    has_digit_codes: bool,
    labels: FxHashMap<String, &'static str>,
    pub(super) rules: read::Reading,
    /// The word that stands in all blank cells.
    pub(super) word: Option<&'static str>,
    /// How dates are ordered.
    pub(super) order: Option<DayOrder>,
    /// The day that numbers of days count from.
    pub(super) serial_start: Option<i64>,
}

impl ColumnReading {
    /// Of a field.
    pub(super) fn of(layout: &Layout, id: FieldId) -> Option<Self> {
        let kind = layout.field(id)?.kind;
        let set = value_set(layout, id, None);
        let codes: FxHashMap<String, &'static str> =
            set.iter().flat_map(|set| set.iter()).map(|code| (code.code.to_lowercase(), code.code)).collect();
        let has_digit_codes = !codes.is_empty() && codes.keys().all(|code| super::cell::is_digits(code));
        let labels = if kind == FieldKind::Text { FxHashMap::default() } else { labels(layout, id) };
        let rules = read::reading(id);
        Some(Self { kind, codes, has_digit_codes, labels, rules, word: None, order: None, serial_start: None })
    }

    /// Of a filler.
    pub(super) fn of_filler() -> Self {
        Self {
            kind: FieldKind::Blank,
            codes: FxHashMap::default(),
            has_digit_codes: false,
            labels: FxHashMap::default(),
            rules: read::Reading::default(),
            word: None,
            order: None,
            serial_start: None,
        }
    }

    /// The word for blank cells that a text is, where it can be one: a name can be any word.
    pub(super) fn word_of(&self, text: &str) -> Option<&'static str> {
        let is_code = self.codes.contains_key(&text.to_lowercase());
        if self.kind == FieldKind::Text || is_code { None } else { null_word(text) }
    }

    /// Whether a text is written otherwise than the layout says, or may be a word for a blank cell.
    pub(super) fn is_odd(&self, text: &str) -> bool {
        self.read(text) != CellReading::Sound || self.word_of(text).is_some()
    }

    /// As [`Self::is_odd`], for so many digits; none for a blank cell.
    pub(super) fn is_odd_number(&self, digits: usize) -> bool {
        match self.kind {
            FieldKind::Text | FieldKind::Blank => false,
            FieldKind::Date | FieldKind::YesNo | FieldKind::Yn => digits > 0,
            _ => self.rules.county && digits == 13,
        }
    }

    /// How a text is read.
    pub(super) fn read<'a>(&self, text: &'a str) -> CellReading<'a> {
        let text = text.trim();
        if text.is_empty() {
            return CellReading::Sound;
        }
        if self.word.is_some_and(|word| word.eq_ignore_ascii_case(text)) {
            return CellReading::Mended(CellChange::Word, Cow::Borrowed(""));
        }
        let Some(inner) = unquoted(text) else { return self.read_plain(text) };
        if self.kind == FieldKind::Text && text.starts_with('\'') {
            return CellReading::Sound;
        }
        match self.read_plain(inner) {
            CellReading::Sound => CellReading::Mended(CellChange::Marks, Cow::Borrowed(inner)),
            CellReading::Mended(_, text) => CellReading::Mended(CellChange::Marks, text),
            CellReading::Unreadable => CellReading::Unreadable,
        }
    }

    fn read_plain<'a>(&self, text: &'a str) -> CellReading<'a> {
        match self.kind {
            FieldKind::Text | FieldKind::Blank => CellReading::Sound,
            FieldKind::Date => self.read_date(text),
            FieldKind::Code | FieldKind::Digits | FieldKind::Integer | FieldKind::YesNo | FieldKind::Yn => {
                self.read_code(text)
            }
        }
    }

    fn read_date<'a>(&self, text: &'a str) -> CellReading<'a> {
        if iso(text).is_some() {
            return CellReading::Sound;
        }
        let Some(written) = Written::of(text) else { return CellReading::Unreadable };
        let change = if matches!(written, Written::Serial(_)) { CellChange::Serial } else { CellChange::Date };
        match written.day(self.order, self.serial_start) {
            Some(day) => CellReading::Mended(change, Cow::Owned(day)),
            None => CellReading::Unreadable,
        }
    }

    fn read_code<'a>(&self, text: &'a str) -> CellReading<'a> {
        let small = text.to_lowercase();
        if self.codes.contains_key(&small) {
            return CellReading::Sound;
        }
        if let Some(code) = self.labels.get(&small) {
            return CellReading::Mended(CellChange::Label, Cow::Borrowed(code));
        }
        if self.is_no_answer(&small) {
            return CellReading::Unreadable;
        }
        if let Some(digits) = whole_number(text).filter(|_| !self.rules.decimals) {
            let change = if text.contains('.') { CellChange::Decimals } else { CellChange::Signs };
            return self.with_zero(digits).map_or(CellReading::Unreadable, |code| CellReading::Mended(change, code));
        }
        if let Some(code) = with_county_zero(text).filter(|_| self.rules.county) {
            return CellReading::Mended(CellChange::Zero, Cow::Owned(code));
        }
        let has_letters = text.bytes().any(|byte| byte.is_ascii_alphabetic());
        let is_damaged = is_lost(text) || self.word_of(text).is_some() || self.has_digit_codes && has_letters;
        if is_damaged { CellReading::Unreadable } else { CellReading::Sound }
    }

    /// Whether a text in small letters is neither yes nor no, where the layout has nothing else.
    fn is_no_answer(&self, small: &str) -> bool {
        match self.kind {
            FieldKind::YesNo => !matches!(small, "yes" | "no"),
            FieldKind::Yn => !matches!(small, "y" | "n"),
            _ => false,
        }
    }

    /// Digits as the code that they stand for: what made a number of a code has taken its first zero.
    fn with_zero<'a>(&self, digits: Cow<'a, str>) -> Option<Cow<'a, str>> {
        if self.rules.county {
            return Some(with_county_zero(&digits).map_or(digits, Cow::Owned));
        }
        if self.rules.padded {
            return Some(Cow::Owned(read::padded(&digits).into_owned()));
        }
        if self.codes.is_empty() || self.codes.contains_key(&*digits) {
            return Some(digits);
        }
        let padded = format!("0{digits}");
        // Not a code in either spelling: not for certain what it was.
        self.codes.contains_key(&padded).then_some(Cow::Owned(padded))
    }

    /// The rule that names a change of this field.
    pub(super) fn code_of(&self, change: CellChange, field: Option<FieldId>) -> &'static str {
        let name = field.map_or("", |field| registry().info(field).name);
        match (change, self.kind) {
            (CellChange::Decimals, _) => "V068",
            (CellChange::Marks, _) => "V067",
            (CellChange::Zero, _) => "V020",
            (CellChange::Date, _) => "V010",
            (CellChange::Serial, _) => "V013",
            (CellChange::Word, _) => "V066",
            (CellChange::Label, FieldKind::YesNo) => "V025",
            (CellChange::Label, FieldKind::Yn) => "V027",
            (CellChange::Label, _) if name == "record_type" => "V001",
            (CellChange::Label, _) if name == "achievement_level" => "V049",
            (CellChange::Signs, FieldKind::Integer) => "V077",
            (CellChange::Signs, FieldKind::Digits) => "V076",
            (CellChange::Signs | CellChange::Label, _) => "V075",
        }
    }
}
