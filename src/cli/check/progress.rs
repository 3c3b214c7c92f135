//! A progress bar on standard error, for long files and people only.

use std::fs;
use std::io::IsTerminal;
use std::path::PathBuf;

use indicatif::{ProgressBar, ProgressStyle};

use super::Args;

/// Smaller files are read before a bar could be seen.
const LONG: u64 = 100_000_000;

/// The bar, or nothing.
pub struct Progress(Option<ProgressBar>);

impl Progress {
    pub fn new(args: &Args) -> Self {
        if args.no_progress || !std::io::stderr().is_terminal() {
            return Self(None);
        }
        let Some(total) = total(&args.paths).filter(|total| *total >= LONG) else {
            return Self(None);
        };
        let style = ProgressStyle::with_template("reading {bar:40} {bytes} of {total_bytes}, {eta} left");
        let bar = ProgressBar::new(total);
        Self(Some(style.map_or_else(|_| bar.clone(), |style| bar.clone().with_style(style))))
    }

    pub fn add(&self, bytes: u64) {
        if let Some(bar) = &self.0 {
            bar.inc(bytes);
        }
    }

    pub fn finish(&self) {
        if let Some(bar) = &self.0 {
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
