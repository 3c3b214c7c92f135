//! The name of one figure, `58999990000000/1/5/1/tested`, and what to tell somebody whose name or
//! choice of figures names none.

use std::collections::BTreeSet;
use std::fmt;

use super::compared::{ComparedFigure};
use super::code::{CdsCode};
use super::model::{Reconciliation};
use crate::official::Measure;
use crate::privacy::text::neutralise;
use crate::rule::closest;

/// The name of a figure.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CellName {
    pub(super) entity: String,
    pub(super) test: u16,
    pub(super) grade: u8,
    pub(super) group: u16,
    pub(super) measure: Measure,
}

/// Why a name names no figure.
#[derive(Debug, thiserror::Error, miette::Diagnostic)]
#[error("{what}")]
pub struct CellNameError {
    pub(super) what: String,
    #[help]
    pub(super) help: String,
}

impl fmt::Display for CellName {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}/{}/{}/{}/{}", self.entity, self.test, self.grade, self.group, self.measure.id())
    }
}

const FORM: &str = "write ENTITY/TEST/GRADE/GROUP/MEASURE, as 58999990000000/1/5/1/tested";
/// Names listed at most.
const LISTED: usize = 8;

impl CellName {
    /// Reads a name.
    ///
    /// # Errors
    /// When a part is missing or wrong.
    pub fn read(text: &str) -> Result<Self, CellNameError> {
        let wrong = |what: String| CellNameError { what: neutralise(&what).into_owned(), help: FORM.to_owned() };
        let parts: Vec<&str> = text.split('/').collect();
        let [entity, test, grade, group, measure] = parts.as_slice() else {
            return Err(wrong(format!("{text} names no figure: five parts are expected, not {}", parts.len())));
        };
        if entity.len() != 14 || !entity.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(wrong(format!("{entity} is no code of an entity: fourteen digits are expected")));
        }
        let number =
            |part: &str, what: &str| part.parse::<u16>().map_err(|_| wrong(format!("{part} is no number of a {what}")));
        let (test, group) = (number(test, "test")?, number(group, "student group")?);
        let grade =
            u8::try_from(number(grade, "grade row")?).map_err(|_| wrong(format!("there is no grade {grade}")))?;
        let Some(measure) = Measure::ALL.into_iter().find(|one| one.id() == *measure) else {
            let compared = |one: &Measure| !matches!(one, Measure::TotalTested | Measure::TotalWithScores);
            return Err(unknown_measure(measure, Measure::ALL.into_iter().filter(compared).map(Measure::id)));
        };
        Ok(Self { entity: (*entity).to_owned(), test, grade, group, measure })
    }

    /// Whether it is the name of a figure.
    pub(super) fn names(&self, cell: &ComparedFigure) -> bool {
        cell.code == *self.entity.as_bytes()
            && (cell.test, cell.grade, cell.group, cell.measure) == (self.test, self.grade, self.group, self.measure)
    }

    /// The figure of a reconciliation.
    ///
    /// # Errors
    /// When the official files have no such figure; the error says what they have.
    pub fn find<'r>(&self, all: &'r Reconciliation) -> Result<ComparedFigure<'r>, CellNameError> {
        let mut cells: Vec<ComparedFigure<'r>> = all.cells.iter().filter(|cell| cell.code == *self.entity.as_bytes()).collect();
        if cells.is_empty() {
            return Err(self.unknown_entity(all));
        }
        let name = cells.first().map_or_else(String::new, |cell| neutralise(&all.name_of(&cell.code)).into_owned());
        let narrow = |cells: &mut Vec<ComparedFigure<'r>>, what: String, own: u16, of: fn(&ComparedFigure<'_>) -> u16| {
            let known: BTreeSet<u16> = cells.iter().map(of).collect();
            cells.retain(|cell| of(cell) == own);
            if !cells.is_empty() {
                return Ok(());
            }
            Err(CellNameError { what: format!("the official files have no {what} of {name}"), help: they_have(&known) })
        };
        let (test, grade, group) = (self.test, u16::from(self.grade), self.group);
        narrow(&mut cells, format!("test {test}"), test, |cell| cell.test)?;
        narrow(&mut cells, format!("grade row {grade} in test {test}"), grade, |cell| u16::from(cell.grade))?;
        let what = format!("student group {group} in test {test}, grade row {grade}");
        narrow(&mut cells, what, group, |cell| cell.group)?;
        let found = cells.iter().find(|cell| cell.measure == self.measure);
        found.copied().ok_or_else(|| unknown_measure(self.measure.id(), cells.iter().map(|cell| cell.measure.id())))
    }

    pub(super) fn unknown_entity(&self, all: &Reconciliation) -> CellNameError {
        let codes: BTreeSet<CdsCode> = all.cells.iter().map(|cell| cell.code).collect();
        let codes: BTreeSet<String> = codes.iter().map(|code| String::from_utf8_lossy(code).into_owned()).collect();
        let nearest = closest(&self.entity, codes.iter().map(String::as_str));
        let named = |code: &str| {
            let name = code.as_bytes().try_into().ok().map(|code| all.name_of(&code)).filter(|name| name != code);
            name.map_or_else(|| code.to_owned(), |name| format!("{code} ({})", neutralise(&name)))
        };
        let help = nearest.map_or_else(
            || {
                let listed: Vec<&str> = codes.iter().take(LISTED).map(String::as_str).collect();
                let more = if codes.len() > LISTED { " …" } else { "" };
                format!("they have {}{more}", listed.join(", "))
            },
            |nearest| format!("did you mean {}?", named(nearest)),
        );
        CellNameError { what: format!("the official files have no entity {}", self.entity), help }
    }
}

pub(super) fn they_have(known: &BTreeSet<u16>) -> String {
    let known: Vec<String> = known.iter().map(u16::to_string).collect();
    format!("they have {}", known.join(", "))
}

fn unknown_measure<'a>(measure: &str, known: impl Iterator<Item = &'a str> + Clone) -> CellNameError {
    let all: Vec<&str> = known.clone().collect();
    let listed = format!("known are {}", all.join(", "));
    let help = closest(measure, known).map_or_else(|| listed.clone(), |one| format!("did you mean {one}? {listed}"));
    CellNameError { what: format!("there is no figure called {}", neutralise(measure)), help }
}
