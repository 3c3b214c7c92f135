//! The table of typed numbers: written, opened by other programs, typed into, read again.

use std::path::{Path, PathBuf};

use calamine::{Data, Reader as _, Xlsx, open_workbook};
use scorelint::official::{
    FigureState, FileOrigin, Interval, Measure, OfficialFile, OfficialOptions, TemplateRow, read, template_workbook,
    write_template_csv,
};

use super::{read_all, written};
use crate::support;

/// A table for the district of the samples.
fn template(path: &Path, more: &[&str]) {
    let sample = support::path("samples");
    let status = support::scorelint()
        .arg("template")
        .arg(sample)
        .arg("--out")
        .arg(path)
        .arg("--force")
        .args(more)
        .status()
        .unwrap();
    assert!(status.success());
}

fn rows_of(text: &str) -> Vec<Vec<String>> {
    let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(text.as_bytes());
    reader.records().map(|row| row.unwrap().iter().map(str::to_owned).collect()).collect()
}

/// The table with numbers typed into the first line: enrolled, tested, with scores, mean, met.
fn filled(rows: &mut [Vec<String>], line: usize, typed: [&str; 5]) {
    for (column, value) in [10, 11, 12, 13, 18].into_iter().zip(typed) {
        rows[line][column] = value.to_owned();
    }
}

fn joined(rows: &[Vec<String>], separator: &str) -> String {
    let quoted = |cell: &String| if cell.contains([',', ';', '"']) { format!("\"{cell}\"") } else { cell.clone() };
    rows.iter().map(|row| row.iter().map(quoted).collect::<Vec<_>>().join(separator) + "\r\n").collect()
}

fn one_file(path: PathBuf) -> OfficialFile {
    read_all(&[path]).unwrap().files.remove(0)
}

fn refused(path: PathBuf) -> String {
    let error = read_all(&[path]).unwrap_err();
    let help = miette::Diagnostic::help(&error).map(|help| help.to_string()).unwrap_or_default();
    let text = error.to_string();
    format!("{}\n  help: {help}", text.split_once(".csv").map_or(text.as_str(), |(_, rest)| rest))
}

#[test]
fn the_csv_lists_the_cells_of_the_district() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("numbers.csv");
    template(&path, &[]);
    let text = std::fs::read_to_string(&path).unwrap();
    support::snapshots()
        .bind(|| insta::assert_snapshot!("official-template", text.lines().take(6).collect::<Vec<_>>().join("\n")));
    let rows = rows_of(&text);
    assert!(rows.len() > 20 && rows.iter().all(|row| row.len() == 24));
    // All students only, own entities only, nothing typed.
    for row in &rows[1..] {
        assert_eq!(row[8], "1");
        assert!(["6", "7", "9", "10"].contains(&row[3].as_str()), "{row:?}");
        assert!(row[10..].iter().all(String::is_empty));
    }
    template(&path, &["--groups", "all"]);
    assert!(rows_of(&std::fs::read_to_string(&path).unwrap()).len() > 3 * rows.len());
    assert!(refused(path).contains("no number was typed into this table"));
}

#[test]
fn the_workbook_is_opened_by_a_library_and_read_again() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("numbers.xlsx");
    template(&path, &[]);
    let mut counting: Xlsx<_> = open_workbook(&path).unwrap();
    let sheet = counting.worksheet_range("Official numbers").unwrap();
    let texts = sheet.used_cells().all(|(_, _, cell)| matches!(cell, Data::String(_)));
    assert!(texts && sheet.height() > 20 && sheet.get_value((1, 1)).unwrap().to_string().len() == 16);
    // The same table with numbers, as a person types them, among them a percent.
    let filled = folder.path().join("filled.xlsx");
    let mut again = rust_xlsxwriter::Workbook::new();
    let target = again.add_worksheet();
    for (row, column, cell) in sheet.used_cells() {
        target.write_string(row as u32 + 2, column as u16, cell.to_string()).unwrap();
    }
    target.write_string(0, 0, "typed on Monday").unwrap();
    let percent = rust_xlsxwriter::Format::new().set_num_format("0.00%");
    for (column, number) in [(10, 1234.0), (11, 1200.0), (13, 2424.0)] {
        target.write_number(3, column, number).unwrap();
    }
    target.write_number_with_format(3, 18, 0.4217, &percent).unwrap();
    again.save(&filled).unwrap();
    let file = one_file(filled);
    assert_eq!((file.origin, file.rows.len(), file.rows[0].line), (FileOrigin::Typed, 1, 4));
    let values = &file.rows[0].values;
    let exact = |measure: Measure| values.get(measure).exact();
    assert_eq!((exact(Measure::Enrolled), exact(Measure::Tested)), (Some(1234), Some(1200)));
    assert_eq!((exact(Measure::Mean), exact(Measure::PercentMet)), (Some(24_240), Some(4217)));
    assert_eq!(values.get(Measure::WithScores).state(), FigureState::Absent);
}

#[test]
fn typed_numbers_are_read_however_the_table_was_saved() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("numbers.csv");
    template(&path, &[]);
    let mut rows = rows_of(&std::fs::read_to_string(&path).unwrap());
    filled(&mut rows, 1, ["1,234", "1200", "*", "2424.0", "42.17%"]);
    filled(&mut rows, 2, ["", "", "", "", "7.5"]);
    let mut euro = rows.clone();
    filled(&mut euro, 1, ["1.234", "1200", "*", "2424,0", "42,17"]);
    filled(&mut euro, 2, ["", "", "", "", "7,5"]);
    let plain = one_file(written(&folder, "plain.csv", joined(&rows, ",")));
    let saved = one_file(written(&folder, "saved.csv", format!("\u{feff}{}", joined(&euro, ";"))));
    for file in [&plain, &saved] {
        assert_eq!(file.rows.len(), 2);
        let values = &file.rows[0].values;
        assert_eq!(values.enrolled.exact(), Some(1234));
        assert_eq!(values.mean.exact(), Some(24_240));
        assert_eq!(values.percent_met.exact(), Some(4217));
        assert_eq!(values.with_scores.state(), FigureState::Hidden);
        assert_eq!(values.with_scores.interval(), Interval::new(1, 3));
        assert_eq!(values.percents[0].state(), FigureState::Absent);
        assert_eq!(file.rows[1].values.percent_met.exact(), Some(750));
        assert_eq!(file.rows[1].values.enrolled.state(), FigureState::Absent);
    }
    assert_eq!(
        plain.rows.iter().map(|row| row.key()).collect::<Vec<_>>(),
        saved.rows.iter().map(|row| row.key()).collect::<Vec<_>>()
    );
}

#[test]
fn lost_zeros_of_codes_are_put_back_and_told() {
    let folder = tempfile::tempdir().unwrap();
    let text = "Year,Entity code,Test,Grade,Group,Tested\n2022,1100170112607,1,5,1,20\n";
    let file = one_file(written(&folder, "zeros.csv", text));
    assert_eq!((file.rows[0].place.code_text().as_str(), file.repaired_codes), ("01100170112607", 1));
    let message = file.detected.iter().find(|one| one.what == "repaired").unwrap();
    assert_eq!(message.value, "1");
}

#[test]
fn what_cannot_be_read_is_told_with_its_place() {
    let folder = tempfile::tempdir().unwrap();
    let table = |cells: &str| format!("Year,Entity code,Test,Grade,Group,Tested,Mean,Met percent\n{cells}\n");
    let cases = [
        "2022,58-99999-0000000,1,5,1,twelve,,",
        "2022,58-99999-0000000,1,5,1,12.5,,",
        "2022,58-99999-0000000,1,5,1,,2424.05,",
        "2022,58-99999-0000000,1,5,1,,,0.4217",
        "2022,58-99999-0000000,1,5,1,,,142.17",
        "2022,5.9E+13,1,5,1,12,,",
        "2022,58-99999-0000000,ELA,5,1,12,,",
        ",58-99999-0000000,1,5,1,12,,",
        "2022,58-99999-0000000,1,5,1,=1+1,,",
    ];
    let said: Vec<String> = cases.iter().map(|cells| refused(written(&folder, "numbers.csv", table(cells)))).collect();
    support::snapshots().bind(|| insta::assert_snapshot!("official-typed-refused", said.join("\n\n")));
}

#[test]
fn names_are_never_formulas() {
    let row = TemplateRow {
        year: 2025,
        code: "58999990000000".to_owned(),
        entity: "=HYPERLINK(\"x\")\u{202E}".to_owned(),
        entity_type: 7,
        test: (1, "+1".to_owned()),
        grade: (5, "-1".to_owned()),
        group: (1, "@x".to_owned()),
    };
    let mut text = Vec::new();
    write_template_csv(&mut text, std::slice::from_ref(&row)).unwrap();
    for cell in &rows_of(&String::from_utf8(text).unwrap())[1] {
        assert!(!cell.starts_with(['=', '+', '-', '@']) && !cell.contains('\u{202E}'), "{cell}");
    }
    let folder = tempfile::tempdir().unwrap();
    let path = written(&folder, "names.xlsx", template_workbook(&[row]).unwrap());
    let mut counting: Xlsx<_> = open_workbook(&path).unwrap();
    assert!(counting.worksheet_formula("Official numbers").unwrap().is_empty());
}

#[test]
fn a_table_of_typed_numbers_takes_part_in_the_lint() {
    let folder = tempfile::tempdir().unwrap();
    let text = "Year,Entity code,Test,Grade,Group,Enrolled,Tested\n2022,58-99999-0000000,1,5,1,20,21\n";
    let path = written(&folder, "numbers.csv", text);
    assert_eq!(read(std::slice::from_ref(&path), &OfficialOptions::default()).unwrap().files.len(), 1);
    let run = support::scorelint().args(["check", "--format", "concise"]).arg(&path).output().unwrap();
    let said = String::from_utf8(run.stdout).unwrap();
    assert!(said.contains("error O010") && run.status.code() == Some(1), "{said}");
}

/// Counts by level that were not looked at are blank: what was typed need not add up with them.
#[test]
fn levels_that_were_not_looked_at_add_up_to_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("numbers.csv");
    template(&path, &[]);
    let mut rows = rows_of(&std::fs::read_to_string(&path).unwrap());
    for line in 1..rows.len().min(6) {
        filled(&mut rows, line, ["50", "48", "47", "2500.0", ""]);
    }
    let check = |rows: &[Vec<String>]| {
        std::fs::write(&path, joined(rows, ",")).unwrap();
        let output = support::scorelint().arg("check").arg(&path).output().unwrap();
        String::from_utf8(output.stdout).unwrap()
    };
    let blank = check(&rows);
    assert!(blank.contains("nothing found"), "{blank}");
    // One level alone can be too many students; all four have to add up.
    rows[1][19] = "48".to_owned();
    let too_many = check(&rows);
    assert!(too_many.contains("O023") && !too_many.contains("nothing found"), "{too_many}");
    for (column, count) in [(19, "10"), (20, "12"), (21, "20"), (22, "5")] {
        rows[1][column] = count.to_owned();
    }
    let right = check(&rows);
    assert!(right.contains("nothing found"), "{right}");
}
