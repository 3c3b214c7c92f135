//! Tells scorelint's own reports from files of the user, so that only the former are replaced.

use std::fs::File;
use std::io::{BufReader, Read, Seek};
use std::path::Path;

use flate2::read::MultiGzDecoder;

use crate::report::format::FormatSignature;

/// How gzip-compressed files begin.
const GZIP: [u8; 2] = [0x1f, 0x8b];

/// The mark of a report stands within so many bytes from its start.
const HEAD: u64 = 4096;

/// The most that is read of the properties of a workbook.
const PROPERTIES: u64 = 65_536;

/// Whether a file is a report with this mark.
pub(super) fn is_own(path: &Path, mark: FormatSignature) -> bool {
    match mark {
        FormatSignature::Text(text) => head(path).is_some_and(|head| contains(&head, text)),
        FormatSignature::TextOrEmptyList(text) => {
            head(path).is_some_and(|head| contains(&head, text) || head.trim_ascii() == b"[]")
        }
        FormatSignature::Workbook(text) => properties(path).is_some_and(|properties| contains(&properties, text)),
    }
}

fn contains(bytes: &[u8], text: &str) -> bool {
    memchr::memmem::find(bytes, text.as_bytes()).is_some()
}

/// The first bytes of a file, unpacked.
fn head(path: &Path) -> Option<Vec<u8>> {
    let mut file = File::open(path).ok()?;
    let mut start = [0; 2];
    let is_packed = file.read_exact(&mut start).is_ok() && start == GZIP;
    file.rewind().ok()?;
    let mut head = Vec::new();
    let read = if is_packed {
        MultiGzDecoder::new(BufReader::new(file)).take(HEAD).read_to_end(&mut head)
    } else {
        file.take(HEAD).read_to_end(&mut head)
    };
    read.ok().map(|_| head)
}

/// The properties of a workbook, where it is one.
fn properties(path: &Path) -> Option<Vec<u8>> {
    let mut archive = zip::ZipArchive::new(BufReader::new(File::open(path).ok()?)).ok()?;
    let mut properties = Vec::new();
    archive.by_name("docProps/core.xml").ok()?.take(PROPERTIES).read_to_end(&mut properties).ok()?;
    Some(properties)
}
