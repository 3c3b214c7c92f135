//! `scorelint mend`: the copy is the file that TOMS wrote, the list says what was changed, and nothing is written where
//! that is not certain.

use std::path::Path;

use super::mend::{MENDED, account, district, resaved, save};
use crate::support;

fn mend(arguments: &[&str], input: &Path, output: &Path) -> (i32, String, String) {
    let mut command = support::scorelint();
    let output = command.arg("mend").args(arguments).arg(input).arg("-o").arg(output).output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (output.status.code().unwrap(), text(output.stdout), text(output.stderr))
}

#[test]
fn the_copy_is_the_file_that_was_saved_again() {
    let folder = tempfile::tempdir().unwrap();
    let copy = folder.path().join("mended.csv");
    for year in [2019, 2022, 2025] {
        let lines = district(folder.path(), year);
        let sound = std::fs::read_to_string(save(folder.path(), "sound.csv", &lines)).unwrap();
        for (kind, _, change) in MENDED {
            let path = save(folder.path(), "damaged.csv", &resaved(&lines, None, change));
            let (code, text, error) = mend(&["--force"], &path, &copy);
            assert_eq!(code, 0, "{year} {kind}: {error}");
            assert!(text.contains("written anew"), "{year} {kind}: {text}");
            let mut mended = std::fs::read_to_string(&copy).unwrap();
            if kind == "NA" {
                // A name can be any word, and stays.
                let blank = |line: &str| {
                    line.split('^').map(|cell| if cell == "NA" { "" } else { cell }).collect::<Vec<_>>().join("^")
                        + "\n"
                };
                mended = mended.lines().map(blank).collect();
            }
            assert!(mended == sound, "{year} {kind}: another file");
        }
    }
}

#[test]
fn commas_quotes_marks_and_spaces_go_too() {
    let folder = tempfile::tempdir().unwrap();
    let lines = district(folder.path(), 2025);
    let sound = std::fs::read_to_string(save(folder.path(), "sound.csv", &lines)).unwrap();
    let quoted = |cells: &Vec<String>| {
        let cells: Vec<String> = cells.iter().map(|cell| format!("\"{cell}\"")).collect();
        cells.join(",") + "\r\n"
    };
    let mut commas = lines.clone();
    let place = lines[0].iter().position(|name| name == "GradeAssessed").unwrap();
    commas.iter_mut().skip(1).for_each(|cells| cells[place].push('\u{a0}'));
    let path = folder.path().join("commas.csv");
    std::fs::write(&path, format!("\u{feff}{}", commas.iter().map(quoted).collect::<String>())).unwrap();
    let copy = folder.path().join("mended.csv");
    let (code, text, error) = mend(&[], &path, &copy);
    assert_eq!((code, error.as_str()), (0, ""));
    assert!(text.contains("cells between commas") && text.contains("GradeAssessed: spaces around the text"), "{text}");
    assert!(std::fs::read_to_string(&copy).unwrap() == sound);
}

#[test]
fn a_sound_file_is_copied_as_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let path = save(folder.path(), "sound.csv", &district(folder.path(), 2022));
    let copy = folder.path().join("copy.csv");
    let (code, text, _) = mend(&[], &path, &copy);
    assert_eq!(code, 0);
    assert!(text.contains("nothing had to be changed"), "{text}");
    assert_eq!(std::fs::read(&path).unwrap(), std::fs::read(&copy).unwrap());
}

#[test]
fn what_is_not_certain_is_refused_or_left() {
    let folder = tempfile::tempdir().unwrap();
    let mut lines = district(folder.path(), 2025);
    let sound = account(&save(folder.path(), "sound.csv", &lines));
    let place = lines[0].iter().position(|name| name == "GradeAssessed").unwrap();
    let grade = std::mem::replace(&mut lines[3][place], "5E+01".to_owned());
    let path = save(folder.path(), "damaged.csv", &lines);
    let copy = folder.path().join("mended.csv");
    let (code, _, error) = mend(&[], &path, &copy);
    assert_eq!(code, 2);
    assert!(error.contains("GradeAssessed (1 cell)") && error.contains("--leave"), "{error}");
    assert!(!copy.exists());
    let (code, text, _) = mend(&["--leave"], &path, &copy);
    assert_eq!(code, 1);
    assert!(text.contains("1 cell left as they are") || text.contains("left as"), "{text}");
    let left = std::fs::read_to_string(&copy).unwrap();
    assert_eq!(left, std::fs::read_to_string(&path).unwrap());
    assert_ne!(account(&copy), sound);
    // Nothing is written over: not the input, and no other file unasked.
    let (code, _, error) = mend(&["--leave", "--force"], &path, &path);
    assert!(code == 2 && error.contains("one of the files to be read"), "{error}");
    let (code, _, error) = mend(&["--leave"], &path, &copy);
    assert!(code == 2 && error.contains("exists already"), "{error}");
    // A record of another length has no certain reading.
    lines[3][place] = grade;
    lines[4].pop();
    lines[4].pop();
    let path = save(folder.path(), "short.csv", &lines);
    let (code, _, error) = mend(&["--leave", "--force"], &path, &copy);
    assert!(code == 2 && error.contains("line 5"), "{error}");
    assert_eq!(std::fs::read_to_string(&copy).unwrap(), left);
}

#[test]
fn the_list_for_programs_fits_its_schema_and_holds_no_value() {
    let folder = tempfile::tempdir().unwrap();
    let lines = district(folder.path(), 2025);
    let damaged = MENDED.iter().fold(lines, |lines, (kind, _, change)| match *kind {
        "decimals" | "NA" | "month first" => resaved(&lines, None, change),
        _ => lines,
    });
    let path = save(folder.path(), "damaged.csv", &damaged);
    let (code, text, _) = mend(&["--format", "json"], &path, &folder.path().join("mended.csv"));
    assert_eq!(code, 0);
    let schema = std::fs::read_to_string(support::path("docs/schemas/mend-1.schema.json")).unwrap();
    let validator = jsonschema::validator_for(&serde_json::from_str(&schema).unwrap()).unwrap();
    let json: serde_json::Value = serde_json::from_str(&text).unwrap();
    let errors: Vec<String> = validator.iter_errors(&json).map(|error| error.to_string()).collect();
    assert!(errors.is_empty(), "{errors:?}");
    let changes: Vec<&str> =
        json["changes"].as_array().unwrap().iter().filter_map(|one| one["change"].as_str()).collect();
    for change in ["decimals", "word", "date"] {
        assert!(changes.contains(&change), "{changes:?}");
    }
}
