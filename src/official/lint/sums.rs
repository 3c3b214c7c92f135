//! What is made of parts: all grades of the grades, districts of schools, counties of districts,
//! the state of counties.

use super::judge::{LintFinding, LintCheck};
use super::scene::{RowExtent, LintContext, Whole};
use crate::counting::grades_in;
use crate::official::interval::Interval;
use crate::official::knowledge::TestProgram;
use crate::official::model::{ALL_GRADES, HIGH_SCHOOL, Measure};

/// The figures that add up.
const ADDITIVE: [Measure; 8] = [
    Measure::Enrolled,
    Measure::Tested,
    Measure::WithScores,
    Measure::Count(1),
    Measure::Count(2),
    Measure::Count(3),
    Measure::Count(4),
    Measure::CountMet,
];

/// O030: the grade rows add up to the row of all grades.
pub fn all_grades(scene: &LintContext<'_>, judge: &mut LintCheck) {
    for whole in scene.grades(ALL_GRADES, |program| program.grades.clone()) {
        add_up(scene, judge, &whole);
    }
}

/// O032: the grades of high school that the test is given in add up to the row of all high school.
pub fn high_school(scene: &LintContext<'_>, judge: &mut LintCheck) {
    let members = grades_in(HIGH_SCHOOL, scene.file.year);
    let given = |program: &TestProgram| program.grades.iter().copied().filter(|grade| members.contains(grade)).collect();
    for whole in scene.grades(HIGH_SCHOOL, given) {
        add_up(scene, judge, &whole);
    }
}

/// O040: schools add up to their district, districts to their county, counties to the state.
pub fn of_parts(scene: &LintContext<'_>, judge: &mut LintCheck) {
    for whole in scene.entities().filter(|whole| !whole.parts.is_empty()) {
        add_up(scene, judge, &whole);
    }
}

/// O031: no rows of grades are missing.
pub fn grades_missing(scene: &LintContext<'_>, judge: &mut LintCheck) {
    // Where there are no rows of grades at all, the file was made without them.
    let wholes = scene.grades(ALL_GRADES, |program| program.grades.clone());
    for whole in wholes.filter(|whole| !whole.parts.is_empty()) {
        complete(judge, &whole);
    }
}

/// O041: no rows of schools, districts or counties are missing.
pub fn parts_missing(scene: &LintContext<'_>, judge: &mut LintCheck) {
    // Where there are no rows of parts at all, the file was made without them.
    for whole in scene.entities().filter(|whole| !whole.parts.is_empty()) {
        complete(judge, &whole);
    }
}

/// What a figure of the parts adds up to; `None` where one of them has none.
fn sum_of(whole: &Whole<'_>, measure: Measure) -> Option<Interval> {
    whole.parts.iter().map(|part| part.values.get(measure).interval()).sum()
}

/// Too much is always wrong; too little only where no part can be missing.
fn add_up(scene: &LintContext<'_>, judge: &mut LintCheck, whole: &Whole<'_>) {
    for measure in ADDITIVE {
        let figure = whole.total.values.get(measure);
        let (Some(sum), Some(total)) = (sum_of(whole, measure), figure.interval()) else { continue };
        let found = || {
            LintFinding::of(whole.total)
                .in_column(scene.column(measure))
                .with("measure", measure.id().replace('_', " "))
                .with("sum", sum)
                .with("rows", whole.parts.len())
                .with("total", figure.shown())
        };
        if sum.is_below(total) && whole.extent == RowExtent::Unknown {
            judge.undecided();
        } else {
            judge.equal(sum, total, found);
        }
    }
}

/// Too little, where rows can be missing, tells that they are.
fn complete(judge: &mut LintCheck, whole: &Whole<'_>) {
    let figure = whole.total.values.tested;
    let (Some(sum), Some(total)) = (sum_of(whole, Measure::Tested), figure.interval()) else { return };
    let found =
        || LintFinding::of(whole.total).with("sum", sum).with("rows", whole.parts.len()).with("total", figure.shown());
    judge.require(!(sum.is_below(total) && whole.extent == RowExtent::Unknown), found);
}
