//! One reconciliation from paths to result.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustc_hash::FxHashMap;

use super::candidates::{CandidateCause, Sources};
use super::with::{With};
use super::cells::{OutsideFiles, FigureSource, cells};
use super::compared::{ComparedFigures, FigureStatus};
use super::error::{ReconcileError};
use super::files::{Questions, ReadOptions, open};
use super::records::{Records};
use super::code::{CdsCode};
use super::grid::{OfficialContradiction, Grid, GroupsKey, all_slots};
use super::ladder::{ladders};
use super::missing_schools::{MissingSchools};
use super::missing_students::{MissingStudents};
use super::model::{ReconcileRequest, CauseFound, ListInput, NotCheckable, OfficialInput, PossibleCause, Reconciliation, UnreadableFigures};
use super::numbers::{Numbered};
use super::options::{Assumption, ReconcileOptions};
use super::pairs::{Pairs};
use super::problem::{Problem};
use super::reach::{RowReach, CoveredEntities};
use super::residue::{residues};
use super::pattern::patterns;
use super::possible::PossibleHypothesis;
use super::search::{FoundHypothesis, Search, SearchOutcome, Wishes};
use super::state::{Changed, SearchState};
use super::sums::{Sums};
use super::what_if::{search, unmet, wishes};
use crate::cause::{BoundCause, Cause, Hypothesis, ReasonState, beyond, bound_causes};
use crate::counting::{CountingRules, TestInfo};
use crate::facets::Facets;
use crate::input::hash_file;
use crate::layout::RecordType;
use crate::official::{self, Measure, OfficialSet, WantedRows};
use crate::privacy::text::neutralise;
use crate::rule::read::show_day;
use crate::tally::NOT_READABLE;

/// Compares score files with official files.
///
/// # Errors
/// When a file cannot be read, the files are of several years, or a cause is not known.
pub fn reconcile(
    paths: &[PathBuf],
    officials: &[PathBuf],
    options: &ReconcileOptions<'_>,
) -> Result<Reconciliation, ReconcileError> {
    let (year, files) = open(paths, &options.input)?;
    let mut counting = CountingRules::of(year)?;
    let causes = bound_causes(&counting)?;
    let wishes = wishes(&causes, year, options)?;
    let questions = Questions::of(&causes);
    let read = ReadOptions { input: &options.input, threads: options.threads, progress: options.progress };
    let mut records = Records::default();
    records.read(files, &counting, &questions, &read)?;
    let end = records.count();
    if end == 0 {
        return Err(ReconcileError::NoRecords);
    }
    let earlier = if options.earlier.is_empty() {
        end..end
    } else {
        let (earlier_year, files) = open(&options.earlier, &options.input)?;
        if earlier_year != year {
            return Err(ReconcileError::Years(vec![earlier_year, year]));
        }
        records.read_earlier(files, &counting, &read)?
    };
    records.unknown_counts.leave_out(&mut counting);
    let mut reached = CoveredEntities::new(&options.leas, &records);
    if reached.leas.is_empty() {
        return Err(ReconcileError::NoLea);
    }
    let mut set = read_official(officials, year, &reached)?;
    let officials = official_inputs(&set, &reached);
    reached.find_charters(&set, &counting, &records);
    let grid = Arc::new(grid(&mut set, &counting, &reached, &records));
    refuse_contradiction(&grid, &set)?;
    let sources = Sources {
        causes: &causes,
        supposition_causes: &questions.causes,
        counting: &counting,
        records: &records,
        earlier,
        grid: &grid,
    };
    let candidates = sources.candidates();
    let unknown = unknown_test();
    let answers = records.changes.split_off(questions.causes.len().min(records.changes.len()));
    let pairs = Pairs::new(&questions.pairs, answers, causes.len());
    let group_bits = candidates.iter().fold(0, |all, candidate| all | candidate.groups_only);
    let mut problem = Problem::new(&counting, &records, pairs, &grid, &unknown, group_bits, options.threads);
    let missing_schools = missing_schools(&problem, &causes, &wishes);
    if let Some(missing_schools) = &missing_schools {
        problem.is_absent = records.places.iter().map(|place| missing_schools.schools.contains(&place.code)).collect();
    }
    let finish = Finish {
        problem: &problem,
        grid: &grid,
        causes: &causes,
        set: &set,
        officials: &officials,
        reached: &reached,
        wishes: &wishes,
        threads: options.threads,
    };
    let mut reconciliation = finish.run(candidates, missing_schools.as_ref());
    reconciliation.asked = asked(options);
    if options.input.want_sha256 {
        add_hashes(&mut reconciliation, &set);
    }
    Ok(reconciliation)
}

/// What the user asked for.
fn asked(options: &ReconcileOptions<'_>) -> ReconcileRequest {
    let assumption = |one: &Assumption| match &one.with {
        None | Some(With::All) => one.id.clone(),
        Some(With::Text(text)) => format!("{}={text}", one.id),
        Some(With::After(day, _)) => format!("{}={}", one.id, show_day(i64::from(*day))),
    };
    ReconcileRequest {
        year: options.input.year,
        view: options.input.view,
        leas: options.leas.clone(),
        assume: options.assume.iter().map(assumption).collect(),
        without: options.without.clone(),
    }
}

/// The result of rows of a test that the year does not have.
fn unknown_test() -> TestInfo {
    TestInfo {
        id: 0,
        name: String::new(),
        short: String::new(),
        record_type: RecordType(0),
        levels: 0,
        met_from: 0,
        has_levels: true,
        has_scores: true,
    }
}

/// Reads the official rows of the districts whose files these are.
fn read_official(paths: &[PathBuf], year: u16, reached: &CoveredEntities) -> Result<OfficialSet, ReconcileError> {
    let entities = reached.leas.keys().flat_map(|lea| prefixes(lea)).collect();
    let options = official::OfficialOptions { wanted: WantedRows { entities, groups: Vec::new() }, ..official::OfficialOptions::default() };
    let set = official::read(paths, &options)?;
    if set.files.is_empty() {
        return Err(ReconcileError::NoResults);
    }
    if !set.files.iter().flat_map(|file| &file.rows).any(|row| reached.is_own(&row.place.code)) {
        let leas: Vec<&str> = reached.leas.keys().map(String::as_str).collect();
        return Err(ReconcileError::NoRows { leas: leas.join(", "), found: whose(&set) });
    }
    let has_rows = |file: &&official::OfficialFile| !file.rows.is_empty();
    if let Some(file) = set.files.iter().filter(has_rows).find(|file| file.year != year) {
        return Err(ReconcileError::OfficialYear { year, name: file.name(), official: file.year });
    }
    Ok(set)
}

/// The districts that official files have rows of, in words.
fn whose(set: &OfficialSet) -> String {
    const NAMED: usize = 3;
    let mut codes: BTreeSet<CdsCode> = BTreeSet::new();
    for file in &set.files {
        codes.extend(file.other_districts.iter().map(district_code));
        codes.extend(file.rows.iter().filter_map(|row| row.place.code.first_chunk::<7>()).map(district_code));
    }
    // The state and counties are in many files; a district says more.
    let is_district = |code: &&CdsCode| code[2..7] != *b"00000";
    let districts: Vec<&CdsCode> = codes.iter().filter(is_district).collect();
    let all: Vec<&CdsCode> = if districts.is_empty() { codes.iter().collect() } else { districts };
    let named = all.iter().take(NAMED).map(|code| {
        let listed = set.entities.iter().find_map(|list| list.entities.get(*code));
        let text = String::from_utf8_lossy(*code).into_owned();
        let name = listed.map(|one| if one.district.is_empty() { &one.county } else { &one.district });
        name.filter(|name| !name.is_empty()).map_or(text.clone(), |name| format!("{text} ({})", neutralise(name)))
    });
    let named: Vec<String> = named.collect();
    match all.len().saturating_sub(NAMED) {
        0 if named.is_empty() => "no one".to_owned(),
        0 => named.join(", "),
        more => format!("{} and {more} more", named.join(", ")),
    }
}

fn district_code(district: &[u8; 7]) -> CdsCode {
    let mut code = [b'0'; 14];
    code[..7].copy_from_slice(district);
    code
}

/// Makes sure that a number fits every official figure that stands in several rows.
fn refuse_contradiction(grid: &Grid, set: &OfficialSet) -> Result<(), ReconcileError> {
    let Some(OfficialContradiction { key: (code, test, grade, group), measure, figures }) = grid.contradiction else {
        return Ok(());
    };
    let place = |(file, line): (usize, u64)| {
        let name = set.files.get(file).map(official::OfficialFile::name).unwrap_or_default();
        format!("{}:{line}", neutralise(&name))
    };
    let shown = |figure: official::OfficialValue| neutralise(&figure.shown()).into_owned();
    Err(ReconcileError::Contradictory {
        what: format!("{}/{test}/{grade}/{group}/{}", String::from_utf8_lossy(&code), measure.id()),
        first: shown(figures.0.1),
        first_place: place(figures.0.0),
        second: shown(figures.1.1),
        second_place: place(figures.1.0),
    })
}

/// What of an official file cannot be read.
fn unreadable(file: &official::OfficialFile, reached: &CoveredEntities) -> UnreadableFigures {
    let mut unreadable = UnreadableFigures { rows: file.trouble_count, ..UnreadableFigures::default() };
    for row in file.rows.iter().filter(|row| reached.is_own(&row.place.code)) {
        for measure in Measure::ALL {
            let figure = row.values.get(measure);
            if figure.state() != official::FigureState::Unreadable {
                continue;
            }
            unreadable.figures += 1;
            let first = || (row.line, measure, neutralise(&figure.shown()).into_owned());
            unreadable.first.get_or_insert_with(first);
        }
    }
    unreadable
}

/// The lists that were given with the official files.
fn lists(set: &OfficialSet) -> Vec<ListInput> {
    let list = |path: &Path, member: Option<&str>, kind, entries| {
        let path = path.display().to_string();
        let name = member.map_or_else(|| path.clone(), |member| format!("{path}:{member}"));
        ListInput { name, kind, entries, sha256: None }
    };
    let entities = set.entities.iter();
    let entities = entities.map(|one| list(&one.path, one.member.as_deref(), "entities", one.entities.len()));
    let lookups = set.groups.iter().map(|one| ("groups", one)).chain(set.tests.iter().map(|one| ("tests", one)));
    let lookups = lookups.map(|(kind, one)| list(&one.path, one.member.as_deref(), kind, one.names.len()));
    entities.chain(lookups).collect()
}

/// Adds the hashes of all files that were read.
fn add_hashes(reconciliation: &mut Reconciliation, set: &OfficialSet) {
    for file in &mut reconciliation.inputs {
        file.sha256 = hash_file(&file.info.path).ok();
    }
    for (named, file) in reconciliation.officials.iter_mut().zip(&set.files) {
        named.sha256 = hash_file(&file.path).ok();
    }
    let lookups = set.groups.iter().chain(&set.tests).map(|list| &list.path);
    let paths = set.entities.iter().map(|list| &list.path).chain(lookups);
    for (named, path) in reconciliation.lists.iter_mut().zip(paths) {
        named.sha256 = hash_file(path).ok();
    }
}

/// What is said of the official files.
fn official_inputs(set: &OfficialSet, reached: &CoveredEntities) -> Vec<OfficialInput> {
    let one = |file: &official::OfficialFile| OfficialInput {
        name: file.name(),
        program: file.program.to_owned(),
        version: file.version,
        detected: file.detected.iter().map(|one| (one.value.clone(), one.why.clone())).collect(),
        rows: file.rows.len(),
        unreadable: unreadable(file, reached),
        sha256: None,
    };
    set.files.iter().map(one).collect()
}

/// The rows that have to do with a district or charter: those of its county, and the state's.
fn prefixes(lea: &str) -> Vec<String> {
    vec![lea.chars().take(2).collect(), "00".to_owned()]
}

fn grid(set: &mut OfficialSet, counting: &CountingRules, reached: &CoveredEntities, records: &Records) -> Grid {
    let mut grid = Grid::new(set, counting, reached);
    let mut counted: BTreeSet<(GroupsKey, usize)> = BTreeSet::new();
    let mut ways: FxHashMap<(u32, u8, u8, u8), u64> = FxHashMap::default();
    for facets in records.facets.iter().filter(|facets| **facets != Facets::NONE) {
        *ways.entry((facets.place, facets.record_type, facets.grade, facets.class)).or_default() |= facets.groups;
    }
    for ((place, record_type, grade, class), groups) in ways {
        let Some((place, class)) = records.places.get(place as usize).zip(counting.classes.get(usize::from(class)))
        else {
            continue;
        };
        if !class.enrolled {
            continue;
        }
        let facets = Facets { record_type, grade, ..Facets::NONE };
        for slot in all_slots(counting, place, &facets, class.rows) {
            let members = (0..counting.groups.len().min(64))
                .filter(|group| groups >> group & 1 != 0 && !records.unknown_counts.of_group(*group));
            counted.extend(members.map(|group| (slot, group)));
        }
    }
    grid.add_missing(counting, reached, &counted);
    for row in grid.rows.iter_mut().filter(|row| row.reach == RowReach::Checkable) {
        if row.group.is_some_and(|group| records.unknown_counts.of_group(group)) {
            row.reach = RowReach::Beyond(NOT_READABLE);
        }
    }
    grid
}

/// The schools that the files lack, if supposing so makes things better.
fn missing_schools(problem: &Problem<'_>, causes: &[BoundCause], wishes: &Wishes) -> Option<MissingSchools> {
    let place = causes.iter().position(|cause| matches!(cause.hypothesis, Hypothesis::AbsentSchools))?;
    if wishes.excluded.contains(&place) {
        return None;
    }
    let missing_schools = MissingSchools::find(problem);
    if missing_schools.schools.is_empty() {
        return None;
    }
    let none = SearchState::new(problem, vec![None; problem.grid.rows.len()]).total;
    let with = SearchState::new(problem, missing_schools.extra.clone()).total;
    let is_assumed = wishes.assumed.iter().any(|(cause, _)| *cause == place);
    (is_assumed || with.cost < none.cost).then_some(missing_schools)
}

/// The last part: search, ladders, figures.
struct Finish<'a> {
    problem: &'a Problem<'a>,
    grid: &'a Arc<Grid>,
    causes: &'a [BoundCause],
    set: &'a OfficialSet,
    officials: &'a [OfficialInput],
    reached: &'a CoveredEntities,
    wishes: &'a Wishes,
    threads: usize,
}

impl Finish<'_> {
    fn run(&self, candidates: Vec<CandidateCause>, missing_schools: Option<&MissingSchools>) -> Reconciliation {
        let problem = self.problem;
        let extra = missing_schools
            .map_or_else(|| vec![None; problem.grid.rows.len()], |missing_schools| missing_schools.extra.clone());
        let among = Search::new(problem, self.causes, candidates, self.threads);
        let SearchOutcome { mut state, found, possible } = search(&among, extra, self.wishes);
        // What the search has worked out is not needed any more, and there is much of it.
        drop(among);
        let missing_students = MissingStudents::find(
            problem,
            &state,
            missing_schools.map_or(&[], |missing_schools| missing_schools.schools.as_slice()),
        );
        missing_students.add_to(&mut state.extra);
        let changed = state.changed(problem);
        let ladders = ladders(problem, &state, &changed, self.threads);
        let numbers = Numbered::new(problem.records, &changed);
        let absent_place = missing_schools.map(|_| found.len());
        let beyond = OutsideFiles { cause: absent_place, missing_students: &missing_students };
        let source = FigureSource { problem, grid: self.grid, state: &state, beyond, numbers: &numbers };
        let cells = cells(&source, ladders, self.threads);
        let owned = owned(problem, &changed, found.len());
        let mut causes = self.causes_found(&found, &owned, &cells, &numbers);
        if let Some(missing_schools) = missing_schools {
            causes.push(self.absent_cause(missing_schools, &cells, causes.len()));
        }
        causes.extend(self.unmet_causes(&causes));
        rank(&mut causes);
        let residues = residues(&cells, problem.counting);
        let patterns = patterns(&cells);
        Reconciliation {
            year: problem.counting.year,
            counting: problem.counting.clone(),
            inputs: problem.records.files.clone(),
            copies: problem.records.copies.clone(),
            enrolled_alone: problem.records.enrolled_alone.len() as u64,
            not_known: problem.records.unknown_counts.words().to_vec(),
            asked: ReconcileRequest::default(),
            lists: lists(self.set),
            officials: self.officials.to_vec(),
            leas: self.reached.leas.clone().into_iter().collect(),
            names: self.names(),
            not_checkable: self.not_checkable(&cells),
            cells,
            causes,
            possible: possible.into_iter().map(|one| self.possible_cause(one)).collect(),
            patterns,
            residues,
            records: numbers.into_places(),
        }
    }

    fn absent_cause(&self, missing_schools: &MissingSchools, cells: &ComparedFigures, place: usize) -> CauseFound {
        let cause = self.causes.iter().find(|cause| matches!(cause.hypothesis, Hypothesis::AbsentSchools));
        let schools: Vec<String> =
            missing_schools.schools.iter().map(|code| String::from_utf8_lossy(code).into_owned()).collect();
        let touched = cells.iter().filter(|cell| cell.steps.iter().any(|step| step.cause == place)).count() as u64;
        CauseFound {
            // It was found because there is such a cause.
            cause: cause.map_or_else(|| self.causes[0].cause, |cause| cause.cause),
            with: With::Text(schools.join(", ")),
            records: Vec::new(),
            evidence: None,
            cells: touched,
            mended: u32::try_from(touched).unwrap_or(u32::MAX),
            broken: 0,
            rank: 0,
            tied_with: Vec::new(),
            is_assumed: cause.is_some_and(|cause| self.is_assumed(cause.cause)),
            note: None,
        }
    }

    fn is_assumed(&self, cause: &Cause) -> bool {
        self.wishes.assumed.iter().any(|(place, _)| self.causes[*place].cause.id == cause.id)
    }

    fn possible_cause(&self, one: PossibleHypothesis) -> PossibleCause {
        let PossibleHypothesis { cause, with, evidence, records, look_up } = one;
        PossibleCause { cause: self.causes[cause].cause, with, evidence, records, look_up }
    }

    /// Causes that the user takes for true and that change nothing.
    fn unmet_causes(&self, found: &[CauseFound]) -> Vec<CauseFound> {
        let has_earlier = self.problem.records.files.iter().any(|file| file.is_earlier);
        let mut unmet_causes: Vec<CauseFound> = Vec::new();
        for (place, with) in &self.wishes.assumed {
            let cause = &self.causes[*place];
            let is_known = |one: &CauseFound| one.cause.id == cause.cause.id;
            if found.iter().any(is_known) || unmet_causes.iter().any(is_known) {
                continue;
            }
            unmet_causes.push(CauseFound {
                cause: cause.cause,
                with: with.clone().unwrap_or(With::All),
                records: Vec::new(),
                evidence: None,
                cells: 0,
                mended: 0,
                broken: 0,
                rank: 0,
                tied_with: Vec::new(),
                is_assumed: true,
                note: Some(unmet(cause, with.as_ref(), has_earlier)),
            });
        }
        unmet_causes
    }

    fn causes_found(&self, found: &[FoundHypothesis], owned: &[Vec<u32>], cells: &ComparedFigures, numbers: &Numbered) -> Vec<CauseFound> {
        let cause_of = |place: usize| self.causes[place].cause;
        let mut touched = vec![0_u64; found.len() + 1];
        for step in cells.iter().flat_map(|cell| cell.steps.iter()) {
            touched[step.cause.min(found.len())] += 1;
        }
        let one = |(place, found): (usize, &FoundHypothesis)| CauseFound {
            cause: cause_of(found.candidate.cause),
            with: found.candidate.with.clone(),
            records: owned[place].iter().map(|record| numbers.of(*record)).collect(),
            evidence: Some(found.evidence()),
            cells: touched[place],
            mended: found.mended,
            broken: found.broken,
            rank: 0,
            tied_with: found.tied.iter().map(|(cause, with)| (cause_of(*cause), with.clone())).collect(),
            is_assumed: self.is_assumed(cause_of(found.candidate.cause)),
            note: owned[place].is_empty().then_some("its records count in no official figure"),
        };
        found.iter().enumerate().map(one).collect()
    }

    /// Names from the score files, then from entity lists.
    fn names(&self) -> Vec<(CdsCode, String)> {
        let mut names = self.problem.records.names.clone();
        for list in self.set.entities_of(self.problem.counting.year) {
            for code in self.problem.grid.types.keys() {
                let Some(entity) = list.entities.get(code) else { continue };
                let name = if entity.school.is_empty() { &entity.district } else { &entity.school };
                if !name.is_empty() {
                    names.entry(*code).or_insert_with(|| name.clone());
                }
            }
        }
        names.into_iter().collect()
    }

    /// What these files cannot tell: reasons that kept figures from being compared, then those that
    /// may stand behind what is unexplained.
    fn not_checkable(&self, cells: &ComparedFigures) -> Vec<NotCheckable> {
        let mut counts: BTreeMap<&str, u64> = BTreeMap::new();
        for cell in cells {
            if let FigureStatus::NotCheckable(reason) = cell.status {
                *counts.entry(reason).or_default() += 1;
            }
        }
        let is_all_read = self.problem.records.unknown_counts.words().is_empty();
        let beyond = beyond()
            .filter(|one| one.standing == ReasonState::Beyond && !(is_all_read && one.id == NOT_READABLE));
        let mut all: Vec<NotCheckable> = beyond
            .map(|one| NotCheckable {
                id: one.id,
                words: one.words.to_owned(),
                decided_by: one.decided_by.to_owned(),
                cells: counts.get(one.id).copied().unwrap_or_default(),
            })
            .collect();
        let earlier = |cause: &&BoundCause| matches!(cause.hypothesis, Hypothesis::Earlier(_));
        if !self.problem.records.files.iter().any(|file| file.is_earlier) {
            all.extend(
                self.causes.iter().filter(earlier).map(|cause| not_known(cause.cause, "an earlier download (--earlier)")),
            );
        }
        for (supposition, column) in &self.problem.records.not_known {
            let place =
                self.causes.iter().filter(|cause| matches!(cause.hypothesis, Hypothesis::Suppose(_))).nth(*supposition);
            if let Some(cause) = place {
                all.push(not_known(cause.cause, &format!("a file with the column {column}")));
            }
        }
        all.sort_by_key(|one| (std::cmp::Reverse(one.cells), one.id));
        all
    }
}

/// The records that each hypothesis changes, after those before it.
fn owned(problem: &Problem<'_>, changed: &[Changed], count: usize) -> Vec<Vec<u32>> {
    let mut owned = vec![Vec::new(); count];
    let is_published = |facets: &Facets| problem.grid.publishes(problem.counting, &problem.records.places, facets);
    let counts = |facets: &Facets| !Sums::of(problem.counting, facets).is_zero();
    for Changed { record, stages } in changed {
        let mut before = problem.records.facets[*record as usize];
        // What one cause leaves unpublished another may publish.
        if !is_published(&before) && !stages.iter().any(|(_, facets)| is_published(facets)) {
            continue;
        }
        for (found, after) in stages {
            if *after != before
                && (counts(&before) || counts(after))
                && let Some(records) = owned.get_mut(*found)
            {
                records.push(*record);
            }
            before = *after;
        }
    }
    owned
}

fn not_known(cause: &'static Cause, decided_by: &str) -> NotCheckable {
    let words = cause.title.replace("{parameter}", "some day or school");
    NotCheckable { id: &cause.id, words, decided_by: decided_by.to_owned(), cells: 0 }
}

/// Causes that explain more come first.
fn rank(causes: &mut [CauseFound]) {
    let mut order: Vec<usize> = (0..causes.len()).collect();
    order.sort_by_key(|place| (std::cmp::Reverse(causes[*place].mended), *place));
    for (rank, place) in order.into_iter().enumerate() {
        causes[place].rank = rank + 1;
    }
}
