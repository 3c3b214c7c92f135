//! Causes are found by evidence: true ones among damaged records, none in noise alone, and none for a number that was
//! typed wrong.

use std::collections::BTreeSet;

use scorelint::official::Measure;
use scorelint::reconcile::{EvidenceStrength, FigureStatus, reconcile};

use super::{Made, bytes, json, plain};

/// The causes that are found with a combination of scenarios and noise, and those that are true.
fn found(year: u16, scenario: Option<&str>, share: &str) -> (BTreeSet<String>, BTreeSet<String>) {
    let made = Made::with_noise(year, scenario, 1_000, share);
    let reconciliation = made.reconciled();
    let strong = |one: &scorelint::reconcile::CauseFound| {
        one.evidence.is_none_or(|evidence| evidence.strength() == EvidenceStrength::Strong)
    };
    assert!(reconciliation.causes.iter().all(strong), "{:?}", reconciliation.causes);
    let message = reconciliation.causes.iter().map(|one| one.cause.id.clone()).collect();
    let truth = made.scene.truth.causes.iter().map(|one| one.cause.to_owned()).collect();
    let written = bytes(&reconciliation);
    let evidence =
        json(&written)["causes"].as_array().unwrap().iter().filter(|one| one["evidence"].is_object()).count();
    assert!(scenario.is_none() || evidence > 0);
    assert!(made.verified(&written).is_confirmed());
    (message, truth)
}

#[test]
fn true_causes_are_found_among_damaged_records() {
    for (year, scenario) in [(2025, "late+movers"), (2018, "charters+grade-changes"), (2022, "late+nonpublic")] {
        if scorelint::synth::find_scenario(scenario, year).is_err() {
            continue;
        }
        for share in ["1%", "3%"] {
            let (message, truth) = found(year, Some(scenario), share);
            assert_eq!(message, truth, "{year} {scenario} {share}");
        }
    }
}

#[test]
fn noise_alone_is_no_cause() {
    for (year, share) in [(2025, "1%"), (2025, "3%"), (2018, "10%")] {
        assert_eq!(found(year, None, share).0, BTreeSet::new(), "{year} {share}");
    }
}

/// One number alone can be met by any free day: causes are named as possible, and nothing is explained.
#[test]
fn a_number_that_was_typed_wrong_is_not_explained() {
    let made = Made::new(2025, None, 300);
    let sound = made.reconciled();
    let is_fit =
        |measure: Measure, ours: Option<i64>| measure == Measure::Tested && ours.is_some_and(|ours| ours >= 20);
    let fit = sound.cells.iter().filter(|cell| cell.group == 1 && is_fit(cell.measure, cell.ours));
    let fit: Vec<_> = fit.filter(|cell| cell.status == FigureStatus::Equal).collect();
    assert!(fit.len() > 10);
    let mut possible = 0;
    for (cell, off) in fit.iter().take(10).zip([-3_i64, -4, -5, -6, -7].into_iter().cycle()) {
        let code = String::from_utf8(cell.code.to_vec()).unwrap();
        let number = cell.ours.unwrap() + off;
        let row = format!("2025,{code},{},{},1,{number}\n", cell.test, cell.grade);
        let table = made.path("typed.csv");
        std::fs::write(&table, format!("Year,Entity code,Test,Grade,Group,Tested\n{row}")).unwrap();
        let reconciliation = reconcile(&made.files(), &[table], &plain()).unwrap();
        let tally = reconciliation.tally();
        assert_eq!((tally.explained, tally.partly, tally.unexplained), (0, 0, 1), "{row}");
        assert_eq!(reconciliation.causes.len(), 0);
        let is_strong =
            |evidence: &scorelint::reconcile::CauseEvidence| evidence.strength() == EvidenceStrength::Strong;
        assert!(reconciliation.possible.iter().all(|one| one.records > 0 && !is_strong(&one.evidence)));
        possible += reconciliation.possible.len();
    }
    assert!(possible > 10, "{possible}");
}
