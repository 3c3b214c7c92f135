//! What the benchmarks share: running the program, and watching the memory that it has.

use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// The best time of something, and the most memory it had.
pub struct Measured {
    pub what: &'static str,
    pub best: Duration,
    pub peak_kib: u64,
}

impl Measured {
    /// Not measured yet.
    pub const fn new(what: &'static str) -> Self {
        Self { what, best: Duration::MAX, peak_kib: 0 }
    }

    /// Measures it once more; `work` returns the most memory it had, in KiB (0 where it is not told).
    pub fn again(&mut self, work: impl FnOnce() -> u64) {
        let begin = Instant::now();
        let peak = work();
        self.best = self.best.min(begin.elapsed());
        self.peak_kib = self.peak_kib.max(peak);
    }

    /// The memory as the end of a line; nothing where it was not told.
    pub fn peak(&self) -> String {
        match self.peak_kib {
            0 => String::new(),
            peak => format!("  peak {} MiB", peak / 1024),
        }
    }
}

/// Runs the program; returns the most memory it had, in KiB (0 where it cannot be told).
pub fn run(arguments: impl FnOnce(&mut Command)) -> u64 {
    let mut command = Command::new(env!("CARGO_BIN_EXE_scorelint"));
    arguments(&mut command);
    watch(command.stderr(Stdio::null()).stdout(Stdio::null()).spawn().unwrap())
}

fn watch(mut child: Child) -> u64 {
    let status = format!("/proc/{}/status", child.id());
    let mut peak = 0;
    loop {
        let text = std::fs::read_to_string(&status).unwrap_or_default();
        let line = text.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let now = line.and_then(|line| line.trim().trim_end_matches(" kB").parse().ok()).unwrap_or(0);
        peak = peak.max(now);
        if let Some(status) = child.try_wait().unwrap() {
            assert!(status.code().is_some_and(|code| code < 2), "the program did not run");
            return peak;
        }
        std::thread::sleep(std::time::Duration::from_millis(4));
    }
}

/// Reads every record of a file into a reused `ByteRecord` of the csv crate; returns how many.
pub fn read_with_csv(path: &Path) -> u64 {
    // Official files have lines of several lengths.
    let mut reader = csv::ReaderBuilder::new().delimiter(b'^').flexible(true).from_path(path).unwrap();
    let mut record = csv::ByteRecord::new();
    let mut records = 0;
    while reader.read_byte_record(&mut record).unwrap() {
        records += 1;
    }
    records
}
