//! What a hypothesis adds to rows, kept for the student groups of a look.

use std::sync::OnceLock;

use super::sums::{Sums};

/// Which student groups are looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RowScope {
    /// As few as tell it.
    Main,
    /// Those and the groups that part most students.
    Fine,
    /// All.
    All,
}

/// What is added to rows, day by day from the latest, or at once where days do not matter.
#[derive(Debug, Default)]
pub struct Effect {
    pub(super) rows: Vec<(u32, Sums)>,
    /// Where the rows of each day end.
    pub(super) ends: Vec<usize>,
}

/// The effects of a hypothesis, as far as they were asked for.
#[derive(Debug, Default)]
pub struct Effects {
    pub(super) main: OnceLock<Effect>,
    pub(super) fine: OnceLock<Effect>,
    pub(super) all: OnceLock<Effect>,
}

impl Effect {
    /// What the records of a day add, by the place of the day.
    pub fn of_day(&self, day: usize) -> &[(u32, Sums)] {
        let begin = day.checked_sub(1).and_then(|before| self.ends.get(before)).copied().unwrap_or_default();
        let end = self.ends.get(day).copied().unwrap_or_default();
        self.rows.get(begin..end).unwrap_or_default()
    }
}
