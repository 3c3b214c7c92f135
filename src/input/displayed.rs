//! The text of a workbook cell as a person sees it, so that what a spreadsheet did to a value
//! shows: lost zeros, dates in another order. Only the digits of whole numbers are those that are
//! stored, also where the sheet shows fewer: these are not lost.

use calamine::{DataRef, ExcelDateTime};

/// Whole numbers from here on have more than the fifteen digits that a spreadsheet keeps.
const KEPT_DIGITS: f64 = 1e15;

/// Whole numbers from here on are shown in scientific notation where no format is given.
const SHOWN_DIGITS: f64 = 1e11;

/// The text shown for a cell with this number format.
pub fn displayed(value: &DataRef<'_>, format: &str) -> String {
    match value {
        DataRef::Empty => String::new(),
        DataRef::String(text) | DataRef::DateTimeIso(text) | DataRef::DurationIso(text) => text.clone(),
        DataRef::SharedString(text) => (*text).to_owned(),
        DataRef::Bool(true) => "TRUE".to_owned(),
        DataRef::Bool(false) => "FALSE".to_owned(),
        DataRef::Int(number) => shown_number(*number as f64, format),
        DataRef::Float(number) => shown_number(*number, format),
        DataRef::DateTime(date) => shown_date(date, format),
        DataRef::Error(error) => error.to_string(),
    }
}

fn shown_number(number: f64, format: &str) -> String {
    let zeros = format.bytes().filter(|byte| *byte == b'0').count();
    // `0`, `00`, `0000000000`: a whole number with leading zeros kept.
    if zeros > 0 && zeros == format.len() {
        return format!("{number:0>zeros$.0}");
    }
    if format == "@" {
        return format!("{number}");
    }
    if format.ends_with('%') {
        let decimals = format.split('.').nth(1).map_or(0, |rest| rest.bytes().filter(|byte| *byte == b'0').count());
        return format!("{:.decimals$}%", number * 100.0);
    }
    // The workbook has the digits that the sheet does not show.
    let is_whole = number.fract() == 0.0 && number.abs() < KEPT_DIGITS;
    if !is_whole && (format.contains("E+") || number.abs() >= SHOWN_DIGITS) {
        return scientific(number);
    }
    format!("{number}")
}

/// Whether a cell holds a code that was made a number: so long that no count or score is like it.
pub fn is_long_number(value: &DataRef<'_>) -> bool {
    match value {
        DataRef::Int(number) => (*number as f64).abs() >= SHOWN_DIGITS,
        DataRef::Float(number) => number.abs() >= SHOWN_DIGITS,
        _ => false,
    }
}

/// `1.23457E+13`: at most five decimals and an exponent of two digits at least.
fn scientific(number: f64) -> String {
    let text = format!("{number:.5e}");
    let Some((digits, exponent)) = text.split_once('e') else { return text };
    let digits = if digits.contains('.') { digits.trim_end_matches('0').trim_end_matches('.') } else { digits };
    let exponent: i32 = exponent.parse().unwrap_or(0);
    format!("{digits}E{}{:02}", if exponent < 0 { '-' } else { '+' }, exponent.abs())
}

/// A date in the order that the format gives it. A format with nothing to go by is shown as the
/// short date of a spreadsheet set to the United States.
fn shown_date(date: &ExcelDateTime, format: &str) -> String {
    let (year, month, day, hours, minutes, seconds, _) = date.to_ymd_hms_milli();
    let format = plain_format(format);
    let mut text = String::new();
    let mut rest = format.as_str();
    if !rest.contains('y') {
        rest = "m/d/yyyy";
    }
    let mut after_hours = false;
    while let Some(first) = rest.chars().next() {
        let length = rest.chars().take_while(|one| *one == first).count();
        let (run, tail) = rest.split_at(length * first.len_utf8());
        rest = tail;
        match (first, length) {
            ('y', 3..) => text += &format!("{year:04}"),
            ('y', _) => text += &format!("{:02}", year % 100),
            ('m', _) if after_hours => text += &format!("{minutes:02}"),
            ('m', 3) => text += month_name(month).get(..3).unwrap_or(""),
            ('m', 4..) => text += month_name(month),
            ('m', 2) => text += &format!("{month:02}"),
            ('m', _) => text += &month.to_string(),
            ('d', 2) => text += &format!("{day:02}"),
            ('d', 1) => text += &day.to_string(),
            ('d', _) => {}
            ('h', _) => text += &format!("{hours:02}"),
            ('s', _) => text += &format!("{seconds:02}"),
            _ => text += run,
        }
        after_hours = first == 'h' || (after_hours && first == ':');
    }
    text
}

/// A date format without locale marks, colours, literals' quotes and alternatives.
fn plain_format(format: &str) -> String {
    let mut plain = String::new();
    let mut inside = false;
    for one in format.split(';').next().unwrap_or("").chars() {
        match one {
            '[' => inside = true,
            ']' => inside = false,
            '"' | '\\' | '_' | '@' => {}
            one if !inside => plain.extend(one.to_lowercase()),
            _ => {}
        }
    }
    plain.trim().to_owned()
}

fn month_name(month: u8) -> &'static str {
    const NAMES: [&str; 12] = [
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ];
    usize::from(month).checked_sub(1).and_then(|at| NAMES.get(at)).copied().unwrap_or("")
}

#[cfg(test)]
mod tests {
    use super::*;
    use calamine::ExcelDateTimeType;

    #[test]
    fn numbers_show_what_a_spreadsheet_shows() {
        assert_eq!(shown_number(3.0, "General"), "3");
        assert_eq!(shown_number(3.0, "00"), "03");
        assert_eq!(shown_number(1_234_567_890.0, ""), "1234567890");
        assert_eq!(shown_number(12_345_678_901_234.0, "General"), "12345678901234");
        assert_eq!(shown_number(58_999_990_000_000.0, "0.00E+00"), "58999990000000");
        assert_eq!(shown_number(999_999_999_999_999.0, "General"), "999999999999999");
        assert_eq!(shown_number(1_000_000_000_000_000.0, "General"), "1E+15");
        assert_eq!(shown_number(1_234_567_890_123_456.0, "General"), "1.23457E+15");
        assert_eq!(shown_number(123_456_789_012.5, "General"), "1.23457E+11");
        assert_eq!(shown_number(12_345_678_901_234.0, "0"), "12345678901234");
        assert_eq!(shown_number(2.5, "General"), "2.5");
        assert_eq!((shown_number(0.4217, "0.00%"), shown_number(0.5, "0%")), ("42.17%".to_owned(), "50%".to_owned()));
    }

    #[test]
    fn codes_stored_as_numbers_are_noted() {
        assert!(is_long_number(&DataRef::Float(5.899_999e13)) && is_long_number(&DataRef::Int(58_999_990_000_000)));
        assert!(!is_long_number(&DataRef::Float(2543.0)) && !is_long_number(&DataRef::String("58999990000000".into())));
    }

    #[test]
    fn dates_show_in_the_order_of_their_format() {
        let date = ExcelDateTime::new(45_758.0, ExcelDateTimeType::DateTime, false);
        assert_eq!(shown_date(&date, "yyyy\\-mm\\-dd"), "2025-04-11");
        assert_eq!(shown_date(&date, "m/d/yyyy"), "4/11/2025");
        assert_eq!(shown_date(&date, "[$-409]dd\\-mmm\\-yy;@"), "11-Apr-25");
        assert_eq!(shown_date(&date, ""), "4/11/2025");
    }
}
