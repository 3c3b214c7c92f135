//! What changed between the layouts of two years: fields added, removed, renamed, moved, of
//! another width or type, with other codes or for other tests.

use super::codes::codes;
use super::find::plain_name;
use super::model::{Code, FieldId, FieldKind, Layout, RecordType, RecordTypes};
use super::values::{depends_on_test, value_set};

/// The differences between two layouts.
#[derive(Clone, Debug)]
pub struct Comparison {
    /// The first year.
    pub from: u16,
    /// The second year.
    pub to: u16,
    /// Fields that only the second year has, in its order.
    pub added: Vec<FieldId>,
    /// Fields that only the first year has, in its order.
    pub removed: Vec<FieldId>,
    /// Fields that both have and that differ in more than their number, in the order of the second.
    pub changed: Vec<FieldChange>,
    /// Fields that both have and that stand at another number.
    pub shifted: usize,
    /// How many fillers the two years have.
    pub fillers: (usize, usize),
}

/// How one field differs.
#[derive(Clone, Debug)]
pub struct FieldChange {
    /// The field.
    pub id: FieldId,
    /// Its numbers.
    pub numbers: (u16, u16),
    /// Its headings, where they differ in more than case, spaces and dashes.
    pub names: Option<(&'static str, &'static str)>,
    /// Whether it changed places with other fields, and was not only pushed on by new ones.
    pub moved: bool,
    /// Its widths in characters, where both are known and differ.
    pub widths: Option<(u32, u32)>,
    /// Its types, where they differ.
    pub kinds: Option<(FieldKind, FieldKind)>,
    /// The tests its row names, where they differ.
    pub tests: Option<(RecordTypes, RecordTypes)>,
    /// Codes that came and went.
    pub codes: Vec<CodeChange>,
}

/// Codes of a field that came and went.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CodeChange {
    /// The tests it is about; all where it is empty.
    pub record_types: RecordTypes,
    /// Codes that only the second year lists.
    pub added: Vec<Code>,
    /// Codes that only the first year lists.
    pub removed: Vec<Code>,
}

impl FieldChange {
    fn is_empty(&self) -> bool {
        self.names.is_none()
            && !self.moved
            && self.widths.is_none()
            && self.kinds.is_none()
            && self.tests.is_none()
            && self.codes.is_empty()
    }
}

/// Compares the layouts of two years.
pub fn compare(from: &Layout, to: &Layout) -> Comparison {
    let common: Vec<(FieldId, u16, u16)> =
        ids(to).filter_map(|id| Some((id, from.field(id)?.number, to.field(id)?.number))).collect();
    let steady = longest_rise(&common.iter().map(|(_, number, _)| *number).collect::<Vec<_>>());
    let changes = common.iter().zip(steady).map(|((id, ..), steady)| change(from, to, *id, !steady));
    Comparison {
        from: from.year(),
        to: to.year(),
        added: ids(to).filter(|id| !from.has(*id)).collect(),
        removed: ids(from).filter(|id| !to.has(*id)).collect(),
        changed: changes.flatten().filter(|change| !change.is_empty()).collect(),
        shifted: common.iter().filter(|(_, old, new)| old != new).count(),
        fillers: (fillers(from), fillers(to)),
    }
}

fn ids(layout: &Layout) -> impl Iterator<Item = FieldId> + '_ {
    layout.fields.iter().filter_map(|field| field.id)
}

fn fillers(layout: &Layout) -> usize {
    layout.fields.iter().filter(|field| field.is_filler()).count()
}

fn change(from: &Layout, to: &Layout, id: FieldId, moved: bool) -> Option<FieldChange> {
    let (old, new) = (from.field(id)?, to.field(id)?);
    let names = (old.label(), new.label());
    Some(FieldChange {
        id,
        numbers: (old.number, new.number),
        names: (plain_name(names.0) != plain_name(names.1)).then_some(names),
        moved,
        widths: old.length.zip(new.length).filter(|(old, new)| old != new),
        kinds: (old.kind != new.kind).then_some((old.kind, new.kind)),
        tests: (old.applies_to != new.applies_to).then_some((old.applies_to, new.applies_to)),
        codes: code_changes(from, to, id),
    })
}

fn code_changes(from: &Layout, to: &Layout, id: FieldId) -> Vec<CodeChange> {
    if !depends_on_test(from, id) && !depends_on_test(to, id) {
        let change = code_change(from, to, id, None);
        return change.into_iter().collect();
    }
    let mut changes: Vec<CodeChange> = Vec::new();
    for test in tests_of(from).filter(|test| tests_of(to).any(|other| other == *test)) {
        let Some(change) = code_change(from, to, id, Some(test)) else { continue };
        let same = |one: &&mut CodeChange| one.added == change.added && one.removed == change.removed;
        match changes.iter_mut().find(same) {
            Some(one) => one.record_types.0 |= change.record_types.0,
            None => changes.push(change),
        }
    }
    changes
}

fn tests_of(layout: &Layout) -> impl Iterator<Item = RecordType> {
    codes().record_types(layout.year()).filter_map(|code| code.code.parse().ok().map(RecordType))
}

fn code_change(from: &Layout, to: &Layout, id: FieldId, test: Option<RecordType>) -> Option<CodeChange> {
    let list = |layout| value_set(layout, id, test).map(|set| set.listed).unwrap_or_default();
    let (old, new) = (list(from), list(to));
    let missing = |one: &Code, list: &[Code]| list.iter().all(|other| other.code != one.code);
    let change = CodeChange {
        record_types: RecordTypes(test.map_or(0, |test| 1 << test.0)),
        added: new.iter().filter(|code| missing(code, &old)).cloned().collect(),
        removed: old.iter().filter(|code| missing(code, &new)).cloned().collect(),
    };
    (!change.added.is_empty() || !change.removed.is_empty()).then_some(change)
}

/// Marks the elements of one longest rising subsequence: what is left out has changed places.
fn longest_rise(numbers: &[u16]) -> Vec<bool> {
    let mut best = vec![1_usize; numbers.len()];
    let mut before: Vec<Option<usize>> = vec![None; numbers.len()];
    for (at, number) in numbers.iter().enumerate() {
        for (earlier, smaller) in numbers.iter().enumerate().take(at) {
            if smaller < number && best[earlier] + 1 > best[at] {
                best[at] = best[earlier] + 1;
                before[at] = Some(earlier);
            }
        }
    }
    let mut steady = vec![false; numbers.len()];
    let mut next = (0..numbers.len()).max_by_key(|at| best[*at]);
    while let Some(at) = next {
        steady[at] = true;
        next = before[at];
    }
    steady
}

#[cfg(test)]
mod tests {
    use super::longest_rise;

    #[test]
    fn an_element_out_of_order_is_left_out() {
        assert_eq!(longest_rise(&[1, 2, 9, 3, 4]), [true, true, false, true, true]);
        assert_eq!(longest_rise(&[]), Vec::<bool>::new());
    }
}
