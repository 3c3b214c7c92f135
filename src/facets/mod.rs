//! Facets of records: all that decides where and as what each record of a file counts, and how it would count under
//! each of a number of hypotheses. Nothing is added up here; a record takes a few words of memory.
//!
//! `plan` compiles the facets, `collect` computes them batch by batch, and `settle` brings them into an order that
//! does not depend on threads.

use rustc_hash::FxHashMap;

use crate::counting::CountingRules;
use crate::engine::compiler::Compiler;
use crate::engine::program::Program;
use crate::engine::run::{Collected, RunOptions, run};
use crate::input::{FileInfo, InputError, InputOptions, Opened, require_whole, run_through};
use crate::rule::{Expr, Num, Stands, TextExpr};
use crate::tally::{EntityCode, TallyError};

mod collect;
mod plan;
mod settle;

pub(crate) use plan::FacetsPlan;

/// Stands for "counts nowhere" among the classes of the counting rules.
pub const NOWHERE: u8 = u8::MAX;

/// Stands for "no place" among places.
pub const NO_PLACE: u32 = u32::MAX;

/// Everything that decides where a record counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Facets {
    /// The student groups it belongs to: one bit each, in the order of the counting rules.
    pub groups: u64,
    /// The place, by its number in [`FileFacets::places`].
    pub place: u32,
    /// The scale score; 0 where there is none.
    pub score: u16,
    /// Its class, by its place in the counting rules, or [`NOWHERE`].
    pub class: u8,
    /// The record type; 0 where it is no number.
    pub record_type: u8,
    /// The grade assessed; 0 where it is no number.
    pub grade: u8,
    /// The achievement level; 0 where there is none.
    pub level: u8,
}

impl Facets {
    /// The facets of a record that counts nowhere.
    pub const NONE: Self =
        Self { groups: 0, place: NO_PLACE, score: 0, class: NOWHERE, record_type: 0, grade: 0, level: 0 };
}

/// What is supposed of some records.
#[derive(Clone, Debug)]
pub struct Supposition {
    /// Which records it is about.
    pub when: Expr,
    /// What the state has seen in them instead.
    pub sees: Stands,
    /// Student groups with another definition: the place in the counting rules, and who belongs to it.
    pub groups: Vec<(usize, Expr)>,
    /// Whether such records count at all.
    pub counts: bool,
    /// What distinguishes the records further.
    pub parameter: SupposedParameter,
    /// Which of its records are reported.
    pub records: SupposedRecords,
}

/// Which records of a supposition are reported.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SupposedRecords {
    /// Those that would count otherwise.
    Changed,
    /// All that it is about.
    All,
}

/// What distinguishes the records of a supposition.
#[derive(Clone, Debug)]
pub enum SupposedParameter {
    /// Nothing: it is about all of them.
    None,
    /// A day.
    Day(Num),
    /// A text, such as a school.
    Text(TextExpr),
}

/// How one record would count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FacetChange {
    /// The record, counted from 0.
    pub record: u32,
    /// The supposition, by its place.
    pub supposition: u16,
    /// Its day (since 1970), or the number of its text in [`FileFacets::texts`]; 0 where there is none.
    pub parameter: i32,
    /// How it would count.
    pub after: Facets,
}

/// The facets of the records of a file.
#[derive(Debug, Default)]
pub struct FileFacets {
    /// How each record counts, in file order.
    pub facets: Vec<Facets>,
    /// The line each record stands on, 1-based.
    pub lines: Vec<u32>,
    /// What student and test each record is of, as a hash; 0 where that is not known.
    pub identities: Vec<u64>,
    /// How new each record is: the higher, the newer; 0 where no day is known.
    pub recency: Vec<u64>,
    /// For each key asked for, its hash a record; 0 where a part of it is blank.
    pub keys: Vec<Vec<u64>>,
    /// How records would count, by record and supposition.
    pub changes: Vec<FacetChange>,
    /// The places, by number.
    pub places: Vec<EntityCode>,
    /// What the first record of a place calls it and its district, by number.
    pub names: FxHashMap<u32, PlaceName>,
    /// The texts of parameters, by number.
    pub texts: Vec<String>,
    /// Records with a wrong number of cells, which count nowhere.
    pub odd: u64,
    /// Why the file could not be read to its end.
    pub failure: Option<InputError>,
    /// Suppositions that need a column that the file lacks: their place, and the column.
    pub not_known: Vec<(usize, &'static str)>,
}

/// What a record calls its place.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PlaceName {
    /// The record, counted from 0.
    pub record: u32,
    /// The school.
    pub school: String,
    /// Its district.
    pub lea: String,
}

/// What is asked of a file.
pub struct FacetOptions<'a> {
    /// How files are read.
    pub input: &'a InputOptions,
    /// Threads to work on; at least 1.
    pub threads: usize,
    /// Called with the bytes of the file read so far, from any thread.
    pub progress: Option<&'a (dyn Fn(u64) + Sync)>,
    /// The suppositions.
    pub suppositions: &'a [Supposition],
    /// Keys whose hashes are wanted.
    pub keys: &'a [Vec<TextExpr>],
}

/// Computes how the records of a file count; returns also what is known of the file by then.
///
/// # Errors
/// When the file lacks a column that every count rests on, or cannot be read a second time.
pub fn trace(
    opened: Opened,
    counting: &CountingRules,
    options: &FacetOptions<'_>,
) -> Result<(FileInfo, FileFacets), TallyError> {
    let (info, facets) = run_through(opened, options.input, |opened| trace_known(opened, counting, options))?;
    Ok((info, facets.unwrap_or_default()))
}

/// Computes how the records of a file count; `None` where damage comes up that was not known.
fn trace_known(
    opened: Opened,
    counting: &CountingRules,
    options: &FacetOptions<'_>,
) -> Result<Option<FileFacets>, TallyError> {
    let Opened { info, mut source, mut findings } = opened;
    let mut compiler = Compiler::new(&info, &[]);
    let plan = FacetsPlan::new(&mut compiler, counting, options)?;
    let program: Program = compiler.finish();
    let run_options = RunOptions { threads: options.threads, progress: options.progress };
    let Collected { run, file: mut trace, failure } = run(&program, &info, source.as_mut(), &plan, &run_options);
    if run.has_new_damage {
        return Ok(None);
    }
    findings.extend(source.take_findings());
    trace.failure = failure.or_else(|| require_whole(&info, &findings).err());
    trace.keys.resize_with(options.keys.len(), Vec::new);
    trace.not_known = plan.not_known;
    (trace.places, trace.texts) = (plan.places.into_all(), plan.texts.into_all());
    trace.settle(options.suppositions);
    trace.odd = run.odd.len() as u64;
    Ok(Some(trace))
}
