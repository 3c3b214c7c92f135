//! Measures how well causes are found where districts are in a mess, and how seldom they are found where there are
//! none. `cargo bench --bench evidence -- mess 1000 1 2 3` (students, seeds), or with names of combinations to make
//! these alone; `-- typed 300 1 2 3`; `-- clean 600 1 2 3`.
//!
//! - `mess`: combinations of scenarios, years and shares of noise. A figure is decidable if the true causes, assumed
//!   and nothing else searched for, have a step there. It is right if the steps found are of the same causes with the
//!   same records. A cause is exact if it has all records of the truth, and no others but damaged ones.
//! - `typed`: sound districts, of which one or two numbers are typed wrong, alone or in a table with others
//! - `clean`: sound districts with noise alone; every cause found is false

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::collections::BTreeSet;
use std::io::Write;
use std::path::PathBuf;

use scorelint::cause::bound_causes;
use scorelint::counting::CountingRules;
use scorelint::input::{InputOptions, View};
use scorelint::official::Measure;
use scorelint::reconcile::{
    Assumption, ComparedFigure, FigureStatus, ReconcileOptions, Reconciliation, With, reconcile,
};
use scorelint::synth::{
    FileLine, MadeForm, MadeScenario, Order, ParameterValue, SceneOrder, SynthError, TrueCause, Views, find_scenario,
    write_scene,
};

const YEARS: [u16; 3] = [2018, 2022, 2025];
const SHARES: [&str; 4] = ["0%", "1%", "3%", "10%"];
const COMBINATIONS: [&str; 11] = [
    "late+nonpublic+partial",
    "appeals+duplicates+nonpublic",
    "late+movers",
    "charters+grade-changes",
    "group-values+duplicates",
    "movers+nonpublic+duplicates",
    "partial-download+grade-changes",
    "tested-elsewhere+duplicates+movers",
    "late+tested-elsewhere+nonpublic",
    "appeals+charters+movers",
    "mixed",
];

/// What happened over some runs.
#[derive(Default)]
struct Score {
    runs: u64,
    decidable: u64,
    right: u64,
    wrong: u64,
    causes: u64,
    found: u64,
    exact: u64,
    false_causes: Vec<String>,
    missed: Vec<String>,
}

impl Score {
    fn add(&mut self, other: Self) {
        self.runs += other.runs;
        self.decidable += other.decidable;
        self.right += other.right;
        self.wrong += other.wrong;
        self.causes += other.causes;
        self.found += other.found;
        self.exact += other.exact;
        self.false_causes.extend(other.false_causes);
        self.missed.extend(other.missed);
    }

    fn line(&self, name: &str, share: &str) -> String {
        let percent = 100.0 * self.right as f64 / self.decidable.max(1) as f64;
        format!(
            "{name:36} {share:>4} runs {:3} decidable {:7} right {percent:6.2} % wrong {:6} causes {:3} of {:3}, exact {:3}, false {:2}",
            self.runs,
            self.decidable,
            self.wrong,
            self.found,
            self.causes,
            self.exact,
            self.false_causes.len()
        )
    }
}

fn main() {
    let words: Vec<String> = std::env::args().skip(1).filter(|word| !word.starts_with('-')).collect();
    let numbers: Vec<u64> = words.iter().filter_map(|word| word.parse().ok()).collect();
    let students = numbers.first().copied().unwrap_or(1_000);
    let seeds = if numbers.len() > 1 { numbers[1..].to_vec() } else { vec![1, 2, 3] };
    let has = |name: &str| words.iter().any(|word| word == name);
    if has("typed") {
        return typed(students, &seeds);
    }
    let chosen: Vec<&str> = match has("clean") {
        true => vec![""],
        false => COMBINATIONS.into_iter().filter(|name| has(name)).collect(),
    };
    mess(if chosen.is_empty() { &COMBINATIONS } else { &chosen }, students, &seeds);
}

fn tell(line: &str) {
    let mut out = std::io::stdout().lock();
    writeln!(out, "{line}").unwrap();
    out.flush().unwrap();
}

fn mess(combinations: &[&str], students: u64, seeds: &[u64]) {
    let mut all: Vec<Score> = SHARES.iter().map(|_| Score::default()).collect();
    for combination in combinations {
        for (share, sum) in SHARES.iter().zip(&mut all) {
            let mut score = Score::default();
            for (year, seed) in YEARS.iter().flat_map(|year| seeds.iter().map(move |seed| (*year, *seed))) {
                one(combination, share, (year, seed, students), &mut score);
            }
            tell(&score.line(combination, share));
            let lines = score
                .false_causes
                .iter()
                .map(|one| ("false", one))
                .chain(score.missed.iter().map(|one| ("missed", one)));
            lines.for_each(|(what, one)| tell(&format!("    {what} {one}")));
            sum.add(score);
        }
    }
    for (share, score) in SHARES.iter().zip(&all) {
        tell(&score.line("all", share));
    }
}

/// A district on disk, and what is true of it.
struct Made {
    folder: tempfile::TempDir,
    scene: MadeScenario,
}

impl Made {
    fn new(scenario: &str, share: &str, (year, seed, students): (u16, u64, u64)) -> Option<Self> {
        let scenario = match scenario {
            "" => None,
            name => Some(find_scenario(name, year).ok()?),
        };
        let students = scenario.as_ref().map_or(students, |one| students.max(one.fewest));
        let folder = tempfile::tempdir().unwrap();
        let district = Order { year, students, seed, view: View::Tested, form: MadeForm::Caret, faults: Vec::new() };
        let noise = share.parse().unwrap();
        let order = SceneOrder { district, views: Views::Tested, scenario, noise, threads: 2, official_side: None };
        match write_scene(&order, folder.path()) {
            Ok(scene) => Some(Self { folder, scene }),
            Err(SynthError::TooFew(_)) => None,
            Err(error) => panic!("{error}"),
        }
    }

    fn run(&self, officials: &[PathBuf], assume: Vec<Assumption>, without: Vec<String>) -> Reconciliation {
        let paths = |names: &[String]| names.iter().map(|name| self.folder.path().join(name)).collect::<Vec<_>>();
        let truth = &self.scene.truth;
        let options = ReconcileOptions {
            input: InputOptions::default(),
            threads: 2,
            progress: None,
            earlier: paths(&truth.earlier),
            leas: Vec::new(),
            assume,
            without,
        };
        reconcile(&paths(&truth.files), officials, &options).unwrap()
    }

    fn official(&self) -> Vec<PathBuf> {
        vec![self.folder.path().join("official")]
    }
}

fn one(combination: &str, share: &str, order: (u16, u64, u64), score: &mut Score) {
    let Some(made) = Made::new(combination, share, order) else { return };
    score.runs += 1;
    let told = made.run(&made.official(), Vec::new(), Vec::new());
    let known = made.run(&made.official(), assumed(&made.scene), ruled_out(&made.scene));
    compare((&told, &known), &made.scene, score, &format!("{combination} {share} {}/{}", order.0, order.1));
}

/// The true causes of which the files have records.
fn true_causes(scene: &MadeScenario) -> impl Iterator<Item = &TrueCause> {
    scene.truth.causes.iter().filter(|one| one.cause != "lea-file-lacks-other-leas")
}

fn assumed(scene: &MadeScenario) -> Vec<Assumption> {
    let one = |cause: &TrueCause| {
        let with = match cause.parameters.first_key_value() {
            Some((&"as_of", ParameterValue::One(day))) => Some(With::After(days(day), days(day))),
            Some((_, ParameterValue::One(school))) => Some(With::Text(school.clone())),
            _ => None,
        };
        Assumption { id: cause.cause.to_owned(), with }
    };
    true_causes(scene).map(one).collect()
}

fn ruled_out(scene: &MadeScenario) -> Vec<String> {
    let counting = CountingRules::of(scene.truth.year).unwrap();
    let bound = bound_causes(&counting).unwrap();
    let ids: BTreeSet<&str> = bound.iter().map(|one| one.cause.id.as_str()).collect();
    ids.into_iter().filter(|id| !true_causes(scene).any(|one| one.cause == *id)).map(str::to_owned).collect()
}

/// Days since 1970.
fn days(text: &str) -> i32 {
    let parts: Vec<i64> = text.split('-').map(|part| part.parse().unwrap()).collect();
    let (year, month) = if parts[1] > 2 { (parts[0], parts[1] - 3) } else { (parts[0] - 1, parts[1] + 9) };
    let day = 365 * year + year / 4 - year / 100 + year / 400 + (153 * month + 2) / 5 + parts[2] - 1;
    i32::try_from(day - 719_468).unwrap()
}

type Step = (String, Vec<(usize, u64)>);

fn places(of: &Reconciliation, records: &[u32]) -> Vec<(usize, u64)> {
    let place = |record: &u32| (of.records[*record as usize].input, u64::from(of.records[*record as usize].line));
    records.iter().map(place).collect()
}

fn steps(of: &Reconciliation, cell: &ComparedFigure<'_>) -> Vec<Step> {
    let step =
        |step: scorelint::reconcile::CellStep<'_>| (of.causes[step.cause].cause.id.clone(), places(of, step.records));
    cell.steps.iter().map(step).collect()
}

fn compare((told, known): (&Reconciliation, &Reconciliation), scene: &MadeScenario, score: &mut Score, run: &str) {
    let place = |place: &FileLine| (place.file, place.line);
    let noise: BTreeSet<(usize, u64)> = scene.truth.noise.iter().flat_map(|one| &one.records).map(place).collect();
    for found in &told.causes {
        let id = found.cause.id.as_str();
        let Some(truth) = true_causes(scene).find(|one| one.cause == id) else {
            let (records, mended, broken) = (found.records.len(), found.mended, found.broken);
            let is_damage = places(told, &found.records).iter().filter(|one| noise.contains(one)).count();
            let told = format!("{run}: {id} {records} records ({is_damage} damaged), {mended} mended, {broken} broken");
            score.false_causes.push(format!("{told}, {:?}", found.evidence));
            continue;
        };
        score.found += 1;
        let truth: BTreeSet<(usize, u64)> = truth.records.iter().map(place).collect();
        let own: BTreeSet<(usize, u64)> = places(told, &found.records).into_iter().collect();
        let is_exact = truth.difference(&own).chain(own.difference(&truth)).all(|one| noise.contains(one));
        score.exact += u64::from(is_exact);
        if let Some(one) = found.evidence.filter(|one| one.moved_right < 3 * one.moved_wrong || one.bits < 20) {
            score.missed.push(format!("(found) {run}: {id} {} records {one:?}", found.records.len()));
        }
    }
    for cause in true_causes(scene) {
        score.causes += 1;
        if !told.causes.iter().any(|found| found.cause.id == cause.cause) {
            score.missed.push(format!("{run}: {} {} records", cause.cause, cause.records.len()));
        }
    }
    for (own, known_cell) in told.cells.iter().zip(known.cells.iter()) {
        let (own, known) = (steps(told, &own), steps(known, &known_cell));
        score.wrong += u64::from(!own.is_empty() && own != known);
        if !known.is_empty() {
            score.decidable += 1;
            score.right += u64::from(own == known);
        }
    }
}

/// Tables of typed numbers, of which some are wrong by 3 to 7.
fn typed(students: u64, seeds: &[u64]) {
    const TRIES: u64 = 20;
    for (wrong, others) in [(1, 0), (1, 5), (2, 0), (2, 5)] {
        let (mut tries, mut explained, mut passed) = (0, 0, 0);
        for seed in seeds {
            let year = YEARS[*seed as usize % YEARS.len()];
            let Some(made) = Made::new("", "0%", (year, *seed, students)) else { continue };
            let sound = made.run(&made.official(), Vec::new(), Vec::new());
            for again in 0..TRIES {
                let mut random = Random(seed * 1_000 + again);
                let table = made.folder.path().join("typed.csv");
                std::fs::write(&table, table_of(&sound, (wrong, others), &mut random)).unwrap();
                let told = made.run(&[table], Vec::new(), Vec::new());
                let tally = told.tally();
                tries += 1;
                explained += u64::from(told.cells.iter().any(|cell| cell.status == FigureStatus::Explained));
                passed += u64::from(tally.partly + tally.unexplained == 0);
            }
        }
        tell(&format!(
            "{wrong} typed wrong, {others} right: {tries} tries, {explained} with a figure explained, {passed} with exit code 0"
        ));
    }
}

/// So many wrong and right numbers of all students, as a typed table.
fn table_of(sound: &Reconciliation, (wrong, others): (usize, usize), random: &mut Random) -> String {
    let is_fit = |cell: &ComparedFigure<'_>| {
        let column = matches!(cell.measure, Measure::Enrolled | Measure::Tested | Measure::WithScores);
        column && cell.status == FigureStatus::Equal && cell.group == 1 && cell.ours.is_some_and(|ours| ours >= 10)
    };
    let mut fit: Vec<ComparedFigure<'_>> = sound.cells.iter().filter(is_fit).collect();
    let mut text = "Year,Entity code,Test,Grade,Group,Enrolled,Tested,With scores\n".to_owned();
    for place in 0..wrong + others {
        let cell = fit.swap_remove(random.below(fit.len() as u64) as usize);
        let amount = 3 + random.below(5) as i64;
        let amount = if random.below(2) == 0 { amount } else { -amount };
        let number = cell.ours.unwrap() + if place < wrong { amount } else { 0 };
        let columns = [Measure::Enrolled, Measure::Tested, Measure::WithScores];
        let numbers = columns.map(|one| if one == cell.measure { number.to_string() } else { String::new() });
        let code = String::from_utf8(cell.code.to_vec()).unwrap();
        let (year, test, grade) = (sound.year, cell.test, cell.grade);
        text += &format!("{year},{code},{test},{grade},1,{}\n", numbers.join(","));
    }
    text
}

/// Numbers that look random and are the same each time.
struct Random(u64);

impl Random {
    fn below(&mut self, end: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % end
    }
}
