//! Files as people have them: several downloads, charters of their own, official files that were saved
//! again, of another district, or of two minds.

use std::path::{Path, PathBuf};

use scorelint::reconcile::{FigureStatus, Reconciliation, StatusCounts, UNREADABLE, reconcile};
use scorelint::synth::{MadeForm, Noise, Order, SceneOrder, Views, write_scene};

use super::{Made, bytes, plain, research_file};
use crate::support;

/// The text of a file, byte for byte.
pub fn text_of(path: &Path) -> String {
    std::fs::read(path).unwrap().into_iter().map(char::from).collect()
}

/// Writes such a text.
pub fn write_text(path: &Path, text: &str) {
    std::fs::write(path, text.chars().map(|one| one as u32 as u8).collect::<Vec<u8>>()).unwrap();
}

/// The header and the records of a score file, cell by cell.
fn cells(path: &PathBuf) -> (Vec<String>, Vec<Vec<String>>) {
    let text = std::fs::read_to_string(path).unwrap();
    let mut rows = text.lines().map(|line| line.split('^').map(str::to_owned).collect::<Vec<_>>());
    (rows.next().unwrap(), rows.collect())
}

fn written(path: &PathBuf, header: &[String], rows: &[Vec<String>]) {
    let lines = std::iter::once(header).chain(rows.iter().map(Vec::as_slice)).map(|row| row.join("^") + "\n");
    std::fs::write(path, lines.collect::<String>()).unwrap();
}

fn place(header: &[String], name: &str) -> usize {
    header.iter().position(|one| one == name).unwrap()
}

/// The records as an older download has them: no one is tested yet.
fn older(header: &[String], rows: &[Vec<String>]) -> Vec<Vec<String>> {
    let values = [("IncludeIndicator", "N"), ("FinalTestCompletedDate", ""), ("ScoreAvailableDate", "")];
    let mut rows = rows.to_vec();
    for row in &mut rows {
        for (name, value) in values {
            row[place(header, name)] = value.to_owned();
        }
    }
    rows
}

fn agrees(tally: StatusCounts) -> (u64, u64, u64) {
    (tally.equal, tally.hidden, tally.unexplained)
}

#[test]
fn an_older_download_that_stands_first_in_the_file_is_the_copy() {
    let made = Made::new(2025, None, 300);
    let file = made.files().remove(0);
    let (header, rows) = cells(&file);
    written(&file, &header, &[older(&header, &rows), rows.clone()].concat());
    let reconciliation = made.reconciled();
    let causes: Vec<&str> = reconciliation.causes.iter().map(|one| one.cause.id.as_str()).collect();
    assert_eq!((causes, reconciliation.tally().unexplained), (vec!["files-concatenated-twice"], 0));
    let lines: Vec<u32> =
        reconciliation.causes[0].records.iter().map(|at| reconciliation.records[*at as usize].line).collect();
    let (first, later): (Vec<u32>, Vec<u32>) = lines.iter().partition(|line| **line as usize <= rows.len() + 1);
    assert!(first.len() > 300, "the older copies are taken out");
    // Of copies with the same dates the first stays.
    let dated = place(&header, "FinalTestCompletedDate");
    assert!(later.iter().all(|line| rows[*line as usize - 2 - rows.len()][dated].is_empty()));
    assert!(made.verified(&bytes(&reconciliation)).is_confirmed());
}

#[test]
fn of_two_downloads_the_newer_results_count_in_any_order() {
    let made = Made::new(2025, None, 300);
    let sound = agrees(made.reconciled().tally());
    let file = made.files().remove(0);
    let (header, rows) = cells(&file);
    for name in ["a-first.csv", "z-last.csv"] {
        let other = made.path(name);
        written(&other, &header, &older(&header, &rows));
        let paths = if name.starts_with('a') { [other, file.clone()] } else { [file.clone(), other] };
        let reconciliation = reconcile(&paths, &made.official(), &plain()).unwrap();
        assert_eq!(agrees(reconciliation.tally()), sound);
        let [copies] = reconciliation.copies.as_slice() else { panic!("{:?}", reconciliation.copies) };
        assert_eq!(copies.results, rows.len() as u64);
        assert!(copies.newer > 300 && reconciliation.inputs[copies.counted].info.path == file);
    }
}

#[test]
fn records_of_the_enrolled_view_alone_are_a_step() {
    let district = Order {
        year: 2025,
        students: 400,
        seed: 5,
        view: scorelint::input::View::Tested,
        form: MadeForm::Caret,
        faults: Vec::new(),
    };
    let order = SceneOrder {
        district,
        views: Views::Both,
        scenario: None,
        noise: Noise::default(),
        threads: 2,
        official_side: None,
    };
    let folder = tempfile::tempdir().unwrap();
    let scene = write_scene(&order, folder.path()).unwrap();
    let paths: Vec<_> = scene.truth.files.iter().map(|name| folder.path().join(name)).collect();
    let (header, tested) = cells(&paths[0]);
    let (_, enrolled) = cells(&paths[1]);
    let key = |row: &Vec<String>| (row[place(&header, "SSID")].clone(), row[place(&header, "RecordType")].clone());
    let both: Vec<_> = enrolled.iter().map(key).collect();
    let is_taken = |row: &&Vec<String>| both.contains(&key(row)) && row[place(&header, "IncludeIndicator")] == "Y";
    let taken: Vec<_> = tested.iter().filter(is_taken).map(key).take(40).collect();
    let kept: Vec<Vec<String>> = tested.into_iter().filter(|row| !taken.contains(&key(row))).collect();
    written(&paths[0], &header, &kept);
    let reconciliation = reconcile(&paths, &[folder.path().join("official")], &plain()).unwrap();
    let found: Vec<_> = reconciliation.causes.iter().map(|one| (one.cause.id.as_str(), one.records.len())).collect();
    let alone = found.iter().find(|(id, _)| *id == "only-in-enrolled-view");
    assert!(alone.is_some_and(|(_, records)| *records >= 40), "{found:?}");
    assert!(reconciliation.enrolled_alone >= 40 && reconciliation.tally().unexplained == 0);
}

fn refused(made: &Made, officials: &[PathBuf]) -> String {
    reconcile(&made.files(), officials, &plain()).unwrap_err().to_string()
}

#[test]
fn official_files_that_contradict_each_other_are_refused_with_both_values() {
    let made = Made::new(2025, None, 150);
    let official = research_file(&made.path("official"), "sb_");
    let text = text_of(&official);
    let header: Vec<&str> = text.lines().next().unwrap().split('^').collect();
    let tested = header.iter().position(|name| *name == "Total Students Tested").unwrap();
    let number: &str = text.lines().nth(1).unwrap().split('^').nth(tested).unwrap();
    let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
    let mut row: Vec<&str> = text.lines().nth(1).unwrap().split('^').collect();
    row[tested] = "98765";
    lines[1] = row.join("^");
    let other = made.path("again_ca2025_v2.txt");
    write_text(&other, &(lines.join("\n") + "\n"));
    let said = refused(&made, &[made.path("official"), other]);
    assert!(said.contains(&format!(": {number} in ")) && said.contains(", 98765 in "), "{said}");
    // The same figures twice are no contradiction.
    let same = made.path("same.txt");
    std::fs::copy(&official, &same).unwrap();
    let again = reconcile(&made.files(), &[made.path("official"), same], &plain()).unwrap();
    assert_eq!(again.tally(), made.reconciled().tally());
}

/// The percents of a research file, written otherwise.
fn rewritten(made: &Made, write: &dyn Fn(&str) -> String) -> PathBuf {
    let official = research_file(&made.path("official"), "sb_");
    let text = text_of(&official);
    let header: Vec<&str> = text.lines().next().unwrap().split('^').collect();
    let is_percent: Vec<bool> = header.iter().map(|name| name.starts_with("Percentage Standard")).collect();
    assert!(is_percent.iter().filter(|one| **one).count() >= 4);
    let lines = text.lines().enumerate().map(|(number, line)| {
        let cells = line.split('^').zip(&is_percent);
        let cells = cells.map(|(cell, is_percent)| {
            let is_number = number > 0 && *is_percent && cell.starts_with(|one: char| one.is_ascii_digit());
            if is_number { write(cell) } else { cell.to_owned() }
        });
        cells.collect::<Vec<_>>().join("^") + "\n"
    });
    let lines: String = lines.collect();
    write_text(&official, &lines);
    official
}

#[test]
fn figures_that_another_program_wrote_are_read_or_told() {
    let made = Made::new(2025, None, 300);
    let sound = made.reconciled().tally();
    let writers: [&dyn Fn(&str) -> String; 2] =
        [&|cell| format!("{cell}%"), &|cell| cell.trim_end_matches('%').replace('.', ",")];
    for write in writers {
        rewritten(&made, write);
        let reconciliation = made.reconciled();
        assert_eq!(reconciliation.tally(), sound);
        assert!(!reconciliation.has_unreadable());
    }
    let official = rewritten(&made, &|_| "NA".to_owned());
    let reconciliation = made.reconciled();
    let is_open = |status| status == FigureStatus::NotCheckable(UNREADABLE);
    let open = reconciliation.cells.iter().filter(|cell| is_open(cell.status)).count() as u64;
    let message: u64 = reconciliation.officials.iter().map(|file| file.unreadable.figures).sum();
    assert!(open > 100 && message >= open, "{open} {message}");
    assert_eq!(reconciliation.tally().compared() + open, sound.compared());
    assert!(made.verified(&bytes(&reconciliation)).is_confirmed());
    let arguments = ["reconcile", &made.scene.truth.files[0], "--official", "official", "--samples", "0"];
    let output = support::scorelint().current_dir(made.folder.path()).args(arguments).output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    assert_eq!(output.status.code(), Some(2), "{text}");
    let name = official.file_name().unwrap().to_string_lossy().into_owned();
    assert!(text.contains("not all is compared") && text.contains(&name) && text.contains("“NA”"), "{text}");
}

#[test]
fn official_files_of_another_district_are_named() {
    let made = Made::new(2025, None, 150);
    for entry in std::fs::read_dir(made.path("official")).unwrap() {
        let path = entry.unwrap().path();
        let text = text_of(&path).replace("58^99999^", "57^99998^");
        write_text(&path, &text);
    }
    let said = refused(&made, &made.official());
    assert!(said.contains("no row of 58999990000000") && said.contains("57999980000000"), "{said}");
}

fn reason(reconciliation: &Reconciliation, kind: u8) -> Vec<FigureStatus> {
    let cells = reconciliation.cells.iter().filter(|cell| cell.entity_type == kind && cell.group == 1);
    cells.map(|cell| cell.status).collect()
}

#[test]
fn a_direct_funded_charter_is_compared_where_all_its_records_are_there() {
    let made = Made::new(2025, None, 600);
    let whole = reason(&made.reconciled(), 9);
    assert!(
        whole.len() > 50
            && whole.iter().all(|status| !matches!(status, FigureStatus::NotCheckable("charter-has-its-own-file")))
    );
    let code = made.reconciled().cells.iter().find(|cell| cell.entity_type == 9).map(|cell| cell.code).unwrap();
    let school = String::from_utf8_lossy(&code).into_owned();
    let file = made.files().remove(0);
    let (header, rows) = cells(&file);
    let at = place(&header, "FinalTestedSchoolCode");
    let (own, others): (Vec<_>, Vec<_>) = rows.into_iter().partition(|row| row[at] == school);
    written(&file, &header, &[others, own[..own.len() / 2].to_vec()].concat());
    let half = made.reconciled();
    let statuses: Vec<FigureStatus> =
        half.cells.iter().filter(|cell| cell.code == code).map(|cell| cell.status).collect();
    assert!(!statuses.is_empty());
    assert!(statuses.iter().all(|status| *status == FigureStatus::NotCheckable("charter-has-its-own-file")));
    assert!(
        half.not_checkable.iter().any(|one| one.id == "charter-has-its-own-file" && one.decided_by.contains("--lea"))
    );
}

#[test]
fn every_district_has_its_own_reason() {
    let made = Made::new(2025, None, 150);
    let mut options = plain();
    options.leas = vec!["58999990000000".to_owned(), "01611190000000".to_owned()];
    let reconciliation = made.reconciled_with(&options).unwrap();
    assert_eq!(reconciliation.leas.len(), 2);
    assert!(reconciliation.leas.iter().all(|(lea, why)| why.starts_with(lea.as_str())), "{:?}", reconciliation.leas);
}
