//! The program itself, on a file of the synthetic district.

use std::collections::BTreeSet;
use std::io::Read;
use std::process::{Output, Stdio};

use scorelint::layout::{Sensitivity, registry};
use tempfile::TempDir;

use crate::support::{path, scorelint};

const FLAGS: [&[&str]; 11] = [
    &[],
    &["--format", "concise"],
    &["--format", "json"],
    &["--format", "jsonl"],
    &["--format", "csv"],
    &["--format", "markdown"],
    &["--format", "sarif"],
    &["--format", "junit"],
    &["--format", "github"],
    &["--format", "gitlab"],
    &["--color", "always", "--samples", "50", "--timings"],
];

/// A file of some hundred records, damaged so that many rules break.
fn damaged() -> (TempDir, String) {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("district.txt");
    let made = scorelint().args(["synth", "--students", "60", "--output"]).arg(&file).output().unwrap();
    assert!(made.status.success(), "{made:?}");
    let text = std::fs::read_to_string(&file).unwrap();
    let (header, records) = text.split_once('\n').unwrap();
    let records =
        records.replace("^Yes^", "^ yes^").replace("^Y^", "^Q^").replace("2012-", "12/").replace("2013-", "13/");
    let damaged = format!("{header}\n{records}");
    std::fs::write(&file, &damaged).unwrap();
    (folder, damaged)
}

fn check(folder: &TempDir, flags: &[&str]) -> Output {
    scorelint().current_dir(folder.path()).args(["check", "district.txt"]).args(flags).output().unwrap()
}

/// What stands in the columns that are not public, unless it stands in a public one too, or is the
/// code of a school or LEA, which reports count by, or too short to be reported from other text.
fn secrets(text: &str) -> BTreeSet<&str> {
    let layout = registry().layout(2025).unwrap();
    let (mut secret, mut public) = (BTreeSet::new(), BTreeSet::new());
    for record in text.lines().skip(1) {
        for (field, value) in layout.fields.iter().zip(record.split('^')) {
            match field.id.map(|id| registry().info(id).sensitivity) {
                Some(Sensitivity::Public) => public.insert(value),
                _ => secret.insert(value),
            };
        }
    }
    let is_code = |value: &str| value.starts_with("58999") && value.bytes().all(|byte| byte.is_ascii_digit());
    secret.into_iter().filter(|value| value.len() > 5 && !public.contains(value) && !is_code(value)).collect()
}

#[test]
fn no_output_holds_a_student_value() {
    let (folder, text) = damaged();
    let secrets = secrets(&text);
    assert!(secrets.len() > 300, "{}", secrets.len());
    for flags in FLAGS {
        let output = check(&folder, flags);
        assert_eq!(output.status.code(), Some(1), "{flags:?}: {}", String::from_utf8_lossy(&output.stderr));
        let message = String::from_utf8([output.stdout, output.stderr].concat()).unwrap();
        for secret in &secrets {
            assert!(!message.contains(secret), "{flags:?} tells {secret}");
        }
    }
}

#[test]
fn the_report_for_programs_follows_its_schema() {
    let (folder, _) = damaged();
    let report: serde_json::Value = serde_json::from_slice(&check(&folder, &["--format", "json"]).stdout).unwrap();
    let schema = std::fs::read_to_string(path("docs/schemas/check-1.schema.json")).unwrap();
    let schema = jsonschema::validator_for(&serde_json::from_str(&schema).unwrap()).unwrap();
    let errors: Vec<String> =
        schema.iter_errors(&report).map(|error| format!("{}: {error}", error.instance_path())).collect();
    assert!(errors.is_empty(), "{}", errors.join("\n"));
    let broke: u64 = report["rules"].as_array().unwrap().iter().filter_map(|rule| rule["broke"].as_u64()).sum();
    let counted: u64 = report["findings"].as_array().unwrap().iter().filter_map(|one| one["count"].as_u64()).sum();
    assert_eq!(broke, counted, "all findings are in the report");
}

#[test]
fn without_a_key_there_is_no_pseudonym() {
    let (folder, _) = damaged();
    let has_student = |output: &Output| String::from_utf8_lossy(&output.stdout).contains("\"student\"");
    let mut command = scorelint();
    command.current_dir(folder.path()).env_remove("SCORELINT_KEY").env("HOME", "/dev/null").args([
        "check",
        "district.txt",
        "--format",
        "json",
    ]);
    assert!(!has_student(&command.output().unwrap()));
    assert!(has_student(&check(&folder, &["--format", "json"])));
}

#[test]
fn a_reader_that_leaves_early_is_no_error() {
    let (folder, _) = damaged();
    for flags in FLAGS {
        let mut command = scorelint();
        command.current_dir(folder.path()).args(["check", "district.txt"]).args(flags);
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let mut first = [0; 16];
        child.stdout.take().unwrap().read_exact(&mut first).unwrap();
        let output = child.wait_with_output().unwrap();
        assert_eq!(output.status.code(), Some(1), "{flags:?}");
        assert!(output.stderr.is_empty(), "{flags:?}: {}", String::from_utf8_lossy(&output.stderr));
    }
}

#[test]
fn one_thread_or_many_write_the_same_bytes() {
    let (folder, _) = damaged();
    for format in ["concise", "json"] {
        let one = check(&folder, &["--format", format, "--threads", "1"]).stdout;
        assert!(one == check(&folder, &["--format", format, "--threads", "7"]).stdout, "{format}");
    }
}

#[test]
fn a_file_that_is_not_there_is_exit_2() {
    let output = scorelint().args(["check", "nowhere.txt"]).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).contains("nowhere.txt"));
}

#[test]
fn the_help_names_the_exit_codes() {
    let output = scorelint().args(["check", "--help"]).output().unwrap();
    let help = String::from_utf8(output.stdout).unwrap();
    for line in ["Examples:", "Privacy:", "Exit codes:", "0  nothing at or above --fail-on", "3  a rule file is wrong"]
    {
        assert!(help.contains(line), "{help}");
    }
}

/// The links of a text: address and what is shown.
fn links(text: &str) -> Vec<(&str, &str)> {
    let parts = text.split("\u{1b}]8;;").skip(1);
    let pairs: Vec<(&str, &str)> = parts.filter_map(|part| part.split_once("\u{1b}\\")).collect();
    assert!(pairs.chunks(2).all(|pair| pair.len() == 2 && pair[1].0.is_empty()), "every link is closed: {pairs:?}");
    pairs.into_iter().filter(|(url, _)| !url.is_empty()).collect()
}

#[test]
fn links_lead_to_files_that_exist_and_change_no_character() {
    let (folder, _) = damaged();
    let spaced = folder.path().join("a b.txt");
    std::fs::copy(folder.path().join("district.txt"), &spaced).unwrap();
    let run = |force: &str| {
        let mut command = scorelint();
        command.current_dir(folder.path()).env("FORCE_HYPERLINK", force).args(["check", "a b.txt", "--samples", "1"]);
        let text = String::from_utf8(command.output().unwrap().stdout).unwrap();
        // How long it took is different each time.
        text.lines().filter(|line| !line.contains(" in ")).map(|line| format!("{line}\n")).collect::<String>()
    };
    let (linked, plain) = (run("1"), run("0"));
    assert!(!plain.contains('\u{1b}'));
    let links = links(&linked);
    let path = std::fs::canonicalize(&spaced).unwrap().display().to_string().replace(' ', "%20");
    assert!(links.len() > 4, "{links:?}");
    assert!(links.iter().all(|(url, shown)| url.ends_with(&path) && shown.contains("a b.txt")), "{links:?}");
    let mut without = linked.clone();
    for (url, _) in &links {
        without = without.replace(&format!("\u{1b}]8;;{url}\u{1b}\\"), "");
    }
    assert_eq!(without.replace("\u{1b}]8;;\u{1b}\\", ""), plain);
}

#[test]
fn every_command_has_a_manual_page() {
    let folder = tempfile::tempdir().unwrap();
    let output = scorelint().arg("man").arg("--output").arg(folder.path()).output().unwrap();
    assert!(output.status.success(), "{output:?}");
    for name in ["scorelint", "scorelint-check", "scorelint-account", "scorelint-layout", "scorelint-rules-test"] {
        let page = std::fs::read_to_string(folder.path().join(format!("{name}.1"))).unwrap();
        assert!(page.contains(".SH NAME"), "{page}");
    }
    let page = String::from_utf8(scorelint().args(["man", "check"]).output().unwrap().stdout).unwrap();
    assert!(page.contains("Exit codes:") && page.contains("scorelint\\-check"), "{page}");
    let unknown = scorelint().args(["man", "chek"]).output().unwrap();
    assert_eq!(unknown.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&unknown.stderr).contains("commands are check, account"));
}

/// A report in a format that was written without a finding is written again; a foreign file is not.
#[test]
fn an_empty_report_is_written_again() {
    let folder = tempfile::tempdir().unwrap();
    let mut scores = std::fs::read_dir(path("samples/damaged")).unwrap().map(|entry| entry.unwrap().path());
    let scores = scores.find(|path| path.extension().is_some_and(|ending| ending == "csv")).unwrap();
    let run = |format: &str, file: &std::path::Path, more: &[&str]| {
        let mut command = scorelint();
        command.args(["check", "--no-config", "--format", format, "-o"]).arg(file).arg(&scores).args(more);
        command.output().unwrap().status.code()
    };
    for (format, marks) in [("gitlab", "[]\n"), ("github", "")] {
        let file = folder.path().join(format);
        assert_eq!(run(format, &file, &["--select", "L001"]), Some(0), "{format}");
        assert_eq!(std::fs::read_to_string(&file).unwrap(), marks, "{format}");
        // Warnings and notices alone, then all.
        assert_eq!(run(format, &file, &["--select", "P"]), Some(0), "{format}");
        assert!(std::fs::read_to_string(&file).unwrap().len() > 3, "{format}");
        assert_eq!(run(format, &file, &[]), Some(1), "{format}");
        std::fs::write(&file, "[1, 2]").unwrap();
        assert_eq!(run(format, &file, &[]), Some(2), "{format}: a file of the user's");
    }
}
