//! Opens a text without knowing what it is: for files other than score files, which have readers
//! of their own.

use std::io::{Cursor, Read};

use super::candidate::FileCandidate;
use super::encoding::{Decoding, LoneReturns, find_encoding};
use super::error::{InputError, InputErrorKind};
use super::form::{binary_kind, has_lone_returns, is_web_page};
use super::detected::{Detected};
use super::model::{Encoding};
use super::options::Limits;
use super::stream::{Bytes, read_head};

/// Bytes looked at to tell what a text is.
const HEAD: usize = 1 << 16;

/// The bytes of a text, unpacked, in an encoding in which ASCII is ASCII.
pub struct Plain {
    /// Its first bytes.
    pub head: Vec<u8>,
    /// All of it, the first bytes included.
    pub stream: Box<dyn Read + Send>,
    /// The encoding. Lines of a file that is not UTF-8 are decoded where they are needed.
    pub encoding: Encoding,
    /// What was found out on the way: compression, encoding.
    pub detected: Vec<Detected>,
}

/// Opens a text.
///
/// # Errors
/// When it cannot be read, is empty, or is no text.
pub fn open_plain(candidate: &FileCandidate, limits: Limits) -> Result<Plain, InputError> {
    opened(candidate, limits).map_err(|error| error.at(&candidate.name()))
}

fn opened(candidate: &FileCandidate, limits: Limits) -> Result<Plain, InputError> {
    let io = |reason| InputError::from(InputErrorKind::Io { reason });
    let (mut stream, mut detected) = candidate.stream(limits)?;
    let mut head = read_head(&mut stream, HEAD).map_err(io)?;
    if head.is_empty() {
        return Err(InputError::from(InputErrorKind::Empty));
    }
    let found = find_encoding(&head);
    let is_wide = found.encoding.is_wide();
    if let Some(kind) = binary_kind(&head).filter(|_| !is_wide) {
        return Err(InputError::from(InputErrorKind::Binary { kind }));
    }
    head.drain(..found.mark.min(head.len()));
    if is_wide {
        let whole: Bytes = Box::new(Cursor::new(head).chain(stream));
        stream = Box::new(Decoding::new(whole, found.encoding).0);
        head = read_head(&mut stream, HEAD).map_err(io)?;
    }
    if is_web_page(&head) {
        return Err(InputError::from(InputErrorKind::Binary { kind: "a web page" }));
    }
    detected.push(Detected { what: "encoding", value: found.encoding.as_str().to_owned(), why: found.why.to_owned() });
    let whole: Bytes = Box::new(Cursor::new(head.clone()).chain(stream));
    let stream = if has_lone_returns(&head) { Box::new(LoneReturns(whole)) } else { whole };
    Ok(Plain { head, stream, encoding: found.encoding, detected })
}
