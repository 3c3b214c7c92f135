//! Official files and scenarios: what is written adds up, agrees with the score file where nothing
//! differs, and differs in the records that the truth names and in no others.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fs::{read, read_dir, write};
use std::path::{Path, PathBuf};

use scorelint::account::{Account, AccountOptions, CellFigures, CubeFilter, Sharing, account};
use scorelint::input::{InputOptions, View};
use scorelint::layout::registry;
use scorelint::synth::{
    FileLine, MadeForm, MadeScenario, Noise, Order, ParameterValue, SceneOrder, SynthError, TrueCause, Views,
    file_name, find_scenario, scenarios, write_scene,
};
use tempfile::TempDir;

use crate::support;

/// Years of every form of research files.
const FORMS: [u16; 6] = [2017, 2018, 2019, 2022, 2024, 2025];

/// A district in a folder of its own, with the records of the official side kept.
struct Made {
    folder: TempDir,
    scene: MadeScenario,
}

impl Made {
    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn file(&self) -> Lines {
        Lines::read(&self.path(&self.scene.truth.files[0]))
    }

    fn official_side(&self) -> Lines {
        Lines::read(&self.path("side/side.csv"))
    }

    fn cause(&self, id: &str) -> &TrueCause {
        self.scene.truth.causes.iter().find(|cause| cause.cause == id).unwrap()
    }

    fn official(&self) -> Vec<OfficialRow> {
        let names = self.scene.truth.official.iter().filter(|name| !name.contains("entities"));
        names.flat_map(|name| official_rows(&self.path(name))).collect()
    }
}

fn order(year: u16, scenario: Option<&str>, seed: u64) -> SceneOrder {
    let scenario = scenario.map(|name| find_scenario(name, year).unwrap());
    let students = scenario.as_ref().map_or(600, |scenario| scenario.students);
    let district = Order { year, students, seed, view: View::Tested, form: MadeForm::Caret, faults: Vec::new() };
    SceneOrder { district, views: Views::Tested, scenario, noise: Noise::default(), threads: 2, official_side: None }
}

fn made_by(order: &SceneOrder) -> Made {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("side")).unwrap();
    let official_side = Some(folder.path().join("side/side.csv"));
    let scene = write_scene(&SceneOrder { official_side, ..order.clone() }, folder.path()).unwrap();
    Made { folder, scene }
}

fn made(year: u16, scenario: Option<&str>) -> Made {
    made_by(&order(year, scenario, 5))
}

/// A caret file taken apart by hand.
struct Lines {
    header: Vec<String>,
    lines: Vec<String>,
}

impl Lines {
    fn read(path: &Path) -> Self {
        let text = std::fs::read_to_string(path).unwrap();
        let lines: Vec<String> = text.lines().map(str::to_owned).collect();
        Self { header: lines[0].split('^').map(str::to_owned).collect(), lines }
    }

    /// The line with a number, 1-based.
    fn line(&self, number: u64) -> &str {
        &self.lines[number as usize - 1]
    }

    fn cell<'l>(&self, line: &'l str, column: &str) -> &'l str {
        let place = self.header.iter().position(|name| name == column);
        line.split('^').nth(place.unwrap_or_else(|| panic!("{column}"))).unwrap()
    }

    /// Number and text of each record.
    fn records(&self) -> impl Iterator<Item = (u64, &str)> {
        self.lines.iter().enumerate().skip(1).map(|(place, line)| (place as u64 + 1, line.as_str()))
    }

    /// What a record is known by on both sides: student and test.
    fn key<'l>(&self, line: &'l str) -> (&'l str, &'l str) {
        let mut cells = line.split('^');
        let record_type = cells.next().unwrap();
        (cells.next().unwrap(), record_type)
    }
}

/// A row of a research file, by headings.
struct OfficialRow(HashMap<String, String>);

impl OfficialRow {
    /// The cell under the first of these headings.
    fn get(&self, headings: &[&str]) -> &str {
        headings.iter().find_map(|name| self.0.get(*name)).unwrap_or_else(|| panic!("{headings:?}"))
    }

    fn code(&self) -> String {
        ["County Code", "District Code", "School Code"].map(|name| self.0[name].clone()).concat()
    }

    fn key(&self) -> Key {
        let number = |headings: &[&str]| self.get(headings).parse::<u16>().unwrap();
        (self.code(), number(&["Test ID", "Test Id"]), number(&["Grade"]), number(&["Student Group ID", "Subgroup ID"]))
    }

    fn counts(&self) -> [String; 3] {
        [
            &["Total Students Enrolled", "Students Enrolled", "CAASPP Reported Enrollment"][..],
            &["Total Students Tested", "Students Tested"][..],
            &["Total Students Tested with Scores", "Students with Scores"][..],
        ]
        .map(|headings| self.get(headings).to_owned())
    }

    /// Whether it counts other students than the district's: county, state, and the county's others.
    fn is_wide(&self) -> bool {
        self.code().ends_with("000000000000") || self.code().starts_with("5899997")
    }
}

/// Entity, test, grade, group.
type Key = (String, u16, u16, u16);

fn split(line: &str) -> Vec<String> {
    let line = line.trim_end_matches(['\r', '\n']);
    if line.contains('^') {
        return line.split('^').map(str::to_owned).collect();
    }
    line.split(',').map(|cell| cell.trim_matches('"').to_owned()).collect()
}

fn table(path: &Path) -> (Vec<String>, Vec<Vec<String>>) {
    let bytes = read(path).unwrap();
    // Windows-1252, of which no cell asked for here has more than ASCII.
    let text: String = bytes.iter().map(|byte| char::from(*byte)).collect();
    let mut lines = text.lines().map(split);
    (lines.next().unwrap(), lines.collect())
}

fn official_rows(path: &Path) -> Vec<OfficialRow> {
    let (header, rows) = table(path);
    rows.into_iter().map(|row| OfficialRow(header.iter().cloned().zip(row).collect())).collect()
}

fn account_of(path: &Path) -> Account {
    let input = InputOptions { view: Some(View::Tested), ..InputOptions::default() };
    let options = AccountOptions { input, threads: 2, progress: None };
    account(&[path.to_owned()], &options).unwrap().years.remove(0)
}

/// The figures of an account, cell by cell, without the rows of `Class of` and wide entities.
fn figures(path: &Path, sharing: Sharing) -> BTreeMap<Key, (CellFigures, bool)> {
    let account = account_of(path);
    let filter = CubeFilter::default();
    let cells = account.cells(&filter, sharing).filter(|cell| cell.grade != 99 && cell.entity.entity_type > 5);
    let has_students = |place: (_, u16, u8), group: usize| {
        let counts = account.cube.cell(place).unwrap();
        let set = account.cube.sets().iter().position(|set| *set == (group, None)).unwrap();
        counts[set].enrolled > 0 || counts[set].tested > 0
    };
    cells
        .filter(|cell| has_students((cell.entity, cell.test.id, cell.grade), cell.group))
        .map(|cell| {
            let group = account.counting.groups[cell.group].id;
            (
                (cell.entity.code_text(), cell.test.id, u16::from(cell.grade), group),
                (cell.figures, cell.test.levels > 0),
            )
        })
        .collect()
}

fn shown(count: Option<u64>) -> String {
    count.map_or_else(|| "*".to_owned(), |count| count.to_string())
}

/// The bytes of all files in a folder and the folders in it.
fn contents(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut all = BTreeMap::new();
    for entry in read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            all.extend(
                contents(&path)
                    .into_iter()
                    .map(|(name, bytes)| (path.file_name().unwrap().into(), name, bytes))
                    .map(|(folder, name, bytes): (PathBuf, PathBuf, Vec<u8>)| (folder.join(name), bytes)),
            );
        } else {
            all.insert(path.file_name().unwrap().into(), read(&path).unwrap());
        }
    }
    all
}

#[test]
fn the_same_order_gives_the_same_files() {
    for year in [2017, 2018, 2022, 2025] {
        let (one, other) = (made(year, Some("mixed")), made(year, Some("mixed")));
        assert!(contents(one.folder.path()) == contents(other.folder.path()), "{year}");
    }
}

#[test]
fn research_files_have_the_columns_of_their_year() {
    let columns = |name: &str| match (name.split('_').next().unwrap(), &name[name.find("ca20").unwrap() + 2..][..4]) {
        (_, _) if name.contains("entities") => 10,
        ("sb", "2017" | "2018" | "2019") => 32,
        ("sb", "2021" | "2022" | "2023") => 33,
        ("sb", _) => 69,
        ("cast", "2021" | "2022" | "2023") => 30,
        ("cast", _) => 48,
        ("csa", "2025") => 67,
        _ => 23,
    };
    for year in [2017, 2018, 2019, 2021, 2022, 2023, 2024, 2025] {
        let made = made_by(&SceneOrder {
            district: Order { students: 80, ..order(year, None, 1).district },
            ..order(year, None, 1)
        });
        for path in &made.scene.truth.official {
            let name = path.strip_prefix("official/").unwrap();
            let (header, rows) = table(&made.path(path));
            assert_eq!(header.len(), columns(name), "{name}");
            assert!(!rows.is_empty() && rows.iter().all(|row| row.len() == header.len()), "{name}");
        }
    }
}

/// Names are in Windows-1252 and cells are quoted as the year quotes them.
#[test]
fn entity_lists_are_those_of_the_year() {
    let line = |year: u16| {
        let made = made(year, None);
        let path = made.scene.truth.official.iter().find(|name| name.contains("entities")).unwrap();
        let bytes = read(made.path(path)).unwrap();
        let code: &[u8] = if year < 2020 { b"\"6900003\"" } else { b"^6900003^" };
        let mut lines =
            bytes.split_inclusive(|byte| *byte == b'\n').filter(|line| line.windows(9).any(|part| part == code));
        lines.next().unwrap().to_vec()
    };
    assert_eq!(
        line(2018),
        b"\"58\",\"99999\",\"6900003\",,\"2018\",\"7\",\"Yuba\",\"Mariposa Bend Unified\",\"Pe\xf1a Creek Elementary\",\"95999\"\r\n"
    );
    assert_eq!(line(2025), b"58^99999^6900003^7^^2025^Yuba^Mariposa Bend Unified^Pe\xf1a Creek Elementary^95999\r\n");
}

#[test]
fn without_a_scenario_the_account_of_the_file_is_the_official_file() {
    for year in FORMS {
        let made = made(year, None);
        let official: BTreeMap<Key, OfficialRow> =
            made.official().into_iter().filter(|row| !row.is_wide()).map(|row| (row.key(), row)).collect();
        let tests: BTreeSet<u16> = official.keys().map(|key| key.1).collect();
        let mut ours = figures(&made.path(&made.scene.truth.files[0]), Sharing::Shared);
        ours.retain(|key, _| tests.contains(&key.1));
        assert!(official.len() > 1_000, "{year}");
        assert!(ours.keys().eq(official.keys()), "{year}");
        for (key, (figures, has_levels)) in &ours {
            let row = &official[key];
            let counts = [figures.enrolled, figures.tested, figures.with_scores].map(shown);
            assert_eq!(row.counts(), counts, "{year} {key:?}");
            let mean = row.get(&["Mean Scale Score", "Overall Mean Scale Score"]);
            match &figures.results {
                Some(results) => {
                    let expected = results.mean.map_or(String::new(), |mean| format!("{}.{}", mean / 10, mean % 10));
                    assert_eq!(mean, expected, "{year} {key:?}");
                    if *has_levels {
                        let lowest = row.get(&["Percentage Standard Not Met", "Percentage Level 1"]);
                        let share = results.shares[0];
                        assert_eq!(lowest, format!("{}.{:02}", share / 100, share % 100), "{year} {key:?}");
                    }
                }
                None => assert!(mean.is_empty() || mean == "*", "{year} {key:?}: {mean}"),
            }
        }
    }
}

/// But for levels of the Spanish test, which student files lack.
#[test]
fn without_a_scenario_both_sides_are_the_same() {
    for year in [2017, 2018, 2022, 2025] {
        let made = made(year, None);
        let (file, official) = (made.file(), made.official_side());
        assert_eq!(file.lines.len(), official.lines.len());
        let others = |side: &Lines| -> Vec<String> {
            side.records().filter(|(_, line)| side.key(line).1 != "09").map(|(_, line)| line.to_owned()).collect()
        };
        assert!(others(&file) == others(&official), "{year}");
    }
}

fn number(text: &str) -> Option<u64> {
    text.parse().ok()
}

/// Adds up counts of rows; `None` where one is hidden.
fn sum<'r>(rows: impl Iterator<Item = &'r OfficialRow>, place: usize) -> Option<u64> {
    rows.map(|row| number(&row.counts()[place])).sum()
}

#[test]
fn official_rows_add_up() {
    for year in [2017, 2018, 2022, 2025] {
        let made = made(year, Some("mixed"));
        let rows = made.official();
        let (mut grades, mut schools) = (0, 0);
        let mut by_total: HashMap<(String, u16, u16), Vec<&OfficialRow>> = HashMap::new();
        for row in &rows {
            let (code, test, _, group) = row.key();
            by_total.entry((code, test, group)).or_default().push(row);
        }
        for family in by_total.values() {
            let total = family.iter().find(|row| row.key().2 == 13).unwrap();
            for place in 0..3 {
                let parts = sum(family.iter().copied().filter(|row| row.key().2 < 13), place);
                if let (Some(parts), Some(total)) = (parts, number(&total.counts()[place])) {
                    assert_eq!(parts, total, "{year} {:?}", family[0].key());
                    grades += 1;
                }
            }
        }
        if year >= 2020 {
            let mut parts: HashMap<_, Vec<&OfficialRow>> = HashMap::new();
            for row in rows.iter().filter(|row| matches!(row.get(&["Type ID"]), "7" | "10")) {
                let (code, test, grade, group) = row.key();
                parts.entry((code[..7].to_owned(), test, grade, group)).or_default().push(row);
            }
            for district in rows.iter().filter(|row| row.get(&["Type ID"]) == "6") {
                let (code, test, grade, group) = district.key();
                let schools_of = &parts[&(code[..7].to_owned(), test, grade, group)];
                for place in 0..3 {
                    let together = sum(schools_of.iter().copied(), place);
                    if let (Some(together), Some(total)) = (together, number(&district.counts()[place])) {
                        assert_eq!(together, total, "{year} {:?}", district.key());
                        schools += 1;
                    }
                }
            }
            assert!(schools > 100, "{year} {schools}");
        }
        assert!(grades > 100, "{year} {grades}");
    }
}

/// County and state hold the students of others, so that no reader takes them for the file's.
#[test]
fn county_and_state_hold_more_than_the_district() {
    let rows = made(2025, None).official();
    let of = |code: &str| {
        let row = rows.iter().find(|row| row.key() == (code.to_owned(), 1, 13, 1)).unwrap();
        number(&row.counts()[0]).unwrap()
    };
    let (state, county, district) = (of("00000000000000"), of("58000000000000"), of("58999990000000"));
    assert!(state > county + 1_000 && county > district + 1_000, "{state} {county} {district}");
}

// What the truth says, held against both sides.

/// An account of some lines of a file, in the order of cells, rows of `Class of` left out.
fn counted(header: &str, lines: &[&str], name: &str, tests: &BTreeSet<u16>) -> BTreeMap<Key, (CellFigures, bool)> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(name);
    write(&path, format!("{header}\n{}\n", lines.join("\n"))).unwrap();
    let mut all = figures(&path, Sharing::Internal);
    all.retain(|key, _| tests.contains(&key.1));
    all
}

/// Compares the two sides record by record: lines of the file that are another on the official
/// side, copies, and records that the file lacks.
struct Differences<'m> {
    changed: BTreeMap<u64, (&'m str, &'m str)>,
    copies: BTreeSet<u64>,
    lacking: Vec<&'m str>,
}

fn differences<'m>(file: &'m Lines, official: &'m Lines) -> Differences<'m> {
    let mut sides: HashMap<_, &str> = official.records().map(|(_, line)| (official.key(line), line)).collect();
    let mut seen = HashMap::new();
    let mut all = Differences { changed: BTreeMap::new(), copies: BTreeSet::new(), lacking: Vec::new() };
    for (number, line) in file.records() {
        let key = file.key(line);
        if seen.insert(key, number).is_some() {
            all.copies.insert(number);
            continue;
        }
        let other = sides.remove(&key).unwrap();
        if other != line {
            all.changed.insert(number, (line, other));
        }
    }
    all.lacking = sides.into_values().collect();
    all
}

fn hold_truth(year: u16, name: &str) {
    let made = made(year, Some(name));
    let (file, official) = (made.file(), made.official_side());
    let found = differences(&file, &official);
    let tests: BTreeSet<u16> = made.official().iter().map(|row| row.key().1).collect();
    let toms = file_name(&order(year, None, 1).district);
    let header = file.lines[0].as_str();
    let count = |lines: &[&str]| counted(header, lines, &toms, &tests);
    let places = made.scene.truth.causes.iter().flat_map(|cause| &cause.records);
    let named: BTreeSet<u64> = places.map(|place| place.line).collect();
    let copies: BTreeSet<u64> = named.intersection(&found.copies).copied().collect();
    assert_eq!(copies, found.copies, "{year} {name}: copies");
    for line in named.difference(&found.copies) {
        let (ours, theirs) =
            found.changed.get(line).unwrap_or_else(|| panic!("{year} {name}: line {line} is the same"));
        assert!(count(&[ours]) != count(&[theirs]), "{year} {name}: line {line} counts the same");
    }
    // What differs without being named must not count: together the rest adds the same to all cells.
    let rest: Vec<(&str, &str)> =
        found.changed.iter().filter(|(line, _)| !named.contains(line)).map(|(_, sides)| *sides).collect();
    let (ours, theirs): (Vec<&str>, Vec<&str>) = rest.into_iter().unzip();
    assert!(count(&ours) == count(&theirs), "{year} {name}: a record that counts is not named");
    let missing: u64 = made.scene.truth.causes.iter().map(|cause| cause.missing).sum();
    assert_eq!(records_in(&count(&found.lacking)), missing, "{year} {name}: missing");
}

/// How many records are counted in some cells: all of them are enrolled in a school.
fn records_in(cells: &BTreeMap<Key, (CellFigures, bool)>) -> u64 {
    let of_schools =
        cells.iter().filter(|((code, _, grade, group), _)| !code.ends_with("0000000") && (*grade, *group) == (13, 1));
    of_schools.filter_map(|(_, (figures, _))| figures.enrolled).sum()
}

#[test]
fn the_truth_names_what_differs() {
    for scenario in scenarios()
        .iter()
        .filter(|scenario| !matches!(scenario.name.as_str(), "mixed" | "late-scores" | "partial-download"))
    {
        for year in [2025, 2018, 2017].into_iter().filter(|year| scenario.holds_in(*year)) {
            hold_truth(year, &scenario.name);
        }
    }
}

#[test]
fn the_truth_of_late_scores_and_missing_schools() {
    hold_truth(2025, "late-scores");
    hold_truth(2022, "partial-download");
}

#[test]
fn the_truth_of_all_causes_at_once() {
    hold_truth(2022, "mixed");
}

/// Every scenario can be made in every year it is listed for, whatever the seed.
#[test]
fn scenarios_can_be_made_in_all_their_years() {
    for scenario in scenarios() {
        let mut seed = 1;
        for year in (2017..=2025).filter(|year| scenario.holds_in(*year)) {
            seed += 13;
            let folder = tempfile::tempdir().unwrap();
            let scene = write_scene(&order(year, Some(&scenario.name), seed), folder.path()).unwrap();
            let found = scene.truth.causes.iter().all(|cause| !cause.records.is_empty() || cause.missing > 0);
            assert!(found, "{year} {}", scenario.name);
        }
    }
}

// What happens in single scenarios.

fn lines_of(cause: &TrueCause) -> BTreeSet<u64> {
    cause.records.iter().map(|FileLine { line, .. }| *line).collect()
}

#[test]
fn late_scores_are_all_those_after_the_day() {
    let made = made(2025, Some("late-scores"));
    let cause = made.cause("late-scores");
    let ParameterValue::One(day) = &cause.parameters["as_of"] else { panic!("one day") };
    let file = made.file();
    let is_late =
        |line: &str| file.cell(line, "IncludeIndicator") == "Y" && file.cell(line, "ScoreAvailableDate") > day.as_str();
    let late: BTreeSet<u64> = file.records().filter(|(_, line)| is_late(line)).map(|(number, _)| number).collect();
    assert_eq!(late, lines_of(cause));
    let share = late.len() * 100 / file.lines.len();
    assert!((3..40).contains(&share), "{share} percent");
}

#[test]
fn an_earlier_download_differs_in_the_appealed_records_only() {
    let made = made(2025, Some("appeals"));
    let (file, earlier) = (made.file(), Lines::read(&made.path(&made.scene.truth.earlier[0])));
    let differing: BTreeSet<u64> =
        file.records().filter(|(number, line)| *line != earlier.line(*number)).map(|(number, _)| number).collect();
    assert_eq!(differing, lines_of(made.cause("appeal-or-invalidation-pending")));
    for number in &differing {
        assert_eq!(file.cell(file.line(*number), "IncludeIndicator"), "R");
        assert_eq!(earlier.cell(earlier.line(*number), "IncludeIndicator"), "Y");
    }
    let invalidated = file.records().filter(|(_, line)| file.cell(line, "IncludeIndicator") == "R").count();
    assert!(invalidated > differing.len(), "no ordinary invalidated records");
}

#[test]
fn the_charter_is_an_entity_of_its_own() {
    let made = made(2025, Some("charters"));
    let ParameterValue::One(school) = &made.cause("charter-funding-type-changed").parameters["school"] else {
        panic!("one school")
    };
    let rows = made.official();
    let types: BTreeSet<&str> =
        rows.iter().filter(|row| row.code() == *school).map(|row| row.get(&["Type ID"])).collect();
    assert_eq!(types, BTreeSet::from(["9"]));
    let file = made.file();
    for line in lines_of(made.cause("charter-funding-type-changed")) {
        assert_eq!(file.cell(file.line(line), "FinalTestedCharterSchoolIndicator"), "LF");
    }
}

#[test]
fn movers_move_inside_the_district_and_out_of_it() {
    let made = made(2025, Some("movers"));
    let file = made.file();
    let lines = lines_of(made.cause("counted-by-calpads-school"));
    let out = lines.iter().filter(|line| !file.cell(file.line(**line), "CALPADSSchoolCode").starts_with("5899999"));
    let out = out.count();
    assert!(out > 0 && out < lines.len(), "{out} of {}", lines.len());
}

#[test]
fn nonpublic_students_are_counted_here_and_elsewhere() {
    let made = made(2025, Some("nonpublic"));
    let file = made.file();
    let accountable: BTreeSet<&str> = lines_of(made.cause("nps-to-district-of-accountability"))
        .into_iter()
        .map(|line| file.cell(file.line(line), "SPEDAcctDist"))
        .map(|district| if district == "5899999" { "own" } else { "neighbour" })
        .collect();
    assert_eq!(accountable, BTreeSet::from(["own", "neighbour"]));
    let rows = made.official();
    let codes: BTreeSet<String> = rows.iter().map(OfficialRow::code).collect();
    assert!(codes.contains("58999995899999") && codes.contains("58999985899998"));
    assert!(!codes.contains("58999997090001"), "a nonpublic school has no row");
}

#[test]
fn a_partial_download_lacks_two_schools() {
    let made = made(2025, Some("partial-download"));
    let cause = made.cause("not-all-files-of-the-district");
    let ParameterValue::Several(schools) = &cause.parameters["schools"] else { panic!("two schools") };
    assert_eq!(schools.len(), 2);
    let file = made.file();
    let is_there =
        |school: &String| file.records().any(|(_, line)| file.cell(line, "FinalTestedSchoolCode") == *school);
    assert!(!schools.iter().any(is_there));
    assert!(cause.records.is_empty() && cause.missing > 100);
}

#[test]
fn small_districts_are_mostly_hidden() {
    let rows = made(2025, Some("suppression")).official();
    let own: Vec<&OfficialRow> = rows.iter().filter(|row| !row.is_wide()).collect();
    let hidden = own.iter().filter(|row| row.0.values().any(|cell| cell == "*")).count();
    assert!(hidden * 10 > own.len() * 9, "{hidden} of {}", own.len());
}

#[test]
fn both_views_can_be_made() {
    let plain = order(2025, Some("mixed"), 5);
    let both = made_by(&SceneOrder { views: Views::Both, ..plain });
    assert_eq!(both.scene.truth.files.len(), 2);
    let enrolled = Lines::read(&both.path(&both.scene.truth.files[1]));
    let only = both.scene.truth.causes.iter().flat_map(|cause| &cause.records).filter(|place| place.file == 1);
    for place in only {
        assert!((2..=enrolled.lines.len() as u64).contains(&place.line));
    }
}

// The tables.

const CHANGES: &str = "rules/synth/scenario-changes.tsv";
const STUDENTS: &str = "rules/synth/scenario-students.tsv";
const NOISE: &str = "rules/synth/scenario-noise.tsv";
const SCENARIOS: &str = "rules/synth/scenarios.tsv";
const SCHOOLS: &str = "rules/synth/schools.tsv";

/// The field at the start of a condition or setting, a member standing for its family.
fn field_of(part: &str) -> String {
    let end = part.find(['=', '+', '-', '!', '>']).unwrap_or(part.len());
    part[..end].replace(['#', '@'], "1")
}

/// A name that the tables write wrong would be a column that no layout has, and nothing would happen.
#[test]
fn the_tables_name_fields_that_exist() {
    let mut fields = 0;
    for table in [CHANGES, STUDENTS, NOISE] {
        for row in support::table(table) {
            let parts = row.get("qualify").split(';').chain(row.get("set").split(';')).filter(|part| !part.is_empty());
            for field in parts.map(field_of) {
                assert!(registry().id(&field).is_some(), "{field}");
                fields += 1;
            }
        }
    }
    assert!(fields > 80, "{fields}");
}

#[test]
fn the_tables_fit_each_other() {
    let causes: BTreeSet<&str> = support::table(CHANGES).iter().map(|row| row.get("cause")).collect();
    for row in support::table(SCENARIOS) {
        assert!(
            row.get("causes").split('|').all(|cause| cause.is_empty() || causes.contains(cause)),
            "{}",
            row.get("name")
        );
    }
    assert!(support::table(STUDENTS).iter().all(|row| causes.contains(row.get("cause"))));
    let mut schools = 0;
    for row in support::table(STUDENTS) {
        let set: HashMap<&str, &str> = row.get("set").split(';').filter_map(|part| part.split_once('=')).collect();
        let Some(code) = set.get("calpads_school_code") else { continue };
        let school = support::table(SCHOOLS).into_iter().find(|school| school.get("code") == *code).unwrap();
        assert_eq!(set["calpads_school_name"], school.get("name"));
        schools += 1;
    }
    assert!(schools > 0);
}

/// Official files are made as real ones are: nothing in them breaks what holds of these. Only the
/// state's other counties are missing, as in any county's file.
#[test]
fn official_files_are_clean() {
    for year in [2017, 2018, 2022, 2025] {
        for scenario in [None, Some("nonpublic"), Some("suppression"), Some("partial-download")] {
            let made = made(year, scenario);
            let official = made.path("official");
            let output = support::scorelint().arg("check").arg(&official).args(["--format", "json"]).output().unwrap();
            let report: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
            let of_official = |rule: &&serde_json::Value| rule["code"].as_str().unwrap().starts_with('O');
            let rules = report["rules"].as_array().unwrap().iter().filter(of_official);
            let broke: Vec<&str> = rules
                .clone()
                .filter(|rule| rule["status"] == "broke")
                .map(|rule| rule["code"].as_str().unwrap())
                .collect();
            assert_eq!(broke, ["O041"], "{year} {scenario:?}");
            let held = rules.filter(|rule| rule["status"] == "held" && rule["applicable"].as_u64() > Some(0));
            assert!(held.count() > 15, "{year} {scenario:?}");
            let of_state = |finding: &serde_json::Value| finding["message"].as_str().unwrap().starts_with("00-00000-");
            assert!(report["findings"].as_array().unwrap().iter().all(of_state), "{year} {scenario:?}");
            assert_eq!(output.status.code(), Some(0));
        }
    }
}

// What cannot be made.

#[test]
fn what_makes_no_sense_is_refused() {
    assert!(matches!(find_scenario("mixed", 2020), Err(SynthError::NoResults(2020))));
    assert!(matches!(find_scenario("late-scores", 2022), Err(SynthError::ScenarioYear { .. })));
    let Err(SynthError::Scenario { nearest, .. }) = find_scenario("mover", 2025) else { panic!("an unknown name") };
    assert_eq!(nearest, Some("movers"));
    let folder = tempfile::tempdir().unwrap();
    let sized = |name: &str, students: u64| {
        let plain = order(2025, Some(name), 1);
        write_scene(&SceneOrder { district: Order { students, ..plain.district.clone() }, ..plain }, folder.path())
    };
    assert!(matches!(sized("mixed", 100), Err(SynthError::TooSmall { .. })));
    assert!(matches!(sized("suppression", 5_000), Err(SynthError::TooLarge { .. })));
    assert!(read_dir(folder.path()).unwrap().next().is_none(), "something was left behind");
}

#[test]
fn the_command_writes_a_scenario() {
    let folder = tempfile::tempdir().unwrap();
    let run = |arguments: &[&str]| {
        support::scorelint().arg("synth").args(arguments).arg("--output").arg(folder.path()).output().unwrap()
    };
    let output = run(&["--scenario", "charters"]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let truth: serde_json::Value =
        serde_json::from_slice(&read(folder.path().join("scenario.truth.json")).unwrap()).unwrap();
    assert_eq!(truth["schema"], "scorelint/scenario/1");
    assert_eq!(truth["causes"][0]["cause"], "charter-funding-type-changed");
    assert!(truth["causes"][0]["records"][0]["line"].as_u64() > Some(1));
    for (arguments, words) in [
        (&["--scenario", "charter"][..], "did you mean charters?"),
        (&["--scenario", "movers", "--year", "2020"], "testing was suspended"),
        (&["--official", "--view", "enrolled"], "only the tested view compares"),
        (&["--scenario", "movers", "--students", "50"], "at least 600 students"),
    ] {
        let output = run(arguments);
        let errors = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(!output.status.success() && errors.contains(words), "{arguments:?}: {errors}");
    }
}

#[test]
fn the_truth_follows_its_schema() {
    let schema = std::fs::read_to_string(support::path("docs/schemas/scenario-1.schema.json")).unwrap();
    let validator = jsonschema::validator_for(&serde_json::from_str(&schema).unwrap()).unwrap();
    for scenario in [None, Some("mixed")] {
        let made = made(2025, scenario);
        let truth = serde_json::from_slice(&read(made.path("scenario.truth.json")).unwrap()).unwrap();
        let errors: Vec<String> = validator.iter_errors(&truth).map(|error| error.to_string()).collect();
        assert!(errors.is_empty(), "{errors:?}");
    }
}

#[test]
fn scenarios_are_listed() {
    let output = support::scorelint().args(["synth", "--list-scenarios"]).output().unwrap();
    let list = String::from_utf8(output.stdout).unwrap();
    support::snapshots().bind(|| insta::assert_snapshot!("synth-scenarios", list));
}

#[test]
fn a_scene_that_cannot_be_written_leaves_the_folder_as_it_was() {
    let folder = tempfile::tempdir().unwrap();
    let synth = |students: &str| {
        let order = ["synth", "--year", "2025", "--scenario", "mixed", "--students", students, "-o"];
        support::scorelint().args(order).arg(folder.path()).output().unwrap()
    };
    let truth = folder.path().join("scenario.truth.json");
    std::fs::create_dir(&truth).unwrap();
    assert_eq!(synth("2500").status.code(), Some(2));
    let left = || read_dir(folder.path()).unwrap().map(|one| one.unwrap().file_name()).collect::<Vec<_>>();
    assert_eq!(left(), ["scenario.truth.json"], "neither files nor folders are left");
    std::fs::remove_dir(&truth).unwrap();
    assert!(synth("2500").status.success());
    let before: Vec<_> = left().into_iter().map(|name| (read(folder.path().join(&name)).ok(), name)).collect();
    std::fs::remove_dir_all(folder.path().join("official")).unwrap();
    write(folder.path().join("official"), "no folder").unwrap();
    assert_eq!(synth("2600").status.code(), Some(2));
    for (content, name) in before.iter().filter(|(content, _)| content.is_some()) {
        assert_eq!(read(folder.path().join(name)).ok(), *content, "{}", name.display());
    }
}
