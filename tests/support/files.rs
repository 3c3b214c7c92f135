//! Tiny score files made from the layout tables, in every form a user may bring, and a reader that
//! takes a file apart as the engine does.

use std::io::Write;
use std::path::{Path, PathBuf};

use scorelint::finding::FileFinding;
use scorelint::input::index::{Cursor, Index};
use scorelint::input::{Block, FileInfo, InputError, InputOptions, Opened, open};
use scorelint::layout::{Layout, registry};

/// A table of invented records.
#[derive(Clone)]
pub struct Sheet {
    pub layout: &'static Layout,
    pub header: Vec<String>,
    pub rows: Vec<Vec<String>>,
}

impl Sheet {
    /// Records that hold just enough to be distinguished.
    pub fn new(year: u16, records: usize) -> Self {
        let layout = registry().layout(year).unwrap();
        let header: Vec<String> = layout.fields.iter().map(|field| field.label().to_owned()).collect();
        let mut sheet = Self { layout, header, rows: vec![vec![String::new(); layout.fields.len()]; records] };
        for row in 0..records {
            sheet.set(row, "record_type", if row % 2 == 0 { "01" } else { "02" });
            sheet.set(row, "ssid", &format!("{:010}", 9_000_000_000 + row as u64));
            sheet.set(row, "last_name", "Quillfeather");
            sheet.set(row, "calpads_district_code", "58999990000000");
            sheet.set(row, "end_of_record", "ZZ");
        }
        sheet
    }

    pub fn column(&self, field: &str) -> usize {
        let id = registry().id(field).unwrap();
        self.layout.fields.iter().position(|one| one.id == Some(id)).unwrap()
    }

    pub fn set(&mut self, row: usize, field: &str, value: &str) {
        let column = self.column(field);
        self.rows[row][column] = value.to_owned();
    }

    pub fn set_all(&mut self, field: &str, value: &str) {
        (0..self.rows.len()).for_each(|row| self.set(row, field, value));
    }

    /// The text with a separator, quoted where it must be.
    pub fn delimited(&self, separator: char) -> String {
        let quoted = |cell: &String| match cell.contains([separator, '"', '\n']) && separator != '^' {
            true => format!("\"{}\"", cell.replace('"', "\"\"")),
            false => cell.clone(),
        };
        let line = |cells: &Vec<String>| cells.iter().map(quoted).collect::<Vec<_>>().join(&separator.to_string());
        std::iter::once(&self.header).chain(&self.rows).map(|cells| line(cells) + "\n").collect()
    }

    pub fn caret(&self) -> String {
        self.delimited('^')
    }

    /// Fixed-width records, by the widths of the layout.
    pub fn fixed(&self) -> String {
        let cell = |(value, field): (&String, &scorelint::layout::Field)| {
            let (start, end) = field.span.unwrap();
            let width = (end - start + 1) as usize;
            format!("{value:<width$}")
        };
        let line = |row: &Vec<String>| row.iter().zip(&self.layout.fields).map(cell).collect::<String>() + "\n";
        self.rows.iter().map(line).collect()
    }

    /// A workbook of texts, with these rows above the header.
    pub fn workbook(&self, banner: &[&str]) -> Vec<u8> {
        let mut counting = rust_xlsxwriter::Workbook::new();
        let sheet = counting.add_worksheet();
        let mut row = 0;
        for line in banner {
            sheet.write_string(row, 0, *line).unwrap();
            row += 1;
        }
        for cells in std::iter::once(&self.header).chain(&self.rows) {
            for (column, cell) in cells.iter().enumerate().filter(|(_, cell)| !cell.is_empty()) {
                sheet.write_string(row, column as u16, cell).unwrap();
            }
            row += 1;
        }
        counting.save_to_buffer().unwrap()
    }
}

pub fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    packer.write_all(bytes).unwrap();
    packer.finish().unwrap()
}

pub fn zip(members: &[(&str, &[u8])]) -> Vec<u8> {
    let mut writer = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, bytes) in members {
        writer.start_file(*name, zip::write::SimpleFileOptions::default()).unwrap();
        writer.write_all(bytes).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

pub fn utf16(text: &str, little: bool) -> Vec<u8> {
    let units = std::iter::once(0xFEFF).chain(text.encode_utf16());
    units.flat_map(|unit| if little { unit.to_le_bytes() } else { unit.to_be_bytes() }).collect()
}

pub fn utf32(text: &str, little: bool) -> Vec<u8> {
    let letters = std::iter::once('\u{FEFF}').chain(text.chars()).map(u32::from);
    letters.flat_map(|one| if little { one.to_le_bytes() } else { one.to_be_bytes() }).collect()
}

pub fn windows_1252(text: &str) -> Vec<u8> {
    encoding_rs::WINDOWS_1252.encode(text).0.into_owned()
}

/// A folder of files that goes away with the test.
pub struct Folder(tempfile::TempDir);

impl Folder {
    pub fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    pub fn path(&self) -> &Path {
        self.0.path()
    }

    pub fn write(&self, name: &str, bytes: impl AsRef<[u8]>) -> PathBuf {
        let path = self.0.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, bytes).unwrap();
        path
    }
}

/// A file read to its end.
#[derive(Debug)]
pub struct ReadFile {
    pub info: FileInfo,
    pub findings: Vec<FileFinding>,
    pub rows: Vec<Vec<String>>,
    pub lines: Vec<u64>,
    /// Line and number of cells of odd rows.
    pub odd: Vec<(u64, u32)>,
    pub sha256: Option<String>,
}

impl ReadFile {
    pub fn codes(&self) -> Vec<&'static str> {
        let mut codes: Vec<_> = self.findings.iter().map(|one| one.code).collect();
        codes.sort_unstable();
        codes
    }

    pub fn detected(&self, what: &str) -> Vec<String> {
        let of = self.info.detected.iter().filter(|one| one.what == what);
        of.map(|one| format!("{}: {}", one.value, one.why)).collect()
    }
}

/// Reads all records of an opened file.
pub fn drain(mut file: Opened) -> Result<ReadFile, InputError> {
    let columns = file.info.columns.len();
    let (mut block, mut index) = (Block::default(), Index::of(&file.info));
    let (mut rows, mut lines, mut odd) = (Vec::new(), Vec::new(), Vec::new());
    while file.source.next(&mut block)? {
        let mut cursor = Cursor::default();
        while index.fill(&block, file.info.separator, &mut cursor) {
            for row in 0..index.rows() {
                let cell = |column| String::from_utf8(index.cell(&block.bytes, row, column).to_vec()).unwrap();
                rows.push((0..columns).map(cell).collect());
                lines.push(block.line + index.line(row));
            }
            odd.extend(index.odd().iter().map(|one| (block.line + index.line(one.row), one.cells)));
        }
    }
    let mut findings = file.findings;
    findings.extend(file.source.take_findings());
    Ok(ReadFile { info: file.info, findings, rows, lines, odd, sha256: file.source.sha256() })
}

pub fn read_with(path: &Path, options: &InputOptions) -> Result<ReadFile, InputError> {
    let mut files = open(&[path.to_owned()], options)?;
    assert_eq!(files.len(), 1);
    drain(files.remove(0))
}

pub fn read(path: &Path) -> ReadFile {
    read_with(path, &InputOptions::default()).unwrap()
}

pub fn refused(path: &Path) -> InputError {
    read_with(path, &InputOptions::default()).unwrap_err()
}
