//! Which compared figures are wanted.

use super::cell_name::CellName;
use super::compared::Cell;

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
    pub fn has(&self, cell: &Cell<'_>) -> bool {
        let code = String::from_utf8_lossy(&cell.code).into_owned();
        (self.entities.is_empty() || self.entities.iter().any(|wanted| code.starts_with(wanted.as_str())))
            && (self.tests.is_empty() || self.tests.contains(&cell.test))
            && (self.grades.is_empty() || self.grades.contains(&cell.grade))
            && (self.groups.is_empty() || self.groups.contains(&cell.group))
            && self.cell.as_ref().is_none_or(|name| name.names(cell))
    }
}
