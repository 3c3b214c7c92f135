//! Evaluates single conditions on given records with the compiled engine, so that tests and fuzz targets can compare
//! it with the reference interpreter.

use std::collections::BTreeSet;
use std::path::PathBuf;

use super::compiler::Compiler;
use super::evaluate::{Batch, ThreadState};
use super::fields::Reads;
use super::records::BatchRecords;
use super::second_data::SecondData;
use crate::input::index::{Cursor, Index};
use crate::input::{Block, Cells, Column, Dialect, Encoding, FileInfo, Meaning, View};
use crate::layout::{FieldId, registry};
use crate::rule::{Expr, RecordView, SecondFiles, Truth};

/// What the engine says to a condition for each of the records.
///
/// The records become blocks of cells as the quoted and fixed-width readers make them, so cells may
/// hold anything, separators and line ends included.
pub fn truths_of(expr: &Expr, records: &[&dyn RecordView]) -> Vec<Truth> {
    answers(expr, records, SecondData::default())
}

/// The same with second files.
pub fn truths_with(
    expr: &Expr,
    records: &[&dyn RecordView],
    files: impl SecondFiles + Send + Sync + 'static,
) -> Vec<Truth> {
    answers(expr, records, SecondData::new(files))
}

fn answers(expr: &Expr, views: &[&dyn RecordView], second: SecondData) -> Vec<Truth> {
    let reads = Reads::of(expr);
    let fields = reads.fields.into_iter().chain(reads.keys).chain(registry().id("record_type"));
    let fields: Vec<FieldId> = fields.collect::<BTreeSet<_>>().into_iter().collect();
    let info = file_of(&fields);
    let mut compiler = Compiler::new(&info, &[]).with(second);
    let node = compiler.node(expr);
    let program = compiler.finish();
    let block = block_of(&fields, views);
    let mut state = ThreadState::new(&program);
    let mut records = BatchRecords::new(&program.kept);
    let mut index = Index::new(fields.len());
    let mut cursor = Cursor::default();
    let mut answers = Vec::with_capacity(views.len());
    loop {
        records.clear();
        state.begin();
        while !records.is_full() && index.fill(&block, info.separator, &mut cursor) {
            let window = records.take(&index);
            state.take(&program, &index, &block.bytes, window);
        }
        if records.len() == 0 {
            return answers;
        }
        let batch = Batch { program: &program, records: &records, bytes: &block.bytes, valid: records.valid() };
        let truths = state.truths(&batch, node);
        answers.extend((0..records.len()).map(|row| match () {
            () if truths.yes.has(row) => Truth::True,
            () if truths.unknown.has(row) => Truth::Unknown,
            () => Truth::False,
        }));
    }
}

fn file_of(fields: &[FieldId]) -> FileInfo {
    let column = |field: &FieldId| Column {
        name: registry().info(*field).title.to_owned(),
        meaning: Meaning::Field(*field),
        number: None,
    };
    FileInfo {
        path: PathBuf::new(),
        member: None,
        year: registry().years().next_back().unwrap_or_default(),
        dialect: Dialect::Comma,
        separator: b',',
        trailing_cell: false,
        encoding: Encoding::Utf8,
        view: View::Unknown,
        lea: None,
        detected: Vec::new(),
        columns: fields.iter().map(column).collect(),
        mends: None,
        first_line: 1,
        bytes: None,
    }
}

fn block_of(fields: &[FieldId], records: &[&dyn RecordView]) -> Block {
    let mut bytes = Vec::new();
    let mut cells = Cells { columns: fields.len(), ..Cells::default() };
    for (number, record) in (0..).zip(records) {
        cells.starts.push(bytes.len() as u32);
        cells.offsets.push(bytes.len() as u64);
        cells.lines.push(number);
        for field in fields {
            bytes.extend_from_slice(record.cell(*field).as_bytes());
            cells.ends.push(bytes.len() as u32);
            bytes.push(b',');
        }
    }
    Block { bytes, cells: Some(cells), last: true, ..Block::default() }
}
