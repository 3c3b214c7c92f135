//! Every form and encoding of the same data yields the same cells.

use scorelint::input::{Dialect, Encoding, InputOptions, View, list, open};

use crate::support::files::{Folder, ReadFile, Sheet, drain, gzip, read, read_with, utf16, windows_1252, zip};

fn sample(year: u16) -> Sheet {
    let mut sheet = Sheet::new(year, 5);
    sheet.set(1, "last_name", "Nuñez, Zoë");
    sheet.set(2, "first_name", "Anne \"Nan\" O'Hara");
    sheet
}

fn assert_same(file: &ReadFile, sheet: &Sheet) {
    assert_eq!(file.rows, sheet.rows);
    let last = file.info.first_line + sheet.rows.len() as u64;
    assert_eq!(file.lines, (file.info.first_line..last).collect::<Vec<_>>());
    assert_eq!((file.odd.len(), file.info.year), (0, sheet.layout.year()));
}

#[test]
fn delimited_files_of_every_year() {
    let folder = Folder::new();
    for layout in scorelint::layout::registry().layouts() {
        let sheet = sample(layout.year());
        for (separator, dialect) in [('^', Dialect::Caret), (',', Dialect::Comma), ('\t', Dialect::Tab)] {
            let file = read(&folder.write("a.csv", sheet.delimited(separator)));
            assert_same(&file, &sheet);
            assert_eq!((file.info.dialect, file.info.separator), (dialect, separator as u8));
        }
    }
}

#[test]
fn every_encoding() {
    let folder = Folder::new();
    let sheet = sample(2025);
    for separator in ['^', ','] {
        let text = sheet.delimited(separator);
        let encoded = [
            (Encoding::Utf8, text.clone().into_bytes()),
            (Encoding::Utf8Bom, [b"\xEF\xBB\xBF", text.as_bytes()].concat()),
            (Encoding::Utf16Le, utf16(&text, true)),
            (Encoding::Utf16Be, utf16(&text, false)),
            (Encoding::Windows1252, windows_1252(&text)),
        ];
        for (encoding, bytes) in encoded {
            let path = folder.write("a.csv", &bytes);
            let found = read(&path);
            assert_same(&found, &sheet);
            assert_eq!(found.info.encoding, encoding);
            let stated =
                read_with(&path, &InputOptions { encoding: Some(encoding), ..InputOptions::default() }).unwrap();
            assert_same(&stated, &sheet);
        }
    }
}

#[test]
fn line_ends_of_every_kind_and_none_at_the_end() {
    let folder = Folder::new();
    let sheet = sample(2022);
    for text in [sheet.caret(), sheet.fixed(), sheet.delimited(',')] {
        for end in ["\n", "\r\n", "\r"] {
            let text = text.replace('\n', end);
            for text in [text.as_str(), text.trim_end_matches(['\r', '\n'])] {
                let file = read(&folder.write("a.dat", text));
                assert_same(&file, &sheet);
                assert!(!file.codes().contains(&"L003"), "{end:?}: {:?}", file.codes());
            }
        }
    }
}

#[test]
fn fixed_width_files_of_every_year_that_has_them() {
    let folder = Folder::new();
    for year in 2017..=2023 {
        let sheet = sample(year);
        let file = read(&folder.write("a.dat", sheet.fixed()));
        assert_same(&file, &sheet);
        assert_eq!((file.info.dialect, file.info.first_line), (Dialect::Fixed, 1));
    }
}

#[test]
fn fixed_width_records_of_an_earlier_issue_of_2022_are_one_character_shorter() {
    let folder = Folder::new();
    let sheet = sample(2022);
    let cut = 3764 + 37; // the last of the 39 characters of field 307, 0-based
    let short: String = sheet
        .fixed()
        .lines()
        .map(|line| {
            line.chars().enumerate().filter(|(at, _)| *at != cut).map(|(_, one)| one).collect::<String>() + "\n"
        })
        .collect();
    assert_eq!(short.lines().next().unwrap().chars().count(), 4036);
    assert_same(&read(&folder.write("a.dat", short)), &sheet);
}

#[test]
fn packed_files() {
    let folder = Folder::new();
    let sheet = sample(2023);
    let (caret, fixed) = (sheet.caret(), sheet.fixed());
    let gz = read(&folder.write("a.csv.gz", gzip(caret.as_bytes())));
    assert_same(&gz, &sheet);
    assert_eq!(gz.detected("compression"), ["gzip: the file starts with the gzip mark 1F 8B"]);
    let counting = sheet.workbook(&[]);
    for (name, bytes) in [("x.csv", caret.as_bytes()), ("x.dat", fixed.as_bytes()), ("x.xlsx", &counting)] {
        let file = read(&folder.write("a.zip", zip(&[(name, bytes)])));
        assert_same(&file, &sheet);
        assert_eq!(file.info.member.as_deref(), Some(name));
    }
}

#[test]
fn of_both_forms_in_one_zip_or_folder_one_is_read_and_it_is_said() {
    let folder = Folder::new();
    let sheet = sample(2021);
    let (csv, dat) =
        ("58999990000000_TestedStudentScoreData_2021_DLMTR.csv", "58999990000000_TestedStudentScoreData_2021.dat");
    let file = read(&folder.write("a.zip", zip(&[(dat, sheet.fixed().as_bytes()), (csv, sheet.caret().as_bytes())])));
    assert_same(&file, &sheet);
    assert_eq!((file.info.view, file.info.lea.as_deref()), (View::Tested, Some("58999990000000")));
    assert_eq!(file.detected("source"), [format!("{csv}: {dat} holds the same data in fixed width and was not read")]);
    folder.write(&format!("b/{csv}"), sheet.caret());
    folder.write(&format!("b/{dat}"), sheet.fixed());
    folder.write("b/notes.docx", "no");
    folder.write("b/sub/other.csv", sheet.caret().replace("Quillfeather", "Thistlewood"));
    let listing = list(&[folder.path().join("b")], &InputOptions::default());
    let names: Vec<String> =
        listing.files.iter().map(|file| file.name().rsplit('/').next().unwrap().to_owned()).collect();
    assert_eq!(names, [csv, "other.csv"]);
    assert_eq!((listing.skipped.len(), listing.twins.len()), (1, 1));
}

#[test]
fn two_data_sets_in_one_zip_are_two_files() {
    let folder = Folder::new();
    let (tested, mut enrolled) = (sample(2021), sample(2021));
    enrolled.set(0, "last_name", "Thistlewood");
    let texts = [tested.caret(), enrolled.caret()];
    let members = [
        ("x_TestedStudentScoreData_2021.csv", texts[0].as_bytes()),
        ("x_EnrolledStudentScoreData_2021.csv", texts[1].as_bytes()),
    ];
    let files = open(&[folder.write("a.zip", zip(&members))], &InputOptions::default()).unwrap();
    let views: Vec<View> = files.iter().map(|file| file.info.view).collect();
    assert_eq!(views, [View::Tested, View::Enrolled]);
    for (file, sheet) in files.into_iter().zip([tested, enrolled]) {
        assert_same(&drain(file).unwrap(), &sheet);
    }
}

#[test]
fn workbooks_with_banner_rows() {
    let folder = Folder::new();
    let sheet = sample(2025);
    let file = read(&folder.write("a.xlsx", sheet.workbook(&[])));
    assert_same(&file, &sheet);
    assert_eq!((file.info.dialect, file.info.first_line), (Dialect::Workbook, 2));
    let banner = read(&folder.write("b.xlsx", sheet.workbook(&["Score data", "", "printed in June"])));
    assert_same(&banner, &sheet);
    assert_eq!(banner.info.first_line, 5);
    let text = format!("Score data\n\nprinted in June\n{}", sheet.delimited(','));
    let text = read(&folder.write("c.csv", text));
    assert_same(&text, &sheet);
    assert_eq!(text.info.first_line, 5);
}

#[test]
fn a_workbook_shows_what_the_spreadsheet_made_of_the_values() {
    let sheet = Sheet::new(2025, 1);
    let mut counting = rust_xlsxwriter::Workbook::new();
    let page = counting.add_worksheet();
    for (column, name) in sheet.header.iter().enumerate() {
        page.write_string(0, column as u16, name).unwrap();
    }
    let day = rust_xlsxwriter::Format::new().set_num_format("m/d/yyyy");
    page.write_number(1, sheet.column("record_type") as u16, 1).unwrap();
    page.write_number(1, sheet.column("calpads_district_code") as u16, 58_999_990_000_000_f64).unwrap();
    page.write_number(1, sheet.column("ssid") as u16, 9_000_000_001_f64).unwrap();
    page.write_number_with_format(1, sheet.column("date_of_birth") as u16, 40_644, &day).unwrap();
    let folder = Folder::new();
    let file = read(&folder.write("a.xlsx", counting.save_to_buffer().unwrap()));
    let cell = |field| file.rows[0][sheet.column(field)].as_str();
    assert_eq!(cell("record_type"), "1");
    assert_eq!(cell("calpads_district_code"), "58999990000000");
    assert_eq!((cell("ssid"), cell("date_of_birth")), ("9000000001", "2011-04-11"));
}

#[test]
fn quoted_cells_with_separators_and_line_breaks() {
    let folder = Folder::new();
    let mut sheet = sample(2024);
    sheet.set(3, "last_name", "two\nlines, \"quoted\"");
    let file = read(&folder.write("a.csv", sheet.delimited(',')));
    assert_eq!(file.rows, sheet.rows);
    assert_eq!((file.lines.as_slice(), file.codes()), (&[2, 3, 4, 5, 7][..], vec!["L005", "L029"]));
}

#[test]
fn a_record_over_the_end_of_a_block_is_whole() {
    let folder = Folder::new();
    let mut sheet = Sheet::new(2025, 3000);
    (0..3000).for_each(|row| sheet.set(row, "last_name", &format!("a\nb, {row}")));
    let file = read(&folder.write("a.csv", sheet.delimited(',')));
    assert!(file.rows == sheet.rows && file.odd.is_empty());
    let wide = Sheet {
        rows: sheet.rows.iter().map(|row| row.iter().map(|cell| cell.replace(['\n', ','], "é")).collect()).collect(),
        ..sheet
    };
    let file = read(&folder.write("b.csv", utf16(&wide.caret(), true)));
    assert!(file.rows == wide.rows && file.odd.is_empty());
}

#[test]
fn the_hash_is_that_of_the_stored_file_in_every_form() {
    let folder = Folder::new();
    let sheet = sample(2023);
    let caret = sheet.caret();
    let files = [
        ("a.csv", caret.clone().into_bytes()),
        ("a.gz", gzip(caret.as_bytes())),
        ("a.zip", zip(&[("a.csv", caret.as_bytes())])),
        ("a.dat", sheet.fixed().into_bytes()),
        ("a.xlsx", sheet.workbook(&[])),
        ("b.csv", utf16(&caret, false)),
    ];
    for (name, bytes) in files {
        let path = folder.write(name, &bytes);
        let expected: String =
            <sha2::Sha256 as sha2::Digest>::digest(&bytes).iter().map(|byte| format!("{byte:02x}")).collect();
        let wanted = read_with(&path, &InputOptions { want_sha256: true, ..InputOptions::default() }).unwrap();
        assert_eq!(wanted.sha256, Some(expected), "{name}");
        assert_eq!(read(&path).sha256, None);
    }
}

#[test]
fn standard_input_takes_every_form() {
    let folder = Folder::new();
    let sheet = sample(2023);
    let caret = sheet.caret();
    let forms = [
        caret.clone().into_bytes(),
        gzip(caret.as_bytes()),
        zip(&[("a.csv", caret.as_bytes())]),
        sheet.fixed().into_bytes(),
        sheet.workbook(&[]),
    ];
    for bytes in forms {
        let file = std::fs::File::open(folder.write("a", bytes)).unwrap();
        let run = crate::support::scorelint().args(["check", "-", "--format", "json"]).stdin(file).output().unwrap();
        let report: serde_json::Value = serde_json::from_slice(&run.stdout).unwrap();
        let input = &report["inputs"][0];
        assert_eq!(
            (input["path"].as_str(), input["records"].as_u64(), input["layout"].as_u64()),
            (Some("-"), Some(5), Some(2023))
        );
    }
}

#[test]
fn headings_in_another_spelling_are_understood_and_said() {
    let folder = Folder::new();
    let sheet = sample(2023);
    let text = sheet.caret().replacen("FinalTestedSchoolNPSFlag", "Final Tested School NPS Flag", 1);
    let file = read(&folder.write("a.csv", text));
    assert_same(&file, &sheet);
    let message = "1 name in another spelling: “Final Tested School NPS Flag” stands for FinalTestedSchoolNPSFlag";
    assert_eq!(file.detected("header"), [message]);
}

#[test]
fn a_file_can_be_read_a_second_time() {
    let folder = Folder::new();
    let sheet = sample(2023);
    let path = folder.write("a.zip", zip(&[("b.csv", sheet.caret().as_bytes()), ("c.csv", sheet.caret().as_bytes())]));
    for mut file in open(&[path], &InputOptions::default()).unwrap() {
        let mut first = scorelint::input::Block::default();
        assert!(file.source.next(&mut first).unwrap());
        let mut again = scorelint::input::Block::default();
        assert!(scorelint::input::reopen(&file.info, &InputOptions::default()).unwrap().next(&mut again).unwrap());
        assert_eq!(first.bytes, again.bytes);
    }
}
