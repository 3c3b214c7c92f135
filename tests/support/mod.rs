//! What tests share: where snapshots live, how the program is run.

#![allow(dead_code)] // not every test module uses everything

pub mod files;
pub mod outcome;
pub mod recipe;

pub mod rules;

use std::path::{Path, PathBuf};
use std::process::Command;

/// The project's folder.
pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Snapshot settings: every snapshot under `snapshots/`, named by the test alone.
pub fn snapshots() -> insta::Settings {
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path(root().join("snapshots"));
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings
}

/// The program, with an environment that makes its output the same everywhere: plain, 80 columns,
/// no user configuration.
pub fn scorelint() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_scorelint"));
    command
        .current_dir(root())
        .env_clear()
        .env("NO_COLOR", "1")
        .env("COLUMNS", "80")
        .env("HOME", "/nonexistent")
        .env("SCORELINT_KEY", "0123456789abcdef0123456789abcdef");
    command
}

/// A file of the project.
pub fn path(relative: &str) -> PathBuf {
    root().join(relative)
}

/// A line of a table under `rules`, read by the names of its columns.
pub struct Line(scorelint::table::TableRow<'static>);

impl Line {
    /// The cell under a heading.
    pub fn get(&self, column: &str) -> &'static str {
        self.0.get(column).unwrap()
    }
}

/// The lines of one of the program's tables: `rules/layouts/accepted.tsv`.
pub fn table(path: &str) -> Vec<Line> {
    let text = scorelint::knowledge::text(path).unwrap_or_else(|| panic!("there is no table {path}"));
    let path = scorelint::knowledge::path(path).unwrap();
    scorelint::table::Table::new(path, text).rows().map(|row| Line(row.unwrap())).collect()
}
