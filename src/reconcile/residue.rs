//! Where what is unexplained lies: the smallest entities, grades and groups that hold it.

use std::collections::{BTreeMap, BTreeSet};

use super::grid::Code;
use super::model::{Cell, Residue, Status};
use super::value::is_count;
use crate::counting::{Book, GradeKind};
use crate::official::{ALL_STUDENTS, Measure};

type Key = (Code, u16, u8, u16, Measure);

/// The unexplained counts that no smaller cells hold.
pub fn residues(cells: &[Cell], book: &Book) -> Vec<Residue> {
    let unexplained: BTreeMap<Key, (usize, i64)> = cells
        .iter()
        .enumerate()
        .filter(|(_, cell)| cell.status == Status::Unexplained)
        .map(|(place, cell)| (key(cell), (place, cell.unexplained)))
        .collect();
    let held: BTreeSet<Key> = unexplained
        .iter()
        .filter(|(key, (_, rest))| is_held(key, *rest, &unexplained, book))
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
    // Means and percentages follow from counts; alone they are told for themselves.
    if residues.is_empty() {
        residues.extend(unexplained.values().map(|(cell, amount)| Residue {
            cell: *cell,
            amount: *amount,
            groups: Vec::new(),
        }));
    }
    residues
}

fn key(cell: &Cell) -> Key {
    (cell.code, cell.test, cell.grade, cell.group, cell.measure)
}

/// Whether schools or grades hold all that is left of a cell.
fn is_held(key: &Key, rest: i64, all: &BTreeMap<Key, (usize, i64)>, book: &Book) -> bool {
    let (code, test, grade, group, measure) = *key;
    let sum = |parts: &mut dyn Iterator<Item = i64>| {
        let parts: Vec<i64> = parts.collect();
        !parts.is_empty() && parts.iter().sum::<i64>() == rest
    };
    if code[7..] == *b"0000000" && code[2..7] != *b"00000" {
        let schools = all.iter().filter(|((other, ..), _)| other[..7] == code[..7] && *other != code);
        let same = schools.filter(|(other, _)| (other.1, other.2, other.3, other.4) == (test, grade, group, measure));
        if sum(&mut same.map(|(_, (_, rest))| *rest)) {
            return true;
        }
    }
    let members: Vec<u8> = match book.grades.iter().find(|row| row.code == grade).map(|row| &row.kind) {
        Some(GradeKind::All) => {
            book.grades.iter().filter(|row| row.kind == GradeKind::Grade).map(|row| row.code).collect()
        }
        Some(GradeKind::Sum(members) | GradeKind::ClassOf(members)) => members.clone(),
        _ => return false,
    };
    let grades = members.iter().filter_map(|grade| all.get(&(code, test, *grade, group, measure)));
    sum(&mut grades.map(|(_, rest)| *rest))
}

fn is_told_by_all_students(key: &Key, amount: i64, all: &BTreeMap<Key, (usize, i64)>) -> bool {
    let (code, test, grade, _, measure) = *key;
    all.get(&(code, test, grade, ALL_STUDENTS, measure)).is_some_and(|(_, whole)| whole.signum() == amount.signum())
}

fn groups_with(key: &Key, amount: i64, all: &BTreeMap<Key, (usize, i64)>) -> Vec<u16> {
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
