//! Takes the rows of a workbook into memory, as a person sees them: for small tables that are no
//! score files.

use std::io::BufReader;

use calamine::{Reader as _, Xlsx};

use super::candidate::FileCandidate;
use super::error::{InputError, InputErrorKind};
use super::options::Limits;
use super::workbook::each_row;

/// Rows of all sheets together.
const MOST_ROWS: usize = 1 << 20;

/// A row with its number, 1-based, and its cells.
pub type SheetRow = (u64, Vec<String>);

/// The rows of each sheet of a workbook.
///
/// # Errors
/// When it cannot be read or is too large.
pub fn read_sheets(candidate: &FileCandidate, limits: Limits) -> Result<Vec<Vec<SheetRow>>, InputError> {
    read(candidate, limits).map_err(|error| error.at(&candidate.name()))
}

fn read(candidate: &FileCandidate, limits: Limits) -> Result<Vec<Vec<SheetRow>>, InputError> {
    let broken = |reason: String| InputError::from(InputErrorKind::BrokenArchive { reason });
    let file = candidate.workbook(limits)?;
    let mut counting: Xlsx<_> = Xlsx::new(BufReader::new(file)).map_err(|error| broken(error.to_string()))?;
    let (mut sheets, mut count) = (Vec::new(), 0);
    for name in counting.sheet_names() {
        let mut rows = Vec::new();
        each_row(&mut counting, &name, |row, cells| {
            rows.push((u64::from(row) + 1, cells.to_vec()));
            count += 1;
            count < MOST_ROWS
        })
        .map_err(broken)?;
        sheets.push(rows);
    }
    if count >= MOST_ROWS {
        return Err(InputError::from(InputErrorKind::TooLarge { limit: MOST_ROWS as u64 }));
    }
    Ok(sheets)
}
