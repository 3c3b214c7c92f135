//! Takes streams into memory, within the limit.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use super::backing::Held;
use super::error::{InputError, InputErrorKind};
use super::options::InputOptions;
use super::stream::{Bytes, hash_bytes, hash_stream};

/// What came through pipes, by path. They flow only once, and records that are shown are read a second time; so it is
/// kept for the life of the program.
static KEPT: Mutex<BTreeMap<PathBuf, Held>> = Mutex::new(BTreeMap::new());

/// What came through a pipe before.
pub(super) fn kept(path: &Path) -> Option<Held> {
    KEPT.lock().unwrap_or_else(PoisonError::into_inner).get(path).cloned()
}

/// Takes what comes through a pipe into memory, within the limit; `-` is standard input.
pub(super) fn pipe(path: &Path, options: &InputOptions) -> Result<Held, InputError> {
    if let Some(held) = kept(path) {
        return Ok(held);
    }
    let mut stream: Bytes = match path.as_os_str() == "-" {
        true => Box::new(std::io::stdin()),
        false => Box::new(File::open(path).map_err(|reason| InputError::from(InputErrorKind::Io { reason }))?),
    };
    let held = hold(&mut stream, options)?;
    KEPT.lock().unwrap_or_else(PoisonError::into_inner).insert(path.to_owned(), held.clone());
    Ok(held)
}

/// The hash of a stored file, or of what came through a pipe, in hexadecimal.
///
/// # Errors
/// When it cannot be read.
pub fn hash_file(path: &Path) -> std::io::Result<String> {
    match kept(path) {
        Some(held) => Ok(hash_bytes(&held.0)),
        None => hash_stream(&mut File::open(path)?),
    }
}

/// Takes a stream into memory, within the limit.
pub(super) fn hold(stream: &mut Bytes, options: &InputOptions) -> Result<Held, InputError> {
    let limit = options.limits.held;
    let mut bytes = Vec::new();
    stream
        .take(limit.saturating_add(1))
        .read_to_end(&mut bytes)
        .map_err(|error| InputError::from(InputErrorKind::BrokenArchive { reason: super::failure::reason(&error) }))?;
    if bytes.len() as u64 > limit {
        return Err(InputError::from(InputErrorKind::TooLarge { limit }));
    }
    Ok(Held(Arc::new(bytes)))
}
