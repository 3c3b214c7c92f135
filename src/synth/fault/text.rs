//! The small notation of the fault table: which records fit (`field=a|b`, `field!=a`, `field+`,
//! `field-`, `field>n`), and what their cells become (`field=text` with `{…}` for computed parts).

use super::super::calendar::Day;
use super::super::named::NamedColumns;
use super::super::record::MadeRecord;
use crate::layout::{Layout, RecordType, codes, registry};
use crate::table::{TableRow, TableError};

/// A condition on a record.
#[derive(Clone, Debug)]
pub(crate) enum Condition {
    /// One of the texts (templates), or none of them.
    OneOf { field: &'static str, texts: Vec<&'static str>, wanted: bool },
    /// Filled, or blank.
    Filled { field: &'static str, wanted: bool },
    /// A number above the bound.
    Above { field: &'static str, bound: u64 },
    /// A day after the one of the text (template).
    After { field: &'static str, text: &'static str },
    /// The student has so many records.
    Records(usize),
    /// The record is not the student's first.
    NotFirst,
    /// No fault of this kind stands on a record with the same value.
    Fresh(&'static str),
}

/// The parts of a cell, `;` between them.
fn parts<T>(row: &TableRow<'static>, column: &str, parse: impl Fn(&'static str) -> Option<T>) -> Result<Vec<T>, TableError> {
    let texts = row.get(column)?.split(';').filter(|text| !text.is_empty());
    let read = |text| parse(text).ok_or_else(|| row.error(format!("`{column}` has `{text}`, which cannot be read")));
    texts.map(read).collect()
}

impl Condition {
    /// The conditions in a cell of a table.
    pub(crate) fn list(row: &TableRow<'static>, column: &str) -> Result<Vec<Self>, TableError> {
        parts(row, column, Self::parse)
    }

    fn parse(text: &'static str) -> Option<Self> {
        if let Some(number) = text.strip_prefix("@records=") {
            return number.parse().ok().map(Self::Records);
        }
        if text.starts_with("@place=") {
            return Some(Self::NotFirst);
        }
        if let Some(field) = text.strip_prefix("@fresh=") {
            return Some(Self::Fresh(field));
        }
        if let Some((field, bound)) = text.split_once('>') {
            return Some(match bound.parse() {
                Ok(bound) => Self::Above { field, bound },
                Err(_) => Self::After { field, text: bound },
            });
        }
        if let Some((field, texts)) = text.split_once("!=") {
            return Some(Self::OneOf { field, texts: texts.split('|').collect(), wanted: false });
        }
        if let Some((field, texts)) = text.split_once('=') {
            return Some(Self::OneOf { field, texts: texts.split('|').collect(), wanted: true });
        }
        let field = text.trim_end_matches(['+', '-']);
        Some(Self::Filled { field, wanted: text.ends_with('+') })
    }

    /// Whether it speaks of the first student of a pair.
    pub(crate) fn needs_first(&self) -> bool {
        matches!(self, Self::OneOf { texts, .. } if texts.iter().any(|text| text.contains("{a.")))
    }
}

/// A cell to write.
#[derive(Clone, Debug)]
pub(crate) struct Assignment {
    pub(crate) field: &'static str,
    pub(crate) text: &'static str,
    /// Whether all records of the student get it.
    pub(crate) on_all: bool,
}

impl Assignment {
    /// The cells to write that a cell of a table lists.
    pub(crate) fn list(row: &TableRow<'static>, column: &str) -> Result<Vec<Self>, TableError> {
        parts(row, column, Self::parse)
    }

    fn parse(text: &'static str) -> Option<Self> {
        let (field, text) = text.split_once('=')?;
        Some(Self { field: field.trim_start_matches('*'), text, on_all: field.starts_with('*') })
    }
}

/// What templates can speak of.
pub(crate) struct TemplateContext<'s> {
    pub(crate) layout: &'s Layout,
    /// The record the fault goes to.
    pub(crate) record: &'s MadeRecord,
    /// The student's first record.
    pub(crate) first: &'s MadeRecord,
    /// The record of the first student of a pair.
    pub(crate) partner: Option<&'s MadeRecord>,
    /// How many faults of the kind were planted before.
    pub(crate) number: u64,
    /// Other names that have a value.
    pub(crate) known: &'s [(&'static str, String)],
}

impl TemplateContext<'_> {
    /// Whether a record fits a condition on cells; conditions on more than cells are the planter's.
    pub(crate) fn fits(&self, condition: &Condition) -> bool {
        match condition {
            Condition::OneOf { field, texts, wanted } => {
                let value = self.value(self.record, field);
                texts.iter().any(|text| self.fill(text) == value) == *wanted
            }
            Condition::Filled { field, wanted } => self.value(self.record, field).is_empty() != *wanted,
            Condition::Above { field, bound } => number_of(&self.value(self.record, field)) > Some(*bound),
            // Days in ISO form stand in the order of their texts.
            Condition::After { field, text } => self.value(self.record, field) > self.fill(text),
            Condition::Records(_) | Condition::NotFirst | Condition::Fresh(_) => true,
        }
    }

    /// The text of a template.
    pub(crate) fn fill(&self, template: &str) -> String {
        let mut text = String::new();
        let mut rest = template;
        while let Some((before, after)) = rest.split_once('{') {
            let (token, after) = after.split_once('}').unwrap_or((after, ""));
            text.push_str(before);
            text.push_str(&self.token(token));
            rest = after;
        }
        text.push_str(rest);
        text
    }

    fn token(&self, token: &str) -> String {
        if let Some((function, field)) = token.split_once(':') {
            return apply(function, &self.value(self.record, field), field);
        }
        let (name, shift) = split_shift(token);
        let value = match name {
            "year" => self.layout.year().to_string(),
            "run" => repeated_digit(self.number),
            "lowest" => self.bounds(0).map_or(String::new(), |(low, _)| low.to_string()),
            "highest" => self.bounds(0).map_or(String::new(), |(_, high)| high.to_string()),
            "level" => self.level().map_or(String::new(), |level| level.to_string()),
            "lowest_before" => self.bounds(1).map_or(String::new(), |(low, _)| low.to_string()),
            _ => match self.known.iter().find(|(known, _)| *known == name) {
                Some((_, value)) => value.clone(),
                None => self.of_record(name),
            },
        };
        shifted(&value, shift)
    }

    /// A cell, by the field and whose record it is.
    fn of_record(&self, name: &str) -> String {
        match name.split_once('.') {
            Some(("a", field)) => self.partner.map(|record| self.value(record, field)).unwrap_or_default(),
            Some(("s", field)) => self.value(self.first, field),
            _ => self.value(self.record, name),
        }
    }

    fn value(&self, record: &MadeRecord, field: &str) -> String {
        String::from_utf8_lossy(NamedColumns::new(self.layout, field).get(record)).into_owned()
    }

    /// The achievement level of the record's score.
    fn level(&self) -> Option<u8> {
        let number = |field: &str| self.value(self.record, field).parse::<u16>().ok();
        let record_type = RecordType(u8::try_from(number("record_type")?).ok()?);
        let grade = u8::try_from(number("grade_assessed")?).ok()?;
        codes().level_for(record_type, grade, self.layout.year(), number("scale_score")?)
    }

    /// The score range of the record's test and grade, this year or years before.
    fn bounds(&self, years_before: u16) -> Option<(u16, u16)> {
        let record_type = RecordType(self.value(self.record, "record_type").parse().ok()?);
        let is_earlier = self.value(self.record, "cast_current_year_flag") == "N";
        let field = match (years_before, is_earlier) {
            (0, false) => "grade_assessed",
            (0, true) => "cast_participated_grade",
            _ => "grade_assessed_minus_1",
        };
        let grade = self.value(self.record, field).parse().ok()?;
        let first = registry().years().next()?;
        codes().score_bounds(record_type, grade, (self.layout.year() - years_before).max(first))
    }
}

/// `name+3`, `name-30`, or `name`.
fn split_shift(token: &str) -> (&str, i64) {
    let Some(place) = token.rfind(['+', '-']) else { return (token, 0) };
    let (name, shift) = token.split_at(place);
    shift.parse().map_or((token, 0), |shift| (name, shift))
}

/// A day so many days later, or a number so much greater with the width it had.
fn shifted(value: &str, shift: i64) -> String {
    if shift == 0 || value.is_empty() {
        return value.to_owned();
    }
    if let Some(day) = Day::parse(value) {
        let days = i32::try_from(shift).unwrap_or_default();
        return String::from_utf8_lossy(&day.plus(days).iso()).into_owned();
    }
    let Ok(number) = value.parse::<i64>() else { return value.to_owned() };
    format!("{:0width$}", number + shift, width = value.len())
}

fn apply(function: &str, value: &str, argument: &str) -> String {
    match function {
        "unpad" => unpadded(value),
        "sci" => scientific(value),
        "round" => rounded(value),
        "us" => Day::parse(value).map_or(value.to_owned(), us_date),
        "swap" => Day::parse(value).map_or(value.to_owned(), swapped),
        "serial" => Day::parse(value).map_or(value.to_owned(), serial),
        "yearof" => value.get(..4).unwrap_or_default().to_owned(),
        "prefix10" => value.get(..10).unwrap_or_default().to_owned(),
        "droplast" => value.get(..value.len().saturating_sub(1)).unwrap_or_default().to_owned(),
        "lower" => value.to_lowercase(),
        "flip" => if value == "Yes" { "No" } else { "Yes" }.to_owned(),
        "mojibake" => value.bytes().map(char::from).collect(),
        "char" => u32::from_str_radix(argument, 16).ok().and_then(char::from_u32).map(String::from).unwrap_or_default(),
        _ => String::new(),
    }
}

fn unpadded(value: &str) -> String {
    let text = value.trim_start_matches('0');
    if text.is_empty() && !value.is_empty() { "0".to_owned() } else { text.to_owned() }
}

/// `0010193085002014` as a spreadsheet shows it: `1.02E+13`.
fn scientific(value: &str) -> String {
    let digits = unpadded(value);
    let Ok(number) = digits.parse::<f64>() else { return value.to_owned() };
    let text = format!("{number:.2E}");
    let (mantissa, exponent) = text.split_once('E').unwrap_or((&text, "0"));
    format!("{mantissa}E+{exponent:0>2}")
}

/// The first digits kept, the others zero.
fn rounded(value: &str) -> String {
    let kept = value.get(..8).unwrap_or(value);
    format!("{kept:0<width$}", width = value.len())
}

fn us_date(day: Day) -> String {
    let (year, month, day) = day.parts();
    format!("{month}/{day}/{year}")
}

fn swapped(day: Day) -> String {
    let (year, month, day) = day.parts();
    format!("{year}-{day:02}-{month:02}")
}

/// The number a spreadsheet keeps for a day: days since the last day of 1899.
fn serial(day: Day) -> String {
    Day::new(1899, 12, 30).days_until(day).to_string()
}

/// 1111111111, 2222222222 … as made-up identifiers.
fn repeated_digit(number: u64) -> String {
    (number % 9 + 1).to_string().repeat(10)
}

fn number_of(text: &str) -> Option<u64> {
    text.parse().ok()
}
