//! The view is determined from the records where the name of the file does not say it.

use scorelint::input::View;
use scorelint::synth::{MadeForm, Order, write_district};

use crate::support::files::{Folder, read};

fn district(year: u16, students: u64, view: View) -> String {
    let order = Order { year, students, seed: 11, view, form: MadeForm::Caret, faults: Vec::new() };
    let mut bytes = Vec::new();
    write_district(&order, &mut bytes).unwrap();
    String::from_utf8(bytes).unwrap()
}

fn view_of(text: &str) -> (View, String) {
    let folder = Folder::new();
    let file = read(&folder.write("scores.csv", text));
    (file.info.view, file.detected("view").concat())
}

/// The same records in another order.
fn reordered(text: &str, step: usize) -> String {
    let (header, records) = text.split_once('\n').unwrap();
    let records: Vec<&str> = records.lines().collect();
    let moved = (0..records.len()).map(|at| records[(at * step + step / 2) % records.len()]);
    std::iter::once(header).chain(moved).map(|line| format!("{line}\n")).collect()
}

/// A step that meets every record once.
fn steps(text: &str) -> impl Iterator<Item = usize> {
    let count = text.lines().count() - 1;
    [1, 7, 101, count - 1]
        .into_iter()
        .filter(move |step| (2..=*step).all(|part| step % part > 0 || !count.is_multiple_of(part)))
}

#[test]
fn districts_of_all_years_tell_their_view_in_any_order() {
    for year in 2021..=2025 {
        for view in [View::Tested, View::Enrolled] {
            let text = district(year, 300, view);
            for step in steps(&text) {
                let (found, why) = view_of(&reordered(&text, step));
                assert_eq!(found, view, "{year} {view:?} {step}: {why}");
                assert!(why.contains("enrolled LEA") && why.contains("tested LEA"), "{why}");
            }
        }
    }
}

#[test]
fn large_districts_tell_their_view() {
    for view in [View::Tested, View::Enrolled] {
        let (found, why) = view_of(&district(2025, 3000, view));
        assert_eq!(found, view, "{why}");
    }
}

#[test]
fn both_views_in_one_file_are_neither() {
    let tested = district(2025, 300, View::Tested);
    let enrolled = district(2025, 300, View::Enrolled);
    let (_, records) = enrolled.split_once('\n').unwrap();
    // The records that differ stand anywhere: both views are small enough to be looked at together.
    let (found, why) = view_of(&(district(2025, 100, View::Tested) + &reordered(records, 1)));
    assert!(found == View::Unknown || found == View::Enrolled, "{why}");
    let (found, why) = view_of(&reordered(&(tested + records), 2));
    assert_eq!(found, View::Unknown, "{why}");
}

#[test]
fn before_2021_nothing_tells() {
    let (found, why) = view_of(&district(2019, 100, View::Tested));
    assert_eq!(
        (found, why.as_str()),
        (View::Unknown, "unknown: the file name does not say it, and records of 2019 do not tell")
    );
}
