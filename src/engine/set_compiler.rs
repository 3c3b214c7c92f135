//! Compiles rules about records taken together: rules of the same keys share a table, equal conditions a bit
//! and equal values a place in it.

use super::compiler::Compiler;
use super::sets::{GroupTest, KeyPlan, SetPlan, EntryTable, GroupedBy};
use crate::rule::{CellRef, Expr, CellForm, KeyPart, SetTest, TextExpr};

/// Conditions a table can hold: one bit each.
const BITS: usize = 32;

/// Whether the demand asks for values of different records to be compared within student
/// groups, which nothing is kept for.
pub(crate) fn compares_within_groups(test: &SetTest) -> bool {
    let compares = matches!(test, SetTest::Same { .. } | SetTest::Exists { .. });
    let keys = match within_of(test) {
        WithinSource::Keys(keys) => keys,
        WithinSource::Record | WithinSource::Among(_) | WithinSource::Counted(_) => &[],
    };
    compares && keys.iter().any(|key| matches!(key, KeyPart::StudentGroup))
}

pub(crate) fn set_plan(compiler: &mut Compiler<'_>, instance: usize, when: &Expr, test: &SetTest) -> SetPlan {
    let table = compiler.table(&within_of(test));
    let when = compiler.table_bit(table, when);
    compiler.tables()[table].only_compares &= matches!(test, SetTest::Same { .. });
    let group_test = match test {
        SetTest::UniqueBy(_) | SetTest::UniqueRecord | SetTest::UniqueAmong(_) => GroupTest::Unique,
        SetTest::Same { values, .. } => {
            GroupTest::Same(values.iter().map(|value| compiler.table_value(table, value)).collect())
        }
        SetTest::Exists { conditions, .. } => {
            GroupTest::Exists(conditions.iter().map(|condition| compiler.table_bit(table, condition)).collect())
        }
        SetTest::AtMost { limit, of, .. } => GroupTest::AtMost(*limit, compiler.table_bit(table, of)),
        SetTest::Share { of, percent, among, .. } => {
            GroupTest::Share { bit: compiler.table_bit(table, of), percent: *percent, among: *among }
        }
    };
    SetPlan { instance, table, when, test: group_test }
}

/// The part of a demand that makes groups.
#[derive(Debug)]
enum WithinSource<'a> {
    Keys(&'a [KeyPart]),
    Record,
    Among(&'a [crate::layout::FieldId]),
    /// Keys of which there are few, by which records are only counted.
    Counted(&'a [KeyPart]),
}

fn within_of(test: &SetTest) -> WithinSource<'_> {
    match test {
        SetTest::UniqueBy(keys) => WithinSource::Keys(keys),
        SetTest::UniqueRecord => WithinSource::Record,
        SetTest::UniqueAmong(fields) => WithinSource::Among(fields),
        SetTest::Share { within, .. } => WithinSource::Counted(within),
        SetTest::AtMost { within, .. } if within.iter().all(|key| matches!(key, KeyPart::File)) => {
            WithinSource::Counted(within)
        }
        SetTest::Same { within, .. } | SetTest::AtMost { within, .. } => WithinSource::Keys(within),
        SetTest::Exists { with_same, .. } => WithinSource::Keys(with_same),
    }
}

impl Compiler<'_> {
    /// The table for groups of a kind that still has room for two conditions.
    fn table(&mut self, source: &WithinSource<'_>) -> usize {
        let print = format!("{source:?}");
        let fits = |table: &EntryTable| table.within_print == print && table.bits.len() + 8 < BITS;
        if let Some(place) = self.tables().iter().position(fits) {
            return place;
        }
        let within = match source {
            WithinSource::Record => GroupedBy::Record,
            WithinSource::Among(fields) => {
                let text = |field| TextExpr::Cell(CellRef { field, form: CellForm::Value });
                GroupedBy::Among(fields.iter().filter_map(|field| self.hashed(&text(*field))).collect())
            }
            WithinSource::Keys(keys) | WithinSource::Counted(keys) => {
                let by_group = keys.iter().any(|key| matches!(key, KeyPart::StudentGroup));
                let plain = keys.iter().filter(|key| !matches!(key, KeyPart::StudentGroup));
                let keys = plain.map(|key| self.key(key)).collect();
                match source {
                    _ if by_group => {
                        self.compile_groups();
                        GroupedBy::Groups(keys)
                    }
                    WithinSource::Counted(_) => GroupedBy::Counted(keys),
                    _ => GroupedBy::Keys(keys),
                }
            }
        };
        let tables = self.tables();
        tables.push(EntryTable {
            within,
            within_print: print,
            bits: Vec::new(),
            values: Vec::new(),
            value_prints: Vec::new(),
            only_compares: true,
        });
        tables.len() - 1
    }

    fn table_bit(&mut self, table: usize, expr: &Expr) -> usize {
        let node = self.node(expr);
        let bits = &mut self.tables()[table].bits;
        bits.iter().position(|one| *one == node).unwrap_or_else(|| {
            bits.push(node);
            bits.len() - 1
        })
    }

    fn table_value(&mut self, table: usize, key: &KeyPart) -> usize {
        let print = format!("{key:?}");
        if let Some(place) = self.tables()[table].value_prints.iter().position(|one| *one == print) {
            return place;
        }
        let plan = self.key(key);
        let table = &mut self.tables()[table];
        table.values.push(plan);
        table.value_prints.push(print);
        table.values.len() - 1
    }

    fn key(&mut self, key: &KeyPart) -> KeyPlan {
        match key {
            KeyPart::Text(text) => match self.hashed(text) {
                Some(plan) => KeyPlan::Hash(plan),
                None => KeyPlan::Text(self.text(text)),
            },
            KeyPart::Num(num) => KeyPlan::Num(self.num(num)),
            KeyPart::Truth(expr) => KeyPlan::Truth(self.node_asked_often(expr)),
            KeyPart::StudentGroup | KeyPart::File => KeyPlan::File,
        }
    }
}
