//! Masks values by the sensitivity of their field. Of dates and numbers the shape stays, which shows how they were
//! damaged.

use std::borrow::Cow;

use crate::layout::{FieldId, Sensitivity, registry};

/// What stands for a value that is hidden whole.
///
/// Its width is always the same: the length of a code (`Yes` or `No`, `RFEP` or `EO`) would give
/// it away.
pub const HIDDEN: &str = "•••";

/// Values with this many letters and digits or fewer are codes, and hidden whole.
const CODE_LENGTH: usize = 3;

/// Digits of a day; identifiers have more.
const DAY_DIGITS: usize = 8;

/// How much of a value is shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Reveal {
    /// Public values only; of others the shape.
    #[default]
    Public,
    /// All but direct identifiers, because the user asked for it.
    StudentValues,
}

/// The text to show for a value of a field. A cell of a column that no layout knows (`None`) may
/// hold anything, a name for instance, and is treated like a direct identifier.
pub fn mask(value: &str, field: Option<FieldId>, reveal: Reveal) -> Cow<'_, str> {
    let sensitivity = field.map_or(Sensitivity::DirectIdentifier, |id| registry().info(id).sensitivity);
    mask_as(value, sensitivity, reveal)
}

/// The text to show for a value of the given sensitivity. Blank stays blank.
pub fn mask_as(value: &str, sensitivity: Sensitivity, reveal: Reveal) -> Cow<'_, str> {
    let open = match sensitivity {
        Sensitivity::Public => !may_be_misplaced(value),
        Sensitivity::StudentData | Sensitivity::QuasiIdentifier => reveal == Reveal::StudentValues,
        Sensitivity::DirectIdentifier => false,
    };
    if open || value.trim().is_empty() {
        return Cow::Borrowed(value);
    }
    Cow::Owned(shape(value))
}

/// Whether a value under a public heading looks as if it had slipped there from another column:
/// as long as an identifier, or words.
fn may_be_misplaced(value: &str) -> bool {
    let digits = value.bytes().filter(u8::is_ascii_digit).count();
    let has_letters = value.chars().any(char::is_alphabetic);
    digits > DAY_DIGITS || (has_letters && value.trim().chars().count() > CODE_LENGTH)
}

/// The shape of a value: spaces, quotes and equals signs around it as they are, then `#` for each
/// digit of a long number or a day, or [`HIDDEN`].
fn shape(value: &str) -> String {
    let is_wrapping = |one: char| one.is_whitespace() || matches!(one, '"' | '\'' | '=');
    let core = value.trim_matches(is_wrapping);
    let Some(start) = value.find(core).filter(|_| !core.is_empty()) else {
        return HIDDEN.to_owned();
    };
    let (before, after) = (&value[..start], &value[start + core.len()..]);
    format!("{before}{}{after}", core_shape(core))
}

fn core_shape(core: &str) -> String {
    let letters_and_digits = core.chars().filter(|one| one.is_alphanumeric()).count();
    if letters_and_digits <= CODE_LENGTH {
        return HIDDEN.to_owned();
    }
    if is_number_like(core) {
        return digits_hidden(core);
    }
    if has_month_name(core) {
        return core.chars().map(hide_letter_or_digit).collect();
    }
    HIDDEN.to_owned()
}

/// Whether a text is digits and the signs that numbers, days and times are written with.
fn is_number_like(core: &str) -> bool {
    let mut previous = ' ';
    core.chars().all(|one| {
        let fits = match one {
            '0'..='9' | '/' | '-' | '.' | ':' | ',' | ' ' => true,
            'E' | 'e' => previous.is_ascii_digit() || previous == '.',
            '+' => matches!(previous, 'E' | 'e'),
            _ => false,
        };
        previous = one;
        fits
    })
}

/// `#` for digits. A minus in front goes, as it says more than the shape, and so do the second
/// digits of days and months between slashes, as they tell early months from late ones.
fn digits_hidden(core: &str) -> String {
    let core = core.trim_start_matches('-');
    if !core.contains('/') {
        return core.chars().map(hide_letter_or_digit_of_number).collect();
    }
    let parts = core.split('/').map(|part| {
        let short = part.len() <= 2 && part.bytes().all(|byte| byte.is_ascii_digit());
        if short { "#".to_owned() } else { part.chars().map(hide_letter_or_digit_of_number).collect() }
    });
    parts.collect::<Vec<String>>().join("/")
}

fn hide_letter_or_digit_of_number(one: char) -> char {
    if one.is_ascii_digit() { '#' } else { one }
}

fn hide_letter_or_digit(one: char) -> char {
    match one {
        '0'..='9' => '#',
        'A'..='Z' | 'a'..='z' => 'x',
        other => other,
    }
}

/// Whether a text is a day with the month as three letters, as spreadsheets write it: `15-Apr-24`.
fn has_month_name(core: &str) -> bool {
    let parts: Vec<&str> = core.split(['-', ' ', '/']).collect();
    let is_digits = |text: &str| (1..=4).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
    let is_month = |text: &str| text.len() == 3 && text.bytes().all(|byte| byte.is_ascii_alphabetic());
    match parts.as_slice() {
        [day, month, year] => is_digits(day) && is_month(month) && is_digits(year),
        _ => false,
    }
}
