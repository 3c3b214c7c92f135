//! What of the counts of score files is not known: cells that counts rest on cannot be read, or their columns are
//! not there. Kept over all files that are counted together.

use std::collections::BTreeSet;

use super::doubtful::Doubtful;
use crate::counting::CountingRules;
use crate::engine::fields::{Reads, Visitor};
use crate::input::FileInfo;
use crate::layout::FieldId;
use crate::official::Measure;
use crate::rule::Num;

/// The reason why such a figure cannot be compared, of `rules/causes/beyond.tsv`.
pub const NOT_READABLE: &str = "value-not-readable";

/// What of the counts is not known.
#[derive(Clone, Debug, Default)]
pub struct NotKnown {
    /// Why, a sentence for each column of each file.
    words: Vec<String>,
    /// Whether it is not known where or whether some records count.
    has_every: bool,
    has_levels: bool,
    has_scores: bool,
    /// Student groups, by their places in the counting rules.
    groups: BTreeSet<usize>,
}

impl NotKnown {
    /// Takes in a file, by what is known of it when it has been read.
    pub fn add(&mut self, info: &FileInfo, counting: &CountingRules) {
        let doubtful = Doubtful::of(info, counting);
        let name = name_of(info);
        self.words.extend(doubtful.words.iter().map(|words| format!("{name}: {words}")));
        self.has_every |= doubtful.has_every;
        let is_open = |reads: &Reads| reads.fields.iter().chain(&reads.keys).any(|field| doubtful.is_open(info, *field));
        self.has_levels |= is_open(&reads_of(&counting.measures.level));
        self.has_scores |= is_open(&reads_of(&counting.measures.score));
        let groups = counting.groups.iter().enumerate();
        let open = groups.filter(|(_, group)| is_open(&Reads::of(&group.condition))).map(|(place, _)| place);
        self.groups.extend(open);
    }

    /// Takes in records of a file that count nowhere because a value of theirs cannot be read.
    pub fn add_lost(&mut self, info: &FileInfo, records: u64) {
        if records > 0 {
            self.has_every = true;
            self.words.push(format!("{}: {}", name_of(info), lost_words(records)));
        }
    }

    /// Takes in the reasons of files whose counts are not compared themselves.
    pub fn add_reasons(&mut self, others: Self) {
        self.words.extend(others.words);
    }

    /// Whether nothing is known of a figure in any group.
    pub fn of_measure(&self, measure: Measure) -> bool {
        self.has_levels && is_of_levels(measure) || self.has_scores && measure == Measure::Mean
    }

    /// Whether nothing is known of a student group, by its place in the counting rules.
    pub fn of_group(&self, group: usize) -> bool {
        self.has_every || self.groups.contains(&group)
    }

    /// Takes levels and scores out of the tests, where they are not known.
    pub fn leave_out(&self, counting: &mut CountingRules) {
        for test in &mut counting.tests {
            test.has_levels &= !self.has_levels;
            test.has_scores &= !self.has_scores;
        }
    }

    /// Why, in words.
    pub fn words(&self) -> &[String] {
        &self.words
    }
}

/// What is said of records that count nowhere because a value of theirs cannot be read.
pub(crate) fn lost_words(records: u64) -> String {
    match records {
        1 => "1 record counts nowhere, because a value that decides about it cannot be read".to_owned(),
        _ => format!("{records} records count nowhere, because a value that decides about them cannot be read"),
    }
}

/// The name of a file, without its folders.
fn name_of(info: &FileInfo) -> String {
    let name = info.path.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned());
    info.member.as_ref().map_or_else(|| name.clone(), |member| format!("{name}:{member}"))
}

/// Whether a figure rests on achievement levels.
fn is_of_levels(measure: Measure) -> bool {
    let by_level = matches!(measure, Measure::Percent(_) | Measure::Count(_));
    by_level || matches!(measure, Measure::PercentMet | Measure::CountMet | Measure::LevelsTotal)
}

fn reads_of(num: &Num) -> Reads {
    let mut reads = Reads::default();
    reads.num(num);
    reads
}

impl Doubtful {
    /// Whether a field cannot be read in every record.
    fn is_open(&self, info: &FileInfo, field: FieldId) -> bool {
        self.fields.contains(&field) || info.column_of(field).is_none()
    }
}
