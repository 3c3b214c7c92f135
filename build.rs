//! Lists the shipped rule and cause files and the tables, so that the program can carry them. Their text is
//! embedded as it is; nothing is worked out here.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs, io};

/// The folder of the tables.
const TABLES: &str = "rules";
const CHECKS: &str = "rules/checks";
const CAUSES: &str = "rules/causes";

fn main() -> io::Result<()> {
    println!("cargo:rerun-if-changed=build.rs");
    list(CHECKS, "md", "checks.rs")?;
    list(CAUSES, "md", "causes.rs")?;
    list(TABLES, "tsv", "tables.rs")
}

/// Writes the names and texts of the files of a folder as a Rust array, sorted by name.
fn list(folder: &str, extension: &str, name: &str) -> io::Result<()> {
    println!("cargo:rerun-if-changed={folder}");
    let root = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").unwrap_or_default());
    let mut paths = Vec::new();
    collect(&root.join(folder), extension, &mut paths)?;
    let name_of = |path: &PathBuf| path.strip_prefix(&root).unwrap_or(path).to_string_lossy().replace('\\', "/");
    let mut files: Vec<(String, PathBuf)> = paths.into_iter().map(|path| (name_of(&path), path)).collect();
    files.sort();
    let mut list = String::from("[\n");
    for (name, path) in &files {
        let _ = writeln!(list, "    ({name:?}, include_str!({:?})),", path.to_string_lossy());
    }
    list.push_str("]\n");
    let out = PathBuf::from(env::var_os("OUT_DIR").unwrap_or_default());
    fs::write(out.join(name), list)
}

fn collect(folder: &Path, extension: &str, files: &mut Vec<PathBuf>) -> io::Result<()> {
    if !folder.is_dir() {
        return Ok(());
    }
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            collect(&path, extension, files)?;
        } else if path.extension().is_some_and(|one| one == extension) && !path.ends_with("README.md") {
            files.push(path);
        }
    }
    Ok(())
}
