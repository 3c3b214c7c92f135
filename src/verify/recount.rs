//! Counts the records of score files again, under the standard rules and under each claimed cause.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::PathBuf;

use super::claim::{Claim, RecordClaim};
use super::count::{CountKey, CellPart, RecordCount, counts, overlaid, parts, rows, standing, supposed, text_key};
use super::expected::{Expected, Holding};
use super::verdict::{VerifyVerdict, VerifyOptions};
use super::missing::Missing;
use super::records::{StoredRecord, ChangedRecord, each_record, opened};
use super::survey::{StudentTest, CopyRank, RecordSurvey, days, identity};
use crate::cause::{Aspect, BoundCause, Hypothesis};
use crate::counting::CountingRules;
use crate::facets::SupposedParameter;
use crate::input::{FileInfo, View};
use crate::official::OfficialSet;
use crate::reconcile::ReconcileError;
use crate::rule::{Stands, number, read, text};
use crate::tally::NotKnown;

/// A claimed cause, ready to be applied to a record.
pub(super) struct Applied<'a> {
    pub(super) rank: usize,
    pub(super) order: usize,
    sees_earlier: bool,
    pub(super) hypothesis: &'a Hypothesis,
    after: Option<i64>,
    school: Option<String>,
}

/// A score file as it was given.
#[derive(Clone, Debug)]
pub(super) struct GivenScoreFile {
    pub(super) path: PathBuf,
    pub(super) member: Option<String>,
    pub(super) view: View,
    pub(super) lea: Option<String>,
    pub(super) records: u64,
    pub(super) earlier: bool,
}

impl GivenScoreFile {
    fn new(info: &FileInfo, earlier: bool) -> Self {
        let (path, member) = (info.path.clone(), info.member.clone());
        Self { path, member, view: info.view, lea: info.lea.clone(), records: 0, earlier }
    }
}

/// A cell of the recount: what it counts, and what each cause does to it.
#[derive(Clone, Debug, Default)]
pub(super) struct RecountedCell {
    pub(super) base: CellPart,
    pub(super) steps: BTreeMap<usize, (CellPart, BTreeMap<RecordClaim, CellPart>)>,
}

/// The recount of all cells.
pub(super) struct Recount<'a> {
    pub(super) counting: &'a CountingRules,
    pub(super) causes: Vec<Applied<'a>>,
    pub(super) cells: HashMap<CountKey, RecountedCell>,
    /// How the records of earlier downloads stood, by student and test, and where they are.
    then: HashMap<StudentTest, (RecordCount, RecordClaim)>,
    /// Which records of the current files count among their copies.
    survey: RecordSurvey,
    has_earlier: bool,
    /// The records that each cause changes.
    pub(super) owned: BTreeMap<usize, BTreeSet<RecordClaim>>,
    /// The day of the earliest record that each cause by day is about.
    pub(super) first_days: BTreeMap<usize, i64>,
    /// Enrolled records by school and test.
    enrolled: HashMap<(String, u16), i64>,
    /// What is counted by the standard rules as enrolled.
    rows: BTreeSet<CountKey>,
    /// Tests and grade rows that the official files have.
    grades: BTreeSet<(u16, u8)>,
    /// Results that two files have both: those whose copies count, and the others.
    pub(super) copies: BTreeMap<(usize, usize), (u64, u64)>,
    /// The files that were given.
    pub(super) given: Vec<GivenScoreFile>,
    /// Records by district or direct-funded charter.
    pub(super) by_lea: BTreeMap<String, u64>,
    /// Records that stand in the enrolled view alone.
    pub(super) enrolled_alone: u64,
    /// Schools that the reconciliation says are missing.
    pub(super) missing: Missing,
    /// Whether a cause moves students from school to school.
    has_moves: bool,
    /// What of the counts is not known.
    pub(super) not_known: NotKnown,
    /// What of the counts of earlier downloads is not known.
    not_known_then: NotKnown,
}

impl<'a> Recount<'a> {
    /// A recount without any record yet. Causes that are claimed and not known are reported of.
    pub(super) fn new(
        counting: &'a CountingRules,
        claim: &Claim,
        causes: &'a [BoundCause],
        expected: &Expected,
        verdict: &mut VerifyVerdict,
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
            survey: RecordSurvey::default(),
            owned: BTreeMap::new(),
            first_days: BTreeMap::new(),
            enrolled: HashMap::new(),
            rows: BTreeSet::new(),
            grades: expected.grades.clone(),
            copies: BTreeMap::new(),
            enrolled_alone: 0,
            given: Vec::new(),
            by_lea: BTreeMap::new(),
            has_earlier: claim.inputs.iter().any(|input| input.earlier),
            missing: Missing::default(),
            has_moves: false,
            not_known: NotKnown::default(),
            not_known_then: NotKnown::default(),
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
        let survey = self.surveyed(paths, options, &[])?;
        for (place, file) in opened(paths, &options.input)?.into_iter().enumerate() {
            let counting = self.counting;
            let then = &mut self.then;
            let mut given = GivenScoreFile::new(&file.info, true);
            let (info, mut lost) = (file.info.clone(), 0);
            given.records = each_record(first + place, file, None, |record| {
                lost += u64::from(is_lost(counting, record.as_ref()));
                let Some(record) = record else { return };
                let Some(identity) = identity(counting, &record) else { return };
                if survey.is_best(place, record.line, &identity) {
                    let claim = RecordClaim { input: record.input, line: record.line };
                    then.insert(identity, (standing(counting, &record, &Stands::new()), claim));
                }
            })?;
            self.given.push(given);
            let mut not_known = NotKnown::default();
            not_known.add(&info, counting);
            not_known.add_lost(&info, lost);
            self.not_known_then.add_reasons(not_known);
        }
        Ok(())
    }

    /// Walks through files for the first time.
    fn surveyed(
        &self,
        paths: &[PathBuf],
        options: &VerifyOptions<'_>,
        causes: &[(usize, &Hypothesis)],
    ) -> Result<RecordSurvey, ReconcileError> {
        let mut survey = RecordSurvey::default();
        for (place, file) in opened(paths, &options.input)?.into_iter().enumerate() {
            survey.file(file.info.view);
            each_record(place, file, options.progress, |record| {
                if let Some(record) = record {
                    survey.note(self.counting, &record, causes);
                }
            })?;
        }
        Ok(survey)
    }

    /// Reads the score files: once to see which copies count, once to count them.
    pub(super) fn files(&mut self, paths: &[PathBuf], options: &VerifyOptions<'_>) -> Result<(), ReconcileError> {
        let causes: Vec<(usize, &Hypothesis)> = self.causes.iter().map(|cause| cause.hypothesis).enumerate().collect();
        self.survey = self.surveyed(paths, options, &causes)?;
        for (place, file) in opened(paths, &options.input)?.into_iter().enumerate() {
            let mut given = GivenScoreFile::new(&file.info, false);
            let (info, mut lost) = (file.info.clone(), 0);
            given.records = each_record(place, file, None, |record| {
                lost += u64::from(is_lost(self.counting, record.as_ref()));
                let Some(record) = record else { return };
                let identity = identity(self.counting, &record);
                match self.survey.place(place, identity.as_ref()) {
                    CopyRank::Counts => self.record(&record, identity),
                    CopyRank::EnrolledAlone => self.enrolled_alone(&record),
                    CopyRank::In(counted) => self.copy(counted, &record, identity.as_ref()),
                }
            })?;
            self.given.push(given);
            self.not_known.add(&info, self.counting);
            self.not_known.add_lost(&info, lost);
        }
        self.not_known.add_reasons(std::mem::take(&mut self.not_known_then));
        Ok(())
    }

    /// Notes a record of which a copy in another file counts.
    fn copy(&mut self, counted: usize, record: &StoredRecord, identity: Option<&StudentTest>) {
        let best = identity.and_then(|identity| self.survey.best(identity));
        let is_newer = best.is_some_and(|(_, best, _)| *best > days(self.counting, record));
        let (results, newer) = self.copies.entry((counted, record.input)).or_default();
        *results += 1;
        *newer += u64::from(is_newer);
    }

    /// A record of the enrolled view alone counts only where a cause says so.
    fn enrolled_alone(&mut self, record: &StoredRecord) {
        self.enrolled_alone += 1;
        let is_meant = |cause: &&Applied<'_>| matches!(cause.hypothesis, Hypothesis::EnrolledAlone);
        let Some(rank) = self.causes.iter().find(is_meant).map(|cause| cause.rank) else { return };
        let standing = standing(self.counting, record, &Stands::new());
        let nothing = RecordCount { class: None, ..standing.clone() };
        self.add(RecordClaim { input: record.input, line: record.line }, &nothing, &[(rank, standing)]);
    }

    /// Counts a record under the standard rules and under the causes.
    fn record(&mut self, record: &StoredRecord, identity: Option<(String, String)>) {
        let base = standing(self.counting, record, &Stands::new());
        let is_first =
            identity.as_ref().is_none_or(|identity| self.survey.is_best(record.input, record.line, identity));
        let mut stages: Vec<(usize, RecordCount)> = Vec::new();
        let (mut now, mut seen) = (base.clone(), Stands::new());
        for place in 0..self.causes.len() {
            let known = identity.as_ref().filter(|_| is_first);
            let rank = self.causes[place].rank;
            // Of a cause with several cases, one is about a record.
            if stages.iter().any(|(other, _)| *other == rank) {
                continue;
            }
            let Some((from, to)) = self.change(place, record, &base, &mut seen, known) else { continue };
            self.has_moves |= from.place != to.place && from.place.is_some() && to.place.is_some();
            now = overlaid(&now, &from, &to);
            stages.push((rank, now.clone()));
        }
        match &base.place {
            Some((7 | 10, code)) => *self.by_lea.entry(format!("{}0000000", &code[..7])).or_default() += 1,
            Some((9, code)) => *self.by_lea.entry(code.clone()).or_default() += 1,
            _ => {}
        }
        if let Some(class) = base.class.and_then(|class| self.counting.classes.get(class))
            && class.enrolled
            && let Some(test) = self.counting.test_of(base.record_type)
        {
            if let Some((_, code)) = &base.place {
                *self.enrolled.entry((code.clone(), test.id)).or_default() += 1;
            }
            self.rows.extend(parts(self.counting, &base).into_keys());
        }
        let claim = RecordClaim { input: record.input, line: record.line };
        self.add(claim, &base, &stages);
    }

    /// The files that were given, earlier downloads last.
    pub(super) fn inputs(&self) -> Vec<GivenScoreFile> {
        let (earlier, now): (Vec<GivenScoreFile>, Vec<GivenScoreFile>) = self.given.iter().cloned().partition(|file| file.earlier);
        now.into_iter().chain(earlier).collect()
    }

    /// Notes the records that a cause changes, where some official row could have them.
    fn own(&mut self, claim: RecordClaim, base: &RecordCount, stages: &[(usize, RecordCount)]) {
        let is_published =
            |standing: &RecordCount| rows(self.counting, standing).iter().any(|row| self.grades.contains(row));
        if !is_published(base) && !stages.iter().any(|(_, stage)| is_published(stage)) {
            return;
        }
        let mut before = base;
        for (rank, stage) in stages {
            if stage != before && (counts(self.counting, before) || counts(self.counting, stage)) {
                self.owned.entry(*rank).or_default().insert(claim);
            }
            before = stage;
        }
    }

    fn add(&mut self, claim: RecordClaim, base: &RecordCount, stages: &[(usize, RecordCount)]) {
        self.own(claim, base, stages);
        let start = self.parts(base);
        for (key, part) in &start {
            self.cells.entry(key.clone()).or_default().base.add(part, 1);
        }
        // Enrolled, tested and results each belong to the last cause that changes them.
        let mut owners: BTreeMap<CountKey, [(usize, CellPart); 3]> = BTreeMap::new();
        let mut before = start;
        for (rank, stage) in stages {
            let after = self.parts(stage);
            let keys: BTreeSet<&CountKey> = before.keys().chain(after.keys()).collect();
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
    fn parts(&self, standing: &RecordCount) -> BTreeMap<CountKey, CellPart> {
        let is_missing = standing.place.as_ref().is_some_and(|(_, code)| self.missing.schools.contains(code));
        if is_missing { BTreeMap::new() } else { parts(self.counting, standing) }
    }

    /// How a record stands without and with a cause; none where the cause is not about it. Causes of
    /// some families see what those before them have changed.
    fn change(
        &mut self,
        place: usize,
        record: &StoredRecord,
        base: &RecordCount,
        seen: &mut Stands,
        identity: Option<&(String, String)>,
    ) -> Option<(RecordCount, RecordCount)> {
        let cause = &self.causes[place];
        match cause.hypothesis {
            Hypothesis::Suppose(one) => {
                let follows = cause.sees_earlier;
                let stands = if follows { seen.clone() } else { Stands::new() };
                let view = ChangedRecord { record, stands: &stands };
                let day = match &one.parameter {
                    SupposedParameter::Day(day) => number(day, &view),
                    _ => None,
                };
                let is_meant = match &one.parameter {
                    SupposedParameter::None => true,
                    SupposedParameter::Day(_) => day.zip(cause.after).is_some_and(|(day, after)| day > after),
                    SupposedParameter::Text(of) => cause.school.as_deref() == Some(text(of, &view).trim()),
                };
                if !is_meant {
                    return None;
                }
                let (from, to, then) = supposed(self.counting, record, &stands, one)?;
                // What changes nothing by itself changes nothing for later causes.
                if from == to {
                    return None;
                }
                if let Some(day) = day {
                    let first = self.first_days.entry(cause.rank).or_insert(day);
                    *first = day.min(*first);
                }
                if follows {
                    *seen = then;
                }
                Some((from, to))
            }
            Hypothesis::Repeats { key, but_not } => {
                let again = |slot: usize, word: Option<String>| {
                    word.is_some_and(|word| self.survey.is_repeated(record.input, slot, word, record.line))
                };
                let is_repeated = again(2 * place, text_key(key, record));
                let is_excused = again(2 * place + 1, text_key(but_not, record));
                (is_repeated && !is_excused && base.class.is_some())
                    .then(|| (base.clone(), RecordCount { class: None, ..base.clone() }))
            }
            Hypothesis::Earlier(aspect) => Some((base.clone(), self.taken(*aspect, base, identity?)?)),
            Hypothesis::AbsentSchools | Hypothesis::EnrolledAlone => None,
        }
    }

    fn taken(&self, aspect: Aspect, base: &RecordCount, identity: &(String, String)) -> Option<RecordCount> {
        if !self.has_earlier {
            return None;
        }
        let Some((then, _)) = self.then.get(identity) else {
            return (aspect == Aspect::New).then(|| RecordCount { class: None, ..base.clone() });
        };
        let class = |standing: &RecordCount| self.counting.classes.get(standing.class?);
        let (now_class, then_class) = (class(base)?, class(then)?);
        let result = RecordCount { class: then.class, score: then.score, level: then.level, ..base.clone() };
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
            Aspect::Groups => Some(RecordCount { groups: then.groups.clone(), ..base.clone() }),
            Aspect::Place => Some(RecordCount { place: then.place.clone(), grade: then.grade, ..base.clone() }),
            Aspect::New | Aspect::Gone => None,
        }
    }

    /// Records that only an earlier download has.
    pub(super) fn gone(&mut self) {
        let is_gone = |cause: &&Applied<'_>| matches!(cause.hypothesis, Hypothesis::Earlier(Aspect::Gone));
        let Some(rank) = self.causes.iter().find(is_gone).map(|cause| cause.rank) else { return };
        let mut gone: Vec<(RecordCount, RecordClaim)> = self
            .then
            .iter()
            .filter(|(identity, _)| !self.survey.has(identity))
            .map(|(_, (standing, claim))| (standing.clone(), *claim))
            .collect();
        gone.sort_by_key(|(_, claim)| *claim);
        for (standing, claim) in gone {
            let nothing = RecordCount { class: None, ..standing.clone() };
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

    /// Says which figures there have to be, now that the records are counted.
    pub(super) fn settle(&self, expected: &mut Expected, claim: &Claim, set: &OfficialSet) {
        let holding = Holding {
            enrolled: &self.enrolled,
            is_enrolled_alone: self.survey.is_enrolled_alone(),
            not_known: &self.not_known,
        };
        expected.settle(claim, set, self.counting, self.rows.iter().cloned(), &holding);
    }

    /// What missing schools add to the rows of others, where a cause moves students.
    pub(super) fn elsewhere(&mut self, expected: &Expected) {
        if self.missing.schools.is_empty() || !self.has_moves {
            return;
        }
        let mut missing = std::mem::take(&mut self.missing);
        let counted = |key: &CountKey| {
            let Some(cell) = self.cells.get(key) else { return CellPart::default() };
            let mut sum = cell.base;
            cell.steps.values().for_each(|(part, _)| sum.add(part, 1));
            sum
        };
        missing.find_elsewhere(expected, counted, self.counting);
        self.missing = missing;
    }
}

/// Whether a record counts nowhere because it cannot be read, or not in what decides about it.
fn is_lost(counting: &CountingRules, record: Option<&StoredRecord>) -> bool {
    record.is_none_or(|record| {
        standing(counting, record, &Stands::new()).class.is_some_and(|class| counting.is_lost(class))
    })
}
