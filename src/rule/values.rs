//! Which codes a condition may name, and which a field may hold, by year and test. The knowledge
//! is the layout's; here it is only put into the shape that conditions need.

use std::sync::{Arc, LazyLock, Mutex, PoisonError};

use rustc_hash::FxHashMap;

use crate::layout::{self, FieldId, FieldKind, Layout, RecordType, codes, depends_on_test, registry};

/// A list of codes, as printed and in capitals. Shared by all conditions that ask for it.
#[derive(Clone)]
pub(super) struct CodeList {
    pub exact: Arc<[String]>,
    pub upper: Arc<[String]>,
}

/// The codes of a field in one year.
pub(super) enum RuleCodes {
    /// The same for every test.
    One(CodeList),
    /// One list for each test, and one for records of none of them.
    ByTest { tests: Vec<(RecordType, CodeList)>, others: CodeList },
}

impl CodeList {
    fn new(list: Vec<String>) -> Self {
        Self { upper: list.iter().map(|code| code.to_ascii_uppercase()).collect(), exact: list.into() }
    }
}

/// The codes a field may hold in the layout's year; `None` where the year has no list for it.
pub(super) fn value_set(layout: &Layout, id: FieldId) -> Option<Arc<RuleCodes>> {
    type Sets = FxHashMap<(u16, FieldId), Option<Arc<RuleCodes>>>;
    static SETS: LazyLock<Mutex<Sets>> = LazyLock::new(Mutex::default);
    let mut sets = SETS.lock().unwrap_or_else(PoisonError::into_inner);
    sets.entry((layout.year(), id)).or_insert_with(|| read_set(layout, id).map(Arc::new)).clone()
}

fn read_set(layout: &Layout, id: FieldId) -> Option<RuleCodes> {
    let every_test = CodeList::new(listed(layout, id, None)?);
    if !depends_on_test(layout, id) {
        return Some(RuleCodes::One(every_test));
    }
    let tests = record_types(layout.year()).into_iter();
    let tests = tests.filter_map(|test| Some((test, CodeList::new(listed(layout, id, Some(test))?)))).collect();
    Some(RuleCodes::ByTest { tests, others: every_test })
}

/// Listed and accepted codes; the two words of a yes-or-no field whose row prints none.
fn listed(layout: &Layout, id: FieldId, test: Option<RecordType>) -> Option<Vec<String>> {
    if let Some(set) = layout::value_set(layout, id, test) {
        return Some(set.iter().map(|code| code.code.to_owned()).collect());
    }
    let words: &[&str] = match layout.field(id)?.kind {
        FieldKind::YesNo => &["Yes", "No"],
        FieldKind::Yn => &["Y", "N"],
        _ => return None,
    };
    Some(words.iter().map(|word| (*word).to_owned()).collect())
}

/// The tests of a year.
pub(super) fn record_types(year: u16) -> Vec<RecordType> {
    codes().record_types(year).filter_map(|code| code.code.parse().ok().map(RecordType)).collect()
}

/// The codes a field may hold in any of the years; `None` where one of the years that have the
/// field gives no list, so that nothing can be said against a code.
pub(super) fn codes_of_years(id: FieldId, years: &[u16]) -> Option<Vec<String>> {
    let mut all = Vec::new();
    for layout in years.iter().filter_map(|year| registry().layout(*year)).filter(|layout| layout.field(id).is_some()) {
        all.extend(listed(layout, id, None)?);
    }
    all.sort_unstable();
    all.dedup();
    (!all.is_empty()).then_some(all)
}
