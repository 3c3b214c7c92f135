//! What all commands have in common: outputs that cannot be written, inputs that are not to be
//! overwritten, errors in one form, help that shows how.

use std::fs::{self, OpenOptions};
use std::path::Path;
use std::process::{Output, Stdio};

use tempfile::TempDir;

use crate::support::{path, scorelint};

/// A folder with a copy of a sample, and the path of the copy.
fn copied(sample: &str, name: &str) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let file = fs::read_dir(path(sample))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .find(|path| path.extension().is_some_and(|end| end == "csv"));
    fs::copy(file.unwrap(), folder.path().join(name)).unwrap();
    folder
}

fn run(folder: &Path, arguments: &[&str]) -> Output {
    scorelint().current_dir(folder).args(arguments).output().unwrap()
}

fn message(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

#[test]
fn a_baseline_names_what_it_could_not_read() {
    let folder = copied("samples/damaged", "f.csv");
    let sign = ["--author", "a", "--reason", "b", "--expires", "2027-06-30", "--today", "2026-06-01", "-o"];
    let alone = run(folder.path(), &[&["baseline", "nope.csv"], &sign[..], &["none.toml"]].concat());
    assert_eq!(alone.status.code(), Some(2));
    assert!(message(&alone).contains("nope.csv"), "{}", message(&alone));
    assert!(!folder.path().join("none.toml").exists(), "nothing was read, so there is nothing to accept");
    fs::write(folder.path().join("cut.zip"), b"PK\x03\x04 nothing more").unwrap();
    let paths = ["baseline", "nope.csv", "f.csv", "cut.zip"];
    let both = run(folder.path(), &[&paths[..], &sign[..], &["some.toml"]].concat());
    assert_eq!(both.status.code(), Some(2));
    assert!(message(&both).contains("nope.csv") && message(&both).contains("cut.zip"), "{}", message(&both));
    assert!(fs::read_to_string(folder.path().join("some.toml")).unwrap().contains("[[waivers]]"));
}

/// Commands that say something on standard error, and how they end.
const TALKERS: [(&[&str], i32); 9] = [
    (&["check", "nope.csv"], 2),
    (&["check", "samples/clean", "nope.csv"], 2),
    (&["account", "nope.csv"], 2),
    (&["explain", "S00X"], 2),
    (&["layout", "1999"], 2),
    (&["rules", "test", "nowhere"], 2),
    (&["rules", "--family", "nothing"], 2),
    (&["causes", "nothing"], 2),
    (&["template", "nope.csv"], 2),
];

#[test]
#[cfg(target_os = "linux")]
fn a_standard_error_that_takes_nothing_changes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let made = folder.path().join("district.txt");
    let synth: (&[&str], i32) = (&["synth", "--students", "5", "-o", made.to_str().unwrap()], 0);
    for (arguments, code) in TALKERS.into_iter().chain([synth]) {
        let full = OpenOptions::new().write(true).open("/dev/full").unwrap();
        let status = scorelint().args(arguments).stdout(Stdio::null()).stderr(full).status().unwrap();
        assert_eq!(status.code(), Some(code), "{arguments:?}");
    }
    assert!(made.exists());
}

#[test]
#[cfg(target_os = "linux")]
fn a_full_disk_is_told_and_no_fault_of_the_program() {
    for arguments in [&["completions", "bash"][..], &["man"], &["rules"], &["account", "samples/clean"]] {
        let full = OpenOptions::new().write(true).open("/dev/full").unwrap();
        let output = scorelint().args(arguments).stdout(full).stderr(Stdio::piped()).output().unwrap();
        assert_eq!(output.status.code(), Some(2), "{arguments:?}: {}", message(&output));
        assert!(message(&output).contains("cannot be written"), "{arguments:?}: {}", message(&output));
    }
}

#[test]
fn a_reader_that_has_seen_enough_is_no_error() {
    let commands: [&[&str]; 9] = [
        &["completions", "bash"],
        &["man", "check"],
        &["rules"],
        &["explain", "S001"],
        &["layout", "2025"],
        &["causes", "--all"],
        &["synth", "--list-faults"],
        &["account", "samples/clean", "--format", "csv", "--by", "school,group"],
        &["template", "samples/clean", "--groups", "all"],
    ];
    for arguments in commands {
        // The reader is gone before the first line.
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        let output = scorelint().args(arguments).stdout(writer).stderr(Stdio::piped()).output().unwrap();
        assert_eq!(output.status.code(), Some(0), "{arguments:?}: {}", message(&output));
        assert_eq!(message(&output), "", "{arguments:?}");
    }
}

#[test]
fn no_command_writes_over_what_it_reads() {
    let folder = copied("samples/clean", "in.csv");
    let before = fs::read(folder.path().join("in.csv")).unwrap();
    fs::create_dir(folder.path().join("sub")).unwrap();
    fs::write(folder.path().join("scorelint.toml"), "samples = 2\n").unwrap();
    let signed =
        ["--author", "a", "--reason", "b", "--expires", "2027-06-30", "--today", "2026-06-01", "--force", "-o"];
    let commands: [Vec<&str>; 11] = [
        vec!["check", "in.csv", "-o", "in.csv"],
        vec!["check", "in.csv", "-o", "./sub/../in.csv"],
        vec!["check", ".", "-o", "in.csv"],
        vec!["check", "other.csv", "--earlier", "in.csv", "-o", "in.csv"],
        vec!["check", "in.csv", "-o", "scorelint.toml"],
        vec!["account", "in.csv", "-o", "in.csv"],
        vec!["template", "in.csv", "-o", "in.csv"],
        vec!["reconcile", "in.csv", "--official", "other.csv", "-o", "in.csv"],
        vec!["reconcile", "other.csv", "--official", "in.csv", "-o", "in.csv"],
        [&["baseline", "in.csv"], &signed[..], &["in.csv"]].concat(),
        [&["baseline", "in.csv"], &signed[..], &["scorelint.toml"]].concat(),
    ];
    for arguments in commands {
        let output = run(folder.path(), &arguments);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}: {}", message(&output));
        assert!(message(&output).contains("is one of the files to be read"), "{arguments:?}: {}", message(&output));
    }
    assert!(fs::read(folder.path().join("in.csv")).unwrap() == before);
    assert_eq!(fs::read_to_string(folder.path().join("scorelint.toml")).unwrap(), "samples = 2\n");
    // An earlier report in the same folder is none of the files that are read.
    for _ in 0..2 {
        let output = run(folder.path(), &["check", "in.csv", "--format", "json", "-o", "report.json"]);
        assert_eq!(output.status.code(), Some(0), "{}", message(&output));
    }
    // A report of another command is not replaced unasked.
    let output = run(folder.path(), &["account", ".", "-o", "report.json"]);
    assert_eq!(output.status.code(), Some(2), "{}", message(&output));
    let output = run(folder.path(), &["account", ".", "-o", "report.json", "--force"]);
    assert_eq!(output.status.code(), Some(0), "{}", message(&output));
}

#[test]
fn the_names_of_files_choose_their_formats() {
    let folder = copied("samples/clean", "in.csv");
    let output = run(folder.path(), &["account", "in.csv", "-o", "a.txt", "-o", "a.json", "-o", "a.csv"]);
    assert_eq!((output.status.code(), output.stdout.len()), (Some(0), 0), "{}", message(&output));
    let starts =
        [("a.txt", "scorelint account "), ("a.json", "{\"schema\":\"scorelint/account/1\""), ("a.csv", "year,entity,")];
    for (name, start) in starts {
        assert!(fs::read_to_string(folder.path().join(name)).unwrap().starts_with(start), "{name}");
    }
    for (name, part) in [("a.doc", ".csv (csv)"), ("account", "--format")] {
        let output = run(folder.path(), &["account", "in.csv", "-o", name]);
        assert_eq!(output.status.code(), Some(2), "{name}");
        assert!(message(&output).contains(part), "{}", message(&output));
        assert!(!folder.path().join(name).exists());
    }
}

#[test]
fn files_of_the_user_are_not_written_over() {
    let folder = copied("samples/clean", "in.csv");
    let rule = folder.path().join("X900.txt");
    fs::write(&rule, "my own rule").unwrap();
    for command in ["check", "account"] {
        let output = run(folder.path(), &[command, "in.csv", "-o", "X900.txt"]);
        assert_eq!(output.status.code(), Some(2), "{command}: {}", message(&output));
        assert_eq!(fs::read_to_string(&rule).unwrap(), "my own rule");
    }
    for (code, flags) in [(0, &["-o", "t.csv"][..]), (2, &["-o", "t.csv"]), (0, &["-o", "t.csv", "--force"])] {
        let output = run(folder.path(), &[&["template", "in.csv"], flags].concat());
        assert_eq!(output.status.code(), Some(code), "{flags:?}: {}", message(&output));
    }
}

#[test]
fn a_quiet_run_says_all_by_its_exit_code() {
    let output = scorelint().args(["check", "samples/damaged", "--quiet"]).output().unwrap();
    assert_eq!((output.status.code(), output.stdout.len(), output.stderr.len()), (Some(1), 0, 0));
}

#[test]
fn an_account_of_what_does_not_exist_is_refused() {
    let cases: [(&[&str], &str); 4] = [
        (&["--test", "99"], "1 SB ELA, 2 SB mathematics"),
        (&["--group", "169"], "160 EL"),
        (&["--grade", "1"], "3 grade 3"),
        (&["--entity", "999"], "--by school"),
    ];
    for (flags, known) in cases {
        for format in ["human", "csv", "json"] {
            let arguments = [&["account", "samples/clean", "--format", format], flags].concat();
            let output = scorelint().args(&arguments).output().unwrap();
            assert_eq!((output.status.code(), output.stdout.len()), (Some(2), 0), "{arguments:?}");
            let message = message(&output).replace(['│', '\n'], " ").split_whitespace().collect::<Vec<_>>().join(" ");
            assert!(message.contains("there is no") && message.contains(known), "{arguments:?}: {message}");
        }
    }
}

#[test]
fn a_selection_is_called_one_and_every_table_obeys_it() {
    let output = scorelint().args(["account", "samples/clean", "--test", "1"]).output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    let number = |words: &str| {
        let line = text.lines().find(|line| line.starts_with(words)).unwrap_or_else(|| panic!("{words}: {text}"));
        line.split_whitespace().last().unwrap().parse::<u64>().unwrap()
    };
    assert!(number("records in this selection") < number("records read"));
    let arguments = ["account", "samples/clean", "--group", "3,4", "--by", "group,school"];
    let output = scorelint().args(arguments).output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    let schools: Vec<&str> = text.lines().filter(|line| line.starts_with("By school")).collect();
    assert_eq!(schools, ["By school; all grades, Male", "By school; all grades, Female"]);
}

#[test]
fn an_unknown_student_group_is_told_with_the_nearest_alone() {
    let folder = copied("samples/clean", "in.csv");
    let file = "in.csv";
    let refused = |group: &str| {
        let output = run(folder.path(), &["account", file, "--group", group]);
        assert_eq!(output.status.code(), Some(2), "{output:?}");
        message(&output).split_whitespace().collect::<Vec<_>>().join(" ")
    };
    let number = refused("161");
    for part in ["no student group 161", "160 ", "--by group --format csv"] {
        assert!(number.contains(part), "{part}: {number}");
    }
    assert!(number.len() < 300, "{number}");
    let name = refused("Homles");
    assert!(name.contains("did you mean 52 (Homeless)?"), "{name}");
    let nonsense = refused("qqqqqq");
    assert!(nonsense.contains("--by group --format csv"), "{nonsense}");
    let listed = run(folder.path(), &["account", file, "--by", "group", "--format", "csv"]);
    assert!(String::from_utf8(listed.stdout).unwrap().contains(",160,"), "the list that is named lacks the group");
}

#[test]
fn account_takes_the_flags_for_reading_that_check_takes() {
    let folder = copied("samples/clean", "in.csv");
    let flags = ["--dialect", "caret", "--encoding", "utf-8", "--year", "2025", "--view", "tested"];
    let forced = run(folder.path(), &[&["account", "in.csv"], &flags[..]].concat());
    assert_eq!(forced.status.code(), Some(0), "{}", message(&forced));
    assert!(String::from_utf8_lossy(&forced.stdout).contains("tested view"));
    let wrong = run(folder.path(), &["account", "in.csv", "--dialect", "fixed"]);
    assert_ne!(wrong.status.code(), Some(0), "the flag is obeyed");
}

#[test]
fn wrong_rule_files_and_wrong_folders_are_told_apart() {
    let folder = copied("samples/clean", "in.csv");
    fs::create_dir(folder.path().join("empty")).unwrap();
    fs::create_dir(folder.path().join("wrong")).unwrap();
    fs::write(folder.path().join("wrong/LOC001.md"), "no front matter\n").unwrap();
    let cases: [(&[&str], i32, &str); 8] = [
        (&["rules", "test", "wrong"], 3, "front matter"),
        (&["rules", "--rules", "wrong"], 3, "front matter"),
        (&["explain", "S001", "--rules", "wrong"], 3, "front matter"),
        (&["check", "in.csv", "--rules", "wrong"], 3, "front matter"),
        (&["rules", "test", "empty"], 2, "there is no rule file in empty"),
        (&["check", "in.csv", "--rules", "empty"], 2, "there is no rule file in empty, named by --rules"),
        (&["rules", "--rules", "nodir"], 2, "there is no folder nodir, named by --rules"),
        (&["check", "in.csv", "--rules", "nodir"], 2, "there is no folder nodir, named by --rules"),
    ];
    for (arguments, code, words) in cases {
        let output = run(folder.path(), arguments);
        assert_eq!(output.status.code(), Some(code), "{arguments:?}: {}", message(&output));
        assert!(message(&output).contains(words), "{arguments:?}: {}", message(&output));
    }
}

/// No blank line at the end, and no line that says nothing but that an error follows.
#[test]
fn errors_end_where_they_end() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("scorelint.toml"), "samples = \"x\"\nfail_on = 3\n").unwrap();
    fs::write(folder.path().join("LOC001.md"), "no front matter\n").unwrap();
    let commands: [&[&str]; 5] =
        [&["config"], &["layout", "1999"], &["explain", "XYZ", "--rules", "."], &["rules", "test", "."], &["man", "x"]];
    for arguments in commands {
        let message = message(&run(folder.path(), arguments));
        assert!(message.ends_with('\n') && !message.ends_with("\n\n"), "{arguments:?}: {message}");
        assert!(message.lines().all(|line| line.trim() != "Error:"), "{arguments:?}: {message}");
    }
    let message = message(&run(folder.path(), &["config"]));
    assert_eq!(message.matches('×').count() + message.matches(" x ").count(), 3, "a head and two mistakes: {message}");
}

#[test]
fn every_command_shows_examples_and_exit_codes() {
    let commands = [
        "check",
        "account",
        "reconcile",
        "verify",
        "causes",
        "template",
        "baseline",
        "config",
        "layout",
        "synth",
        "rules",
        "rules test",
        "rules docs",
        "explain",
        "completions",
        "man",
    ];
    for command in commands {
        let words: Vec<&str> = command.split(' ').chain(["--help"]).collect();
        let help = String::from_utf8(scorelint().args(&words).output().unwrap().stdout).unwrap();
        assert!(help.contains("\nExamples:\n"), "{command}: {help}");
        assert!(help.contains("\nExit codes:\n"), "{command}: {help}");
    }
    let synth = String::from_utf8(scorelint().args(["synth", "--help"]).output().unwrap().stdout).unwrap();
    assert!(synth.contains("fixed has the years 2017 to 2023"), "{synth}");
}

/// The lines of the block that follows a heading of the README.
fn block(heading: &str) -> Vec<String> {
    let readme = fs::read_to_string(path("README.md")).unwrap();
    let rest = readme.split_once(heading).unwrap_or_else(|| panic!("{heading}")).1;
    let block = rest.split_once("```text\n").unwrap().1.split_once("```").unwrap().0;
    block.lines().filter(|line| !line.is_empty()).map(str::to_owned).collect()
}

#[test]
fn the_tour_of_the_readme_shows_what_the_program_says() {
    for (heading, command, code) in [("**4. Read the end.**", "check", 1), ("**5. Count.**", "account", 0)] {
        let output = scorelint().env("LANG", "en_US.UTF-8").args([command, "samples/damaged"]).output().unwrap();
        assert_eq!(output.status.code(), Some(code), "{}", message(&output));
        let text = String::from_utf8(output.stdout).unwrap();
        let lines = block(heading);
        assert!(lines.len() >= 3, "{lines:?}");
        for line in lines {
            assert!(text.lines().any(|one| one.starts_with(&line)), "{heading}: {line}\n{text}");
        }
    }
}

#[test]
fn own_families_are_listed_and_amended_weights_are_told() {
    let folder = tempfile::tempdir().unwrap();
    fs::copy(path("docs/examples/LOC001-remote-test-on-paper.md"), folder.path().join("LOC001.md")).unwrap();
    fs::write(folder.path().join("am.md"), "+++\namends = \"T001\"\nyears = \"2025\"\nseverity = \"notice\"\n+++\n")
        .unwrap();
    let listed = run(folder.path(), &["rules", "--rules", ".", "--family", "loc"]);
    let text = String::from_utf8_lossy(&listed.stdout).into_owned();
    assert!(text.contains("LOC001") && text.contains("1 rule\n"), "{text}{}", message(&listed));
    let explained = run(folder.path(), &["explain", "T001", "--rules", "."]);
    let text = String::from_utf8_lossy(&explained.stdout).split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(text.contains("; notice in 2025"), "{text}{}", message(&explained));
    assert!(text.contains("2017 to 2019, 2021 and later") && !text.contains("later, 2025"), "{text}");
}
