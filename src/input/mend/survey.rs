//! Goes through the records of a file and finds out what was done to its columns.

use super::column::ColumnReading;
use super::dates::{DayOrder, SERIAL_STARTS};
use super::facts::ColumnFacts;
use super::{Mends, DamageSurvey};
use crate::input::index::{Cursor, Index};
use crate::input::{Block, BlockSource, FileInfo, InputError, Meaning};
use crate::layout::registry;
use crate::rule::read;

/// The columns of a file under survey.
struct Columns {
    year: u16,
    facts: Vec<ColumnFacts>,
}

/// Surveys a file, given its first block and, in `again`, how to read it from its start. Only where the first
/// block holds damage are all blocks gone through; else its columns are watched while it is read.
///
/// # Errors
/// When the file cannot be read a second time.
pub(in crate::input) fn survey(
    info: &FileInfo,
    first: &Block,
    again: impl FnOnce() -> Result<Box<dyn BlockSource>, InputError>,
) -> Result<DamageSurvey, InputError> {
    let mut columns = Columns::of(info);
    let mut index = Index::of(info);
    columns.take(first, info.separator, &mut index);
    match (columns.facts.iter().any(ColumnFacts::has_odd), first.last) {
        (true, false) => survey_whole(info, again()?.as_mut()),
        (false, false) => Ok(columns.watched()),
        (_, true) => Ok(columns.settle()),
    }
}

/// Surveys all blocks of a file.
///
/// # Errors
/// When the file cannot be read to its end.
pub(in crate::input) fn survey_whole(info: &FileInfo, source: &mut dyn BlockSource) -> Result<DamageSurvey, InputError> {
    let (mut columns, mut index, mut block) = (Columns::of(info), Index::of(info), Block::default());
    while source.next(&mut block)? {
        columns.take(&block, info.separator, &mut index);
    }
    Ok(columns.settle())
}

impl Columns {
    fn of(info: &FileInfo) -> Self {
        let layout = registry().layout(info.year);
        let reading = |meaning| match meaning {
            Meaning::Field(id) => Some((Some(id), ColumnReading::of(layout?, id)?)),
            Meaning::Filler => Some((None, ColumnReading::of_filler())),
            Meaning::Extra => None,
        };
        let facts = info.columns.iter().enumerate().filter_map(|(place, column)| {
            let (field, reading) = reading(column.meaning)?;
            Some(ColumnFacts::new(place, field, reading))
        });
        Self { year: info.year, facts: facts.collect() }
    }

    fn take(&mut self, block: &Block, separator: u8, index: &mut Index) {
        let mut cursor = Cursor::default();
        while index.fill(block, separator, &mut cursor) {
            let odd = index.odd().iter().fold(0u64, |odd, row| odd | 1 << row.row);
            for row in (0..index.rows()).filter(|row| odd >> row & 1 == 0) {
                let (line, byte) = (block.line + index.line(row), block.offset + u64::from(index.start(row)));
                for facts in &mut self.facts {
                    facts.take_from(index, &block.bytes, row, line, byte);
                }
            }
        }
    }

    fn watched(self) -> DamageSurvey {
        let columns = self.facts.into_iter().map(ColumnFacts::into_watched);
        let watched = columns.filter_map(|(place, column)| Some((place, column?))).collect();
        DamageSurvey { mends: Mends { watched, ..Mends::default() }, ..DamageSurvey::default() }
    }

    fn settle(self) -> DamageSurvey {
        let orders: Vec<Vec<DayOrder>> = self.facts.iter().map(ColumnFacts::orders).collect();
        let order_of_file = match orders.concat().as_slice() {
            [first, rest @ ..] if rest.iter().all(|order| order == first) => Some(*first),
            _ => None,
        };
        let serials: Vec<i64> = self.facts.iter().flat_map(ColumnFacts::testing_serials).collect();
        let is_of_year = |start: &i64| {
            let year = |serial: &i64| read::school_year(*serial - start);
            !serials.is_empty() && serials.iter().all(|serial| year(serial) == i64::from(self.year))
        };
        let starts: Vec<i64> = SERIAL_STARTS.into_iter().filter(is_of_year).collect();
        let serial_start = match starts.as_slice() {
            [start] => Some(*start),
            _ => None,
        };
        let mut survey = DamageSurvey::default();
        for (mend, findings) in self.facts.into_iter().filter_map(|facts| facts.settle(order_of_file, serial_start)) {
            survey.mends.columns.push(mend);
            survey.findings.extend(findings);
        }
        let DamageSurvey { mends: Mends { columns, .. }, .. } = &mut survey;
        columns.retain(|column| column.mended() > 0 || column.unreadable > 0);
        survey
    }
}

impl ColumnFacts {
    fn take_from(&mut self, index: &Index, bytes: &[u8], row: usize, line: u64, byte: u64) {
        self.take(index.cell(bytes, row, self.place()), line, byte);
    }
}
