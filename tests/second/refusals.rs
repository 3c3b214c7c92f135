//! What people read who give a second file that is of no use.

use std::fmt::Write as _;

use crate::support::files::{Folder, Sheet};
use crate::support::{path, scorelint, snapshots};

/// The error of a run, without the folder of the test.
fn error(folder: &Folder, arguments: &[&str]) -> String {
    let output = scorelint().arg("check").args(arguments).current_dir(folder.path()).output().unwrap();
    assert_eq!(output.status.code(), Some(2), "{arguments:?}: {}", String::from_utf8_lossy(&output.stdout));
    String::from_utf8(output.stderr).unwrap()
}

const CHECKED: &str = "58999990000000_CAASPP_Student_Score_Data_File_TestedStudentScoreData_2024_DLMTR.csv";
const LATER: &str = "58999990000000_CAASPP_Student_Score_Data_File_TestedStudentScoreData_2025_DLMTR.csv";
const OF_ANOTHER: &str = "58888880000000_CAASPP_Student_Score_Data_File_TestedStudentScoreData_2023_DLMTR.csv";

#[test]
fn second_files_that_do_not_fit() {
    let folder = Folder::new();
    folder.write(CHECKED, Sheet::new(2024, 3).caret());
    folder.write(LATER, Sheet::new(2025, 3).caret());
    folder.write(OF_ANOTHER, Sheet::new(2023, 3).caret());
    folder.write("entities.txt", std::fs::read(path("tests/second/sb_ca2025entities_csv.txt")).unwrap());
    folder.write("groups.txt", std::fs::read(path("tests/official/real/StudentGroups_2022.txt")).unwrap());
    let cases: [&[&str]; 8] = [
        &["--earlier", LATER],
        &["--earlier", OF_ANOTHER],
        &["--enrolled", LATER],
        &["--entities", "entities.txt"],
        &["--entities", "groups.txt"],
        &["--entities", CHECKED],
        &["--earlier", "entities.txt"],
        &["--enrolled", "-"],
    ];
    let mut all = String::new();
    for case in cases {
        let arguments = [&[CHECKED], case].concat();
        let _ = writeln!(all, "{}\n{}", case.join(" "), error(&folder, &arguments));
    }
    snapshots().bind(|| insta::assert_snapshot!("second_refusals", all));
}
