//! A ladder that was changed is refuted by the recount.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use proptest::prelude::*;
use serde_json::{Value, json};

use super::{Made, bytes, records};

/// A reconciliation in JSON with what it is about.
static SAVED: LazyLock<(Made, Value)> = LazyLock::new(|| {
    let made = Made::new(2025, Some("late-scores"), 300);
    let json = super::json(&bytes(&made.reconciled()));
    (made, json)
});

/// The cells with a step in which each record counts for one.
fn plain_ladders(json: &Value) -> Vec<usize> {
    let cells = json["cells"].as_array().unwrap().iter().enumerate();
    let is_plain = |cell: &Value| {
        let is_count = ["tested", "with_scores"].iter().any(|measure| cell["measure"] == *measure);
        let steps = cell["steps"].as_array().unwrap();
        is_count
            && cell["status"] == "explained"
            && steps.iter().any(|step| records(step).len() as u64 == step["amount"].as_i64().unwrap().unsigned_abs())
    };
    cells.filter(|(_, cell)| is_plain(cell)).map(|(place, _)| place).collect()
}

/// A line with a record that no cause is about.
fn stranger(json: &Value, choice: usize) -> Value {
    let owned: BTreeSet<u64> =
        json["causes"].as_array().unwrap().iter().flat_map(records).map(|(_, line)| line).collect();
    let lines = json["inputs"][0]["records"].as_u64().unwrap();
    let free: Vec<u64> = (2..=lines + 1).filter(|line| !owned.contains(line)).collect();
    json!({"input": 0, "line": free[choice % free.len()]})
}

#[derive(Clone, Copy, Debug)]
enum Mutation {
    Amount(i64),
    Dropped,
    Added,
    Moved,
    Status,
    Rest(i64),
    Ours(i64),
}

fn mutation() -> impl Strategy<Value = Mutation> {
    let other = prop_oneof![-9..=-1_i64, 1..=9_i64];
    prop_oneof![
        other.clone().prop_map(Mutation::Amount),
        Just(Mutation::Dropped),
        Just(Mutation::Added),
        Just(Mutation::Moved),
        Just(Mutation::Status),
        other.clone().prop_map(Mutation::Rest),
        other.prop_map(Mutation::Ours),
    ]
}

fn mutate(json: &mut Value, mutation: Mutation, choice: usize) {
    let cells = plain_ladders(json);
    let place = cells[choice % cells.len()];
    let other = stranger(json, choice / 7);
    let cell = &mut json["cells"][place];
    let more = |number: &mut Value, by: i64| *number = json!(number.as_i64().unwrap() + by);
    let step = &mut cell["steps"][0];
    let owned = step["records"].as_array_mut().unwrap();
    let record = choice / 3 % owned.len();
    match mutation {
        Mutation::Amount(by) => more(&mut step["amount"], by),
        Mutation::Dropped => drop(owned.remove(record)),
        Mutation::Added => owned.push(other),
        Mutation::Moved => owned[record] = other,
        Mutation::Status => cell["status"] = json!(["equal", "unexplained", "within-suppression"][choice % 3]),
        Mutation::Rest(by) => more(&mut cell["unexplained"], by),
        Mutation::Ours(by) => more(&mut cell["ours"], by),
    }
}

#[test]
fn unchanged_it_is_confirmed() {
    let (made, json) = &*SAVED;
    assert!(plain_ladders(json).len() > 10);
    assert!(made.verified(&serde_json::to_vec(json).unwrap()).is_confirmed());
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_changed_ladder_is_refuted(mutation in mutation(), choice in 0..1_000_000_usize) {
        let (made, json) = &*SAVED;
        let mut changed = json.clone();
        mutate(&mut changed, mutation, choice);
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("claim.json");
        std::fs::write(&path, serde_json::to_vec(&changed).unwrap()).unwrap();
        let claim = scorelint::verify::Claim::read(&path).unwrap();
        let input = scorelint::input::InputOptions { year: Some(2025), ..Default::default() };
        let options = scorelint::verify::VerifyOptions { input, progress: None };
        let verdict =
            scorelint::verify::verify(&claim, &made.files(), &[], &made.official(), &options).unwrap();
        prop_assert_eq!(verdict.refuted.len(), 1, "{:?}", mutation);
    }
}
