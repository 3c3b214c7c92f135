//! A progress bar on standard error, for long files and people only.

use std::fs;
use std::io::IsTerminal;
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};

use indicatif::{ProgressBar, ProgressStyle};

use super::Args;

/// Smaller files are read before a bar could be seen.
const LONG: u64 = 100_000_000;

/// The bar, or nothing.
pub struct Progress(Option<Bar>);

struct Bar {
    bar: ProgressBar,
    read: Mutex<Read>,
}

/// Bytes read of the files before, and of the current one.
#[derive(Default)]
struct Read {
    before: u64,
    current: u64,
}

impl Progress {
    pub fn new(args: &Args) -> Self {
        if args.no_progress || !std::io::stderr().is_terminal() {
            return Self(None);
        }
        let Some(total) = total(&args.paths).filter(|total| *total >= LONG) else {
            return Self(None);
        };
        let mut bar = ProgressBar::new(total);
        if let Ok(style) =
            ProgressStyle::with_template("reading {wide_bar} {decimal_bytes} of {decimal_total_bytes}, {eta} left")
        {
            bar = bar.with_style(style);
        }
        Self(Some(Bar { bar, read: Mutex::default() }))
    }

    /// Takes in how many bytes of the current file were read so far. Threads tell out of order, so
    /// a number a little lower says nothing, and one much lower that the next file has begun.
    pub fn told(&self, bytes: u64) {
        let Some(Bar { bar, read }) = &self.0 else { return };
        let mut read = read.lock().unwrap_or_else(PoisonError::into_inner);
        if bytes < read.current / 2 {
            read.before += read.current;
            read.current = bytes;
        }
        read.current = read.current.max(bytes);
        bar.set_position(read.before + read.current);
    }

    pub fn finish(&self) {
        if let Some(Bar { bar, .. }) = &self.0 {
            bar.finish_and_clear();
        }
    }
}

/// The bytes to be read, where that is known before: not for standard input, folders and packed
/// files.
fn total(paths: &[PathBuf]) -> Option<u64> {
    let size = |path: &PathBuf| {
        let is_packed =
            path.extension().is_some_and(|end| ["gz", "zip", "xlsx"].iter().any(|one| end.eq_ignore_ascii_case(one)));
        let facts = fs::metadata(path).ok().filter(fs::Metadata::is_file)?;
        (!is_packed).then_some(facts.len())
    };
    paths.iter().map(size).sum()
}
