//! Which views of the score file can be compared with official numbers.

use scorelint::input::View;
use scorelint::reconcile::{FigureStatus, Reconciliation, StatusCounts, reconcile};
use scorelint::synth::{MadeForm, Noise, Order, SceneOrder, Views, write_scene};

use super::plain;

/// Compares the tested and the enrolled file, or one of them, with the official numbers of both.
fn compared(files: std::ops::Range<usize>) -> Reconciliation {
    let district =
        Order { year: 2025, students: 400, seed: 5, view: View::Tested, form: MadeForm::Caret, faults: Vec::new() };
    let order = SceneOrder {
        district,
        views: Views::Both,
        scenario: None,
        noise: Noise::default(),
        threads: 2,
        official_side: None,
    };
    let folder = tempfile::tempdir().unwrap();
    let scene = write_scene(&order, folder.path()).unwrap();
    let paths: Vec<_> = scene.truth.files[files].iter().map(|name| folder.path().join(name)).collect();
    reconcile(&paths, &[folder.path().join("official")], &plain()).unwrap()
}

/// It lacks students who were tested here and have left, so that no figure can be determined from it.
#[test]
fn the_enrolled_view_alone_leaves_every_figure_open() {
    let reconciliation = compared(1..2);
    let tally = reconciliation.tally();
    assert_eq!((tally.compared(), tally.hidden, reconciliation.causes.len()), (0, 0, 0));
    assert!(tally.not_checkable > 1_000 && reconciliation.is_of_enrolled_alone());
    let own = reconciliation.cells.iter().filter(|cell| cell.code == *b"58999990000000");
    let reasons: Vec<FigureStatus> = own.filter(|cell| cell.group == 1).map(|cell| cell.status).collect();
    assert!(!reasons.is_empty());
    assert!(reasons.iter().all(|status| *status == FigureStatus::NotCheckable("enrolled-vs-tested-lea-file")));
}

#[test]
fn the_enrolled_view_beside_the_tested_one_changes_nothing() {
    let ends = |tally: StatusCounts| (tally.equal, tally.hidden, tally.explained, tally.unexplained);
    let both = ends(compared(0..2).tally());
    assert_eq!((both.2, both.3), (0, 0));
    assert_eq!(both, ends(compared(0..1).tally()));
}
