//! Where results are written: standard output, whose reader may leave early, or a file that is none
//! of those that are read.

use std::fs::{self, File};
use std::io::{self, BufWriter, ErrorKind, Write};
use std::path::{Path, PathBuf};

use miette::miette;

use crate::input::{Options, open_each};
use crate::official;

/// Writes a result to the file, else to standard output. `what` is the result in an error message.
pub(super) fn write_result(
    what: &str,
    file: Option<&Path>,
    write: impl FnOnce(&mut dyn Write) -> io::Result<()>,
) -> miette::Result<()> {
    let Some(path) = file else {
        let mut out = BufWriter::new(io::stdout().lock());
        return settled(what, "", write(&mut out).and_then(|()| out.flush()));
    };
    let written = File::create(path).and_then(|file| {
        let mut out = BufWriter::new(file);
        write(&mut out).and_then(|()| out.flush())
    });
    settled(what, &format!("{}: ", path.display()), written)
}

/// Whoever reads from us may have read enough (`| head`): that is no failure.
fn settled(what: &str, place: &str, written: io::Result<()>) -> miette::Result<()> {
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
    let is_read = |input: &&PathBuf| {
        fs::canonicalize(input)
            .is_ok_and(|read| read == written || (written.starts_with(&read) && would_be_read(output)))
    };
    let Some(input) = inputs.into_iter().find(is_read) else { return Ok(()) };
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
    !official::sort_out(&file).official.is_empty() || open_each(&file, &Options::default()).any(|one| one.is_ok())
}
