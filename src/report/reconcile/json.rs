//! The reconciliation for programs, `scorelint/reconcile/1`. Described by
//! `docs/schemas/reconcile-1.schema.json`.

use std::collections::BTreeMap;
use std::io::{self, Write};

use serde::{Serialize, Serializer};

use crate::layout::registry;
use crate::official::{FigureState, Interval};
use crate::privacy::json;
use crate::privacy::text::neutralise;
use crate::input::View;
use crate::reconcile::{
    ReconcileRequest, CauseEvidence, CauseFound, ComparedFigure, CellFilter, CellStep, Copies, InputFile, ListInput, NotCheckable, PossibleCause, Reconciliation, RestPattern, FigureStatus, With,
};
use crate::rule::read::show_day;

/// The name and version of the form; the number changes when a reader of the old form would fail.
pub const SCHEMA: &str = "scorelint/reconcile/1";

/// Writes a reconciliation with the figures that are chosen. Summary, causes and what cannot be
/// checked are of all figures, whatever is chosen.
///
/// # Errors
/// When the writer fails.
pub fn write(out: &mut dyn Write, reconciliation: &Reconciliation, filter: &CellFilter) -> io::Result<()> {
    let numbered = reconciliation.cells.iter().enumerate();
    let chosen: Vec<usize> = numbered.filter(|(_, cell)| filter.has(cell)).map(|(place, _)| place).collect();
    let tally = reconciliation.tally();
    let report = ReconcileDocument {
        schema: SCHEMA,
        tool: ReconcileTool {
            name: env!("CARGO_PKG_NAME"),
            version: env!("CARGO_PKG_VERSION"),
            rules_sha256: crate::RULES_SHA256,
        },
        year: reconciliation.year,
        title: registry().title(reconciliation.year),
        notice: registry().notice(reconciliation.year),
        asked: asked(&reconciliation.asked),
        filter: (!filter.is_all()).then(|| filter_out(filter)),
        inputs: reconciliation.inputs.iter().map(input).collect(),
        copies: reconciliation.copies.iter().map(copies).collect(),
        enrolled_alone: reconciliation.enrolled_alone,
        not_known: reconciliation.not_known.iter().map(|words| neutralise(words).into_owned()).collect(),
        official: reconciliation
            .officials
            .iter()
            .map(|one| OfficialFigure {
                path: neutralise(&one.name).into_owned(),
                program: one.program.clone(),
                version: one.version,
                rows: one.rows,
                unreadable_rows: one.unreadable.rows,
                sha256: one.sha256.clone(),
            })
            .collect(),
        lists: reconciliation.lists.iter().map(list).collect(),
        leas: reconciliation.leas.iter().map(|(lea, why)| Lea { lea: lea.clone(), why: why.clone() }).collect(),
        summary: ReconcileSummary {
            equal: tally.equal,
            explained: tally.explained,
            partly_explained: tally.partly,
            unexplained: tally.unexplained,
            within_suppression: tally.hidden,
            not_checkable: tally.not_checkable,
        },
        causes: reconciliation.causes.iter().map(|cause| cause_out(reconciliation, cause)).collect(),
        possible: reconciliation.possible.iter().map(possible).collect(),
        patterns: reconciliation.patterns.iter().map(pattern).collect(),
        unexplained: reconciliation
            .residues
            .iter()
            .filter_map(|residue| {
                let cell = chosen.binary_search(&residue.cell).ok()?;
                Some(ResidueOut { cell, amount: residue.amount, groups: residue.groups.clone() })
            })
            .collect(),
        cells: ReconcileCells { of: reconciliation, chosen: &chosen },
        not_checkable: reconciliation.not_checkable.iter().map(not_checkable).collect(),
    };
    json::write_compact(out, &report)?;
    writeln!(out)
}

#[derive(Serialize)]
struct ReconcileDocument<'a> {
    schema: &'static str,
    tool: ReconcileTool,
    year: u16,
    title: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    notice: Option<String>,
    asked: AskedOut<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    filter: Option<ReconcileFilter<'a>>,
    inputs: Vec<ReconcileInput>,
    copies: Vec<CopiesOut>,
    enrolled_alone: u64,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    not_known: Vec<String>,
    official: Vec<OfficialFigure>,
    lists: Vec<ListOut>,
    leas: Vec<Lea>,
    summary: ReconcileSummary,
    causes: Vec<CauseOut>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    possible: Vec<PossibleOut>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    patterns: Vec<PatternOut>,
    unexplained: Vec<ResidueOut>,
    cells: ReconcileCells<'a>,
    not_checkable: Vec<NotCheckableOut>,
}

#[derive(Serialize)]
struct ReconcileTool {
    name: &'static str,
    version: &'static str,
    rules_sha256: &'static str,
}

#[derive(Serialize)]
struct AskedOut<'a> {
    year: Option<u16>,
    view: Option<&'static str>,
    leas: &'a [String],
    assume: &'a [String],
    without: &'a [String],
}

#[derive(Serialize)]
struct CopiesOut {
    counted: usize,
    other: usize,
    results: u64,
    newer: u64,
}

#[derive(Serialize)]
struct ListOut {
    path: String,
    kind: &'static str,
    entries: usize,
    sha256: Option<String>,
}

/// The choice of figures; what is not named is not narrowed.
#[derive(Serialize)]
struct ReconcileFilter<'a> {
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    entities: &'a [String],
    #[serde(skip_serializing_if = "<[u16]>::is_empty")]
    tests: &'a [u16],
    #[serde(skip_serializing_if = "Vec::is_empty")]
    grades: Vec<u16>,
    #[serde(skip_serializing_if = "<[u16]>::is_empty")]
    groups: &'a [u16],
    #[serde(skip_serializing_if = "Option::is_none")]
    cell: Option<String>,
}

#[derive(Serialize)]
struct ReconcileInput {
    path: String,
    member: Option<String>,
    view: &'static str,
    lea: Option<String>,
    records: u32,
    earlier: bool,
    sha256: Option<String>,
}

#[derive(Serialize)]
struct OfficialFigure {
    path: String,
    program: String,
    version: Option<u8>,
    rows: usize,
    unreadable_rows: u64,
    sha256: Option<String>,
}

#[derive(Serialize)]
struct Lea {
    lea: String,
    why: String,
}

#[derive(Serialize)]
struct ReconcileSummary {
    equal: u64,
    explained: u64,
    partly_explained: u64,
    unexplained: u64,
    within_suppression: u64,
    not_checkable: u64,
}

#[derive(Serialize)]
struct CauseOut {
    id: String,
    title: String,
    certainty: &'static str,
    parameters: BTreeMap<&'static str, String>,
    who: String,
    until: String,
    sources: Vec<String>,
    assumed: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    note: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    evidence: Option<EvidenceOut>,
    records: Vec<RecordLine>,
    cells: u64,
    mended: u32,
    broken: u32,
    rank: usize,
    tied_with: Vec<Tied>,
}

#[derive(Serialize)]
struct EvidenceOut {
    strength: &'static str,
    bits: i64,
    moved_right: u64,
    moved_wrong: u64,
    rows: u32,
}

#[derive(Serialize)]
struct PossibleOut {
    id: String,
    title: String,
    parameters: BTreeMap<&'static str, String>,
    evidence: EvidenceOut,
    records: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    look_up: Option<LookUpOut>,
}

#[derive(Serialize)]
struct PatternOut {
    id: &'static str,
    fits: u64,
    of: u64,
}

#[derive(Serialize)]
struct LookUpOut {
    entity: String,
    test: u16,
    grade: u8,
    records: usize,
}

#[derive(Serialize)]
struct Tied {
    id: String,
    parameters: BTreeMap<&'static str, String>,
}

#[derive(Serialize)]
struct RecordLine {
    input: usize,
    line: u32,
}

#[derive(Serialize)]
struct ResidueOut {
    cell: usize,
    amount: i64,
    groups: Vec<u16>,
}

#[derive(Serialize)]
struct NotCheckableOut {
    id: &'static str,
    what: String,
    decided_by: String,
    cells: u64,
}

#[derive(Serialize)]
struct ReconcileCellJson<'a> {
    entity: String,
    entity_type: u8,
    test: u16,
    grade: u8,
    group: u16,
    measure: &'static str,
    ours: Option<i64>,
    official: ShownFigure,
    status: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<&'static str>,
    steps: Vec<StepOut<'a>>,
    unexplained: i64,
}

#[derive(Serialize)]
struct ShownFigure {
    shown: String,
    lo: Option<i64>,
    hi: Option<i64>,
}

#[derive(Serialize)]
struct StepOut<'a> {
    cause: &'a str,
    rank: usize,
    amount: i64,
    bounded: bool,
    certainty: &'static str,
    records: Vec<RecordLine>,
}

/// The chosen cells, written one after the other.
struct ReconcileCells<'a> {
    of: &'a Reconciliation,
    chosen: &'a [usize],
}

impl Serialize for ReconcileCells<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        // From the first to the last: to find a single figure takes a walk of its own.
        let mut chosen = self.chosen.iter().peekable();
        let is_chosen = |(place, _): &(usize, _)| chosen.next_if(|one| *one == place).is_some();
        let cells = self.of.cells.iter().enumerate().filter(is_chosen);
        serializer.collect_seq(cells.map(|(_, cell)| cell_out(self.of, &cell)))
    }
}

fn filter_out(filter: &CellFilter) -> ReconcileFilter<'_> {
    ReconcileFilter {
        entities: &filter.entities,
        tests: &filter.tests,
        grades: filter.grades.iter().copied().map(u16::from).collect(),
        groups: &filter.groups,
        cell: filter.cell.as_ref().map(ToString::to_string),
    }
}

fn input(file: &InputFile) -> ReconcileInput {
    ReconcileInput {
        path: neutralise(&file.info.path.display().to_string()).into_owned(),
        member: file.info.member.as_ref().map(|member| neutralise(member).into_owned()),
        view: file.info.view.as_str(),
        lea: file.info.lea.clone(),
        records: file.records,
        earlier: file.is_earlier,
        sha256: file.sha256.clone(),
    }
}

fn asked(asked: &ReconcileRequest) -> AskedOut<'_> {
    AskedOut {
        year: asked.year,
        view: asked.view.map(View::as_str),
        leas: &asked.leas,
        assume: &asked.assume,
        without: &asked.without,
    }
}

fn copies(one: &Copies) -> CopiesOut {
    CopiesOut { counted: one.counted, other: one.other, results: one.results, newer: one.newer }
}

fn list(one: &ListInput) -> ListOut {
    let path = neutralise(&one.name).into_owned();
    ListOut { path, kind: one.kind, entries: one.entries, sha256: one.sha256.clone() }
}

/// What a hypothesis was found with, by name.
pub(super) fn parameters(with: &With) -> BTreeMap<&'static str, String> {
    match with {
        With::All => BTreeMap::new(),
        With::Text(text) => BTreeMap::from([("school", text.clone())]),
        With::After(day, last) => {
            let shown = |day: i32| show_day(i64::from(day));
            BTreeMap::from([("as_of", shown(*day)), ("as_of_latest", shown(*last))])
        }
    }
}

fn places(reconciliation: &Reconciliation, records: &[u32]) -> Vec<RecordLine> {
    let mut places: Vec<RecordLine> = records
        .iter()
        .filter_map(|record| reconciliation.records.get(*record as usize))
        .map(|place| RecordLine { input: place.input, line: place.line })
        .collect();
    places.sort_by_key(|place| (place.input, place.line));
    places
}

fn cause_out(reconciliation: &Reconciliation, found: &CauseFound) -> CauseOut {
    let cause = found.cause;
    CauseOut {
        id: cause.id.clone(),
        title: super::words::title(cause, &found.with),
        certainty: cause.certainty().as_str(),
        parameters: parameters(&found.with),
        who: cause.who.clone(),
        until: cause.until.clone(),
        sources: cause.sources.clone(),
        assumed: found.is_assumed,
        note: found.note,
        evidence: found.evidence.as_ref().map(evidence),
        records: places(reconciliation, &found.records),
        cells: found.cells,
        mended: found.mended,
        broken: found.broken,
        rank: found.rank,
        tied_with: found
            .tied_with
            .iter()
            .map(|(cause, with)| Tied { id: cause.id.clone(), parameters: parameters(with) })
            .collect(),
    }
}

fn possible(one: &PossibleCause) -> PossibleOut {
    PossibleOut {
        id: one.cause.id.clone(),
        title: super::words::title(one.cause, &one.with),
        parameters: parameters(&one.with),
        evidence: evidence(&one.evidence),
        records: one.records,
        look_up: one.look_up.map(|row| LookUpOut {
            entity: String::from_utf8_lossy(&row.code).into_owned(),
            test: row.test,
            grade: row.grade,
            records: row.records,
        }),
    }
}

fn pattern(one: &RestPattern) -> PatternOut {
    PatternOut { id: one.id, fits: one.fits, of: one.of }
}

fn evidence(one: &CauseEvidence) -> EvidenceOut {
    EvidenceOut {
        strength: one.strength().as_str(),
        bits: one.bits,
        moved_right: one.moved_right,
        moved_wrong: one.moved_wrong,
        rows: one.rows,
    }
}

fn cell_out<'a>(reconciliation: &'a Reconciliation, cell: &ComparedFigure<'_>) -> ReconcileCellJson<'a> {
    let interval = cell.official.interval();
    let bounds = interval.filter(|_| cell.official.state() != FigureState::Absent);
    ReconcileCellJson {
        entity: String::from_utf8_lossy(&cell.code).into_owned(),
        entity_type: cell.entity_type,
        test: cell.test,
        grade: cell.grade,
        group: cell.group,
        measure: cell.measure.id(),
        ours: cell.ours,
        official: ShownFigure {
            shown: neutralise(&cell.official.shown()).into_owned(),
            lo: bounds.map(Interval::lo),
            hi: bounds.map(Interval::hi),
        },
        status: cell.status.as_str(),
        reason: match cell.status {
            FigureStatus::NotCheckable(reason) => Some(reason),
            _ => None,
        },
        steps: cell.steps.iter().filter_map(|step| step_out(reconciliation, &step)).collect(),
        unexplained: cell.unexplained,
    }
}

fn step_out<'a>(reconciliation: &'a Reconciliation, step: &CellStep<'_>) -> Option<StepOut<'a>> {
    let found = reconciliation.causes.get(step.cause)?;
    Some(StepOut {
        cause: &found.cause.id,
        rank: found.rank,
        amount: step.amount,
        bounded: step.is_bounded,
        certainty: found.cause.certainty().as_str(),
        records: places(reconciliation, step.records),
    })
}

fn not_checkable(one: &NotCheckable) -> NotCheckableOut {
    NotCheckableOut { id: one.id, what: one.words.clone(), decided_by: one.decided_by.clone(), cells: one.cells }
}
