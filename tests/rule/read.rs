//! How cells are read, against a calendar that somebody else wrote.

use jiff::civil::Date;
use proptest::prelude::*;
use scorelint::rule::read;

#[test]
fn numbers_are_one_to_eighteen_ascii_digits() {
    let read: Vec<Option<i64>> =
        ["0", "007", "999999999999999999", "1234567890123456789", "", "-1", "+1", "1 ", "\u{664}"]
            .map(read::number)
            .into();
    assert_eq!(read, [Some(0), Some(7), Some(999_999_999_999_999_999), None, None, None, None, None, None]);
}

#[test]
fn days_are_calendar_days_in_one_form() {
    let read: Vec<bool> = [
        "2024-02-29",
        "2025-02-29",
        "2025-4-05",
        "2025/04/05",
        "2025-00-10",
        "2025-04-31",
        " 2025-04-05",
        "2025-04-05T",
    ]
    .map(|text| read::day(text).is_some())
    .into();
    assert_eq!(read, [true, false, false, false, false, false, false, false]);
}

#[test]
fn school_years_begin_in_july_and_ages_on_birthdays() {
    let day = |text| read::day(text).unwrap();
    assert_eq!([read::school_year(day("2024-06-30")), read::school_year(day("2024-07-01"))], [2024, 2025]);
    let birth = day("2012-02-29");
    assert_eq!([read::age(birth, day("2025-02-28")), read::age(birth, day("2025-03-01"))], [12, 13]);
}

#[test]
fn padding_is_for_single_digits_only() {
    assert_eq!(["3", "11", "K", ""].map(|text| read::padded(text).into_owned()), ["03", "11", "K", ""]);
}

#[test]
fn names_of_other_languages_are_not_broken() {
    let whole = ["Muñoz", "Nguyễn", "François", "O’Brien", "Zoë Ângela", "ÃO", "Ña", "Why? Not"];
    let broken = ["MuÃ±oz", "FranÃ§ois", "Oâ€™Brien", "Mu\u{fffd}oz", "Mu?oz"];
    assert_eq!(whole.map(read::has_broken_letters), [false; 8]);
    assert_eq!(broken.map(read::has_broken_letters), [true; 5]);
}

proptest! {
    #[test]
    fn days_agree_with_another_calendar(day in -719_528i64..=2_932_896) {
        let (year, month, of_month) = read::civil(day);
        let date = Date::new(year as i16, month as i8, of_month as i8).unwrap();
        let epoch = Date::new(1970, 1, 1).unwrap();
        prop_assert_eq!(i64::from(date.since(epoch).unwrap().get_days()), day);
        prop_assert_eq!(read::day(&read::show_day(day)), Some(day));
    }

    #[test]
    fn reading_any_text_is_harmless(text in "\\PC*") {
        let _ = (read::number(&text), read::day(&text), read::has_broken_letters(&text));
        prop_assert!(read::padded(&text).ends_with(&text));
    }
}
