//! Reading: every form and encoding yields the same records, and says what it is and why.

use std::path::PathBuf;

use scorelint::input::{Block, InputOptions, Meaning, Opened, open};
use scorelint::layout::registry;

use super::support;

mod arrivals;
mod findings;
mod forms;
mod hostile;
mod joined;
mod late;
mod mend;
mod property;
mod refusals;
mod rewrite;
mod salvage;
mod view;

fn opened(path: PathBuf) -> Opened {
    open(&[path], &InputOptions::default()).unwrap().pop().unwrap()
}

fn real_header(name: &str) -> Vec<String> {
    let text = std::fs::read_to_string(support::path(&format!("rules/layouts/headers/{name}.txt"))).unwrap();
    text.lines().filter(|line| !line.starts_with('#')).map(str::to_owned).collect()
}

#[test]
fn every_real_header_is_of_its_year_and_maps_by_name() {
    let folder = tempfile::tempdir().unwrap();
    let mut seen = Vec::new();
    for entry in std::fs::read_dir(support::path("rules/layouts/headers")).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap().replace(".txt", "");
        if name.starts_with("2016") {
            continue;
        }
        let path = folder.path().join(&name);
        let header = real_header(&name);
        std::fs::write(&path, header.join("^") + "\n" + &"^".repeat(header.len() - 1) + "\n").unwrap();
        let file = opened(path);
        let fields = file.info.columns.iter().filter(|one| matches!(one.meaning, Meaning::Field(_))).count();
        let fillers = file.info.columns.iter().filter(|one| one.meaning == Meaning::Filler).count();
        let codes: Vec<&str> = file.findings.iter().map(|one| one.code).collect();
        seen.push(format!("{name}: {} fields {fields} fillers {fillers} {codes:?}", file.info.year));
    }
    seen.sort();
    support::snapshots().bind(|| insta::assert_snapshot!("input_real_headers", seen.join("\n")));
}

#[test]
fn a_plain_file_comes_in_whole_lines_with_exact_places() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.csv");
    let layout = registry().layout(2025).unwrap();
    let header: Vec<&str> = layout.fields.iter().map(|field| field.column).collect();
    let mut text = header.join("^") + "\n";
    for number in 0..3000 {
        text += &format!("01^{number:010}{}^ZZ\n", "^".repeat(398));
    }
    std::fs::write(&path, &text).unwrap();
    let mut file = opened(path);
    let (mut block, mut all, mut line) = (Block::default(), header.join("^") + "\n", 2);
    while file.source.next(&mut block).unwrap() {
        assert_eq!((block.offset, block.line), (all.len() as u64, line));
        line += block.bytes.iter().filter(|byte| **byte == b'\n').count() as u64;
        all += std::str::from_utf8(&block.bytes).unwrap();
    }
    assert_eq!((all == text, block.last), (true, true));
}
