//! The forms in which files arrive: several sheets, carets in column A, double clicks, pipes, wildcards, two forms of
//! one download, totals and remarks.

use rust_xlsxwriter::{Workbook, Worksheet};
use scorelint::finding::FileFinding;
use scorelint::input::{InputErrorKind, InputOptions, Opened, open, open_each};

use crate::support::files::{Folder, Sheet, drain, read, read_with, refused, utf32, zip};
use crate::support::scorelint;

fn named(names: &[&str]) -> InputOptions {
    InputOptions { sheets: names.iter().map(|name| (*name).to_owned()).collect(), ..InputOptions::default() }
}

fn write(page: &mut Worksheet, sheet: &Sheet) {
    for (row, cells) in std::iter::once(&sheet.header).chain(&sheet.rows).enumerate() {
        for (column, cell) in cells.iter().enumerate().filter(|(_, cell)| !cell.is_empty()) {
            page.write_string(row as u32, column as u16, cell).unwrap();
        }
    }
}

/// A workbook with sheets of these names; those with a star are hidden, those with a dash hold no records.
fn workbook(sheets: &[(&str, &Sheet)]) -> Vec<u8> {
    let mut book = Workbook::new();
    for (name, sheet) in sheets {
        let page = book.add_worksheet();
        page.set_name(name.trim_matches(['*', '-'])).unwrap();
        if name.ends_with('-') {
            page.write_string(0, 0, "School").unwrap();
            page.write_string(0, 1, "Students").unwrap();
            continue;
        }
        write(page, sheet);
        page.set_hidden(name.ends_with('*'));
    }
    // The first sheet that shows is the active one.
    if let Some(place) = sheets.iter().position(|(name, _)| !name.ends_with('*')) {
        book.worksheet_from_index(place).unwrap().set_active(true);
    }
    book.save_to_buffer().unwrap()
}

/// What each file is called, and how many records it holds.
fn records(opened: Vec<Opened>) -> Vec<(Option<String>, usize)> {
    let read = opened.into_iter().map(|file| drain(file).unwrap());
    read.map(|file| (file.info.member.clone(), file.rows.len())).collect()
}

fn codes(findings: &[FileFinding]) -> Vec<&'static str> {
    findings.iter().map(|one| one.code).collect()
}

#[test]
fn all_visible_sheets_with_records_are_read() {
    let folder = Folder::new();
    let (one, two) = (Sheet::new(2025, 3), Sheet::new(2025, 5));
    let path = folder.write("a.xlsx", workbook(&[("A", &one), ("Notes-", &one), ("B", &two), ("old*", &one)]));
    let all = records(open(std::slice::from_ref(&path), &InputOptions::default()).unwrap());
    assert_eq!(all, [(Some("A".to_owned()), 3), (Some("B".to_owned()), 5)]);
    let chosen = |names: &[&str]| records(open(std::slice::from_ref(&path), &named(names)).unwrap());
    assert_eq!(chosen(&["b"]), [(None, 5)]);
    assert_eq!(chosen(&["old", "B"]), [(Some("B".to_owned()), 5), (Some("old".to_owned()), 3)]);
    let error = read_with(&path, &named(&["C"])).unwrap_err();
    assert!(matches!(error.kind(), InputErrorKind::NoSuchSheet { .. }), "{error}");
}

#[test]
fn a_hidden_sheet_never_beats_a_visible_one() {
    let folder = Folder::new();
    let (one, two) = (Sheet::new(2025, 3), Sheet::new(2025, 5));
    let file = read(&folder.write("a.xlsx", workbook(&[("old*", &one), ("Data", &two)])));
    assert_eq!((file.rows.len(), file.info.member.as_deref()), (5, None));
    let said = &file.detected("dialect")[0];
    assert!(said.contains("“Data” was read") && said.contains("“old”"), "{said}");
    // Where no visible sheet holds records, the hidden one is read, and it is said.
    let hidden = read(&folder.write("b.xlsx", workbook(&[("old*", &one), ("Notes-", &two)])));
    assert_eq!(hidden.rows.len(), 3);
    assert!(hidden.detected("dialect")[0].contains("hidden"));
}

#[test]
fn records_of_a_sheet_can_be_read_a_second_time() {
    let folder = Folder::new();
    let mut two = Sheet::new(2025, 4);
    two.set(2, "record_type", "99");
    let path = folder.write("a.xlsx", workbook(&[("A", &Sheet::new(2025, 3)), ("B", &two)]));
    let run = scorelint().args(["check", "--select", "V001", "--format", "json"]).arg(&path).output().unwrap();
    let report: serde_json::Value = serde_json::from_slice(&run.stdout).unwrap();
    let finding = &report["findings"][0];
    assert_eq!((finding["rule"].as_str(), finding["line"].as_u64()), (Some("V001"), Some(4)), "{finding}");
}

#[test]
fn a_sheet_of_records_without_header_is_no_silent_loss() {
    let folder = Folder::new();
    let mut headless = Sheet::new(2025, 2);
    headless.header = headless.rows.remove(0);
    let path = folder.write("a.xlsx", workbook(&[("A", &Sheet::new(2025, 3)), ("B", &headless)]));
    let results: Vec<_> = open_each(&[path], &InputOptions::default()).collect();
    let errors: Vec<_> = results.iter().filter_map(|one| one.as_ref().err()).collect();
    assert!(
        matches!(errors[..], [error] if matches!(error.kind(), InputErrorKind::HeaderMissing { .. })),
        "{errors:?}"
    );
}

#[test]
fn carets_in_column_a_are_split() {
    let folder = Folder::new();
    let mut sheet = Sheet::new(2025, 3);
    sheet.set(1, "last_name", "Rivera, Ada");
    let mut book = Workbook::new();
    let page = book.add_worksheet();
    for (row, line) in sheet.caret().lines().enumerate() {
        // A double click splits lines at the commas of names.
        for (column, part) in line.split(',').enumerate() {
            page.write_string(row as u32, column as u16, part).unwrap();
        }
    }
    let file = read(&folder.write("a.xlsx", book.save_to_buffer().unwrap()));
    assert_eq!(file.rows, sheet.rows);
    assert!(file.codes().contains(&"L037"));
}

#[test]
fn a_caret_file_that_was_opened_by_double_click_is_put_together() {
    let folder = Folder::new();
    let mut sheet = Sheet::new(2025, 4);
    sheet.set(1, "last_name", "Rivera, Ada");
    sheet.set(2, "first_name", "Ann \"Nan\"");
    let padded = |line: &str| format!("{line}{}", if line.contains(',') { "" } else { "," });
    let quoted = |line: &str| format!("\"{}\"", line.replace('"', "\"\""));
    let forms: [&dyn Fn(&str) -> String; 3] =
        [&padded, &quoted, &|line| if line.contains('"') { quoted(line) + "," } else { padded(line) }];
    for (form, end) in forms.iter().flat_map(|form| [(form, "\n"), (form, "\r\n")]) {
        let text: String = sheet.caret().lines().map(|line| form(line) + end).collect();
        let file = read(&folder.write("a.csv", text));
        assert_eq!(file.rows, sheet.rows);
        assert_eq!(file.codes(), ["L029", "L037"]);
    }
}

#[test]
fn a_lost_line_end_after_the_header_is_put_back() {
    let folder = Folder::new();
    let sheet = Sheet::new(2025, 3);
    for separator in ['^', ','] {
        let text = sheet.delimited(separator).replacen('\n', "", 1);
        let file = read(&folder.write("a.csv", text));
        assert_eq!((&file.rows, &file.lines[..]), (&sheet.rows, &[1, 2, 3][..]));
        assert!(file.codes().contains(&"L038"));
    }
}

#[test]
fn utf_32_is_read_with_and_without_a_mark() {
    let folder = Folder::new();
    let mut sheet = Sheet::new(2025, 3);
    sheet.set(0, "last_name", "Nuñez");
    for little in [true, false] {
        let bytes = utf32(&sheet.caret(), little);
        for bytes in [&bytes[..], &bytes[4..]] {
            assert_eq!(read(&folder.write("a.csv", bytes)).rows, sheet.rows);
        }
        let cut = read(&folder.write("b.csv", &bytes[..bytes.len() - 2]));
        assert!(cut.codes().contains(&"L001"), "{:?}", cut.codes());
    }
}

#[test]
fn totals_and_remarks_are_no_records_in_any_form() {
    let folder = Folder::new();
    let sheet = Sheet::new(2025, 4);
    for separator in ['^', ','] {
        let wide = format!("Total{}4{}", separator.to_string().repeat(3), separator.to_string().repeat(397));
        let blank = separator.to_string().repeat(400);
        let mut lines: Vec<String> = sheet.delimited(separator).lines().map(str::to_owned).collect();
        lines.insert(3, wide.clone());
        lines.extend([wide, blank, format!("Total{separator}140"), "* preliminary scores of June 2025".to_owned()]);
        for quoted in [false, true] {
            if quoted {
                lines[1] = lines[1].replace("Quillfeather", "\"Quillfeather\"");
            }
            let file = read(&folder.write("a.csv", lines.join("\n") + "\n"));
            assert_eq!((&file.rows, file.odd.len()), (&sheet.rows, 0));
            assert_eq!(file.lines, [2, 3, 5, 6]);
            let remarks: Vec<_> = file.findings.iter().filter(|one| one.code == "L024").collect();
            assert!(matches!(remarks[..], [one] if one.count == 5 && one.line == Some(4)), "{remarks:?}");
        }
    }
    let old = Sheet::new(2022, 4);
    let fixed = read(&folder.write("a.dat", old.fixed() + "Total 4\n"));
    assert_eq!((fixed.rows.len(), codes(&fixed.findings).contains(&"L024")), (4, true));
    let mut with_total = sheet.clone();
    let mut total = vec![String::new(); sheet.header.len()];
    total[0] = "Total".to_owned();
    with_total.rows.push(total);
    let file = read(&folder.write("a.xlsx", workbook(&[("A", &with_total)])));
    assert_eq!((file.rows.len(), codes(&file.findings).contains(&"L024")), (4, true));
}

#[test]
fn details_of_a_file_with_remarks_are_those_of_its_records() {
    let folder = Folder::new();
    let mut sheet = Sheet::new(2025, 4);
    sheet.set(3, "record_type", "99");
    let text = sheet.caret().replacen('\n', "\nTotal^140\n", 1);
    let path = folder.write("a.csv", text);
    let run = scorelint().args(["check", "--select", "V001", "--format", "json"]).arg(path).output().unwrap();
    let report: serde_json::Value = serde_json::from_slice(&run.stdout).unwrap();
    assert_eq!(report["findings"][0]["line"].as_u64(), Some(6), "{}", report["findings"]);
}

#[test]
fn two_forms_that_differ_are_no_longer_said_to_be_the_same() {
    let folder = Folder::new();
    let (csv, dat) = (Sheet::new(2022, 5), Sheet::new(2022, 8));
    let read_zip = |csv: &Sheet, dat: &Sheet| {
        let members = [("x.csv", csv.caret()), ("x.dat", dat.fixed())];
        let members = members.each_ref().map(|(name, text)| (*name, text.as_bytes()));
        read(&folder.write("a.zip", zip(&members)))
    };
    assert!(read_zip(&csv, &csv).detected("source")[0].contains("same data"));
    let different = read_zip(&csv, &dat);
    let loss = different.findings.iter().find_map(FileFinding::loss).unwrap();
    assert!(loss.contains("it holds 8 records, the other 5"), "{loss}");
    assert!(!different.detected("source")[0].contains("the same data in"));
    let other_year = read_zip(&csv, &Sheet::new(2021, 5));
    assert!(other_year.findings.iter().filter_map(FileFinding::loss).any(|loss| loss.contains("2021")));
    // A folder as well, and every command that counts knows that something is missing.
    folder.write("b/x.csv", csv.caret());
    folder.write("b/x.dat", dat.fixed());
    let run = scorelint().arg("account").arg(folder.path().join("b")).output().unwrap();
    let text = String::from_utf8(run.stdout).unwrap();
    assert_eq!(run.status.code(), Some(2));
    assert!(text.contains("INCOMPLETE") && text.contains("8 records"), "{text}");
}

#[test]
fn wildcards_are_expanded() {
    let folder = Folder::new();
    folder.write("a.csv", Sheet::new(2025, 2).caret());
    folder.write("b.csv", Sheet::new(2025, 3).caret());
    folder.write("c.zip", zip(&[("c.csv", Sheet::new(2025, 4).caret().as_bytes())]));
    let counts = |pattern: &str| {
        let files = open(&[folder.path().join(pattern)], &InputOptions::default());
        files.map(|files| files.into_iter().map(|file| drain(file).unwrap().rows.len()).collect::<Vec<_>>())
    };
    assert_eq!(counts("*.csv").unwrap(), [2, 3]);
    assert_eq!(counts("?.*").unwrap(), [2, 3, 4]);
    assert!(matches!(counts("*.dat").unwrap_err().kind(), InputErrorKind::NoMatch));
    // A file of that very name is meant first.
    folder.write("[ab].csv", Sheet::new(2025, 6).caret());
    assert_eq!(counts("[ab].csv").unwrap(), [6]);
}

#[cfg(unix)]
#[test]
fn named_pipes_are_read_once_and_held() {
    use std::process::Stdio;
    let folder = Folder::new();
    let path = folder.write("a.csv", Sheet::new(2025, 300).caret());
    let run = |arguments: &[&str]| {
        let stdin = std::fs::File::open(&path).unwrap();
        // A pipe, where the file itself could be read twice.
        let mut cat = std::process::Command::new("cat").stdin(stdin).stdout(Stdio::piped()).spawn().unwrap();
        let pipe = cat.stdout.take().unwrap();
        let run = scorelint().args(arguments).stdin(pipe).output().unwrap();
        cat.wait().unwrap();
        run
    };
    for arguments in [
        &["account", "--format", "json", "/dev/stdin"][..],
        &["check", "--format", "json", "--fail-on", "never", "/dev/stdin"][..],
    ] {
        let done = run(arguments);
        let report: serde_json::Value = serde_json::from_slice(&done.stdout)
            .unwrap_or_else(|error| panic!("{error}: {}", String::from_utf8_lossy(&done.stderr)));
        assert!(report.to_string().contains("300"), "{report}");
        assert_eq!(done.status.code(), Some(0), "{}", String::from_utf8_lossy(&done.stderr));
    }
    let file = path.to_str().unwrap();
    let second = run(&["check", file, "--fail-on", "never", "--enrolled", "/dev/stdin"]);
    let text = String::from_utf8(second.stdout).unwrap().split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(text.contains("of the 300 students of this file 300 are among its 300"), "{text}");
}

#[test]
fn other_workbooks_are_named_for_what_they_are() {
    let folder = Folder::new();
    let open_document =
        zip(&[("mimetype", b"application/vnd.oasis.opendocument.spreadsheet"), ("content.xml", b"<x/>")]);
    let error = refused(&folder.write("a.ods", open_document)).to_string();
    assert!(error.contains("OpenDocument"), "{error}");
    let binary = zip(&[("xl/workbook.bin", b"x"), ("[Content_Types].xml", b"<x/>")]);
    let error = refused(&folder.write("a.xlsb", binary)).to_string();
    assert!(error.contains(".xlsb"), "{error}");
}

#[test]
fn one_text_in_many_cells_does_not_use_up_the_memory() {
    let folder = Folder::new();
    let mut sheet = Sheet::new(2025, 3);
    sheet.rows[1] = vec!["x".repeat(32_000); sheet.header.len()];
    let file = read(&folder.write("a.xlsx", workbook(&[("A", &sheet)])));
    assert_eq!(file.rows.len(), 2);
    assert!(file.codes().contains(&"L031"));
    sheet.rows = vec![vec!["x".repeat(32_000); 30]; 400];
    let file = read(&folder.write("b.xlsx", workbook(&[("A", &sheet)])));
    assert!(
        file.rows.len() < 400 && file.findings.iter().filter_map(FileFinding::loss).any(|loss| loss.contains("bytes"))
    );
}

#[test]
fn an_old_workbook_ends_after_256_columns() {
    let folder = Folder::new();
    let mut sheet = Sheet::new(2025, 3);
    sheet.header.truncate(256);
    sheet.rows.iter_mut().for_each(|row| row.truncate(256));
    let file = read(&folder.write("a.csv", sheet.delimited(',')));
    let finding = file.findings.iter().find(|one| one.code == "L040").unwrap();
    let shown = |name: &str| finding.shown.iter().find(|one| one.name == name).unwrap().value.clone();
    assert_eq!((shown("count"), shown("row")), ("94".to_owned(), ", the last 94 in a row".to_owned()));
    assert!(!file.codes().contains(&"L017"));
}
