//! Lists the shipped rule and cause files, so that the program can carry them. Their text is embedded as it
//! is. Works out a hash of all files under `rules`, by which a reader can tell what a result rests on.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs, io};

use sha2::{Digest, Sha256};

const CHECKS: &str = "rules/checks";
const CAUSES: &str = "rules/causes";

fn main() -> io::Result<()> {
    println!("cargo:rerun-if-changed=build.rs");
    list(CHECKS, "checks.rs")?;
    list(CAUSES, "causes.rs")?;
    hash("rules")
}

/// Tells the compiler the hash of all tables and rule files: their names, lengths and contents.
fn hash(folder: &str) -> io::Result<()> {
    println!("cargo:rerun-if-changed={folder}");
    let root = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").unwrap_or_default());
    let mut files = Vec::new();
    collect(&root.join(folder), &["md", "tsv"], &mut files)?;
    files.sort();
    let mut hasher = Sha256::new();
    for file in &files {
        let name = file.strip_prefix(&root).unwrap_or(file).to_string_lossy().replace('\\', "/");
        let content = fs::read(file)?;
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

/// Writes the names and texts of the files of a folder as a Rust array.
fn list(folder: &str, name: &str) -> io::Result<()> {
    println!("cargo:rerun-if-changed={folder}");
    let root = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").unwrap_or_default());
    let mut files = Vec::new();
    collect(&root.join(folder), &["md"], &mut files)?;
    files.sort();
    let mut list = String::from("[\n");
    for file in &files {
        let name = file.strip_prefix(&root).unwrap_or(file).to_string_lossy().replace('\\', "/");
        let _ = writeln!(list, "    ({name:?}, include_str!({:?})),", file.to_string_lossy());
    }
    list.push_str("]\n");
    let out = PathBuf::from(env::var_os("OUT_DIR").unwrap_or_default());
    fs::write(out.join(name), list)
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
