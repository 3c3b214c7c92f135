//! Files that are parts of one: of the same LEA, year and view, with the same columns. Systems ask districts to cut
//! large files, and a record that a student lacks in one part may stand in another. What the rules about the complete
//! file of an LEA look for is therefore looked for in all parts.

use std::path::PathBuf;

use rustc_hash::{FxHashMap, FxHashSet};

use super::entries::Entries;
use crate::engine::program::Program;
use crate::engine::sets::GroupTest;
use crate::input::{self, FileInfo, InputOptions, View};
use crate::rule::{Need, Rule, Scope};

/// The files of a run that are parts of one.
#[derive(Debug, Default)]
pub(super) struct FileParts {
    /// Those of each cut file.
    groups: Vec<Vec<FileInfo>>,
}

impl FileParts {
    /// Finds the parts among the files that paths stand for. A single file is not opened for it.
    pub(super) fn among(paths: &[PathBuf], options: &InputOptions) -> Self {
        let files = input::list(paths, options).files;
        if files.len() < 2 && !files.iter().any(input::FileCandidate::is_workbook) {
            return Self::default();
        }
        let options = InputOptions { want_sha256: false, ..options.clone() };
        let mut groups: Vec<Vec<FileInfo>> = Vec::new();
        for info in input::open_each(paths, &options).flatten().map(|opened| opened.info) {
            if info.view == View::Unknown {
                continue;
            }
            match groups.iter_mut().find(|group| group.first().is_some_and(|one| is_part_of_same(one, &info))) {
                Some(group) => group.push(info),
                None => groups.push(vec![info]),
            }
        }
        groups.retain(|group| group.len() > 1);
        Self { groups }
    }

    /// The files that a file is a part with, itself among them; none where it is whole.
    pub(super) fn of(&self, info: &FileInfo) -> &[FileInfo] {
        let is_it = |one: &FileInfo| one.path == info.path && one.member == info.member;
        self.groups.iter().find(|group| group.iter().any(is_it)).map_or(&[], Vec::as_slice)
    }
}

fn is_part_of_same(one: &FileInfo, other: &FileInfo) -> bool {
    (one.year, one.view, &one.lea) == (other.year, other.view, &other.lea) && one.columns == other.columns
}

/// Whether a rule is about the complete file of an LEA.
pub(super) fn is_of_whole_file(rule: &Rule) -> bool {
    rule.scope == Scope::Set && rule.needs.contains(&Need::View)
}

/// What records with a key have in all parts of a file: the keys that meet a condition, by the place of the rule and
/// that of the condition.
#[derive(Debug, Default)]
pub(super) struct Companions {
    keys: FxHashMap<(usize, usize), FxHashSet<u64>>,
}

impl Companions {
    /// Takes in the entries of a part.
    pub(super) fn take(&mut self, program: &Program, entries: &[Entries]) {
        for plan in &program.sets {
            let (GroupTest::Exists(conditions), Some(found)) = (&plan.test, entries.get(plan.table)) else { continue };
            let rule = program.instances[plan.instance].rule;
            for (place, bit) in conditions.iter().enumerate() {
                let keys = self.keys.entry((rule, place)).or_default();
                let with_bit = (0..).zip(&found.keys).filter(|(entry, _)| found.has(*entry, *bit));
                keys.extend(with_bit.map(|(_, key)| *key));
            }
        }
    }

    /// Whether some record with a key meets a condition of a rule, in any part.
    pub(super) fn has(&self, rule: usize, condition: usize, key: u64) -> bool {
        self.keys.get(&(rule, condition)).is_some_and(|keys| keys.contains(&key))
    }
}
