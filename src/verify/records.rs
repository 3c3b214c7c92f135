//! Reads score files record by record.

use std::path::PathBuf;

use crate::input::index::{Cursor, Index};
use crate::input::{Block, FileInfo, InputError, Opened, InputOptions, SurveyedPart, View, open, require_whole};
use crate::layout::FieldId;
use crate::rule::{RecordView, Stand, Stands};

/// A record with its cells as they stand in the file.
#[derive(Clone, Debug)]
pub struct StoredRecord {
    /// The file, by its place.
    pub input: usize,
    /// Its line.
    pub line: u64,
    /// The cell of each field; `None` where the file lacks it.
    cells: Vec<Option<Box<str>>>,
}

impl RecordView for StoredRecord {
    fn cell(&self, field: FieldId) -> &str {
        self.cells.get(field.index()).and_then(|cell| cell.as_deref()).unwrap_or_default()
    }
}

/// A record in which some fields have other values.
pub struct ChangedRecord<'a> {
    /// The record.
    pub record: &'a StoredRecord,
    /// The other values.
    pub stands: &'a Stands,
}

impl RecordView for ChangedRecord<'_> {
    fn cell(&self, field: FieldId) -> &str {
        match self.stands.get(&field) {
            None => self.record.cell(field),
            Some(Stand::Field(other)) => self.record.cell(*other),
            Some(Stand::Fixed(value)) => value,
        }
    }
}

/// Opens score files in the order in which they are counted: tested views first.
///
/// # Errors
/// When a file cannot be opened.
pub fn opened(paths: &[PathBuf], options: &InputOptions) -> Result<Vec<Opened>, InputError> {
    let mut files = open(paths, &InputOptions { survey: SurveyedPart::Whole, ..options.clone() })?;
    files.sort_by_key(|file| match file.info.view {
        View::Tested => 0,
        View::Unknown => 1,
        View::Enrolled => 2,
    });
    Ok(files)
}

/// Shows the records of a file; those with a wrong number of cells are `None`. The bytes read so far
/// are reported after each block.
///
/// # Errors
/// When the file cannot be read to its end.
pub fn each_record(
    input: usize,
    opened: Opened,
    progress: Option<&(dyn Fn(u64) + Sync)>,
    mut show: impl FnMut(Option<StoredRecord>),
) -> Result<u64, InputError> {
    let Opened { info, mut source, mut findings } = opened;
    let places = places(&info);
    let mut block = Block::default();
    let mut index = Index::of(&info).wanting(places.iter().copied().flatten());
    let (mut count, mut read) = (0, 0);
    while source.next(&mut block)? {
        let mut cursor = Cursor::default();
        while index.fill(&block, info.separator, &mut cursor) {
            let odd: Vec<usize> = index.odd().iter().map(|odd| odd.row).collect();
            for row in 0..index.rows() {
                count += 1;
                if odd.contains(&row) {
                    show(None);
                    continue;
                }
                let cell = |column: &Option<usize>| {
                    let bytes = index.cell(&block.bytes, row, (*column)?);
                    Some(String::from_utf8_lossy(bytes).into_owned().into_boxed_str())
                };
                let cells = places.iter().map(cell).collect();
                show(Some(StoredRecord { input, line: block.line + index.line(row), cells }));
            }
        }
        read += block.bytes.len() as u64;
        if let Some(progress) = progress {
            progress(read);
        }
    }
    findings.extend(source.take_findings());
    require_whole(&info, &findings)?;
    Ok(count)
}

fn places(info: &FileInfo) -> Vec<Option<usize>> {
    crate::layout::registry().fields().map(|(field, _)| info.column_of(field)).collect()
}
