//! A first walk through score files: which copy of each result counts, and which of repeated records
//! in a file is the newest.

use std::cmp::Reverse;
use std::collections::HashMap;

use super::count::text_key;
use super::records::StoredRecord;
use crate::cause::Hypothesis;
use crate::counting::CountingRules;
use crate::input::View;
use crate::rule::{number, text};

/// A student and a test.
pub(super) type StudentTest = (String, String);

/// The days that tell how new a record is; the first that differs decides.
pub(super) type Days = Vec<i64>;

/// What the walk has found.
#[derive(Debug, Default)]
pub(super) struct RecordSurvey {
    /// Of each file, by place: its view, and the days of its newest record.
    files: Vec<(View, Days)>,
    /// The copies of each result: file, days, line.
    copies: HashMap<StudentTest, Vec<(usize, Days, u64)>>,
    /// The newest record of a repeated key of a file: file, key, and what it says.
    repeats: HashMap<(usize, usize, String), (Days, u64)>,
}

/// Whether and how a record counts among its copies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum CopyRank {
    /// It counts.
    Counts,
    /// A copy in another file counts.
    In(usize),
    /// It stands in the enrolled view alone.
    EnrolledAlone,
}

impl RecordSurvey {
    /// Notes a file of a view.
    pub(super) fn file(&mut self, view: View) {
        self.files.push((view, Days::new()));
    }

    /// Notes a record of the last file.
    pub(super) fn note(&mut self, counting: &CountingRules, record: &StoredRecord, keys: &[(usize, &Hypothesis)]) {
        let days = days(counting, record);
        let file = self.files.len().saturating_sub(1);
        if let Some((_, newest)) = self.files.last_mut() {
            *newest = days.clone().max(std::mem::take(newest));
        }
        if let Some(identity) = identity(counting, record) {
            self.copies.entry(identity).or_default().push((file, days.clone(), record.line));
        }
        for (slot, word) in repeat_keys(record, keys) {
            let kept = self.repeats.entry((file, slot, word)).or_insert((days.clone(), record.line));
            if days > kept.0 {
                *kept = (days.clone(), record.line);
            }
        }
    }

    /// Whether a newer record of a file, or as new a one before it, has the same key.
    pub(super) fn is_repeated(&self, file: usize, slot: usize, word: String, line: u64) -> bool {
        self.repeats.get(&(file, slot, word)).is_some_and(|(_, newest)| *newest != line)
    }

    /// The copy of a result that counts: file, days and line.
    pub(super) fn best(&self, identity: &StudentTest) -> Option<&(usize, Days, u64)> {
        let copies = self.copies.get(identity)?;
        copies.iter().max_by_key(|(file, days, line)| {
            let (view, newest) =
                self.files.get(*file).map_or((View::Unknown, &[][..]), |one| (one.0, one.1.as_slice()));
            (view != View::Enrolled, days, newest, Reverse(*file), Reverse(*line))
        })
    }

    /// How a record of a file stands among its copies.
    pub(super) fn place(&self, file: usize, identity: Option<&StudentTest>) -> CopyRank {
        let is_enrolled = |file: &(View, Days)| file.0 == View::Enrolled;
        match identity.and_then(|identity| self.best(identity)) {
            Some((best, ..)) if *best != file => CopyRank::In(*best),
            _ if self.files.get(file).is_some_and(is_enrolled) && !self.files.iter().all(is_enrolled) => {
                CopyRank::EnrolledAlone
            }
            _ => CopyRank::Counts,
        }
    }

    /// Whether a record is the one of its student and test that counts.
    pub(super) fn is_best(&self, file: usize, line: u64, identity: &StudentTest) -> bool {
        self.best(identity).is_some_and(|(best, _, newest)| (*best, *newest) == (file, line))
    }

    /// The students and tests, each with the copy that counts.
    pub(super) fn has(&self, identity: &StudentTest) -> bool {
        self.copies.contains_key(identity)
    }

    /// Whether all files are by enrolled LEA.
    pub(super) fn is_enrolled_alone(&self) -> bool {
        self.files.iter().all(|file| file.0 == View::Enrolled)
    }
}

/// The days of a record.
pub(super) fn days(counting: &CountingRules, record: &StoredRecord) -> Days {
    counting.measures.newest.iter().map(|day| number(day, record).unwrap_or_default().max(0)).collect()
}

/// What a student is known by, with the test; none where that is blank.
pub(super) fn identity(counting: &CountingRules, record: &StoredRecord) -> Option<StudentTest> {
    let student = text(&counting.measures.identity, record).trim().to_ascii_uppercase();
    let test = number(&counting.measures.record_type, record).unwrap_or_default().to_string();
    (!student.is_empty()).then_some((student, test))
}

/// The keys by which causes tell repeated records: two for each cause, its own and the excusing one.
pub(super) fn repeat_keys(record: &StoredRecord, causes: &[(usize, &Hypothesis)]) -> Vec<(usize, String)> {
    let mut keys = Vec::new();
    for (place, hypothesis) in causes {
        let Hypothesis::Repeats { key, but_not } = hypothesis else { continue };
        keys.extend(text_key(key, record).map(|word| (2 * place, word)));
        keys.extend(text_key(but_not, record).map(|word| (2 * place + 1, word)));
    }
    keys
}
