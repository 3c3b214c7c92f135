//! Chooses compared figures by entity, test, grade and student group.

use std::collections::BTreeSet;

use super::cell_name::{CellName, CellNameError, they_have};
use super::compared::{ComparedFigure};
use super::model::{Reconciliation};
use crate::official::Measure;

/// Which figures are shown.
#[derive(Clone, Debug, Default)]
pub struct CellFilter {
    /// Codes of entities: all fourteen digits, or the first of them; all where it is empty.
    pub entities: Vec<String>,
    /// Official test numbers; all where it is empty.
    pub tests: Vec<u16>,
    /// Grade rows; all where it is empty.
    pub grades: Vec<u8>,
    /// Official group numbers; all where it is empty.
    pub groups: Vec<u16>,
    /// Only this figure.
    pub cell: Option<CellName>,
}

impl CellFilter {
    /// Whether all figures are shown.
    pub fn is_all(&self) -> bool {
        let Self { entities, tests, grades, groups, cell } = self;
        entities.is_empty() && tests.is_empty() && grades.is_empty() && groups.is_empty() && cell.is_none()
    }

    /// Whether a figure is wanted.
    pub fn has(&self, cell: &ComparedFigure<'_>) -> bool {
        let code = String::from_utf8_lossy(&cell.code).into_owned();
        (self.entities.is_empty() || self.entities.iter().any(|wanted| code.starts_with(wanted.as_str())))
            && (self.tests.is_empty() || self.tests.contains(&cell.test))
            && (self.grades.is_empty() || self.grades.contains(&cell.grade))
            && (self.groups.is_empty() || self.groups.contains(&cell.group))
            && self.cell.as_ref().is_none_or(|name| name.names(cell))
    }
}

/// Makes sure that each part of a choice of figures names some.
///
/// # Errors
/// When the official files have none of an entity, test, grade row or student group.
pub fn check_filter(filter: &CellFilter, all: &Reconciliation) -> Result<(), CellNameError> {
    for entity in &filter.entities {
        if all.cells.iter().all(|cell| !cell.code.starts_with(entity.as_bytes())) {
            let name = CellName { entity: entity.clone(), test: 0, grade: 0, group: 0, measure: Measure::Tested };
            return Err(name.unknown_entity(all));
        }
    }
    let check = |what: &str, wanted: Vec<u16>, of: fn(&ComparedFigure<'_>) -> u16| {
        let known: BTreeSet<u16> = all.cells.iter().map(|cell| of(&cell)).collect();
        let Some(unknown) = wanted.into_iter().find(|one| !known.contains(one)) else { return Ok(()) };
        Err(CellNameError { what: format!("the official files have no {what} {unknown}"), help: they_have(&known) })
    };
    check("test", filter.tests.clone(), |cell| cell.test)?;
    check("grade row", filter.grades.iter().copied().map(u16::from).collect(), |cell| u16::from(cell.grade))?;
    check("student group", filter.groups.clone(), |cell| cell.group)
}
