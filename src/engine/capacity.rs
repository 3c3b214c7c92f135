//! Estimates how long lists that grow with a file will become, from the part of it that was read, so that they are
//! allocated once in their final size.

/// How far a file is read, in bytes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Capacity {
    pub(crate) read: u64,
    /// Its size as stored, where it is known; more may be read where it is compressed.
    pub(crate) of: Option<u64>,
}

impl Capacity {
    /// Reserves space for `more` in a list that has come from what was read so far, and for what is
    /// still to come if it goes on alike.
    pub(crate) fn reserve<T>(self, list: &mut Vec<T>, more: usize) {
        let len = list.len() + more;
        if len <= list.capacity() {
            return;
        }
        // A start that is not like the rest may ask for more than there is.
        if list.try_reserve_exact(self.at_the_end(len).max(len) - list.len()).is_err() {
            list.reserve(more);
        }
    }

    /// What so many now will be at the end: a sixteenth more than in proportion, and twice as many
    /// where it is not known.
    fn at_the_end(self, now: usize) -> usize {
        let known = self.of.filter(|of| self.read > 0 && *of > self.read);
        let Some(of) = known else { return now.saturating_mul(2) };
        let all = now as u128 * u128::from(of) / u128::from(self.read);
        usize::try_from(all + all / 16).unwrap_or(now)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// How often a list of a thousand blocks is moved.
    fn moves(of: Option<u64>) -> usize {
        let mut list: Vec<u32> = Vec::new();
        let mut moves = 0;
        for block in 1..=1000 {
            let before = list.capacity();
            Capacity { read: block * 100, of }.reserve(&mut list, 50);
            moves += usize::from(list.capacity() != before);
            list.extend([7; 50]);
        }
        assert_eq!(list.len(), 50_000);
        moves
    }

    #[test]
    fn a_list_of_a_known_file_is_made_once() {
        assert_eq!(moves(Some(100_000)), 1);
    }

    #[test]
    fn a_list_of_a_file_of_unknown_size_doubles() {
        // 100, 300, 700, 1500 …
        assert_eq!(moves(None), 9);
        // 5,312 of what is stored, then 10,700, 21,500 …
        assert_eq!(moves(Some(10_000)), 5);
    }

    #[test]
    fn the_room_is_a_little_more_than_in_proportion() {
        assert_eq!(Capacity { read: 1_000, of: Some(16_000) }.at_the_end(10), 170);
        assert_eq!(Capacity { read: 0, of: Some(16_000) }.at_the_end(10), 20);
        assert_eq!(Capacity { read: u64::MAX - 1, of: Some(u64::MAX) }.at_the_end(10), 10);
    }
}
