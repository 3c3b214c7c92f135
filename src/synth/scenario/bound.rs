//! Conditions and settings of the scenario tables, bound to the columns of a layout and to the
//! parameters of a scenario, so that asking every record costs little.

use super::super::fault::{Assignment, Condition, TemplateContext};
use super::super::named::NamedColumns;
use super::super::record::MadeRecord;
use crate::layout::Layout;

/// The parameters of a scenario: `as_of`, `school`, `school_1` …
pub(super) type Parameters = Vec<(&'static str, String)>;

/// What a cell is compared with.
#[derive(Clone, Debug)]
enum Operand {
    Text(Vec<u8>),
    Cell(NamedColumns),
}

#[derive(Clone, Debug)]
enum Is {
    OneOf(Vec<Operand>, bool),
    Filled(bool),
    After(Operand),
}

#[derive(Clone, Debug)]
struct CellDemand {
    cell: NamedColumns,
    is: Is,
}

/// Conditions and settings together.
#[derive(Clone, Debug)]
pub(super) struct BoundScenario {
    asked: Vec<CellDemand>,
    set: Vec<(NamedColumns, &'static str)>,
}

impl BoundScenario {
    pub(super) fn new(
        layout: &Layout,
        parameters: &Parameters,
        conditions: &[Condition],
        assignments: &[Assignment],
    ) -> Self {
        Self {
            asked: conditions.iter().filter_map(|one| asked(layout, parameters, one)).collect(),
            set: assignments.iter().map(|one| (NamedColumns::new(layout, one.field), one.text)).collect(),
        }
    }

    /// Whether a record fits.
    pub(super) fn fits(&self, record: &MadeRecord) -> bool {
        self.asked.iter().all(|asked| asked.holds(record))
    }

    /// Writes the cells; all texts are worked out before any is written.
    pub(super) fn apply(&self, layout: &Layout, parameters: &Parameters, record: &mut MadeRecord) {
        let scene = TemplateContext { layout, record, first: record, partner: None, number: 0, known: parameters };
        let texts: Vec<String> = self.set.iter().map(|(_, text)| scene.fill(text)).collect();
        for ((cell, _), text) in self.set.iter().zip(texts) {
            cell.set(record, text.as_bytes());
        }
    }
}

fn asked(layout: &Layout, parameters: &Parameters, condition: &Condition) -> Option<CellDemand> {
    let operand = |text: &&'static str| operand(layout, parameters, text);
    let (field, is) = match condition {
        Condition::OneOf { field, texts, wanted } => (field, Is::OneOf(texts.iter().map(operand).collect(), *wanted)),
        Condition::Filled { field, wanted } => (field, Is::Filled(*wanted)),
        Condition::After { field, text } => (field, Is::After(operand(text))),
        // These speak of more than the cells of one record, or of numbers: no scenario needs them.
        Condition::Above { .. } | Condition::Records(_) | Condition::NotFirst | Condition::Fresh(_) => return None,
    };
    Some(CellDemand { cell: NamedColumns::new(layout, field), is })
}

fn operand(layout: &Layout, parameters: &Parameters, text: &'static str) -> Operand {
    let Some(name) = text.strip_prefix('{').and_then(|rest| rest.strip_suffix('}')) else {
        return Operand::Text(text.as_bytes().to_vec());
    };
    let known = parameters.iter().find(|(known, _)| *known == name);
    known.map_or_else(|| Operand::Cell(NamedColumns::new(layout, name)), |(_, value)| Operand::Text(value.as_bytes().to_vec()))
}

impl Operand {
    fn text<'r>(&'r self, record: &'r MadeRecord) -> &'r [u8] {
        match self {
            Self::Text(text) => text,
            Self::Cell(cell) => cell.get(record),
        }
    }
}

impl CellDemand {
    fn holds(&self, record: &MadeRecord) -> bool {
        let value = self.cell.get(record);
        match &self.is {
            Is::OneOf(operands, wanted) => operands.iter().any(|one| one.text(record) == value) == *wanted,
            Is::Filled(wanted) => value.is_empty() != *wanted,
            // Days in ISO form stand in the order of their texts.
            Is::After(operand) => value > operand.text(record),
        }
    }
}
