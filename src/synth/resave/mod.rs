//! Score files as people and programs save them again: each kind of damage to cells, and each form in which files
//! arrive. A file is made of a caret file, and several kinds can follow one another.

mod cells;
mod forms;

use crate::layout::Layout;

/// A kind of saving again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Resave {
    /// What is done to cells.
    Cells(CellResave),
    /// The form of the file.
    Form(FormResave),
}

/// What is done to cells.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[allow(missing_docs)] // see `ALL`
pub enum CellResave {
    Decimals,
    Thousands,
    Plus,
    FormulaQuotes,
    Apostrophes,
    LostZeros,
    Scientific,
    Spaces,
    NoBreakSpaces,
    DatesMonthFirst,
    DatesDayFirst,
    DateTimes,
    DateSerials,
    Booleans,
    Words(&'static str),
    Labels,
    Lowercase,
}

/// The form of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[allow(missing_docs)] // see `ALL`
pub enum FormResave {
    Comma,
    Tab,
    QuotedCells,
    CommasAtEnds,
    QuotedLines,
    Mark,
    Utf16,
    Utf32,
    Windows1252,
    Returns,
    LoneReturns,
    Gzip,
    Zip,
    TrailingCells,
    BannerRow,
    TotalsRow,
    Remarks,
    BlankRows,
    HeaderTwice,
    JoinedHeader,
    ColumnOrder,
    NoFillers,
    Columns256,
    Workbook,
    WorkbookNumbers,
    WorkbookTitle,
    WorkbookCarets,
    WorkbookSheets,
    WorkbookHidden,
    WorkbookTotals,
}

/// All kinds with their names and what they are.
pub const ALL: [(&str, Resave, &str); 53] = {
    use CellResave as Cells;
    use FormResave as Form;
    [
        ("decimals", Resave::Cells(Cells::Decimals), "whole numbers written 3.0, as dataframes do"),
        ("thousands", Resave::Cells(Cells::Thousands), "numbers with commas between thousands"),
        ("plus", Resave::Cells(Cells::Plus), "numbers with a plus sign"),
        ("formula-quotes", Resave::Cells(Cells::FormulaQuotes), "codes written =\"0123\""),
        ("apostrophes", Resave::Cells(Cells::Apostrophes), "codes written '0123"),
        ("lost-zeros", Resave::Cells(Cells::LostZeros), "codes without their first zeros"),
        ("scientific", Resave::Cells(Cells::Scientific), "long codes written 5.9E+13"),
        ("spaces", Resave::Cells(Cells::Spaces), "a space behind each value"),
        ("no-break-spaces", Resave::Cells(Cells::NoBreakSpaces), "a no-break space behind each value"),
        ("dates-month-first", Resave::Cells(Cells::DatesMonthFirst), "dates written 4/15/2025"),
        ("dates-day-first", Resave::Cells(Cells::DatesDayFirst), "dates written 15.4.2025"),
        ("date-times", Resave::Cells(Cells::DateTimes), "dates written 2025-04-15 00:00:00"),
        ("date-serials", Resave::Cells(Cells::DateSerials), "dates as numbers of days"),
        ("booleans", Resave::Cells(Cells::Booleans), "TRUE and FALSE for yes and no"),
        ("word-na", Resave::Cells(Cells::Words("NA")), "NA in blank cells"),
        ("word-pandas", Resave::Cells(Cells::Words("<NA>")), "<NA> in blank cells"),
        ("word-nan", Resave::Cells(Cells::Words("NaN")), "NaN in blank cells"),
        ("word-null", Resave::Cells(Cells::Words("NULL")), "NULL in blank cells"),
        ("word-sql", Resave::Cells(Cells::Words("\\N")), "\\N in blank cells"),
        ("word-error", Resave::Cells(Cells::Words("#N/A")), "#N/A in blank cells"),
        ("word-blank", Resave::Cells(Cells::Words("(blank)")), "(blank) in blank cells"),
        ("labels", Resave::Cells(Cells::Labels), "the meaning of codes in their place"),
        ("lowercase", Resave::Cells(Cells::Lowercase), "codes in small letters"),
        ("comma", Resave::Form(Form::Comma), "separated by commas"),
        ("tab", Resave::Form(Form::Tab), "separated by tabs"),
        ("quoted-cells", Resave::Form(Form::QuotedCells), "separated by commas, all cells in quotes"),
        ("commas-at-ends", Resave::Form(Form::CommasAtEnds), "a caret file opened by double click and saved"),
        ("quoted-lines", Resave::Form(Form::QuotedLines), "a caret file with whole lines in quotes"),
        ("mark", Resave::Form(Form::Mark), "with a byte order mark"),
        ("utf-16", Resave::Form(Form::Utf16), "in UTF-16"),
        ("utf-32", Resave::Form(Form::Utf32), "in UTF-32"),
        ("windows-1252", Resave::Form(Form::Windows1252), "in Windows-1252"),
        ("returns", Resave::Form(Form::Returns), "lines that end as on Windows"),
        ("lone-returns", Resave::Form(Form::LoneReturns), "lines that end as on old Macs"),
        ("gzip", Resave::Form(Form::Gzip), "packed with gzip"),
        ("zip", Resave::Form(Form::Zip), "in a zip archive"),
        ("trailing-cells", Resave::Form(Form::TrailingCells), "an empty cell behind each line"),
        ("banner-row", Resave::Form(Form::BannerRow), "a title above the header"),
        ("totals-row", Resave::Form(Form::TotalsRow), "a row of totals under the records"),
        ("remarks", Resave::Form(Form::Remarks), "remarks under the records"),
        ("blank-rows", Resave::Form(Form::BlankRows), "rows of empty cells between records"),
        ("header-twice", Resave::Form(Form::HeaderTwice), "the header among the records once more"),
        ("joined-header", Resave::Form(Form::JoinedHeader), "no line end behind the header"),
        ("column-order", Resave::Form(Form::ColumnOrder), "columns in the order of their names"),
        ("no-fillers", Resave::Form(Form::NoFillers), "without the filler columns"),
        ("columns-256", Resave::Form(Form::Columns256), "without the columns after the 256th"),
        ("workbook", Resave::Form(Form::Workbook), "a workbook of texts"),
        ("workbook-numbers", Resave::Form(Form::WorkbookNumbers), "a workbook with numbers and dates as such"),
        ("workbook-title", Resave::Form(Form::WorkbookTitle), "a workbook with a title and a row of totals"),
        ("workbook-carets", Resave::Form(Form::WorkbookCarets), "a caret file opened by double click, saved as workbook"),
        ("workbook-sheets", Resave::Form(Form::WorkbookSheets), "a workbook with the records on two sheets"),
        ("workbook-hidden", Resave::Form(Form::WorkbookHidden), "a workbook with some of the records on a hidden sheet as well"),
        ("workbook-totals", Resave::Form(Form::WorkbookTotals), "a workbook with totals and remarks under the records"),
    ]
};

/// A file that was saved again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ResavedFile {
    /// Its bytes.
    pub bytes: Vec<u8>,
    /// The ending of its name.
    pub ending: &'static str,
}

/// The kind of a name.
pub fn find_resave(name: &str) -> Option<Resave> {
    ALL.iter().find(|(one, ..)| *one == name).map(|(_, kind, _)| *kind)
}

/// A table of texts on its way into another form.
#[derive(Clone, Debug)]
struct SavedTable {
    header: Vec<String>,
    rows: Vec<Vec<String>>,
}

/// Saves a caret file of a layout again: first what is done to cells, then the form. Of several forms the last counts.
///
/// # Errors
/// When a workbook cannot be made.
pub fn resave(text: &str, layout: &Layout, kinds: &[Resave]) -> Result<ResavedFile, std::io::Error> {
    let split = |line: &str| line.split('^').map(str::to_owned).collect::<Vec<_>>();
    let mut lines = text.lines().map(split);
    let mut table = SavedTable { header: lines.next().unwrap_or_default(), rows: lines.collect() };
    let mut form = None;
    for kind in kinds {
        match kind {
            Resave::Cells(kind) => cells::change(&mut table, layout, *kind),
            Resave::Form(kind) => form = Some(*kind),
        }
    }
    forms::write(table, layout, form)
}
