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

pub use judge::LintOutcome;

use judge::LintCheck;
use scene::LintContext;

use super::set::OfficialSet;

/// A check of one file among those given with it.
struct FileCheck {
    code: &'static str,
    run: fn(&LintContext<'_>, &mut LintCheck),
}

/// All checks, by code.
const CHECKS: [FileCheck; 36] = [
    FileCheck { code: "O001", run: reading::cell_count },
    FileCheck { code: "O002", run: reading::key },
    FileCheck { code: "O003", run: reading::year },
    FileCheck { code: "O004", run: reading::figure },
    FileCheck { code: "O005", run: reading::repeated },
    FileCheck { code: "O006", run: files::disagree },
    FileCheck { code: "O007", run: reading::zeros },
    FileCheck { code: "O010", run: counts::tested },
    FileCheck { code: "O011", run: counts::with_scores },
    FileCheck { code: "O012", run: counts::small },
    FileCheck { code: "O013", run: results::for_few },
    FileCheck { code: "O014", run: results::missing },
    FileCheck { code: "O015", run: results::mean_of_all_grades },
    FileCheck { code: "O016", run: results::without_tested },
    FileCheck { code: "O020", run: percents::sum },
    FileCheck { code: "O021", run: percents::met },
    FileCheck { code: "O022", run: percents::whole_count },
    FileCheck { code: "O023", run: levels::sum },
    FileCheck { code: "O024", run: levels::percent },
    FileCheck { code: "O025", run: means::range },
    FileCheck { code: "O026", run: percents::implied_sum },
    FileCheck { code: "O027", run: means::levels },
    FileCheck { code: "O028", run: areas::sum },
    FileCheck { code: "O029", run: areas::fourth },
    FileCheck { code: "O030", run: sums::all_grades },
    FileCheck { code: "O031", run: sums::grades_missing },
    FileCheck { code: "O032", run: sums::high_school },
    FileCheck { code: "O033", run: totals::reporting_level },
    FileCheck { code: "O040", run: sums::of_parts },
    FileCheck { code: "O041", run: sums::parts_missing },
    FileCheck { code: "O042", run: means::of_parts },
    FileCheck { code: "O050", run: entities::listed },
    FileCheck { code: "O051", run: entities::type_of },
    FileCheck { code: "O052", run: groups::known_groups },
    FileCheck { code: "O053", run: groups::known_tests },
    FileCheck { code: "O054", run: groups::lookup_errors },
];

/// Judges one file of a set: what became of each check that is wanted, by code. At most so many
/// findings of a check are kept.
pub fn lint(set: &OfficialSet, file: usize, kept: usize, is_wanted: impl Fn(&str) -> bool) -> Vec<LintOutcome> {
    let Some(scene) = LintContext::of(set, file) else { return Vec::new() };
    let judged = |check: &FileCheck| {
        let mut judge = LintCheck::new(check.code, kept);
        (check.run)(&scene, &mut judge);
        judge.finish()
    };
    CHECKS.iter().filter(|check| is_wanted(check.code)).map(judged).collect()
}

/// The codes of all checks.
pub fn codes() -> impl Iterator<Item = &'static str> {
    CHECKS.iter().map(|check| check.code)
}
