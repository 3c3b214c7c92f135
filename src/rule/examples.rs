//! Runs the examples of rules through the reference interpreter and says where something else
//! comes out.

use std::collections::HashMap;

use crate::layout::{FieldId, registry};

use super::error::{RuleMistake, RuleError};
use super::example::ENTITY;
use super::interpret::truth;
use super::ir::{Demand, Instance, Truth};
use super::model::{Example, ExampleRow, Expect, Rule, Scope, SecondKind, SecondTable, Severity};
use super::registry::RuleSet;
use super::ir::{Match, MatchedCell, SecondFile};
use super::record::{Matched, RecordView, SecondFiles};
use super::second::match_key;
use super::sets::{StudentGroups, judge_set};

/// The record of an example row: fields that are not named are blank.
pub struct ExampleRecord<'e> {
    cells: HashMap<FieldId, &'e str>,
    files: &'e ExampleFiles<'e>,
}

impl<'e> ExampleRecord<'e> {
    /// The record of a row, judged with second files.
    pub fn new(row: &'e ExampleRow, files: &'e ExampleFiles<'e>) -> Self {
        Self { cells: by_field(&row.cells), files }
    }
}

fn by_field(cells: &[(String, String)]) -> HashMap<FieldId, &str> {
    cells.iter().filter_map(|(name, value)| Some((registry().id(name)?, value.as_str()))).collect()
}

impl RecordView for ExampleRecord<'_> {
    fn cell(&self, field: FieldId) -> &str {
        self.cells.get(&field).copied().unwrap_or_default()
    }

    fn second_files(&self) -> &dyn SecondFiles {
        self.files
    }
}

/// The second files of an example: the reference for what matching means.
pub struct ExampleFiles<'e> {
    year: u16,
    tables: &'e [SecondTable],
}

impl<'e> ExampleFiles<'e> {
    /// The second files of an example.
    pub fn of(example: &'e Example) -> Self {
        Self { year: example.year, tables: &example.second }
    }

    fn rows(&self, file: SecondFile) -> impl Iterator<Item = &'e [(String, String)]> {
        let (kind, year) = match file {
            SecondFile::Earlier(before) => (SecondKind::Earlier, self.year.saturating_sub(before)),
            SecondFile::Roster => (SecondKind::Roster, self.year),
            SecondFile::Checked => (SecondKind::Checked, self.year),
        };
        let tables = self.tables.iter().filter(move |table| (table.kind, table.year) == (kind, year));
        tables.flat_map(|table| &table.rows).map(Vec::as_slice)
    }

    fn matching(&self, of: &Match, record: &dyn RecordView) -> Vec<HashMap<FieldId, &'e str>> {
        let Some(key) = match_key(&of.by, record) else {
            return Vec::new();
        };
        let fits = |cells: &HashMap<FieldId, &'e str>| match_key(&of.by, &ExampleCells(cells)).as_ref() == Some(&key);
        self.rows(of.file).map(by_field).filter(fits).collect()
    }
}

struct ExampleCells<'e>(&'e HashMap<FieldId, &'e str>);

impl RecordView for ExampleCells<'_> {
    fn cell(&self, field: FieldId) -> &str {
        self.0.get(&field).copied().unwrap_or_default()
    }
}

impl SecondFiles for ExampleFiles<'_> {
    fn has(&self, of: &Match, record: &dyn RecordView) -> bool {
        !self.matching(of, record).is_empty()
    }

    fn cell(&self, cell: &MatchedCell, record: &dyn RecordView) -> Matched<'_> {
        let rows = self.matching(&cell.of, record);
        let mut cells = rows.iter().map(|row| row.get(&cell.field).copied().unwrap_or_default().trim());
        let first = cells.next().unwrap_or_default();
        if cells.all(|other| other == first) { Matched::Cell(first) } else { Matched::Unclear }
    }

    fn entity_type(&self, code: &str) -> Option<i64> {
        let lists = self.tables.iter().filter(|table| (table.kind, table.year) == (SecondKind::Entities, self.year));
        let mut types = lists.flat_map(|table| &table.rows).filter_map(|row| {
            let cell = |heading: &str| row.iter().find(|(name, _)| name == heading).map(|(_, cell)| cell.as_str());
            let (listed, kind) = (cell(ENTITY[0])?, cell(ENTITY[1])?);
            let is_school = code.len() == 7 && code.bytes().any(|digit| digit != b'0');
            let is_meant = listed == code || (is_school && listed.ends_with(code));
            if is_meant { kind.parse::<i64>().ok() } else { None }
        });
        let first = types.next()?;
        types.all(|other| other == first).then_some(first)
    }
}

/// How one instance judges one record.
pub fn judge_record(instance: &Instance, record: &dyn RecordView) -> Expect {
    let Demand::Record(require) = &instance.demand else {
        return Expect::NotApplicable;
    };
    match (truth(&instance.when, record), truth(require, record)) {
        (Truth::False, _) => Expect::NotApplicable,
        (Truth::Unknown, _) | (Truth::True, Truth::Unknown) => Expect::Undecidable,
        (Truth::True, Truth::True) => Expect::Held,
        (Truth::True, Truth::False) => Expect::Broke { severity: None, field: label(instance) },
    }
}

fn label(instance: &Instance) -> Option<String> {
    instance.labels.first().map(|id| registry().info(*id).name.to_owned())
}

/// Every example of the rule that comes out otherwise than stated. Example files of file rules
/// are not run here: they are read like any other file.
///
/// # Errors
/// A mistake in the conditions of the rule.
pub fn run_examples(
    set: &RuleSet,
    rule: &Rule,
    student_groups: &dyn StudentGroups,
) -> Result<Vec<RuleError>, Box<RuleError>> {
    let mut wrong = Vec::new();
    if rule.scope.is_built_in() {
        return Ok(wrong);
    }
    for example in &rule.examples {
        if !rule.years.contains(example.year) {
            let line = example.rows.first().map_or(1, |row| row.line);
            let message = format!("example is of {}, which is none of the years of the rule", example.year);
            wrong.extend(mismatch(set, rule, line, message, "here"));
            continue;
        }
        let instances = set.bind(rule, example.year)?;
        wrong.extend(foreign_columns(set, rule, example));
        let severity = set.severity(rule, example.year);
        let judged = if rule.scope == Scope::Set {
            judge_rows(example, &instances, student_groups)
        } else {
            let files = ExampleFiles::of(example);
            example.rows.iter().map(|row| (row, judge_row(row, &files, &instances))).collect()
        };
        for (row, outcomes) in judged {
            let found = strongest(&outcomes);
            if !agrees(&row.expect, &outcomes, severity) {
                let message = format!("example comes out as {}", described(found, severity));
                let label = format!("stated: {}", described(&row.expect, severity));
                wrong.extend(mismatch(set, rule, row.line, message, &label));
            }
        }
    }
    Ok(wrong)
}

fn foreign_columns(set: &RuleSet, rule: &Rule, example: &Example) -> Option<RuleError> {
    let layout = registry().layout(example.year)?;
    let row = example.rows.first()?;
    let lacking = |name: &&(String, String)| registry().id(&name.0).is_some_and(|id| !layout.has(id));
    let (name, _) = row.cells.iter().find(lacking)?;
    let message = format!("the layout of {} has no field `{name}`", example.year);
    mismatch(set, rule, row.line, message, "its heading is above this line")
}

fn judge_row(row: &ExampleRow, files: &ExampleFiles<'_>, instances: &[Instance]) -> Vec<Expect> {
    let record = ExampleRecord::new(row, files);
    instances.iter().map(|instance| judge_record(instance, &record)).collect()
}

fn judge_rows<'e>(
    example: &'e Example,
    instances: &[Instance],
    student_groups: &dyn StudentGroups,
) -> Vec<(&'e ExampleRow, Vec<Expect>)> {
    let files = ExampleFiles::of(example);
    let records: Vec<ExampleRecord<'_>> = example.rows.iter().map(|row| ExampleRecord::new(row, &files)).collect();
    let views: Vec<&dyn RecordView> = records.iter().map(|record| record as &dyn RecordView).collect();
    let fields: Vec<FieldId> = registry().fields().map(|(id, _)| id).collect();
    let judge = |instance: &Instance| {
        let Demand::Set(test) = &instance.demand else {
            return Expect::NotApplicable;
        };
        let outcome = judge_set(&instance.when, test, &views, &fields, student_groups);
        if outcome.groups.iter().any(|group| group.broke) {
            return Expect::Broke { severity: None, field: label(instance) };
        }
        match (outcome.groups.is_empty(), outcome.undecided) {
            (false, _) => Expect::Held,
            (true, 0) => Expect::NotApplicable,
            (true, _) => Expect::Undecidable,
        }
    };
    let outcomes: Vec<Expect> = instances.iter().map(judge).collect();
    example.rows.last().map(|row| (row, outcomes)).into_iter().collect()
}

/// One broken instance breaks the rule; else one that holds makes it hold.
fn strongest(outcomes: &[Expect]) -> &Expect {
    let rank = |outcome: &&Expect| match outcome {
        Expect::Broke { .. } => 3,
        Expect::Held => 2,
        Expect::Undecidable => 1,
        Expect::NotApplicable | Expect::Refused | Expect::Part => 0,
    };
    outcomes.iter().rev().max_by_key(rank).unwrap_or(&Expect::NotApplicable)
}

fn agrees(stated: &Expect, outcomes: &[Expect], severity: Severity) -> bool {
    let Expect::Broke { severity: stated_severity, field: stated_field } = stated else {
        return strongest(outcomes) == stated;
    };
    let at_field = |outcome: &Expect| match outcome {
        Expect::Broke { field, .. } => stated_field.is_none() || field == stated_field,
        _ => false,
    };
    stated_severity.is_none_or(|stated| stated == severity) && outcomes.iter().any(at_field)
}

/// The outcome in words, with the severity of the year where the example leaves it open.
fn described(outcome: &Expect, severity: Severity) -> String {
    match outcome {
        Expect::Broke { severity: None, field } => {
            Expect::Broke { severity: Some(severity), field: field.clone() }.to_string()
        }
        outcome => outcome.to_string(),
    }
}

fn mismatch(set: &RuleSet, rule: &Rule, line: usize, message: String, label: &str) -> Option<RuleError> {
    let source = set.source(rule)?;
    let start = source.text.split_inclusive('\n').take(line.saturating_sub(1)).map(str::len).sum::<usize>();
    let length = source.text.get(start..)?.lines().next().map_or(0, str::len);
    let message = format!("{}: {message}", rule.code);
    Some(*RuleMistake::new(0..0, message, label).in_file(&source, start..start + length))
}
