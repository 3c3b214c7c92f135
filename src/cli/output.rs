//! Where results are written: standard output, whose reader may leave early, or a file that is none
//! of those that are read.

use std::fs;
use std::io::{self, BufWriter, ErrorKind, Write};
use std::path::{Path, PathBuf};

use miette::miette;

use crate::atomic_file::AtomicFile;
use crate::input::{InputOptions, expanded, open_each};
use crate::official;

/// Writes a text to standard output. `what` it is stands in an error message.
pub(super) fn write_out(what: &str, write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> miette::Result<()> {
    let mut out = BufWriter::new(io::stdout().lock());
    settled(what, "", write(&mut out).and_then(|()| out.flush()))
}

/// Writes a file that is no report, such as a table to fill in. Whatever stands there may hold work
/// of the user, so it is replaced only where that is asked for.
pub(super) fn write_new(what: &str, path: &Path, bytes: &[u8], replacing: Replacing) -> miette::Result<()> {
    refuse_existing(path, replacing)?;
    settled(what, &format!("{}: ", path.display()), AtomicFile::make(path, bytes))
}

/// Whether a file that exists may be replaced.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Replacing {
    /// It stays.
    Never,
    /// It is replaced.
    Forced,
}

impl Replacing {
    /// What a flag `--force` says.
    pub(super) fn of_flag(force: bool) -> Self {
        if force { Self::Forced } else { Self::Never }
    }
}

/// Refuses to write over a file that exists, unless that is asked for.
pub(super) fn refuse_existing(path: &Path, replacing: Replacing) -> miette::Result<()> {
    let is_lost = path.is_file() && path.metadata().map_or(true, |facts| facts.len() > 0);
    if replacing == Replacing::Forced || !is_lost {
        return Ok(());
    }
    let help = "write to another file, or replace this one with --force";
    Err(miette!(help = help, "{} exists already", path.display()))
}

/// Whoever reads from us may have read enough (`| head`): that is no failure.
pub(super) fn settled(what: &str, place: &str, written: io::Result<()>) -> miette::Result<()> {
    match written {
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
        Err(error) => Err(miette!("{what} cannot be written: {place}{error}")),
        Ok(()) => Ok(()),
    }
}

/// Refuses to write to a file that is to be read: what stands in it would be lost.
pub(super) fn refuse_inputs<'a>(
    output: Option<&Path>,
    inputs: impl IntoIterator<Item = &'a PathBuf>,
) -> miette::Result<()> {
    let Some(output) = output else { return Ok(()) };
    // A file that is not there yet is none of them.
    let Ok(written) = fs::canonicalize(output) else { return Ok(()) };
    let inputs: Vec<PathBuf> = expanded(&inputs.into_iter().cloned().collect::<Vec<_>>());
    let is_read = |input: &&PathBuf| {
        fs::canonicalize(input)
            .is_ok_and(|read| read == written || (written.starts_with(&read) && would_be_read(output)))
    };
    let Some(input) = inputs.iter().find(is_read) else { return Ok(()) };
    let place = if input == output { String::new() } else { format!(" (as {})", input.display()) };
    Err(miette!(
        help = "name another file; nothing was written",
        "{} is one of the files to be read{place} and would be overwritten",
        output.display()
    ))
}

/// Whether the file counts where the folder around it is read.
fn would_be_read(file: &Path) -> bool {
    let file = [file.to_owned()];
    !official::sort_out(&file).official.is_empty() || open_each(&file, &InputOptions::default()).any(|one| one.is_ok())
}
