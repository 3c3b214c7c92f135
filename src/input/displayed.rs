//! The text of a workbook cell as a person sees it, so that what a spreadsheet did to a value
//! shows, as lost zeros. Only what is stored without loss is taken as it is stored: all digits of
//! whole numbers, and dates, whatever order the sheet shows them in.

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
        DataRef::DateTime(date) => written_date(date),
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

/// A date as score files write it: the cell is one, so that its order is certain however the sheet shows it.
fn written_date(date: &ExcelDateTime) -> String {
    let (year, month, day, hours, minutes, seconds, _) = date.to_ymd_hms_milli();
    let day = format!("{year:04}-{month:02}-{day:02}");
    match (hours, minutes, seconds) {
        (0, 0, 0) => day,
        _ => format!("{day}T{hours:02}:{minutes:02}:{seconds:02}"),
    }
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
    fn dates_are_certain_however_they_show() {
        let date = |days| ExcelDateTime::new(days, ExcelDateTimeType::DateTime, false);
        assert_eq!(written_date(&date(45_758.0)), "2025-04-11");
        assert_eq!(written_date(&date(45_758.5)), "2025-04-11T12:00:00");
    }
}
