//! What the benchmarks share: running the program, and watching the memory that it has.

use std::path::Path;
use std::process::{Child, Command, Stdio};

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
