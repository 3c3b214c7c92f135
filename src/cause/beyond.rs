//! Known reasons for differences that are not hypotheses: the count already follows them, reading handles them, another
//! command reports them, or no score file can show them.

use crate::table::{self, TableRow, TableError};

/// What is done about a reason.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReasonState {
    /// The standard count goes by it.
    Counted,
    /// Taken care of when official files are read.
    Read,
    /// Reported by `scorelint check`.
    Checked,
    /// Cannot be determined from score files.
    Beyond,
}

/// A known reason that is no hypothesis.
#[derive(Clone, Copy, Debug)]
pub struct KnownReason {
    /// Its name.
    pub id: &'static str,
    /// What is done about it.
    pub standing: ReasonState,
    /// What it is, as a sentence without its stop.
    pub words: &'static str,
    /// What would decide it; blank where nothing is left to decide.
    pub decided_by: &'static str,
}

/// All of them, in the order of the table.
pub fn beyond() -> impl Iterator<Item = KnownReason> {
    let columns = ["id", "standing", "words", "decided_by", "source"];
    table::lines("rules/causes/beyond.tsv", &columns, reason).into_iter()
}

fn reason(row: &TableRow<'static>) -> Result<KnownReason, TableError> {
    let standings = [
        ("counted", ReasonState::Counted),
        ("read", ReasonState::Read),
        ("checked", ReasonState::Checked),
        ("beyond", ReasonState::Beyond),
    ];
    Ok(KnownReason {
        id: row.get("id")?,
        standing: row.word("standing", &standings)?,
        words: row.get("words")?,
        decided_by: row.get("decided_by")?,
    })
}
