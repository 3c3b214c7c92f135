//! The forms in which a table of records is saved: texts, workbooks, archives.

use std::io::{Error, Write as _};

use rust_xlsxwriter::{Format, Workbook, Worksheet, XlsxError};

use super::{FormResave, ResavedFile, SavedTable};
use crate::layout::{FieldKind, Layout, plain_name};
use crate::synth::calendar::serial_of;

/// A line under the records.
const REMARK: &str = "* Results of June are preliminary.";

/// Writes a table in a form; as a caret file where there is none.
pub(super) fn write(
    mut table: SavedTable,
    layout: &Layout,
    form: Option<FormResave>,
) -> Result<ResavedFile, Error> {
    use FormResave as Form;
    let as_csv = |bytes: Vec<u8>| Ok(ResavedFile { bytes, ending: "csv" });
    let caret = |table: &SavedTable| table.delimited('^');
    let Some(form) = form else { return as_csv(caret(&table).into_bytes()) };
    match form {
        Form::Comma => as_csv(table.delimited(',').into_bytes()),
        Form::Tab => Ok(ResavedFile { bytes: table.delimited('\t').into_bytes(), ending: "tsv" }),
        Form::QuotedCells => as_csv(table.lines(|cells| cells.iter().map(|cell| quoted(cell)).collect::<Vec<_>>().join(",")).into_bytes()),
        Form::CommasAtEnds => as_csv(table.lines(commas_at_end).into_bytes()),
        Form::QuotedLines => as_csv(table.lines(|cells| quoted(&cells.join("^"))).into_bytes()),
        Form::Mark => as_csv(("\u{FEFF}".to_owned() + &caret(&table)).into_bytes()),
        Form::Utf16 => {
            let units = "\u{FEFF}".encode_utf16().chain(caret(&table).encode_utf16().collect::<Vec<_>>());
            as_csv(units.flat_map(u16::to_le_bytes).collect())
        }
        Form::Utf32 => {
            let letters = "\u{FEFF}".chars().chain(caret(&table).chars().collect::<Vec<_>>()).map(u32::from);
            as_csv(letters.flat_map(u32::to_le_bytes).collect())
        }
        Form::Windows1252 => as_csv(encoding_rs::WINDOWS_1252.encode(&caret(&table)).0.into_owned()),
        Form::Returns => as_csv(caret(&table).replace('\n', "\r\n").into_bytes()),
        Form::LoneReturns => as_csv(caret(&table).replace('\n', "\r").into_bytes()),
        Form::Gzip => {
            let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
            packer.write_all(caret(&table).as_bytes())?;
            Ok(ResavedFile { bytes: packer.finish()?, ending: "csv.gz" })
        }
        Form::Zip => {
            let mut writer = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
            writer.start_file("scores.csv", zip::write::SimpleFileOptions::default()).map_err(Error::other)?;
            writer.write_all(caret(&table).as_bytes())?;
            let bytes = writer.finish().map_err(Error::other)?.into_inner();
            Ok(ResavedFile { bytes, ending: "zip" })
        }
        Form::TrailingCells => as_csv(table.lines(|cells| cells.join("^") + "^").into_bytes()),
        Form::BannerRow => as_csv(("Student scores\n".to_owned() + &table.delimited(',')).into_bytes()),
        Form::TotalsRow => {
            table.total();
            as_csv(table.delimited(',').into_bytes())
        }
        Form::Remarks => as_csv((table.delimited(',') + "\n" + REMARK + "\n").into_bytes()),
        Form::BlankRows => {
            table.rows.insert(table.rows.len() / 2, vec![String::new(); table.header.len()]);
            as_csv(table.delimited(',').into_bytes())
        }
        Form::HeaderTwice => {
            table.rows.insert(table.rows.len() / 2, table.header.clone());
            as_csv(caret(&table).into_bytes())
        }
        Form::JoinedHeader => as_csv(caret(&table).replacen('\n', "", 1).into_bytes()),
        Form::ColumnOrder => {
            let mut order: Vec<usize> = (0..table.header.len()).collect();
            order.sort_by_key(|place| (table.header[*place].to_lowercase(), *place));
            table.keep(&order);
            as_csv(table.delimited(',').into_bytes())
        }
        Form::NoFillers => {
            let is_filler = |name: &str| plain_name(name).trim_end_matches(|one: char| one.is_ascii_digit()) == "blank";
            let kept: Vec<usize> = (0..table.header.len()).filter(|place| !is_filler(&table.header[*place])).collect();
            table.keep(&kept);
            as_csv(table.delimited(',').into_bytes())
        }
        Form::Columns256 => {
            table.keep(&(0..table.header.len().min(256)).collect::<Vec<_>>());
            as_csv(table.delimited(',').into_bytes())
        }
        Form::Workbook
        | Form::WorkbookNumbers
        | Form::WorkbookTitle
        | Form::WorkbookCarets
        | Form::WorkbookSheets
        | Form::WorkbookHidden
        | Form::WorkbookTotals => {
            let bytes = workbook(table, layout, form).map_err(Error::other)?;
            Ok(ResavedFile { bytes, ending: "xlsx" })
        }
    }
}

impl SavedTable {
    /// All lines, each made by `line` of its cells.
    fn lines(&self, line: impl Fn(&[String]) -> String) -> String {
        std::iter::once(&self.header).chain(&self.rows).map(|cells| line(cells) + "\n").collect()
    }

    /// The text with a separator, quoted where needed, but for carets.
    fn delimited(&self, separator: char) -> String {
        let cell = |cell: &String| match separator != '^' && cell.contains([separator, '"', '\n']) {
            true => quoted(cell),
            false => cell.clone(),
        };
        self.lines(|cells| cells.iter().map(cell).collect::<Vec<_>>().join(&separator.to_string()))
    }

    fn keep(&mut self, places: &[usize]) {
        let kept = |cells: &Vec<String>| places.iter().filter_map(|place| cells.get(*place).cloned()).collect();
        self.header = kept(&self.header);
        self.rows.iter_mut().for_each(|row| *row = kept(row));
    }

    /// Puts a row of totals under the records.
    fn total(&mut self) {
        let mut total = vec![String::new(); self.header.len()];
        if let Some((first, rest)) = total.split_first_mut() {
            "Total".clone_into(first);
            if let Some(second) = rest.first_mut() {
                *second = self.rows.len().to_string();
            }
        }
        self.rows.push(total);
    }
}

fn quoted(cell: &str) -> String {
    format!("\"{}\"", cell.replace('"', "\"\""))
}

/// A line of a caret file as a spreadsheet writes it that has split it at its commas.
fn commas_at_end(cells: &[String]) -> String {
    let line = cells.join("^");
    if line.contains(',') { line } else { line + "," }
}

fn workbook(table: SavedTable, layout: &Layout, form: FormResave) -> Result<Vec<u8>, XlsxError> {
    use FormResave as Form;
    let mut book = Workbook::new();
    match form {
        Form::WorkbookNumbers => numbers(book.add_worksheet(), &table, layout)?,
        Form::WorkbookCarets => {
            let sheet = book.add_worksheet();
            for (row, line) in (0..).zip(table.lines(|cells| cells.join("^")).lines()) {
                for (column, part) in (0..).zip(line.split(',')) {
                    sheet.write_string(row, column, part)?;
                }
            }
        }
        Form::WorkbookTitle => {
            let sheet = book.add_worksheet();
            sheet.write_string(0, 0, "Student scores")?;
            texts(sheet, &table, 1)?;
        }
        Form::WorkbookTotals => {
            let mut table = table;
            table.total();
            let sheet = book.add_worksheet();
            texts(sheet, &table, 0)?;
            sheet.write_string(table.rows.len() as u32 + 2, 0, REMARK)?;
        }
        Form::WorkbookSheets => {
            let mut first = table;
            let rows = first.rows.split_off(first.rows.len() / 2);
            let second = SavedTable { header: first.header.clone(), rows };
            texts(book.add_worksheet().set_name("North")?, &first, 0)?;
            texts(book.add_worksheet().set_name("South")?, &second, 0)?;
        }
        Form::WorkbookHidden => {
            let some = SavedTable { header: table.header.clone(), rows: table.rows.iter().take(3).cloned().collect() };
            let hidden = book.add_worksheet().set_name("old")?.set_hidden(true);
            texts(hidden, &some, 0)?;
            texts(book.add_worksheet().set_active(true), &table, 0)?;
        }
        _ => texts(book.add_worksheet(), &table, 0)?,
    }
    book.save_to_buffer()
}

fn texts(sheet: &mut Worksheet, table: &SavedTable, first: u32) -> Result<(), XlsxError> {
    for (row, cells) in (first..).zip(std::iter::once(&table.header).chain(&table.rows)) {
        for (column, cell) in (0..).zip(cells).filter(|(_, cell)| !cell.is_empty()) {
            sheet.write_string(row, column, cell)?;
        }
    }
    Ok(())
}

/// Writes numbers and dates as a spreadsheet takes them.
fn numbers(sheet: &mut Worksheet, table: &SavedTable, layout: &Layout) -> Result<(), XlsxError> {
    let day = Format::new().set_num_format("m/d/yyyy");
    let is_date = |name: &String| {
        let plain = plain_name(name);
        layout.fields.iter().any(|field| field.kind == FieldKind::Date && plain_name(field.label()) == plain)
    };
    let dates: Vec<bool> = table.header.iter().map(is_date).collect();
    for (column, name) in (0..).zip(&table.header) {
        sheet.write_string(0, column, name)?;
    }
    for (row, cells) in (1..).zip(&table.rows) {
        for ((column, cell), is_date) in (0..).zip(cells).zip(&dates).filter(|((_, cell), _)| !cell.is_empty()) {
            let number: Option<f64> = cell.parse().ok().filter(|_| cell.bytes().all(|byte| byte.is_ascii_digit()));
            let serial = if *is_date { serial_of(cell) } else { None };
            match (serial, number) {
                (Some(serial), _) => sheet.write_number_with_format(row, column, f64::from(serial), &day)?,
                // A spreadsheet keeps fifteen digits.
                (None, Some(number)) if cell.len() <= 15 => sheet.write_number(row, column, number)?,
                _ => sheet.write_string(row, column, cell)?,
            };
        }
    }
    Ok(())
}
