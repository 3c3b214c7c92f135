//! How the text of a single cell is put right, whatever stands in the other cells of its column.

use std::borrow::Cow;

/// The text without the marks that keep a spreadsheet from reading it as a number: `="0123"`, `'0123`.
pub(super) fn unquoted(text: &str) -> Option<&str> {
    let formula = text.strip_prefix("=\"").and_then(|rest| rest.strip_suffix('"'));
    if let Some(inner) = formula.filter(|inner| !inner.contains('"')) {
        return Some(inner);
    }
    text.strip_prefix('\'').filter(|rest| rest.starts_with(|one: char| one.is_ascii_digit()))
}

/// The digits of a whole number that is written with a plus sign, with marks between thousands, or with
/// decimals that are all zero; `None` for anything else, and for plain digits.
pub(super) fn whole_number(text: &str) -> Option<Cow<'_, str>> {
    let unsigned = text.strip_prefix('+').unwrap_or(text);
    let whole = match unsigned.split_once('.') {
        Some((whole, decimals)) if is_digits(decimals) && decimals.bytes().all(|digit| digit == b'0') => whole,
        Some(_) => return None,
        None => unsigned,
    };
    if is_digits(whole) {
        return (whole.len() < text.len()).then_some(Cow::Borrowed(whole));
    }
    let mut groups = whole.split(',');
    let first = groups.next().filter(|group| is_digits(group) && group.len() <= 3)?;
    let rest: Vec<&str> = groups.collect();
    let is_grouped = !rest.is_empty() && rest.iter().all(|group| group.len() == 3 && is_digits(group));
    is_grouped.then(|| Cow::Owned(format!("{first}{}", rest.concat())))
}

/// A code of a school or LEA with the zero of counties 01 to 09 that was lost.
pub(super) fn with_county_zero(text: &str) -> Option<String> {
    (text.len() == 13 && is_digits(text) && !text.starts_with('0')).then(|| format!("0{text}"))
}

/// Whether a text shows by its form that digits are gone: a power of ten, an error word, number signs.
pub(super) fn is_lost(text: &str) -> bool {
    let is_power = || {
        let (digits, power) = text.split_once(['E', 'e'])?;
        let power = power.trim_start_matches('+');
        let is_number = digits.split_once('.').map_or(is_digits(digits), |(one, two)| is_digits(one) && is_digits(two));
        (is_number && is_digits(power)).then_some(())
    };
    text.starts_with('#') || is_power().is_some()
}

pub(super) fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_numbers_keep_all_their_digits() {
        let whole = |text| whole_number(text).map(Cow::into_owned);
        for (text, digits) in
            [("3.0", "3"), ("+3", "3"), ("2,543", "2543"), ("2,543.00", "2543"), ("1,234,567", "1234567")]
        {
            assert_eq!(whole(text).as_deref(), Some(digits), "{text}");
        }
        for text in ["3", "", "3.5", "3.", "12,34", "1,2345", "NS", "-3", "1.56E+13", ",123", "+"] {
            assert_eq!(whole(text), None, "{text}");
        }
    }

    #[test]
    fn marks_of_spreadsheets_come_off_and_names_stay() {
        assert_eq!((unquoted("=\"0123\""), unquoted("'0123")), (Some("0123"), Some("0123")));
        assert_eq!((unquoted("'Aolani"), unquoted("=A1+1"), unquoted("0123")), (None, None, None));
    }

    #[test]
    fn lost_digits_show() {
        assert!(is_lost("1.56E+13") && is_lost("5.9e13") && is_lost("####") && is_lost("#REF!"));
        assert!(!is_lost("1E") && !is_lost("INC0") && !is_lost("500") && !is_lost("E1"));
    }
}
