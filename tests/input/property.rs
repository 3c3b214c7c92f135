//! Whatever the bytes: no panic, and every line that is not blank is accounted for.

use proptest::prelude::*;
use scorelint::input::{InputOptions, Limits, open_each};

use crate::support::files::{Folder, Sheet, drain, gzip, read_with, utf16, zip};

/// Records and findings of a body under a good header; lines in the body that are not blank.
fn accounts(separator: char, body: &[u8], limits: Limits) -> (usize, usize) {
    let header = Sheet::new(2022, 0).delimited(separator);
    let bytes = [header.as_bytes(), body].concat();
    let file =
        read_with(&Folder::new().write("a.csv", &bytes), &InputOptions { limits, ..InputOptions::default() }).unwrap();
    let skipped = file.findings.iter().filter(|one| one.code == "L031").count();
    let remarks: u64 = file.findings.iter().filter(|one| one.code == "L024").map(|one| one.count).sum();
    (file.rows.len(), skipped + remarks as usize)
}

/// The same few records in every form.
fn forms() -> &'static [Vec<u8>] {
    static FORMS: std::sync::LazyLock<Vec<Vec<u8>>> = std::sync::LazyLock::new(|| {
        let sheet = Sheet::new(2021, 6);
        let caret = sheet.caret();
        vec![
            caret.clone().into_bytes(),
            sheet.delimited(',').replace("Quill", "\"Quill,\"").into_bytes(),
            sheet.fixed().into_bytes(),
            utf16(&caret, true),
            gzip(caret.as_bytes()),
            zip(&[("a.csv", caret.as_bytes())]),
            sheet.workbook(&["banner"]),
            zip(&[("a.xlsx", &sheet.workbook(&[])), ("b.dat", sheet.fixed().as_bytes())]),
        ]
    });
    &FORMS
}

fn lines(body: &[u8]) -> usize {
    body.split(|byte| *byte == b'\n').filter(|line| !matches!(line, [] | [b'\r'])).count()
}

fn pieces() -> impl Strategy<Value = Vec<u8>> {
    let piece = prop_oneof![
        Just(b"^".to_vec()),
        Just(b",".to_vec()),
        Just(b"\"".to_vec()),
        Just(b"\"\"".to_vec()),
        Just(b"\n".to_vec()),
        Just(b"\r\n".to_vec()),
        Just(b"\0".to_vec()),
        Just("ñ".as_bytes().to_vec()),
        Just(b"\xF1".to_vec()),
        Just(b"01".to_vec()),
        Just(vec![b'x'; 40]),
    ];
    proptest::collection::vec(piece, 0..120).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_bytes_are_read_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..3000)) {
        let _ = read_with(&Folder::new().write("a.csv", &bytes), &InputOptions::default());
    }

    #[test]
    fn every_line_of_a_caret_file_is_a_record_or_a_finding(body in pieces(), limit in 5000usize..6000) {
        let limits = Limits { record: limit, ..Limits::default() };
        let (records, skipped) = accounts('^', &body, limits);
        prop_assert_eq!(records + skipped, lines(&body));
    }

    #[test]
    fn no_line_of_a_comma_file_is_swallowed(body in pieces()) {
        let (records, skipped) = accounts(',', &body, Limits::default());
        // Without a record of the full width no cell may span lines, so each line is one record.
        prop_assert_eq!(records + skipped, lines(&body));
    }

    #[test]
    fn damaged_files_of_every_form_are_read_or_refused(
        form in 0usize..8,
        damage in proptest::collection::vec((any::<proptest::sample::Index>(), any::<u8>()), 0..6),
        cut in proptest::option::of(any::<proptest::sample::Index>()),
    ) {
        let mut bytes = forms()[form].clone();
        for (place, byte) in damage {
            let place = place.index(bytes.len());
            bytes[place] = byte;
        }
        if let Some(cut) = cut {
            bytes.truncate(cut.index(bytes.len()));
        }
        let limits = Limits { record: 1 << 14, expanded: 1 << 24, ..Limits::default() };
        let path = Folder::new();
        let options = InputOptions { limits, want_sha256: true, ..InputOptions::default() };
        for file in open_each(&[path.write("a", &bytes)], &options).flatten() {
            // Seven rows and one more for each line end that the damage made.
            prop_assert!(drain(file).is_ok_and(|file| file.rows.len() <= 14));
        }
    }

    #[test]
    fn any_text_in_a_zip_or_gzip_is_read_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..600)) {
        let folder = Folder::new();
        for start in [&b"PK\x03\x04"[..], b"\x1F\x8B\x08\x00", b"\xFF\xFE", b"PK\x05\x06"] {
            let _ = read_with(&folder.write("a", [start, &bytes].concat()), &InputOptions::default());
        }
    }
}
