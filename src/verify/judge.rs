//! Holds every figure of a saved reconciliation against the recount.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::path::PathBuf;

use super::claim::{CellClaim, Claim, RecordClaim, StepClaim};
use super::count::{Key, Part, Standing, overlaid, parts, standing, supposed};
use super::missing::Missing;
use super::records::{Record, Seen, each_record, opened};
use crate::cause::{Aspect, BoundCause, Hypothesis, bound_causes};
use crate::counting::{Book, TestInfo};
use crate::engine::Parameter;
use crate::input::Options;
use crate::official::{self, Measure, OfficialSet};
use crate::reconcile::ReconcileError;
use crate::rule::{Stands, number, read, text};

/// What came of a figure.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Judgement {
    /// The figure, by its place in the saved reconciliation.
    pub cell: usize,
    /// What is wrong with it.
    pub wrong: String,
}

/// What came of a saved reconciliation.
#[derive(Clone, Debug, Default)]
pub struct Verdict {
    /// Figures that were recounted.
    pub recounted: u64,
    /// Steps that were recounted.
    pub steps: u64,
    /// Figures that can only be recounted beside others, which a choice of figures left out.
    pub left_out: u64,
    /// Figures that the reconciliation says cannot be told.
    pub not_checkable: u64,
    /// What is refuted of the whole.
    pub of_the_whole: Vec<String>,
    /// What is refuted of figures.
    pub refuted: Vec<Judgement>,
}

impl Verdict {
    /// Whether nothing is refuted.
    pub fn is_confirmed(&self) -> bool {
        self.refuted.is_empty() && self.of_the_whole.is_empty()
    }
}

/// How score files are recounted.
#[derive(Clone, Default)]
pub struct VerifyOptions<'a> {
    /// How they are read.
    pub input: Options,
    /// Told the bytes of the current file read so far.
    pub progress: Option<&'a (dyn Fn(u64) + Sync)>,
}

/// Recounts what a saved reconciliation claims.
///
/// # Errors
/// When a file cannot be read.
pub fn verify(
    claim: &Claim,
    paths: &[PathBuf],
    earlier: &[PathBuf],
    officials: &[PathBuf],
    options: &VerifyOptions<'_>,
) -> Result<Verdict, ReconcileError> {
    let book = Book::of(claim.year)?;
    let causes = bound_causes(&book)?;
    let set = official::read(officials, &official::Options::default())?;
    let mut verdict = Verdict::default();
    let mut recount = Recount::new(&book, claim, &causes, &mut verdict);
    recount.earlier(earlier, options, claim)?;
    recount.absent(&set);
    recount.files(paths, options, &mut verdict)?;
    recount.gone();
    let official = official_cells(&set);
    // What other rows leave can only be worked out where all of them are there.
    let lacks_rows = claim.is_part() && recount.rests_on_other_rows();
    if !lacks_rows {
        recount.elsewhere(claim, &official);
    }
    for (place, cell) in claim.cells.iter().enumerate() {
        if cell.status == "not-checkable" {
            verdict.not_checkable += 1;
            continue;
        }
        if lacks_rows && cell.steps.iter().any(|step| step.bounded) {
            verdict.left_out += 1;
            continue;
        }
        verdict.recounted += 1;
        verdict.steps += cell.steps.len() as u64;
        if let Err(wrong) = recount.cell(cell, &official) {
            verdict.refuted.push(Judgement { cell: place, wrong });
        }
    }
    Ok(verdict)
}

/// The official figures by cell and measure, as they are printed.
pub(super) type Officials = HashMap<(Key, &'static str), official::Official>;

fn official_cells(set: &OfficialSet) -> Officials {
    let mut cells = HashMap::new();
    for row in set.files.iter().flat_map(|file| &file.rows) {
        let key = (row.place.code_text(), row.test, row.grade, row.group);
        for measure in Measure::ALL {
            let figure = row.values.get(measure);
            if figure.interval().is_some() {
                cells.entry((key.clone(), measure.id())).or_insert(figure);
            }
        }
    }
    cells
}

/// A claimed cause, ready to be applied to a record.
struct Applied<'a> {
    rank: usize,
    order: usize,
    sees_earlier: bool,
    hypothesis: &'a Hypothesis,
    after: Option<i64>,
    school: Option<String>,
}

/// A cell of the recount: what it counts, and what each cause does to it.
#[derive(Clone, Debug, Default)]
struct Counted {
    base: Part,
    steps: BTreeMap<usize, (Part, BTreeMap<RecordClaim, Part>)>,
}

struct Recount<'a> {
    book: &'a Book,
    causes: Vec<Applied<'a>>,
    cells: HashMap<Key, Counted>,
    /// How the records of earlier downloads stood, by student and test, and where they are.
    then: HashMap<(String, String), (Standing, RecordClaim)>,
    /// Students and tests of the current files.
    now: HashSet<(String, String)>,
    has_earlier: bool,
    seen_keys: HashMap<usize, HashSet<String>>,
    /// Schools that the reconciliation says are missing.
    missing: Missing,
    /// Whether a cause moves students from school to school.
    has_moves: bool,
}

impl<'a> Recount<'a> {
    fn new(book: &'a Book, claim: &Claim, causes: &'a [BoundCause], verdict: &mut Verdict) -> Self {
        let mut applied = Vec::new();
        for one in claim.causes.iter().filter(|one| one.note.is_none()) {
            let mut known = causes.iter().enumerate().filter(|(_, cause)| cause.cause.id == one.id).peekable();
            if known.peek().is_none() {
                verdict.of_the_whole.push(format!("there is no cause {} in {}", one.id, claim.year));
            }
            for (order, cause) in known {
                applied.push(Applied {
                    rank: one.rank,
                    order,
                    sees_earlier: cause.sees_earlier,
                    hypothesis: &cause.hypothesis,
                    after: one.parameters.get("as_of").and_then(|day| read::day(day)),
                    school: one.parameters.get("school").cloned(),
                });
            }
        }
        applied.sort_by_key(|one| (one.order, one.rank));
        Self {
            book,
            causes: applied,
            cells: HashMap::new(),
            then: HashMap::new(),
            now: HashSet::new(),
            has_earlier: claim.inputs.iter().any(|input| input.earlier),
            seen_keys: HashMap::new(),
            missing: Missing::default(),
            has_moves: false,
        }
    }

    fn earlier(&mut self, paths: &[PathBuf], options: &VerifyOptions<'_>, claim: &Claim) -> Result<(), ReconcileError> {
        if paths.is_empty() {
            return Ok(());
        }
        let first = claim.inputs.iter().filter(|input| !input.earlier).count();
        for (place, file) in opened(paths, &options.input)?.into_iter().enumerate() {
            let book = self.book;
            let then = &mut self.then;
            each_record(first + place, file, options.progress, |record| {
                let Some(record) = record else { return };
                let Some(identity) = identity(book, &record) else { return };
                let claim = RecordClaim { input: record.input, line: record.line };
                then.entry(identity).or_insert_with(|| (standing(book, &record, &Stands::new()), claim));
            })?;
        }
        Ok(())
    }

    fn files(
        &mut self,
        paths: &[PathBuf],
        options: &VerifyOptions<'_>,
        verdict: &mut Verdict,
    ) -> Result<(), ReconcileError> {
        let files = opened(paths, &options.input)?;
        let several = files.len() > 1;
        for (place, file) in files.into_iter().enumerate() {
            if file.info.year != self.book.year {
                verdict.of_the_whole.push(format!("{} is of {}", file.info.path.display(), file.info.year));
            }
            let earlier_files: HashSet<(String, String)> = if several { self.now.clone() } else { HashSet::new() };
            self.seen_keys.clear();
            each_record(place, file, options.progress, |record| {
                let Some(record) = record else { return };
                let identity = identity(self.book, &record);
                if identity.as_ref().is_some_and(|identity| earlier_files.contains(identity)) {
                    return;
                }
                self.record(&record, identity);
            })?;
        }
        Ok(())
    }

    /// Counts a record under the standard rules and under the causes.
    fn record(&mut self, record: &Record, identity: Option<(String, String)>) {
        let base = standing(self.book, record, &Stands::new());
        let is_first = identity.as_ref().is_none_or(|identity| !self.now.contains(identity));
        let mut stages: Vec<(usize, Standing)> = Vec::new();
        let (mut now, mut seen) = (base.clone(), Stands::new());
        for place in 0..self.causes.len() {
            let known = identity.as_ref().filter(|_| is_first);
            let rank = self.causes[place].rank;
            // Of a cause with several cases, one is about a record.
            if stages.iter().any(|(other, _)| *other == rank) {
                continue;
            }
            let Some((from, to)) = self.change(place, record, (&base, &mut seen), known) else { continue };
            self.has_moves |= from.place != to.place && from.place.is_some() && to.place.is_some();
            now = overlaid(&now, &from, &to);
            stages.push((rank, now.clone()));
        }
        self.now.extend(identity);
        let claim = RecordClaim { input: record.input, line: record.line };
        self.add(claim, &base, &stages);
    }

    fn add(&mut self, claim: RecordClaim, base: &Standing, stages: &[(usize, Standing)]) {
        let start = self.parts(base);
        for (key, part) in &start {
            self.cells.entry(key.clone()).or_default().base.add(part, 1);
        }
        // Enrolled, tested and results each belong to the last cause that changes them.
        let mut owners: BTreeMap<Key, [(usize, Part); 3]> = BTreeMap::new();
        let mut before = start;
        for (rank, stage) in stages {
            let after = self.parts(stage);
            let keys: BTreeSet<&Key> = before.keys().chain(after.keys()).collect();
            for key in keys {
                let mut difference = after.get(key).copied().unwrap_or_default();
                difference.add(&before.get(key).copied().unwrap_or_default(), -1);
                if difference.is_nothing() {
                    continue;
                }
                let owned = owners.entry(key.clone()).or_default();
                for (owned, part) in owned.iter_mut().zip(difference.split()).filter(|(_, part)| !part.is_nothing()) {
                    owned.0 = *rank;
                    owned.1.add(&part, 1);
                }
            }
            before = after;
        }
        for (key, owned) in owners {
            for (rank, part) in owned.into_iter().filter(|(_, part)| !part.is_nothing()) {
                let step = self.cells.entry(key.clone()).or_default().steps.entry(rank).or_default();
                step.0.add(&part, 1);
                step.1.entry(claim).or_default().add(&part, 1);
            }
        }
    }

    /// What a record adds to cells. At a school that the files lack it adds nothing: it is part of
    /// what is missing.
    fn parts(&self, standing: &Standing) -> BTreeMap<Key, Part> {
        let is_missing = standing.place.as_ref().is_some_and(|(_, code)| self.missing.schools.contains(code));
        if is_missing { BTreeMap::new() } else { parts(self.book, standing) }
    }

    /// How a record stands without and with a cause; none where the cause is not about it. Causes of
    /// some families see what those before them have changed.
    fn change(
        &mut self,
        place: usize,
        record: &Record,
        (base, seen): (&Standing, &mut Stands),
        identity: Option<&(String, String)>,
    ) -> Option<(Standing, Standing)> {
        let cause = &self.causes[place];
        match cause.hypothesis {
            Hypothesis::Suppose(one) => {
                let follows = cause.sees_earlier;
                let stands = if follows { seen.clone() } else { Stands::new() };
                let view = Seen { record, stands: &stands };
                let is_meant = match &one.parameter {
                    Parameter::None => true,
                    Parameter::Day(day) => number(day, &view).zip(cause.after).is_some_and(|(day, after)| day > after),
                    Parameter::Text(of) => cause.school.as_deref() == Some(text(of, &view).trim()),
                };
                if !is_meant {
                    return None;
                }
                let (from, to, then) = supposed(self.book, record, &stands, one)?;
                // What changes nothing by itself changes nothing for later causes.
                if from == to {
                    return None;
                }
                if follows {
                    *seen = then;
                }
                Some((from, to))
            }
            Hypothesis::Repeats { key, but_not } => {
                let made = |parts: &[crate::rule::Text]| {
                    let words: Vec<String> =
                        parts.iter().map(|part| text(part, record).trim().to_ascii_uppercase()).collect();
                    (!words.is_empty() && words.iter().all(|word| !word.is_empty())).then(|| words.join("\u{1f}"))
                };
                let (own, other) = (made(key), made(but_not));
                let mut again = |slot: usize, word: Option<String>| {
                    word.is_some_and(|word| !self.seen_keys.entry(slot).or_default().insert(word))
                };
                let is_repeated = again(2 * place, own);
                let is_excused = again(2 * place + 1, other);
                let counts = base.class.is_some();
                (is_repeated && !is_excused && counts).then(|| (base.clone(), Standing { class: None, ..base.clone() }))
            }
            Hypothesis::Earlier(aspect) => Some((base.clone(), self.taken(*aspect, base, identity?)?)),
            Hypothesis::AbsentSchools => None,
        }
    }

    fn taken(&self, aspect: Aspect, base: &Standing, identity: &(String, String)) -> Option<Standing> {
        if !self.has_earlier {
            return None;
        }
        let Some((then, _)) = self.then.get(identity) else {
            return (aspect == Aspect::New).then(|| Standing { class: None, ..base.clone() });
        };
        let class = |standing: &Standing| self.book.classes.get(standing.class?);
        let (now_class, then_class) = (class(base)?, class(then)?);
        let result = Standing { class: then.class, score: then.score, level: then.level, ..base.clone() };
        match aspect {
            Aspect::Invalidated => {
                (then_class.with_scores && !now_class.with_scores && now_class.tested).then_some(result)
            }
            Aspect::Rescored => (then_class.with_scores && now_class.with_scores).then_some(result),
            Aspect::TestedSince => {
                let newly_tested = now_class.tested && !then_class.tested;
                let newly_scored = then_class.tested && !then_class.with_scores && now_class.with_scores;
                (newly_tested || newly_scored).then_some(result)
            }
            Aspect::Groups => Some(Standing { groups: then.groups.clone(), ..base.clone() }),
            Aspect::Place => Some(Standing { place: then.place.clone(), grade: then.grade, ..base.clone() }),
            Aspect::New | Aspect::Gone => None,
        }
    }

    /// Records that only an earlier download has.
    fn gone(&mut self) {
        let is_gone = |cause: &&Applied<'_>| matches!(cause.hypothesis, Hypothesis::Earlier(Aspect::Gone));
        let Some(rank) = self.causes.iter().find(is_gone).map(|cause| cause.rank) else { return };
        let mut gone: Vec<(Standing, RecordClaim)> = self
            .then
            .iter()
            .filter(|(identity, _)| !self.now.contains(*identity))
            .map(|(_, (standing, claim))| (standing.clone(), *claim))
            .collect();
        gone.sort_by_key(|(_, claim)| *claim);
        for (standing, claim) in gone {
            let nothing = Standing { class: None, ..standing.clone() };
            self.add(claim, &nothing, &[(rank, standing)]);
        }
    }

    /// What the official rows of schools without records can add.
    fn absent(&mut self, set: &OfficialSet) {
        let is_absent = |cause: &&Applied<'_>| matches!(cause.hypothesis, Hypothesis::AbsentSchools);
        let Some(schools) = self.causes.iter().find(is_absent).and_then(|cause| cause.school.as_deref()) else {
            return;
        };
        self.missing = Missing::of(schools.split(", ").map(str::to_owned).collect(), set, self.book);
    }

    /// Whether missing schools may have students whom other rows count.
    fn rests_on_other_rows(&self) -> bool {
        !self.missing.schools.is_empty() && self.has_moves
    }

    /// What missing schools add to the rows of others, where a cause moves students.
    fn elsewhere(&mut self, claim: &Claim, officials: &Officials) {
        if !self.rests_on_other_rows() {
            return;
        }
        let mut missing = std::mem::take(&mut self.missing);
        let counted = |key: &Key| {
            let Some(cell) = self.cells.get(key) else { return Part::default() };
            let mut sum = cell.base;
            cell.steps.values().for_each(|(part, _)| sum.add(part, 1));
            sum
        };
        missing.find_elsewhere(claim, officials, counted, self.book);
        self.missing = missing;
    }

    /// Whether a claimed figure holds.
    fn cell(&self, cell: &CellClaim, officials: &Officials) -> Result<(), String> {
        let key: Key = (cell.entity.clone(), cell.test, cell.grade, cell.group);
        let measure = Measure::ALL.into_iter().find(|one| one.id() == cell.measure).ok_or("no such measure")?;
        let official = match officials.get(&(key.clone(), measure.id())) {
            Some(official) => *official,
            None if cell.official.shown == "no row" => official::Official::number(b"no row", 0),
            None => return Err("the official files have no such figure".to_owned()),
        };
        if official.shown() != cell.official.shown {
            return Err("the official figure is another".to_owned());
        }
        let none = Counted::default();
        let counted = self.cells.get(&key).unwrap_or(&none);
        let test = self.book.tests.iter().find(|test| test.id == cell.test);
        let figure = |part: &Part| value(part, measure, test);
        let mut sum = counted.base;
        let mut at = figure(&sum);
        if at.is_exact() && cell.ours.unwrap_or_default() != at.lo {
            return Err(format!("counted from the files are {}, not {}", at.lo, cell.ours.unwrap_or_default()));
        }
        if !at.holds(cell.ours.unwrap_or_default()) {
            return Err("our own figure lies outside what the files allow".to_owned());
        }
        self.disjoint(cell)?;
        if let Some(step) = cell.steps.iter().find(|step| self.causes.iter().all(|cause| cause.rank != step.rank)) {
            return Err(format!("a step of {} has no cause", step.amount));
        }
        let mut claimed_at = cell.ours.unwrap_or_default();
        let mut absent = None;
        for cause in self.ranks() {
            let step = cell.steps.iter().find(|step| step.rank == cause.rank);
            if matches!(cause.hypothesis, Hypothesis::AbsentSchools) {
                absent = step;
                continue;
            }
            let (part, records) = counted.steps.get(&cause.rank).cloned().unwrap_or_default();
            sum.add(&part, 1);
            let next = figure(&sum);
            let amount = step.map_or(0, |step| step.amount);
            claimed_at += amount;
            let is_exact = next.is_exact() && at.is_exact();
            if is_exact && amount != next.lo - at.lo {
                return Err(format!("a cause adds {} here, not {amount}", next.lo - at.lo));
            }
            if !is_exact && !next.holds(claimed_at) {
                return Err("a step adds what the files do not allow".to_owned());
            }
            at = next;
            if let Some(step) = step {
                self.step_records(step, &records, measure)?;
            }
        }
        claimed_at += absent.map_or(0, |step| step.amount);
        self.missing_step(&key, measure, (&sum, claimed_at), absent)?;
        self.rest(cell, claimed_at, official)
    }

    /// The causes in the order of their steps, those with several cases once.
    fn ranks(&self) -> impl Iterator<Item = &Applied<'a>> {
        let mut seen = HashSet::new();
        self.causes.iter().filter(move |cause| seen.insert(cause.rank))
    }

    /// The records of steps: no one twice.
    fn disjoint(&self, cell: &CellClaim) -> Result<(), String> {
        let mut seen = HashSet::new();
        for record in cell.steps.iter().flat_map(|step| &step.records) {
            if !seen.insert(*record) {
                return Err(format!("the record on line {} belongs to two steps", record.line));
            }
        }
        Ok(())
    }

    fn step_records(
        &self,
        step: &StepClaim,
        counted: &BTreeMap<RecordClaim, Part>,
        measure: Measure,
    ) -> Result<(), String> {
        let claimed: BTreeSet<RecordClaim> = step.records.iter().copied().collect();
        if let Some(record) = claimed.iter().find(|record| !counted.contains_key(record)) {
            return Err(format!("the record on line {} has no part in its step", record.line));
        }
        // A cause is about all its records: none that changes the count may be left out.
        let place = match measure {
            Measure::Enrolled => 0,
            Measure::Tested => 1,
            Measure::WithScores => 2,
            _ => return Ok(()),
        };
        let needed = counted.iter().filter(|(_, part)| part.numbers[place] != 0).map(|(record, _)| *record);
        if let Some(record) = needed.into_iter().find(|record| !claimed.contains(record)) {
            return Err(format!("the record on line {} is left out of its step", record.line));
        }
        Ok(())
    }

    /// Whether missing schools lead from what is counted to where the ladder stands.
    fn missing_step(
        &self,
        key: &Key,
        measure: Measure,
        (sum, at): (&Part, i64),
        step: Option<&StepClaim>,
    ) -> Result<(), String> {
        if !self.missing.is_in(key) {
            return step.map_or(Ok(()), |_| Err("no missing school has a part in it".to_owned()));
        }
        let Some(range) = self.missing.value((key, self.book), sum, measure) else {
            return step.map_or(Ok(()), |_| Err("there is no such figure with missing schools".to_owned()));
        };
        if !range.holds(at) {
            return Err(format!("missing schools lead to {} up to {}, not {at}", range.lo, range.hi));
        }
        let is_bounded = !range.is_exact() || self.missing.is_elsewhere(key);
        match step {
            Some(step) if step.bounded != is_bounded => Err("what missing schools add is told wrong".to_owned()),
            _ => Ok(()),
        }
    }

    fn rest(&self, cell: &CellClaim, at: i64, official: official::Official) -> Result<(), String> {
        let Some(shown) = official.interval() else { return Ok(()) };
        let rest = at.clamp(shown.lo(), shown.hi()) - at;
        let is_hidden_and_absent = official.is_hidden() && cell.unexplained == 0 && cell.ours.is_none();
        if rest != cell.unexplained && !is_hidden_and_absent {
            return Err(format!("left over are {rest}, not {}", cell.unexplained));
        }
        let status = match (cell.unexplained != 0, official.is_hidden(), cell.steps.is_empty()) {
            (true, ..) => "unexplained",
            (false, true, _) => "within-suppression",
            (false, false, true) => "equal",
            (false, false, false) => "explained",
        };
        if status == cell.status { Ok(()) } else { Err(format!("it is {status}, not {}", cell.status)) }
    }
}

/// What a student is known by, with the test; none where that is blank.
fn identity(book: &Book, record: &Record) -> Option<(String, String)> {
    let student = text(&book.measures.identity, record).trim().to_ascii_uppercase();
    let test = number(&book.measures.record_type, record).unwrap_or_default().to_string();
    (!student.is_empty()).then_some((student, test))
}

/// A figure within bounds.
#[derive(Clone, Copy, Debug)]
pub(super) struct Range {
    pub(super) lo: i64,
    pub(super) hi: i64,
}

impl Range {
    fn exactly(number: i64) -> Self {
        Self { lo: number, hi: number }
    }

    fn is_exact(self) -> bool {
        self.lo == self.hi
    }

    fn holds(self, number: i64) -> bool {
        (self.lo..=self.hi).contains(&number)
    }
}

/// A figure of what a cell holds; 0 where the public site shows none.
pub(super) fn value(part: &Part, measure: Measure, test: Option<&TestInfo>) -> Range {
    let numbers = &part.numbers;
    let (with_scores, scored, untold, sum) = (numbers[2], numbers[3], numbers[8].max(0), numbers[9]);
    let levels = test.map_or(0, |test| test.levels);
    let level = |level: u8| {
        let count = if usize::from(level) <= levels { numbers.get(3 + usize::from(level)).copied() } else { None };
        count.map(|count| Range { lo: count, hi: count + untold })
    };
    let met = || {
        let from = test.map_or(0, |test| test.met_from);
        (from > 0).then(|| {
            let count: i64 = (from..=levels).filter_map(|level| numbers.get(3 + level)).sum();
            Range { lo: count, hi: count + untold }
        })
    };
    let share = |part: Option<Range>| {
        let Some(part) = part.filter(|_| with_scores > 0) else { return Range::exactly(0) };
        let rounded = |part: i64| ((20_000 * part + with_scores) / (2 * with_scores)).min(10_000);
        Range { lo: rounded(part.lo), hi: rounded(part.hi) }
    };
    match measure {
        Measure::Enrolled => Range::exactly(numbers[0]),
        Measure::Tested => Range::exactly(numbers[1]),
        Measure::WithScores => Range::exactly(with_scores),
        Measure::Count(one) => level(one).unwrap_or(Range::exactly(0)),
        Measure::CountMet => met().unwrap_or(Range::exactly(0)),
        Measure::LevelsTotal => {
            let all: i64 = numbers[4..8].iter().sum();
            Range { lo: all, hi: all + untold }
        }
        Measure::Percent(one) => share(level(one)),
        Measure::PercentMet => share(met()),
        Measure::Mean if untold > 0 => Range { lo: 0, hi: 99_990 },
        Measure::Mean if scored > 0 => Range::exactly((20 * sum + scored) / (2 * scored)),
        _ => Range::exactly(0),
    }
}
