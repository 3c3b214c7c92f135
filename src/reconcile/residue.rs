//! Where what is unexplained lies: the smallest entities, grades and groups that hold it.

use std::collections::{BTreeMap, BTreeSet};

use rustc_hash::FxHashMap;

use super::compared::{ComparedFigure, ComparedFigures, FigureStatus};
use super::code::{CdsCode};
use super::model::{Residue};
use super::value::{is_count};
use crate::counting::{CountingRules, GradeKind};
use crate::official::{ALL_STUDENTS, Measure};

type ResidueKey = (CdsCode, u16, u8, u16, Measure);

/// The unexplained counts that no smaller cells hold.
pub fn residues(cells: &ComparedFigures, counting: &CountingRules) -> Vec<Residue> {
    let unexplained: BTreeMap<ResidueKey, (usize, i64)> = cells
        .iter()
        .enumerate()
        .filter(|(_, cell)| matches!(cell.status, FigureStatus::Unexplained | FigureStatus::PartlyExplained))
        .map(|(place, cell)| (key(&cell), (place, cell.unexplained)))
        .collect();
    let districts = districts(&unexplained);
    let held: BTreeSet<ResidueKey> = unexplained
        .iter()
        .filter(|(key, (_, rest))| {
            is_held_by_schools(key, *rest, &districts) || is_held_by_grades(key, *rest, &unexplained, counting)
        })
        .map(|(key, _)| *key)
        .collect();
    let counts = unexplained.iter().filter(|(key, _)| is_count(key.4) && !held.contains(*key));
    let mut residues: Vec<Residue> = Vec::new();
    for (key, (cell, amount)) in counts {
        if key.3 != ALL_STUDENTS && is_told_by_all_students(key, *amount, &unexplained) {
            continue;
        }
        let groups = if key.3 == ALL_STUDENTS { groups_with(key, *amount, &unexplained) } else { Vec::new() };
        residues.push(Residue { cell: *cell, amount: *amount, groups });
    }
    // Means and percentages follow from counts; alone they are shown by themselves.
    if residues.is_empty() {
        residues.extend(unexplained.values().map(|(cell, amount)| Residue {
            cell: *cell,
            amount: *amount,
            groups: Vec::new(),
        }));
    }
    residues
}

fn key(cell: &ComparedFigure<'_>) -> ResidueKey {
    (cell.code, cell.test, cell.grade, cell.group, cell.measure)
}

/// A key without the digits of the school.
type DistrictKey = ([u8; 7], u16, u8, u16, Measure);

fn district_key(key: &ResidueKey) -> DistrictKey {
    let (code, test, grade, group, measure) = *key;
    let mut district = [0; 7];
    district.copy_from_slice(&code[..7]);
    (district, test, grade, group, measure)
}

/// How many figures of a district and its schools are unexplained, and what is left of all of them.
fn districts(all: &BTreeMap<ResidueKey, (usize, i64)>) -> FxHashMap<DistrictKey, (u32, i64)> {
    let mut districts: FxHashMap<DistrictKey, (u32, i64)> = FxHashMap::default();
    for (key, (_, rest)) in all {
        let (count, sum) = districts.entry(district_key(key)).or_default();
        *count += 1;
        *sum += rest;
    }
    districts
}

/// Whether schools hold all that is left of a cell.
fn is_held_by_schools(key: &ResidueKey, rest: i64, districts: &FxHashMap<DistrictKey, (u32, i64)>) -> bool {
    let code = &key.0;
    if code[7..] != *b"0000000" || code[2..7] == *b"00000" {
        return false;
    }
    districts.get(&district_key(key)).is_some_and(|(count, sum)| *count > 1 && sum - rest == rest)
}

/// Whether grades hold all that is left of a cell.
fn is_held_by_grades(key: &ResidueKey, rest: i64, all: &BTreeMap<ResidueKey, (usize, i64)>, counting: &CountingRules) -> bool {
    let (code, test, grade, group, measure) = *key;
    let members: Vec<u8> = match counting.grades.iter().find(|row| row.code == grade).map(|row| &row.kind) {
        Some(GradeKind::All) => {
            counting.grades.iter().filter(|row| row.kind == GradeKind::Grade).map(|row| row.code).collect()
        }
        Some(GradeKind::Sum(members) | GradeKind::ClassOf(members)) => members.clone(),
        _ => return false,
    };
    let grades = members.iter().filter_map(|grade| all.get(&(code, test, *grade, group, measure)));
    let grades: Vec<i64> = grades.map(|(_, rest)| *rest).collect();
    !grades.is_empty() && grades.iter().sum::<i64>() == rest
}

fn is_told_by_all_students(key: &ResidueKey, amount: i64, all: &BTreeMap<ResidueKey, (usize, i64)>) -> bool {
    let (code, test, grade, _, measure) = *key;
    all.get(&(code, test, grade, ALL_STUDENTS, measure)).is_some_and(|(_, whole)| whole.signum() == amount.signum())
}

fn groups_with(key: &ResidueKey, amount: i64, all: &BTreeMap<ResidueKey, (usize, i64)>) -> Vec<u16> {
    let (code, test, grade, _, measure) = *key;
    let of_cell = all.range((code, test, grade, ALL_STUDENTS + 1, Measure::Enrolled)..);
    let of_cell = of_cell.take_while(|((other, other_test, other_grade, ..), _)| {
        (*other, *other_test, *other_grade) == (code, test, grade)
    });
    of_cell
        .filter(|((.., other), (_, rest))| *other == measure && *rest == amount)
        .map(|((_, _, _, group, _), _)| *group)
        .collect()
}
