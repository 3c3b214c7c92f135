//! Damaged and malicious input: bounded, reported, and never lost without a word.

use scorelint::input::{InputError, InputErrorKind, InputOptions, Limits};

use crate::support::files::{Folder, ReadFile, Sheet, gzip, read, read_with, utf16, zip};

fn limited(bytes: &[u8], limits: Limits) -> Result<ReadFile, InputError> {
    read_with(&Folder::new().write("a.csv", bytes), &InputOptions { limits, ..InputOptions::default() })
}

#[test]
fn a_line_over_the_limit_is_skipped_with_its_place() {
    let sheet = Sheet::new(2022, 4);
    for text in [sheet.caret(), sheet.delimited(',')] {
        let lines: Vec<&str> = text.lines().collect();
        let long = "x".repeat(3 << 20);
        let text = [lines[0], lines[1], &long, lines[2], lines[3]].join("\n");
        let file = limited(text.as_bytes(), Limits::default()).unwrap();
        assert_eq!((file.rows.len(), file.lines.as_slice()), (3, &[2, 4, 5][..]));
        let message = file.findings.iter().find(|one| one.code == "L031").unwrap();
        assert_eq!((message.line, message.byte), (Some(3), Some((lines[0].len() + lines[1].len() + 2) as u64)));
    }
}

#[test]
fn a_file_without_line_ends_is_bounded() {
    let mut text = Sheet::new(2022, 1).caret().into_bytes();
    text.resize(8 << 20, b'^');
    let file = limited(&text, Limits::default()).unwrap();
    assert!(file.codes().contains(&"L031"));
    assert_eq!(file.rows.len(), 1);
}

#[test]
fn a_broken_gzip_keeps_what_was_read_and_names_the_place() {
    let sheet = Sheet::new(2022, 2000);
    let packed = gzip(sheet.caret().as_bytes());
    for broken in [packed[..packed.len() / 2].to_vec(), packed[..packed.len() - 4].to_vec()] {
        let file = read(&Folder::new().write("a.csv.gz", &broken));
        let message = file.findings.iter().find(|one| one.code == "L035").unwrap();
        assert!(message.byte.unwrap() > 0 && message.line.unwrap() > 1);
        let whole = file.rows.len() - file.odd.len();
        assert!(whole > 100);
        assert_eq!(file.rows[..whole], sheet.rows[..whole]);
    }
}

#[test]
fn a_damaged_zip_member_is_told_at_its_end() {
    let sheet = Sheet::new(2022, 50);
    let mut packed = zip(&[("a.csv", sheet.caret().as_bytes())]);
    let directory = packed.windows(4).position(|four| four == b"PK\x01\x02").unwrap();
    // The checksum in the directory, so that unpacking works and the comparison fails.
    packed[directory + 16] ^= 0xFF;
    let file = read(&Folder::new().write("a.zip", &packed));
    assert_eq!(file.rows, sheet.rows);
    let message = file.findings.iter().find(|one| one.code == "L035").unwrap();
    assert!(message.shown.iter().any(|shown| shown.value.contains("checksum")));
}

#[test]
fn a_bomb_is_stopped_by_size_and_by_ratio() {
    let mut text = Sheet::new(2022, 1).caret();
    text.push_str(&"\n".repeat(70 << 20));
    let packed = [gzip(text.as_bytes()), zip(&[("a.csv", text.as_bytes())])];
    for bytes in &packed {
        let reason = |limits| {
            let file = limited(bytes, limits).unwrap();
            let message = file.findings.iter().find(|one| one.code == "L035").unwrap();
            message.shown.iter().find(|shown| shown.name == "reason").unwrap().value.clone()
        };
        assert!(reason(Limits { expanded: 1 << 20, ..Limits::default() }).contains("more than 1048576 bytes"));
        assert!(reason(Limits { ratio: 100, ..Limits::default() }).contains("more than 100 times"));
    }
}

#[test]
fn a_workbook_is_measured_before_it_is_read() {
    let counting = Sheet::new(2022, 20).workbook(&[]);
    let error = limited(&counting, Limits { expanded: 5000, ..Limits::default() }).unwrap_err();
    assert!(matches!(error.kind(), InputErrorKind::BrokenArchive { .. } | InputErrorKind::TooLarge { .. }), "{error}");
}

#[test]
fn broken_quotes_cost_their_own_line_only() {
    let sheet = Sheet::new(2022, 60);
    let lines: Vec<String> = sheet.delimited(',').lines().map(str::to_owned).collect();
    let mut broken = lines.clone();
    for place in [5, 20, 21, 60] {
        broken[place] = broken[place].replace("Quill", "\"Quill");
    }
    let file = limited((broken.join("\n") + "\n").as_bytes(), Limits::default()).unwrap();
    let message: Vec<u64> = file.findings.iter().filter(|one| one.code == "L033").filter_map(|one| one.line).collect();
    assert_eq!(message, [6, 21, 22, 61]);
    assert_eq!(file.lines, (2..=61).collect::<Vec<_>>());
}

#[test]
fn half_a_character_is_told() {
    let text = Sheet::new(2022, 3).caret();
    let mut wide = utf16(&text, true);
    let place = wide.len() - 60;
    wide[place..place + 2].copy_from_slice(&[0x00, 0xD8]);
    let file = limited(&wide, Limits::default()).unwrap();
    let lines: Vec<Option<u64>> = file.findings.iter().filter(|one| one.code == "L001").map(|one| one.line).collect();
    assert_eq!(lines, [Some(4)]);
}

#[test]
fn exports_pasted_together_keep_their_letters() {
    let mut sheet = Sheet::new(2022, 4);
    sheet.set_all("last_name", "Nuñez");
    let text = sheet.caret();
    let seam = text.match_indices('\n').nth(2).unwrap().0 + 1;
    let mut bytes = text.as_bytes()[..seam].to_vec();
    bytes.extend(crate::support::files::windows_1252(&text[seam..]));
    let file = limited(&bytes, Limits::default()).unwrap();
    assert_eq!(file.rows, sheet.rows);
    assert!(file.codes().contains(&"L001"));
}
