//! Any bytes, opened and read to the end as a file of any form: no panic, no endless loop, no
//! allocation beyond the limits.

#![no_main]

use std::io::Write;

use libfuzzer_sys::fuzz_target;
use scorelint::input::index::{Cursor, Index};
use scorelint::input::{Block, Limits, InputOptions, open_each};

fuzz_target!(|bytes: &[u8]| {
    let Ok(mut file) = tempfile() else { return };
    if file.1.write_all(bytes).is_err() {
        return;
    }
    let limits = Limits { record: 1 << 14, expanded: 1 << 24, ratio: 100, held: 1 << 22 };
    let options = InputOptions { limits, want_sha256: true, ..InputOptions::default() };
    for mut opened in open_each(&[file.0], &options).flatten() {
        let mut block = Block::default();
        let mut index = Index::of(&opened.info);
        while opened.source.next(&mut block).unwrap_or(false) {
            let mut cursor = Cursor::default();
            while index.fill(&block, opened.info.separator, &mut cursor) {}
        }
        opened.source.take_findings();
    }
});

/// One file for each process, written anew: libfuzzer runs inputs one by one.
fn tempfile() -> std::io::Result<(std::path::PathBuf, std::fs::File)> {
    let path = std::env::temp_dir().join(format!("scorelint-fuzz-{}", std::process::id()));
    let file = std::fs::File::create(&path)?;
    Ok((path, file))
}
