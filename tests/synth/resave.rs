//! Every kind of saving again, with every command: the counts of the sound file, or not known and a non-zero exit
//! code. Never another number with exit code 0.

use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use proptest::prelude::*;
use scorelint::layout::registry;
use scorelint::synth::{RESAVES, Resave, find_resave, resave};
use serde_json::Value;
use tempfile::TempDir;

use crate::support;

const YEARS: [u16; 3] = [2019, 2022, 2025];

/// Students of each district.
const STUDENTS: &str = "60";

/// A sound district with official files, and what its commands say.
struct SoundDistrict {
    folder: TempDir,
    year: u16,
    name: String,
    text: String,
    account: String,
    records: u64,
    reconciliation: Value,
}

struct Ran {
    code: i32,
    text: String,
}

fn run(arguments: &[&str], paths: &[&Path]) -> Ran {
    let output = support::scorelint().args(arguments).args(paths).output().unwrap();
    Ran { code: output.status.code().unwrap(), text: String::from_utf8(output.stdout).unwrap() }
}

fn account(path: &Path) -> Ran {
    let ran = run(&["account", "--by", "reason,test,grade,school,group", "--format", "csv"], &[path]);
    let figures: Vec<&str> = ran.text.lines().filter(|line| !line.contains("incomplete")).collect();
    Ran { code: ran.code, text: figures.join("\n") }
}

fn check(path: &Path) -> (i32, u64) {
    let ran = run(&["check", "--format", "json", "--samples", "1"], &[path]);
    let report: Value = serde_json::from_str(&ran.text).unwrap_or_default();
    let records = report["inputs"].as_array().into_iter().flatten().filter_map(|input| input["records"].as_u64());
    (ran.code, records.sum())
}

fn reconcile(path: &Path, official: &Path, saved: &Path) -> (i32, Value) {
    let arguments = ["reconcile", "--lea", "58999990000000", "--format", "json", "--official"];
    let mut command = support::scorelint();
    command.args(arguments).arg(official).arg("--force").arg("-o").arg(saved).arg("--").arg(path);
    let output = command.output().unwrap();
    let text = std::fs::read_to_string(saved).unwrap_or_default();
    let report: Value = serde_json::from_str(&text).unwrap_or_default();
    (output.status.code().unwrap(), report["summary"].clone())
}

fn verify(saved: &Path, path: &Path, official: &Path) -> i32 {
    let mut command = support::scorelint();
    command.arg("verify").arg(saved).arg("--official").arg(official).arg("--").arg(path);
    command.output().unwrap().status.code().unwrap()
}

impl SoundDistrict {
    fn new(year: u16) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let made = support::scorelint()
            .args(["synth", "--official", "--students", STUDENTS, "--year", &year.to_string(), "--output"])
            .arg(folder.path())
            .output()
            .unwrap();
        assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
        let files = std::fs::read_dir(folder.path()).unwrap().map(|file| file.unwrap().path());
        let path = files.into_iter().find(|path| path.extension().is_some_and(|ending| ending == "csv")).unwrap();
        let text = std::fs::read_to_string(&path).unwrap();
        let official = folder.path().join("official");
        let account = account(&path);
        let (checked, records) = check(&path);
        let saved = folder.path().join("sound.json");
        let (reconciled, reconciliation) = reconcile(&path, &official, &saved);
        assert_eq!((account.code, checked, reconciled, verify(&saved, &path, &official)), (0, 0, 0, 0), "{year}");
        assert!(records > 0 && !account.text.is_empty() && !reconciliation.is_null());
        let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
        std::fs::remove_file(path).unwrap();
        Self { folder, year, name, text, account: account.text, records, reconciliation }
    }

    /// The file saved again, in a folder of its own.
    fn saved(&self, kinds: &[Resave], folder: &str) -> PathBuf {
        let saved = resave(&self.text, registry().layout(self.year).unwrap(), kinds).unwrap();
        let folder = self.folder.path().join(folder);
        std::fs::create_dir_all(&folder).unwrap();
        let path = folder.join(format!("{}.{}", self.name, saved.ending));
        std::fs::write(&path, saved.bytes).unwrap();
        path
    }

    /// What a command says otherwise with exit code 0.
    fn wrong(&self, name: &str, kinds: &[Resave]) -> Vec<String> {
        let path = self.saved(kinds, name);
        let mut wrong = Vec::new();
        let mut say = |command: &str, what: String| wrong.push(format!("{} {name}: {command} {what}", self.year));
        let counted = account(&path);
        if counted.code == 0 && counted.text != self.account {
            say("account", first_difference(&self.account, &counted.text));
        }
        let (code, records) = check(&path);
        if code == 0 && records != self.records {
            say("check", format!("reads {records} records of {}", self.records));
        }
        let (official, saved) = (self.folder.path().join("official"), path.with_extension("json"));
        let (code, reconciliation) = reconcile(&path, &official, &saved);
        if code == 0 && reconciliation != self.reconciliation {
            say("reconcile", format!("{reconciliation} and not {}", self.reconciliation));
        }
        if code == 0 && verify(&saved, &path, &official) != 0 {
            say("verify", "refutes it".to_owned());
        }
        wrong
    }
}

fn first_difference(sound: &str, found: &str) -> String {
    let pair = sound.lines().zip(found.lines()).find(|(one, two)| one != two);
    pair.map_or_else(|| "other lines".to_owned(), |(one, two)| format!("`{two}` and not `{one}`"))
}

#[test]
fn no_kind_gives_another_number_with_exit_code_zero() {
    let districts: Vec<SoundDistrict> = YEARS.into_iter().map(SoundDistrict::new).collect();
    let tasks: Vec<(&SoundDistrict, &str, Resave)> =
        districts.iter().flat_map(|one| RESAVES.iter().map(move |(name, kind, _)| (one, *name, *kind))).collect();
    let (next, wrong) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
    let work = || {
        while let Some((district, name, kind)) = tasks.get(next.fetch_add(1, Ordering::Relaxed)) {
            wrong.lock().unwrap().extend(district.wrong(name, &[*kind]));
        }
    };
    std::thread::scope(|scope| {
        let threads = std::thread::available_parallelism().map_or(1, usize::from);
        (1..threads).for_each(|_| drop(scope.spawn(work)));
        work();
    });
    let mut wrong = wrong.into_inner().unwrap();
    wrong.sort();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Kinds that lose nothing which counts need: the counts are known, and are those of the sound file.
const HARMLESS: [&str; 28] = [
    "formula-quotes",
    "apostrophes",
    "spaces",
    "date-times",
    "comma",
    "tab",
    "quoted-cells",
    "commas-at-ends",
    "quoted-lines",
    "mark",
    "utf-16",
    "utf-32",
    "windows-1252",
    "returns",
    "lone-returns",
    "gzip",
    "zip",
    "trailing-cells",
    "banner-row",
    "totals-row",
    "remarks",
    "blank-rows",
    "joined-header",
    "column-order",
    "workbook",
    "workbook-carets",
    "workbook-sheets",
    "workbook-totals",
];

#[test]
fn kinds_that_lose_nothing_are_counted_as_the_sound_file() {
    let district = SoundDistrict::new(2025);
    for name in HARMLESS {
        let counted = account(&district.saved(&[find_resave(name).unwrap()], name));
        assert_eq!(counted.code, 0, "{name}");
        assert_eq!(counted.text, district.account, "{name}");
    }
}

#[test]
fn the_command_makes_every_kind() {
    let folder = tempfile::tempdir().unwrap();
    for (name, ..) in RESAVES {
        let path = folder.path().join(name).join("file");
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        let arguments = ["synth", "--students", "5", "--resave", name, "--output"];
        let made = support::scorelint().args(arguments).arg(&path).output().unwrap();
        assert!(made.status.success(), "{name}: {}", String::from_utf8_lossy(&made.stderr));
        assert!(std::fs::metadata(&path).unwrap().len() > 0, "{name}");
    }
    let listed = support::scorelint().args(["synth", "--list-resaves"]).output().unwrap();
    let text = String::from_utf8(listed.stdout).unwrap();
    assert!(RESAVES.iter().all(|(name, ..)| text.contains(name)), "{text}");
    let wrong = support::scorelint().args(["synth", "--resave", "pdf", "--output", "-"]).output().unwrap();
    assert_eq!(wrong.status.code(), Some(2));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn two_kinds_at_once_give_no_other_number_either(
        first in 0..RESAVES.len(),
        second in 0..RESAVES.len(),
        year in 0..YEARS.len(),
    ) {
        static DISTRICTS: Mutex<Vec<SoundDistrict>> = Mutex::new(Vec::new());
        let mut districts = DISTRICTS.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        if districts.is_empty() {
            districts.extend(YEARS.into_iter().map(SoundDistrict::new));
        }
        let ((one, kind, _), (two, other, _)) = (RESAVES[first], RESAVES[second]);
        let district = &districts[year];
        let path = district.saved(&[kind, other], &format!("{one}+{two}"));
        let counted = account(&path);
        prop_assert!(
            counted.code != 0 || counted.text == district.account,
            "{} {one}+{two}: {}", district.year, first_difference(&district.account, &counted.text)
        );
    }
}
