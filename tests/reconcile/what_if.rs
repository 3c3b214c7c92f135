//! Causes taken for true or ruled out, and what is refused.

use std::collections::BTreeSet;

use scorelint::reconcile::{Assumption, FigureStatus, ReconcileError, ReconcileOptions, With};

use super::{Made, bytes, json, plain};

/// 2025-04-22, in days since 1970.
const APRIL: i32 = 20_200;

fn assumption(id: &str, with: Option<With>) -> Assumption {
    Assumption { id: id.to_owned(), with }
}

#[test]
fn a_cause_that_is_ruled_out_leaves_its_figures_unexplained() {
    let made = Made::new(2025, Some("charters"), 600);
    let explained = made.reconciled().tally().explained;
    let without = ReconcileOptions {
        without: vec!["charter-funding-type-changed".to_owned(), "locally-funded-charter-left-out".to_owned()],
        ..plain()
    };
    let reconciliation = made.reconciled_with(&without).unwrap();
    assert!(reconciliation.causes.iter().all(|found| !without.without.contains(&found.cause.id)));
    assert!(explained > 0 && reconciliation.tally().unexplained > 0, "{:?}", reconciliation.tally());
    assert!(!reconciliation.residues.is_empty());
}

#[test]
fn a_cause_that_is_assumed_moves_what_agreed_without_it() {
    let made = Made::new(2025, None, 400);
    let wrong =
        ReconcileOptions { assume: vec![assumption("late-scores", Some(With::After(APRIL, APRIL)))], ..plain() };
    let reconciliation = made.reconciled_with(&wrong).unwrap();
    let found = reconciliation.causes.iter().find(|found| found.cause.id == "late-scores").unwrap();
    assert!(found.is_assumed && !found.records.is_empty());
    assert!(reconciliation.tally().partly > 0);
    let stepped = || reconciliation.cells.iter().filter(|cell| !cell.steps.is_empty());
    assert!(stepped().count() > 0);
    // Where it was equal before, what the step adds is left over with the opposite sign.
    for cell in stepped().filter(|cell| cell.status == FigureStatus::PartlyExplained && cell.steps.len() == 1) {
        assert_eq!(cell.unexplained.signum(), -cell.steps.iter().next().unwrap().amount.signum(), "{cell:?}");
    }
}

#[test]
fn an_assumed_day_is_taken_as_it_is() {
    let made = Made::new(2025, Some("late-scores"), 600);
    let found = made.reconciled().causes.remove(0);
    let With::After(day, last) = found.with else { panic!("{:?}", found.with) };
    let with = |day: i32| {
        let assume = vec![assumption("late-scores", Some(With::After(day, day)))];
        made.reconciled_with(&ReconcileOptions { assume, ..plain() }).unwrap()
    };
    assert!(day <= last);
    assert_eq!(with(day).tally().unexplained, 0);
    assert_eq!(with(last).tally().unexplained, 0);
    assert!(with(day - 8).tally().unexplained > 0);
}

/// The figures of two causes on the same records are off together when one is ruled out.
#[test]
fn ruling_one_cause_out_keeps_the_true_ones_beside_it() {
    let made = Made::new(2025, Some("mixed"), 2_500);
    let out = "counted-by-calpads-school";
    let without = ReconcileOptions { without: vec![out.to_owned()], ..made.options() };
    let reconciliation = made.reconciled_with(&without).unwrap();
    let found: BTreeSet<&str> = reconciliation.causes.iter().map(|found| found.cause.id.as_str()).collect();
    let truth: BTreeSet<&str> = made.scene.truth.causes.iter().map(|cause| cause.cause).collect();
    let lost: Vec<&&str> = truth.difference(&found).collect();
    assert_eq!(lost, [&out]);
    assert!(reconciliation.causes.iter().all(|found| !found.is_assumed));
}

#[test]
fn an_assumed_cause_without_records_is_told() {
    let made = Made::new(2025, None, 200);
    let school = With::Text("58999996900999".to_owned());
    let assume = vec![assumption("charter-funding-type-changed", Some(school)), assumption("rescore", None)];
    let reconciliation = made.reconciled_with(&ReconcileOptions { assume, ..plain() }).unwrap();
    let message: Vec<_> = reconciliation.causes.iter().map(|found| (found.cause.id.as_str(), found.note)).collect();
    let expected = [
        ("charter-funding-type-changed", Some("assumed, but no record satisfies it")),
        ("rescore", Some("assumed, but it needs an earlier download (--earlier)")),
    ];
    assert_eq!(message, expected);
    let written = bytes(&reconciliation);
    let causes = json(&written)["causes"].clone();
    assert_eq!(causes[0]["note"], "assumed, but no record satisfies it");
    assert_eq!((&causes[0]["assumed"], &causes[0]["cells"]), (&true.into(), &0.into()));
    assert_eq!(reconciliation.tally().unexplained, 0);
    assert!(made.verified(&written).is_confirmed());
}

#[test]
fn wishes_that_make_no_sense_are_refused() {
    let made = Made::new(2025, None, 150);
    let both = ReconcileOptions {
        assume: vec![assumption("late-scores", None)],
        without: vec!["late-scores".to_owned()],
        ..plain()
    };
    assert!(matches!(made.reconciled_with(&both), Err(ReconcileError::Contradiction { .. })));
    let day = With::After(APRIL, APRIL);
    for (id, with) in [
        ("sed-testing-vs-calpads", day.clone()),
        ("charter-funding-type-changed", day),
        ("late-scores", With::Text("58999996900101".to_owned())),
    ] {
        let assume = vec![assumption(id, Some(with))];
        let refused = made.reconciled_with(&ReconcileOptions { assume, ..plain() });
        assert!(matches!(refused, Err(ReconcileError::Parameter { .. })), "{id}");
    }
}
