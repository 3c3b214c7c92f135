//! Measures how well causes are found where districts are in a mess: `cargo bench --bench evidence --
//! 1500 SEED…` (students and seeds). Of every combination of scenarios and every share of noise it tells how
//! many decidable figures are explained by the true causes with exact records, and how many causes are
//! false. Figures that the true causes touch are decidable: the same reconciliation with the true causes
//! assumed and nothing searched for tells which, and with which records.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;

use scorelint::input::{Options, View};
use scorelint::reconcile::{Assumption, Cell, ReconcileOptions, Reconciliation, With, reconcile};
use scorelint::synth::{Form, Noise, Order, Scene, SceneOrder, SynthError, Value, Views, find_scenario, write_scene};

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
    "",
];

#[derive(Default)]
struct Score {
    runs: u64,
    decidable: u64,
    explained: u64,
    wrong: u64,
    causes: u64,
    found: u64,
    false_causes: Vec<String>,
}

fn main() {
    let numbers: Vec<u64> = std::env::args().skip(1).filter_map(|word| word.parse().ok()).collect();
    let students = numbers.first().copied().unwrap_or(1_500);
    let seeds: Vec<u64> = if numbers.len() > 1 { numbers[1..].to_vec() } else { vec![1, 2, 3] };
    let mut out = std::io::stdout().lock();
    let mut all: BTreeMap<usize, Score> = BTreeMap::new();
    for combination in COMBINATIONS {
        for (place, share) in SHARES.into_iter().enumerate() {
            let mut score = Score::default();
            for year in YEARS {
                for seed in &seeds {
                    one(combination, share, (year, *seed, students), &mut score);
                }
            }
            tell(&mut out, combination, share, &score);
            let sum = all.entry(place).or_default();
            sum.runs += score.runs;
            sum.decidable += score.decidable;
            sum.explained += score.explained;
            sum.wrong += score.wrong;
            sum.causes += score.causes;
            sum.found += score.found;
            sum.false_causes.extend(score.false_causes);
        }
    }
    for (place, score) in all {
        tell(&mut out, "all", SHARES[place], &score);
    }
}

fn tell(out: &mut impl Write, name: &str, share: &str, score: &Score) {
    if score.runs == 0 {
        return;
    }
    let percent = 100.0 * score.explained as f64 / score.decidable.max(1) as f64;
    writeln!(
        out,
        "{name:36} {share:>4} runs {:3} decidable {:7} explained {percent:6.2} % wrong {:5} causes {:3}/{:3} false {:2} {}",
        score.runs,
        score.decidable,
        score.wrong,
        score.found,
        score.causes,
        score.false_causes.len(),
        score.false_causes.join(" ")
    )
    .unwrap();
    out.flush().unwrap();
}

fn one(combination: &str, share: &str, (year, seed, students): (u16, u64, u64), score: &mut Score) {
    let scenario = if combination.is_empty() { None } else { find_scenario(combination, year).ok() };
    if scenario.is_none() && !combination.is_empty() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let district = Order { year, students, seed, view: View::Tested, form: Form::Caret, faults: Vec::new() };
    let noise: Noise = share.parse().unwrap();
    let order = SceneOrder { district, views: Views::Tested, scenario, noise, threads: 2, official_side: None };
    let scene = match write_scene(&order, folder.path()) {
        Ok(scene) => scene,
        Err(SynthError::TooFew(_)) => return,
        Err(error) => panic!("{error}"),
    };
    score.runs += 1;
    let paths = |names: &[String]| names.iter().map(|name| folder.path().join(name)).collect::<Vec<_>>();
    let official = vec![folder.path().join("official")];
    let run = |assume: Vec<Assumption>, without: Vec<String>| {
        let options = ReconcileOptions {
            input: Options::default(),
            threads: 2,
            progress: None,
            earlier: paths(&scene.truth.earlier),
            leas: Vec::new(),
            assume,
            without,
        };
        reconcile(&paths(&scene.truth.files), &official, &options).unwrap()
    };
    let told = run(Vec::new(), Vec::new());
    let reference = run(assumed(&scene), ruled_out(&scene));
    compare(&told, &reference, &scene, score, &format!("{year}/{seed}"));
}

fn assumed(scene: &Scene) -> Vec<Assumption> {
    let causes = scene.truth.causes.iter().filter(|one| one.cause != "lea-file-lacks-other-leas");
    let one = |cause: &scorelint::synth::Cause| {
        let with = match cause.parameters.first_key_value() {
            Some((&"as_of", Value::One(day))) => Some(With::After(days(day), days(day))),
            Some((_, Value::One(school))) => Some(With::Text(school.clone())),
            _ => None,
        };
        Assumption { id: cause.cause.to_owned(), with }
    };
    causes.map(one).collect()
}

fn ruled_out(scene: &Scene) -> Vec<String> {
    let is_true = |id: &str| scene.truth.causes.iter().any(|one| one.cause == id);
    let counting = scorelint::counting::CountingRules::of(scene.truth.year).unwrap();
    let bound = scorelint::cause::bound_causes(&counting).unwrap();
    let ids: BTreeSet<&str> = bound.iter().map(|one| one.cause.id.as_str()).collect();
    ids.into_iter().filter(|id| !is_true(id)).map(str::to_owned).collect()
}

/// Days since 1970.
fn days(text: &str) -> i32 {
    let parts: Vec<i64> = text.split('-').map(|part| part.parse().unwrap()).collect();
    let (year, month) = if parts[1] > 2 { (parts[0], parts[1] - 3) } else { (parts[0] - 1, parts[1] + 9) };
    let day = 365 * year + year / 4 - year / 100 + year / 400 + (153 * month + 2) / 5 + parts[2] - 1;
    i32::try_from(day - 719_468).unwrap()
}

type Step = (String, Vec<(usize, u32)>);

fn steps(of: &Reconciliation, cell: &Cell<'_>) -> Vec<Step> {
    let place = |record: &u32| {
        let place = &of.records[*record as usize];
        (place.input, place.line)
    };
    cell.steps
        .iter()
        .map(|step| (of.causes[step.cause].cause.id.clone(), step.records.iter().map(place).collect()))
        .collect()
}

fn compare(told: &Reconciliation, reference: &Reconciliation, scene: &Scene, score: &mut Score, run: &str) {
    let is_true = |id: &str| scene.truth.causes.iter().any(|one| one.cause == id);
    for found in &told.causes {
        let id = found.cause.id.as_str();
        if is_true(id) {
            score.found += 1;
        } else {
            let support = found.evidence.map(|one| format!("{:.1}", one.bits)).unwrap_or_default();
            score.false_causes.push(format!("{id}({run},{}r,{support})", found.records.len()));
        }
    }
    score.causes += scene.truth.causes.iter().filter(|one| one.cause != "lea-file-lacks-other-leas").count() as u64;
    for (own, known) in told.cells.iter().zip(reference.cells.iter()) {
        let (own, known) = (steps(told, &own), steps(reference, &known));
        if known.is_empty() {
            score.wrong += u64::from(!own.is_empty());
            continue;
        }
        score.decidable += 1;
        score.explained += u64::from(own == known);
        score.wrong += u64::from(!own.is_empty() && own != known);
    }
}
