//! Ladders add up, own every record once, and start from what `account` counts.

use std::collections::{BTreeSet, HashMap};

use scorelint::account::{AccountOptions, CubeFilter, Sharing, account};
use scorelint::official::Measure;
use scorelint::reconcile::{CellFilter, CellName, FigureStatus, ReconcileOptions};
use scorelint::report::reconcile::write_json;
use serde_json::Value;

use super::{Made, bytes, records};
use crate::support;

/// In every figure ours, the steps and the rest lead into the official interval, and no record
/// stands in two steps.
pub fn add_up(json: &Value) {
    let mut steps = 0;
    for cell in json["cells"].as_array().unwrap() {
        let mut seen = BTreeSet::new();
        let mut at = cell["ours"].as_i64().unwrap_or_default() + cell["unexplained"].as_i64().unwrap();
        for step in cell["steps"].as_array().unwrap() {
            steps += 1;
            at += step["amount"].as_i64().unwrap();
            assert!(records(step).into_iter().all(|record| seen.insert(record)), "{cell}");
        }
        let bounds = cell["official"]["lo"].as_i64().zip(cell["official"]["hi"].as_i64());
        if cell["status"] == "not-checkable" || cell["ours"].is_null() {
            continue;
        }
        let Some((lo, hi)) = bounds else { continue };
        assert!((lo..=hi).contains(&at), "{at} is not in {lo} to {hi}: {cell}");
    }
    assert_eq!(steps > 0, !json["causes"].as_array().unwrap().is_empty());
}

#[test]
fn one_thread_and_two_write_the_same() {
    let made = Made::new(2025, Some("nonpublic"), 600);
    let of = |threads: usize| bytes(&made.reconciled_with(&ReconcileOptions { threads, ..made.options() }).unwrap());
    assert!(of(1) == of(2));
}

/// A county has millions of figures, and most of them agree.
#[test]
fn a_figure_that_agrees_takes_a_byte() {
    let cells = Made::new(2025, None, 600).reconciled().cells;
    assert!(cells.len() > 10_000 && cells.iter().all(|cell| cell.steps.is_empty()));
    assert_eq!(cells.size(), cells.len());
    assert_eq!(cells.iter().count(), cells.len());
    let named =
        |cell: scorelint::reconcile::ComparedFigure<'_>| (cell.code, cell.test, cell.grade, cell.group, cell.measure);
    for (place, cell) in cells.iter().enumerate().step_by(97) {
        assert_eq!(cells.get(place).map(named), Some(named(cell)));
    }
    assert!(cells.get(cells.len()).is_none());
}

/// What `account` counts of the same file is where every ladder starts.
#[test]
fn ladders_start_from_the_account() {
    let made = Made::new(2025, Some("movers"), 600);
    let options = AccountOptions { input: made.options().input, threads: 2, progress: None };
    let accounts = account(&made.files(), &options).unwrap();
    let account = &accounts.years[0];
    let filter = CubeFilter::default();
    let figures: HashMap<_, _> = account
        .cells(&filter, Sharing::Internal)
        .map(|cell| {
            let key = (cell.entity.code_text(), cell.test.id, cell.grade, account.counting.groups[cell.group].id);
            (key, cell.figures)
        })
        .collect();
    let reconciliation = made.reconciled();
    let mut compared = 0;
    for cell in reconciliation.cells.iter().filter(|cell| !matches!(cell.status, FigureStatus::NotCheckable(_))) {
        let code = String::from_utf8(cell.code.to_vec()).unwrap();
        let own = figures.get(&(code, cell.test, cell.grade, cell.group));
        let results = own.and_then(|figures| figures.results.as_ref());
        let expected = match cell.measure {
            Measure::Enrolled => own.map_or(Some(0), |figures| figures.enrolled),
            Measure::Tested => own.map_or(Some(0), |figures| figures.tested),
            Measure::WithScores => own.map_or(Some(0), |figures| figures.with_scores),
            Measure::Mean => results.and_then(|results| results.mean),
            _ => continue,
        };
        assert_eq!(cell.ours, expected.and_then(|number| i64::try_from(number).ok()), "{cell:?}");
        compared += 1;
    }
    assert!(compared > 5_000, "{compared}");
}

#[test]
fn the_output_follows_its_schema() {
    let schema = std::fs::read_to_string(support::path("docs/schemas/reconcile-1.schema.json")).unwrap();
    let validator = jsonschema::validator_for(&serde_json::from_str(&schema).unwrap()).unwrap();
    for scenario in ["late-scores", "partial-download", "appeals"] {
        let made = Made::new(2025, Some(scenario), 600);
        let reconciliation = made.reconciled();
        let mut part = Vec::new();
        let cell = CellName::read("58999990000000/1/13/1/tested").unwrap();
        let filter = CellFilter { groups: vec![1], cell: Some(cell), ..CellFilter::default() };
        write_json(&mut part, &reconciliation, &filter).unwrap();
        for bytes in [bytes(&reconciliation), part] {
            let json = super::json(&bytes);
            let errors: Vec<String> = validator.iter_errors(&json).map(|error| error.to_string()).take(3).collect();
            assert!(errors.is_empty(), "{errors:?}");
        }
    }
}
