//! Tells the tested from the enrolled view by the LEAs of the first records: those a file is of are
//! the ones in which students are both enrolled and tested. Students who moved are in one view only:
//! in the tested view with the LEA they are enrolled in today, in the enrolled view with the LEA that
//! tested them.

use std::collections::BTreeMap;

use super::model::{View};

/// The LEA that a student is enrolled in.
pub const ENROLLED_LEA: &str = "calpads_district_code";
/// The LEA that a result counts for.
pub const TESTED_LEA: &str = "final_tested_lea_code";

/// Fields and values of records whose two LEAs differ for other reasons than a move: direct funded
/// charters are LEAs of their own apart from their district, students of nonpublic schools count for
/// the district that is accountable, and science results of an earlier year for the LEA of then.
pub const EXCEPTIONS: [(&str, &str); 5] = [
    ("calpads_charter_indicator", "DF"),
    ("final_tested_charter_indicator", "DF"),
    ("calpads_nps_flag", "Y"),
    ("final_tested_nps_flag", "Y"),
    ("cast_current_year_flag", "N"),
];

/// The two LEAs of a record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Leas {
    enrolled: String,
    tested: String,
    is_exception: bool,
}

impl Leas {
    /// The LEAs with these codes; `None` where one of them is no code.
    pub fn new(enrolled: &str, tested: &str, is_exception: bool) -> Option<Self> {
        Some(Self { enrolled: code(enrolled)?, tested: code(tested)?, is_exception })
    }
}

/// A code of 14 digits, with the leading zeros that a spreadsheet takes away.
fn code(text: &str) -> Option<String> {
    let is_code = (8..=14).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
    is_code.then(|| format!("{text:0>14}"))
}

/// The view of a file with these first records, and why.
pub fn view_of(records: &[Leas]) -> (View, String) {
    let mut own: BTreeMap<&str, usize> = BTreeMap::new();
    for record in records.iter().filter(|record| record.enrolled == record.tested) {
        *own.entry(&record.enrolled).or_default() += 1;
    }
    let is_own = |code: &String| own.contains_key(code.as_str());
    let moved = || records.iter().filter(|record| !record.is_exception);
    let came = moved().filter(|record| is_own(&record.tested) && !is_own(&record.enrolled)).count();
    let left = moved().filter(|record| is_own(&record.enrolled) && !is_own(&record.tested)).count();
    if records.is_empty() {
        return (View::Unknown, "neither the file name nor the first records tell".to_owned());
    }
    let of = format!("of the first {} records", records.len());
    let have = |count: usize| if count == 1 { "1 has".to_owned() } else { format!("{count} have") };
    match (came, left) {
        (0, 0) => (View::Unknown, format!("neither the file name nor the LEAs {of} tell")),
        (_, 0) => (View::Tested, format!("{of}, {} another enrolled LEA and none another tested LEA", have(came))),
        (0, _) => (View::Enrolled, format!("{of}, {} another tested LEA and none another enrolled LEA", have(left))),
        _ => (View::Unknown, format!("{of}, {} another enrolled LEA and {left} another tested LEA", have(came))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const OWN: &str = "58999990000000";
    const OTHER: &str = "58888880000000";
    const CHARTER: &str = "58999990123456";

    fn view(records: &[(&str, &str)]) -> View {
        let leas: Vec<Leas> =
            records.iter().filter_map(|(enrolled, tested)| Leas::new(enrolled, tested, false)).collect();
        view_of(&leas).0
    }

    #[test]
    fn students_who_moved_tell_the_view() {
        assert_eq!(view(&[(OWN, OWN), (OTHER, OWN)]), View::Tested);
        assert_eq!(view(&[(OWN, OTHER), (OWN, OWN)]), View::Enrolled);
        assert_eq!(view(&[(OWN, OWN), (OTHER, OWN), (OWN, OTHER)]), View::Unknown);
        assert_eq!(view(&[(OWN, OWN)]), View::Unknown);
    }

    #[test]
    fn a_charter_with_a_code_of_its_own_is_no_other_lea() {
        assert_eq!(view(&[(OWN, OWN), (CHARTER, CHARTER), (OTHER, OWN)]), View::Tested);
        assert_eq!(view(&[(OWN, OWN), (CHARTER, CHARTER), (OWN, OTHER)]), View::Enrolled);
        // A move between the two is in both views.
        assert_eq!(view(&[(OWN, OWN), (CHARTER, CHARTER), (CHARTER, OWN)]), View::Unknown);
    }

    #[test]
    fn exceptions_are_no_moves_and_damaged_codes_no_leas() {
        let leas = [Leas::new(OWN, OWN, false), Leas::new(CHARTER, OWN, true), Leas::new("5.9E+13", OWN, false)];
        let leas: Vec<Leas> = leas.into_iter().flatten().collect();
        assert_eq!((leas.len(), view_of(&leas).0), (2, View::Unknown));
        assert_eq!(view(&[("01999990000000", "1999990000000"), (OTHER, "1999990000000")]), View::Tested);
    }
}
