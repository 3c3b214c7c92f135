//! What the benchmarks share: running the program, and watching the memory that it has.

use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// How long something took in each round, and the most memory it had.
pub struct Measured {
    pub what: &'static str,
    rounds: Vec<Duration>,
    pub peak_kib: u64,
}

impl Measured {
    /// Not measured yet.
    pub const fn new(what: &'static str) -> Self {
        Self { what, rounds: Vec::new(), peak_kib: 0 }
    }

    /// Measures it once more; `work` returns the most memory it had, in KiB (0 where it is not told).
    pub fn again(&mut self, work: impl FnOnce() -> u64) {
        let begin = Instant::now();
        let peak = work();
        self.rounds.push(begin.elapsed());
        self.peak_kib = self.peak_kib.max(peak);
    }

    /// The shortest time, in seconds.
    pub fn best(&self) -> f64 {
        self.rounds.iter().min().copied().unwrap_or(Duration::MAX).as_secs_f64()
    }

    /// How many times as long it took as something else in the same round: the median of all rounds. A
    /// machine that is slow for a while is so for both.
    pub fn ratio(&self, to: &Self) -> f64 {
        let pairs = self.rounds.iter().zip(&to.rounds);
        let mut ratios: Vec<f64> = pairs.map(|(one, other)| one.as_secs_f64() / other.as_secs_f64()).collect();
        ratios.sort_by(f64::total_cmp);
        let middle = |at: usize| ratios.get(at).copied().unwrap_or(f64::NAN);
        (middle(ratios.len() / 2) + middle(ratios.len().saturating_sub(1) / 2)) / 2.0
    }

    /// The memory as the end of a line; nothing where it was not told.
    pub fn peak(&self) -> String {
        match self.peak_kib {
            0 => String::new(),
            peak => format!("  peak {} MiB", peak / 1024),
        }
    }
}

/// Runs the program; returns the most memory it had, in KiB (0 where it cannot be determined).
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
