//! Measures a whole check against readers of the same file, in the same run:
//! `cargo bench` (a file of some 610,000 records), `cargo bench -- 60000` (so many students).
//!
//! - the csv crate reads every record into a reused `ByteRecord`, on one thread
//! - `scorelint check` runs all rules, on one and on two threads
//! - reading and indexing alone: blocks are read and their cells found on one thread, nothing is
//!   looked at; against it `scorelint account` on one thread, the whole program from its start
//!   (a ratio of 1.30 says that accounting adds 30 %)
//! - DuckDB (the Python package, where it is installed) checks values and widths with SQL
//!
//! Runs alternate. Told are the best time of each and the median of the ratios of each round, so that a
//! busy machine disturbs all alike.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod measure;

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use measure::{Measured, read_with_csv, run};
use scorelint::input::index::{Cursor, Index};
use scorelint::input::{Block, InputOptions, View, open_each};
use scorelint::synth::{MadeForm, Order, write_district};

/// Rounds in which accounting is set against reading and indexing: these two differ by less.
const CLOSE_ROUNDS: usize = 18;
/// Students of the file unless told otherwise: some 610,000 records.
const STUDENTS: u64 = 275_000;
const ROUNDS: usize = 6;

fn main() {
    let students = std::env::args().skip(1).find_map(|word| word.parse().ok()).unwrap_or(STUDENTS);
    let file = make_file(students);
    let size = file.metadata().unwrap().len();
    let path = file.as_path();
    let mut records = 0;
    let mut whole = [
        Measured::new("csv crate, ByteRecord, 1 thread"),
        Measured::new("scorelint check, 1 thread"),
        Measured::new("scorelint check, 2 threads"),
    ];
    let mut close = [Measured::new("reading and indexing, 1 thread"), Measured::new("scorelint account, 1 thread")];
    for _ in 0..ROUNDS {
        whole[0].again(|| {
            records = read_with_csv(path);
            0
        });
        for (threads, measured) in [("2", 2), ("1", 1)] {
            whole[measured].again(|| run_on("check", path, threads));
        }
    }
    for _ in 0..CLOSE_ROUNDS {
        close[0].again(|| {
            assert_eq!(read_and_index(path), records);
            0
        });
        close[1].again(|| run_on("account", path, "1"));
    }
    let mut out = std::io::stdout().lock();
    writeln!(out, "{records} records, {size} bytes").unwrap();
    let mut line = |one: &Measured, ratio: f64| {
        let seconds = one.best();
        let (speed, pace) = (size as f64 / seconds / 1e6, records as f64 / seconds);
        let (what, peak) = (one.what, one.peak());
        writeln!(out, "{what:34} {seconds:7.3} s {speed:7.0} MB/s {pace:10.0} records/s  ratio {ratio:5.2}{peak}")
    };
    for (all, first) in [(&whole[..], &whole[0]), (&close[..], &close[0])] {
        all.iter().for_each(|one| line(one, one.ratio(first)).unwrap());
    }
    writeln!(out, "start to end of a check of ten students: {:.1} ms", start_up().as_secs_f64() * 1e3).unwrap();
    with_duckdb(path, &mut out);
}

/// Reads the records and finds their cells as the program does, and nothing else.
fn read_and_index(path: &Path) -> u64 {
    let opened = open_each(&[path.to_owned()], &InputOptions::default()).next().unwrap().unwrap();
    let mut source = opened.source;
    let mut index = Index::of(&opened.info);
    let mut block = Block::default();
    let mut records = 0;
    while source.next(&mut block).unwrap() {
        let mut cursor = Cursor::default();
        while index.fill(&block, opened.info.separator, &mut cursor) {
            records += index.rows() as u64;
        }
    }
    records
}

/// The time that the program takes for a file of a few records: the best of some runs.
fn start_up() -> Duration {
    const RUNS: usize = 30;
    let path = make_file(10);
    let one = |_| {
        let begin = Instant::now();
        run_to_end(Command::new(env!("CARGO_BIN_EXE_scorelint")).args(["check", "--no-progress"]).arg(&path));
        begin.elapsed()
    };
    (0..RUNS).map(one).min().unwrap_or_default()
}

fn run_to_end(command: &mut Command) {
    let status = command.stdout(Stdio::null()).status().unwrap();
    assert!(status.code().is_some_and(|code| code < 2), "the program did not run");
}

fn make_file(students: u64) -> PathBuf {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR"));
    let path = folder.join(format!("bench-2025-{students}.csv"));
    if !path.exists() {
        let order =
            Order { year: 2025, students, seed: 1, view: View::Tested, form: MadeForm::Caret, faults: Vec::new() };
        let mut out = BufWriter::with_capacity(1 << 20, File::create(&path).unwrap());
        write_district(&order, &mut out).unwrap();
    }
    path
}

/// Runs a command of the program on the file; returns the most memory it had, in KiB.
fn run_on(command: &str, path: &Path, threads: &str) -> u64 {
    run(|program| {
        program.args([command, "--threads", threads]).arg(path);
    })
}

/// The same value and width checks as SQL, if the package is there.
fn with_duckdb(path: &Path, out: &mut dyn Write) {
    let layout = Command::new(env!("CARGO_BIN_EXE_scorelint")).args(["layout", "2025", "--format", "json"]).output();
    let layout = layout.unwrap().stdout;
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR"));
    let layout_file = folder.join("layout-2025.json");
    std::fs::write(&layout_file, layout).unwrap();
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("benches/duckdb_check.py");
    let run = Command::new("python3").arg(script).arg(path).arg(layout_file).output();
    match run {
        Ok(run) if run.status.success() => writeln!(out, "{}", String::from_utf8_lossy(&run.stdout).trim()).unwrap(),
        Ok(run) => {
            let why = String::from_utf8_lossy(&run.stderr);
            let why = why.lines().last().unwrap_or("its script failed");
            writeln!(out, "DuckDB was not measured: {why}").unwrap();
        }
        Err(error) => writeln!(out, "DuckDB was not measured: python3 cannot be run ({error})").unwrap(),
    }
}
