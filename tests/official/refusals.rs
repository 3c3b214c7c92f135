//! Files that are no official files: each is named, with what to give instead.

use std::path::PathBuf;

use scorelint::official::OfficialOptions;

use super::{read_all, real, written};
use crate::support;

/// The error for a path, as a person reads it, with its help.
fn refused(path: PathBuf) -> String {
    let folder = path.parent().unwrap().display().to_string();
    let error = read_all(std::slice::from_ref(&path)).unwrap_err();
    let help = miette::Diagnostic::help(&error).map(|help| help.to_string()).unwrap_or_default();
    format!("{error}\n  help: {help}").replace(&folder, "…")
}

#[test]
fn wrong_files_are_named() {
    let folder = tempfile::tempdir().unwrap();
    let research = std::fs::read_to_string(real("sb_ca2022_group1_subset.txt")).unwrap();
    let header = research.lines().next().unwrap();
    let cut: Vec<String> =
        research.lines().map(|line| line.split('^').take(12).collect::<Vec<_>>().join("^")).collect();
    let files: [(&str, Vec<u8>); 10] = [
        ("students.csv", b"RecordType^SSID^IncludeIndicator\n01^1^Y\n".to_vec()),
        ("elpac.txt", b"CountyCode,DistrictCode,SchoolCode,RecordType,OverallPerfLvl1Pcnt\n".to_vec()),
        ("page.txt", b"<!doctype html><html><body>Sign in</body></html>".to_vec()),
        ("layout.pdf", b"%PDF-1.7 whatever".to_vec()),
        ("fixed.txt", b"44698070000000          2022B001\n".to_vec()),
        ("letter.txt", b"Dear colleague,\nplease find enclosed\n".to_vec()),
        ("empty.txt", Vec::new()),
        ("header.txt", header.as_bytes().to_vec()),
        ("cut.txt", cut.join("\n").into_bytes()),
        ("broken.zip", b"PK\x03\x04nothing".to_vec()),
    ];
    let said: Vec<String> = files.into_iter().map(|(name, content)| refused(written(&folder, name, content))).collect();
    support::snapshots().bind(|| insta::assert_snapshot!("official-refused", said.join("\n\n")));
}

#[test]
fn a_line_without_end_is_refused_with_its_number() {
    let folder = tempfile::tempdir().unwrap();
    let mut text = std::fs::read(real("sb_ca2022_group1_subset.txt")).unwrap();
    text.extend(std::iter::repeat_n(b'x', 3 << 20));
    let said = refused(written(&folder, "long.txt", text));
    assert!(said.contains("line 168 is longer than 1048576 bytes"), "{said}");
}

#[test]
fn rows_that_cannot_be_used_are_kept_apart() {
    let folder = tempfile::tempdir().unwrap();
    let mut text = std::fs::read_to_string(real("sb_ca2022_group1_subset.txt")).unwrap();
    text.push_str("44^69807\n44^69807^xx^^2022^1^B^1^1^3^1^1^1^^^^^^^1^^^^^^^^^^^^^7\n\n");
    let set = read_all(&[written(&folder, "odd.txt", text)]).unwrap();
    assert_eq!((set.files[0].rows.len(), set.files[0].trouble_count), (166, 2));
    assert_eq!(set.files[0].troubles[0].line, 168);
}

#[test]
fn any_bytes_are_survived() {
    use proptest::prelude::*;
    let folder = tempfile::tempdir().unwrap();
    let research = std::fs::read(real("sb_ca2018_group1_subset.txt")).unwrap();
    proptest!(ProptestConfig::with_cases(64), |(at in 0_usize..18_000, noise in proptest::collection::vec(any::<u8>(), 1..40))| {
        let mut text = research.clone();
        let end = (at + noise.len()).min(text.len());
        text.splice(at.min(end)..end, noise);
        let path = written(&folder, "noise.txt", text);
        // Read or refused: no row is made up, none of the others is lost.
        if let Ok(set) = scorelint::official::read(&[path], &OfficialOptions::default()) {
            for file in &set.files {
                prop_assert!(file.rows.len() <= 125);
            }
        }
    });
}
