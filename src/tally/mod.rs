//! Counts the records of a file by place, test, grade and class, and within these by student group.

mod count_group;
mod counts;
mod doubtful;
mod not_known;
mod plan;
mod small_sums;
mod sums;

use rustc_hash::FxHashSet;

use doubtful::Doubtful;

use crate::counting::CountingRules;
use crate::engine::compiler::Compiler;
use crate::engine::program::Program;
use crate::engine::run::{Collected, RunOptions, run};
use crate::finding::FileFinding;
use crate::input::{self, FileInfo, InputError, Opened, run_through};
pub use count_group::{CountGroup, EntityCode, SmallCounts};
pub(crate) use not_known::lost_words;
pub use not_known::{NOT_READABLE, NotKnown};
pub(crate) use plan::{TallyPlan, number, text};
pub(crate) use sums::SumRows;
pub use sums::{GroupSums as GroupCells, PackedRow};

/// How records are counted.
pub struct TallyOptions<'a> {
    /// How files are read.
    pub input: &'a input::InputOptions,
    /// Threads to work on; at least 1.
    pub threads: usize,
    /// Receives the bytes of the file read so far, from any thread.
    pub progress: Option<&'a (dyn Fn(u64) + Sync)>,
    /// Students and tests that an earlier file has; their records are not counted again.
    pub known: &'a FxHashSet<u64>,
    /// Whether the students and tests of this file are remembered for later ones.
    pub remember: bool,
}

impl TallyOptions<'_> {
    /// Whether it matters whose record one is.
    fn asks_who(&self) -> bool {
        self.remember || !self.known.is_empty()
    }
}

/// Why a file cannot be counted.
#[derive(Debug, thiserror::Error, miette::Diagnostic)]
pub enum TallyError {
    /// A column without which no record can be counted.
    #[error("the file has no column for {0}, so its records cannot be counted")]
    #[diagnostic(help("download the file again with all columns"))]
    Missing(&'static str),
    /// A file in which damage came up cannot be read a second time.
    #[error(transparent)]
    #[diagnostic(transparent)]
    Input(#[from] InputError),
}

/// The counts of one file.
#[derive(Debug, Default)]
pub struct FileTally {
    /// Records read.
    pub records: u64,
    /// Records with a wrong number of cells, which cannot be counted.
    pub unreadable: u64,
    /// Records that count nowhere because a value that decides about them cannot be read.
    pub lost: u64,
    /// Records that an earlier file has.
    pub repeated: u64,
    /// Records without an identifier, which cannot be found again in another file.
    pub unidentified: u64,
    /// The count_groups, in a fixed order.
    pub count_groups: Vec<CountGroup>,
    /// The places in the counting rules of what [`CountGroup::groups`] counts: group, and variant if it is one.
    pub sets: Vec<(usize, Option<usize>)>,
    /// Students and tests, if they were to be remembered.
    pub identities: FxHashSet<u64>,
    /// What could not be counted because the file lacks a column: what, and the field.
    pub not_known: Vec<(String, &'static str)>,
    /// Columns that counts rest on and that cannot be read in some cells, in words.
    pub unreadable_columns: Vec<String>,
    /// What was noticed while the file was read.
    pub findings: Vec<FileFinding>,
    /// Why it could not be read to its end, if it could not.
    pub failure: Option<InputError>,
}

/// Counts the records of a file; returns also what is known of the file by then.
///
/// # Errors
/// When the file lacks a column that every count rests on, or cannot be read a second time.
pub fn tally(
    opened: Opened,
    counting: &CountingRules,
    options: &TallyOptions<'_>,
) -> Result<(FileInfo, FileTally), TallyError> {
    let (info, tally) = run_through(opened, options.input, |opened| tally_known(opened, counting, options))?;
    Ok((info, tally.unwrap_or_default()))
}

/// Counts the records of a file; `None` where damage comes up that was not known.
fn tally_known(
    opened: Opened,
    counting: &CountingRules,
    options: &TallyOptions<'_>,
) -> Result<Option<FileTally>, TallyError> {
    let Opened { info, mut findings, mut source } = opened;
    let doubtful = Doubtful::of(&info, counting);
    let seen = doubtful.seen(&info);
    let mut compiler = Compiler::new(&seen, &[]);
    let mut not_known = Vec::new();
    let plan = TallyPlan::new(&mut compiler, counting, options, &mut not_known)?;
    let program: Program = compiler.finish();
    let run_options = RunOptions { threads: options.threads, progress: options.progress };
    let Collected { run, file: mut counts, failure } = run(&program, &info, source.as_mut(), &plan, &run_options);
    if run.has_new_damage {
        return Ok(None);
    }
    findings.extend(source.take_findings());
    let (repeated, unidentified) = (counts.repeated, counts.unidentified);
    let identities = std::mem::take(&mut counts.identities);
    let count_groups = counts.count_groups();
    let classes = count_groups.iter().flat_map(|one| one.classes.iter());
    let lost = classes.filter(|(class, _)| counting.is_lost(*class)).map(|(_, records)| records).sum();
    Ok(Some(FileTally {
        lost,
        records: run.records,
        unreadable: run.odd.len() as u64,
        repeated,
        unidentified,
        sets: plan.sets.clone(),
        identities,
        count_groups,
        not_known,
        unreadable_columns: doubtful.words,
        findings,
        failure,
    }))
}
