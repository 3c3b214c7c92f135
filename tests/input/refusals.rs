//! Files that cannot be read: each is an error that says what it is and what to do.

use miette::Diagnostic;
use scorelint::input::{InputError, InputErrorKind, InputOptions, open};

use crate::support::files::{Folder, Sheet, gzip, read_with, refused, zip};
use crate::support::{path, snapshots};

fn message(error: &InputError, folder: &Folder) -> String {
    let mut text = error.to_string();
    if let Some(code) = error.code() {
        text = format!("[{code}] {text}");
    }
    if let Some(help) = error.help() {
        text += &format!("\n  help: {help}");
    }
    text.replace(&folder.path().display().to_string(), "DIR")
}

fn header_of_2016() -> String {
    let text = std::fs::read_to_string(path("rules/layouts/headers/2016-165cols.txt")).unwrap();
    text.lines().filter(|line| !line.starts_with('#')).collect::<Vec<_>>().join(",") + "\n"
}

#[test]
fn each_says_what_to_do() {
    let folder = Folder::new();
    let caret = Sheet::new(2022, 2).caret();
    let (_, records) = caret.split_once('\n').unwrap();
    let mut half: Vec<String> = Sheet::new(2025, 0).header;
    half.truncate(120);
    half.iter_mut().skip(1).step_by(3).for_each(|name| *name = format!("My{name}s"));
    let mut dropped = Sheet::new(2023, 1);
    dropped.header.truncate(6);
    dropped.rows[0].truncate(6);
    let packed = zip(&[("a.csv", caret.as_bytes())]);
    let counting = Sheet::new(2022, 2).workbook(&[]);
    let research = "County Code^District Code^School Code^Test Year^Test ID^Student Group ID^Grade^Mean Scale Score\n";
    let files: Vec<(&str, Vec<u8>)> = vec![
        ("empty.csv", vec![]),
        ("blank.csv", b"\n \n".to_vec()),
        ("page.csv", b"<!DOCTYPE html>\n<html><body>Sign in, please</body></html>".to_vec()),
        ("scan.csv", b"%PDF-1.7 \x00\x01".to_vec()),
        ("noise.csv", (0..=255).cycle().take(5000).collect()),
        ("old.xls", b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1".to_vec()),
        ("words.csv", b"only words in here\nand here\n".to_vec()),
        ("semicolons.csv", caret.replace('^', ";").into_bytes()),
        ("headless.csv", records.into()),
        ("year_2016.csv", header_of_2016().into_bytes()),
        ("strange.csv", (half.join("^") + "\n").into_bytes()),
        ("cut.csv", dropped.caret().into_bytes()),
        ("few.csv", b"RecordType^Foo^Bar\n".to_vec()),
        ("two.csv", b"RecordType^SSID\n".to_vec()),
        ("research.txt", research.into()),
        ("elpac.csv", b"SSID^ELPAC Overall Score^Grade\n".to_vec()),
        ("interim.csv", b"StudentIdentifier,AssessmentSubType,AssessmentName\n".to_vec()),
        ("length.dat", format!("01{}ZZ\n", " ".repeat(3000)).into_bytes()),
        ("broken.zip", packed[..20].to_vec()),
        ("empty.zip", zip(&[])),
        ("nothing.zip", zip(&[("a.pdf", b"x"), ("b.pdf", b"y")])),
        ("nested.zip", zip(&[("inner.zip", &packed)])),
        ("nested.csv.gz", gzip(&packed)),
        ("broken.gz", b"\x1F\x8B\x08\x00rubbish rubbish".to_vec()),
        ("broken.xlsx", zip(&[("xl/workbook.xml", b"<workbook>")])),
        ("cut.xlsx", counting[..counting.len() / 2].to_vec()),
        ("stub.xlsx", counting[..400].to_vec()),
    ];
    let mut lines: Vec<String> =
        files.iter().map(|(name, bytes)| message(&refused(&folder.write(name, bytes)), &folder)).collect();
    lines.push(message(&refused(&folder.path().join("nowhere.csv")), &folder));
    let empty = Folder::new();
    lines.push(message(&refused(empty.path()), &empty));
    let stated = |year| InputOptions { year: Some(year), ..InputOptions::default() };
    let path = folder.write("good.csv", &caret);
    lines.push(message(&read_with(&path, &stated(2016)).unwrap_err(), &folder));
    let path = folder.write("good.dat", Sheet::new(2022, 1).fixed());
    lines.push(message(&read_with(&path, &stated(2025)).unwrap_err(), &folder));
    snapshots().bind(|| insta::assert_snapshot!("input_refusals", lines.join("\n\n")));
}

#[test]
fn what_the_system_says_is_told_once() {
    let denied = std::io::Error::from(std::io::ErrorKind::PermissionDenied);
    let error = InputError::from(InputErrorKind::Io { reason: denied }).at("a.csv");
    assert_eq!(error.to_string(), "a.csv cannot be read: permission denied");
    assert!(std::error::Error::source(&error).is_none());
    let empty = InputError::from(InputErrorKind::Empty).at("-");
    assert_eq!(empty.to_string(), "standard input is empty");
}

#[test]
fn a_refusal_that_is_a_rule_is_its_finding_as_well() {
    let folder = Folder::new();
    let code = |name: &str, text: &str| refused(&folder.write(name, text)).finding().map(|one| one.code);
    assert_eq!(code("a.csv", "words\n"), Some("L004"));
    assert_eq!(code("a.csv", &header_of_2016()), Some("L008"));
    assert_eq!(code("a.csv", "SSID^ELPAC Level^Grade\n"), Some("L028"));
    assert_eq!(code("a.csv", ""), None);
}

#[test]
fn other_files_in_a_folder_are_passed_over_and_a_named_one_is_not() {
    let folder = Folder::new();
    folder.write("elpac.csv", "SSID^ELPAC Overall Score^Grade\n");
    let good = folder.write("good.csv", Sheet::new(2022, 2).caret());
    let opened = open(&[folder.path().to_owned()], &InputOptions::default()).unwrap();
    assert!(opened.len() == 1 && opened[0].info.path == good);
    assert!(opened[0].info.detected.iter().any(|one| one.what == "skipped" && one.why.contains("ELPAC")));
    assert!(open(&[folder.path().join("elpac.csv"), good], &InputOptions::default()).is_err());
}
