//! Files put under each other, files given twice, and the marks that other programs leave.

use std::path::PathBuf;

use scorelint::input::{Dialect, InputOptions, Opened, open, open_each};

use crate::support::files::{Folder, ReadFile, Sheet, drain, gzip, read, utf16, zip};

const NAME: &str = "58999990000000_CAASPP_Student_Score_Data_File_TestedStudentScoreData_2022_DLMTR";

fn headers(file: &ReadFile) -> Vec<Option<u64>> {
    file.findings.iter().filter(|one| one.code == "L025").map(|one| one.line).collect()
}

/// Every cell in quotes, as some programs write them.
fn in_quotes(text: &str) -> String {
    let line = |line: &str| line.split(',').map(|cell| format!("\"{cell}\"")).collect::<Vec<_>>().join(",") + "\n";
    text.lines().map(line).collect()
}

#[test]
fn a_header_among_the_records_is_no_record_in_any_form() {
    let folder = Folder::new();
    let sheet = Sheet::new(2022, 3);
    let (caret, comma, fixed) = (sheet.caret(), sheet.delimited(','), sheet.rows.clone());
    let mut twice = Sheet::new(2022, 3);
    twice.rows.push(twice.header.clone());
    twice.rows.extend(fixed);
    let forms: [(&str, Vec<u8>); 6] = [
        ("csv", [caret.as_str(), &caret].concat().into_bytes()),
        ("csv", [caret.as_str(), "\u{FEFF}", &caret].concat().into_bytes()),
        ("csv", [caret.as_str(), &caret].concat().replace('\n', "\r\n").into_bytes()),
        ("csv", [comma.as_str(), &comma].concat().into_bytes()),
        ("csv", in_quotes(&[comma.as_str(), &comma].concat()).into_bytes()),
        ("xlsx", twice.workbook(&[])),
    ];
    for (place, (ending, bytes)) in forms.into_iter().enumerate() {
        let file = read(&folder.write(&format!("{NAME}.{ending}"), bytes));
        assert_eq!(headers(&file), [Some(5)], "{place}");
        assert_eq!(file.lines, [2, 3, 4, 6, 7, 8], "{place}");
        assert_eq!((&file.rows[..3], &file.odd), (&file.rows[3..], &Vec::new()), "{place}");
    }
}

#[test]
fn headers_are_left_out_at_the_edges_of_windows_and_blocks() {
    let folder = Folder::new();
    let sheet = Sheet::new(2022, 1);
    let (header, record) = sheet.caret().split_once('\n').map(|(a, b)| (a.to_owned(), b.to_owned())).unwrap();
    // Windows are of 64 records, blocks of a megabyte.
    let mut text = header.clone() + "\n";
    let mut lines = Vec::new();
    for line in 2..6000 {
        let is_header = line % 65 == 0 || line % 64 == 2 || line == 5999;
        lines.extend((!is_header).then_some(line));
        text += if is_header { header.as_str() } else { record.trim_end() };
        text += "\n";
    }
    let file = read(&folder.write(&format!("{NAME}.csv"), text));
    assert_eq!((file.lines, file.rows.len()), (lines.clone(), lines.len()));
    assert!(file.odd.is_empty());
}

fn opened(paths: &[PathBuf]) -> Vec<Opened> {
    open(paths, &InputOptions::default()).unwrap()
}

fn skipped(files: &[Opened], folder: &Folder) -> Vec<String> {
    let all = files.iter().flat_map(|file| &file.info.detected).filter(|one| one.what == "skipped");
    all.map(|one| format!("{}: {}", one.value, one.why).replace(&folder.path().display().to_string(), "DIR")).collect()
}

#[test]
fn the_same_content_is_read_once() {
    let folder = Folder::new();
    let text = Sheet::new(2022, 3).caret();
    let first = folder.write("a.csv", &text);
    let copy = folder.write("b.csv", &text);
    let packed = folder.write("c.zip", zip(&[("inside.csv", text.as_bytes())]));
    for (others, message) in [
        (vec![first.clone()], "1 file: DIR/a.csv (it holds the same as DIR/a.csv)"),
        (vec![copy.clone()], "1 file: DIR/b.csv (it holds the same as DIR/a.csv)"),
        (vec![packed.clone()], "1 file: DIR/c.zip:inside.csv (it holds the same as DIR/a.csv)"),
    ] {
        let files = opened(&[vec![first.clone()], others].concat());
        assert_eq!((files.len(), skipped(&files, &folder)), (1, vec![message.to_owned()]));
    }
    let files = opened(&[folder.path().to_owned()]);
    assert_eq!(files.len(), 1);
    // As long, but not the same.
    let other = folder.write("d.csv", text.replacen("^01", "^02", 1));
    let (first_length, other_length) =
        (std::fs::metadata(&first).unwrap().len(), std::fs::metadata(&other).unwrap().len());
    assert_eq!(first_length, other_length);
    let differs = std::fs::read(&first).unwrap() != std::fs::read(&other).unwrap();
    assert_eq!(opened(&[first, other]).len(), if differs { 2 } else { 1 });
    let again = folder.write("e.csv.gz", gzip(text.as_bytes()));
    assert_eq!(opened(&[again.clone(), again]).len(), 1);
}

#[test]
fn a_gzip_file_beside_its_content_is_a_copy() {
    let folder = Folder::new();
    let text = Sheet::new(2022, 3).caret();
    let plain = folder.write("a.csv", &text);
    let packed = folder.write("b.csv.gz", gzip(text.as_bytes()));
    let message = |paths: &[PathBuf]| {
        let files = opened(paths);
        (files.len(), skipped(&files, &folder))
    };
    let skipped_one = |what: &str| (1, vec![format!("1 file: {what}")]);
    assert_eq!(message(&[plain.clone(), packed.clone()]), skipped_one("DIR/b.csv.gz (it holds the same as DIR/a.csv)"));
    assert_eq!(message(&[packed.clone(), plain.clone()]), skipped_one("DIR/a.csv (it holds the same as DIR/b.csv.gz)"));
    assert_eq!(message(&[folder.path().to_owned()]), skipped_one("DIR/b.csv.gz (it holds the same as DIR/a.csv)"));
    let archive = folder.write("c.zip", zip(&[("inside.csv", text.as_bytes())]));
    assert_eq!(message(&[archive, packed]), skipped_one("DIR/b.csv.gz (it holds the same as DIR/c.zip:inside.csv)"));
    // Put together from parts, with nothing in the last: the length at its end is that of nothing.
    let (first, rest) = text.split_at(text.len() / 2);
    let parts = [gzip(first.as_bytes()), gzip(rest.as_bytes()), gzip(b"")].concat();
    let joined = folder.write("a.csv.gz", parts);
    assert_eq!(message(&[plain, joined]), skipped_one("DIR/a.csv.gz (it holds the same as DIR/a.csv)"));
}

#[test]
fn a_gzip_file_of_other_or_damaged_content_is_no_copy() {
    let folder = Folder::new();
    let text = Sheet::new(2022, 3).caret();
    let plain = folder.write("a.csv", &text);
    let other = folder.write("a.csv.gz", gzip(text.to_lowercase().as_bytes()));
    assert_eq!(opened(&[plain.clone(), other]).len(), 2);
    let mut bytes = gzip(text.as_bytes());
    let middle = bytes.len() / 2;
    bytes[middle] ^= 0xFF;
    let damaged = folder.write("b.csv.gz", bytes);
    let files: Vec<_> = open_each(&[plain, damaged], &InputOptions::default()).collect();
    assert_eq!(files.len(), 2, "damage is reported, not passed over");
}

#[test]
fn the_end_mark_of_old_programs_is_no_record() {
    let folder = Folder::new();
    let sheet = Sheet::new(2022, 3);
    for (name, text) in [(format!("{NAME}.csv"), sheet.caret()), (format!("{NAME}.dat"), sheet.fixed())] {
        let file = read(&folder.write(&name, text + "\u{1A}"));
        assert_eq!((file.rows.len(), file.codes(), file.odd), (3, Vec::<&str>::new(), Vec::new()), "{name}");
    }
}

#[test]
fn a_file_read_well_in_another_encoding_has_no_bad_bytes() {
    let folder = Folder::new();
    let mut sheet = Sheet::new(2022, 3);
    sheet.set(1, "last_name", "Mu\u{F1}oz");
    for little in [true, false] {
        let file = read(&folder.write(&format!("{NAME}.csv"), utf16(&sheet.caret(), little)));
        assert!(!file.codes().contains(&"L001"), "{:?}", file.codes());
        assert_eq!(file.detected("encoding").len(), 1);
    }
}

#[test]
fn a_header_below_other_lines_is_said_to_be() {
    let folder = Folder::new();
    let sheet = Sheet::new(2022, 2);
    let banner = "Results of 2022\n\nprinted on Monday\n".to_owned();
    let file = read(&folder.write(&format!("{NAME}.csv"), banner + &sheet.caret()));
    assert_eq!(file.detected("header"), ["in line 4: the 3 lines above it hold no column names and were passed over"]);
    assert_eq!((file.info.dialect, file.lines), (Dialect::Caret, vec![5, 6]));
    let file = read(&folder.write(&format!("{NAME}.xlsx"), sheet.workbook(&["Results"])));
    assert_eq!(file.detected("header"), ["in row 2: the row above it holds no column names and was passed over"]);
    let file = read(&folder.write(&format!("{NAME}.csv"), sheet.caret()));
    assert_eq!(file.detected("header"), Vec::<String>::new());
}

#[test]
fn numbers_of_a_workbook_keep_the_digits_that_are_stored() {
    let folder = Folder::new();
    let layout = scorelint::layout::registry().layout(2022).unwrap();
    let mut counting = rust_xlsxwriter::Workbook::new();
    let sheet = counting.add_worksheet();
    for (column, field) in layout.fields.iter().enumerate() {
        sheet.write_string(0, column as u16, field.label()).unwrap();
    }
    let code = Sheet::new(2022, 1).column("calpads_district_code") as u16;
    for row in [1, 2] {
        sheet.write_string(row, Sheet::new(2022, 1).column("record_type") as u16, "01").unwrap();
    }
    sheet.write_number(1, code, 58_999_990_000_000.0).unwrap();
    sheet.write_number(2, code, 1_234_567_890_123_456_789.0).unwrap();
    let file = drain(opened(&[folder.write("a.xlsx", counting.save_to_buffer().unwrap())]).remove(0)).unwrap();
    let column = file.rows.iter().map(|row| row[usize::from(code)].as_str()).collect::<Vec<_>>();
    assert_eq!(column, ["58999990000000", "1.23457E+18"]);
    assert_eq!(
        file.detected("cells"),
        ["numbers: codes are stored as numbers: all their digits were read, but zeros in front are lost"]
    );
}
