//! A file with all that a check may look at: its rows by what they are about, the rows that belong
//! to a whole, and the lists given with it.

use std::collections::{HashMap, HashSet};

use crate::counting::{Suppression, suppression_of};
use crate::official::knowledge::{Program, knowledge};
use crate::official::lookups::EntityList;
use crate::official::model::{Measure, OfficialFile, OfficialRow, RowKey};
use crate::official::set::OfficialSet;

/// What a check looks at.
pub struct Scene<'a> {
    /// Everything that was given.
    pub set: &'a OfficialSet,
    /// The place of the file in it.
    pub place: usize,
    /// The file.
    pub file: &'a OfficialFile,
    /// What the year hides.
    pub limits: Suppression,
    /// The entity list of the year, if one was given.
    pub list: Option<&'a EntityList>,
    rows: HashMap<RowKey, usize>,
    parts: HashMap<RowKey, Vec<usize>>,
    codes: HashSet<[u8; 14]>,
}

/// Whether all rows that belong to a whole are there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Extent {
    /// They are.
    Whole,
    /// Some may have been left out of the file.
    Unknown,
}

/// A total with the rows it is made of.
pub struct Whole<'a> {
    pub total: &'a OfficialRow,
    pub parts: Vec<&'a OfficialRow>,
    pub extent: Extent,
}

impl<'a> Scene<'a> {
    /// The scene of one file of a set.
    pub fn of(set: &'a OfficialSet, place: usize) -> Option<Self> {
        let file = set.files.get(place)?;
        let mut rows = HashMap::with_capacity(file.rows.len());
        let mut parts: HashMap<RowKey, Vec<usize>> = HashMap::new();
        for (number, row) in file.rows.iter().enumerate() {
            rows.entry(row.key()).or_insert(number);
            if let Some(code) = code_above(row) {
                parts.entry(RowKey { code, ..row.key() }).or_default().push(number);
            }
        }
        let codes = file.rows.iter().map(|row| row.place.code).collect();
        let list = set.entities_of(file.year).next();
        Some(Self { set, place, file, limits: suppression_of(file.year), list, rows, parts, codes })
    }

    /// A row by what it is about.
    pub fn row(&self, key: RowKey) -> Option<&'a OfficialRow> {
        self.rows.get(&key).and_then(|place| self.file.rows.get(*place))
    }

    /// The place of the column that has a figure.
    pub fn column(&self, measure: Measure) -> Option<usize> {
        let plain = self.file.headings.iter().map(|name| crate::layout::plain_name(name));
        let mut known = plain.map(|name| knowledge().measure(crate::official::Kind::Scores, &name));
        known.position(|known| known == Some(measure.id()))
    }

    /// The rows of one grade row, with the rows of the grades it is made of.
    pub fn grades(&self, total: u8, of: impl Fn(&Program) -> Vec<u8>) -> impl Iterator<Item = Whole<'a>> {
        let totals = self.file.rows.iter().filter(move |row| row.grade == total);
        totals.filter_map(move |total| {
            let grades = of(knowledge().program_of(total.test)?);
            let parts: Vec<&OfficialRow> =
                grades.iter().filter_map(|grade| self.row(RowKey { grade: *grade, ..total.key() })).collect();
            let extent = if parts.len() == grades.len() { Extent::Whole } else { Extent::Unknown };
            Some(Whole { total, parts, extent })
        })
    }

    /// The rows of districts, counties and the state, with the rows of their parts. Left out where
    /// the type of a part is not known.
    pub fn entities(&self) -> impl Iterator<Item = Whole<'a>> {
        let totals = self.file.rows.iter().filter(|row| matches!(row.place.entity_type, 4..=6));
        totals.filter_map(|total| {
            let parts = self.parts.get(&total.key()).map(Vec::as_slice).unwrap_or_default();
            let parts: Vec<&OfficialRow> = parts.iter().filter_map(|place| self.file.rows.get(*place)).collect();
            let is_known = self.has_known_types(total);
            is_known.then(|| Whole { total, parts, extent: self.extent(total) })
        })
    }

    /// Schools of a file without types can be charters that stand beside the district.
    fn has_known_types(&self, total: &OfficialRow) -> bool {
        let unknown = |row: &&OfficialRow| row.place.entity_type == 0 && is_within(&row.place.code, total);
        total.place.entity_type == 4 || !self.untyped().any(|row| unknown(&row))
    }

    fn untyped(&self) -> impl Iterator<Item = &'a OfficialRow> {
        // Files have types for all entities or for none of the schools.
        let first = self.file.rows.iter().find(|row| row.place.entity_type == 0);
        first.into_iter().flat_map(|_| self.file.rows.iter().filter(|row| row.place.entity_type == 0))
    }

    /// Whether the file has rows of every part of an entity: by the entity list, and for the state
    /// by the 58 counties.
    fn extent(&self, total: &OfficialRow) -> Extent {
        const COUNTIES: usize = 58;
        if total.place.entity_type == 4 {
            let counties = self.codes.iter().filter(|code| code[2..].iter().all(|one| *one == b'0')).count();
            // The state itself is one of them.
            return if counties > COUNTIES { Extent::Whole } else { Extent::Unknown };
        }
        let Some(list) = self.list else { return Extent::Unknown };
        let is_part = |code: &[u8; 14], entity_type: u8| {
            is_within(code, total) && *code != total.place.code && belongs(entity_type, total.place.entity_type)
        };
        let mut parts = list.entities.iter().filter(|(code, entity)| is_part(code, entity.entity_type)).peekable();
        let any = parts.peek().is_some();
        if any && parts.all(|(code, _)| self.codes.contains(code)) { Extent::Whole } else { Extent::Unknown }
    }
}

/// The entity that a row is a part of: schools and locally funded charters of their district,
/// districts and direct-funded charters of their county, counties of the state.
fn code_above(row: &OfficialRow) -> Option<[u8; 14]> {
    let digits = match row.place.entity_type {
        7 | 10 => 7,
        6 | 9 => 2,
        5 => 0,
        _ => return None,
    };
    let mut code = [b'0'; 14];
    code.get_mut(..digits)?.copy_from_slice(row.place.code.get(..digits)?);
    Some(code)
}

fn belongs(part: u8, whole: u8) -> bool {
    matches!((part, whole), (7 | 10, 6) | (6 | 9, 5) | (5, 4))
}

fn is_within(code: &[u8; 14], total: &OfficialRow) -> bool {
    let digits = match total.place.entity_type {
        6 => 7,
        5 => 2,
        _ => 0,
    };
    code[..digits] == total.place.code[..digits]
}
