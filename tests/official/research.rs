//! Research files of all forms: detection, figures, filters.

use std::io::Write;

use scorelint::official::{
    Areas, FigureState, Interval, Measure, OfficialOptions, OfficialValue, WantedRows, disagreements, implied_count,
    read,
};

use super::{read_all, real, row, written};
use crate::support;

fn exact(figure: OfficialValue) -> i64 {
    figure.exact().unwrap()
}

#[test]
fn a_file_of_2022_is_read() {
    let set = read_all(&[real("sb_ca2022_group1_subset.txt")]).unwrap();
    let file = &set.files[0];
    assert_eq!((file.year, file.program, file.version, file.rows.len()), (2022, "SB", None, 166));
    let state = row(file, "00000000000000", 1, 3);
    assert_eq!((state.place.entity_type, state.line), (4, 2));
    let values = &state.values;
    assert_eq!([values.enrolled, values.tested, values.with_scores].map(exact), [424_979, 413_597, 413_308]);
    assert_eq!(exact(values.mean), 24_086);
    assert_eq!(values.percents.map(exact), [3525, 2258, 1940, 2277]);
    assert_eq!(exact(values.percent_met), 4217);
    assert_eq!(exact(values.total_tested), 2_969_670);
    assert_eq!((values.areas.len(), exact(values.areas[0])), (12, 1813));
    assert_eq!(values.get(Measure::Count(1)).state(), FigureState::Absent);
    let math = row(file, "00000000000000", 2, 3);
    assert_eq!(math.values.areas.len(), 12);
    assert!(set.files[0].troubles.is_empty());
}

#[test]
fn hidden_figures_of_2021_are_intervals() {
    let set = read_all(&[real("cast_ca2021_group1_subset.txt")]).unwrap();
    let file = &set.files[0];
    assert_eq!((file.year, file.program), (2021, "CAST"));
    let few = row(file, "01100170000000", 17, 8);
    assert_eq!(few.values.enrolled.interval(), Interval::new(1, 3));
    assert_eq!((few.values.enrolled.shown(), few.values.enrolled.state()), ("*".to_owned(), FigureState::Hidden));
    assert_eq!((exact(few.values.tested), exact(few.values.with_scores)), (0, 0));
    assert_eq!(few.values.mean.state(), FigureState::NoResult);
    assert_eq!(few.values.percents.map(|one| one.state()), [FigureState::NoResult; 4]);
}

#[test]
fn a_hidden_row_of_2018_has_at_most_ten_scores() {
    let set = read_all(&[real("sb_ca2018_group1_subset.txt")]).unwrap();
    let file = &set.files[0];
    assert_eq!((file.year, file.separator), (2018, b','));
    let hidden = row(file, "44698074430179", 2, 5);
    assert_eq!(hidden.values.with_scores.interval(), Interval::new(0, 10));
    assert!(hidden.values.enrolled.interval().unwrap().contains(500));
    assert_eq!(hidden.values.mean.state(), FigureState::Hidden);
    assert_eq!(exact(hidden.values.total_tested), 180);
}

#[test]
fn types_come_from_the_code_or_from_the_entity_list() {
    let types = |set: &scorelint::official::OfficialSet| {
        let of = |code: &str| row(&set.files[0], code, 1, 13).place.entity_type;
        ["00000000000000", "01000000000000", "44698070000000", "44698074430179", "44698070110007"].map(of)
    };
    let alone = read_all(&[real("sb_ca2018_group1_subset.txt")]).unwrap();
    assert_eq!(types(&alone), [4, 5, 6, 0, 0]);
    let joined = read_all(&[real("sb_ca2018_group1_subset.txt"), real("sb_ca2018entities_csv.txt")]).unwrap();
    assert_eq!(types(&joined), [4, 5, 6, 10, 9]);
    assert!(joined.files[0].detected.iter().any(|one| one.what == "types"));
    // A list of another year tells nothing.
    let other = read_all(&[real("sb_ca2018_group1_subset.txt"), real("sb_ca2022entities_csv.txt")]).unwrap();
    assert_eq!(types(&other), [4, 5, 6, 0, 0]);
}

#[test]
fn a_file_of_2024_has_counts_by_level() {
    let set = read_all(&[real("sb_ca2024_values.txt")]).unwrap();
    let state = row(&set.files[0], "00000000000000", 1, 3);
    assert_eq!(exact(state.values.get(Measure::Count(4))), 93_740);
    assert_eq!(exact(state.values.get(Measure::CountMet)), 172_727);
    assert_eq!(exact(state.values.get(Measure::LevelsTotal)), 403_589);
    assert_eq!(state.values.enrolled.state(), FigureState::NoResult);
    for row in &set.files[0].rows {
        let Some(with_scores) = row.values.with_scores.exact() else { continue };
        for level in 1..=4 {
            let (percent, count) = (row.values.get(Measure::Percent(level)), row.values.get(Measure::Count(level)));
            if let (Some(percent), Some(count)) = (percent.exact(), count.exact()) {
                assert!(implied_count(percent, Interval::exactly(with_scores)).unwrap().contains(count));
            }
        }
    }
}

#[test]
fn what_was_detected_is_said_with_the_reason() {
    let set = read_all(&[real("sb_ca2022_group1_subset.txt"), real("sb_ca2018_group1_subset.txt")]).unwrap();
    let said: Vec<String> = set
        .files
        .iter()
        .flat_map(|file| &file.detected)
        .map(|one| format!("{}: {} ({})", one.what, one.value, one.why))
        .collect();
    support::snapshots().bind(|| insta::assert_snapshot!("official-detected", said.join("\n")));
}

#[test]
fn only_wanted_rows_are_kept() {
    let wanted = WantedRows { entities: vec!["4469807".to_owned(), "00".to_owned()], groups: vec![1] };
    let options = OfficialOptions { wanted, ..OfficialOptions::default() };
    let set = read(&[real("sb_ca2022_group1_subset.txt")], &options).unwrap();
    let file = &set.files[0];
    assert!(file.rows.iter().all(|row| row.place.code.starts_with(b"4469807") || row.place.code.starts_with(b"00")));
    assert_eq!(file.rows.len() as u64 + file.passed_over, 166);
    assert!(file.rows.len() > 50 && file.passed_over > 50);
    assert!(file.rows.iter().all(|row| row.values.areas.is_empty()));
}

#[test]
fn packed_files_give_the_same_rows() {
    let folder = tempfile::tempdir().unwrap();
    let text = std::fs::read(real("sb_ca2022_group1_subset.txt")).unwrap();
    let lists = std::fs::read(real("sb_ca2022entities_csv.txt")).unwrap();
    let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    packer.write_all(&text).unwrap();
    let gzip = written(&folder, "sb_ca2022_1_csv_v1.txt.gz", packer.finish().unwrap());
    let zip = folder.path().join("sb.zip");
    let mut archive = zip::ZipWriter::new(std::fs::File::create(&zip).unwrap());
    for (name, content) in
        [("sb_ca2022_1_csv_v1.txt", &text), ("sb_ca2022entities_csv.txt", &lists), ("readme.pdf", &text)]
    {
        archive.start_file(name, zip::write::SimpleFileOptions::default()).unwrap();
        archive.write_all(content).unwrap();
    }
    archive.finish().unwrap();
    let plain = read_all(&[real("sb_ca2022_group1_subset.txt")]).unwrap();
    let (of_gzip, of_zip) =
        (read_all(std::slice::from_ref(&gzip)).unwrap(), read_all(std::slice::from_ref(&zip)).unwrap());
    assert_eq!((of_gzip.files.len(), of_zip.files.len(), of_zip.entities.len()), (1, 1, 1));
    let both = read_all(&[gzip, zip]).unwrap();
    assert_eq!((both.files.len(), both.entities.len()), (1, 1), "the same rows are read once");
    for file in of_gzip.files.iter().chain(&of_zip.files) {
        assert_eq!(file.version, Some(1));
        let same = file
            .rows
            .iter()
            .zip(&plain.files[0].rows)
            .all(|(one, other)| one.key() == other.key() && one.values == other.values && one.line == other.line);
        assert!(same && file.rows.len() == 166);
    }
    assert_eq!(of_zip.files[0].member.as_deref(), Some("sb_ca2022_1_csv_v1.txt"));
}

#[test]
fn a_file_saved_again_by_a_spreadsheet_is_understood() {
    let folder = tempfile::tempdir().unwrap();
    let text = std::fs::read_to_string(real("sb_ca2022_group1_subset.txt")).unwrap();
    let saved: Vec<String> = text
        .lines()
        .map(|line| {
            let cells = line.split('^').map(|cell| {
                let is_number = !cell.is_empty() && cell.bytes().all(|byte| byte.is_ascii_digit());
                if is_number {
                    cell.trim_start_matches('0').to_owned()
                        + if cell.trim_start_matches('0').is_empty() { "0" } else { "" }
                } else {
                    cell.to_owned()
                }
            });
            cells.collect::<Vec<_>>().join(",")
        })
        .collect();
    let path = written(&folder, "saved.csv", format!("\u{feff}{}\r\n", saved.join("\r\n")));
    let (again, plain) = (read_all(&[path]).unwrap(), read_all(&[real("sb_ca2022_group1_subset.txt")]).unwrap());
    assert!(again.files[0].repaired_codes > 50);
    for (one, other) in again.files[0].rows.iter().zip(&plain.files[0].rows) {
        assert_eq!((one.key(), one.place), (other.key(), other.place));
        assert_eq!(one.values.get(Measure::Mean).interval(), other.values.get(Measure::Mean).interval());
    }
}

#[test]
fn two_versions_are_compared() {
    let folder = tempfile::tempdir().unwrap();
    let text = std::fs::read_to_string(real("sb_ca2022_group1_subset.txt")).unwrap();
    let changed = text.replacen("^424979^413597^", "^424980^413597^", 1);
    assert_ne!(text, changed);
    let paths = [written(&folder, "sb_ca2022_v1.txt", &text), written(&folder, "sb_ca2022_v2.txt", changed)];
    let set = read(&paths, &OfficialOptions { areas: Areas::LeftOut, ..OfficialOptions::default() }).unwrap();
    let found = disagreements(&set.files);
    assert_eq!(found.len(), 1);
    assert_eq!((found[0].measure, found[0].first.0, found[0].second.0), (Measure::Enrolled, 0, 1));
    assert_eq!((found[0].first.2.shown(), found[0].second.2.shown()), ("424979".to_owned(), "424980".to_owned()));
    assert_eq!((set.files[0].version, set.files[1].version), (Some(1), Some(2)));
}

#[test]
fn lookups_are_read_with_their_letters() {
    let set = read_all(&[real("StudentGroups_2022.txt"), real("Tests_2022.txt"), real("cast_ca2021entities_csv.txt")])
        .unwrap();
    assert_eq!(set.groups[0].names.len(), 55);
    assert_eq!(set.groups[0].names[&170].0, "Ever–EL");
    assert_eq!((set.groups[0].year, set.tests[0].names.len()), (Some(2022), 7));
    let list = &set.entities[0];
    assert_eq!((list.year, list.entities[b"01000000000000"].county.as_str()), (2021, "Alameda"));
}
