//! Plans of rules about records taken together: the tables that keep an entry a record, the conditions and
//! values that the entries hold, and what is asked of each group of entries.

use super::nodes::{NodeId, NumId, TextPlan};

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
pub(crate) enum GroupedBy {
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
pub(crate) struct EntryTable {
    pub(crate) within: GroupedBy,
    /// Tells tables of equal keys.
    pub(crate) within_print: String,
    pub(crate) bits: Vec<NodeId>,
    pub(crate) values: Vec<KeyPlan>,
    /// Tells equal values.
    pub(crate) value_prints: Vec<String>,
    /// Whether all its rules only ask whether values differ: then an entry that was there twice
    /// before adds nothing.
    pub(crate) only_compares: bool,
}
