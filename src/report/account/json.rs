//! The account for programs, `scorelint/account/1`. Described by
//! `docs/schemas/account-1.schema.json`.

use std::io::{self, Write};

use serde::{Serialize, Serializer};

use crate::account::{Account, AccountError, Accounts, AccountCell, Dimension, CubeEntity, CellFigures, FileAccount, CubeFilter, Sharing};
use crate::counting::{entity_type_name, underivable_groups};
use crate::layout::registry;
use crate::privacy::json;
use crate::privacy::text::neutralise;

/// The name and version of the form; the number changes when a reader of the old form would fail.
const SCHEMA: &str = "scorelint/account/1";

/// Writes the accounts of all years.
///
/// # Errors
/// When the writer fails.
pub fn write(out: &mut dyn Write, all: &Accounts, filter: &CubeFilter, sharing: Sharing) -> io::Result<()> {
    let accounts = all.years.as_slice();
    let report = AccountDocument {
        schema: SCHEMA,
        tool: AccountTool { name: env!("CARGO_PKG_NAME"), version: env!("CARGO_PKG_VERSION") },
        shared: sharing == Sharing::Shared,
        incomplete: all.is_incomplete(),
        unreadable: all.unreadable.iter().map(unreadable).collect(),
        years: accounts.iter().map(|account| year(account, filter, sharing)).collect(),
        cells: AccountCells(accounts, filter, sharing),
        classes: AccountClasses(accounts, filter, sharing),
    };
    json::write_compact(out, &report)?;
    writeln!(out)
}

#[derive(Serialize)]
struct AccountDocument<'a> {
    schema: &'static str,
    tool: AccountTool,
    shared: bool,
    /// Whether a file, or a part of one, is missing from all counts.
    incomplete: bool,
    unreadable: Vec<AccountUnreadable>,
    years: Vec<AccountYear<'a>>,
    cells: AccountCells<'a>,
    classes: AccountClasses<'a>,
}

#[derive(Serialize)]
struct AccountTool {
    name: &'static str,
    version: &'static str,
}

#[derive(Serialize)]
struct AccountUnreadable {
    path: String,
    message: String,
}

#[derive(Serialize)]
struct AccountYear<'a> {
    year: u16,
    title: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    by_layout_of: Option<u16>,
    files: Vec<AccountFile>,
    records: u64,
    reasons: Vec<Reason<'a>>,
    contradictions: Vec<AccountContradiction<'a>>,
    entities: Vec<EntityOut>,
    tests: Vec<TestOut<'a>>,
    groups: Vec<GroupOut<'a>>,
    other_ways: Vec<OtherWay<'a>>,
    groups_not_told: Vec<NotTold>,
    limits: Vec<AccountLimit>,
    /// Left out of shared tables: it would tell how many students are left out of it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    participation: Vec<ParticipationOut>,
}

/// The participation rate of accountability of an entity and subject.
#[derive(Serialize)]
struct ParticipationOut {
    entity: String,
    entity_type: u8,
    subject: String,
    expected: u64,
    tested: u64,
    percent: f64,
    below_line: bool,
}

#[derive(Serialize)]
struct AccountFile {
    path: String,
    member: Option<String>,
    view: &'static str,
    lea: Option<String>,
    records: u64,
    repeated: u64,
    unreadable: u64,
    unidentified: u64,
    #[serde(rename = "untold")]
    not_known: Vec<NotKnown>,
    losses: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    damage: Option<String>,
}

#[derive(Serialize)]
struct NotKnown {
    what: String,
    missing_column: &'static str,
}

#[derive(Serialize)]
struct Reason<'a> {
    id: &'a str,
    reason: &'a str,
    records: Option<u64>,
}

#[derive(Serialize)]
struct AccountContradiction<'a> {
    id: &'a str,
    words: &'a str,
    record_type: String,
    records: Option<u64>,
}

#[derive(Serialize)]
struct EntityOut {
    entity: String,
    entity_type: u8,
    type_name: &'static str,
    name: String,
    /// Whether the files hold all records that its LEA has of it.
    whole: bool,
}

#[derive(Serialize)]
struct TestOut<'a> {
    test: u16,
    name: &'a str,
    record_type: String,
}

#[derive(Serialize)]
struct GroupOut<'a> {
    group: u16,
    name: &'a str,
    category: &'a str,
    certainty: &'static str,
}

/// What a variant of all students means.
#[derive(Serialize)]
struct OtherWay<'a> {
    variant: &'a str,
    words: &'a str,
    certainty: &'static str,
}

#[derive(Serialize)]
struct NotTold {
    group: u16,
    name: String,
}

#[derive(Serialize)]
struct AccountLimit {
    id: &'static str,
    text: &'static str,
}

fn year<'a>(account: &'a Account, filter: &CubeFilter, sharing: Sharing) -> AccountYear<'a> {
    let counting = &account.counting;
    let shown = |records: u64| account.shown_count(records, sharing);
    let reasons = account.reasons();
    let counts: Vec<u64> = reasons.iter().map(|(.., records)| *records).collect();
    let reasons = reasons.into_iter().zip(account.shown_parts(&counts, sharing));
    AccountYear {
        year: counting.year,
        title: registry().title(counting.year),
        by_layout_of: registry().base(counting.year),
        files: account.files.iter().map(file).collect(),
        records: account.records(),
        reasons: reasons.map(|((id, reason, _), records)| Reason { id, reason, records }).collect(),
        contradictions: account
            .cube
            .contradictions()
            .filter_map(|(record_type, place, records)| {
                let one = counting.contradictions.get(place)?;
                let record_type = format!("{record_type:02}");
                Some(AccountContradiction { id: &one.id, words: &one.words, record_type, records: shown(records) })
            })
            .collect(),
        entities: account
            .cube
            .entities()
            .filter(|(entity, _)| entity.entity_type != 0 && filter.has_entity(*entity))
            .map(|(entity, name)| entity_out(account, entity, name))
            .collect(),
        tests: counting
            .tests
            .iter()
            .map(|test| TestOut { test: test.id, name: &test.name, record_type: test.record_type.to_string() })
            .collect(),
        groups: counting
            .groups
            .iter()
            .map(|group| GroupOut {
                group: group.id,
                name: &group.name,
                category: &group.category,
                certainty: group.certainty.as_str(),
            })
            .collect(),
        other_ways: counting
            .class_variants
            .iter()
            .map(|one| OtherWay { variant: &one.label, words: &one.words, certainty: one.certainty.as_str() })
            .collect(),
        groups_not_told: underivable_groups(counting.year)
            .into_iter()
            .map(|(group, name)| NotTold { group, name })
            .collect(),
        limits: account.limits().into_iter().map(|(id, text)| AccountLimit { id, text }).collect(),
        participation: participation(account, filter, sharing),
    }
}

fn participation(account: &Account, filter: &CubeFilter, sharing: Sharing) -> Vec<ParticipationOut> {
    let all = account.participation().into_iter().filter(|one| sharing == Sharing::Internal && filter.has_entity(one.entity));
    let out = all.map(|one| ParticipationOut {
        entity: one.entity.code_text(),
        entity_type: one.entity.entity_type,
        subject: one.rule.subject.clone(),
        expected: one.expected,
        tested: one.took_part,
        percent: decimal(one.rate(), 100),
        below_line: one.is_low(),
    });
    out.collect()
}

fn file(file: &FileAccount) -> AccountFile {
    AccountFile {
        path: file.info.path.display().to_string(),
        member: file.info.member.clone(),
        view: file.info.view.as_str(),
        lea: file.info.lea.clone(),
        records: file.records,
        repeated: file.repeated,
        unreadable: file.unreadable,
        unidentified: file.unidentified,
        not_known: file
            .not_known
            .iter()
            .map(|(what, missing_column)| NotKnown { what: what.clone(), missing_column })
            .collect(),
        losses: file.losses.clone(),
        damage: file.damage(),
    }
}

fn unreadable(error: &AccountError) -> AccountUnreadable {
    let harmless = |text: &str| neutralise(text).into_owned();
    AccountUnreadable { path: harmless(error.path()), message: harmless(&error.reason()) }
}

fn entity_out(account: &Account, entity: CubeEntity, name: &str) -> EntityOut {
    EntityOut {
        entity: entity.code_text(),
        entity_type: entity.entity_type,
        type_name: entity_type_name(entity.entity_type),
        name: neutralise(name).into_owned(),
        whole: account.is_whole(entity),
    }
}

/// Written one by one: there may be very many.
struct AccountCells<'a>(&'a [Account], &'a CubeFilter, Sharing);

impl Serialize for AccountCells<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self(accounts, filter, sharing) = self;
        serializer.collect_seq(
            accounts
                .iter()
                .flat_map(|account| account.cells(filter, *sharing).map(move |cell| AccountCellJson::new(account, &cell))),
        )
    }
}

#[derive(Serialize)]
struct AccountCellJson<'a> {
    year: u16,
    entity: String,
    entity_type: u8,
    test: u16,
    grade: u8,
    group: u16,
    #[serde(flatten)]
    figures: FiguresOut,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    variants: Vec<VariantOut<'a>>,
}

#[derive(Serialize)]
struct VariantOut<'a> {
    variant: &'a str,
    #[serde(flatten)]
    figures: FiguresOut,
}

#[derive(Serialize)]
struct FiguresOut {
    enrolled: Option<u64>,
    tested: Option<u64>,
    participation: Option<f64>,
    with_scores: Option<u64>,
    mean: Option<f64>,
    score_sum: Option<u64>,
    levels: Vec<u64>,
    level_percents: Vec<f64>,
    met_and_above: Option<u64>,
    met_and_above_percent: Option<f64>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    suppressed: bool,
}

/// Hundredths as a number with two decimals.
#[allow(clippy::cast_precision_loss)] // shares and means are far below 2^52
fn decimal(number: u64, parts: u32) -> f64 {
    number as f64 / f64::from(parts)
}

impl FiguresOut {
    fn new(figures: &CellFigures) -> Self {
        let results = figures.results.as_ref();
        Self {
            enrolled: figures.enrolled,
            tested: figures.tested,
            participation: figures.participation().map(|one| decimal(one, 100)),
            with_scores: figures.with_scores,
            mean: results.and_then(|one| one.mean).map(|one| decimal(one, 10)),
            score_sum: results.map(|one| one.score_sum),
            levels: results.map(|one| one.levels.clone()).unwrap_or_default(),
            level_percents: results
                .map(|one| one.shares.iter().map(|share| decimal(*share, 100)).collect())
                .unwrap_or_default(),
            met_and_above: results.and_then(|one| one.met).map(|(met, _)| met),
            met_and_above_percent: results.and_then(|one| one.met).map(|(_, share)| decimal(share, 100)),
            suppressed: figures.hidden,
        }
    }
}

impl<'a> AccountCellJson<'a> {
    fn new(account: &Account, cell: &AccountCell<'a>) -> Self {
        Self {
            year: account.counting.year,
            entity: cell.entity.code_text(),
            entity_type: cell.entity.entity_type,
            test: cell.test.id,
            grade: cell.grade,
            group: account.counting.groups.get(cell.group).map_or(0, |group| group.id),
            figures: FiguresOut::new(&cell.figures),
            variants: cell
                .variants
                .iter()
                .map(|(variant, figures)| VariantOut { variant, figures: FiguresOut::new(figures) })
                .collect(),
        }
    }
}

struct AccountClasses<'a>(&'a [Account], &'a CubeFilter, Sharing);

#[derive(Serialize)]
struct ClassOut<'a> {
    year: u16,
    /// Blank for records of no place.
    entity: Option<String>,
    entity_type: Option<u8>,
    test: Option<u16>,
    record_type: String,
    class: &'a str,
    reason: &'a str,
    certainty: &'static str,
    records: Option<u64>,
}

impl Serialize for AccountClasses<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self(accounts, filter, sharing) = self;
        let all = accounts.iter().filter(|_| filter.tells(Dimension::Reason)).flat_map(|account| {
            let counted = account.shown_classes(*sharing);
            counted.filter(|(entity, ..)| filter.has_entity(*entity)).filter_map(
                |(entity, record_type, class, records)| {
                    let class = account.counting.classes.get(class)?;
                    let test = account.counting.test_of(record_type).map(|test| test.id);
                    let wanted = filter.tests.is_empty() || test.is_some_and(|test| filter.has_test(test));
                    let placed = entity.entity_type != 0;
                    wanted.then(|| ClassOut {
                        year: account.counting.year,
                        entity: placed.then(|| entity.code_text()),
                        entity_type: placed.then_some(entity.entity_type),
                        test,
                        record_type: format!("{record_type:02}"),
                        class: &class.id,
                        reason: &class.reason,
                        certainty: class.certainty.as_str(),
                        records,
                    })
                },
            )
        });
        serializer.collect_seq(all)
    }
}
