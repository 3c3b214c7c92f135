//! Schools that the download lacks: what they add is bounded by their own rows, and their students
//! whom the state counts elsewhere by what they leave in the rows of others.

use std::collections::BTreeSet;

use scorelint::reconcile::{ComparedFigure, FigureStatus};
use serde_json::{Value, json};

use super::noise::add_noise;
use super::{Made, bytes, research_file};

/// Students of other schools have moved here, and the state counts them here.
const HERE: &[u8] = b"58999996900002";
const MISSING: &str = "58999996900001";

/// A district whose students have moved, without the records of those tested at one school.
fn without_a_school() -> Made {
    let made = Made::new(2025, Some("movers"), 1_000);
    let path = &made.files()[0];
    let text = std::fs::read_to_string(path).unwrap();
    let header = text.lines().next().unwrap();
    let column = header.split('^').position(|name| name == "FinalTestedSchoolCode").unwrap();
    let kept: Vec<&str> = text.lines().filter(|line| line.split('^').nth(column) != Some(MISSING)).collect();
    assert!(kept.len() + 100 < text.lines().count());
    std::fs::write(path, kept.join("\n") + "\n").unwrap();
    made
}

#[test]
fn students_of_missing_schools_counted_elsewhere_are_explained_within_bounds() {
    let made = without_a_school();
    let reconciliation = made.reconciled();
    let causes: BTreeSet<&str> = reconciliation.causes.iter().map(|found| found.cause.id.as_str()).collect();
    assert_eq!(causes, BTreeSet::from(["counted-by-calpads-school", "not-all-files-of-the-district"]));
    assert_eq!(reconciliation.tally().unexplained, 0);
    let is_missing = |cause: usize| reconciliation.causes[cause].cause.family == "file";
    let here = reconciliation.cells.iter().filter(|cell| cell.code == *HERE);
    let steps: Vec<_> = here.flat_map(|cell| cell.steps.iter()).filter(|step| is_missing(step.cause)).collect();
    assert!(steps.len() > 20 && steps.iter().all(|step| step.is_bounded && step.records.is_empty()));
    assert!(made.verified(&bytes(&reconciliation)).is_confirmed());
}

/// Noise is not what students leave: the groups and grades do not agree with it.
#[test]
fn noise_beside_missing_schools_stays_unexplained() {
    let made = without_a_school();
    let official = research_file(&made.path("official"), "sb_");
    let original = std::fs::read(&official).unwrap();
    let mut noisy = 0;
    for seed in 0..40 {
        std::fs::write(&official, &original).unwrap();
        let (code, test, grade, group, amount) = add_noise(&official, seed);
        if noisy == 2 || code == MISSING {
            continue;
        }
        let reconciliation = made.reconciled();
        let is_left = |cell: &ComparedFigure<'_>| {
            matches!(cell.status, FigureStatus::Unexplained | FigureStatus::PartlyExplained)
        };
        let rest: Vec<_> = reconciliation.cells.iter().filter(is_left).collect();
        let is_noisy = |cell: &&ComparedFigure<'_>| {
            (cell.test, cell.grade, cell.group, cell.measure.id()) == (test, grade, group, "tested")
        };
        let cell = rest.iter().find(is_noisy).unwrap();
        assert!(cell.unexplained >= amount, "{cell:?}");
        assert!(rest.iter().all(|cell| cell.code == *code.as_bytes() && cell.group == group), "{rest:?}");
        assert!(made.verified(&bytes(&reconciliation)).is_confirmed());
        noisy += 1;
    }
    assert_eq!(noisy, 2);
}

/// Another amount within the same ladder is refuted, whatever the figure.
#[test]
fn what_missing_schools_add_is_held_against_their_rows() {
    let made = Made::new(2025, Some("partial-download"), 400);
    let json = super::json(&bytes(&made.reconciled()));
    let is_exact = |cell: &Value| {
        let steps = cell["steps"].as_array().unwrap();
        cell["status"] == "explained" && steps.len() == 1 && steps[0]["bounded"] == false
    };
    let cells = json["cells"].as_array().unwrap();
    let exact: Vec<usize> = (0..cells.len()).filter(|place| is_exact(&cells[*place])).collect();
    let mut measures = BTreeSet::new();
    for place in exact {
        let measure = cells[place]["measure"].as_str().unwrap();
        if !measures.insert(measure) {
            continue;
        }
        let mut changed = json.clone();
        let cell = &mut changed["cells"][place];
        let amount = cell["steps"][0]["amount"].as_i64().unwrap();
        cell["steps"][0]["amount"] = json!(amount - 1);
        cell["unexplained"] = json!(1);
        cell["status"] = json!("unexplained");
        let verdict = made.verified(&serde_json::to_vec(&changed).unwrap());
        assert_eq!(verdict.refuted.len(), 1, "{measure}");
    }
    assert!(measures.contains("tested") && measures.contains("count_2"), "{measures:?}");
}
