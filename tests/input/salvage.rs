//! Zip archives without their list of files: what came through is read, what did not is reported.

use std::io::Write;

use scorelint::finding::FileFinding;
use scorelint::input::{InputError, InputErrorKind, InputOptions, Limits, Opened, open, open_each};
use zip::write::SimpleFileOptions;

use crate::support::files::{Folder, ReadFile, Sheet, drain, zip};

/// A member of an archive in the making.
struct Part<'a> {
    name: &'a str,
    bytes: &'a [u8],
    options: SimpleFileOptions,
}

fn part<'a>(name: &'a str, bytes: &'a [u8]) -> Part<'a> {
    Part { name, bytes, options: SimpleFileOptions::default() }
}

/// An archive, and where the list of files begins.
fn archive(parts: &[Part<'_>]) -> (Vec<u8>, usize) {
    let mut writer = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for one in parts {
        writer.start_file(one.name, one.options).unwrap();
        writer.write_all(one.bytes).unwrap();
    }
    let bytes = writer.finish().unwrap().into_inner();
    let list = list_of(&bytes);
    (bytes, list)
}

/// Where the list begins, as the end of a sound archive says.
fn list_of(bytes: &[u8]) -> usize {
    let at = bytes.len() - 6;
    u32::from_le_bytes(bytes[at..at + 4].try_into().unwrap()) as usize
}

/// An archive written to a stream, as servers do: sizes stand behind the files.
fn streamed(parts: &[(&str, &[u8])]) -> (Vec<u8>, usize) {
    let mut writer = zip::ZipWriter::new_stream(Vec::new());
    for (name, bytes) in parts {
        writer.start_file(*name, SimpleFileOptions::default()).unwrap();
        writer.write_all(bytes).unwrap();
    }
    let bytes = writer.finish().unwrap().into_inner();
    let list = list_of(&bytes);
    (bytes, list)
}

fn is_broken(error: &InputError) -> bool {
    matches!(error.kind(), InputErrorKind::BrokenArchive { .. })
}

fn opened(bytes: &[u8], limits: Limits) -> Vec<Result<Opened, InputError>> {
    let folder = Folder::new();
    let path = folder.write("a.zip", bytes);
    let files = open_each(&[path], &InputOptions { limits, ..InputOptions::default() });
    // Opened files own their handles: the folder may go.
    files.collect()
}

fn files(bytes: &[u8]) -> Vec<ReadFile> {
    let folder = Folder::new();
    let all = open(&[folder.write("a.zip", bytes)], &InputOptions::default()).unwrap();
    all.into_iter().map(|file| drain(file).unwrap()).collect()
}

fn message<'a>(file: &'a ReadFile, code: &str) -> Option<&'a FileFinding> {
    file.findings.iter().find(|one| one.code == code)
}

fn said(finding: &FileFinding, name: &str) -> String {
    finding.shown.iter().find(|shown| shown.name == name).unwrap().value.clone()
}

#[test]
fn files_are_found_without_the_list() {
    let sheets = [Sheet::new(2022, 300), Sheet::new(2023, 200)];
    let texts = [sheets[0].caret(), sheets[1].caret()];
    let parts = [("a.csv", texts[0].as_bytes()), ("in/b.csv", texts[1].as_bytes())];
    let (packed, list) = archive(&[part(parts[0].0, parts[0].1), part(parts[1].0, parts[1].1)]);
    let (streamed, end) = streamed(&parts);
    // Without the end of the list, without the list, and with sizes behind the files.
    for bytes in [&packed[..packed.len() - 10], &packed[..list], &packed[..list + 20], &streamed[..end]] {
        let files = files(bytes);
        assert_eq!(files.len(), 2);
        for (file, sheet) in files.iter().zip(&sheets) {
            assert_eq!(file.rows, sheet.rows);
            assert!(message(file, "L035").is_none());
            assert_eq!(said(message(file, "L036").unwrap(), "found"), "a.csv, in/b.csv");
        }
    }
    assert_eq!(
        said(message(&files(&packed[..packed.len() - 10])[0], "L036").unwrap(), "lost"),
        "nothing else stands before its list of files"
    );
    assert_eq!(said(message(&files(&packed[..list])[0], "L036").unwrap(), "lost"), "what came after it is lost");
}

#[test]
fn a_file_that_breaks_off_gives_its_start_and_the_place() {
    let sheet = Sheet::new(2022, 2000);
    let text = sheet.caret();
    let first = Sheet::new(2023, 3).caret();
    let stored = SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored);
    let plain = archive(&[part("a.csv", first.as_bytes()), part("b.csv", text.as_bytes())]).0;
    let kept =
        archive(&[part("a.csv", first.as_bytes()), Part { options: stored, ..part("b.csv", text.as_bytes()) }]).0;
    let streamed = streamed(&[("a.csv", first.as_bytes()), ("b.csv", text.as_bytes())]).0;
    for bytes in [&plain, &kept, &streamed] {
        let files = files(&bytes[..bytes.len() * 2 / 3]);
        assert_eq!(files.len(), 2);
        assert!(files[0].rows.len() == 3 && message(&files[0], "L035").is_none());
        let cut = &files[1];
        let place = message(cut, "L035").unwrap();
        let whole = cut.rows.len() - cut.odd.len();
        assert!(whole > 100 && cut.rows[..whole] == sheet.rows[..whole]);
        // The bytes that were read, and the line that is not whole any more.
        let bytes = place.byte.unwrap() as usize;
        assert!(bytes <= text.len() && place.line.unwrap() > whole as u64, "{place:?}");
        assert_eq!(
            text[..bytes].lines().count() as u64,
            place.line.unwrap().max(2) - u64::from(text[..bytes].ends_with('\n'))
        );
        assert!(said(message(cut, "L036").unwrap(), "lost").starts_with("b.csv breaks off"));
    }
}

#[test]
fn every_cut_of_an_archive_is_read_or_refused_and_never_silent() {
    let text = Sheet::new(2022, 12).caret();
    let parts = [("a.csv", text.as_bytes()), ("b.csv", text.as_bytes())];
    for bytes in [zip(&parts), streamed(&parts).0] {
        for length in 4..bytes.len() {
            for file in opened(&bytes[..length], Limits::default()).into_iter().flatten() {
                let file = drain(file).unwrap();
                assert!(message(&file, "L036").is_some(), "{length}");
                let whole = file.rows.len() - file.odd.len() == 12;
                assert!(whole || message(&file, "L035").is_some(), "{length}");
            }
        }
    }
}

#[test]
fn sizes_and_checksums_that_lie_are_found_out() {
    let sheet = Sheet::new(2022, 40);
    let text = sheet.caret();
    let (bytes, list) = archive(&[part("a.csv", text.as_bytes()), part("b.csv", text.as_bytes())]);
    let changed = |at: usize, with: &[u8]| {
        let mut bytes = bytes[..list].to_vec();
        bytes[at..at + with.len()].copy_from_slice(with);
        files(&bytes)
    };
    // The checksum, the packed size (too large), and the length of the first file.
    assert!(said(message(&changed(14, &[1, 2, 3, 4])[0], "L035").unwrap(), "reason").contains("checksum"));
    let large = changed(18, &[0xF0, 0xFF, 0xFF, 0x7F]);
    assert!(large.len() == 1 && large[0].rows == sheet.rows && message(&large[0], "L036").is_some());
    assert!(message(&changed(22, &[0xFF, 0xFF, 0xFF, 0])[0], "L035").is_some());
    // A size that points into the middle: what follows is no header, and the file cannot be read.
    let mut small = bytes[..list].to_vec();
    small[18..22].copy_from_slice(&[20, 0, 0, 0]);
    let refused = opened(&small, Limits::default());
    assert!(matches!(&refused[..], [Err(error)] if is_broken(error)), "{refused:?}");
}

#[test]
fn a_bomb_in_a_broken_archive_is_stopped() {
    let mut text = Sheet::new(2022, 1).caret();
    text.push_str(&"\n".repeat(70 << 20));
    for (bytes, list) in [archive(&[part("a.csv", text.as_bytes())]), streamed(&[("a.csv", text.as_bytes())])] {
        for limits in [Limits { expanded: 1 << 20, ..Limits::default() }, Limits { ratio: 100, ..Limits::default() }] {
            let file = opened(&bytes[..list], limits).remove(0).unwrap();
            let file = drain(file).unwrap();
            let reason = said(message(&file, "L035").unwrap(), "reason");
            assert!(reason.contains("more than"), "{reason}");
        }
    }
}

#[test]
fn names_of_a_hostile_archive_stay_names() {
    let sheet = Sheet::new(2022, 3);
    let text = sheet.caret();
    let other = text.replace("Quillfeather", "Thistlewood");
    let inner = zip(&[("inner.csv", text.as_bytes())]);
    let stored = SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored);
    let (bytes, list) = archive(&[
        Part { options: stored, ..part("nested.zip", &inner) },
        part("../../up.csv", text.as_bytes()),
        part("C:\\down.csv", other.as_bytes()),
    ]);
    let files = files(&bytes[..list]);
    let names: Vec<&str> = files.iter().filter_map(|file| file.info.member.as_deref()).collect();
    assert_eq!(names, ["../../up.csv", "C:\\down.csv"], "nothing is taken out of the inner archive");
    let skipped = files.last().unwrap().detected("skipped").concat();
    assert!(skipped.contains("nested.zip") && skipped.contains("second time"), "{skipped}");
}

#[test]
fn files_of_one_name_are_told_apart() {
    let sheets = [Sheet::new(2022, 3), Sheet::new(2022, 5)];
    let texts = [sheets[0].caret(), sheets[1].caret()];
    let (bytes, list) = archive(&[part("a.csv", texts[0].as_bytes()), part("b.csv", texts[1].as_bytes())]);
    let mut bytes = bytes[..list].to_vec();
    let second = bytes.windows(5).position(|five| five == b"b.csv").unwrap();
    bytes[second] = b'a';
    let files = files(&bytes);
    let names: Vec<(&str, usize)> =
        files.iter().map(|file| (file.info.member.as_deref().unwrap(), file.rows.len())).collect();
    assert_eq!(names, [("a.csv", 3), ("a (2).csv", 5)]);
}

#[test]
fn protected_files_are_named_and_the_others_read() {
    let text = Sheet::new(2022, 3).caret();
    let (bytes, list) = archive(&[part("a.csv", text.as_bytes()), part("b.csv", text.as_bytes())]);
    let protected = |bytes: &[u8], marks: &[&[u8]]| {
        let mut bytes = bytes.to_vec();
        for mark in marks {
            let at = bytes.windows(4).position(|four| four == *mark).unwrap();
            bytes[at + if mark[2] == 1 { 8 } else { 6 }] |= 1;
        }
        bytes
    };
    let broken = files(&protected(&bytes[..list], &[b"PK\x03\x04"]));
    assert_eq!(broken.len(), 1);
    assert!(said(message(&broken[0], "L036").unwrap(), "lost").contains("a.csv (protected by a password)"));
    // In a sound archive as well one protected file does not keep the others from being read.
    let sound = opened(&protected(&bytes, &[b"PK\x03\x04", b"PK\x01\x02"]), Limits::default());
    let refused: Vec<String> =
        sound.iter().filter_map(|file| file.as_ref().err()).map(|error| error.reason()).collect();
    assert_eq!((sound.len(), refused.as_slice()), (2, &["a.csv is protected by a password".to_owned()][..]));
}

#[test]
fn a_workbook_that_breaks_off_is_refused() {
    let counting = Sheet::new(2022, 5).workbook(&[]);
    let list = counting.windows(4).position(|four| four == b"PK\x01\x02").unwrap();
    let files = opened(&counting[..list], Limits::default());
    assert!(matches!(&files[..], [Err(error)] if is_broken(error)), "{files:?}");
}
