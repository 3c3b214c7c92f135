//! Measures the reconciliation of a large district: `cargo bench --bench reconcile` (some 200,000
//! records and more than 60,000 official figures), `cargo bench --bench reconcile -- 9000` (so many
//! students).
//!
//! - `scorelint reconcile` on one and on two threads, with the official files and an earlier
//!   download; everything differs at once for known reasons (the scenario `mixed`)
//! - the csv crate reads the same files on one thread
//!
//! Runs alternate. Told are the best time of each and the median of the ratios of each round, so that a
//! busy machine disturbs all alike.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod measure;

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::slice::from_ref;

use measure::{Measured, read_with_csv, run};
use scorelint::input::{InputOptions, View};
use scorelint::reconcile::ReconcileOptions;
use scorelint::synth::{MadeForm, Noise, Order, SceneOrder, Views, find_scenario, write_scene};

/// Students of the district unless told otherwise: some 200,000 records.
const STUDENTS: u64 = 90_000;
const YEAR: u16 = 2025;
const ROUNDS: usize = 3;

/// The files of a scene.
struct Scene {
    file: PathBuf,
    earlier: PathBuf,
    official: PathBuf,
}

fn main() {
    let students = std::env::args().skip(1).find_map(|word| word.parse().ok()).unwrap_or(STUDENTS);
    let scene = make_scene(students);
    let (records, compared, hidden) = counts(&scene);
    let mut all = [
        Measured::new("csv crate, ByteRecord, 1 thread"),
        Measured::new("scorelint reconcile, 1 thread"),
        Measured::new("scorelint reconcile, 2 threads"),
    ];
    for _ in 0..ROUNDS {
        all[0].again(|| {
            files(&scene).iter().for_each(|path| assert!(read_with_csv(path) > 0));
            0
        });
        for (threads, measured) in [("1", 1), ("2", 2)] {
            all[measured].again(|| run(|command| reconcile(command, &scene, &["--threads", threads])));
        }
    }
    let mut out = std::io::stdout().lock();
    writeln!(out, "{records} records, {compared} figures compared, {hidden} hidden ones").unwrap();
    for one in &all {
        let seconds = one.best();
        let ratio = one.ratio(&all[0]);
        writeln!(out, "{:34} {seconds:7.3} s  ratio {ratio:5.2}{}", one.what, one.peak()).unwrap();
    }
}

fn reconcile(command: &mut Command, scene: &Scene, more: &[&str]) {
    command.arg("reconcile").arg(&scene.file).arg("--official").arg(&scene.official);
    command.arg("--earlier").arg(&scene.earlier).args(more);
}

/// Every file that is read.
fn files(scene: &Scene) -> Vec<PathBuf> {
    let inside = |folder: &Path| {
        let mut paths: Vec<PathBuf> = std::fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .filter(|path| path.is_file())
            .collect();
        paths.sort();
        paths
    };
    let mut all = vec![scene.file.clone()];
    all.extend(inside(&scene.earlier));
    all.extend(inside(&scene.official));
    all
}

/// Records, figures that were compared, and hidden ones.
fn counts(scene: &Scene) -> (u64, u64, u64) {
    let options = ReconcileOptions {
        input: InputOptions::default(),
        threads: 2,
        progress: None,
        earlier: vec![scene.earlier.clone()],
        leas: Vec::new(),
        assume: Vec::new(),
        without: Vec::new(),
    };
    let told = scorelint::reconcile::reconcile(from_ref(&scene.file), from_ref(&scene.official), &options).unwrap();
    let records = told.inputs.iter().filter(|input| !input.is_earlier).map(|input| u64::from(input.records)).sum();
    let tally = told.tally();
    (records, tally.compared(), tally.hidden)
}

fn make_scene(students: u64) -> Scene {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("bench-reconcile-{YEAR}-{students}"));
    let truth = folder.join("scenario.truth.json");
    if !truth.exists() {
        std::fs::create_dir_all(&folder).unwrap();
        let district =
            Order { year: YEAR, students, seed: 1, view: View::Tested, form: MadeForm::Caret, faults: Vec::new() };
        let scenario = Some(find_scenario("mixed", YEAR).unwrap());
        let order = SceneOrder {
            district,
            views: Views::Tested,
            scenario,
            noise: Noise::default(),
            threads: 2,
            official_side: None,
        };
        write_scene(&order, &folder).unwrap();
    }
    let is_score_file = |path: &PathBuf| path.extension().is_some_and(|extension| extension == "csv");
    let paths = std::fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path());
    let file = paths.filter(is_score_file).min().unwrap();
    Scene { file, earlier: folder.join("earlier"), official: folder.join("official") }
}
