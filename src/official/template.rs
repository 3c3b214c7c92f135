//! Writes the table into which numbers of the preview page are typed: a line a cell, with empty
//! columns for its figures.

use std::io::{self, Write};

use rust_xlsxwriter::{Format, Workbook, XlsxError};

use crate::privacy::text::neutralise;

/// The headings, as `rules/official/columns.tsv` has them.
const HEADINGS: [&str; 24] = [
    "Year",
    "Entity code",
    "Entity",
    "Entity type",
    "Test",
    "Test name",
    "Grade",
    "Grade name",
    "Group",
    "Group name",
    "Enrolled",
    "Tested",
    "With scores",
    "Mean",
    "Level 1 percent",
    "Level 2 percent",
    "Level 3 percent",
    "Level 4 percent",
    "Met percent",
    "Level 1 count",
    "Level 2 count",
    "Level 3 count",
    "Level 4 count",
    "Met count",
];

/// Columns that say what a line is about; the others are for numbers.
const ABOUT: usize = 10;

/// What one line is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TemplateRow {
    /// The spring year.
    pub year: u16,
    /// The code of the entity, fourteen digits.
    pub code: String,
    /// What the entity is called.
    pub entity: String,
    /// The number of its type.
    pub entity_type: u8,
    /// The official number and the name of the test.
    pub test: (u16, String),
    /// The number and the name of the grade row.
    pub grade: (u8, String),
    /// The official number and the name of the student group.
    pub group: (u16, String),
}

impl TemplateRow {
    fn cells(&self) -> [String; ABOUT] {
        [
            self.year.to_string(),
            dashed(&self.code),
            harmless(&self.entity),
            self.entity_type.to_string(),
            self.test.0.to_string(),
            harmless(&self.test.1),
            self.grade.0.to_string(),
            harmless(&self.grade.1),
            self.group.0.to_string(),
            harmless(&self.group.1),
        ]
    }
}

/// Writes it as comma-separated text.
///
/// # Errors
/// When the writer fails.
pub fn write_csv(out: &mut dyn Write, rows: &[TemplateRow]) -> io::Result<()> {
    write_table(out, rows).map_err(|error| match error.into_kind() {
        // As it was: a closed pipe is recognised by the kind of the error.
        csv::ErrorKind::Io(error) => error,
        other => io::Error::other(format!("{other:?}")),
    })
}

fn write_table(out: &mut dyn Write, rows: &[TemplateRow]) -> csv::Result<()> {
    let mut table = csv::Writer::from_writer(out);
    table.write_record(HEADINGS)?;
    for row in rows {
        let blanks = std::iter::repeat_n(String::new(), HEADINGS.len() - ABOUT);
        table.write_record(row.cells().into_iter().chain(blanks))?;
    }
    Ok(table.flush()?)
}

/// Makes it as a workbook: codes and names are texts, so that nothing is changed or calculated.
///
/// # Errors
/// When there are more rows than a sheet has.
pub fn workbook(rows: &[TemplateRow]) -> Result<Vec<u8>, XlsxError> {
    const WIDTHS: [(u16, f64); 5] = [(1, 18.0), (2, 32.0), (5, 34.0), (7, 16.0), (9, 28.0)];
    let mut counting = Workbook::new();
    let sheet = counting.add_worksheet().set_name("Official numbers")?;
    let (bold, text) = (Format::new().set_bold(), Format::new().set_num_format("@"));
    for (column, heading) in (0..).zip(HEADINGS) {
        sheet.write_string_with_format(0, column, heading, &bold)?;
    }
    for (line, row) in (1..).zip(rows) {
        for (column, cell) in (0..).zip(row.cells()) {
            sheet.write_string_with_format(line, column, cell, &text)?;
        }
    }
    for (column, width) in WIDTHS {
        sheet.set_column_width(column, width)?;
    }
    sheet.set_freeze_panes(1, 3)?;
    counting.save_to_buffer()
}

/// A code with dashes, which no spreadsheet takes for a number.
fn dashed(code: &str) -> String {
    let parts = code.split_at_checked(2).and_then(|(county, rest)| Some((county, rest.split_at_checked(5)?)));
    parts.map_or_else(|| code.to_owned(), |(county, (district, school))| format!("{county}-{district}-{school}"))
}

/// A text that no spreadsheet takes for a formula.
fn harmless(text: &str) -> String {
    let text = neutralise(text);
    if text.starts_with(['=', '+', '-', '@']) { format!("'{text}") } else { text.into_owned() }
}
