//! The columns of a file that somebody looks at, so that the cell finder can pass over all others.

/// The columns that somebody looks at.
#[derive(Clone, Debug, Default)]
pub(super) enum WantedColumns {
    #[default]
    All,
    Sparse(SparseColumns),
}

/// A few columns, each part ascending. Between the parts is the widest gap behind a column:
/// what is before it is found from the start of a row, what is behind it from the end.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct SparseColumns {
    pub(super) front: Vec<usize>,
    pub(super) back: Vec<usize>,
}

impl WantedColumns {
    /// Of so many columns, those of a list; any beyond them are left out.
    pub(super) fn of(columns: usize, list: impl IntoIterator<Item = usize>) -> Self {
        let mut wanted: Vec<usize> = list.into_iter().filter(|column| *column < columns).collect();
        wanted.sort_unstable();
        wanted.dedup();
        // Where most are wanted there is hardly anything to pass over.
        if wanted.len() * 2 > columns { Self::All } else { Self::Sparse(SparseColumns::new(wanted, columns)) }
    }
}

impl SparseColumns {
    fn new(mut front: Vec<usize>, columns: usize) -> Self {
        let gap = |place: usize| front.get(place).unwrap_or(&columns) - front[place - 1];
        let widest = (1..=front.len()).max_by_key(|place| gap(*place)).unwrap_or_default();
        let back = front.split_off(widest);
        Self { front, back }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn few(columns: usize, list: &[usize]) -> Option<(Vec<usize>, Vec<usize>)> {
        match WantedColumns::of(columns, list.iter().copied()) {
            WantedColumns::All => None,
            WantedColumns::Sparse(SparseColumns { front, back }) => Some((front, back)),
        }
    }

    #[test]
    fn the_widest_gap_parts_front_and_back() {
        assert_eq!(few(20, &[3, 18, 1, 19, 3, 20]), Some((vec![1, 3], vec![18, 19])));
        assert_eq!(few(20, &[1, 3]), Some((vec![1, 3], vec![])));
        assert_eq!(few(20, &[]), Some((vec![], vec![])));
    }

    #[test]
    fn all_are_wanted_where_most_are() {
        assert_eq!(few(4, &[0, 1, 2]), None);
        assert_eq!(few(4, &[0, 1]), Some((vec![0, 1], vec![])));
    }
}
