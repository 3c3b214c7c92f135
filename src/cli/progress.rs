//! A progress bar on standard error, for long files and people only.

use std::io::IsTerminal;
use std::sync::{Mutex, PoisonError};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// Smaller files are read before a bar could be seen.
const LONG: u64 = 100_000_000;

/// Whether there may be a bar.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ProgressWish {
    /// On a terminal.
    Auto,
    /// Never.
    Never,
}

impl ProgressWish {
    /// The wish of a flag `--no-progress`.
    pub(super) fn of_flag(no_progress: bool) -> Self {
        if no_progress { Self::Never } else { Self::Auto }
    }
}

/// The bar, or nothing.
pub(super) struct Progress(Option<Bar>);

struct Bar {
    bar: ProgressBar,
    read: Mutex<BytesRead>,
}

/// Bytes read of the files before, and of the current one.
#[derive(Default)]
struct BytesRead {
    before: u64,
    current: u64,
    /// Whether the bar is seen. One without an end appears when much was read.
    is_drawn: bool,
}

impl Progress {
    /// A bar for so many bytes, where that is known before.
    pub(super) fn new(total: Option<u64>, wish: ProgressWish) -> Self {
        if wish == ProgressWish::Never || !std::io::stderr().is_terminal() {
            return Self(None);
        }
        let (bar, template, is_drawn) = match total {
            Some(total) if total < LONG => return Self(None),
            Some(total) => {
                let template = "reading {wide_bar} {decimal_bytes} of {decimal_total_bytes}, {eta} left";
                (ProgressBar::new(total), template, true)
            }
            None => {
                let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::hidden());
                (bar, "reading {spinner} {decimal_bytes} read, {decimal_bytes_per_sec}", false)
            }
        };
        let style = ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar());
        Self(Some(Bar { bar: bar.with_style(style), read: Mutex::new(BytesRead { is_drawn, ..BytesRead::default() }) }))
    }

    /// Takes in how many bytes of the current file were read so far. Threads tell out of order, so
    /// a number a little lower says nothing, and one much lower that the next file has begun.
    pub(super) fn report(&self, bytes: u64) {
        let Some(Bar { bar, read }) = &self.0 else { return };
        let mut read = read.lock().unwrap_or_else(PoisonError::into_inner);
        if bytes < read.current / 2 {
            read.before += read.current;
            read.current = bytes;
        }
        read.current = read.current.max(bytes);
        if !read.is_drawn && read.before + read.current >= LONG {
            bar.set_draw_target(ProgressDrawTarget::stderr());
            read.is_drawn = true;
        }
        bar.set_position(read.before + read.current);
    }

    pub(super) fn finish(&self) {
        if let Some(Bar { bar, .. }) = &self.0 {
            bar.finish_and_clear();
        }
    }
}
