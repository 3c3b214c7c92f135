//! What is wrong with a file as such, and what only looks wrong.

use scorelint::input::{InputOptions, Meaning, View};

use crate::support::files::{Folder, ReadFile, Sheet, read, read_with};
use crate::support::snapshots;

/// A name that says all there is to say, so that only the trouble at hand is found.
const NAME: &str = "58999990000000_CAASPP_Student_Score_Data_File_TestedStudentScoreData_2022_DLMTR.csv";

fn named(text: impl AsRef<[u8]>) -> ReadFile {
    read(&Folder::new().write(NAME, text))
}

fn shown(file: &ReadFile) -> Vec<String> {
    let line = |one: &scorelint::finding::FileFinding| {
        let values: Vec<String> = one.shown.iter().map(|shown| format!("{}={}", shown.name, shown.value)).collect();
        format!("{} {}", one.code, values.join(" "))
    };
    file.findings.iter().map(line).collect()
}

/// A sheet whose header and rows are edited together.
fn edited(edit: impl Fn(&mut Vec<String>)) -> String {
    let mut sheet = Sheet::new(2022, 3);
    edit(&mut sheet.header);
    sheet.rows.iter_mut().for_each(edit);
    sheet.caret()
}

#[test]
fn a_clean_file_has_none() {
    let file = named(Sheet::new(2022, 3).caret());
    assert_eq!(shown(&file), Vec::<String>::new());
    assert_eq!(file.info.detected.len(), 5);
}

#[test]
fn what_was_detected_is_said_with_the_reason() {
    let lines = |file: &ReadFile| {
        let line = |one: &scorelint::input::Detected| format!("{}: {} ({})", one.what, one.value, one.why);
        file.info.detected.iter().map(line).collect::<Vec<_>>().join("\n")
    };
    let sheet = Sheet::new(2022, 3);
    let plain = read(&Folder::new().write("scores.csv", sheet.delimited(',')));
    let fixed = read(&Folder::new().write("scores.dat", sheet.fixed()));
    let counting = read(&Folder::new().write("scores.xlsx", sheet.workbook(&["a banner"])));
    let all = [named(sheet.caret()), plain, fixed, counting].iter().map(lines).collect::<Vec<_>>().join("\n\n");
    snapshots().bind(|| insta::assert_snapshot!("input_detected", all));
}

#[test]
fn header_trouble() {
    let sheet = Sheet::new(2022, 3);
    let column = |field| sheet.column(field);
    let district = column("calpads_district_code");
    let include = column("include_indicator");
    let ssid = column("ssid");
    let cases: Vec<(&str, String)> = vec![
        (
            "renamed",
            edited(|row| {
                if row[0] == "RecordType" {
                    row[district] = "Homeroom".into()
                }
            }),
        ),
        (
            "spelled with spaces and dashes",
            edited(|row| {
                if row[0] == "RecordType" {
                    row[ssid] = "s-s_i d".into()
                }
            }),
        ),
        ("dropped, required", edited(|row| drop(row.remove(include)))),
        ("dropped, not required", edited(|row| drop(row.remove(column("genre"))))),
        ("twice", edited(|row| row.push(row[ssid].clone()))),
        (
            "moved to the end",
            edited(|row| {
                let one = row.remove(ssid);
                row.push(one)
            }),
        ),
        (
            "extra first",
            edited(|row| {
                let one = if row[0] == "RecordType" { "RecordIdentifier" } else { "Preliminary" };
                row.insert(0, one.into())
            }),
        ),
        (
            "extra last",
            edited(|row| {
                let one = if row[0] == "RecordType" { "School" } else { "North" };
                row.push(one.into())
            }),
        ),
        ("unnamed columns at the right", edited(|row| row.extend(["".into(), "".into(), "".into()]))),
        (
            "fillers dropped",
            edited(|row| {
                let mut at = 0;
                row.retain(|_| {
                    at += 1;
                    !sheet.layout.fields[at - 1].is_filler()
                })
            }),
        ),
        ("one empty cell too many", edited(|row| row.push(String::new()))),
        (
            "a filler written over",
            edited(|row| {
                if row[0] == "RecordType" {
                    row[7] = "Counselor".into()
                }
            }),
        ),
    ];
    let lines: Vec<String> =
        cases.iter().map(|(name, text)| format!("{name}: {}", shown(&named(text)).join("; "))).collect();
    snapshots().bind(|| insta::assert_snapshot!("input_header_trouble", lines.join("\n")));
}

#[test]
fn columns_are_read_by_name() {
    let sheet = Sheet::new(2022, 3);
    let file = named(edited(|row| row.reverse()));
    for field in ["record_type", "ssid", "end_of_record"] {
        let id = scorelint::layout::registry().id(field).unwrap();
        let column = file.info.column_of(id).unwrap();
        assert_eq!(file.rows[1][column], sheet.rows[1][sheet.column(field)]);
    }
    assert!(file.codes().contains(&"L015"));
}

#[test]
fn text_trouble() {
    let sheet = Sheet::new(2022, 4);
    let text = sheet.caret();
    let lines: Vec<&str> = text.lines().collect();
    let with = |place: usize, line: &str| {
        let mut lines: Vec<&str> = lines.clone();
        lines.insert(place, line);
        lines.join("\n") + "\n"
    };
    let wrapped = text.replacen("Quillfeather", "\"Quillfeather\"", 2);
    let cases: Vec<(&str, Vec<u8>)> = vec![
        ("mark", [b"\xEF\xBB\xBF", text.as_bytes()].concat()),
        (
            "bad bytes",
            [text.replacen("Quill", "Quñll", 3).replace("ñ", "\u{1}").into_bytes()]
                .concat()
                .into_iter()
                .map(|byte| if byte == 1 { 0xF1 } else { byte })
                .collect(),
        ),
        ("NUL bytes", text.replacen("feather", "f\0ath\0r", 2).into_bytes()),
        ("line ends mixed", text.replacen("ZZ\n", "ZZ\r\n", 2).into_bytes()),
        ("commas", sheet.delimited(',').into_bytes()),
        ("header again", with(3, lines[0]).into_bytes()),
        ("cut off", text[..text.len() - 300].into()),
        ("blank lines", with(2, "").into_bytes()),
        ("cells in quotes", wrapped.into_bytes()),
        ("a quote inside", text.replace("Quill", "Qu\"ill").into_bytes()),
        ("no records", format!("{}\n", lines[0]).into_bytes()),
        ("no records, no line end", lines[0].into()),
        ("short record", with(2, "01^2").into_bytes()),
        ("pairs of quotes after the end", text.replace("ZZ\n", "ZZ^\"\"\n").into_bytes()),
        ("quote not closed", sheet.delimited(',').replacen("Quill", "\"Quill", 1).into_bytes()),
    ];
    let line = |(name, bytes): &(&str, Vec<u8>)| {
        let file = named(bytes);
        format!("{name}: {} records, odd {:?}: {}", file.rows.len(), file.odd, shown(&file).join("; "))
    };
    let lines: Vec<String> = cases.iter().map(line).collect();
    snapshots().bind(|| insta::assert_snapshot!("input_text_trouble", lines.join("\n")));
}

#[test]
fn quotes_are_taken_off_cells_of_caret_files() {
    let file = named(Sheet::new(2022, 4).caret().replacen("Quillfeather", "\"Quillfeather\"", 2));
    let names: Vec<&str> = file.rows.iter().map(|row| row[2].as_str()).collect();
    assert_eq!(names, ["Quillfeather"; 4]);
}

#[test]
fn fixed_records_of_a_wrong_length_are_odd_and_reading_goes_on() {
    let text = Sheet::new(2021, 4).fixed();
    let lines: Vec<&str> = text.lines().collect();
    let text = [lines[0], &lines[1][..3000], lines[2], &format!("{} ", lines[3])].join("\n");
    let file = read(&Folder::new().write("a.dat", text));
    assert_eq!((file.rows.len(), file.odd.as_slice()), (4, &[(2, 3000), (4, 3965)][..]));
    let cut = format!("{}\n{}\n{}", lines[0], lines[1], &lines[2][..2000]);
    assert!(read(&Folder::new().write("a.dat", cut)).codes().contains(&"L027"));
}

#[test]
fn the_file_name_is_held_against_the_content() {
    let folder = Folder::new();
    let text = Sheet::new(2022, 3).caret();
    let codes = |name: &str| read(&folder.write(name, &text)).codes();
    assert_eq!(codes("58999990000000_TestedStudentScoreData_2023_DLMTR.csv"), ["L010"]);
    assert_eq!(codes("58888880000000_TestedStudentScoreData_2022_DLMTR.csv"), ["L011"]);
    assert_eq!(codes("renamed.csv"), ["L029"]);
    let stated = InputOptions { view: Some(View::Enrolled), ..InputOptions::default() };
    assert_eq!(read_with(&folder.write("renamed.csv", &text), &stated).unwrap().codes(), Vec::<&str>::new());
}

#[test]
fn a_direct_funded_charter_is_named_by_the_end_of_its_code() {
    let folder = Folder::new();
    let mut sheet = Sheet::new(2022, 3);
    sheet.set_all("calpads_district_code", "58999990123456");
    let name = "01234560000000_TestedStudentScoreData_2022_DLMTR.csv";
    assert_eq!(read(&folder.write(name, sheet.caret())).codes(), Vec::<&str>::new());
}

#[test]
fn the_view_is_told_by_the_column_with_one_lea() {
    let folder = Folder::new();
    let mut sheet = Sheet::new(2022, 3);
    sheet.set_all("final_tested_lea_code", "58999990000000");
    sheet.set(1, "calpads_district_code", "58888880000000");
    assert_eq!(read(&folder.write("a.csv", sheet.caret())).info.view, View::Tested);
    sheet.set_all("calpads_district_code", "58999990000000");
    sheet.set(1, "final_tested_lea_code", "58888880000000");
    for (name, bytes) in
        [("a.csv", sheet.caret().into_bytes()), ("a.dat", sheet.fixed().into_bytes()), ("a.xlsx", sheet.workbook(&[]))]
    {
        assert_eq!(read(&folder.write(name, bytes)).info.view, View::Enrolled, "{name}");
    }
    sheet.set_all("final_tested_lea_code", "58999990000000");
    assert_eq!(read(&folder.write("a.csv", sheet.caret())).info.view, View::Unknown);
}

#[test]
fn years_that_fit_equally_are_told_apart_by_the_testing_windows() {
    let folder = Folder::new();
    let keep = ["record_type", "ssid", "grade_assessed", "include_indicator", "school_window_1_start", "scale_score"];
    for year in [2021, 2023, 2025] {
        let mut sheet = Sheet::new(year, 3);
        sheet.set_all("school_window_1_start", &format!("{year}-03-01"));
        let places: Vec<usize> = keep.iter().map(|field| sheet.column(field)).collect();
        let cut = |row: &Vec<String>| places.iter().map(|place| row[*place].clone()).collect();
        let header = cut(&sheet.header);
        sheet = Sheet { header, rows: sheet.rows.iter().map(cut).collect(), ..sheet };
        let file = read(&folder.write("a.csv", sheet.caret()));
        assert_eq!(file.info.year, year);
        assert!(file.detected("layout")[0].contains("the testing windows are of"));
    }
}

#[test]
fn without_a_header_a_stated_year_is_read_by_position() {
    let sheet = Sheet::new(2023, 3);
    let text: String = sheet.caret().split_inclusive('\n').skip(1).collect();
    let path = Folder::new();
    let file =
        read_with(&path.write("a.csv", text), &InputOptions { year: Some(2023), ..InputOptions::default() }).unwrap();
    assert_eq!((file.rows.len(), file.lines[0], file.info.first_line), (3, 1, 1));
    assert_eq!(file.codes(), ["L007", "L029"]);
    assert!(file.info.columns.iter().all(|column| column.meaning != Meaning::Extra));
}

#[test]
fn a_stated_year_wins_over_the_header() {
    let path = Folder::new();
    let file = path.write("a.csv", Sheet::new(2022, 3).caret());
    let forced = read_with(&file, &InputOptions { year: Some(2023), ..InputOptions::default() }).unwrap();
    assert_eq!((forced.info.year, forced.detected("layout")[0].as_str()), (2023, "2023: stated by the user"));
    assert!(forced.codes().contains(&"L012") || forced.codes().contains(&"L016"));
}
