//! Counts the records of a file by place, test, grade and class, and within these by student
//! group. A batch is counted out of the masks of its conditions; what is kept does not grow with
//! the number of records, but for the identities where a run needs them.

use std::hash::{Hash, Hasher};
use std::sync::Arc;

use rustc_hash::{FxHashMap, FxHashSet};

use super::column_plan::bits;
use super::evaluate::{Batch, State};
use super::fields::{Reads, Visitor};
use super::mask::{BATCH, Mask, by_row};
use super::outcome::FileFinding;
use super::program::{Compiler, NodeId, NumId, Program, TextPlan};
use super::recent::Recent;
use super::run::{RunOptions, run};
use super::sets::hash_text;
use super::sums::{PackedRow, Sum, SumRows};
use crate::counting::{Book, Rows};
use crate::input::{InputError, Opened};
use crate::layout::{FieldId, registry};
use crate::rule::{Expr, Num, Text};

/// Digits of a school code.
const CODE: usize = 14;

/// How records are counted.
pub struct TallyOptions<'a> {
    /// Threads to work on; at least 1.
    pub threads: usize,
    /// Told the bytes of the file read so far, from any thread.
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
    /// Without these columns nothing can be told of a record.
    #[error("the file has no column for {0}, so its records cannot be counted")]
    #[diagnostic(help("download the file again with all columns"))]
    Missing(&'static str),
}

/// Where a record is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct LeafPlace {
    /// The type of entity, as in the public files; 0 for none.
    pub entity_type: u8,
    /// Its code, fourteen digits.
    pub code: [u8; CODE],
}

impl LeafPlace {
    /// The place of digits. The school code of a district's own program repeats the district's.
    pub(super) fn new(entity_type: u8, digits: &[u8], is_district_level: bool) -> Self {
        let mut code = [b'0'; CODE];
        let repeated: &[u8] = if is_district_level { digits } else { &[] };
        for (to, from) in code.iter_mut().zip(digits.iter().chain(repeated)) {
            *to = *from;
        }
        Self { entity_type, code }
    }
}

/// What the records of a leaf have in common.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct LeafKey {
    place: LeafPlace,
    record_type: u8,
    grade: u8,
    rows: Rows,
}

impl Hash for LeafKey {
    /// In a few words and not byte by byte: it is looked up for every record. The last digits of a code,
    /// in which schools differ, are the lowest of a word: from there they reach all bits of the hash.
    fn hash<H: Hasher>(&self, hasher: &mut H) {
        let mut place = [0; 16];
        place[16 - CODE..].copy_from_slice(&self.place.code);
        place[0] = self.place.entity_type;
        hasher.write_u128(u128::from_be_bytes(place));
        hasher.write_u32(u32::from_le_bytes([self.record_type, self.grade, self.rows as u8, 0]));
    }
}

/// The records of one place, test and grade.
#[derive(Clone, Debug)]
pub struct Leaf {
    /// The place.
    pub place: LeafPlace,
    /// The name of the school, where a record has one.
    pub name: Arc<str>,
    /// The name of its district, where a record has one.
    pub lea_name: Arc<str>,
    /// The record type; 0 where it is no number.
    pub record_type: u8,
    /// The grade assessed; 0 where it is no number.
    pub grade: u8,
    /// The rows the records are counted in.
    pub rows: Rows,
    /// Records by class, by its place in the book.
    pub classes: Few,
    /// Records by contradiction, by its place in the book.
    pub contradictions: Few,
    /// Counts by student group and variant, by its place in [`Tally::sets`].
    pub groups: PackedRow,
}

/// Records by place in a list of which few have any.
#[derive(Clone, Debug, Default)]
pub struct Few(Vec<(u8, u32)>);

impl Few {
    /// The places that have records, in no order, and how many.
    pub fn iter(&self) -> impl Iterator<Item = (usize, u64)> {
        self.0.iter().map(|(place, records)| (usize::from(*place), u64::from(*records)))
    }

    /// The records of a place.
    pub fn get(&self, place: usize) -> u64 {
        self.iter().find(|(one, _)| *one == place).map_or(0, |(_, records)| records)
    }

    #[inline]
    fn add(&mut self, place: u8, records: u32) {
        match self.0.iter_mut().find(|(one, _)| *one == place) {
            Some((_, all)) => *all += records,
            None => self.0.push((place, records)),
        }
    }

    fn join(&mut self, other: &Self) {
        other.0.iter().for_each(|(place, records)| self.add(*place, *records));
    }
}

/// What one file came to.
#[derive(Debug, Default)]
pub struct Tally {
    /// Records read.
    pub records: u64,
    /// Records with a wrong number of cells, of which nothing can be told.
    pub unreadable: u64,
    /// Records that an earlier file has.
    pub repeated: u64,
    /// Records without an identifier, which cannot be found again in another file.
    pub unidentified: u64,
    /// The leaves, in a fixed order.
    pub leaves: Vec<Leaf>,
    /// The places in the book of what [`Leaf::groups`] counts: group, and variant if it is one.
    pub sets: Vec<(usize, Option<usize>)>,
    /// Students and tests, if they were to be remembered.
    pub identities: FxHashSet<u64>,
    /// What could not be told because the file lacks a column: what, and the field.
    pub untold: Vec<(String, &'static str)>,
    /// What was noticed while the file was read.
    pub findings: Vec<FileFinding>,
    /// Why it could not be read to its end, if it could not.
    pub failure: Option<InputError>,
}

/// Everything that is counted, compiled for one file.
pub(super) struct TallyPlan<'a> {
    book: &'a Book,
    options: &'a TallyOptions<'a>,
    /// The place in the book and the condition.
    classes: Vec<(usize, NodeId)>,
    contradictions: Vec<(usize, NodeId)>,
    sets: Vec<(usize, Option<usize>)>,
    members: Vec<NodeId>,
    places: Vec<PlacePlan>,
    record_type: NumId,
    grade: NumId,
    score: Option<NumId>,
    level: Option<NumId>,
    identity: Option<TextPlan>,
}

struct PlacePlan {
    when: NodeId,
    entity_type: u8,
    district_level: bool,
    code: TextPlan,
    name: Option<TextPlan>,
    lea_name: Option<TextPlan>,
}

/// Counts the records of a file.
///
/// # Errors
/// When the file lacks a column that every count rests on.
pub fn tally(opened: Opened, book: &Book, options: &TallyOptions<'_>) -> Result<Tally, TallyError> {
    let Opened { info, mut findings, mut source } = opened;
    let mut compiler = Compiler::new(&info, &[]);
    let mut untold = Vec::new();
    let plan = TallyPlan::new(&mut compiler, book, options, &mut untold)?;
    let program: Program = compiler.finish();
    let run_options = RunOptions {
        threads: options.threads,
        timings: false,
        progress: options.progress,
        schools: Vec::new(),
        tally: Some(&plan),
        trace: None,
    };
    let (run, failure) = run(&program, &info, source.as_mut(), &run_options);
    findings.extend(source.take_findings());
    let mut counts = run.tally.unwrap_or_default();
    Ok(Tally {
        records: run.records,
        unreadable: run.odd.len() as u64,
        repeated: counts.repeated,
        unidentified: counts.unidentified,
        sets: plan.sets.clone(),
        identities: std::mem::take(&mut counts.identities),
        leaves: counts.leaves(),
        untold,
        findings,
        failure,
    })
}

impl<'a> TallyPlan<'a> {
    fn new(
        compiler: &mut Compiler<'_>,
        book: &'a Book,
        options: &'a TallyOptions<'a>,
        untold: &mut Vec<(String, &'static str)>,
    ) -> Result<Self, TallyError> {
        let mut told = |compiler: &mut Compiler<'_>, expr: &Expr, what: &str| match compiler.missing(&Reads::of(expr)) {
            None => Some(compiler.node(expr)),
            Some(field) => {
                untold.push((what.to_owned(), title(field)));
                None
            }
        };
        let mut classes = Vec::new();
        for (place, class) in book.classes.iter().enumerate() {
            classes.extend(told(compiler, &class.condition, &class.reason).map(|node| (place, node)));
        }
        let mut contradictions = Vec::new();
        for (place, one) in book.contradictions.iter().enumerate() {
            contradictions.extend(told(compiler, &one.condition, &one.words).map(|node| (place, node)));
        }
        let (mut sets, mut members) = (Vec::new(), Vec::new());
        for (place, group) in book.groups.iter().enumerate() {
            let variants = group.variants.iter().enumerate().map(|(one, variant)| (Some(one), &variant.condition));
            for (variant, condition) in std::iter::once((None, &group.condition)).chain(variants) {
                if let Some(node) = told(compiler, condition, &group.label) {
                    sets.push((place, variant));
                    members.push(node);
                }
            }
        }
        let mut places = Vec::new();
        for place in &book.places {
            let Some(when) = told(compiler, &place.when, "the place of some records") else { continue };
            let Some(code) = text(compiler, &place.code) else { continue };
            places.push(PlacePlan {
                when,
                entity_type: place.entity_type,
                district_level: place.district_level,
                code,
                name: place.name.as_ref().and_then(|name| text(compiler, name)),
                lea_name: place.lea_name.as_ref().and_then(|name| text(compiler, name)),
            });
        }
        let include = registry().id("include_indicator");
        if let Some(field) = include.filter(|field| compiler.lacks(*field)) {
            return Err(TallyError::Missing(title(field)));
        }
        let needed = |compiler: &mut Compiler<'_>, num: &Num| number(compiler, num).map_err(TallyError::Missing);
        let measures = &book.measures;
        Ok(Self {
            book,
            options,
            classes,
            contradictions,
            sets,
            members,
            places,
            record_type: needed(compiler, &measures.record_type)?,
            grade: needed(compiler, &measures.grade)?,
            score: number(compiler, &measures.score).ok(),
            level: number(compiler, &measures.level).ok(),
            identity: options.asks_who().then(|| text(compiler, &measures.identity)).flatten(),
        })
    }
}

fn title(field: FieldId) -> &'static str {
    registry().info(field).title
}

/// The number, or the title of a column it needs that the file lacks.
pub(super) fn number(compiler: &mut Compiler<'_>, num: &Num) -> Result<NumId, &'static str> {
    let mut reads = Reads::default();
    reads.num(num);
    match compiler.missing(&reads) {
        Some(field) => Err(title(field)),
        None => Ok(compiler.num(num)),
    }
}

/// The text; none where the file lacks a column it needs.
pub(super) fn text(compiler: &mut Compiler<'_>, text: &Text) -> Option<TextPlan> {
    let mut reads = Reads::default();
    reads.text(text);
    compiler.missing(&reads).is_none().then(|| compiler.text(text))
}

/// What a thread has counted.
#[derive(Clone, Debug, Default)]
pub(super) struct TallyCounts {
    places: FxHashMap<LeafKey, usize>,
    kept: Vec<Kept>,
    /// The sums of each of `kept` by set, without what `recent` has.
    sums: SumRows,
    recent: Recent,
    /// Names of schools and districts: a school has many leaves.
    names: FxHashSet<Arc<str>>,
    repeated: u64,
    unidentified: u64,
    identities: FxHashSet<u64>,
}

#[derive(Clone, Debug)]
struct Kept {
    /// The byte its first record stands at.
    first: u64,
    /// All but the groups.
    leaf: Leaf,
}

/// What is known of the records of a batch.
struct RowFacts {
    class: [u8; BATCH],
    leaf: [u32; BATCH],
}

impl TallyCounts {
    pub(super) fn new(plan: &TallyPlan<'_>) -> Self {
        let sets = plan.members.len();
        Self { sums: SumRows::new(sets, Vec::new()), recent: Recent::new(sets), ..Self::default() }
    }

    /// Counts a batch of a block that starts at a byte of the file.
    pub(super) fn collect(&mut self, plan: &TallyPlan<'_>, state: &mut State, batch: &Batch<'_>, offset: u64) {
        state.number(batch, plan.record_type);
        state.number(batch, plan.grade);
        for num in plan.score.iter().chain(&plan.level) {
            state.number(batch, *num);
        }
        let counted = self.new_records(plan, state, batch);
        let mut facts = RowFacts { class: [0; BATCH], leaf: [0; BATCH] };
        let mut left = counted;
        for (place, node) in &plan.classes {
            let here = state.truths(batch, *node).yes.and(left);
            here.rows().for_each(|row| facts.class[row] = *place as u8);
            left = left.without(here);
        }
        self.find_leaves(plan, state, batch, (counted, offset), &mut facts);
        for row in counted.rows() {
            self.kept[facts.leaf[row] as usize].leaf.classes.add(facts.class[row], 1);
        }
        for (place, node) in &plan.contradictions {
            for row in state.truths(batch, *node).yes.and(counted).rows() {
                self.kept[facts.leaf[row] as usize].leaf.contradictions.add(*place as u8, 1);
            }
        }
        self.count_members(plan, state, batch, counted, &facts);
    }

    /// Adds the figures of each record to its groups, a record at a time: what is counted of a leaf
    /// stands together.
    fn count_members(
        &mut self,
        plan: &TallyPlan<'_>,
        state: &mut State,
        batch: &Batch<'_>,
        counted: Mask,
        facts: &RowFacts,
    ) {
        let chunks = plan.members.chunks(64);
        let chunks = chunks.map(|nodes| by_row(nodes.iter().map(|node| state.truths(batch, *node).yes)));
        let members: Vec<Box<[u64; BATCH]>> = chunks.collect();
        for row in counted.rows() {
            let one = one(plan, state, facts.class[row], row);
            let leaf = facts.leaf[row] as usize;
            let sets = || {
                (0..)
                    .step_by(64)
                    .zip(&members)
                    .flat_map(|(first, members)| bits(members[row]).map(move |set| first + set))
            };
            if !self.recent.add(leaf, &one, sets()) {
                let sums = self.sums.row(leaf);
                sets().for_each(|set| sums[set].add(&one));
            }
            if self.recent.is_full() {
                self.recent.carry_over(&mut self.sums);
            }
        }
    }

    /// Takes in a leaf; returns its place.
    fn push(&mut self, kept: Kept, row: PackedRow) -> usize {
        self.places.insert(kept.key(), self.kept.len());
        self.kept.push(kept);
        self.sums.push(row)
    }

    /// A name, kept once.
    fn name(&mut self, text: &str) -> Arc<str> {
        if let Some(known) = self.names.get(text) {
            return Arc::clone(known);
        }
        let name: Arc<str> = text.into();
        self.names.insert(Arc::clone(&name));
        name
    }

    /// The records that no earlier file has.
    fn new_records(&mut self, plan: &TallyPlan<'_>, state: &State, batch: &Batch<'_>) -> Mask {
        let mut new = batch.valid;
        if plan.options.asks_who() {
            batch.valid.rows().filter(|row| !self.is_new(plan, state, batch, *row)).for_each(|row| new.clear(row));
        }
        new
    }

    /// Whether no earlier file has the student and test of a record.
    fn is_new(&mut self, plan: &TallyPlan<'_>, state: &State, batch: &Batch<'_>, row: usize) -> bool {
        let student = plan.identity.as_ref().and_then(|identity| hash_text(identity, batch, row));
        let Some(student) = student else {
            self.unidentified += 1;
            return true;
        };
        let test = state.number_of(plan.record_type, row).unwrap_or_default() as u64;
        let identity = student ^ test.wrapping_mul(0x9E37_79B9_7F4A_7C15);
        if plan.options.known.contains(&identity) {
            self.repeated += 1;
            return false;
        }
        if plan.options.remember {
            self.identities.insert(identity);
        }
        true
    }

    fn find_leaves(
        &mut self,
        plan: &TallyPlan<'_>,
        state: &mut State,
        batch: &Batch<'_>,
        (counted, offset): (Mask, u64),
        facts: &mut RowFacts,
    ) {
        let mut left = counted;
        let mut find = |all: &mut Self, row: usize, place: LeafPlace, from: Option<&PlacePlan>, state: &State| {
            let small = |num: NumId| state.number_of(num, row).and_then(|one| u8::try_from(one).ok());
            let key = LeafKey {
                place,
                record_type: small(plan.record_type).unwrap_or_default(),
                grade: small(plan.grade).unwrap_or_default(),
                rows: plan.book.classes[usize::from(facts.class[row])].rows,
            };
            let place = all.places.get(&key).copied().unwrap_or_else(|| {
                let mut named = |name: Option<&TextPlan>| match name {
                    Some(name) => all.name(name.make(batch, row).trim()),
                    None => all.name(""),
                };
                let name = named(from.and_then(|from| from.name.as_ref()));
                let lea_name = named(from.and_then(|from| from.lea_name.as_ref()));
                let first = offset + u64::from(batch.records.start(row));
                all.push(Kept::new(key, first, name, lea_name), PackedRow::default())
            });
            facts.leaf[row] = place as u32;
        };
        for place in &plan.places {
            if left.is_empty() {
                return;
            }
            let here = state.truths(batch, place.when).yes.and(left);
            for row in here.rows() {
                find(self, row, place.of(batch, row), Some(place), state);
            }
            left = left.without(here);
        }
        for row in left.rows() {
            find(self, row, LeafPlace { entity_type: 0, code: [b'0'; CODE] }, None, state);
        }
    }

    /// Ends the counting of a thread.
    pub(super) fn finish(&mut self) {
        std::mem::take(&mut self.recent).carry_over(&mut self.sums);
    }

    /// Adds what another thread has counted. Both are finished.
    pub(super) fn join(&mut self, other: Self) {
        self.repeated += other.repeated;
        self.unidentified += other.unidentified;
        self.identities.extend(other.identities);
        for (kept, row) in other.kept.into_iter().zip(other.sums.packed()) {
            let Some(known) = self.places.get(&kept.key()).copied() else {
                self.push(kept, row);
                continue;
            };
            self.kept[known].add(kept);
            let sums = self.sums.row(known);
            for (set, one) in row.sums() {
                sums[set].add(&one);
            }
        }
    }

    /// The leaves, by place, test and grade.
    fn leaves(self) -> Vec<Leaf> {
        drop(self.places);
        let sums = self.sums.packed().into_iter();
        let mut leaves: Vec<Leaf> =
            self.kept.into_iter().zip(sums).map(|(one, groups)| Leaf { groups, ..one.leaf }).collect();
        leaves.sort_unstable_by_key(Leaf::key);
        leaves
    }
}

impl Leaf {
    fn key(&self) -> LeafKey {
        LeafKey { place: self.place, record_type: self.record_type, grade: self.grade, rows: self.rows }
    }
}

impl PlacePlan {
    fn of(&self, batch: &Batch<'_>, row: usize) -> LeafPlace {
        match self.code.plain(batch, row) {
            Some(digits) => LeafPlace::new(self.entity_type, digits.trim_ascii(), self.district_level),
            None => LeafPlace::new(self.entity_type, self.code.make(batch, row).trim().as_bytes(), self.district_level),
        }
    }
}

/// What one record adds to each of its groups.
fn one(plan: &TallyPlan<'_>, state: &State, class: u8, row: usize) -> Sum {
    let class = &plan.book.classes[usize::from(class)];
    let mut one = Sum::default();
    let [enrolled, tested, with_scores, scored, levels @ ..] = &mut one.counts;
    *enrolled = u32::from(class.enrolled);
    *tested = u32::from(class.tested);
    *with_scores = u32::from(class.with_scores);
    if !class.with_scores {
        return one;
    }
    let number = |num: Option<NumId>| state.number_of(num?, row).and_then(|one| u64::try_from(one).ok());
    let level = number(plan.level).and_then(|level| usize::try_from(level).ok());
    if let Some(count) = level.and_then(|level| levels.get_mut(level.wrapping_sub(1))) {
        *count = 1;
    }
    if let Some(score) = number(plan.score) {
        *scored = 1;
        one.score_sum = score;
    }
    one
}

impl Kept {
    fn new(key: LeafKey, first: u64, name: Arc<str>, lea_name: Arc<str>) -> Self {
        let leaf = Leaf {
            place: key.place,
            name,
            lea_name,
            record_type: key.record_type,
            grade: key.grade,
            rows: key.rows,
            classes: Few::default(),
            contradictions: Few::default(),
            groups: PackedRow::default(),
        };
        Self { first, leaf }
    }

    fn key(&self) -> LeafKey {
        self.leaf.key()
    }

    fn add(&mut self, other: Self) {
        if other.first < self.first {
            self.first = other.first;
            self.leaf.name = other.leaf.name;
            self.leaf.lea_name = other.leaf.lea_name;
        }
        self.leaf.classes.join(&other.leaf.classes);
        self.leaf.contradictions.join(&other.leaf.contradictions);
    }
}
