//! What one record adds to the official numbers, by the counting rules one record at a time:
//! two records of one student that add the same are no difference.

use super::super::named::column_named;
use super::super::record::{Col, MadeRecord};
use crate::counting::{CountingRules, GradeKind, GradeRows};
use crate::layout::{FieldId, Layout, registry};
use crate::rule::{RecordView, Truth, number, text, truth};

/// What a record adds, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct CountedRecord {
    entity: (u8, String),
    test: u16,
    grade: i64,
    tested: bool,
    /// Score and level of a record that counts as scored.
    result: Option<(Option<i64>, Option<i64>)>,
    groups: Vec<usize>,
}

/// Tells what records add.
pub(super) struct Counter<'a> {
    counting: &'a CountingRules,
    /// The column of each field, by its number.
    columns: Vec<Col>,
    /// The tests that have official numbers.
    tests: Vec<u16>,
}

struct CountedCells<'a> {
    record: &'a MadeRecord,
    columns: &'a [Col],
}

impl RecordView for CountedCells<'_> {
    fn cell(&self, field: FieldId) -> &str {
        let column = self.columns.get(field.index()).copied().unwrap_or(Col::NONE);
        std::str::from_utf8(self.record.get(column)).unwrap_or_default()
    }
}

impl<'a> Counter<'a> {
    /// For the tests that are published.
    pub(super) fn new(counting: &'a CountingRules, layout: &Layout, tests: Vec<u16>) -> Self {
        let columns = registry().fields().map(|(_, info)| column_named(layout, info.name)).collect();
        Self { counting, columns, tests }
    }

    /// What a record adds; `None` for one that no official number counts.
    pub(super) fn counted(&self, record: &MadeRecord) -> Option<CountedRecord> {
        let cells = CountedCells { record, columns: &self.columns };
        let small = |value: Option<i64>| value.and_then(|value| u8::try_from(value).ok());
        let test = self.counting.test_of(small(number(&self.counting.measures.record_type, &cells))?)?;
        let class = self.counting.classes.iter().find(|class| truth(&class.condition, &cells) == Truth::True)?;
        let grade = number(&self.counting.measures.grade, &cells)?;
        let is_counted = class.rows == GradeRows::Grade && (class.enrolled || class.tested);
        if !is_counted || !self.tests.contains(&test.id) || !self.has_row(small(Some(grade))?) {
            return None;
        }
        let groups = self.counting.groups.iter().enumerate();
        let result = class
            .with_scores
            .then(|| (number(&self.counting.measures.score, &cells), number(&self.counting.measures.level, &cells)));
        Some(CountedRecord {
            entity: self.entity(&cells)?,
            test: test.id,
            grade,
            tested: class.tested,
            result,
            groups: groups
                .filter(|(_, group)| truth(&group.condition, &cells) == Truth::True)
                .map(|(place, _)| place)
                .collect(),
        })
    }

    fn has_row(&self, grade: u8) -> bool {
        self.counting.grades.iter().any(|row| row.kind == GradeKind::Grade && row.code == grade)
    }

    fn entity(&self, cells: &CountedCells<'_>) -> Option<(u8, String)> {
        let place = self.counting.places.iter().find(|place| truth(&place.when, cells) == Truth::True)?;
        let code = text(&place.code, cells).trim().to_owned();
        Some((place.entity_type, if place.district_level { code.repeat(2) } else { code }))
    }
}
