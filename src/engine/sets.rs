//! Compiles rules about records taken together: the tables that keep an entry a record, the conditions and
//! values that the entries hold, and what is asked of each group of entries.

use super::program::{Compiler, NodeId, NumId, TextPlan};
use crate::rule::{Cell, Expr, Form, Key, SetTest, Text};

/// Conditions a table can hold: one bit each.
const BITS: usize = 32;

/// A part of a key, or a compared value.
#[derive(Debug)]
pub(crate) enum KeyPlan {
    /// The hash that a column plan makes of its text.
    Hash(usize),
    /// A text of several fields.
    Text(TextPlan),
    Num(NumId),
    Truth(NodeId),
    File,
}

/// A rule about records taken together.
#[derive(Debug)]
pub(crate) struct SetPlan {
    /// Its place among the instances of the program.
    pub(crate) instance: usize,
    /// The table its entries are in.
    pub(crate) table: usize,
    /// The bit of the records that take part.
    pub(crate) when: usize,
    pub(crate) test: GroupTest,
}

/// What is demanded of a group.
#[derive(Debug)]
pub(crate) enum GroupTest {
    /// No more than one participant.
    Unique,
    /// One of these values is the same in all participants.
    Same(Vec<usize>),
    /// Each of these bits is set in some entry.
    Exists(Vec<usize>),
    /// At most so many participants with the bit.
    AtMost(u32, usize),
    /// At least so many percent of the participants have the bit, among so many and more.
    Share { bit: usize, percent: u32, among: u32 },
}

/// What makes a group in a table.
#[derive(Debug)]
pub(crate) enum Within {
    /// These keys together.
    Keys(Vec<KeyPlan>),
    /// All cells of the record.
    Record,
    /// The value of each of these column plans, one entry each.
    Among(Vec<usize>),
    /// These keys, once for every student group of the record. Such a table has no entries: its
    /// records are counted by group and key, see [`crate::check::groups`].
    Groups(Vec<KeyPlan>),
    /// These keys, of which there are few. As above, without student groups.
    Counted(Vec<KeyPlan>),
}

/// A table of entries that several rules share.
#[derive(Debug)]
pub(crate) struct Table {
    pub(crate) within: Within,
    within_print: String,
    pub(crate) bits: Vec<NodeId>,
    pub(crate) values: Vec<KeyPlan>,
    value_prints: Vec<String>,
    /// Whether all its rules only ask whether values differ: then an entry that was there twice
    /// before adds nothing.
    pub(crate) only_compares: bool,
}

impl SetPlan {
    /// Whether the demand asks for values of different records to be compared within student
    /// groups, which nothing is kept for.
    pub(crate) fn compares_within_groups(test: &SetTest) -> bool {
        let compares = matches!(test, SetTest::Same { .. } | SetTest::Exists { .. });
        let keys = match within_of(test) {
            WithinSource::Keys(keys) => keys,
            WithinSource::Record | WithinSource::Among(_) | WithinSource::Counted(_) => &[],
        };
        compares && keys.iter().any(|key| matches!(key, Key::StudentGroup))
    }

    pub(crate) fn new(compiler: &mut Compiler<'_>, instance: usize, when: &Expr, test: &SetTest) -> Self {
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
        Self { instance, table, when, test: group_test }
    }
}

/// The part of a demand that makes groups.
#[derive(Debug)]
enum WithinSource<'a> {
    Keys(&'a [Key]),
    Record,
    Among(&'a [crate::layout::FieldId]),
    /// Keys of which there are few, by which records are only counted.
    Counted(&'a [Key]),
}

fn within_of(test: &SetTest) -> WithinSource<'_> {
    match test {
        SetTest::UniqueBy(keys) => WithinSource::Keys(keys),
        SetTest::UniqueRecord => WithinSource::Record,
        SetTest::UniqueAmong(fields) => WithinSource::Among(fields),
        SetTest::Share { within, .. } => WithinSource::Counted(within),
        SetTest::AtMost { within, .. } if within.iter().all(|key| matches!(key, Key::File)) => {
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
        let fits = |table: &Table| table.within_print == print && table.bits.len() + 8 < BITS;
        if let Some(place) = self.tables().iter().position(fits) {
            return place;
        }
        let within = match source {
            WithinSource::Record => Within::Record,
            WithinSource::Among(fields) => {
                let text = |field| Text::Cell(Cell { field, form: Form::Value });
                Within::Among(fields.iter().filter_map(|field| self.hashed(&text(*field))).collect())
            }
            WithinSource::Keys(keys) | WithinSource::Counted(keys) => {
                let by_group = keys.iter().any(|key| matches!(key, Key::StudentGroup));
                let plain = keys.iter().filter(|key| !matches!(key, Key::StudentGroup));
                let keys = plain.map(|key| self.key(key)).collect();
                match source {
                    _ if by_group => {
                        self.compile_groups();
                        Within::Groups(keys)
                    }
                    WithinSource::Counted(_) => Within::Counted(keys),
                    _ => Within::Keys(keys),
                }
            }
        };
        let tables = self.tables();
        tables.push(Table {
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

    fn table_value(&mut self, table: usize, key: &Key) -> usize {
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

    fn key(&mut self, key: &Key) -> KeyPlan {
        match key {
            Key::Text(text) => match self.hashed(text) {
                Some(plan) => KeyPlan::Hash(plan),
                None => KeyPlan::Text(self.text(text)),
            },
            Key::Num(num) => KeyPlan::Num(self.num(num)),
            Key::Truth(expr) => KeyPlan::Truth(self.node_asked_often(expr)),
            Key::StudentGroup | Key::File => KeyPlan::File,
        }
    }
}
