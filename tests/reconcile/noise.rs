//! A number that no cause explains stays unexplained, and nothing else does.

use std::collections::HashMap;
use std::path::Path;

use scorelint::official::Measure;
use scorelint::reconcile::FigureStatus;

use super::{Made, bytes, research_file};
use crate::support;

/// A cell of a school that was changed: code, test, grade, group, and by how much.
pub(super) type Changed = (String, u16, u8, u16, i64);

/// Adds to the number of tested students in one row of a school, one grade and one group of few
/// students fewer; which row, is chosen by a seed.
pub(super) fn add_noise(path: &Path, seed: usize) -> Changed {
    let text = std::fs::read(path).unwrap();
    let text: String = text.iter().map(|byte| char::from(*byte)).collect();
    let mut lines: Vec<Vec<String>> =
        text.lines().map(|line| line.split('^').map(|cell| cell.trim().to_owned()).collect()).collect();
    let places: HashMap<String, usize> = lines[0].iter().cloned().zip(0..).collect();
    let is_fit = |row: &Vec<String>| {
        let get = |name: &str| row[places[name]].as_str();
        let is_leaf = get("Type ID") == "7"
            && get("District Code") == "99999"
            && get("Grade") != "13"
            && get("Student Group ID") != "1";
        is_leaf && get("Total Students Tested").parse::<u64>().is_ok_and(|tested| tested > 15)
    };
    let fit: Vec<usize> = (1..lines.len()).filter(|place| is_fit(&lines[*place])).collect();
    assert!(fit.len() > 10, "{}", fit.len());
    let row = &mut lines[fit[(seed * 7_919 + 13) % fit.len()]];
    let amount = 3 + seed as i64 % 4;
    let tested = &mut row[places["Total Students Tested"]];
    *tested = (tested.parse::<i64>().unwrap() + amount).to_string();
    let get = |name: &str| row[places[name]].clone();
    let changed = (
        get("County Code") + &get("District Code") + &get("School Code"),
        get("Test ID").parse().unwrap(),
        get("Grade").parse().unwrap(),
        get("Student Group ID").parse().unwrap(),
        amount,
    );
    let written: String = lines.iter().map(|cells| cells.join("^") + "\r\n").collect();
    let written: Vec<u8> = written.chars().map(|letter| u8::try_from(u32::from(letter)).unwrap()).collect();
    std::fs::write(path, written).unwrap();
    changed
}

#[test]
fn exactly_the_noise_is_unexplained() {
    for seed in 0..4 {
        let scenario = (seed % 2 == 1).then_some("charters");
        let made = Made::new(2025, scenario, 1_000);
        let changed = add_noise(&research_file(&made.path("official"), "sb_"), seed);
        let reconciliation = made.reconciled();
        let rest: Vec<_> =
            reconciliation.cells.iter().filter(|cell| cell.status == FigureStatus::Unexplained).collect();
        let message: Vec<Changed> = rest
            .iter()
            .map(|cell| {
                let code = String::from_utf8(cell.code.to_vec()).unwrap();
                (code, cell.test, cell.grade, cell.group, cell.unexplained)
            })
            .collect();
        assert_eq!(message, [changed], "{seed}");
        assert_eq!(rest[0].measure, Measure::Tested);
        assert_eq!(reconciliation.residues.len(), 1);
        let residue = &reconciliation.residues[0];
        let held = reconciliation.cells.get(residue.cell).unwrap();
        assert_eq!((held.code, held.test, held.grade), (rest[0].code, rest[0].test, rest[0].grade));
        assert_eq!((held.group, held.measure), (rest[0].group, rest[0].measure));
        let ids: Vec<&str> = reconciliation.causes.iter().map(|found| found.cause.id.as_str()).collect();
        assert_eq!(ids, scenario.map_or(vec![], |_| vec!["charter-funding-type-changed"]));
        assert!(made.verified(&bytes(&reconciliation)).is_confirmed());
    }
}

/// The table for numbers of the preview page, with what the file itself counts typed in.
#[test]
fn typed_numbers_are_compared() {
    let made = Made::new(2025, None, 400);
    let typed = made.path("numbers.csv");
    let file = &made.files()[0];
    let status = support::scorelint().arg("template").arg(file).arg("--out").arg(&typed).status().unwrap();
    assert!(status.success());
    let reconciliation = made.reconciled();
    let fill = |more: i64| {
        let mut reader = csv::ReaderBuilder::new().has_headers(false).from_path(&typed).unwrap();
        let rows: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
        let mut writer = csv::Writer::from_path(made.path("typed.csv")).unwrap();
        let mut filled = 0;
        for row in rows {
            let mut cells: Vec<String> = row.iter().map(str::to_owned).collect();
            let code = cells[1].replace('-', "");
            let find = |measure: Measure| {
                let same = reconciliation.cells.iter().find(|cell| {
                    cell.code == *code.as_bytes()
                        && cell.measure == measure
                        && (cell.test.to_string(), cell.grade.to_string()) == (cells[4].clone(), cells[6].clone())
                        && cell.group == 1
                });
                same.filter(|cell| cell.status == FigureStatus::Equal).and_then(|cell| cell.ours)
            };
            let numbers = [Measure::Enrolled, Measure::Tested, Measure::WithScores].map(find);
            if filled < 5
                && let [Some(enrolled), Some(tested), Some(scores)] = numbers
            {
                let off = if filled == 2 { more } else { 0 };
                for (column, number) in [(10, enrolled), (11, tested + off), (12, scores)] {
                    cells[column] = number.to_string();
                }
                filled += 1;
            }
            writer.write_record(&cells).unwrap();
        }
        writer.flush().unwrap();
        assert_eq!(filled, 5);
        scorelint::reconcile::reconcile(&made.files(), &[made.path("typed.csv")], &super::plain()).unwrap()
    };
    let all = fill(0);
    assert_eq!((all.tally().equal, all.cells.len(), all.causes.len()), (15, 15, 0));
    let off = fill(1);
    assert_eq!((off.tally().equal, off.tally().unexplained, off.residues.len()), (14, 1, 1));
    assert_eq!(off.residues[0].amount, 1);
}
