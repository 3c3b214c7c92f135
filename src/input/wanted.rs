//! The columns of a file that somebody looks at, so that the cell finder can pass over all others.

/// The columns that somebody looks at.
#[derive(Clone, Debug, Default)]
pub(super) enum WantedColumns {
    #[default]
    All,
    /// For each column the next wanted one, itself included.
    Next(Vec<u32>),
}

impl WantedColumns {
    /// Of so many columns, those of a list; any beyond them are left out.
    pub(super) fn of(columns: usize, list: impl IntoIterator<Item = usize>) -> Self {
        let mut is_wanted = vec![false; columns];
        for column in list {
            if let Some(is_wanted) = is_wanted.get_mut(column) {
                *is_wanted = true;
            }
        }
        // Where most are wanted there is hardly anything to pass over.
        if is_wanted.iter().filter(|is| **is).count() * 2 > columns {
            return Self::All;
        }
        let mut next = vec![u32::MAX; columns];
        let mut last = u32::MAX;
        for (column, is_wanted) in is_wanted.into_iter().enumerate().rev() {
            if is_wanted {
                last = column as u32;
            }
            next[column] = last;
        }
        Self::Next(next)
    }

    /// Whether it pays to look for the wanted ones alone.
    #[inline]
    pub(super) fn is_few(&self) -> bool {
        matches!(self, Self::Next(_))
    }

    /// The next wanted column from `first` on.
    #[inline]
    pub(super) fn next(&self, first: usize) -> Option<usize> {
        match self {
            Self::All => Some(first),
            Self::Next(next) => next.get(first).filter(|next| **next != u32::MAX).map(|next| *next as usize),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_next_wanted_column_is_found() {
        let wanted = WantedColumns::of(9, [2, 6, 9]);
        let next: Vec<Option<usize>> = [0, 2, 3, 6, 7, 9, usize::MAX].map(|first| wanted.next(first)).to_vec();
        assert_eq!(next, [Some(2), Some(2), Some(6), Some(6), None, None, None]);
        assert!(wanted.is_few());
    }

    #[test]
    fn all_are_wanted_where_most_are() {
        let wanted = WantedColumns::of(4, [0, 1, 2]);
        assert!(!wanted.is_few() && wanted.next(3) == Some(3));
        assert!(WantedColumns::of(4, [0, 1]).is_few());
    }
}
