//! Joins the facets of blocks, and numbers places and texts in an order that does not depend on threads.

use super::{FacetChange, Facets, FileFacets, SupposedParameter, PlaceName, Supposition};

impl FileFacets {
    /// Adds what a block came to; its first record has a number.
    pub(crate) fn add(&mut self, block: Self, first: u32) {
        self.facets.extend(block.facets);
        self.lines.extend(block.lines);
        self.identities.extend(block.identities);
        self.recency.extend(block.recency);
        self.keys.resize_with(block.keys.len().max(self.keys.len()), Vec::new);
        for (all, one) in self.keys.iter_mut().zip(block.keys) {
            all.extend(one);
        }
        for (place, name) in block.names {
            let name = PlaceName { record: first + name.record, ..name };
            let known = self.names.entry(place).or_insert_with(|| name.clone());
            if name.record < known.record {
                *known = name;
            }
        }
        self.changes.extend(block.changes.into_iter().map(|one| FacetChange { record: first + one.record, ..one }));
    }

    /// Brings numbers and order into a form that does not depend on which thread was first.
    pub(crate) fn settle(&mut self, suppositions: &[Supposition]) {
        let places = renumber(&mut self.places);
        let texts = renumber(&mut self.texts);
        let replace = |facets: &mut Facets| {
            if let Some(number) = places.get(facets.place as usize) {
                facets.place = *number;
            }
        };
        let names = std::mem::take(&mut self.names).into_iter();
        self.names = names.filter_map(|(old, name)| Some((*places.get(old as usize)?, name))).collect();
        self.facets.iter_mut().for_each(replace);
        for change in &mut self.changes {
            replace(&mut change.after);
        }
        let is_text = |change: &FacetChange| {
            let one = suppositions.get(usize::from(change.supposition));
            one.is_some_and(|one| matches!(one.parameter, SupposedParameter::Text(_)))
        };
        for change in self.changes.iter_mut().filter(|change| is_text(change)) {
            let number = usize::try_from(change.parameter).ok().and_then(|old| texts.get(old));
            change.parameter = number.map_or(i32::MAX, |new| *new as i32);
        }
        self.changes.sort_unstable_by_key(|one| (one.record, one.supposition));
    }
}

/// Sorts values; tells the new number of each old one.
fn renumber<T: Ord>(values: &mut Vec<T>) -> Vec<u32> {
    let mut sorted: Vec<(T, usize)> = std::mem::take(values).into_iter().enumerate().map(|(n, v)| (v, n)).collect();
    sorted.sort_unstable();
    let mut numbers = vec![0; sorted.len()];
    for (new, (_, old)) in sorted.iter().enumerate() {
        numbers[*old] = new as u32;
    }
    values.extend(sorted.into_iter().map(|(value, _)| value));
    numbers
}
