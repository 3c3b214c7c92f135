//! Holds official files against what is known to hold in them. One check a file; its words,
//! sources and examples are the rule file of its code under `rules/checks/official`.
//!
//! Hidden figures are intervals: a check breaks only where no number could be right, and is
//! undecidable where a hidden figure decides it. No message says what a hidden figure must be.

mod areas;
mod counts;
mod entities;
mod files;
mod groups;
mod judge;
mod levels;
mod means;
mod percents;
mod reading;
mod results;
mod scene;
mod sums;
mod totals;

pub use judge::Judged;

use judge::Judge;
use scene::Scene;

use super::set::OfficialSet;

/// A check of one file among those given with it.
struct Check {
    code: &'static str,
    run: fn(&Scene<'_>, &mut Judge),
}

/// All checks, by code.
const CHECKS: [Check; 36] = [
    Check { code: "O001", run: reading::cell_count },
    Check { code: "O002", run: reading::key },
    Check { code: "O003", run: reading::year },
    Check { code: "O004", run: reading::figure },
    Check { code: "O005", run: reading::repeated },
    Check { code: "O006", run: files::disagree },
    Check { code: "O007", run: reading::zeros },
    Check { code: "O010", run: counts::tested },
    Check { code: "O011", run: counts::with_scores },
    Check { code: "O012", run: counts::small },
    Check { code: "O013", run: results::for_few },
    Check { code: "O014", run: results::missing },
    Check { code: "O015", run: results::mean_of_all_grades },
    Check { code: "O016", run: results::without_tested },
    Check { code: "O020", run: percents::sum },
    Check { code: "O021", run: percents::met },
    Check { code: "O022", run: percents::whole_count },
    Check { code: "O023", run: levels::sum },
    Check { code: "O024", run: levels::percent },
    Check { code: "O025", run: means::range },
    Check { code: "O026", run: percents::implied_sum },
    Check { code: "O027", run: means::levels },
    Check { code: "O028", run: areas::sum },
    Check { code: "O029", run: areas::fourth },
    Check { code: "O030", run: sums::all_grades },
    Check { code: "O031", run: sums::grades_missing },
    Check { code: "O032", run: sums::high_school },
    Check { code: "O033", run: totals::reporting_level },
    Check { code: "O040", run: sums::of_parts },
    Check { code: "O041", run: sums::parts_missing },
    Check { code: "O042", run: means::of_parts },
    Check { code: "O050", run: entities::listed },
    Check { code: "O051", run: entities::type_of },
    Check { code: "O052", run: groups::known_groups },
    Check { code: "O053", run: groups::known_tests },
    Check { code: "O054", run: groups::lookup_errors },
];

/// Judges one file of a set: what became of each check that is wanted, by code. At most so many
/// findings of a check are kept.
pub fn lint(set: &OfficialSet, file: usize, kept: usize, is_wanted: impl Fn(&str) -> bool) -> Vec<Judged> {
    let Some(scene) = Scene::of(set, file) else { return Vec::new() };
    let judged = |check: &Check| {
        let mut judge = Judge::new(check.code, kept);
        (check.run)(&scene, &mut judge);
        judge.finish()
    };
    CHECKS.iter().filter(|check| is_wanted(check.code)).map(judged).collect()
}

/// The codes of all checks.
pub fn codes() -> impl Iterator<Item = &'static str> {
    CHECKS.iter().map(|check| check.code)
}
