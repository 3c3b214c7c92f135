//! The columns of a file that somebody looks at, so that the cell finder can pass over stretches in
//! which no cell of theirs is.

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

    /// Whether one of so many columns from `first` on is wanted.
    #[inline]
    pub(super) fn has(&self, first: usize, columns: usize) -> bool {
        match self {
            Self::All => true,
            Self::Next(next) => next.get(first).is_some_and(|next| (*next as usize) < first + columns),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stretch_has_a_wanted_column_or_not() {
        let wanted = WantedColumns::of(9, [2, 6, 9]);
        let has: Vec<bool> = (0..9).map(|first| wanted.has(first, 3)).collect();
        assert_eq!(has, [true, true, true, false, true, true, true, false, false]);
        assert!(!wanted.has(2, 0) && !wanted.has(9, 3) && !wanted.has(usize::MAX, 1));
    }

    #[test]
    fn all_are_wanted_where_most_are() {
        assert!(WantedColumns::of(4, [0, 1, 2]).has(3, 1));
        assert!(!WantedColumns::of(4, [0, 1]).has(2, 2));
    }
}
