//! Rules that go through a family of columns, on a file that lacks some of them: what asks a missing column is
//! unknown, so that the columns that are there still decide where they can.

use std::sync::Arc;

use super::fields::{Reads, Visitor};
use crate::layout::FieldId;
use crate::rule::{Demand, Expr, Instance, KeyPart, SetTest, undecided};

/// The rule without the missing fields; `None` where it cannot do without them. A rule can do without some members of
/// a family, but not without all of them.
pub(super) fn reduced(instance: &Instance, lacks: impl Fn(FieldId) -> bool) -> Option<Arc<Instance>> {
    let missing: Vec<FieldId> = instance.members.iter().copied().filter(|field| lacks(*field)).collect();
    if missing.is_empty() || missing.len() == instance.members.len() {
        return None;
    }
    let demand = match &instance.demand {
        Demand::Record(require) => Demand::Record(without(require, &missing)),
        Demand::Set(test) => Demand::Set(set_without(test, &missing)?),
    };
    Some(Arc::new(Instance { when: without(&instance.when, &missing), demand, ..instance.clone() }))
}

fn without(expr: &Expr, missing: &[FieldId]) -> Expr {
    let each = |parts: &[Expr]| parts.iter().map(|part| without(part, missing)).collect();
    match expr {
        Expr::Not(inner) => Expr::Not(Box::new(without(inner, missing))),
        Expr::And(parts) => Expr::And(each(parts)),
        Expr::Or(parts) => Expr::Or(each(parts)),
        leaf if reads_any(leaf, missing) => undecided(),
        leaf => leaf.clone(),
    }
}

fn reads_any(leaf: &Expr, missing: &[FieldId]) -> bool {
    Reads::of(leaf).fields.iter().any(|field| missing.contains(field))
}

/// A test of sets by the fields that are there; `None` where its groups or values cannot be made without the missing.
fn set_without(test: &SetTest, missing: &[FieldId]) -> Option<SetTest> {
    let kept = |keys: &[KeyPart]| keys.iter().all(|key| !key_reads(key, missing));
    match test {
        SetTest::UniqueAmong(fields) => {
            let kept: Vec<FieldId> = fields.iter().copied().filter(|field| !missing.contains(field)).collect();
            (!kept.is_empty()).then_some(SetTest::UniqueAmong(kept))
        }
        SetTest::UniqueRecord => Some(test.clone()),
        SetTest::UniqueBy(keys) => kept(keys).then(|| test.clone()),
        SetTest::Same { values, within } => (kept(values) && kept(within)).then(|| test.clone()),
        SetTest::Exists { conditions, with_same } => kept(with_same).then(|| SetTest::Exists {
            conditions: conditions.iter().map(|condition| without(condition, missing)).collect(),
            with_same: with_same.clone(),
        }),
        SetTest::AtMost { limit, of, within } => {
            kept(within).then(|| SetTest::AtMost { limit: *limit, of: without(of, missing), within: within.clone() })
        }
        SetTest::Share { of, within, percent, among } => kept(within).then(|| SetTest::Share {
            of: without(of, missing),
            within: within.clone(),
            percent: *percent,
            among: *among,
        }),
    }
}

fn key_reads(key: &KeyPart, missing: &[FieldId]) -> bool {
    let mut reads = Reads::default();
    match key {
        KeyPart::Text(text) => reads.text(text),
        KeyPart::Num(num) => reads.num(num),
        KeyPart::Truth(expr) => reads.expr(expr),
        KeyPart::StudentGroup | KeyPart::File => {}
    }
    reads.fields.iter().any(|field| missing.contains(field))
}
