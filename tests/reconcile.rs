//! Reconciliation: scenarios are explained by their true causes with the very records, what no one
//! knows stays unexplained, and an independent recount confirms or refutes every ladder.

mod command;
mod evidence;
mod ladders;
mod mess;
mod missing;
mod mutations;
mod noise;
mod scenarios;
mod signature;
mod views;
mod what_if;

use std::path::{Path, PathBuf};

use scorelint::input::{self, View};
use scorelint::reconcile::{CellFilter, ReconcileError, ReconcileOptions, Reconciliation, reconcile};
use scorelint::report::reconcile::write_json;
use scorelint::synth::{MadeForm, MadeScenario, Noise, Order, SceneOrder, Views, find_scenario, write_scene};
use scorelint::verify::{Claim, VerifyOptions, VerifyVerdict, verify};
use serde_json::Value;
use tempfile::TempDir;

/// A district with official files in a folder of its own.
struct Made {
    folder: TempDir,
    scene: MadeScenario,
}

impl Made {
    fn new(year: u16, scenario: Option<&str>, students: u64) -> Self {
        Self::with_noise(year, scenario, students, "0%")
    }

    /// The same with a share of records dropped or damaged at random.
    fn with_noise(year: u16, scenario: Option<&str>, students: u64, share: &str) -> Self {
        let scenario = scenario.map(|name| find_scenario(name, year).unwrap());
        let district = Order { year, students, seed: 5, view: View::Tested, form: MadeForm::Caret, faults: Vec::new() };
        let order = SceneOrder {
            district,
            views: Views::Tested,
            scenario,
            noise: share.parse::<Noise>().unwrap(),
            threads: 2,
            official_side: None,
        };
        let folder = tempfile::tempdir().unwrap();
        let scene = write_scene(&order, folder.path()).unwrap();
        Self { folder, scene }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn files(&self) -> Vec<PathBuf> {
        self.scene.truth.files.iter().map(|name| self.path(name)).collect()
    }

    fn earlier(&self) -> Vec<PathBuf> {
        self.scene.truth.earlier.iter().map(|name| self.path(name)).collect()
    }

    fn official(&self) -> Vec<PathBuf> {
        vec![self.path("official")]
    }

    fn options(&self) -> ReconcileOptions<'static> {
        ReconcileOptions { earlier: self.earlier(), ..plain() }
    }

    fn reconciled(&self) -> Reconciliation {
        self.reconciled_with(&self.options()).unwrap()
    }

    fn reconciled_with(&self, options: &ReconcileOptions<'_>) -> Result<Reconciliation, ReconcileError> {
        reconcile(&self.files(), &self.official(), options)
    }

    /// What a recount says of a reconciliation in JSON.
    fn verified(&self, json: &[u8]) -> VerifyVerdict {
        let path = self.path("claim.json");
        std::fs::write(&path, json).unwrap();
        let claim = Claim::read(&path).unwrap();
        std::fs::remove_file(&path).unwrap();
        let input = input::InputOptions { year: Some(claim.year), ..input::InputOptions::default() };
        let options = VerifyOptions { input, progress: None };
        verify(&claim, &self.files(), &self.earlier(), &self.official(), &options).unwrap()
    }
}

fn plain() -> ReconcileOptions<'static> {
    ReconcileOptions {
        input: input::InputOptions::default(),
        threads: 2,
        progress: None,
        earlier: Vec::new(),
        leas: Vec::new(),
        assume: Vec::new(),
        without: Vec::new(),
    }
}

fn bytes(reconciliation: &Reconciliation) -> Vec<u8> {
    let mut bytes = Vec::new();
    write_json(&mut bytes, reconciliation, &CellFilter::default()).unwrap();
    bytes
}

fn json(bytes: &[u8]) -> Value {
    serde_json::from_slice(bytes).unwrap()
}

/// The records that a step or cause of the JSON names: file and line.
fn records(of: &Value) -> Vec<(u64, u64)> {
    let place = |record: &Value| (record["input"].as_u64().unwrap(), record["line"].as_u64().unwrap());
    of["records"].as_array().unwrap().iter().map(place).collect()
}

/// The one research file in a folder whose name begins so.
fn research_file(folder: &Path, start: &str) -> PathBuf {
    let names = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    names
        .filter(|path| {
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            name.starts_with(start) && !name.contains("entities")
        })
        .min()
        .unwrap()
}
