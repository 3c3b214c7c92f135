//! How the text of a cell is read as a value, a number or a day. The interpreter, the examples
//! and the compiled engine all use these functions.

use std::borrow::Cow;
use std::sync::LazyLock;

use crate::layout::{FieldId, registry};
use crate::table;

/// Days from 1 March of year 0 to 1 January 1970.
const EPOCH: i64 = 719_468;

/// How a field is read besides removing the spaces around it, from `rules/layouts/reading.tsv`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Reading {
    /// A single digit gets a zero in front.
    pub padded: bool,
    /// The cell may hold several codes, joined by `&`.
    pub parts: bool,
    /// It is a code of fourteen digits that begins with that of a county.
    pub county: bool,
    /// Decimals may be meant.
    pub decimals: bool,
}

/// How a field is read.
pub fn reading(field: FieldId) -> Reading {
    static TABLE: LazyLock<Vec<Reading>> = LazyLock::new(readings);
    TABLE.get(field.index()).copied().unwrap_or_default()
}

fn readings() -> Vec<Reading> {
    let rows: Vec<(Pattern<'_>, &str)> =
        table::lines("rules/layouts/reading.tsv", &["fields", "reading", "why"], |row| {
            Ok((Pattern::new(row.get("fields")?), row.get("reading")?))
        });
    let of = |name: &str| {
        let has = |word: &str| rows.iter().any(|(pattern, reading)| *reading == word && pattern.fits(name));
        Reading { padded: has("padded"), parts: has("parts"), county: has("county"), decimals: has("decimals") }
    };
    registry().fields().map(|(_, info)| of(info.name)).collect()
}

/// A pattern of names in which `*` stands for any characters, taken apart once for many names.
#[derive(Clone, Copy, Debug)]
pub struct Pattern<'a> {
    start: &'a str,
    /// What follows the first star; `None` without a star.
    rest: Option<&'a str>,
    /// Whether there are stars in the rest.
    has_more: bool,
}

impl<'a> Pattern<'a> {
    /// The pattern that a text stands for.
    pub fn new(text: &'a str) -> Self {
        match text.split_once('*') {
            Some((start, rest)) => Self { start, rest: Some(rest), has_more: rest.contains('*') },
            None => Self { start: text, rest: None, has_more: false },
        }
    }

    /// Whether a name fits.
    pub fn fits(self, name: &str) -> bool {
        let Some(rest) = self.rest else {
            return self.start == name;
        };
        let Some(name) = name.strip_prefix(self.start) else {
            return false;
        };
        if !self.has_more {
            return name.ends_with(rest);
        }
        let rest = Self::new(rest);
        (0..=name.len()).filter(|at| name.is_char_boundary(*at)).any(|at| rest.fits(&name[at..]))
    }
}

/// The text of a cell as conditions see it: without white space around it, and with the leading
/// zero where the field is padded.
pub fn value(field: FieldId, cell: &str) -> Cow<'_, str> {
    let trimmed = cell.trim();
    if reading(field).padded { padded(trimmed) } else { Cow::Borrowed(trimmed) }
}

/// A single digit with a zero in front; anything else as it is.
pub fn padded(text: &str) -> Cow<'_, str> {
    if text.len() == 1 && text.as_bytes()[0].is_ascii_digit() {
        return Cow::Owned(format!("0{text}"));
    }
    Cow::Borrowed(text)
}

/// The number that 1 to 18 ASCII digits stand for; `None` for anything else.
pub fn number(text: &str) -> Option<i64> {
    digits(text.as_bytes())
}

/// As [`number`], of bytes.
pub fn digits(text: &[u8]) -> Option<i64> {
    if text.is_empty() || text.len() > 18 {
        return None;
    }
    text.iter().try_fold(0, |number, byte| {
        let digit = byte.wrapping_sub(b'0');
        (digit < 10).then(|| number * 10 + i64::from(digit))
    })
}

/// The day that `YYYY-MM-DD` stands for, in days since 1 January 1970; `None` for another form
/// and for days that the calendar lacks.
pub fn day(text: &str) -> Option<i64> {
    let bytes = text.as_bytes();
    if bytes.len() != 10 || bytes[4] != b'-' || bytes[7] != b'-' {
        return None;
    }
    let (year, month, day) = (number(text.get(..4)?)?, number(text.get(5..7)?)?, number(text.get(8..)?)?);
    day_of(year, month, day)
}

/// The day of a year, month and day of the month; `None` where the calendar lacks it.
pub fn day_of(year: i64, month: i64, day: i64) -> Option<i64> {
    if !(0..=9999).contains(&year) || !(1..=12).contains(&month) || day < 1 || day > month_length(year, month) {
        return None;
    }
    // Years are counted from March, so that the leap day comes last.
    let (year, month) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    let days = year * 365 + year.div_euclid(4) - year.div_euclid(100) + year.div_euclid(400);
    Some(days + (153 * month + 2) / 5 + day - 1 - EPOCH)
}

fn month_length(year: i64, month: i64) -> i64 {
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    match month {
        2 if leap => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Year, month and day of the month of a day.
pub fn civil(day: i64) -> (i64, i64, i64) {
    let day = day + EPOCH;
    let era = day.div_euclid(146_097);
    let of_era = day.rem_euclid(146_097);
    let year = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let month = (5 * of_year + 2) / 153;
    let (month, day) = (if month < 10 { month + 3 } else { month - 9 }, of_year - (153 * month + 2) / 5 + 1);
    (year + era * 400 + i64::from(month <= 2), month, day)
}

/// The spring of the school year a day lies in; July 1 starts the next.
pub fn school_year(day: i64) -> i64 {
    let (year, month, _) = civil(day);
    if month >= 7 { year + 1 } else { year }
}

/// Full years from one day to another; negative when the second comes first.
pub fn age(birth: i64, day: i64) -> i64 {
    let ((birth_year, birth_month, birth_day), (year, month, day)) = (civil(birth), civil(day));
    year - birth_year - i64::from((month, day) < (birth_month, birth_day))
}

/// A day as `YYYY-MM-DD`.
pub fn show_day(day: i64) -> String {
    let (year, month, day) = civil(day);
    format!("{year:04}-{month:02}-{day:02}")
}

/// The day itself where it lies in the years 0 to 9999; sums can leave them.
pub fn in_calendar(day: i64) -> Option<i64> {
    // 1 January of year 0 and 31 December of year 9999.
    (-719_528..=2_932_896).contains(&day).then_some(day)
}

/// A character that cannot be seen: control, no-break or zero-width space, bidirectional mark, and
/// any white space but the plain space.
pub fn is_invisible(letter: char) -> bool {
    letter.is_control()
        || (letter.is_whitespace() && letter != ' ')
        || matches!(letter,
            '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}'
            | '\u{2028}'..='\u{202f}' | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}')
}

/// Letters broken between two encodings: a replacement character, a pair that UTF-8 read as
/// Windows-1252 leaves (`Ã©`, `â€™`), or a question mark between two letters.
pub fn has_broken_letters(text: &str) -> bool {
    if text.is_ascii() && !text.contains('?') {
        return false;
    }
    let letters: Vec<char> = text.chars().collect();
    letters.contains(&'\u{fffd}')
        || letters.windows(2).any(|pair| is_broken_pair(pair[0], pair[1]))
        || letters.windows(3).any(|three| three[1] == '?' && three[0].is_alphabetic() && three[2].is_alphabetic())
}

/// `Ã` or `Â` before a sign that is no letter of a name, `â` before the euro sign.
fn is_broken_pair(first: char, second: char) -> bool {
    match first {
        '\u{c3}' | '\u{c2}' => !second.is_alphabetic() && !second.is_whitespace() && !second.is_ascii(),
        '\u{e2}' => second == '\u{20ac}',
        _ => false,
    }
}

/// The subject of a record type: `ELA`, `mathematics`, `science`, `Spanish`; empty for an unknown
/// record type.
pub fn subject(record_type: &str) -> &'static str {
    static SUBJECTS: LazyLock<Vec<(&str, &str)>> = LazyLock::new(|| {
        table::lines("rules/codes/subjects.tsv", &["record_type", "subject", "note"], |row| {
            Ok((row.get("record_type")?, row.get("subject")?))
        })
    });
    SUBJECTS.iter().find(|(one, _)| *one == record_type).map_or("", |(_, subject)| subject)
}

/// The name of the test of a record type in a year; empty for an unknown one.
pub fn test_name(record_type: &str, year: u16) -> &'static str {
    crate::layout::codes().record_types(year).find(|code| code.code == record_type).map_or("", |code| code.label)
}
