//! Settings: the file, what wins over what, thresholds, waivers, baselines.

mod baseline;
mod choice;
mod command;
mod mistakes;
mod schema;
mod waivers;

use std::path::{Path, PathBuf};
use std::process::Output;

use serde_json::Value;
use tempfile::TempDir;

use crate::support::scorelint;

/// The day all these tests take place on.
const TODAY: &str = "2026-01-15";

/// A folder with a file of a synthetic district, and whatever a test writes next to it.
struct Folder {
    dir: TempDir,
}

impl Folder {
    /// An empty one.
    fn new() -> Self {
        Self { dir: tempfile::tempdir().unwrap() }
    }

    /// One with the file `scores.csv`, holding these faults.
    fn with_faults(faults: &[&str]) -> Self {
        let folder = Self::new();
        folder.synth("scores.csv", faults);
        folder
    }

    fn synth(&self, name: &str, faults: &[&str]) {
        std::fs::create_dir_all(self.path(name).parent().unwrap()).unwrap();
        // Every kind of fault needs students that it fits.
        let students = if faults.contains(&"records") { "2500" } else { "120" };
        let faults = faults.iter().flat_map(|fault| ["--fault", fault]);
        let made = scorelint()
            .args(["synth", "--students", students, "--seed", "3", "--output"])
            .arg(self.path(name))
            .args(faults)
            .output()
            .unwrap();
        assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    }

    fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    fn write(&self, name: &str, text: &str) -> &Self {
        let path = self.path(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
        self
    }

    fn settings(&self, text: &str) -> &Self {
        self.write("scorelint.toml", text)
    }

    /// Runs the program in the folder.
    fn run(&self, arguments: &[&str]) -> Output {
        scorelint().current_dir(self.dir.path()).env("SCORELINT_TODAY", TODAY).args(arguments).output().unwrap()
    }

    /// The report of a check for programs.
    fn check(&self, flags: &[&str]) -> Value {
        let run = self.run(&[&["check", "scores.csv", "--format", "json"], flags].concat());
        serde_json::from_slice(&run.stdout).unwrap_or_else(|_| panic!("{}", String::from_utf8_lossy(&run.stderr)))
    }
}

/// What the report says about a rule.
fn rule<'r>(report: &'r Value, code: &str) -> &'r Value {
    report["rules"].as_array().unwrap().iter().find(|rule| rule["code"] == code).unwrap()
}

/// The findings of a rule.
fn findings<'r>(report: &'r Value, code: &str) -> Vec<&'r Value> {
    report["findings"].as_array().unwrap().iter().filter(|one| one["rule"] == code).collect()
}

/// The errors of a run, with the folder's name taken out.
fn errors(run: &Output, folder: &Path) -> String {
    String::from_utf8_lossy(&run.stderr).replace(&*folder.to_string_lossy(), "FOLDER")
}

fn text(run: &Output) -> String {
    String::from_utf8_lossy(&run.stdout).into_owned()
}
