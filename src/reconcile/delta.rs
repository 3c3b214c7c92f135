//! Computes what a hypothesis adds to rows as long as no other one has changed its records. It is computed
//! once; the search corrects it for the few records that others have changed.

use super::candidates::{CandidateCause};
use super::effects::{Effect, Effects, RowScope};
use super::problem::{Delta, Problem};

impl Effect {
    fn new(problem: &Problem<'_>, candidate: &CandidateCause, groups: u64, delta: &mut Delta) -> Self {
        let mut effect = Self::default();
        for same_day in candidate.days() {
            delta.clear();
            for change in same_day {
                let base = problem.records.facets[change.record as usize];
                if change.after != base {
                    delta.replace(problem, &base, &change.after, groups);
                }
            }
            effect.rows.extend(delta.rows().filter(|(_, sums)| !sums.is_zero()));
            effect.ends.push(effect.rows.len());
        }
        effect.rows.shrink_to_fit();
        effect
    }
}

impl Effects {
    /// The effect in the groups that are looked at.
    pub fn get(&self, problem: &Problem<'_>, candidate: &CandidateCause, scope: RowScope, delta: &mut Delta) -> &Effect {
        let known = match scope {
            RowScope::Main => &self.main,
            RowScope::Fine => &self.fine,
            RowScope::All => &self.all,
        };
        known.get_or_init(|| Effect::new(problem, candidate, problem.groups(candidate, scope), delta))
    }
}
