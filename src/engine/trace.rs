//! Tells for every record of a file how it counts, and how it would count under each of a number
//! of hypotheses. Nothing is added up here; a record leaves a few words of memory.

use std::sync::{Mutex, PoisonError};

use rustc_hash::{FxHashMap, FxHashSet};

use super::evaluate::{Batch, State};
use super::fields::{Reads, Visitor};
use super::mask::{BATCH, Mask};
use super::program::{Compiler, NodeId, NumId, Program, TextPlan};
use super::run::{RunOptions, run};
use super::sets::hash_text;
use super::tally::{LeafPlace, TallyError, number, text as text_plan};
use crate::counting::{Book, Place};
use crate::input::{InputError, Opened};
use crate::layout::registry;
use crate::rule::{Expr, Num, Stand, Stands, Text, substituted, substituted_number, substituted_text};

/// Stands for "counts nowhere" among the classes of a book.
pub const NOWHERE: u8 = u8::MAX;

/// Stands for "no place" among places.
pub const NO_PLACE: u32 = u32::MAX;

/// Everything that decides where a record counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Facets {
    /// The student groups it belongs to: one bit each, in the order of the book.
    pub groups: u64,
    /// The place, by its number in [`Trace::places`].
    pub place: u32,
    /// The scale score; 0 where there is none.
    pub score: u16,
    /// Its class, by its place in the book, or [`NOWHERE`].
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
    /// Student groups with another definition: the place in the book, and who belongs to it.
    pub groups: Vec<(usize, Expr)>,
    /// Whether such records count at all.
    pub counts: bool,
    /// What tells the records apart further.
    pub parameter: Parameter,
    /// Which of its records are told.
    pub told: Told,
}

/// Which records of a supposition are told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Told {
    /// Those that would count otherwise.
    Changed,
    /// All that it is about.
    All,
}

/// What tells the records of a supposition apart.
#[derive(Clone, Debug)]
pub enum Parameter {
    /// Nothing: it is about all of them.
    None,
    /// A day.
    Day(Num),
    /// A text, such as a school.
    Text(Text),
}

/// How one record would count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Change {
    /// The record, counted from 0.
    pub record: u32,
    /// The supposition, by its place.
    pub supposition: u16,
    /// Its day (since 1970), or the number of its text in [`Trace::texts`]; 0 where there is none.
    pub parameter: i32,
    /// How it would count.
    pub after: Facets,
}

/// What a file came to.
#[derive(Debug, Default)]
pub struct Trace {
    /// How each record counts, in file order.
    pub facets: Vec<Facets>,
    /// The line each record stands on, 1-based.
    pub lines: Vec<u32>,
    /// What student and test each record is of, as a hash; 0 where that cannot be told.
    pub identities: Vec<u64>,
    /// For each key asked for, its hash a record; 0 where a part of it is blank.
    pub keys: Vec<Vec<u64>>,
    /// How records would count, by record and supposition.
    pub changes: Vec<Change>,
    /// The places, by number.
    pub places: Vec<LeafPlace>,
    /// What the first record of a place calls it and its district, by number.
    pub names: FxHashMap<u32, PlaceName>,
    /// The texts of parameters, by number.
    pub texts: Vec<String>,
    /// Why the file could not be read to its end.
    pub failure: Option<InputError>,
    /// Suppositions that need a column that the file lacks: their place, and the column.
    pub untold: Vec<(usize, &'static str)>,
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
pub struct TraceOptions<'a> {
    /// Threads to work on; at least 1.
    pub threads: usize,
    /// Told the bytes of the file read so far, from any thread.
    pub progress: Option<&'a (dyn Fn(u64) + Sync)>,
    /// Students and tests of earlier files: their records count nowhere.
    pub known: &'a FxHashSet<u64>,
    /// The suppositions.
    pub suppositions: &'a [Supposition],
    /// Keys whose hashes are wanted.
    pub keys: &'a [Vec<Text>],
}

/// Tells how the records of a file count.
///
/// # Errors
/// When the file lacks a column that every count rests on.
pub fn trace(opened: Opened, book: &Book, options: &TraceOptions<'_>) -> Result<Trace, TallyError> {
    let Opened { info, mut source, .. } = opened;
    let mut compiler = Compiler::new(&info, &[]);
    let plan = TracePlan::new(&mut compiler, book, options)?;
    let program: Program = compiler.finish();
    let run_options = RunOptions {
        threads: options.threads,
        timings: false,
        progress: options.progress,
        schools: Vec::new(),
        tally: None,
        trace: Some(&plan),
    };
    let (run, failure) = run(&program, &info, source.as_mut(), &run_options);
    let mut trace = run.trace;
    trace.failure = failure;
    trace.keys.resize_with(options.keys.len(), Vec::new);
    trace.untold = plan.untold;
    (trace.places, trace.texts) = (plan.places.into_all(), plan.texts.into_all());
    trace.settle(options.suppositions);
    Ok(trace)
}

/// Everything that is told, compiled for one file.
pub(super) struct TracePlan<'a> {
    known: &'a FxHashSet<u64>,
    base: FacetPlan,
    suppositions: Vec<SupposedPlan>,
    identity: Option<TextPlan>,
    keys: Vec<Option<Vec<TextPlan>>>,
    places: Names<LeafPlace>,
    texts: Names<String>,
    untold: Vec<(usize, &'static str)>,
}

/// How facets are found.
struct FacetPlan {
    classes: Vec<(u8, NodeId)>,
    places: Vec<PlacePlan>,
    members: Vec<(usize, NodeId)>,
    record_type: NumId,
    grade: NumId,
    score: Option<NumId>,
    level: Option<NumId>,
}

/// The facets that a supposition changes; `None` where it cannot change them.
struct SupposedPlan {
    place: u16,
    when: NodeId,
    counts: bool,
    told: Told,
    parameter: ParameterPlan,
    classes: Option<Vec<(u8, NodeId)>>,
    places: Option<Vec<PlacePlan>>,
    members: Vec<(usize, NodeId)>,
    grade: Option<NumId>,
}

enum ParameterPlan {
    None,
    Day(NumId),
    Text(TextPlan),
}

struct PlacePlan {
    when: NodeId,
    entity_type: u8,
    district_level: bool,
    code: TextPlan,
    name: Option<TextPlan>,
    lea_name: Option<TextPlan>,
}

/// Numbers given to values in the order threads come upon them.
struct Names<T>(Mutex<FxHashMap<T, u32>>);

impl<T: Clone + Eq + std::hash::Hash + Ord> Names<T> {
    fn new() -> Self {
        Self(Mutex::new(FxHashMap::default()))
    }

    fn number(&self, value: &T) -> u32 {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(number) = known.get(value) {
            return *number;
        }
        let next = u32::try_from(known.len()).unwrap_or(NO_PLACE - 1);
        known.insert(value.clone(), next);
        next
    }

    fn into_all(self) -> Vec<T> {
        let known = self.0.into_inner().unwrap_or_else(PoisonError::into_inner);
        let mut all: Vec<(u32, T)> = known.into_iter().map(|(value, number)| (number, value)).collect();
        all.sort_unstable_by_key(|(number, _)| *number);
        all.into_iter().map(|(_, value)| value).collect()
    }
}

impl<'a> TracePlan<'a> {
    fn new(compiler: &mut Compiler<'_>, book: &'a Book, options: &TraceOptions<'a>) -> Result<Self, TallyError> {
        let include = registry().id("include_indicator");
        if let Some(field) = include.filter(|field| compiler.lacks(*field)) {
            return Err(TallyError::Missing(registry().info(field).title));
        }
        let base = FacetPlan::new(compiler, book)?;
        let (mut suppositions, mut untold) = (Vec::new(), Vec::new());
        for (place, one) in options.suppositions.iter().enumerate() {
            match SupposedPlan::new(compiler, book, place, one) {
                Ok(plan) => suppositions.push(plan),
                Err(column) => untold.push((place, column)),
            }
        }
        let keys = options.keys.iter();
        let keys = keys.map(|key| key.iter().map(|text| text_plan(compiler, text)).collect()).collect();
        let identity = text_plan(compiler, &book.measures.identity);
        let (places, texts) = (Names::new(), Names::new());
        Ok(Self { known: options.known, base, suppositions, identity, keys, places, texts, untold })
    }
}

/// The node of a condition, or the title of a column it needs that the file lacks.
fn node(compiler: &mut Compiler<'_>, expr: &Expr) -> Result<NodeId, &'static str> {
    match compiler.missing(&Reads::of(expr)) {
        None => Ok(compiler.node(expr)),
        Some(field) => Err(registry().info(field).title),
    }
}

fn place_plan(compiler: &mut Compiler<'_>, place: &Place, stands: &Stands) -> Option<PlacePlan> {
    Some(PlacePlan {
        when: node(compiler, &substituted(&place.when, stands)).ok()?,
        entity_type: place.entity_type,
        district_level: place.district_level,
        code: text_plan(compiler, &substituted_text(&place.code, stands))?,
        name: place.name.as_ref().and_then(|name| text_plan(compiler, &substituted_text(name, stands))),
        lea_name: place.lea_name.as_ref().and_then(|name| text_plan(compiler, &substituted_text(name, stands))),
    })
}

fn class_plans(compiler: &mut Compiler<'_>, book: &Book, stands: &Stands) -> Vec<(u8, NodeId)> {
    let numbered = book.classes.iter().enumerate().map(|(place, class)| (u8::try_from(place), class));
    let told = numbered
        .filter_map(|(place, class)| Some((place.ok()?, node(compiler, &substituted(&class.condition, stands)).ok()?)));
    told.collect()
}

impl FacetPlan {
    fn new(compiler: &mut Compiler<'_>, book: &Book) -> Result<Self, TallyError> {
        let stands = Stands::new();
        let classes = class_plans(compiler, book, &stands);
        let places = book.places.iter().filter_map(|place| place_plan(compiler, place, &stands)).collect();
        let groups = book.groups.iter().enumerate().take(u64::BITS as usize);
        let members = groups.filter_map(|(place, group)| Some((place, node(compiler, &group.condition).ok()?)));
        Ok(Self {
            classes,
            places,
            members: members.collect(),
            record_type: number(compiler, &book.measures.record_type).map_err(TallyError::Missing)?,
            grade: number(compiler, &book.measures.grade).map_err(TallyError::Missing)?,
            score: number(compiler, &book.measures.score).ok(),
            level: number(compiler, &book.measures.level).ok(),
        })
    }
}

impl SupposedPlan {
    fn new(compiler: &mut Compiler<'_>, book: &Book, place: usize, one: &Supposition) -> Result<Self, &'static str> {
        let when = node(compiler, &one.when)?;
        for field in one.sees.values().filter_map(|stand| match stand {
            Stand::Field(field) => Some(*field),
            Stand::Fixed(_) => None,
        }) {
            if compiler.lacks(field) {
                return Err(registry().info(field).title);
            }
        }
        let parameter = match &one.parameter {
            Parameter::None => ParameterPlan::None,
            Parameter::Day(day) => ParameterPlan::Day(number(compiler, day)?),
            Parameter::Text(text) => ParameterPlan::Text(text_plan(compiler, text).ok_or("the parameter")?),
        };
        let reads = |reads: &Reads| reads.fields.iter().any(|field| one.sees.contains_key(field));
        let sees_class = book.classes.iter().any(|class| reads(&Reads::of(&class.condition)));
        let sees_place = book.places.iter().any(|place| {
            let mut of = Reads::of(&place.when);
            of.text(&place.code);
            reads(&of)
        });
        let mut of_grade = Reads::default();
        of_grade.num(&book.measures.grade);
        let classes = sees_class.then(|| class_plans(compiler, book, &one.sees));
        let places =
            sees_place.then(|| book.places.iter().filter_map(|place| place_plan(compiler, place, &one.sees)).collect());
        let grade = match reads(&of_grade) {
            true => Some(number(compiler, &substituted_number(&book.measures.grade, &one.sees))?),
            false => None,
        };
        let mut members = Vec::new();
        for (group, info) in book.groups.iter().enumerate().take(u64::BITS as usize) {
            let own = one.groups.iter().find(|(place, _)| *place == group).map(|(_, expr)| expr.clone());
            let seen = || reads(&Reads::of(&info.condition)).then(|| substituted(&info.condition, &one.sees));
            if let Some(expr) = own.or_else(seen) {
                members.push((group, node(compiler, &expr)?));
            }
        }
        let place = u16::try_from(place).unwrap_or(u16::MAX);
        Ok(Self { place, when, counts: one.counts, told: one.told, parameter, classes, places, members, grade })
    }
}

impl TracePlan<'_> {
    /// Tells of a batch whose first record has a number in its block.
    pub(super) fn collect(&self, state: &mut State, batch: &Batch<'_>, first: u32, out: &mut Trace) {
        let rows = batch.records.len();
        for num in [Some(self.base.record_type), Some(self.base.grade), self.base.score, self.base.level] {
            num.into_iter().for_each(|num| state.number(batch, num));
        }
        let mut facets = [Facets::NONE; BATCH];
        let mut counted = batch.valid;
        for row in 0..rows {
            let identity = if batch.valid.has(row) { self.identity(state, batch, row) } else { 0 };
            if identity != 0 && self.known.contains(&identity) {
                counted.clear(row);
            }
            out.identities.push(identity);
        }
        self.keys(batch, rows, out);
        self.base(state, batch, (counted, first), &mut facets, out);
        for plan in &self.suppositions {
            self.suppose(plan, state, batch, (counted, first), &facets, out);
        }
        out.facets.extend_from_slice(&facets[..rows]);
    }

    fn identity(&self, state: &State, batch: &Batch<'_>, row: usize) -> u64 {
        let student = self.identity.as_ref().and_then(|identity| hash_text(identity, batch, row));
        let test = state.number_of(self.base.record_type, row).unwrap_or_default() as u64;
        student.map_or(0, |student| student ^ test.wrapping_mul(0x9E37_79B9_7F4A_7C15))
    }

    fn keys(&self, batch: &Batch<'_>, rows: usize, out: &mut Trace) {
        out.keys.resize_with(self.keys.len(), Vec::new);
        for (key, hashes) in self.keys.iter().zip(&mut out.keys) {
            hashes.extend((0..rows).map(|row| {
                let valid = key.as_ref().filter(|_| batch.valid.has(row));
                valid.and_then(|parts| hash_of(parts, batch, row)).unwrap_or_default()
            }));
        }
    }

    fn base(
        &self,
        state: &mut State,
        batch: &Batch<'_>,
        (counted, first): (Mask, u32),
        facets: &mut [Facets; BATCH],
        out: &mut Trace,
    ) {
        let small = |state: &State, num: NumId, row: usize| {
            state.number_of(num, row).and_then(|one| u8::try_from(one).ok()).unwrap_or_default()
        };
        for row in counted.rows() {
            let one = &mut facets[row];
            one.record_type = small(state, self.base.record_type, row);
            one.grade = small(state, self.base.grade, row);
            one.level = self.base.level.map_or(0, |level| small(state, level, row));
            let score = self.base.score.and_then(|score| state.number_of(score, row));
            one.score = score.and_then(|score| u16::try_from(score).ok()).unwrap_or_default();
        }
        classify(&self.base.classes, state, batch, counted, facets);
        self.locate(&self.base.places, state, batch, (counted, first), facets, out);
        join_groups(&self.base.members, state, batch, counted, facets);
    }

    fn suppose(
        &self,
        plan: &SupposedPlan,
        state: &mut State,
        batch: &Batch<'_>,
        (counted, first): (Mask, u32),
        base: &[Facets; BATCH],
        out: &mut Trace,
    ) {
        let about = state.truths(batch, plan.when).yes.and(counted);
        if about.is_empty() {
            return;
        }
        let mut after = *base;
        if !plan.counts {
            about.rows().for_each(|row| after[row] = Facets::NONE);
        }
        if let Some(classes) = &plan.classes {
            classify(classes, state, batch, about, &mut after);
        }
        if let Some(places) = &plan.places {
            self.locate(places, state, batch, (about, first), &mut after, out);
        }
        if let Some(grade) = plan.grade {
            state.number(batch, grade);
            for row in about.rows() {
                let grade = state.number_of(grade, row).and_then(|one| u8::try_from(one).ok());
                after[row].grade = grade.unwrap_or_default();
            }
        }
        join_groups(&plan.members, state, batch, about, &mut after);
        if let ParameterPlan::Day(day) = plan.parameter {
            state.number(batch, day);
        }
        let is_told = |row: &usize| plan.told == Told::All || after[*row] != base[*row];
        for row in about.rows().filter(is_told) {
            let parameter = match &plan.parameter {
                ParameterPlan::None => Some(0),
                ParameterPlan::Day(day) => state.number_of(*day, row).and_then(|day| i32::try_from(day).ok()),
                ParameterPlan::Text(text) => {
                    let text = text.make(batch, row).trim().to_owned();
                    (!text.is_empty()).then(|| i32::try_from(self.texts.number(&text)).unwrap_or(i32::MAX))
                }
            };
            if let Some(parameter) = parameter {
                let record = first + row as u32;
                out.changes.push(Change { record, supposition: plan.place, parameter, after: after[row] });
            }
        }
    }

    fn locate(
        &self,
        places: &[PlacePlan],
        state: &mut State,
        batch: &Batch<'_>,
        (rows, first): (Mask, u32),
        facets: &mut [Facets; BATCH],
        out: &mut Trace,
    ) {
        let mut left = rows;
        for place in places {
            if left.is_empty() {
                return;
            }
            let here = state.truths(batch, place.when).yes.and(left);
            let mut last: Option<(LeafPlace, u32)> = None;
            for row in here.rows() {
                let found = place.of(batch, row);
                let number = match last {
                    Some((known, number)) if known == found => number,
                    _ => self.places.number(&found),
                };
                let named = out.names.entry(number).or_insert_with(|| place.name(batch, row, first));
                if first + (row as u32) < named.record {
                    *named = place.name(batch, row, first);
                }
                last = Some((found, number));
                facets[row].place = number;
            }
            left = left.without(here);
        }
        left.rows().for_each(|row| facets[row].place = NO_PLACE);
    }
}

impl PlacePlan {
    fn of(&self, batch: &Batch<'_>, row: usize) -> LeafPlace {
        let digits = self.code.make(batch, row);
        LeafPlace::new(self.entity_type, digits.trim().as_bytes(), self.district_level)
    }

    fn name(&self, batch: &Batch<'_>, row: usize, first: u32) -> PlaceName {
        let made = |name: &Option<TextPlan>| {
            name.as_ref().map(|name| name.make(batch, row).trim().to_owned()).unwrap_or_default()
        };
        PlaceName { record: first + row as u32, school: made(&self.name), lea: made(&self.lea_name) }
    }
}

/// Gives each row its class: the first whose condition holds.
fn classify(classes: &[(u8, NodeId)], state: &mut State, batch: &Batch<'_>, rows: Mask, facets: &mut [Facets; BATCH]) {
    let mut left = rows;
    for (class, node) in classes {
        if left.is_empty() {
            return;
        }
        let here = state.truths(batch, *node).yes.and(left);
        here.rows().for_each(|row| facets[row].class = *class);
        left = left.without(here);
    }
}

fn join_groups(
    members: &[(usize, NodeId)],
    state: &mut State,
    batch: &Batch<'_>,
    rows: Mask,
    facets: &mut [Facets; BATCH],
) {
    for (group, node) in members {
        let members = state.truths(batch, *node).yes;
        for row in rows.rows() {
            let bit = 1 << group;
            let one = &mut facets[row].groups;
            *one = if members.has(row) { *one | bit } else { *one & !bit };
        }
    }
}

/// The hash of a key; none where a part is blank, or there are no parts.
fn hash_of(parts: &[TextPlan], batch: &Batch<'_>, row: usize) -> Option<u64> {
    if parts.is_empty() {
        return None;
    }
    let hash = parts.iter().try_fold(0_u64, |hash, part| {
        Some((hash.rotate_left(17) ^ hash_text(part, batch, row)?).wrapping_mul(0x9E37_79B9_7F4A_7C15))
    });
    hash.map(|hash| hash.max(1))
}

impl Trace {
    /// Adds what a block came to; its first record has a number.
    pub(super) fn add(&mut self, block: Self, first: u32) {
        self.facets.extend(block.facets);
        self.lines.extend(block.lines);
        self.identities.extend(block.identities);
        self.keys.resize_with(block.keys.len().max(self.keys.len()), Vec::new);
        for (all, one) in self.keys.iter_mut().zip(block.keys) {
            all.extend(one);
        }
        for (place, name) in block.names {
            let name = PlaceName { record: first + name.record, ..name };
            let known = self.names.entry(place).or_insert_with(|| name.clone());
            if name.record < known.record {
                *known = name;
            }
        }
        self.changes.extend(block.changes.into_iter().map(|one| Change { record: first + one.record, ..one }));
    }

    /// Brings numbers and order into a form that does not depend on which thread was first.
    fn settle(&mut self, suppositions: &[Supposition]) {
        let places = renumber(&mut self.places);
        let texts = renumber(&mut self.texts);
        let replace = |facets: &mut Facets| {
            if let Some(number) = places.get(facets.place as usize) {
                facets.place = *number;
            }
        };
        let names = std::mem::take(&mut self.names).into_iter();
        self.names = names.filter_map(|(old, name)| Some((*places.get(old as usize)?, name))).collect();
        self.facets.iter_mut().for_each(replace);
        for change in &mut self.changes {
            replace(&mut change.after);
        }
        let is_text = |change: &Change| {
            let one = suppositions.get(usize::from(change.supposition));
            one.is_some_and(|one| matches!(one.parameter, Parameter::Text(_)))
        };
        for change in self.changes.iter_mut().filter(|change| is_text(change)) {
            let number = usize::try_from(change.parameter).ok().and_then(|old| texts.get(old));
            change.parameter = number.map_or(i32::MAX, |new| *new as i32);
        }
        self.changes.sort_unstable_by_key(|one| (one.record, one.supposition));
    }
}

/// Sorts values; tells the new number of each old one.
fn renumber<T: Ord>(values: &mut Vec<T>) -> Vec<u32> {
    let mut sorted: Vec<(T, usize)> = std::mem::take(values).into_iter().enumerate().map(|(n, v)| (v, n)).collect();
    sorted.sort_unstable();
    let mut numbers = vec![0; sorted.len()];
    for (new, (_, old)) in sorted.iter().enumerate() {
        numbers[*old] = new as u32;
    }
    values.extend(sorted.into_iter().map(|(value, _)| value));
    numbers
}
