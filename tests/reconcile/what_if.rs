//! Causes taken for true or ruled out, and what is refused.

use scorelint::reconcile::{Assumption, ReconcileOptions, Status, With};

use super::{Made, plain};

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
    assert!(reconciliation.tally().unexplained > 0);
    let stepped = reconciliation.cells.iter().filter(|cell| !cell.steps.is_empty());
    assert!(stepped.clone().count() > 0);
    // Where it was equal before, what the step adds is left over with the opposite sign.
    for cell in stepped.filter(|cell| cell.status == Status::Unexplained && cell.steps.len() == 1) {
        assert_eq!(cell.unexplained.signum(), -cell.steps[0].amount.signum(), "{cell:?}");
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
