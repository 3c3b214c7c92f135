//! A stream that breaks off in the middle: what was read stays read, and the place is reported.

use std::io::Error;

use crate::finding::FileFinding;
use crate::finding::draft::at_line;

/// The finding for a stream that ended with a failure after `line` and `byte`.
pub fn broken_off(error: &Error, line: u64, byte: u64) -> FileFinding {
    let reason = format!("{}, {byte} bytes from the start", reason(error));
    at_line("L035", line, byte).with("reason", reason).done()
}

/// The reason for people: what unpackers call the damage says little.
pub fn reason(error: &Error) -> String {
    match error.kind() {
        std::io::ErrorKind::UnexpectedEof => "the compressed data end early".to_owned(),
        std::io::ErrorKind::InvalidInput | std::io::ErrorKind::InvalidData => {
            format!("the compressed data are damaged ({error})")
        }
        _ => error.to_string(),
    }
}
