//! What a hypothesis adds to rows as long as no other one has changed its records. It is worked out
//! once; the search corrects it for the few records that others have changed.

use std::sync::OnceLock;

use super::candidates::Candidate;
use super::problem::{Delta, Problem};
use super::sums::Sums;

/// Which student groups are looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RowScope {
    /// As few as tell it.
    Main,
    /// All.
    All,
}

/// What is added to rows, day by day from the latest, or at once where days do not matter.
#[derive(Debug, Default)]
pub struct Effect {
    rows: Vec<(u32, Sums)>,
    /// Where the rows of each day end.
    ends: Vec<usize>,
}

impl Effect {
    fn new(problem: &Problem<'_>, candidate: &Candidate, groups: u64, delta: &mut Delta) -> Self {
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

    /// What the records of a day add, by the place of the day.
    pub fn of_day(&self, day: usize) -> &[(u32, Sums)] {
        let begin = day.checked_sub(1).and_then(|before| self.ends.get(before)).copied().unwrap_or_default();
        let end = self.ends.get(day).copied().unwrap_or_default();
        self.rows.get(begin..end).unwrap_or_default()
    }
}

/// The effects of a hypothesis, as far as they were asked for.
#[derive(Debug, Default)]
pub struct Effects {
    few: OnceLock<Effect>,
    all: OnceLock<Effect>,
}

impl Effects {
    /// The effect in the groups that are looked at.
    pub fn get(&self, problem: &Problem<'_>, candidate: &Candidate, scope: RowScope, delta: &mut Delta) -> &Effect {
        let known = match scope {
            RowScope::Main => &self.few,
            RowScope::All => &self.all,
        };
        known.get_or_init(|| Effect::new(problem, candidate, problem.groups(candidate, scope), delta))
    }
}
