//! Counts the records of score files again, under the standard rules and under each claimed cause.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::path::PathBuf;

use super::claim::{Claim, RecordClaim};
use super::count::{Key, Part, Standing, overlaid, parts, standing, supposed};
use super::judge::{Officials, Verdict, VerifyOptions};
use super::missing::Missing;
use super::records::{Record, Seen, each_record, opened};
use crate::cause::{Aspect, BoundCause, Hypothesis};
use crate::counting::CountingRules;
use crate::facets::Parameter;
use crate::official::OfficialSet;
use crate::reconcile::ReconcileError;
use crate::rule::{Stands, number, read, text};

/// A claimed cause, ready to be applied to a record.
pub(super) struct Applied<'a> {
    pub(super) rank: usize,
    order: usize,
    sees_earlier: bool,
    pub(super) hypothesis: &'a Hypothesis,
    after: Option<i64>,
    school: Option<String>,
}

/// A cell of the recount: what it counts, and what each cause does to it.
#[derive(Clone, Debug, Default)]
pub(super) struct Counted {
    pub(super) base: Part,
    pub(super) steps: BTreeMap<usize, (Part, BTreeMap<RecordClaim, Part>)>,
}

/// The recount of all cells.
pub(super) struct Recount<'a> {
    pub(super) counting: &'a CountingRules,
    pub(super) causes: Vec<Applied<'a>>,
    pub(super) cells: HashMap<Key, Counted>,
    /// How the records of earlier downloads stood, by student and test, and where they are.
    then: HashMap<(String, String), (Standing, RecordClaim)>,
    /// Students and tests of the current files.
    now: HashSet<(String, String)>,
    has_earlier: bool,
    seen_keys: HashMap<usize, HashSet<String>>,
    /// Schools that the reconciliation says are missing.
    pub(super) missing: Missing,
    /// Whether a cause moves students from school to school.
    has_moves: bool,
}

impl<'a> Recount<'a> {
    /// A recount without any record yet. Causes that are claimed and not known are told of.
    pub(super) fn new(
        counting: &'a CountingRules,
        claim: &Claim,
        causes: &'a [BoundCause],
        verdict: &mut Verdict,
    ) -> Self {
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
            counting,
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

    /// Reads earlier downloads.
    pub(super) fn earlier(
        &mut self,
        paths: &[PathBuf],
        options: &VerifyOptions<'_>,
        claim: &Claim,
    ) -> Result<(), ReconcileError> {
        if paths.is_empty() {
            return Ok(());
        }
        let first = claim.inputs.iter().filter(|input| !input.earlier).count();
        for (place, file) in opened(paths, &options.input)?.into_iter().enumerate() {
            let counting = self.counting;
            let then = &mut self.then;
            each_record(first + place, file, options.progress, |record| {
                let Some(record) = record else { return };
                let Some(identity) = identity(counting, &record) else { return };
                let claim = RecordClaim { input: record.input, line: record.line };
                then.entry(identity).or_insert_with(|| (standing(counting, &record, &Stands::new()), claim));
            })?;
        }
        Ok(())
    }

    /// Reads the score files.
    pub(super) fn files(
        &mut self,
        paths: &[PathBuf],
        options: &VerifyOptions<'_>,
        verdict: &mut Verdict,
    ) -> Result<(), ReconcileError> {
        let files = opened(paths, &options.input)?;
        let several = files.len() > 1;
        for (place, file) in files.into_iter().enumerate() {
            if file.info.year != self.counting.year {
                verdict.of_the_whole.push(format!("{} is of {}", file.info.path.display(), file.info.year));
            }
            let earlier_files: HashSet<(String, String)> = if several { self.now.clone() } else { HashSet::new() };
            self.seen_keys.clear();
            each_record(place, file, options.progress, |record| {
                let Some(record) = record else { return };
                let identity = identity(self.counting, &record);
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
        let base = standing(self.counting, record, &Stands::new());
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
        if is_missing { BTreeMap::new() } else { parts(self.counting, standing) }
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
                let (from, to, then) = supposed(self.counting, record, &stands, one)?;
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
        let class = |standing: &Standing| self.counting.classes.get(standing.class?);
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
    pub(super) fn gone(&mut self) {
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
    pub(super) fn absent(&mut self, set: &OfficialSet) {
        let is_absent = |cause: &&Applied<'_>| matches!(cause.hypothesis, Hypothesis::AbsentSchools);
        let Some(schools) = self.causes.iter().find(is_absent).and_then(|cause| cause.school.as_deref()) else {
            return;
        };
        self.missing = Missing::of(schools.split(", ").map(str::to_owned).collect(), set, self.counting);
    }

    /// Whether missing schools may have students whom other rows count.
    pub(super) fn rests_on_other_rows(&self) -> bool {
        !self.missing.schools.is_empty() && self.has_moves
    }

    /// What missing schools add to the rows of others, where a cause moves students.
    pub(super) fn elsewhere(&mut self, claim: &Claim, officials: &Officials) {
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
        missing.find_elsewhere(claim, officials, counted, self.counting);
        self.missing = missing;
    }
}

/// What a student is known by, with the test; none where that is blank.
fn identity(counting: &CountingRules, record: &Record) -> Option<(String, String)> {
    let student = text(&counting.measures.identity, record).trim().to_ascii_uppercase();
    let test = number(&counting.measures.record_type, record).unwrap_or_default().to_string();
    (!student.is_empty()).then_some((student, test))
}
