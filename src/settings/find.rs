//! Finds and reads settings files.

use std::io;
use std::path::{Path, PathBuf};
use std::{env, fs};

/// The name a settings file is found by.
pub const FILE_NAME: &str = "scorelint.toml";

/// The settings file nearest above a file or folder that is to be checked; `-` is looked at from
/// the current folder.
pub fn find_above(input: &Path) -> Option<PathBuf> {
    let current = env::current_dir().ok()?;
    let absolute = if input == Path::new("-") { current.clone() } else { current.join(input) };
    let folder = if absolute.is_dir() { absolute } else { absolute.parent()?.to_owned() };
    // Links and `..` would lead past folders that are above it in truth.
    let folder = fs::canonicalize(&folder).unwrap_or(folder);
    let found = folder.ancestors().map(|above| above.join(FILE_NAME)).find(|path| path.is_file())?;
    let current = fs::canonicalize(&current).unwrap_or(current);
    Some(found.strip_prefix(&current).map_or(found.clone(), Path::to_owned))
}

/// The text of a settings file.
///
/// # Errors
/// What the system says, with the path.
pub fn read(path: &Path) -> io::Result<String> {
    let named = |error: io::Error| io::Error::new(error.kind(), format!("{}: {error}", path.display()));
    let bytes = fs::read(path).map_err(named)?;
    String::from_utf8(bytes)
        .map_err(|_| io::Error::new(io::ErrorKind::InvalidData, format!("{}: it is no UTF-8 text", path.display())))
}
