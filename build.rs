//! Lists the shipped rule and cause files and the tables, so that the program can carry them. Their text is
//! embedded as it is. Works out a hash of all files under `rules`, by which a reader can tell what a result
//! rests on.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs, io};

use sha2::{Digest, Sha256};

/// The folder of all that the program knows.
const RULES: &str = "rules";
const LAYOUTS: &str = "rules/layouts";
const CHECKS: &str = "rules/checks";
const CAUSES: &str = "rules/causes";

fn main() -> io::Result<()> {
    println!("cargo:rerun-if-changed=build.rs");
    println!("cargo:rerun-if-changed={RULES}");
    list(CHECKS, "md", "checks.rs")?;
    list(CAUSES, "md", "causes.rs")?;
    list(RULES, "tsv", "tables.rs")?;
    list(LAYOUTS, "toml", "layout_files.rs")?;
    hash(RULES)
}

/// Tells the compiler the hash of all tables and rule files: their names, lengths and contents.
fn hash(folder: &str) -> io::Result<()> {
    let mut hasher = Sha256::new();
    for (name, path) in &files(folder, &["md", "toml", "tsv"])? {
        let content = fs::read(path)?;
        hasher.update(format!("{name} {}\n", content.len()));
        hasher.update(content);
    }
    let hash = hasher.finalize().iter().fold(String::new(), |mut all, byte| {
        let _ = write!(all, "{byte:02x}");
        all
    });
    println!("cargo:rustc-env=SCORELINT_RULES_SHA256={hash}");
    Ok(())
}

/// Writes the names and texts of the files of a folder as a Rust array, sorted by name.
fn list(folder: &str, extension: &str, name: &str) -> io::Result<()> {
    let mut list = String::from("[\n");
    for (name, path) in &files(folder, &[extension])? {
        let _ = writeln!(list, "    ({name:?}, include_str!({:?})),", path.to_string_lossy());
    }
    list.push_str("]\n");
    let out = PathBuf::from(env::var_os("OUT_DIR").unwrap_or_default());
    fs::write(out.join(name), list)
}

/// The files of a folder with their names in the project, sorted by name.
fn files(folder: &str, endings: &[&str]) -> io::Result<Vec<(String, PathBuf)>> {
    let root = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").unwrap_or_default());
    let mut paths = Vec::new();
    collect(&root.join(folder), endings, &mut paths)?;
    let name = |path: &PathBuf| path.strip_prefix(&root).unwrap_or(path).to_string_lossy().replace('\\', "/");
    let mut files: Vec<(String, PathBuf)> = paths.into_iter().map(|path| (name(&path), path)).collect();
    files.sort();
    Ok(files)
}

fn collect(folder: &Path, endings: &[&str], files: &mut Vec<PathBuf>) -> io::Result<()> {
    if !folder.is_dir() {
        return Ok(());
    }
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            collect(&path, endings, files)?;
        } else if path.extension().is_some_and(|extension| endings.iter().any(|ending| extension == *ending))
            && !path.ends_with("README.md")
        {
            files.push(path);
        }
    }
    Ok(())
}
